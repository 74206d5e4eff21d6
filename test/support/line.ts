import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { importJWK, type JWK } from 'jose';
import { namedScenes } from '../../benchmarks/scenes/named.ts';
import { openReader } from '../../gateway/audit/reader.ts';
import { type Client, createClient } from '../../gateway/client.ts';
import {
  createDemoInstallation,
  type DemoInstallation,
  type GatewayProcess,
  presentFirstActs,
  startGatewayProcess,
} from '../../gateway/demo/installation.ts';
import { type DemoExhibit, demoAuthorisation, demoSchedule, yesterdayAt14 } from '../../gateway/demo/requisition.ts';
import { type ApiAccess, type ApiClient, createApiClient, type ProofPair } from '../../gateway/interface/client.ts';
import { authorise, schedule } from '../../gateway/requisition/issue.ts';
import type { AuthorisationClaims, ScheduleClaims } from '../../gateway/requisition/types.ts';
import { putCluster, writeSceneOnce } from './run-folder.ts';

// The whole line in a process of its own, with the test detector and rendered scenes: what the end-to-end and kill tests drive.

export interface Line extends AsyncDisposable {
  readonly folder: string;
  readonly installation: DemoInstallation;
  /** The running gateway; replaced by `restart`. */
  gateway: GatewayProcess;
  restart(environment?: Readonly<Record<string, string>>): Promise<void>;
  readonly captureStartMs: number;
}

export async function startLine(environment: Readonly<Record<string, string>> = {}): Promise<Line> {
  const folder = await mkdtemp(path.join(tmpdir(), 'differe-line-'));
  const installation = await createDemoInstallation(folder, [path.join(import.meta.dirname, '..', 'models')]);
  await putCluster(path.join(installation.dataDir, 'postgres'));
  const line: Line = {
    folder,
    installation,
    gateway: await startGatewayProcess(installation, { environment }),
    async restart(changed = environment) {
      line.gateway = await startGatewayProcess(installation, { environment: changed });
    },
    captureStartMs: yesterdayAt14(Date.now()),
    async [Symbol.asyncDispose]() {
      await line.gateway.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return line;
}

/** A named scene in the line's folder. */
export async function sceneFile(folder: string, name: keyof typeof namedScenes, extension = '.mp4'): Promise<string> {
  const file = path.join(folder, `${name}${extension}`);
  await writeSceneOnce(namedScenes[name], file);
  return file;
}

export async function exhibitOf(
  file: string,
  piece: string,
  captureStartMs: number,
  durationSeconds: number,
): Promise<DemoExhibit> {
  const bytes = await readFile(file);
  return {
    piece,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    sizeBytes: bytes.length,
    captureStartMs,
    durationSeconds,
  };
}

export interface Tokens {
  readonly authorisation: string;
  readonly schedule: string;
  readonly requisitionId: string;
}

/** Signs a requisition for the exhibits, as the demo's magistrate and officer. */
export async function tokensFor(
  line: Line,
  exhibits: readonly DemoExhibit[],
  changes: { readonly authorisation?: Partial<AuthorisationClaims>; readonly schedule?: Partial<ScheduleClaims> } = {},
): Promise<Tokens> {
  const now = Date.now();
  const authorisationClaims = demoAuthorisation(now, changes.authorisation);
  const scheduleClaims = demoSchedule(
    now,
    authorisationClaims,
    line.installation.agentThumbprint,
    exhibits,
    changes.schedule,
  );
  return {
    authorisation: await authorise(authorisationClaims, line.installation.magistrateKey),
    schedule: await schedule(scheduleClaims, line.installation.officerKey),
    requisitionId: scheduleClaims.jti,
  };
}

export const clientOf = (line: Line, requisitionId?: string): Client =>
  createClient({
    url: line.gateway.url,
    agentKey: line.installation.agentKey,
    ...(requisitionId === undefined ? {} : { requisitionId }),
  });

/** What the typed client needs to ask as somebody: the demo's agent unless another key is given. */
export async function accessOf(
  line: Line,
  requisitionId?: string,
  key: JWK = line.installation.agentKey,
): Promise<ApiAccess> {
  const privateKey = (await importJWK(key, 'EdDSA')) as ProofPair['privateKey'];
  const publicJwk = { kty: 'OKP', crv: 'Ed25519', x: key.x ?? '' } as const;
  return { url: line.gateway.url, pair: { privateKey, publicJwk }, requisitionId, language: () => 'en' };
}

/** The typed client of the description. */
export const apiOf = async (line: Line, requisitionId?: string, key?: JWK): Promise<ApiClient> =>
  createApiClient(await accessOf(line, requisitionId, key));

/** Puts the requisition on record and gives its client and case. */
export async function register(
  line: Line,
  tokens: Tokens,
): Promise<{ readonly client: Client; readonly caseId: string }> {
  await presentFirstActs(line.installation, line.gateway.url);
  const { caseId } = await clientOf(line).json<{ caseId: string }>('POST', '/api/v1/requisitions', {
    authorisation: tokens.authorisation,
    schedule: tokens.schedule,
  });
  return { client: clientOf(line, tokens.requisitionId), caseId };
}

export interface JobBody {
  readonly id: string;
  readonly state: string;
  readonly secondsDone: number;
  readonly failureCode?: string;
  readonly segments?: number;
  readonly segmentsDone?: number;
  readonly digest?: string;
}

/** Asks until the job has an end; a bounded wait, no fixed one. */
export async function jobEnd(client: Client, caseId: string, jobId: string): Promise<JobBody> {
  const until = Date.now() + 180_000;
  for (;;) {
    const job = await client.json<JobBody>('GET', `/api/v1/cases/${caseId}/jobs/${jobId}`);
    if (['done', 'failed', 'cancelled'].includes(job.state)) return job;
    if (Date.now() > until) throw new Error(`job ${job.state} after 180 s`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export async function exhibitIdOf(client: Client, caseId: string, piece: string): Promise<string> {
  const { exhibits } = await client.json<{ exhibits: { id: string; piece: string }[] }>(
    'GET',
    `/api/v1/cases/${caseId}/exhibits`,
  );
  const found = exhibits.find((exhibit) => exhibit.piece === piece);
  if (found === undefined) throw new Error(`no exhibit ${piece}`);
  return found.id;
}

/** The journal's records, read from the log's own files on disk. */
export async function journalText(line: Line): Promise<string> {
  const reader = await openReader(path.join(line.installation.dataDir, 'log'));
  return (await reader.entriesFrom(0)).map((entry) => entry.toString('utf8')).join('\n');
}
