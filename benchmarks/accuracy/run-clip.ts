import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { activityOf } from '../../gateway/analysis/activity.ts';
import { countColours } from '../../gateway/analysis/colour.ts';
import { describe } from '../../gateway/analysis/describe.ts';
import { readPacketList } from '../../gateway/analysis/packets.ts';
import { buildFacts, closeResult } from '../../gateway/analysis/result.ts';
import { analyseSegment, type SegmentDeps } from '../../gateway/analysis/segment.ts';
import { cutSegments } from '../../gateway/analysis/segments.ts';
import { track } from '../../gateway/analysis/track.ts';
import type { AnalysisResult, SegmentResult, WorkDone } from '../../gateway/analysis/types.ts';
import { createDemoInstallation } from '../../gateway/demo/installation.ts';
import { DEMO } from '../../gateway/demo/requisition.ts';
import { hashExhibit } from '../../gateway/footage/commands.ts';
import { probeExhibit } from '../../gateway/footage/probe.ts';
import type { Exhibit } from '../../gateway/footage/types.ts';
import type { CaseId } from '../../gateway/ids.ts';
import { packets, probe } from '../../gateway/media.ts';
import { permittedBy, type Requisition } from '../../gateway/requisition/types.ts';
import { verifyRequisition } from '../../gateway/requisition/verify.ts';
import { loadRegistry } from '../../gateway/trust/registry.ts';
import { signFor } from '../requisition.ts';

/** What the analysis of one clip gave, and what it cost. */
export interface ClipRun {
  readonly result: AnalysisResult;
  readonly seconds: number;
  readonly work: WorkDone;
}

/** Everything that decides what a run sees: with or without a detector, a background model and a namer. */
export type Eyes = Pick<SegmentDeps, 'detect' | 'canvas' | 'decodeSize' | 'findMovers' | 'name'>;

/** A requisition of the test authority for the files, signed and verified like any other (FACE-17). */
export async function requisitionFor(files: readonly string[]): Promise<Requisition> {
  const folder = await mkdtemp(path.join(tmpdir(), 'differe-bench-accuracy-'));
  try {
    const installation = await createDemoInstallation(folder, []);
    const now = Date.now();
    const { tokens } = await signFor(files, installation, now);
    return await verifyRequisition(tokens, {
      registry: loadRegistry(await readFile(installation.authoritiesFile, 'utf8'), 'test'),
      env: 'test',
      audience: DEMO.installation,
      nowSeconds: Math.floor(now / 1000),
      controller: DEMO.controller,
      caseIdOf: () => 'bench' as CaseId,
      isUsed: () => false,
      isRevoked: () => false,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export interface RunOptions {
  readonly framesPerSecond?: number;
  /** Every planned frame everywhere, whatever the packets tell. */
  readonly isExhaustive?: boolean;
}

/** Segments that are analysed beside each other, as a gateway on two cores does it. */
const AT_ONCE = 2;

/** The analysis of one file, segment by segment, as the gateway's pipeline does it. */
export async function runClip(
  requisition: Requisition,
  file: string,
  eyes: Eyes,
  { framesPerSecond = 5, isExhaustive = false }: RunOptions = {},
): Promise<ClipRun> {
  const timeline = await probeExhibit(file, { damaged: false }, { media: { probe, packets } });
  const { sha256 } = await hashExhibit(file);
  const exhibit = {
    caseId: requisition.caseId,
    sha256,
    timeline,
    windows: [{ fromSeconds: 0, toSeconds: timeline.durationSeconds }],
  } as unknown as Exhibit;
  const started = performance.now();
  const list = await readPacketList(exhibit, file);
  const activity = isExhaustive ? undefined : activityOf(list);
  const segments: SegmentResult[] = [];
  const waiting = cutSegments(list, activity);
  const work = async (): Promise<void> => {
    for (let segment = waiting.shift(); segment !== undefined; segment = waiting.shift()) {
      const input = { exhibit, file, packets: list, segment, framesPerSecond, activity };
      segments.push(await analyseSegment(requisition, input, { ...eyes, track, countColours }));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const { result } = closeResult(
    {
      exhibit,
      packets: list,
      activity,
      framesPerSecond,
      segments,
      models: [],
      build: await buildFacts(),
      permitted: permittedBy(requisition),
    },
    describe,
  );
  const sum = (of: (segment: SegmentResult) => number): number => segments.reduce((all, each) => all + of(each), 0);
  return {
    result,
    seconds: (performance.now() - started) / 1000,
    work: {
      decodedFrames: sum(({ work }) => work.decodedFrames),
      detectorCalls: sum(({ work }) => work.detectorCalls),
    },
  };
}
