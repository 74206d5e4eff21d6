import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { untilFolded } from '../../gateway/audit/reader.ts';
import { verifyLog } from '../../gateway/audit/verify.ts';
import { type Client, watchJob } from '../../gateway/client.ts';
import { verifyPackage } from '../../gateway/evidence/verify.ts';
import type { Answer, Hit } from '../../gateway/search/types.ts';
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

// The product's story on a rendered scene: requisition, deposit, analysis, question, review, export, verification.

describe('from a requisition to a verified package', () => {
  let line: Line;
  let client: Client;
  let caseId: string;
  let exhibitId: string;
  let job: JobBody;

  beforeAll(async () => {
    line = await startLine();
    const file = await sceneFile(line.folder, 'street');
    const exhibit = await exhibitOf(file, 'SCELLE-1', line.captureStartMs, 30);
    ({ client, caseId } = await register(line, await tokensFor(line, [exhibit])));
    await client.upload(file, 'SCELLE-1');
    exhibitId = await exhibitIdOf(client, caseId, 'SCELLE-1');
    const started = await client.json<JobBody>('POST', `/api/v1/cases/${caseId}/jobs`, { exhibitId });
    job = await jobEnd(client, caseId, started.id);
  });
  afterAll(async () => {
    await line[Symbol.asyncDispose]();
  });

  const ask = (question: object): Promise<Answer> =>
    client.json<Answer>('POST', `/api/v1/cases/${caseId}/questions`, { version: 1, ...question });
  const at = (seconds: number): string => new Date(line.captureStartMs + seconds * 1000).toISOString();

  it('analyses the scene and finds its two cars and two persons, each once', async () => {
    expect(job.state).toBe('done');
    const everything = await ask({ classes: ['person', 'car'] });
    expect(everything.hits.map((hit) => hit.class).sort()).toEqual(['car', 'car', 'person', 'person']);
  });

  it('DEF-09: progress is a stream of states and media time that ends with the job, and holds nothing of what was seen', async () => {
    const again = await client.json<JobBody>('POST', `/api/v1/cases/${caseId}/jobs`, { exhibitId });
    const lines = await Array.fromAsync(watchJob<JobBody>(client, caseId, again.id));
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.at(-1)).toMatchObject({ id: again.id, state: 'done', digest: job.digest });
    const running = lines.filter(({ state }) => state === 'running');
    expect(running.length).toBeGreaterThan(0);
    for (const line of running)
      expect(['exhibitId', 'id', 'reachedSeconds', 'remainingSeconds', 'secondsDone', 'startedAt', 'state']).toEqual(
        expect.arrayContaining(Object.keys(line)),
      );
    const times = lines.map(({ secondsDone }) => secondsDone);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  it('RGT-04: what the closing report says is enough to run the analysis again: the same digest of the same exhibit', async () => {
    const text = await client.text(`/api/v1/cases/${caseId}/jobs/${job.id}/result`);
    expect(createHash('sha256').update(text).digest('hex')).toBe(job.digest);
    const again = await client.json<JobBody>('POST', `/api/v1/cases/${caseId}/jobs`, { exhibitId });
    const second = await jobEnd(client, caseId, again.id);
    expect(second.id).not.toBe(job.id);
    expect(second.digest).toBe(job.digest);
    const report = await client.json<{
      analyses: {
        exhibitSha256: string;
        resultSha256: string;
        made: { plan: object; models: { sha256: string }[]; build: object };
      }[];
    }>('GET', `/api/v1/cases/${caseId}/documents/closing-report`);
    const [first, other] = report.analyses.filter(({ resultSha256 }) => resultSha256 === job.digest);
    expect(first?.resultSha256).toBe(job.digest);
    expect(first?.made).toEqual(other?.made);
    expect(first?.exhibitSha256).toBe(other?.exhibitSha256);
    expect(first?.made.models.length).toBeGreaterThan(0);
  });

  it('answers "a red car in this span of time in this zone" with the red car alone, and says why', async () => {
    const road = [
      { x: 0.3, y: 0.5 },
      { x: 0.7, y: 0.5 },
      { x: 0.7, y: 0.8 },
      { x: 0.3, y: 0.8 },
    ];
    const answer = await ask({
      classes: ['car'],
      colours: [{ colour: 'red' }],
      time: { from: at(0), to: at(13) },
      zone: road,
    });
    expect(answer.total).toBe(1);
    expect(answer.hits[0]?.class).toBe('car');
    expect(answer.hits[0]?.reasons.map((reason) => reason.facet)).toEqual(
      expect.arrayContaining(['class', 'colour', 'time', 'zone']),
    );
    expect(
      (await ask({ classes: ['car'], colours: [{ colour: 'red' }], time: { from: at(16), to: at(23) } })).total,
    ).toBe(0);
  });

  it('says what was analysed with every answer, also when nothing is found', async () => {
    const answer = await ask({ classes: ['bus'] });
    expect(answer.total).toBe(0);
    const [covered] = answer.coverage.exhibits;
    const parts = Object.values(covered?.coverage ?? {}).reduce((sum, seconds) => sum + seconds, 0);
    expect(parts).toBeCloseTo(covered?.durationSeconds ?? Number.NaN, 4);
  });

  it('HUM-01: refuses to export a hit that nobody looked at and confirmed', async () => {
    const [hit] = (await ask({ classes: ['car'] })).hits;
    await expect(client.json('POST', `/api/v1/cases/${caseId}/exports`, { hits: [hit?.id] })).rejects.toMatchObject({
      code: 'E_HUM_UNVALIDATED',
    });
    await expect(
      client.json('PUT', `/api/v1/cases/${caseId}/hits/${hit?.id}/verdict`, { verdict: 'confirmed' }),
    ).rejects.toMatchObject({ code: 'E_HUM_UNVALIDATED' });
  });

  it('SEC-02, SEC-08: exports reviewed hits as a package that verifies offline, and a changed byte does not', async () => {
    const hits: readonly Hit[] = (await ask({ classes: ['person', 'car'] })).hits;
    for (const hit of hits) {
      const still = await client.bytes(`/api/v1/cases/${caseId}/hits/${hit.id}/still?size=full`);
      expect(still.subarray(0, 2).toString('hex')).toBe('ffd8');
      await client.json('PUT', `/api/v1/cases/${caseId}/hits/${hit.id}/verdict`, { verdict: 'confirmed' });
    }
    const folder = path.join(line.folder, 'package');
    const { id } = await client.json<{ id: string }>('POST', `/api/v1/cases/${caseId}/exports`, {
      hits: hits.map((hit) => hit.id),
    });
    let state: { state: string; files?: { path: string }[] } = { state: 'building' };
    for (const until = Date.now() + 60_000; state.state === 'building' && Date.now() < until; ) {
      state = await client.json('GET', `/api/v1/cases/${caseId}/exports/${id}`);
    }
    expect(state.state).toBe('done');
    for (const file of state.files ?? []) {
      await mkdir(path.dirname(path.join(folder, file.path)), { recursive: true });
      await writeFile(
        path.join(folder, file.path),
        await client.bytes(`/api/v1/cases/${caseId}/exports/${id}/files/${file.path}`),
      );
    }
    expect(await verifyPackage(folder)).toMatchObject({ verified: true, findings: [] });
    const result = path.join(folder, 'street.result.json');
    expect(
      createHash('sha256')
        .update(await readFile(result))
        .digest('hex'),
    ).toBe(job.digest);
    expect((await readdir(path.join(folder, 'clips'))).filter((name) => name.endsWith('.mp4'))).toHaveLength(
      hits.length,
    );
    const changed = await readFile(result);
    changed[changed.length >> 1] = (changed[changed.length >> 1] ?? 0) ^ 1;
    await writeFile(result, changed);
    expect((await verifyPackage(folder)).verified).toBe(false);
  });

  it('LOG-08: no metric label holds a case number, an agent, a file name or a label value', async () => {
    const text = await (await fetch(`${line.gateway.metricsUrl}/metrics`)).text();
    expect(text).toContain('differe_jobs_total{state="done"}');
    expect(text).toContain('differe_media_seconds_total{mode="analysed"}');
    // Names of models come from the installation's cards, not from a case.
    const labels = [...text.matchAll(/(?<!model)="([^"]*)"/g)].map((match) => match[1]);
    for (const word of [caseId, exhibitId, 'PV-2026', 'agent-demo', 'street', 'SCELLE']) {
      expect(labels.filter((label) => label?.includes(word))).toEqual([]);
    }
    for (const word of ['person', 'car', 'red', 'blue']) expect(labels).not.toContain(word);
  });

  it('LOG-01, LOG-03: the log verifies, holds every kind of act of the case, and nothing of what was seen', async () => {
    const copy = path.join(line.folder, 'log-copy');
    await untilFolded(path.join(line.installation.dataDir, 'log'));
    await cp(path.join(line.installation.dataDir, 'log'), copy, { recursive: true });
    const verdict = await verifyLog(copy);
    expect(verdict.ok).toBe(true);
    const journal = await journalText(line);
    for (const action of [
      'gateway.start',
      'requisition.register',
      'exhibit.upload',
      'exhibit.seal',
      'exhibit.read',
      'job.start',
      'job.step',
      'job.end',
      'result.read',
      'search.ask',
      'hit.picture',
      'hit.review',
      'evidence.export',
      'evidence.read',
    ]) {
      expect(journal, action).toContain(`"action":"${action}"`);
    }
    for (const word of ['street', 'SCELLE', 'red', 'person', 'Voie publique', 'Vol commis'])
      expect(journal).not.toMatch(new RegExp(`"[^"]*\\b${word}\\b`));
  });

  it('RET-06: leaves no plaintext of the exhibit once the work is done', async () => {
    await line.gateway.stop();
    expect(await readdir(path.join(line.installation.dataDir, 'scratch'))).toEqual([]);
    await line.restart();
  });
});
