import { decodePlan } from '../../gateway/analysis/decode.ts';
import { readPacketList } from '../../gateway/analysis/packets.ts';
import { AppError } from '../../gateway/errors.ts';
import { probeExhibit } from '../../gateway/footage/probe.ts';
import type { Timeline } from '../../gateway/footage/types.ts';
import { packets, probe } from '../../gateway/media.ts';

// What the gateway makes of a file that may be anything: as at a deposit, and then as an analysis would that wants each of its frames.

export interface Examined {
  /** The code of the refusal, `whole`, or `partial` where something is lost and said. */
  readonly outcome: string;
  /** Of a file that was declared damaged. */
  readonly declared: string;
  readonly frames: number;
  readonly lost: number;
  readonly losses: readonly string[];
  readonly elapsedMs: number;
}

const codeOf = (error: unknown): string => {
  if (error instanceof AppError) return error.code;
  throw error;
};

const look = (file: string, damaged: boolean): Promise<Timeline | string> =>
  probeExhibit(file, { damaged }, { media: { probe, packets } }).catch(codeOf);

/** Rejects with whatever is no refusal of ours: an error without a code is a defect. */
export async function examine(file: string): Promise<Examined> {
  const started = performance.now();
  const strict = await look(file, false);
  // What is whole is the same when it is declared damaged; what is refused for anything else than damage stays refused.
  const timeline = strict === 'E_DEF_UNSTABLE' || strict === 'E_DEF_NOT_EXHIBIT' ? await look(file, true) : strict;
  const done = (declared: string, frames = 0, lost = 0, losses: readonly string[] = []): Examined => {
    const outcome = typeof strict === 'string' ? strict : declared;
    return { outcome, declared, frames, lost, losses, elapsedMs: performance.now() - started };
  };
  if (typeof timeline === 'string') return done(timeline);
  const decoded = await decodeAll(file, timeline).catch(codeOf);
  if (typeof decoded === 'string') return done(decoded, timeline.frameCount, timeline.frameCount, timeline.losses);
  const isWhole = decoded.lost === 0 && timeline.losses.length === 0;
  return done(isWhole ? 'whole' : 'partial', timeline.frameCount, decoded.lost, timeline.losses);
}

/** Wants all frames: what comes, and what is said to be missing, must be all that were wanted. */
async function decodeAll(file: string, timeline: Timeline): Promise<{ readonly lost: number }> {
  const list = await readPacketList({ timeline }, file);
  const frames = Array.from(list.pts, (pts, index) => ({ number: index + 1, pts }));
  const run = decodePlan({ frames }, { file, timeline, packets: list, widthPx: 16, heightPx: 16 });
  let came = 0;
  for await (const _ of run.frames) came += 1;
  const lost = run.report().missing.length;
  if (came + lost !== frames.length) throw new Error(`${file}: ${came} came, ${lost} lost, of ${frames.length}`);
  return { lost };
}

/** Runs two at once, in order of their beginning. */
export async function eachOfTwo<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < items.length; at = next++) results[at] = await work(items[at] as T);
  };
  await Promise.all([worker(), worker()]);
  return results;
}
