import { type ReactNode, useMemo } from 'react';
import type { ExhibitBody } from '../../api/types.ts';
import { useCaseData } from '../../app/case-data.tsx';
import { useInvestigation } from '../../app/investigation.tsx';
import { useWords } from '../../app/settings.tsx';
import { byName } from '../../parts/by-name.ts';
import { clockTime } from '../../parts/time.ts';
import { type Filters, facetOf, withFacet } from './filters.ts';

/** The cameras of the case with what was found in each; checked recordings alone are asked, none checked asks all. */
export function Cameras({ filters, onChange }: { readonly filters: Filters; onChange(filters: Filters): void }) {
  const { search: words } = useWords();
  const { exhibits } = useCaseData();
  const chosen = facetOf(filters, 'exhibits')?.exhibits ?? [];
  const countOf = useCounts();
  const sealed = exhibits.filter(({ state }) => state === 'sealed');
  const cameras = [...Map.groupBy(sealed, ({ camera }) => camera.id)].toSorted(([a], [b]) => byName(a, b));
  const toggle = (own: readonly ExhibitBody[], isChosen: boolean): void => {
    const ids = own.map(({ id }) => id);
    const rest = chosen.filter((id) => !ids.includes(id));
    onChange(withFacet(filters, { kind: 'exhibits', exhibits: isChosen ? rest : [...rest, ...ids] }));
  };
  return (
    <>
      <h3>{words.cameras}</h3>
      <ul>
        {cameras.map(([camera, own]) => {
          const picked = own.filter(({ id }) => chosen.includes(id)).length;
          const [only] = own;
          const isMany = own.length > 1;
          return (
            <li key={camera}>
              <Choice
                checked={picked === own.length ? 'all' : picked > 0 ? 'some' : 'none'}
                count={countOf(own)}
                onToggle={() => toggle(own, picked === own.length)}
              >
                {camera}
                <span className="sub">
                  {only?.camera.place}
                  {!isMany && ` · ${only?.fileName}`}
                </span>
              </Choice>
              {isMany && (
                <details className="camera-files">
                  <summary className="camera-files-head">{words.recordings(own.length, picked)}</summary>
                  <ul>
                    {own
                      .toSorted((a, b) => a.captureStart.localeCompare(b.captureStart))
                      .map((exhibit) => {
                        const isChosen = chosen.includes(exhibit.id);
                        return (
                          <li key={exhibit.id}>
                            <Choice
                              checked={isChosen ? 'all' : 'none'}
                              count={countOf([exhibit])}
                              onToggle={() => toggle([exhibit], isChosen)}
                            >
                              {exhibit.fileName}
                              <span className="sub">{clockTime(exhibit.captureStart)}</span>
                            </Choice>
                          </li>
                        );
                      })}
                  </ul>
                </details>
              )}
            </li>
          );
        })}
      </ul>
      <p className="sub">{words.camerasHint}</p>
    </>
  );
}

function Choice({
  checked,
  count,
  onToggle,
  children,
}: {
  readonly checked: 'all' | 'some' | 'none';
  /** Undefined of what was not asked or not analysed, which is not 0. */
  readonly count: number | undefined;
  onToggle(): void;
  readonly children: ReactNode;
}) {
  return (
    <label>
      <input
        type="checkbox"
        ref={(box) => {
          if (box !== null) box.indeterminate = checked === 'some';
        }}
        checked={checked === 'all'}
        onChange={onToggle}
      />
      <span className="camera-name">{children}</span>
      {count !== undefined && <span className="count">{count}</span>}
    </label>
  );
}

/** Hits of the whole answer, whatever of it has arrived; undefined where it speaks of none of the recordings. */
function useCounts(): (exhibits: readonly ExhibitBody[]) => number | undefined {
  const { answer } = useInvestigation();
  const { covered, hits } = useMemo(
    () => ({
      covered: new Set(answer?.coverage.exhibits.map(({ exhibitId }) => exhibitId)),
      hits: new Map(answer?.counts.byExhibit.map((each) => [each.exhibitId, each.hits])),
    }),
    [answer],
  );
  return (exhibits) =>
    exhibits.some(({ id }) => covered.has(id))
      ? exhibits.reduce((sum, { id }) => sum + (hits.get(id) ?? 0), 0)
      : undefined;
}
