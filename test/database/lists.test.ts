import { beforeAll, describe, expect, it } from 'vitest';
import * as jobs from '../../gateway/analysis/store.ts';
import type { Database, Transaction } from '../../gateway/database.ts';
import * as exports from '../../gateway/evidence/store.ts';
import * as exhibits from '../../gateway/footage/store.ts';
import {
  type BookmarkId,
  type CaseId,
  type ExhibitId,
  type HitId,
  newId,
  type RequisitionId,
} from '../../gateway/ids.ts';
import { type Placed, pageOfRows, type RowsAsked, rowsAsked } from '../../gateway/pages.ts';
import * as requisitions from '../../gateway/requisition/store.ts';
import * as erasures from '../../gateway/retention/store.ts';
import * as bookmarks from '../../gateway/search/bookmark-store.ts';
import * as notes from '../../gateway/search/note-store.ts';
import * as questions from '../../gateway/search/store.ts';
import { testDatabase } from '../support/database.ts';

// Every list that is paged in the database, over rows of which several were written in one microsecond, and some a microsecond apart.

let database: Database;
const caseId = newId<CaseId>();
const requisitionId = newId<RequisitionId>();
const exhibitId = newId<ExhibitId>();
const hitId = newId<HitId>();

/** Three rows a microsecond: what a cursor in milliseconds would skip or show twice. */
const timeOf = (index: number): string => `2026-03-10T12:00:00.00000${Math.floor(index / 3)}Z`;
const MANY = 20;

interface List {
  /** The other way round for lists whose newest row stands first. */
  readonly newestFirst: boolean;
  /** Lists whose rows of one moment are in order of falling ids. */
  readonly fallingIds?: boolean;
  insert(tx: Transaction, id: string, at: string): Promise<unknown>;
  page(tx: Transaction, asked: RowsAsked): Promise<readonly Placed<unknown>[]>;
}

const LISTS = {
  exhibits: {
    newestFirst: false,
    insert: (tx, id, at) =>
      tx.query(
        `INSERT INTO exhibits (id, case_id, requisition_id, state, object_id, size_bytes, capture_start, capture_end, piece_mark, sealed, created_at)
         VALUES ($1, $2, $3, 'receiving', $1, 1, now(), now(), gen_random_uuid(), '', $4)`,
        [id, caseId, requisitionId, at],
      ),
    page: exhibits.pageOfExhibits,
  },
  jobs: {
    newestFirst: false,
    insert: (tx, id, at) =>
      tx.query(
        `INSERT INTO jobs (id, case_id, exhibit_id, requisition_id, state, frames_per_second, created_at)
         VALUES ($1, $2, $3, $4, 'failed', 5, $5)`,
        [id, caseId, exhibitId, requisitionId, at],
      ),
    page: jobs.pageOfJobs,
  },
  exports: {
    newestFirst: true,
    insert: (tx, id, at) =>
      tx.query(
        `INSERT INTO exports (id, case_id, requisition_id, state, created_at) VALUES ($1, $2, $3, 'building', $4)`,
        [id, caseId, requisitionId, at],
      ),
    page: exports.pageOfExports,
  },
  questions: {
    newestFirst: true,
    insert: (tx, id, at) =>
      tx.query('INSERT INTO questions (id, case_id, requisition_id, sealed, asked_at) VALUES ($1, $2, $3, $4, $5)', [
        ...[id, caseId, requisitionId, Buffer.of(1), at],
      ]),
    page: (tx, asked) => questions.pageOfQuestions(tx, requisitionId, asked),
  },
  requisitions: {
    newestFirst: true,
    insert: (tx, id, at) =>
      tx.query(
        `INSERT INTO requisitions (id, case_id, authorisation_jti, thumbprints, not_before, expires, sealed, registered_at)
         VALUES ($1, $2, $1, '{}', now(), now(), '', $3)`,
        [id, caseId, at],
      ),
    page: requisitions.pageOfSealed,
  },
  notes: {
    newestFirst: true,
    fallingIds: true,
    insert: (tx, id, at) =>
      tx.query(
        'INSERT INTO notes (id, case_id, requisition_id, hit_id, sealed, written_at) VALUES ($1, $2, $3, $4, $5, $6)',
        [id, caseId, requisitionId, hitId, Buffer.of(1), at],
      ),
    page: notes.notesOfCase,
  },
  bookmarks: {
    newestFirst: true,
    fallingIds: true,
    insert: (tx, id, at) =>
      tx.query(
        'INSERT INTO bookmarks (id, case_id, requisition_id, exhibit_id, sealed, made_at) VALUES ($1, $2, $3, $4, $5, $6)',
        [id, caseId, requisitionId, exhibitId, Buffer.of(1), at],
      ),
    page: bookmarks.bookmarksOfCase,
  },
} satisfies Record<string, List>;

const inCase = <T>(use: (tx: Transaction) => Promise<T>): Promise<T> => database.inCase(caseId, use);

