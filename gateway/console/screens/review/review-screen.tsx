import { useInvestigation } from '../../app/investigation.tsx';
import { addressOf } from '../../app/router.ts';
import { useSession } from '../../app/session.tsx';
import { useWords } from '../../app/settings.tsx';
import { AskedQuestions } from '../search/asked-questions.tsx';
import { HitGrid } from '../search/hit-grid.tsx';
import { Bookmarks } from './bookmarks.tsx';
import { ExportList } from './export-list.tsx';
import { Exports } from './exports.tsx';
import { useExports } from './use-exports.ts';
import { useVerdictFilter } from './verdict-filter.tsx';

/** What was decided and what remains to decide; what leaves the house. */
export function ReviewScreen() {
  const { app, review: words } = useWords();
  const { role } = useSession();
  const { hits, exportList, toggleExport } = useInvestigation();
  const confirmed = hits.filter((hit) => hit.verdict === 'confirmed' && !exportList.some(({ id }) => id === hit.id));
  const exports = useExports();
  const { shown, buttons } = useVerdictFilter(hits);
  return (
    <main id="main" tabIndex={-1} className="review-screen">
      <h2 className="hidden">{app.review}</h2>
      <section aria-labelledby="verdicts-title">
        <h3 id="verdicts-title">{words.verdicts}</h3>
        {hits.length === 0 ? (
          <>
            <p>
              {words.noHits} <a href={addressOf('search')}>{app.search}</a>
            </p>
            <AskedQuestions />
          </>
        ) : (
          <HitGrid
            hits={shown}
            filter={
              <>
                {buttons}
                {role === 'agent' && confirmed.length > 0 && (
                  <button type="button" onClick={() => confirmed.forEach(toggleExport)}>
                    {words.addConfirmed}
                  </button>
                )}
              </>
            }
            openId={undefined}
            screen="player"
          />
        )}
      </section>
      <div className="side">
        {role === 'agent' && <ExportList onExport={exports.start} />}
        <Exports exports={exports} />
        <Bookmarks />
      </div>
    </main>
  );
}
