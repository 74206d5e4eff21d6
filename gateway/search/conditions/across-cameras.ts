import type { OpenExhibit } from '../../index/types.ts';
import { CLASSES, classId } from '../../vocabulary.ts';
import { stackOf } from '../stack.ts';
import { addRow, eachTrack, emptySet, wholeOf } from '../track-set.ts';
import type { Evidence, ExecutedQuestion, Reason } from '../types.ts';
import { type Elsewhere, otherOf } from './leaf-matcher.ts';
import { compile } from './match.ts';
import { type ExecutedCondition, type ExecutedLeaf, everyLeaf } from './normal.ts';
import { sieveOf } from './sieve.ts';

type AcrossLeaf = Extract<ExecutedLeaf, { acrossCameras: unknown }>;

/** Whether a question asks about what happened on another camera. */
export const asksElsewhere = ({ where }: ExecutedQuestion): boolean =>
  where !== null && [...everyLeaf(where)].some(({ kind }) => kind === 'acrossCameras');

interface Arrival {
  readonly exhibit: OpenExhibit;
  readonly track: number;
  /** True time at which it is there: when it entered what it was asked to enter, else its first moment. */
  readonly ms: number;
}

const NEVER: Elsewhere = { find: () => undefined };

/**
 * What happens on other cameras of the case. By attributes, places and travel time alone (N15): it answers whether something of these attributes
 * came there then, and never that it is the same person or thing. The uncertainty of both clocks widens the time.
 */
export function elsewhereIn(exhibits: readonly OpenExhibit[]): Elsewhere {
  const arrivals = new Map<AcrossLeaf, readonly Arrival[]>();

  function arrivalsOf(leaf: AcrossLeaf): readonly Arrival[] {
    const known = arrivals.get(leaf);
    if (known !== undefined) return known;
    const { arrival, exhibits: named } = leaf.acrossCameras;
    const asked = named === null ? exhibits : exhibits.filter(({ exhibitId }) => named.includes(exhibitId));
    const found = arrivalsIn(arrival, asked).sort((a, b) => a.ms - b.ms);
    arrivals.set(leaf, found);
    return found;
  }

  return {
    find(leaf, exhibit, endMs): Evidence | undefined {
      const { minSeconds, maxSeconds } = leaf.acrossCameras;
      for (const arrival of arrivalsOf(leaf)) {
        // Another recording of the same camera is no other camera.
        if (arrival.exhibit.cameraId === exhibit.cameraId) continue;
        const slackMs = exhibit.uncertaintyMs + arrival.exhibit.uncertaintyMs;
        const gapMs = arrival.ms - endMs;
        if (gapMs < minSeconds * 1000 - slackMs) continue;
        if (gapMs > maxSeconds * 1000 + slackMs) {
          if (gapMs > maxSeconds * 1000 + exhibit.uncertaintyMs + LARGEST_UNCERTAINTY_MS) break;
          continue;
        }
        return { value: Math.round(gapMs / 100) / 10, other: otherOf(arrival.exhibit, arrival.track) };
      }
      return undefined;
    },
  };
}

/** Beyond this no clock of a schedule is uncertain: what comes later comes too late. */
const LARGEST_UNCERTAINTY_MS = 86_400_000;

function arrivalsIn(condition: ExecutedCondition, exhibits: readonly OpenExhibit[]): Arrival[] {
  const part = wholeOf(stackOf(exhibits));
  const among = emptySet(part.stack);
  // What an order erased has no class.
  for (const name of CLASSES) addRow(among, part.stack.classRow(classId(name)), part);
  const { yes, maybe } = sieveOf(condition).sift(part, undefined, among);
  const found: Arrival[] = [];
  const look = (exhibit: OpenExhibit): ((track: number) => void) => {
    const matcher = compile(condition, exhibit, undefined, NEVER);
    const { firstMs } = exhibit.columns;
    return (track) => {
      const reasons: Reason[] = [];
      if (matcher.holds(track, reasons))
        found.push({ exhibit, track, ms: exhibit.startMs + arrivalMs(reasons, firstMs[track] ?? 0) });
    };
  };
  const asksPlaces = [...everyLeaf(condition)].some(({ kind }) => kind === 'zone' || kind === 'line');
  eachTrack(yes, part, (exhibit) =>
    asksPlaces
      ? look(exhibit)
      : (track) => void found.push({ exhibit, track, ms: exhibit.startMs + (exhibit.columns.firstMs[track] ?? 0) }),
  );
  eachTrack(maybe, part, look);
  return found;
}

/** When the places that were asked for were reached; the first moment of the track where none was. */
function arrivalMs(reasons: readonly Reason[], firstMs: number): number {
  const places = reasons.flatMap((reason) =>
    reason.facet === 'condition' && ['zone', 'line'].includes(reason.condition) && reason.atSeconds !== undefined
      ? [reason.atSeconds * 1000]
      : [],
  );
  return places.length === 0 ? firstMs : Math.min(...places);
}
