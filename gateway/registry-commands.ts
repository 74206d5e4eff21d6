import { parseArgs } from 'node:util';
import type { JWK } from 'jose';
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
import { AppError, isErrorCode } from './errors.ts';
import { type Environment, foundingOf, type KeyRegistry, loadRegistry } from './trust/registry.ts';
import {
  changed,
  changeOf,
  demandFounded,
  entriesOf,
  openApproval,
  type RegistryChange,
  registryDigest,
} from './trust/registry-change.ts';
import { demandOwn, signChange, signFirstRegistry } from './trust/registry-sign.ts';
import { isJsonObject, parseStrictJson } from './trust/strict-json.ts';
import { writeDurably } from './vault.ts';

const USAGE = `differe registry first --key KEY.json --aud ID FILE          signs the first registry, in its file: controller and DPO, one after the other
differe registry propose --key KEY.json --aud ID --registry FILE [--add JWKS.json]... [--end KID[@TIME]]... [--remove KID]... --out CHANGE.jws
differe registry approve --key KEY.json --aud ID --registry FILE --out SECOND.jws CHANGE.jws     the second office: says what changes, and signs it
differe registry apply --aud ID --registry FILE --out NEXT.json CHANGE.jws      the file that the change leads to
differe registry status [--aud ID] [--url URL --agent KEY.json] FILE           its digest, or whether it is what is in force at URL
    --end: what the key signed before TIME (now, unless said) goes on counting; --remove: nothing that it ever signed counts any more.
    Both signatures are presented with "differe act present". A change needs a judicial office and the controller or the DPO.`;

/** `differe registry ...`: who may sign what, changed by two offices (REQ-12). Works on files in hand; only `status --url` asks a gateway. */
export const registryCommand: Command = (args, io) =>
  answering(args, io, USAGE, async () => {
    const [name = '', ...rest] = args;
    const commands = { first, propose, approve, apply, status };
    if (!Object.hasOwn(commands, name)) throw new UsageError('No such sub-command');
    try {
      return await commands[name as keyof typeof commands](rest, io);
    } catch (error) {
      // For a gateway it is a failure of the installation (503); for whoever sits here it is the answer.
      if (!(error instanceof AppError) || error.code !== 'E_KEY_REGISTRY') throw error;
      io.err(sentencesOf(error.code, error.detail));
      return 1;
    }
  });

async function first(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const { values, positionals } = read(args);
  const file = onlyFile(positionals);
  const key = await keyIn(values.key);
  await writeDurably(file, await signFirstRegistry(await fileText(file), key.jwk, officeOf(key.env, values.aud)));
  io.err(`Signed by ${key.iss}`);
  io.out(JSON.stringify({ file, signatures: foundingOf(await fileText(file)).length }));
  return 0;
}

async function propose(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const { values, positionals } = read(args);
  if (positionals.length > 0) throw new UsageError('propose takes no FILE');
  const out = needed('--out', values.out);
  const key = await keyIn(values.key);
  const before = await registryIn(values.registry, key.env);
  demandOwn(before, key.jwk);
  const added = await Promise.all((values.add ?? []).map((file) => registryIn(file, key.env)));
  const change = changeOf(before, {
    add: added.flatMap((registry) => [...entriesOf(registry)]),
    end: (values.end ?? []).map(endOf),
    remove: values.remove ?? [],
  });
  const office = officeOf(key.env, values.aud);
  changed(before, change, { env: key.env, atSeconds: office.nowSeconds });
  await writeNew(out, `${await signChange(change, key.iss, key.jwk, office)}\n`);
  say(change, io);
  io.out(JSON.stringify({ file: out, before: change.before, after: change.after }));
  return 0;
}

async function approve(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const { values, positionals } = read(args);
  const out = needed('--out', values.out);
  const key = await keyIn(values.key);
  demandOwn(await registryIn(values.registry, key.env), key.jwk);
  const { change } = await proposalIn(onlyFile(positionals), values, key.env);
  say(change, io);
  await writeNew(out, `${await signChange(change, key.iss, key.jwk, officeOf(key.env, values.aud))}\n`);
  io.out(JSON.stringify({ file: out, before: change.before, after: change.after }));
  return 0;
}

