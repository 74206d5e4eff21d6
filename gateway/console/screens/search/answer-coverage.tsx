import type { Answer } from '../../api/types.ts';
import { useName, useSettings } from '../../app/settings.tsx';
import { clockNoteIn } from '../../parts/clock-note.ts';
import { CoverageBar, useCoverageSentence } from '../../parts/coverage-bar.tsx';

/** What was looked at, of each exhibit asked about: open by default, since "nothing found" means nothing without it. */
export function AnswerCoverage({ answer }: { readonly answer: Answer }) {
  const { words: all, language } = useSettings();
  const { search: words } = all;
  const nameOf = useName();
  const sentenceOf = useCoverageSentence();
  const { sums } = answer.coverage;
  return (
    <details className="coverage" open>
      <summary>{words.coverage}</summary>
      {sums.exhibits > 1 && (
        <p className="sub">
          {words.coverageOfAll(sums.exhibits)} : {sentenceOf(sums.coverage)}
        </p>
      )}
      {answer.coverage.notAnalysed.map(({ exhibitId, fileName, state }) => (
        <p key={exhibitId} className="missing">
          {words.notAnalysed} : {fileName} ({nameOf(state)})
        </p>
      ))}
      {answer.coverage.exhibits.map(({ exhibitId, fileName, coverage, audit, clockNote }) => (
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
      ))}
    </details>
  );
}
