import { useEffect, useMemo, useRef } from 'react';
import type { Hit } from '../../api/types.ts';
import { useInvestigation } from '../../app/investigation.tsx';
import { addressOf } from '../../app/router.ts';
import { useName, useWords } from '../../app/settings.tsx';
import { clockSpan } from '../../parts/time.ts';
import { HitFacts } from '../player/hit-facts.tsx';
import { Player } from '../player/player.tsx';
import { VerdictBar } from '../player/verdict-bar.tsx';
import { shapesOf } from './conditions.ts';
import { RelativeTo } from './relative-to.tsx';

/** The chosen hit in the middle of the search. */
export function HitPanel({ hit }: { readonly hit: Hit }) {
  const { player: words } = useWords();
  const nameOf = useName();
  const { answer } = useInvestigation();
  const shapes = useMemo(() => shapesOf(answer?.executed), [answer]);
  const panel = useRef<HTMLElement>(null);
  const { id } = hit;
  // Who opens a hit from a card far below sees it, and has its keys.
  useEffect(() => {
    const { current } = panel;
    if (current === null || id === '' || current.contains(document.activeElement)) return;
    current.focus({ preventScroll: true });
    current.scrollIntoView({ block: 'start' });
  }, [id]);
  return (
    <section ref={panel} tabIndex={-1} className="hit-panel" aria-labelledby="hit-title" id="viewer">
      <div className="section-head">
        <h3 id="hit-title">
          {nameOf(hit.class)} · {clockSpan(hit.from, hit.to)}
        </h3>
        <a href={addressOf('player', hit.id)}>{words.open}</a>
      </div>
      <div className="hit-panel-body">
        <Player exhibitId={hit.exhibitId} hit={hit} screen="search" shapes={shapes} />
        <div>
          <VerdictBar hit={hit} />
          <RelativeTo hit={hit} />
          <HitFacts hit={hit} />
        </div>
      </div>
    </section>
  );
}
