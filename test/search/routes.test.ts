import { type TypeBoxTypeProvider, TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../gateway/audit/types.ts';
import { sha256Hex } from '../../gateway/canonical.ts';
import { AppError } from '../../gateway/errors.ts';
import type { CaseId, HitId } from '../../gateway/ids.ts';
import { installGuard } from '../../gateway/policy/guard.ts';
import { POLICIES } from '../../gateway/policy/policies.ts';
import { authorityOf } from '../../gateway/requisition/authority.ts';
import type { Requisition } from '../../gateway/requisition/types.ts';
import { MOST_NAMED } from '../../gateway/search/coverage.ts';
import { coverageRoutes } from '../../gateway/search/coverage-routes.ts';
import { elsewhereRoutes } from '../../gateway/search/elsewhere-routes.ts';
import { markPictureSeen } from '../../gateway/search/hits.ts';
import { searchRoutes } from '../../gateway/search/routes.ts';
import type { Answer } from '../../gateway/search/types.ts';
import { NOTHING_REVOKED } from '../requisition/support.ts';
import { asOwner } from '../support/database.ts';
import { withoutKeys } from '../support/once.ts';
import { AGENT, clock, createWorld, exhibitOf, testRequisition, track, uuid, type World } from './fixtures.ts';

let world: World;
let app: FastifyInstance;
let requisition: Requisition;
const events: AuditEvent[] = [];
let logIsDown = false;

/** The real guard and the real routes; the proof that a request would carry is the requisition room's test. */
async function buildApp(): Promise<FastifyInstance> {
  const built = Fastify().setValidatorCompiler(TypeBoxValidatorCompiler).withTypeProvider<TypeBoxTypeProvider>();
  withoutKeys(built);
  installGuard(built, {
    authenticate: async () => ({
      principal: { role: 'agent_habilite', agentId: AGENT, service: 'DEMO-75', habilitation: 'in_force' },
      authority: authorityOf(requisition, true, NOTHING_REVOKED),
      requisition,
    }),
    log: {
      async append(event) {
        if (logIsDown) throw new AppError('E_LOG_DOWN');
        return events.push(event);
      },
    },
    clock,
    policies: POLICIES,
  });
  await built.register(searchRoutes(world.deps));
  await built.register(coverageRoutes(world.deps));
  await built.register(elsewhereRoutes(world.deps));
  return built;
}

beforeAll(async () => {
  world = await createWorld();
  app = await buildApp();
});
afterAll(() => app.close());

beforeEach(async () => {
  requisition = await newCase();
  events.length = 0;
});

async function newCase(changes: Parameters<typeof testRequisition>[0] = {}): Promise<Requisition> {
  const sha256 = uuid().replaceAll('-', '').repeat(2);
  const fresh = await testRequisition({ sha256s: [sha256], ...changes });
  await world.register(fresh);
  const exhibit = exhibitOf(fresh, { sha256 });
  await world.addExhibit(exhibit);
  await world.addJob(fresh, exhibit, 'done', [track(), track({ class: 'person' })]);
  return fresh;
}

/** A case of so many analysed exhibits with a track each, and one that is not. */
async function newCaseOf(count: number): Promise<Requisition> {
  const sha256s = Array.from({ length: count + 2 }, () => uuid().replaceAll('-', '').repeat(2));
  const fresh = await testRequisition({ sha256s });
  await world.register(fresh);
  for (const [n, sha256] of sha256s.slice(0, -1).entries()) {
    const exhibit = exhibitOf(fresh, { sha256 });
    await world.addExhibit(exhibit);
    if (n < count) await world.addJob(fresh, exhibit, 'done', [track()]);
  }
  return fresh;
}

const urlOf = (rest: string, caseId: CaseId = requisition.caseId): string => `/api/v1/cases/${caseId}/${rest}`;
const post = (payload: unknown, contentType = 'application/json', caseId?: CaseId) =>
  app.inject({
    method: 'POST',
    url: urlOf('questions', caseId),
    headers: { 'content-type': contentType },
    payload: typeof payload === 'string' || Buffer.isBuffer(payload) ? payload : JSON.stringify(payload),
  });
const codeIn = (response: { json(): { code?: string } }): string | undefined => response.json().code;

const zone = [
  { x: 0, y: 0 },
  { x: 1, y: 0 },
  { x: 0, y: 1 },
];

describe('GET paths of an answer', () => {
  const pathsOf = (questionId: string, exhibitId: string, caseId?: CaseId) =>
    app.inject({ method: 'GET', url: urlOf(`questions/${questionId}/exhibits/${exhibitId}/paths`, caseId) });

  it('counts the cells that tracks of the answer passed, once a track, and journals question and exhibit', async () => {
    const answer = (await post({ version: 1, classes: ['car'] })).json<Answer>();
    const [hit] = answer.hits;
    events.length = 0;
    const response = await pathsOf(answer.questionId, hit?.exhibitId ?? '');
    expect(response.statusCode).toBe(200);
    const paths = response.json<{ cells: { column: number; row: number; tracks: number }[] }>();
    // One car of the two tracks: its feet went from 120 to 220 of 1280 pixels, 130 down.
    expect(paths).toMatchObject({ exhibitId: hit?.exhibitId, tracks: 1, drawn: 1, columns: 64, rows: 36 });
    expect(paths.cells).toStrictEqual([6, 7, 8, 9, 10, 11].map((column) => ({ column, row: 6, tracks: 1 })));
    expect(events.at(-1)).toMatchObject({
      action: 'hit.read',
      objects: [
        { type: 'question', id: answer.questionId },
        { type: 'exhibit', id: hit?.exhibitId },
      ],
    });
    const both = (await post({ version: 1, classes: ['car', 'person'] })).json<Answer>();
    expect((await pathsOf(both.questionId, hit?.exhibitId ?? '')).json()).toMatchObject({ tracks: 2 });
  });

  it('refuses a question or an exhibit that is not of this answer', async () => {
    const answer = (await post({ version: 1, classes: ['car'] })).json<Answer>();
    expect(codeIn(await pathsOf(uuid(), answer.hits[0]?.exhibitId ?? ''))).toBe('E_PRO_SILO');
    expect(codeIn(await pathsOf(answer.questionId, uuid()))).toBe('E_PRO_SILO');
    const before = requisition;
    requisition = await newCase();
    const other = await pathsOf(answer.questionId, answer.hits[0]?.exhibitId ?? '', requisition.caseId);
    expect(codeIn(other)).toBe('E_PRO_SILO');
    requisition = before;
  });
});

describe('POST questions', () => {
  it('answers, and writes events before and after with the ids and the span that the answer shows and no facet (LOG-01, LOG-03)', async () => {
    const response = await post({ version: 1, classes: ['car'], colours: [{ colour: 'red' }], zone });
    expect(response.statusCode).toBe(200);
    const answer = response.json<Answer>();
    expect(answer.hits).toHaveLength(1);
    expect(answer.hits[0]?.reasons.map(({ facet }) => facet)).toStrictEqual(['class', 'colour', 'zone']);
    expect(answer.executed).toMatchObject({ time: null, exhibits: null, zone });
    const [before, event, ...more] = events;
    expect(more).toStrictEqual([]);
    expect(before).toMatchObject({ action: 'search.ask', objects: [], outcome: { effect: 'permit' } });
    expect(event).toMatchObject({ action: 'search.ask', outcome: { effect: 'permit' } });
    expect(event?.objects).toStrictEqual([
      { type: 'question', id: answer.questionId },
      { type: 'hit', id: answer.hits[0]?.id },
      { type: 'exhibit', id: answer.hits[0]?.exhibitId },
    ]);
    expect(event?.shown).toStrictEqual({
      fromMs: Date.parse(answer.hits[0]?.from ?? ''),
      toMs: Date.parse(answer.hits[0]?.to ?? ''),
    });
    expect(JSON.stringify(events)).not.toMatch(/car"|red|mp4/);
  });

  it('LOG-05: keeps no question and makes no hit while the journal cannot be written', async () => {
    const rows = async () => {
      const counted = await asOwner(
        world.database,
        `SELECT (SELECT count(*) FROM questions WHERE case_id = $1) AS questions,
                (SELECT count(*) FROM hits WHERE case_id = $1) AS hits`,
        [requisition.caseId],
      );
      return counted.rows[0];
    };
    logIsDown = true;
    expect(codeIn(await post({ version: 1 }))).toBe('E_LOG_DOWN');
    logIsDown = false;
    expect(await rows()).toStrictEqual({ questions: '0', hits: '0' });
    await post({ version: 1 });
    expect(await rows()).toStrictEqual({ questions: '1', hits: '2' });
  });

  it('LOG-01: names the exhibits asked about before the question, and in its answer those that are not analysed', async () => {
    const added = exhibitOf(requisition, { sha256: requisition.schedule.exhibits[0]?.sha256 ?? '' });
    await world.addExhibit(added);
    const answer = (await post({ version: 1, exhibits: [added.id] })).json<Answer>();
    expect(answer.coverage.notAnalysed.map(({ exhibitId }) => exhibitId)).toStrictEqual([added.id]);
    expect(events[0]?.objects).toStrictEqual([{ type: 'exhibit', id: added.id }]);
    events.length = 0;
    const all = (await post({ version: 1 })).json<Answer>();
    expect(all.coverage.notAnalysed).toHaveLength(1);
    expect(events[1]?.objects).toContainEqual({ type: 'exhibit', id: added.id });
  });

  it('LOG-01: of very many exhibits says the sums and their digest, and each where that is asked for', async () => {
    const many = await newCaseOf(MOST_NAMED + 1);
    requisition = many;
    const answer = (await post({ version: 1, classes: ['bus'] })).json<Answer>();
    expect(answer).toMatchObject({
      total: 0,
      coverage: { exhibits: [], sums: { exhibits: MOST_NAMED + 1, clockNotes: 0 } },
    });
    const { sums, notAnalysed } = answer.coverage;
    expect(notAnalysed).toHaveLength(1);
    expect(sums.coverage.analysedSeconds).toBe(600 * (MOST_NAMED + 1));
    expect(events.at(-1)?.objects).toStrictEqual([
      { type: 'question', id: answer.questionId },
      { type: 'exhibit', id: notAnalysed[0]?.exhibitId },
      { type: 'digest', id: sums.exhibitsSha256 },
    ]);
    events.length = 0;
    const url = urlOf(`questions/${answer.questionId}/coverage`);
    const each = (await app.inject({ method: 'GET', url })).json<Answer['coverage']>();
    const ids = each.exhibits.map(({ exhibitId }) => exhibitId);
    expect(sha256Hex(ids.join('\n'))).toBe(sums.exhibitsSha256);
    expect(each.exhibits[0]).toMatchObject({ coverage: { analysedSeconds: 600 } });
    expect(each.notAnalysed).toStrictEqual(notAnalysed);
    expect(each.notSealed).toStrictEqual([{ piece: `PV-1/${MOST_NAMED + 3}`, cameraId: `CAM-${MOST_NAMED + 3}` }]);
    const shown = events.flatMap(({ action, objects }) => (action === 'hit.read' ? objects : []));
    expect(shown.filter(({ type }) => type === 'exhibit').map(({ id }) => id)).toStrictEqual([
      ...ids,
      notAnalysed[0]?.exhibitId,
    ]);
    // What it was executed on is written once: the next question on the same names this one, and is read as this one is.
    const next = (await post({ version: 1, classes: ['car'], page: { size: 2 } })).json<Answer>();
    const sizes = await asOwner(
      world.database,
      'SELECT id, length(sealed) AS bytes FROM questions WHERE case_id = $1',
      [many.caseId],
    );
    const bytesOf = (id: string): number => sizes.rows.find((row) => row.id === id)?.bytes;
    expect(bytesOf(next.questionId)).toBeLessThan(bytesOf(answer.questionId) - 30 * MOST_NAMED);
    const again = await app.inject({ method: 'GET', url: urlOf(`questions/${next.questionId}/coverage`) });
    expect(again.json<Answer['coverage']>()).toStrictEqual(each);
    const page = { size: 2, cursor: next.nextCursor ?? '' };
    const second = (await post({ version: 1, classes: ['car'], page })).json<Answer>();
    expect(second).toMatchObject({ questionId: next.questionId, total: next.total });
    expect(second.hits.map(({ id }) => id)).not.toContain(next.hits[0]?.id);
    expect(second.hits).toHaveLength(2);
    const hit = await app.inject({ method: 'GET', url: urlOf(`hits/${second.hits[0]?.id}`) });
    expect(hit.json()).toMatchObject({ exhibitId: second.hits[0]?.exhibitId, track: second.hits[0]?.track });
    // A few of the case are named as before.
    const few = (await post({ version: 1, exhibits: ids.slice(0, 2) })).json<Answer>();
    expect(few.coverage.exhibits.map(({ exhibitId }) => exhibitId)).toStrictEqual(ids.slice(0, 2));
    expect(few.coverage.sums.exhibits).toBe(2);
    requisition = await newCase();
    expect(codeIn(await app.inject({ method: 'GET', url: urlOf(`questions/${answer.questionId}/coverage`) }))).toBe(
      'E_PRO_SILO',
    );
  });

  it('FACE-11: shows no array of bare numbers and nothing that its schema does not name', async () => {
    const response = await post({ version: 1, zone });
    expect(response.body).not.toMatch(/\[\s*-?\d/);
    expect(response.json<Answer>().hits).toHaveLength(2);
  });

  it.each([
    ['an unknown member', { version: 1, text: 'rouge' }],
    ['no object', []],
  ])('refuses %s with E_QUESTION', async (_, body) => {
    const response = await post(body);
    expect([response.statusCode, codeIn(response)]).toStrictEqual([422, 'E_QUESTION']);
  });

  it('refuses a body that is not JSON without keeping a question', async () => {
    expect((await post('{"version":1', 'application/json')).statusCode).toBe(400);
    expect(codeIn(await post('une voiture rouge', 'text/plain'))).toBe('E_QUESTION');
    expect((await post('<q/>', 'application/xml')).statusCode).toBe(400);
  });

  it.each(['image/jpeg', 'image/png', 'multipart/form-data; boundary=x', 'application/octet-stream'])(
    'FACE-09: refuses %s with E_FACE_QUERY_IMAGE',
    async (contentType) => {
      const response = await post(Buffer.from([0xff, 0xd8, 0xff, 0xe0]), contentType);
      expect([response.statusCode, codeIn(response)]).toStrictEqual([403, 'E_FACE_QUERY_IMAGE']);
      expect(events.map(({ outcome }) => outcome.code)).toStrictEqual(['E_FACE_QUERY_IMAGE']);
    },
  );

  it('FACE-09: refuses an image inside the JSON with E_FACE_QUERY_IMAGE', async () => {
    expect(codeIn(await post({ version: 1, image: 'data:image/png;base64,AAAA' }))).toBe('E_FACE_QUERY_IMAGE');
  });

  it('REQ-08: refuses with E_REQ_OP a facet whose operation the requisition does not list', async () => {
    requisition = await newCase({ authorisation: { ops: ['index.objects', 'track.single_exhibit', 'search.class'] } });
    expect((await post({ version: 1, classes: ['car'] })).statusCode).toBe(200);
    const time = { from: '2026-03-02T14:00:00+01:00', to: '2026-03-02T15:00:00+01:00' };
    for (const [facet, ...ops] of [
      [{ zone }, 'search.zone'],
      [{ time }, 'search.time'],
      [{ colours: [{ colour: 'red' }] }, 'search.colour'],
      [
        { where: { all: [{ dwell: { polygon: zone, minSeconds: 5 } }, { weekday: ['monday'] }] } },
        'search.dwell',
        'search.time',
      ],
    ] as const) {
      const refused = await post({ version: 1, classes: ['car'], ...facet });
      expect(refused.json()).toMatchObject({ code: 'E_REQ_OP', errors: [{ pointer: '/ops', expected: ops }] });
    }
  });

  it('REQ-08: refuses with E_REQ_SCOPE a class that the requisition does not permit', async () => {
    requisition = await newCase({ authorisation: { facets: { classes: ['car'], colours: [] } } });
    expect(codeIn(await post({ version: 1, classes: ['person'] }))).toBe('E_REQ_SCOPE');
    expect((await post({ version: 1 })).json<Answer>().hits.map((hit) => hit.class)).toStrictEqual(['car']);
  });

  it("PRO-01: refuses another case's address", async () => {
    const other = await newCase();
    expect(codeIn(await post({ version: 1 }, 'application/json', other.caseId))).toBe('E_PRO_SILO');
  });
});

describe('pages and hits', () => {
  it('are read by their ids, each with an event of what it shows', async () => {
    const first = (await post({ version: 1, page: { size: 1 } })).json<Answer>();
    events.length = 0;
    const next = await app.inject(`${urlOf(`questions/${first.questionId}`)}?cursor=${first.nextCursor}`);
    const page = next.json<Answer>();
    expect(page.hits[0]?.id).not.toBe(first.hits[0]?.id);
    expect(events.map(({ action, objects }) => [action, objects.slice(0, 2)])).toStrictEqual([
      [
        'hit.read',
        [
          { type: 'question', id: first.questionId },
          { type: 'hit', id: page.hits[0]?.id },
        ],
      ],
    ]);
    const alone = await app.inject(urlOf(`hits/${page.hits[0]?.id}`));
    expect(alone.json()).toStrictEqual(page.hits[0]);
    expect(events[1]).toMatchObject({ action: 'hit.read', objects: [{ type: 'hit' }, { type: 'exhibit' }] });
  });

  it('PRO-01: are E_PRO_SILO when the case has none of that id', async () => {
    expect(codeIn(await app.inject(urlOf(`questions/${uuid()}`)))).toBe('E_PRO_SILO');
    expect(codeIn(await app.inject(urlOf(`hits/${uuid()}`)))).toBe('E_PRO_SILO');
    expect((await app.inject(urlOf('hits/..%2f..%2fx'))).statusCode).toBe(400);
  });
});

describe('PUT verdict', () => {
  const put = (hitId: string, payload: object) =>
    app.inject({ method: 'PUT', url: urlOf(`hits/${hitId}/verdict`), payload });

  it('HUM-01: names the hit in an event before it decides, and confirms only what was seen', async () => {
    const answer = (await post({ version: 1, classes: ['car'] })).json<Answer>();
    const hitId = answer.hits[0]?.id as HitId;
    events.length = 0;
    expect(codeIn(await put(hitId, { verdict: 'confirmed' }))).toBe('E_HUM_UNVALIDATED');
    expect(events[0]).toMatchObject({ action: 'hit.review', objects: [{ type: 'hit', id: hitId }] });
    await markPictureSeen(requisition, hitId, AGENT, world.deps);
    expect((await put(hitId, { verdict: 'confirmed' })).json()).toMatchObject({ id: hitId, verdict: 'confirmed' });
  });

  it('LOG-01: is taken back by an act of its own, in the journal before', async () => {
    const answer = (await post({ version: 1, classes: ['car'] })).json<Answer>();
    const hitId = answer.hits[0]?.id as HitId;
    await put(hitId, { verdict: 'rejected' });
    events.length = 0;
    const back = await app.inject({ method: 'DELETE', url: urlOf(`hits/${hitId}/verdict`) });
    expect(back.json()).toMatchObject({ id: hitId, verdict: 'unreviewed', readings: [] });
    expect(events[0]).toMatchObject({ action: 'hit.withdraw', objects: [{ type: 'hit', id: hitId }] });
    const { verdicts } = (await app.inject(urlOf(`hits/${hitId}/verdicts`))).json();
    expect(verdicts).toMatchObject([{ verdict: 'rejected', takenBackAt: expect.any(String) }]);
  });

  it('LOG-01: belongs to its question: the next one that finds the track says what was decided under the others, the strongest', async () => {
    const ask = async () => (await post({ version: 1 })).json<Answer>();
    const [first, second, third] = [await ask(), await ask(), await ask()];
    const hitOf = ({ hits }: Answer, track: number) => hits.find((hit) => hit.track === track)?.id as HitId;
    await put(hitOf(first, 0), { verdict: 'rejected' });
    await put(hitOf(second, 0), { verdict: 'uncertain' });
    await put(hitOf(third, 1), { verdict: 'rejected' });
    events.length = 0;
    const elsewhere = async (id: string) => (await app.inject(urlOf(`questions/${id}/elsewhere`))).json();
    expect(await elsewhere(third.questionId)).toStrictEqual({
      verdicts: [{ hitId: hitOf(third, 0), verdict: 'uncertain', questionId: second.questionId }],
    });
    expect(events.map(({ action, objects }) => [action, objects])).toStrictEqual([
      [
        'hit.read',
        [
          { type: 'question', id: third.questionId },
          { type: 'question', id: second.questionId },
          { type: 'hit', id: hitOf(third, 0) },
          { type: 'exhibit', id: third.hits[0]?.exhibitId },
        ],
      ],
    ]);
    const { verdicts } = await elsewhere(first.questionId);
    expect(verdicts.map(({ hitId, verdict }: { hitId: string; verdict: string }) => [hitId, verdict])).toEqual(
      expect.arrayContaining([
        [hitOf(first, 0), 'uncertain'],
        [hitOf(first, 1), 'rejected'],
      ]),
    );
    expect(codeIn(await app.inject(urlOf(`questions/${uuid()}/elsewhere`)))).toBe('E_PRO_SILO');
  });

  it('refuses a verdict that is none, or several at once', async () => {
    const answer = (await post({ version: 1 })).json<Answer>();
    const hitId = answer.hits[0]?.id as HitId;
    for (const body of [{}, { verdict: 'unreviewed' }, { verdict: 'rejected', hits: [] }]) {
      expect((await put(hitId, body)).statusCode).toBe(400);
    }
  });
});
