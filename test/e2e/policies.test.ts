import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, GatewayError } from '../../gateway/client.ts';
import { startGatewayProcess } from '../../gateway/demo/installation.ts';
import { DEMO } from '../../gateway/demo/requisition.ts';
import { POLICIES_TYP } from '../../gateway/policy/bundle.ts';
import { signBundle } from '../../gateway/policy/bundle-sign.ts';
import { signClaims } from '../../gateway/trust/sign.ts';
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

// A real gateway under rules of its installation.

describe('an installation with rules of its own', () => {
  let line: Line;
  let tokens: Tokens;
  let client: Client;
  let caseId: string;

  const codeOf = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'OK',
      (error: unknown) => (error instanceof GatewayError ? error.code : String(error)),
    );
  const office = (iss: string) => ({
    iss,
    env: 'test' as const,
    audience: DEMO.installation,
    nowSeconds: Math.floor(Date.now() / 1000),
  });
  async function bundleFile(bundle: object): Promise<string> {
    const draft = JSON.stringify({ bundle, signatures: [] });
    const once = await signBundle(draft, line.installation.controllerKey, office('responsable-demo'));
    const file = path.join(line.folder, 'policies.json');
    await writeFile(file, await signBundle(once, line.installation.dpoKey, office('dpo-demo')));
    return file;
  }
  async function restartUnder(bundle: object): Promise<void> {
    const environment = { DIFFERE_POLICIES: await bundleFile(bundle) };
    await line.gateway.stop();
    line.gateway = await startGatewayProcess(line.installation, { environment });
    client = clientOf(line, tokens.requisitionId);
  }
  const ask = (question: object) =>
    codeOf(client.json('POST', `/api/v1/cases/${caseId}/questions`, { version: 1, ...question }));

  beforeAll(async () => {
    line = await startLine();
    const file = await sceneFile(line.folder, 'crossing');
    tokens = await tokensFor(line, [await exhibitOf(file, 'SCELLE-1', line.captureStartMs, 30)]);
    ({ client, caseId } = await register(line, tokens));
    await client.upload(file, 'SCELLE-1');
    const exhibitId = await exhibitIdOf(client, caseId, 'SCELLE-1');
    const job = await client.json<JobBody>('POST', `/api/v1/cases/${caseId}/jobs`, { exhibitId });
    await jobEnd(client, caseId, job.id);
  });
  afterAll(async () => {
    await line[Symbol.asyncDispose]();
  });

  it('PRO-04: a broad question answers, and says that it is broad', async () => {
    const answer = await client.json<{ broad: boolean }>('POST', `/api/v1/cases/${caseId}/questions`, {
      version: 1,
      classes: ['person'],
    });
    expect(answer.broad).toBe(true);
  });

  it('POL-01: what loosens is signed by nobody, and where it is signed all the same there is no start', async () => {
    await expect(bundleFile({ version: 1, values: { deferral_floor_s: 60 } })).rejects.toMatchObject({
      code: 'E_POL_LOOSENED',
    });
    // Its database is one process's at a time.
    await line.gateway.stop();
    const startUnder = async (text: string) => {
      const file = path.join(line.folder, 'refused.json');
      await writeFile(file, text);
      return startGatewayProcess(line.installation, { environment: { DIFFERE_POLICIES: file } });
    };
    const bundle = { version: 1, values: { deferral_floor_s: 60 } };
    const { controllerKey, dpoKey } = line.installation;
    const by = (key: typeof controllerKey, iss: string) =>
      signClaims(
        { ver: 1, env: 'test', iss, aud: DEMO.installation, jti: randomUUID(), iat: 1, bundle },
        POLICIES_TYP,
        key,
      );
    const signatures = [await by(controllerKey, 'responsable-demo'), await by(dpoKey, 'dpo-demo')];
    await expect(startUnder(JSON.stringify({ bundle, signatures }))).rejects.toThrow(
      /E_POL_LOOSENED.*deferral_floor_s/s,
    );
    await expect(startUnder(JSON.stringify({ bundle: { version: 1 }, signatures: [] }))).rejects.toThrow(
      /E_CONFIG.*one signature of responsable and one of dpo/s,
    );
  });

  it('POL-01, PRO-04: under its rules a broad question is refused, the quota is lower, and a ban of its own holds', async () => {
    await restartUnder({
      version: 1,
      values: { refuse_broad_questions: true, max_queries: 2 },
      forbid: [
        {
          id: 'no-line-crossing',
          ground: 'Note de service',
          cedar:
            '@code("E_REQ_OP") forbid (principal, action, resource) when { context.needs.contains("search.colour") };',
        },
      ],
    });
    expect(await ask({ classes: ['person'] })).toBe('E_PRO_BROAD');
    expect(await ask({ classes: ['car'], colours: [{ colour: 'red' }] })).toBe('E_REQ_OP');
    const time = {
      from: new Date(line.captureStartMs).toISOString(),
      to: new Date(line.captureStartMs + 20_000).toISOString(),
    };
    expect(await ask({ classes: ['person'], time })).toBe('OK');
    expect(await ask({ classes: ['car'], time })).toBe('E_PRO_QUOTA');
  });

  it('POL-01: a higher deferral floor keeps yesterday’s footage out', async () => {
    await restartUnder({ version: 1, values: { deferral_floor_s: 7 * 86_400 } });
    const file = await sceneFile(line.folder, 'street');
    const second = await tokensFor(line, [await exhibitOf(file, 'SCELLE-9', line.captureStartMs, 30)]);
    const { client: other } = await register(line, second);
    expect(await codeOf(other.upload(file, 'SCELLE-9'))).toBe('E_DEF_TOO_SOON');
  });
});
