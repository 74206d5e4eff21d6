import { randomUUID } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../../gateway/client.ts';
import { createClient } from '../../gateway/client.ts';
import { startGatewayProcess } from '../../gateway/demo/installation.ts';
import { replaceDecoder } from '../media/in-place.ts';
import {
  clientOf,
  exhibitIdOf,
  exhibitOf,
  journalText,
  type Line,
  register,
  sceneFile,
  startLine,
  tokensFor,
} from '../support/line.ts';

// What must be refused, with which code, and that nothing is stored and the refusal is in the log.

describe('what the gateway refuses', () => {
  let line: Line;
  let client: Client;
  let caseId: string;
  let scene: string;
  const made: Record<string, string> = {};

  beforeAll(async () => {
    line = await startLine();
    scene = await sceneFile(line.folder, 'crossing');
    const bytes = await readFile(scene);
    const hostile: Record<string, Buffer> = {
      'playlist.mp4': Buffer.from('#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:10,\nhttp://127.0.0.1:9/live.ts\n'),
      'concat.mp4': Buffer.from("ffconcat version 1.0\nfile '/etc/passwd'\n"),
      'words.mp4': Buffer.from('Ceci est un procès-verbal, pas une vidéo.\n'.repeat(40)),
      'address.mp4': Buffer.from('rtsp://192.0.2.1/stream1'),
      'short.mp4': bytes.subarray(0, Math.floor(bytes.length * 0.6)),
      'huge.avi': hugeAvi(),
    };
    for (const [name, content] of Object.entries(hostile)) {
      made[name] = path.join(line.folder, name);
      await writeFile(path.join(line.folder, name), content);
    }
    made['scene.mp4'] = scene;
    const exhibits = await Promise.all(
      Object.entries(made).map(([name, file]) => exhibitOf(file, name, line.captureStartMs, 20)),
    );
    ({ client, caseId } = await register(line, await tokensFor(line, exhibits)));
  });
  afterAll(async () => {
    await line[Symbol.asyncDispose]();
  });

  const stored = async (): Promise<readonly string[]> => readdir(path.join(line.installation.dataDir, 'vault', caseId));

  it.each([
    ['DEF-06', 'playlist.mp4', 'E_DEF_CONTAINER'],
    ['DEF-06', 'concat.mp4', 'E_DEF_CONTAINER'],
    ['DEF-01', 'words.mp4', 'E_DEF_CONTAINER'],
    ['DEF-05', 'address.mp4', 'E_DEF_CONTAINER'],
    ['DEF-07', 'short.mp4', 'E_DEF_UNSTABLE'],
    ['SEC-11', 'huge.avi', 'E_DEF_PICTURE'],
  ])('%s: refuses %s with %s, keeps no byte of it and writes it to the log', async (_id, name, code) => {
    const before = await stored();
    await expect(client.upload(made[name] ?? '', name)).rejects.toMatchObject({ code });
    expect(await stored()).toEqual(before);
    expect(await journalText(line)).toContain(`"code":"${code}"`);
    expect(await readdir(path.join(line.installation.dataDir, 'scratch'))).toEqual([]);
  });

  it('DEF-02: refuses bytes whose digest is not the one in the schedule', async () => {
    const changed = path.join(line.folder, 'changed.mp4');
    const bytes = await readFile(scene);
    bytes[bytes.length - 100] = (bytes[bytes.length - 100] ?? 0) ^ 1;
    await writeFile(changed, bytes);
    const before = await stored();
    await expect(client.upload(changed, 'scene.mp4')).rejects.toMatchObject({
      code: 'E_DEF_HASH_MISMATCH',
      status: 409,
    });
    expect(await stored()).toEqual(before);
  });

  it('DEF-02: refuses a piece that the schedule does not list', async () => {
    await expect(client.upload(scene, 'SCELLE-99')).rejects.toMatchObject({ code: 'E_REQ_SCOPE' });
  });

  it('DEF-05: refuses a live address where an exhibit id belongs', async () => {
    await expect(
      client.json('POST', `/api/v1/cases/${caseId}/jobs`, { exhibitId: 'rtsp://192.0.2.1/stream1' }),
    ).rejects.toMatchObject({ status: 400 });
  });

  it('DEF-03: refuses the footage of the last hour', async () => {
    const recent = await exhibitOf(scene, 'SCELLE-NOW', Date.now() - 30 * 60_000, 20);
    const tokens = await tokensFor(line, [recent], { authorisation: { sub: 'PV-2026-000099' } });
    const opened = await register(line, tokens);
    await expect(opened.client.upload(scene, 'SCELLE-NOW')).rejects.toMatchObject({
      code: 'E_DEF_TOO_SOON',
      status: 425,
    });
  });

  it('REQ-10: refuses a requisition that has expired', async () => {
    const past = Math.floor(Date.now() / 1000) - 3600;
    const tokens = await tokensFor(line, [await exhibitOf(scene, 'S', line.captureStartMs, 20)], {
      authorisation: { iat: past - 100, nbf: past - 100, exp: past },
      schedule: { iat: past - 100, nbf: past - 100, exp: past },
    });
    await expect(register(line, tokens)).rejects.toMatchObject({ code: 'E_REQ_EXPIRED', status: 403 });
  });

  it('REQ-01, SEC-03: refuses everything without a requisition, and changes nothing', async () => {
    // A proof without a requisition: the key may list its own cases and open none of them.
    const nobody = createClient({ url: line.gateway.url, agentKey: line.installation.agentKey });
    for (const route of [
      `/api/v1/cases/${caseId}/exhibits`,
      `/api/v1/cases/${caseId}/jobs`,
      `/api/v1/cases/${caseId}/journal`,
    ]) {
      await expect(nobody.text(route)).rejects.toMatchObject({ code: 'E_REQ_MISSING', status: 401 });
    }
    // Neither: every route of the description answers alike, and nothing is done.
    const description = (await (await fetch(`${line.gateway.url}/api/v1/openapi.json`)).json()) as {
      paths: Record<string, Record<string, unknown>>;
    };
    const before = await stored();
    let asked = 0;
    for (const [route, methods] of Object.entries(description.paths)) {
      for (const method of Object.keys(methods)) {
        const url = `${line.gateway.url}${route.replaceAll(/\{[^}]*\}/g, randomUUID())}`;
        const response = await fetch(url, { method: method.toUpperCase() });
        // To present a requisition, or a signed act, needs none, but a body.
        const presents = ['/api/v1/requisitions', '/api/v1/acts'].includes(route);
        // Whoever holds the id of an act may have the certificate of what it caused; of another id there is none.
        const certifies = route === '/api/v1/erasures/{actId}';
        // What is published of a period; an id names none.
        const publishes = route.startsWith('/api/v1/transparency/');
        const describes = route === '/api/v1/openapi.json';
        const expected = describes ? 200 : presents || publishes ? 400 : certifies ? 404 : 401;
        expect(response.status, `${method} ${route}`).toBe(expected);
        asked += 1;
      }
    }
    expect(asked).toBeGreaterThan(15);
    expect(await stored()).toEqual(before);
    await expect(nobody.upload(scene, 'scene.mp4')).rejects.toMatchObject({ code: 'E_REQ_MISSING' });
  });

  it('PRO-01: answers alike for another case, its things and things that do not exist', async () => {
    await client.upload(scene, 'scene.mp4');
    const exhibitId = await exhibitIdOf(client, caseId, 'scene.mp4');
    const tokens = await tokensFor(line, [await exhibitOf(scene, 'S2', line.captureStartMs, 20)], {
      authorisation: { sub: 'PV-2026-000077' },
    });
    const other = await register(line, tokens);
    expect(other.caseId).not.toBe(caseId);
    const answers: unknown[] = [];
    for (const route of [
      `/api/v1/cases/${caseId}/exhibits`,
      `/api/v1/cases/${randomUUID()}/exhibits`,
      `/api/v1/cases/${other.caseId}/exhibits/${exhibitId}`,
      `/api/v1/cases/${other.caseId}/exhibits/${randomUUID()}`,
    ]) {
      answers.push(
        await clientOf(line, tokens.requisitionId)
          .text(route)
          .catch(
            (error: { code?: string; status?: number; message: string }) =>
              `${error.status} ${error.code} ${error.message}`,
          ),
      );
    }
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toContain('404 E_PRO_SILO');
    await expect(other.client.json('POST', `/api/v1/cases/${other.caseId}/jobs`, { exhibitId })).rejects.toMatchObject({
      code: 'E_PRO_SILO',
    });
  });

  it('FACE-09: has no question by image and no free text', async () => {
    const url = `/api/v1/cases/${caseId}/questions`;
    await expect(client.json('POST', url, { version: 1, image: 'data:image/png;base64,AAAA' })).rejects.toMatchObject({
      code: 'E_FACE_QUERY_IMAGE',
    });
    await expect(client.json('POST', url, { version: 1, text: 'homme au chapeau' })).rejects.toMatchObject({
      code: 'E_QUESTION',
    });
  });

  it('DEF-11, FACE-11: no route takes a picture or a tensor, and no answer holds a bare vector', async () => {
    const description: unknown = await (await fetch(`${line.gateway.url}/api/v1/openapi.json`)).json();
    const accepted = new Set<string>();
    const vectors: string[] = [];
    const look = (node: unknown, at: string): void => {
      if (typeof node !== 'object' || node === null) return;
      const { requestBody, type, items } = node as {
        requestBody?: { content?: object };
        type?: unknown;
        items?: { type?: unknown };
      };
      for (const mediaType of Object.keys(requestBody?.content ?? {})) accepted.add(mediaType);
      if (type === 'array' && (items?.type === 'number' || items?.type === 'integer')) vectors.push(at);
      for (const [key, value] of Object.entries(node)) look(value, `${at}/${key}`);
    };
    look(description, '');
    // Beside JSON the bytes of a deposit, whose digest stood in a schedule before.
    expect([...accepted].toSorted()).toEqual(['application/json', 'application/offset+octet-stream']);
    expect(vectors).toEqual([]);
    expect(JSON.stringify(description)).not.toMatch(/\bfaces?\b|visage|similar|embedding|webhook|subscri/i);
  });

  it('DEF-10: gives no result while a job runs', async () => {
    const exhibitId = await exhibitIdOf(client, caseId, 'scene.mp4');
    const job = await client.json<{ id: string }>('POST', `/api/v1/cases/${caseId}/jobs`, { exhibitId });
    await expect(client.text(`/api/v1/cases/${caseId}/jobs/${job.id}/result`)).rejects.toMatchObject({
      code: 'E_JOB_NOT_DONE',
      status: 409,
    });
  });

  it('SEC-11, SEC-06: a decoder that somebody has taken over gets nothing, the deposit ends in a code, and the gateway answers', async () => {
    await line.gateway.stop();
    // It says what it is asked at the start, and reaches for a socket at the first footage.
    const decoder = replaceDecoder(`"@ARGV" =~ /-version/ ? print "ffmpeg version 5.1\\n" : socket(S, 1, 1, 0);`);
    try {
      line.gateway = await startGatewayProcess(line.installation);
    } finally {
      decoder.stopReplacing();
    }
    try {
      const exhibit = await exhibitOf(scene, 'ATTACK', line.captureStartMs, 20);
      const tokens = await tokensFor(line, [exhibit], { authorisation: { sub: 'PV-2026-000088' } });
      const attacked = await register(line, tokens);
      await expect(attacked.client.upload(scene, 'ATTACK')).rejects.toMatchObject({
        code: 'E_MEDIA_BREAKOUT',
        status: 422,
      });
      const { exhibits } = await attacked.client.json<{ exhibits: { state: string }[] }>(
        'GET',
        `/api/v1/cases/${attacked.caseId}/exhibits`,
      );
      expect(exhibits.map(({ state }) => state)).not.toContain('sealed');
      expect((await fetch(`${line.gateway.metricsUrl}/healthz`)).status).toBe(200);
      expect(await journalText(line)).toContain('"code":"E_MEDIA_BREAKOUT"');
    } finally {
      decoder.restore();
    }
  });
});

