import { AppError } from '../errors.ts';
import { type CaseId, type HitId, isUuid } from '../ids.ts';
import type { Requisition } from '../requisition/types.ts';
import type { Vault } from '../vault.ts';
import type { SearchDeps } from './ask.ts';
import { getHit } from './hits.ts';
import { reachedHits } from './reached.ts';
import { demandAgent } from './said.ts';
import { findHit } from './store.ts';
import type { Hit } from './types.ts';

// The hits that an agent means to hand over. It decides nothing: what a package may hold is asked again when it is made (HUM-01).

type Asker = string | undefined;

/** Rows hold whose they are as a keyed digest: an agent's own are found without opening any. */
const markOf = (vault: Pick<Vault, 'mark'>, caseId: CaseId, agentId: string): Promise<string> =>
  vault.mark(caseId, 'agent', agentId);

/** Hits of the list of who asks, in the order in which they were put there: those that the requisition still reaches. */
export async function exportList(requisition: Requisition, asker: Asker, deps: SearchDeps): Promise<readonly Hit[]> {
  if (asker === undefined) return [];
  const { caseId } = requisition;
  const mark = await markOf(deps.vault, caseId, asker);
  const ids = await deps.database.inCase(caseId, async (tx) => {
    const { rows } = await tx.query<{ hit_id: HitId }>(
      'SELECT hit_id FROM export_list WHERE agent_mark = $1 ORDER BY added_at, hit_id',
      [mark],
    );
    return rows.map((row) => row.hit_id);
  });
  return [...(await reachedHits(requisition, ids, deps)).values()];
}

/** As many as one package holds. */
export const MOST_LISTED = 200;

/** Puts a hit on the agent's list; one that is there stays. Refuses as `getHit` does, and with E_EXPORT_LIST_FULL. */
export async function listHit(
  requisition: Requisition,
  { hitId, agentId }: { readonly hitId: HitId; readonly agentId: Asker },
  deps: SearchDeps,
): Promise<Hit> {
  const agent = demandAgent(requisition, agentId);
  const hit = await getHit(requisition, hitId, deps);
  const { caseId, id: requisitionId } = requisition;
  const mark = await markOf(deps.vault, caseId, agent);
  await deps.database.inCase(caseId, async (tx) => {
    const { rows } = await tx.query<{ others: number }>(
      'SELECT count(*)::integer AS others FROM export_list WHERE agent_mark = $1 AND hit_id <> $2',
      [mark, hit.id],
    );
    if ((rows[0]?.others ?? 0) >= MOST_LISTED) throw new AppError('E_EXPORT_LIST_FULL');
    await tx.query(
      `INSERT INTO export_list (hit_id, agent_mark, case_id, requisition_id, added_at) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (hit_id, agent_mark) DO NOTHING`,
      [hit.id, mark, caseId, requisitionId, new Date(deps.clock.nowMs())],
    );
  });
  return hit;
}

/** Takes hits off the agent's list: one, or all of them. What is not there is left; E_PRO_SILO for no hit of the case. */
export async function unlistHits(
  requisition: Requisition,
  { hitId, agentId }: { readonly hitId?: HitId; readonly agentId: Asker },
  deps: SearchDeps,
): Promise<void> {
  const agent = demandAgent(requisition, agentId);
  const mark = await markOf(deps.vault, requisition.caseId, agent);
  await deps.database.inCase(requisition.caseId, async (tx) => {
    if (hitId !== undefined && (!isUuid(hitId) || (await findHit(tx, hitId, 'read')) === undefined))
      throw new AppError('E_PRO_SILO', { detail: 'no such hit in this case' });
    const which = [mark, hitId ?? null];
    await tx.query('DELETE FROM export_list WHERE agent_mark = $1 AND ($2::uuid IS NULL OR hit_id = $2)', which);
  });
}
