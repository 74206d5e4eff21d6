import { useEffect, useState } from 'react';
import { useWords } from '../../app/settings.tsx';
import { clockTime, parisInstant } from '../../parts/time.ts';
import type { Span } from './filters.ts';

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

  function take(fromText = from, toText = to): void {
    const [start, end] = [parisInstant(fromText), parisInstant(toText)];
    const isBlank = fromText.trim() === '' && toText.trim() === '';
    const isOrdered = start !== undefined && end !== undefined && Date.parse(end) > Date.parse(start);
    if (isBlank) onChange(undefined);
    else if (isOrdered) onChange({ from: start, to: end });
    const found =
      isBlank || isOrdered ? undefined : start === undefined || end === undefined ? words.timeBad : words.timeOrder;
    setProblem(found);
    onProblem?.(found);
  }
  // What is wrong is said when the field is left, and no longer as soon as it is mended: a button below stays where it is while it is pressed.
  function typeFrom(text: string): void {
    setFrom(text);
    if (problem !== undefined) take(text, to);
  }
  function typeTo(text: string): void {
    setTo(text);
    if (problem !== undefined) take(from, text);
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
        onBlur={() => take()}
      />
    </label>
  );
  return (
    <>
      {field(words.from, from, typeFrom)}
      {field(words.to, to, typeTo)}
      {problem !== undefined && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
    </>
  );
}
