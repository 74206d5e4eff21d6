import { besides, type TimeSpan, united } from './ledger.ts';
import { firstIndexFrom, type PacketList } from './packets.ts';

/** What the sizes of its packets tell of an exhibit, before any of it is decoded. */
export interface Activity {
  /** Where predicted frames are larger than in the quiet around: media seconds, in order, apart from each other. */
  readonly spans: readonly TimeSpan[];
  /** The part of the quiet that cannot be mistaken: predicted frames are well below what counts as movement, for seconds to both sides. */
  readonly calm: readonly TimeSpan[];
  /** Everything that is in no span. */
  readonly quietSeconds: number;
}

/** Shorter exhibits are looked at throughout: there is nothing to save, and too little to tell what quiet looks like. */
const SHORTEST_SECONDS = 60;
const CELL_SECONDS = 1;
/** The quiet of one time of day is not that of another: light and rain change what a frame costs. */
const WINDOW_CELLS = 300;
const QUIET_SHARE = 0.1;
/** A camera's own key frames come out as single large packets of a copy. */
const KEPT_PACKETS = 0.9;
const ACTIVE_RATIO = 2;
/** Or so much more than quiet as the quietest seconds differ among themselves, many times over: a copy of a copy is never even. */
const QUIETEST_SHARE = 0.05;
const ACTIVE_SPREADS = 15;
/** Where the quietest seconds differ by more than that, the quiet of the others is not quiet. */
const MOST_RATIO = 4;
/** Predicted frames that cost as much of a key frame hold noise, rain or a constant bit rate, and tell nothing. */
const MOST_OF_KEY = 0.06;
/** Between key frames further apart a thing may come and go unseen by them. */
const LONGEST_GOP_SECONDS = 12.5;
/** Of what a moving second costs at least: what costs more may hide something small. */
const CALM_SHARE = 0.9;
const CALM_CELLS = 2;

/**
 * Finds where something moves by the sizes of predicted frames. Undefined where they tell nothing: short exhibits, intra-only codecs, noise,
 * a constant bit rate, rare key frames, frames that are only found by counting; all of it is then looked at. Pure.
 */
export function activityOf(packets: PacketList): Activity | undefined {
  const { durationSeconds } = packets;
  if (durationSeconds < SHORTEST_SECONDS || packets.addressing !== 'pts' || !hasFrequentKeys(packets)) return undefined;
  const { levels: cells, keys } = cellsOf(packets);
  const levels = pairs(cells);
  const [isActive, isDoubtful]: [boolean[], boolean[]] = [[], []];
  for (let from = 0; from < levels.length; from += WINDOW_CELLS / 5) {
    const around = [Math.max(0, from - WINDOW_CELLS), from + WINDOW_CELLS] as const;
    const known = levels.slice(...around).filter((level) => !Number.isNaN(level));
    const quiet = quantile(known, QUIET_SHARE);
    const key = quantile(
      keys.slice(...around).filter((size) => !Number.isNaN(size)),
      0.5,
    );
    const isTold = quiet <= MOST_OF_KEY * key;
    const spread = quiet - quantile(known, QUIETEST_SHARE);
    const most = Math.max(ACTIVE_RATIO * quiet, Math.min(MOST_RATIO * quiet, quiet + ACTIVE_SPREADS * spread));
    for (const level of levels.slice(from, from + WINDOW_CELLS / 5)) {
      // NaN is no evidence of quiet.
      isActive.push(!isTold || !(level <= most));
      isDoubtful.push(!isTold || !(level <= CALM_SHARE * most));
    }
  }
  if (isActive.every(Boolean)) return undefined;
  const spans = spansOf(isActive, 0, durationSeconds);
  const active = spans.reduce((sum, span) => sum + span.toSeconds - span.fromSeconds, 0);
  const calm = besides(spansOf(isDoubtful, CALM_CELLS, durationSeconds), durationSeconds);
  return { spans, calm, quietSeconds: durationSeconds - active };
}

/** The marked cells, each with its second half of a pair and `margin` cells to both sides. */
const spansOf = (marks: readonly boolean[], margin: number, durationSeconds: number): readonly TimeSpan[] =>
  united(
    marks.flatMap((mark, cell) => {
      if (!mark) return [];
      const fromSeconds = Math.max(0, (cell - margin) * CELL_SECONDS);
      return [{ fromSeconds, toSeconds: Math.min(durationSeconds, (cell + 2 + margin) * CELL_SECONDS) }];
    }),
  );

/** Means of each cell and the next: the first second behind a key frame costs another share than the second one does. */
const pairs = (levels: readonly number[]): number[] =>
  levels.slice(0, -1).map((level, cell) => (level + (levels[cell + 1] as number)) / 2);

function hasFrequentKeys({ key, pts, count, secondsOf }: PacketList): boolean {
  let last = 0;
  for (let index = 0; index < count; index += 1) {
    if (key[index] !== 1 && index !== count - 1) continue;
    const seconds = secondsOf(pts[index] as number);
    if (seconds - last > LONGEST_GOP_SECONDS) return false;
    last = seconds;
  }
  return key[0] === 1;
}

/** By cell: mean size of the predicted frames without the largest, and of the key frames; NaN where there is none. */
function cellsOf(packets: PacketList): { readonly levels: number[]; readonly keys: number[] } {
  const count = Math.ceil(packets.durationSeconds / CELL_SECONDS);
  const [levels, keys]: [number[], number[]] = [[], []];
  const ticks = (CELL_SECONDS * packets.timeBase.den) / packets.timeBase.num;
  let from = 0;
  for (let cell = 0; cell < count; cell += 1) {
    const to = firstIndexFrom(packets, packets.firstPts + (cell + 1) * ticks);
    const predicted: number[] = [];
    const key: number[] = [];
    for (let index = from; index < to; index += 1)
      (packets.key[index] === 1 ? key : predicted).push(packets.sizeBytes[index] as number);
    predicted.sort((a, b) => a - b);
    levels.push(mean(predicted.slice(0, Math.max(1, Math.floor(predicted.length * KEPT_PACKETS)))));
    keys.push(mean(key));
    from = to;
  }
  return { levels, keys };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** NaN of nothing. */
function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN;
}
