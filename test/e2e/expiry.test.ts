import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../../gateway/client.ts';
import { readConfig } from '../../gateway/config.ts';
import { createDemoInstallation, presentFirstActs } from '../../gateway/demo/installation.ts';
import { demoAuthorisation, demoSchedule, yesterdayAt14 } from '../../gateway/demo/requisition.ts';
import { type Gateway, startGateway } from '../../gateway/main.ts';
import { authorise, schedule } from '../../gateway/requisition/issue.ts';
import { exhibitIdOf, exhibitOf, type JobBody, jobEnd, sceneFile } from '../support/line.ts';

// The gateway in this process, with a clock that the test moves.

describe('a requisition that ends while its analysis runs', () => {
  let folder: string;
  let gateway: Gateway;
  let aheadMs = 0;
  const clock = { nowMs: () => Date.now() + aheadMs };

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'differe-expiry-'));
  });
  afterAll(async () => {
    await gateway?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('REQ-10: stops the job without results; uploads and questions end, reading what was found does not', async () => {
    const installation = await createDemoInstallation(folder, [path.join(import.meta.dirname, '..', 'models')]);
    gateway = await startGateway(readConfig(installation.environment), clock);
    await presentFirstActs(installation, gateway.url);
    const file = await sceneFile(folder, 'long');
    const short = await sceneFile(folder, 'crossing');
    const start = yesterdayAt14(clock.nowMs());
    const authorisation = demoAuthorisation(clock.nowMs());
    const exhibits = [await exhibitOf(file, 'LONG', start, 130), await exhibitOf(short, 'SHORT', start, 30)];
    const claims = demoSchedule(clock.nowMs(), authorisation, installation.agentThumbprint, exhibits);
    const tokens = {
      authorisation: await authorise(authorisation, installation.magistrateKey),
      schedule: await schedule(claims, installation.officerKey),
    };
    const nowSeconds = () => Math.floor(clock.nowMs() / 1000);
    const options = { url: gateway.url, agentKey: installation.agentKey, nowSeconds };
    const { caseId } = await createClient(options).json<{ caseId: string }>('POST', '/api/v1/requisitions', tokens);
    const client = createClient({ ...options, requisitionId: claims.jti });
    await client.upload(short, 'SHORT');
    await client.upload(file, 'LONG');
    const begin = async (piece: string) =>
      client.json<JobBody>('POST', `/api/v1/cases/${caseId}/jobs`, {
        exhibitId: await exhibitIdOf(client, caseId, piece),
      });
    const found = await jobEnd(client, caseId, (await begin('SHORT')).id);
    expect(found.state).toBe('done');
    const { hits } = await client.json<{ hits: { id: string }[] }>('POST', `/api/v1/cases/${caseId}/questions`, {
      version: 1,
      classes: ['person'],
    });
    expect(hits.length).toBeGreaterThan(0);

    const running = await begin('LONG');
    while ((await client.json<JobBody>('GET', `/api/v1/cases/${caseId}/jobs/${running.id}`)).state === 'queued');
    aheadMs = 8 * 86_400_000;
    const ended = await jobEnd(client, caseId, running.id);
    expect(ended).toMatchObject({ state: 'cancelled', failureCode: 'E_REQ_EXPIRED' });
    expect(ended.digest).toBeUndefined();
    await expect(client.text(`/api/v1/cases/${caseId}/jobs/${running.id}/result`)).rejects.toMatchObject({
      code: 'E_JOB_NOT_DONE',
    });
    await expect(begin('LONG')).rejects.toMatchObject({ code: 'E_REQ_EXPIRED' });
    await expect(client.upload(short, 'SHORT')).rejects.toMatchObject({ code: 'E_REQ_EXPIRED' });
    await expect(client.json('POST', `/api/v1/cases/${caseId}/questions`, { version: 1 })).rejects.toMatchObject({
      code: 'E_REQ_EXPIRED',
    });
    expect((await client.bytes(`/api/v1/cases/${caseId}/hits/${hits[0]?.id}/still?size=thumb`)).length).toBeGreaterThan(
      500,
    );
  });
});
