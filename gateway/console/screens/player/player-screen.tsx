import { useMemo } from 'react';
import type { Hit } from '../../../search/types.ts';
import { useInvestigation } from '../../app/investigation.tsx';
import { addressOf, goTo, usePlace } from '../../app/router.ts';
import { useName, useWords } from '../../app/settings.tsx';
import { clockSpan } from '../../parts/time.ts';
import { shapesOf } from '../search/conditions.ts';
import { RelativeTo } from '../search/relative-to.tsx';
import { HitFacts } from './hit-facts.tsx';
import { Player } from './player.tsx';
import { VerdictBar } from './verdict-bar.tsx';

/** One hit, large: the player with all that is known beside it. */
export function PlayerScreen() {
  const { app, player: words } = useWords();
  const nameOf = useName();
  const { id } = usePlace();
  const { hits, answer } = useInvestigation();
  const shapes = useMemo(() => shapesOf(answer?.executed), [answer]);
  const hit = id === undefined ? hits[0] : hits.find((each) => each.id === id);
  if (hit === undefined) {
    return (
      <main id="main" tabIndex={-1} className="case-screen">
        <section>
          <h2>{words.title}</h2>
          <p>{id === undefined ? words.none : words.notFound}</p>
          <a href={addressOf('search')}>{app.search}</a>
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
        <Player hit={hit} screen="player" shapes={shapes} />
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
