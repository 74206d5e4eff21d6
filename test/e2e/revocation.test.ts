import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { actCommand } from '../../gateway/act-commands.ts';
import { presentAct } from '../../gateway/demo/habilitation.ts';
import { demoRevocationList } from '../../gateway/demo/requisition.ts';
import { requisitionCommand } from '../../gateway/requisition/commands.ts';
import { REVOCATION_LIST_TYP } from '../../gateway/requisition/revocation-list.ts';
import { signClaims } from '../../gateway/trust/sign.ts';
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
  tokensFor,
} from '../support/line.ts';

describe('a requisition that is revoked while its analysis runs', () => {
  let line: Line;
  beforeAll(async () => {
    line = await startLine();
  });
  afterAll(async () => {
    await line[Symbol.asyncDispose]();
  });

  it('REQ-13: the job stops without results, what was found before is in quarantine, the prosecutor’s decision is handed over from a terminal', async () => {
    const [long, short] = [await sceneFile(line.folder, 'long'), await sceneFile(line.folder, 'crossing')];
    const exhibits = [
      await exhibitOf(long, 'LONG', line.captureStartMs, 130),
      await exhibitOf(short, 'SHORT', line.captureStartMs, 30),
    ];
    const tokens = await tokensFor(line, exhibits);
    const { client, caseId } = await register(line, tokens);
    await client.upload(short, 'SHORT');
    await client.upload(long, 'LONG');
    const begin = async (piece: string) =>
      client.json<JobBody>('POST', `/api/v1/cases/${caseId}/jobs`, {
        exhibitId: await exhibitIdOf(client, caseId, piece),
      });
    const done = await jobEnd(client, caseId, (await begin('SHORT')).id);
    expect(done.state).toBe('done');
    const { hits } = await client.json<{ hits: { id: string }[] }>('POST', `/api/v1/cases/${caseId}/questions`, {
      version: 1,
      classes: ['person'],
    });
    expect(hits.length).toBeGreaterThan(0);
    // A second requisition of the same case, of which nothing is revoked.
    const other = await tokensFor(line, exhibits);
    const bystander = (await register(line, other)).client;
    expect(await bystander.text(`/api/v1/cases/${caseId}/jobs/${done.id}/result`)).toContain('tracks');

    // Under the act that stands so far: any frame, masked, and what was found around it.
    const ofExhibit = `/api/v1/cases/${caseId}/exhibits/${await exhibitIdOf(client, caseId, 'SHORT')}`;
    const pictures = ['frames/1', 'frames?fromSeconds=0&toSeconds=1', 'clip?fromSeconds=0&toSeconds=1'];
    const found = ['tracks?fromSeconds=0&toSeconds=10', 'activity'];
    expect((await client.bytes(`${ofExhibit}/frames/1`)).subarray(0, 2).toString('hex')).toBe('ffd8');
    expect(await bystander.json('GET', `${ofExhibit}/activity`)).toMatchObject({ bucketSeconds: 60 });

    const running = await begin('LONG');
    while ((await client.json<JobBody>('GET', `/api/v1/cases/${caseId}/jobs/${running.id}`)).state === 'queued');
    const decision = await signedOnTheTerminal(tokens.authorisation);
    const at = performance.now();
    expect(await onTerminal(actCommand, ['present', ...door(), decision])).toMatchObject({ exit: 0 });

    const ended = await jobEnd(bystander, caseId, running.id);
    expect(ended).toMatchObject({ state: 'cancelled', failureCode: 'E_REQ_REVOKED' });
    expect(performance.now() - at).toBeLessThan(60_000);
    expect(ended.digest).toBeUndefined();

    const revoked = { code: 'E_REQ_REVOKED', status: 403 };
    const routes = [
      `jobs/${done.id}`,
      `jobs/${done.id}/progress`,
      `jobs/${done.id}/result`,
      `hits/${hits[0]?.id}/still`,
      'exhibits',
    ];
    for (const route of routes) {
      await expect(client.text(`/api/v1/cases/${caseId}/${route}`), route).rejects.toMatchObject(revoked);
    }
    for (const [route, body] of [
      ['questions', { version: 1, classes: ['person'] }],
      ['exports', { hits: [hits[0]?.id] }],
    ] as const) {
      await expect(client.json('POST', `/api/v1/cases/${caseId}/${route}`, body), route).rejects.toMatchObject(revoked);
    }
    await expect(begin('SHORT')).rejects.toMatchObject(revoked);
    // Nor by the other requisition: what was found under a revoked act waits for the magistrate.
    await expect(bystander.text(`/api/v1/cases/${caseId}/jobs/${done.id}/result`)).rejects.toMatchObject(revoked);
    for (const route of [...pictures, ...found])
      await expect(bystander.text(`${ofExhibit}/${route}`), route).rejects.toMatchObject(revoked);
    const answer = await bystander.json<{ hits: unknown[] }>('POST', `/api/v1/cases/${caseId}/questions`, {
      version: 1,
      classes: ['person'],
    });
    expect(answer.hits).toEqual([]);

    const journal = await journalText(line);
    expect(journal).toContain('E_REQ_REVOKED');
    expect(journal).toContain('act.present');
  });

  it('REQ-13: a revocation outlives the restart, and a list that revokes one schedule leaves the other', async () => {
    const file = await sceneFile(line.folder, 'crossing');
    const exhibits = [await exhibitOf(file, 'SHORT', line.captureStartMs, 30)];
    const changes = { authorisation: { sub: 'PV-2026-000901' } };
    const [one, two] = [await tokensFor(line, exhibits, changes), await tokensFor(line, exhibits, changes)];
    const { caseId } = await register(line, one);
    await register(line, two);
    const list = demoRevocationList(Date.now(), 2, [
      { jti: one.requisitionId, at: Math.floor(Date.now() / 1000), reason_code: 'withdrawn' },
    ]);
    const { magistrateKey, agentKey } = line.installation;
    await presentAct(line.gateway.url, agentKey, await signClaims(list, REVOCATION_LIST_TYP, magistrateKey));
    await line.gateway.stop();
    await line.restart();
    const read = (id: string) => clientOf(line, id).json('GET', `/api/v1/cases/${caseId}/exhibits`);
    await expect(read(one.requisitionId)).rejects.toMatchObject({ code: 'E_REQ_REVOKED' });
    expect(await read(two.requisitionId)).toEqual({ exhibits: [] });
  });

  async function onTerminal(command: typeof actCommand, args: readonly string[]) {
    const said = { out: '', err: '' };
    const exit = await command(args, {
      out: (text) => {
        said.out += text;
      },
      err: (text) => {
        said.err += text;
      },
    });
    return { exit, ...said };
  }

  function door(): readonly string[] {
    return ['--url', line.gateway.url, '--agent', path.join(line.folder, 'carrier.json')];
  }

  /** The prosecutor's contrary decision against the authorisation, as his registry makes it; the path of the file. */
  async function signedOnTheTerminal(authorisation: string): Promise<string> {
    const file = (name: string): string => path.join(line.folder, name);
    const { magistrateKey, agentKey } = line.installation;
    await writeFile(file('carrier.json'), JSON.stringify(agentKey));
    await writeFile(
      file('parquet.json'),
      JSON.stringify({ ...magistrateKey, kty: 'OKP', crv: 'Ed25519', iss: 'parquet-demo', env: 'test' }),
    );
    await writeFile(file('authorisation.jws'), `${authorisation}\n`);
    const options = {
      '--key': file('parquet.json'),
      '--authorisation': file('authorisation.jws'),
      '--act-ref': 'CONTRAIRE-2026-1',
      '--act-sha256': 'd'.repeat(64),
      '--out': file('contrary.jws'),
    };
    const answer = await onTerminal(requisitionCommand, ['contrary', ...Object.entries(options).flat()]);
    expect(answer).toMatchObject({ exit: 0, err: '' });
    return file('contrary.jws');
  }
});
