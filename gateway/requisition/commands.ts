import { parseArgs } from 'node:util';
import { nowSeconds, systemClock } from '../clock.ts';
import {
  answering,
  type Command,
  type CommandIo,
  type ExitCode,
  fileText,
  onlyFile,
  sentencesOf,
  UsageError,
} from '../command.ts';
import { AppError, type ErrorCode } from '../errors.ts';
import { type CaseId, newId } from '../ids.ts';
import { parseOrRefuse, readCompactJws, verifyJws } from '../trust/jws.ts';
import { type Environment, loadRegistry } from '../trust/registry.ts';
import { isJsonObject, parseStrictJson } from '../trust/strict-json.ts';
import { contraryCommand, revokeCommand } from './act-commands.ts';
import { authorizeCommand, scheduleCommand } from './issue-commands.ts';
import { keygenCommand, ROLES_TEXT } from './keygen-command.ts';
import { type Tokens, type VerifyContext, verifyAlone, verifyRequisition } from './verify.ts';

const USAGE = `differe requisition keygen [--out FILE] [--kid KID] [--iss OFFICE --role ROLE --env prod|test [--signs TYP]... [--registry FILE]]
${ROLES_TEXT}
differe requisition authorize --key KEY.json --claims FILE.json [--procedure N] [--aud ID] [--days N] [--out FILE]
differe requisition schedule --key KEY.json --claims FILE.json [--authorisation FILE] [--exhibit PIECE=FILE]... [--days N] [--out FILE]
differe requisition revoke --key KEY.json --list ID --aud ID [--jti JTI]... [--reason CODE] [--previous FILE] [--days N] [--out FILE]
differe requisition contrary --key KEY.json --authorisation FILE --act-ref REF --act-sha256 HEX [--decided-at TIME] [--out FILE]
differe requisition inspect FILE
differe requisition verify --keys JWKS.json [--aud ID] [--env prod|test] [--controller TYPE:UNIT] [--at TIME] FILE
differe requisition verify-jws --key JWK.json FILE`;

/** `differe requisition ...`: what an authority's machine issues, and what anyone can check offline. */
export const requisitionCommand: Command = (args, io) =>
  answering(args, io, USAGE, async () => {
    const [name, ...rest] = args;
    const command = name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (command === undefined) throw new UsageError('No such sub-command');
    return await command(rest, io);
  });

const COMMANDS: Readonly<Record<string, Command>> = {
  keygen: keygenCommand,
  authorize: authorizeCommand,
  schedule: scheduleCommand,
  revoke: revokeCommand,
  contrary: contraryCommand,
  inspect: inspectCommand,
  verify: verifyCommand,
  'verify-jws': verifyJwsCommand,
};

async function inspectCommand(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const { positionals } = parseArgs({ args: [...args], allowPositionals: true, options: {} });
  const file = onlyFile(positionals);
  const text = await fileText(file);
  if (isKeyFile(text)) throw new UsageError(`${file} holds a key, and no token`);
  const tokens = readTokens(text);
  io.err('Nothing was verified: this is what the file says, not what is true.');
  const parts = typeof tokens === 'string' ? { token: tokens } : { ...tokens };
  const shown = Object.entries(parts).map(([part, compact]) => {
    const { header, payload } = readCompactJws(compact);
    return [part, { header, claims: parseOrRefuse(payload) }];
  });
  io.out(`${JSON.stringify(Object.fromEntries(shown), null, 2)}`);
  return 0;
}

