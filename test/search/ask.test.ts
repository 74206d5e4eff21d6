import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Track } from '../../gateway/analysis/types.ts';
import type { Exhibit } from '../../gateway/footage/types.ts';
import { type ExhibitId, newId, type QuestionId } from '../../gateway/ids.ts';
import type { Requisition } from '../../gateway/requisition/types.ts';
import { ask, readAnswer } from '../../gateway/search/ask.ts';
import type { Answer, Question } from '../../gateway/search/types.ts';
import { asOwner } from '../support/database.ts';
import { codeOf, createWorld, exhibitOf, point, seeded, testRequisition, track, type World } from './fixtures.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

const random = seeded(5);
const sha256 = (): string => Array.from({ length: 64 }, () => Math.floor(random() * 16).toString(16)).join('');

/** A case with exhibits that its schedule lists. */
async function newCase(
  count = 1,
  changes: Parameters<typeof testRequisition>[0] = {},
): Promise<{ requisition: Requisition; exhibits: Exhibit[] }> {
  const sha256s = Array.from({ length: count }, sha256);
  const requisition = await testRequisition({ sha256s, ...changes });
  await world.register(requisition);
  const exhibits = sha256s.map((digest, n) => exhibitOf(requisition, { sha256: digest, fileName: `${n}.mp4` }));
  for (const exhibit of exhibits) await world.addExhibit(exhibit);
  return { requisition, exhibits };
}

const carAt = (timeSeconds: number, changes: Partial<Track> = {}): Track =>
  track({ points: [point({ timeSeconds }), point({ timeSeconds: timeSeconds + 1, left: 300 })], ...changes });

const question = (members: Omit<Question, 'version'> = {}): Question => ({ version: 1, ...members });
const questionsOf = async (requisition: Requisition): Promise<number> => {
  const { rows } = await asOwner(world.database, 'SELECT id FROM questions WHERE case_id = $1', [requisition.caseId]);
  return rows.length;
};

