import type { Transaction } from '../database.ts';
import { AppError } from '../errors.ts';
import type { CaseId, ExhibitId, JobId, QuestionId } from '../ids.ts';
import type { OpenCase, OpenExhibit } from '../index/types.ts';
import { onceFor } from '../once.ts';
import { listsExhibit, type Requisition, type ScheduleClaims } from '../requisition/types.ts';
import type { Vault } from '../vault.ts';
import { assertInScope } from './normalise.ts';
import * as store from './store.ts';
import type { ExecutedQuestion, MissingPiece } from './types.ts';

/**
 * A question as it was asked: what was executed and on which closed results. That fixes the answer (DEF-09): an exhibit or an analysis that
 * comes later belongs to the next question.
 */
export interface AskedQuestion extends Ground {
  readonly executed: ExecutedQuestion;
  readonly sha256: string;
  readonly pageSize: number;
}

/** What a question was executed on, and what it could not be. */
interface Ground {
  readonly jobs: readonly JobId[];
  readonly notAnalysed: readonly {
    readonly exhibitId: ExhibitId;
    readonly fileName: string;
    readonly state: string;
  }[];
  readonly notSealed?: readonly MissingPiece[];
}

type Stored = Omit<AskedQuestion, keyof Ground>;

/** What its row keeps, sealed. A ground of very many analyses is written once: later questions on it name the question that holds it. */
type StoredQuestion =
  | (Stored & Ground & { readonly format: 'differe-question/1' })
  | (Stored & { readonly format: 'differe-question/2'; readonly groundIn: QuestionId });

const MANY_JOBS = 50;
const label = (id: QuestionId): string => `question:${id}`;

/** The question that holds the ground of the exhibits of a list. */
const grounds = new WeakMap<readonly OpenExhibit[], QuestionId>();

/** The text of a row; `on` is the list of exhibits that the question is about. */
export function sealQuestion(
  vault: Vault,
  requisition: Requisition,
  id: QuestionId,
  { jobs, notAnalysed, notSealed, ...stored }: AskedQuestion,
  on: readonly OpenExhibit[],
): Promise<Buffer> {
  const groundIn = grounds.get(on);
  const question: StoredQuestion =
    groundIn === undefined
      ? { format: 'differe-question/1', ...stored, jobs, notAnalysed, ...(notSealed && { notSealed }) }
      : { format: 'differe-question/2', ...stored, groundIn };
  return vault.seal(requisition.caseId, label(id), JSON.stringify(question));
}

/** Told when the row of a question is there: those that come after it about the same list name it. */
export function holdsGround(id: QuestionId, on: readonly OpenExhibit[]): void {
  if (on.length > MANY_JOBS && !grounds.has(on)) grounds.set(on, id);
}

async function openStored(vault: Vault, caseId: CaseId, id: QuestionId, sealed: Buffer): Promise<StoredQuestion> {
  return JSON.parse((await vault.unseal(caseId, label(id), sealed)).toString('utf8')) as StoredQuestion;
}

/** What was executed, whoever may see it. */
export async function openExecuted(
  vault: Vault,
  caseId: CaseId,
  id: QuestionId,
  sealed: Buffer,
): Promise<ExecutedQuestion> {
  return (await openStored(vault, caseId, id, sealed)).executed;
}

/** The question of this id, still within the scope of the requisition that now reads it; undefined when the case has none. */
export async function readQuestion(
  tx: Transaction,
  vault: Vault,
  requisition: Requisition,
  id: QuestionId,
): Promise<AskedQuestion | undefined> {
  const { caseId } = requisition;
  const stored = await findStored(tx, vault, caseId, id);
  if (stored === undefined) return undefined;
  assertInScope(stored.executed, requisition);
  if (stored.format === 'differe-question/1') return stored;
  const ground = await findStored(tx, vault, caseId, stored.groundIn);
  if (ground?.format !== 'differe-question/1')
    throw new AppError('E_INTERNAL', {
      detail: `question ${id} names a ground that question ${stored.groundIn} has not`,
    });
  const { jobs, notAnalysed, notSealed } = ground;
  return { ...stored, jobs, notAnalysed, ...(notSealed && { notSealed }) };
}

async function findStored(
  tx: Transaction,
  vault: Vault,
  caseId: CaseId,
  id: QuestionId,
): Promise<StoredQuestion | undefined> {
  const sealed = await store.findQuestion(tx, id);
  return sealed === undefined ? undefined : openStored(vault, caseId, id, sealed);
}

/** What a question is about: exhibits of the case, and what its schedule lists of their cameras without a sealed exhibit. */
interface About extends OpenCase {
  readonly notSealed: readonly MissingPiece[];
}

/** The exhibits that a question is about. A named one that the case does not have is E_PRO_SILO, one that the schedule does not list E_REQ_SCOPE. */
export function exhibitsAsked(requisition: Requisition, executed: ExecutedQuestion, open: OpenCase): About {
  const all = listedIn(requisition, open);
  if (executed.exhibits === null) return all;
  const { exhibits, unanalysed } = byId(open);
  for (const id of executed.exhibits) {
    const exhibit = exhibits.get(id) ?? unanalysed.get(id);
    if (exhibit === undefined)
      throw new AppError('E_PRO_SILO', { detail: 'the question names an exhibit of no such case' });
    if (!listsExhibit(requisition, exhibit)) {
      throw new AppError('E_REQ_SCOPE', { detail: `exhibit ${id} is not in the schedule` });
    }
  }
  const asked = {
    exhibits: executed.exhibits.flatMap((id) => exhibits.get(id) ?? []),
    unanalysed: executed.exhibits.flatMap((id) => unanalysed.get(id) ?? []),
  };
  const cameras = all.notSealed.length === 0 ? new Set() : camerasOf(requisition.schedule, asked);
  return { ...asked, notSealed: all.notSealed.filter(({ cameraId }) => cameras.has(cameraId)) };
}

const byId = onceFor(({ exhibits, unanalysed }: OpenCase) => ({
  exhibits: new Map(exhibits.map((exhibit) => [exhibit.exhibitId, exhibit])),
  unanalysed: new Map(unanalysed.map((exhibit) => [exhibit.exhibitId, exhibit])),
}));

const digestsIn = ({ exhibits, unanalysed }: OpenCase): ReadonlySet<string> =>
  new Set([...exhibits, ...unanalysed].map(({ sha256 }) => sha256));

function camerasOf(schedule: ScheduleClaims, asked: OpenCase): ReadonlySet<string> {
  const digests = digestsIn(asked);
  return new Set(schedule.exhibits.filter(({ sha256 }) => digests.has(sha256)).map(({ camera }) => camera.id));
}

const known = new WeakMap<OpenCase, { readonly schedule: ScheduleClaims; readonly listed: About }>();

/** The exhibits of a case that the schedule lists, and what it lists beside them: the same lists as long as both are the same. */
export function listedIn(requisition: Requisition, open: OpenCase): About {
  const { schedule } = requisition;
  const found = known.get(open);
  if (found?.schedule === schedule) return found.listed;
  const held = digestsIn(open);
  const listed = {
    exhibits: open.exhibits.filter((exhibit) => listsExhibit(requisition, exhibit)),
    unanalysed: open.unanalysed.filter((exhibit) => listsExhibit(requisition, exhibit)),
    notSealed: schedule.exhibits
      .filter(({ sha256 }) => !held.has(sha256))
      .map(({ id, camera }) => ({ piece: id, cameraId: camera.id })),
  };
  known.set(open, { schedule, listed });
  return listed;
}
