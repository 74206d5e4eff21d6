import type { Hit, Reason } from '../../../search/types.ts';
import { useCaseData } from '../../app/case-data.tsx';
import { useName, useWords } from '../../app/settings.tsx';
import { clockOfDay, clockTime, mediaTime } from '../../parts/time.ts';
import { percent } from './hit-words.ts';

/** What every hit of a question has, and its card says already: no reason to name before another. */
const COMMON: ReadonlySet<Reason['facet']> = new Set(['class', 'confidence', 'exhibit']);

/** The reasons that set a hit apart; of a hit that has none of those, its class. */
export function tellingReasons({ reasons }: Pick<Hit, 'reasons'>): readonly Reason[] {
  const telling = reasons.filter(({ facet }) => !COMMON.has(facet));
  return telling.length > 0 ? telling : reasons.filter(({ facet }) => facet === 'class');
}

/** A reason in words. */
export function useReasonWords(): (reason: Reason) => string {
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