describe('asking', () => {
  let requisition: Requisition;
  let exhibits: Exhibit[];
  beforeEach(async () => {
    ({ requisition, exhibits } = await newCase(3));
  });

  it('answers with the executed question, the hits in order, their reasons and the coverage of every exhibit', async () => {
    const [first, second] = exhibits as [Exhibit, Exhibit, Exhibit];
    await world.addJob(requisition, first, 'done', [
      carAt(60, { confidence: 0.6 }),
      carAt(5, { class: 'person' }),
      carAt(90),
    ]);
    await world.addJob(requisition, second, 'running');
    const answer = await ask(requisition, question({ classes: ['car'] }), world.deps);
    expect(answer).toMatchObject({
      total: 2,
      broad: true,
      inFrench: 'Voitures, ordre chronologique',
      inEnglish: 'Cars, in order of time',
      notice: "Indice à vérifier, n'établit pas une identité.",
      executed: { classes: ['car'], order: 'time' },
    });
    expect(answer.hits.map(({ track: n, from, verdict }) => [n, from, verdict])).toStrictEqual([
      [0, '2026-03-02T14:01:00.000+01:00', 'unreviewed'],
      [2, '2026-03-02T14:01:30.000+01:00', 'unreviewed'],
    ]);
    expect(answer.hits[0]?.reasons).toStrictEqual([{ facet: 'class', class: 'car', confidence: 0.6 }]);
    expect(answer.coverage.exhibits).toMatchObject([
      {
        exhibitId: first.id,
        fileName: '0.mp4',
        durationSeconds: 600,
        coverage: { analysedSeconds: 600 },
        audit: { samples: 31, missed: 1, objectSeconds: 20, quietSeconds: 400, recallBound: 0.25 },
      },
    ]);
    expect(answer.coverage.notAnalysed.map(({ fileName, state }) => [fileName, state]).sort()).toStrictEqual([
      ['1.mp4', 'running'],
      ['2.mp4', 'never_started'],
    ]);
  });

  it('says the full coverage, and the clock note of an exhibit, when nothing was found', async () => {
    const [first] = exhibits as [Exhibit, Exhibit, Exhibit];
    const noted = exhibitOf(requisition, { sha256: first.sha256, fileName: 'noted.mp4', clockNote: 'écart de 3 h' });
    await world.addExhibit(noted);
    await world.addJob(requisition, noted, 'done', []);
    const answer = await ask(requisition, question({ classes: ['bus'] }), world.deps);
    expect(answer.hits).toStrictEqual([]);
    expect(answer.total).toBe(0);
    expect(answer.nextCursor).toBeUndefined();
    expect(answer.coverage.exhibits).toMatchObject([{ fileName: 'noted.mp4', clockNote: 'écart de 3 h' }]);
    expect(answer.coverage.notAnalysed).toHaveLength(3);
  });

  it('names what the schedule lists and nobody deposited, of the cameras asked about, and goes on saying so', async () => {
    const sha256s = Array.from({ length: 4 }, sha256);
    const { schedule } = await testRequisition({ sha256s });
    // The fourth is of the second one's camera.
    const camera = schedule.exhibits[1]?.camera ?? expect.unreachable();
    const listed = schedule.exhibits.map((each, n) => (n === 3 ? { ...each, camera } : each));
    const partly = await testRequisition({ sha256s, schedule: { exhibits: listed } });
    const [held, unseen, ...absent] = partly.schedule.exhibits;
    await world.register(partly);
    const [first, second] = await Promise.all(
      [held, unseen].map((each) => {
        const exhibit = exhibitOf(partly, { sha256: each?.sha256 ?? '' });
        return world.addExhibit(exhibit).then(() => exhibit);
      }),
    );
    await world.addJob(partly, first as Exhibit, 'done', [carAt(1)]);
    const missing = absent.map(({ id, camera }) => ({ piece: id, cameraId: camera.id }));
    const answer = await ask(partly, question({ classes: ['bus'] }), world.deps);
    expect(missing).toHaveLength(2);
    expect(answer.coverage.notSealed).toStrictEqual(missing);

    const named = await ask(partly, question({ exhibits: [(second as Exhibit).id] }), world.deps);
    expect(named.coverage.notSealed).toStrictEqual([{ piece: absent[1]?.id, cameraId: camera.id }]);

    for (const { sha256: digest } of absent) await world.addExhibit(exhibitOf(partly, { sha256: digest }));
    expect((await ask(partly, question(), world.deps)).coverage.notSealed).toStrictEqual([]);
    const before = await readAnswer(partly, answer.questionId, undefined, world.deps);
    expect(before.coverage.notSealed).toStrictEqual(missing);
  });

  it('orders by confidence with the earlier of equals first', async () => {
    const [first, second] = exhibits as [Exhibit, Exhibit, Exhibit];
    await world.addJob(requisition, first, 'done', [carAt(60), carAt(50), carAt(10, { confidence: 0.4 })]);
    await world.addJob(requisition, second, 'done', [carAt(55), carAt(5, { confidence: 0.9 })]);
    const answer = await ask(requisition, question({ order: 'confidence' }), world.deps);
    expect(answer.hits.map(({ fileName, track: n }) => [fileName, n])).toStrictEqual([
      ['1.mp4', 1],
      ['0.mp4', 1],
      ['1.mp4', 0],
      ['0.mp4', 0],
      ['0.mp4', 2],
    ]);
  });

  it('asks about the named exhibits alone, and covers those alone', async () => {
    const [first, second] = exhibits as [Exhibit, Exhibit, Exhibit];
    await world.addJob(requisition, first, 'done', [carAt(1)]);
    await world.addJob(requisition, second, 'done', [carAt(2)]);
    const answer = await ask(requisition, question({ exhibits: [second.id] }), world.deps);
    expect(answer.hits.map(({ exhibitId }) => exhibitId)).toStrictEqual([second.id]);
    expect(answer.coverage.exhibits.map(({ exhibitId }) => exhibitId)).toStrictEqual([second.id]);
    expect(answer.coverage.notAnalysed).toStrictEqual([]);
    expect(answer.hits[0]?.reasons).toContainEqual({ facet: 'exhibit' });
  });

  it("PRO-01: refuses another case's exhibit and one that does not exist alike, and keeps no question", async () => {
    const other = await newCase();
    await world.addJob(other.requisition, other.exhibits[0] as Exhibit, 'done', [carAt(1)]);
    for (const id of [other.exhibits[0]?.id as ExhibitId, newId<ExhibitId>()]) {
      const asked = question({ exhibits: [(exhibits[0] as Exhibit).id, id] });
      expect(await codeOf(() => ask(requisition, asked, world.deps))).toBe('E_PRO_SILO');
    }
    expect(await questionsOf(requisition)).toBe(0);
  });

  it("PRO-01: never finds another case's tracks", async () => {
    const other = await newCase();
    await world.addJob(other.requisition, other.exhibits[0] as Exhibit, 'done', [carAt(1)]);
    const answer = await ask(requisition, question(), world.deps);
    expect(answer.total).toBe(0);
    expect(answer.coverage.notAnalysed.map(({ exhibitId }) => exhibitId).sort()).toStrictEqual(
      exhibits.map(({ id }) => id).sort(),
    );
  });

  it('REQ-07: leaves out an exhibit of the case that the schedule does not list, and refuses it by name', async () => {
    const unlisted = exhibitOf(requisition, { fileName: 'unlisted.mp4' });
    await world.addExhibit(unlisted);
    await world.addJob(requisition, unlisted, 'done', [carAt(1)]);
    const answer = await ask(requisition, question(), world.deps);
    expect(answer.total).toBe(0);
    expect(JSON.stringify(answer)).not.toContain('unlisted.mp4');
    const named = question({ exhibits: [unlisted.id] });
    await expect(ask(requisition, named, world.deps)).rejects.toMatchObject({
      code: 'E_REQ_SCOPE',
      detail: expect.stringContaining(unlisted.id),
    });
  });

  it('keeps nothing of the question or of the hits readable in the database', async () => {
    await world.addJob(requisition, exhibits[0] as Exhibit, 'done', [carAt(1)]);
    const answer = await ask(requisition, question({ classes: ['car'], colours: [{ colour: 'red' }] }), world.deps);
    const rows = [
      await asOwner(world.database, "SELECT *, encode(sealed, 'escape') AS text FROM questions WHERE id = $1", [
        answer.questionId,
      ]),
      await asOwner(world.database, 'SELECT * FROM hits WHERE question_id = $1', [answer.questionId]),
    ];
    expect(JSON.stringify(rows.map((result) => result.rows))).not.toMatch(/classes|minShare|fileName|\.mp4/);
    expect(rows[1]?.rows).toHaveLength(1);
  });
});

