import type { CaseId, RequisitionId } from '../ids.ts';
import type { Requisition } from './types.ts';

/** How many verified requisitions memory holds. */
const MOST_VERIFIED = 2000;

/**
 * What this process verified, by row: the same bytes under the same registry are the same requisition, and a signature costs more than all
 * else of a request. A row is still read each time, so what is gone from the database is gone here.
 */
export function createVerifiedRows(registryNow: () => unknown) {
  interface Verified {
    readonly caseId: CaseId;
    readonly sealed: Buffer;
    /** Undefined where it was read without it. */
    writing: string | undefined;
    readonly registry: unknown;
    readonly requisition: Requisition;
  }
  const rows = new Map<RequisitionId, Verified>();
  return {
    async of(
      caseId: CaseId,
      id: RequisitionId,
      sealed: Buffer,
      verify: () => Promise<Requisition>,
      writing?: string,
    ): Promise<Requisition> {
      const registry = registryNow();
      const known = rows.get(id);
      if (known?.caseId === caseId && known.registry === registry && known.sealed.equals(sealed)) {
        if (writing !== undefined) known.writing = writing;
        return known.requisition;
      }
      const requisition = await verify();
      rows.delete(id);
      for (const oldest of rows.keys()) {
        if (rows.size < MOST_VERIFIED) break;
        rows.delete(oldest);
      }
      rows.set(id, { caseId, sealed, writing, registry, requisition });
      return requisition;
    },
    /** What was verified, under the registry of now, with the writing that its row has to be still. */
    held(caseId: CaseId, id: RequisitionId): Pick<Verified, 'writing' | 'requisition'> | undefined {
      const known = rows.get(id);
      return known?.caseId === caseId && known.registry === registryNow() ? known : undefined;
    },
    caseOf: (id: RequisitionId): CaseId | undefined => rows.get(id)?.caseId,
    forget(caseId: CaseId): void {
      for (const [id, row] of rows) if (row.caseId === caseId) rows.delete(id);
    },
  };
}
