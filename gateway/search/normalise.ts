import { canonicalJson, type JsonValue, sha256Hex } from '../canonical.ts';
import { AppError } from '../errors.ts';
import type { ExhibitId } from '../ids.ts';
import type { Op } from '../policy/types.ts';
import { permittedBy, type Requisition } from '../requisition/types.ts';
import { leavesOf } from '../vocabulary.ts';
import { NOTHING, namedIn, narrowing, normaliseCondition, opsOfCondition } from './conditions/normal.ts';
import { colourList, LEAVES, span } from './normal-values.ts';
import type { ExecutedQuestion, Question } from './types.ts';

export const DEFAULT_PAGE_SIZE = 50;

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
    colours: colourList(question.colours ?? []),
    time: question.time === undefined ? null : span(question.time, '/time'),
    exhibits: question.exhibits === undefined ? null : ([...new Set(question.exhibits)].sort() as ExhibitId[]),
    // `+ 0` turns the -0 that JSON can write into the 0 that canonical JSON has.
    zone: question.zone?.map(({ x, y }) => ({ x: x + 0, y: y + 0 })) ?? null,
    minConfidence: (question.minConfidence ?? 0) + 0,
    where: question.where === undefined ? null : normaliseCondition(question.where, permittedBy(requisition).classes),
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
  if (executed.where === null) return;
  const named = namedIn(executed.where);
  const deepClass = named.classes.find((name) => !classes.includes(name));
  if (deepClass !== undefined) throw outside(`class ${deepClass}`);
  const deepColour = named.colours.find((colour) => !colours.includes(colour));
  if (deepColour !== undefined) throw outside(`colour ${deepColour}`);
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
  if (executed.where !== null) ops.push(...opsOfCondition(executed.where));
  return [...new Set(ops)];
}

/**
 * PRO-04: a single facet and no bound in time or space. The classes count as a facet only when they leave one of the vocabulary
 * out, so that listing them all does not make a question narrower; naming exhibits or a confidence bounds nothing.
 */
export function isBroad({ classes, colours, time, zone, where }: ExecutedQuestion): boolean {
  const narrow = where === null ? NOTHING : narrowing(where);
  const facets = new Set(narrow.facets);
  if (classes.length < LEAVES.length) facets.add('class');
  if (colours.length > 0) facets.add('colour');
  return facets.size < 2 && time === null && zone === null && !narrow.bounded;
}

const outside = (detail: string): AppError => new AppError('E_REQ_SCOPE', { detail });
