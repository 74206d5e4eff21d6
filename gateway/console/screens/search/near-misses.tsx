import type { NearMiss } from '../../api/types.ts';
import { useName, useWords } from '../../app/settings.tsx';
import { clockSpan } from '../../parts/time.ts';

/** What one condition alone kept out, by little: what the thresholds of the question cost. */
export function NearMisses({ misses }: { readonly misses: readonly NearMiss[] }) {
  const { app, condition: words } = useWords();
  const nameOf = useName();
  if (misses.length === 0) return null;
  const figure = (value: number): string => `${Math.round(value * 100) / 100}`;
  return (
    <details className="near-misses">
      <summary>{words.nearMisses(misses.length)}</summary>
      <ul>
        {misses.map((miss) => (
          <li key={`${miss.exhibitId} ${miss.track} ${miss.missed}`}>
            {nameOf(miss.class)} · {miss.cameraId} · {clockSpan(miss.from, miss.to)}
            <span className="sub">
              {' '}
              {words.missed[miss.missed]}
              {app.colon}
              {words.hasAsked(figure(miss.value), figure(miss.asked))}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
