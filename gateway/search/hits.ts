import type { Transaction } from '../database.ts';
import { AppError } from '../errors.ts';
import { type HitId, isUuid } from '../ids.ts';
import { listsExhibit, type Requisition } from '../requisition/types.ts';
import type { SearchDeps } from './ask.ts';
import { readQuestion } from './asked.ts';
import { asksElsewhere, elsewhereIn } from './conditions/across-cameras.ts';
import { unseenIn } from './coverage.ts';
import { describeMatch } from './match.ts';
import {
  confirmingOf,
  historyOf,
  keepVerdict,
  readingsOf,
  sealSeen,
  seenOf,
  standingOf,
  takeBackVerdict,
} from './readings.ts';
import { demandNotErased } from './rectified-hit.ts';
import { demandAgent } from './said.ts';
import * as store from './store.ts';
import type { Hit, HitRecord, Reading, Verdict } from './types.ts';
import { inEnglish, inFrench } from './words.ts';

// Every function here is about one hit at a time. Nothing decides on several (HUM-01).

/** One hit of the case. E_PRO_SILO when the case has none of this id, E_REQ_SCOPE when the requisition no longer reaches it. */
export async function getHit(requisition: Requisition, hitId: HitId, deps: SearchDeps): Promise<Hit> {
  return (await loadHit(requisition, hitId, deps)).hit;
}

/** A hit with its question, its analysis and its review; refuses as `getHit` does. */
export async function loadHit(requisition: Requisition, hitId: HitId, deps: SearchDeps): Promise<HitRecord> {
  const { row, asked, readings } = await deps.database.inCase(requisition.caseId, async (tx) => {
    const found = await existing(tx, hitId, 'read');
    const question = await readQuestion(tx, deps.vault, requisition, found.questionId);
    if (question === undefined) throw new AppError('E_PRO_SILO', { detail: 'hit without a question' });
    const given = (await readingsOf(tx, requisition.caseId, [found.id], deps)).get(found.id) ?? [];
    return { row: found, asked: question, readings: given };
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
    hit: { id: row.id, ...described, ...standingOf(readings), readings },
    jobId: row.jobId,
    question: {
      id: row.questionId,
      sha256: asked.sha256,
      executed,
      inFrench: inFrench(executed),
      inEnglish: inEnglish(executed),
      ...unseenIn(asked),
    },
    review: confirmingOf(readings),
  };
}

/** Every verdict that was given on a hit, those that were replaced too, oldest first; refuses as `getHit` does. */
export async function readVerdicts(requisition: Requisition, hitId: HitId, deps: SearchDeps) {
  const hit = await getHit(requisition, hitId, deps);
  const { caseId } = requisition;
  return { hit, verdicts: await deps.database.inCase(caseId, (tx) => historyOf(tx, caseId, hit.id, deps)) };
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
    const seen = await seenOf(requisition.caseId, row, deps);
    const atMs = deps.clock.nowMs();
    const by = await sealSeen(requisition.caseId, row.id, seen, { agentId, atMs }, deps);
    await store.setPictureSeen(tx, hitId, { by, atMs });
  });
}

/**
 * The decision of one agent on one hit. Confirming needs that this agent was shown the picture, else E_HUM_UNVALIDATED (HUM-01);
 * rejecting takes one act (HUM-03). A later decision of his replaces his earlier one, which is kept beside it, and none of anybody else; the
 * journal has an event of each. E_CHANGED when the readings are not those that he had before him.
 */
export async function reviewHit(
  requisition: Requisition,
  review: {
    readonly hitId: HitId;
    readonly verdict: Verdict;
    readonly agentId: string | undefined;
    readonly beside?: readonly Reading[];
  },
  deps: SearchDeps,
): Promise<Hit> {
  const { hitId, verdict, agentId } = review;
  const reader = demandAgent(requisition, agentId);
  // Scope first: what the requisition does not reach cannot be decided on either.
  await getHit(requisition, hitId, deps);
  await deps.database.inCase(requisition.caseId, async (tx) => {
    const row = await existing(tx, hitId, 'change');
    const { caseId } = requisition;
    if (review.beside !== undefined) {
      const now = (await readingsOf(tx, caseId, [row.id], deps)).get(row.id) ?? [];
      if (JSON.stringify(now) !== JSON.stringify(review.beside)) throw new AppError('E_CHANGED');
    }
    if (verdict === 'confirmed' && !(await seenOf(caseId, row, deps)).some((seen) => seen.agentId === reader)) {
      throw new AppError('E_HUM_UNVALIDATED', { detail: 'the agent was not shown the picture' });
    }
    await keepVerdict(tx, caseId, { hitId: row.id, verdict, agentId: reader, atMs: deps.clock.nowMs() }, deps);
  });
  return getHit(requisition, hitId, deps);
}

/**
 * Takes back what one agent decided on one hit (HUM-01): no verdict of his stands on it then, and the one that he gave stays in its
 * history. Nothing changes where none of his stands.
 */
export async function withdrawVerdict(
  requisition: Requisition,
  { hitId, agentId }: { readonly hitId: HitId; readonly agentId: string | undefined },
  deps: SearchDeps,
): Promise<Hit> {
  const reader = demandAgent(requisition, agentId);
  await getHit(requisition, hitId, deps);
  const { caseId } = requisition;
  await deps.database.inCase(caseId, async (tx) => {
    const row = await existing(tx, hitId, 'change');
    await takeBackVerdict(tx, caseId, { hitId: row.id, agentId: reader, atMs: deps.clock.nowMs() }, deps);
  });
  return getHit(requisition, hitId, deps);
}

async function existing(tx: Transaction, hitId: HitId, lock: 'read' | 'change'): Promise<store.HitRow> {
  const row = isUuid(hitId) ? await store.findHit(tx, hitId, lock) : undefined;
  if (row === undefined) throw new AppError('E_PRO_SILO', { detail: 'no such hit in this case' });
  return row;
}
