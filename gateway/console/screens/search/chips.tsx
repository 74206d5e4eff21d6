import { useName, useWords } from '../../app/settings.tsx';
import { clockSpan } from '../../parts/time.ts';
import { type Facet, type Filters, toggled, withoutKind } from './filters.ts';

function useFacetWords(): (facet: Facet) => string {
  const { search: words } = useWords();
  const nameOf = useName();
  return (facet) => {
    switch (facet.kind) {
      case 'classes':
        return facet.classes.map(nameOf).join(` ${words.or} `);
      case 'colours':
        return facet.colours
          .map(({ colour, part }) => `${nameOf(colour)}${part === undefined ? '' : ` (${nameOf(part)})`}`)
          .join(` ${words.or} `);
      case 'time':
        return clockSpan(facet.span.from, facet.span.to);
      case 'exhibits':
        return words.exhibitCount(facet.exhibits.length);
      case 'zone':
        return words.zoneOf(facet.points.length);
      case 'confidence':
        return `${words.minConfidence} ${Math.round(facet.least * 100)} %`;
    }
  };
}

/** What is asked, a chip a criterion: switched off, edited in the pane at the right, or removed. */
export function Chips({
  filters,
  onChange,
  onEditZone,
}: {
  readonly filters: Filters;
  onChange(filters: Filters): void;
  onEditZone(): void;
}) {
  const { search: words, draw } = useWords();
  const sayFacet = useFacetWords();
  if (filters.list.length === 0) return <p className="chips-empty sub">{words.noFilter}</p>;
  return (
    <ul className="chips" aria-label={words.filters}>
      {filters.list.map(({ facet, isOff }) => (
        <li key={facet.kind} className={isOff ? 'off' : ''}>
          <button
            type="button"
            aria-pressed={!isOff}
            title={isOff ? words.switchOn : words.switchOff}
            onClick={() => onChange(toggled(filters, facet.kind))}
          >
            {sayFacet(facet)}
          </button>
          {facet.kind === 'zone' && (
            <button type="button" aria-label={draw.edit} title={draw.edit} onClick={onEditZone}>
              ✎
            </button>
          )}
          <button
            type="button"
            className="remove"
            aria-label={`${words.remove} : ${sayFacet(facet)}`}
            onClick={() => onChange(withoutKind(filters, facet.kind))}
          >
            ×
          </button>
        </li>
      ))}
    </ul>
  );
}
