import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, createClient } from '../../gateway/client.ts';
import { backupCommand, restoreCommand } from '../../gateway/compliance/backup-commands.ts';
import { type GatewayProcess, startGatewayProcess } from '../../gateway/demo/installation.ts';
import type { CaseId } from '../../gateway/ids.ts';
import type { Bucket } from '../../gateway/s3-client.ts';
import { s3Store } from '../../gateway/s3-store.ts';
import { eraseOrder, present } from '../retention/acts.ts';
import { type Ceph, startCeph, whyNoCeph } from '../support/ceph.ts';
import { type Fault, type FaultyProxy, startFaultyProxy } from '../support/faulty-proxy.ts';
import {
  exhibitIdOf,
  exhibitOf,
  type JobBody,
  jobEnd,
  type Line,
  register,
  sceneFile,
  startLine,
  type Tokens,
  tokensFor,
} from '../support/line.ts';

// The whole line with its sealed objects in a bucket of Ceph, reached through a proxy that can fail.

const why = whyNoCeph();
if (why !== undefined) process.stderr.write(`vault-in-a-bucket.test.ts: ${why}\n`);
const PROCEDURE = 'PV-2026-000042';
const QUESTION = { version: 1, classes: ['person'] };

describe.skipIf(why !== undefined)('an installation whose vault is a bucket', () => {
  let ceph: Ceph;
  let proxy: FaultyProxy;
  let bucket: Bucket;
  let line: Line;
  let restored: GatewayProcess | undefined;
  let tokens: Tokens;
  let client: Client;
  let caseId: CaseId;
  let jobId: string;
  let film: string;
  let other: { readonly client: Client; readonly caseId: string };
  let folder: string;

  /** The settings that name a bucket; its key and secret in a file. */
  async function placedIn(to: Bucket, url = to.endpoint): Promise<Record<string, string>> {
    const credentials = path.join(folder, to.bucket);
    const { accessKeyId, secretAccessKey } = to.credentials;
    await writeFile(credentials, `${accessKeyId}\n${secretAccessKey}\n`, { mode: 0o600 });
    return {
      DIFFERE_VAULT: `s3://${to.bucket}/${to.prefix}`,
      DIFFERE_VAULT_ENDPOINT: url,
      DIFFERE_VAULT_CREDENTIALS: credentials,
    };
  }
  const metrics = async (): Promise<string> => (await fetch(`${line.gateway.metricsUrl}/metrics`)).text();

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'differe-bucket-'));
    ceph = await startCeph();
    bucket = await ceph.newBucket();
    proxy = await startFaultyProxy(bucket.endpoint);
    line = await startLine(await placedIn(bucket, proxy.url));
  }, 180_000);
  afterAll(async () => {
    await restored?.stop();
    await line?.[Symbol.asyncDispose]();
    await proxy?.[Symbol.asyncDispose]();
    await ceph?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  it('SEC-02: takes a deposit, analyses it and shows pictures, and nothing sealed lies on the disk of the gateway', async () => {
    film = await sceneFile(line.folder, 'crossing');
    const exhibit = await exhibitOf(film, 'SCELLE-1', line.captureStartMs, 30);
    const tokensOf = (sub: string) => tokensFor(line, [exhibit], { authorisation: { sub }, schedule: { sub } });
    tokens = await tokensOf(PROCEDURE);
    other = await register(line, await tokensOf('PV-2026-000043'));
    const opened = await register(line, tokens);
    client = opened.client;
    caseId = opened.caseId as CaseId;
    await client.upload(film, 'SCELLE-1');
    const exhibitId = await exhibitIdOf(client, caseId, 'SCELLE-1');
    jobId = (await client.json<JobBody>('POST', `/api/v1/cases/${caseId}/jobs`, { exhibitId })).id;
    expect((await jobEnd(client, caseId, jobId)).state).toBe('done');
    const asked = await client.json<{ hits: unknown[] }>('POST', `/api/v1/cases/${caseId}/questions`, QUESTION);
    expect(asked.hits.length).toBeGreaterThan(0);
    const picture = await client.bytes(`/api/v1/cases/${caseId}/exhibits/${exhibitId}/frames/10`);
    expect((await sharp(picture).metadata()).format).toBe('jpeg');

    expect(existsSync(path.join(line.installation.dataDir, 'vault'))).toBe(false);
    const stored = await s3Store(bucket).list(caseId);
    expect(stored.length).toBeGreaterThan(3);
    expect(Math.max(...stored.map(({ bytes }) => bytes))).toBeGreaterThan(exhibit.sizeBytes);
    for (const seen of proxy.seen) expect(seen).not.toContain(PROCEDURE);
  }, 200_000);

  it('SEC-10: answers in a code while the bucket is down, counts it, and goes on when it is back', async () => {
    const result = `/api/v1/cases/${caseId}/jobs/${jobId}/result`;
    const before = await client.text(result);
    const down: Fault[] = Array.from({ length: 100 }, () => ({ status: 503, code: 'SlowDown' }));
    proxy.fail('GET', down);
    await expect(client.text(result)).rejects.toMatchObject({ code: 'E_VAULT_STORE' });
    proxy.fail('PUT', down);
    await expect(other.client.upload(film, 'SCELLE-1')).rejects.toMatchObject({ code: 'E_VAULT_STORE' });
    const text = await metrics();
    expect(text).toContain('differe_vault_errors_total{operation="get",reason="busy"} 5');
    expect(Number(/differe_vault_errors_total\{operation="put",reason="busy"\} (\d+)/.exec(text)?.[1])).toBeGreaterThan(
      4,
    );
    expect(text).toMatch(/differe_refusals_total\{code="E_VAULT_STORE"\} [1-9]/);
    proxy.fail('PUT', []);
    expect(await client.text(result)).toBe(before);
    await other.client.upload(film, 'SCELLE-1');
    expect(await exhibitIdOf(other.client, other.caseId, 'SCELLE-1')).toBeDefined();
  }, 200_000);

  it('SEC-09: is backed up out of its bucket, and restored into another with the same results', async () => {
    const result = await client.text(`/api/v1/cases/${caseId}/jobs/${jobId}/result`);
    const heard: string[] = [];
    const io = { out: (text: string) => void heard.push(text), err: (text: string) => void heard.push(text) };
    const environment = { ...line.installation.environment, ...(await placedIn(bucket)) };
    const to = ['--data', path.join(folder, 'back-up-data'), '--keys', path.join(folder, 'back-up-keys')];
    expect(await backupCommand(environment)(to, io), heard.join('\n')).toBe(0);
    const taken = JSON.parse(heard.at(-1) ?? '') as { data: string; keys: string };
    const empty = await ceph.newBucket();
    const elsewhere = {
      ...environment,
      ...(await placedIn(empty)),
      DIFFERE_DATA: path.join(folder, 'restored/data'),
      DIFFERE_KEYS: path.join(folder, 'restored/keys'),
    };
    const from = ['--data', taken.data, '--keys', taken.keys];
    // Never into a bucket in which something is.
    expect(await restoreCommand({ ...elsewhere, ...(await placedIn(bucket)) })(from, io)).toBe(1);
    expect(heard.at(-1)).toContain('the vault is not empty');
    expect(await restoreCommand(elsewhere)(from, io), heard.join('\n')).toBe(0);
    expect(await s3Store(empty).list(caseId)).toEqual(await s3Store(bucket).list(caseId));
    restored = await startGatewayProcess(line.installation, { environment: elsewhere });
    const { agentKey } = line.installation;
    const again = createClient({ url: restored.url, agentKey, requisitionId: tokens.requisitionId });
    expect(await again.text(`/api/v1/cases/${caseId}/jobs/${jobId}/result`)).toBe(result);
  }, 200_000);

  it('RET-01: an order erases the key, and everything of the case in the bucket', async () => {
    expect(await s3Store(bucket).cases()).toContain(caseId);
    await present(line, await eraseOrder(line, PROCEDURE));
    expect(existsSync(path.join(line.folder, 'keys', `${caseId}.key`))).toBe(false);
    expect(await s3Store(bucket).list(caseId)).toEqual([]);
    expect(await s3Store(bucket).cases()).toEqual([other.caseId]);
    await expect(client.json('GET', `/api/v1/cases/${caseId}/exhibits`)).rejects.toMatchObject({
      code: 'E_REQ_MISSING',
    });
  }, 60_000);
});
