import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { canonicalJson, type JsonValue, sha256Hex } from '../canonical.ts';
import { AppError } from '../errors.ts';
import { type Opened, openSigned } from '../trust/open.ts';
import type { Environment, KeyRegistry } from '../trust/registry.ts';
import { ADMITTING_ROLES } from '../trust/signers.ts';
import type { Card } from './contract.ts';
import { figuresDigest, ProbeFiguresSchema, probeFaults } from './probes.ts';

// G8: a network runs when two persons have signed for this very file and its card, one for the technique and one for the data protection,
// a year ago at most, under the dossier in force, with figures of the probes that stay within the bounds. Each signature is a file of its own: the two need not meet.

export const ADMISSION_TYP = 'differe-admission+jwt';
export const MOST_ADMITTED_SECONDS = 366 * 86_400;

const sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });
const seconds = Type.Integer({ minimum: 0, maximum: 253_402_300_799 });
const AdmissionSchema = Type.Object(
  {
    ver: Type.Literal(2),
    env: Type.Enum(['prod', 'test']),
    iss: Type.String({ minLength: 1, maxLength: 128 }),
    aud: Type.String({ minLength: 1, maxLength: 128 }),
    jti: Type.String({ pattern: '^[0-9a-f-]{36}$' }),
    iat: seconds,
    exp: seconds,
    model: Type.Object({ name: Type.String({ minLength: 1, maxLength: 64 }), sha256 }, { additionalProperties: false }),
    /** Of the card as canonical JSON. */
    card_sha256: sha256,
    /** The compliance dossier under which the network is admitted: the next version of it needs the two signatures again. */
    dossier: Type.Object(
      { id: Type.String({ minLength: 1, maxLength: 128 }), version: Type.Integer({ minimum: 1 }) },
      { additionalProperties: false },
    ),
    /** What the behavioural probes showed (G7), and its digest as canonical JSON. */
    probes: ProbeFiguresSchema,
    probes_sha256: sha256,
  },
  { additionalProperties: false },
);
export type AdmissionClaims = Static<typeof AdmissionSchema>;
const schema = Compile(AdmissionSchema);

export function parseAdmission(value: JsonValue): AdmissionClaims {
  if (schema.Check(value)) return value;
  throw new AppError('E_GATE_ADMISSION', { detail: 'not the claims of an admission' });
}

export const cardDigest = (card: Card): string =>
  sha256Hex(canonicalJson(JSON.parse(JSON.stringify(card)) as JsonValue));

export interface AdmissionContext {
  readonly registry: KeyRegistry;
  readonly env: Environment;
  readonly audience: string;
  readonly nowSeconds: number;
  /** The dossier of the installation; undefined where there is none that can be read, under which nothing is admitted. */
  readonly dossier: { readonly id: string; readonly version: number } | undefined;
}

/** Admissions on hand: compact JWS, each one signature of one person for one model. */
export async function readAdmissions(folder: string | undefined): Promise<readonly string[]> {
  if (folder === undefined) return [];
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new AppError('E_GATE_ADMISSION', { cause, detail: 'the folder of DIFFERE_ADMISSIONS cannot be read' });
  });
  const files = names.filter((name) => name.endsWith('.jws')).toSorted();
  return await Promise.all(files.map(async (name) => (await readFile(path.join(folder, name), 'utf8')).trim()));
}

/**
 * Throws E_GATE_ADMISSION unless both persons have signed for this digest and this card, and neither signature has ended. What is wrong with
 * the other files does not matter: they may be for another model, another installation, of last year.
 */
export async function demandAdmission(
  card: Card & { readonly sha256: string },
  admissions: readonly string[],
  context: AdmissionContext,
): Promise<void> {
  const opened = await Promise.all(
    admissions.map((compact) =>
      openSigned(compact, ADMISSION_TYP, parseAdmission, context.registry).catch((error: unknown) => {
        if (error instanceof AppError) return undefined;
        throw error;
      }),
    ),
  );
  const valid = opened.filter((each) => each !== undefined).filter((each) => isFor(each, card, context));
  const signers = ADMITTING_ROLES.map((role) => valid.find(({ key }) => key.role === role));
  const missing = ADMITTING_ROLES.filter((_, index) => signers[index] === undefined);
  if (missing.length > 0) {
    throw new AppError('E_GATE_ADMISSION', {
      subject: card.sha256,
      detail: `${card.name}: no signature in force of ${missing.join(' and ')}`,
    });
  }
  const isOne = (of: (signer: Opened<AdmissionClaims> | undefined) => unknown): boolean =>
    new Set(signers.map(of)).size !== ADMITTING_ROLES.length;
  if (isOne((signer) => signer?.key.jwk.x) || isOne((signer) => signer?.key.iss)) {
    throw new AppError('E_GATE_ADMISSION', {
      subject: card.sha256,
      detail: `${card.name}: one key or one office signed for both persons`,
    });
  }
}

function isFor(
  { claims }: Opened<AdmissionClaims>,
  card: Card & { readonly sha256: string },
  context: AdmissionContext,
): boolean {
  return (
    claims.env === context.env &&
    claims.aud === context.audience &&
    claims.model.sha256 === card.sha256 &&
    claims.card_sha256 === cardDigest(card) &&
    claims.dossier.id === context.dossier?.id &&
    claims.dossier.version === context.dossier.version &&
    claims.probes_sha256 === figuresDigest(claims.probes) &&
    probeFaults(card, claims.probes).length === 0 &&
    claims.iat <= context.nowSeconds + 60 &&
    claims.exp - claims.iat <= MOST_ADMITTED_SECONDS &&
    context.nowSeconds < claims.exp
  );
}

/** Id and version that the text of a dossier file says; undefined where it says none. Whether the dossier holds is judged elsewhere. */
export function namedDossier(text: string): AdmissionClaims['dossier'] | undefined {
  try {
    const file: unknown = JSON.parse(text);
    const dossier = typeof file === 'object' && file !== null && 'dossier' in file ? file.dossier : undefined;
    if (typeof dossier !== 'object' || dossier === null || !('id' in dossier) || !('version' in dossier))
      return undefined;
    const { id, version } = dossier;
    return typeof id === 'string' && typeof version === 'number' ? { id, version } : undefined;
  } catch {
    return undefined;
  }
}
