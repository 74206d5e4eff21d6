import path from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '../clock.ts';
import { type CommandIo, type ExitCode, needFolder, UsageError } from '../command.ts';
import { readConfig } from '../config.ts';
import { checkBackups, erasedCases } from './backups.ts';
import { readVerified } from './verified-journal.ts';

export const BACKUPS_USAGE =
  'differe compliance backups DIR [--log DIR]   nothing of an erased case, no key, nothing too old in a folder of back-ups (RET-09); the journal is that of the configuration unless said';

export interface BackupsCommandDeps {
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Exit 1 with the reasons when a back-up holds what it may not. A journal that does not verify gives no verdict: exit 3. */
export async function backupsCommand(
  args: readonly string[],
  io: CommandIo,
  deps: BackupsCommandDeps,
): Promise<ExitCode> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { log: { type: 'string' } },
  });
  const [folder, ...more] = positionals;
  if (folder === undefined || more.length > 0) throw new UsageError('One DIR is needed');
  await needFolder(folder);
  const log = values.log ?? path.join(readConfig(deps.environment).dataDir, 'log');
  await needFolder(log);
  const erased = erasedCases();
  const { size, root } = await readVerified(log, {}, erased.add);
  const verdict = await checkBackups(folder, erased.result(), systemClock.nowMs());
  const ok = verdict.faults.length === 0;
  io.out(
    JSON.stringify({ ok, log: { size, root }, erasedCases: erased.result().cases.size, ...verdict }, undefined, 2),
  );
  for (const { what, path: file, detail } of verdict.faults) io.err(`${what}: ${file}: ${detail}`);
  return ok ? 0 : 1;
}
