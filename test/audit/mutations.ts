import type { KeyObject } from 'node:crypto';
import { signCheckpoint } from '../../gateway/audit/checkpoint.ts';
import { leafHash } from '../../gateway/audit/merkle.ts';
import { encodeVkey } from '../../gateway/audit/note.ts';
import { encodeRecord, parseRecord } from '../../gateway/audit/record.ts';
import { EMPTY_EDGE, growEdge, partialTiles, type RightEdge } from '../../gateway/audit/right-edge.ts';
import { frameEntry, parseBundle, TILE_WIDTH, tilePath } from '../../gateway/audit/tiles.ts';
import { eventFor, ORIGIN, SOFTWARE } from './events.ts';
import { freshKey } from './support.ts';

// Twelve ways to change a log behind its back, as somebody with the disk (and, where `insider`, with the log's signing key) could.

/** What somebody who checks has beside the folder: nothing, the log's key, or a checkpoint that witnesses cosigned. */
export type Needs = 'nothing' | 'key' | 'pinned';

export interface Mutation {
  /** New bytes of files below the log's folder; `undefined` removes the file. */
  readonly files: ReadonlyMap<string, Buffer | undefined>;
  /** The records as a plain hash chain would then hold them. */
  readonly leaves: readonly Buffer[];
  readonly needs: Needs;
}

/** A log in memory as it stands on disk at its sizes. */
export interface World {
  readonly signingKey: KeyObject;
  readonly leaves: readonly Buffer[];
  readonly files: ReadonlyMap<string, Buffer>;
  /** The edge and the checkpoint at each size that was signed. */
  readonly stages: readonly { readonly edge: RightEdge; readonly checkpoint: string }[];
  /** Size of the tree that the witness cosigned last. */
  readonly pinnedSize: number;
}

/** Whole numbers below `n`, from a seed (mulberry32). */
export function randomFrom(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % n;
  };
}

type Random = ReturnType<typeof randomFrom>;
type Maker = (world: World, random: Random) => Mutation;

const at = <T>(list: readonly T[], index: number): T => {
  const found = list[index];
  if (found === undefined) throw new RangeError(`no ${index} in ${list.length}`);
  return found;
};

const bundlePath = (world: World, n: number): string => {
  const rest = world.leaves.length - n * TILE_WIDTH;
  return tilePath({ level: 'entries', n, width: Math.min(TILE_WIDTH, rest) });
};

/** Only the bundle of a record is written; tiles and checkpoint stay. */
function inBundle(world: World, n: number, change: (entries: Buffer[]) => void, needs: Needs = 'nothing'): Mutation {
  const file = bundlePath(world, n);
  const entries = [...(parseBundle(world.files.get(file) ?? Buffer.alloc(0)) ?? [])];
  const width = entries.length;
  change(entries);
  const leaves = [...world.leaves];
  leaves.splice(n * TILE_WIDTH, width, ...entries);
  return { files: new Map([[file, Buffer.concat(entries.map(frameEntry))]]), leaves, needs };
}

const bundles = (world: World): number => Math.ceil(world.leaves.length / TILE_WIDTH);

/** Leaves from `from` on, numbered and chained; what an insider signs. */
export function recordsAfter(before: readonly Buffer[], count: number, timeMs: (seq: number) => number): Buffer[] {
  const made: Buffer[] = [];
  let last = before.at(-1);
  for (let seq = before.length; made.length < count; seq++) {
    const previous = last === undefined ? '0'.repeat(64) : leafHash(last).toString('hex');
    last = encodeRecord(eventFor(), {
      id: `0f000000-0000-4000-8000-${`${seq}`.padStart(12, '0')}`,
      seq,
      time: new Date(timeMs(seq)).toISOString(),
      software: SOFTWARE,
      previous,
    });
    made.push(last);
  }
  return made;
}

