import type { Hit, Reason } from '../../../search/types.ts';
import { useCaseData } from '../../app/case-data.tsx';
import { useName, useWords } from '../../app/settings.tsx';
import { clockOfDay, clockSpan, clockTime, mediaTime } from '../../parts/time.ts';
import { colourWords, percent } from '../search/hit-words.ts';

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
                {hit.reasons.map((reason) => (
                  <li key={JSON.stringify(reason)}>{sayReason(reason)}</li>
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

function useReasonWords(): (reason: Reason) => string {
  const { hit: words } = useWords();
  const nameOf = useName();
  const { exhibits } = useCaseData();
  const cameraOf = (id: string): string => exhibits.find((exhibit) => exhibit.id === id)?.camera.id ?? '';
  return (reason) => {
    switch (reason.facet) {
      case 'class':
        return `${nameOf(reason.class)}, ${words.score} ${percent(reason.confidence)}`;
      case 'colour':
        return `${nameOf(reason.colour)} (${nameOf(reason.part)}), ${percent(reason.share)}`;
      case 'time':
        return `${clockOfDay(reason.from)} – ${clockOfDay(reason.to)} ${words.uncertainty(reason.uncertaintySeconds)}`;
      case 'zone':
        return words.inZone(mediaTime(reason.enteredSeconds));
      case 'confidence':
        return `${words.confidence} ${percent(reason.confidence)}`;
      case 'condition':
        return [
          words.conditions[reason.condition],
          ...(reason.value === undefined ? [] : [`${Math.round(reason.value * 100) / 100}`]),
          ...(reason.atSeconds === undefined ? [] : [words.at(mediaTime(reason.atSeconds))]),
          ...(reason.other === undefined
            ? []
            : [words.other(cameraOf(reason.other.exhibitId), clockTime(reason.other.from))]),
        ].join(', ');
      default:
        return words.inExhibit;
    }
  };
}
