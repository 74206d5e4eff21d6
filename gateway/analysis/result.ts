import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { canonicalJson, type JsonValue, sha256Hex } from '../canonical.ts';
import type { Provider } from '../config.ts';
import type { Exhibit } from '../footage/types.ts';
import { ffmpegVersion } from '../media.ts';
import { CLASSES, type ClassName, COLOURS, type ColourName, classId } from '../vocabulary.ts';
import type { Activity } from './activity.ts';
import { isFlicker, mayBePerson } from './flicker.ts';
import { closeLedger, type TimeSpan, united } from './ledger.ts';
import type { PacketList } from './packets.ts';
import { PLAN_VERSION } from './plan.ts';
import { recallBound } from './recall-bound.ts';
import { cutSegments } from './segments.ts';
import { stitch } from './stitch.ts';
import type {
  AnalysisResult,
  Box,
  Bystander,
  Ledger,
  ModelUse,
  RawTrack,
  RecallAudit,
  SegmentResult,
  Track,
  TrackPoint,
} from './types.ts';

/** What made a result, told once a process: part of the digest. */
export interface BuildFacts {
  /** Name and version of package.json, such as `differe 0.1.0`. */
  readonly software: string;
  /** SHA-256 over the sources of the analysis and of the decoder's jail. */
  readonly analysisSha256: string;
  readonly ffmpeg: string;
  readonly onnxruntime: string;
  /** Architecture, maker, family and widest vector instructions: results are equal to the last bit within one of these. */
  readonly processor: string;
}

export interface ClosingInput {
  readonly exhibit: Pick<Exhibit, 'sha256' | 'timeline'>;
  readonly packets: PacketList;
  /** What the segments were cut by. */
  readonly activity: Activity | undefined;
  readonly framesPerSecond: number;
  /** One a segment, in any order. */
  readonly segments: readonly SegmentResult[];
  readonly models: readonly ModelUse[];
  readonly build: BuildFacts;
  /** What the facets of the requisition let the result hold: leaf classes, and colours. */
  readonly permitted: { readonly classes: readonly ClassName[]; readonly colours: readonly ColourName[] };
}

export interface ClosedResult {
  readonly result: AnalysisResult;
  readonly text: string;
  readonly digest: string;
  /** What is not permitted, and flicker that may be somebody: in no result, index or answer, and masked in every picture all the same (PRO-02). */
  readonly bystanders: readonly Bystander[];
}

/**
 * Stitches, describes and closes a result. `text` is its RFC 8785 form and `digest` the SHA-256 of that. Holds no id, job, case,
 * requisition or wall-clock value, and of each object only what the requisition permits (REQ-07). E_INTERNAL when a segment is missing or the ledger does not sum to the file.
 */
export function closeResult(input: ClosingInput, describe: (raw: RawTrack) => Track): ClosedResult {
  const { exhibit, packets, build } = input;
  const cuts = cutSegments(packets, input.activity);
  const segments = input.segments.toSorted((a, b) => a.index - b.index);
  const intervals = segments.flatMap((segment) => segment.intervals);
  const classes = CLASSES.filter((name) => input.permitted.classes.includes(name));
  const colours = COLOURS.filter((name) => input.permitted.colours.includes(name));
  // Of whole tracks: who walks in during one segment and stands in the next is no flicker there.
  const { things = [], flicker = [] } = Object.groupBy(stitch(cuts, segments), (raw) =>
    isFlicker(raw, exhibit.timeline) ? 'flicker' : 'things',
  );
  const seen = things.map((raw) => roundedTrack(describe(raw))).toSorted(compareTracks);
  const ledger = closeLedger(intervals, packets.durationSeconds);
  const tracks = seen
    .filter((track) => classes.includes(track.class))
    .map((track) => ({ ...track, colours: track.colours.filter(({ colour }) => colours.includes(colour)) }))
    // Again: what is left out must not show in the order of what is left.
    .toSorted(compareTracks);
  const result: AnalysisResult = {
    format: 'differe-result/1',
    exhibitSha256: exhibit.sha256,
    plan: {
      version: PLAN_VERSION,
      framesPerSecond: input.framesPerSecond,
      segments: cuts.length,
      classes,
      colours,
    },
    models: input.models.map(({ name, sha256 }) => ({ name, sha256 })).toSorted(byName),
    build: {
      software: build.software,
      analysisSha256: build.analysisSha256,
      ffmpeg: build.ffmpeg,
      onnxruntime: build.onnxruntime,
    },
    processor: build.processor,
    arguments: segments.flatMap((segment) => segment.arguments),
    picture: { widthPx: exhibit.timeline.widthPx, heightPx: exhibit.timeline.heightPx },
    timeBase: { num: exhibit.timeline.timeBase.num, den: exhibit.timeline.timeBase.den },
    frames: packets.count,
    ledger,
    audit: auditOf(segments, ledger, tracks),
    tracks,
  };
  const beside = flicker.filter(mayBePerson).map((raw) => roundedTrack(describe(raw)));
  const bystanders = [...seen.filter((track) => !classes.includes(track.class)), ...beside].map(
    ({ class: name, points, mayBePerson: may }): Bystander => ({
      class: name,
      points,
      ...(may === undefined ? {} : { mayBePerson: may }),
    }),
  );
  const text = canonicalJson(result as unknown as JsonValue);
  return { result, text, digest: sha256Hex(text), bystanders };
}

