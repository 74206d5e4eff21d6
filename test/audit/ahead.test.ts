import fsp, { copyFile, cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { aheadFileOf } from '../../gateway/audit/ahead.ts';
import { type LogOptions, openLog } from '../../gateway/audit/append.ts';
import { openReader } from '../../gateway/audit/reader.ts';
import { verifyLog } from '../../gateway/audit/verify.ts';
import { eventFor } from './events.ts';
import { appendMany, freshFolder, optionsFor } from './support.ts';

const FOLDED = 3;
const AHEAD = [2, 1, 3];
const ALL = FOLDED + AHEAD.reduce((sum, count) => sum + count, 0);
const BYTES = 64 * 1024;
const PAGE = 4096;

/** What a process that was killed leaves: three records in the folder, then three batches that were acknowledged and stand ahead alone. */
async function killed(): Promise<{ readonly options: LogOptions; readonly file: Buffer; restore(): Promise<void> }> {
  const living = optionsFor(await freshFolder(), { foldAfterMs: 600_000, aheadBytes: BYTES });
  const log = await openLog(living);
  onTestFinished(() => log.close());
  await appendMany(log, FOLDED);
  for (const count of AHEAD) await Promise.all(Array.from({ length: count }, () => log.append(eventFor())));
  const options = { ...living, dir: await freshFolder() };
  const file = await readFile(aheadFileOf(living.dir));
  const restore = async (): Promise<void> => {
    await rm(options.dir, { recursive: true, force: true });
    await cp(living.dir, options.dir, { recursive: true });
    await copyFile(aheadFileOf(living.dir), aheadFileOf(options.dir));
  };
  await restore();
  return { options, file, restore };
}

/** Where the batches begin, and where the last one ends: the first page holds the beginning. */
function batchesOf(file: Buffer): { readonly starts: readonly number[]; readonly end: number } {
  const starts: number[] = [];
  let end = PAGE;
  for (let at = PAGE; at < file.length; at += PAGE) {
    if (file.subarray(at, at + 13).toString('latin1') === 'differe-batch') starts.push(at);
    if (file[at] !== 0) end = at + PAGE;
  }
  return { starts, end };
}

/** Whether the log opens, and with how many records; E_LOG_DOWN must leave every file as it was. */
async function opened(options: LogOptions): Promise<number | 'E_LOG_DOWN'> {
  const log = await openLog(options).catch((error: { code: string }) => error);
  if ('code' in log) {
    expect(log.code).toBe('E_LOG_DOWN');
    return 'E_LOG_DOWN';
  }
  const size = await log.size();
  await log.close();
  return size;
}

describe('the write-ahead file', () => {
  it('LOG-05: what was acknowledged and stands in it alone is read, verified and kept by the next opening', async () => {
    const { options, file } = await killed();
    // The batch that was folded in stands there as well.
    expect(batchesOf(file).starts).toHaveLength(1 + AHEAD.length);
    const reader = await openReader(options.dir);
    expect([(await reader.checkpoint()).value.size, await reader.size()]).toEqual([FOLDED, ALL]);
    expect(JSON.parse(`${await reader.entry(ALL - 1)}`)).toMatchObject({ seq: ALL - 1 });
    expect(await reader.entry(ALL)).toBeUndefined();
    for (const from of [0, FOLDED - 1, FOLDED, ALL - 2]) {
      const seqs = (await reader.entriesFrom(from)).map((entry) => JSON.parse(`${entry}`).seq);
      expect(seqs).toEqual(Array.from({ length: ALL - from }, (_, index) => from + index));
    }
    expect(await verifyLog(options.dir)).toMatchObject({ ok: true, size: ALL });
    const log = await openLog(options);
    expect(await log.append(eventFor())).toBe(ALL);
    await log.close();
    expect(await verifyLog(options.dir)).toMatchObject({ ok: true, size: ALL + 1 });
    // A log that was closed has none.
    expect(await readdir(path.dirname(options.dir))).not.toContain(path.basename(aheadFileOf(options.dir)));
  });

  it('LOG-04: a changed byte of a batch is found by verifying and by opening; one where nothing was written costs no record', async () => {
    const { options, file, restore } = await killed();
    const { starts, end } = batchesOf(file);
    const [, unfolded = 0] = starts;
    // Around every head, and every 97th byte.
    const offsets = new Set([...starts, 0].flatMap((start) => Array.from({ length: 50 }, (_, n) => start + n)));
    for (let at = 0; at < end; at += 211) offsets.add(at);
    for (const at of [...offsets, end, end + 1, end + PAGE, file.length - 1]) {
      const changed = Buffer.from(file);
      changed[at] = (changed[at] ?? 0) ^ 0x11;
      await writeFile(aheadFileOf(options.dir), changed);
      const verdict = await verifyLog(options.dir);
      if (at < end) {
        expect(verdict.ok, `byte ${at}`).toBe(false);
        // What the folder has too is not read again by opening.
        if (at >= unfolded && at % 3 === 0) expect(await opened(options), `byte ${at}`).toBe('E_LOG_DOWN');
      } else {
        // Right behind the last batch it is what an append leaves that a crash cut short, or no batch at all: never fewer records.
        expect(verdict.ok ? verdict.size : ALL, `byte ${at}`).toBe(ALL);
      }
    }
    // Nothing was touched while it was refused.
    await restore();
    expect(await opened(options)).toBe(ALL);
  });

  it('LOG-04: a file that is cut, of another moment, out of order or without a batch in its midst is found', async () => {
    const { options, file, restore } = await killed();
    const [, first = 0, second = 0, third = 0] = batchesOf(file).starts;
    const { end } = batchesOf(file);
    const swapped = Buffer.concat([
      file.subarray(0, first),
      file.subarray(second, third),
      file.subarray(first, second),
      file.subarray(third),
    ]);
    const without = Buffer.from(file);
    without.fill(0, first, second);
    const repeated = Buffer.from(file);
    file.copy(repeated, end, third, end);
    for (const [name, bytes] of Object.entries({
      cut: file.subarray(0, end),
      empty: Buffer.alloc(0),
      swapped,
      without,
      repeated,
    })) {
      await writeFile(aheadFileOf(options.dir), bytes);
      expect((await verifyLog(options.dir)).ok, name).toBe(false);
      expect(await opened(options), name).toBe('E_LOG_DOWN');
    }
    // The folder went on, and a file of before is put back.
    await restore();
    const log = await openLog(options);
    await appendMany(log, 2);
    await log.close();
    await writeFile(aheadFileOf(options.dir), file);
    expect((await verifyLog(options.dir)).ok).toBe(false);
    expect(await opened(options)).toBe('E_LOG_DOWN');
  });

  it('LOG-05: of a batch that a crash left half written, whichever of its sectors, nothing counts and nothing before it is lost', async () => {
    const { options, file, restore } = await killed();
    const last = batchesOf(file).starts.at(-1) ?? 0;
    const { end } = batchesOf(file);
    const before = ALL - (AHEAD.at(-1) ?? 0);
    for (let missing = last; missing < end; missing += 512) {
      const torn = Buffer.from(file);
      torn.fill(0, missing, missing + 512);
      await restore();
      await writeFile(aheadFileOf(options.dir), torn);
      expect(await verifyLog(options.dir), `sector at ${missing}`).toMatchObject({ ok: true, size: before });
      expect(await opened(options), `sector at ${missing}`).toBe(before);
    }
  });

  it('LOG-04: verifying looks again when the write-ahead file alone changed meanwhile', async () => {
    const { options, file } = await killed();
    const changed = Buffer.from(file);
    changed[PAGE + 100] = (changed[PAGE + 100] ?? 0) ^ 0x11;
    await writeFile(aheadFileOf(options.dir), changed);
    const { readFile: own } = fsp;
    onTestFinished(() => {
      fsp.readFile = own;
      syncBuiltinESMExports();
    });
    // The checkpoint is read before the first look, and in it after the write-ahead file: which is put right then.
    let reads = 0;
    Object.assign(fsp, {
      async readFile(...given: Parameters<typeof own>) {
        if (given[0] === path.join(options.dir, 'checkpoint') && ++reads === 2)
          await writeFile(aheadFileOf(options.dir), file);
        return await own(...given);
      },
    });
    syncBuiltinESMExports();
    expect(await verifyLog(options.dir)).toMatchObject({ ok: true, size: ALL });
    expect(reads).toBe(4);
  });
});
