import type { Hit, Reason } from '../../api/types.ts';
import { useCaseData } from '../../app/case-data.tsx';
import { useName, useSettings } from '../../app/settings.tsx';
import { clockOfDay, clockTime, mediaTime } from '../../parts/time.ts';
import { percent } from './hit-words.ts';

/** What every hit of a question has, and its card says already: no reason to name before another. */
const COMMON: ReadonlySet<Reason['facet']> = new Set(['class', 'confidence', 'exhibit']);

/** The reasons that set a hit apart; of a hit that has none of those, its class. */
export function tellingReasons({ reasons }: Pick<Hit, 'reasons'>): readonly Reason[] {
  const telling = reasons.filter(({ facet }) => !COMMON.has(facet));
  return telling.length > 0 ? telling : reasons.filter(({ facet }) => facet === 'class');
}

/** The text of what is there: a member that this facet has not is not spoken of. */
const told = <T>(member: T | undefined, text: (member: T) => string): string =>
  member === undefined ? '' : text(member);

/** A reason as a sentence of the language that is shown. */
export function useReasonWords(): (reason: Reason) => string {
  const { words, language } = useSettings();
  const { reason: say, hit } = words;
  const { directions } = words.condition;
  const nameOf = useName();
  const { exhibits } = useCaseData();
  const cameraOf = (id: string): string => exhibits.find((exhibit) => exhibit.id === id)?.camera.id ?? '';
  const figure = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
  const bearing = (degrees: number): string => directions[Math.round(degrees / 45) % 8] ?? '';
  return (reason) => {
    const sure = told(reason.confidence, percent);
    switch (reason.facet) {
      case 'class':
        return say.class(told(reason.class, nameOf), sure);
      case 'colour':
        return say.colour(
          told(reason.colour, nameOf),
          told(reason.part, (part) => say.parts[part]),
          told(reason.share, percent),
        );
      case 'time':
        return say.time(
          told(reason.from, clockOfDay),
          told(reason.to, clockOfDay),
          told(reason.uncertaintySeconds, hit.uncertainty),
        );
      case 'zone':
        return say.zone(told(reason.enteredSeconds, (at) => mediaTime(at)));
      case 'confidence':
        return say.confidence(sure);
      case 'condition': {
        const { condition, value, other } = reason;
        if (condition === undefined) return '';
        return say.conditions[condition]({
          value: told(value, figure.format),
          percent: told(value, percent),
          bearing: told(value, bearing),
          at: told(reason.atSeconds, (at) => mediaTime(at)),
          to: told(reason.toSeconds, (at) => mediaTime(at)),
          camera: told(other, ({ exhibitId }) => cameraOf(exhibitId)),
          when: told(other, ({ from }) => clockTime(from)),
        });
      }
      default:
        return say.exhibit;
    }
  };
}
