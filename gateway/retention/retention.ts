import type { AuditEvent } from '../audit/types.ts';
import { AppError } from '../errors.ts';
import type { CaseId } from '../ids.ts';
import { type Page, type PageAsked, pageOfRows, rowsAsked } from '../pages.ts';
import type { Requisition } from '../requisition/types.ts';
import type { Acts } from '../trust/acts.ts';
import type { AuthorityKey } from '../trust/registry.ts';
import type { ActClaims, ActKind } from '../trust/types.ts';
import type { Eraser } from './erase.ts';
import { eraseQuarantined, type QuarantineDeps } from './quarantine.ts';
import type { Rectifier } from './rectify.ts';
import { retentionReport } from './report.ts';
import { parseClosure, parseExtension, parseOrder } from './schema.ts';
import * as store from './store.ts';
import { demandExtensible, eraseDueMs, ORDER_MS } from './term.ts';
import type {
  CaseState,
  ClosureClaims,
  ErasureGround,
  ErasureState,
  ExtensionClaims,
  OrderClaims,
  RetentionReport,
} from './types.ts';

export interface RetentionDeps extends QuarantineDeps {
  readonly eraser: Eraser;
  readonly acts: Pick<Acts, 'ofCase'>;
  /** The installation's own cap in days, shorter than the law's (POL-01). */
  readonly retentionDays?: number | undefined;
  listRequisitions(caseId: CaseId): Promise<readonly Requisition[]>;
  /** Whose case it is, for the statistics (STA-01); undefined when its requisitions cannot be read any more. */
  originOf(caseId: CaseId): Promise<AuditEvent['facts']>;
  /** Makes the closing report of a case (CTL-03). Throws E_RET_CLOSURE, which names what is missing: then the case is not closed. */
  demandReport(caseId: CaseId): Promise<void>;
  readonly rectifier: Rectifier;
  onError(error: unknown): void;
}

/** The end of cases: what closes them, when they must be gone, and that they go. */
export interface Retention {
  /** Acts that this room takes. */
  readonly kinds: readonly ActKind[];
  /** Brings memory up to date; at most a second old afterwards. */
  refresh(): Promise<void>;
  stateOf(caseId: CaseId): CaseState;
  /** Reckons anew when a case must be gone, after anything that changes it. */
  reckon(caseId: CaseId): Promise<number | undefined>;
  /** Ends unfinished erasures and erases every case whose time is over: at the start and daily (RET-08). */
  purge(): Promise<void>;
  orders(caseId: CaseId): Promise<readonly store.OrderRow[]>;
  /** E_PRO_SILO when the case has no such open order. */
  finishOrder(caseId: CaseId, orderId: string): Promise<void>;
  term(caseId: CaseId): Promise<store.TermRow>;
  /** Terms, orders, quarantines and erasures of the whole installation. */
  report(): Promise<RetentionReport>;
  erasureOfAct(actId: string): Promise<ErasureState | undefined>;
  erasures(asked: PageAsked): Promise<Page<ErasureState>>;
  /** Whether a procedure was erased here: it is not opened again. */
  wasErased(caseId: CaseId): Promise<boolean>;
}

const MAX_AGE_MS = 1000;