describe('pages', () => {
  async function cars(count: number): Promise<{ requisition: Requisition; exhibits: Exhibit[] }> {
    const made = await newCase(2);
    const tracks = Array.from({ length: count }, () => carAt(Math.floor(random() * 20)));
    await world.addJob(made.requisition, made.exhibits[0] as Exhibit, 'done', tracks.slice(0, count / 2));
    await world.addJob(made.requisition, made.exhibits[1] as Exhibit, 'done', tracks.slice(count / 2));
    return made;
  }

  async function allPages(requisition: Requisition, first: Answer): Promise<Answer[]> {
    const pages = [first];
    for (let cursor = first.nextCursor; cursor !== undefined; cursor = pages.at(-1)?.nextCursor) {
      pages.push(await readAnswer(requisition, first.questionId, cursor, world.deps));
    }
    return pages;
  }

  it('show every hit once, in one order, under one question', async () => {
    const { requisition } = await cars(46);
    const whole = await ask(requisition, question({ page: { size: 200 } }), world.deps);
    const first = await ask(requisition, question({ page: { size: 7 } }), world.deps);
    const pages = await allPages(requisition, first);
    expect(pages.map(({ hits }) => hits.length)).toStrictEqual([7, 7, 7, 7, 7, 7, 4]);
    const place = ({ exhibitId, track: n }: Answer['hits'][number]) => `${exhibitId} ${n}`;
    const shown = pages.flatMap(({ hits }) => hits);
    expect(shown.map(place)).toStrictEqual(whole.hits.map(place));
    expect(new Set(shown.map(({ id }) => id)).size).toBe(46);
    expect(new Set(pages.map(({ questionId, total }) => `${questionId} ${total}`)).size).toBe(1);
    expect(await questionsOf(requisition)).toBe(2);
  });

  it('keep the ids of their hits when they are read again', async () => {
    const { requisition } = await cars(10);
    const first = await ask(requisition, question({ page: { size: 4 } }), world.deps);
    const again = await readAnswer(requisition, first.questionId, undefined, world.deps);
    expect(again).toStrictEqual(first);
    const [second, secondAgain] = [
      await readAnswer(requisition, first.questionId, first.nextCursor, world.deps),
      await readAnswer(requisition, first.questionId, first.nextCursor, world.deps),
    ];
    expect(secondAgain).toStrictEqual(second);
    // The same question with the cursor in its page is the same page, and no new question.
    const posted = await ask(requisition, question({ page: { cursor: first.nextCursor ?? '' } }), world.deps);
    expect(posted).toStrictEqual(second);
    expect(await questionsOf(requisition)).toBe(1);
  });

  it('DEF-09: stay as they were when an analysis or an exhibit comes later; asking again is a new question', async () => {
    const { requisition, exhibits } = await cars(10);
    const first = await ask(requisition, question({ page: { size: 6 } }), world.deps);
    await world.addJob(requisition, exhibits[0] as Exhibit, 'done', [carAt(0, { class: 'bus' })]);
    const late = exhibitOf(requisition, { sha256: (exhibits[1] as Exhibit).sha256, fileName: 'late.mp4' });
    await world.addExhibit(late);
    const second = await readAnswer(requisition, first.questionId, first.nextCursor, world.deps);
    expect(second.total).toBe(10);
    expect(second.hits).toHaveLength(4);
    expect(second.coverage).toStrictEqual(first.coverage);
    expect(await readAnswer(requisition, first.questionId, undefined, world.deps)).toStrictEqual(first);
    const anew = await ask(requisition, question(), world.deps);
    expect(anew.total).toBe(6);
    expect(anew.coverage.notAnalysed.map(({ fileName }) => fileName)).toStrictEqual(['late.mp4']);
  });

  it('refuse with E_CURSOR a cursor of another question, of another case, or made up', async () => {
    const { requisition } = await cars(10);
    const other = await cars(10);
    const first = await ask(requisition, question({ page: { size: 3 } }), world.deps);
    const differently = await ask(requisition, question({ classes: ['car'], page: { size: 3 } }), world.deps);
    const foreign = await ask(other.requisition, question({ page: { size: 3 } }), world.deps);
    const read = (cursor: string | undefined) => () =>
      readAnswer(requisition, first.questionId, cursor ?? '', world.deps);
    expect(await codeOf(read(differently.nextCursor))).toBe('E_CURSOR');
    expect(await codeOf(read(foreign.nextCursor))).toBe('E_CURSOR');
    expect(await codeOf(() => readAnswer(requisition, foreign.questionId, foreign.nextCursor, world.deps))).toBe(
      'E_CURSOR',
    );
    const text = Buffer.from(first.nextCursor ?? '', 'base64url').toString('utf8');
    for (const forged of [
      'x',
      `${text}.1`,
      text.replace(/\.3$/, '.999'),
      text.replace(/\.3\.3$/, '.-3.3'),
      text.replace(first.questionSha256, '0'.repeat(64)),
    ]) {
      expect(await codeOf(read(Buffer.from(forged, 'utf8').toString('base64url')))).toBe('E_CURSOR');
    }
    const cursor = first.nextCursor ?? '';
    expect(await codeOf(() => ask(requisition, question({ classes: ['car'], page: { cursor } }), world.deps))).toBe(
      'E_CURSOR',
    );
  });

  it("PRO-01: gives E_PRO_SILO for another case's question and for none", async () => {
    const { requisition } = await cars(4);
    const other = await cars(4);
    const foreign = await ask(other.requisition, question(), world.deps);
    for (const id of [foreign.questionId, newId<QuestionId>(), 'x' as QuestionId]) {
      expect(await codeOf(() => readAnswer(requisition, id, undefined, world.deps))).toBe('E_PRO_SILO');
    }
  });

  it('REQ-07: refuse a requisition of the case that no longer reaches the exhibits or the classes', async () => {
    const { requisition, exhibits } = await cars(4);
    const first = await ask(requisition, question({ classes: ['car'] }), world.deps);
    const caseIdOf = () => requisition.caseId;
    const elsewhere = await testRequisition({ caseIdOf, sha256s: [(exhibits[0] as Exhibit).sha256] });
    expect(await codeOf(() => readAnswer(elsewhere, first.questionId, undefined, world.deps))).toBe('E_REQ_SCOPE');
    const persons = await testRequisition({
      caseIdOf,
      sha256s: exhibits.map((exhibit) => exhibit.sha256),
      authorisation: { facets: { classes: ['person'], colours: [] } },
    });
    expect(await codeOf(() => readAnswer(persons, first.questionId, undefined, world.deps))).toBe('E_REQ_SCOPE');
  });
});

