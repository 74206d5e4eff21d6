import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Box, TrackPoint } from '../../gateway/analysis/types.ts';
import { type MaskedTrack, maskAt, maskRegions, maskSpans } from '../../gateway/evidence/mask.ts';
import { CLASSES, type ClassName } from '../../gateway/vocabulary.ts';

const PICTURE = { widthPx: 1280, heightPx: 720 };

const box = (left: number, top: number, width: number, height: number): Box => ({ left, top, width, height });
const point = (timeSeconds: number, at: Box, observed = true): TrackPoint => ({
  ...at,
  frame: Math.round(timeSeconds * 10) + 1,
  pts: Math.round(timeSeconds * 90_000),
  timeSeconds,
  score: 0.8,
  observed,
});
const trackOf = (className: ClassName, ...points: TrackPoint[]): MaskedTrack => ({ class: className, points });

/** The part of a region that lies in the picture. */
function visible(region: Box): Box | undefined {
  const left = Math.max(0, region.left);
  const top = Math.max(0, region.top);
  const right = Math.min(PICTURE.widthPx, region.left + region.width);
  const bottom = Math.min(PICTURE.heightPx, region.top + region.height);
  return right > left && bottom > top ? box(left, top, right - left, bottom - top) : undefined;
}

const contains = (outer: Box, inner: Box): boolean =>
  outer.left <= inner.left + 1e-6 &&
  outer.top <= inner.top + 1e-6 &&
  outer.left + outer.width >= inner.left + inner.width - 1e-6 &&
  outer.top + outer.height >= inner.top + inner.height - 1e-6;

const anyBox = fc.record({
  left: fc.double({ min: -200, max: 1200, noNaN: true }),
  top: fc.double({ min: -200, max: 650, noNaN: true }),
  width: fc.double({ min: 4, max: 500, noNaN: true }),
  height: fc.double({ min: 4, max: 500, noNaN: true }),
});
const redacted = CLASSES.filter((name) => name !== 'suitcase');

describe('what is covered of one object', () => {
  it('PRO-02: covers the top quarter of a standing person, a little above and beside the box', () => {
    const [head, ...others] = maskRegions('person', box(100, 200, 80, 200));
    expect(others).toEqual([]);
    expect(head).toEqual(box(88, 184, 104, 66));
  });

  it('PRO-02: covers more of a person who bends and the whole of one who lies', () => {
    expect(maskRegions('person', box(0, 0, 100, 100))[0]?.height).toBeGreaterThan(70);
    const lying = maskRegions('person', box(0, 0, 200, 80))[0];
    expect(lying !== undefined && contains(lying, box(0, 0, 200, 80))).toBe(true);
  });

  it('PRO-02: covers the lower half of a car over its whole width, and more of what is long', () => {
    for (const name of ['car', 'van'] as const) {
      expect(maskRegions(name, box(100, 100, 200, 100))).toEqual([box(100, 150, 200, 53)]);
    }
    for (const name of ['vehicle', 'bus', 'truck'] as const) {
      expect(maskRegions(name, box(100, 100, 200, 100))).toEqual([box(100, 130, 200, 73)]);
    }
  });

  it('PRO-02: covers the place of the rider above a two-wheeler, and its plate', () => {
    for (const name of ['two-wheeler', 'bicycle', 'motorcycle'] as const) {
      const [rider, plate] = maskRegions(name, box(100, 300, 60, 100));
      expect(rider !== undefined && contains(rider, box(100, 235, 60, 80))).toBe(true);
      expect(plate !== undefined && contains(plate, box(100, 345, 60, 45))).toBe(true);
    }
  });

  it('covers nothing of a suitcase', () => {
    expect(maskRegions('suitcase', box(0, 0, 10, 10))).toEqual([]);
  });

  it('PRO-02: covers the upper half of what moved and has no name, and the place of a plate', () => {
    const thing = box(100, 200, 80, 200);
    const [head, plate] = maskRegions('object', thing);
    expect(head).toMatchObject({ left: 88, top: 184 });
    expect((head?.top ?? 0) + (head?.height ?? 0)).toBeCloseTo(290, 6);
    expect(plate).toEqual(maskRegions('car', thing)[0]);
  });

  it('PRO-02: covers as much of what may be a person, and of a person whose box is not a detector’s', () => {
    const thing = box(100, 200, 80, 200);
    const [head] = maskRegions('object', thing);
    expect(maskRegions('car', thing, true)).toEqual([...maskRegions('car', thing), head]);
    expect(maskRegions('person', thing, true)).toEqual([...maskRegions('person', thing), head]);
    expect(maskRegions('suitcase', thing, true)).toEqual([head]);
    const track = { ...trackOf('car', point(1, thing)), mayBePerson: true as const };
    expect(maskAt([track], 1, PICTURE)).toHaveLength(2);
    expect(new Set(maskSpans([track], 1, 1, PICTURE).map(({ top }) => top)).size).toBeGreaterThan(1);
  });
});

