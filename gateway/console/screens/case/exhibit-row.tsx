import { useRef, useState } from 'react';
import type { Schemas } from '../../../interface/client.ts';
import { routeTo } from '../../api/routes.ts';
import { type ExhibitBody, hasEnded, type JobBody } from '../../api/types.ts';
import { useResult } from '../../app/results.tsx';
import { goTo } from '../../app/router.ts';
import { useSession } from '../../app/session.tsx';
import { useName, useSettings, useWords } from '../../app/settings.tsx';
import { CoverageBar, useCoverageSentence } from '../../parts/coverage-bar.tsx';
import { useSeen } from '../../parts/in-view.ts';
import { Meter } from '../../parts/meter.tsx';
import { Problem } from '../../parts/problem.tsx';
import { useRefusalWords } from '../../parts/refusals.ts';
import { clockNoteIn, remarkIn } from '../../parts/remarks.ts';
import { clockSpan, clockTime, mediaTime } from '../../parts/time.ts';
import type { Line } from './exhibits.tsx';
import { Verification } from './verification.tsx';

type Act = ((id: string) => void) | undefined;

export function ExhibitRow({ line, onStart, onCancel }: { readonly line: Line; onStart: Act; onCancel: Act }) {
  const { words: all, language } = useSettings();
  const { exhibits: words } = all;
  const nameOf = useName();
  const sentenceOf = useRefusalWords();
  const { scheduled, exhibit, job } = line;
  if (exhibit === undefined) {
    return (
      <tr className="absent">
        <td>
          <strong>{scheduled?.piece}</strong>
          <div className="sub">{scheduled?.camera}</div>
          <code className="digest">{scheduled?.sha256}</code>
        </td>
        <td />
        <td>{words.notDeposited}</td>
        <td />
        <td />
      </tr>
    );
  }
  const state = exhibit.state === 'sealed' && job !== undefined ? job.state : exhibit.state;
  const code =
    exhibit.refusalCode ?? (job?.state === 'failed' || job?.state === 'cancelled' ? job.failureCode : undefined);
  return (
    <tr data-state={state}>
      <td>
        <strong>{exhibit.fileName}</strong>
        <div className="sub">
          {exhibit.piece} · {exhibit.camera.id} · {exhibit.camera.place}
        </div>
        <code className="digest" title={words.digest}>
          {exhibit.sha256}
        </code>
        {exhibit.state === 'sealed' && <Verification exhibitId={exhibit.id} fileName={exhibit.fileName} />}
      </td>
      <td>
        {clockSpan(exhibit.captureStart, exhibit.captureEnd)}
        <div className="sub">
          {words.clock}
          {all.app.colon}
          {words.clockOffset(exhibit.clock.offsetSeconds, exhibit.clock.uncertaintySeconds)}
        </div>
        {exhibit.durationSeconds !== undefined && (
          <div className="sub">
            {words.duration} {mediaTime(exhibit.durationSeconds)} · {exhibit.codec}
          </div>
        )}
        {exhibit.clockNote !== undefined && <div className="warn">{clockNoteIn(language, exhibit.clockNote)}</div>}
      </td>
      <td>
        <span className={`state state-${state}`}>{nameOf(state)}</span>
        {code !== undefined && (
          <div className="sub">
            {sentenceOf(code)} <code>{code}</code>
          </div>
        )}
        {exhibit.damaged && <div className="warn">{words.damaged}</div>}
        {(exhibit.losses?.length ?? 0) > 0 && (
          <div className="warn">
            {words.losses}
            {all.app.colon}
            {exhibit.losses?.map((loss) => words.faults[loss] ?? remarkIn(language, loss)).join(' ; ')}
          </div>
        )}
      </td>
      <td>
        {job !== undefined && !hasEnded(job) && <Progress exhibit={exhibit} job={job} />}
        {job === undefined && onStart !== undefined && exhibit.state === 'sealed' && <Estimated exhibit={exhibit} />}
        {job?.state === 'done' && <Covered exhibit={exhibit} />}
        {isStopped(job) && <div className="sub">{words.kept(mediaTime(job.secondsDone, 0))}</div>}
      </td>
      <td className="actions">
        <Actions exhibit={exhibit} job={job} onStart={onStart} onCancel={onCancel} />
      </td>
    </tr>
  );
}

