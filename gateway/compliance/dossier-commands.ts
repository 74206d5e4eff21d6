import { parseArgs } from 'node:util';
import { canonicalJson, type JsonValue } from '../canonical.ts';
import { nowSeconds, systemClock } from '../clock.ts';
import {
  type CommandIo,
  type ExitCode,
  fileText,
  needNoFile,
  onlyFile,
  sentencesOf,
  UsageError,
  writeNew,
} from '../command.ts';
import { type Config, readConfig } from '../config.ts';
import { AppError } from '../errors.ts';
import { SOFTWARE } from '../software.ts';
import { publicJwkOf } from '../trust/jws.ts';
import { loadRegistry } from '../trust/registry.ts';
import { demandOffice } from '../trust/signers.ts';
import { isJsonObject, parseStrictJson } from '../trust/strict-json.ts';
import { writeDurably } from '../vault.ts';
import { type Capability, compareCapability } from './capability.ts';
import { DOSSIER_TYP, type DossierFile, looseDossierFile, openDossier, readDossierFile } from './dossier.ts';
import { blankPapers } from './dossier-blank.ts';
import { dossierOf, papersOf, signDossier } from './dossier-sign.ts';

export interface DossierCommandDeps {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What a gateway with this environment can do, without starting one. */
  capability(): Promise<Capability>;
}

export const DOSSIER_USAGE = `differe compliance dossier new --out FILE [--from OLD]   a draft with what this build can do; people fill in the rest
differe compliance dossier sign --key KEY.jwk.json FILE [--iss OFFICE] [--env prod|test] [--aud ID]
differe compliance dossier status [FILE] [--running URL]   against this environment, or what the gateway at URL says
differe compliance dossier diff OLD NEW`;

/** `differe compliance dossier ...`: reads files and the environment; starts no gateway and opens no case. */
export async function dossierCommand(
  [name = '', ...args]: readonly string[],
  io: CommandIo,
  deps: DossierCommandDeps,
): Promise<ExitCode> {
  const commands = { new: newDossier, sign, status, diff };
  if (!Object.hasOwn(commands, name)) throw new UsageError('No such sub-command');
  try {
    return await commands[name as keyof typeof commands](args, io, deps);
  } catch (error) {
    // For the gateway it is a failure of the installation (503); for whoever sits here it is the answer.
    if (!(error instanceof AppError) || error.code !== 'E_CPL_INCOMPLETE') throw error;
    io.err(sentencesOf(error.code, error.detail));
    return 1;
  }
}

async function newDossier(args: readonly string[], io: CommandIo, deps: DossierCommandDeps): Promise<ExitCode> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ args: [...args], options: { out: text, from: text } });
  if (values.out === undefined) throw new UsageError('--out is missing');
  await needNoFile(values.out);
  const old = values.from === undefined ? undefined : readDossierFile(await fileText(values.from)).dossier;
  const capability = await deps.capability();
  const papers =
    old === undefined
      ? blankPapers(deps.environment.DIFFERE_CONTROLLER)
      : { ...papersOf(old), version: old.version + 1 };
  const dossier = dossierOf(papers, capability);
  await writeNew(values.out, textOf({ dossier, signatures: [] }));
  io.out(
    JSON.stringify({
      file: values.out,
      capability_sha256: dossier.capability_sha256,
      models: capability.models.length,
    }),
  );
  if (old !== undefined) say(compareCapability(old.capability, capability), io);
  io.err(
    'Complétez chaque champ vide, puis faites signer le responsable et le DPO. Fill in each empty member, then have it signed.',
  );
  return 0;
}

async function sign(args: readonly string[], io: CommandIo, deps: DossierCommandDeps): Promise<ExitCode> {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { key: text, iss: text, env: text, aud: text },
  });
  if (values.key === undefined) throw new UsageError('--key is missing');
  const file = onlyFile(positionals);
  const jwk: JsonValue = parseStrictJson(await fileText(values.key));
  if (!isJsonObject(jwk) || typeof jwk.d !== 'string' || typeof jwk.kid !== 'string') {
    throw new UsageError('--key holds no private key with a kid');
  }
  demandOffice(jwk, DOSSIER_TYP);
  const iss = values.iss ?? jwk.iss;
  const env = values.env ?? jwk.env ?? 'prod';
  const audience = values.aud ?? deps.environment.DIFFERE_INSTALLATION;
  if (typeof iss !== 'string')
    throw new UsageError('--iss is missing: the office that the registry names for this key');
  if (env !== 'prod' && env !== 'test') throw new UsageError('--env is prod or test');
  if (audience === undefined) throw new UsageError('--aud is missing: the name of the installation');
  const key = { ...publicJwkOf({ kty: jwk.kty, crv: jwk.crv, x: jwk.x } as JsonValue), d: jwk.d, kid: jwk.kid };
  const office = { iss, env, audience, nowSeconds: nowSeconds(systemClock) } as const;
  const signed = await signDossier(looseDossierFile(await fileText(file)), key, office);
  await writeDurably(file, textOf(signed));
  io.out(JSON.stringify({ file, signatures: signed.signatures.length }));
  return 0;
}

