import { setImmediate as askingIsOnItsWay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../clock.ts';
import type { Database } from '../database.ts';
import { AppError } from '../errors.ts';
import type { Exhibit } from '../footage/types.ts';
import type { CaseId, ExhibitId, JobId, RequisitionId } from '../ids.ts';
import { permittedBy, type Requisition } from '../requisition/types.ts';
import type { Vault } from '../vault.ts';
import { atOnce, loadBlock, type OpenBlock } from './blocks.ts';
import { rectificationsOf } from './rectification-store.ts';
import * as store from './store.ts';
import type { CaseSessions, OpenCase, OpenExhibit, Rectification, UnanalysedExhibit } from './types.ts';

export interface CaseSessionsDeps {
  readonly vault: Vault;
  readonly database: Database;
  readonly clock: Clock;
  /** Opened blocks that may stay in memory, over all cases. A single case that is larger stays while it is the newest. */
  readonly budgetBytes: number;
  /** Sealed exhibits of the requisition's case, opened by footage/. */
  listExhibits(requisition: Requisition): Promise<readonly Exhibit[]>;
}

/** A case that nobody asked about for this long is forgotten at the next call. */
export const IDLE_MS = 30 * 60 * 1000;

interface CaseEntry {
  readonly blocks: Map<JobId, Promise<OpenBlock>>;
  bytes: number;
  usedAtMs: number;
  /** The case as each requisition sees it: which exhibits are listed is footage's answer to a requisition. */
  readonly views: Map<RequisitionId, View>;
}

interface View {
  /** State of the case's exhibits and jobs when it was opened (`stateMark`). */
  readonly mark: store.StateMark;
  /** Writing of their rows when that state was seen last (`writingMark`): while it is the same, so is the state. */
  writing: string;
  readonly exhibits: Promise<ReadonlyMap<ExhibitId, Exhibit>>;
  readonly opened: Promise<OpenCase>;
}

/** Opens column blocks once a case and keeps them for the case's sessions; the least recently used case leaves first. */
export function createCaseSessions(deps: CaseSessionsDeps): CaseSessions {
  // In the order of use, the newest last.
  const cases = new Map<CaseId, CaseEntry>();

  function entryOf(caseId: CaseId): CaseEntry {
    const nowMs = deps.clock.nowMs();
    for (const [id, entry] of cases) if (nowMs - entry.usedAtMs > IDLE_MS) cases.delete(id);
    const entry = cases.get(caseId) ?? {
      blocks: new Map(),
      bytes: 0,
      usedAtMs: nowMs,
      views: new Map(),
    };
    entry.usedAtMs = nowMs;
    cases.delete(caseId);
    cases.set(caseId, entry);
    return entry;
  }

  function keepWithinBudget(): void {
    let total = [...cases.values()].reduce((sum, entry) => sum + entry.bytes, 0);
    for (const [id, entry] of cases) {
      if (total <= deps.budgetBytes || cases.size === 1) return;
      cases.delete(id);
      total -= entry.bytes;
    }
  }

  /** Opens blocks of a case; what orders rectified in it is read once for all of them, and not at all where they are open. */
  function opener({ caseId }: Requisition, entry: CaseEntry): (job: store.ClosedJob) => Promise<OpenBlock> {
    let rectified: Promise<readonly Rectification[]> | undefined;
    const load = async (job: store.ClosedJob): Promise<OpenBlock> => {
      rectified ??= rectificationsOf(caseId, deps);
      return loadBlock(deps.vault, caseId, job, await rectified);
    };
    return (job) => entry.blocks.get(job.jobId) ?? loadInto(entry, job, load);
  }

  function loadInto(
    entry: CaseEntry,
    job: store.ClosedJob,
    load: (job: store.ClosedJob) => Promise<OpenBlock>,
  ): Promise<OpenBlock> {
    const loading = load(job).then((block) => {
      entry.bytes += block.bytes;
      return block;
    });
    entry.blocks.set(job.jobId, loading);
    // What failed is tried again at the next call.
    loading.catch(() => {
      if (entry.blocks.get(job.jobId) === loading) entry.blocks.delete(job.jobId);
    });
    return loading;
  }

  async function load(
    requisition: Requisition,
    entry: CaseEntry,
    states: readonly store.ExhibitState[],
    listed: Promise<ReadonlyMap<ExhibitId, Exhibit>>,
    before: Promise<OpenCase> | undefined,
  ): Promise<OpenCase> {
    const byId = await listed;
    const known = new Map((await before?.catch(() => undefined))?.exhibits.map((exhibit) => [exhibit.jobId, exhibit]));
    const wanted = new Set(states.flatMap((state) => (state.closed === undefined ? [] : [state.closed.jobId])));
    await forget(entry, (jobId) => !wanted.has(jobId));
    const blockOf = opener(requisition, entry);
    await atOnce(
      states.flatMap(({ exhibitId, closed }) => (closed !== undefined && byId.has(exhibitId) ? [closed] : [])),
      blockOf,
    );
    const exhibits: OpenExhibit[] = [];
    const unanalysed: UnanalysedExhibit[] = [];
    for (const { exhibitId, closed, latestState } of states) {
      const exhibit = byId.get(exhibitId);
      if (exhibit === undefined) continue;
      if (closed === undefined) unanalysed.push(unanalysedOf(exhibit, latestState));
      else exhibits.push(unchanged(known, describe(exhibit, closed, await blockOf(closed))));
    }
    return { exhibits, unanalysed };
  }

  async function viewOf(requisition: Requisition): Promise<{ entry: CaseEntry; view: View }> {
    const held = cases.get(requisition.caseId)?.views.get(requisition.id);
    // The marks first: what changes between two looks is seen in the states now and in the mark at the next question.
    const writing = await deps.database.readOnce(requisition.caseId, store.writingMark);
    const { mark, states } =
      held?.writing === writing
        ? { mark: held.mark, states: undefined }
        : await deps.database.readInCase(requisition.caseId, async (tx) => {
            const mark = await store.stateMark(tx);
            const states = isSame(held?.mark, mark)
              ? undefined
              : await store.exhibitStates(tx, permittedBy(requisition));
            return { mark, states };
          });
    const entry = entryOf(requisition.caseId);
    const known = entry.views.get(requisition.id);
    if (known !== undefined && isSame(known.mark, mark)) {
      known.writing = writing;
      return { entry, view: known };
    }
    // Dropped meanwhile.
    if (states === undefined) return viewOf(requisition);
    // What is sealed of an exhibit is sealed once, and a requisition lists what it lists: while their states are the same, so are they.
    const exhibits = known?.mark.exhibits === mark.exhibits ? known.exhibits : listedIn(requisition);
    const view: View = { mark, writing, exhibits, opened: load(requisition, entry, states, exhibits, known?.opened) };
    entry.views.set(requisition.id, view);
    view.opened.catch(() => {
      if (entry.views.get(requisition.id) === view) entry.views.delete(requisition.id);
    });
    return { entry, view };
  }

  async function listedIn(requisition: Requisition): Promise<ReadonlyMap<ExhibitId, Exhibit>> {
    const exhibits = await deps.listExhibits(requisition);
    const own = exhibits.filter((exhibit) => exhibit.caseId === requisition.caseId);
    return new Map(own.map((exhibit) => [exhibit.id, exhibit] as const));
  }

  return {
    async open(requisition) {
      const { view } = await viewOf(requisition);
      const opened = await view.opened;
      keepWithinBudget();
      return opened;
    },

    async workOn(requisition, work) {
      const seen = cases.get(requisition.caseId)?.views.get(requisition.id);
      const [{ view }, early] = await Promise.all([viewOf(requisition), seen && workedOn(seen, work)]);
      const done = view === seen && early !== undefined ? early : resultOf(work, await view.opened);
      keepWithinBudget();
      return done();
    },

    async openJobs(requisition, jobIds) {
      const { entry, view } = await viewOf(requisition);
      const exhibits = await view.exhibits;
      const rows = await deps.database.readInCase(requisition.caseId, (tx) => store.closedJobs(tx, jobIds));
      const byId = new Map(rows.map((row) => [row.jobId, row]));
      const named = jobIds.map((jobId) => {
        const job = byId.get(jobId);
        const exhibit = job === undefined ? undefined : exhibits.get(job.exhibitId);
        if (job === undefined || exhibit === undefined) {
          throw new AppError('E_PRO_SILO', { detail: 'no closed job of an exhibit of this case' });
        }
        return { job, exhibit };
      });
      const blockOf = opener(requisition, entry);
      await atOnce(
        named.map(({ job }) => job),
        blockOf,
      );
      const opened: OpenExhibit[] = [];
      for (const { job, exhibit } of named) opened.push(describe(exhibit, job, await blockOf(job)));
      keepWithinBudget();
      return opened;
    },

    drop(caseId) {
      cases.delete(caseId);
    },
  };
}

/** What came of work, whatever it is: to be looked at when it is known whether it counts. */
function resultOf<T>(work: (open: OpenCase) => T, open: OpenCase): () => T {
  try {
    const result = work(open);
    return () => result;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

async function workedOn<T>(view: View, work: (open: OpenCase) => T): Promise<(() => T) | undefined> {
  await askingIsOnItsWay();
  const open = await view.opened.catch(() => undefined);
  return open === undefined ? undefined : resultOf(work, open);
}

const isSame = (a: store.StateMark | undefined, b: store.StateMark): boolean =>
  a?.exhibits === b.exhibits && a.analyses === b.analyses;

/** The exhibit as it was opened before, where nothing of it changed: what a search made for it serves on. */
function unchanged(known: ReadonlyMap<JobId, OpenExhibit>, exhibit: OpenExhibit): OpenExhibit {
  const before = known.get(exhibit.jobId);
  return before !== undefined && isDeepStrictEqual(before, exhibit) ? before : exhibit;
}

async function forget(entry: CaseEntry, isUnwanted: (jobId: JobId) => boolean): Promise<void> {
  for (const [jobId, loading] of [...entry.blocks]) {
    if (!isUnwanted(jobId)) continue;
    entry.blocks.delete(jobId);
    const block = await loading.catch(() => undefined);
    entry.bytes -= block?.bytes ?? 0;
  }
}

const describe = (exhibit: Exhibit, job: store.ClosedJob, block: OpenBlock): OpenExhibit => ({
  exhibitId: exhibit.id,
  jobId: job.jobId,
  sha256: exhibit.sha256,
  fileName: exhibit.fileName,
  piece: exhibit.piece,
  cameraId: exhibit.camera.id,
  widthPx: block.header.widthPx,
  heightPx: block.header.heightPx,
  startMs: exhibit.captureStartMs + exhibit.clock.offsetSeconds * 1000,
  uncertaintyMs: exhibit.clock.uncertaintySeconds * 1000,
  timeZone: exhibit.timeZone,
  clockNote: exhibit.clockNote,
  durationSeconds: block.header.durationSeconds,
  windows: exhibit.windows,
  coverage: block.header.coverage,
  audit: block.header.audit,
  resultDigest: job.resultSha256,
  columns: block.columns,
  bits: block.bits,
  path: block.path,
  feet: block.feet,
});

// A closed job that does not count was made under narrower facets.
const STATE_OF = {
  queued: 'running',
  running: 'running',
  closing: 'running',
  done: 'narrower',
  failed: 'failed',
  cancelled: 'cancelled',
} as const;

const unanalysedOf = (exhibit: Exhibit, latest: store.ExhibitState['latestState']): UnanalysedExhibit => ({
  exhibitId: exhibit.id,
  sha256: exhibit.sha256,
  fileName: exhibit.fileName,
  piece: exhibit.piece,
  state: latest === undefined ? 'never_started' : STATE_OF[latest],
});
