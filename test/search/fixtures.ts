import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { afterAll } from 'vitest';
import type { AnalysisResult, Track, TrackPoint } from '../../gateway/analysis/types.ts';
import { canonicalJson, type JsonValue, sha256Hex } from '../../gateway/canonical.ts';
import type { Clock } from '../../gateway/clock.ts';
import type { Database } from '../../gateway/database.ts';
import { DEMO, demoAuthorisation, demoSchedule } from '../../gateway/demo/requisition.ts';
import type { Exhibit } from '../../gateway/footage/types.ts';
import { type CaseId, type ExhibitId, type JobId, newId, type ObjectId } from '../../gateway/ids.ts';
import { bitsOf } from '../../gateway/index/bits.ts';
import { createCaseSessions } from '../../gateway/index/case-sessions.ts';
import { decodeBlock, encodeColumns, openPaths } from '../../gateway/index/columns.ts';
import { openFeet } from '../../gateway/index/feet.ts';
import { indexResult } from '../../gateway/index/seal.ts';
import type { CaseSessions, OpenExhibit } from '../../gateway/index/types.ts';
import { authorise, schedule } from '../../gateway/requisition/issue.ts';
import type { AuthorisationClaims, Requisition, ScheduleClaims } from '../../gateway/requisition/types.ts';
import { verifyRequisition } from '../../gateway/requisition/verify.ts';
import type { SearchDeps } from '../../gateway/search/ask.ts';
import { createQuestionKeeper } from '../../gateway/search/question-keeper.ts';
import { AUTHORISATION_TYP, loadRegistry, SCHEDULE_TYP } from '../../gateway/trust/registry.ts';
import { openVault, type Vault } from '../../gateway/vault.ts';
import { CLASSES, COLOURS } from '../../gateway/vocabulary.ts';
import { testDatabase } from '../support/database.ts';

export const NOW_MS = Date.parse('2026-03-10T12:00:00Z');
export const CAPTURE_START_MS = Date.parse('2026-03-02T14:00:00+01:00');
export const AGENT = DEMO.agentId;
export const OTHER_AGENT = 'agent-demo-2';
export const clock: Clock = { nowMs: () => NOW_MS };

const folders: string[] = [];
afterAll(() => Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true }))));

export async function testVault(): Promise<Vault> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'differe-search-'));
  folders.push(folder);
  return openVault({
    dataDir: path.join(folder, 'vault'),
    keysDir: path.join(folder, 'keys'),
    installationKey: Buffer.alloc(32, 7),
  });
}

