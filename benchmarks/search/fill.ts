import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { AnalysisResult } from '../../gateway/analysis/types.ts';
import { sha256Hex } from '../../gateway/canonical.ts';
import { connect, type Transaction } from '../../gateway/database.ts';
import type { DemoInstallation } from '../../gateway/demo/installation.ts';
import { scheduledFacts, sealFacts } from '../../gateway/footage/exhibits.ts';
import { insertReceiving, sealExhibit } from '../../gateway/footage/store.ts';
import type { Timeline } from '../../gateway/footage/types.ts';
import { type CaseId, type ExhibitId, type JobId, newId, type ObjectId } from '../../gateway/ids.ts';
import { encodeColumns } from '../../gateway/index/columns.ts';
import { runningServerUrl } from '../../gateway/postgres.ts';
import type { ScheduleClaims } from '../../gateway/requisition/types.ts';
import { openVault, type Vault } from '../../gateway/vault.ts';
import { CLASSES, COLOURS } from '../../gateway/vocabulary.ts';
import type { Seen } from './matcher.ts';
import { PICTURE, RECORDING_SECONDS, type Recording, tracksOf } from './town.ts';

const LANES = 8;

export interface Filled extends Omit<Seen, 'tracks'> {
  readonly recording: Recording;
}

/** What analysis would have left in a case: its exhibits, closed jobs, and the blocks that the encoder makes of their results, in the vault. */
export async function fillCase(
  installation: DemoInstallation,
  caseId: CaseId,
  claims: ScheduleClaims,
  recordings: readonly Recording[],
): Promise<{ readonly exhibits: readonly Filled[]; readonly columnBytes: number; readonly pathBytes: number }> {
  const { environment, dataDir } = installation;
  const vault = await openVault({
    dataDir: path.join(dataDir, 'vault'),
    keysDir: environment.DIFFERE_KEYS ?? '',
    installationKey: Buffer.from((await readFile(environment.DIFFERE_KEY_FILE ?? '', 'utf8')).trim(), 'hex'),
  });
  const url = await runningServerUrl(path.join(dataDir, 'postgres'), 'differe');
  if (url === undefined) throw new Error('the database of the gateway does not answer');
  const database = connect(url);
  const exhibits: Filled[] = [];
  let [columnBytes, pathBytes] = [0, 0];
  try {
    const waiting = recordings.entries();
    // Each of the lanes waits for the disk while another encodes.
    const lane = async (): Promise<void> => {
      for (const [at, recording] of waiting) {
        const ids = { exhibitId: newId<ExhibitId>(), jobId: newId<JobId>() };
        const blocks = encodeColumns(resultOf(tracksOf(recording)), ids);
        columnBytes += blocks.columns.length;
        pathBytes += blocks.paths.length;
        const objects = [newId<ObjectId>(), newId<ObjectId>(), newId<ObjectId>()] as const;
        // The text of a result is not read by a question: it is left empty.
        for (const [n, bytes] of [Buffer.from('{}'), blocks.columns, blocks.paths].entries())
          await vault.put(caseId, objects[n] as ObjectId, bytes);
        await database.inCase(caseId, async (tx) => {
          await insertExhibit(tx, vault, caseId, claims, recording, ids.exhibitId);
          await insertJob(tx, caseId, claims, ids, objects);
        });
        if (at % 100 === 99) console.error(`search: ${at + 1} of ${recordings.length} recordings`);
        const { cameraId, captureStartMs, offsetSeconds, uncertaintySeconds } = recording;
        exhibits[at] = {
          recording,
          exhibitId: ids.exhibitId,
          cameraId,
          startMs: captureStartMs + offsetSeconds * 1000,
          uncertaintyMs: uncertaintySeconds * 1000,
        };
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
  } finally {
    await database.close();
  }
  return { exhibits, columnBytes, pathBytes };
}

async function insertExhibit(
  tx: Transaction,
  vault: Vault,
  caseId: CaseId,
  claims: ScheduleClaims,
  recording: Recording,
  id: ExhibitId,
): Promise<void> {
  const scheduled = claims.exhibits[recording.index];
  if (scheduled === undefined) throw new Error('a recording that the schedule does not list');
  const facts = scheduledFacts(scheduled, `recording-${recording.index}.mp4`);
  await insertReceiving(tx, {
    id,
    caseId,
    requisitionId: claims.jti as never,
    object: newId<ObjectId>(),
    sizeBytes: scheduled.size,
    captureStartMs: recording.captureStartMs,
    captureEndMs: recording.captureStartMs + RECORDING_SECONDS * 1000,
    pieceMark: await vault.pieceMark(caseId, scheduled.id),
    sealed: await sealFacts(vault, caseId, id, facts),
  });
  const established = {
    timeline: TIMELINE,
    windows: [{ fromSeconds: 0, toSeconds: RECORDING_SECONDS }],
    clockNote: undefined,
  };
  await sealExhibit(tx, id, await sealFacts(vault, caseId, id, { ...facts, established }), Date.now());
}

const insertJob = (
  tx: Transaction,
  caseId: CaseId,
  claims: ScheduleClaims,
  { exhibitId, jobId }: { readonly exhibitId: ExhibitId; readonly jobId: JobId },
  objects: readonly ObjectId[],
) =>
  tx.query(
    `INSERT INTO jobs (id, case_id, exhibit_id, requisition_id, state, frames_per_second, result_object, columns_object,
       paths_object, result_sha256, finished_at, classes, colours)
     VALUES ($1, $2, $3, $4, 'done', 5, $5, $6, $7, $8, now(), $9, $10)`,
    [jobId, caseId, exhibitId, claims.jti, ...objects, sha256Hex('{}'), [...CLASSES], [...COLOURS]],
  );

function resultOf(tracks: AnalysisResult['tracks']): AnalysisResult {
  const totals = {
    analysedSeconds: RECORDING_SECONDS,
    sampledSeconds: 0,
    quietSeconds: 0,
    undecodableSeconds: 0,
    outsideSeconds: 0,
  };
  return {
    format: 'differe-result/1',
    exhibitSha256: '0'.repeat(64),
    plan: { version: 1, framesPerSecond: 5, segments: 1, classes: CLASSES, colours: COLOURS },
    models: [],
    build: { software: 'bench', analysisSha256: '0'.repeat(64), ffmpeg: 'none', onnxruntime: 'none' },
    processor: 'none',
    audit: { samples: 0, missed: 0, objectSeconds: RECORDING_SECONDS, quietSeconds: 0 },
    arguments: [],
    picture: PICTURE,
    timeBase: { num: 1, den: 12_800 },
    frames: RECORDING_SECONDS * 25,
    ledger: { durationSeconds: RECORDING_SECONDS, intervals: [], totals },
    tracks,
  };
}

const TIMELINE: Timeline = {
  container: 'mov',
  codec: 'h264',
  ...PICTURE,
  timeBase: { num: 1, den: 12_800 },
  firstPts: 0,
  lastPts: RECORDING_SECONDS * 12_800 - 512,
  durationSeconds: RECORDING_SECONDS,
  frameCount: RECORDING_SECONDS * 25,
  basis: 'pts',
  addressing: 'pts',
  restarts: [],
  nominalFps: 25,
  containerTimeMs: undefined,
  losses: [],
};
