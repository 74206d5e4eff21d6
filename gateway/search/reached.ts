import { AppError } from '../errors.ts';
import type { HitId } from '../ids.ts';
import type { Requisition } from '../requisition/types.ts';
import type { SearchDeps } from './ask.ts';
import { getHit } from './hits.ts';
import type { Hit } from './types.ts';

/**
 * Those of the hits that the requisition reaches, each once: what lies beside a hit (notes, bookmarks, an export list) is shown where the hit
 * itself would be, and nowhere else.
 */
export async function reachedHits(
  requisition: Requisition,
  hitIds: readonly HitId[],
  deps: SearchDeps,
): Promise<ReadonlyMap<HitId, Hit>> {
  const reached = new Map<HitId, Hit>();
  for (const id of new Set(hitIds)) {
    const hit = await getHit(requisition, id, deps).catch((error: unknown) => {
      if (error instanceof AppError && (OUT_OF_REACH as readonly string[]).includes(error.code)) return undefined;
      throw error;
    });
    if (hit !== undefined) reached.set(id, hit);
  }
  return reached;
}

const OUT_OF_REACH = ['E_PRO_SILO', 'E_REQ_SCOPE', 'E_REQ_OP', 'E_REQ_OBJECT', 'E_REQ_REVOKED'] as const;
