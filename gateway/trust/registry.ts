import type { JsonValue } from '../canonical.ts';
import { AppError } from '../errors.ts';
import { publicJwkOf } from './jws.ts';
import { isJsonObject, parseStrictJson } from './strict-json.ts';

export const AUTHORISATION_TYP = 'differe-authorisation+jwt';
export const SCHEDULE_TYP = 'differe-schedule+jwt';
export const TOKEN_TYPES = [AUTHORISATION_TYP, SCHEDULE_TYP] as const;
export type TokenType = (typeof TOKEN_TYPES)[number];

/** Signed objects beside the requisition, presented at `/api/v1/acts` (acts.ts). */
export const ACT_TYPES = [
  'differe-revocation-list+jwt',
  'differe-contrary-decision+jwt',
  'differe-order+jwt',
  'differe-extension+jwt',
  'differe-closure+jwt',
  'differe-habilitation+jwt',
  'differe-self-control+jwt',
  'differe-registry+jwt',
  'differe-person-request+jwt',
] as const;
export type ActType = (typeof ACT_TYPES)[number];

/** Signed objects that the installation reads at its start: files of the operator, signed by others than him. */
export const COMMITMENT_TYPES = ['differe-dossier+jwt', 'differe-admission+jwt', 'differe-policies+jwt'] as const;
export type CommitmentType = (typeof COMMITMENT_TYPES)[number];

export const SIGNED_TYPES = [...TOKEN_TYPES, ...ACT_TYPES, ...COMMITMENT_TYPES] as const;
export type SignedType = (typeof SIGNED_TYPES)[number];

export type Environment = 'prod' | 'test';

/** A public key of the registry and what its holder may sign. */
export interface AuthorityKey {
  readonly kid: string;
  readonly jwk: { readonly kty: 'OKP'; readonly crv: 'Ed25519'; readonly x: string };
  /** Office that holds the private key. */
  readonly iss: string;
  /** Role of the office: procureur, juge_instruction, greffe, opj, magistrat_230_24, chef_de_service, responsable, dpo, technique. */
  readonly role: string;
  readonly signs: readonly SignedType[];
  readonly env: Environment;
  /** Signatures made before or after are refused; seconds. */
  readonly nbf: number | undefined;
  readonly exp: number | undefined;
}

/** Keys of the authorities whose tokens this installation accepts, by `kid`. */
export type KeyRegistry = ReadonlyMap<string, AuthorityKey>;

const MEMBERS = ['kid', 'kty', 'crv', 'x', 'alg', 'use', 'iss', 'role', 'signs', 'env', 'nbf', 'exp'];
const NAME = /^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,127}$/;

/**
 * Reads the registry, a JWKS file. Throws E_KEY_REGISTRY: malformed, empty, a private key in it (only the authority may hold one), the
 * same `kid` twice, or, in production, a test issuer (REQ-18: the gateway then does not start).
 */
export function loadRegistry(jwks: string, env: Environment): KeyRegistry {
  const registry = new Map<string, AuthorityKey>();
  for (const entry of keysOf(jwks)) {
    const key = readKey(entry);
    if (registry.has(key.kid)) throw refuse(`kid ${key.kid} stands twice`);
    if (env === 'prod' && key.env !== 'prod') throw refuse(`${key.kid} is a test issuer`);
    registry.set(key.kid, key);
  }
  if (registry.size === 0) throw refuse('no key');
  return registry;
}

const refuse = (detail: string, cause?: unknown): AppError => new AppError('E_KEY_REGISTRY', { detail, cause });

/** The two signatures of the first registry that its file bears beside the keys (REQ-12); none for a file without. Throws E_KEY_REGISTRY. */
export function foundingOf(jwks: string): readonly string[] {
  const { founding = [] } = fileOf(jwks);
  if (!Array.isArray(founding) || !founding.every((one) => typeof one === 'string')) {
    throw refuse('founding is no list of signatures');
  }
  return founding;
}

const keysOf = (jwks: string): readonly unknown[] => fileOf(jwks).keys;

function fileOf(jwks: string): { readonly keys: readonly JsonValue[]; readonly founding?: JsonValue } {
  let parsed: JsonValue;
  try {
    parsed = parseStrictJson(jwks);
  } catch (cause) {
    throw refuse('not strict JSON', cause);
  }
  if (!isJsonObject(parsed) || !Array.isArray(parsed.keys)) throw refuse('not a JWKS');
  const { keys, founding } = parsed as { readonly keys: readonly JsonValue[]; readonly founding?: JsonValue };
  return { keys, ...(founding === undefined ? {} : { founding }) };
}

/** One key of a registry, as a file or a change of it names it. Throws E_KEY_REGISTRY. */
export function readKey(entry: unknown): AuthorityKey {
  if (!isJsonObject(entry)) throw refuse('a key is not an object');
  if (Object.hasOwn(entry, 'd')) throw refuse('a private key stands in the registry');
  const unknown = Object.keys(entry).find((name) => !MEMBERS.includes(name));
  if (unknown !== undefined) throw refuse(`unknown member ${unknown}`);
  const { env, signs } = entry;
  if (env !== 'prod' && env !== 'test') throw refuse('env is neither prod nor test');
  if (!Array.isArray(signs) || signs.length === 0 || !signs.every(isSignedType))
    throw refuse('signs names no token type');
  let jwk: AuthorityKey['jwk'];
  try {
    jwk = publicJwkOf(entry);
  } catch (cause) {
    throw refuse('a key is not OKP Ed25519', cause);
  }
  const { kid, iss, role } = { kid: name(entry.kid), iss: name(entry.iss), role: name(entry.role) };
  return { kid, jwk, iss, role, signs, env, nbf: seconds(entry.nbf), exp: seconds(entry.exp) };
}

const isSignedType = (value: unknown): value is SignedType => (SIGNED_TYPES as readonly unknown[]).includes(value);

function name(value: unknown): string {
  if (typeof value !== 'string' || !NAME.test(value)) throw refuse('kid, iss or role is missing or malformed');
  return value;
}

function seconds(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw refuse('nbf or exp is no time');
  return value;
}
