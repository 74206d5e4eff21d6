import { useMemo } from 'react';
import type { ExhibitBody, Hit } from '../../api/types.ts';
import { useBeside } from '../../app/beside.tsx';
import { useCaseData } from '../../app/case-data.tsx';
import { useInvestigation } from '../../app/investigation.tsx';
import { addressOf, goTo, usePlace } from '../../app/router.ts';
import { useName, useWords } from '../../app/settings.tsx';
import { clockSpan } from '../../parts/time.ts';
import { type Shapes, shapesOf } from '../search/conditions.ts';
import { RelativeTo } from '../search/relative-to.tsx';
import { HitFacts } from './hit-facts.tsx';
import { Player } from './player.tsx';
import { VerdictBar } from './verdict-bar.tsx';

/** One hit, or one recording, large: the player with all that is known beside it. */
export function PlayerScreen() {
  const { app, player: words } = useWords();
  const nameOf = useName();
  const { id, at } = usePlace();
  const { hits, answer, exportList } = useInvestigation();
  const { notes, bookmarks } = useBeside();
  const shapes = useMemo(() => shapesOf(answer?.executed), [answer]);
  // Also what was kept of questions that are not open now.
  const beside = [...notes, ...bookmarks].flatMap((each) => (each.hit === undefined ? [] : [each.hit]));
  const hit = id === undefined ? hits[0] : [...hits, ...exportList, ...beside].find((each) => each.id === id);
  const { exhibits, jobs } = useCaseData();
  const analysed = exhibits.filter((each) => jobs.some((job) => job.exhibitId === each.id && job.state === 'done'));
  const exhibit = analysed.find((each) => each.id === id);
  if (hit === undefined && exhibit !== undefined) return <RecordingScreen exhibit={exhibit} at={at} shapes={shapes} />;
  if (hit === undefined) {
    return (
      <main id="main" tabIndex={-1} className="case-screen">
        <section>
          <h2>{words.title}</h2>
          <p>{id === undefined ? words.none : words.notFound}</p>
          <a href={addressOf('search')}>{app.search}</a>
          {analysed.length > 0 && (
            <>
              <h3>{words.recordings}</h3>
              <ul className="recordings">
                {analysed.map((each) => (
                  <li key={each.id}>
                    <a href={addressOf('player', each.id)}>
                      {each.camera.id} · {each.fileName}
                    </a>
                  </li>
                ))}
              </ul>
            </>
          )}
        </section>
      </main>
    );
  }
  return (
    <main id="main" tabIndex={-1} className="player-screen">
      <section aria-labelledby="hit-title">
        <h2 id="hit-title">
          {nameOf(hit.class)} · {clockSpan(hit.from, hit.to)}
        </h2>
        <Player exhibitId={hit.exhibitId} hit={hit} at={at} screen="player" shapes={shapes} />
      </section>
      <aside>
        <VerdictBar hit={hit} />
        <RelativeTo hit={hit} />
        <HitFacts hit={hit} />
        <Others hit={hit} />
      </aside>
    </main>
  );
}

/** A recording by itself, from its beginning: what the answer found in it is a click away. */
function RecordingScreen({
  exhibit,
  at,
  shapes,
}: {
  readonly exhibit: ExhibitBody;
  readonly at: number | undefined;
  readonly shapes: Shapes;
}) {
  const { player: words } = useWords();
  const nameOf = useName();
  const { hits } = useInvestigation();
  const found = hits.filter(({ exhibitId }) => exhibitId === exhibit.id);
  return (
    <main id="main" tabIndex={-1} className="player-screen">
      <section aria-labelledby="hit-title">
        <h2 id="hit-title">
          {exhibit.camera.id} · {exhibit.fileName}
        </h2>
        <Player exhibitId={exhibit.id} at={at} screen="player" shapes={shapes} />
      </section>
      <aside>
        <h3>{words.hitsOfRecording(found.length)}</h3>
        <div className="course">
          {found.slice(0, 40).map((hit) => (
            <button key={hit.id} type="button" onClick={() => goTo('player', hit.id)}>
              {nameOf(hit.class)} · {clockSpan(hit.from, hit.to)}
            </button>
          ))}
        </div>
      </aside>
    </main>
  );
}

/** Hits of other cameras at the same time, a click away. */
function Others({ hit }: { readonly hit: Hit }) {
  const { hit: words } = useWords();
  const nameOf = useName();
  const { hits } = useInvestigation();
  const around = hits.filter(
    (other) =>
      other.exhibitId !== hit.exhibitId &&
      Date.parse(other.from) <= Date.parse(hit.to) + 1000 * (hit.uncertaintySeconds + other.uncertaintySeconds) &&
      Date.parse(other.to) >= Date.parse(hit.from) - 1000 * (hit.uncertaintySeconds + other.uncertaintySeconds),
  );
  if (around.length === 0) return null;
  return (
    <div className="course">
      <h3>{words.elsewhere}</h3>
      {around.slice(0, 12).map((other) => (
        <button key={other.id} type="button" onClick={() => goTo('player', other.id)}>
          {other.cameraId} · {nameOf(other.class)} · {clockSpan(other.from, other.to)}
        </button>
      ))}
    </div>
  );
}
