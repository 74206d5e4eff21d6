import type { Hit } from '../../api/types.ts';
import { useName, useWords } from '../../app/settings.tsx';
import { clockTime } from '../../parts/time.ts';

/** Each reader's verdict on a hit, and that they do not agree where they do not. */
export function Readings({ hit }: { readonly hit: Hit }) {
  const { review: words } = useWords();
  const nameOf = useName();
  if (hit.readings.length === 0) return null;
  return (
    <div className="readings">
      {hit.disputed && <p className="disputed">{words.disputed}</p>}
      <ul>
        {hit.readings.map(({ agentId, verdict, at }, index) => (
          // Two readings of nobody known differ in nothing but their place.
          <li key={`${agentId ?? index} ${verdict}`}>
            <span className="reader">{agentId ?? words.unknownReader}</span>{' '}
            <span className={`verdict-${verdict}`}>{nameOf(verdict)}</span>{' '}
            {at !== undefined && <span className="sub">{clockTime(at)}</span>}
          </li>
        ))}
      </ul>
    </div>
  );
}
