import { AppError } from '../errors.ts';
import { CLASSES, type ClassName, COLOURS, leavesOf, PARTS } from '../vocabulary.ts';
import type { ExecutedQuestion, Question } from './types.ts';

export const DEFAULT_MIN_SHARE = 0.2;

/** Every leaf of the vocabulary, in its order. */
export const LEAVES: readonly ClassName[] = CLASSES.filter((name) => leavesOf(name).includes(name));

/** Colours joined by OR, each once, in a fixed order. */
export function colourList(colours: NonNullable<Question['colours']>): ExecutedQuestion['colours'] {
  const minima = new Map<string, ExecutedQuestion['colours'][number]>();
  for (const { colour, part = 'whole', minShare = DEFAULT_MIN_SHARE } of colours) {
    const key = `${colour} ${part}`;
    // Members of a facet are joined by OR: of the same colour twice, the smaller share decides.
    const share = Math.min(minShare + 0, minima.get(key)?.minShare ?? 1);
    minima.set(key, { colour, part, minShare: share });
  }
  const rank = (entry: ExecutedQuestion['colours'][number]): number =>
    COLOURS.indexOf(entry.colour) * PARTS.length + PARTS.indexOf(entry.part);
  return [...minima.values()].sort((a, b) => rank(a) - rank(b));
}

/** A span in UTC. E_QUESTION for an instant that does not exist, or an end before the start. */
export function span(time: { readonly from: string; readonly to: string }): { from: string; to: string } {
  const from = instant(time.from);
  const to = instant(time.to);
  if (from >= to) throw new AppError('E_QUESTION', { detail: 'time ends before it starts' });
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}

// Date.parse takes 30 February for 2 March and 24:00 for the next day.
function instant(text: string): number {
  const ms = Date.parse(text);
  const wall = Date.parse(`${text.slice(0, 19)}Z`);
  if (Number.isNaN(ms) || Number.isNaN(wall) || new Date(wall).toISOString().slice(0, 19) !== text.slice(0, 19)) {
    throw new AppError('E_QUESTION', { detail: 'time holds an instant that does not exist' });
  }
  return ms;
}
