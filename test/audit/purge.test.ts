import { randomUUID } from 'node:crypto';
import { copyFile, cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { aheadFileOf } from '../../gateway/audit/ahead.ts';
import { openLog, type WritableLog } from '../../gateway/audit/append.ts';
import { openCheckpoint, textOf } from '../../gateway/audit/checkpoint.ts';
import { cosign } from '../../gateway/audit/cosignature.ts';
import { diskFiles } from '../../gateway/audit/files.ts';
import { COSIGNATURE_V1, decodeVkey, encodeVkey } from '../../gateway/audit/note.ts';
import { verifyProofText } from '../../gateway/audit/proof.ts';
import { PURGE_ACTION, purgeEvent } from '../../gateway/audit/purge.ts';
import { keepPurged } from '../../gateway/audit/purging.ts';
import { openReader } from '../../gateway/audit/reader.ts';
import { EMPTY_EDGE, extendEdge, rootOfEdge } from '../../gateway/audit/right-edge.ts';
import { verifyLog } from '../../gateway/audit/verify.ts';
import { cosignedFileOf, readWitnesses } from '../../gateway/audit/witnesses.ts';
import { eventFor } from './events.ts';
import { freshFolder, freshKey, handClock, optionsFor } from './support.ts';

const START = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;
const THREE_YEARS_ON = Date.UTC(2029, 0, 1);
const OLD = 600;

/** 1000 records, one an hour from the start on; the clock stands at the last one. */
async function oldLog(files = diskFiles) {
  const clock = handClock(START);
  const options = optionsFor(await freshFolder(), { clock, files });
  const log = await openLog(options);
  for (let n = 0; n < 1000; n++) {
    clock.setMs(START + n * HOUR);
    const appended = log.append(eventFor());
    if (n % 50 === 49) await appended;
  }
  const key = decodeVkey(log.vkey);
  const known = key.ok ? openCheckpoint(Buffer.from(await log.checkpoint()), key.value) : key;
  if (!known.ok) throw new Error(known.reason);
  return { clock, options, log, known: known.value };
}

const bundlesIn = async (dir: string): Promise<string[]> =>
  (await readdir(path.join(dir, 'tile/entries'))).filter((name) => !name.endsWith('.p')).sort();

const entriesOf = async (log: WritableLog, from: number, to: number): Promise<Buffer[]> => {
  const entries: Buffer[] = [];
  for (let seq = from; seq < to; seq++) entries.push((await log.entry(seq)) ?? Buffer.alloc(0));
  return entries;
};

describe('the journal keeps three years', () => {
  it('LOG-06: what is old goes by whole bundles, not a millisecond early, after a record that names root, extent and times; proofs and checkpoints hold', async () => {
    const { clock, options, log, known } = await oldLog();
    const { dir } = options;
    const proof = await log.prove(17);
    const leaf = (await log.entry(17)) ?? Buffer.alloc(0);
    const pinned = await log.checkpoint();
    // The last record of the first bundle is 255 hours younger than the start.
    clock.setMs(THREE_YEARS_ON + 255 * HOUR - 1);
    expect([await log.purge(3, known), await bundlesIn(dir)]).toEqual([0, ['000', '001', '002']]);
    clock.setMs(THREE_YEARS_ON + 255 * HOUR);
    expect(await log.purge(4, known)).toBe(0);
    expect([await log.purge(3, known), await bundlesIn(dir)]).toEqual([256, ['001', '002']]);
    expect(await log.record(1000)).toMatchObject({
      action: PURGE_ACTION,
      objects: [
        { type: 'log', id: '256' },
        { type: 'log', id: known.root.toString('hex') },
      ],
      shown: { fromMs: START, toMs: START + 255 * HOUR },
    });
    expect([await log.record(255), typeof (await log.record(256))]).toEqual([undefined, 'object']);
    expect(await verifyLog(dir, { pinned })).toMatchObject({ ok: true, size: 1001 });
    expect(verifyProofText(proof, leaf, log.vkey).ok).toBe(true);
    expect(verifyProofText(await log.prove(17), leaf, log.vkey).ok).toBe(true);
    const reader = await openReader(dir);
    expect([await reader.entry(3), typeof (await reader.entry(300))]).toEqual([undefined, 'object']);
    await log.close();
    // Opened again it knows what is gone, and goes on.
    const again = await openLog(options);
    expect(await again.append(eventFor())).toBe(1001);
    clock.setMs(THREE_YEARS_ON + 2000 * HOUR);
    // Never the bundle of the newest record: the next one is chained to it.
    expect(await again.purge(3, known)).toBe(768);
    await again.close();
    expect(await verifyLog(dir, { pinned })).toMatchObject({ ok: true, size: 1003 });
  }, 60_000);

  it('LOG-06: a purge is refused without a checkpoint that is kept elsewhere, covers what goes and is of this log; nothing goes, nothing is written', async () => {
    const { clock, options, log, known } = await oldLog();
    clock.setMs(THREE_YEARS_ON + OLD * HOUR);
    for (const other of [undefined, { ...known, size: 511 }, { ...known, root: Buffer.alloc(32) }]) {
      await expect(log.purge(3, other)).rejects.toMatchObject({
        code: 'E_LOG_DOWN',
        detail: 'no purge: checkpoint missing',
      });
    }
    await expect(log.purge(2, known)).rejects.toThrow('below the floor');
    expect([await log.size(), await bundlesIn(options.dir)]).toEqual([1000, ['000', '001', '002']]);
    expect(await log.purge(3, known)).toBe(512);
    await log.close();
  }, 60_000);

  it('LOG-06: a purge is the only way that a record may be missing: verify and the next opening refuse every other gap', async () => {
    const { clock, options, log, known } = await oldLog();
    clock.setMs(THREE_YEARS_ON + OLD * HOUR);
    await log.close();
    const copy = async (name: string): Promise<string> => {
      const folder = `${options.dir}-${name}`;
      await cp(options.dir, folder, { recursive: true });
      return folder;
    };
    const bundle = (dir: string, n: number): string => path.join(dir, 'tile/entries', `00${n}`);
    const refused = async (dir: string): Promise<void> => {
      expect((await verifyLog(dir)).ok, dir).toBe(false);
      await expect(openLog({ ...options, dir }), dir).rejects.toMatchObject({ code: 'E_LOG_DOWN' });
    };
    // Without a purge; after a purge one bundle more than it names; a hole in what stays.
    const bare = await copy('bare');
    await rm(bundle(bare, 0));
    await refused(bare);
    const open = await openLog(options);
    expect(await open.purge(3, known)).toBe(512);
    await open.close();
    const more = await copy('more');
    await rm(bundle(more, 2));
    await refused(more);
    // The tiles that stay for the purged records are covered to the bit.
    const tile = path.join(options.dir, 'tile/0/000');
    const good = await readFile(tile);
    await writeFile(tile, Buffer.from(good).fill(1, 40, 41));
    expect((await verifyLog(options.dir)).ok).toBe(false);
    await writeFile(tile, good);
    expect((await verifyLog(options.dir)).ok).toBe(true);

    // An insider who signs a purge of what is younger, or at a root that never was, is found by who verifies.
    const young = await copy('young');
    const forged = await openLog({ ...options, dir: young });
    await forged.append(purgeEvent({ before: 768, fromMs: START, toMs: THREE_YEARS_ON }, known.root));
    await forged.close();
    await rm(bundle(young, 2));
    const verdict = await verifyLog(young);
    expect(verdict.ok ? [] : verdict.findings.map(({ detail }) => detail.replace(/\d+/, 'N'))).toEqual([
      'record N: a purge at another root',
      'record N: a purge of what is not 3 years old',
    ]);
  }, 60_000);

  it('LOG-06: a purge takes retention from the dossier in force and the checkpoint from the witnesses, and without either nothing goes', async () => {
    const { clock, options, log, known } = await oldLog();
    const { dir } = options;
    const witness = freshKey();
    const vkey = encodeVkey('witness.test/w', witness, COSIGNATURE_V1);
    const asked: (number | undefined)[] = [];
    const errors: unknown[] = [];
    let years: number | undefined;
    const purging = (witnesses: string) =>
      keepPurged({
        dir,
        vkey: log.vkey,
        witnesses: readWitnesses(witnesses),
        years: () => years,
        onError: (error) => void errors.push(error),
        async purge(...call) {
          asked.push(call[1]?.size);
          return await log.purge(...call);
        },
      });
    clock.setMs(THREE_YEARS_ON + OLD * HOUR);
    const kept = purging(`${vkey} https://witness.example/`);
    await kept.round();
    expect([asked, errors]).toEqual([[], []]);
    expect(kept.isOverdue()).toBe(false);
    years = 3;
    await kept.round();
    expect([asked, errors]).toEqual([[undefined], [expect.objectContaining({ code: 'E_LOG_DOWN' })]]);
    expect(kept.isOverdue()).toBe(true);
    const note = await log.checkpoint();
    await writeFile(cosignedFileOf(dir), note + cosign(textOf(known), 'witness.test/w', witness, 1));
    // A witness whose key is not named here is nobody.
    const nobody = purging('');
    await nobody.round();
    expect([asked.at(-1), await bundlesIn(dir)]).toEqual([undefined, ['000', '001', '002']]);
    await kept.round();
    expect([asked.at(-1), await bundlesIn(dir)]).toEqual([1000, ['002']]);
    expect(kept.isOverdue()).toBe(false);
    // Without a witness what is due stays, and that is said.
    expect(nobody.isOverdue()).toBe(true);
    await Promise.all([kept.stop(), nobody.stop(), log.close()]);
  }, 60_000);

  it('LOG-06: a purge is finished by the next opening when the process ends in its midst', async () => {
    const { clock, options, log, known } = await oldLog();
    clock.setMs(THREE_YEARS_ON + OLD * HOUR);
    await log.close();
    let removed = 0;
    const remove = async (file: string): Promise<void> => {
      if (file.includes('tile/entries/00') && !file.includes('.p/') && removed++ === 1) throw new Error('killed');
      await diskFiles.remove(file);
    };
    const dying = await openLog({ ...options, files: { ...diskFiles, remove } });
    await expect(dying.purge(3, known)).rejects.toThrow('killed');
    await dying.close();
    expect(await bundlesIn(options.dir)).toEqual(['001', '002']);
    expect((await verifyLog(options.dir)).ok).toBe(true);
    await (await openLog(options)).close();
    expect(await bundlesIn(options.dir)).toEqual(['002']);
    expect((await verifyLog(options.dir)).ok).toBe(true);
  }, 60_000);

  it('LOG-06, LOG-05: a purge beside appends loses and repeats none of them, and no copy of what goes stays in the write-ahead file', async () => {
    const appended: { readonly id: string; readonly seq: Promise<number> }[] = [];
    let isPurging = false;
    const append = (): void => {
      const id = randomUUID();
      if (isPurging) appended.push({ id, seq: log.append(eventFor(id)) });
    };
    // While bundles go, and while the new write-ahead file is made: one that went past it there would be written into the old one by then.
    const files = {
      ...diskFiles,
      async remove(file: string) {
        append();
        await diskFiles.remove(file);
      },
      async stageAhead(...given: Parameters<typeof diskFiles.stageAhead>) {
        append();
        await delay(50);
        const staged = await diskFiles.stageAhead(...given);
        append();
        return staged;
      },
    };
    const { clock, options, log, known } = await oldLog(files);
    const { dir } = options;
    clock.setMs(THREE_YEARS_ON + OLD * HOUR);
    expect((await readFile(aheadFileOf(dir))).includes('"seq":300,')).toBe(true);
    isPurging = true;
    expect(await log.purge(3, known)).toBe(512);
    isPurging = false;
    const acknowledged = await Promise.all(appended.map(async ({ id, seq }) => [await seq, id] as const));
    expect(acknowledged.length).toBeGreaterThanOrEqual(4);
    expect(new Set(acknowledged.map(([seq]) => seq)).size).toBe(acknowledged.length);
    const ahead = await readFile(aheadFileOf(dir));
    expect(ahead.includes(acknowledged.at(-1)?.[1] ?? '')).toBe(true);
    expect(ahead.includes('"seq":300,')).toBe(false);
    const copy = `${dir}-copy`;
    await cp(dir, copy, { recursive: true });
    await copyFile(aheadFileOf(dir), aheadFileOf(copy));
    await log.close();
    for (const place of [dir, copy]) {
      const again = await openLog({ ...options, dir: place, files: diskFiles });
      for (const [seq, id] of acknowledged)
        expect((await again.record(seq))?.objects).toEqual([{ id, type: 'exhibit' }]);
      await again.close();
      expect((await verifyLog(place)).ok).toBe(true);
    }
  }, 60_000);

  it('LOG-06: a purge is done under a stream of appends that never rests, and its record names the root of all records before it', async () => {
    const { clock, options, log, known } = await oldLog();
    clock.setMs(THREE_YEARS_ON + OLD * HOUR);
    const old = await entriesOf(log, 0, 1000);
    const acknowledged: number[] = [];
    let isPurging = true;
    const appending = Array.from({ length: 3 }, async () => {
      while (isPurging) acknowledged.push(await log.append(eventFor()));
    });
    expect(await log.purge(3, known)).toBe(512);
    isPurging = false;
    await Promise.all(appending);
    const size = await log.size();
    const records = await Promise.all(Array.from({ length: size - 1000 }, (_, n) => log.record(1000 + n)));
    const at = 1000 + records.findIndex((record) => record?.action === PURGE_ACTION);
    // It did not wait for a pause: some came before it, and some after it.
    expect([at > 1000, at < size - 1]).toEqual([true, true]);
    const before = [...old, ...(await entriesOf(log, 1000, at))];
    expect(records[at - 1000]?.objects).toContainEqual({
      type: 'log',
      id: rootOfEdge(extendEdge(EMPTY_EDGE, before)).toString('hex'),
    });
    expect(new Set(acknowledged).size).toBe(size - 1001);
    await log.close();
    expect(await verifyLog(options.dir)).toMatchObject({ ok: true, size });
  }, 60_000);
});
