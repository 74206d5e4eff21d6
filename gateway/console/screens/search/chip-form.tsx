import { useWords } from '../../app/settings.tsx';
import { Amount } from './condition-fields.tsx';
import { ConditionForm } from './condition-form.tsx';
import { figuresOf } from './conditions.ts';
import { type Move, movedFilter } from './filter-tree.ts';
import { type Filters, filterOf, type Travel, type Where, withFacet } from './filters.ts';

const MOVES: readonly Move[] = ['earlier', 'later', 'in', 'out', 'group'];

/** What can be set of one chip, and where it can go. */
export function ChipForm({
  filters,
  chip,
  onChange,
  onMove,
  onDraw,
}: {
  readonly filters: Filters;
  /** Key of the chip. */
  readonly chip: string;
  onChange(filters: Filters): void;
  onMove(key: string, move: Move): void;
  onDraw(facet: Where): void;
}) {
  const { group: words } = useWords();
  const facet = filterOf(filters.list, chip)?.facet;
  if (facet === undefined) return null;
  return (
    <div className="chip-form">
      {facet.kind === 'where' && (
        <ConditionForm leaf={facet.leaf} onChange={(leaf) => onChange(withFacet(filters, { ...facet, leaf }))} />
      )}
      {facet.kind === 'where' && figuresOf(facet.leaf).length > 0 && (
        <button type="button" data-redraw="" onClick={() => onDraw(facet)}>
          {words.redraw} <span aria-hidden="true">✎</span>
        </button>
      )}
      {facet.kind === 'group' && facet.travel !== undefined && (
        <TravelTimes travel={facet.travel} onChange={(travel) => onChange(withFacet(filters, { ...facet, travel }))} />
      )}
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset cannot stand in a line */}
      <div className="row moves" role="group" aria-label={words.move}>
        {MOVES.map((move) => (
          <button
            key={move}
            type="button"
            data-move={move}
            disabled={movedFilter(filters, chip, move, () => 'tried') === undefined}
            onClick={() => onMove(chip, move)}
          >
            {words.moves[move]}
          </button>
        ))}
      </div>
    </div>
  );
}

/** The least and the most time that the way to the other camera may take; never less at most than at least. */
export function TravelTimes({ travel, onChange }: { readonly travel: Travel; onChange(travel: Travel): void }) {
  const { group: words } = useWords();
  const { minSeconds, maxSeconds } = travel;
  return (
    <>
      <Amount
        label={words.minTravel}
        value={minSeconds}
        onChange={(least) => onChange({ ...travel, minSeconds: least, maxSeconds: Math.max(least, maxSeconds) })}
      />
      <Amount
        label={words.maxTravel}
        value={maxSeconds}
        onChange={(most) => onChange({ ...travel, minSeconds: Math.min(most, minSeconds), maxSeconds: most })}
      />
    </>
  );
}
