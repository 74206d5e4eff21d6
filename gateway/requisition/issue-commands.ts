import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import type { JWK } from 'jose';
import type { JsonValue } from '../canonical.ts';
import { nowSeconds, systemClock } from '../clock.ts';
import { type CommandIo, type ExitCode, fileText, needFile, UsageError, writeNew } from '../command.ts';
import { AppError } from '../errors.ts';
import { parseOrRefuse, publicJwkOf, readCompactJws } from '../trust/jws.ts';
import { AUTHORISATION_TYP } from '../trust/registry.ts';
import { isJsonObject, parseStrictJson } from '../trust/strict-json.ts';
import { type FrameworkRules, rulesOf } from './frameworks.ts';
import { authorise, schedule } from './issue.ts';
import { missingMembers } from './missing-members.ts';
import { AUTHORISATION, SCHEDULE } from './schema.ts';
import { type AuthorisationClaims, FRAMEWORKS, type ScheduleClaims } from './types.ts';

const DAY_SECONDS = 86_400;

type Loose = { readonly [name: string]: JsonValue };

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
  const rules = framework === undefined ? undefined : rulesOf(framework, nowSeconds(systemClock));
  const filled: Loose = {
    ...filledIn(claims, key, readDays(values.days) ?? rules?.cap_days ?? 8),
    ...(values.procedure === undefined ? {} : { sub: values.procedure }),
    ...(values.aud === undefined ? {} : { aud: values.aud }),
  };
  nameMissing([...missingMembers(AUTHORISATION, filled), ...missingByFramework(filled, rules)], {
    sub: '--procedure',
    aud: '--aud',
    ...FROM_KEY,
  });
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
  const whole: Loose = { ...filled, ...(filled.exhibits === undefined ? {} : { exhibits }) };
  const from = '--authorisation';
  nameMissing(missingMembers(SCHEDULE, whole), { ...FROM_KEY, sub: from, aud: from, auth: from });
  return await give(await schedule(whole as unknown as ScheduleClaims, key), values.out, io);
}

// What the options of keygen put into the key, and the key into the claims.
const FROM_KEY = { env: 'keygen --env', iss: 'keygen --iss' } as const;

/** Optional in the schema, and asked for by the framework or the mode. */
function missingByFramework(claims: Loose, rules: FrameworkRules | undefined): readonly string[] {
  const { lrj_auth: act } = claims;
  const deemed = isJsonObject(act) && act.mode === 'deemed_flagrance' && act.prosecutor_notice_at === undefined;
  return [
    ...(rules?.offence_required === true && claims.offence === undefined ? ['offence'] : []),
    ...(deemed ? ['lrj_auth.prosecutor_notice_at'] : []),
  ];
}

/** Throws UsageError with every missing member in one sentence; `options` says which option gives a member. */
function nameMissing(members: readonly string[], options: Readonly<Record<string, string>>): void {
  if (members.length === 0) return;
  const named = members.map((member) => (Object.hasOwn(options, member) ? `${member} (${options[member]})` : member));
  throw new UsageError(`The claims lack ${named.join(', ')}.`);
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
  await needFile(file);
  const { size } = await stat(file);
  if (size === 0) throw new UsageError(`${file} is empty: no exhibit has no content`);
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return { sha256: hash.digest('hex'), size };
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
  return { key: await readKey(values.key), claims: await readObject(values.claims) };
}

/** A private key as keygen makes it, with the office that it signs for. Throws UsageError. */
export async function readKey(file: string): Promise<Loose & JWK> {
  const key = await readObject(file);
  if (typeof key.d !== 'string' || typeof key.kid !== 'string' || !isEd25519(key)) {
    throw new UsageError(`${file} is no private Ed25519 JWK with a kid, as keygen makes it`);
  }
  return key as Loose & JWK;
}

function isEd25519(key: Loose): boolean {
  try {
    return publicJwkOf(key).kty === 'OKP';
  } catch {
    return false;
  }
}

async function readObject(file: string): Promise<Loose> {
  const text = await fileText(file);
  let value: unknown;
  try {
    value = parseStrictJson(text);
  } catch (cause) {
    throw new UsageError(`${file} is not strict JSON`, { cause });
  }
  if (!isJsonObject(value)) throw new UsageError(`${file} is no JSON object`);
  return value;
}

function readDays(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const days = Number(text);
  if (!Number.isInteger(days) || days < 1) throw new UsageError('--days is a whole number');
  return days;
}

/** The signed object to stdout, or to a file that its owner alone reads and that is not there yet; `instead` says what to do where it is. */
export async function give(token: string, out: string | undefined, io: CommandIo, instead?: string): Promise<ExitCode> {
  if (out === undefined) io.out(`${token}`);
  else await writeNew(out, `${token}\n`, instead === undefined ? {} : { instead });
  return 0;
}
