import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import type { JsonValue } from '../canonical.ts';
import { type CommandIo, type ExitCode, UsageError, writeNew } from '../command.ts';
import { AppError } from '../errors.ts';
import { publicJwkOf } from '../trust/jws.ts';
import { AUTHORISATION_TYP, loadRegistry, SIGNED_TYPES, type SignedType } from '../trust/registry.ts';
import { ROLES, SIGNERS, usualTypesOf } from '../trust/signers.ts';
import { isJsonObject, parseStrictJson } from '../trust/strict-json.ts';
import { writeDurably } from '../vault.ts';

type Loose = { readonly [name: string]: JsonValue };

/** For the usage: the roles and what their keys sign unless `--signs` says otherwise. */
export const ROLES_TEXT = `    ROLE: ${ROLES.join(', ')}
    TYP: ${SIGNED_TYPES.join(', ')};
    unless said, all that the role may sign, but schedules of procureur, juge_instruction and greffe
    and authorisations of opj, who signs one only where it is deemed given in flagrance (--signs ${AUTHORISATION_TYP})`;

/**
 * Makes an Ed25519 key. stdout: the public JWK with `kid` and `jkt` when `--out` takes the private one, else the private JWK. With
 * `--registry` the public key is added to that JWKS file: the change that two persons have to make together in production. Throws
 * UsageError for an unknown role or token type, and for a file that exists.
 */
export async function keygenCommand(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      out: { type: 'string' },
      kid: { type: 'string' },
      iss: { type: 'string' },
      role: { type: 'string' },
      env: { type: 'string' },
      signs: { type: 'string', multiple: true },
      registry: { type: 'string' },
    },
  });
  const { iss, role, env, registry, out } = values;
  if (role !== undefined && !ROLES.includes(role)) throw new UsageError(`--role is one of ${ROLES.join(', ')}`);
  if (env !== undefined && env !== 'prod' && env !== 'test') throw new UsageError('--env is prod or test');
  if (role === undefined && values.signs !== undefined) throw new UsageError('--role is needed with --signs');
  const office = role === undefined ? {} : { role, signs: readSigns(values.signs, role) };
  const { pair, publicJwk, jkt } = await newPair();
  const kid = values.kid ?? jkt;
  const place = { ...(iss === undefined ? {} : { iss }), ...(env === undefined ? {} : { env }) };
  const privateJwk = { ...(await exportJWK(pair.privateKey)), kid, ...place, ...office };
  let registered: string | undefined;
  if (registry !== undefined) {
    const own = { iss: needed('--iss', iss), role: needed('--role', role), env: needed('--env', env) };
    registered = await withKey(registry, { ...publicJwk, kid, ...own, ...office });
  }
  // The private key first: a registry never names a key that was not kept.
  if (out !== undefined) await writeNew(out, `${JSON.stringify(privateJwk, null, 2)}\n`);
  if (registry !== undefined && registered !== undefined) await writeDurably(registry, registered);
  io.out(JSON.stringify(out === undefined ? privateJwk : { ...publicJwk, kid, jkt }));
  return 0;
}

/** A key whose thumbprint can be its `kid`: names of the registry begin with a letter or a digit, one thumbprint in 32 does not. */
async function newPair() {
  for (;;) {
    const pair = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
    const publicJwk = publicJwkOf(await exportJWK(pair.publicKey));
    const jkt = await calculateJwkThumbprint(publicJwk);
    if (/^[A-Za-z0-9]/.test(jkt)) return { pair, publicJwk, jkt };
  }
}

function readSigns(given: readonly string[] | undefined, role: string): readonly SignedType[] {
  return (given ?? usualTypesOf(role)).map((typ) => {
    const known = SIGNED_TYPES.find((each) => each === typ);
    if (known === undefined) throw new UsageError(`--signs is one of ${SIGNED_TYPES.join(', ')}`);
    if (!SIGNERS[known].includes(role)) {
      throw new UsageError(`${role} does not sign ${typ}: ${SIGNERS[known].join(', ')} do`);
    }
    return known;
  });
}

function needed(option: string, value: string | undefined): string {
  if (value === undefined) throw new UsageError(`${option} is needed with --registry`);
  return value;
}

/** The text of the registry with one key more. Throws UsageError where the gateway would not take it. */
async function withKey(file: string, key: Loose): Promise<string> {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return '{"keys":[]}';
    throw new UsageError(`Cannot read ${file}`, { cause });
  });
  try {
    const jwks = parseStrictJson(text);
    if (!isJsonObject(jwks) || !Array.isArray(jwks.keys)) throw new UsageError(`${file} is no JWKS`);
    const next = `${JSON.stringify({ keys: [...jwks.keys, key] }, null, 2)}\n`;
    loadRegistry(next, 'test');
    return next;
  } catch (cause) {
    if (cause instanceof SyntaxError) throw new UsageError(`${file} is no JWKS`, { cause });
    if (cause instanceof AppError) throw new UsageError(`${file} would not be accepted: ${cause.detail}`, { cause });
    throw cause;
  }
}
