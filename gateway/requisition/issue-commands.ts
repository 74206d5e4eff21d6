import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import type { JsonValue } from '../canonical.ts';
import { nowSeconds, systemClock } from '../clock.ts';
import type { CommandIo, ExitCode } from '../command.ts';
import { AppError } from '../errors.ts';
import { writeDurably } from '../vault.ts';
import { fileText, UsageError } from './arguments.ts';
import { rulesOf } from './frameworks.ts';
import { authorise, schedule } from './issue.ts';
import { parseOrRefuse, publicJwkOf, readCompactJws } from './jws.ts';
import { AUTHORISATION_TYP, loadRegistry, SCHEDULE_TYP } from './registry.ts';
import { isJsonObject, parseStrictJson } from './strict-json.ts';
import { type AuthorisationClaims, FRAMEWORKS, type ScheduleClaims } from './types.ts';

const DAY_SECONDS = 86_400;

type Loose = { readonly [name: string]: JsonValue };

/**
 * Makes an Ed25519 key. stdout: the public JWK with `kid` and `jkt` when `--out` takes the private one, else the private JWK. With
 * `--registry` the public key is added to that JWKS file: the change that two persons have to make together in production.
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
  const pair = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const publicJwk = publicJwkOf(await exportJWK(pair.publicKey));
  const jkt = await calculateJwkThumbprint(publicJwk);
  const kid = values.kid ?? jkt;
  const { iss, role, env, registry } = values;
  const office = { ...(iss === undefined ? {} : { iss }), ...(env === undefined ? {} : { env }) };
  if (registry !== undefined) {
    const signs = values.signs ?? [role === 'opj' ? SCHEDULE_TYP : AUTHORISATION_TYP];
    await addToRegistry(registry, { ...publicJwk, kid, ...office, ...(role === undefined ? {} : { role }), signs });
  }
  const privateJwk = { ...(await exportJWK(pair.privateKey)), kid, ...office };
  if (values.out === undefined) {
    io.out(`${JSON.stringify(privateJwk)}`);
  } else {
    // `wx`: a key that exists is never written over.
    await writeFile(values.out, `${JSON.stringify(privateJwk, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
    io.out(`${JSON.stringify({ ...publicJwk, kid, jkt })}`);
  }
  return 0;
}

async function addToRegistry(file: string, key: Loose): Promise<void> {
  const text = await readFile(file, 'utf8').catch(() => '{"keys":[]}');
  const jwks = parseStrictJson(text);
  if (!isJsonObject(jwks) || !Array.isArray(jwks.keys)) throw new AppError('E_KEY_REGISTRY', { detail: 'not a JWKS' });
  const next = `${JSON.stringify({ keys: [...jwks.keys, key] }, null, 2)}\n`;
  loadRegistry(next, 'test');
  await writeDurably(file, next);
}

const ISSUE_OPTIONS = {
  key: { type: 'string' },
  claims: { type: 'string' },
  days: { type: 'string' },
  out: { type: 'string' },
} as const;

/** Signs an authorisation; fills ver, env, iss, jti, iat, nbf and exp (the framework's cap) where the claims do not say. */
export async function authorizeCommand(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const { values } = parseArgs({
    args: [...args],
    options: { ...ISSUE_OPTIONS, procedure: { type: 'string' }, aud: { type: 'string' } },
  });
  const { key, claims } = await readIssue(values);
  const framework = FRAMEWORKS.find((code) => code === claims.framework);
  const capDays = framework === undefined ? 8 : rulesOf(framework, nowSeconds(systemClock)).cap_days;
  const filled = {
    ...filledIn(claims, key, readDays(values.days) ?? capDays),
    ...(values.procedure === undefined ? {} : { sub: values.procedure }),
    ...(values.aud === undefined ? {} : { aud: values.aud }),
  };
  return await give(await authorise(filled as unknown as AuthorisationClaims, key), values.out, io);
}

