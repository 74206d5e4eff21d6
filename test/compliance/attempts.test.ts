import { describe, expect, it } from 'vitest';
import {
  exhibitIdOf,
  exhibitOf,
  jobEnd,
  journalText,
  register,
  sceneFile,
  startLine,
  tokensFor,
} from '../support/line.ts';

const answers: unknown[] = [];

/** Places of a JSON value where a number stands in a list. */
function listsOfNumbers(value: unknown, at = ''): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.entries(value).flatMap(([name, item]) => listsOfNumbers(item, `${at}/${name}`));
  return Array.isArray(value) && value.some((item) => typeof item === 'number') ? [at, ...inner] : inner;
}

describe('who asks for what must not be', () => {
  it('FACE-16: an attempt is refused, stands in the journal with its service, is counted, and is told to who runs the gateway', async () => {
    await using line = await startLine();
    const file = await sceneFile(line.folder, 'crossing');
    const { client, caseId } = await register(
      line,
      await tokensFor(line, [await exhibitOf(file, 'S1', line.captureStartMs, 30)]),
    );
    const ready = async () =>
      (await (await fetch(`${line.gateway.metricsUrl}/readyz`)).json()) as { warnings: string[] };
    expect((await ready()).warnings.join()).not.toContain('attempts');
    const question = { version: 1, image: 'data:image/png;base64,AAAA' };
    await expect(client.json('POST', `/api/v1/cases/${caseId}/questions`, question)).rejects.toMatchObject({
      code: 'E_FACE_QUERY_IMAGE',
      status: 403,
    });
    const metrics = await (await fetch(`${line.gateway.metricsUrl}/metrics`)).text();
    expect(metrics).toMatch(/^differe_refusals_total\{code="E_FACE_QUERY_IMAGE"\} 1$/m);
    expect((await ready()).warnings.join()).toContain('attempts: 1 requests');
    const journal = await journalText(line);
    const at = journal.indexOf('"code":"E_FACE_QUERY_IMAGE"');
    expect(at).toBeGreaterThan(0);
    const record = journal.slice(journal.lastIndexOf('{"action"', at), at);
    expect(record).toContain('"id":"agent-demo-1"');
    expect(record).toContain('"service":"DEMO-75"');
    expect(journal).not.toContain('AAAA');

    // The same installation, doing what it is for.
    await client.upload(file, 'S1');
    const { id } = await client.json<{ id: string }>('POST', `/api/v1/cases/${caseId}/jobs`, {
      exhibitId: await exhibitIdOf(client, caseId, 'S1'),
    });
    expect((await jobEnd(client, caseId, id)).state).toBe('done');
    answers.push(JSON.parse(await client.text(`/api/v1/cases/${caseId}/jobs/${id}/result`)));
    answers.push(await client.json('POST', `/api/v1/cases/${caseId}/questions`, { version: 1, classes: ['person'] }));
  });

  it('FACE-11: what it then finds and answers holds no list of numbers anywhere', () => {
    expect(answers).toHaveLength(2);
    expect(JSON.stringify(answers).length).toBeGreaterThan(2_000);
    expect(answers.flatMap((answer) => listsOfNumbers(answer))).toEqual([]);
    expect(listsOfNumbers({ tracks: [{ print: [0.1, 0.2] }] })).toEqual(['/tracks/0/print']);
  });
});
