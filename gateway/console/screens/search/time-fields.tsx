import { useWords } from '../../app/settings.tsx';
import { type Filters, facetOf, withFacet, without } from './filters.ts';
import { SpanFields } from './span-fields.tsx';

/** The period of the whole question. */
export function TimeFields({
  filters,
  onChange,
  onProblem,
}: {
  readonly filters: Filters;
  onChange(filters: Filters): void;
  onProblem(problem: string | undefined): void;
}) {
  const { search: words } = useWords();
  return (
    <fieldset>
      <legend>{words.when}</legend>
      <SpanFields
        span={facetOf(filters, 'time')?.span}
        onChange={(span) =>
          onChange(span === undefined ? without(filters, 'time') : withFacet(filters, { kind: 'time', span }))
        }
        onProblem={onProblem}
      />
    </fieldset>
  );
}
