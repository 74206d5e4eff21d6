import { cp, mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { untilFolded } from '../audit/reader.ts';
import { canonicalJson } from '../canonical.ts';
import { type CommandIo, type ExitCode, fileText, needFolder, UsageError } from '../command.ts';
import { readConfig } from '../config.ts';
import { parseStrictJson } from '../trust/strict-json.ts';
import { absenceOf } from './absence.ts';
import { type AbsenceCommandDeps, absenceInput } from './absence-command.ts';
import { documentHtml } from './documents/html.ts';
import { countJournal } from './figures.ts';
import { readLockFile } from './lock-file.ts';
import { matrixOf, readResults, readTests } from './matrix.ts';
import { KEY_FILE, MANIFEST_FILE, manifestOf, PACK_TYP, packFaults, SIGNATURE_FILE } from './pack.ts';
import { journalRetention, type RetentionCommandDeps } from './retention-command.ts';
import { sbomOf } from './sbom.ts';
import { statisticsBody } from './statistics-body.ts';
import { controlReport } from './transparency.ts';
import { readVerified } from './verified-journal.ts';

export const PACK_USAGE = `differe compliance pack --out DIR   everything for an inspection, signed and without content; reads the configuration of the gateway
differe compliance pack verify DIR [--key JWK.json]`;

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The installation's signing key, as the roof opens it. */
export interface PackKey {
  readonly publicJwk: object;
  sign(text: string, typ: string): Promise<string>;
}

export interface PackCommandDeps extends AbsenceCommandDeps, RetentionCommandDeps {
  readonly environment: Readonly<Record<string, string | undefined>>;
  openSigningKey(keysDir: string): Promise<PackKey>;
}

export async function packCommand(args: readonly string[], io: CommandIo, deps: PackCommandDeps): Promise<ExitCode> {
  if (args[0] === 'verify') return await verify(args.slice(1), io);
  const { values } = parseArgs({ args: [...args], options: { out: { type: 'string' } } });
  const { out } = values;
  if (out === undefined) throw new UsageError('--out is needed');
  const config = readConfig(deps.environment);
  await mkdir(out, { recursive: true });
  if ((await readdir(out)).length > 0) throw new UsageError(`${out} is not empty`);
  const logDir = path.join(config.dataDir, 'log');
  await untilFolded(logDir);
  await cp(logDir, path.join(out, 'log'), { recursive: true });
  const counted = await countJournal(path.join(out, 'log'), {});
  const { size, root } = counted.log;
  const made_at = new Date().toISOString();
  const frame = { installation: config.installation, madeAt: made_at, isDemo: config.env === 'test' };
  const json = (name: string, value: unknown) =>
    writeFile(path.join(out, name), `${JSON.stringify(value, undefined, 2)}\n`);
  await json('statistics.json', statisticsBody(counted));
  // For who controls: whole. The public form is of a year that is over.
  await writeFile(path.join(out, 'statistics.html'), documentHtml(controlReport(counted, frame)));
  await json('retention.json', {
    ...(await deps.retentionOf(config)),
    journal: await journalRetention(config, Date.parse(made_at)),
  });
  await json('matrix.json', matrixOf(await readTests(ROOT), await readResults(ROOT)));
  await json('absence.json', absenceOf(await absenceInput(deps)));
  await json('sbom.json', sbomOf(readLockFile()));
  if (config.dossierFile !== undefined) await cp(config.dossierFile, path.join(out, 'dossier.json'));
  if (config.admissionsDir !== undefined)
    await cp(config.admissionsDir, path.join(out, 'admissions'), { recursive: true });
  await cp(config.authoritiesFile, path.join(out, 'authorities.jwks.json'));
  const key = await deps.openSigningKey(config.keysDir);
  await writeFile(path.join(out, KEY_FILE), canonicalJson(JSON.parse(JSON.stringify(key.publicJwk))));
  const manifest = canonicalJson(
    await manifestOf(out, { installation: config.installation, made_at, log: { size, root } }),
  );
  await writeFile(path.join(out, MANIFEST_FILE), manifest);
  await writeFile(path.join(out, SIGNATURE_FILE), await key.sign(manifest, PACK_TYP));
  const faults = await packFaults(out);
  io.out(JSON.stringify({ path: out, log: { size, root }, verified: faults.length === 0 }));
  return faults.length === 0 ? 0 : 3;
}

async function verify(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { key: { type: 'string' } },
  });
  const [folder, ...more] = positionals;
  if (folder === undefined || more.length > 0) throw new UsageError('One DIR is needed');
  await needFolder(folder);
  const known = values.key === undefined ? undefined : parseStrictJson(await fileText(values.key));
  const faults = await packFaults(folder, known);
  const log =
    faults.length === 0
      ? await readVerified(path.join(folder, 'log'), {}, () => undefined).then(({ size, root }) => ({ size, root }))
      : undefined;
  io.out(JSON.stringify({ verified: faults.length === 0, faults, ...(log === undefined ? {} : { log }) }));
  for (const fault of faults) io.err(fault);
  return faults.length === 0 ? 0 : 1;
}
