import type { Filled } from './fill.ts';
import { answersOf, type KnownHits, type Seen } from './matcher.ts';
import type { Question } from './question.ts';
import { askAnything, OPERATORS } from './questions.ts';
import { pick, seeded, tracksOf, whole } from './town.ts';

/** Recordings that answers are compared on: the quietest, since a matcher without index has to be waited for. */
const RECORDINGS = 40;

/** What of an answer is compared. */
export interface Answer {
  readonly total: number;
  readonly hits: readonly { readonly id: string; readonly exhibitId: string; readonly track: number }[];
}

export interface Comparison {
  readonly questions: number;
  readonly empty: number;
  readonly answers: number;
  readonly byOperator: Readonly<Record<string, number>>;
  readonly differences: readonly {
    readonly operator: string;
    readonly question: Question;
    readonly expected: number;
    readonly total: number;
  }[];
}

/** The quietest recordings, with their tracks. */
export const comparable = (exhibits: readonly Filled[]): Seen[] =>
  exhibits
    .toSorted((a, b) => a.recording.tracks - b.recording.tracks)
    .slice(0, RECORDINGS)
    .map(({ recording, ...facts }) => ({ ...facts, tracks: tracksOf(recording) }));

/** Asks about every operator in turn, each time about at most `few` recordings, and compares total, order and identity of the first 200 answers with what the matcher finds; until the time is up. */
export async function compareAll(
  ask: (question: Question) => Promise<Answer>,
  town: readonly Seen[],
  count: number,
  few: number,
  mostSeconds = Number.POSITIVE_INFINITY,
): Promise<Comparison> {
  const until = performance.now() + mostSeconds * 1000;
  const random = seeded(13);
  const all = town.map(({ exhibitId }) => exhibitId);
  const hits: KnownHits = new Map(
    (await ask({ version: 1, classes: ['person'], exhibits: all })).hits.flatMap(({ id, exhibitId, track }) => {
      const seen = town.find((one) => one.exhibitId === exhibitId);
      return seen === undefined ? [] : [[id, { seen, track }] as const];
    }),
  );
  const operators = Object.keys(OPERATORS);
  const differences: Comparison['differences'][number][] = [];
  const byOperator: Record<string, number> = {};
  let [questions, empty, answers] = [0, 0, 0];
  for (let n = 0; n < count && performance.now() < until; n++) {
    const operator = operators[n % operators.length] ?? '';
    const some = [...new Set(Array.from({ length: whole(random, 1, few) }, () => pick(random, town)))];
    const ground = { exhibits: some, hits: [...hits.keys()] };
    const question = askAnything(
      random,
      ground,
      operator,
      some.map(({ exhibitId }) => exhibitId),
    );
    const answer = await ask(question);
    const expected = answersOf(question, town, hits);
    const shown = answer.hits.map(({ exhibitId, track }) => `${exhibitId} ${track}`);
    const same = answer.total === expected.length && shown.join() === expected.slice(0, 200).join();
    if (!same) differences.push({ operator, question, expected: expected.length, total: answer.total });
    byOperator[operator] = (byOperator[operator] ?? 0) + expected.length;
    questions++;
    empty += expected.length === 0 ? 1 : 0;
    answers += expected.length;
  }
  return { questions, empty, answers, byOperator, differences };
}
