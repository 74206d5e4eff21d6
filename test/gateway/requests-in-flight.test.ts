import { once } from 'node:events';
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import Fastify, { type FastifyInstance } from 'fastify';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AppError } from '../../gateway/errors.ts';
import { portOf } from '../../gateway/listeners.ts';
import { installProblems } from '../../gateway/policy/problem.ts';
import { createTurns, type InFlightLimits, installInFlight } from '../../gateway/requests-in-flight.ts';

const LIMITS: InFlightLimits = { working: 2, waiting: 2, longestWaitMs: 60_000 };

/** A gateway whose work at `/held` ends when the test says so. */
async function gateway(limits: Partial<InFlightLimits> = {}) {
  const app = Fastify();
  installProblems(app, async () => undefined);
  const inFlight = installInFlight(app, { ...LIMITS, ...limits }, async () => {
    throw new AppError('E_BUSY', { retryAfterSeconds: 1 });
  });
  const proven: string[] = [];
  // Stands for the guard.
  app.addHook('onRequest', async (request) => void proven.push(request.url));
  inFlight.endTurns();
  const held: (() => void)[] = [];
  app.get('/held', async () => {
    await new Promise<void>((resolve) => held.push(resolve));
    return { ok: true };
  });
  app.get('/public', { config: { action: 'public.read' } }, async () => ({ ok: true }));
  app.post('/body', async () => ({ ok: true }));
  app.post('/upload', { config: { action: 'exhibit.upload' } }, async () => ({ ok: true }));
  app.get('/stream', async (_request, reply) => reply.type('text/plain').send(new Readable({ read() {} })));
  onTestFinished(() => app.close());
  return { app, inFlight, proven, held };
}

const counts = ({ inFlight }: Awaited<ReturnType<typeof gateway>>) => [inFlight.working(), inFlight.waiting()];

