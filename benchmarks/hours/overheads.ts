import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { countColours } from '../../gateway/analysis/colour.ts';
import { decodePlan } from '../../gateway/analysis/decode.ts';
import { type PacketList, readPacketList } from '../../gateway/analysis/packets.ts';
import { planSegment } from '../../gateway/analysis/plan.ts';
import { analyseGranted } from '../../gateway/analysis/segment.ts';
import { cutSegments } from '../../gateway/analysis/segments.ts';
import { track } from '../../gateway/analysis/track.ts';
import type { FrameDetections, Segment } from '../../gateway/analysis/types.ts';
import { hashExhibit } from '../../gateway/footage/commands.ts';
import { probeExhibit } from '../../gateway/footage/probe.ts';
import type { Timeline } from '../../gateway/footage/types.ts';
import type { FrameSpace } from '../../gateway/frame-pipe.ts';
import { EXHIBIT } from '../../gateway/jail.ts';
import { packets, probe } from '../../gateway/media.ts';
import type { Eyes } from '../accuracy/run-clip.ts';
import { type Goal, median, rounded } from '../report.ts';

const ROUNDS = 5;
const SIZE = { widthPx: 738, heightPx: 416 };
const BOXES = 20;
const FRAMES = 5_000;

/**
 * What the jail and the pipe cost of the processor time that a busy segment takes, and what the tracker takes. Processor time is that of
 * the whole machine, since a jail does not tell what its inmates used: nothing else may run.
 */
export async function measureOverheads(
  file: string,
  eyes: Eyes,
): Promise<{ readonly goals: readonly Goal[]; readonly raw: readonly unknown[] }> {
  const timeline = await probeExhibit(file, { damaged: false }, { media: { probe, packets } });
  const list = await readPacketList({ timeline }, file);
  const [segment] = cutSegments(list, undefined);
  if (segment === undefined) throw new Error('no segment');
  const windows = [{ fromSeconds: 0, toSeconds: list.durationSeconds }];
  const exhibit = { sha256: (await hashExhibit(file)).sha256, timeline, windows };
  const deps = { ...eyes, track, countColours };
  const rows: { jailed: Cost; bare: Cost; analysis: Cost; rate: number }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    let runs: readonly (readonly string[])[] = [];
    const jailed = await costOf(async () => {
      runs = await decodeJailed(file, timeline, list, segment);
    });
    const bare = await costOf(() => decodeBare(file, runs));
    const input = { exhibit, file, packets: list, segment, framesPerSecond: 5 };
    const analysis = await costOf(() => analyseGranted(input, deps));
    rows.push({ jailed, bare, analysis, rate: trackerRate() });
  }
  const share = (of: keyof Cost): number =>
    rounded(median(rows.map(({ jailed, bare, analysis }) => (jailed[of] - bare[of]) / analysis[of])));
  const rate = Math.round(median(rows.map((row) => row.rate)));
  return {
    raw: rows.map(({ rate: trackerFps, ...costs }) => ({ ...costs, trackerFps: Math.round(trackerFps) })),
    goals: [
      {
        id: 'jail_share',
        goal: `jail and pipe over the processor time of a busy segment <= 0.03; ${share('wallSeconds')} of the wall time of one alone`,
        value: share('cpuSeconds'),
        met: share('cpuSeconds') <= 0.03,
      },
      {
        id: 'tracker_fps',
        goal: `frames a second that the tracker takes with ${BOXES} boxes >= 7000`,
        value: rate,
        met: rate >= 7_000,
      },
    ],
  };
}

async function decodeJailed(
  file: string,
  timeline: Timeline,
  list: PacketList,
  segment: Segment,
): Promise<readonly (readonly string[])[]> {
  const windows = [{ fromSeconds: 0, toSeconds: list.durationSeconds }];
  const plan = planSegment({ segment, packets: list, framesPerSecond: 5, windows });
  const { frames, report } = decodePlan(plan, { file, timeline, packets: list, ...SIZE, space: thrownAway() });
  for await (const _ of frames);
  return report().arguments;
}

/**
 * Frames are thrown away as those outside the jail are: one is read, two wait, one comes. Memory for those that an analysis keeps is no part of jail
 * and pipe, and the analysis that these are held against has it.
 */
function thrownAway(): FrameSpace {
  const places: Uint8Array[] = [];
  let next = 0;
  return (bytes) => {
    const place = next++ % 5;
    places[place] ??= new Uint8Array(bytes);
    return places[place];
  };
}

/** The same work by ffmpeg outside the jail, its frames thrown away. */
async function decodeBare(file: string, runs: readonly (readonly string[])[]): Promise<void> {
  for (const run of runs) {
    const own = run.map((word) => (word === EXHIBIT ? file : word === 'pipe:1' ? '/dev/null' : word));
    await once(spawn('/usr/bin/ffmpeg', ['-y', ...own], { stdio: 'ignore' }), 'exit');
  }
}

interface Cost {
  readonly wallSeconds: number;
  /** Of the whole machine. */
  readonly cpuSeconds: number;
  /** Of this process among them: what reads a pipe, and what the collector of garbage does about it. */
  readonly ownCpuSeconds: number;
}

async function costOf(work: () => Promise<unknown>): Promise<Cost> {
  const [started, before, own] = [performance.now(), busySeconds(), process.cpuUsage()];
  await work();
  const cpuSeconds = rounded(busySeconds() - before);
  const { user, system } = process.cpuUsage(own);
  const wallSeconds = rounded((performance.now() - started) / 1000);
  return { wallSeconds, cpuSeconds, ownCpuSeconds: rounded((user + system) / 1e6) };
}

/** Of all processors since the machine started; the kernel counts in hundredths. */
function busySeconds(): number {
  const [user = 0, nice = 0, system = 0, , , interrupts = 0, soft = 0] = readFileSync('/proc/stat', 'latin1')
    .slice('cpu '.length)
    .trim()
    .split(/\s+/, 7)
    .map(Number);
  return (user + nice + system + interrupts + soft) / 100;
}

/** Boxes that cross a picture on lines of their own, five frames a second. */
function trackerRate(): number {
  const frames = Array.from({ length: FRAMES }, (_, n): FrameDetections => {
    const detections = Array.from({ length: BOXES }, (_, k) => ({
      class: 'person' as const,
      score: 0.8,
      left: (k * 90 + n * (2 + (k % 5))) % 1_800,
      top: 40 + k * 48,
      width: 40,
      height: 44,
    }));
    return { ref: { number: n + 1, pts: n }, timeSeconds: n / 5, detections };
  });
  const started = performance.now();
  track(frames);
  return FRAMES / ((performance.now() - started) / 1000);
}
