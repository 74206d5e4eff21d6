import { useState } from 'react';
import type { Hit } from '../../../search/types.ts';
import { useInvestigation } from '../../app/investigation.tsx';
import { addressOf } from '../../app/router.ts';
import { useSession } from '../../app/session.tsx';
import { useName, useWords } from '../../app/settings.tsx';
import { AskedQuestions } from '../search/asked-questions.tsx';
import { HitGrid } from '../search/hit-grid.tsx';
import { Bookmarks } from './bookmarks.tsx';
import { ExportList } from './export-list.tsx';
import { Exports } from './exports.tsx';
import { useExports } from './use-exports.ts';

const KINDS = ['unreviewed', 'confirmed', 'uncertain', 'rejected', 'disputed'] as const;

/** What was decided and what remains to decide; what leaves the house. */
export function ReviewScreen() {
  const { app, review: words } = useWords();
  const nameOf = useName();
  const { role } = useSession();
  const { hits, exportList, toggleExport } = useInvestigation();
  const confirmed = hits.filter((hit) => hit.verdict === 'confirmed' && !exportList.some(({ id }) => id === hit.id));
  const exports = useExports();
  const [only, setOnly] = useState<Hit['verdict'] | 'disputed' | undefined>();
  const isOf = (kind: Hit['verdict'] | 'disputed') => (hit: Hit) =>
    kind === 'disputed' ? hit.disputed : hit.verdict === kind;
  const shown = only === undefined ? hits : hits.filter(isOf(only));
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
          <>
            <div className="row">
              <button type="button" aria-pressed={only === undefined} onClick={() => setOnly(undefined)}>
                {words.all} · {hits.length}
              </button>
              {KINDS.map((kind) => (
                <button key={kind} type="button" aria-pressed={only === kind} onClick={() => setOnly(kind)}>
                  {kind === 'disputed' ? words.disputedShort : nameOf(kind)} · {hits.filter(isOf(kind)).length}
                </button>
              ))}
              {role === 'agent' && confirmed.length > 0 && (
                <button type="button" onClick={() => confirmed.forEach(toggleExport)}>
                  {words.addConfirmed}
                </button>
              )}
            </div>
            <HitGrid hits={shown} selectedId={undefined} screen="player" />
          </>
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
