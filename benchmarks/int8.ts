import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import type { ModelCard } from '../gateway/admission/card.ts';
import { readOnnx } from '../gateway/admission/onnx-file.ts';
import { createDetectorPool, type DetectorPool } from '../gateway/analysis/detector-pool.ts';
import { createPreprocessor } from '../gateway/analysis/letterbox.ts';
import type { LoadedModel } from '../gateway/analysis/models.ts';
import { type OnnxSession, openSession } from '../gateway/analysis/onnx.ts';
import type { Track } from '../gateway/analysis/types.ts';
import { sha256Hex } from '../gateway/canonical.ts';
import { loadNano } from './accuracy/eyes.ts';
import { apOf, labelledSets } from './accuracy/labelled.ts';
import { requisitionFor, runClip } from './accuracy/run-clip.ts';
import { type Chosen, quantised } from './int8/quantise.ts';
import { rangesOf } from './int8/ranges.ts';
import { type Goal, type Measurement, median, rounded } from './report.ts';
import { trackRecall } from './throughput/quality.ts';

const SHARED = path.join(import.meta.dirname, '..', '..', 'shared');
/** Pictures that no set of the accuracy bench holds. */
const CALIBRATION = ['coco-train128', 'atl-traffic'].map((set) => path.join(SHARED, 'training', set, 'images'));
const PICTURES_EACH = 12;
const CLIPS = ['evaluation/ahm_pedestrian.mp4', 'evaluation/eva_ua_detrac.mp4', 'free/one-by-one-person-detection.mp4'];
const TURNS = 40;
const FULL_TURNS = 200;
/** Enough to see that it runs, too few to say anything. */
const SHORT = { turns: 4, clips: 1, pictures: 31 } as const;
const CALLS_A_TURN = 3;
const LEAST_RATIO = 1.15;
const MOST_LOSS = 0.01;
const LEAST_RECALL = 0.95;

/** Convolutions at the beginning that stay in floating point, in the variants that are called after them. */
const FIRST = { few: 3, many: 10 } as const;

interface Variant {
  readonly name: string;
  readonly model: LoadedModel;
}

interface Figures {
  readonly name: string;
  /** Processor time of fp32 over that of the variant, turn by turn: median, and the middle eighty of a hundred. */
  readonly ratio: number;
  readonly ratioFrom: number;
  readonly ratioTo: number;
  readonly msPerCall: number;
  readonly ap: Readonly<Record<string, number>>;
  /** Largest loss of AP50 on a set. */
  readonly apLoss: number;
  /** Tracks of fp32 that the variant has too, over all clips. */
  readonly trackRecall: number;
}

/** What one variant saw. */
interface Sight {
  readonly ap: Readonly<Record<string, number>>;
  /** Tracks, clip by clip. */
  readonly tracks: readonly (readonly Track[])[];
}

/**
 * Whether YOLOX-nano in integers is faster at the same recall: static quantisation of several parts of it, each beside fp32 in one run, by
 * turns. Needs shared/models, shared/training, shared/labelled and shared/footage.
 */
export async function measureInt8({
  full,
  short = false,
}: {
  readonly full: boolean;
  readonly short?: boolean;
}): Promise<Measurement> {
  const fp32 = await loadNano();
  if (fp32 === undefined) throw new Error('YOLOX-nano is neither in DIFFERE_MODELS nor beside the checkout');
  const variants = [{ name: 'fp32', model: fp32 }, ...(await quantisedVariants(fp32))];
  const turns = short ? SHORT.turns : full ? FULL_TURNS : TURNS;
  const times = await callTimes(variants, turns);
  const figures: Figures[] = [];
  let reference: Sight | undefined;
  for (const [index, { name, model }] of variants.entries()) {
    const sight = { ap: await apBySet(model, short), tracks: await tracksOf(model, short) };
    reference ??= sight;
    figures.push({ name, ...speedOf(times[0] ?? [], times[index] ?? []), ...lossOf(reference, sight) });
    console.error(JSON.stringify(figures.at(-1)));
  }
  return { rounds: turns, goals: goalsOf(figures.slice(1)), raw: figures };
}

