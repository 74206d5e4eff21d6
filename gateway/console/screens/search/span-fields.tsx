import { useEffect, useState } from 'react';
import { useWords } from '../../app/settings.tsx';
import { clockTime, parisInstant } from '../../parts/time.ts';
import type { Span } from './filters.ts';

const isBlank = (text: string): boolean => text.trim() === '';
const shown = (instant: string | undefined): string => (instant === undefined ? '' : clockTime(instant));

/** From and to, as one writes them in France; both or none. What cannot be read is said, and changes nothing. */
export function SpanFields({
  span,
  onChange,
  onProblem,
}: {
  readonly span: Span | undefined;
  /** Undefined when both are empty. */
  onChange(span: Span | undefined): void;
  onProblem?(problem: string | undefined): void;
}) {
  const { search: words } = useWords();
  const [from, setFrom] = useState(shown(span?.from));
  const [to, setTo] = useState(shown(span?.to));
  const [problem, setProblem] = useState<string>();
  // The span may have been changed elsewhere: on the histogram, or by its chip.
  useEffect(() => {
    setFrom(shown(span?.from));
    setTo(shown(span?.to));
  }, [span?.from, span?.to]);

  const problemOf = (fromText: string, toText: string): string | undefined => {
    const [start, end] = [parisInstant(fromText), parisInstant(toText)];
    if (isBlank(fromText) && isBlank(toText)) return undefined;
    if (start === undefined || end === undefined) return words.timeBad;
    return Date.parse(end) > Date.parse(start) ? undefined : words.timeOrder;
  };
  function say(found: string | undefined): void {
    setProblem(found);
    onProblem?.(found);
  }
  function take(): void {
    const found = problemOf(from, to);
    say(found);
    const [start, end] = [parisInstant(from), parisInstant(to)];
    if (found === undefined) onChange(start === undefined || end === undefined ? undefined : { from: start, to: end });
  }
  // What is wrong is said when a field is left, and no longer as soon as it is mended: a button below stays where it is while it is pressed.
  function typed(fromText: string, toText: string): void {
    setFrom(fromText);
    setTo(toText);
    if (problem !== undefined && problemOf(fromText, toText) === undefined) say(undefined);
  }
  const field = (label: string, value: string, set: (text: string) => void) => (
    <label className="field">
      {label}
      <input
        type="text"
        inputMode="numeric"
        autoComplete="off"
        placeholder={words.timePlaceholder}
        value={value}
        aria-invalid={problem !== undefined}
        onChange={(event) => set(event.target.value)}
        onBlur={take}
        onKeyDown={(event) => {
          if (event.key === 'Enter') take();
        }}
      />
    </label>
  );
  return (
    <>
      {field(words.from, from, (text) => typed(text, to))}
      {field(words.to, to, (text) => typed(from, text))}
      {problem !== undefined && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
    </>
  );
}