/** What changes on disk when the log becomes another one, grown from a stage and signed by its key. */
function signedAnew(world: World, from: RightEdge, added: readonly Buffer[], needs: Needs): Mutation {
  const leaves = [...world.leaves.slice(0, from.size), ...added];
  const growth = growEdge(from, added);
  const checkpoint = signCheckpoint({ origin: ORIGIN, size: growth.edge.size, root: growth.root }, world.signingKey);
  const files = new Map<string, Buffer | undefined>(filesAt(world, from, checkpoint));
  for (const name of growth.removed) files.set(name, undefined);
  for (const { path, bytes } of growth.written) files.set(path, bytes);
  return { files, leaves, needs };
}

/** What changes on disk when the log is put back to a stage that it had. */
function filesAt(world: World, edge: RightEdge, checkpoint: string): Map<string, Buffer | undefined> {
  const keep = new Map<string, Buffer>();
  for (const tile of partialTiles(edge)) {
    const parts = tile.level === 'entries' ? edge.entries.map(frameEntry) : at(edge.levels, tile.level);
    keep.set(tilePath(tile), Buffer.concat(parts));
  }
  const files = new Map<string, Buffer | undefined>([['checkpoint', Buffer.from(checkpoint)]]);
  for (const file of world.files.keys()) {
    const [, level = '', index = ''] = /^tile\/(entries|\d)\/(\d{3})$/.exec(file) ?? [];
    const width = level === 'entries' ? TILE_WIDTH : TILE_WIDTH ** (Number(level) + 1);
    const isFullThen = index !== '' && (Number(index) + 1) * width <= edge.size;
    if (file.startsWith('tile/') && !isFullThen) files.set(file, undefined);
  }
  for (const [file, bytes] of keep) files.set(file, bytes);
  return files;
}

const hashTile = (world: World, random: Random): [string, Buffer] => {
  const tiles = [...world.files].filter(([file]) => /^tile\/\d/.test(file));
  const [file, bytes] = at(tiles, random(tiles.length));
  return [file, Buffer.from(bytes)];
};

const timeOf = (leaf: Buffer): number => Date.parse(parseRecord(leaf).time);

