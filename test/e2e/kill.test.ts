import { createReadStream } from 'node:fs';
import { cp, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as tus from 'tus-js-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyLog } from '../../gateway/audit/verify.ts';
import { startGatewayProcess } from '../../gateway/demo/installation.ts';
import { makeProof } from '../../gateway/requisition/dpop.ts';
import { CHUNK_BYTES } from '../../gateway/sealed-objects.ts';
import { analyseUnderKills, noKills, registerUnderKill } from '../support/chaos.ts';
import {
  clientOf,
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

// SIGKILL of the gateway, which takes its PostgreSQL with it, in the middle of an upload and of an analysis.

describe('a gateway that is killed', () => {
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
    await line.gateway.kill();
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
    await line.gateway.kill();
    await line.restart();
    client = clientOf(line, tokens.requisitionId);
    const interrupted = await jobEnd(client, caseId, started.id);
    expect(interrupted).toMatchObject({ state: 'done', segments: 3, segmentsDone: 3 });

    const again = await client.json<JobBody>('POST', `/api/v1/cases/${caseId}/jobs`, { exhibitId });
    const whole = await jobEnd(client, caseId, again.id);
    expect(whole.id).not.toBe(started.id);
    expect(whole.digest).toBe(interrupted.digest);
  });

  it('SEC-10: decoders, the gateway and its database die in an analysis, which ends with the digest of an uninterrupted one', async () => {
    const client = clientOf(line, tokens.requisitionId);
    const exhibitId = await exhibitIdOf(client, caseId, 'SCELLE-1');
    const { jobs } = await client.json<{ jobs: JobBody[] }>('GET', `/api/v1/cases/${caseId}/jobs`);
    const kills = noKills();
    const at = { requisitionId: tokens.requisitionId, caseId, exhibitId };
    const end = await analyseUnderKills(line, at, ['decoder', 'decoder', 'database', 'decoder', 'decoder'], kills);
    const whole = jobs.find((job) => job.state === 'done')?.digest;
    expect(whole).toBeDefined();
    expect(new Set(end.digests)).toEqual(new Set([whole]));
    expect(kills).toEqual({ gateway: 0, decoder: 4, database: 1 });
  }, 240_000);

  it('SEC-10, REQ-17: a registration that is killed is on record once or not at all, and can be presented again', async () => {
    const kills = noKills();
    for (const victim of ['gateway', 'database', 'gateway'] as const)
      expect(await registerUnderKill(line, file, victim, kills)).toEqual({ lost: 0, duplicates: 0 });
    expect(kills).toEqual({ gateway: 2, decoder: 0, database: 1 });
  }, 240_000);

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

    await line.gateway.kill();
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
});
