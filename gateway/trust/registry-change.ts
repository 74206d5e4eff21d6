import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { canonicalJson, type JsonValue, sha256Hex } from '../canonical.ts';
import { AppError } from '../errors.ts';
import { claimsRefused } from '../schema-faults.ts';
import { openSigned } from './open.ts';
import { type AuthorityKey, type Environment, type KeyRegistry, readKey, SIGNED_TYPES } from './registry.ts';
import type { ActClaims } from './types.ts';

// REQ-12: who may sign what changes by two signatures of two offices, each over the same change: what is added, ended and removed, and the
// digests of the registry before and after. The first registry is a change of the empty one.

export const REGISTRY_TYP = 'differe-registry+jwt';

/** Offices that the law gives the control of the procedure, and those that answer for the installation: a change needs one of each. */
const JUDICIAL: readonly string[] = ['procureur', 'juge_instruction', 'greffe', 'magistrat_230_24'];
export const ANSWERING: readonly string[] = ['responsable', 'dpo'];
/** Roles whose signature under a change counts at all. */
export const APPROVING_ROLES = [...JUDICIAL, ...ANSWERING];

const strict = { additionalProperties: false };
const name = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,127}$' });
const seconds = Type.Integer({ minimum: 0, maximum: 253_402_300_799 });
const sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });
const Entry = Type.Object(
  {
    kid: name,
    kty: Type.Literal('OKP'),
    crv: Type.Literal('Ed25519'),
    x: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }),
    iss: name,
    role: name,
    signs: Type.Array(Type.Enum([...SIGNED_TYPES]), { minItems: 1, uniqueItems: true }),
    env: Type.Enum(['prod', 'test']),
    nbf: Type.Optional(seconds),
    exp: Type.Optional(seconds),
  },
  strict,
);
const Change = Type.Object(
  {
    before: sha256,
    after: sha256,
    add: Type.Array(Entry, { maxItems: 500 }),
    /** What the key signed before `exp` goes on counting. */
    end: Type.Array(Type.Object({ kid: name, exp: seconds }, strict), { maxItems: 500 }),
    /** Nothing that the key ever signed counts any more. */
    remove: Type.Array(name, { maxItems: 500, uniqueItems: true }),
  },
  strict,
);
const Claims = Type.Object(
  {
    ver: Type.Literal(1),
    env: Type.Enum(['prod', 'test']),
    iss: name,
    aud: Type.String({ minLength: 1, maxLength: 200 }),
    jti: Type.String({ pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' }),
    iat: seconds,
    change: Change,
  },
  strict,
);
const claimsSchema = Compile(Claims);

export type RegistryEntry = Static<typeof Entry>;
export type RegistryChange = Static<typeof Change>;
export interface RegistryClaims extends ActClaims {
  readonly change: RegistryChange;
}

/** One signature over a change, verified. */
export interface Approval {
  readonly change: RegistryChange;
  readonly key: AuthorityKey;
  readonly jti: string;
  readonly iat: number;
}

/** What a change is held against beside the registry before it. */
export interface ChangeContext {
  readonly env: Environment;
  /** When it was signed last: whoever is to sign the next one must not have ended by then. */
  readonly atSeconds: number;
}

export const refusedRegistry = (detail: string, cause?: unknown): AppError =>
  new AppError('E_KEY_REGISTRY', { detail, cause });

/** Throws E_REQ_SCHEMA outside the schema. */
export function parseRegistryClaims(value: JsonValue): RegistryClaims {
  if (claimsSchema.Check(value)) return value;
  throw claimsRefused(Claims, value);
}

/** The keys in the form that their digest covers: in the order of `kid`, what is not said left out. */
export function entriesOf(registry: KeyRegistry): readonly RegistryEntry[] {
  const keys = [...registry.values()].toSorted((a, b) => (a.kid < b.kid ? -1 : 1));
  return keys.map(({ kid, jwk, iss, role, signs, env, nbf, exp }) => ({
    kid,
    ...jwk,
    iss,
    role,
    signs: [...signs].toSorted(),
    env,
    ...(nbf === undefined ? {} : { nbf }),
    ...(exp === undefined ? {} : { exp }),
  }));
}

/** SHA-256 (hex) of a registry: the same whatever the order and the spacing of its file. */
export const registryDigest = (registry: KeyRegistry): string =>
  sha256Hex(canonicalJson(entriesOf(registry) as unknown as JsonValue));

/** The change that leads from one registry to another by these steps. Throws E_KEY_REGISTRY where they do not fit. */
export function changeOf(before: KeyRegistry, steps: Pick<RegistryChange, 'add' | 'end' | 'remove'>): RegistryChange {
  const after = stepped(before, steps);
  return { before: registryDigest(before), after: registryDigest(after), ...steps };
}

/**
 * The registry that a change leads to. Throws E_KEY_REGISTRY: made on another registry, a `kid` or a key that is there already, one that
 * is not there, an end later than the key has, a test issuer in production, another result than it says, or nobody left who could sign
 * the next change.
 */
export function changed(before: KeyRegistry, change: RegistryChange, { env, atSeconds }: ChangeContext): KeyRegistry {
  if (registryDigest(before) !== change.before) throw refusedRegistry('the change was made on another registry');
  const after = stepped(before, change);
  if (registryDigest(after) !== change.after)
    throw refusedRegistry('the change leads to another registry than it says');
  const stranger = [...after.values()].find((key) => key.env !== env);
  if (stranger !== undefined) throw refusedRegistry(`${stranger.kid} is of another environment`);
  for (const roles of [JUDICIAL, ANSWERING]) {
    if (![...after.values()].some((key) => mayApprove(key, roles) && (key.exp ?? Number.POSITIVE_INFINITY) > atSeconds))
      throw refusedRegistry(`nobody of ${roles.join(', ')} would be left to sign the next change`);
  }
  return after;
}

function stepped(before: KeyRegistry, steps: Pick<RegistryChange, 'add' | 'end' | 'remove'>): KeyRegistry {
  const after = new Map(before);
  const named = [...steps.add.map(({ kid }) => kid), ...steps.end.map(({ kid }) => kid), ...steps.remove];
  if (named.length === 0) throw refusedRegistry('the change changes nothing');
  if (new Set(named).size !== named.length) throw refusedRegistry('the change names a key twice');
  for (const { kid, exp } of steps.end) {
    const key = known(before, kid);
    if (exp >= (key.exp ?? Number.POSITIVE_INFINITY)) throw refusedRegistry(`${kid} ends before that already`);
    after.set(kid, { ...key, exp });
  }
  for (const kid of steps.remove) {
    known(before, kid);
    after.delete(kid);
  }
  for (const entry of steps.add) {
    const key = readKey(entry);
    if (before.has(key.kid)) throw refusedRegistry(`${key.kid} is there already`);
    if ([...before.values()].some(({ jwk }) => jwk.x === key.jwk.x))
      throw refusedRegistry(`${key.kid} is a key that is there`);
    after.set(key.kid, key);
  }
  return after;
}

function known(registry: KeyRegistry, kid: string): AuthorityKey {
  const key = registry.get(kid);
  if (key === undefined) throw refusedRegistry(`${kid} is not in the registry`);
  return key;
}

const mayApprove = ({ role, signs }: AuthorityKey, roles: readonly string[]): boolean =>
  roles.includes(role) && signs.includes(REGISTRY_TYP);

/** Whose signature under a change counts at all. Throws E_REQ_AUTHORITY. */
export function demandApprover({ kid, role }: AuthorityKey): void {
  if (!APPROVING_ROLES.includes(role)) {
    throw new AppError('E_REQ_AUTHORITY', { detail: `${kid} is a key of ${role}` });
  }
}

/**
 * Whether these signatures, all over one change, put it in force: two different keys of two different offices, one judicial and one that
 * answers for the installation. Of the first registry, where nobody was before: the controller and the DPO.
 */
export function isApproved(approvals: readonly Approval[], isFirst: boolean): boolean {
  const pair = isFirst ? [['responsable'], ['dpo']] : [JUDICIAL, ANSWERING];
  const [one = [], other = []] = pair.map((roles) => approvals.filter(({ key }) => roles.includes(key.role)));
  return one.some(({ key: a }) =>
    other.some(({ key: b }) => a.kid !== b.kid && a.iss !== b.iss && a.jwk.x !== b.jwk.x),
  );
}

export const sameChange = (a: RegistryChange, b: RegistryChange): boolean =>
  canonicalJson(a as unknown as JsonValue) === canonicalJson(b as unknown as JsonValue);

/** Opens a signature under a change by the keys that may sign it. Throws E_REQ_SIG, E_REQ_AUTHORITY, E_REQ_SCHEMA, E_REQ_REPLAY. */
export async function openApproval(
  compact: string,
  registry: KeyRegistry,
  { env, audience }: { readonly env: Environment; readonly audience: string },
): Promise<Approval> {
  const { claims, key } = await openSigned(compact, REGISTRY_TYP, parseRegistryClaims, registry);
  if (claims.env !== env || claims.aud !== audience)
    throw new AppError('E_REQ_REPLAY', { detail: 'signed for another installation' });
  demandApprover(key);
  return { change: claims.change, key, jti: claims.jti, iat: claims.iat };
}

/** The first registry, as its file bears it: the keys, and the signatures of controller and DPO over all of them. Throws E_KEY_REGISTRY. */
export async function demandFounded(
  registry: KeyRegistry,
  founding: readonly string[],
  context: { readonly env: Environment; readonly audience: string },
): Promise<readonly Approval[]> {
  if (founding.length === 0) throw refusedRegistry('the first registry bears no signature of controller and DPO');
  const opened = await Promise.all(
    founding.map((compact) =>
      openApproval(compact, registry, context).catch((cause: unknown) => {
        const said = cause instanceof AppError ? `${cause.code}: ${cause.detail ?? ''}` : 'unreadable';
        throw refusedRegistry(`a signature of the first registry does not hold (${said})`, cause);
      }),
    ),
  );
  for (const { change, iat } of opened) {
    if (registryDigest(changed(new Map(), change, { env: context.env, atSeconds: iat })) !== registryDigest(registry))
      throw refusedRegistry('a signature of the first registry covers other keys');
  }
  if (!isApproved(opened, true)) throw refusedRegistry('the first registry needs the signatures of controller and DPO');
  return opened;
}
