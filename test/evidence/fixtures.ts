import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { SceneSpec, TruthBox } from '../../benchmarks/scenes/types.ts';
import type { WriteOptions } from '../../benchmarks/scenes/write.ts';
import type { AnalysisResult, Track } from '../../gateway/analysis/types.ts';
import { openLog, type WritableLog } from '../../gateway/audit/append.ts';
import type { AuditLog } from '../../gateway/audit/types.ts';
import { canonicalJson, type JsonValue, sha256Hex } from '../../gateway/canonical.ts';
import type { Clock } from '../../gateway/clock.ts';
import type { LoadedHit, PackageWriter } from '../../gateway/evidence/types.ts';
import { probeExhibit } from '../../gateway/footage/probe.ts';
import type { Exhibit } from '../../gateway/footage/types.ts';
import type { CaseId, ExhibitId, HitId, JobId, ObjectId, QuestionId, RequisitionId } from '../../gateway/ids.ts';
import { packets, probe } from '../../gateway/media.ts';
import type { Requisition } from '../../gateway/requisition/types.ts';
import { CLASSES, COLOURS } from '../../gateway/vocabulary.ts';
import { writeSceneOnce } from '../support/run-folder.ts';
import { closedAtTheEnd, temporaryFolder as folderOf } from '../support/temporary.ts';

export const temporaryFolder = (): Promise<string> => folderOf('differe-evidence-');

/** A log of the installation with a key of its own, closed after the tests of the file. */
export async function newLog(clock: Clock): Promise<WritableLog> {
  return closedAtTheEnd(
    await openLog({
      dir: path.join(await temporaryFolder(), 'log'),
      origin: 'test-installation/log',
      signingKey: generateKeyPairSync('ed25519').privateKey,
      clock,
      software: 'differe/0.1.0',
    }),
  );
}

const uuid = <T>(): T => randomUUID() as T;

/** What the room reads of a requisition. Verification is another room's test. */
export function requisitionOf(caseId: CaseId, maxExports = 10): Requisition {
  return {
    id: uuid<RequisitionId>(),
    caseId,
    authorisation: {
      sub: '2026/000123',
      jti: randomUUID(),
      framework: 'FLAGRANCE',
      ops: ['index.objects', 'export.clip', 'export.report'],
      limits: { max_hours: 10, max_queries: 10, max_exports: maxExports },
    },
    schedule: { sub: '2026/000123', jti: randomUUID() },
    digests: { authorisation: sha256Hex('authorisation'), schedule: sha256Hex('schedule') },
    notBefore: 1_770_000_000,
    expires: 1_790_000_000,
  } as unknown as Requisition;
}

export interface Footage {
  readonly file: string;
  readonly exhibit: Exhibit;
  readonly truth: readonly TruthBox[];
  readonly timesSeconds: readonly number[];
}

/** Renders a scene to a file and describes it as the footage room would: by its packets. */
export async function filmScene(
  caseId: CaseId,
  spec: SceneSpec,
  fileName: string,
  options: WriteOptions = {},
): Promise<Footage> {
  const file = path.join(await temporaryFolder(), fileName);
  const written = await writeSceneOnce(spec, file, options);
  return { file, truth: written.truth, timesSeconds: written.timesSeconds, exhibit: await exhibitOf(caseId, file) };
}

export async function exhibitOf(caseId: CaseId, file: string): Promise<Exhibit> {
  const timeline = await probeExhibit(file, { damaged: false }, { media: { probe, packets } });
  return {
    id: uuid<ExhibitId>(),
    caseId,
    requisitionId: uuid<RequisitionId>(),
    piece: 'PV-12/3',
    fileName: path.basename(file),
    sha256: sha256Hex(file),
    sizeBytes: (await stat(file)).size,
    object: uuid<ObjectId>(),
    sealedAtMs: Date.parse('2026-03-16T08:00:00Z'),
    captureStartMs: Date.parse('2026-03-14T14:02:00Z'),
    captureEndMs: Date.parse('2026-03-14T14:02:30Z'),
    timeZone: 'Europe/Paris',
    clock: { offsetSeconds: -42, uncertaintySeconds: 2, basis: 'horloge parlante' },
    clockNote: undefined,
    camera: { id: 'CAM-4', place: 'rue Neuve' },
    windows: [{ fromSeconds: 0, toSeconds: timeline.durationSeconds }],
    damaged: false,
    timeline,
  };
}

/** The result that a perfect analysis of every `every`-th frame would give: tracks from the truth of the scene. */
export function resultOf(footage: Footage, every: number): AnalysisResult {
  const { exhibit, truth, timesSeconds } = footage;
  const { timeline } = exhibit;
  const ids = [...new Set(truth.map((box) => box.id))];
  const tracks = ids.flatMap((id): Track[] => {
    const points = truth
      .filter((box) => box.id === id && (box.frame - 1) % every === 0)
      .map(({ frame, left, top, width, height }) => {
        const timeSeconds = timesSeconds[frame - 1] ?? 0;
        const pts = Math.round(timeline.firstPts + (timeSeconds * timeline.timeBase.den) / timeline.timeBase.num);
        return { frame, pts, timeSeconds, left, top, width, height, score: 0.9, observed: true };
      });
    const className = truth.find((box) => box.id === id)?.class ?? 'object';
    return points.length === 0
      ? []
      : [
          {
            class: className,
            confidence: 0.9,
            firstSeconds: points[0]?.timeSeconds ?? 0,
            lastSeconds: points.at(-1)?.timeSeconds ?? 0,
            colours: [],
            size: { widthPx: 30, heightPx: 80 },
            speed: { medianPxPerSecond: 20, maxPxPerSecond: 30 },
            points,
          },
        ];
  });
  return resultWith(exhibit, tracks);
}

