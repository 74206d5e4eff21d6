import { cp, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyLog } from '../../gateway/audit/verify.ts';
import type { Client } from '../../gateway/client.ts';
import { startGatewayProcess } from '../../gateway/demo/installation.ts';
import { verifyPackage } from '../../gateway/evidence/verify.ts';
import type { Answer } from '../../gateway/search/types.ts';
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
  tokensFor,
} from '../support/line.ts';
import { FAULT_WORD } from '../support/lost-writes.ts';

// A disk that is full or broken beneath the vault, at the 10th step of an analysis, then at the 20th, and so on to its last; then so for an
// export. Uploads: footage/kill.test.ts; the log: audit/faults.test.ts.

const STEPS = 10;

interface ExportView {
  readonly id: string;
  readonly state: string;
  readonly files?: readonly { readonly path: string }[];
}

describe('a gateway whose disk fails', () => {
  let line: Line;
  let client: Client;
  let caseId: string;
  let exhibitId: string;
  let requisitionId: string;
  let whole: JobBody;
  /** Codes of the faults since the gateway was started. */
  let faults: string[] = [];

  /** Starts the gateway anew on a disk that has its first fault still before it. */
  async function onFailingDisk(): Promise<void> {
    await line.gateway.stop();
    faults = [];
    const layer = path.join(import.meta.dirname, '../support/lost-writes.ts');
    line.gateway = await startGatewayProcess(line.installation, {
      environment: {
        NODE_OPTIONS: `--import ${layer}`,
        LOST_WRITES: JSON.stringify({ root: path.join(line.installation.dataDir, 'vault'), faultsFurtherBy: STEPS }),
      },
      onStderr: (text) => {
        if (text.startsWith(FAULT_WORD)) faults.push(text.slice(FAULT_WORD.length + 1));
      },
    });
    client = clientOf(line, requisitionId);
  }

  beforeAll(async () => {
    line = await startLine();
    const file = await sceneFile(line.folder, 'street');
    const tokens = await tokensFor(line, [await exhibitOf(file, 'SCELLE-1', line.captureStartMs, 30)]);
    requisitionId = tokens.requisitionId;
    ({ client, caseId } = await register(line, tokens));
    await client.upload(file, 'SCELLE-1');
    exhibitId = await exhibitIdOf(client, caseId, 'SCELLE-1');
    const job = await client.json<JobBody>('POST', `/api/v1/cases/${caseId}/jobs`, { exhibitId });
    whole = await jobEnd(client, caseId, job.id);
  }, 240_000);
  afterAll(async () => line?.[Symbol.asyncDispose]());

  it('SEC-10: an analysis that meets it at every tenth step is tried again, and ends with the digest of an undisturbed one', async () => {
    await onFailingDisk();
    const states: string[] = [];
    let before: number;
    do {
      before = faults.length;
      const { id } = await client.json<JobBody>('POST', `/api/v1/cases/${caseId}/jobs`, { exhibitId });
      const { state, digest, failureCode } = await jobEnd(client, caseId, id);
      states.push(state);
      if (state === 'done') expect(digest).toBe(whole.digest);
      else expect({ state, failureCode }).toEqual({ state: 'failed', failureCode: expect.stringMatching(/^E_/) });
    } while (faults.length > before);
    expect(states.at(-1)).toBe('done');
    expect(new Set(faults)).toEqual(new Set(['ENOSPC', 'EIO']));
  }, 240_000);

  it('SEC-08, SEC-10: an export that meets it at every tenth step is a failure and no package, and the one after the last is whole', async () => {
    const { hits } = await client.json<Answer>('POST', `/api/v1/cases/${caseId}/questions`, {
      ...{ version: 1, classes: ['car'] },
    });
    const hit = hits[0];
    if (hit === undefined) throw new Error('no car');
    await client.bytes(`/api/v1/cases/${caseId}/hits/${hit.id}/still`);
    await client.json('PUT', `/api/v1/cases/${caseId}/hits/${hit.id}/verdict`, { verdict: 'confirmed' });
    await onFailingDisk();
    const at = `/api/v1/cases/${caseId}/exports`;
    let view: ExportView;
    let before: number;
    do {
      before = faults.length;
      view = await client.json<ExportView>('POST', at, { hits: [hit.id] });
      while (view.state === 'building') {
        await delay(20);
        view = await client.json<ExportView>('GET', `${at}/${view.id}`);
      }
      // A package is whole, or none.
      expect(view.state).toBe(faults.length > before ? 'failed' : 'done');
      if (view.state === 'failed') expect(view.files ?? []).toEqual([]);
    } while (faults.length > before);
    expect(new Set(faults)).toEqual(new Set(['ENOSPC', 'EIO']));
    const folder = path.join(line.folder, 'package');
    for (const { path: name } of view.files ?? []) {
      await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
      await writeFile(path.join(folder, name), await client.bytes(`${at}/${view.id}/files/${name}`));
    }
    expect(await verifyPackage(folder)).toMatchObject({ verified: true, findings: [] });
  }, 240_000);

  it('LOG-04: the log of all this verifies', async () => {
    await line.gateway.stop();
    const copy = path.join(line.folder, 'log-copy');
    await cp(path.join(line.installation.dataDir, 'log'), copy, { recursive: true });
    expect((await verifyLog(copy)).ok).toBe(true);
  });
});