export function createRetention(deps: RetentionDeps): Retention {
  const { database, clock, eraser } = deps;
  let states: ReadonlyMap<CaseId, { readonly closed: boolean; readonly eraseDueMs: number | undefined }> = new Map();
  let overdue: ReadonlySet<CaseId> = new Set();
  let lookedAt = Number.NEGATIVE_INFINITY;

  async function look(): Promise<void> {
    await database.inService(async (tx) => {
      const terms = await store.caseTerms(tx);
      states = new Map(
        terms.map(({ id, state, eraseDueMs: due }) => [id, { closed: state !== 'open', eraseDueMs: due }]),
      );
      overdue = new Set(await store.overdueOrders(tx, clock.nowMs()));
    });
    lookedAt = performance.now();
  }

  async function reckon(caseId: CaseId): Promise<number | undefined> {
    const row = await database.inCase(caseId, (tx) => store.termRow(tx, caseId));
    if (row === undefined) return undefined;
    const authorisations = (await deps.listRequisitions(caseId)).map(({ authorisation }) => authorisation);
    const extensions = (await deps.acts.ofCase(caseId, extensionKind)).map(({ claims }) => claims);
    const due = eraseDueMs({ ...row, installationDays: deps.retentionDays, authorisations, extensions });
    if (due !== row.eraseDueMs) await database.inCase(caseId, (tx) => store.setEraseDue(tx, caseId, due));
    await look();
    return due;
  }

  const closureKind: ActKind<ClosureClaims> = {
    typ: 'differe-closure+jwt',
    parse: parseClosure,
    procedureOf: ({ sub }) => sub,
    demandSigner: demand(['procureur', 'juge_instruction', 'greffe']),
    async apply({ caseId, claims }, tx) {
      if (caseId === undefined) return;
      await deps.demandReport(caseId);
      await store.closeCase(tx, caseId, Math.min(Date.parse(claims.closed_at), clock.nowMs()));
    },
    async afterwards({ caseId, claims }) {
      if (caseId === undefined) return;
      const origin = await deps.originOf(caseId);
      await deps.log.append({
        action: 'case.close',
        actor: { id: 'gateway', role: 'worker', service: '-' },
        reason: { procedure: claims.sub, requisition: '-', op: 'case.close' },
        objects: [
          { type: 'case', id: caseId },
          { type: 'act', id: claims.jti },
        ],
        outcome: { effect: 'done', policyId: '-', code: 'OK' },
        facts: { ...origin, outcome: claims.outcome },
      });
      await reckon(caseId);
      if (claims.erase === 'at_once') await eraser.erase(caseId, { ground: 'closure', actId: claims.jti });
    },
  };

  const orderKind: ActKind<OrderClaims> = {
    typ: 'differe-order+jwt',
    parse: parseOrder,
    procedureOf: ({ sub }) => sub,
    demandSigner: demand(['procureur', 'juge_instruction', 'magistrat_230_24', 'greffe']),
    async apply({ caseId, claims }, tx) {
      if (caseId === undefined || claims.kind === 'erase') return;
      const { jti: id, kind, corrections } = claims;
      // What the order names must be here: who presents it hears at once.
      if (corrections !== undefined) await deps.rectifier.demandKnown(caseId, corrections);
      const byTool = corrections !== undefined;
      await store.insertOrder(tx, caseId, { id, kind, byTool, dueAtMs: clock.nowMs() + ORDER_MS });
    },
    async afterwards({ caseId, claims }) {
      if (caseId === undefined) return;
      if (claims.kind === 'erase') await eraser.erase(caseId, { ground: 'order', actId: claims.jti });
      await deps.rectifier.carryOut(caseId, claims);
    },
  };

  const extensionKind: ActKind<ExtensionClaims> = {
    typ: 'differe-extension+jwt',
    parse: parseExtension,
    procedureOf: ({ sub }) => sub,
    demandSigner: demand(['procureur', 'juge_instruction', 'greffe']),
    async apply({ caseId, claims }) {
      if (caseId === undefined) return;
      const termMs = await reckon(caseId);
      const authorisations = (await deps.listRequisitions(caseId)).map(({ authorisation }) => authorisation);
      if (termMs === undefined) return;
      if (termMs <= clock.nowMs()) throw new AppError('E_RET_EXTENSION', { detail: 'the term has passed' });
      demandExtensible(claims, authorisations, termMs);
    },
    afterwards: async ({ caseId }) => void (caseId !== undefined && (await reckon(caseId))),
  };

  /** What ends a case whose time is over, and which act it was. */
  async function groundOf(
    caseId: CaseId,
  ): Promise<{ readonly ground: ErasureGround; readonly actId: string | undefined }> {
    const [closure] = await deps.acts.ofCase(caseId, closureKind);
    if (closure !== undefined) return { ground: 'closure', actId: closure.claims.jti };
    const row = await database.inCase(caseId, (tx) => store.termRow(tx, caseId));
    return { ground: row?.allRevokedAtMs === undefined ? 'term' : 'quarantine', actId: undefined };
  }

  async function purgeOne(caseId: CaseId): Promise<void> {
    const orders = await deps.acts.ofCase(caseId, orderKind).catch(tolerated);
    const pending = orders?.find(({ claims }) => claims.kind === 'erase');
    if (pending !== undefined) {
      await eraser.erase(caseId, { ground: 'order', actId: pending.claims.jti });
      return;
    }
    // What was not carried out when it came in is tried again; until then the order is open, and the case frozen once it is late.
    for (const { claims } of orders ?? []) await deps.rectifier.carryOut(caseId, claims).catch(deps.onError);
    const due = (await reckon(caseId).catch(tolerated)) ?? (await storedDue(caseId));
    if (due === undefined || due > clock.nowMs()) {
      await eraseQuarantined(caseId, deps);
      return;
    }
    const why = await groundOf(caseId).catch(tolerated);
    await eraser.erase(caseId, why ?? { ground: 'term', actId: undefined });
  }

  /** What cannot be read any more, because its authority is trusted no more, keeps nothing from being erased. */
  function tolerated(error: unknown): undefined {
    deps.onError(error);
  }

  /** The term as it was reckoned last, and never beyond three years. */
  async function storedDue(caseId: CaseId): Promise<number | undefined> {
    const row = await database.inCase(caseId, (tx) => store.termRow(tx, caseId));
    if (row === undefined) return undefined;
    const cap = eraseDueMs({ ...row, authorisations: [], extensions: [] });
    return Math.min(cap, row.eraseDueMs ?? cap);
  }

  return {
    kinds: [closureKind, orderKind, extensionKind],
    async refresh() {
      if (performance.now() - lookedAt >= MAX_AGE_MS) await look();
    },
    stateOf(caseId) {
      const known = states.get(caseId);
      if (known === undefined) return 'open';
      const isLate = known.eraseDueMs !== undefined && known.eraseDueMs <= clock.nowMs();
      if (isLate || overdue.has(caseId)) return 'frozen';
      return known.closed ? 'closed' : 'open';
    },
    reckon,
    async purge() {
      await eraser.finishAll();
      for (const { id } of await database.inService(store.caseTerms)) {
        // One case that cannot be erased stays frozen and keeps no other one from going.
        await purgeOne(id).catch(deps.onError);
      }
      await look();
    },
    orders: (caseId) => database.inCase(caseId, store.listOrders),
    async finishOrder(caseId, orderId) {
      const found = await database.inCase(caseId, (tx) => store.finishOrder(tx, orderId, clock.nowMs()));
      if (!found) throw new AppError('E_PRO_SILO', { detail: 'no such open order in this case' });
      await look();
    },
    async term(caseId) {
      await reckon(caseId);
      const row = await database.inCase(caseId, (tx) => store.termRow(tx, caseId));
      if (row === undefined) throw new AppError('E_PRO_SILO', { detail: 'no such case' });
      return row;
    },
    report: () => retentionReport(database, clock.nowMs()),
    erasureOfAct: (actId) => database.inService((tx) => store.erasureOfAct(tx, actId)),
    async erasures(asked) {
      const wanted = rowsAsked('erasures', asked);
      return pageOfRows('erasures', await database.inService((tx) => store.pageOfErasures(tx, wanted)), asked);
    },
    wasErased: async (caseId) => (await database.inService((tx) => store.findErasure(tx, caseId))) !== undefined,
  };
}

const demand =
  <T extends ActClaims>(roles: readonly string[]) =>
  (_claims: T, { role, kid }: AuthorityKey): void => {
    if (!roles.includes(role)) throw new AppError('E_REQ_AUTHORITY', { detail: `${kid} is a key of ${role}` });
  };