function Actions({
  exhibit,
  job,
  onStart,
  onCancel,
}: {
  readonly exhibit: ExhibitBody;
  readonly job: JobBody | undefined;
  onStart: Act;
  onCancel: Act;
}) {
  const { exhibits: words } = useWords();
  const isMoving = job !== undefined && !hasEnded(job);
  if (exhibit.state !== 'sealed') return null;
  return (
    <>
      {onStart !== undefined && !isMoving && job?.state !== 'done' && (
        <button type="button" className="primary" onClick={() => onStart(exhibit.id)}>
          {job === undefined ? words.start : isStopped(job) ? words.resume : words.restart}
        </button>
      )}
      {onCancel !== undefined && isMoving && (
        <button type="button" onClick={() => onCancel(job.id)}>
          {words.cancel}
        </button>
      )}
      {job?.state === 'done' && onStart !== undefined && (
        <button type="button" data-act="look" onClick={() => goTo('player', exhibit.id)}>
          {words.look}
        </button>
      )}
      {job?.state === 'done' && onStart !== undefined && (
        <button type="button" onClick={() => goTo('search')}>
          {words.search}
        </button>
      )}
    </>
  );
}

/** How long an analysis would take, on demand: the packets are read for it, and the journal says who asked. */
function Estimated({ exhibit }: { readonly exhibit: ExhibitBody }) {
  const { api, caseId } = useSession();
  const { exhibits: words } = useWords();
  const [seconds, setSeconds] = useState<number>();
  const [failure, setFailure] = useState<unknown>();
  const [isAsking, setAsking] = useState(false);
  const ask = async (): Promise<void> => {
    setAsking(true);
    setFailure(undefined);
    await api
      .get<Schemas['Estimate']>(
        routeTo('/api/v1/cases/{caseId}/exhibits/{exhibitId}/estimate', { caseId, exhibitId: exhibit.id }),
      )
      .then(({ estimatedSeconds }) => setSeconds(estimatedSeconds), setFailure);
    setAsking(false);
  };
  return (
    <div className="sub" role="status">
      {seconds === undefined ? (
        <button type="button" disabled={isAsking} onClick={() => void ask()}>
          {words.estimate}
        </button>
      ) : (
        words.estimated(mediaTime(seconds, 0))
      )}
      <Problem error={failure} />
    </div>
  );
}

function Progress({ exhibit, job }: { readonly exhibit: ExhibitBody; readonly job: JobBody }) {
  const { exhibits: words } = useWords();
  const total = exhibit.durationSeconds ?? 0;
  return (
    <div className="progress" role="status">
      <Meter share={total === 0 ? 0 : job.secondsDone / total} label={exhibit.fileName} />
      <div className="sub">
        {words.progress(mediaTime(job.secondsDone, 0), mediaTime(total, 0))}
        {job.remainingSeconds !== undefined && ` · ${words.remaining(mediaTime(job.remainingSeconds, 0))}`}
      </div>
      <div className="sub" data-scanned>
        {words.scanning(mediaTime(job.reachedSeconds, 0), clockTime(correctedAt(exhibit, job.reachedSeconds)))}
      </div>
    </div>
  );
}

/** True time of a moment of a recording, milliseconds. */
const correctedAt = ({ captureStart, clock }: ExhibitBody, mediaSeconds: number): number =>
  Date.parse(captureStart) + 1000 * (clock.offsetSeconds + mediaSeconds);

/** Whether somebody stopped it after some of it was done: that is kept, and the next analysis goes on with it. */
const isStopped = (job: JobBody | undefined): job is JobBody =>
  job?.state === 'cancelled' && job.failureCode === 'E_JOB_CANCELLED' && job.secondsDone > 0;

/** The ledger of a closed analysis, second by second; fetched when the row comes into sight. */
function Covered({ exhibit }: { readonly exhibit: ExhibitBody }) {
  const place = useRef<HTMLDivElement>(null);
  const isSeen = useSeen(place);
  const sentenceOf = useCoverageSentence();
  const ledger = useResult(isSeen ? exhibit.id : undefined)?.ledger;
  return (
    <div ref={place} className="covered-row">
      {ledger !== undefined && (
        <>
          <CoverageBar coverage={ledger.totals} intervals={ledger.intervals} label={exhibit.fileName} />
          <div className="sub">{sentenceOf(ledger.totals)}</div>
        </>
      )}
    </div>
  );
}