describe('a still', () => {
  it('PRO-02: covers bystanders as well as the object of the hit', () => {
    const tracks = [
      trackOf('person', point(1, box(100, 100, 40, 100))),
      trackOf('person', point(1, box(500, 100, 40, 100))),
      trackOf('car', point(1, box(800, 400, 200, 100))),
    ];
    const masks = maskAt(tracks, 1, PICTURE);
    expect(masks).toHaveLength(3);
    for (const track of tracks) {
      const [region] = maskRegions(track.class, track.points[0] ?? box(0, 0, 0, 0));
      expect(masks.some((mask) => region !== undefined && contains(mask, region))).toBe(true);
    }
  });

  it('PRO-02: covers an object that is between two of its points, or was seen just before or after', () => {
    const passing = trackOf('person', point(1, box(100, 100, 40, 100)), point(2, box(300, 100, 40, 100)));
    const between = maskRegions('person', box(200, 100, 40, 100))[0];
    expect(maskAt([passing], 1.5, PICTURE).some((mask) => between !== undefined && contains(mask, between))).toBe(true);
    expect(maskAt([passing], 0.5, PICTURE)).not.toEqual([]);
    expect(maskAt([passing], 2.9, PICTURE)).not.toEqual([]);
    expect(maskAt([passing], 5, PICTURE)).toEqual([]);
  });

  it('covers more where the tracker bridged a gap than where it saw the object', () => {
    const around = [point(0, box(100, 100, 40, 100)), point(2, box(100, 100, 40, 100))] as const;
    const seen = maskAt([trackOf('person', around[0], point(1, box(100, 100, 40, 100)), around[1])], 1, PICTURE)[0];
    const bridged = maskAt(
      [trackOf('person', around[0], point(1, box(100, 100, 40, 100), false), around[1])],
      1,
      PICTURE,
    )[0];
    expect(bridged?.width).toBeGreaterThan((seen?.width ?? 0) + 20);
  });
});

