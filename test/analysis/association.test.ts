import { describe, expect, it } from 'vitest';
import { coveredCost, DEAREST, expectedCost, extendTrack, openTrack } from '../../gateway/analysis/association.ts';
import { predict } from '../../gateway/analysis/kalman.ts';
import type { Detection } from '../../gateway/analysis/types.ts';
import type { ClassName } from '../../gateway/vocabulary.ts';

const STEP_SECONDS = 0.2;

const seen = (centre: number, name: ClassName = 'person', width = 60): Detection => ({
  class: name,
  score: 0.8,
  left: centre - width / 2,
  top: 100,
  width,
  height: 150,
});

const sighting = (at: number, detection: Detection) => ({
  at,
  ref: { number: at + 1, pts: at },
  timeSeconds: at * STEP_SECONDS,
  detection,
});

const FRAME_SECONDS = Array.from({ length: 40 }, (_, at) => at * STEP_SECONDS);

/** Somebody who walks to the right at 100 pixels a second, seen ten times. */
function walking() {
  const track = openTrack(sighting(0, seen(100)));
  for (let at = 1; at < 10; at += 1) extendTrack(track, sighting(at, seen(100 + 20 * at)), FRAME_SECONDS);
  return track;
}

const centreAfter = (track: ReturnType<typeof walking>, seconds: number): number => {
  const { box } = predict(track.filter, seconds);
  return box.left + box.width / 2;
};

describe('the motion of a track', () => {
  it('is learnt from its sightings', () => {
    expect(centreAfter(walking(), 0)).toBeCloseTo(280, -1);
    expect(centreAfter(walking(), 1) - centreAfter(walking(), 0)).toBeCloseTo(100, -1);
  });

  it('is led along the straight way after a gap, not thrown back by what it had expected', () => {
    const track = walking();
    // Two seconds later the person stands 50 px to the left: the filter alone would now believe in a run to the left.
    extendTrack(track, sighting(19, seen(230)), FRAME_SECONDS);
    const speed = centreAfter(track, 1) - centreAfter(track, 0);
    expect(speed).toBeLessThan(-10);
    expect(speed).toBeGreaterThan(-45);
  });
});

describe('the price of a pair', () => {
  it('is lower straight on than back, at the same distance from where the object is expected', () => {
    const track = walking();
    const price = expectedCost(track, 10 * STEP_SECONDS);
    const { box } = predict(track.filter, STEP_SECONDS);
    const expected = box.left + box.width / 2;
    expect(price(seen(expected + 30))).toBeLessThan(price(seen(expected - 30)) - 0.1);
  });

  it('rises with distance and with a change of size, and ends beyond what the object can reach', () => {
    const price = expectedCost(walking(), 10 * STEP_SECONDS);
    expect(price(seen(300))).toBeLessThan(price(seen(320)));
    expect(price(seen(300))).toBeLessThan(price(seen(300, 'person', 90)));
    expect(price(seen(600))).toBeGreaterThan(DEAREST);
    expect(price({ ...seen(300), width: 10, height: 20 })).toBeGreaterThan(DEAREST);
  });

  it('is never paid from a person to a car, and is paid from a car to a truck', () => {
    const price = expectedCost(openTrack(sighting(0, seen(100, 'car'))), STEP_SECONDS);
    expect(price(seen(100, 'truck'))).toBeLessThan(0.5);
    expect(price(seen(100, 'person'))).toBeGreaterThan(DEAREST);
    expect(coveredCost(openTrack(sighting(0, seen(100))), STEP_SECONDS)(seen(100, 'bicycle'))).toBeGreaterThan(DEAREST);
  });
});
