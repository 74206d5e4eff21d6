import { useState } from 'react';
import { routeTo } from '../../api/routes.ts';
import { type ExhibitBody, hasEnded, type JobBody, type ScheduledPiece } from '../../api/types.ts';
import { jobOf, useCaseData } from '../../app/case-data.tsx';
import { useSession } from '../../app/session.tsx';
import { useWords } from '../../app/settings.tsx';
import { Problem } from '../../parts/problem.tsx';
import { ExhibitRow } from './exhibit-row.tsx';

/** A line for each exhibit of the schedule, deposited or not, in the order of the schedule; what else was deposited follows. */
export interface Line {
  readonly scheduled: ScheduledPiece | undefined;
  readonly exhibit: ExhibitBody | undefined;
  readonly job: JobBody | undefined;
}

function linesOf(
  pieces: readonly ScheduledPiece[],
  exhibits: readonly ExhibitBody[],
  jobs: readonly JobBody[],
): readonly Line[] {
  const rank = { sealed: 0, receiving: 1, refused: 2 } as const;
  const best = (sha256: string) =>
    exhibits.filter((exhibit) => exhibit.sha256 === sha256).toSorted((a, b) => rank[a.state] - rank[b.state])[0];
  const withJob = (scheduled: ScheduledPiece | undefined, exhibit: ExhibitBody | undefined): Line => ({
    scheduled,
    exhibit,
    job: exhibit === undefined ? undefined : jobOf(jobs, exhibit.id),
  });
  const listed = pieces.map((piece) => withJob(piece, best(piece.sha256)));
  const others = exhibits.filter((exhibit) => !pieces.some(({ sha256 }) => sha256 === exhibit.sha256));
  return [...listed, ...others.map((exhibit) => withJob(undefined, exhibit))];
}

const isReady = ({ exhibit, job }: Line): boolean =>
  exhibit?.state === 'sealed' && (job === undefined || (hasEnded(job) && job.state !== 'done'));

export function Exhibits() {
  const { api, caseId, requisition, role } = useSession();
  const { exhibits, jobs, error, isLoaded, replaceJob } = useCaseData();
  const words = useWords();
  const [failure, setFailure] = useState<unknown>();
  const lines = linesOf(requisition.exhibits, exhibits, jobs);
  const ready = lines.filter(isReady);

  async function start(exhibitIds: readonly string[]): Promise<void> {
    setFailure(undefined);
    for (const exhibitId of exhibitIds) {
      await api
        .post<JobBody>(routeTo('/api/v1/cases/{caseId}/jobs', { caseId }), { exhibitId })
        .then(replaceJob, setFailure);
    }
  }
  async function cancel(jobId: string): Promise<void> {
    setFailure(undefined);
    await api
      .delete<JobBody>(routeTo('/api/v1/cases/{caseId}/jobs/{jobId}', { caseId, jobId }))
      .then(replaceJob, setFailure);
  }

  return (
    <section aria-labelledby="exhibits-title" className="exhibits">
      <div className="section-head">
        <h3 id="exhibits-title">{words.exhibits.title}</h3>
        {role === 'agent' && ready.length > 1 && (
          <button
            type="button"
            id="start-all"
            onClick={() => void start(ready.flatMap(({ exhibit }) => (exhibit === undefined ? [] : [exhibit.id])))}
          >
            {words.exhibits.startAll}
          </button>
        )}
      </div>
      <Problem error={error ?? failure} />
      {!isLoaded && <p role="status">{words.app.loading}</p>}
      {isLoaded && exhibits.length === 0 && <p className="none">{words.exhibits.none}</p>}
      <div className="exhibits-table">
        <table>
          <thead>
            <tr>
              <th scope="col">{words.exhibits.piece}</th>
              <th scope="col">{words.exhibits.capture}</th>
              <th scope="col">{words.exhibits.state}</th>
              <th scope="col">{words.exhibits.coverage}</th>
              <th scope="col">{words.exhibits.actions}</th>
            </tr>
          </thead>
          <tbody>
            {lines.map((line) => (
              <ExhibitRow
                key={line.scheduled?.sha256 ?? line.exhibit?.id}
                line={line}
                onStart={role === 'agent' ? (id) => void start([id]) : undefined}
                onCancel={role === 'agent' ? (id) => void cancel(id) : undefined}
              />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
