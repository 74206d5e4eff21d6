import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { requisitionFor, runClip } from '../../benchmarks/accuracy/run-clip.ts';
import { VARIANTS } from '../../benchmarks/scenes/hard.ts';
import { passersFound, writeHard } from '../../benchmarks/throughput/variants.ts';
import { openSight, type Sight } from '../../gateway/analysis/sight.ts';

// Of light that switches, a mast in the wind and lost frames: that they are answered by looking, and never by silence.

const PIECES = 6;
let folder = '';
let sight: Sight;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'differe-hard-'));
  sight = await openSight(undefined);
});
afterAll(async () => {
  await sight.close();
  await rm(folder, { recursive: true, force: true });
});

it.each(VARIANTS.filter(({ name }) => ['rain', 'lights', 'shake', 'variable'].includes(name)))(
  'finds who passes in $name, and says of each second what was done with it',
  { timeout: 120_000 },
  async (variant) => {
    const { file, durationSeconds, passing } = await writeHard(folder, variant, PIECES);
    const { result } = await runClip(await requisitionFor([file]), file, sight.deps);
    const passers = new Set(passing.map(({ id }) => id)).size;
    expect(passers).toBe(2);
    expect(passersFound(result.tracks, passing)).toBe(passers);
    const { totals } = result.ledger;
    expect(Object.values(totals).reduce((sum, seconds) => sum + seconds, 0)).toBeCloseTo(durationSeconds, 1);
    const looked = result.ledger.intervals.filter(({ state }) => state === 'analysed');
    for (const { timeSeconds, visibility } of passing.filter((_, index) => index % 10 === 0)) {
      const isLooked = looked.some(
        ({ fromSeconds, toSeconds }) => timeSeconds >= fromSeconds && timeSeconds < toSeconds,
      );
      expect(isLooked || visibility < 0.5, `${timeSeconds} s`).toBe(true);
    }
  },
);
