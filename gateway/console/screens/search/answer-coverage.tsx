import { useMemo } from 'react';
import type { Answer } from '../../api/types.ts';
import { useCaseData } from '../../app/case-data.tsx';
import { useName, useSettings, useWords } from '../../app/settings.tsx';
import { byName } from '../../parts/by-name.ts';
import { CoverageBar, useCoverageSentence } from '../../parts/coverage-bar.tsx';
import { clockNoteIn } from '../../parts/remarks.ts';

type Covered = Answer['coverage']['exhibits'][number];

/** Recordings that are listed without being scrolled by themselves. */
const FEW = 4;

/** What could not be looked at, or only here and there. */
const unseenOf = ({ coverage }: Covered): number =>
  coverage.undecodableSeconds + coverage.outsideSeconds + coverage.sampledSeconds;

/**
 * What was looked at: in all, then in each exhibit asked about, by camera and time, those with something unseen
 * first. Open by default, since "nothing found"
 * means nothing without it.
 */
export function AnswerCoverage({ answer }: { readonly answer: Answer }) {
  const { words: all } = useSettings();
  const { search: words } = all;
  const nameOf = useName();
  const sentenceOf = useCoverageSentence();
  const { sums, exhibits, notAnalysed, notSealed = [] } = answer.coverage;
  const isLong = exhibits.length > FEW;
  const placeOf = useRecordingOrder();
  const inOrder = exhibits.toSorted((a, b) => placeOf(a.exhibitId) - placeOf(b.exhibitId));
  const listed = isLong ? inOrder.toSorted((a, b) => unseenOf(b) - unseenOf(a)) : inOrder;
  return (
    <details className="coverage" open>
      <summary>{words.coverage}</summary>
      {sums.exhibits > 1 && (
        <div className="covered">
          <div>
            <strong>{words.coverageOfAll(sums.exhibits)}</strong>{' '}
            <span className="sub">{sentenceOf(sums.coverage)}</span>
          </div>
          <CoverageBar coverage={sums.coverage} label={words.coverageOfAll(sums.exhibits)} />
        </div>
      )}
      {notAnalysed.map(({ exhibitId, fileName, state }) => (
        <p key={exhibitId} className="missing">
          {words.notAnalysed}
          {all.app.colon}
          {fileName} ({nameOf(state)})
        </p>
      ))}
      <NotSealed pieces={notSealed} />
      {isLong ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what is scrolled must be reached by keys
        <section className="covered-each" tabIndex={0} aria-label={words.coverageOfEach(listed.length)}>
          <Each exhibits={listed} />
        </section>
      ) : (
        <Each exhibits={listed} />
      )}
    </details>
  );
}

/** What the schedule lists and is not sealed here: no answer can be about it. */
function NotSealed({ pieces }: { readonly pieces: NonNullable<Answer['coverage']['notSealed']> }) {
  const { app, search: words } = useWords();
  if (pieces.length === 0) return null;
  const names = pieces
    .toSorted((a, b) => byName(a.cameraId, b.cameraId) || byName(a.piece, b.piece))
    .map(({ piece, cameraId }) => `${piece} (${cameraId})`)
    .join(', ');
  if (pieces.length <= FEW) {
    return (
      <p className="missing">
        {words.notSealed(pieces.length)}
        {app.colon}
        {names}
      </p>
    );
  }
  return (
    <details className="missing">
      <summary>{words.notSealed(pieces.length)}</summary>
      <p className="sub">{names}</p>
    </details>
  );
}

/** Where a recording stands among those of the case, by camera and then by time. */
function useRecordingOrder(): (exhibitId: string) => number {
  const { exhibits } = useCaseData();
  return useMemo(() => {
    const inOrder = exhibits.toSorted(
      (a, b) => byName(a.camera.id, b.camera.id) || Date.parse(a.captureStart) - Date.parse(b.captureStart),
    );
    const places = new Map(inOrder.map(({ id }, index) => [id as string, index]));
    return (exhibitId) => places.get(exhibitId) ?? places.size;
  }, [exhibits]);
}

function Each({ exhibits }: { readonly exhibits: readonly Covered[] }) {
  const { words: all, language } = useSettings();
  const { search: words } = all;
  const sentenceOf = useCoverageSentence();
  return exhibits.map(({ exhibitId, fileName, coverage, audit, clockNote }) => (
    <div key={exhibitId} className="covered">
      <div>
        <strong>{fileName}</strong> <span className="sub">{sentenceOf(coverage)}</span>
      </div>
      <CoverageBar coverage={coverage} label={fileName} />
      {audit !== undefined && audit.quietSeconds > 0 && (
        <p className="sub">{words.audit(audit.samples, audit.missed, audit.recallBound)}</p>
      )}
      {clockNote !== undefined && <p className="warn">{clockNoteIn(language, clockNote)}</p>}
    </div>
  ));
}
