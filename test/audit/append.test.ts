import { execFileSync, spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { appendFile, copyFile, cp, type FileHandle, mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { aheadFileOf } from '../../gateway/audit/ahead.ts';
import { openLog } from '../../gateway/audit/append.ts';
import { diskFiles, type LogFiles } from '../../gateway/audit/files.ts';
import { tilePath, tilesOf } from '../../gateway/audit/tiles.ts';
import { verifyLog } from '../../gateway/audit/verify.ts';
import { canonicalJson } from '../../gateway/canonical.ts';
import { AppError } from '../../gateway/errors.ts';
import { eventFor, keyOf } from './events.ts';
import { appendMany, freshFolder, freshKey, handClock, optionsFor, storedLog } from './support.ts';

const code = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'resolved',
    (error: unknown) => (error instanceof AppError ? error.code : error),
  );

const listFiles = (dir: string): string[] =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(dir, path.join(entry.parentPath, entry.name)))
    .sort();

/** Files whose operations are counted; the chosen one and all after it fail, as when a disk goes away. */
function failingFiles(failAt: number): LogFiles & { operations: number } {
  const files = { ...diskFiles, operations: 0 };
  const step = (): void => {
    files.operations++;
    if (files.operations >= failAt) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
  };
  for (const name of ['makeFolder', 'stage', 'syncFolder', 'remove', 'removeFolder'] as const) {
    const real = diskFiles[name] as (...args: unknown[]) => Promise<unknown>;
    Object.assign(files, {
      [name]: async (...args: unknown[]) => {
        step();
        return real(...args);
      },
    });
  }
  files.stageAhead = async (...given) => {
    step();
    const { staged, ahead } = await diskFiles.stageAhead(...given);
    const write = async (bytes: Uint8Array, offset: number): Promise<void> => {
      step();
      await ahead.write(bytes, offset);
    };
    return { staged, ahead: { write, close: ahead.close } };
  };
  files.place = (staged) => {
    // One rename may be done when the next one fails.
    for (const one of staged) {
      step();
      diskFiles.place([one]);
    }
  };
  return files;
}

describe('the log', () => {
  it('has exactly the files of the specification at sizes around the edges of a tile', async () => {
    const options = optionsFor(await freshFolder());
    const log = await openLog(options);
    let size = 0;
    for (const next of [0, 1, 2, 255, 256, 257, 511, 512, 513, 600]) {
      await appendMany(log, next - size);
      size = next;
      const expected = ['checkpoint', 'log.vkey', ...[...tilesOf(size)].map(tilePath)].sort();
      // The old partial tiles go after the records were acknowledged.
      await expect.poll(() => listFiles(options.dir), { message: `size ${size}` }).toEqual(expected);
      expect(await verifyLog(options.dir)).toMatchObject({ ok: true, size });
    }
    await log.close();
  });

  it('verifies at every size from 0 to 600, written one by one and by batches', async () => {
    const options = optionsFor(await freshFolder());
    const log = await openLog(options);
    for (let size = 0; size < 600; ) {
      const count = 1 + (size % 7);
      await appendMany(log, count);
      size += count;
      if (size % 5 === 0) expect(await verifyLog(options.dir)).toMatchObject({ ok: true, size });
    }
    await log.close();
  });

  it('gives numbers in the order of the calls, and each record back', async () => {
    const log = await openLog(optionsFor(await freshFolder()));
    expect(await appendMany(log, 300)).toEqual(Array.from({ length: 300 }, (_, n) => n));
    expect(await log.size()).toBe(300);
    const [first, last] = [await log.record(0), await log.record(299)];
    expect([first?.seq, first?.previous, last?.seq]).toEqual([0, '0'.repeat(64), 299]);
    expect(await log.entry(299)).toEqual(Buffer.from(canonicalJson(last ?? {})));
    expect(await log.record(300)).toBeUndefined();
    expect(await log.record(-1)).toBeUndefined();
    await log.close();
  });

  it('continues where it stopped when it is opened again', async () => {
    const options = optionsFor(await freshFolder());
    for (const size of [3, 255, 256, 258, 512, 520]) {
      const log = await openLog(options);
      await appendMany(log, size - (await log.size()));
      await log.close();
      expect(await verifyLog(options.dir)).toMatchObject({ ok: true, size });
    }
  });

  it('DEF-12: refuses to append when the clock is behind the last record, and goes on when it is right again', async () => {
    const clock = handClock(10_000);
    const options = optionsFor(await freshFolder(), { clock });
    const log = await openLog(options);
    await log.append(eventFor());
    clock.setMs(9_999);
    expect(await code(log.append(eventFor()))).toBe('E_CLOCK');
    clock.setMs(10_000);
    expect(await log.append(eventFor())).toBe(1);
    await log.close();
    clock.setMs(6_400);
    const again = await openLog(options);
    expect(await code(again.append(eventFor()))).toBe('E_CLOCK');
    await again.close();
  });

  it('LOG-03: a refused event leaves no trace and no gap', async () => {
    const log = await openLog(optionsFor(await freshFolder()));
    const [ok, refused, next] = await Promise.all([
      log.append(eventFor()),
      code(log.append(eventFor('Jean Dupont'))),
      log.append(eventFor()),
    ]);
    expect([ok, refused, next]).toEqual([0, 'E_LOG_CONTENT', 1]);
    await log.close();
  });

  it('has one writer in a process', async () => {
    const options = optionsFor(await freshFolder());
    const log = await openLog(options);
    expect(await code(openLog(options))).toBe('E_LOG_DOWN');
    await log.close();
    expect(await code(log.append(eventFor()))).toBe('E_LOG_DOWN');
    const again = await openLog(options);
    await again.close();
  });
});