export function resultWith(exhibit: Exhibit, tracks: readonly Track[]): AnalysisResult {
  const { durationSeconds, widthPx, heightPx, timeBase, frameCount } = exhibit.timeline;
  return {
    format: 'differe-result/1',
    exhibitSha256: exhibit.sha256,
    plan: { version: 2, framesPerSecond: 5, segments: 1, classes: [...CLASSES], colours: [...COLOURS] },
    models: [{ name: 'blob', sha256: sha256Hex('blob') }],
    build: { software: 'differe 0.1.0', analysisSha256: sha256Hex('build'), ffmpeg: '5.1.9', onnxruntime: '1.30.0' },
    processor: 'x64',
    arguments: [['-i', '/in/exhibit']],
    picture: { widthPx, heightPx },
    timeBase,
    frames: frameCount,
    ledger: {
      durationSeconds,
      intervals: [{ fromSeconds: 0, toSeconds: durationSeconds, state: 'analysed', framesPerSecond: 5 }],
      totals: {
        analysedSeconds: durationSeconds,
        sampledSeconds: 0,
        quietSeconds: 0,
        undecodableSeconds: 0,
        outsideSeconds: 0,
      },
    },
    audit: { samples: 0, missed: 0, objectSeconds: 0, quietSeconds: 0, recallBound: 1 },
    tracks,
  };
}

/** A confirmed hit on one track of the result, as the roof would load it. */
export function hitOn(exhibit: Exhibit, result: AnalysisResult, track: number): LoadedHit {
  const found = result.tracks[track];
  const best = found?.points[Math.floor((found?.points.length ?? 0) / 2)];
  if (found === undefined || best === undefined) throw new Error('no such track');
  const executed = {
    version: 1,
    classes: [found.class],
    colours: [],
    time: null,
    exhibits: null,
    zone: null,
    minConfidence: 0.25,
    where: null,
    order: 'time',
  } as const;
  const { frame, pts, timeSeconds, left, top, width, height } = best;
  return {
    hit: {
      id: uuid<HitId>(),
      exhibitId: exhibit.id,
      track,
      class: found.class,
      confidence: found.confidence,
      fileName: exhibit.fileName,
      cameraId: exhibit.camera.id,
      from: '2026-03-14T14:01:20+01:00',
      to: '2026-03-14T14:01:30+01:00',
      uncertaintySeconds: 2,
      mediaFromSeconds: found.firstSeconds,
      mediaToSeconds: found.lastSeconds,
      colours: found.colours,
      best: { frame, pts, timeSeconds, box: { left, top, width, height } },
      reasons: [{ facet: 'class', class: found.class, confidence: found.confidence }],
      verdict: 'confirmed',
      disputed: false,
      readings: [
        {
          agentId: 'OPJ-1',
          verdict: 'confirmed',
          at: '2026-03-17T09:05:00.000Z',
          sawPictureAt: '2026-03-17T09:04:00.000Z',
        },
      ],
    },
    exhibit,
    jobId: uuid<JobId>(),
    rectified: new Map(),
    result,
    resultText: canonicalJson(result as unknown as JsonValue),
    bystanders: [],
    question: {
      id: uuid<QuestionId>(),
      sha256: sha256Hex(canonicalJson(executed)),
      executed,
      inFrench: `Où et quand : ${found.class} ?`,
      inEnglish: `Where and when: ${found.class}?`,
      notAnalysed: [{ exhibitId: uuid<ExhibitId>(), fileName: 'quai.mp4', state: 'never_started' }],
      notSealed: [{ piece: 'SCELLE-9', cameraId: 'CAM-9' }],
    },
    review: {
      agentId: 'OPJ-1',
      reviewedAtMs: Date.parse('2026-03-17T09:05:00Z'),
      pictureSeenAtMs: Date.parse('2026-03-17T09:04:00Z'),
    },
  };
}

/** Lays the files of a package into a folder, as a person does who was handed them. */
export function folderWriter(folder: string): PackageWriter {
  return {
    async write(file, bytes) {
      const target = path.join(folder, ...file.split('/'));
      await mkdir(path.dirname(target), { recursive: true });
      await writeFile(target, bytes);
    },
  };
}

/** Numbers of the log's records that speak of an id, as the roof keeps them for a job. */
export async function recordsAbout(log: Pick<AuditLog, 'record' | 'size'>, id: string): Promise<number[]> {
  const found: number[] = [];
  for (let seq = 0; seq < (await log.size()); seq += 1) {
    if (canonicalJson((await log.record(seq)) ?? {}).includes(id)) found.push(seq);
  }
  return found;
}
