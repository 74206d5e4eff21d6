import { sha256Hex } from '../canonical.ts';
import { type Clock, nowSeconds } from '../clock.ts';
import type { Database } from '../database.ts';
import { AppError } from '../errors.ts';
import { faultAt } from '../faults.ts';
import type { CaseId, RequisitionId } from '../ids.ts';
import { type Page, type PageAsked, pageOfRows, rowsAsked } from '../pages.ts';
import { AUTHORISATION_TYP } from '../trust/registry.ts';
import type { Vault } from '../vault.ts';
import { type CaseKnown, pageOfCases } from './case-pages.ts';
import { CONTRARY_DECISION_TYP } from './contrary-decision.ts';
import { checkRenewal } from './renewal.ts';
import { checkRolling } from './rolling.ts';
import { hasActSince } from './standing-store.ts';
import * as store from './store.ts';
import type { Requisition, Standing } from './types.ts';
import { createVerifiedRows } from './verified-rows.ts';
import { type Tokens, type VerifyContext, verifyRequisition } from './verify.ts';

export interface RecordsDeps extends Pick<VerifyContext, 'registry' | 'env' | 'audience' | 'controller' | 'tightened'> {
  readonly database: Database;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly standing: Pick<Standing, 'mayRegister' | 'whyRevoked'>;
  /** Another value after each change of a `registry` that changes in its place: what was verified before is verified again then. */
  readonly registryNow?: () => unknown;
}

/** What is sealed in a requisition's row. */
interface SealedTokens extends Tokens {
  /** When it was verified for the first time, seconds: the moment it is judged at when it is read again. */
  readonly registeredAt: number;
}

/**
 * Requisitions on record. Each one that leaves here was read from its row at that moment, and verified again unless this process had verified
 * the very same bytes before: nothing runs on a stored belief.
 */
export interface RequisitionRecords {
  /** Verifies tokens as they are presented, against everything on record. Stores nothing. */
  verify(tokens: Tokens): Promise<Requisition>;
  /**
   * Puts a verified requisition on record, durably, held against the others of its case. `before` runs just before the commit and can still
   * stop it. E_REQ_REPLAY, E_REQ_RENEW, E_DEF_ROLLING.
   */
  add(tokens: Tokens, requisition: Requisition, before: () => Promise<void>): Promise<void>;
  /** One requisition of a case. E_PRO_SILO when the case has none of this id; E_REQ_SIG when its authority is trusted no more. */
  load(caseId: CaseId, id: RequisitionId): Promise<Requisition>;
  /** All of a case, newest first. */
  list(caseId: CaseId): Promise<readonly Requisition[]>;
  /** Some of them, in that order. E_CURSOR. */
  page(caseId: CaseId, asked: PageAsked): Promise<Page<Requisition>>;
  /** One requisition, whichever case it is of; undefined when none of this id is on record. */
  find(id: RequisitionId): Promise<Requisition | undefined>;
  route(id: RequisitionId): ReturnType<typeof store.requisitionRoute>;
  /** Requisitions that designate a key. */
  ofThumbprint(jkt: string): Promise<readonly Requisition[]>;
  /** Cases that a key is designated in, the latest to end first. E_CURSOR. */
  casesNaming(jkt: string, asked: PageAsked): Promise<Page<CaseKnown>>;
  /** Cases of a court, or of all where none is named, newest first, by the newest requisition of each where `mayKnow` says so. E_CURSOR. */
  casesOfJurisdiction(
    jurisdiction: string | undefined,
    mayKnow: (newest: Requisition) => boolean,
    asked: PageAsked,
  ): Promise<Page<CaseKnown>>;
  findCase(caseId: CaseId): Promise<store.CaseRow>;
  /** Drops what memory holds of a case. */
  forget(caseId: CaseId): void;
}

/** Longest time between verifying a requisition and putting it on record. */
const VERIFIED_WITHIN_MS = 60_000;
const UNIQUE_VIOLATION = '23505';