/** An AVI whose headers claim a picture of 100,000 x 100,000 pixels. */
function hugeAvi(): Buffer {
  const chunk = (id: string, body: Buffer): Buffer => {
    const head = Buffer.alloc(8);
    head.write(id, 0, 'latin1');
    head.writeUInt32LE(body.length, 4);
    return Buffer.concat([head, body]);
  };
  const list = (kind: string, ...parts: Buffer[]): Buffer =>
    chunk('LIST', Buffer.concat([Buffer.from(kind, 'latin1'), ...parts]));
  const side = 100_000;
  const avih = Buffer.alloc(56);
  avih.writeUInt32LE(40_000, 0);
  avih.writeUInt32LE(0x10, 12);
  avih.writeUInt32LE(1, 16);
  avih.writeUInt32LE(1, 24);
  avih.writeUInt32LE(side, 32);
  avih.writeUInt32LE(side, 36);
  const strh = Buffer.alloc(56);
  strh.write('vidsMJPG', 0, 'latin1');
  strh.writeUInt32LE(1, 20);
  strh.writeUInt32LE(25, 24);
  strh.writeUInt32LE(1, 32);
  const strf = Buffer.alloc(40);
  strf.writeUInt32LE(40, 0);
  strf.writeInt32LE(side, 4);
  strf.writeInt32LE(side, 8);
  strf.writeUInt16LE(1, 12);
  strf.writeUInt16LE(24, 14);
  strf.write('MJPG', 16, 'latin1');
  const picture = Buffer.from([0xff, 0xd8, 0xff, 0xd9]);
  const body = Buffer.concat([
    Buffer.from('AVI ', 'latin1'),
    list('hdrl', chunk('avih', avih), list('strl', chunk('strh', strh), chunk('strf', strf))),
    list('movi', chunk('00dc', picture)),
  ]);
  return chunk('RIFF', body);
}