async function status(args: readonly string[], io: CommandIo, deps: DossierCommandDeps): Promise<ExitCode> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { running: { type: 'string' } },
  });
  if (values.running !== undefined) return await running(values.running, positionals, io);
  const config = readConfig(deps.environment);
  const [file = config.dossierFile, ...more] = positionals;
  if (file === undefined || more.length > 0) throw new UsageError('One FILE is needed, or DIFFERE_DOSSIER');
  const text = await fileText(file);
  try {
    const opened = await openDossier(text, await contextOf(config));
    const drift = compareCapability(opened.dossier.capability, await deps.capability());
    const holds = drift.wider.length === 0 && opened.noNewJob === undefined;
    const { id, version } = opened.dossier;
    const warnings = [...opened.warnings, ...(opened.noNewJob === undefined ? [] : [opened.noNewJob])];
    io.out(JSON.stringify({ holds, id, version, sha256: opened.sha256, missing: null, ...drift, warnings }));
    say(drift, io);
    for (const warning of warnings) io.err(warning);
    io.err('Whether its dates come before the first analysis is checked by the gateway, which has the journal.');
    return holds ? 0 : 1;
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'E_CPL_INCOMPLETE') throw error;
    io.out(JSON.stringify({ holds: false, missing: error.detail ?? '' }));
    io.err(error.message);
    return 1;
  }
}

/** What the gateway says of itself: its listener for operators is asked, which needs no token. */
async function running(url: string, positionals: readonly string[], io: CommandIo): Promise<ExitCode> {
  if (positionals.length > 0) throw new UsageError('--running takes no FILE');
  if (!URL.canParse(url)) throw new UsageError('--running is the address of the operators’ listener');
  const response = await fetch(new URL('/readyz', url));
  const body: unknown = await response.json();
  io.out(JSON.stringify(body));
  return response.ok ? 0 : 1;
}

async function contextOf(config: Config) {
  return {
    registry: loadRegistry(await fileText(config.authoritiesFile), config.env),
    env: config.env,
    audience: config.installation,
    controller: config.controller,
    software: SOFTWARE,
    nowMs: systemClock.nowMs(),
    firstJobMs: undefined,
  };
}

async function diff(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const { positionals } = parseArgs({ args: [...args], allowPositionals: true, options: {} });
  const [oldFile, newFile, ...more] = positionals;
  if (oldFile === undefined || newFile === undefined || more.length > 0) throw new UsageError('OLD and NEW are needed');
  const [before, after] = [
    readDossierFile(await fileText(oldFile)).dossier,
    readDossierFile(await fileText(newFile)).dossier,
  ];
  const drift = compareCapability(before.capability, after.capability);
  const [papersBefore, papersAfter] = [papersOf(before), papersOf(after)] as unknown as Record<string, JsonValue>[];
  const names = new Set([...Object.keys(papersBefore ?? {}), ...Object.keys(papersAfter ?? {})]);
  const text = (papers: Record<string, JsonValue> | undefined, name: string): string =>
    canonicalJson(papers?.[name] ?? null);
  const papers = [...names].filter((name) => text(papersBefore, name) !== text(papersAfter, name)).toSorted();
  io.out(JSON.stringify({ ...drift, papers }));
  say(drift, io);
  return 0;
}

function say({ wider, narrower }: ReturnType<typeof compareCapability>, io: CommandIo): void {
  for (const line of wider) io.err(`+ ${line}`);
  for (const line of narrower) io.err(`- ${line}`);
}

const textOf = (file: DossierFile): string => `${JSON.stringify(file, null, 2)}\n`;
