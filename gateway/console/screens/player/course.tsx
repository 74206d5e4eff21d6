import type { Hit } from '../../api/types.ts';
import { useWords } from '../../app/settings.tsx';
import { mediaTime } from '../../parts/time.ts';

/** What happened to the hit, in order; a click goes there. */
export function Course({ hit, onSeek }: { readonly hit: Hit; onSeek(seconds: number): void }) {
  const { player: words } = useWords();
  const entered = hit.reasons.find(({ facet }) => facet === 'zone')?.enteredSeconds;
  const steps = [
    { seconds: hit.mediaFromSeconds, what: words.appears },
    ...(entered === undefined ? [] : [{ seconds: entered, what: words.entersZone }]),
    { seconds: hit.best.timeSeconds, what: words.bestFrame },
    { seconds: hit.mediaToSeconds, what: words.leaves },
  ].toSorted((a, b) => a.seconds - b.seconds);
  return (
    <ol className="steps" aria-label={words.lifecycle}>
      {steps.map(({ seconds, what }) => (
        <li key={what}>
          <button type="button" onClick={() => onSeek(seconds)}>
            {mediaTime(seconds)} {what}
          </button>
        </li>
      ))}
    </ol>
  );
}
