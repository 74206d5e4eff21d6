import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { generate } from '../../benchmarks/load/generate.ts';
import { due, recoveredAfter, resultOf } from '../../benchmarks/load/phase-result.ts';
import { openWire } from '../../benchmarks/load/wire.ts';
import { portOf } from '../../gateway/listeners.ts';

const answered = (dueMs: number, answeredMs: number, code = 'OK', saysWhen = true) => ({
  ...due(dueMs),
  askedMs: dueMs,
  answeredMs,
  code,
  saysWhen,
});

describe('figures of the load benchmark', () => {
  it('latency counts from when a question was asked, and what was refused is none of the good answers', () => {
    const result = resultOf(
      [answered(1000, 1010), answered(1500, 2600), answered(2100, 2101, 'E_BUSY'), answered(2200, 3500), due(2300)],
      1000,
      2,
    );
    expect(result).toMatchObject({
      asked: 5,
      answers: { OK: 3, E_BUSY: 1 },
      withoutAnswer: 1,
      withoutRetryAfter: 0,
      goodPerSecond: 1,
      maxMs: 1300,
    });
    expect(result.seconds).toEqual([
      { notGood: 0, p99Ms: 1100 },
      { notGood: 2, p99Ms: 1300 },
    ]);
  });

  it('tells how late the generator was, and leaves it out of the latency', () => {
    const late = { ...answered(1000, 1090), askedMs: 1080 };
    expect(resultOf([late], 1000, 1)).toMatchObject({ p99Ms: 10, maxMs: 10, generatorLateP99Ms: 80 });
  });

  it('counts a refusal that does not say when to come back', () => {
    expect(resultOf([answered(0, 1, 'E_BUSY', false)], 0, 1).withoutRetryAfter).toBe(1);
  });

  it('has recovered from the first second after which nothing was refused or late', () => {
    const second = (notGood: number, p99Ms: number) => ({ notGood, p99Ms });
    expect(recoveredAfter({ seconds: [second(3, 900), second(0, 90), second(0, 9), second(0, 8)] }, 25)).toBe(2);
    expect(recoveredAfter({ seconds: [second(0, 9)] }, 25)).toBe(0);
    expect(recoveredAfter({ seconds: [second(0, 9), second(1, 9)] }, 25)).toBeUndefined();
    expect(recoveredAfter({ seconds: [second(0, 9), second(0, Number.NaN)] }, 25)).toBeUndefined();
  });
});

/** A server that answers so; gives its address. */
async function serverOf(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => answer(request, response));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${portOf(server)}/`;
}

describe('the load generator', () => {
  const body = '{}';
  const requisitionId = 'r';

  it('asks as often as it was told to, however late the answers are', async () => {
    const held: ServerResponse[] = [];
    let asked = 0;
    const url = await serverOf((_request, response) => {
      asked += 1;
      held.push(response);
      // Nothing is answered before the last questions are there: who waits for answers would never ask them.
      if (asked > 60) for (const each of held.splice(0)) each.end('{}');
    });
    const phases = [{ perSecond: 100, seconds: 1 }];
    const [result] = await generate({ target: { url, requisitionId, body }, phases });
    expect(result?.asked).toBe(asked);
    expect(result?.answers).toEqual({ OK: asked });
    expect(asked).toBeGreaterThan(60);
    // The first one waited for sixty others, and its latency says so.
    expect(result?.maxMs).toBeGreaterThan(100);
  });

  it('counts what breaks off, and refusals with and without the time to wait', async () => {
    let asked = 0;
    const url = await serverOf((request, response) => {
      asked += 1;
      if (asked % 4 === 0) return void request.socket.destroy();
      if (asked % 4 === 1) return void response.end('{}');
      response.statusCode = 503;
      response.setHeader('differe-code', 'E_BUSY');
      if (asked % 4 === 2) response.setHeader('retry-after', '1');
      response.end();
    });
    const phases = [{ clients: 1, seconds: 1 }];
    const [result] = await generate({ target: { url, requisitionId, body }, phases });
    const { OK = 0, E_BUSY = 0 } = result?.answers ?? {};
    expect(result?.asked).toBe(asked);
    expect(asked).toBeGreaterThan(4);
    expect([OK + E_BUSY + (result?.withoutAnswer ?? 0), result?.withoutAnswer]).toEqual([asked, Math.floor(asked / 4)]);
    expect(result?.withoutRetryAfter).toBe(Math.floor((asked + 1) / 4));
  });
});

/** A server that writes these pieces, one after the other, to whoever has asked on a connection for the n-th time. */
async function serverOfPieces(pieces: (connection: number, request: number) => readonly string[]): Promise<string> {
  let connections = 0;
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    const connection = connections++;
    let requests = 0;
    sockets.add(socket.setNoDelay(true));
    socket.on('error', () => undefined);
    socket.on('data', async () => {
      for (const piece of pieces(connection, requests++)) {
        socket.write(piece);
        await delay(10);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${portOf(server)}/`;
}

describe("the load generator's client", () => {
  const head = (fields: string, length = 4) => `HTTP/1.1 503 \r\n${fields}Content-Length: ${length}\r\n\r\n`;
  const wireOf = (url: string, connections = 1) => {
    const wire = openWire(url, connections);
    onTestFinished(() => wire.close());
    return wire;
  };

  it('reads an answer however it is cut, and its headers in any case', async () => {
    const text = `${head('Retry-After: 7\r\n')}body`;
    const cuts = [12, 30, text.indexOf('\r\n\r\n') + 2, text.length - 2];
    const wire = wireOf(await serverOfPieces((_, n) => [text.slice(0, cuts[n]), text.slice(cuts[n])]));
    for (const _ of cuts) {
      const answer = await wire.post('', '{}');
      expect([answer?.status, answer?.header('retry-after'), answer?.header('differe-code')]).toEqual([
        503,
        '7',
        undefined,
      ]);
    }
  });

  it('keeps a connection, and asks nothing more of one that the server ends with its answer', async () => {
    const asked: string[] = [];
    const wire = wireOf(
      await serverOfPieces((connection, request) => {
        asked.push(`${connection}.${request}`);
        return [`${head(request === 1 ? 'connection: close\r\n' : '')}body`];
      }),
    );
    for (let n = 0; n < 5; n++) expect((await wire.post('', ''))?.status).toBe(503);
    expect(asked).toEqual(['0.0', '0.1', '1.0', '1.1', '2.0']);
  });

  it('has each of too many wait for its turn', async () => {
    const wire = wireOf(await serverOfPieces((connection) => [`${head(`differe-code: C${connection}\r\n`)}body`]), 2);
    const answers = await Promise.all(Array.from({ length: 20 }, () => wire.post('', '')));
    expect(new Set(answers.map((answer) => answer?.header('differe-code')))).toEqual(new Set(['C0', 'C1']));
  });

  it('takes nothing that it cannot read for an answer', async () => {
    for (const text of ['HTTP/1.1 200 \r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n', `${head('')}more than four`])
      expect(await wireOf(await serverOfPieces(() => [text])).post('', '')).toBeUndefined();
  });
});
