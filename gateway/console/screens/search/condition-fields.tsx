import type { ReactNode } from 'react';
import type { ClassName } from '../../../vocabulary.ts';
import { useSession } from '../../app/session.tsx';
import { useName, useWords } from '../../app/settings.tsx';

// Controls that the forms of conditions are made of.

/** A label before its control. */
export const Labelled = ({ label, children }: { readonly label: string; readonly children: ReactNode }) => (
  // biome-ignore lint/a11y/noLabelWithoutControl: the control is the child
  <label className="inline-field">
    {label} {children}
  </label>
);

/** One of a few words. */
export function Choice<T extends string>({
  label,
  value,
  options,
  nameOf,
  onChange,
}: {
  readonly label: string;
  readonly value: T;
  readonly options: readonly T[];
  nameOf(name: T): string;
  onChange(value: T): void;
}) {
  return (
    <Labelled label={label}>
      <select value={value} onChange={(event) => onChange(event.target.value as T)}>
        {options.map((name) => (
          <option key={name} value={name}>
            {nameOf(name)}
          </option>
        ))}
      </select>
    </Labelled>
  );
}

/** A number within bounds; what lies outside is not taken. */
export function Amount({
  label,
  value,
  min = 0,
  max = 100_000,
  onChange,
}: {
  readonly label: string;
  readonly value: number;
  readonly min?: number;
  readonly max?: number;
  onChange(value: number): void;
}) {
  return (
    <Labelled label={label}>
      <input
        type="number"
        min={min}
        max={max}
        value={value}
        onChange={(event) => {
          const next = event.target.valueAsNumber;
          if (next >= min && next <= max) onChange(next);
        }}
      />
    </Labelled>
  );
}

interface Range {
  readonly min?: number;
  readonly max?: number;
}

/** At least, at most, or both. */
export function Between({
  label,
  value,
  onChange,
}: {
  readonly label: string;
  readonly value: Range;
  onChange(value: Range): void;
}) {
  const { condition: words } = useWords();
  const set = (end: 'min' | 'max', text: string) => {
    const { [end]: _, ...rest } = value;
    const number = Number(text);
    const next: Range = text === '' || !(number >= 0) ? rest : { ...rest, [end]: number };
    // A range without an end says nothing, and the gateway refuses it.
    if (next.min !== undefined || next.max !== undefined) onChange(next);
  };
  return (
    <div className="row">
      {(['min', 'max'] as const).map((end) => (
        <Labelled key={end} label={`${label}, ${words[end]}`}>
          <input type="number" min={0} value={value[end] ?? ''} onChange={(event) => set(end, event.target.value)} />
        </Labelled>
      ))}
    </div>
  );
}

/** One class of the requisition, or any. */
export function OneClass({
  value,
  onChange,
}: {
  readonly value: readonly ClassName[] | undefined;
  onChange(name: ClassName | undefined): void;
}) {
  const { condition: words } = useWords();
  const nameOf = useName();
  const { classes } = useSession().requisition.facets;
  return (
    <Labelled label={words.ofClass}>
      <select
        value={value?.[0] ?? ''}
        onChange={(event) => onChange(classes.find((name) => name === event.target.value))}
      >
        <option value="">{words.anyClass}</option>
        {classes.map((name) => (
          <option key={name} value={name}>
            {nameOf(name)}
          </option>
        ))}
      </select>
    </Labelled>
  );
}

/** Any of a list: at least one stays. */
export function Several<T extends string>({
  label,
  names,
  value,
  onChange,
}: {
  readonly label: string;
  readonly names: readonly T[];
  readonly value: readonly T[];
  onChange(value: readonly T[]): void;
}) {
  const nameOf = useName();
  return (
    <fieldset className="several">
      <legend className="hidden">{label}</legend>
      {names.map((name) => (
        <label key={name}>
          <input
            type="checkbox"
            checked={value.includes(name)}
            onChange={() => {
              const next = names.filter((each) => (each === name) !== value.includes(each));
              if (next.length > 0) onChange(next);
            }}
          />{' '}
          {nameOf(name)}
        </label>
      ))}
    </fieldset>
  );
}
