import { useEffect, useRef } from 'react';
import { questionText, useInvestigation } from '../../app/investigation.tsx';
import { useSettings } from '../../app/settings.tsx';
import { useVerdictFilter } from '../review/verdict-filter.tsx';
import { AnswerCoverage } from './answer-coverage.tsx';
import { Charts } from './charts.tsx';
import type { Weekday } from './conditions.ts';
import { questionOf, type Span } from './filters.ts';
import { Histogram } from './histogram.tsx';
import { HitGrid } from './hit-grid.tsx';
import { NearMisses } from './near-misses.tsx';

/** The question as it was executed, what was looked at, and what was found. */
export function AnswerPanel({
  selectedId,
  onNarrow,
  onActivity,
}: {
  readonly selectedId: string | undefined;
  onNarrow(span: Span): void;
  /** Narrows to an hour of a weekday. */
  onActivity(weekday: Weekday, hour: number): void;
}) {
  const { words, language } = useSettings();
  const { answer, answeredText, filters, hits, isReceiving, stop } = useInvestigation();
  const { shown, buttons } = useVerdictFilter(hits);
  const stopButton = (
    <button type="button" id="stop" onClick={stop}>
      {words.search.stop}
    </button>
  );
  const questionId = answer?.questionId;
  const title = useRef<HTMLHeadingElement>(null);
  // Who narrowed an answer from within it goes on at the next one.
  useEffect(() => {
    if (questionId !== undefined && document.activeElement === document.body)
      title.current?.focus({ preventScroll: true });
  }, [questionId]);
  if (answer === undefined) {
    return isReceiving ? (
      <p className="row">
        <span role="status">{words.search.asking}</span>
        {stopButton}
      </p>
    ) : null;
  }
  return (
    <section id="answer" aria-labelledby="answer-title">
      <h3 id="answer-title" ref={title} tabIndex={-1}>
        {words.search.answer}
      </h3>
      <p className="executed">
        <span className="sub">{words.search.executed}</span> {language === 'fr' ? answer.inFrench : answer.inEnglish}
      </p>
      {answeredText !== questionText(questionOf(filters)) && (
        <p className="warn" role="status" id="stale">
          {words.search.stale}
        </p>
      )}
      {answer.broad && <p className="warn">{words.search.broad}</p>}
      <div className="row">
        <p className="total" role="status">
          <strong>{words.search.total(answer.total)}</strong>
          {hits.length < answer.total && <span> · {words.search.loaded(hits.length, answer.total)}</span>}
        </p>
        {isReceiving && stopButton}
      </div>
      <AnswerCoverage answer={answer} />
      <NearMisses misses={answer.nearMisses} />
      {answer.total > 0 && <p className="notice">{words.search.notice}</p>}
      {hits.length > 1 && <Histogram hits={hits} onNarrow={onNarrow} />}
      {hits.length > 0 && <Charts answer={answer} hits={hits} onActivity={onActivity} />}
      {hits.length > 0 && <HitGrid hits={shown} filter={buttons} openId={selectedId} screen="search" />}
    </section>
  );
}
