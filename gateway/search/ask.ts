import { setImmediate as isOnItsWay } from 'node:timers/promises';
import type { Clock } from '../clock.ts';
import type { Database } from '../database.ts';
import { AppError } from '../errors.ts';
import { type HitId, isUuid, newId, type QuestionId } from '../ids.ts';
import type { CaseSessions, OpenExhibit } from '../index/types.ts';
import { listsExhibit, type Requisition } from '../requisition/types.ts';
import type { Vault } from '../vault.ts';
import { type AskedQuestion, exhibitsAsked, holdsGround, listedIn, readQuestion, sealQuestion } from './asked.ts';
import { elsewhereIn } from './conditions/across-cameras.ts';
import type { Elsewhere } from './conditions/leaf-matcher.ts';
import { countMatches } from './counts.ts';
import { coverageOf, coverageOfEach, unseenIn } from './coverage.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { describeMatch, type Matches, matchesIn } from './match.ts';
import { nearMisses } from './near-misses.ts';
import { DEFAULT_PAGE_SIZE, fingerprint, isBroad, normalise } from './normalise.ts';
import { firstMatches, type Match } from './page-order.ts';
import type { QuestionKeeper } from './question-keeper.ts';
import { readingsOf, standingOf } from './readings.ts';
import { relateToHits } from './related.ts';
import * as store from './store.ts';
import type { Answer, AnswerCoverage, ExecutedQuestion, Hit, Question, Reading } from './types.ts';
import { inEnglish, inFrench, NOTICE } from './words.ts';

export interface SearchDeps {
  readonly database: Database;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly sessions: CaseSessions;
  readonly questions: QuestionKeeper;
}

/**
 * Asks a question once, on the exhibits that are sealed and analysed now, and keeps it with what it was executed on. With a cursor in
 * `page` it is the next page of the question that the cursor names, and no new question. Refuses with E_REQ_SCOPE, E_PRO_SILO,
 * E_PRO_QUOTA, E_QUESTION or E_CURSOR.
 */
export async function ask(
  requisition: Requisition,
  question: Question,
  deps: SearchDeps,
  id: QuestionId = newId(),
): Promise<Answer> {
  const executed = await relateToHits(normalise(question, requisition), requisition, deps);
  const { sha256 } = fingerprint(executed);
  const cursor = question.page?.cursor;
  if (cursor !== undefined) return nextPage(requisition, cursor, { questionSha256: sha256 }, deps);

  const place = { offset: 0, size: question.page?.size ?? DEFAULT_PAGE_SIZE };
  const { exhibits, unanalysed, notSealed, found } = await deps.sessions.workOn(requisition, (open) => {
    const about = exhibitsAsked(requisition, executed, open);
    return { ...about, found: search(executed, about.exhibits, place) };
  });
  const asked: AskedQuestion = {
    executed,
    sha256,
    pageSize: place.size,
    jobs: exhibits.map((exhibit) => exhibit.jobId),
    notAnalysed: unanalysed.map(({ exhibitId, fileName, state }) => ({ exhibitId, fileName, state })),
    notSealed,
  };
  const sealed = await sealQuestion(deps.vault, requisition, id, asked, exhibits);
  const shown = rowsFor(found.page);
  const states = shown.map((hit) => ({ ...hit, verdict: 'unreviewed' as const }));
  const [answer] = await Promise.all([
    // Worked out while the database writes.
    isOnItsWay().then(() => answerOf(requisition, id, asked, exhibits, found, place, { states })),
    // The question and what it showed become rows together: no question without its answer, no answer beyond the quota (PRO-03).
    deps.questions.keep({ id, requisition, sealed, shown }),
  ]);
  holdsGround(id, exhibits);
  return answer;
}

/** A page of a question that was asked before; the first without a cursor. E_PRO_SILO when the case has no such question. */
export async function readAnswer(
  requisition: Requisition,
  questionId: QuestionId,
  cursor: string | undefined,
  deps: SearchDeps,
): Promise<Answer> {
  if (cursor !== undefined) return nextPage(requisition, cursor, { questionId }, deps);
  const asked = await askedBefore(requisition, questionId, deps);
  return pageOf(requisition, questionId, asked, { offset: 0, size: asked.pageSize }, deps);
}

/** A question of the case within the scope of the requisition that reads it; E_PRO_SILO when the case has none of this id. */
export async function askedBefore(requisition: Requisition, id: QuestionId, deps: SearchDeps): Promise<AskedQuestion> {
  const asked = isUuid(id) ? await loadQuestion(requisition, id, deps) : undefined;
  if (asked === undefined) throw new AppError('E_PRO_SILO', { detail: 'no such question in this case' });
  return asked;
}

async function nextPage(
  requisition: Requisition,
  text: string,
  expected: { readonly questionId?: QuestionId; readonly questionSha256?: string },
  deps: SearchDeps,
): Promise<Answer> {
  const cursor = decodeCursor(text);
  const asked = await loadQuestion(requisition, cursor.questionId, deps);
  const belongs =
    asked !== undefined &&
    asked.sha256 === cursor.questionSha256 &&
    (expected.questionId ?? cursor.questionId) === cursor.questionId &&
    (expected.questionSha256 ?? asked.sha256) === asked.sha256;
  if (!belongs) throw new AppError('E_CURSOR', { detail: 'cursor of another question' });
  return pageOf(requisition, cursor.questionId, asked, cursor, deps);
}