beforeAll(async () => {
  database = await testDatabase();
  await inCase(async (tx) => {
    await tx.query('INSERT INTO cases (id) VALUES ($1)', [caseId]);
    await LISTS.requisitions.insert(tx, requisitionId, '2025-01-01T00:00:00Z');
    await LISTS.exhibits.insert(tx, exhibitId, '2025-01-01T00:00:00Z');
    const [jobId, questionId] = [newId<never>(), newId<never>()];
    await LISTS.jobs.insert(tx, jobId, '2025-01-01T00:00:00Z');
    await LISTS.questions.insert(tx, questionId, '2025-01-01T00:00:00Z');
    await tx.query(
      'INSERT INTO hits (id, case_id, question_id, job_id, exhibit_id, track) VALUES ($1, $2, $3, $4, $5, 0)',
      [hitId, caseId, questionId, jobId, exhibitId],
    );
  });
});

/** Every page in turn; `between` is done before each next one. */
async function walk(
  name: string,
  list: List,
  limit: number,
  between: (shown: readonly string[]) => Promise<unknown> = async () => {},
): Promise<readonly string[]> {
  const shown: string[] = [];
  let cursor: string | undefined;
  do {
    const asked = { limit, cursor };
    const rows = await inCase((tx) => list.page(tx, rowsAsked(name, asked)));
    expect(rows.length).toBeLessThanOrEqual(limit + 1);
    const { items, next } = pageOfRows(name, rows, asked);
    shown.push(...items.map(({ place }) => place.id));
    cursor = next.nextCursor;
    if (cursor !== undefined) await between(shown);
  } while (cursor !== undefined);
  return shown;
}

describe.each<[string, List]>(Object.entries(LISTS))('the list of %s', (name, list) => {
  it('reads of each page its rows alone, in one order, none twice and none left out', async () => {
    const made = Array.from({ length: MANY }, (_, index) => ({ id: newId<never>() as string, at: timeOf(index) }));
    await inCase(async (tx) => {
      for (const { id, at } of made) await list.insert(tx, id, at);
    });
    const byId = (one: string, other: string): number => (one < other ? -1 : 1) * (list.fallingIds === true ? -1 : 1);
    const expected = made
      .toSorted((one, other) =>
        one.at === other.at ? byId(one.id, other.id) : (one.at < other.at ? -1 : 1) * (list.newestFirst ? -1 : 1),
      )
      .map(({ id }) => id);
    const all = await walk(name, list, 1000);
    expect(all.filter((id) => expected.includes(id))).toEqual(expected);
    for (const limit of [1, 2, 3, 7, all.length - 1, all.length]) expect(await walk(name, list, limit)).toEqual(all);
  });

  it('keeps its place when rows come at both ends', async () => {
    const before = await walk(name, list, 1000);
    let came = 0;
    const shown = await walk(name, list, 5, async () => {
      came += 1;
      await inCase(async (tx) => {
        await list.insert(tx, newId<never>(), `2024-01-01T00:00:00.00000${came}Z`);
        await list.insert(tx, newId<never>(), `2027-01-01T00:00:00.00000${came}Z`);
      });
    });
    expect(new Set(shown).size).toBe(shown.length);
    expect(shown.filter((id) => before.includes(id))).toEqual(before);
  });

  it('takes no cursor of another list, and none that it did not write', async () => {
    const [first] = await inCase((tx) => list.page(tx, { after: undefined, limit: 1 }));
    if (first === undefined) throw new Error('empty');
    const { nextCursor = '' } = pageOfRows(name, [first, first], { limit: 1 }).next;
    expect(rowsAsked(name, { cursor: nextCursor }).after).toEqual(first.place);
    expect(() => rowsAsked('others', { cursor: nextCursor })).toThrow('E_CURSOR');
    for (const bad of [`${nextCursor}A`, 'x', Buffer.from(`${name} 1 2`).toString('base64url')])
      expect(() => rowsAsked(name, { cursor: bad })).toThrow('E_CURSOR');
    expect(() =>
      rowsAsked(name, { cursor: Buffer.from(`${name} 99999999999999999999 ${first.place.id}`).toString('base64url') }),
    ).toThrow('E_CURSOR');
  });
});

describe('a cursor', () => {
  it('outlives the row that its page ended on', async () => {
    const all = await walk('bookmarks', LISTS.bookmarks, 1000);
    const shown = await walk('bookmarks', LISTS.bookmarks, 4, (before) =>
      inCase((tx) => bookmarks.deleteBookmark(tx, before.at(-1) as BookmarkId)),
    );
    expect(shown).toEqual(all);
    expect((await walk('bookmarks', LISTS.bookmarks, 1000)).length).toBeLessThan(all.length);
  });
});

describe('the list of erasures', () => {
  it('is paged in the database as well, in the role of the service', async () => {
    const ids = Array.from({ length: 7 }, () => newId<CaseId>());
    await database.inService(async (tx) => {
      for (const [index, id] of ids.entries())
        await erasures.beginErasure(tx, {
          ...{ caseId: id, actId: undefined, ground: 'term', inventory: Buffer.of(1) },
          startedAtMs: Date.parse('2026-03-10T12:00:00Z') + Math.floor(index / 2),
        });
    });
    const all = await database.inService((tx) => erasures.listErasures(tx));
    const shown: string[] = [];
    let cursor: string | undefined;
    do {
      const asked = { limit: 2, cursor };
      const rows = await database.inService((tx) => erasures.pageOfErasures(tx, rowsAsked('erasures', asked)));
      const page = pageOfRows('erasures', rows, asked);
      shown.push(...page.items.map(({ place }) => place.id));
      cursor = page.next.nextCursor;
    } while (cursor !== undefined);
    expect(shown).toEqual(all.map(({ caseId: id }) => id));
  });
});