function speedOf(
  reference: readonly number[],
  own: readonly number[],
): Pick<Figures, 'msPerCall' | 'ratio' | 'ratioFrom' | 'ratioTo'> {
  const ratios = own.map((ms, turn) => (reference[turn] ?? Number.NaN) / ms).toSorted((a, b) => a - b);
  const at = (share: number): number => rounded(ratios[Math.floor(share * ratios.length)] ?? Number.NaN);
  return { msPerCall: rounded(median(own)), ratio: rounded(median(ratios)), ratioFrom: at(0.1), ratioTo: at(0.9) };
}

function lossOf(reference: Sight, { ap, tracks }: Sight): Pick<Figures, 'ap' | 'apLoss' | 'trackRecall'> {
  const losses = Object.entries(reference.ap).map(([set, value]) => value - (ap[set] ?? Number.NaN));
  let [wanted, found] = [0, 0];
  for (const [clip, own] of reference.tracks.entries()) {
    if (own.length === 0) continue;
    wanted += own.length;
    found += own.length * trackRecall(own, tracks[clip] ?? []);
  }
  return {
    ap: Object.fromEntries(Object.entries(ap).map(([set, value]) => [set, rounded(value, 4)])),
    apLoss: rounded(Math.max(...losses), 4),
    trackRecall: rounded(found / wanted),
  };
}

function goalsOf(figures: readonly Figures[]): readonly Goal[] {
  const pays = ({ ratio, apLoss, trackRecall: recall }: Figures): boolean =>
    ratio > LEAST_RATIO && apLoss <= MOST_LOSS && recall >= LEAST_RECALL;
  const each = figures.flatMap(({ name, ratio, ratioFrom, ratioTo, apLoss, trackRecall: recall }): readonly Goal[] => [
    {
      id: `${name}_ratio`,
      goal: `processor time of a call, fp32 over int8 > ${LEAST_RATIO} (${ratioFrom} to ${ratioTo} by turns)`,
      value: ratio,
      met: ratio > LEAST_RATIO,
    },
    {
      id: `${name}_ap_loss`,
      goal: `largest loss of AP50 on a set <= ${MOST_LOSS}`,
      value: apLoss,
      met: apLoss <= MOST_LOSS,
    },
    {
      id: `${name}_track_recall`,
      goal: `tracks of fp32 that are found >= ${LEAST_RECALL}`,
      value: recall,
      met: recall >= LEAST_RECALL,
    },
  ]);
  const paying = figures.filter(pays).length;
  return [...each, { id: 'pays', goal: 'variants that meet all three >= 1', value: paying, met: paying >= 1 }];
}

async function quantisedVariants({ card, bytes }: LoadedModel): Promise<readonly Variant[]> {
  const { graph } = readOnnx(bytes);
  const preprocessor = createPreprocessor(card.input);
  const input = {
    name: card.input.name,
    values: preprocessor.target,
    shape: [1, 3, card.input.height, card.input.width],
  };
  const files = await calibrationFiles();
  const ranges = await rangesOf(bytes, input, files.length, async (picture) => {
    const { data, info } = await sharp(files[picture])
      .removeAlpha()
      .toColourspace('srgb')
      .resize(card.input.width, card.input.height, { fit: 'inside', kernel: 'cubic' })
      .raw()
      .toBuffer({ resolveWithObject: true });
    preprocessor.fill(new Uint8Array(data), { widthPx: info.width, heightPx: info.height });
  });
  const places = graph.nodes.flatMap(({ op }, index) => (op === 'Conv' ? [index] : []));
  const after =
    (convolutions: number): Chosen =>
    (_, index) =>
      index >= (places[convolutions] ?? 0);
  // The last convolution of each head, and what reads it, up to the output.
  const last = new Set<string>();
  for (const { op, inputs, outputs } of graph.nodes) {
    const isHead = op === 'Conv' && /^head\..*_preds/.test(inputs[1] ?? '');
    if (isHead || inputs.some((name) => last.has(name))) for (const name of outputs) last.add(name);
  }
  const choices: Readonly<Record<string, Chosen>> = {
    whole: () => true,
    [`after_${FIRST.few}`]: after(FIRST.few),
    [`after_${FIRST.many}`]: after(FIRST.many),
    [`after_${FIRST.many}_no_heads`]: (node, index) =>
      after(FIRST.many)(node, index) && !node.outputs.some((name) => last.has(name)),
  };
  return Object.entries(choices).map(([name, chosen]) => ({
    name,
    model: modelOf(card, quantised(bytes, ranges, chosen)),
  }));
}

