import { Readable } from 'node:stream';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { openLog } from '../../gateway/audit/append.ts';
import type { AuditEvent, AuditLog } from '../../gateway/audit/types.ts';
import { AppError, ERRORS, type ErrorCode } from '../../gateway/errors.ts';
import type { CaseId } from '../../gateway/ids.ts';
import { type GuardDeps, type Identity, installGuard, NOBODY } from '../../gateway/policy/guard.ts';
import { POLICIES } from '../../gateway/policy/policies.ts';
import { OPS } from '../../gateway/policy/types.ts';
import { freshFolder, optionsFor } from '../audit/support.ts';

const CASE = '0a000000-0000-8000-8000-000000000001' as CaseId;
const OTHER = '0a000000-0000-8000-8000-000000000002';
const EXHIBIT = '0c000000-0000-4000-8000-000000000001';
const AGENT: Identity = {
  principal: { role: 'agent_habilite', agentId: 'agent-1', service: 'DIPN-69', habilitation: 'in_force' },
  authority: {
    requisitionId: '0b000000-0000-4000-8000-000000000001',
    caseId: CASE,
    procedure: 'PV-2026/000123',
    ops: OPS.filter((op) => op !== 'search.zone'),
    notBefore: 0,
    expires: 2_000_000_000,
    agentDesignated: true,
    revoked: false,
  },
};

/** A log on an array, with a switch to make it fail. */
function arrayLog() {
  const events: AuditEvent[] = [];
  const state = { down: false };
  const log: Pick<AuditLog, 'append'> = {
    async append(event) {
      await Promise.resolve();
      if (state.down) throw new AppError('E_LOG_DOWN');
      return events.push(event) - 1;
    },
  };
  return { events, state, log };
}

const apps: FastifyInstance[] = [];
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});

function build(options: { identity?: Identity | AppError; deps?: Partial<GuardDeps> } = {}) {
  const journal = arrayLog();
  const clock = { ms: 1_790_000_000_000, nowMs: () => clock.ms };
  const refusals: ErrorCode[] = [];
  const ran: string[] = [];
  const app = Fastify({ exposeHeadRoutes: true });
  apps.push(app);
  const deps: GuardDeps = {
    async authenticate() {
      const identity = options.identity ?? AGENT;
      if (identity instanceof AppError) throw identity;
      return identity;
    },
    log: journal.log,
    clock,
    policies: POLICIES,
    onRefusal: (code) => refusals.push(code),
    ...options.deps,
  };
  app.addHook('onSend', async (_request, _reply, payload) => payload);
  const guarded = () => {
    installGuard(app, deps);
    app.setNotFoundHandler(() => {
      throw new AppError('E_ROUTE_ABSENT');
    });
    app.get('/public', { config: { action: 'public.read' } }, async () => ({ ok: true }));
    app.post(
      '/cases/:caseId/jobs',
      {
        config: { action: 'job.start' },
        schema: { body: { type: 'object', required: ['n'], properties: { n: { type: 'integer' } } } },
      },
      async () => {
        ran.push(`job after ${journal.events.length} events`);
        return { started: true };
      },
    );
    app.get('/cases/:caseId/exhibits', { config: { action: 'exhibit.read' } }, async (request, reply) => {
      ran.push(`exhibits after ${journal.events.length} events`);
      request.show([{ type: 'exhibit', id: EXHIBIT }], { fromMs: 5, toMs: 9 });
      request.show([{ type: 'exhibit', id: EXHIBIT }], { fromMs: 2, toMs: 7 });
      reply.header('content-disposition', 'attachment; filename="secret.mp4"');
      return { name: 'secret.mp4' };
    });
    app.get('/cases/:caseId/stream', { config: { action: 'hit.picture' } }, async (_request, reply) =>
      reply.send(Readable.from(['secret picture'])),
    );
    app.get('/cases/:caseId/hijack', { config: { action: 'hit.picture' } }, async (_request, reply) => {
      reply.hijack();
      reply.raw.end('secret');
    });
    app.get('/cases/:caseId/many', { config: { action: 'exhibit.read' } }, async (request) => {
      request.show(MANY.map((id) => ({ type: 'exhibit', id })));
      if (request.headers['x-refuse'] !== undefined) throw new AppError('E_PRO_SILO');
      return { exhibits: MANY.length };
    });
    app.get('/cases/:caseId/seen', { config: { action: 'hit.picture' } }, async (request, reply) => {
      request.afterDisclosure(async () => {
        ran.push(`work after ${journal.events.length} events`);
        if (request.headers['x-fail'] !== undefined) throw new AppError('E_DATABASE');
      });
      if (request.headers['x-refuse'] !== undefined) throw new AppError('E_PRO_SILO');
      reply.raw.once('finish', () => ran.push('payload'));
      return 'secret picture';
    });
    app.post('/cases/:caseId/late', { config: { action: 'hit.review' } }, async (request) => {
      request.afterDisclosure(async () => undefined);
      return 'never';
    });
    app.post('/cases/:caseId/questions', { config: { action: 'search.ask' } }, async (request) => {
      ran.push(`question after ${journal.events.length} events`);
      request.show([{ type: 'question', id: EXHIBIT }]);
      request.decide(['search.colour']);
      if (request.headers['x-zone'] !== undefined) request.decide(['search.zone']);
      if (request.headers['x-broad'] !== undefined) request.decide([], true);
      return { hits: [] };
    });
    app.get('/cases/:caseId/broken', { config: { action: 'job.read' } }, async () => {
      throw new TypeError('cannot read the plate AB-123-CD');
    });
    app.get('/cases/:caseId/absent', { config: { action: 'job.read' } }, async () => {
      throw new AppError('E_PRO_SILO', { detail: 'PV-2026/000123 has none' });
    });
    app.post('/register', { config: { action: 'requisition.register', journal: 'handler' } }, async (request) => {
      if (request.headers['x-forget'] === undefined) {
        await request.record([{ type: 'case', id: CASE }], { procedure: 'PV-9', requisitionId: EXHIBIT });
      }
      return { registered: true };
    });
    return app;
  };
  return { app, guarded, clock, refusals, ran, ...journal };
}