/** What is not permitted counts as not found: the bound is then lower than it need be, and tells nothing of it. */
function auditOf(segments: readonly SegmentResult[], ledger: Ledger, tracks: readonly Track[]): RecallAudit {
  const sum = (of: (segment: SegmentResult) => number): number =>
    segments.reduce((total, segment) => total + of(segment), 0);
  const count = { samples: sum(({ audit }) => audit.samples), missed: sum(({ audit }) => audit.missed) };
  const spans = united(tracks.map((track) => ({ fromSeconds: track.firstSeconds, toSeconds: track.lastSeconds })));
  // A thing that stands in the quiet part says nothing of what the plan misses there: A and Q hold no second in common.
  const looked = ledger.intervals.filter(({ state }) => state === 'analysed');
  const objectSeconds = seconds(overlapOf(spans, looked));
  const quietSeconds = seconds(ledger.totals.quietSeconds + ledger.totals.sampledSeconds);
  const bound = recallBound(count, objectSeconds, quietSeconds);
  return { ...count, objectSeconds, quietSeconds, ...(bound === undefined ? {} : { recallBound: share(bound) }) };
}

/** Seconds that lie in both; each list is in order and apart. */
function overlapOf(some: readonly TimeSpan[], others: readonly TimeSpan[]): number {
  let [sum, from] = [0, 0];
  for (const span of some) {
    while ((others[from]?.toSeconds ?? Number.POSITIVE_INFINITY) <= span.fromSeconds) from += 1;
    for (let at = from; (others[at]?.fromSeconds ?? Number.POSITIVE_INFINITY) < span.toSeconds; at += 1) {
      const other = others[at] as TimeSpan;
      sum += Math.min(span.toSeconds, other.toSeconds) - Math.max(span.fromSeconds, other.fromSeconds);
    }
  }
  return sum;
}

const byName = (a: ModelUse, b: ModelUse): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

/** Rounds so that noise of the last bits and the sign of zero never enter a digest. */
const round =
  (decimals: number) =>
  (value: number): number =>
    Math.round(value * 10 ** decimals) / 10 ** decimals + 0;
const pixels = round(2);
const share = round(4);
const seconds = round(6);

const roundedBox = ({ left, top, width, height }: Box): Box => ({
  left: pixels(left),
  top: pixels(top),
  width: pixels(width),
  height: pixels(height),
});

const roundedPoint = (point: TrackPoint): TrackPoint => ({
  frame: point.frame,
  pts: point.pts,
  timeSeconds: seconds(point.timeSeconds),
  score: share(point.score),
  observed: point.observed,
  ...roundedBox(point),
});