const modelOf = (card: ModelCard, bytes: Uint8Array<ArrayBuffer>): LoadedModel => ({
  card: { ...card, sha256: sha256Hex(bytes) },
  bytes,
});

async function calibrationFiles(): Promise<readonly string[]> {
  const sets = CALIBRATION.map(async (folder) => {
    const files = (await readdir(folder)).toSorted();
    return Array.from({ length: PICTURES_EACH }, (_, index) =>
      path.join(folder, files[Math.floor((index * files.length) / PICTURES_EACH)] ?? ''),
    );
  });
  return (await Promise.all(sets)).flat();
}

/** Milliseconds of processor time of one call, a list of turns for each variant, in sessions as the gateway opens them. */
async function callTimes(variants: readonly Variant[], turns: number): Promise<readonly (readonly number[])[]> {
  const sessions: { readonly session: OnnxSession; readonly times: number[] }[] = [];
  for (const { model } of variants) {
    const { input } = model.card;
    // Any picture: the time does not depend on what is seen.
    const values = Float32Array.from({ length: 3 * input.height * input.width }, (_, index) => (index * 7919) % 256);
    const shape = [1, 3, input.height, input.width];
    sessions.push({
      session: await openSession({ ...model.card, bytes: model.bytes }, { name: input.name, values, shape }),
      times: [],
    });
  }
  const outputs = sessions[0]?.session.outputNames ?? [];
  for (let turn = -2; turn < turns; turn += 1) {
    for (const { session, times } of sessions) {
      const before = process.cpuUsage();
      for (let call = 0; call < CALLS_A_TURN; call += 1) await session.run(outputs);
      const { user, system } = process.cpuUsage(before);
      // The first two turns warm up.
      if (turn >= 0) times.push((user + system) / 1000 / CALLS_A_TURN);
    }
  }
  for (const { session } of sessions) await session.release();
  return sessions.map(({ times }) => times);
}

/** AP50 on every labelled set, with scores from 0.01 and with tiles, as the accuracy bench has it. */
async function apBySet({ card, bytes }: LoadedModel, short: boolean): Promise<Sight['ap']> {
  const thresholds = { ...card.thresholds, score: 0.01 };
  return await withPool({ card: { ...card, thresholds }, bytes }, async (pool) => {
    const figures: Record<string, number> = {};
    const sets = (await labelledSets()).filter(({ pictures }) => !short || pictures.length <= SHORT.pictures);
    for (const set of sets) figures[`${set.name}_${set.class}`] = await apOf(pool, set);
    return figures;
  });
}

/** Tracks of the clips that are there, seen by the detector alone. */
async function tracksOf(model: LoadedModel, short: boolean): Promise<Sight['tracks']> {
  const clips = short ? CLIPS.slice(0, SHORT.clips) : CLIPS;
  const files = clips.map((clip) => path.join(SHARED, 'footage', clip)).filter((file) => existsSync(file));
  const requisition = await requisitionFor(files);
  return await withPool(model, async ({ detect, decodeSize }) => {
    const found: (readonly Track[])[] = [];
    for (const file of files) found.push((await runClip(requisition, file, { detect, decodeSize })).result.tracks);
    return found;
  });
}

async function withPool<T>(model: LoadedModel, act: (pool: DetectorPool) => Promise<T>): Promise<T> {
  const pool = await createDetectorPool({ ...model, threads: 2 });
  try {
    return await act(pool);
  } finally {
    await pool.close();
  }
}
