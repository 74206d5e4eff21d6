import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../../gateway/client.ts';
import { verifyPackage } from '../../gateway/evidence/verify.ts';
import { startPostgres } from '../../gateway/postgres.ts';
import { verifyRectification } from '../../gateway/retention/rectification-certificate.ts';
import type { Answer, Hit } from '../../gateway/search/types.ts';
import { present, signed } from '../retention/acts.ts';
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

// What a person asked for and a magistrate ordered, on a real installation: from the label of the analysis to what a package says after.

describe('a rectification', () => {
  let line: Line;
  let client: Client;
  let caseId: string;
  let jobId: string;
  let requisitionId: string;
  let hits: readonly Hit[];

  const find = async (classes: readonly string[]) =>
    (await client.json<Answer>('POST', `/api/v1/cases/${caseId}/questions`, { version: 1, classes })).hits;
  const order = async (corrections: readonly object[]) => {
    const said = { kind: 'rectify', basis: 'private_request', ordered_at: new Date().toISOString(), corrections };
    return await present(line, await signed(line, 'differe-order+jwt', said));
  };
  async function confirm(hit: Hit): Promise<void> {
    const at = `/api/v1/cases/${caseId}/hits/${hit.id}`;
    await client.bytes(`${at}/still`);
    await client.json('PUT', `${at}/verdict`, { verdict: 'confirmed' });
  }
  /** Exports these hits, fetches every file and gives the folder. */
  async function exported(ids: readonly string[]) {
    const at = `/api/v1/cases/${caseId}/exports`;
    interface View {
      readonly id: string;
      readonly state: string;
      readonly files?: readonly { readonly path: string }[];
    }
    let view = await client.json<View>('POST', at, { hits: ids });
    for (const until = Date.now() + 120_000; view.state === 'building' && Date.now() < until; ) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      view = await client.json<View>('GET', `${at}/${view.id}`);
    }
    expect(view.state).toBe('done');
    const folder = await mkdtemp(path.join(tmpdir(), 'differe-package-'));
    for (const { path: name } of view.files ?? []) {
      await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
      await writeFile(path.join(folder, name), await client.bytes(`${at}/${view.id}/files/${name}`));
    }
    const document = async (name: string) => JSON.parse(await readFile(path.join(folder, name), 'utf8'));
    return { id: view.id, folder, document, names: (view.files ?? []).map(({ path: name }) => name) };
  }

  /** Rows of what readers wrote, by table: what is shown no more could still lie there. */
  async function rowsBeside(): Promise<Record<string, number>> {
    const server = await startPostgres(path.join(line.installation.dataDir, 'postgres'));
    const client = new pg.Client({ connectionString: server.urlOf('differe') });
    await client.connect();
    const counts: Record<string, number> = {};
    for (const table of ['notes', 'note_wordings', 'bookmarks', 'export_list'])
      counts[table] = Number((await client.query(`SELECT count(*) AS n FROM ${table}`)).rows[0].n);
    await client.end();
    await server.stop();
    return counts;
  }

  beforeAll(async () => {
    line = await startLine();
    const file = await sceneFile(line.folder, 'street');
    const tokens = await tokensFor(line, [await exhibitOf(file, 'SCELLE-1', line.captureStartMs, 30)]);
    requisitionId = tokens.requisitionId;
    ({ client, caseId } = await register(line, tokens));
    await client.upload(file, 'SCELLE-1');
    const exhibitId = await exhibitIdOf(client, caseId, 'SCELLE-1');
    const job = await client.json<JobBody>('POST', `/api/v1/cases/${caseId}/jobs`, { exhibitId });
    jobId = (await jobEnd(client, caseId, job.id)).id;
    hits = [...(await find(['car'])), ...(await find(['person']))];
  }, 240_000);
  afterAll(async () => line?.[Symbol.asyncDispose]());

  it('RGT-03, CTL-01: a label that an order changed is what questions find and packages say, named beside what the analysis had said', async () => {
    const car = hits.find((hit) => hit.class === 'car');
    const person = hits.find((hit) => hit.class === 'person');
    if (car === undefined || person === undefined) throw new Error('the scene has a car and a person');
    const before = await client.bytes(`/api/v1/cases/${caseId}/jobs/${jobId}/result`);
    const act = await order([
      { hit: car.id, class: 'van' },
      { hit: person.id, person_category: 'temoin' },
    ]);
    expect((await find(['car'])).map(({ track }) => track)).not.toContain(car.track);
    const van = (await find(['van'])).find(({ track }) => track === car.track);
    expect(van?.rectified).toMatchObject({ order: act, analysedAs: 'car' });
    // The sealed result is as it was, to the byte.
    expect(Buffer.compare(await client.bytes(`/api/v1/cases/${caseId}/jobs/${jobId}/result`), before)).toBe(0);

    const { orders } = await client.json<{ orders: { id: string; doneAt?: string; certificate?: string }[] }>(
      'GET',
      `/api/v1/cases/${caseId}/retention`,
    );
    expect(orders).toMatchObject([{ id: act, byTool: true, doneAt: expect.any(String) }]);
    expect(await verifyRectification(orders[0]?.certificate ?? '')).toMatchObject({ act, case: caseId });
    await expect(client.json('POST', `/api/v1/cases/${caseId}/orders/${act}/done`)).rejects.toMatchObject({
      status: 404,
    });

    if (van === undefined) throw new Error('no van');
    for (const hit of [van, person]) await confirm(hit);
    const { folder, document } = await exported([van.id, person.id]);
    const listed = (await document('hits.json')) as {
      hits: { class: string; personCategory: string | null; rectified?: object }[];
    };
    expect(listed.hits).toMatchObject([
      { class: 'van', personCategory: null, rectified: { order: act, analysedAs: 'car' } },
      { class: 'person', personCategory: 'temoin', rectified: { order: act, personCategory: 'temoin' } },
    ]);
    expect(await document('rectifications.json')).toMatchObject({
      rectifications: [{ order: act, analysedAs: expect.any(String) }, { order: act }],
    });
    expect(await verifyPackage(folder)).toMatchObject({ verified: true, findings: [] });
    await rm(folder, { recursive: true });
  }, 240_000);

  it('RGT-03: what an order erased is found no more, leaves in no package, and packages that held it are gone', async () => {
    const person = hits.find((hit) => hit.class === 'person');
    if (person === undefined) throw new Error('no person');
    const held = await exported([]);
    // What readers wrote beside it goes with it, and what they wrote beside another hit stays.
    const at = `/api/v1/cases/${caseId}`;
    const other = hits.find((hit) => hit.class === 'car');
    if (other === undefined) throw new Error('no car');
    for (const hit of [person, other]) {
      await client.json('POST', `${at}/hits/${hit.id}/notes`, { text: 'sac à dos' });
      await client.json('POST', `${at}/bookmarks`, {
        ...{ exhibitId: hit.exhibitId, hitId: hit.id, atSeconds: hit.best.timeSeconds, label: 'au coin' },
      });
      await client.json('PUT', `${at}/export-list/${hit.id}`);
    }
    const beside = async () => ({
      notes: (await client.json<{ notes: { hitId: string }[] }>('GET', `${at}/notes`)).notes.map(({ hitId }) => hitId),
      bookmarks: (await client.json<{ bookmarks: { hit?: Hit }[] }>('GET', `${at}/bookmarks`)).bookmarks.map(
        ({ hit }) => hit?.id,
      ),
      list: (await client.json<{ hits: Hit[] }>('GET', `${at}/export-list`)).hits.map(({ id }) => id),
    });
    expect(await beside()).toEqual({
      notes: [other.id, person.id],
      bookmarks: [other.id, person.id],
      list: [person.id, other.id],
    });
    const act = await order([{ hit: person.id, erase: true }]);
    expect((await find(['person'])).map(({ track }) => track)).not.toContain(person.track);
    expect(await beside()).toEqual({ notes: [other.id], bookmarks: [other.id], list: [other.id] });
    for (const what of ['', '/still'])
      await expect(client.bytes(`/api/v1/cases/${caseId}/hits/${person.id}${what}`)).rejects.toMatchObject({
        code: 'E_PRO_SILO',
      });
    await expect(client.bytes(`/api/v1/cases/${caseId}/exports/${held.id}/files/exhibits.json`)).rejects.toMatchObject({
      code: 'E_PRO_SILO',
    });
    // It outlives a restart.
    await line.gateway.stop();
    expect(await rowsBeside()).toEqual({ notes: 1, note_wordings: 1, bookmarks: 1, export_list: 1 });
    await line.restart();
    client = clientOf(line, requisitionId);
    const after = await exported([]);
    const [name = ''] = after.names.filter((file) => file.endsWith('.result.json'));
    const { tracks } = (await after.document(name)) as { tracks: { points: object[]; class: string }[] };
    expect(tracks[person.track]).toMatchObject({ points: [], class: 'object' });
    const mot = await readFile(path.join(after.folder, name.replace('.result.json', '.mot.txt')), 'utf8');
    expect(mot.split('\n').some((entry) => entry.split(',')[1] === String(person.track + 1))).toBe(false);
    expect(await after.document('rectifications.json')).toMatchObject({
      rectifications: expect.arrayContaining([
        { exhibit: expect.any(String), track: person.track, order: act, at: expect.any(String), erased: true },
      ]),
    });
    expect(await verifyPackage(after.folder)).toMatchObject({ verified: true, findings: [] });
    await rm(after.folder, { recursive: true });
    await rm(held.folder, { recursive: true });
  }, 240_000);
});
