import type { ReactNode } from 'react';
import type { ClassName } from '../../../vocabulary.ts';
import { useSession } from '../../app/session.tsx';
import { useName, useWords } from '../../app/settings.tsx';
import { CROSSINGS, RELATIONS, WEEKDAYS } from './conditions.ts';
import type { Leaf } from './filters.ts';

interface Properties {
  readonly leaf: Leaf;
  onChange(leaf: Leaf): void;
}

const SECTORS = [0, 45, 90, 135, 180, 225, 270, 315] as const;
const opposite = (degrees: number): number => (degrees + 360) % 360;

/** The numbers and choices of one condition; what was drawn is drawn again by a button of its chip. */
export function ConditionForm({ leaf, onChange }: Properties) {
  const { condition: words } = useWords();
  const nameOf = useName();
  if ('zone' in leaf)
    return (
      <Choice
        label={words.relation}
        value={leaf.zone.relation ?? 'passes'}
        options={RELATIONS}
        nameOf={(name) => words.relations[name]}
        onChange={(relation) => onChange({ zone: { ...leaf.zone, relation } })}
      />
    );
  if ('line' in leaf)
    return (
      <Choice
        label={words.crossing}
        value={leaf.line.direction ?? 'both'}
        options={CROSSINGS}
        nameOf={(name) => words.crossings[name]}
        onChange={(direction) => onChange({ line: { ...leaf.line, direction } })}
      />
    );
  if ('path' in leaf)
    return (
      <Amount
        label={words.tolerance}
        value={Math.round(leaf.path.tolerance * 100)}
        min={1}
        max={50}
        onChange={(percent) => onChange({ path: { ...leaf.path, tolerance: percent / 100 } })}
      />
    );
  if ('sequence' in leaf)
    return (
      <Amount
        label={words.within}
        value={leaf.sequence.withinSeconds}
        onChange={(withinSeconds) => onChange({ sequence: { ...leaf.sequence, withinSeconds } })}
      />
    );
  if ('dwell' in leaf)
    return (
      <Amount
        label={words.atLeastSeconds}
        value={leaf.dwell.minSeconds}
        onChange={(minSeconds) => onChange({ dwell: { ...leaf.dwell, minSeconds } })}
      />
    );
  if ('stationary' in leaf)
    return (
      <Amount
        label={words.atLeastSeconds}
        value={leaf.stationary.minSeconds}
        onChange={(minSeconds) => onChange({ stationary: { ...leaf.stationary, minSeconds } })}
      />
    );
  if ('speed' in leaf)
    return <Between label={words.speed} value={leaf.speed} onChange={(speed) => onChange({ speed })} />;
  if ('size' in leaf)
    return (
      <>
        <Between
          label={words.width}
          value={leaf.size.widthPx ?? {}}
          onChange={(widthPx) => onChange({ size: { ...leaf.size, widthPx } })}
        />
        <Between
          label={words.height}
          value={leaf.size.heightPx ?? {}}
          onChange={(heightPx) => onChange({ size: { ...leaf.size, heightPx } })}
        />
      </>
    );
  if ('direction' in leaf)
    return (
      <Choice
        label={words.direction}
        value={`${opposite(leaf.direction.fromDegrees + 45)}`}
        options={SECTORS.map(String)}
        nameOf={(name) => words.directions[SECTORS.indexOf(Number(name) as 0)] ?? name}
        onChange={(name) =>
          onChange({ direction: { fromDegrees: opposite(Number(name) - 45), toDegrees: opposite(Number(name) + 45) } })
        }
      />
    );
  if ('near' in leaf)
    return (
      <>
        <OneClass value={leaf.near.class} onChange={(name) => onChange({ near: { ...withClass(leaf.near, name) } })} />
        <Amount
          label={words.distance}
          value={Math.round(leaf.near.distance * 100)}
          min={1}
          max={100}
          onChange={(percent) => onChange({ near: { ...leaf.near, distance: percent / 100 } })}
        />
      </>
    );
  if ('crowd' in leaf)
    return (
      <>
        <Amount
          label={words.atLeast}
          value={leaf.crowd.atLeast}
          min={2}
          max={1000}
          onChange={(atLeast) => onChange({ crowd: { ...leaf.crowd, atLeast } })}
        />
        <OneClass
          value={leaf.crowd.class}
          onChange={(name) => onChange({ crowd: { ...withClass(leaf.crowd, name) } })}
        />
      </>
    );
  if ('timeOfDay' in leaf)
    return (
      <div className="row">
        {(['from', 'to'] as const).map((end) => (
          <Labelled key={end} label={words[end]}>
            <input
              type="time"
              value={leaf.timeOfDay[end]}
              onChange={(event) =>
                event.target.value !== '' && onChange({ timeOfDay: { ...leaf.timeOfDay, [end]: event.target.value } })
              }
            />
          </Labelled>
        ))}
      </div>
    );
  if ('weekday' in leaf)
    return (
      <div className="row">
        {WEEKDAYS.map((day) => (
          <label key={day}>
            <input
              type="checkbox"
              checked={leaf.weekday.includes(day)}
              onChange={() => {
                const weekday = WEEKDAYS.filter((each) => (each === day) !== leaf.weekday.includes(each));
                if (weekday.length > 0) onChange({ weekday });
              }}
            />{' '}
            {nameOf(day)}
          </label>
        ))}
      </div>
    );
  return null;
}

function withClass<T extends { readonly class?: readonly ClassName[] }>(value: T, name: ClassName | undefined): T {
  const { class: _, ...rest } = value;
  return (name === undefined ? rest : { ...rest, class: [name] }) as T;
}

const Labelled = ({ label, children }: { readonly label: string; readonly children: ReactNode }) => (
  // biome-ignore lint/a11y/noLabelWithoutControl: the control is the child
  <label className="inline-field">
    {label} {children}
  </label>
);

function Choice<T extends string>({
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

function Amount({
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

function Between({
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

function OneClass({
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
