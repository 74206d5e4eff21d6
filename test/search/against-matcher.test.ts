import { beforeAll, describe, expect, it } from 'vitest';
import { type Answer, comparable, compareAll } from '../../benchmarks/search/compare.ts';
import type { Filled } from '../../benchmarks/search/fill.ts';
import { answersOf } from '../../benchmarks/search/matcher.ts';
import type { Question } from '../../benchmarks/search/question.ts';
import { recordingsOf, tracksOf } from '../../benchmarks/search/town.ts';
import type { Requisition } from '../../gateway/requisition/types.ts';
import { ask } from '../../gateway/search/ask.ts';
import { createWorld, exhibitOf, NOW_MS, testRequisition, type World } from './fixtures.ts';

// The same questions to the gateway's search (columns, grid, vault, database) and to a matcher that reads whole tracks one by one.

const RECORDINGS = 16;
const TRACKS = 2_400;

let world: World;
let requisition: Requisition;
const exhibits: Filled[] = [];
const asked = async (question: Question): Promise<Answer> => await ask(requisition, question as never, world.deps);

beforeAll(async () => {
  world = await createWorld();
  const recordings = recordingsOf(RECORDINGS, TRACKS, NOW_MS);
  const sha256s = recordings.map(({ index }) => (index + 1).toString(16).padStart(64, 'e'));
  requisition = await testRequisition({ sha256s });
  await world.register(requisition);
  for (const [n, recording] of recordings.entries()) {
    const { captureStartMs, offsetSeconds, uncertaintySeconds, cameraId } = recording;
    const exhibit = exhibitOf(requisition, {
      sha256: sha256s[n] ?? '',
      captureStartMs,
      clock: { offsetSeconds, uncertaintySeconds, basis: 'test' },
      camera: { id: cameraId, place: 'test' },
    });
    await world.addExhibit(exhibit);
    await world.addJob(requisition, exhibit, 'done', tracksOf(recording));
    const startMs = captureStartMs + offsetSeconds * 1000;
    exhibits.push({ recording, exhibitId: exhibit.id, cameraId, startMs, uncertaintyMs: uncertaintySeconds * 1000 });
  }
}, 60_000);

describe('the answers of the search', () => {
  it('are those of a matcher without index, for random questions of every operator', async () => {
    const { differences, answers, byOperator } = await compareAll(asked, comparable(exhibits), 190, 8);
    expect(differences).toStrictEqual([]);
    // Questions that find nothing would prove nothing.
    expect(answers).toBeGreaterThan(5_000);
    expect(Object.entries(byOperator).filter(([, found]) => found === 0)).toStrictEqual([]);
  }, 120_000);

  it('are found to differ where one track is missing', async () => {
    const [first, ...rest] = comparable(exhibits);
    const question: Question = { version: 1, where: { confidence: { min: 0 } }, page: { size: 200 } };
    const { total } = await asked(question);
    if (first === undefined) throw new Error('no recording');
    const poorer = [{ ...first, tracks: first.tracks.slice(1) }, ...rest];
    expect(answersOf(question, [first, ...rest], new Map())).toHaveLength(total);
    expect(answersOf(question, poorer, new Map())).toHaveLength(total - 1);
  });
});