/** A seeded generator of numbers in [0, 1): the same tests on every run. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const point = (changes: Partial<TrackPoint> = {}): TrackPoint => ({
  frame: 1,
  pts: 0,
  timeSeconds: 0,
  left: 100,
  top: 100,
  width: 40,
  height: 30,
  score: 0.8,
  observed: true,
  ...changes,
});

export function track(changes: Partial<Track> = {}): Track {
  const points = changes.points ?? [point(), point({ frame: 26, pts: 12_800, timeSeconds: 1, left: 200 })];
  return {
    class: 'car',
    confidence: 0.8,
    firstSeconds: points[0]?.timeSeconds ?? 0,
    lastSeconds: points.at(-1)?.timeSeconds ?? 0,
    colours: [{ part: 'whole', colour: 'red', share: 0.6 }],
    size: { widthPx: 40, heightPx: 30 },
    speed: { medianPxPerSecond: 100, maxPxPerSecond: 120 },
    directionDegrees: 90,
    points,
    ...changes,
  };
}

export function resultOf(exhibitSha256: string, tracks: readonly Track[], durationSeconds = 600): AnalysisResult {
  const totals = {
    analysedSeconds: durationSeconds,
    sampledSeconds: 0,
    quietSeconds: 0,
    undecodableSeconds: 0,
    outsideSeconds: 0,
  };
  return {
    format: 'differe-result/1',
    exhibitSha256,
    plan: { version: 1, framesPerSecond: 5, segments: 1, classes: CLASSES, colours: COLOURS },
    models: [],
    build: { software: 'differe test', analysisSha256: '0'.repeat(64), ffmpeg: 'test', onnxruntime: 'test' },
    processor: 'test',
    arguments: [],
    picture: { widthPx: 1280, heightPx: 720 },
    timeBase: { num: 1, den: 12_800 },
    frames: Math.round(durationSeconds * 25),
    ledger: {
      durationSeconds,
      intervals: [{ fromSeconds: 0, toSeconds: durationSeconds, state: 'analysed', framesPerSecond: 5 }],
      totals,
    },
    audit: { samples: 31, missed: 1, objectSeconds: 20, quietSeconds: 400, recallBound: 0.25 },
    tracks,
  };
}

export function exhibitOf(requisition: Pick<Requisition, 'caseId' | 'id'>, changes: Partial<Exhibit> = {}): Exhibit {
  const id = newId<ExhibitId>();
  return {
    id,
    caseId: requisition.caseId,
    requisitionId: requisition.id,
    piece: 'PV-1/1',
    fileName: 'place.mp4',
    sha256: sha256Hex(id),
    sizeBytes: 1000,
    object: newId<ObjectId>(),
    sealedAtMs: NOW_MS - 1000,
    captureStartMs: CAPTURE_START_MS,
    captureEndMs: CAPTURE_START_MS + 600_000,
    timeZone: 'Europe/Paris',
    clock: { offsetSeconds: 0, uncertaintySeconds: 2, basis: 'test' },
    clockNote: undefined,
    camera: { id: 'CAM-1', place: 'test' },
    windows: [{ fromSeconds: 0, toSeconds: 600 }],
    damaged: false,
    timeline: {
      container: 'mov',
      codec: 'h264',
      widthPx: 1280,
      heightPx: 720,
      timeBase: { num: 1, den: 12_800 },
      firstPts: 0,
      lastPts: 7_679_488,
      durationSeconds: 600,
      frameCount: 15_000,
      basis: 'pts',
      addressing: 'pts',
      restarts: [],
      nominalFps: 25,
      containerTimeMs: undefined,
      losses: [],
    },
    ...changes,
  };
}

/** An exhibit opened in memory, through the same blocks that the vault would hold. */
export function openInMemory(tracks: readonly Track[], changes: Partial<OpenExhibit> = {}): OpenExhibit {
  const ids = { exhibitId: newId<ExhibitId>(), jobId: newId<JobId>() };
  const result = resultOf('0'.repeat(64), tracks);
  const blocks = encodeColumns(result, ids);
  const { columns } = decodeBlock(blocks.columns);
  return {
    ...ids,
    sha256: result.exhibitSha256,
    fileName: 'place.mp4',
    piece: 'PV-1/1',
    cameraId: 'CAM-1',
    widthPx: result.picture.widthPx,
    heightPx: result.picture.heightPx,
    startMs: CAPTURE_START_MS,
    uncertaintyMs: 2000,
    timeZone: 'Europe/Paris',
    clockNote: undefined,
    durationSeconds: result.ledger.durationSeconds,
    windows: [{ fromSeconds: 0, toSeconds: result.ledger.durationSeconds }],
    coverage: result.ledger.totals,
    audit: result.audit,
    resultDigest: '0'.repeat(64),
    columns,
    bits: bitsOf(changes.columns ?? columns),
    path: openPaths(blocks.paths, columns),
    feet: openFeet(blocks.paths, columns, result.picture),
    ...changes,
  };
}

interface Changes {
  readonly authorisation?: Partial<AuthorisationClaims>;
  readonly schedule?: Partial<ScheduleClaims>;
  /** Digests that the schedule lists. */
  readonly sha256s?: readonly string[];
  readonly caseIdOf?: (procedure: string) => CaseId;
}

let authority: Promise<{ magistrate: JWK; officer: JWK; registry: string }> | undefined;

