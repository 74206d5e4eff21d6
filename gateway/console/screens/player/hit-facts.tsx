import type { Hit } from '../../api/types.ts';
import { useName, useWords } from '../../app/settings.tsx';
import { clockSpan, mediaTime } from '../../parts/time.ts';
import { colourWords, percent } from '../search/hit-words.ts';
import { useReasonWords } from '../search/reason-words.ts';

/** The card of a hit: what, where, when, how sure, and why the question found it. */
export function HitFacts({ hit }: { readonly hit: Hit }) {
  const { hit: words } = useWords();
  const nameOf = useName();
  const sayReason = useReasonWords();
  const facts: readonly (readonly [string, string])[] = [
    [words.camera, `${hit.cameraId} · ${hit.fileName}`],
    [words.seen, `${clockSpan(hit.from, hit.to)} (Europe/Paris, ${words.uncertainty(hit.uncertaintySeconds)})`],
    [words.duration, mediaTime(hit.mediaToSeconds - hit.mediaFromSeconds)],
    [words.media, `${mediaTime(hit.mediaFromSeconds)} – ${mediaTime(hit.mediaToSeconds)}`],
    [words.frame, `${hit.best.frame} · PTS ${hit.best.pts} · ${mediaTime(hit.best.timeSeconds, 3)}`],
    [words.confidence, percent(hit.confidence)],
    [words.colours, colourWords(hit, nameOf) || '–'],
  ];
  return (
    <>
      <dl className="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        {hit.reasons.length > 0 && (
          <div>
            <dt>{words.why}</dt>
            <dd>
              <ul className="reasons">
                {/* Two conditions of one question may say the same. */}
                {[...new Set(hit.reasons.map(sayReason))].map((reason) => (
                  <li key={reason}>{reason}</li>
                ))}
              </ul>
            </dd>
          </div>
        )}
      </dl>
      <p className="notice">{words.notice}</p>
    </>
  );
}