const MANY = Array.from({ length: 1_500 }, () => crypto.randomUUID());
const on = (path: string) => `/cases/${CASE}/${path}`;

describe('the guard', () => {
  it('REQ-01: refuses to boot a route without an action, or with one that does not exist', () => {
    const { app, guarded } = build();
    guarded();
    expect(() => app.get('/open', async () => 'open')).toThrow('E_CONFIG');
    expect(() => app.get('/open', { config: {} }, async () => 'open')).toThrow('E_CONFIG');
    expect(() => app.get('/open', { config: { action: 'face.search' as 'job.read' } }, async () => 'open')).toThrow(
      'E_CONFIG',
    );
    expect(() => app.get('/open', { config: { action: 'toString' as 'job.read' } }, async () => 'open')).toThrow(
      'E_CONFIG',
    );
  });

  it('REQ-01: refuses to boot a route without an action inside a plugin', async () => {
    const { app, guarded } = build();
    guarded();
    app.register(async (inner) => {
      inner.get('/open', async () => 'open');
    });
    await expect(app.ready()).rejects.toThrow('E_CONFIG');
  });

  it('REQ-01: denies a route that was registered before the guard and names no action', async () => {
    const { app, guarded, events, ran } = build();
    app.get('/early', async () => {
      ran.push('early');
      return 'secret';
    });
    guarded();
    const answer = await app.inject('/early');
    expect(answer.statusCode).toBe(403);
    expect(answer.json().code).toBe('E_HAB_ROLE');
    expect(ran).toEqual([]);
    expect(events.map(({ outcome }) => outcome.code)).toEqual(['E_HAB_ROLE']);
  });

  it('LOG-05: an act that changes something is in the journal before its handler runs', async () => {
    const { guarded, events, ran } = build();
    const answer = await guarded().inject({ method: 'POST', url: on('jobs'), payload: { n: 1 } });
    expect(answer.statusCode).toBe(200);
    expect(ran).toEqual(['job after 1 events']);
    expect(events).toEqual([
      {
        action: 'job.start',
        actor: { id: 'agent-1', role: 'agent_habilite', service: 'DIPN-69' },
        reason: { procedure: 'PV-2026/000123', requisition: AGENT.authority?.requisitionId, op: 'job.start' },
        objects: [],
        outcome: { effect: 'permit', policyId: 'agent-on-own-case', code: 'OK' },
      },
    ]);
  });

  it('LOG-05: when the journal is down an act does not happen', async () => {
    const { guarded, state, ran } = build();
    state.down = true;
    const answer = await guarded().inject({ method: 'POST', url: on('jobs'), payload: { n: 1 } });
    expect(answer.statusCode).toBe(503);
    expect(answer.json().code).toBe('E_LOG_DOWN');
    expect(ran).toEqual([]);
  });

  it('LOG-01: a disclosure is one event with the ids and the time range shown, HEAD included', async () => {
    const { guarded, events } = build();
    const app = guarded();
    const answer = await app.inject(on('exhibits'));
    expect(answer.json()).toEqual({ name: 'secret.mp4' });
    expect(events).toMatchObject([
      { action: 'exhibit.read', objects: [{ type: 'exhibit', id: EXHIBIT }], shown: { fromMs: 2, toMs: 9 } },
    ]);
    await app.inject({ method: 'HEAD', url: on('exhibits') });
    await app.inject(on('stream'));
    expect(events.map(({ action }) => action)).toEqual(['exhibit.read', 'exhibit.read', 'hit.picture']);
  });

  it.each(['exhibits', 'stream'])(
    'LOG-05: when the journal is down no content leaves (%s), neither body nor headers',
    async (path) => {
      const { guarded, state, ran } = build();
      const app = guarded();
      state.down = true;
      for (const method of ['GET', 'HEAD'] as const) {
        const answer = await app.inject({ method, url: on(path) });
        expect(answer.statusCode).toBe(503);
        expect(JSON.stringify([answer.headers, answer.body])).not.toContain('secret');
        if (method === 'GET') expect(answer.json().code).toBe('E_LOG_DOWN');
      }
      if (path === 'exhibits') expect(ran).toHaveLength(2);
    },
  );

  it('LOG-05: a journal that fails in its own way stops the answer as well', async () => {
    const append = () => Promise.reject(new Error('disk full: /data/secret'));
    const { guarded } = build({ deps: { log: { append } } });
    const answer = await guarded().inject(on('exhibits'));
    expect([answer.statusCode, answer.json().code]).toEqual([503, 'E_LOG_DOWN']);
    expect(answer.body).not.toContain('secret');
  });

  it('LOG-05: a disclosing route cannot take the reply out of the guard’s hands', async () => {
    const { guarded } = build();
    const answer = await guarded().inject(on('hijack'));
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toContain('secret');
  });

  it('decides before the body is read: a malformed body of nobody is E_REQ_MISSING, of an agent E_REQUEST', async () => {
    const call = {
      method: 'POST',
      url: on('jobs'),
      payload: '{"n":',
      headers: { 'content-type': 'application/json' },
    } as const;
    expect((await build({ identity: NOBODY }).guarded().inject(call)).json().code).toBe('E_REQ_MISSING');
    const { guarded, ran } = build();
    const app = guarded();
    expect((await app.inject(call)).json().code).toBe('E_REQUEST');
    expect((await app.inject({ ...call, payload: '{"n":"secret"}' })).json().code).toBe('E_REQUEST');
    expect((await app.inject({ ...call, payload: '{"n":"secret"}' })).body).not.toContain('secret');
    expect(ran).toEqual([]);
  });

  it('another case and what is no case at all are the same 404', async () => {
    const app = build().guarded();
    for (const caseId of [OTHER, 'x', '..%2f', CASE.toUpperCase()]) {
      const answer = await app.inject(`/cases/${caseId}/exhibits`);
      expect([answer.statusCode, answer.json().code], caseId).toEqual([404, 'E_PRO_SILO']);
    }
  });

  it('REQ-08: a handler decides again on the operations of its content, and the refusal is journaled', async () => {
    const { guarded, events } = build();
    const app = guarded();
    expect((await app.inject({ method: 'POST', url: on('questions') })).statusCode).toBe(200);
    const answer = await app.inject({ method: 'POST', url: on('questions'), headers: { 'x-zone': '1' } });
    expect(answer.json()).toMatchObject({
      code: 'E_REQ_OP',
      errors: [{ in: 'requisition', pointer: '/ops', rule: 'lacks', expected: ['search.zone'] }],
    });
    expect(answer.json().errors[0].detail).toBe('la réquisition ne vise pas : search.zone');
    const permit = { effect: 'permit', policyId: 'agent-on-own-case', code: 'OK' };
    expect(events.map(({ outcome }) => outcome)).toEqual([
      ...[permit, permit],
      ...[permit, { effect: 'forbid', policyId: 'ops-listed', code: 'E_REQ_OP' }],
    ]);
  });

  it('LOG-05: an act that keeps something and shows content is in the journal before both', async () => {
    const { guarded, events, ran, state } = build();
    const app = guarded();
    expect((await app.inject({ method: 'POST', url: on('questions') })).statusCode).toBe(200);
    expect(ran).toEqual(['question after 1 events']);
    expect(events.map(({ action, objects }) => [action, objects])).toEqual([
      ['search.ask', []],
      ['search.ask', [{ type: 'question', id: EXHIBIT }]],
    ]);
    state.down = true;
    expect((await app.inject({ method: 'POST', url: on('questions') })).json().code).toBe('E_LOG_DOWN');
    expect(ran).toHaveLength(1);
  });

  it('PRO-04, STA-01: the event of a broad question says so, for the statistics; that of another one says nothing', async () => {
    const { guarded, events } = build();
    const app = guarded();
    await app.inject({ method: 'POST', url: on('questions'), headers: { 'x-broad': '1' } });
    await app.inject({ method: 'POST', url: on('questions') });
    expect(events.map(({ facts }) => facts)).toEqual([undefined, { broad: true }, undefined, undefined]);
  });

  it('LOG-01: lists more things than a record holds in several records, all durable before the answer', async () => {
    const options = optionsFor(await freshFolder(), { clock: { nowMs: () => 1_790_000_000_000 } });
    const log = await openLog(options);
    onTestFinished(() => log.close());
    const app = build({ deps: { log } }).guarded();
    const answer = await app.inject(on('many'));
    expect(answer.json()).toEqual({ exhibits: 1_500 });
    expect(await log.size()).toBe(4);
    const records = await Promise.all([0, 1, 2, 3].map((seq) => log.record(seq)));
    const listed = records.map((record) => record?.objects as { id: string }[]);
    expect(listed.map((objects) => objects.length)).toEqual([400, 400, 400, 300]);
    expect(listed.flat().map(({ id }) => id)).toEqual(MANY);
    for (const record of records) expect(record).toMatchObject({ action: 'exhibit.read', outcome: { code: 'OK' } });
    // A refusal names them likewise.
    expect((await app.inject({ url: on('many'), headers: { 'x-refuse': '1' } })).statusCode).toBe(404);
    expect(await log.size()).toBe(8);
    expect(await log.record(7)).toMatchObject({ outcome: { effect: 'forbid', code: 'E_PRO_SILO' } });
  });

  it('LOG-01: when one of several records is refused nothing leaves', async () => {
    let left = 3;
    const append = async () => {
      left -= 1;
      if (left === 0) throw new AppError('E_LOG_DOWN');
      return 0;
    };
    const answer = await build({ deps: { log: { append } } })
      .guarded()
      .inject(on('many'));
    expect([answer.statusCode, answer.json().code]).toEqual([503, 'E_LOG_DOWN']);
  });

  it('LOG-01: names an id of the URL in the form that the journal knows', async () => {
    const { guarded, events } = build();
    const app = guarded();
    app.get('/cases/:caseId/exhibits/:id', { config: { action: 'exhibit.read' } }, async (request) => {
      request.show([{ type: 'exhibit', id: (request.params as { id: string }).id }]);
      return 'shown';
    });
    await app.inject(on(`exhibits/${EXHIBIT.toUpperCase()}`));
    expect(events[0]?.objects).toEqual([{ type: 'exhibit', id: EXHIBIT }]);
  });

  it('HUM-01: what waits for a disclosure runs after its event and before the payload', async () => {
    const { guarded, ran } = build();
    const answer = await guarded().inject(on('seen'));
    expect(answer.body).toBe('secret picture');
    expect(ran).toEqual(['work after 1 events', 'payload']);
  });

  it('HUM-01: what waits for a disclosure does not run without it, and stops it when it fails', async () => {
    const { guarded, ran, state } = build();
    const app = guarded();
    expect((await app.inject({ url: on('seen'), headers: { 'x-refuse': '1' } })).statusCode).toBe(404);
    state.down = true;
    expect((await app.inject(on('seen'))).json().code).toBe('E_LOG_DOWN');
    expect(ran.filter((what) => what.startsWith('work'))).toEqual([]);
    state.down = false;
    const failed = await app.inject({ url: on('seen'), headers: { 'x-fail': '1' } });
    expect([failed.statusCode, failed.json().code]).toEqual([503, 'E_DATABASE']);
    expect(failed.body).not.toContain('secret');
    expect((await app.inject({ method: 'POST', url: on('late') })).json().code).toBe('E_INTERNAL');
  });

  it('counts what strangers cause: one event a code and minute, every one heard by the counters', async () => {
    const { guarded, events, clock, refusals } = build({ identity: new AppError('E_REQ_PROOF') });
    const app = guarded();
    for (let n = 0; n < 5; n++) expect((await app.inject(on('exhibits'))).statusCode).toBe(401);
    for (let n = 0; n < 3; n++) expect((await app.inject('/nowhere')).statusCode).toBe(404);
    expect(events.map(({ outcome }) => outcome.code)).toEqual(['E_REQ_PROOF', 'E_ROUTE_ABSENT']);
    expect(refusals).toHaveLength(8);
    clock.ms += 60_000;
    await app.inject(on('exhibits'));
    expect(events).toHaveLength(3);
    expect(events[2]).toMatchObject({
      actor: { id: 'anonymous', role: 'anonymous' },
      reason: { procedure: '-', requisition: '-', op: 'exhibit.read' },
    });
  });

  it('journals each refusal of a known agent, and still answers it when the journal is down', async () => {
    const { guarded, events, state } = build();
    const app = guarded();
    for (let n = 0; n < 3; n++) await app.inject(on('absent'));
    expect(events.map(({ outcome }) => outcome)).toEqual(
      Array(3).fill({ effect: 'forbid', policyId: '-', code: 'E_PRO_SILO' }),
    );
    await app.inject(on('broken'));
    expect(events.at(-1)?.outcome).toEqual({ effect: 'failed', policyId: '-', code: 'E_INTERNAL' });
    state.down = true;
    expect((await app.inject(`/cases/${OTHER}/exhibits`)).statusCode).toBe(404);
  });

  it('a route that journals by itself cannot answer without its event', async () => {
    const { guarded, events } = build({ identity: NOBODY });
    const app = guarded();
    expect((await app.inject({ method: 'POST', url: '/register' })).json()).toEqual({ registered: true });
    expect(events).toMatchObject([
      { action: 'requisition.register', reason: { procedure: 'PV-9', requisition: EXHIBIT } },
    ]);
    const forgotten = await app.inject({ method: 'POST', url: '/register', headers: { 'x-forget': '1' } });
    expect([forgotten.statusCode, forgotten.json().code]).toEqual([503, 'E_LOG_DOWN']);
  });

  it('public routes need nobody, ask nobody and journal nothing', async () => {
    const { guarded, events } = build({ identity: new AppError('E_REQ_PROOF') });
    expect((await guarded().inject('/public')).json()).toEqual({ ok: true });
    expect(events).toEqual([]);
  });
});