describe('a clip', () => {
  it('PRO-02: an object that moves in a straight line between two analysed points is covered at every moment', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...redacted),
        anyBox,
        anyBox,
        fc.double({ min: 0.04, max: 6, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (name, from, to, gap, share) => {
          const time = 10 + gap * share;
          const tracks = [trackOf(name, point(10, from), point(10 + gap, to))];
          const mix = (a: number, b: number): number => a + (b - a) * share;
          const now = box(
            mix(from.left, to.left),
            mix(from.top, to.top),
            mix(from.width, to.width),
            mix(from.height, to.height),
          );
          const spans = maskSpans(tracks, 9, 11 + gap, PICTURE).filter(
            (span) => span.fromSeconds <= time && time <= span.toSeconds,
          );
          return maskRegions(name, now).every((region) => {
            const part = visible(region);
            return part === undefined || spans.some((span) => contains(span, part));
          });
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('PRO-02: an object that goes on as before is covered for a second before its first and after its last point', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...redacted),
        anyBox,
        fc.double({ min: -300, max: 300, noNaN: true }),
        fc.double({ min: -100, max: 100, noNaN: true }),
        fc.double({ min: -0.99, max: 1.49, noNaN: true }),
        (name, start, speedX, speedY, seconds) => {
          const at = (time: number): Box =>
            box(start.left + speedX * time, start.top + speedY * time, start.width, start.height);
          const tracks = [trackOf(name, point(10, at(0)), point(10.25, at(0.25)), point(10.5, at(0.5)))];
          const spans = maskSpans(tracks, 8, 13, PICTURE).filter(
            (span) => span.fromSeconds <= 10 + seconds && 10 + seconds <= span.toSeconds,
          );
          return maskRegions(name, at(seconds)).every((region) => {
            const part = visible(region);
            return part === undefined || spans.some((span) => contains(span, part));
          });
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('widens the cover with the time that nobody looked', () => {
    const widthAfter = (gap: number): number => {
      const still = box(400, 200, 60, 160);
      const spans = maskSpans([trackOf('person', point(10, still), point(10 + gap, still))], 10, 10 + gap, PICTURE);
      const middle = spans.filter((span) => span.fromSeconds <= 10 + gap / 2 && 10 + gap / 2 <= span.toSeconds);
      return Math.max(...middle.map((span) => span.width));
    };
    expect(widthAfter(2)).toBeGreaterThan(widthAfter(0.2) + 10);
    expect(widthAfter(4)).toBeGreaterThan(widthAfter(2));
  });

  it('makes one span of an object that stands still', () => {
    const points = Array.from({ length: 200 }, (_, index) => point(index * 0.2, box(400, 200, 60, 160)));
    expect(maskSpans([trackOf('person', ...points)], 0, 40, PICTURE).length).toBeLessThanOrEqual(9);
  });

  it('does not cover the whole way of an object that walks', () => {
    const points = Array.from({ length: 50 }, (_, index) => point(index * 0.2, box(100 + index * 20, 200, 60, 160)));
    for (const span of maskSpans([trackOf('person', ...points)], 1, 8, PICTURE)) expect(span.width).toBeLessThan(250);
  });

  it('PRO-02: keeps a crowd of a minute to a bounded number of spans and still covers everyone', () => {
    const tracks = Array.from({ length: 60 }, (_, person) =>
      trackOf(
        'person',
        ...Array.from({ length: 300 }, (_, index) =>
          point(index * 0.2, box(((person * 97 + index * 9) % 1200) + 0, 50 + person * 8, 40, 110)),
        ),
      ),
    );
    const spans = maskSpans(tracks, 0, 60, PICTURE);
    expect(spans.length).toBeLessThanOrEqual(2000);
    for (const track of tracks) {
      for (const at of track.points) {
        const head = visible(maskRegions('person', at)[0] ?? box(0, 0, 0, 0));
        const covered = spans.some(
          (span) =>
            span.fromSeconds <= at.timeSeconds &&
            at.timeSeconds <= span.toSeconds &&
            (head === undefined || contains(span, head)),
        );
        expect(covered).toBe(true);
      }
    }
  });

  it('stays in whole pixels inside the picture', () => {
    fc.assert(
      fc.property(fc.constantFrom(...redacted), anyBox, anyBox, (name, from, to) => {
        const tracks = [trackOf(name, point(1, from), point(1.5, to))];
        return [...maskSpans(tracks, 0, 3, PICTURE), ...maskAt(tracks, 1, PICTURE)].every(
          (mask) =>
            [mask.left, mask.top, mask.width, mask.height].every(Number.isInteger) &&
            mask.left >= 0 &&
            mask.top >= 0 &&
            mask.width > 0 &&
            mask.height > 0 &&
            mask.left + mask.width <= PICTURE.widthPx &&
            mask.top + mask.height <= PICTURE.heightPx,
        );
      }),
    );
  });
});
