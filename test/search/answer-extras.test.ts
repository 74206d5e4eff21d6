import { describe, expect, it } from 'vitest';
import { elsewhereIn } from '../../gateway/search/conditions/across-cameras.ts';
import { countMatches } from '../../gateway/search/counts.ts';
import { matchesIn } from '../../gateway/search/match.ts';
import { nearMisses } from '../../gateway/search/near-misses.ts';
import { LEAVES } from '../../gateway/search/normal-values.ts';
import type { ExecutedQuestion } from '../../gateway/search/types.ts';
import { CAPTURE_START_MS, openInMemory, point, track } from './fixtures.ts';

const question = (changes: Partial<ExecutedQuestion>): ExecutedQuestion => ({
  version: 1,
  classes: LEAVES,
  colours: [],
  time: null,
  exhibits: null,
  zone: null,
  minConfidence: 0,
  where: null,
  order: 'time',
  ...changes,
});
const at = (seconds: number) => [point({ timeSeconds: seconds }), point({ timeSeconds: seconds + 1, left: 200 })];
const instant = (seconds: number): string => new Date(CAPTURE_START_MS + seconds * 1000).toISOString();

const hall = openInMemory(
  [
    track({ class: 'person', confidence: 200 / 255, points: at(10) }),
    track({
      class: 'car',
      confidence: 120 / 255,
      points: at(100),
      colours: [{ part: 'whole', colour: 'blue', share: 0.1 }],
    }),
    track({
      class: 'car',
      confidence: 200 / 255,
      points: at(3700),
      speed: { medianPxPerSecond: 90, maxPxPerSecond: 95 },
    }),
  ],
  { cameraId: 'hall', durationSeconds: 4000, uncertaintyMs: 0 },
);
const yard = openInMemory([track({ points: at(20) })], { cameraId: 'yard', uncertaintyMs: 0 });
const all = [hall, yard];
const searched = (asked: ExecutedQuestion) => matchesIn(asked, all, elsewhereIn(all));
const misses = (asked: ExecutedQuestion) => nearMisses(asked, searched(asked), elsewhereIn(all));

describe('what an answer tells beside its hits', () => {
  it('counts every hit by class, camera, exhibit, colour and hour of the case', () => {
    expect(countMatches(searched(question({})))).toEqual({
      byClass: [
        { class: 'person', hits: 1 },
        { class: 'car', hits: 3 },
      ],
      byCamera: [
        { cameraId: 'hall', hits: 3 },
        { cameraId: 'yard', hits: 1 },
      ],
      byExhibit: [
        { exhibitId: hall.exhibitId, hits: 3 },
        { exhibitId: yard.exhibitId, hits: 1 },
      ],
      byColour: [{ colour: 'red', hits: 3 }],
      byHour: [
        { from: '2026-03-02T14:00:00.000+01:00', hits: 3 },
        { from: '2026-03-02T15:00:00.000+01:00', hits: 1 },
      ],
    });
    expect(countMatches(searched(question({ classes: ['bus'] })))).toMatchObject({
      byClass: [],
      byCamera: [],
      byHour: [],
    });
  });

  it('names what one threshold alone kept out, with the figure, and nothing that answers', () => {
    expect(misses(question({ minConfidence: 0.6 }))).toMatchObject([
      { exhibitId: hall.exhibitId, track: 1, missed: 'confidence', value: 0.4706, asked: 0.6 },
    ]);
    expect(misses(question({ colours: [{ colour: 'blue', part: 'whole', minShare: 0.2 }] }))).toMatchObject([
      { track: 1, missed: 'colour', asked: 0.2 },
    ]);
    expect(misses(question({ time: { from: instant(60), to: instant(95) } }))).toMatchObject([
      { cameraId: 'hall', track: 0, missed: 'time', value: 49 },
      { cameraId: 'hall', track: 1, missed: 'time', value: 5 },
      { cameraId: 'yard', track: 0, missed: 'time', value: 39 },
    ]);
    expect(misses(question({ where: { all: [{ class: ['car'] }, { speed: { min: 95 } }] } }))).toMatchObject([
      { track: 2, missed: 'speed', value: 90, asked: 95 },
    ]);
    // Two conditions that both fail are no near miss.
    expect(
      misses(question({ minConfidence: 0.6, colours: [{ colour: 'blue', part: 'whole', minShare: 0.2 }] })),
    ).toEqual([]);
    expect(misses(question({}))).toEqual([]);
  });
});
