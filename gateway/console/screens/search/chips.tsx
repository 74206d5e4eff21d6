import { useState } from 'react';
import { useName, useWords } from '../../app/settings.tsx';
import { clockSpan } from '../../parts/time.ts';
import { ConditionForm } from './condition-form.tsx';
import { useLeafWords } from './condition-words.ts';
import { type Facet, type Filter, type Filters, inverted, keyOf, toggled, withFacet, without } from './filters.ts';

function useFacetWords(): (facet: Facet) => string {
  const { search: words } = useWords();
  const nameOf = useName();
  const sayLeaf = useLeafWords();
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
      case 'confidence':
        return `${words.minConfidence} ${Math.round(facet.least * 100)} %`;
      case 'where':
        return sayLeaf(facet.leaf);
    }
  };
}

/** What is asked, a chip a criterion: edited, inverted, switched off, or removed. */
export function Chips({ filters, onChange }: { readonly filters: Filters; onChange(filters: Filters): void }) {
  const { search: words } = useWords();
  const [edited, setEdited] = useState<string>();
  if (filters.list.length === 0) return <p className="chips-empty sub">{words.noFilter}</p>;
  const open = filters.list.find(({ facet }) => facet.kind === 'where' && facet.id === edited)?.facet;
  return (
    <div>
      <ul className="chips" aria-label={words.filters}>
        {filters.list.map((filter) => (
          <Chip
            key={keyOf(filter.facet)}
            filter={filter}
            isEdited={keyOf(filter.facet) === edited}
            onEdit={() => setEdited((before) => (before === keyOf(filter.facet) ? undefined : keyOf(filter.facet)))}
            onToggle={() => onChange(toggled(filters, keyOf(filter.facet)))}
            onInvert={() => onChange(inverted(filters, keyOf(filter.facet)))}
            onRemove={() => onChange(without(filters, keyOf(filter.facet)))}
          />
        ))}
      </ul>
      {open?.kind === 'where' && (
        <div className="chip-form">
          <ConditionForm leaf={open.leaf} onChange={(leaf) => onChange(withFacet(filters, { ...open, leaf }))} />
        </div>
      )}
    </div>
  );
}

function Chip({
  filter,
  isEdited,
  onEdit,
  onToggle,
  onInvert,
  onRemove,
}: {
  readonly filter: Filter;
  readonly isEdited: boolean;
  onEdit(): void;
  onToggle(): void;
  onInvert(): void;
  onRemove(): void;
}) {
  const { search: words } = useWords();
  const { facet, isOff, isInverted } = filter;
  const said = useFacetWords()(facet);
  return (
    <li className={`${isOff ? 'off' : ''} ${isInverted ? 'inverted' : ''}`}>
      <button type="button" aria-pressed={!isOff} title={isOff ? words.switchOn : words.switchOff} onClick={onToggle}>
        {isInverted && `${words.not} `}
        {said}
      </button>
      {facet.kind !== 'exhibits' && (
        <button
          type="button"
          aria-pressed={isInverted}
          aria-label={`${words.invert} : ${said}`}
          title={words.invert}
          onClick={onInvert}
        >
          ¬
        </button>
      )}
      {facet.kind === 'where' && (
        <button
          type="button"
          aria-expanded={isEdited}
          aria-label={`${words.edit} : ${said}`}
          title={words.edit}
          onClick={onEdit}
        >
          …
        </button>
      )}
      <button type="button" className="remove" aria-label={`${words.remove} : ${said}`} onClick={onRemove}>
        ×
      </button>
    </li>
  );
}
