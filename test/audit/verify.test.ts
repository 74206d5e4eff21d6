import {
  appendFile,
  copyFile,
  cp,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openLog } from '../../gateway/audit/append.ts';
import { signCheckpoint } from '../../gateway/audit/checkpoint.ts';
import { leafHash, treeRoot } from '../../gateway/audit/merkle.ts';
import { encodeRecord } from '../../gateway/audit/record.ts';
import { EMPTY_EDGE, growEdge } from '../../gateway/audit/right-edge.ts';
import { parseBundle } from '../../gateway/audit/tiles.ts';
import { verifyLog } from '../../gateway/audit/verify.ts';
import { eventFor, ORIGIN, SOFTWARE } from './events.ts';
import { appendMany, freshFolder, handClock, optionsFor, storedLog } from './support.ts';

async function filesOf(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
}

/** A log whose records, tiles and checkpoint fit together, but whose records are made by hand: what a dishonest writer could sign. */
async function forgedLog(leaves: readonly Buffer[]): Promise<string> {
  const options = await storedLog(0);
  const growth = growEdge(EMPTY_EDGE, leaves);
  for (const file of growth.written) {
    await mkdir(path.dirname(path.join(options.dir, file.path)), { recursive: true });
    await writeFile(path.join(options.dir, file.path), file.bytes);
  }
  const checkpoint = signCheckpoint({ origin: ORIGIN, size: leaves.length, root: growth.root }, options.signingKey);
  await writeFile(path.join(options.dir, 'checkpoint'), checkpoint);
  return options.dir;
}

const frame = (seq: number, previous: Buffer | undefined, timeMs = seq) => ({
  id: `00000000-0000-4000-8000-00000000000${seq}`,
  seq,
  time: new Date(timeMs).toISOString(),
  software: SOFTWARE,
  previous: previous === undefined ? '0'.repeat(64) : leafHash(previous).toString('hex'),
});