async function authorityKeys(): Promise<{ magistrate: JWK; officer: JWK; registry: string }> {
  const make = async (kid: string): Promise<{ own: JWK; open: JWK }> => {
    const { privateKey, publicKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
    return { own: { ...(await exportJWK(privateKey)), kid }, open: { ...(await exportJWK(publicKey)), kid } };
  };
  const magistrate = await make('magistrate');
  const officer = await make('officer');
  const registry = JSON.stringify({
    keys: [
      { ...magistrate.open, iss: 'parquet-demo', role: 'procureur', signs: [AUTHORISATION_TYP], env: 'test' },
      { ...officer.open, iss: 'opj-demo', role: 'opj', signs: [SCHEDULE_TYP], env: 'test' },
    ],
  });
  return { magistrate: magistrate.own, officer: officer.own, registry };
}

/** A requisition as the gateway makes one: signed by a test authority, then verified. */
export async function testRequisition(changes: Changes = {}): Promise<Requisition> {
  authority ??= authorityKeys();
  const { magistrate, officer, registry } = await authority;
  const sha256s = changes.sha256s ?? ['f'.repeat(64)];
  const exhibits = sha256s.map((sha256, index) => ({
    piece: `PV-1/${index + 1}`,
    sha256,
    sizeBytes: 1000,
    captureStartMs: CAPTURE_START_MS + (index % 8) * 3_600_000,
    durationSeconds: 600,
  }));
  const thumbprint = 'A'.repeat(43);
  const draft = demoSchedule(NOW_MS, demoAuthorisation(NOW_MS), thumbprint, exhibits);
  const places = [...new Set(draft.exhibits.map((exhibit) => exhibit.camera.place))];
  const authorisation = demoAuthorisation(NOW_MS, { places, ...changes.authorisation });
  const claims = demoSchedule(NOW_MS, authorisation, thumbprint, exhibits);
  const agents = [
    { id: AGENT, service: DEMO.service, habilitation_ref: 'HAB-1', jkt: thumbprint },
    { id: OTHER_AGENT, service: DEMO.service, habilitation_ref: 'HAB-2', jkt: 'B'.repeat(43) },
  ];
  const tokens = {
    authorisation: await authorise(authorisation, magistrate),
    schedule: await schedule(
      { ...claims, agents, cnf: { jkt: agents.map((agent) => agent.jkt) }, ...changes.schedule },
      officer,
    ),
  };
  const caseId = newId<CaseId>();
  return verifyRequisition(tokens, {
    registry: loadRegistry(registry, 'test'),
    env: 'test',
    audience: DEMO.installation,
    nowSeconds: NOW_MS / 1000,
    caseIdOf: changes.caseIdOf ?? (() => caseId),
    isUsed: () => false,
    isRevoked: () => false,
  });
}

/** One case in a real database and vault, with what footage and the pipeline would have left there. */
export interface World {
  readonly database: Database;
  readonly vault: Vault;
  readonly sessions: CaseSessions;
  readonly deps: SearchDeps;
  /** What `listExhibits` gives; footage's own part is another room's test. */
  readonly exhibits: Exhibit[];
  register(requisition: Requisition): Promise<void>;
  addExhibit(exhibit: Exhibit): Promise<void>;
  addJob(requisition: Requisition, exhibit: Exhibit, state: string, tracks?: readonly Track[]): Promise<JobId>;
}

export async function createWorld(budgetBytes = 64 * 1024 * 1024): Promise<World> {
  const database = await testDatabase();
  const vault = await testVault();
  const exhibits: Exhibit[] = [];
  let jobs = 0;
  const sessions = createCaseSessions({
    vault,
    database,
    clock,
    budgetBytes,
    listExhibits: async (requisition) => exhibits.filter((exhibit) => exhibit.caseId === requisition.caseId),
  });
  return {
    database,
    vault,
    sessions,
    deps: { database, vault, clock, sessions, questions: createQuestionKeeper({ database, clock }) },
    exhibits,
    async register(requisition) {
      await vault.createCase(requisition.caseId);
      await database.inCase(requisition.caseId, async (tx) => {
        await tx.query('INSERT INTO cases (id) VALUES ($1) ON CONFLICT DO NOTHING', [requisition.caseId]);
        await tx.query(
          `INSERT INTO requisitions (id, case_id, authorisation_jti, thumbprints, not_before, expires, sealed)
           VALUES ($1, $2, $3, '{}', now(), now(), '')`,
          [requisition.id, requisition.caseId, requisition.authorisation.jti],
        );
      });
    },
    async addExhibit(exhibit) {
      exhibits.push(exhibit);
      await database.inCase(exhibit.caseId, (tx) =>
        tx.query(
          `INSERT INTO exhibits (id, case_id, requisition_id, state, object_id, size_bytes, capture_start, capture_end, sealed_at, piece_mark, sealed)
           VALUES ($1, $2, $3, 'sealed', $4, 1000, now(), now(), $5, gen_random_uuid()::text, '')`,
          [exhibit.id, exhibit.caseId, exhibit.requisitionId, exhibit.object, new Date(exhibit.sealedAtMs)],
        ),
      );
    },
    async addJob(requisition, exhibit, state, tracks) {
      const id = newId<JobId>();
      jobs += 1;
      const seconds = Math.max(600, ...(tracks ?? []).map((each) => Math.ceil(each.lastSeconds)));
      const result = tracks === undefined ? undefined : resultOf(exhibit.sha256, tracks, seconds);
      const text = result === undefined ? '' : canonicalJson(result as unknown as JsonValue);
      const sealed =
        result === undefined
          ? undefined
          : await indexResult(requisition, { job: { id }, exhibit, result, text }, { vault });
      await database.inCase(exhibit.caseId, (tx) =>
        tx.query(
          `INSERT INTO jobs (id, case_id, exhibit_id, requisition_id, state, frames_per_second, result_object, columns_object,
             paths_object, result_sha256, created_at, finished_at, classes, colours)
           VALUES ($1, $2, $3, $4, $5, 5, $6, $7, $8, $9, $10, $10, $11, $12)`,
          [
            id,
            exhibit.caseId,
            exhibit.id,
            requisition.id,
            state,
            sealed?.result ?? null,
            sealed?.columns ?? null,
            sealed?.paths ?? null,
            sealed === undefined ? null : sha256Hex(text),
            new Date(NOW_MS + jobs * 1000),
            result?.plan.classes ?? [],
            result?.plan.colours ?? [],
          ],
        ),
      );
      return id;
    },
  };
}

export const uuid = (): string => randomUUID();

/** The code of the refusal that a promise or a function ends with; fails when it does not. */
export async function codeOf(act: () => unknown): Promise<string> {
  try {
    await act();
  } catch (error) {
    if (error instanceof Error && 'code' in error) return String(error.code);
    throw error;
  }
  throw new Error('nothing was refused');
}