describe('problem documents', () => {
  it('RFC 9457: code, fixed sentence and correlation id, French unless English is preferred, and no value of the request', async () => {
    const app = build().guarded();
    const ask = (accept?: string) =>
      app.inject({ url: on('absent'), headers: accept === undefined ? {} : { 'accept-language': accept } });
    const answer = await ask();
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(answer.json()).toEqual({
      type: 'urn:differe:error:E_PRO_SILO',
      title: 'Introuvable',
      status: 404,
      code: 'E_PRO_SILO',
      detail: ERRORS.E_PRO_SILO.fr,
      correlationId: expect.any(String),
    });
    for (const accept of ['en', 'en-GB,fr;q=0.5', 'de, en;q=0.3', 'fr;q=0.2, en;q=0.9']) {
      expect((await ask(accept)).json().detail, accept).toBe(ERRORS.E_PRO_SILO.en);
    }
    for (const accept of ['fr', 'de', 'fr, en', 'en;q=0.1,fr', '*', 'x'.repeat(500)]) {
      expect((await ask(accept)).json().detail, accept).toBe(ERRORS.E_PRO_SILO.fr);
    }
  });

  it('says of an unexpected failure that it happened and nothing else', async () => {
    const answer = await build().guarded().inject(on('broken'));
    expect([answer.statusCode, answer.json().code]).toEqual([500, 'E_INTERNAL']);
    expect(answer.body).not.toContain('AB-123-CD');
  });

  it('names unknown addresses, other media types and too large bodies by their code', async () => {
    const app = build().guarded();
    expect((await app.inject('/nowhere')).json().code).toBe('E_ROUTE_ABSENT');
    const type = await app.inject({
      method: 'POST',
      url: on('jobs'),
      payload: 'x',
      headers: { 'content-type': 'image/png' },
    });
    expect([type.statusCode, type.json().code]).toEqual([400, 'E_REQUEST']);
    const large = await app.inject({ method: 'POST', url: on('jobs'), payload: { n: 1, pad: 'x'.repeat(1_100_000) } });
    expect([large.statusCode, large.json().code]).toEqual([400, 'E_REQUEST']);
  });

  it('tells how to present a proof where one is missing', async () => {
    const answer = await build({ identity: NOBODY }).guarded().inject(on('exhibits'));
    expect(answer.headers['www-authenticate']).toBe('DPoP algs="EdDSA"');
  });
});
