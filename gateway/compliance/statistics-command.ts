import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { VKEY_FILE } from '../audit/reader.ts';
import { systemClock } from '../clock.ts';
import { type CommandIo, type ExitCode, fileText, needFolder, UsageError, writeNew } from '../command.ts';
import { documentHtml } from './documents/html.ts';
import { countJournal, publicReport } from './figures.ts';
import { isMonth } from './periods.ts';
import { sampler } from './sample.ts';
import { publicBody, statisticsBody } from './statistics-body.ts';
import { controlReport, transparencyReport } from './transparency.ts';
import { type KnownOfLog, readVerified } from './verified-journal.ts';

export const STATISTICS_USAGE = `differe compliance statistics --log DIR [--from YYYY-MM --to YYYY-MM | --public YYYY|YYYY-Qn|YYYY-MM] [--models SHA256,...] [--html FILE] [--key VKEYFILE] [--checkpoint FILE]
    counted from the journal alone; --public: what may be published of a year that is over; --models: exit 1 when another one ran
differe compliance self-control --log DIR --month YYYY-MM [--claims FILE]   the month's sample for the hierarchy, and a draft of its review`;

const text = { type: 'string' } as const;

export async function statisticsCommand(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const { values } = parseArgs({
    args: [...args],
    options: { log: text, from: text, to: text, models: text, html: text, key: text, checkpoint: text, public: text },
  });
  const { log: dir, from, to } = values;
  if (dir === undefined) throw new UsageError('--log is needed');
  if ((from === undefined) !== (to === undefined)) throw new UsageError('--from and --to, or neither');
  if ([from, to].some((month) => month !== undefined && !isMonth(month))) throw new UsageError('a month is YYYY-MM');
  if (values.public !== undefined && from !== undefined)
    throw new UsageError('what is public is of whole periods: --public YYYY, without --from and --to');
  await needFolder(dir);
  const known: KnownOfLog = {
    ...(values.key === undefined ? {} : { vkey: await fileText(values.key) }),
    ...(values.checkpoint === undefined ? {} : { pinned: await fileText(values.checkpoint) }),
  };
  // Without a key and a checkpoint from elsewhere a log vouches for itself alone: an older copy of it would too.
  const pinned = { key: values.key !== undefined, checkpoint: values.checkpoint !== undefined };
  const [installation = '-'] = (await fileText(path.join(dir, VKEY_FILE))).split('/');
  const frame = { installation, madeAt: new Date().toISOString(), isDemo: false };
  const admitted = values.models?.split(',');
  const answer = await answerOf();
  const others = admitted && answer.models.filter(({ sha256 }) => !admitted.includes(sha256));
  const asked = others === undefined ? {} : { onlyThoseNamedRan: others.length === 0 };
  io.out(JSON.stringify({ ...answer.body, pinned, ...asked }, undefined, 2));
  if (values.html !== undefined) await writeFile(values.html, documentHtml(answer.document()));
  return others === undefined || others.length === 0 ? 0 : 1;

  async function answerOf() {
    if (values.public === undefined) {
      const counted = await countJournal(
        dir ?? '',
        known,
        from === undefined || to === undefined ? undefined : { from, to },
      );
      const { models } = counted.statistics;
      return { body: statisticsBody(counted), models, document: () => controlReport(counted, frame) };
    }
    const report = await publicReport(dir ?? '', known, values.public, systemClock);
    const { models } = report.statistics;
    return { body: publicBody(report), models, document: () => transparencyReport(report, frame) };
  }
}

/** The month's sample for the hierarchy, and the claims of its review to be filled in (CTL-06). */
export async function selfControlCommand(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const { values } = parseArgs({ args: [...args], options: { log: text, month: text, claims: text } });
  const { log: dir, month } = values;
  if (dir === undefined || month === undefined || !isMonth(month))
    throw new UsageError('--log and --month YYYY-MM are needed');
  await needFolder(dir);
  const drawing = sampler(month);
  await readVerified(dir, {}, drawing.add);
  const sample = drawing.draw();
  io.out(JSON.stringify(sample, undefined, 2));
  if (values.claims !== undefined) {
    const sessions = sample.sessions.map(({ records: _records, ...session }) => ({ ...session, finding: '' }));
    const claims = { month, seed: sample.seed, act_ref: '', sessions };
    await writeNew(values.claims, `${JSON.stringify(claims, undefined, 2)}\n`);
  }
  return 0;
}