describe('the quota of questions', () => {
  it('PRO-03: counts every question of the authorisation, whichever schedule it came with, and refuses the next', async () => {
    const jti = crypto.randomUUID();
    const authorisation = { jti, limits: { max_hours: 10, max_queries: 3, max_exports: 1 } };
    const { requisition, exhibits } = await newCase(1, { authorisation });
    const renewed = await testRequisition({
      authorisation,
      caseIdOf: () => requisition.caseId,
      sha256s: exhibits.map((exhibit) => exhibit.sha256),
    });
    await world.register(renewed);
    await ask(requisition, question(), world.deps);
    await ask(renewed, question(), world.deps);
    const last = await ask(requisition, question(), world.deps);
    expect(await codeOf(() => ask(requisition, question(), world.deps))).toBe('E_PRO_QUOTA');
    expect(await codeOf(() => ask(renewed, question(), world.deps))).toBe('E_PRO_QUOTA');
    expect(await questionsOf(requisition)).toBe(3);
    // Reading what was asked is no question.
    await readAnswer(renewed, last.questionId, undefined, world.deps);
  });

  it('PRO-03: lets exactly the quota through when many questions come at once', async () => {
    const { requisition } = await newCase(1, {
      authorisation: { limits: { max_hours: 10, max_queries: 4, max_exports: 1 } },
    });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, () => ask(requisition, question(), world.deps)),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(4);
    expect(await questionsOf(requisition)).toBe(4);
  });
});