describe('verification', () => {
  it('LOG-04: finds every changed byte of every file', async () => {
    const { dir } = await storedLog(2);
    expect(await verifyLog(dir)).toMatchObject({ ok: true, size: 2 });
    for (const file of await filesOf(dir)) {
      const bytes = await readFile(file);
      for (let at = 0; at < bytes.length; at++) {
        // A low bit makes another digit, this high one another case.
        for (const mask of [0x01, 0x20]) {
          const changed = Buffer.from(bytes);
          changed[at] = (changed[at] ?? 0) ^ mask;
          await writeFile(file, changed);
          const verdict = await verifyLog(dir);
          if (verdict.ok) expect.fail(`${path.relative(dir, file)}: byte ${at} ^ ${mask}`);
        }
      }
      await writeFile(file, bytes);
    }
    expect(await verifyLog(dir)).toMatchObject({ ok: true, size: 2 });
  });

  it('LOG-04: finds a byte cut off or added at either end of every file, an emptied file and a missing one', async () => {
    const { dir } = await storedLog(257);
    for (const file of await filesOf(dir)) {
      const bytes = await readFile(file);
      const damages: readonly (() => Promise<void>)[] = [
        () => truncate(file, bytes.length - 1),
        () => truncate(file, 0),
        () => writeFile(file, bytes.subarray(1)),
        () => appendFile(file, '\0'),
        () => appendFile(file, '\n'),
        () => appendFile(file, bytes),
        () => writeFile(file, Buffer.concat([Buffer.from(' '), bytes])),
        () => rm(file),
      ];
      for (const [index, damage] of damages.entries()) {
        await damage();
        expect((await verifyLog(dir)).ok, `${path.relative(dir, file)} damage ${index}`).toBe(false);
        await writeFile(file, bytes);
      }
    }
    expect(await verifyLog(dir)).toMatchObject({ ok: true, size: 257 });
  });

  it('LOG-04: finds files and folders that do not belong to the log, whatever they are', async () => {
    const { dir } = await storedLog(3);
    const foreign: readonly [string, (file: string) => Promise<unknown>][] = [
      ['notes.txt', (file) => writeFile(file, 'x')],
      ['.hidden', (file) => writeFile(file, '')],
      ['tile/0/000.p/2', (file) => writeFile(file, Buffer.alloc(64))],
      ['tile/0/001', (file) => writeFile(file, Buffer.alloc(8192))],
      ['tile/1', (file) => mkdir(file)],
      ['link', (file) => symlink('checkpoint', file)],
    ];
    for (const [name, make] of foreign) {
      await make(path.join(dir, name));
      const verdict = await verifyLog(dir);
      expect(verdict, name).toMatchObject({ ok: false, findings: [{ what: 'files' }] });
      await rm(path.join(dir, name), { recursive: true });
    }
    await rename(path.join(dir, 'checkpoint'), path.join(dir, '..', 'elsewhere'));
    await symlink('../elsewhere', path.join(dir, 'checkpoint'));
    expect((await verifyLog(dir)).ok).toBe(false);
  });

  it('LOG-04: finds records that were put in another order, removed or repeated, also where the tiles were made to fit', async () => {
    const options = await storedLog(5);
    const file = path.join(options.dir, 'tile/entries/000.p/5');
    const entries = parseBundle(await readFile(file)) ?? [];
    const orders = [
      [1, 0, 2, 3, 4],
      [0, 1, 2, 3],
      [0, 2, 3, 4],
      [0, 1, 2, 3, 4, 4],
      [4, 3, 2, 1, 0],
    ];
    for (const order of orders) {
      const dir = await forgedLog(order.map((index) => entries[index] ?? Buffer.alloc(0)));
      const verdict = await verifyLog(dir);
      // Leaving out the end is what a checkpoint known from elsewhere is for.
      expect(verdict.ok, order.join()).toBe(order.join() === '0,1,2,3');
    }
  });

  it('LOG-04: finds a record out of its chain, back in time, of another form or with a member too many, though it is signed', async () => {
    const first = encodeRecord(eventFor(), frame(0, undefined));
    const leaves = {
      chain: [first, encodeRecord(eventFor(), frame(1, Buffer.from('other')))],
      time: [encodeRecord(eventFor(), frame(0, undefined, 5)), Buffer.alloc(0)],
      spaces: [first, Buffer.from(` ${encodeRecord(eventFor(), frame(1, first))}`)],
      member: [
        first,
        Buffer.from(encodeRecord(eventFor(), frame(1, first)).toString().replace('{"action"', '{"aaa":1,"action"')),
      ],
      number: [first, encodeRecord(eventFor(), frame(2, first))],
      empty: [first, Buffer.alloc(0)],
    };
    leaves.time[1] = encodeRecord(eventFor(), frame(1, leaves.time[0], 4));
    for (const [name, list] of Object.entries(leaves)) {
      expect(await verifyLog(await forgedLog(list)), name).toMatchObject({ ok: false, findings: [{ what: 'record' }] });
    }
    expect((await verifyLog(await forgedLog([first, encodeRecord(eventFor(), frame(1, first))]))).ok).toBe(true);
  });

  it('LOG-04: finds another key when the right one is known, and a log that was signed again as a whole', async () => {
    const mine = await storedLog(3);
    const vkey = await readFile(path.join(mine.dir, 'log.vkey'), 'utf8');
    const forged = await storedLog(3);
    expect((await verifyLog(mine.dir, { vkey })).ok).toBe(true);
    expect((await verifyLog(mine.dir, { vkey: vkey.trimEnd() })).ok).toBe(true);
    expect((await verifyLog(forged.dir)).ok).toBe(true);
    expect(await verifyLog(forged.dir, { vkey })).toMatchObject({
      ok: false,
      findings: [{ what: 'key', expected: vkey }],
    });
    await copyFile(path.join(mine.dir, 'log.vkey'), path.join(forged.dir, 'log.vkey'));
    expect(await verifyLog(forged.dir)).toMatchObject({ ok: false, findings: [{ what: 'checkpoint' }] });
  });

  it('LOG-04: finds a rollback and a rewritten past against a checkpoint known from before', async () => {
    const options = optionsFor(await freshFolder(), { clock: handClock() });
    const log = await openLog(options);
    await appendMany(log, 200);
    await cp(options.dir, `${options.dir}-old`, { recursive: true });
    await appendMany(log, 100);
    const pinned = await log.checkpoint();
    expect(await verifyLog(options.dir, { pinned })).toMatchObject({ ok: true, size: 300 });
    await appendMany(log, 300);
    await log.close();
    expect(await verifyLog(options.dir, { pinned })).toMatchObject({ ok: true, size: 600 });
    const rolledBack = await verifyLog(`${options.dir}-old`, { pinned });
    expect(rolledBack).toMatchObject({
      ok: false,
      findings: [{ what: 'pinned', expected: '300 records', found: '200 records' }],
    });
    expect((await verifyLog(`${options.dir}-old`)).ok).toBe(true);
    const forked = await storedLog(400, { signingKey: options.signingKey });
    expect(await verifyLog(forked.dir, { pinned })).toMatchObject({ ok: false, findings: [{ what: 'pinned' }] });
    expect((await verifyLog(options.dir, { pinned: pinned.replace('300', '301') })).ok).toBe(false);
  });

  it('LOG-04: keeps both raw states of what does not fit', async () => {
    const { dir } = await storedLog(3);
    const file = path.join(dir, 'tile/0/000.p/3');
    const good = await readFile(file);
    const bad = Buffer.from(good).fill(7, 32, 64);
    await writeFile(file, bad);
    expect(await verifyLog(dir)).toEqual({
      ok: false,
      findings: [
        {
          what: 'tile',
          file: 'tile/0/000.p/3',
          detail: 'not the hashes of the records',
          expected: good.toString('base64'),
          found: bad.toString('base64'),
        },
      ],
    });
  });

  it('LOG-04: states the size and the root that the checkpoint signs', async () => {
    const { dir } = await storedLog(5);
    const entries = parseBundle(await readFile(path.join(dir, 'tile/entries/000.p/5'))) ?? [];
    const root = treeRoot(entries.map(leafHash)).toString('base64');
    expect(await verifyLog(dir)).toEqual({ ok: true, size: 5, root });
    expect((await readFile(path.join(dir, 'checkpoint'), 'utf8')).split('\n').slice(0, 3)).toEqual([ORIGIN, '5', root]);
  });

  it('LOG-04: holds for a log that is being written', async () => {
    const options = optionsFor(await freshFolder());
    const log = await openLog(options);
    let writing = true;
    const appends = (async () => {
      for (let n = 0; n < 60; n++) await appendMany(log, 9);
      writing = false;
    })();
    const verdicts: unknown[] = [];
    while (writing) verdicts.push(await verifyLog(options.dir).catch(() => 'no verdict'));
    await appends;
    await log.close();
    expect(verdicts.filter((verdict) => JSON.stringify(verdict).startsWith('{"ok":false'))).toEqual([]);
    expect(verdicts.length).toBeGreaterThan(0);
    expect(await verifyLog(options.dir)).toMatchObject({ ok: true, size: 540 });
  });

  it('LOG-04: waits for a writer who is slow to name what he has put down, and not without end', async () => {
    const options = optionsFor(await freshFolder());
    const log = await openLog(options);
    await appendMany(log, 3);
    await log.checkpoint();
    const stray = path.join(options.dir, 'checkpoint.0123456789ab.tmp');
    await writeFile(stray, 'on its way');
    const verdict = verifyLog(options.dir);
    await delay(600);
    await rm(stray);
    expect(await verdict).toMatchObject({ ok: true, size: 3 });
    await writeFile(stray, 'forgotten');
    expect(await verifyLog(options.dir)).toMatchObject({ ok: false, findings: [{ what: 'files' }] });
    await log.close();
  });

  it('LOG-04: does not take a key of another kind, or none', async () => {
    const { dir } = await storedLog(1);
    await writeFile(path.join(dir, 'log.vkey'), `${ORIGIN}+00000000+AAAA\n`);
    expect(await verifyLog(dir)).toMatchObject({ ok: false, findings: [{ what: 'key' }] });
    await rm(path.join(dir, 'log.vkey'));
    expect(await verifyLog(dir)).toMatchObject({ ok: false, findings: [{ what: 'key' }] });
  });
});
