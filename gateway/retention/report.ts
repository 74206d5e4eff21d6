import type { Database } from '../database.ts';
import type { CaseId } from '../ids.ts';
import * as quarantine from './quarantine-store.ts';
import * as store from './store.ts';
import { CAP_YEARS, eraseDueMs, QUARANTINE_MS, yearsAfter } from './term.ts';
import type { CaseTerm, OpenOrder, RetentionReport } from './types.ts';

const iso = (ms: number): string => new Date(ms).toISOString();

/**
 * Terms, orders, quarantines and erasures as the database has them. A case whose term was never reckoned has the one of the law. What is due
 * between two sweeps is overdue from its second on, and its case is frozen.
 */
export async function retentionReport(
  database: Pick<Database, 'inService' | 'inCase'>,
  nowMs: number,
): Promise<RetentionReport> {
  const { terms, orders, erasures } = await database.inService(async (tx) => ({
    terms: await store.allTerms(tx),
    orders: await store.openOrders(tx),
    erasures: await store.listErasures(tx),
  }));
  const open: OpenOrder[] = orders.map(({ id, caseId, dueAtMs }) => ({
    id,
    caseId,
    dueAt: iso(dueAtMs),
    isOverdue: dueAtMs < nowMs,
  }));
  const late = new Set(open.filter(({ isOverdue }) => isOverdue).map(({ caseId }) => caseId));
  const cases: CaseTerm[] = [];
  for (const term of terms) cases.push(await caseTerm(term, late.has(term.id)));
  const recordings = terms.flatMap(({ firstRecordingAtMs }) => firstRecordingAtMs ?? []);
  const quarantines = cases.flatMap((each) => each.quarantines);
  return {
    at: iso(nowMs),
    cases,
    orders: open,
    unfinished: erasures
      .filter(({ finishedAtMs }) => finishedAtMs === undefined)
      .map(({ caseId, startedAtMs }) => ({ caseId, startedAt: iso(startedAtMs) })),
    erased: erasures.filter(({ finishedAtMs }) => finishedAtMs !== undefined).length,
    ...(recordings.length === 0 ? {} : { oldestRecordingAt: iso(Math.min(...recordings)) }),
    frozen: cases.filter(({ state }) => state === 'frozen').length,
    extended: cases.filter(({ isExtended }) => isExtended).length,
    overdue: {
      purges: cases.filter(({ isOverdue }) => isOverdue).length,
      orders: open.filter(({ isOverdue }) => isOverdue).length,
      quarantines: quarantines.filter(({ isOverdue }) => isOverdue).length,
    },
  };

  async function caseTerm(term: store.TermOfCase, isLate: boolean): Promise<CaseTerm> {
    const { id, createdAtMs, firstRecordingAtMs, closedAtMs } = term;
    const ofLaw = { createdAtMs, firstRecordingAtMs, closedAtMs, authorisations: [], extensions: [] };
    const dueMs = term.eraseDueMs ?? eraseDueMs({ ...ofLaw, allRevokedAtMs: undefined });
    const isOverdue = dueMs <= nowMs;
    const closed = term.state === 'open' ? 'open' : 'closed';
    return {
      id,
      state: isOverdue || isLate ? 'frozen' : closed,
      openedAt: iso(createdAtMs),
      ...(firstRecordingAtMs === undefined ? {} : { firstRecordingAt: iso(firstRecordingAtMs) }),
      ...(closedAtMs === undefined ? {} : { closedAt: iso(closedAtMs) }),
      eraseDue: iso(dueMs),
      isExtended: dueMs > yearsAfter(firstRecordingAtMs ?? createdAtMs, CAP_YEARS),
      isOverdue,
      quarantines: await quarantinesOf(id),
    };
  }

  async function quarantinesOf(caseId: CaseId): Promise<CaseTerm['quarantines']> {
    const waiting = await database.inCase(caseId, quarantine.waitingQuarantines);
    return waiting.map(({ id, revokedAtMs }) => ({
      requisition: id,
      eraseDue: iso(revokedAtMs + QUARANTINE_MS),
      isOverdue: revokedAtMs + QUARANTINE_MS <= nowMs,
    }));
  }
}