export const KINDS: Readonly<Record<string, Maker>> = {
  /** Another record, well formed, numbered and chained as the one whose place it takes. */
  edit: (world, random) => {
    const seq = random(world.leaves.length);
    const { id, time, software, previous } = parseRecord(at(world.leaves, seq));
    const other = encodeRecord(eventFor(), { id, seq, time, software, previous });
    return inBundle(world, Math.floor(seq / TILE_WIDTH), (entries) => entries.splice(seq % TILE_WIDTH, 1, other));
  },
  delete: (world, random) => {
    const seq = random(world.leaves.length);
    return inBundle(world, Math.floor(seq / TILE_WIDTH), (entries) => entries.splice(seq % TILE_WIDTH, 1));
  },
  insert: (world, random) => {
    const [seq, copied] = [random(world.leaves.length), at(world.leaves, random(world.leaves.length))];
    return inBundle(world, Math.floor(seq / TILE_WIDTH), (entries) => entries.splice(seq % TILE_WIDTH, 0, copied));
  },
  reorder: (world, random) => {
    const n = random(bundles(world));
    return inBundle(world, n, (entries) => {
      const first = random(entries.length);
      const second = (first + 1 + random(entries.length - 1)) % entries.length;
      [entries[first], entries[second]] = [at(entries, second), at(entries, first)];
    });
  },
  /** The end is cut off cleanly, tiles and all; only the checkpoint cannot be signed. */
  truncate: (world, random) => {
    const { edge } = at(world.stages, random(world.stages.length - 1));
    const files = filesAt(world, edge, '');
    files.delete('checkpoint');
    return { files, leaves: world.leaves.slice(0, edge.size), needs: 'nothing' };
  },
  /** The whole folder from an older back-up: everything fits, it is only old. */
  rollback: (world, random) => {
    const older = world.stages.filter(({ edge }) => edge.size < world.pinnedSize);
    const { edge, checkpoint } = at(older, random(older.length));
    return { files: filesAt(world, edge, checkpoint), leaves: world.leaves.slice(0, edge.size), needs: 'pinned' };
  },
  /** An insider with the key tells another story from some record on, and lets it grow as long. */
  fork: (world, random) => {
    const older = world.stages.filter(({ edge }) => edge.size < world.pinnedSize);
    const { edge } = at(older, older.length - 1 - random(4));
    const before = world.leaves.slice(0, edge.size);
    const count = world.leaves.length - edge.size + random(20);
    const startMs = timeOf(at(before, before.length - 1));
    return signedAnew(
      world,
      edge,
      recordsAfter(before, count, (seq) => startMs + seq),
      'pinned',
    );
  },
  /** Another key signs the same tree, and stands in the key file. */
  keySwap: (world) => {
    const other = freshKey();
    const [origin = '', size, root = ''] = at(world.stages, world.stages.length - 1).checkpoint.split('\n');
    const checkpoint = signCheckpoint({ origin, size: Number(size), root: Buffer.from(root, 'base64') }, other);
    const files = new Map([
      ['checkpoint', Buffer.from(checkpoint)],
      ['log.vkey', Buffer.from(`${encodeVkey(ORIGIN, other)}\n`)],
    ]);
    return { files, leaves: world.leaves, needs: 'key' };
  },
  /** A checkpoint that was good once, on today's files. */
  checkpointReplay: (world, random) => {
    const { checkpoint } = at(world.stages, random(world.stages.length - 1));
    return { files: new Map([['checkpoint', Buffer.from(checkpoint)]]), leaves: world.leaves, needs: 'nothing' };
  },
  /** An insider with the key appends acts that are dated before what is there. */
  clockRollback: (world, random) => {
    const { edge } = at(world.stages, world.stages.length - 1);
    const endMs = timeOf(at(world.leaves, world.leaves.length - 1));
    const added = recordsAfter(world.leaves, 1 + random(5), () => endMs - 1 - random(86_400_000));
    return signedAnew(world, edge, added, 'nothing');
  },
  /** Hashes that are not those of the records: one changed, or two exchanged. */
  tileMismatch: (world, random) => {
    const [file, bytes] = hashTile(world, random);
    const [count, first] = [bytes.length / 32, random(bytes.length / 32)];
    const second = (first + 1 + random(Math.max(1, count - 1))) % count;
    const [one, two] = [bytes.subarray(first * 32, first * 32 + 32), bytes.subarray(second * 32, second * 32 + 32)];
    const kept = Buffer.from(one);
    if (first === second) one.fill(random(256));
    else {
      two.copy(one);
      kept.copy(two);
    }
    return { files: new Map([[file, bytes]]), leaves: world.leaves, needs: 'nothing' };
  },
  bitFlip: (world, random) => {
    const names = [...world.files.keys()];
    const file = at(names, random(names.length));
    const bytes = Buffer.from(world.files.get(file) ?? '');
    const byte = random(bytes.length);
    bytes[byte] = at([...bytes], byte) ^ (1 << random(8));
    return { files: new Map([[file, bytes]]), leaves: world.leaves, needs: 'nothing' };
  },
};

/** The log of so many records in memory, signed after every `step` of them. */
export function makeWorld(size: number, step: number, pinnedSize: number): World {
  const signingKey = freshKey();
  const leaves = recordsAfter([], size, (seq) => Date.UTC(2026, 0, 1) + seq * 1000);
  const files = new Map<string, Buffer>([['log.vkey', Buffer.from(`${encodeVkey(ORIGIN, signingKey)}\n`)]]);
  const stages: World['stages'][number][] = [];
  let edge = EMPTY_EDGE;
  for (let from = 0; from < size; from += step) {
    const growth = growEdge(edge, leaves.slice(from, from + step));
    for (const name of growth.removed) files.delete(name);
    for (const { path, bytes } of growth.written) files.set(path, bytes);
    edge = growth.edge;
    const checkpoint = signCheckpoint({ origin: ORIGIN, size: edge.size, root: growth.root }, signingKey);
    files.set('checkpoint', Buffer.from(checkpoint));
    stages.push({ edge, checkpoint });
  }
  return { signingKey, leaves, files, stages, pinnedSize };
}
