import fs, { fstatSync, mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import fsp, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';

// A disk that forgets, for a process that is started with `--import` of this file: what was written and not made durable is in the hands of
// the kernel alone, and at a power cut (SIGUSR2) it is taken back, wholly or in part; then the process dies. LazyFS does the same below a
// mount; this needs none. Its orders come as JSON in LOST_WRITES.

export interface LostWritesOrder {
  /** Folder below which the disk forgets. */
  readonly root: string;
  /** What `fsync` does: its work (default), nothing, or its work for files and nothing for folders. */
  readonly sync?: 'all' | 'none' | 'files';
  /** Instead of a power cut: every nth operation that changes something fails, ENOSPC and EIO in turn. */
  readonly faultEvery?: number;
  /**
   * As `faultEvery`, each so many steps later than the one before: the fault strikes whatever is tried again at its 10th, its 20th, its 30th
   * step, until it has no more. Each is told on stderr.
   */
  readonly faultsFurtherBy?: number;
}

/** What stderr says of a fault, less its code. */
export const FAULT_WORD = 'lost-writes: injected';

const order = JSON.parse(process.env.LOST_WRITES ?? '{"root":"/nowhere"}') as LostWritesOrder;
const root = path.resolve(order.root);
const isOurs = (file: unknown): file is string =>
  typeof file === 'string' && (path.resolve(file) === root || path.resolve(file).startsWith(`${root}${path.sep}`));

/** A change that is not durable: of a file's bytes, or of a folder's entries. */
interface Change {
  readonly inode?: number;
  readonly folders?: readonly string[];
  undo(): void;
}
let changes: Change[] = [];
const places = new Map<number, string>();
let underWay = 0;
let frozen = false;
let operations = 0;
let faults = 0;

async function operate<T>(work: () => Promise<T>, torn?: () => Promise<unknown>): Promise<T> {
  if (frozen) return await new Promise<T>(() => undefined);
  operations += 1;
  const step = order.faultEvery ?? (order.faultsFurtherBy ?? Number.POSITIVE_INFINITY) * (faults + 1);
  if (operations >= step) {
    operations = 0;
    await torn?.();
    const code = faults++ % 2 === 0 ? 'ENOSPC' : 'EIO';
    if (order.faultsFurtherBy !== undefined) process.stderr.write(`${FAULT_WORD} ${code}\n`);
    throw Object.assign(new Error(`${code}: injected`), { code, syscall: 'write', errno: -1 });
  }
  underWay += 1;
  try {
    return await work();
  } finally {
    underWay -= 1;
  }
}

const content = (file: string): Buffer | undefined => {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
};
const inodeOf = (file: string): number => statSync(file).ino;

/** Remembers what a write is about to replace. */
function remember(handle: FileHandle, position: number, length: number): void {
  const { ino, size } = fstatSync(handle.fd);
  const old = Buffer.alloc(Math.max(0, Math.min(length, size - position)));
  // By its place: the handle may be for writing alone.
  if (old.length > 0) content(places.get(ino) ?? '')?.copy(old, 0, position, position + old.length);
  changes.push({
    inode: ino,
    undo() {
      const file = places.get(ino);
      const now = file === undefined ? undefined : content(file);
      if (file === undefined || now === undefined) return;
      const kept = Buffer.alloc(size);
      now.copy(kept, 0, 0, Math.min(size, now.length));
      old.copy(kept, position);
      writeFileSync(file, kept);
    },
  });
}

function forget(matches: (change: Change) => boolean): void {
  changes = changes.filter((change) => !matches(change));
}

const { open, rename, link, rm, rmdir, unlink, mkdir } = fsp;

Object.assign(fsp, {
  async open(file: string, flags: string | number = 'r', mode?: number) {
    if (!isOurs(file)) return await open(file, flags, mode);
    const isNew = content(file) === undefined && !isFolder(file);
    const make = async () => {
      const handle = await open(file, flags, mode);
      if (isNew) {
        const made = path.resolve(file);
        changes.push({ folders: [path.dirname(made)], undo: () => rmSync(made, { force: true }) });
      }
      return handle;
    };
    const handle = isNew ? await operate(make) : await make();
    places.set(fstatSync(handle.fd).ino, path.resolve(file));
    return withMemory(handle, path.resolve(file));
  },
  async rename(from: string, to: string) {
    if (!isOurs(to)) return await rename(from, to);
    await operate(async () => moved(from, to, () => rename(from, to)));
  },
  async link(from: string, to: string) {
    if (!isOurs(to)) return await link(from, to);
    await operate(async () => {
      await link(from, to);
      changes.push({ folders: [path.dirname(path.resolve(to))], undo: () => rmSync(to, { force: true }) });
    });
  },
  async unlink(file: string) {
    if (!isOurs(file)) return await unlink(file);
    await operate(async () => removed(file, () => unlink(file)));
  },
  async rm(file: string, options?: object) {
    if (!isOurs(file) || isFolder(file)) return await rm(file, options);
    await operate(async () => removed(file, () => rm(file, options)));
  },
  async rmdir(folder: string) {
    if (!isOurs(folder)) return await rmdir(folder);
    await operate(async () => {
      await rmdir(folder);
      changes.push({ folders: [path.dirname(path.resolve(folder))], undo: () => mkdirSync(folder) });
    });
  },
  async mkdir(folder: string, options?: object) {
    if (!isOurs(folder) || isFolder(folder)) return await mkdir(folder, options);
    return await operate(async () => {
      const made = await mkdir(folder, options);
      changes.push({
        folders: [path.dirname(path.resolve(folder))],
        undo: () => rmSync(folder, { recursive: true, force: true }),
      });
      return made;
    });
  },
});
const renameNow = fs.renameSync;
fs.renameSync = (from, to) => {
  if (!isOurs(to)) return renameNow(from, to);
  if (frozen) throw new Error('the power is cut');
  moved(String(from), String(to), () => renameNow(from, to));
};
syncBuiltinESMExports();

function isFolder(file: string): boolean {
  try {
    return statSync(file).isDirectory();
  } catch {
    return false;
  }
}

function moved<T>(from: string, to: string, work: () => T): T {
  const [before, ino] = [content(to), inodeOf(from)];
  const done = (): void => {
    places.set(ino, path.resolve(to));
    changes.push({
      folders: [path.dirname(path.resolve(to))],
      undo() {
        renameNow(to, from);
        places.set(ino, path.resolve(from));
        if (before !== undefined) writeFileSync(to, before);
      },
    });
  };
  const result = work();
  if (result instanceof Promise) return result.then(done) as T;
  done();
  return result;
}

/** A folder that is durably gone has nothing to come back in it. */
function putBack(file: string, bytes: Buffer): void {
  if (isFolder(path.dirname(file))) writeFileSync(file, bytes);
}

async function removed(file: string, work: () => Promise<unknown>): Promise<void> {
  const before = content(file);
  await work();
  if (before !== undefined)
    changes.push({ folders: [path.dirname(path.resolve(file))], undo: () => putBack(file, before) });
}

function withMemory(handle: FileHandle, file: string): FileHandle {
  const { writeFile, truncate } = handle;
  const write = handle.write.bind(handle) as (
    ...given: [Uint8Array, number, number, number | null]
  ) => Promise<{ readonly bytesWritten: number }>;
  const durable = async (own: () => Promise<void>): Promise<void> => {
    const folder = isFolder(file);
    if (order.sync === 'none' || (folder && order.sync === 'files')) return;
    await operate(async () => {
      // What is changed while it runs is not covered by it.
      const covered = new Set(changes);
      await own();
      const { ino } = fstatSync(handle.fd);
      forget(
        (change) => covered.has(change) && (folder ? change.folders?.includes(file) === true : change.inode === ino),
      );
    });
  };
  const [sync, datasync] = [handle.sync.bind(handle), handle.datasync.bind(handle)];
  return Object.assign(handle, {
    sync: () => durable(sync),
    datasync: () => durable(datasync),
    write(bytes: Uint8Array, offset = 0, length = bytes.length - offset, position: number | null = null) {
      return operate(
        async () => {
          remember(handle, position ?? fstatSync(handle.fd).size, length);
          return await write(bytes, offset, length, position);
        },
        // A full disk takes a part.
        () => write(bytes, offset, length >> 1, position),
      );
    },
    writeFile(bytes: Uint8Array | string) {
      return operate(async () => {
        remember(handle, 0, Buffer.byteLength(bytes));
        await writeFile.call(handle, bytes);
      });
    },
    truncate(length = 0) {
      return operate(async () => {
        const { size, ino } = fstatSync(handle.fd);
        if (length > size) changes.push({ inode: ino, undo: () => truncateSync(places.get(ino) ?? file, size) });
        else if (length < size) remember(handle, length, size - length);
        await truncate.call(handle, length);
      });
    },
  });
}

/** Takes back what no `fsync` covered: all of it, or of each file and of the folders what came after a moment that chance names. */
function cutPower(): void {
  const all = Math.random() < 0.5;
  const from = new Map<number | 'folders', number>();
  const ofKey = Map.groupBy(changes, (change) => change.inode ?? ('folders' as const));
  for (const [key, list] of ofKey) from.set(key, all ? 0 : Math.floor(Math.random() * (list.length + 1)));
  const lost = new Set([...ofKey].flatMap(([key, list]) => list.slice(from.get(key))));
  for (const change of changes.toReversed()) if (lost.has(change)) change.undo();
  process.kill(process.pid, 'SIGKILL');
}

process.on('SIGUSR2', () => {
  frozen = true;
  const wait = (): void => {
    if (underWay > 0) setTimeout(wait, 1);
    else cutPower();
  };
  wait();
});
