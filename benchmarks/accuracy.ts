import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type ClipFigures, measureClips } from './accuracy/clips.ts';
import { measureCost } from './accuracy/cost.ts';
import { type Mode, openDetector } from './accuracy/eyes.ts';
import { apOf, labelledSets } from './accuracy/labelled.ts';
import { measureScenes } from './accuracy/scenes.ts';
import { type Goal, type Measurement, median, rounded } from './report.ts';

/**
 * What is found, invented, named and coloured: on the free clips with hand-made truth (by weights that never saw the clip, in
 * BENCH_WEIGHTS), on the labelled pictures, and on rendered scenes. What cannot be measured here has no goal in the report.
 */
export async function measureAccuracy({ full }: { readonly full: boolean }): Promise<Measurement> {
  const rounds = full ? 5 : 3;
  const folder = await mkdtemp(path.join(tmpdir(), 'differe-bench-accuracy-'));
  const detector = await openDetector();
  const clips = await measureClips(detector, folder);
  const scenes = await measureScenes(folder);
  const ap = await measureAp();
  const cost = detector === undefined ? undefined : await measureCost(detector, rounds);
  await detector?.close();
  if (clips.length > 0) console.error(`Pictures with boxes: ${folder}`);
  const share =
    cost === undefined ? undefined : median(cost.map((each) => (each.background + each.crops) / each.detector));
  return {
    rounds,
    goals: [
      ...clipGoals(clips),
      goal('night_tracks', 'tracks in 3 minutes of rendered infrared night <= 12', scenes.nightTracks, (n) => n <= 12),
      goal(
        'group_ratio',
        'person tracks over persons, rendered groups, 0.8 to 2',
        scenes.groupRatio,
        (n) => n >= 0.8 && n <= 2,
      ),
      ...ap.map(({ set, plain, tiled }) =>
        goal(
          `ap50_${set}`,
          `AP50 of YOLOX-nano as it runs here, not under it without tiles (${rounded(plain)})`,
          tiled,
          (n) => n >= plain,
        ),
      ),
      ...(share === undefined
        ? []
        : [
            goal(
              'time_share',
              'background model and crops over the detector, same frames, <= 0.15',
              share,
              (n) => n <= 0.15,
            ),
          ]),
    ],
    raw: { clips, scenes, ap, cost },
  };
}

const goal = (id: string, text: string, value: number, isMet: (value: number) => boolean): Goal => ({
  id,
  goal: text,
  value: rounded(value),
  met: isMet(value),
});

function clipGoals(clips: readonly ClipFigures[]): readonly Goal[] {
  const of = (mode: Mode): readonly ClipFigures[] => clips.filter((each) => each.mode === mode);
  const sum = (
    figures: readonly ClipFigures[],
    key: 'objects' | 'found' | 'tracks' | 'invented' | 'named' | 'colours' | 'coloursRight',
  ): number => figures.reduce((total, each) => total + each[key], 0);
  const ours = of('ours');
  if (ours.length === 0) return [];
  const cars = ours.find(({ clip }) => clip === 'car-detection.mp4');
  const fused = of('fused');
  return [
    goal(
      'found',
      'objects of the free clips found by what the repository ships >= 0.95',
      sum(ours, 'found') / sum(ours, 'objects'),
      (n) => n >= 0.95,
    ),
    goal('invented', 'tracks that are no object <= 0.10', sum(ours, 'invented') / sum(ours, 'tracks'), (n) => n <= 0.1),
    goal(
      'named',
      'right coarse name among those found >= 0.90',
      sum(ours, 'named') / sum(ours, 'found'),
      (n) => n >= 0.9,
    ),
    goal(
      'colour',
      'first or second term agrees with the truth >= 0.90',
      sum(ours, 'coloursRight') / sum(ours, 'colours'),
      (n) => n >= 0.9,
    ),
    ...(cars === undefined
      ? []
      : [
          goal(
            'car_detection',
            'cars of car-detection.mp4 found, all of them',
            cars.found / cars.objects,
            (n) => n === 1,
          ),
        ]),
    ...(fused.length === 0
      ? []
      : [
          goal(
            'fused_found',
            `objects found by both, not under ours (${sum(ours, 'found')}) or the detector (${sum(of('detector'), 'found')})`,
            sum(fused, 'found'),
            (n) => n >= Math.max(sum(ours, 'found'), sum(of('detector'), 'found')),
          ),
        ]),
  ];
}

interface ApFigures {
  readonly set: string;
  readonly plain: number;
  readonly tiled: number;
}

/** Every labelled set with scores from 0.01 on, without and with tiles. */
async function measureAp(): Promise<readonly ApFigures[]> {
  const [plain, tiled] = [await openDetector(0.01, false), await openDetector(0.01)];
  const figures: ApFigures[] = [];
  for (const set of plain === undefined || tiled === undefined ? [] : await labelledSets()) {
    if (plain === undefined || tiled === undefined) continue;
    figures.push({ set: `${set.name}_${set.class}`, plain: await apOf(plain, set), tiled: await apOf(tiled, set) });
  }
  await Promise.all([plain?.close(), tiled?.close()]);
  return figures;
}
