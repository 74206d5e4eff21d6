import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { useCaseData } from '../../app/case-data.tsx';
import { useName, useWords } from '../../app/settings.tsx';
import { clockSpan } from '../../parts/time.ts';
import { ChipForm } from './chip-form.tsx';
import { coloursInWords, useGroupWords, useLeafWords } from './condition-words.ts';
import { type Move, movedFilter } from './filter-tree.ts';
import {
  type Facet,
  type Filter,
  type Filters,
  type Group,
  inverted,
  keyOf,
  targetOf,
  toggled,
  type Where,
  withFacet,
  without,
} from './filters.ts';
import { ShapeIcon } from './shape-icon.tsx';

/** A filter in a few words; of a group, what joins it. */
function useFilterWords(): (filter: Pick<Filter, 'facet' | 'isInverted'>) => string {
  const { search: words } = useWords();
  const nameOf = useName();
  const sayLeaf = useLeafWords();
  const sayGroup = useGroupWords();
  const { exhibits } = useCaseData();
  const cameras = (ids: readonly string[]): string =>
    [...new Set(exhibits.filter(({ id }) => ids.includes(id)).map(({ camera }) => camera.id))].join(', ');
  const say = (facet: Exclude<Facet, Group>): string => {
    switch (facet.kind) {
      case 'classes':
        return facet.classes.map(nameOf).join(` ${words.or} `);
      case 'colours':
        return coloursInWords(facet.colours, nameOf, words.or);
      case 'time':
        return clockSpan(facet.span.from, facet.span.to);
      case 'exhibits':
        return words.exhibitCount(facet.exhibits.length);
      case 'confidence':
        return `${words.minConfidence} ${Math.round(facet.least * 100)} %`;
      case 'where':
        return sayLeaf(facet.leaf, facet.about);
    }
  };
  return ({ facet, isInverted }) =>
    facet.kind === 'group' ? sayGroup(facet, isInverted, cameras) : `${isInverted ? `${words.not} ` : ''}${say(facet)}`;
}

const MOVE_OF: Readonly<Record<string, Move>> = {
  ArrowLeft: 'earlier',
  ArrowRight: 'later',
  ArrowUp: 'out',
  ArrowDown: 'in',
};

interface Acts {
  readonly filters: Filters;
  readonly edited: string | undefined;
  onEdit(key: string): void;
  onMove(key: string, move: Move): void;
  onRemove(key: string): void;
  onChange(filters: Filters): void;
}

/** What is asked, a chip a criterion, groups within each other: edited, inverted, moved, switched off, or removed. */
export function Chips({
  filters,
  onChange,
  onDraw,
}: {
  readonly filters: Filters;
  onChange(filters: Filters): void;
  /** Draws what a condition has on the picture again. */
  onDraw(facet: Where): void;
}) {
  const { search: words, group: groupWords } = useWords();
  const [edited, setEdited] = useState<string>();
  const [moved, setMoved] = useState<{ readonly key: string; readonly isFromForm: boolean }>();
  const surface = useRef<HTMLDivElement>(null);
  /** Where in the list the chip stood that was just removed. */
  const removedAt = useRef<number>(undefined);
  // Who removes a chip by a key goes on at the next one, or where one is added.
  useEffect(() => {
    const at = removedAt.current;
    removedAt.current = undefined;
    if (at === undefined || document.activeElement !== document.body) return;
    const left = [...(surface.current?.querySelectorAll<HTMLElement>('.remove') ?? [])];
    (left[Math.min(at, left.length - 1)] ?? document.getElementById('typed'))?.focus();
  });
  useEffect(() => {
    if (moved === undefined || moved.isFromForm) return;
    surface.current?.querySelector<HTMLElement>(`[data-chip="${moved.key}"] button`)?.focus();
  }, [moved]);
  if (filters.list.length === 0) return <p className="chips-empty sub">{words.noFilter}</p>;

  function move(key: string, where: Move): void {
    const result = movedFilter(filters, key, where, () => crypto.randomUUID());
    if (result === undefined) return;
    onChange(result.filters);
    if (edited === key) setEdited(result.key);
    setMoved({ key: result.key, isFromForm: document.activeElement?.closest('.chip-form') !== null });
  }
  const acts: Acts = {
    filters,
    edited,
    onEdit: (key) => setEdited((before) => (before === key ? undefined : key)),
    onMove: move,
    onRemove(key) {
      const all = [...(surface.current?.querySelectorAll<Element>('.remove') ?? [])];
      removedAt.current = Math.max(0, all.indexOf(document.activeElement as Element));
      onChange(without(filters, key));
    },
    onChange,
  };
  return (
    <div ref={surface}>
      <ChipList list={filters.list} joint="all" label={words.filters} acts={acts} />
      {edited !== undefined && (
        <ChipForm filters={filters} chip={edited} onChange={onChange} onMove={move} onDraw={onDraw} />
      )}
      <p className="hidden" role="status">
        {moved === undefined ? '' : groupWords.moved}
      </p>
    </div>
  );
}

