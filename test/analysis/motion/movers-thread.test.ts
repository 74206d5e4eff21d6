import { readdirSync } from 'node:fs';
import { getPriority } from 'node:os';
import { describe, expect, it } from 'vitest';
import { namedScenes } from '../../../benchmarks/scenes/named.ts';
import { findMovers } from '../../../gateway/analysis/motion/movers.ts';
import { createMoversThread } from '../../../gateway/analysis/motion/movers-thread.ts';
import { planesOf } from '../../../gateway/analysis/motion/planes.ts';
import { dyingAt } from '../dying.ts';
import { show } from './frames.ts';

const threads = (): number[] => readdirSync('/proc/self/task').map(Number);

describe('the background model in a thread of its own', () => {
  it('sees what it sees in the thread that asks, of several segments at once, and leaves processors to others', async () => {
    const [street, quiet] = [namedScenes.street, namedScenes.quiet].map((spec) =>
      show(spec).frames.map((frame) => planesOf(frame)),
    );
    if (street === undefined || quiet === undefined) throw new Error('no scenes');
    const before = new Set(threads());
    const movers = createMoversThread();
    const looks = await Promise.all([movers.find(street), movers.find(quiet), movers.find([])]);
    expect(looks).toEqual([await findMovers(street), await findMovers(quiet), []]);
    expect(looks[0]?.flat().length).toBeGreaterThan(0);
    const behind = threads().filter((id) => !before.has(id) && getPriority(id) >= 10);
    expect(behind).not.toEqual([]);
    expect(getPriority(process.pid)).toBeLessThan(10);
    await movers.close();
  });

  it('starts again after the thread died in the middle of a segment, whose call alone has failed', async () => {
    const street = show(namedScenes.street).frames.map((frame) => planesOf(frame));
    expect(street.length).toBeGreaterThan(8);
    const movers = createMoversThread(
      dyingAt(new URL('../../../gateway/analysis/motion/movers-worker.ts', import.meta.url), 1),
    );
    await expect(movers.find(street)).rejects.toThrow('E_JOB_FAILED');
    expect(await movers.find(street)).toEqual(await findMovers(street));
    await movers.close();
  });

  it('rejects who waits when the thread dies, and who is let down by the next one', async () => {
    const dying = createMoversThread(new URL('data:text/javascript,process.exit(3)'));
    await expect(dying.find([])).rejects.toThrow('E_JOB_FAILED');
    await expect(dying.find([])).rejects.toThrow('E_JOB_FAILED');
    const closed = createMoversThread();
    const waits = expect(closed.find([])).rejects.toThrow('E_JOB_FAILED');
    await closed.close();
    await waits;
    await expect(closed.find([])).rejects.toThrow('E_JOB_FAILED');
  });
});