describe('an append', () => {
  it('LOG-05: resolves when the write-ahead file has it durably; tiles, then the checkpoint that names them, come after it', async () => {
    const order: string[] = [];
    const nameOf = (file: string): string => (path.basename(file) === 'checkpoint' ? 'checkpoint' : 'tile');
    const files: LogFiles = {
      ...diskFiles,
      async stageAhead(...given) {
        const { staged, ahead } = await diskFiles.stageAhead(...given);
        const write = async (bytes: Uint8Array, offset: number): Promise<void> => {
          await ahead.write(bytes, offset);
          order.push('written ahead');
        };
        return { staged, ahead: { write, close: ahead.close } };
      },
      async stage(file, bytes) {
        const staged = await diskFiles.stage(file, bytes);
        order.push(`durable ${nameOf(file)}`);
        return staged;
      },
      place(staged) {
        diskFiles.place(staged);
        for (const { file } of staged) order.push(`placed ${nameOf(file)}`);
      },
      async syncFolder(folder) {
        await diskFiles.syncFolder(folder);
        order.push(`synced ${path.basename(folder) === 'log' ? 'log' : 'tiles'}`);
      },
    };
    const log = await openLog(optionsFor(await freshFolder(), { files, foldAfterMs: 60_000 }));
    order.length = 0;
    await log.append(eventFor());
    order.push('acknowledged');
    expect(order).toEqual(['written ahead', 'acknowledged']);
    await log.checkpoint();
    order.push('told');
    const comesFirst = (first: string, then: string): void =>
      expect(order.lastIndexOf(first), `${first} before ${then}`).toBeLessThan(order.indexOf(then));
    comesFirst('acknowledged', 'durable tile');
    comesFirst('durable tile', 'placed tile');
    comesFirst('placed tile', 'synced tiles');
    comesFirst('synced tiles', 'placed checkpoint');
    comesFirst('durable checkpoint', 'placed checkpoint');
    comesFirst('placed checkpoint', 'synced log');
    comesFirst('synced log', 'told');
    await log.close();
  });

  it('LOG-05: does not resolve as long as its fsync hangs, and tells no checkpoint as long as one of those hangs, of files and folders alike', async () => {
    const options = optionsFor(await freshFolder(), { foldAfterMs: 60_000 });
    const log = await openLog(options);
    await log.append(eventFor());
    await log.checkpoint();
    const handle = await open(options.dir, 'r');
    const prototype = Object.getPrototypeOf(handle) as FileHandle;
    await handle.close();
    const { sync, datasync } = prototype;
    onTestFinished(() => {
      Object.assign(prototype, { sync, datasync });
    });
    /** What `work` says while the nth call of an fsync hangs; it may end after that. */
    const whileHanging = async <T>(
      real: typeof sync,
      name: 'sync' | 'datasync',
      nth: number,
      work: () => Promise<T>,
    ) => {
      const { promise: gate, resolve: release } = Promise.withResolvers<void>();
      const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
      let calls = 0;
      prototype[name] = async function hang() {
        calls++;
        if (calls === nth) {
          arrive();
          await gate;
        }
        return real.call(this);
      };
      const done = work();
      await arrived;
      const first = await Promise.race([
        done.then(() => 'resolved'),
        new Promise((settle) => setImmediate(settle, 'waits')),
      ]);
      const size = await log.size();
      release();
      return { first, size, result: await done, calls };
    };
    // Bundle, tile and checkpoint; the folders of the three.
    for (let hanging = 1; hanging <= 6; hanging++) {
      const appended = await whileHanging(datasync, 'datasync', 1, () => log.append(eventFor()));
      expect(appended, `append ${hanging}`).toEqual({ first: 'waits', size: hanging, result: hanging, calls: 1 });
      const told = await whileHanging(sync, 'sync', hanging, () => log.checkpoint());
      expect([told.first, told.calls], `fsync ${hanging}`).toEqual(['waits', 6]);
      expect(told.result.split('\n')[1]).toBe(`${hanging + 1}`);
    }
    await log.close();
  });

  it('LOG-05: rejects when any step fails, of appending and of what follows it, stays down, and loses nothing that was acknowledged', async () => {
    // 254 records, then three more: bundle and tile fill, a new level begins, partial tiles go.
    const base = await storedLog(254);
    const copy = await freshFolder();
    let [failedAppends, failedFolds] = [0, 0];
    for (let failAt = 1; ; failAt++) {
      await rm(copy, { recursive: true, force: true });
      await rm(aheadFileOf(copy), { force: true });
      await cp(base.dir, copy, { recursive: true });
      const files = failingFiles(failAt);
      const log = await openLog({ ...base, dir: copy, files, foldAfterMs: 60_000 }).catch((error: AppError) => error);
      if (log instanceof AppError) {
        expect(log.code).toBe('E_LOG_DOWN');
        await (await openLog({ ...base, dir: copy })).close();
        expect(await verifyLog(copy)).toMatchObject({ ok: true, size: 254 });
        continue;
      }
      const outcomes = await Promise.all([0, 1, 2].map(() => code(log.append(eventFor()))));
      const acknowledged = outcomes.filter((outcome) => outcome === 'resolved').length;
      await log.checkpoint();
      if (files.operations < failAt) {
        expect(outcomes).toEqual(['resolved', 'resolved', 'resolved']);
        await log.close();
        break;
      }
      // Down since the failure, also where the batch itself was durable before it.
      expect(await code(log.append(eventFor()))).toBe('E_LOG_DOWN');
      if (acknowledged < 3) expect(outcomes).toEqual(['E_LOG_DOWN', 'E_LOG_DOWN', 'E_LOG_DOWN']);
      if (acknowledged === 0) failedAppends++;
      else failedFolds++;
      await log.close();

      // Before it is opened again it verifies but for what a crash may leave in the folder.
      const before = await verifyLog(copy, { patienceMs: 100 });
      if (!before.ok)
        expect(before.findings.every(({ what, expected }) => what === 'files' && expected === '')).toBe(true);
      const again = await openLog({ ...base, dir: copy });
      const size = await again.size();
      expect([254, 257], `failed at ${failAt}`).toContain(size);
      expect(size).toBeGreaterThanOrEqual(254 + acknowledged);
      expect(await verifyLog(copy)).toMatchObject({ ok: true, size });
      expect(await again.append(eventFor())).toBe(size);
      await again.close();
      expect(await verifyLog(copy)).toMatchObject({ ok: true, size: size + 1 });
    }
    expect(failedAppends).toBeGreaterThan(0);
    expect(failedFolds).toBeGreaterThan(8);
  });

  it('LOG-05: stays down after one failed write, though the disk would take the next one', async () => {
    let failing = false;
    const files: LogFiles = {
      ...diskFiles,
      async stageAhead(...given) {
        const { staged, ahead } = await diskFiles.stageAhead(...given);
        const write = (bytes: Uint8Array, offset: number): Promise<void> =>
          failing ? Promise.reject(new Error('once')) : ahead.write(bytes, offset);
        return { staged, ahead: { write, close: ahead.close } };
      },
    };
    const options = optionsFor(await freshFolder(), { files });
    const log = await openLog(options);
    await log.append(eventFor());
    failing = true;
    expect(await code(log.append(eventFor()))).toBe('E_LOG_DOWN');
    failing = false;
    expect(await code(log.append(eventFor()))).toBe('E_LOG_DOWN');
    expect(log.failure()?.code).toBe('E_LOG_DOWN');
    await log.close();
    const again = await openLog(options);
    expect(await again.append(eventFor())).toBe(1);
    await again.close();
  });

  it('LOG-05: rejects on a disk that takes no more bytes', async () => {
    // A file size limit is the same refusal to write as a full disk, and needs no mount.
    const dir = await freshFolder();
    const pem = freshKey().export({ format: 'pem', type: 'pkcs8' }).toString();
    const script = path.join(import.meta.dirname, 'append-loop.ts');
    const child = spawn(
      'bash',
      ['-c', `trap '' XFSZ; ulimit -f 16; exec "$0" "$1" "$2" one-by-one 16384`, process.execPath, script, dir],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    child.stdin.end(pem);
    let out = '';
    for await (const part of child.stdout) out += String(part);
    const lines = out.trim().split('\n');
    expect(lines.at(-1)).toBe('E_LOG_DOWN E_LOG_DOWN');
    const acknowledged = lines.length - 1;
    expect(acknowledged).toBeGreaterThan(5);
    const log = await openLog(optionsFor(dir, { signingKey: keyOf(pem), clock: { nowMs: () => Date.now() } }));
    expect(await log.size()).toBeGreaterThanOrEqual(acknowledged);
    await log.close();
    expect(await verifyLog(dir)).toMatchObject({ ok: true });
  });
});

describe('opening a log', () => {
  it('removes what a crash left and nothing else', async () => {
    const options = await storedLog(5);
    await writeFile(path.join(options.dir, 'checkpoint.0123456789ab.tmp'), 'half');
    await mkdir(path.join(options.dir, 'tile/0/001.p'), { recursive: true });
    await writeFile(path.join(options.dir, 'tile/entries/000.p/6'), 'more');
    await writeFile(path.join(options.dir, 'tile/0/000.p/6'), 'more');
    await writeFile(path.join(options.dir, 'tile/0/000.p/4'), 'old');
    expect((await verifyLog(options.dir)).ok).toBe(false);
    await (await openLog(options)).close();
    expect(await verifyLog(options.dir)).toMatchObject({ ok: true, size: 5 });
  });

  it('finishes a log whose making was cut short', async () => {
    const options = optionsFor(await freshFolder());
    const log = await openLog(options);
    await log.close();
    await rm(path.join(options.dir, 'checkpoint'));
    await (await openLog(options)).close();
    expect(await verifyLog(options.dir)).toMatchObject({ ok: true, size: 0 });
  });

  it('is E_LOG_DOWN with both raw states when the folder contradicts the checkpoint, and touches nothing', async () => {
    const options = await storedLog(258);
    const short = await storedLog(257, { signingKey: options.signingKey });
    const foreign = await storedLog(258);
    const breaks: readonly ((dir: string) => Promise<void>)[] = [
      (dir) => rm(path.join(dir, 'checkpoint')),
      (dir) => rm(path.join(dir, 'log.vkey')),
      (dir) => rm(path.join(dir, 'tile/0/000')),
      (dir) => appendFile(path.join(dir, 'checkpoint'), '\n'),
      (dir) => copyFile(path.join(foreign.dir, 'checkpoint'), path.join(dir, 'checkpoint')),
      (dir) => copyFile(path.join(foreign.dir, 'log.vkey'), path.join(dir, 'log.vkey')),
      (dir) => copyFile(path.join(foreign.dir, 'tile/entries/001.p/2'), path.join(dir, 'tile/entries/001.p/2')),
      (dir) => copyFile(path.join(foreign.dir, 'tile/0/001.p/2'), path.join(dir, 'tile/0/001.p/2')),
      (dir) => copyFile(path.join(foreign.dir, 'tile/1/000.p/1'), path.join(dir, 'tile/1/000.p/1')),
      // An older checkpoint of the same log without the tiles of its time.
      (dir) => copyFile(path.join(short.dir, 'checkpoint'), path.join(dir, 'checkpoint')),
      (dir) => writeFile(path.join(dir, 'notes.txt'), 'x'),
    ];
    const copy = await freshFolder();
    for (const [index, damage] of breaks.entries()) {
      await rm(copy, { recursive: true, force: true });
      await cp(options.dir, copy, { recursive: true });
      await damage(copy);
      const before = execFileSync('tar', ['-cf', '-', '--mtime=0', '-C', copy, '.']);
      const error = await openLog({ ...options, dir: copy }).catch((reason: unknown) => reason);
      expect(error, `damage ${index}`).toMatchObject({ code: 'E_LOG_DOWN' });
      if (index > 2)
        expect((error as AppError).cause).toMatchObject({ expected: expect.any(String), found: expect.any(String) });
      expect(execFileSync('tar', ['-cf', '-', '--mtime=0', '-C', copy, '.']).equals(before), `damage ${index}`).toBe(
        true,
      );
    }
  });

  it('refuses to cut off more records than one crash can leave behind an older checkpoint', async () => {
    const options = optionsFor(await freshFolder());
    const log = await openLog(options);
    await appendMany(log, 256);
    const old = await readFile(path.join(options.dir, 'checkpoint'));
    await appendMany(log, 1100);
    await log.close();
    await writeFile(path.join(options.dir, 'checkpoint'), old);
    const wide = await readFile(path.join(options.dir, 'tile/1/000.p/5'));
    await writeFile(path.join(options.dir, 'tile/1/000.p/1'), wide.subarray(0, 32));
    expect(await openLog(options).catch((error: AppError) => error.cause)).toMatchObject({
      what: 'checkpoint',
      expected: '256',
    });
  });
});
