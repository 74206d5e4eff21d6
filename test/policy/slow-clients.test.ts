import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AppDeps, buildApp } from '../../gateway/app.ts';
import type { Database } from '../../gateway/database.ts';
import { ERRORS, type ErrorCode } from '../../gateway/errors.ts';
import { createScratch } from '../../gateway/footage/scratch.ts';
import { type Identity, NOBODY } from '../../gateway/policy/guard.ts';
import { POLICIES } from '../../gateway/policy/policies.ts';
import { authorityOf } from '../../gateway/requisition/authority.ts';
import { CHUNK_BYTES } from '../../gateway/sealed-objects.ts';
import { openVault } from '../../gateway/vault.ts';
import {
  CAPTURE_START_MS,
  makeRequisition,
  metadata,
  NO_RECORDS,
  NOW_MS,
  putOnRecord,
  removeTemporaryFolders,
  temporaryFolder,
} from '../footage/support.ts';
import { NOTHING_REVOKED } from '../requisition/support.ts';
import { testDatabase } from '../support/database.ts';

// The real application on a real listener. Rooms that no request here reaches are given nothing.

const LIMIT_MS = 300;
const EXHIBIT_BYTES = 4 * CHUNK_BYTES;
const clock = { nowMs: () => NOW_MS };
const log = { ...NO_RECORDS, append: async () => 0 };

let app: FastifyInstance;
let database: Database;
let caseId: string;
const refusals: string[] = [];
/** Hears of each request that has come as far as the guard. */
let arrived: (method: string) => void = () => undefined;

beforeAll(async () => {
  database = await testDatabase();
  const folder = temporaryFolder();
  const vault = await openVault({
    dataDir: path.join(folder, 'vault'),
    keysDir: path.join(folder, 'keys'),
    installationKey: randomBytes(32),
  });
  const exhibit = { piece: 'S1', sha256: 'a'.repeat(64), sizeBytes: EXHIBIT_BYTES, captureStartMs: CAPTURE_START_MS };
  const requisition = await makeRequisition([{ ...exhibit, durationSeconds: 4 }], vault.caseIdOf);
  await putOnRecord(database, vault, requisition);
  caseId = requisition.caseId;
  const agent: Identity = {
    principal: { role: 'agent_habilite', agentId: 'agent-demo-1', service: 'DEMO-75', habilitation: 'in_force' },
    authority: authorityOf(requisition, true, NOTHING_REVOKED),
    requisition,
  };
  const deps: Pick<AppDeps, 'guard' | 'footage' | 'tls' | 'version' | 'requestTimeoutMs'> = {
    guard: {
      async authenticate(request) {
        arrived(request.method);
        return request.headers.authorization === undefined ? NOBODY : agent;
      },
      log,
      clock,
      policies: POLICIES,
      onRefusal: (code) => refusals.push(code),
    },
    footage: { database, vault, clock, log, logVkey: '', scratch: await createScratch(path.join(folder, 'scratch')) },
    tls: undefined,
    version: '0',
    requestTimeoutMs: LIMIT_MS,
  };
  app = await buildApp({
    acts: {},
    retention: {},
    documents: {},
    requisition: {},
    analysis: {},
    search: {},
    evidence: {},
    journal: {},
    registry: {},
    dossier: {},
    habilitation: {},
    personRequests: {},
    statistics: {},
    idempotency: { database, vault, clock },
    ...deps,
  } as unknown as AppDeps);
  await app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await app.close();
  removeTemporaryFolders();
});

interface Talk {
  readonly socket: Socket;
  /** What came back until the connection ended. */
  readonly ended: Promise<string>;
  /** What came back until this stood in it. */
  until(text: string): Promise<string>;
}

