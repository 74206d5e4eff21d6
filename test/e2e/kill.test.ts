import { createReadStream } from 'node:fs';
import { cp, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as tus from 'tus-js-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyLog } from '../../gateway/audit/verify.ts';
import { startGatewayProcess } from '../../gateway/demo/installation.ts';
import { makeProof } from '../../gateway/requisition/dpop.ts';
import { CHUNK_BYTES } from '../../gateway/sealed-objects.ts';
import { analyseUnderKills, killGateway, noKills, registerUnderKill } from '../support/chaos.ts';
import {
  clientOf,
  exhibitIdOf,
  exhibitOf,
  type JobBody,
  jobEnd,
  journalText,
  type Line,
  register,
  sceneFile,
  startLine,
  type Tokens,
  tokensFor,
} from '../support/line.ts';
import { putCluster } from '../support/run-folder.ts';
import { databaseUnderKills, decoderUnderKills, logUnderKills, vaultUnderKills } from '../support/store-kills.ts';
import { analyseByWorkers } from '../support/worker-kills.ts';

// SIGKILL of whatever runs, at moments of chance: first each store and tool alone, then the gateway, which takes its PostgreSQL with it, its
// parts and its workers in the middle of uploads, registrations and analyses. The last test counts.

/** Kills that hit, by whom they hit. */
const hits = { appender: 0, writer: 0, decoder: 0, database: 0, gateway: 0, worker: 0 };

describe('a store or a tool that is killed', { concurrent: true, timeout: 600_000 }, () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'differe-kills-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('LOG-05, SEC-10: a log whose writer is killed 40 times has every acknowledged record once, and verifies', async () => {
    const { kills, records, lost, verifies } = await logUnderKills(path.join(folder, 'journal', 'log'), 40);
    hits.appender += kills;
    expect({ lost, verifies }).toEqual({ lost: 0, verifies: true });
    expect(records).toBeGreaterThan(40);
  });

  it('SEC-10: a vault whose writer is killed 30 times has every acknowledged byte, and goes on from there', async () => {
    const { kills, objects, lost } = await vaultUnderKills(path.join(folder, 'sealed'), 30);
    hits.writer += kills;
    expect(lost).toBe(0);
    expect(objects).toBeGreaterThan(30);
  });

  it('SEC-10: a PostgreSQL of which a process, or the whole, is killed 20 times has every acknowledged row as it was', async () => {
    const own = path.join(folder, 'pg');
    await putCluster(own);
    const { kills, rows, lost, changed } = await databaseUnderKills(own, 20);
    hits.database += kills;
    expect({ lost, changed }).toEqual({ lost: 0, changed: 0 });
    expect(rows).toBeGreaterThan(20);
  });

  it('SEC-10, DEF-05: a reading of a file whose tool is killed 100 times says so, or gives what an undisturbed one gives: never less', async () => {
    const file = { path: await sceneFile(folder, 'street'), demuxer: 'mov' } as const;
    const { kills, wrong } = await decoderUnderKills(file, 100);
    hits.decoder += kills;
    expect(wrong).toBe(0);
  });
});

