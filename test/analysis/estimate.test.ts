import { describe, expect, it } from 'vitest';
import { expectedSeconds, remainingSeconds } from '../../gateway/analysis/estimate.ts';
import { packetList } from '../../gateway/analysis/packets.ts';
import { tableOf } from '../media/made-media.ts';

/** 300 s at 25 frames a second, a key frame every 2 s. */
const packets = packetList(
  tableOf(
    Array.from({ length: 300 * 25 }, (_, n) => {
      const key = n % 50 === 0;
      return { pts: n * 40, dts: n * 40, durationTicks: 40, sizeBytes: 100, key, corrupt: false, discard: false };
    }),
  ),
  { timeBase: { num: 1, den: 1_000 }, nominalFps: 25 },
);

const whole = [{ fromSeconds: 0, toSeconds: 300 }];

describe('expectedSeconds', () => {
  it('expects more of a segment in which something moves, and more with a detector', () => {
    const activity = { spans: [{ fromSeconds: 200, toSeconds: 220 }], calm: [], quietSeconds: 280 };
    const [first = 0, , busy = 0] = expectedSeconds(packets, 5, activity, true, whole);
    // Thirty key frames and one behind the end; then a hundred frames, and key frames of forty seconds, five more before and one behind.
    expect(first).toBeCloseTo(0.3 + 31 * 0.016, 2);
    expect(busy).toBeCloseTo(0.3 + 100 * 0.035 + 26 * 0.016, 2);
    const without = expectedSeconds(packets, 5, activity, false, whole);
    expect(without[2]).toBeLessThan(busy);
    expect(without[0]).toBe(first);
  });

  it('expects the whole price where the packets tell nothing', () => {
    const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
    const quiet = sum(expectedSeconds(packets, 5, { spans: [], calm: [], quietSeconds: 300 }, false, whole));
    const all = sum(expectedSeconds(packets, 5, undefined, false, whole));
    expect(all).toBeGreaterThan(6 * quiet);
  });
});

describe('remainingSeconds', () => {
  const expected = [10, 10, 30, 10];

  it('shares what is expected among those that work, before anything is done', () => {
    expect(remainingSeconds({ expected, waiting: [0, 1, 2, 3], elapsedSeconds: 4, atOnce: 2 })).toBe(30);
  });

  it('follows the pace of what is done, whatever the machine', () => {
    expect(remainingSeconds({ expected, waiting: [2, 3], elapsedSeconds: 5, atOnce: 2 })).toBe(10);
    expect(remainingSeconds({ expected, waiting: [2, 3], elapsedSeconds: 50, atOnce: 2 })).toBe(100);
    expect(remainingSeconds({ expected, waiting: [], elapsedSeconds: 50, atOnce: 2 })).toBe(0);
  });
});
