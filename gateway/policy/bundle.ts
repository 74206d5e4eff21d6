import { readFile } from 'node:fs/promises';
import * as cedar from '@cedar-policy/cedar-wasm/nodejs';
import { type TObject, type TProperties, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { canonicalJson, type JsonValue, sha256Hex } from '../canonical.ts';
import { AppError } from '../errors.ts';
import { openSigned } from '../trust/open.ts';
import type { Environment, KeyRegistry } from '../trust/registry.ts';
import { isJsonObject, parseStrictJson } from '../trust/strict-json.ts';
import { POLICIES, POLICY_TEXTS, SCHEMA } from './policies.ts';
import { compilePolicies, type PolicyText } from './policy-set.ts';
import { demandTightened, loosened, type Tightened } from './tightened.ts';
import type { PolicySet } from './types.ts';

export const POLICIES_TYP = 'differe-policies+jwt';

/** Who must have signed, by the role that the registry gives the key. */
const SIGNERS = ['responsable', 'dpo'] as const;

/** What an installation adds to the product's rules. It can only ban more, and set values on their narrower side (POL-01). */
export interface Bundle {
  readonly version: number;
  /** Bans of the installation: one policy in Cedar each, with the reason in words. */
  readonly forbid: readonly { readonly id: string; readonly ground: string; readonly cedar: string }[];
  readonly values: Tightened;
}

export interface BundleContext {
  readonly registry: KeyRegistry;
  readonly env: Environment;
  readonly audience: string;
  readonly nowSeconds: number;
}

/** The rules that an installation runs under. */
export interface InstalledPolicies {
  readonly policies: PolicySet;
  readonly values: Tightened;
  /** SHA-256 (hex) over all of it: what the journal names. */
  readonly sha256: string;
}

const closed = <T extends TProperties>(properties: T): TObject<T> =>
  Type.Object(properties, { additionalProperties: false });
const text = Type.String({ minLength: 1, maxLength: 4000 });
const CLAIMS = Compile(
  closed({
    ver: Type.Literal(1),
    env: Type.Enum(['prod', 'test']),
    iss: Type.String({ minLength: 1, maxLength: 128 }),
    aud: Type.String({ minLength: 1, maxLength: 200 }),
    jti: Type.String({ pattern: '^[0-9a-f-]{36}$' }),
    iat: Type.Integer({ minimum: 0 }),
    bundle: Type.Object({}),
  }),
);
const FORBIDS = Compile(
  Type.Array(closed({ id: Type.String({ pattern: '^[a-z][a-z0-9-]{2,40}$' }), ground: text, cedar: text }), {
    maxItems: 100,
  }),
);

const broken = (detail: string, cause?: unknown): AppError => new AppError('E_CONFIG', { detail, cause });

/** The product's rules, with those of the installation's file where there is one. Throws E_CONFIG or E_POL_LOOSENED: there is no start. */
export async function openPolicies(file: string | undefined, context: BundleContext): Promise<InstalledPolicies> {
  if (file === undefined) return { policies: POLICIES, values: {}, sha256: POLICIES.sha256 };
  const content = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw broken('DIFFERE_POLICIES cannot be read', cause);
  });
  return await openBundle(content, context);
}

/**
 * Reads a bundle, `{ "bundle": {...}, "signatures": [JWS, JWS] }`, each signature over the whole of it. Throws E_POL_LOOSENED for what
 * would allow more than the product does, or sets what it does not know; E_CONFIG for a file, a signature or a policy that does not hold.
 */
export async function openBundle(file: string, context: BundleContext): Promise<InstalledPolicies> {
  const { bundle, signatures } = readBundleFile(file);
  await demandSignatures(bundle, signatures, context);
  const { values, forbid } = demandTighter(bundle);
  const policies = compilePolicies(SCHEMA, [...POLICY_TEXTS, ...forbid.map(banOf)], {
    refusesBroad: values.refuse_broad_questions === true,
  });
  return { policies, values, sha256: sha256Hex(canonicalJson([policies.sha256, bundle])) };
}

