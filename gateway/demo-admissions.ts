import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { JWK } from 'jose';
import { ADMISSION_TYP, type AdmissionClaims, cardDigest } from './admission/admissions.ts';
import type { Card } from './admission/contract.ts';
import { loadCropModel } from './analysis/crop-namer.ts';
import { CARD_FOLDER, findModels } from './analysis/models.ts';
import { detectorOf, SHIPPED_FOLDER } from './analysis/sight.ts';
import { sha256Hex } from './canonical.ts';
import { readCapableConfig } from './config.ts';
import { DEMO } from './demo-requisition.ts';
import { signClaims } from './trust/sign.ts';

// The admissions of a throw-away installation, signed by demo keys (`env=test`) for the networks that it will load. The gate judges them
// like any other; what these signatures do not say is that a person looked.

export interface DemoAdmissionPlace {
  readonly admissionsDir: string;
  readonly technicalKey: JWK;
  readonly dpoKey: JWK;
}

const DAY_S = 86_400;

/** Signs for each network of this environment, twice: `NAME.technique.jws`, `NAME.dpo.jws`. */
export async function keepDemoAdmissions(
  { admissionsDir, technicalKey, dpoKey }: DemoAdmissionPlace,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  await mkdir(admissionsDir, { recursive: true, mode: 0o700 });
  for (const card of await cardsOf(environment)) {
    for (const [role, key] of [['technique', technicalKey] as const, ['dpo', dpoKey] as const]) {
      const claims = demoAdmission(card, `${role}-demo`, Date.now());
      await writeFile(
        path.join(admissionsDir, `${card.name}.${role}.jws`),
        await signClaims(claims, ADMISSION_TYP, key),
      );
    }
  }
}

/** Signed half a year ago: an installation whose clock a test sets back has its models admitted already. */
export function demoAdmission(card: Card & { readonly sha256: string }, iss: string, nowMs: number): AdmissionClaims {
  const iat = Math.floor(nowMs / 1000) - 180 * DAY_S;
  return {
    ver: 1,
    env: 'test',
    iss,
    aud: DEMO.installation,
    jti: randomUUID(),
    iat,
    exp: iat + 365 * DAY_S,
    model: { name: card.name, sha256: card.sha256 },
    card_sha256: cardDigest(card),
    probes_sha256: sha256Hex('demo: no probes were run'),
  };
}

async function cardsOf(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<readonly (Card & { readonly sha256: string })[]> {
  const { modelFolders, detector } = readCapableConfig(environment);
  const found = await findModels({ cardFolders: [CARD_FOLDER, ...modelFolders], weightFolders: modelFolders });
  const chosen = detectorOf(found, detector)?.card;
  const { card: shipped } = await loadCropModel(SHIPPED_FOLDER);
  return chosen?.sha256 === undefined ? [shipped] : [{ ...chosen, sha256: chosen.sha256 }, shipped];
}
