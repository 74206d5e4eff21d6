import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { JWK } from 'jose';
import { ADMISSION_TYP, type AdmissionClaims, cardDigest, namedDossier } from '../admission/admissions.ts';
import type { Card } from '../admission/contract.ts';
import { inspect } from '../admission/inspect.ts';
import { figuresDigest, isProbeFigures, PROBES_VERSION, type ProbeFigures } from '../admission/probes.ts';
import { loadCropModel } from '../analysis/crop-namer.ts';
import { CARD_FOLDER, findModels } from '../analysis/models.ts';
import { probeModel } from '../analysis/probes.ts';
import { detectorOf, SHIPPED_FOLDER } from '../analysis/sight.ts';
import { sha256Hex } from '../canonical.ts';
import { readCapableConfig } from '../config.ts';
import { signClaims } from '../trust/sign.ts';
import { DEMO } from './requisition.ts';

// The admissions of a throw-away installation, signed by demo keys (`env=test`) for the networks that it will load, after the probes like
// any other; what these signatures do not say is that a person looked.

export interface DemoAdmissionPlace {
  readonly admissionsDir: string;
  /** They are for the dossier that lies here. */
  readonly dossierFile: string;
  readonly technicalKey: JWK;
  readonly dpoKey: JWK;
}

const DAY_S = 86_400;

type Pinned = Card & { readonly sha256: string };
interface Network {
  readonly card: Pinned;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Signs for each network of this environment, twice: `NAME.technique.jws`, `NAME.dpo.jws`. What the gate refuses is not signed for. */
export async function keepDemoAdmissions(
  { admissionsDir, dossierFile, technicalKey, dpoKey }: DemoAdmissionPlace,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  await mkdir(admissionsDir, { recursive: true, mode: 0o700 });
  const dossier = namedDossier(await readFile(dossierFile, 'utf8'));
  if (dossier === undefined) return;
  for (const network of await networksOf(environment)) {
    const { card } = network;
    if (!inspect(network.bytes, card).admitted) continue;
    const probes = await probedOnce(network);
    for (const [role, key] of [['technique', technicalKey] as const, ['dpo', dpoKey] as const]) {
      const claims = demoAdmission(card, `${role}-demo`, Date.now(), { dossier, probes });
      await writeFile(
        path.join(admissionsDir, `${card.name}.${role}.jws`),
        await signClaims(claims, ADMISSION_TYP, key),
      );
    }
  }
}

/** Signed half a year ago: an installation whose clock a test sets back has its models admitted already. */
export function demoAdmission(
  card: Pinned,
  iss: string,
  nowMs: number,
  { dossier, probes }: Pick<AdmissionClaims, 'dossier' | 'probes'>,
): AdmissionClaims {
  const iat = Math.floor(nowMs / 1000) - 180 * DAY_S;
  return {
    ver: 2,
    env: 'test',
    iss,
    aud: DEMO.installation,
    jti: randomUUID(),
    iat,
    exp: iat + 365 * DAY_S,
    model: { name: card.name, sha256: card.sha256 },
    card_sha256: cardDigest(card),
    dossier,
    probes,
    probes_sha256: figuresDigest(probes),
  };
}

/**
 * The probes take seconds, and a demo or a run of the tests makes many installations of the same networks: figures are kept for this user,
 * by the digests of network and card. No gateway reads them there, and `models admit` runs the probes each time.
 */
async function probedOnce({ card, bytes }: Network): Promise<ProbeFigures> {
  const folder = path.join(tmpdir(), `differe-probes-${process.getuid?.() ?? 0}`);
  const file = path.join(folder, `${PROBES_VERSION}-${sha256Hex(`${card.sha256} ${cardDigest(card)}`)}.json`);
  const kept: unknown = await readFile(file, 'utf8').then(
    (text) => JSON.parse(text),
    () => undefined,
  );
  if (isProbeFigures(kept)) return kept;
  const figures = await probeModel(card, bytes);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const part = `${file}.${randomUUID()}`;
  await writeFile(part, JSON.stringify(figures), { mode: 0o600 });
  await rename(part, file);
  return figures;
}

async function networksOf(environment: Readonly<Record<string, string | undefined>>): Promise<readonly Network[]> {
  const { modelFolders, detector } = readCapableConfig(environment);
  const found = await findModels({ cardFolders: [CARD_FOLDER, ...modelFolders], weightFolders: modelFolders });
  const chosen = detectorOf(found, detector);
  const shipped = await loadCropModel(SHIPPED_FOLDER);
  if (chosen?.card.sha256 === undefined || chosen.weightsPath === undefined) return [shipped];
  const card = { ...chosen.card, sha256: chosen.card.sha256 };
  return [{ card, bytes: new Uint8Array(await readFile(chosen.weightsPath)) }, shipped];
}