async function apply(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const { values, positionals } = read(args);
  const out = needed('--out', values.out);
  const { change, after } = await proposalIn(onlyFile(positionals), values, environment(values.env ?? 'prod'));
  await writeNew(out, `${JSON.stringify({ keys: entriesOf(after) }, null, 2)}\n`);
  io.out(JSON.stringify({ file: out, digest: change.after }));
  return 0;
}

/** A change that one office signed, with what it leads to; its signature and its registry hold, or E_KEY_REGISTRY, E_REQ_SIG... */
async function proposalIn(
  file: string,
  values: Values,
  env: Environment,
): Promise<{ readonly change: RegistryChange; readonly after: KeyRegistry }> {
  const before = await registryIn(values.registry, env);
  const audience = needed('--aud', values.aud);
  const { change, iat } = await openApproval((await fileText(file)).trim(), before, { env, audience });
  return { change, after: changed(before, change, { env, atSeconds: iat }) };
}

async function status(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const { values, positionals } = read(args);
  const text = await fileText(onlyFile(positionals));
  const registry = loadRegistry(text, 'test');
  const digest = registryDigest(registry);
  const founding = foundingOf(text).length;
  if (values.url === undefined) {
    const env = [...registry.values()][0]?.env ?? 'prod';
    if (values.aud !== undefined) await demandFounded(registry, foundingOf(text), { env, audience: values.aud });
    io.out(JSON.stringify({ digest, keys: registry.size, founding }));
    return 0;
  }
  const { jwk } = await keyIn(values.agent);
  try {
    const asked = await createClient({ url: values.url, agentKey: jwk }).json<{ digest?: string; pending: object[] }>(
      'GET',
      '/api/v1/registry',
    );
    const inForce = asked.digest === digest;
    io.out(JSON.stringify({ digest, inForce, running: asked.digest ?? null, pending: asked.pending }));
    return inForce ? 0 : 1;
  } catch (error) {
    if (!(error instanceof GatewayError || error instanceof UnreachableError)) throw error;
    io.err(error instanceof GatewayError && isErrorCode(error.code) ? sentencesOf(error.code) : error.message);
    return error instanceof GatewayError && error.status < 500 ? 1 : 3;
  }
}

const text = { type: 'string' } as const;
const many = { type: 'string', multiple: true } as const;
const OPTIONS = {
  key: text,
  aud: text,
  env: text,
  registry: text,
  out: text,
  url: text,
  agent: text,
  add: many,
  end: many,
  remove: many,
};
const read = (args: readonly string[]) => parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
type Values = ReturnType<typeof read>['values'];

async function keyIn(file: string | undefined) {
  const jwk = parseStrictJson(await fileText(needed('--key', file)));
  if (!isJsonObject(jwk)) throw new UsageError('the key is no JSON object');
  const { iss = '', env = 'prod', ...key } = jwk;
  if (typeof iss !== 'string') throw new UsageError('iss of the key is no text');
  return { jwk: key as JWK, iss, env: environment(env) };
}

const registryIn = async (file: string | undefined, env: Environment): Promise<KeyRegistry> =>
  loadRegistry(await fileText(needed('--registry', file)), env);

const officeOf = (env: Environment, aud: string | undefined) => ({
  env,
  audience: needed('--aud', aud),
  nowSeconds: nowSeconds(systemClock),
});

function endOf(said: string): { readonly kid: string; readonly exp: number } {
  const [kid = '', time] = said.split('@');
  const ms = time === undefined ? systemClock.nowMs() : Date.parse(time);
  if (Number.isNaN(ms)) throw new UsageError(`${said}: no time after @`);
  return { kid, exp: Math.floor(ms / 1000) };
}

function environment(value: unknown): Environment {
  if (value !== 'prod' && value !== 'test') throw new UsageError('env is prod or test');
  return value;
}

function needed(option: string, value: string | undefined): string {
  if (value === undefined) throw new UsageError(`${option} is needed`);
  return value;
}

function say({ add, end, remove }: RegistryChange, io: CommandIo): void {
  for (const { kid, iss, role, signs } of add) io.err(`+ ${kid} ${role} (${iss}): ${signs.join(', ')}`);
  for (const { kid, exp } of end) io.err(`~ ${kid} until ${new Date(exp * 1000).toISOString()}`);
  for (const kid of remove) io.err(`- ${kid}`);
}