/** Sends the head of a request by hand, and waits until it is with the guard. */
async function begin(method: string, url: string, headers: Readonly<Record<string, string | number>>): Promise<Talk> {
  const seen = new Promise<void>((resolve) => {
    arrived = (which) => {
      if (which === method) resolve();
    };
  });
  const lines = Object.entries({ host: 'x', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  const talk = open(`${method} ${url} HTTP/1.1\r\n${lines.join('')}\r\n`);
  await seen;
  return talk;
}

/** A connection on which these bytes are sent. */
function open(bytes: string): Talk {
  const address = app.server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const socket = connect(address.port, '127.0.0.1');
  let text = '';
  socket.setEncoding('latin1').on('data', (part) => {
    text += part;
  });
  socket.on('error', () => undefined);
  // Also by a reset, which takes with it what had not been read.
  const ended = new Promise<string>((resolve) => socket.once('close', () => resolve(text)));
  socket.write(bytes);
  return {
    socket,
    ended,
    async until(wanted) {
      while (!text.includes(wanted)) {
        if (socket.closed) throw new Error(`the connection ended after: ${text}`);
        await Promise.race([once(socket, 'data'), ended]);
      }
      return text;
    },
  };
}

const slowPost = (length: Readonly<Record<string, string | number>> = { 'content-length': 1000 }) =>
  begin('POST', '/api/v1/requisitions', { 'content-type': 'application/json', ...length });
const asAgent = { authorization: 'DPoP x', 'tus-resumable': '1.0.0' };

const isRefused = (text: string): void => {
  expect(text).toMatch(/^HTTP\/1\.1 400 /);
  expect(text).toContain('differe-code: E_REQUEST\r');
  expect(text.match(/HTTP\/1\.1/g)).toHaveLength(1);
};

it('ends the connection of a client that does not send the body it announced, with a code', async () => {
  const post = await slowPost();
  post.socket.write('{"authorisation":"');
  isRefused(await post.ended);
  // A fault of the client: nothing of ours has failed.
  await expect.poll(() => refusals).toEqual(['E_REQUEST']);
  // Nor one that announces no length.
  const pieces = await slowPost({ 'transfer-encoding': 'chunked' });
  pieces.socket.write('5\r\n{"aut');
  isRefused(await pieces.ended);
});

it('ends the connection of a slow upload that was refused', async () => {
  const patch = await begin('PATCH', `/api/v1/uploads/${randomUUID()}`, { 'content-length': 1000 });
  expect(await patch.ended).toContain(' 401 ');
});

describe('a client that is refused while it still sends', () => {
  const MIB = 1024 * 1024;

  /** Sends so much of a body after the refusal, then looks at what came back; how much he was let send. */
  async function sendOn(url: string, headers: Readonly<Record<string, string | number>>, bytes: number) {
    const heard = refusals.length;
    const talk = await begin('POST', url, { 'content-type': 'application/json', ...headers });
    talk.socket.pause();
    // Refused, answered, and time for the answer to be followed by the end of the connection.
    await expect.poll(() => refusals.length).toBe(heard + 1);
    await delay(50);
    let sent = 0;
    const part = Buffer.alloc(MIB / 16, 0x20);
    while (sent < bytes && !talk.socket.destroyed) {
      await new Promise<void>((resolve) => talk.socket.write(part, () => resolve()));
      sent += part.length;
    }
    talk.socket.resume();
    return { text: await talk.ended, sent };
  }

  it('reads his code, whether or not he would keep the connection', async () => {
    for (const connection of ['close', 'keep-alive']) {
      const { text, sent } = await sendOn(
        `/api/v1/cases/${caseId}/questions`,
        { connection, 'content-length': 100 * MIB },
        4 * MIB,
      );
      expect([connection, sent]).toEqual([connection, 4 * MIB]);
      expect(text).toMatch(/^HTTP\/1\.1 401 /);
      expect(text).toContain('differe-code: E_REQ_MISSING\r');
    }
  });

  it('reads it where the announced length alone was refused', async () => {
    const { text } = await sendOn(
      '/api/v1/requisitions',
      { connection: 'close', 'content-length': 100 * MIB },
      4 * MIB,
    );
    expect(text).toContain('differe-code: E_REQUEST\r');
  });

  it('is cut off when he sends without end', async () => {
    const started = performance.now();
    const { sent } = await sendOn(
      '/api/v1/requisitions',
      { connection: 'close', 'content-length': 100_000 * MIB },
      100_000 * MIB,
    );
    expect(sent).toBeLessThan(50_000 * MIB);
    expect(performance.now() - started).toBeLessThan(20 * LIMIT_MS);
  });
});

it('gives a permitted upload the time that it takes', async () => {
  const opened = await begin('POST', '/api/v1/uploads', {
    ...asAgent,
    'upload-length': EXHIBIT_BYTES,
    'upload-metadata': metadata({ filename: 'a.mp4', piece: 'S1' }),
    'content-length': 0,
  });
  const url = /^location: (\S+)/im.exec(await opened.until('\r\n\r\n'))?.[1] ?? '';
  opened.socket.destroy();
  const bytes = randomBytes(2 * CHUNK_BYTES);
  const patch = await begin('PATCH', new URL(url, 'http://x').pathname, {
    ...asAgent,
    'upload-offset': 0,
    'content-type': 'application/offset+octet-stream',
    'content-length': bytes.length,
  });
  patch.socket.write(bytes.subarray(0, 1000));
  // Requests that came after it reach their limit first.
  for (let n = 0; n < 3; n++) await (await slowPost()).ended;
  patch.socket.write(bytes.subarray(1000));
  const answer = await patch.until('\r\n\r\n');
  expect(answer).toContain(' 204 ');
  expect(answer).toMatch(new RegExp(`upload-offset: ${bytes.length}\\r`, 'i'));
  patch.socket.destroy();
});

it('bounds what connections can be held', () => {
  const { server } = app;
  expect(server.maxConnections).toBeGreaterThan(0);
  expect(server.maxRequestsPerSocket).toBeGreaterThan(0);
  expect(server.keepAliveTimeout).toBeGreaterThan(0);
  expect(server.headersTimeout).toBeGreaterThan(0);
});

it('ends the connection of a client whose headers come too slowly, with a code', async () => {
  const talk = open('GET /api/v1/cases HTTP/1.1\r\n');
  const drops = setInterval(() => talk.socket.write('x-a: 1\r\n'), LIMIT_MS / 10);
  isRefused(await talk.ended);
  clearInterval(drops);
});

it('says nothing on a connection that was opened ahead and never used', async () => {
  const talk = open('');
  expect(await talk.ended).toBe('');
});

it('refuses headers that are too large, and what is no request, with a code', async () => {
  isRefused(await open(`GET /api/v1/cases HTTP/1.1\r\nhost: x\r\nx-a: ${'a'.repeat(1_000_000)}\r\n\r\n`).ended);
  isRefused(await open(`GET /${'a'.repeat(1_000_000)} HTTP/1.1\r\nhost: x\r\n\r\n`).ended);
  isRefused(await open('\u0016\u0003\u0001 not HTTP\r\n\r\n').ended);
});

describe('bodies made to hold the gateway up', () => {
  const pointsOf = (count: number) =>
    `[${Array.from({ length: count }, (_, n) => `{"x":0.${n % 997},"y":0.${n % 991}}`).join()}]`;
  const deep = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
  const deepObject = (depth: number) => `${'{"not":'.repeat(depth)}1${'}'.repeat(depth)}`;
  const questions = () => `/api/v1/cases/${caseId}/questions`;
  const post = (url: string, payload: string) =>
    app.inject({ method: 'POST', url, headers: { ...asAgent, 'content-type': 'application/json' }, payload });

  it.each([
    ['a polygon of a million points', `{"version":1,"zone":${pointsOf(1_000_000)}}`, 'E_REQUEST'],
    ['a polygon as large as a question may be', `{"version":1,"zone":${pointsOf(6_000)}}`, 'E_QUESTION'],
    ['a list of as many conditions', `{"version":1,"where":{"all":[${'{},'.repeat(40_000)}{}]}}`, 'E_QUESTION'],
    ['brackets that are closed', deep(65_000), 'E_REQUEST'],
    ['brackets that nobody closes', '['.repeat(131_000), 'E_REQUEST'],
    ['conditions that nest', `{"version":1,"where":${deepObject(16_000)}}`, 'E_REQUEST'],
    ['conditions that nest as deep as they are read', `{"version":1,"where":${deepObject(190)}}`, 'E_QUESTION'],
    ['a prototype in the deep', `{"version":1,"where":{"not":{"__proto__":1}}}`, 'E_REQUEST'],
    ['one member ten thousand times', `{"version":1${',"time":{}'.repeat(10_000)}}`, 'E_QUESTION'],
  ])('%s', async (_name, payload, code) => {
    const answer = await post(questions(), payload);
    expect([answer.statusCode, answer.json().code]).toEqual([ERRORS[code as ErrorCode].status, code]);
  });

  it('a requisition of three mebibytes of brackets', async () => {
    const answer = await post('/api/v1/requisitions', `{"schedule":${deep(1_500_000)}}`);
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'E_REQUEST']);
  });
});
