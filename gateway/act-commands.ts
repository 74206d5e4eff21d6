import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import type { JWK } from 'jose';
import type { JsonValue } from './canonical.ts';
import { createClient, GatewayError, UnreachableError } from './client.ts';
import { nowSeconds, systemClock } from './clock.ts';
import {
  answering,
  type Command,
  type CommandIo,
  type ExitCode,
  fileText,
  onlyFile,
  sentencesOf,
  UsageError,
  writeNew,
} from './command.ts';
import { parsePersonRequest } from './compliance/person-request-claims.ts';
import { parseReview } from './compliance/review-claims.ts';
import { isErrorCode } from './errors.ts';
import { parseHabilitation } from './habilitation/claims.ts';
import { parseContraryDecision } from './requisition/contrary-decision.ts';
import { parseRevocationList } from './requisition/revocation-list.ts';
import { parseClosure, parseExtension, parseOrder } from './retention/schema.ts';
import { ACT_TYPES, type ActType } from './trust/registry.ts';
import { parseRegistryClaims } from './trust/registry-change.ts';
import { signClaims } from './trust/sign.ts';
import { isJsonObject, parseStrictJson } from './trust/strict-json.ts';

const USAGE = `differe act sign --typ TYP --key KEY.json --claims FILE.json [--aud ID] [--out FILE]
    TYP: ${ACT_TYPES.join(', ')}; ver, env, iss, jti and iat are filled in where the claims do not say
differe act present --url URL --agent KEY.json FILE       FILE: the compact JWS; whoever carries it may present it`;

/** `differe act ...`: acts beside the requisition, signed on an office's machine and presented by whoever carries them. */
export const actCommand: Command = (args, io) =>
  answering(args, io, USAGE, async () => {
    const [name, ...rest] = args;
    if (name === 'sign') return await sign(rest, io);
    if (name === 'present') return await present(rest, io);
    throw new UsageError('No such sub-command');
  });

async function sign(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      typ: { type: 'string' },
      key: { type: 'string' },
      claims: { type: 'string' },
      aud: { type: 'string' },
      out: { type: 'string' },
    },
  });
  const typ = ACT_TYPES.find((each) => each === values.typ);
  if (typ === undefined) throw new UsageError(`--typ is one of ${ACT_TYPES.join(', ')}`);
  const { env, iss, ...key } = await objectIn('--key', values.key);
  const given = await objectIn('--claims', values.claims);
  const claims = {
    ver: 1,
    ...(env === undefined ? {} : { env }),
    ...(iss === undefined ? {} : { iss }),
    jti: randomUUID(),
    iat: nowSeconds(systemClock),
    ...given,
    ...(values.aud === undefined ? {} : { aud: values.aud }),
  };
  PARSERS[typ](claims);
  const compact = await signClaims(claims, typ, key as JWK);
  if (values.out === undefined) io.out(compact);
  else await writeNew(values.out, `${compact}\n`);
  return 0;
}

/** What the gateway asks of the claims of each kind: nothing is signed that it would not take. */
const PARSERS: Readonly<Record<ActType, (claims: JsonValue) => unknown>> = {
  'differe-revocation-list+jwt': parseRevocationList,
  'differe-contrary-decision+jwt': parseContraryDecision,
  'differe-order+jwt': parseOrder,
  'differe-extension+jwt': parseExtension,
  'differe-closure+jwt': parseClosure,
  'differe-habilitation+jwt': parseHabilitation,
  'differe-self-control+jwt': parseReview,
  'differe-registry+jwt': parseRegistryClaims,
  'differe-person-request+jwt': parsePersonRequest,
};

async function present(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { url: { type: 'string' }, agent: { type: 'string' } },
  });
  if (values.url === undefined) throw new UsageError('--url is needed');
  const agentKey = (await objectIn('--agent', values.agent)) as JWK;
  const act = (await fileText(onlyFile(positionals))).trim();
  try {
    const kept = await createClient({ url: values.url, agentKey }).json('POST', '/api/v1/acts', { act });
    io.out(JSON.stringify(kept));
    return 0;
  } catch (error) {
    if (!(error instanceof GatewayError || error instanceof UnreachableError)) throw error;
    const isWorded = error instanceof GatewayError && isErrorCode(error.code);
    io.err(isWorded ? sentencesOf(error.code, undefined, error.faults) : error.message);
    return error instanceof GatewayError && error.status < 500 ? 1 : 3;
  }
}

async function objectIn(option: string, file: string | undefined) {
  if (file === undefined) throw new UsageError(`${option} is needed`);
  try {
    const value = parseStrictJson(await fileText(file));
    if (isJsonObject(value)) return value;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
  }
  throw new UsageError(`${file} is no JSON object`);
}
