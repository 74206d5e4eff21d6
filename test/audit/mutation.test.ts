import { mkdir, rm, rmdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { cosign, decodeWitnessKey } from '../../gateway/audit/cosignature.ts';
import { leafHash } from '../../gateway/audit/merkle.ts';
import { COSIGNATURE_V1, encodeVkey } from '../../gateway/audit/note.ts';
import { type VerifyOptions, verifyLog } from '../../gateway/audit/verify.ts';
import { KINDS, type Mutation, makeWorld, type Needs, randomFrom, type World } from './mutations.ts';
import { freshFolder, freshKey } from './support.ts';

/** Most changes are made to the smaller log, of as many levels: a look at the large one takes four times as long. */
const LOGS = [
  { records: 2_500, pinned: 2_250, each: 72 },
  { records: 10_000, pinned: 9_000, each: 12 },
] as const;
const SEED = 20_240_150;

async function put(dir: string, files: Iterable<readonly [string, Buffer | undefined]>): Promise<void> {
  for (const [file, bytes] of files) {
    const place = path.join(dir, file);
    if (bytes === undefined) {
      await rm(place, { force: true });
      // A partial tile's folder stands and falls with it, and so does its level when it was the only one.
      if (path.dirname(file).endsWith('.p')) {
        await rm(path.dirname(place), { recursive: true, force: true });
        await rmdir(path.dirname(path.dirname(place))).catch(() => undefined);
      }
      continue;
    }
    await mkdir(path.dirname(place), { recursive: true });
    await writeFile(place, bytes);
  }
}

/** Removals first: a new partial tile may stand in the folder of an old one. */
const inOrder = (files: Mutation['files']) =>
  [...files].sort(([, a], [, b]) => Number(a !== undefined) - Number(b !== undefined));

async function restore(dir: string, world: World, { files }: Mutation): Promise<void> {
  const foreign = [...files.keys()].filter((file) => !world.files.has(file));
  await put(
    dir,
    foreign.map((file) => [file, undefined] as const),
  );
  await put(
    dir,
    [...files.keys()].flatMap((file) => (world.files.has(file) ? [[file, world.files.get(file)] as const] : [])),
  );
}

/** What a log that is a hash chain and nothing else can say of its records: number, link, order of time. */
function chainHolds(
  leaves: readonly Buffer[],
  parsed: WeakMap<Buffer, { seq: number; previous: string; time: string; hash: string }>,
): boolean {
  let [previous, time] = ['0'.repeat(64), ''];
  for (const [seq, leaf] of leaves.entries()) {
    const record = parsed.get(leaf) ?? { ...JSON.parse(leaf.toString()), hash: leafHash(leaf).toString('hex') };
    parsed.set(leaf, record);
    if (record.seq !== seq || record.previous !== previous || record.time < time) return false;
    previous = record.hash;
    time = record.time;
  }
  return true;
}

it.each(LOGS)(
  'LOG-04: every one of $each changes of each of twelve kinds to a log of $records records is found, nothing else is, and a plain hash chain misses truncation, rollback, fork and key',
  async ({ records, pinned, each }) => {
    const world = makeWorld(records, 250, pinned);
    const dir = await freshFolder();
    await put(dir, world.files);
    const witnessKey = freshKey();
    const pinnedStage = world.stages.find(({ edge }) => edge.size === pinned);
    const body = pinnedStage?.checkpoint.split('\n\n', 1)[0] ?? '';
    const witness = decodeWitnessKey(encodeVkey('witness.test/w', witnessKey, COSIGNATURE_V1));
    if (!witness.ok) expect.fail(witness.reason);
    const known: Record<Needs, VerifyOptions> = {
      nothing: {},
      key: { vkey: world.files.get('log.vkey')?.toString() ?? '' },
      pinned: {
        pinned: `${pinnedStage?.checkpoint}${cosign(`${body}\n`, 'witness.test/w', witnessKey, 1_790_000_000)}`,
        witnesses: [witness.value],
      },
    };
    const isFine = async (needs: Needs): Promise<boolean> =>
      (await verifyLog(dir, { ...known[needs], maxFindings: 1 })).ok;
    const allFine = async (): Promise<boolean[]> => [
      await isFine('nothing'),
      await isFine('key'),
      await isFine('pinned'),
    ];

    // Without a change there is no alarm, whatever is known.
    expect(await allFine()).toEqual([true, true, true]);
    const random = randomFrom(SEED);
    const parsed = new WeakMap();
    const missedByChain: Record<string, number> = {};
    const missed: string[] = [];
    for (const [kind, make] of Object.entries(KINDS)) {
      missedByChain[kind] = 0;
      for (let n = 0; n < each; n++) {
        const mutation = make(world, random);
        await put(dir, inOrder(mutation.files));
        if (await isFine(mutation.needs)) missed.push(`${kind} ${n}`);
        // What a checkpoint from elsewhere is needed for is not found without it: sampled, as it reads the whole log.
        if (n < 2 && mutation.needs !== 'nothing') expect(await isFine('nothing'), `${kind} alone`).toBe(true);
        if (chainHolds(mutation.leaves, parsed)) missedByChain[kind]++;
        await restore(dir, world, mutation);
      }
      // The folder is what it was: the next finding is the next change's.
      expect(await isFine('pinned'), kind).toBe(true);
    }
    expect(missed).toEqual([]);
    expect(await allFine()).toEqual([true, true, true]);
    expect(missedByChain).toMatchObject({ truncate: each, rollback: each, fork: each, keySwap: each });
    expect(missedByChain).toMatchObject({
      delete: expect.any(Number),
      edit: expect.any(Number),
      reorder: 0,
      clockRollback: 0,
    });
  },
  180_000,
);
