import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { JWK } from 'jose';
import { openReader } from '../../gateway/audit/reader.ts';
import { type Client, createClient, watchJob } from '../../gateway/client.ts';
import { createDemoInstallation, type GatewayProcess, startGatewayProcess } from '../../gateway/demo/installation.ts';
import { yesterdayAt14 } from '../../gateway/demo/requisition.ts';
import { median, rounded } from '../report.ts';
import { signFor } from '../requisition.ts';
import { namedScenes } from '../scenes/named.ts';
import { writeScene } from '../scenes/write.ts';

/** What a gateway needs to neither decide nor write. */
export const BARE = { NODE_OPTIONS: `--import ${new URL('./hook.ts', import.meta.url).href}` };
/** More questions than a benchmark asks. */
const LIMITS = { max_hours: 500, max_queries: 1_000_000, max_exports: 500 };

export interface Desk {
  readonly gateway: GatewayProcess;
  readonly agentKey: JWK;
  readonly requisitionId: string;
  readonly client: Client;
  readonly caseId: string;
  readonly question: object;
  readonly hitId: string;
  /** Records in its log. */
  logSize(): Promise<number>;
  stop(): Promise<void>;
}

/** Requests of one look at a case: a question, a hit, its picture, the list of exhibits. */
const REQUESTS: Readonly<Record<string, (desk: Desk) => Promise<unknown>>> = {
  question: ({ client, caseId, question }) => client.json('POST', `/api/v1/cases/${caseId}/questions`, question),
  exhibits: ({ client, caseId }) => client.json('GET', `/api/v1/cases/${caseId}/exhibits`),
  hit: ({ client, caseId, hitId }) => client.json('GET', `/api/v1/cases/${caseId}/hits/${hitId}`),
  picture: ({ client, caseId, hitId }) => client.bytes(`/api/v1/cases/${caseId}/hits/${hitId}/still`),
};

export interface Overhead {
  /** Median of a look's four requests, audited and decided over bare. */
  readonly ratio: number;
  readonly requests: Readonly<
    Record<string, { readonly auditedMs: number; readonly bareMs: number; readonly ratio: number }>
  >;
}

/** Two real gateways, one of them without decision and journal, are asked the same in turn. */
export async function measureOverhead(rounds: number): Promise<Overhead> {
  const folder = await mkdtemp(path.join(tmpdir(), 'differe-bench-overhead-'));
  const scene = path.join(folder, 'street.mp4');
  await writeScene(namedScenes.street, scene);
  const desks: Desk[] = [];
  try {
    const audited = await openDesk(path.join(folder, 'audited'), scene, {});
    desks.push(audited);
    const bare = await openDesk(path.join(folder, 'bare'), scene, BARE);
    desks.push(bare);
    const taken = new Map<string, { audited: number[]; bare: number[] }>();
    const before = { audited: await audited.logSize(), bare: await bare.logSize() };
    const looks = { audited: [] as number[], bare: [] as number[] };
    for (let round = -2; round < rounds; round++) {
      // Who goes first alternates, so that neither always finds a warm disk.
      const order = round % 2 === 0 ? (['audited', 'bare'] as const) : (['bare', 'audited'] as const);
      const look = { audited: 0, bare: 0 };
      for (const [name, request] of Object.entries(REQUESTS)) {
        const times = taken.get(name) ?? { audited: [], bare: [] };
        taken.set(name, times);
        for (const which of order) {
          const started = performance.now();
          await request(which === 'audited' ? audited : bare);
          const ms = performance.now() - started;
          look[which] += ms;
          if (round >= 0) times[which].push(ms);
        }
      }
      if (round < 0) continue;
      looks.audited.push(look.audited);
      looks.bare.push(look.bare);
    }
    // What was measured is what it is called: one wrote a record or two a request, the other none.
    const written = { audited: (await audited.logSize()) - before.audited, bare: (await bare.logSize()) - before.bare };
    if (written.bare !== 0 || written.audited < rounds * Object.keys(REQUESTS).length)
      throw new Error(`not what was to be measured: ${JSON.stringify(written)} records`);
    const ratioOf = (times: { audited: number[]; bare: number[] }) => ({
      auditedMs: rounded(median(times.audited)),
      bareMs: rounded(median(times.bare)),
      ratio: rounded(median(times.audited) / median(times.bare)),
    });
    const requests = [...taken].map(([name, times]) => [name, ratioOf(times)] as const);
    return { ratio: ratioOf(looks).ratio, requests: Object.fromEntries([...requests, ['look', ratioOf(looks)]]) };
  } finally {
    for (const desk of desks) await desk.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** A gateway with one analysed recording and one hit. */
export async function openDesk(
  folder: string,
  scene: string,
  environment: Readonly<Record<string, string>>,
): Promise<Desk> {
  const models = [path.join(import.meta.dirname, '..', '..', 'test', 'models')];
  const installation = await createDemoInstallation(folder, models);
  const gateway = await startGatewayProcess(installation, { environment });
  try {
    const { exhibits, claims, tokens } = await signFor([scene], installation, Date.now(), { limits: LIMITS });
    const options = { url: gateway.url, agentKey: installation.agentKey };
    const { caseId } = await createClient(options).json<{ caseId: string }>('POST', '/api/v1/requisitions', tokens);
    const client = createClient({ ...options, requisitionId: claims.jti });
    const url = await client.upload(scene, exhibits[0]?.piece ?? '');
    const exhibitId = url.slice(url.lastIndexOf('/') + 1);
    const job = await client.json<{ id: string }>('POST', `/api/v1/cases/${caseId}/jobs`, { exhibitId });
    for await (const _ of watchJob(client, caseId, job.id));
    const fromMs = yesterdayAt14(Date.now());
    const time = { from: new Date(fromMs).toISOString(), to: new Date(fromMs + 120_000).toISOString() };
    const question = { version: 1, classes: ['car'], time };
    const { hits } = await client.json<{ hits: { id: string }[] }>(
      'POST',
      `/api/v1/cases/${caseId}/questions`,
      question,
    );
    const hitId = hits[0]?.id;
    if (hitId === undefined) throw new Error('the scene has no hit');
    const logSize = async (): Promise<number> => (await openReader(path.join(installation.dataDir, 'log'))).size();
    const known = { gateway, agentKey: installation.agentKey, requisitionId: claims.jti };
    return { ...known, client, caseId, question, hitId, logSize, stop: () => gateway.stop() };
  } catch (error) {
    await gateway.stop();
    throw error;
  }
}
