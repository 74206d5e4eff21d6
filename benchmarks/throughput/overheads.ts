import { spawn } from 'node:child_process';
import { once } from 'node:events';
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
import { EXHIBIT } from '../../gateway/jail.ts';
import { packets, probe } from '../../gateway/media.ts';
import type { Eyes } from '../accuracy/run-clip.ts';
import { type Goal, median, rounded } from '../report.ts';

const ROUNDS = 5;
const SIZE = { widthPx: 738, heightPx: 416 };
const BOXES = 20;
const FRAMES = 5_000;

/** What is paid for the jail and the pipe, of the time that a busy segment takes, and what the tracker takes. */
export async function measureOverheads(
  file: string,
  eyes: Eyes,
): Promise<{ readonly goals: readonly Goal[]; readonly raw: unknown }> {
  const timeline = await probeExhibit(file, { damaged: false }, { media: { probe, packets } });
  const list = await readPacketList({ timeline }, file);
  const [segment] = cutSegments(list, undefined);
  if (segment === undefined) throw new Error('no segment');
  const windows = [{ fromSeconds: 0, toSeconds: list.durationSeconds }];
  const exhibit = { sha256: (await hashExhibit(file)).sha256, timeline, windows };
  const deps = { ...eyes, track, countColours };
  const rows: { jailed: number; bare: number; analysis: number; rate: number }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const jailed = await decodeJailed(file, timeline, list, segment);
    const bare = await decodeBare(file, jailed.arguments);
    const started = performance.now();
    await analyseGranted({ exhibit, file, packets: list, segment, framesPerSecond: 5 }, deps);
    const analysis = (performance.now() - started) / 1000;
    rows.push({ jailed: jailed.seconds, bare, analysis, rate: trackerRate() });
  }
  const share = rounded(median(rows.map(({ jailed, bare, analysis }) => (jailed - bare) / analysis)));
  const ofDecode = rounded(median(rows.map(({ jailed, bare }) => 1 - bare / jailed)));
  const rate = Math.round(median(rows.map((row) => row.rate)));
  return {
    raw: rows.map((row) => ({
      jailedSeconds: rounded(row.jailed),
      bareSeconds: rounded(row.bare),
      analysisSeconds: rounded(row.analysis),
      trackerFps: Math.round(row.rate),
    })),
    goals: [
      {
        id: 'jail_share',
        goal: `jail and pipe over the time of a busy segment <= 0.03; ${ofDecode} of its decode by itself`,
        value: share,
        met: share <= 0.03,
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
): Promise<{ readonly seconds: number; readonly arguments: readonly (readonly string[])[] }> {
  const windows = [{ fromSeconds: 0, toSeconds: list.durationSeconds }];
  const plan = planSegment({ segment, packets: list, framesPerSecond: 5, windows });
  const started = performance.now();
  const { frames, report } = decodePlan(plan, { file, timeline, packets: list, ...SIZE });
  for await (const _ of frames);
  return { seconds: (performance.now() - started) / 1000, arguments: report().arguments };
}

/** The same work by ffmpeg outside the jail, its frames thrown away. */
async function decodeBare(file: string, runs: readonly (readonly string[])[]): Promise<number> {
  const started = performance.now();
  for (const run of runs) {
    const own = run.map((word) => (word === EXHIBIT ? file : word === 'pipe:1' ? '/dev/null' : word));
    await once(spawn('/usr/bin/ffmpeg', ['-y', ...own], { stdio: 'ignore' }), 'exit');
  }
  return (performance.now() - started) / 1000;
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
