import { useCaseData } from '../../app/case-data.tsx';
import { useInvestigation } from '../../app/investigation.tsx';
import { useWords } from '../../app/settings.tsx';
import { type Filters, facetOf, withFacet } from './filters.ts';

/** The recordings of the case with what was found in each; checked ones alone are asked, none checked asks all. */
export function Cameras({ filters, onChange }: { readonly filters: Filters; onChange(filters: Filters): void }) {
  const { search: words } = useWords();
  const { exhibits } = useCaseData();
  const { answer, hits } = useInvestigation();
  const chosen = facetOf(filters, 'exhibits')?.exhibits ?? [];
  const sealed = exhibits.filter(({ state }) => state === 'sealed');
  const counts = Map.groupBy(hits, ({ exhibitId }) => exhibitId as string);
  // What was not asked or not analysed has no number, which is not 0.
  const covered = new Set<string>(answer?.coverage.exhibits.map(({ exhibitId }) => exhibitId));
  return (
    <>
      <h3>{words.cameras}</h3>
      <ul>
        {sealed.map((exhibit) => {
          const isChosen = chosen.includes(exhibit.id);
          const next = isChosen ? chosen.filter((id) => id !== exhibit.id) : [...chosen, exhibit.id];
          return (
            <li key={exhibit.id}>
              <label>
                <input
                  type="checkbox"
                  checked={isChosen}
                  onChange={() => onChange(withFacet(filters, { kind: 'exhibits', exhibits: next }))}
                />
                <span className="camera-name">
                  {exhibit.camera.id}
                  <span className="sub">
                    {exhibit.camera.place} · {exhibit.fileName}
                  </span>
                </span>
                {covered.has(exhibit.id) && <span className="count">{counts.get(exhibit.id)?.length ?? 0}</span>}
              </label>
            </li>
          );
        })}
      </ul>
      <p className="sub">{words.camerasHint}</p>
    </>
  );
}
