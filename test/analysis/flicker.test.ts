import { describe, expect, it } from 'vitest';
import { isFlicker, mayBePerson } from '../../gateway/analysis/flicker.ts';
import type { RawTrack } from '../../gateway/analysis/types.ts';

const PICTURE = { widthPx: 640, heightPx: 360 };

interface Shape {
  readonly width?: number;
  readonly height?: number;
  /** Pixels to the right a sighting. */
  readonly step?: number;
  readonly sightings?: number;
}

function trackOf(
  { width = 40, height = 80, step = 0, sightings = 10 }: Shape,
  evidence: Partial<RawTrack> = {},
): RawTrack {
  const points = Array.from({ length: sightings }, (_, index) => ({
    left: 100 + step * index,
    top: 100,
    width,
    height,
    frame: index + 1,
    pts: index,
    timeSeconds: index / 5,
    score: 0.6,
    observed: true,
  }));
  return { votes: { object: 6 }, colourCounts: {}, points, ...evidence };
}

const isKept = (track: RawTrack): boolean => !isFlicker(track, PICTURE);

describe('flicker', () => {
  it('is what changes in its place and has no name', () => {
    expect(isKept(trackOf({ step: 0 }))).toBe(false);
    expect(isKept(trackOf({ step: 10 }))).toBe(true);
  });

  it('is a glint of a moment, and an edge too thin for a body', () => {
    expect(isKept(trackOf({ step: 30, sightings: 3 }))).toBe(false);
    expect(isKept(trackOf({ step: 30, width: 8, height: 70 }))).toBe(false);
    expect(isKept(trackOf({ step: 30, width: 16, height: 70 }))).toBe(true);
  });

  it('is not who stands and moves an arm, when the crops are sure and it is large enough to tell', () => {
    const person = { names: { person: 5, object: 0.5 } };
    expect(isKept(trackOf({}, person))).toBe(true);
    expect(isKept(trackOf({}, { names: { person: 3.2, object: 2.3 } }))).toBe(false);
    expect(isKept(trackOf({ width: 10, height: 20 }, person))).toBe(false);
  });

  it('is never what a detector has named', () => {
    expect(isKept(trackOf({ sightings: 2, width: 4, height: 40 }, { votes: { person: 1 } }))).toBe(true);
  });

  it('PRO-02: may be somebody where the crops say a little of a person, or nobody looked', () => {
    expect(mayBePerson(trackOf({}, { names: { person: 1, object: 5 } }))).toBe(true);
    expect(mayBePerson(trackOf({}, { names: { person: 0.3, object: 5.7 } }))).toBe(false);
    expect(mayBePerson(trackOf({}))).toBe(true);
  });
});