describe('a gateway that is killed', { timeout: 600_000 }, () => {
  let line: Line;
  let file: string;
  let tokens: Tokens;
  let caseId: string;

  beforeAll(async () => {
    line = await startLine();
    file = await sceneFile(line.folder, 'long');
    tokens = await tokensFor(line, [await exhibitOf(file, 'SCELLE-1', line.captureStartMs, 130)]);
    ({ caseId } = await register(line, tokens));
  });
  afterAll(async () => {
    await line[Symbol.asyncDispose]();
  });

  function upload(options: { readonly url?: string; readonly onChunk?: (accepted: number) => void }): {
    readonly upload: tus.Upload;
    readonly done: Promise<string>;
  } {
    let settle: { resolve(url: string): void; reject(error: Error): void };
    const done = new Promise<string>((resolve, reject) => {
      settle = { resolve, reject };
    });
    const transfer = new tus.Upload(createReadStream(file), {
      endpoint: new URL('/api/v1/uploads', line.gateway.url).href,
      ...(options.url === undefined ? {} : { uploadUrl: options.url }),
      uploadSize: size,
      chunkSize: CHUNK_BYTES + 1000,
      metadata: { filename: 'long.mp4', piece: 'SCELLE-1' },
      retryDelays: [],
      onBeforeRequest: async (request) => {
        const method = request.getMethod();
        const url = request.getURL();
        request.setHeader('authorization', `DPoP ${tokens.requisitionId}`);
        request.setHeader(
          'dpop',
          await makeProof({ key: line.installation.agentKey, method, url, accessToken: tokens.requisitionId }),
        );
      },
      onChunkComplete: (_sent, accepted) => options.onChunk?.(accepted),
      onError: (error) => settle.reject(error),
      onSuccess: () => settle.resolve(transfer.url ?? ''),
    });
    return { upload: transfer, done };
  }
  let size = 0;

  it('SEC-10: resumes the upload from what was durable, and never claimed more', async () => {
    size = (await stat(file)).size;
    expect(size).toBeGreaterThan(4 * CHUNK_BYTES);
    let acknowledged = 0;
    const first = upload({
      onChunk: (accepted) => {
        acknowledged = accepted;
        if (accepted >= 2 * CHUNK_BYTES) line.gateway.process.kill('SIGKILL');
      },
    });
    first.upload.start();
    await expect(first.done).rejects.toThrow();
    await killGateway(line);
    hits.gateway += 1;
    expect(acknowledged).toBeGreaterThanOrEqual(2 * CHUNK_BYTES);
    expect(acknowledged).toBeLessThan(size);
    const route = new URL(first.upload.url ?? '').pathname;

    await line.restart();
    const url = new URL(route, line.gateway.url).href;
    const head = await fetch(url, {
      method: 'HEAD',
      headers: {
        'tus-resumable': '1.0.0',
        authorization: `DPoP ${tokens.requisitionId}`,
        dpop: await makeProof({
          key: line.installation.agentKey,
          method: 'HEAD',
          url,
          accessToken: tokens.requisitionId,
        }),
      },
    });
    expect(Number(head.headers.get('upload-offset'))).toBeGreaterThanOrEqual(acknowledged);
    const second = upload({ url });
    second.upload.start();
    await second.done;
    const { exhibits } = await clientOf(line, tokens.requisitionId).json<{ exhibits: { state: string }[] }>(
      'GET',
      `/api/v1/cases/${caseId}/exhibits`,
    );
    expect(exhibits.map((exhibit) => exhibit.state)).toEqual(['sealed']);
  });

  it('SEC-10: finishes the analysis after the restart with the digest of an uninterrupted one', async () => {
    let client = clientOf(line, tokens.requisitionId);
    const exhibitId = await exhibitIdOf(client, caseId, 'SCELLE-1');
    const started = await client.json<JobBody>('POST', `/api/v1/cases/${caseId}/jobs`, { exhibitId });
    for (let done = 0; done === 0; ) {
      const job = await client.json<JobBody>('GET', `/api/v1/cases/${caseId}/jobs/${started.id}`);
      expect(job.state).not.toBe('done');
      done = job.secondsDone;
    }
    await killGateway(line);
    hits.gateway += 1;
    await line.restart();
    client = clientOf(line, tokens.requisitionId);
    const interrupted = await jobEnd(client, caseId, started.id);
    expect(interrupted).toMatchObject({ state: 'done', segments: 3, segmentsDone: 3 });

    const again = await client.json<JobBody>('POST', `/api/v1/cases/${caseId}/jobs`, { exhibitId });
    const whole = await jobEnd(client, caseId, again.id);
    expect(whole.id).not.toBe(started.id);
    expect(whole.digest).toBe(interrupted.digest);
  });

  it('an analysis that somebody stopped keeps what it found: the next one goes on there, to the digest of an uninterrupted one', async () => {
    const client = clientOf(line, tokens.requisitionId);
    const exhibitId = await exhibitIdOf(client, caseId, 'SCELLE-1');
    const route = `/api/v1/cases/${caseId}/jobs`;
    const stopped = await client.json<JobBody>('POST', route, { exhibitId });
    for (let done = 0; done === 0; ) done = (await client.json<JobBody>('GET', `${route}/${stopped.id}`)).secondsDone;
    const kept = await client.json<JobBody>('DELETE', `${route}/${stopped.id}`);
    expect(kept).toMatchObject({ state: 'cancelled', failureCode: 'E_JOB_CANCELLED' });
    expect(kept.segmentsDone).toBeGreaterThan(0);
    const next = await client.json<JobBody>('POST', route, { exhibitId });
    const whole = await jobEnd(client, caseId, next.id);
    expect(whole).toMatchObject({ state: 'done', segments: 3, digest: await wholeDigest() });
    // A step for the plan, and one for each segment that was not there.
    const steps = (await journalText(line))
      .split('\n')
      .filter((record) => record.includes('"action":"job.step"') && record.includes(next.id));
    expect(steps).toHaveLength(1 + 3 - (kept.segmentsDone ?? 0));
  });

  const jobsOf = async (): Promise<JobBody[]> =>
    (await clientOf(line, tokens.requisitionId).json<{ jobs: JobBody[] }>('GET', `/api/v1/cases/${caseId}/jobs`)).jobs;
  const place = async () => {
    const { requisitionId } = tokens;
    return { requisitionId, caseId, exhibitId: await exhibitIdOf(clientOf(line, requisitionId), caseId, 'SCELLE-1') };
  };
  /** Of the analyses that nothing interrupted. */
  const wholeDigest = async (): Promise<string | undefined> =>
    (await jobsOf()).find(({ state }) => state === 'done')?.digest;

  it('SEC-10: decoders and the database die in an analysis, which ends with the digest of an uninterrupted one', async () => {
    const kills = noKills();
    const whole = await wholeDigest();
    expect(whole).toBeDefined();
    const victims = ['decoder', 'decoder', 'database', 'decoder', 'decoder'] as const;
    const { digests, lost } = await analyseUnderKills(line, await place(), victims, kills);
    expect(new Set(digests)).toEqual(new Set([whole]));
    expect(lost).toBe(0);
    expect(kills).toEqual({ gateway: 0, decoder: 4, database: 1 });
    hits.decoder += kills.decoder;
    hits.database += kills.database;
  });

  it('SEC-10: a worker dies while it holds a segment, again and again, and the analysis ends with the digest of an uninterrupted one', async () => {
    const whole = await wholeDigest();
    const { digests, lost, kills } = await analyseByWorkers(line, await place(), 4);
    expect(new Set(digests)).toEqual(new Set([whole]));
    expect(lost).toBe(0);
    hits.worker += kills;
  });

  it('SEC-10, REQ-17: a registration that is killed is on record once or not at all, and can be presented again', async () => {
    const kills = noKills();
    for (const victim of ['gateway', 'database', 'gateway'] as const)
      expect(await registerUnderKill(line, file, victim, kills)).toEqual({ lost: 0, duplicates: 0 });
    expect(kills).toEqual({ gateway: 2, decoder: 0, database: 1 });
    hits.gateway += kills.gateway;
    hits.database += kills.database;
  });

  it('REQ-15: a proof made before the restart opens nothing after it', async () => {
    const { port } = new URL(line.gateway.url);
    const url = new URL('/api/v1/cases', line.gateway.url).href;
    const accessToken = tokens.requisitionId;
    const proofNow = () => makeProof({ key: line.installation.agentKey, method: 'GET', url, accessToken });
    const present = async (dpop: string) => {
      const response = await fetch(url, { headers: { authorization: `DPoP ${accessToken}`, dpop } });
      return { status: response.status, code: response.headers.get('differe-code') };
    };
    const madeAtMs = Date.now();
    const [used, unused] = [await proofNow(), await proofNow()];
    expect(await present(used)).toMatchObject({ status: 200 });

    await killGateway(line);
    hits.gateway += 1;
    // Times of proofs are whole seconds: the new process has to start in a later one.
    while (Math.floor(Date.now() / 1000) === Math.floor(madeAtMs / 1000)) await delay(20);
    // On the same port, so that the target of the proofs stays right and their age alone decides.
    line.gateway = await startGatewayProcess(line.installation, { environment: { DIFFERE_PORT: port } });
    const refused = { status: 401, code: 'E_REQ_PROOF' };
    expect(await present(used)).toEqual(refused);
    expect(await present(unused)).toEqual(refused);
    expect(await present(await proofNow())).toMatchObject({ status: 200 });
    // Within the minute in which the process before would have taken them.
    expect(Date.now() - madeAtMs).toBeLessThan(60_000);
  });

  it('LOG-04: the log of all this verifies', async () => {
    await line.gateway.stop();
    const copy = path.join(line.folder, 'log-copy');
    await cp(path.join(line.installation.dataDir, 'log'), copy, { recursive: true });
    expect((await verifyLog(copy)).ok).toBe(true);
  });

  it('SEC-10: those were 200 kills at least, and somebody of each kind was among the dead', () => {
    expect(Object.values(hits).reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(200);
    expect(Math.min(...Object.values(hits)), JSON.stringify(hits)).toBeGreaterThanOrEqual(4);
  });
});
