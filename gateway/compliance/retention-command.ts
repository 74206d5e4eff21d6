import path from 'node:path';
import { yearsBefore } from '../audit/purge.ts';
import { openReader } from '../audit/reader.ts';
import { parseRecord } from '../audit/record.ts';
import { loadWitnesses } from '../audit/witnesses.ts';
import { systemClock } from '../clock.ts';
import { type CommandIo, type ExitCode, fileText, UsageError } from '../command.ts';
import { type Config, readConfig } from '../config.ts';
import type { RetentionReport } from '../retention/types.ts';
import { readDossierFile } from './dossier.ts';
import { parseDossier } from './dossier-schema.ts';

export const RETENTION_USAGE =
  'differe compliance retention   terms, open orders, quarantines, what is overdue or frozen: ids and dates; reads the configuration of the gateway';

export interface RetentionCommandDeps {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** As the database of this configuration has it, whether the gateway runs or not. */
  retentionOf(config: Config): Promise<RetentionReport>;
}

/** How old the journal is, and whether what is beyond its retention can go (LOG-06). */
export interface JournalRetention {
  /** Time of the oldest record that is still there; absent for an empty journal. */
  readonly oldestRecordAt?: string;
  /** As the dossier file says; absent without one. */
  readonly years?: number;
  readonly isOverdue: boolean;
  readonly witnesses: number;
  /** Why records that are beyond their retention stay; absent where they can go. */
  readonly kept?: string;
}

const NO_WITNESS =
  'no witness cosigns this journal: a purge could not be told from a cut, so nothing of it is purged (decision 0013)';

/** The journal of a configuration and its retention. */
export async function journalRetention(
  config: Pick<Config, 'dataDir' | 'witnessesFile' | 'dossierFile'>,
  nowMs: number,
): Promise<JournalRetention> {
  const reader = await openReader(path.join(config.dataDir, 'log'));
  const { size } = (await reader.checkpoint()).value;
  // What was purged is gone from the beginning on.
  let [low, high] = [0, size];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((await reader.entry(middle)) === undefined) low = middle + 1;
    else high = middle;
  }
  const entry = await reader.entry(low);
  const oldestRecordAt = entry === undefined ? undefined : parseRecord(entry).time;
  const years =
    config.dossierFile === undefined
      ? undefined
      : parseDossier(readDossierFile(await fileText(config.dossierFile)).dossier).journal_retention_years;
  const witnesses = (await loadWitnesses(config.witnessesFile)).length;
  const isOverdue =
    oldestRecordAt !== undefined && years !== undefined && Date.parse(oldestRecordAt) <= yearsBefore(nowMs, years);
  return {
    ...(oldestRecordAt === undefined ? {} : { oldestRecordAt }),
    ...(years === undefined ? {} : { years }),
    isOverdue,
    witnesses,
    ...(witnesses === 0 ? { kept: NO_WITNESS } : {}),
  };
}

/** Exit 1 when anything is overdue. */
export async function retentionCommand(
  args: readonly string[],
  io: CommandIo,
  deps: RetentionCommandDeps,
): Promise<ExitCode> {
  if (args.length > 0) throw new UsageError('retention takes no words: the configuration is in DIFFERE_ variables');
  const config = readConfig(deps.environment);
  const report = await deps.retentionOf(config);
  const journal = await journalRetention(config, systemClock.nowMs());
  io.out(JSON.stringify({ ...report, journal }, undefined, 2));
  const { purges, orders, quarantines } = report.overdue;
  const late = [purges, orders, quarantines, report.unfinished.length, journal.isOverdue ? 1 : 0];
  if (journal.kept !== undefined) io.err(journal.kept);
  return late.every((count) => count === 0) ? 0 : 1;
}