export function createRecords(deps: RecordsDeps): RequisitionRecords {
  const { database, vault } = deps;
  const label = (id: RequisitionId): string => `requisition:${id}`;

  /** `history`: what else is on record. What is read again was held against it when it came, and against its standing at each act. */
  function contextAt(
    atSeconds: number,
    history: Pick<VerifyContext, 'isUsed' | 'isRevoked' | 'whyRevoked'>,
  ): VerifyContext {
    return { ...deps, nowSeconds: atSeconds, caseIdOf: vault.caseIdOf, ...history };
  }

  async function unseal(caseId: CaseId, id: RequisitionId, sealed: Buffer): Promise<SealedTokens> {
    return JSON.parse((await vault.unseal(caseId, label(id), sealed)).toString('utf8')) as SealedTokens;
  }

  // Validity is judged at the moment of registration here and at the moment of the act by policy/: reading what was lawfully found
  // outlives `exp`, and everything else of the verification is run again.
  async function verifyAgain(caseId: CaseId, id: RequisitionId, sealed: Buffer): Promise<Requisition> {
    const tokens = await unseal(caseId, id, sealed);
    const requisition = await verifyRequisition(
      tokens,
      contextAt(tokens.registeredAt, { isUsed: () => false, isRevoked: () => false }),
    );
    if (requisition.id !== id || requisition.caseId !== caseId) {
      throw new AppError('E_VAULT', { detail: 'a requisition stands in the wrong row' });
    }
    return requisition;
  }

  const verified = createVerifiedRows(deps.registryNow ?? (() => deps.registry));
  const open = (caseId: CaseId, id: RequisitionId, sealed: Buffer, writing?: string): Promise<Requisition> =>
    verified.of(caseId, id, sealed, () => verifyAgain(caseId, id, sealed), writing);

  /** An authorisation carries many schedules: its `jti` may come again with the same bytes. */
  const isUsed: VerifyContext['isUsed'] = async ({ jti, sha256, type }) => {
    const rows = await database.inService((tx) => store.withJti(tx, jti));
    for (const { id, caseId } of rows) {
      if (type !== AUTHORISATION_TYP || id === jti) return true;
      const sealed = await database.inCase(caseId, (tx) => store.findSealed(tx, id));
      if (sealed === undefined) return true;
      const tokens = await unseal(caseId, id, sealed);
      if (sha256Hex(tokens.authorisation) !== sha256) return true;
    }
    return false;
  };

  const isRevoked: VerifyContext['isRevoked'] = async (authorisation, schedule) =>
    !(await deps.standing.mayRegister(vault.caseIdOf(authorisation.sub), { authorisation, schedule }));

  const whyRevoked: NonNullable<VerifyContext['whyRevoked']> = (authorisation, schedule) =>
    deps.standing.whyRevoked({ authorisation, schedule });

  async function load(caseId: CaseId, id: RequisitionId): Promise<Requisition> {
    const sealed = await database.inCase(caseId, (tx) => store.findSealed(tx, id));
    if (sealed === undefined) throw new AppError('E_PRO_SILO', { detail: 'no such requisition in this case' });
    return await open(caseId, id, sealed);
  }

  /** One requisition whose authority is trusted no more must not hide the others of the same agent. */
  async function loadTrusted(
    rows: readonly { readonly caseId: CaseId; readonly id: RequisitionId }[],
  ): Promise<readonly Requisition[]> {
    const opened = await Promise.all(rows.map(({ caseId, id }) => load(caseId, id).catch(unlessUntrusted)));
    return opened.filter((requisition) => requisition !== undefined);
  }

  return {
    verify: (tokens) => verifyRequisition(tokens, contextAt(nowSeconds(deps.clock), { isUsed, isRevoked, whyRevoked })),
    async add(tokens, requisition, before) {
      const { caseId, id } = requisition;
      const kept: SealedTokens = {
        authorisation: tokens.authorisation,
        schedule: tokens.schedule,
        registeredAt: nowSeconds(deps.clock),
      };
      await vault.createCase(caseId);
      const sealed = await vault.seal(caseId, label(id), JSON.stringify(kept));
      try {
        await database.inCase(caseId, async (tx) => {
          await store.insertRequisition(tx, requisition, sealed, deps.clock.nowMs());
          // The case's row is locked from here on, so that of two requisitions that come together one sees the other.
          const rows = (await store.listSealed(tx)).filter((row) => row.id !== id);
          const opened = await Promise.all(rows.map((row) => open(caseId, row.id, row.sealed).catch(unlessUntrusted)));
          const others = opened.filter((other) => other !== undefined);
          // A contrary decision that came since this was verified: whoever still may tries again a minute later, and is held against it.
          if (await hasActSince(tx, CONTRARY_DECISION_TYP, deps.clock.nowMs() - VERIFIED_WITHIN_MS)) {
            throw new AppError('E_REQ_REVOKED', { detail: 'a contrary decision came at the same moment' });
          }
          checkRenewal(requisition, others);
          checkRolling(requisition, others);
          await before();
        });
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === UNIQUE_VIOLATION) {
          throw new AppError('E_REQ_REPLAY', { cause: error, faults: [faultAt('requisition', '/jti', 'onRecord')] });
        }
        throw error;
      }
    },
    load,
    async find(id) {
      const caseId = verified.caseOf(id) ?? (await database.inService((tx) => store.requisitionRoute(tx, id)))?.caseId;
      if (caseId === undefined) return undefined;
      const held = verified.held(caseId, id);
      const row = await database.readOnce(caseId, (tx) => store.findSealedUnless(tx, id, held?.writing));
      if (row === 'same') return held?.requisition;
      return row === undefined ? undefined : await open(caseId, id, row.sealed, row.writing);
    },
    forget: verified.forget,
    async list(caseId) {
      const rows = await database.inCase(caseId, store.listSealed);
      return await Promise.all(rows.map(({ id, sealed }) => open(caseId, id, sealed)));
    },
    async page(caseId, asked) {
      const wanted = rowsAsked('requisitions', asked);
      const rows = await database.inCase(caseId, (tx) => store.pageOfSealed(tx, wanted));
      const { items, next } = pageOfRows('requisitions', rows, asked);
      return { items: await Promise.all(items.map(({ id, sealed }) => open(caseId, id, sealed))), next };
    },
    route: (id) => database.inService((tx) => store.requisitionRoute(tx, id)),
    async ofThumbprint(jkt) {
      return await loadTrusted(await database.inService((tx) => store.requisitionsNaming(tx, jkt)));
    },
    casesNaming: (jkt, asked) =>
      pageOfCases(
        asked,
        (rows) => database.inService((tx) => store.casesNaming(tx, jkt, rows)),
        async (caseId) => loadTrusted(await database.inService((tx) => store.requisitionsNaming(tx, jkt, caseId))),
      ),
    casesOfJurisdiction: (jurisdiction, mayKnow, asked) =>
      pageOfCases(
        asked,
        (rows) => database.inService((tx) => store.casesOfJurisdiction(tx, jurisdiction, rows)),
        async (caseId) => {
          const [row] = await database.inCase(caseId, store.listSealed);
          const newest = row === undefined ? [] : await loadTrusted([{ caseId, id: row.id }]);
          return newest.filter(mayKnow);
        },
      ),
    async findCase(caseId) {
      const row = await database.inCase(caseId, (tx) => store.findCase(tx, caseId));
      if (row === undefined) throw new AppError('E_PRO_SILO', { detail: 'no such case' });
      return row;
    },
  };
}

function unlessUntrusted(error: unknown): undefined {
  if (!(error instanceof AppError && error.code.startsWith('E_REQ_'))) throw error;
}
