import path from 'node:path';
import type { Track } from '../../gateway/analysis/types.ts';
import { requisitionFor, runClip } from '../accuracy/run-clip.ts';
import { decodeToNull } from '../ffmpeg.ts';
import { type Goal, rounded } from '../report.ts';
import { hardScene, PASSERS, VARIANTS, type Variant } from '../scenes/hard.ts';
import { irregularDrops } from '../scenes/render.ts';
import { renderScene } from '../scenes/scene.ts';
import type { TruthBox } from '../scenes/types.ts';
import { writeScene } from '../scenes/write.ts';
import { foundShare, trackRecall } from './quality.ts';
import { join } from './workloads.ts';

/** A street of one variant: pieces of twelve seconds, one in four with somebody on it. */
export interface HardRecording {
  readonly file: string;
  readonly durationSeconds: number;
  /** By frame of a full rate; who passes, without what is parked. Ids differ over the recording. */
  readonly passing: readonly TruthBox[];
}

const QUIET_BETWEEN = 3;
const PARKED_IDS = 2;

/** Writes a recording of `pieces` pieces; each kind of piece is encoded once and they are joined as they are. */
export async function writeHard(folder: string, variant: Variant, pieces: number): Promise<HardRecording> {
  const kinds = [undefined, ...PASSERS.keys()];
  const coded = new Map<number | undefined, { readonly file: string; readonly passing: readonly TruthBox[] }>();
  for (const kind of kinds) {
    const spec = hardScene(variant, kind);
    const file = path.join(folder, `${spec.name}.mp4`);
    const frames = spec.durationSeconds * spec.framesPerSecond;
    await writeScene(spec, file, {
      ...variant.written,
      ...(variant.drops === undefined ? {} : { dropFrames: irregularDrops(frames, variant.drops, spec.seed) }),
    });
    coded.set(kind, { file, passing: renderScene(spec).truth.filter(({ id }) => id > PARKED_IDS) });
  }
  const { durationSeconds, framesPerSecond } = hardScene(variant, undefined);
  const order = Array.from({ length: pieces }, (_, place) =>
    place % (QUIET_BETWEEN + 1) === 2 ? Math.floor(place / (QUIET_BETWEEN + 1)) % PASSERS.length : undefined,
  );
  const file = path.join(folder, `${variant.name}.mp4`);
  await join(
    order.map((kind) => coded.get(kind)?.file ?? ''),
    file,
  );
  return {
    file,
    durationSeconds: pieces * durationSeconds,
    passing: order.flatMap((kind, place) =>
      (coded.get(kind)?.passing ?? []).map((box) => ({
        ...box,
        id: place * 10 + box.id,
        frame: place * durationSeconds * framesPerSecond + box.frame,
        timeSeconds: place * durationSeconds + box.timeSeconds,
      })),
    ),
  };
}

/** What one variant gave. Shares from 0 to 1. */
export interface VariantRow {
  readonly variant: string;
  /** Tracks of the exhaustive pass that ours has too. */
  readonly recall: number;
  /** Seconds in which somebody passes that lie in the life of a track. */
  readonly found: number;
  readonly passing: number;
  /** Of those who pass, how many lie under a track, of ours and of the exhaustive pass. */
  readonly passingFound: number;
  readonly passingFoundExhaustive: number;
  readonly tracks: number;
  readonly tracksExhaustive: number;
  readonly recallBound?: number;
  /** Seconds by what the ledger says of them. */
  readonly ledger: Readonly<Record<string, number>>;
  readonly overDecode: number;
  readonly detectorCalls: number;
  readonly decodedFrames: number;
}

const RATE = 10;

/** Our plan and the exhaustive pass on so many pieces of each variant; ten frames a second in the latter, as many as there are. */
export async function measureVariants(
  folder: string,
  eyes: Parameters<typeof runClip>[2],
  pieces: number,
): Promise<{ readonly goals: readonly Goal[]; readonly raw: readonly VariantRow[] }> {
  const raw: VariantRow[] = [];
  for (const variant of VARIANTS) {
    const { file, passing } = await writeHard(folder, variant, pieces);
    const requisition = await requisitionFor([file]);
    const decodeSeconds = await decodeToNull(file);
    const ours = await runClip(requisition, file, eyes);
    const all = await runClip(requisition, file, eyes, { framesPerSecond: RATE, isExhaustive: true });
    const { totals } = ours.result.ledger;
    raw.push({
      variant: variant.name,
      recall: rounded(trackRecall(all.result.tracks, ours.result.tracks)),
      found: rounded(foundShare(ours.result.tracks, passing, RATE)),
      passing: new Set(passing.map(({ id }) => id)).size,
      passingFound: passersFound(ours.result.tracks, passing),
      passingFoundExhaustive: passersFound(all.result.tracks, passing),
      tracks: ours.result.tracks.length,
      tracksExhaustive: all.result.tracks.length,
      ...(ours.result.audit.recallBound === undefined ? {} : { recallBound: rounded(ours.result.audit.recallBound) }),
      ledger: Object.fromEntries(Object.entries(totals).map(([state, seconds]) => [state, rounded(seconds, 1)])),
      overDecode: rounded(ours.seconds / decodeSeconds, 2),
      ...ours.work,
    });
    console.error(JSON.stringify(raw.at(-1)));
  }
  return { raw, goals: raw.flatMap(goalsOf) };
}

/** How many of those who pass a track covers for half of the time for which half of them or more is in sight. */
export function passersFound(tracks: readonly Track[], passing: readonly TruthBox[]): number {
  const seen = passing.filter(({ visibility }) => visibility >= 0.5);
  const reference = [...Map.groupBy(seen, ({ id }) => id).values()].map((points) => ({ points }));
  return Math.round(trackRecall(reference, tracks) * reference.length);
}

function goalsOf({ variant, recall, passingFound, passingFoundExhaustive }: VariantRow): readonly Goal[] {
  return [
    {
      id: `hard_${variant}_recall`,
      goal: 'tracks of the exhaustive pass found on a street of that kind >= 0.95',
      value: recall,
      met: recall >= 0.95,
    },
    {
      id: `hard_${variant}_passing`,
      goal: `of those who pass, at least as many found as by the exhaustive pass: ${passingFoundExhaustive}`,
      value: passingFound,
      met: passingFound >= passingFoundExhaustive,
    },
  ];
}