/** Signs an exhibit schedule; takes sub, aud, env and auth from `--authorisation`, digest and size of a piece from `--exhibit`. */
export async function scheduleCommand(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const { values } = parseArgs({
    args: [...args],
    options: { ...ISSUE_OPTIONS, authorisation: { type: 'string' }, exhibit: { type: 'string', multiple: true } },
  });
  const { key, claims } = await readIssue(values);
  const under = values.authorisation === undefined ? undefined : await readAuthorisation(values.authorisation);
  const inherited = under === undefined ? {} : { sub: under.sub, aud: under.aud, env: under.env, auth: under.jti };
  const filled = filledIn({ ...inherited, ...claims } as Loose, key, readDays(values.days) ?? 7);
  const exhibits = await withDigests(filled.exhibits, values.exhibit ?? []);
  const token = await schedule({ ...filled, exhibits } as unknown as ScheduleClaims, key);
  return await give(token, values.out, io);
}

const filledIn = (claims: Loose, key: Loose & JWK, days: number): Loose => {
  const iat = typeof claims.iat === 'number' ? claims.iat : nowSeconds(systemClock);
  const nbf = typeof claims.nbf === 'number' ? claims.nbf : iat;
  const office = { env: key.env, iss: key.iss };
  return { ver: 1, jti: randomUUID(), iat, nbf, exp: nbf + days * DAY_SECONDS, ...defined(office), ...claims };
};

const defined = (members: { readonly [name: string]: JsonValue | undefined }): Loose =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Loose;

/** `PIECE=FILE`: the officer's machine hashes the recording itself, so that nobody types a digest. */
async function withDigests(exhibits: JsonValue | undefined, given: readonly string[]): Promise<JsonValue> {
  const digests = new Map<string, Loose>();
  for (const option of given) {
    const at = option.indexOf('=');
    if (at < 1) throw new UsageError('--exhibit is PIECE=FILE');
    digests.set(option.slice(0, at), await digestOf(option.slice(at + 1)));
  }
  const list = Array.isArray(exhibits) ? exhibits : [];
  const known = new Set(list.map((exhibit) => (isJsonObject(exhibit) ? exhibit.id : undefined)));
  const stranger = [...digests.keys()].find((piece) => !known.has(piece));
  if (stranger !== undefined) throw new UsageError(`the claims list no exhibit ${stranger}`);
  return list.map((exhibit) =>
    isJsonObject(exhibit) && typeof exhibit.id === 'string' ? { ...exhibit, ...digests.get(exhibit.id) } : exhibit,
  );
}

async function digestOf(file: string): Promise<Loose> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return { sha256: hash.digest('hex'), size: (await stat(file)).size };
}

async function readAuthorisation(file: string): Promise<Loose> {
  const { header, payload } = readCompactJws((await fileText(file)).trimEnd());
  const claims = parseOrRefuse(payload);
  if (header.typ !== AUTHORISATION_TYP || !isJsonObject(claims)) throw new AppError('E_REQ_SIG', { detail: file });
  return claims;
}

async function readIssue(values: {
  readonly key?: string | undefined;
  readonly claims?: string | undefined;
}): Promise<{ readonly key: Loose & JWK; readonly claims: Loose }> {
  if (values.key === undefined || values.claims === undefined) throw new UsageError('--key and --claims are needed');
  const key = parseStrictJson(await fileText(values.key));
  const claims = parseStrictJson(await fileText(values.claims));
  if (!isJsonObject(key) || !isJsonObject(claims)) throw new UsageError('key and claims are JSON objects');
  return { key: key as Loose & JWK, claims };
}

function readDays(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const days = Number(text);
  if (!Number.isInteger(days) || days < 1) throw new UsageError('--days is a whole number');
  return days;
}

async function give(token: string, out: string | undefined, io: CommandIo): Promise<ExitCode> {
  if (out === undefined) io.out(`${token}`);
  else await writeFile(out, `${token}\n`, { mode: 0o600 });
  return 0;
}
