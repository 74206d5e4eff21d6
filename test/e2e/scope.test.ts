import { readdir, rename } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../../gateway/client.ts';
import type { DemoExhibit } from '../../gateway/demo/requisition.ts';
import { demoAuthorisation, demoSchedule } from '../../gateway/demo/requisition.ts';
import { authorise, schedule } from '../../gateway/requisition/issue.ts';
import type { Answer } from '../../gateway/search/types.ts';
import {
  exhibitIdOf,
  exhibitOf,
  type JobBody,
  jobEnd,
  journalText,
  type Line,
  register,
  sceneFile,
  startLine,
  tokensFor,
} from '../support/line.ts';

// One case, several requisitions: each reaches what its own schedule and facets name, whatever another one left open.

describe('two requisitions of one case', () => {
  let line: Line;
  let caseId: string;
  const files: Record<'P1' | 'P2', string> = { P1: '', P2: '' };
  const exhibits: DemoExhibit[] = [];
  let first: Client;
  let second: Client;
  let firstJob: string;
  let secondJob: string;

  beforeAll(async () => {
    line = await startLine();
    files.P1 = await sceneFile(line.folder, 'street');
    files.P2 = await sceneFile(line.folder, 'crossing');
    exhibits.push(
      await exhibitOf(files.P1, 'P1', line.captureStartMs, 30),
      await exhibitOf(files.P2, 'P2', line.captureStartMs, 30),
    );
    const now = Date.now();
    const claims = demoAuthorisation(now);
    const authorisation = await authorise(claims, line.installation.magistrateKey);
    const open = async (exhibit: DemoExhibit | undefined) => {
      if (exhibit === undefined) throw new Error('no exhibit');
      const listed = demoSchedule(now, claims, line.installation.agentThumbprint, [exhibit]);
      const tokens = {
        authorisation,
        schedule: await schedule(listed, line.installation.officerKey),
        requisitionId: listed.jti,
      };
      return await register(line, tokens);
    };
    ({ client: first, caseId } = await open(exhibits[0]));
    const opened = await open(exhibits[1]);
    expect(opened.caseId).toBe(caseId);
    second = opened.client;
    await first.upload(files.P1, 'P1');
    await second.upload(files.P2, 'P2');
    firstJob = await analyse(first, 'P1');
    secondJob = await analyse(second, 'P2');
  });
  afterAll(async () => {
    await line?.[Symbol.asyncDispose]();
  });

  async function analyse(client: Client, piece: string): Promise<string> {
    const { id } = await client.json<JobBody>('POST', `/api/v1/cases/${caseId}/jobs`, {
      exhibitId: await exhibitIdOf(client, caseId, piece),
    });
    expect((await jobEnd(client, caseId, id)).state).toBe('done');
    return id;
  }

  it("REQ-07, SEC-05: neither reads the other's results, also while a working copy of them is warm", async () => {
    for (const kind of ['result', 'mot']) {
      expect((await second.text(`/api/v1/cases/${caseId}/jobs/${secondJob}/${kind}`)).length).toBeGreaterThan(100);
      await expect(first.text(`/api/v1/cases/${caseId}/jobs/${secondJob}/${kind}`)).rejects.toMatchObject({
        code: 'E_REQ_SCOPE',
      });
      await expect(second.text(`/api/v1/cases/${caseId}/jobs/${firstJob}/${kind}`)).rejects.toMatchObject({
        code: 'E_REQ_SCOPE',
      });
    }
    const exhibitId = await exhibitIdOf(second, caseId, 'P2');
    await expect(first.json('POST', `/api/v1/cases/${caseId}/jobs`, { exhibitId })).rejects.toMatchObject({
      code: 'E_REQ_SCOPE',
    });
  });

  it('REQ-07: a package holds the results of its own requisition alone', async () => {
    const { id } = await first.json<{ id: string }>('POST', `/api/v1/cases/${caseId}/exports`, { hits: [] });
    let state: { state: string; files?: { path: string }[] } = { state: 'building' };
    for (const until = Date.now() + 60_000; state.state === 'building' && Date.now() < until; ) {
      state = await first.json('GET', `/api/v1/cases/${caseId}/exports/${id}`);
    }
    expect(state.state).toBe('done');
    const paths = state.files?.map((file) => file.path);
    expect(paths).toContain('street.result.json');
    expect(paths).not.toContain('crossing.result.json');
  });

  it('FACE-08: facets bound the result, and a wider requisition is told what was not looked for', async () => {
    const narrow = await tokensFor(line, exhibits.slice(0, 1), {
      authorisation: { sub: 'PV-2026-000311', facets: { classes: ['car'], colours: ['red'] } },
    });
    const opened = await register(line, narrow);
    await opened.client.upload(files.P1, 'P1');
    const base = `/api/v1/cases/${opened.caseId}`;
    const exhibitId = await exhibitIdOf(opened.client, opened.caseId, 'P1');
    const { id } = await opened.client.json<JobBody>('POST', `${base}/jobs`, { exhibitId });
    expect((await jobEnd(opened.client, opened.caseId, id)).state).toBe('done');
    const result = JSON.parse(await opened.client.text(`${base}/jobs/${id}/result`)) as {
      plan: { classes: string[] };
      tracks: { class: string; colours: { colour: string }[] }[];
    };
    expect(result.plan.classes).toEqual(['car']);
    expect(new Set(result.tracks.map((track) => track.class))).toEqual(new Set(['car']));
    expect(new Set(result.tracks.flatMap((track) => track.colours.map(({ colour }) => colour)))).toEqual(
      new Set(['red']),
    );
    await expect(
      opened.client.json('POST', `${base}/questions`, { version: 1, classes: ['person'] }),
    ).rejects.toMatchObject({ code: 'E_REQ_SCOPE' });

    const wide = await register(
      line,
      await tokensFor(line, exhibits.slice(0, 1), { authorisation: { sub: 'PV-2026-000311' } }),
    );
    expect(wide.caseId).toBe(opened.caseId);
    const answer = await wide.client.json<Answer>('POST', `${base}/questions`, { version: 1, classes: ['person'] });
    expect(answer.total).toBe(0);
    expect(answer.coverage.exhibits).toEqual([]);
    expect(answer.coverage.notAnalysed.map(({ state }) => state)).toEqual(['narrower']);
  });

  it('PRO-03: the hours of the authorisation bound what is analysed', async () => {
    const tokens = await tokensFor(line, exhibits.slice(0, 1), {
      authorisation: { sub: 'PV-2026-000312', limits: { max_hours: 0.001, max_queries: 10, max_exports: 10 } },
    });
    const opened = await register(line, tokens);
    await opened.client.upload(files.P1, 'P1');
    const exhibitId = await exhibitIdOf(opened.client, opened.caseId, 'P1');
    await expect(
      opened.client.json('POST', `/api/v1/cases/${opened.caseId}/jobs`, { exhibitId }),
    ).rejects.toMatchObject({ code: 'E_PRO_QUOTA' });
  });

  it('a job that is cancelled at once stays cancelled, and its events name it', async () => {
    const exhibitId = await exhibitIdOf(first, caseId, 'P1');
    const { id } = await first.json<JobBody>('POST', `/api/v1/cases/${caseId}/jobs`, { exhibitId });
    await first.json('DELETE', `/api/v1/cases/${caseId}/jobs/${id}`);
    expect(await jobEnd(first, caseId, id)).toMatchObject({ state: 'cancelled', failureCode: 'E_JOB_CANCELLED' });
    const again = await analyse(first, 'P1');
    expect(await first.json<JobBody>('GET', `/api/v1/cases/${caseId}/jobs/${id}`)).toMatchObject({
      state: 'cancelled',
    });
    expect(again).not.toBe(id);
  });

  it('LOG-02, SEC-07: every act that changes something names what it changes, who did it and when', async () => {
    const events = [...(await journalText(line)).matchAll(/\{"action":"[^\n]*?"time":"[^"]*"\}/g)].map(
      ([text]) =>
        JSON.parse(text) as {
          action: string;
          objects: unknown[];
          actor: { id: string; service: string };
          time: string;
        },
    );
    const acts = events.filter(({ action }) =>
      ['job.start', 'job.cancel', 'exhibit.upload', 'exhibit.seal', 'hit.review'].includes(action),
    );
    expect(acts.length).toBeGreaterThan(8);
    expect(acts.filter(({ objects }) => objects.length === 0)).toEqual([]);
    for (const { action, actor, time } of acts) {
      expect(actor.id, action).toMatch(/^(agent-demo-1|gateway)$/);
      expect(Date.now() - Date.parse(time), action).toBeLessThan(600_000);
    }
    const brought = acts.filter(({ action }) => action === 'exhibit.upload');
    expect(new Set(brought.map(({ actor }) => `${actor.id} ${actor.service}`))).toEqual(
      new Set(['agent-demo-1 DEMO-75']),
    );
  });

  it('a close that fails once is tried again and the job ends', async () => {
    const vault = path.join(line.installation.dataDir, 'vault', caseId);
    const before = new Set(await readdir(vault));
    const exhibitId = await exhibitIdOf(second, caseId, 'P2');
    const { id } = await second.json<JobBody>('POST', `/api/v1/cases/${caseId}/jobs`, { exhibitId });
    // The segment's sealed result vanishes as soon as it appears, and comes back after the first close has failed.
    let name: string | undefined;
    while (name === undefined) name = (await readdir(vault)).find((each) => !before.has(each));
    await rename(path.join(vault, name), path.join(line.folder, 'taken'));
    await new Promise((resolve) => setTimeout(resolve, 400));
    await rename(path.join(line.folder, 'taken'), path.join(vault, name));
    expect((await jobEnd(second, caseId, id)).state).toBe('done');
  });
});
