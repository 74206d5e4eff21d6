import type { CaseId } from '../ids.ts';
import { type Page, type PageAsked, type Placed, pageOfRows, type RowsAsked, rowsAsked } from '../pages.ts';
import type { Requisition } from './types.ts';

/** A case with those of its requisitions by which a key knows of it. */
export interface CaseKnown {
  readonly caseId: CaseId;
  readonly requisitions: readonly Requisition[];
}

type CaseRows = (asked: RowsAsked) => Promise<readonly Placed<{ readonly caseId: CaseId }>[]>;

/**
 * A page of cases, each opened only if the page may show it. `open` answers nothing for a case that this key may not know of: it is left out
 * as if it were not there, and the page goes on to the next ones until it is full. E_CURSOR.
 */
export async function pageOfCases(
  asked: PageAsked,
  read: CaseRows,
  open: (caseId: CaseId) => Promise<readonly Requisition[]>,
): Promise<Page<CaseKnown>> {
  const found: Placed<CaseKnown>[] = [];
  const { limit, after: start } = rowsAsked('cases', asked);
  let after = start;
  while (true) {
    const rows = await read({ after, limit });
    const opened = await Promise.all(rows.map(async (row) => ({ ...row, requisitions: await open(row.caseId) })));
    found.push(...opened.filter(({ requisitions }) => requisitions.length > 0));
    after = rows.at(-1)?.place;
    if (limit === undefined || rows.length < limit || found.length >= limit) return pageOfRows('cases', found, asked);
  }
}
