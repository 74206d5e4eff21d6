import { canonicalJson, type JsonValue, sha256Hex } from '../canonical.ts';
import { AppError } from '../errors.ts';
import type { ExhibitId } from '../ids.ts';
import type { Op } from '../policy/types.ts';
import { permittedBy, type Requisition } from '../requisition/types.ts';
import { CLASSES, type ClassName, COLOURS, leavesOf, PARTS } from '../vocabulary.ts';
import type { ExecutedQuestion, Question } from './types.ts';

export const DEFAULT_MIN_SHARE = 0.2;
export const DEFAULT_PAGE_SIZE = 50;

/** Every leaf of the vocabulary, in its order. */
export const LEAVES: readonly ClassName[] = CLASSES.filter((name) => leavesOf(name).includes(name));

/**
 * The question as it will be executed: defaults written out, taxonomy applied, members in a fixed order, instants in UTC, so that
 * equal questions have equal text. Refuses with E_REQ_SCOPE, naming it, a class or colour that the requisition does not permit
 * (never dropped in silence); with E_QUESTION an instant that does not exist or a span that ends before it starts.
 */
export function normalise(question: Question, requisition: Requisition): ExecutedQuestion {
  const asked = question.classes ?? [];
  const classes = asked.length === 0 ? permittedBy(requisition).classes : asked.flatMap(leavesOf);
  const executed: ExecutedQuestion = {
    version: 1,
    classes: LEAVES.filter((name) => classes.includes(name)),
    colours: normaliseColours(question.colours ?? []),
    time: question.time === undefined ? null : normaliseTime(question.time),
    exhibits: question.exhibits === undefined ? null : ([...new Set(question.exhibits)].sort() as ExhibitId[]),
    // `+ 0` turns the -0 that JSON can write into the 0 that canonical JSON has.
    zone: question.zone?.map(({ x, y }) => ({ x: x + 0, y: y + 0 })) ?? null,
    minConfidence: (question.minConfidence ?? 0) + 0,
    order: question.order ?? 'time',
  };
  assertInScope(executed, requisition);
  return executed;
}

/** E_REQ_SCOPE unless every class and colour of the question is one that the requisition permits. */
export function assertInScope(executed: ExecutedQuestion, requisition: Requisition): void {
  const { classes, colours } = permittedBy(requisition);
  if (executed.classes.length === 0) throw outside('the requisition permits no class');
  const foreignClass = executed.classes.find((name) => !classes.includes(name));
  if (foreignClass !== undefined) throw outside(`class ${foreignClass}`);
  const foreign = executed.colours.find(({ colour }) => !colours.includes(colour));
  if (foreign !== undefined) throw outside(`colour ${foreign.colour}`);
}

/** Canonical text of an executed question and its SHA-256 (hex). */
export function fingerprint(executed: ExecutedQuestion): { text: string; sha256: string } {
  const text = canonicalJson(executed as unknown as JsonValue);
  return { text, sha256: sha256Hex(text) };
}

/** The operations that a question needs the requisition to list. */
export function opsOf(executed: ExecutedQuestion): Op[] {
  const ops: Op[] = ['search.class'];
  if (executed.colours.length > 0) ops.push('search.colour');
  if (executed.time !== null) ops.push('search.time');
  if (executed.zone !== null) ops.push('search.zone');
  return ops;
}

/**
 * PRO-04: a single facet and no bound in time or space. The classes count as a facet only when they leave one of the vocabulary
 * out, so that listing them all does not make a question narrower; naming exhibits or a confidence bounds nothing.
 */
export function isBroad(executed: ExecutedQuestion): boolean {
  const facets = [executed.classes.length < LEAVES.length, executed.colours.length > 0].filter(Boolean).length;
  return facets < 2 && executed.time === null && executed.zone === null;
}

function normaliseColours(colours: NonNullable<Question['colours']>): ExecutedQuestion['colours'] {
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

function normaliseTime(time: { readonly from: string; readonly to: string }): { from: string; to: string } {
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

const outside = (detail: string): AppError => new AppError('E_REQ_SCOPE', { detail });
