import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { openReader, VKEY_FILE } from '../audit/reader.ts';
import { parseRecord } from '../audit/record.ts';
import type { AuditRecord } from '../audit/types.ts';
import { verifyLog } from '../audit/verify.ts';
import { type CommandIo, type ExitCode, fileText, needFolder, UsageError } from '../command.ts';
import { AppError } from '../errors.ts';
import { documentHtml } from './documents/html.ts';
import { otherModelSets, publicCounts, publicTable, sampleSessions, statisticsOf } from './statistics.ts';
import { transparencyReport } from './transparency.ts';

export const STATISTICS_USAGE = `differe compliance statistics --log DIR [--from YYYY-MM] [--to YYYY-MM] [--public] [--models SHA256,...] [--html FILE] [--key VKEYFILE] [--checkpoint FILE]
differe compliance self-control --log DIR --month YYYY-MM`;

/** Every record of a log that verifies as a whole. Throws E_LOG_DOWN for one that does not: no figures are made of it (STA-01). */
export async function verifiedRecords(
  dir: string,
  known: { readonly vkey?: string; readonly pinned?: string } = {},
): Promise<{ readonly records: readonly AuditRecord[]; readonly size: number; readonly root: string }> {
  const verdict = await verifyLog(dir, known);
  if (!verdict.ok) {
    const [first] = verdict.findings;
    throw new AppError('E_LOG_DOWN', { detail: `the log does not verify: ${first?.what} ${first?.file}` });
  }
  const reader = await openReader(dir);
  const records: AuditRecord[] = [];
  for (let seq = 0; seq < verdict.size; seq++) {
    const entry = await reader.entry(seq);
    if (entry !== undefined) records.push(parseRecord(entry));
  }
  return { records, size: verdict.size, root: verdict.root };
}

const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;

export async function statisticsCommand(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      log: text,
      from: text,
      to: text,
      models: text,
      html: text,
      key: text,
      checkpoint: text,
      public: { type: 'boolean', default: false },
    },
  });
  const { log: dir, from = '0000-01', to = '9999-12' } = values;
  if (dir === undefined) throw new UsageError('--log is needed');
  if ([values.from, values.to].some((month) => month !== undefined && !MONTH.test(month)))
    throw new UsageError('a month is YYYY-MM');
  await needFolder(dir);
  const { key, checkpoint } = values;
  const { records, size, root } = await verifiedRecords(dir, {
    ...(key === undefined ? {} : { vkey: await fileText(key) }),
    ...(checkpoint === undefined ? {} : { pinned: await fileText(checkpoint) }),
  });
  const pinned = { key: key !== undefined, checkpoint: checkpoint !== undefined };
  const first = records[0]?.time.slice(0, 7) ?? from;
  const last = records.at(-1)?.time.slice(0, 7) ?? to;
  const statistics = statisticsOf(records, { from: values.from ?? first, to: values.to ?? last });
  const others = values.models === undefined ? undefined : otherModelSets(statistics, values.models.split(','));
  const { rows: _rows, ...aggregates } = statistics;
  io.out(
    JSON.stringify(
      {
        // Without a key and a checkpoint from elsewhere a log vouches for itself alone: an older copy of it would too.
        log: { size, root, pinned },
        ...(values.public
          ? {
              ...aggregates,
              refusalsByCode: publicCounts(statistics.refusalsByCode),
              outcomes: publicCounts(statistics.outcomes),
              ...publicTable(statistics),
            }
          : statistics),
        ...(others === undefined ? {} : { noOtherModelRan: others.length === 0, otherModelSets: others }),
      },
      undefined,
      2,
    ),
  );
  if (values.html !== undefined) {
    const [installation = '-'] = (await fileText(path.join(dir, VKEY_FILE))).split('/');
    const frame = { installation, madeAt: new Date().toISOString(), isDemo: false };
    await writeFile(values.html, documentHtml(transparencyReport(statistics, { size, root }, frame)));
  }
  return others === undefined || others.length === 0 ? 0 : 1;
}

/** The month's sample for the hierarchy (CTL-06). */
export async function selfControlCommand(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ args: [...args], options: { log: text, month: text } });
  const { log: dir, month } = values;
  if (dir === undefined || month === undefined || !MONTH.test(month))
    throw new UsageError('--log and --month YYYY-MM are needed');
  await needFolder(dir);
  const { records, root } = await verifiedRecords(dir);
  io.out(JSON.stringify(sampleSessions(records, month, drawnBy(root)), undefined, 2));
  return 0;
}

/** An order that the root of the log decides. */
export const drawnBy =
  (root: string) =>
  (session: string): string =>
    createHash('sha256').update(`${root} ${session}`).digest('hex');
