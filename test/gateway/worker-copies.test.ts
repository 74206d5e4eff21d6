import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createScratch } from '../../gateway/footage/scratch.ts';
import { newId, type ObjectId } from '../../gateway/ids.ts';
import { createWorkerCopies } from '../../gateway/worker-copies.ts';

/** Longer than any test: what is gone went without it. */
const LINGER_MS = 600_000;

async function fresh(lingerMs = LINGER_MS) {
  const root = await mkdtemp(path.join(tmpdir(), 'differe-copies-'));
  const copies = createWorkerCopies<string>(await createScratch(root), lingerMs);
  onTestFinished(async () => {
    await copies.close();
    await rm(root, { recursive: true, force: true });
  });
  const make = async (folder: string): Promise<string> => {
    const file = path.join(folder, 'exhibit');
    await writeFile(file, 'plain');
    return file;
  };
  return { root, copies, make };
}

/** Work that lasts until its lease is lost. */
const untilLost = (lost: AbortSignal, began: (file: string) => void) => async (file: string) => {
  began(file);
  await delay(LINGER_MS, undefined, { signal: lost });
};

describe('plain bytes on a worker', () => {
  it('RET-06: go at once with a lease that is lost, and with the last of several', async () => {
    const { root, copies, make } = await fresh();
    const object = newId<ObjectId>();
    const [one, two] = [new AbortController(), new AbortController()];
    const began = vi.fn();
    const works = [one, two].map(({ signal }) => copies.use(object, signal, make, untilLost(signal, began)));
    const ends = Promise.allSettled(works);
    await vi.waitFor(() => expect(began).toHaveBeenCalledTimes(2));
    const [[file]] = began.mock.calls as [[string]];
    one.abort(new Error('lost'));
    await expect(works[0]).rejects.toThrow();
    expect(existsSync(file)).toBe(true);
    two.abort(new Error('lost'));
    await ends;
    expect(await readdir(root)).toEqual([]);
  });

  it('RET-06: go at once where the lease is lost while they are being decrypted, which is stopped', async () => {
    const { root, copies, make } = await fresh();
    const lost = new AbortController();
    const making = vi.fn();
    const use = copies.use(
      newId<ObjectId>(),
      lost.signal,
      async (folder, signal) => {
        making(await make(folder));
        await delay(LINGER_MS, undefined, { signal });
        return '';
      },
      async () => undefined,
    );
    const end = Promise.allSettled([use]);
    await vi.waitFor(() => expect(making).toHaveBeenCalled());
    lost.abort(new Error('lost'));
    expect(await end).toMatchObject([{ status: 'rejected', reason: { message: 'lost' } }]);
    expect(await readdir(root)).toEqual([]);
  });

  it('serve the next lease that comes soon, and go when none does', async () => {
    const { root, copies, make } = await fresh(200);
    const object = newId<ObjectId>();
    const { signal } = new AbortController();
    const read = () => copies.use(object, signal, make, async (file) => file);
    const first = await read();
    expect(await read()).toBe(first);
    expect(existsSync(first)).toBe(true);
    await vi.waitFor(async () => expect(await readdir(root)).toEqual([]));
  });
});
