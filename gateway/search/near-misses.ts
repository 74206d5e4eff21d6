import type { OpenExhibit } from '../index/types.ts';
import { classNameOf } from '../vocabulary.ts';
import type { Elsewhere } from './conditions/leaf-matcher.ts';
import type { ExecutedCondition, ExecutedLeaf } from './conditions/normal.ts';
import { finderOf, type Matches } from './match.ts';
import { colourAt, shareAt, shareOf } from './match-columns.ts';
import { eachTrack, stretchOf } from './track-set.ts';
import type { ExecutedQuestion, NearMiss } from './types.ts';
import { localInstant } from './words.ts';

/** How many are told for each condition: enough to see that a threshold costs something. */
const MOST = 5;
const CONFIDENCE = 0.15;
const TIME_MS = 60_000;
const SHARE = 0.5;
const RANGE = 0.2;

interface Loosened {
  readonly missed: NearMiss['missed'];
  readonly question: ExecutedQuestion;
  /** What a track has and what was asked. */
  figures(exhibit: OpenExhibit, track: number): { readonly value: number; readonly asked: number };
}

/** So many exhibits are looked at first, and then ever more: mostly the first of them have enough. */
const FIRST_LOOK = 64;

/** Tracks that answer when one condition is loosened a little, and do not as it was asked; each condition by itself. */
export function nearMisses(
  question: ExecutedQuestion,
  { stack, tracks }: Matches,
  elsewhere: Elsewhere,
): readonly NearMiss[] {
  return loosenedOf(question).flatMap((loosened) => {
    const found: NearMiss[] = [];
    const find = finderOf(loosened.question, elsewhere);
    const last = stack.exhibits.length;
    for (let first = 0, end = 0; first < last && found.length < MOST; first = end) {
      end = Math.min(last, 4 * first + FIRST_LOOK);
      const part = stretchOf(stack, first, end);
      eachTrack(find(part, tracks), part, (exhibit) =>
        found.length === MOST
          ? undefined
          : (track) => {
              if (found.length < MOST) found.push(missOf(loosened, exhibit, track));
            },
      );
    }
    return found;
  });
}

/** As asked, and what was asked before does not hold: what differs is looked at before the places. */
const unlike = (question: ExecutedQuestion, asked: ExecutedCondition): ExecutedQuestion => ({
  ...question,
  where: { all: [...(question.where === null ? [] : partsOf(question.where)), { not: asked }] },
});

const partsOf = (where: ExecutedCondition): readonly ExecutedCondition[] => ('all' in where ? where.all : [where]);

function missOf({ missed, figures }: Loosened, exhibit: OpenExhibit, track: number): NearMiss {
  const { columns, startMs } = exhibit;
  const name = classNameOf(columns.classId[track] ?? 0);
  if (name === undefined) throw new RangeError('search: a track without a class');
  return {
    exhibitId: exhibit.exhibitId,
    cameraId: exhibit.cameraId,
    track,
    class: name,
    from: localInstant(startMs + (columns.firstMs[track] ?? 0)),
    to: localInstant(startMs + (columns.lastMs[track] ?? 0)),
    missed,
    ...figures(exhibit, track),
  };
}

function loosenedOf(question: ExecutedQuestion): Loosened[] {
  const loosened: Loosened[] = [];
  const { minConfidence, colours, time } = question;
  if (minConfidence > 0) {
    loosened.push({
      missed: 'confidence',
      question: unlike(
        { ...question, minConfidence: Math.max(0, minConfidence - CONFIDENCE) },
        { confidence: { min: minConfidence } },
      ),
      figures: ({ columns }, track) => ({ value: shareOf(columns.confidence[track] ?? 0), asked: minConfidence }),
    });
  }
  const [first] = colours;
  if (first !== undefined) {
    loosened.push({
      missed: 'colour',
      question: unlike(
        { ...question, colours: colours.map((entry) => ({ ...entry, minShare: entry.minShare * SHARE })) },
        { colour: colours },
      ),
      figures: ({ columns }, track) => {
        const shares = colours.map((entry) => ({ has: shareAt(columns, track, colourAt(entry)), entry }));
        const best = shares.reduce((a, b) => (b.has > a.has ? b : a), { has: 0, entry: first });
        return { value: shareOf(best.has), asked: best.entry.minShare };
      },
    });
  }
  if (time !== null) {
    const [from, to] = [Date.parse(time.from), Date.parse(time.to)];
    loosened.push({
      missed: 'time',
      question: {
        ...question,
        time: { from: new Date(from - TIME_MS).toISOString(), to: new Date(to + TIME_MS).toISOString() },
      },
      figures: ({ columns, startMs, uncertaintyMs }, track) => ({
        value:
          Math.max(
            from - uncertaintyMs - startMs - (columns.lastMs[track] ?? 0),
            startMs + (columns.firstMs[track] ?? 0) - to - uncertaintyMs,
          ) / 1000,
        asked: 0,
      }),
    });
  }
  return [...loosened, ...loosenedLeaves(question)];
}

/** Sizes and speeds that stand at the top of the tree, where each of them alone keeps a track out. */
function loosenedLeaves(question: ExecutedQuestion): Loosened[] {
  const { where } = question;
  if (where === null) return [];
  const parts = partsOf(where);
  return parts.flatMap((part, index): Loosened[] => {
    const loose = loosenedLeaf(part);
    if (loose === undefined) return [];
    const all = parts.map((each, n) => (n === index ? loose.leaf : each));
    return [{ missed: loose.missed, question: unlike({ ...question, where: { all } }, part), figures: loose.figures }];
  });
}

function loosenedLeaf(
  part: ExecutedCondition,
):
  | { readonly missed: NearMiss['missed']; readonly leaf: ExecutedLeaf; readonly figures: Loosened['figures'] }
  | undefined {
  const wider = ({ min, max }: { readonly min?: number; readonly max?: number }) => ({
    ...(min === undefined ? {} : { min: min * (1 - RANGE) }),
    ...(max === undefined ? {} : { max: max * (1 + RANGE) }),
  });
  const askedOf = ({ min, max }: { readonly min?: number; readonly max?: number }, value: number): number =>
    min !== undefined && value < min ? min : (max ?? min ?? 0);
  if ('speed' in part) {
    return {
      missed: 'speed',
      leaf: { speed: wider(part.speed) },
      figures: ({ columns }, track) => {
        const value = Math.round((columns.speed[track] ?? 0) * 10) / 10;
        return { value, asked: askedOf(part.speed, value) };
      },
    };
  }
  if (!('size' in part)) return undefined;
  const { widthPx, heightPx } = part.size;
  return {
    missed: 'size',
    leaf: {
      size: {
        ...(widthPx === undefined ? {} : { widthPx: wider(widthPx) }),
        ...(heightPx === undefined ? {} : { heightPx: wider(heightPx) }),
      },
    },
    figures: ({ columns }, track) => {
      const [value, range] =
        heightPx === undefined
          ? [columns.widthPx[track] ?? 0, widthPx ?? {}]
          : [columns.heightPx[track] ?? 0, heightPx];
      return { value, asked: askedOf(range, value) };
    },
  };
}
