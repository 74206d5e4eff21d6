import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createClient } from '../../gateway/client.ts';
import { sampler } from '../../gateway/compliance/sample.ts';
import { readVerified } from '../../gateway/compliance/verified-journal.ts';
import { readConfig } from '../../gateway/config.ts';
import { createDemoInstallation, presentFirstActs } from '../../gateway/demo/installation.ts';
import {
  DEMO,
  demoAuthorisation,
  demoRevocationList,
  demoSchedule,
  yesterdayAt14,
} from '../../gateway/demo/requisition.ts';
import { type Gateway, startGateway } from '../../gateway/main.ts';
import { authorise, schedule } from '../../gateway/requisition/issue.ts';
import { signClaims } from '../../gateway/trust/sign.ts';
import { exhibitIdOf, exhibitOf, type JobBody, sceneFile } from '../support/line.ts';

// The gateway in this process, with a clock that the test moves.

let folder: string;
let gateway: Gateway;
let aheadMs = 0;
const clock = { nowMs: () => Date.now() + aheadMs };

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'differe-self-control-'));
});
afterAll(async () => {
  await gateway?.stop();
  await rm(folder, { recursive: true, force: true });
});

it('CTL-06: three months after an agent worked no new analysis starts, until the hierarchy has signed the review', async () => {
  const installation = await createDemoInstallation(folder, [path.join(import.meta.dirname, '..', 'models')]);
  gateway = await startGateway(readConfig(installation.environment), clock);
  await presentFirstActs(installation, gateway.url);
  const file = await sceneFile(folder, 'crossing');
  const options = {
    url: gateway.url,
    agentKey: installation.agentKey,
    nowSeconds: () => Math.floor(clock.nowMs() / 1000),
  };
  const door = createClient(options);

  async function open(procedure: string) {
    const authorisation = demoAuthorisation(clock.nowMs(), { sub: procedure });
    const exhibits = [await exhibitOf(file, 'SHORT', yesterdayAt14(clock.nowMs()), 14)];
    const claims = demoSchedule(clock.nowMs(), authorisation, installation.agentThumbprint, exhibits);
    const { caseId } = await door.json<{ caseId: string }>('POST', '/api/v1/requisitions', {
      authorisation: await authorise(authorisation, installation.magistrateKey),
      schedule: await schedule(claims, installation.officerKey),
    });
    return { caseId, client: createClient({ ...options, requisitionId: claims.jti }) };
  }
  const first = await open('PV-2026-000101');
  await first.client.json('GET', `/api/v1/cases/${first.caseId}/exhibits`);
  const month = new Date(clock.nowMs()).toISOString().slice(0, 7);

  aheadMs = 100 * 86_400_000;
  const list = demoRevocationList(clock.nowMs(), 2);
  await door.json('POST', '/api/v1/acts', {
    act: await signClaims(list as never, 'differe-revocation-list+jwt', installation.magistrateKey),
  });
  const { caseId, client } = await open('PV-2026-000102');
  await client.upload(file, 'SHORT');
  const begin = async () =>
    client.json<JobBody>('POST', `/api/v1/cases/${caseId}/jobs`, {
      exhibitId: await exhibitIdOf(client, caseId, 'SHORT'),
    });
  await expect(begin()).rejects.toMatchObject({ code: 'E_CTL_REVIEW' });

  const drawing = sampler(month);
  await readVerified(path.join(installation.dataDir, 'log'), {}, drawing.add);
  const { seed, sessions } = drawing.draw();
  expect(sessions).toHaveLength(1);
  const review = {
    ver: 1,
    env: 'test',
    iss: 'chef-demo',
    aud: DEMO.installation,
    jti: randomUUID(),
    iat: Math.floor(clock.nowMs() / 1000),
    month,
    seed,
    act_ref: 'REVUE-1',
    sessions: sessions.map(({ records: _records, ...session }) => ({ ...session, finding: 'in_order' })),
  };
  await door.json('POST', '/api/v1/acts', {
    act: await signClaims(review as never, 'differe-self-control+jwt', installation.chiefKey),
  });
  expect(await begin()).toMatchObject({ state: expect.stringMatching(/queued|running/) });
}, 120_000);
