import { type Clock, nowSeconds } from '../clock.ts';
import type { Database } from '../database.ts';
import { AppError } from '../errors.ts';
import { type Fault, type FaultRule, faultAt } from '../faults.ts';
import type { CaseId, RequisitionId } from '../ids.ts';
import { createRecent } from '../recent.ts';
import type { Act, ActKind } from '../trust/types.ts';
import {
  CONTRARY_DECISION_TYP,
  type ContraryDecisionClaims,
  contradicts,
  demandContrarySigner,
  mayContradict,
  parseContraryDecision,
} from './contrary-decision.ts';
import {
  demandListSigner,
  demandSuccession,
  type KnownList,
  knownLists,
  parseRevocationList,
  REVOCATION_LIST_TYP,
  type RevocationListClaims,
} from './revocation-list.ts';
import * as store from './standing-store.ts';
import type { Requisition, RevocableTokens, Standing } from './types.ts';

export interface StandingDeps {
  readonly database: Pick<Database, 'inService'>;
  readonly clock: Clock;
  /** Revocation lists on record, verified again as they are read (trust/acts.ts). */
  readLists(kind: ActKind<RevocationListClaims>): Promise<readonly Act<RevocationListClaims>[]>;
  /** Contrary decisions of a case, as above. */
  readContrary(caseId: CaseId, kind: ActKind<ContraryDecisionClaims>): Promise<readonly Act<ContraryDecisionClaims>[]>;
  /** Requisitions of a case on record. */
  listRequisitions(caseId: CaseId): Promise<readonly Requisition[]>;
  /** Hears of requisitions that stand no more, before that is committed; MUST NOT resolve before the journal has them (STA-01). */
  revoked?(ids: readonly RequisitionId[]): Promise<void>;
}

export interface RequisitionStanding extends Standing {
  /** For the list of acts that the installation takes. */
  readonly kinds: readonly ActKind[];
}

const ENDED = faultAt('requisition', '', 'ended');

/** How old memory may be before another process's acts are looked for. */
const MAX_AGE_MS = 1000;
/** Beyond this memory says nothing: the re-check of running work is due every 60 s (REQ-13). */
const MOST_AGE_MS = 60_000;

/**
 * REQ-13: whether a requisition stands. The database is the truth: signed lists are verified again as they are read, a revocation leaves
 * its date with the requisition, and an act presented to another process counts here within a second. No list on record, or one older
 * than the authorisation allows, counts as revoked.
 */
export function createStanding(deps: StandingDeps): RequisitionStanding {
  let lists: ReadonlyMap<string, KnownList> = new Map();
  let revoked: ReadonlySet<RequisitionId> = new Set();
  let known = -1;
  const recent = createRecent(readOnce, MAX_AGE_MS);

  async function readOnce(): Promise<void> {
    const count = await deps.database.inService((tx) => store.countLists(tx, REVOCATION_LIST_TYP));
    if (count !== known) {
      lists = knownLists((await deps.readLists(listKind)).map(({ claims }) => claims));
      known = count;
    }
    // At every look, since a requisition may have been registered at the moment when the list came.
    revoked = await deps.database.inService(async (tx) => {
      for (const [id, list] of lists) {
        const fresh = await store.markRevoked(tx, id, [...list.revoked], deps.clock.nowMs());
        if (fresh.length > 0) await deps.revoked?.(fresh);
      }
      return await store.revokedRequisitions(tx);
    });
  }

  const listKind: ActKind<RevocationListClaims> = {
    typ: REVOCATION_LIST_TYP,
    parse: parseRevocationList,
    procedureOf: () => undefined,
    demandSigner: demandListSigner,
    async apply({ claims }, tx) {
      // Two processes that are given a list at the same moment look one after the other.
      await store.lockLists(tx);
      await recent.lookAnew();
      demandSuccession(claims, lists.get(claims.list_id));
    },
    afterwards: recent.lookAnew,
  };

  const contraryKind: ActKind<ContraryDecisionClaims> = {
    typ: CONTRARY_DECISION_TYP,
    parse: parseContraryDecision,
    procedureOf: ({ sub }) => sub,
    demandSigner: demandContrarySigner,
    async apply({ claims: { auth }, caseId }, tx) {
      // A requisition that is being put on record in this case is there once the row is free.
      await store.lockCase(tx);
      const onRecord = caseId === undefined ? [] : await deps.listRequisitions(caseId);
      if (onRecord.some(({ authorisation }) => authorisation.jti === auth && !mayContradict(authorisation))) {
        throw new AppError('E_REQ_AUTHORITY', { detail: 'the authorisation is not the prosecutor’s' });
      }
      const ended = onRecord.filter(({ authorisation }) => contradicts(auth, authorisation)).map(({ id }) => id);
      const fresh = await store.markContradicted(tx, ended, deps.clock.nowMs());
      if (fresh.length > 0) await deps.revoked?.(fresh);
    },
    afterwards: recent.lookAnew,
  };

  function faultOf({ authorisation: { jti, rev }, schedule }: RevocableTokens): Fault | undefined {
    if (recent.ageMs() > MOST_AGE_MS) throw new AppError('E_DATABASE', { detail: 'standing not known' });
    const list = lists.get(rev.list_id);
    const fault = (rule: FaultRule, ...said: string[]) => faultAt('requisition', '/rev/list_id', rule, ...said);
    if (list?.revoked.has(jti) || list?.revoked.has(schedule.jti)) return fault('revokedBy', rev.list_id);
    if (revoked.has(schedule.jti as RequisitionId)) return ENDED;
    if (list === undefined) return fault('noList', rev.list_id);
    const now = nowSeconds(deps.clock);
    if (now < list.nextUpdate && now - list.thisUpdate <= rev.max_age_s) return undefined;
    const until = Math.min(list.nextUpdate, list.thisUpdate + rev.max_age_s);
    return fault('staleList', rev.list_id, new Date(until * 1000).toISOString());
  }
  const isRevoked = (tokens: RevocableTokens): boolean => faultOf(tokens) !== undefined;

  return {
    kinds: [listKind as unknown as ActKind, contraryKind as unknown as ActKind],
    refresh: recent.look,
    isRevoked,
    whyRevoked: (tokens) => faultOf(tokens) ?? ENDED,
    hasRevocation: (id) => revoked.has(id),
    async mayRegister(caseId, tokens) {
      await recent.look();
      if (isRevoked(tokens)) return false;
      const contrary = await deps.readContrary(caseId, contraryKind);
      return !contrary.some(({ claims }) => contradicts(claims.auth, tokens.authorisation));
    },
  };
}
