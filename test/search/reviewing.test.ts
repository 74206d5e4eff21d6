import { type TypeBoxTypeProvider, TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../gateway/audit/types.ts';
import { installEtags } from '../../gateway/etags.ts';
import { newId } from '../../gateway/ids.ts';
import { installGuard } from '../../gateway/policy/guard.ts';
import { POLICIES } from '../../gateway/policy/policies.ts';
import type { Role } from '../../gateway/policy/types.ts';
import { authorityOf } from '../../gateway/requisition/authority.ts';
import type { Requisition } from '../../gateway/requisition/types.ts';
import { bookmarkRoutes } from '../../gateway/search/bookmark-routes.ts';
import { exportListRoutes } from '../../gateway/search/export-list-routes.ts';
import { noteRoutes } from '../../gateway/search/note-routes.ts';
import { questionNameRoutes } from '../../gateway/search/question-name-routes.ts';
import { searchRoutes } from '../../gateway/search/routes.ts';
import type { Answer, Bookmark, Hit, Note } from '../../gateway/search/types.ts';
import { NOTHING_REVOKED } from '../requisition/support.ts';
import { asOwner } from '../support/database.ts';
import { withoutKeys } from '../support/once.ts';
import {
  AGENT,
  clock,
  createWorld,
  exhibitOf,
  OTHER_AGENT,
  testRequisition,
  track,
  uuid,
  type World,
} from './fixtures.ts';

// Notes, bookmarks and export lists over HTTP, with the real guard, database and vault: who asks is set by each test.

let world: World;
let app: FastifyInstance;
let requisition: Requisition;
let hits: readonly Hit[];
const events: AuditEvent[] = [];
let asker: { role: Role; agentId: string } = { role: 'agent_habilite', agentId: AGENT };

beforeAll(async () => {
  world = await createWorld();
  app = Fastify().setValidatorCompiler(TypeBoxValidatorCompiler).withTypeProvider<TypeBoxTypeProvider>();
  withoutKeys(app);
  installGuard(app, {
    authenticate: async () => ({
      principal: { ...asker, service: 'DEMO-75', habilitation: 'in_force' },
      authority: { ...authorityOf(requisition, true, NOTHING_REVOKED), magistrateSeized: true },
      requisition,
    }),
    log: { append: async (event) => events.push(event) },
    clock,
    policies: POLICIES,
  });
  installEtags(app);
  for (const routes of [searchRoutes, questionNameRoutes, noteRoutes, bookmarkRoutes, exportListRoutes])
    await app.register(routes(world.deps));
});
afterAll(() => app.close());

async function newCase(changes: Parameters<typeof testRequisition>[0] = {}) {
  const sha256 = uuid().replaceAll('-', '').repeat(2);
  const fresh = await testRequisition({ sha256s: [sha256], ...changes });
  await world.register(fresh);
  const exhibit = exhibitOf(fresh, { sha256 });
  await world.addExhibit(exhibit);
  await world.addJob(fresh, exhibit, 'done', [track(), track()]);
  requisition = fresh;
  const answer = await ask('POST', 'questions', { version: 1, classes: ['car'] });
  return { requisition: fresh, hits: answer.json<Answer>().hits };
}

beforeEach(async () => {
  asker = { role: 'agent_habilite', agentId: AGENT };
  ({ requisition, hits } = await newCase());
  events.length = 0;
});

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';
const ask = (method: Method, rest: string, payload?: object, headers: Record<string, string> = {}) =>
  app.inject({
    method,
    url: `/api/v1/cases/${requisition.caseId}/${rest}`,
    headers,
    ...(payload === undefined ? {} : { payload }),
  });
const codeIn = (response: { json(): { code?: string } }): string | undefined => response.json().code;
const first = (): Hit => {
  const [hit] = hits;
  if (hit === undefined) throw new Error('no hit');
  return hit;
};
const write = async (text = 'sac à dos clair', id = first().id): Promise<Note> =>
  (await ask('POST', `hits/${id}/notes`, { text })).json<Note>();
function asOther(): void {
  asker = { role: 'agent_habilite', agentId: OTHER_AGENT };
}
function asMagistrate(): void {
  asker = { role: 'magistrat_parquet', agentId: 'parquet-1' };
}

describe('a note', () => {
  it('is kept with its author and time, and read by the other readers of the hit', async () => {
    const note = await write('  sac à dos clair\nrevient deux fois ');
    expect(note).toMatchObject({
      hitId: first().id,
      author: AGENT,
      isOwn: true,
      text: 'sac à dos clair\nrevient deux fois',
    });
    asOther();
    const read = (await ask('GET', `hits/${first().id}/notes`)).json<{ notes: Note[] }>();
    expect(read.notes).toStrictEqual([{ ...note, isOwn: false }]);
    const all = (await ask('GET', 'notes')).json<{ notes: (Note & { hit: Hit })[]; nextCursor?: string }>();
    expect(all.notes).toMatchObject([{ id: note.id, text: note.text, hit: { id: first().id, class: 'car' } }]);
    expect(all.nextCursor).toBeUndefined();
  });

  it('LOG-03: stands in the journal by ids and a keyed digest, and in the database sealed', async () => {
    const note = await write('sac à dos clair');
    await ask('PUT', `notes/${note.id}`, { text: 'sac à dos foncé' });
    await ask('GET', `hits/${first().id}/notes`);
    const [written, edited, read] = events;
    expect(written).toMatchObject({ action: 'note.write', actor: { id: AGENT } });
    const digest = await world.vault.mark(requisition.caseId, 'said', 'sac à dos clair');
    expect(written?.objects).toStrictEqual([
      { type: 'hit', id: first().id },
      { type: 'digest', id: digest },
    ]);
    expect(edited?.objects[0]).toStrictEqual({ type: 'note', id: note.id });
    expect(edited?.objects[1]?.id).not.toBe(digest);
    expect(read?.objects).toContainEqual({ type: 'note', id: note.id });
    expect(JSON.stringify(events)).not.toMatch(/sac|dos/);
    for (const table of ['notes', 'note_wordings']) {
      const { rows } = await asOwner(world.database, `SELECT * FROM ${table} WHERE case_id = $1`, [requisition.caseId]);
      expect(rows.length).toBeGreaterThan(0);
      expect(rows.some(({ sealed }) => (sealed as Buffer).toString('latin1').match(/sac|agent/))).toBe(false);
    }
    // Another case's key makes another digest of the same words: nobody compares cases, or guesses.
    const other = await newCase();
    expect(await world.vault.mark(other.requisition.caseId, 'said', 'sac à dos clair')).not.toBe(digest);
  });

  it('is edited and withdrawn by its author alone, and every wording is kept for him and for who controls', async () => {
    const note = await write('un');
    const edited = await ask('PUT', `notes/${note.id}`, { text: 'deux' });
    expect(edited.json<Note>()).toMatchObject({ text: 'deux', editedAt: expect.any(String) });
    asOther();
    expect(codeIn(await ask('PUT', `notes/${note.id}`, { text: 'trois' }))).toBe('E_NOT_AUTHOR');
    expect(codeIn(await ask('DELETE', `notes/${note.id}`))).toBe('E_NOT_AUTHOR');
    expect(codeIn(await ask('GET', `notes/${note.id}/wordings`))).toBe('E_NOT_AUTHOR');
    asMagistrate();
    for (const refused of [ask('PUT', `notes/${note.id}`, { text: 'x' }), ask('DELETE', `notes/${note.id}`)])
      expect(codeIn(await refused)).toBe('E_HAB_ROLE');
    asker = { role: 'agent_habilite', agentId: AGENT };
    const withdrawn = (await ask('DELETE', `notes/${note.id}`)).json<Note>();
    expect(withdrawn.withdrawnAt).toBeDefined();
    expect(withdrawn.text).toBeUndefined();
    expect(codeIn(await ask('PUT', `notes/${note.id}`, { text: 'encore' }))).toBe('E_PRO_SILO');
    expect((await ask('GET', 'notes')).json()).toStrictEqual({ notes: [] });
    expect((await ask('GET', `hits/${first().id}/notes`)).json<{ notes: Note[] }>().notes).toHaveLength(1);
    asMagistrate();
    const { wordings } = (await ask('GET', `notes/${note.id}/wordings`)).json<{ wordings: { text: string }[] }>();
    expect(wordings.map(({ text }) => text)).toStrictEqual(['un', 'deux']);
  });

  it('is changed by who has read it as it is (If-Match)', async () => {
    const note = await write('un');
    const { headers } = await ask('GET', `notes/${note.id}`);
    const tag = { 'if-match': String(headers.etag) };
    expect((await ask('PUT', `notes/${note.id}`, { text: 'deux' }, tag)).statusCode).toBe(200);
    expect(codeIn(await ask('PUT', `notes/${note.id}`, { text: 'trois' }, tag))).toBe('E_CHANGED');
  });

  it('refuses what is blank, too long, or reads as another text than it is', async () => {
    for (const text of ['', ' \n ', 'x'.repeat(2001), 'a\u0000b', 'abc\u202edef'])
      expect(codeIn(await ask('POST', `hits/${first().id}/notes`, { text }))).toBe('E_REQUEST');
    expect((await ask('POST', `hits/${first().id}/notes`, { text: 'x'.repeat(2000) })).statusCode).toBe(201);
  });

  it('PRO-01, REQ-07: of another case, of none and of a hit that the requisition does not reach is nothing', async () => {
    const note = await write();
    const bookmark = (await ask('POST', 'bookmarks', markOf(first()))).json<Bookmark>();
    await ask('PUT', `export-list/${first().id}`);
    const own = requisition;
    requisition = await testRequisition({ caseIdOf: () => own.caseId, sha256s: ['9'.repeat(64)] });
    expect(codeIn(await ask('GET', `notes/${note.id}`))).toBe('E_REQ_SCOPE');
    expect((await ask('GET', 'notes')).json()).toStrictEqual({ notes: [] });
    expect((await ask('GET', 'bookmarks')).json()).toStrictEqual({ bookmarks: [] });
    expect((await ask('GET', 'export-list')).json()).toStrictEqual({ hits: [] });
    await newCase();
    for (const path of [`notes/${note.id}`, `notes/${newId()}`, `bookmarks/${bookmark.id}`, `bookmarks/${newId()}`])
      expect(codeIn(await ask('GET', path))).toBe('E_PRO_SILO');
    expect(codeIn(await ask('POST', `hits/${first().id}/notes`, { text: 'x' }))).toBe('E_PRO_SILO');
    expect(codeIn(await ask('PUT', `export-list/${first().id}`))).toBe('E_PRO_SILO');
  });

  it('pages: each note once, newest first, and no cursor but its own', async () => {
    for (let index = 0; index < 103; index++) await write(`note ${index}`);
    const page = (await ask('GET', 'notes')).json<{ notes: Note[]; nextCursor: string }>();
    const rest = (await ask('GET', `notes?cursor=${page.nextCursor}`)).json<{ notes: Note[]; nextCursor?: string }>();
    expect([page.notes.length, rest.notes.length, rest.nextCursor]).toEqual([100, 3, undefined]);
    expect(new Set([...page.notes, ...rest.notes].map(({ id }) => id)).size).toBe(103);
    for (const bad of ['x', `${page.nextCursor}A`, Buffer.from('1.2').toString('base64url')])
      expect(codeIn(await ask('GET', `notes?cursor=${bad}`))).toBe('E_CURSOR');
  });
});

const markOf = (hit: Hit, more: object = {}) => ({
  exhibitId: hit.exhibitId,
  hitId: hit.id,
  atSeconds: hit.best.timeSeconds,
  ...more,
});

describe('a bookmark', () => {
  it('is a moment of an exhibit, beside a hit or alone, with its true time', async () => {
    const hit = first();
    const set = (await ask('POST', 'bookmarks', markOf(hit, { label: 'au coin' }))).json<Bookmark>();
    expect(set).toMatchObject({ author: AGENT, isOwn: true, label: 'au coin', atSeconds: 0, uncertaintySeconds: 2 });
    expect(Date.parse(set.at)).toBe(Date.parse(hit.from));
    expect(set.hit?.id).toBe(hit.id);
    const alone = (await ask('POST', 'bookmarks', { exhibitId: hit.exhibitId, atSeconds: 12.5 })).json<Bookmark>();
    expect([alone.hit, alone.label]).toEqual([undefined, undefined]);
    asOther();
    const { bookmarks } = (await ask('GET', 'bookmarks')).json<{ bookmarks: Bookmark[] }>();
    expect(new Set(bookmarks.map(({ id }) => id))).toEqual(new Set([set.id, alone.id]));
    expect(bookmarks.every(({ isOwn }) => !isOwn)).toBe(true);
    expect(JSON.stringify(events)).not.toContain('coin');
    expect(events[0]?.objects.map(({ type }) => type)).toEqual(['exhibit', 'hit', 'digest']);
  });

  it('is named and taken away by who set it alone', async () => {
    const set = (await ask('POST', 'bookmarks', markOf(first()))).json<Bookmark>();
    expect((await ask('PUT', `bookmarks/${set.id}`, { label: 'ici' })).json<Bookmark>().label).toBe('ici');
    expect((await ask('PUT', `bookmarks/${set.id}`, {})).json<Bookmark>().label).toBeUndefined();
    asOther();
    expect(codeIn(await ask('PUT', `bookmarks/${set.id}`, { label: 'là' }))).toBe('E_NOT_AUTHOR');
    expect(codeIn(await ask('DELETE', `bookmarks/${set.id}`))).toBe('E_NOT_AUTHOR');
    asker = { role: 'agent_habilite', agentId: AGENT };
    expect((await ask('DELETE', `bookmarks/${set.id}`)).statusCode).toBe(204);
    expect(codeIn(await ask('GET', `bookmarks/${set.id}`))).toBe('E_PRO_SILO');
  });

  it('refuses a moment that the recording does not have, and a hit of another exhibit', async () => {
    const hit = first();
    expect(codeIn(await ask('POST', 'bookmarks', markOf(hit, { atSeconds: 601 })))).toBe('E_REQUEST');
    expect(codeIn(await ask('POST', 'bookmarks', markOf(hit, { atSeconds: -1 })))).toBe('E_REQUEST');
    expect(codeIn(await ask('POST', 'bookmarks', markOf(hit, { exhibitId: newId() })))).toBe('E_PRO_SILO');
  });
});

describe('a bookmark and the windows of its exhibit (REQ-07)', () => {
  it('is refused at a moment that nobody may look at, and set at both ends of a window (REQ-07)', async () => {
    const exhibit = world.exhibits.find(({ id }) => id === first().exhibitId);
    if (exhibit === undefined) throw new Error('no exhibit');
    const windows = [
      { fromSeconds: 0, toSeconds: 10 },
      { fromSeconds: 20, toSeconds: 30 },
    ];
    world.exhibits.splice(world.exhibits.indexOf(exhibit), 1, { ...exhibit, windows });
    world.sessions.drop(requisition.caseId);
    const set = (atSeconds: number) => ask('POST', 'bookmarks', { exhibitId: exhibit.id, atSeconds });
    for (const atSeconds of [10.01, 19.99, 30.01, 600]) {
      const refused = await set(atSeconds);
      expect([refused.statusCode, codeIn(refused)]).toEqual([403, 'E_REQ_SCOPE']);
    }
    for (const atSeconds of [0, 10, 20, 30]) expect((await set(atSeconds)).statusCode).toBe(201);
    expect(codeIn(await set(601))).toBe('E_REQUEST');
  });
});

describe('an export list', () => {
  const listed = async () => (await ask('GET', 'export-list')).json<{ hits: Hit[] }>().hits.map(({ id }) => id);

  it("is an agent's own, keeps its order, and takes each hit once", async () => {
    const [one, two] = hits.map(({ id }) => id);
    for (const id of [two, two]) expect((await ask('PUT', `export-list/${id}`)).statusCode).toBe(200);
    expect(await listed()).toEqual([two]);
    asOther();
    expect(await listed()).toEqual([]);
    await ask('PUT', `export-list/${one}`);
    expect((await ask('DELETE', `export-list/${two}`)).statusCode).toBe(204);
    expect(await listed()).toEqual([one]);
    expect((await ask('DELETE', 'export-list')).statusCode).toBe(204);
    expect(await listed()).toEqual([]);
    asker = { role: 'agent_habilite', agentId: AGENT };
    expect(await listed()).toEqual([two]);
    const { rows } = await asOwner(world.database, 'SELECT * FROM export_list WHERE case_id = $1', [
      requisition.caseId,
    ]);
    expect(rows).toMatchObject([{ agent_mark: expect.stringMatching(/^[0-9a-f]{64}$/) }]);
    expect(JSON.stringify(rows)).not.toContain(AGENT);
  });

  it('holds as many as a package, and says when it is full', async () => {
    const [one, two] = hits.map(({ id }) => id);
    expect((await ask('PUT', `export-list/${one}`)).statusCode).toBe(200);
    // As if 199 others had been put there.
    await asOwner(
      world.database,
      `WITH job AS (SELECT * FROM hits WHERE id = $1), more AS (
         INSERT INTO hits (id, case_id, question_id, job_id, exhibit_id, track)
         SELECT gen_random_uuid(), case_id, question_id, job_id, exhibit_id, 1000 + n FROM job, generate_series(1, 199) n
         RETURNING id)
       INSERT INTO export_list (hit_id, agent_mark, case_id, requisition_id, added_at)
       SELECT more.id, list.agent_mark, list.case_id, list.requisition_id, list.added_at FROM more, export_list list WHERE list.hit_id = $1`,
      [one],
    );
    expect(codeIn(await ask('PUT', `export-list/${two}`))).toBe('E_EXPORT_LIST_FULL');
    expect((await ask('PUT', `export-list/${one}`)).statusCode).toBe(200);
    await ask('DELETE', `export-list/${one}`);
    expect((await ask('PUT', `export-list/${two}`)).statusCode).toBe(200);
  });

  it('is changed by nobody who controls', async () => {
    asMagistrate();
    expect(codeIn(await ask('PUT', `export-list/${first().id}`))).toBe('E_HAB_ROLE');
    expect(await listed()).toEqual([]);
  });
});

describe('the name of a question', () => {
  it('is given and taken away by agents of the requisition, sealed, and listed; the journal has its digest alone', async () => {
    const { questions } = (await ask('GET', 'questions')).json<{ questions: { id: string; name?: string }[] }>();
    const id = questions[0]?.id ?? '';
    events.length = 0;
    const named = await ask('PUT', `questions/${id}/name`, { name: ' fourgonnettes ' });
    expect(named.json()).toStrictEqual({ name: 'fourgonnettes', namedBy: AGENT });
    expect(events[0]).toMatchObject({
      action: 'question.name',
      objects: [{ type: 'question', id }, { type: 'digest' }],
    });
    expect(JSON.stringify(events)).not.toContain('fourgonnettes');
    const listed = async () => (await ask('GET', 'questions')).json<{ questions: object[] }>().questions[0];
    expect(await listed()).toMatchObject({ id, name: 'fourgonnettes', namedBy: AGENT });
    const { rows } = await asOwner(world.database, 'SELECT name FROM questions WHERE id = $1', [id]);
    const [row] = rows as { name: Buffer }[];
    expect(row?.name.includes('fourgonnettes')).toBe(false);
    asMagistrate();
    expect(codeIn(await ask('PUT', `questions/${id}/name`, { name: 'x' }))).toBe('E_HAB_ROLE');
    asOther();
    expect((await ask('PUT', `questions/${id}/name`, {})).json()).toStrictEqual({});
    expect(await listed()).not.toHaveProperty('name');
    expect(codeIn(await ask('PUT', `questions/${id}/name`, { name: ' ' }))).toBe('E_REQUEST');
    await newCase();
    expect(codeIn(await ask('PUT', `questions/${id}/name`, { name: 'x' }))).toBe('E_PRO_SILO');
  });
});
