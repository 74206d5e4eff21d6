import { AppError } from '../errors.ts';
import { below, type FaultRule, faultAt } from '../faults.ts';
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

/** E_QUESTION with the place in the question. */
export const refusedAt = (pointer: string, rule: FaultRule, ...expected: readonly number[]): AppError =>
  new AppError('E_QUESTION', { faults: [faultAt('body', pointer, rule, ...expected)] });

/** A span in UTC, of this place in the question. E_QUESTION for an instant that does not exist, or an end before the start. */
export function span(time: { readonly from: string; readonly to: string }, at: string): { from: string; to: string } {
  const from = instant(time.from, below(at, 'from'));
  const to = instant(time.to, below(at, 'to'));
  if (from >= to) throw refusedAt(below(at, 'to'), 'order');
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}

// Date.parse takes 30 February for 2 March and 24:00 for the next day.
function instant(text: string, at: string): number {
  const ms = Date.parse(text);
  const wall = Date.parse(`${text.slice(0, 19)}Z`);
  if (Number.isNaN(ms) || Number.isNaN(wall) || new Date(wall).toISOString().slice(0, 19) !== text.slice(0, 19)) {
    throw refusedAt(at, 'instant');
  }
  return ms;
}
