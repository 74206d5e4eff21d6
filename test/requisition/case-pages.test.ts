import { beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../gateway/database.ts';
import { type CaseId, newId, type RequisitionId } from '../../gateway/ids.ts';
import type { Page, RowsAsked } from '../../gateway/pages.ts';
import { type CaseKnown, pageOfCases } from '../../gateway/requisition/case-pages.ts';
import * as store from '../../gateway/requisition/store.ts';
import type { Requisition } from '../../gateway/requisition/types.ts';
import { testDatabase } from '../support/database.ts';

// The list of cases, of which some may not be known to who asks: pages are read from the database, and each is full but the last.

const KEY = 'the-key-that-asks';
const MANY = 23;
/** Every third case leads to nothing that may be shown. */
const isHidden = (index: number): boolean => index % 3 === 1;

let database: Database;
const cases = Array.from({ length: MANY }, (_, index) => ({ id: newId<CaseId>(), index }));
const opened: CaseId[] = [];

beforeAll(async () => {
  database = await testDatabase();
  for (const { id, index } of cases) {
    // Two a moment: what one of them is after, the other is not before.
    const at = `2026-03-10T12:00:0${Math.floor(index / 2) % 10}.00000${Math.floor(index / 20)}Z`;
    await database.inCase(id, async (tx) => {
      await tx.query('INSERT INTO cases (id, created_at, jurisdiction) VALUES ($1, $2, $3)', [id, at, 'TJ-PARIS']);
      // An older requisition of the same case makes no second row of it.
      for (const expires of [at, '2026-01-01T00:00:00Z']) {
        await tx.query(
          `INSERT INTO requisitions (id, case_id, authorisation_jti, thumbprints, not_before, expires, sealed)
           VALUES ($1, $2, $1, $3, now(), $4, '')`,
          [newId<RequisitionId>(), id, [KEY, 'another'], expires],
        );
      }
    });
  }
  const other = newId<CaseId>();
  await database.inCase(other, async (tx) => {
    await tx.query('INSERT INTO cases (id, jurisdiction) VALUES ($1, $2)', [other, 'TJ-LYON']);
  });
});

const LISTS = {
  'by a key': (rows: RowsAsked) => database.inService((tx) => store.casesNaming(tx, KEY, rows)),
  'of a court': (rows: RowsAsked) => database.inService((tx) => store.casesOfJurisdiction(tx, 'TJ-PARIS', rows)),
};

describe.each(Object.entries(LISTS))('the cases known %s', (_, rowsOf) => {
  async function open(caseId: CaseId): Promise<readonly Requisition[]> {
    opened.push(caseId);
    const index = cases.findIndex(({ id }) => id === caseId);
    return isHidden(index) ? [] : [{ caseId } as Requisition];
  }
  const page = (asked: { limit?: number; cursor?: string | undefined }): Promise<Page<CaseKnown>> =>
    pageOfCases(asked, rowsOf, open);
  async function walk(limit: number): Promise<readonly CaseId[]> {
    const shown: CaseId[] = [];
    let cursor: string | undefined;
    do {
      const { items, next } = await page({ limit, cursor });
      if (next.nextCursor !== undefined) expect(items).toHaveLength(limit);
      shown.push(...items.map(({ caseId }) => caseId));
      cursor = next.nextCursor;
    } while (cursor !== undefined);
    return shown;
  }

  it('are every one that may be known, once, in one order whatever the page, and none of those that may not', async () => {
    const all = (await page({})).items.map(({ caseId }) => caseId);
    expect(new Set(all)).toEqual(new Set(cases.filter(({ index }) => !isHidden(index)).map(({ id }) => id)));
    expect(all).toHaveLength(new Set(all).size);
    for (const limit of [1, 2, 3, 7, all.length, all.length + 1]) expect(await walk(limit)).toEqual(all);
  });

  it('open no more of them than a page and what it leaves out need', async () => {
    opened.length = 0;
    expect((await page({ limit: 3 })).items).toHaveLength(3);
    expect(opened.length).toBeLessThanOrEqual(8);
  });

  it('are refused with E_CURSOR after a place that they did not name', async () => {
    await expect(page({ limit: 2, cursor: 'x' })).rejects.toThrow('E_CURSOR');
  });
});