const loadQuestion = (requisition: Requisition, id: QuestionId, deps: SearchDeps): Promise<AskedQuestion | undefined> =>
  deps.database.inCase(requisition.caseId, (tx) => readQuestion(tx, deps.vault, requisition, id));

interface Place {
  readonly offset: number;
  readonly size: number;
}

async function pageOf(
  requisition: Requisition,
  id: QuestionId,
  asked: AskedQuestion,
  place: Place,
  deps: SearchDeps,
): Promise<Answer> {
  const exhibits = await exhibitsOf(requisition, asked, deps);
  const found = search(asked.executed, exhibits, place);
  const shown = await deps.database.inCase(requisition.caseId, async (tx) => {
    const states = await store.showTracks(tx, requisition.caseId, id, rowsFor(found.page));
    const decided = states.filter(({ verdict }) => verdict !== 'unreviewed').map((state) => state.id);
    return { states, readings: await readingsOf(tx, requisition.caseId, decided, deps) };
  });
  return answerOf(requisition, id, asked, exhibits, found, place, shown);
}

/** What a question was executed on, while the requisition reaches all of it and none of it is in quarantine: E_REQ_SCOPE, E_PRO_SILO. */
export async function exhibitsOf(
  requisition: Requisition,
  asked: AskedQuestion,
  deps: SearchDeps,
): Promise<readonly OpenExhibit[]> {
  const now = listedIn(requisition, await deps.sessions.open(requisition));
  // While nothing changed, the list that later questions are about: what was made for it serves here too.
  const isSame =
    now.exhibits.length === asked.jobs.length && now.exhibits.every(({ jobId }, n) => jobId === asked.jobs[n]);
  const exhibits = isSame ? now.exhibits : await deps.sessions.openJobs(requisition, asked.jobs);
  if (!exhibits.every((exhibit) => listsExhibit(requisition, exhibit))) {
    throw new AppError('E_REQ_SCOPE', { detail: 'the answer is about an exhibit that is not in the schedule' });
  }
  return exhibits;
}

/** What was looked at for a question that was asked before, in each exhibit; refuses as `readAnswer` does. */
export async function readCoverage(
  requisition: Requisition,
  questionId: QuestionId,
  deps: SearchDeps,
): Promise<{ readonly executed: ExecutedQuestion; readonly coverage: Omit<AnswerCoverage, 'sums'> }> {
  const asked = await askedBefore(requisition, questionId, deps);
  const exhibits = await exhibitsOf(requisition, asked, deps);
  return { executed: asked.executed, coverage: { exhibits: coverageOfEach(exhibits), ...unseenIn(asked) } };
}

interface Found {
  readonly elsewhere: Elsewhere;
  readonly matches: Matches;
  /** In the order asked for. */
  readonly page: readonly Match[];
}

function search(executed: ExecutedQuestion, exhibits: readonly OpenExhibit[], { offset, size }: Place): Found {
  const elsewhere = elsewhereIn(exhibits);
  const matches = matchesIn(executed, exhibits, elsewhere);
  const page = firstMatches(executed.order, matches, Math.min(matches.total, offset + size)).slice(offset);
  return { elsewhere, matches, page };
}

/** Rows of the hits of a page, and what was decided on them; nobody has decided on what is shown for the first time. */
interface Shown {
  readonly states: readonly store.HitState[];
  readonly readings?: ReadonlyMap<HitId, readonly Reading[]>;
}

const rowsFor = (page: readonly Match[]): readonly store.ShownTrack[] =>
  page.map(({ exhibit, track }) => ({
    id: newId<HitId>(),
    jobId: exhibit.jobId,
    exhibitId: exhibit.exhibitId,
    track,
  }));

function answerOf(
  requisition: Requisition,
  questionId: QuestionId,
  asked: AskedQuestion,
  exhibits: readonly OpenExhibit[],
  found: Found,
  { offset, size }: Place,
  { states, readings }: Shown,
): Answer {
  const { executed, sha256 } = asked;
  const byTrack = new Map(states.map((state) => [`${state.jobId} ${state.track}`, state]));
  const hits = found.page.map(({ exhibit, track }): Hit => {
    const state = byTrack.get(`${exhibit.jobId} ${track}`);
    if (state === undefined) throw new AppError('E_INTERNAL', { detail: 'a hit without a row' });
    const described = describeMatch(
      executed,
      exhibit,
      track,
      requisition.authorisation.facets.colours,
      found.elsewhere,
    );
    const given = readings?.get(state.id) ?? [];
    return { id: state.id, ...described, ...standingOf(given), readings: given };
  });
  const next = offset + size;
  return {
    questionId,
    questionSha256: sha256,
    executed,
    inFrench: inFrench(executed),
    inEnglish: inEnglish(executed),
    broad: isBroad(executed),
    total: found.matches.total,
    counts: countMatches(found.matches),
    nearMisses: offset === 0 ? nearMisses(executed, found.matches, found.elsewhere) : [],
    hits,
    ...(next < found.matches.total
      ? { nextCursor: encodeCursor({ questionId, questionSha256: sha256, offset: next, size }) }
      : {}),
    coverage: coverageOf(exhibits, asked),
    notice: NOTICE,
  };
}
