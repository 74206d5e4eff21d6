import type { Transaction } from '../database.ts';
import { AppError } from '../errors.ts';
import { type HitId, isUuid } from '../ids.ts';
import { listsExhibit, type Requisition } from '../requisition/types.ts';
import type { SearchDeps } from './ask.ts';
import { readQuestion } from './asked.ts';
import { asksElsewhere, elsewhereIn } from './conditions/across-cameras.ts';
import { describeMatch } from './match.ts';
import { demandNotErased } from './rectified-hit.ts';
import * as store from './store.ts';
import type { Hit, HitRecord, Verdict } from './types.ts';
import { inEnglish, inFrench } from './words.ts';

// Every function here is about one hit at a time. Nothing decides on several (HUM-01).

const reviewLabel = (id: HitId): string => `hit-review:${id}`;
const seenLabel = (id: HitId): string => `hit-seen:${id}`;

/** One hit of the case. E_PRO_SILO when the case has none of this id, E_REQ_SCOPE when the requisition no longer reaches it. */
export async function getHit(requisition: Requisition, hitId: HitId, deps: SearchDeps): Promise<Hit> {
  return (await loadHit(requisition, hitId, deps)).hit;
}

/** A hit with its question, its analysis and its review; refuses as `getHit` does. */
export async function loadHit(requisition: Requisition, hitId: HitId, deps: SearchDeps): Promise<HitRecord> {
  const { row, asked } = await deps.database.inCase(requisition.caseId, async (tx) => {
    const found = await existing(tx, hitId, 'read');
    const question = await readQuestion(tx, deps.vault, requisition, found.questionId);
    if (question === undefined) throw new AppError('E_PRO_SILO', { detail: 'hit without a question' });
    return { row: found, asked: question };
  });
  const [exhibit] = await deps.sessions.openJobs(requisition, [row.jobId]);
  if (exhibit === undefined || row.track >= exhibit.columns.count) {
    throw new AppError('E_PRO_SILO', { detail: 'hit without a track' });
  }
  demandNotErased(exhibit.columns, row.track);
  if (!listsExhibit(requisition, exhibit)) {
    throw new AppError('E_REQ_SCOPE', { detail: `exhibit ${exhibit.exhibitId} is not in the schedule` });
  }
  const { executed } = asked;
  const { colours } = requisition.authorisation.facets;
  // Only a question about other cameras needs them to say why.
  const others = asksElsewhere(executed) ? await deps.sessions.openJobs(requisition, asked.jobs) : [];
  const described = describeMatch(executed, exhibit, row.track, colours, elsewhereIn(others));
  return {
    hit: { id: row.id, ...described, verdict: row.verdict },
    jobId: row.jobId,
    question: {
      id: row.questionId,
      sha256: asked.sha256,
      executed,
      inFrench: inFrench(executed),
      inEnglish: inEnglish(executed),
    },
    review: await reviewOf(requisition, row, deps),
  };
}

/** Records that this agent was shown the picture of the hit. For the route that serves the picture, and for nothing else. */
export async function markPictureSeen(
  requisition: Requisition,
  hitId: HitId,
  agentId: string,
  deps: SearchDeps,
): Promise<void> {
  await deps.database.inCase(requisition.caseId, async (tx) => {
    const row = await existing(tx, hitId, 'change');
    const agents = await seenBy(requisition, row, deps);
    const sealed = await deps.vault.seal(
      requisition.caseId,
      seenLabel(hitId),
      JSON.stringify([...new Set([...agents, agentId])]),
    );
    await store.setPictureSeen(tx, hitId, { by: sealed, atMs: deps.clock.nowMs() });
  });
}

/**
 * The decision of one agent on one hit. Confirming needs that this agent was shown the picture, else E_HUM_UNVALIDATED (HUM-01);
 * rejecting takes one act (HUM-03). A later decision replaces an earlier one; the journal has an event of each. E_CHANGED when it was to
 * replace another one than there is.
 */
export async function reviewHit(
  requisition: Requisition,
  review: {
    readonly hitId: HitId;
    readonly verdict: Verdict;
    readonly agentId: string | undefined;
    readonly replaces?: Hit['verdict'];
  },
  deps: SearchDeps,
): Promise<Hit> {
  const { hitId, verdict, agentId } = review;
  if (agentId === undefined || !requisition.schedule.agents.some((agent) => agent.id === agentId)) {
    throw new AppError('E_HAB_CASE', { detail: 'a verdict needs a designated agent' });
  }
  // Scope first: what the requisition does not reach cannot be decided on either.
  await getHit(requisition, hitId, deps);
  const reviewedBy = await deps.vault.seal(requisition.caseId, reviewLabel(hitId), agentId);
  await deps.database.inCase(requisition.caseId, async (tx) => {
    const row = await existing(tx, hitId, 'change');
    if (review.replaces !== undefined && row.verdict !== review.replaces) throw new AppError('E_CHANGED');
    if (verdict === 'confirmed' && !(await seenBy(requisition, row, deps)).includes(agentId)) {
      throw new AppError('E_HUM_UNVALIDATED', { detail: 'the agent was not shown the picture' });
    }
    await store.setVerdict(tx, hitId, { verdict, reviewedBy, reviewedAtMs: deps.clock.nowMs() });
  });
  return getHit(requisition, hitId, deps);
}

async function existing(tx: Transaction, hitId: HitId, lock: 'read' | 'change'): Promise<store.HitRow> {
  const row = isUuid(hitId) ? await store.findHit(tx, hitId, lock) : undefined;
  if (row === undefined) throw new AppError('E_PRO_SILO', { detail: 'no such hit in this case' });
  return row;
}

async function seenBy(requisition: Requisition, row: store.HitRow, deps: SearchDeps): Promise<readonly string[]> {
  if (row.pictureSeenBy === undefined) return [];
  const text = await deps.vault.unseal(requisition.caseId, seenLabel(row.id), row.pictureSeenBy);
  return JSON.parse(text.toString('utf8')) as readonly string[];
}

async function reviewOf(requisition: Requisition, row: store.HitRow, deps: SearchDeps): Promise<HitRecord['review']> {
  if (row.reviewedBy === undefined || row.reviewedAtMs === undefined) return undefined;
  const agentId = await deps.vault.unseal(requisition.caseId, reviewLabel(row.id), row.reviewedBy);
  return {
    agentId: agentId.toString('utf8'),
    reviewedAtMs: row.reviewedAtMs,
    pictureSeenAtMs: row.pictureSeenAtMs,
  };
}
