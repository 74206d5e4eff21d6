import type { AuditEvent, AuditLog } from '../audit/types.ts';
import type { Clock } from '../clock.ts';
import type { Database, Transaction } from '../database.ts';
import type { CaseId, ExhibitId, ExportId, ObjectId } from '../ids.ts';
import type { Rectification } from '../index/types.ts';
import type { Vault } from '../vault.ts';
import type { CertificateKey } from './certificate.ts';
import { certifyRectification, correctionsDigest } from './rectification-certificate.ts';
import * as store from './store.ts';
import type { Correction, OrderClaims } from './types.ts';

/** Where a hit lies. */
export type HitPlace = Pick<Rectification, 'exhibitId' | 'jobId' | 'track' | 'anchor'>;

export interface RectifierDeps {
  readonly database: Pick<Database, 'inCase'>;
  readonly vault: Pick<Vault, 'remove'>;
  readonly log: Pick<AuditLog, 'append' | 'prove' | 'record'>;
  readonly clock: Clock;
  readonly key: CertificateKey;
  readonly installation: string;
  readonly logVkey: string;
  /** Where the hits lie, in their order. Throws E_PRO_SILO for one that is not in the case. */
  placesOf(caseId: CaseId, hits: readonly string[]): Promise<readonly HitPlace[]>;
  keep(tx: Transaction, caseId: CaseId, rectification: Rectification): Promise<void>;
  /** Rectifications of the case that are kept already. */
  keptOf(caseId: CaseId): Promise<readonly Rectification[]>;
  /** Packages of the case that tell one of these tracks. */
  packagesWith(
    caseId: CaseId,
    places: readonly HitPlace[],
  ): Promise<readonly { readonly id: ExportId; readonly objects: readonly ObjectId[] }[]>;
  /** Erases what readers wrote beside hits of these exhibits that are erased. */
  dropBeside(caseId: CaseId, exhibits: readonly ExhibitId[]): Promise<void>;
  /** Forgets the results of the case that are open in memory. */
  dropResults(caseId: CaseId): void;
}

/** Carries out orders to rectify (RGT-03). */
export interface Rectifier {
  /** E_PRO_SILO when a hit is not in the case. */
  demandKnown(caseId: CaseId, corrections: readonly Correction[]): Promise<void>;
  /**
   * Carries an order out to its certificate, or takes it up where it stands; one that is done, or says no hits, is left. Rejects when a step
   * fails: then the order stays open.
   */
  carryOut(caseId: CaseId, claims: OrderClaims): Promise<void>;
}

export function createRectifier(deps: RectifierDeps): Rectifier {
  const { database, log, clock } = deps;
  const running = new Map<string, Promise<void>>();

  async function run(caseId: CaseId, claims: OrderClaims, corrections: readonly Correction[]): Promise<void> {
    const { jti: actId } = claims;
    const open = (await database.inCase(caseId, store.listOrders)).find(({ id }) => id === actId);
    if (open === undefined || open.doneAtMs !== undefined) return;
    const places = await deps.placesOf(
      caseId,
      corrections.map(({ hit }) => hit),
    );
    await log.append(eventOf('order.rectify', caseId, claims, corrections));
    if (!(await deps.keptOf(caseId)).some(({ orderId }) => orderId === actId)) {
      await database.inCase(caseId, async (tx) => {
        for (const [at, place] of places.entries()) {
          const { class: name, person_category: personCategory, erase = false } = corrections[at] ?? {};
          const said = { class: name, personCategory, erased: erase };
          await deps.keep(tx, caseId, { ...place, ...said, orderId: actId, appliedAtMs: clock.nowMs() });
        }
      });
    }
    deps.dropResults(caseId);
    const erased = places.filter((_place, at) => corrections[at]?.erase === true);
    if (erased.length > 0) await deps.dropBeside(caseId, [...new Set(erased.map(({ exhibitId }) => exhibitId))]);
    const packages = erased.length === 0 ? [] : await deps.packagesWith(caseId, erased);
    for (const { id, objects } of packages) {
      for (const object of objects) await deps.vault.remove(caseId, object);
      await database.inCase(caseId, (tx) => tx.query('DELETE FROM exports WHERE id = $1', [id]));
    }
    const recordSeq = await log.append(eventOf('order.rectified', caseId, claims, corrections));
    const finishedAtMs = clock.nowMs();
    const done = { caseId, actId, corrections, packagesRemoved: packages.length, recordSeq, finishedAtMs };
    const certificate = await certifyRectification(done, deps);
    await database.inCase(caseId, (tx) =>
      store.certifyOrder(tx, actId, { atMs: finishedAtMs, recordSeq, certificate }),
    );
  }

  return {
    demandKnown: async (caseId, corrections) =>
      void (await deps.placesOf(
        caseId,
        corrections.map(({ hit }) => hit),
      )),
    async carryOut(caseId, claims) {
      const { corrections, jti } = claims;
      if (corrections === undefined) return;
      const work = running.get(jti) ?? run(caseId, claims, corrections).finally(() => running.delete(jti));
      running.set(jti, work);
      await work;
    },
  };
}

const eventOf = (
  action: 'order.rectify' | 'order.rectified',
  caseId: CaseId,
  { sub, jti }: OrderClaims,
  corrections: readonly Correction[],
): AuditEvent => ({
  action,
  actor: { id: 'gateway', role: 'worker', service: '-' },
  reason: { procedure: sub, requisition: '-', op: action },
  objects: [
    { type: 'case', id: caseId },
    { type: 'act', id: jti },
    { type: 'digest', id: correctionsDigest(corrections) },
    ...corrections.map(({ hit }) => ({ type: 'hit' as const, id: hit })),
  ],
  outcome: { effect: action === 'order.rectify' ? 'permit' : 'done', policyId: '-', code: 'OK' },
});