const roundedTrack = (track: Track): Track => ({
  class: track.class,
  confidence: share(track.confidence),
  firstSeconds: seconds(track.firstSeconds),
  lastSeconds: seconds(track.lastSeconds),
  colours: track.colours.map((colour) => ({ part: colour.part, colour: colour.colour, share: share(colour.share) })),
  size: { widthPx: pixels(track.size.widthPx), heightPx: pixels(track.size.heightPx) },
  speed: {
    medianPxPerSecond: pixels(track.speed.medianPxPerSecond),
    maxPxPerSecond: pixels(track.speed.maxPxPerSecond),
  },
  // 360 is 0 again after rounding.
  ...(track.directionDegrees === undefined ? {} : { directionDegrees: pixels(track.directionDegrees) % 360 }),
  ...(track.sources === undefined ? {} : { sources: track.sources }),
  ...(track.mayBePerson === undefined ? {} : { mayBePerson: track.mayBePerson }),
  points: track.points.map(roundedPoint),
});

/** First time, class, first box, then everything else: no two different tracks compare equal. */
function compareTracks(a: Track, b: Track): number {
  const [first, other] = [a.points[0], b.points[0]];
  const byStart = a.firstSeconds - b.firstSeconds || classId(a.class) - classId(b.class);
  if (byStart !== 0 || first === undefined || other === undefined) return byStart;
  const byBox =
    first.left - other.left || first.top - other.top || first.width - other.width || first.height - other.height;
  if (byBox !== 0) return byBox;
  const [text, otherText] = [canonicalJson(a as unknown as JsonValue), canonicalJson(b as unknown as JsonValue)];
  return text < otherText ? -1 : text > otherText ? 1 : 0;
}

/** Reads what made this build; `provider` is where its detector runs. E_MEDIA_JAIL when ffmpeg cannot be run. */
export async function buildFacts(provider: Provider = 'cpu'): Promise<BuildFacts> {
  const gateway = path.dirname(import.meta.dirname);
  const { name, version } = await packageFacts(path.join(path.dirname(gateway), 'package.json'));
  const onnxruntime = createRequire(import.meta.url).resolve('onnxruntime-node/package.json');
  return {
    software: `${name} ${version}`,
    analysisSha256: await sourcesDigest(gateway),
    ffmpeg: await ffmpegVersion(),
    onnxruntime: (await packageFacts(onnxruntime)).version,
    processor: [
      processorOf(process.arch, await readFile('/proc/cpuinfo', 'utf8').catch(() => '')),
      ...(provider === 'cpu' ? [] : [provider]),
    ].join(' '),
  };
}

/** SHA-256 over all that decides what a segment gives, beside the footage and the requisition. */
export const planDigest = (build: BuildFacts, modelSet: string): string =>
  sha256Hex(canonicalJson({ planVersion: PLAN_VERSION, modelSet, ...build } as unknown as JsonValue));

async function packageFacts(file: string): Promise<{ readonly name: string; readonly version: string }> {
  return JSON.parse(await readFile(file, 'utf8')) as { name: string; version: string };
}

/** SHA-256 over name and digest of each source that a result depends on, in order of name. */
async function sourcesDigest(gateway: string): Promise<string> {
  const analysis = (await readdir(path.join(gateway, 'analysis'), { recursive: true })).filter((file) =>
    file.endsWith('.ts'),
  );
  const files = [
    ...analysis.map((file) => `analysis/${file}`),
    'media.ts',
    'frame-pipe.ts',
    'packet-times.ts',
    'jail.ts',
    'seccomp.ts',
    'vocabulary.ts',
  ].toSorted();
  const lines = await Promise.all(
    files.map(async (file) => `${sha256Hex(await readFile(path.join(gateway, file)))}  ${file}\n`),
  );
  return sha256Hex(lines.join(''));
}

/** Such as `x64 AuthenticAMD 26 avx512f`, from the text of /proc/cpuinfo; the architecture alone where that tells nothing. */
export function processorOf(architecture: string, cpuinfo: string): string {
  const field = (name: string): string | undefined =>
    new RegExp(`^${name}\\s*:\\s*(.+)$`, 'm').exec(cpuinfo)?.[1]?.trim();
  const flags = new Set((field('flags') ?? '').split(' '));
  const vectors = ['avx512f', 'avx2', 'avx'].find((flag) => flags.has(flag));
  const maker = field('vendor_id') ?? field('CPU implementer');
  const family = field('cpu family') ?? field('CPU part');
  return [architecture, maker, family, vectors].filter((word) => word !== undefined).join(' ');
}