function ChipList({
  list,
  joint,
  label,
  acts,
}: {
  readonly list: readonly Filter[];
  readonly joint: 'all' | 'any';
  readonly label: string;
  readonly acts: Acts;
}) {
  const { group: words } = useWords();
  return (
    <ul className="chips" aria-label={label}>
      {list.map((filter, index) => (
        <li
          key={keyOf(filter.facet)}
          data-chip={keyOf(filter.facet)}
          onKeyDown={(event) => moveByKey(event, keyOf(filter.facet), acts)}
        >
          {index > 0 && <span className="joint">{words.and[joint]}</span>}
          {filter.facet.kind === 'group' ? (
            <GroupChip filter={filter} group={filter.facet} acts={acts} />
          ) : (
            <Chip filter={filter} acts={acts} />
          )}
        </li>
      ))}
    </ul>
  );
}

function moveByKey(event: KeyboardEvent, key: string, { onMove }: Acts): void {
  const move = MOVE_OF[event.key];
  if (move === undefined || !event.shiftKey || event.ctrlKey || event.altKey) return;
  event.preventDefault();
  event.stopPropagation();
  onMove(key, move);
}

const classOf = ({ isOff, isInverted }: Filter): string => `${isOff ? 'off' : ''} ${isInverted ? 'inverted' : ''}`;

function Chip({ filter, acts }: { readonly filter: Filter; readonly acts: Acts }) {
  const { search: words } = useWords();
  const said = useFilterWords()(filter);
  const key = keyOf(filter.facet);
  return (
    <span className={`chip ${classOf(filter)}`}>
      <button
        type="button"
        aria-pressed={!filter.isOff}
        title={filter.isOff ? words.switchOn : words.switchOff}
        onClick={() => acts.onChange(toggled(acts.filters, key))}
      >
        {filter.facet.kind === 'where' && <ShapeIcon leaf={filter.facet.leaf} />}
        {said}
      </button>
      <ChipActs filter={filter} said={said} acts={acts} />
    </span>
  );
}

/** A group: what joins it, its chips, and whether new conditions go to it. */
function GroupChip({ filter, group, acts }: { readonly filter: Filter; readonly group: Group; readonly acts: Acts }) {
  const { search, group: words } = useWords();
  const said = useFilterWords()(filter);
  const other = group.joint === 'all' ? 'any' : 'all';
  const isTarget = targetOf(acts.filters)?.id === group.id;
  const put = (next: Group) => acts.onChange(withFacet(acts.filters, next));
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot stand in a line
    <div className={`chip-group ${classOf(filter)} ${isTarget ? 'target' : ''}`} role="group" aria-label={said}>
      <div className="chip-group-head">
        <button
          type="button"
          aria-pressed={!filter.isOff}
          title={filter.isOff ? search.switchOn : search.switchOff}
          onClick={() => acts.onChange(toggled(acts.filters, group.id))}
        >
          {said}
        </button>
        {group.travel === undefined && (
          <button
            type="button"
            className="switch"
            aria-label={`${words.switchTo[other]} : ${said}`}
            onClick={() => put({ ...group, joint: other })}
          >
            {words.switchTo[other]}
          </button>
        )}
        <button
          type="button"
          aria-pressed={isTarget}
          aria-label={`${words.addHere} : ${said}`}
          title={words.addHere}
          onClick={() => acts.onChange({ ...acts.filters, target: isTarget ? undefined : group.id })}
        >
          +
        </button>
        <ChipActs filter={filter} said={said} acts={acts} />
      </div>
      {group.parts.length === 0 ? (
        <p className="sub">{words.empty}</p>
      ) : (
        <ChipList list={group.parts} joint={group.joint} label={said} acts={acts} />
      )}
      {group.travel !== undefined && <p className="sub never-same">{words.neverSame}</p>}
    </div>
  );
}

function ChipActs({ filter, said, acts }: { readonly filter: Filter; readonly said: string; readonly acts: Acts }) {
  const { search: words } = useWords();
  const key = keyOf(filter.facet);
  return (
    <>
      {filter.facet.kind !== 'exhibits' && (
        <>
          <button
            type="button"
            aria-pressed={filter.isInverted}
            aria-label={`${words.invert} : ${said}`}
            title={words.invert}
            onClick={() => acts.onChange(inverted(acts.filters, key))}
          >
            ¬
          </button>
          <button
            type="button"
            aria-expanded={acts.edited === key}
            aria-label={`${words.edit} : ${said}`}
            title={words.edit}
            onClick={() => acts.onEdit(key)}
          >
            …
          </button>
        </>
      )}
      <button
        type="button"
        className="remove"
        aria-label={`${words.remove} : ${said}`}
        title={words.remove}
        onClick={() => acts.onRemove(key)}
      >
        ×
      </button>
    </>
  );
}
