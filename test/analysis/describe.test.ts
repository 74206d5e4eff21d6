import { expect, it, describe as suite } from 'vitest';
import { describe } from '../../gateway/analysis/describe.ts';
import type { RawTrack, TrackPoint } from '../../gateway/analysis/types.ts';
import { canonicalJson, type JsonValue } from '../../gateway/canonical.ts';

interface Moment {
  readonly x: number;
  readonly y: number;
  readonly seconds: number;
  readonly score?: number;
  readonly observed?: boolean;
}

/** Boxes of 40 by 90 whose bottom centre is at x, y. */
function raw(moments: readonly Moment[], rest: Partial<RawTrack> = {}): RawTrack {
  const points = moments.map(
    ({ x, y, seconds, score = 0.8, observed = true }, index): TrackPoint => ({
      left: x - 20,
      top: y - 90,
      width: 40,
      height: 90,
      frame: index + 1,
      pts: index,
      timeSeconds: seconds,
      score,
      observed,
    }),
  );
  return { votes: { person: 1 }, colourCounts: {}, points, ...rest };
}

const line = (vx: number, vy: number, noise: (index: number) => number = () => 0): readonly Moment[] =>
  Array.from({ length: 26 }, (_, index) => ({
    x: 500 + (vx * index) / 5 + noise(index),
    y: 500 + (vy * index) / 5,
    seconds: 2 + index / 5,
  }));

suite('the description', () => {
  it('takes the class with most votes and the mean score of what was seen', () => {
    const moments = [
      { x: 0, y: 0, seconds: 0, score: 0.9 },
      { x: 0, y: 0, seconds: 0.2, score: 0, observed: false },
      { x: 0, y: 0, seconds: 0.4, score: 0.6 },
    ];
    const track = describe(raw(moments, { votes: { truck: 2.5, car: 2.75, vehicle: 9 } }));
    expect(track.class).toBe('car');
    expect(track.confidence).toBe(0.75);
    expect([track.firstSeconds, track.lastSeconds]).toEqual([0, 0.4]);
    expect(describe(raw(moments, { votes: {} })).class).toBe('object');
  });

  it('is as sure of a name by crops as the crops are of it and its kin', () => {
    const moving = raw(line(40, 0), {
      votes: { object: 20 },
      names: { car: 2.4, truck: 1.2, person: 1.5, object: 0.9 },
    });
    expect(describe(moving)).toMatchObject({ class: 'car', confidence: 0.6, sources: ['motion', 'crops'] });
    expect(describe(raw(line(40, 0), { votes: { object: 20 } }))).toMatchObject({
      class: 'object',
      sources: ['motion'],
    });
  });

  it('says that a detector named it only where it did so plainly', () => {
    const plainly = raw(line(40, 0), { votes: { car: 15 }, moved: 20 });
    expect(describe(plainly).sources).toEqual(['detector', 'motion']);
    const once = raw(line(40, 0), { votes: { suitcase: 0.4, object: 12 }, names: { object: 6 } });
    expect(describe(once)).toMatchObject({ sources: ['motion', 'crops'] });
    const contradicted = raw(line(40, 0), { votes: { person: 3, object: 8 }, names: { car: 4, person: 0.5 } });
    expect(describe(contradicted)).toMatchObject({ class: 'car', sources: ['motion', 'crops'] });
  });

  it('PRO-02: may be a person unless a detector named it plainly, or its crops are sure', () => {
    const moving = (names: RawTrack['names'], votes: RawTrack['votes'] = { object: 20 }) =>
      describe(raw(line(40, 0), { votes, ...(names === undefined ? {} : { names }) })).mayBePerson;
    expect(moving({ car: 5.8, person: 0.1, object: 0.1 })).toBeUndefined();
    expect(moving({ car: 5, person: 0.5, object: 0.5 })).toBe(true);
    expect(moving({ person: 5, car: 1 })).toBe(true);
    expect(moving(undefined, { person: 15 })).toBeUndefined();
    expect(moving({ object: 5.5, person: 0.5 })).toBe(true);
    expect(moving(undefined)).toBe(true);
    expect(moving({ car: 6 }, { object: 15, person: 0.4 })).toBe(true);
    expect(moving(undefined, { car: 15 })).toBeUndefined();
  });

  it('names colours by part with their share, largest first, from eight percent on', () => {
    const counts = { lower: { blue: 90, black: 10 }, whole: { red: 500, blue: 430, grey: 70 } };
    expect(describe(raw(line(0, 0), { colourCounts: counts })).colours).toEqual([
      { part: 'whole', colour: 'red', share: 0.5 },
      { part: 'whole', colour: 'blue', share: 0.43 },
      { part: 'lower', colour: 'blue', share: 0.9 },
      { part: 'lower', colour: 'black', share: 0.1 },
    ]);
  });

  it.each([
    ['up', 0, -60, 0],
    ['to the right', 60, 0, 90],
    ['down', 0, 60, 180],
    ['to the left', -60, 0, 270],
    ['up and to the left', -60, -60, 315],
  ])('gives the direction %s and its speed', (_, vx, vy, degrees) => {
    const track = describe(raw(line(vx, vy)));
    expect(track.directionDegrees).toBe(degrees);
    expect(track.speed.medianPxPerSecond).toBeCloseTo(Math.hypot(vx, vy), 0);
    expect(track.speed.maxPxPerSecond).toBeCloseTo(Math.hypot(vx, vy), 0);
  });

  it('gives what trembles on its place no speed and no direction', () => {
    const track = describe(raw(line(0, 0, (index) => (index % 2 === 0 ? 1 : -1))));
    expect(track.speed).toEqual({ medianPxPerSecond: 0, maxPxPerSecond: 0 });
    expect(track).not.toHaveProperty('directionDegrees');
  });

  it('does not take one wrong box for a top speed, and does take a run for one', () => {
    const wrong = describe(raw(line(50, 0, (index) => (index === 12 ? 200 : 0))));
    expect(wrong.speed.maxPxPerSecond).toBeLessThan(80);
    const ran = describe(
      raw(line(50, 0).map((moment, index) => ({ ...moment, x: moment.x + 30 * Math.max(0, index - 15) }))),
    );
    expect(ran.speed.medianPxPerSecond).toBeCloseTo(50, 0);
    expect(ran.speed.maxPxPerSecond).toBeCloseTo(200, 0);
  });

  it('is exact JSON: no -0, no undefined member', () => {
    const track = describe(raw([{ x: 100, y: 100, seconds: 0 }]));
    expect(() => canonicalJson(track as unknown as JsonValue)).not.toThrow();
    expect(track.speed).toEqual({ medianPxPerSecond: 0, maxPxPerSecond: 0 });
    expect(() => describe({ ...raw([]), points: [] })).toThrow(RangeError);
  });
});
