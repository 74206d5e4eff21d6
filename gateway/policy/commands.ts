import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { JWK } from 'jose';
import { nowSeconds, systemClock } from '../clock.ts';
import { answering, type Command, type CommandIo, type ExitCode, fileText, onlyFile, UsageError } from '../command.ts';
import { type Environment, loadRegistry } from '../trust/registry.ts';
import { isJsonObject, parseStrictJson } from '../trust/strict-json.ts';
import { openBundle } from './bundle.ts';
import { signBundle } from './bundle-sign.ts';

const USAGE = `differe policies sign --key KEY.json --aud ID FILE         adds a signature to FILE, a bundle of an installation's own rules
differe policies check --keys JWKS.json --aud ID [--env prod|test] FILE
    FILE: { "bundle": { "version", "forbid": [{ "id", "ground", "cedar" }], "values": {...} }, "signatures": [] }`;

/** `differe policies ...`: an installation's own bans and narrower values, before a gateway starts under them. */
export const policiesCommand: Command = (args, io) =>
  answering(args, io, USAGE, async () => {
    const [name, ...rest] = args;
    if (name === 'sign') return await sign(rest, io);
    if (name === 'check') return await check(rest, io);
    throw new UsageError('No such sub-command');
  });

async function sign(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { key: { type: 'string' }, aud: { type: 'string' } },
  });
  const file = onlyFile(positionals);
  const key = parseStrictJson(await fileText(needed('--key', values.key)));
  if (!isJsonObject(key) || typeof key.iss !== 'string') throw new UsageError('--key needs iss: see keygen --iss');
  const office = {
    iss: key.iss,
    env: environment(key.env),
    audience: needed('--aud', values.aud),
    nowSeconds: nowSeconds(systemClock),
  };
  await writeFile(file, await signBundle(await fileText(file), key as JWK, office));
  io.err(`Signed by ${office.iss}`);
  return 0;
}

async function check(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { keys: { type: 'string' }, aud: { type: 'string' }, env: { type: 'string' } },
  });
  const env = environment(values.env ?? 'prod');
  const installed = await openBundle(await fileText(onlyFile(positionals)), {
    registry: loadRegistry(await fileText(needed('--keys', values.keys)), env),
    env,
    audience: needed('--aud', values.aud),
    nowSeconds: nowSeconds(systemClock),
  });
  io.out(JSON.stringify({ values: installed.values, sha256: installed.sha256 }));
  return 0;
}

function needed(option: string, value: string | undefined): string {
  if (value === undefined) throw new UsageError(`${option} is needed`);
  return value;
}

function environment(value: unknown): Environment {
  if (value !== 'prod' && value !== 'test') throw new UsageError('env is prod or test');
  return value;
}