/** A bundle file without its signatures' verification. Throws E_CONFIG. */
export function readBundleFile(file: string): { readonly bundle: JsonValue; readonly signatures: readonly string[] } {
  let parsed: JsonValue;
  try {
    parsed = parseStrictJson(file);
  } catch (cause) {
    throw broken('the policy bundle is not strict JSON', cause);
  }
  const { bundle, signatures, ...rest } = isJsonObject(parsed) ? parsed : {};
  if (bundle === undefined || !Array.isArray(signatures) || !signatures.every((one) => typeof one === 'string')) {
    throw broken('the policy bundle needs bundle and signatures');
  }
  if (Object.keys(rest).length > 0) throw broken('the policy bundle holds other than bundle and signatures');
  return { bundle, signatures };
}

async function demandSignatures(
  bundle: JsonValue,
  signatures: readonly string[],
  { registry, env, audience, nowSeconds }: BundleContext,
): Promise<void> {
  const whole = canonicalJson(bundle);
  const parse = (value: JsonValue) => {
    if (!CLAIMS.Check(value)) throw broken('a signature of the policy bundle has other claims');
    return value as unknown as { env: Environment; iss: string; aud: string; iat: number; bundle: JsonValue };
  };
  const keys = [];
  for (const compact of signatures) {
    const { claims, key } = await openSigned(compact, POLICIES_TYP, parse, registry).catch((cause: unknown) => {
      throw broken('a signature of the policy bundle does not hold', cause);
    });
    if (claims.env !== env || claims.aud !== audience) throw broken('the policy bundle is for another installation');
    if (claims.iat > nowSeconds + 60) throw broken('the policy bundle is signed in the future');
    if (canonicalJson(claims.bundle) !== whole) throw broken('a signature covers another policy bundle');
    keys.push(key);
  }
  const roles = keys.map(({ role }) => role).toSorted();
  const isByTwo = new Set(keys.map(({ jwk }) => jwk.x)).size === 2 && new Set(keys.map(({ iss }) => iss)).size === 2;
  if (roles.join() !== SIGNERS.toSorted().join() || !isByTwo) {
    throw broken('the policy bundle needs one signature of responsable and one of dpo, by two keys of two offices');
  }
}

/** What a bundle says, when it says nothing that allows more. Throws E_POL_LOOSENED or E_CONFIG. */
export function demandTighter(bundle: JsonValue): Bundle {
  if (!isJsonObject(bundle)) throw broken('bundle is not an object');
  const { version, forbid = [], values = {}, ...rest } = bundle;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw loosened(`${unknown} is nothing that an installation sets`);
  if (!Number.isInteger(version)) throw broken('bundle.version is no number');
  if (!FORBIDS.Check(forbid)) throw broken('bundle.forbid needs id, ground and cedar of each ban');
  if (!isJsonObject(values)) throw broken('bundle.values is not an object');
  const compiled = POLICY_TEXTS.map(({ id }) => id);
  const overridden = forbid.find(({ id }) => compiled.includes(id));
  if (overridden !== undefined) throw loosened(`${overridden.id} is a rule of the product`);
  return { version: Number(version), forbid, values: demandTightened(values) };
}

// A ban binds those who work. Control, signed acts and erasure are owed by law to others than the installation, which cannot close them.
const EXEMPT =
  'unless { principal in Role::"controle" || action in [Action::"presenting", Action::"erasure", Action::"always"] }';

/** A ban of the installation as a policy of the set. Throws E_POL_LOOSENED for a permit. */
function banOf({ id, cedar: written }: Bundle['forbid'][number]): PolicyText {
  const answer = cedar.policyToJson(written);
  if (answer.type === 'failure')
    throw broken(`policy ${id}: ${answer.errors.map(({ message }) => message).join('; ')}`);
  if (answer.json.effect !== 'forbid') throw loosened(`${id} is a permit`);
  const plain = cedar.policyToText(answer.json);
  if (plain.type === 'failure') throw broken(`policy ${id} cannot be written again`);
  return { id, text: plain.text.replace(/;\s*$/, `\n${EXEMPT};`) };
}
