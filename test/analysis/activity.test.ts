import { describe, expect, it } from 'vitest';
import { activityOf } from '../../gateway/analysis/activity.ts';
import { packetList } from '../../gateway/analysis/packets.ts';
import type { MediaPacket } from '../../gateway/media.ts';
import { tableOf } from '../media/made-media.ts';

const FPS = 25;
const clock = { timeBase: { num: 1, den: 1_000 }, nominalFps: FPS };

/** A recording of so many seconds; sizes by second, a key frame every `gop` frames. */
function recording(seconds: number, sizeOf: (second: number, n: number) => number, gop = 50, keyBytes = 60_000) {
  const list = Array.from({ length: seconds * FPS }, (_, n): MediaPacket => {
    const key = n % gop === 0;
    const sizeBytes = key ? keyBytes : sizeOf(Math.floor(n / FPS), n);
    return { pts: n * 40, dts: n * 40, durationTicks: 40, sizeBytes, key, corrupt: false, discard: false };
  });
  return packetList(tableOf(list), clock);
}

const jitter = (n: number): number => 300 + ((n * 7_919) % 120);

describe('activityOf', () => {
  it('finds the seconds whose predicted frames are large, a second around them', () => {
    const activity = activityOf(recording(300, (second, n) => (second >= 100 && second < 110 ? 3_000 : jitter(n))));
    expect(activity?.spans).toEqual([{ fromSeconds: 99, toSeconds: 111 }]);
    expect(activity?.quietSeconds).toBe(288);
  });

  it('finds them where most of the recording moves', () => {
    const activity = activityOf(recording(600, (second, n) => (second % 10 < 7 ? 3_000 : jitter(n))));
    for (const second of [0, 3, 6, 51, 306]) {
      expect(activity?.spans.some(({ fromSeconds, toSeconds }) => second >= fromSeconds && second < toSeconds)).toBe(
        true,
      );
    }
    expect(activity?.quietSeconds).toBeGreaterThan(50);
  });

  it('calls calm what lies well below movement, and away from it', () => {
    // Twice the quiet counts as movement.
    const sizeOf = (second: number, n: number): number =>
      second >= 100 && second < 110 ? 3_000 : (second >= 200 && second < 210 ? 760 : 400) + (n % 5);
    const activity = activityOf(recording(300, sizeOf));
    expect(activity?.spans).toEqual([{ fromSeconds: 99, toSeconds: 111 }]);
    expect(activity?.calm).toEqual([
      { fromSeconds: 0, toSeconds: 97 },
      { fromSeconds: 113, toSeconds: 198 },
      { fromSeconds: 212, toSeconds: 300 },
    ]);
  });

  it('does not take a single large frame a second for movement: the key frames of a copy', () => {
    const activity = activityOf(recording(300, (_, n) => (n % FPS === 7 ? 30_000 : jitter(n))));
    expect(activity?.spans).toEqual([]);
  });

  it('measures quiet by the time around: an hour of rain is quiet too', () => {
    const sizeOf = (second: number, n: number): number => (second >= 3_600 ? 4 * jitter(n) : jitter(n));
    const activity = activityOf(recording(7_200, sizeOf));
    expect(activity?.quietSeconds).toBeGreaterThan(6_300);
  });

  it.each([
    ['predicted frames that cost much of a key frame', recording(300, (_, n) => 40 * jitter(n))],
    ['key frames alone', recording(300, () => 0, 1)],
    ['rare key frames', recording(300, (_, n) => jitter(n), 400)],
    ['a short recording', recording(40, (_, n) => jitter(n))],
    [
      'a recording that moves throughout and has no quiet to compare with',
      recording(300, (_, n) => 30 * jitter(n), 50, 90_000),
    ],
  ])('tells nothing by %s: all of it is looked at', (_, packets) => {
    expect(activityOf(packets)).toBeUndefined();
  });

  it('tells nothing of files whose times are missing', () => {
    const list = Array.from({ length: 300 * FPS }, (_, n): MediaPacket => {
      return { sizeBytes: n % 50 === 0 ? 60_000 : jitter(n), key: n % 50 === 0, corrupt: false, discard: false };
    });
    expect(activityOf(packetList(tableOf(list), clock))).toBeUndefined();
  });
});
