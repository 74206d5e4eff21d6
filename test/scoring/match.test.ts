import { describe, expect, it } from 'vitest';
import { scoreClip, unitsOf } from '../../benchmarks/accuracy/match.ts';
import type { TruthObject } from '../../benchmarks/accuracy/truth.ts';
import type { Track } from '../../gateway/analysis/types.ts';
import type { ClassName } from '../../gateway/vocabulary.ts';

const seconds = [0, 1, 2, 3, 4];

/** Somebody who walks to the right, 20 pixels a second. */
const truth = (id: string, top: number, more: Partial<TruthObject> = {}): TruthObject => ({
  id,
  class: 'person',
  firstSeconds: 0,
  lastSeconds: 4,
  colours: [],
  boxes: seconds.map((at) => ({ seconds: at, left: 20 * at, top, width: 40, height: 100 })),
  ...more,
});

function trackOf(name: ClassName, top: number, more: Partial<Track> = {}, times = seconds): Track {
  const points = times.map((at, index) => ({
    frame: index + 1,
    pts: index,
    timeSeconds: at,
    left: 20 * at,
    top,
    width: 40,
    height: 100,
    score: 1,
    observed: true,
  }));
  return {
    class: name,
    confidence: 1,
    firstSeconds: times[0] ?? 0,
    lastSeconds: times.at(-1) ?? 0,
    colours: [],
    size: { widthPx: 40, heightPx: 100 },
    speed: { medianPxPerSecond: 20, maxPxPerSecond: 20 },
    points,
    ...more,
  };
}

describe('tracks against a hand-made list', () => {
  it('are found, missed or invented', () => {
    const score = scoreClip([truth('a', 0), truth('b', 300)], [trackOf('person', 5), trackOf('car', 600)]);
    expect(score.found.map(({ unit }) => unit.objects[0]?.id)).toEqual(['a']);
    expect(score.missed).toEqual(['b']);
    expect(score.invented.map(({ class: name }) => name)).toEqual(['car']);
    expect(score.units).toBe(2);
  });

  it('count once an object that two tracks show: the better one, and the other is a fragment', () => {
    const [whole, part] = [trackOf('person', 0), trackOf('person', 10, {}, [3, 4])];
    const score = scoreClip([truth('a', 0)], [part, whole]);
    expect(score.found[0]?.track).toBe(whole);
    expect(score.fragments).toEqual([part]);
    expect(score.invented).toEqual([]);
  });

  it('do not count one track for two objects', () => {
    const score = scoreClip([truth('a', 0), truth('b', 10)], [trackOf('person', 4)]);
    expect(score.found).toHaveLength(1);
    expect(score.missed).toHaveLength(1);
  });

  it('must be there for three tenths of the drawn boxes', () => {
    expect(scoreClip([truth('a', 0)], [trackOf('person', 0, {}, [2])]).found).toHaveLength(0);
    expect(scoreClip([truth('a', 0)], [trackOf('person', 0, {}, [2, 3])]).found).toHaveLength(1);
  });

  it('join a rider to the bicycle, and take either name for the two', () => {
    const objects = [truth('bike', 0, { class: 'bicycle' }), truth('rider', 0, { riderOf: 'bike' })];
    expect(unitsOf(objects)).toHaveLength(1);
    for (const name of ['bicycle', 'person', 'motorcycle'] as const) {
      expect(scoreClip(objects, [trackOf(name, 0)]).found[0]?.named).toBe(true);
    }
    expect(scoreClip(objects, [trackOf('car', 0)]).found[0]?.named).toBe(false);
  });

  it('are named right by coarse class, and an object without a name is named wrong', () => {
    const car = [truth('a', 0, { class: 'car' })];
    expect(scoreClip(car, [trackOf('truck', 0)]).found[0]?.named).toBe(true);
    expect(scoreClip(car, [trackOf('object', 0)]).found[0]?.named).toBe(false);
  });

  it('agree in colour when one of the first two terms of the part is right', () => {
    const objects = [
      truth('a', 0, {
        colours: [
          { part: 'upper', terms: ['red'] },
          { part: 'lower', terms: ['blue', 'black'] },
        ],
      }),
    ];
    const colours = [
      { part: 'upper', colour: 'grey', share: 0.5 },
      { part: 'upper', colour: 'white', share: 0.3 },
      { part: 'upper', colour: 'red', share: 0.2 },
      { part: 'lower', colour: 'grey', share: 0.6 },
      { part: 'lower', colour: 'black', share: 0.4 },
    ] as const;
    expect(scoreClip(objects, [trackOf('person', 0, { colours })]).found[0]?.colours).toEqual([false, true]);
    const whole = [{ part: 'whole', colour: 'red', share: 1 }] as const;
    expect(scoreClip(objects, [trackOf('object', 0, { colours: whole })]).found[0]?.colours).toEqual([true, false]);
  });
});
