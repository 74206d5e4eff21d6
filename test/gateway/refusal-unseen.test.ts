import { once } from 'node:events';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type AppDeps, buildApp } from '../../gateway/app.ts';
import { portOf } from '../../gateway/listeners.ts';
import { NOBODY } from '../../gateway/policy/guard.ts';
import type { ActEvent } from '../../gateway/policy/journal.ts';
import { POLICIES } from '../../gateway/policy/policies.ts';
import type { InFlightLimits } from '../../gateway/requests-in-flight.ts';

// The real application on a real listener, of which all turns are taken until the test gives them back. Rooms that no request here reaches
// are given nothing.

const LIMIT_MS = 300;
const ROUTE = '/api/v1/cases/00000000-0000-4000-8000-000000000000/questions';

async function fullGateway(limits: Partial<InFlightLimits> = {}) {
  const events: ActEvent[] = [];
  const refusals: string[] = [];
  let nowMs = Date.parse('2026-03-17T10:00:00Z');
  const held: (() => void)[] = [];
  const guard: AppDeps['guard'] = {
    async authenticate() {
      await new Promise<void>((resolve) => held.push(resolve));
      return NOBODY;
    },
    log: { append: async (event) => events.push(event) },
    clock: { nowMs: () => nowMs },
    policies: POLICIES,
    onRefusal: (code) => refusals.push(code),
  };
  const nothing = Object.fromEntries(
    'acts registry dossier habilitation requisition analysis search evidence retention personRequests documents statistics journal idempotency'
      .split(' ')
      .map((room) => [room, {}]),
  );
  const app = await buildApp({
    ...nothing,
    footage: { database: { url: '' } },
    guard,
    tls: undefined,
    version: '0',
    requestTimeoutMs: LIMIT_MS,
    inFlight: { working: 1, waiting: 0, longestWaitMs: 60_000, ...limits },
  } as unknown as AppDeps);
  await app.listen({ host: '127.0.0.1', port: 0 });
  const agent = new Agent({ keepAlive: true });
  onTestFinished(async () => {
    for (const release of held) release();
    agent.destroy();
    await app.close();
  });
  const ask = async (
    path: string,
    { method = 'POST', headers = {}, body = '{}', ...options }: Asked = {},
  ): Promise<Answered> => {
    const sent = httpRequest({ host: '127.0.0.1', port: portOf(app.server), method, path, headers, agent, ...options });
    sent.end(method === 'GET' ? undefined : body);
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    let text = '';
    for await (const part of answer.setEncoding('utf8')) text += part;
    return { status: answer.statusCode, headers: answer.headers, text };
  };
  // Takes the one turn.
  void ask(ROUTE).catch(() => undefined);
  await expect.poll(() => held.length).toBe(1);
  const aMinuteLater = (): void => {
    nowMs += 60_000;
  };
  return { app, events, refusals, held, ask, aMinuteLater };
}

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly agent?: false;
}