async function verifyCommand(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      keys: { type: 'string' },
      aud: { type: 'string' },
      env: { type: 'string' },
      at: { type: 'string' },
      controller: { type: 'string' },
    },
  });
  if (values.keys === undefined) throw new UsageError('--keys is missing');
  const env = values.env === undefined ? undefined : readEnvironment(values.env);
  const controller = values.controller === undefined ? undefined : readController(values.controller);
  const at = values.at === undefined ? nowSeconds(systemClock) : readTime(values.at);
  const jwks = await fileText(values.keys);
  const text = await fileText(onlyFile(positionals));
  return await verdict(io, async () => {
    const tokens = readTokens(text);
    const said = saidOf(typeof tokens === 'string' ? tokens : tokens.authorisation);
    const taken = [...(env === undefined ? ['--env'] : []), ...(values.aud === undefined ? ['--aud'] : [])];
    if (taken.length > 0) io.err(`${taken.join(' and ')} not given: taken from the token itself, so not checked.`);
    if (typeof tokens === 'string') {
      io.err('One token alone: whether authorisation and schedule go together was not checked.');
    }
    const context: VerifyContext = {
      registry: loadRegistry(jwks, env ?? said.env),
      env: env ?? said.env,
      audience: values.aud ?? said.aud,
      nowSeconds: at,
      ...(controller === undefined ? {} : { controller }),
      caseIdOf: () => newId<CaseId>(),
      // Which tokens were used and which acts are on record is the installation's to say.
      isUsed: () => false,
      isRevoked: () => false,
    };
    await (typeof tokens === 'string' ? verifyAlone(tokens, context) : verifyRequisition(tokens, context));
  });
}

async function verifyJwsCommand(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { key: { type: 'string' } },
  });
  if (values.key === undefined) throw new UsageError('--key is missing');
  const key = readJwk(await fileText(values.key), values.key);
  const compact = withoutLineEnd(await fileText(onlyFile(positionals)));
  return await verdict(io, async () => {
    await verifyJws(compact, parseOrRefuse(Buffer.from(key, 'utf8')));
  });
}

/** A JWK, or a set of them. */
function isKeyFile(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) && (Object.hasOwn(value, 'kty') || Object.hasOwn(value, 'keys'));
  } catch {
    return false;
  }
}

/** The text of a JWK of whatever kind: a kind that we do not take is refused, a file that holds no key is a wrong call. */
function readJwk(text: string, file: string): string {
  let jwk: unknown;
  try {
    jwk = JSON.parse(text);
  } catch {
    jwk = undefined;
  }
  if (!isJsonObject(jwk) || typeof jwk.kty !== 'string') throw new UsageError(`No JWK in ${file}`);
  return text;
}

/** Prints the verdict; a refusal is an answer, anything else a failure. */
async function verdict(io: CommandIo, check: () => Promise<void>): Promise<ExitCode> {
  let code: ErrorCode | null = null;
  try {
    await check();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    code = error.code;
    io.err(sentencesOf(error.code, error.detail));
  }
  io.out(`${JSON.stringify({ verdict: code === null ? 'accepted' : 'refused', code })}`);
  return code === null ? 0 : 1;
}

/** What a token says of its own environment and audience: used for what the caller does not ask about. */
function saidOf(compact: string): { readonly env: Environment; readonly aud: string } {
  const claims = parseOrRefuse(readCompactJws(compact).payload);
  if (!isJsonObject(claims)) throw new AppError('E_REQ_SCHEMA');
  return { env: claims.env === 'test' ? 'test' : 'prod', aud: typeof claims.aud === 'string' ? claims.aud : '' };
}

/** One compact JWS, or JSON with `authorisation` and `schedule`. */
function readTokens(text: string): Tokens | string {
  if (!text.trimStart().startsWith('{')) return withoutLineEnd(text);
  let parsed: unknown;
  try {
    parsed = parseStrictJson(text);
  } catch (cause) {
    throw new AppError('E_REQ_SIG', { cause, detail: 'the file is not strict JSON' });
  }
  if (!isJsonObject(parsed) || typeof parsed.authorisation !== 'string' || typeof parsed.schedule !== 'string') {
    throw new AppError('E_REQ_MISSING', { detail: 'the file does not hold both tokens' });
  }
  return { authorisation: parsed.authorisation, schedule: parsed.schedule };
}

// A text file ends with a line end; anything else that is no base64url is part of what is judged.
const withoutLineEnd = (text: string): string => text.replace(/\r?\n$/, '');

function readEnvironment(text: string): Environment {
  if (text !== 'prod' && text !== 'test') throw new UsageError('--env is prod or test');
  return text;
}

function readController(text: string): { readonly type: string; readonly unit_code: string } {
  const [type, unit, ...more] = text.split(':');
  if (type === undefined || type === '' || unit === undefined || unit === '' || more.length > 0) {
    throw new UsageError('--controller reads TYPE:UNIT, e.g. police_nationale:DCPJ-75');
  }
  return { type, unit_code: unit };
}

function readTime(text: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new UsageError('--at is not a time');
  return Math.floor(ms / 1000);
}