describe('requests in flight', () => {
  it('SEC-11: refuses what is too much at once, with the time to wait, before a proof is looked at', async () => {
    const made = await gateway();
    const answers = Array.from({ length: 4 }, () => made.app.inject('/held'));
    await expect.poll(() => counts(made)).toEqual([2, 2]);
    const refused = await made.app.inject('/held');
    expect([refused.statusCode, refused.json().code, refused.headers['retry-after']]).toEqual([503, 'E_BUSY', '1']);
    expect(made.proven).toHaveLength(2);
    // Each that was let wait is answered, in turn.
    for (let n = 0; n < 4; n++) {
      await expect.poll(() => made.held.length).toBeGreaterThan(n);
      made.held[n]?.();
    }
    for (const answer of await Promise.all(answers)) expect(answer.statusCode).toBe(200);
    expect(counts(made)).toEqual([0, 0]);
    expect((await made.app.inject('/public')).statusCode).toBe(200);
  });

  it('refuses who has waited too long, and his place is free', async () => {
    const made = await gateway({ working: 1, longestWaitMs: 20 });
    const first = made.app.inject('/held');
    await expect.poll(() => made.held.length).toBe(1);
    const late = await made.app.inject('/held');
    expect([late.statusCode, late.json().code, late.headers['retry-after']]).toEqual([503, 'E_BUSY', '1']);
    expect(counts(made)).toEqual([1, 0]);
    made.held[0]?.();
    expect((await first).statusCode).toBe(200);
    expect(counts(made)).toEqual([0, 0]);
  });

  it('a refusal and a failure end the turn, too', async () => {
    const made = await gateway({ working: 1, waiting: 0 });
    for (let n = 0; n < 3; n++) {
      const answer = await made.app.inject({ method: 'POST', url: '/body', payload: '{', headers: JSON_TYPE });
      expect(answer.json().code).toBe('E_REQUEST');
    }
    expect(counts(made)).toEqual([0, 0]);
  });

  it('public routes are neither counted nor refused', async () => {
    const made = await gateway({ working: 1, waiting: 0 });
    const first = made.app.inject('/held');
    await expect.poll(() => made.held.length).toBe(1);
    expect((await made.app.inject('/public')).statusCode).toBe(200);
    made.held[0]?.();
    await first;
  });

  it('a body that comes slowly holds no turn, and has one as soon as it is there', async () => {
    const made = await gateway({ working: 1, waiting: 0 });
    await made.app.listen({ host: '127.0.0.1', port: 0 });
    const slow = send(made.app, 'POST', '/body', { ...JSON_TYPE, 'content-length': 2 });
    slow.write('{');
    await expect.poll(() => made.proven).toEqual(['/body']);
    await expect.poll(() => counts(made)).toEqual([0, 0]);
    const other = made.app.inject('/held');
    await expect.poll(() => made.held.length).toBe(1);
    // Proven and decided: it waits, where a stranger would be refused.
    slow.end('}');
    await expect.poll(() => counts(made)).toEqual([1, 1]);
    expect((await made.app.inject('/held')).json().code).toBe('E_BUSY');
    made.held[0]?.();
    expect((await other).statusCode).toBe(200);
    expect(await statusOf(slow)).toBe(200);
    expect(counts(made)).toEqual([0, 0]);
  });

  it('an answer that streams holds no turn', async () => {
    const made = await gateway({ working: 1, waiting: 0 });
    await made.app.listen({ host: '127.0.0.1', port: 0 });
    const stream = send(made.app, 'GET', '/stream', {});
    stream.end();
    await expect.poll(() => made.proven).toEqual(['/stream']);
    await expect.poll(() => counts(made)).toEqual([0, 0]);
    expect((await made.app.inject({ method: 'POST', url: '/body' })).statusCode).toBe(200);
    stream.destroy();
  });

  it('nothing is worked out for a client that went while it waited', async () => {
    const made = await gateway({ working: 1 });
    await made.app.listen({ host: '127.0.0.1', port: 0 });
    const first = made.app.inject('/held');
    await expect.poll(() => made.held.length).toBe(1);
    const gone = send(made.app, 'GET', '/held', {});
    gone.end();
    await expect.poll(() => counts(made)).toEqual([1, 1]);
    const ended = new Promise<void>((resolve) =>
      made.app.server.once('connection', (socket) => socket.once('close', resolve)),
    );
    gone.destroy();
    // Another that comes on a connection of its own, so that the first one's end was seen before it.
    const last = send(made.app, 'GET', '/held', {});
    last.end();
    await expect.poll(() => counts(made)).toEqual([1, 2]);
    made.held[0]?.();
    expect((await first).statusCode).toBe(200);
    await expect.poll(() => made.held.length).toBe(2);
    expect(made.proven).toHaveLength(2);
    made.held[1]?.();
    expect(await statusOf(last)).toBe(200);
    expect(counts(made)).toEqual([0, 0]);
    await ended;
  });
});

describe('turns', () => {
  it('who is known goes before strangers who came first', async () => {
    const turns = createTurns({ ...LIMITS, working: 1 });
    await turns.take(false);
    const order: string[] = [];
    const stranger = turns.take(false).then(() => order.push('stranger'));
    const known = turns.take(true).then(() => order.push('known'));
    turns.give();
    await known;
    turns.give();
    await stranger;
    expect(order).toEqual(['known', 'stranger']);
    turns.give();
    expect([turns.working(), turns.waiting()]).toEqual([0, 0]);
  });
});

const JSON_TYPE = { 'content-type': 'application/json' };

function send(
  app: FastifyInstance,
  method: string,
  path: string,
  headers: Readonly<Record<string, string | number>>,
): ClientRequest {
  const sent = httpRequest({ host: '127.0.0.1', port: portOf(app.server), method, path, headers, agent: false });
  sent.on('error', () => undefined);
  return sent;
}

async function statusOf(sent: ClientRequest): Promise<number | undefined> {
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  answer.resume();
  return answer.statusCode;
}