interface Answered {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

const idOf = ({ text }: Answered): string => (JSON.parse(text) as { correlationId: string }).correlationId;
const isUnseen = (answer: Answered): boolean => idOf(answer).startsWith('busy-');

describe('a flood', () => {
  it('SEC-11: is refused unseen once its first refusal of the minute is in the journal, and each refusal is counted', async () => {
    const { events, refusals, held, ask, aMinuteLater } = await fullGateway();
    for (let minute = 1; minute <= 2; minute++) {
      expect(isUnseen(await ask(ROUTE))).toBe(false);
      expect(events).toHaveLength(minute);
      expect(events.at(-1)).toMatchObject({ action: 'search.ask', outcome: { effect: 'failed', code: 'E_BUSY' } });
      for (let n = 0; n < 3; n++) expect(isUnseen(await ask(ROUTE))).toBe(true);
      expect(events).toHaveLength(minute);
      expect(refusals).toEqual(Array.from({ length: 4 * minute }, () => 'E_BUSY'));
      aMinuteLater();
    }
    // Nobody's proof was looked at but that of the one who has the turn.
    expect(held).toHaveLength(1);
  });

  it('SEC-11: is told, header for header, what any other error tells, in the language that was asked for', async () => {
    const { app, ask } = await fullGateway({ waiting: 1, longestWaitMs: 2000 });
    for (const headers of [{}, { 'accept-language': 'en' }]) {
      // Who waits too long is told by the error handler, as of everything else.
      const waited = ask(ROUTE, { headers });
      await expect.poll(() => app.inFlight.waiting()).toBe(1);
      const seen = await ask(ROUTE, { headers: { ...headers, 'transfer-encoding': 'chunked' } });
      const unseen = await ask(ROUTE, { headers });
      const written = await waited;
      expect([isUnseen(seen), isUnseen(unseen), isUnseen(written)]).toEqual([false, true, false]);
      for (const ahead of [seen, unseen]) {
        const { date: _, 'content-length': length, ...told } = ahead.headers;
        expect(told).toEqual({ ...written.headers, date: undefined, 'content-length': undefined });
        expect(told).toMatchObject({ 'x-content-type-options': 'nosniff', 'retry-after': '1' });
        expect(Number(length)).toBe(Buffer.byteLength(ahead.text));
        expect(JSON.parse(ahead.text)).toEqual({ ...JSON.parse(written.text), correlationId: idOf(ahead) });
      }
    }
  });

  it('is seen where its connection ends with the answer, or much is still to come, and public routes are open', async () => {
    const { app, ask } = await fullGateway();
    await ask(ROUTE);
    const seen = [
      await ask(ROUTE, { agent: false }),
      await ask(ROUTE, { body: 'x'.repeat(65_537) }),
      await ask('/api/v1/requisitions'),
    ];
    expect(seen.map((answer) => [answer.status, isUnseen(answer)])).toEqual(seen.map(() => [503, false]));
    expect(isUnseen(await ask(ROUTE, { body: 'x'.repeat(65_536) }))).toBe(true);
    expect((await ask('/api/v1/openapi.json', { method: 'GET' })).status).toBe(200);
    // So that nothing public is refused unseen.
    const ofCases = app.routeList.filter((route) => route.includes(' /api/v1/cases/'));
    expect(ofCases.length).toBeGreaterThan(30);
    expect(ofCases.filter((route) => route.endsWith(' public.read'))).toEqual([]);
  });

  it('SEC-11: holds no connection by a body that does not come', async () => {
    const { app, ask } = await fullGateway();
    await ask(ROUTE);
    const socket = connect(portOf(app.server), '127.0.0.1');
    let text = '';
    socket.setEncoding('latin1').on('data', (part: string) => {
      text += part;
    });
    const startMs = performance.now();
    socket.write(`POST ${ROUTE} HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n1`);
    await expect.poll(() => text).toContain('"busy-1"');
    await once(socket, 'close');
    expect(performance.now() - startMs).toBeGreaterThan(LIMIT_MS - 20);
    // And not when Node takes it for idle.
    expect(performance.now() - startMs).toBeLessThan(10_000);
    expect(text.match(/HTTP\/1.1/g)).toHaveLength(1);
  });

  it('SEC-11: leaves nothing behind of clients that send a part, read their answer and go', async () => {
    const { app, ask } = await fullGateway();
    await ask(ROUTE);
    const lingers = vi.spyOn(globalThis, 'setInterval');
    onTestFinished(() => lingers.mockRestore());
    for (const keeps of ['', 'connection: close\r\n']) {
      const socket = connect(portOf(app.server), '127.0.0.1');
      socket.write(`POST ${ROUTE} HTTP/1.1\r\nhost: x\r\n${keeps}content-length: 10\r\n\r\n1`);
      await once(socket, 'data');
      socket.resetAndDestroy();
    }
    const before = lingers.mock.calls.length;
    await delay(2 * LIMIT_MS);
    expect(lingers.mock.calls.slice(before)).toEqual([]);
  });

  it('is over as soon as somebody gives his turn back', async () => {
    const { app, held, ask } = await fullGateway();
    await ask(ROUTE);
    expect(isUnseen(await ask(ROUTE))).toBe(true);
    held[0]?.();
    await expect.poll(() => app.inFlight.working()).toBe(0);
    const next = ask(ROUTE);
    await expect.poll(() => held.length).toBe(2);
    held[1]?.();
    expect((await next).status).toBe(401);
  });
});
