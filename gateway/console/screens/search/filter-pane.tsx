import { type FormEvent, useState } from 'react';
import type { ClassName, ColourName } from '../../../vocabulary.ts';
import { useSession } from '../../app/session.tsx';
import { useName, useWords } from '../../app/settings.tsx';
import { onceAClick } from '../../parts/once-a-click.ts';
import { CLASSES, COLOURS } from '../../parts/vocabulary.ts';
import { ConditionMenu } from './condition-menu.tsx';
import type { ConditionKind } from './conditions.ts';
import { type Filters, facetOf, withFacet } from './filters.ts';
import { TimeFields } from './time-fields.tsx';

const toggledIn = <T,>(list: readonly T[], item: T): readonly T[] =>
  list.includes(item) ? list.filter((each) => each !== item) : [...list, item];

/** Criteria. What the requisition does not cover stands greyed, with the reason. */
export function FilterPane({
  filters,
  onChange,
  onAsk,
  onAdd,
  hasFrame,
}: {
  readonly filters: Filters;
  onChange(filters: Filters): void;
  onAsk(): void;
  onAdd(kind: ConditionKind): void;
  /** Whether a frame is on the stage to draw on. */
  readonly hasFrame: boolean;
}) {
  const words = useWords();
  const { requisition } = useSession();
  const [timeProblem, setTimeProblem] = useState<string>();
  const classes = facetOf(filters, 'classes')?.classes ?? [];
  const colours = facetOf(filters, 'colours')?.colours ?? [];
  const least = facetOf(filters, 'confidence')?.least ?? 0;

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    if (timeProblem === undefined) onAsk();
    else event.currentTarget.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }
  const setClass = (name: ClassName) =>
    onChange(withFacet(filters, { kind: 'classes', classes: toggledIn(classes, name) }));
  const setColour = (name: ColourName) => {
    const isSet = colours.some(({ colour }) => colour === name);
    const next = isSet ? colours.filter(({ colour }) => colour !== name) : [...colours, { colour: name }];
    onChange(withFacet(filters, { kind: 'colours', colours: next }));
  };

  return (
    <aside className="filters" aria-labelledby="filters-title">
      <h3 id="filters-title">{words.search.filters}</h3>
      <form onSubmit={submit}>
        <fieldset id="classes">
          <legend>{words.search.classes}</legend>
          <Choices
            names={CLASSES}
            allowed={requisition.facets.classes}
            isChosen={(name) => classes.includes(name)}
            onToggle={setClass}
          />
        </fieldset>
        <fieldset id="colours">
          <legend>{words.search.colours}</legend>
          <Choices
            names={COLOURS}
            allowed={requisition.facets.colours}
            isChosen={(name) => colours.some(({ colour }) => colour === name)}
            onToggle={setColour}
            swatches
          />
        </fieldset>
        <TimeFields filters={filters} onChange={onChange} onProblem={setTimeProblem} />
        <ConditionMenu filters={filters} hasFrame={hasFrame} onChange={onChange} onAdd={onAdd} />
        <label className="field">
          {words.search.minConfidence}
          {words.app.colon}
          {Math.round(least * 100)} %
          <input
            type="range"
            min={0}
            max={100}
            step={5}
            value={Math.round(least * 100)}
            onChange={(event) =>
              onChange(withFacet(filters, { kind: 'confidence', least: Number(event.target.value) / 100 }))
            }
          />
        </label>
        <label className="field">
          {words.search.order}
          <select
            value={filters.order}
            onChange={(event) => onChange({ ...filters, order: event.target.value === 'time' ? 'time' : 'confidence' })}
          >
            <option value="time">{words.search.time}</option>
            <option value="confidence">{words.search.confidence}</option>
          </select>
        </label>
        <div className="row ask-row">
          <button type="submit" className="primary" id="ask" onClick={onceAClick()}>
            {words.search.ask}
          </button>
        </div>
      </form>
    </aside>
  );
}

function Choices<T extends string>({
  names,
  allowed,
  isChosen,
  onToggle,
  swatches = false,
}: {
  readonly names: readonly T[];
  readonly allowed: readonly T[];
  isChosen(name: T): boolean;
  onToggle(name: T): void;
  readonly swatches?: boolean;
}) {
  const { requisition } = useWords();
  const nameOf = useName();
  return (
    <div className="choices">
      {names.map((name) => {
        const isAllowed = allowed.includes(name);
        return (
          <label
            key={name}
            className={isAllowed ? '' : 'absent'}
            title={isAllowed ? undefined : requisition.notCovered}
          >
            <input
              type="checkbox"
              value={name}
              checked={isChosen(name)}
              disabled={!isAllowed}
              onChange={() => onToggle(name)}
            />
            {swatches && <span className={`swatch swatch-${name}`} aria-hidden="true" />}
            {nameOf(name)}
            {!isAllowed && <span className="hidden"> ({requisition.notCovered})</span>}
          </label>
        );
      })}
    </div>
  );
}
