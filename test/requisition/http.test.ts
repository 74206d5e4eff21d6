import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type TypeBoxTypeProvider, TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyInstance, type InjectOptions } from 'fastify';
import { calculateJwkThumbprint } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../gateway/audit/types.ts';
import type { Database } from '../../gateway/database.ts';
import { AppError } from '../../gateway/errors.ts';
import type { RequisitionId } from '../../gateway/ids.ts';
import { installGuard } from '../../gateway/policy/guard.ts';
import { POLICIES } from '../../gateway/policy/policies.ts';
import { createAuthenticator } from '../../gateway/requisition/authenticate.ts';
import { createReplayGuard, makeProof } from '../../gateway/requisition/dpop.ts';
import { createMediaTickets } from '../../gateway/requisition/media-tickets.ts';
import { createRecords, type RequisitionRecords } from '../../gateway/requisition/records.ts';
import { requisitionRoutes } from '../../gateway/requisition/routes.ts';
import type { Tokens } from '../../gateway/requisition/verify.ts';
import { loadRegistry } from '../../gateway/trust/registry.ts';
import { openVault, type Vault } from '../../gateway/vault.ts';
import { asOwner, testDatabase } from '../support/database.ts';
import { withoutKeys } from '../support/once.ts';
import {
  AUDIENCE,
  type Authorities,
  authorisationClaims,
  codeOf,
  EVERYBODY_HABILITATED,
  NOTHING_REVOKED,
  NOW,
  newAuthorities,
  newKey,
  scheduleClaims,
  type TestKey,
  tokensOf,
} from './support.ts';

const ORIGIN = 'https://differe.example';

describe('requisitions over HTTP, on a real database', () => {
  let folder: string;
  let database: Database;
  let vault: Vault;
  let authorities: Authorities;
  let records: RequisitionRecords;
  let app: FastifyInstance;
  const events: AuditEvent[] = [];
  const log = { down: false };
  const clock = { ms: NOW * 1000, nowMs: () => clock.ms };
  const tickets = createMediaTickets(clock);
  let revoked = false;
  let replay = createReplayGuard(0);

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'differe-requisition-'));
    [database, authorities] = await Promise.all([testDatabase(), newAuthorities()]);
    vault = await openVault({
      dataDir: path.join(folder, 'vault'),
      keysDir: path.join(folder, 'keys'),
      installationKey: randomBytes(32),
    });
    records = createRecords({
      database,
      vault,
      clock,
      registry: loadRegistry(authorities.jwks, 'test'),
      env: 'test',
      audience: AUDIENCE,
      standing: NOTHING_REVOKED,
    });
    const server = Fastify().setValidatorCompiler(TypeBoxValidatorCompiler).withTypeProvider<TypeBoxTypeProvider>();
    withoutKeys(server);
    installGuard(server, {
      authenticate: createAuthenticator({
        records,
        register: EVERYBODY_HABILITATED,
        standing: { ...NOTHING_REVOKED, isRevoked: () => revoked },
        replay: { accept: (proof, now) => replay.accept(proof, now) },
        tickets,
        clock,
        origin: () => ORIGIN,
      }),
      log: {
        async append(event) {
          if (log.down) throw new AppError('E_LOG_DOWN');
          return events.push(event);
        },
      },
      clock,
      policies: POLICIES,
    });
    await server.register(requisitionRoutes({ records, register: EVERYBODY_HABILITATED }));
    server.post('/api/v1/cases/:caseId/jobs', { config: { action: 'job.start' } }, async (request) => ({
      by: request.principal.agentId,
      under: request.requisition.id,
    }));
    server.get('/api/v1/cases/:caseId/hits/:hitId/clip', { config: { action: 'hit.picture' } }, async (request) => ({
      by: request.principal.agentId,
    }));
    server.get('/api/v1/uploads/any', { config: { action: 'exhibit.read' } }, async (request) => ({
      of: request.requisition.caseId,
    }));
    app = server;
    await app.ready();
  });
  afterAll(async () => {
    await app.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** A new procedure's tokens, for these agents. */
  const tokensFor = (
    procedure: string,
    agents: readonly TestKey[],
    authorisation = authorisationClaims('PRELIMINAIRE', { sub: procedure }),
  ) => {
    const schedule = scheduleClaims(authorisation, agents);
    return { authorisation, schedule, tokens: tokensOf(authorities, authorisation, schedule) };
  };

  interface Call {
    readonly key?: TestKey;
    readonly requisition?: string;
    readonly method?: 'GET' | 'POST';
    readonly payload?: object;
    /** What the proof is made for, when it is not this call. */
    readonly proof?: Partial<Parameters<typeof makeProof>[0]> | string;
  }
  async function call(url: string, { key, requisition, method = 'GET', payload, proof }: Call = {}) {
    const headers: Record<string, string> = {};
    if (requisition !== undefined) headers.authorization = `DPoP ${requisition}`;
    if (typeof proof === 'string') headers.dpop = proof;
    else if (key !== undefined) {
      headers.dpop = await makeProof({
        key: key.privateJwk,
        method,
        url: `${ORIGIN}${url}`,
        nowSeconds: Math.floor(clock.ms / 1000),
        ...(requisition === undefined ? {} : { accessToken: requisition }),
        ...proof,
      });
    }
    const options: InjectOptions = { method, url, headers, ...(payload === undefined ? {} : { payload }) };
    const answer = await app.inject(options);
    const { headers: said } = answer;
    return { status: answer.statusCode, body: answer.json(), code: answer.json().code as string | undefined, said };
  }
  const register = (tokens: Tokens, key: TestKey | undefined) =>
    call('/api/v1/requisitions', { ...(key === undefined ? {} : { key }), method: 'POST', payload: tokens });

  it('SEC-11: a key that has used up its proofs is told when to come back, and that its proof was no bad one', async () => {
    const { schedule, tokens } = tokensFor('PV-2026/RATE', [authorities.agent]);
    expect((await register(tokens, authorities.agent)).status).toBe(201);
    const caseId = vault.caseIdOf('PV-2026/RATE');
    const ask = () =>
      call(`/api/v1/cases/${caseId}/jobs`, { key: authorities.agent, requisition: schedule.jti, method: 'POST' });
    replay = createReplayGuard(0, { proofs: 10, proofsPerKey: 1 });
    try {
      expect((await ask()).status).toBe(200);
      events.length = 0;
      const { status, code, said } = await ask();
      expect([status, code, said['retry-after']]).toEqual([429, 'E_RATE', '121']);
      await ask();
      // One event a minute: what it is refused for may not fill the journal.
      expect(events.map(({ outcome }) => outcome.code)).toEqual(['E_RATE']);
    } finally {
      replay = createReplayGuard(0);
    }
  });

  it('puts a requisition on record, journals it under its procedure, and lets its agent work on its case', async () => {
    const { schedule, authorisation, tokens } = tokensFor('PV-2026/001', [authorities.agent]);
    events.length = 0;
    const answer = await register(tokens, authorities.agent);
    expect(answer.status).toBe(201);
    const caseId = vault.caseIdOf('PV-2026/001');
    expect(answer.body).toMatchObject({
      id: schedule.jti,
      caseId,
      procedure: 'PV-2026/001',
      ops: authorisation.ops,
      agents: ['agent-1'],
    });
    expect(events).toMatchObject([
      {
        action: 'requisition.register',
        reason: { procedure: 'PV-2026/001', requisition: schedule.jti, op: 'requisition.register' },
        outcome: { effect: 'permit', code: 'OK' },
      },
    ]);
    expect(events[0]?.objects.map(({ type }) => type)).toEqual(['digest', 'digest', 'requisition', 'case']);
    const as = { key: authorities.agent, requisition: schedule.jti };
    const job = await call(`/api/v1/cases/${caseId}/jobs`, { ...as, method: 'POST' });
    expect(job.body).toEqual({ by: 'agent-1', under: schedule.jti });
    expect((await call('/api/v1/uploads/any', as)).body).toEqual({ of: caseId });
    expect((await call(`/api/v1/cases/${caseId}`, as)).body).toMatchObject({
      id: caseId,
      state: 'open',
      procedure: 'PV-2026/001',
    });
    const listed = await call(`/api/v1/cases/${caseId}/requisitions`, as);
    expect(listed.body.requisitions).toHaveLength(1);
    expect(events.at(-1)).toMatchObject({
      action: 'requisition.read',
      objects: [{ type: 'requisition', id: schedule.jti }],
    });
  });

  it('REQ-15: a jti is registered once, also at the same moment; the same authorisation carries a second schedule', async () => {
    const { authorisation, tokens } = tokensFor('PV-2026/002', [authorities.agent]);
    const twice = await Promise.all([register(tokens, authorities.agent), register(tokens, authorities.agent)]);
    expect(twice.map(({ status }) => status).sort()).toEqual([201, 403]);
    expect(twice.find(({ status }) => status === 403)?.code).toBe('E_REQ_REPLAY');
    const again = await register(tokens, authorities.agent);
    expect([again.code, again.body.errors]).toMatchObject(['E_REQ_REPLAY', [{ pointer: '/jti', rule: 'onRecord' }]]);
    // A key that it does not name is answered alike whether it is on record or not.
    const { tokens: unknown } = tokensFor('PV-2026/002', [authorities.agent]);
    const [ofKnown, ofUnknown] = [
      await register(tokens, authorities.other),
      await register(unknown, authorities.other),
    ];
    expect(ofKnown.body).toEqual({ ...ofUnknown.body, correlationId: ofKnown.body.correlationId });
    expect(ofKnown.body.errors).toMatchObject([{ pointer: '/cnf/jkt', rule: 'holder' }]);
    const second = tokensOf(authorities, authorisation, scheduleClaims(authorisation, [authorities.agent]));
    expect((await register({ ...second, authorisation: tokens.authorisation }, authorities.agent)).status).toBe(201);
    const widened = { ...authorisation, ops: [...authorisation.ops, 'search.zone'] } as typeof authorisation;
    const other = tokensOf(authorities, widened, scheduleClaims(widened, [authorities.agent]));
    expect((await register(other, authorities.agent)).code).toBe('E_REQ_REPLAY');
    const asSchedule = tokensFor('PV-2026/002', [authorities.agent]);
    const reused = tokensOf(authorities, asSchedule.authorisation, { ...asSchedule.schedule, jti: authorisation.jti });
    expect((await register(reused, authorities.agent)).code).toBe('E_REQ_REPLAY');
  });

  it('REQ-15: refuses registration without proof, by a key that is not an agent’s, and stores nothing', async () => {
    const { schedule, tokens } = tokensFor('PV-2026/003', [authorities.agent]);
    events.length = 0;
    expect((await register(tokens, undefined)).code).toBe('E_REQ_PROOF');
    expect((await register(tokens, authorities.other)).code).toBe('E_REQ_REPLAY');
    expect(await records.route(schedule.jti as Parameters<typeof records.route>[0])).toBeUndefined();
    expect(events.map(({ outcome }) => outcome)).toMatchObject([
      { effect: 'forbid', code: 'E_REQ_PROOF' },
      { effect: 'forbid', code: 'E_REQ_REPLAY' },
    ]);
    expect(events[1]?.objects.map(({ type }) => type)).toEqual(['digest', 'digest']);
  });

  it('LOG-05: when the journal is down nothing is registered', async () => {
    const { schedule, tokens } = tokensFor('PV-2026/004', [authorities.agent]);
    log.down = true;
    expect((await register(tokens, authorities.agent)).code).toBe('E_LOG_DOWN');
    log.down = false;
    expect(await records.route(schedule.jti as Parameters<typeof records.route>[0])).toBeUndefined();
    expect((await register(tokens, authorities.agent)).status).toBe(201);
  });

  it('REQ-01: without a requisition, with an unknown one or a malformed header, nothing is done', async () => {
    const caseId = vault.caseIdOf('PV-2026/001');
    const jobs = `/api/v1/cases/${caseId}/jobs`;
    expect(await call(jobs, { method: 'POST' })).toMatchObject({ status: 401, code: 'E_REQ_MISSING' });
    expect(await call(jobs, { method: 'POST', key: authorities.agent })).toMatchObject({
      status: 401,
      code: 'E_REQ_MISSING',
    });
    expect(await call(jobs, { method: 'POST', requisition: randomUUID() })).toMatchObject({
      status: 401,
      code: 'E_REQ_PROOF',
    });
    expect(await call(jobs, { method: 'POST', key: authorities.agent, requisition: randomUUID() })).toMatchObject({
      status: 401,
      code: 'E_REQ_MISSING',
    });
    expect(await call(jobs, { method: 'POST', key: authorities.agent, requisition: 'x' })).toMatchObject({
      status: 401,
      code: 'E_REQ_MISSING',
    });
    const bodies = [
      { authorisation: 'a.b.c', schedule: 'a.b.c' },
      { authorisation: '' },
      { authorisation: 'a', schedule: 'b', admin: true },
    ];
    for (const [index, payload] of bodies.entries()) {
      const answer = await call('/api/v1/requisitions', { method: 'POST', key: authorities.agent, payload });
      expect(answer.code).toBe(index === 0 ? 'E_REQ_SIG' : 'E_REQUEST');
    }
  });

  describe('the swap matrix: every part of a proven request exchanged for another one’s', () => {
    let a: { id: string; caseId: string; key: TestKey };
    let b: { id: string; caseId: string; key: TestKey };
    beforeAll(async () => {
      const made = await Promise.all(
        ['PV-2026/010', 'PV-2026/011'].map(async (procedure) => {
          const key = await newKey('swap');
          const { schedule, tokens } = tokensFor(procedure, [key]);
          expect((await register(tokens, key)).status).toBe(201);
          return { id: schedule.jti, caseId: String(vault.caseIdOf(procedure)), key };
        }),
      );
      if (made[0] === undefined || made[1] === undefined) throw new Error('not registered');
      [a, b] = [made[0], made[1]];
    });
    const jobs = (caseId: string) => `/api/v1/cases/${caseId}/jobs`;

    it('HAB-03, SEC-04: another agent’s key is refused, another case is not there, the right triple works', async () => {
      for (const requisition of [a, b]) {
        for (const key of [a, b]) {
          for (const of of [a, b]) {
            const answer = await call(jobs(of.caseId), { method: 'POST', key: key.key, requisition: requisition.id });
            const expected = requisition !== of ? 'E_PRO_SILO' : key !== requisition ? 'E_HAB_CASE' : undefined;
            expect(answer.code).toBe(expected);
          }
        }
      }
    });

    it('REQ-15: a proof for another method, URL, requisition, time or used before is refused', async () => {
      const good: Call = { method: 'POST', key: a.key, requisition: a.id };
      const now = Math.floor(clock.ms / 1000);
      const refused = async (proof: Call['proof']) =>
        (await call(jobs(a.caseId), { ...good, ...(proof && { proof }) })).code;
      expect(await refused({})).toBeUndefined();
      expect(await refused({ method: 'GET' })).toBe('E_REQ_PROOF');
      expect(await refused({ url: `${ORIGIN}${jobs(b.caseId)}` })).toBe('E_REQ_PROOF');
      expect(await refused({ url: `https://evil.example${jobs(a.caseId)}` })).toBe('E_REQ_PROOF');
      expect(await refused({ accessToken: b.id })).toBe('E_REQ_PROOF');
      expect(await refused({ nowSeconds: now - 61 })).toBe('E_REQ_PROOF');
      const once = await makeProof({
        key: a.key.privateJwk,
        method: 'POST',
        url: `${ORIGIN}${jobs(a.caseId)}`,
        nowSeconds: now,
        accessToken: a.id,
      });
      expect(await refused(once)).toBeUndefined();
      expect(await refused(once)).toBe('E_REQ_PROOF');
    });

    it('REQ-01: an id in upper case is no requisition on record, and no alarm of the vault; the scheme may stand in any case', async () => {
      const upper = { method: 'POST', key: a.key, requisition: a.id.toUpperCase() } as const;
      expect(await call(jobs(a.caseId), upper)).toMatchObject({ status: 401, code: 'E_REQ_MISSING' });
      const url = jobs(a.caseId);
      for (const scheme of ['dpop', 'DPOP']) {
        const dpop = await makeProof({
          key: a.key.privateJwk,
          method: 'POST',
          url: `${ORIGIN}${url}`,
          nowSeconds: Math.floor(clock.ms / 1000),
          accessToken: a.id,
        });
        const answer = await app.inject({ method: 'POST', url, headers: { authorization: `${scheme} ${a.id}`, dpop } });
        expect(answer.statusCode).toBe(200);
      }
    });

    it('lists to a key the cases that it is designated in, and to a stranger none', async () => {
      for (const requisition of [undefined, a.id]) {
        const answer = await call('/api/v1/cases', { key: a.key, ...(requisition && { requisition }) });
        expect(answer.body.cases).toMatchObject([
          { id: a.caseId, procedure: 'PV-2026/010', requisitions: [{ id: a.id }] },
        ]);
        expect(answer.body.cases).toHaveLength(1);
      }
      expect((await call('/api/v1/cases', { key: await newKey('stranger') })).code).toBe('E_REQ_MISSING');
      expect((await call('/api/v1/cases')).code).toBe('E_REQ_MISSING');
      expect((await call('/api/v1/cases', { key: b.key, requisition: a.id })).code).toBe('E_HAB_CASE');
    });
  });

  it('REQ-10: after exp analysis is refused and reading goes on', async () => {
    const { schedule, tokens } = tokensFor('PV-2026/020', [authorities.agent]);
    await register(tokens, authorities.agent);
    const url = `/api/v1/cases/${vault.caseIdOf('PV-2026/020')}`;
    const as = { key: authorities.agent, requisition: schedule.jti };
    try {
      clock.ms = schedule.exp * 1000;
      expect((await call(`${url}/jobs`, { ...as, method: 'POST' })).code).toBe('E_REQ_EXPIRED');
      expect((await call(`${url}/requisitions`, as)).status).toBe(200);
    } finally {
      clock.ms = NOW * 1000;
    }
  });

  it('REQ-03: nothing of the tokens stands readable in the database', async () => {
    const { authorisation, tokens } = tokensFor('PV-2026/030', [authorities.agent]);
    await register(tokens, authorities.agent);
    const { rows } = await asOwner(database, 'SELECT to_jsonb(r) AS row, r.sealed FROM requisitions r');
    const text = rows.map(({ row, sealed }) => JSON.stringify(row) + (sealed as Buffer).toString('latin1')).join();
    for (const secret of ['PV-2026', 'Bellecour', 'agent-1', tokens.schedule, tokens.authorisation.split('.')[2] ?? ''])
      expect(text).not.toContain(secret);
    expect(text).toContain(authorisation.jti);
  });

  it('REQ-13, REQ-15, LOG-01: a media ticket is read without a proof, decided and journalled each time, and ends with a revocation', async () => {
    const { schedule, tokens } = tokensFor('PV-2026/TICKET', [authorities.agent]);
    expect(await register(tokens, authorities.agent)).toMatchObject({ status: 201 });
    const caseId = vault.caseIdOf('PV-2026/TICKET');
    const clip = `/api/v1/cases/${caseId}/hits/${schedule.jti}/clip`;
    const jkt = await calculateJwkThumbprint(authorities.agent.publicJwk);
    const { ticket } = tickets.issue({ jkt, requisitionId: schedule.jti as RequisitionId }, clip);
    const by = schedule.agents[0]?.id;
    events.length = 0;
    for (let read = 1; read <= 2; read++) {
      expect(await call(`${clip}?ticket=${ticket}`)).toMatchObject({ status: 200, body: { by } });
      expect(events).toHaveLength(read);
    }
    expect(events[0]).toMatchObject({
      action: 'hit.picture',
      actor: { id: by },
      reason: { procedure: 'PV-2026/TICKET' },
    });
    // Without it, of another address, or for another method: nobody.
    expect((await call(clip)).code).toBe('E_REQ_MISSING');
    for (const url of [
      `${clip}?x=1&ticket=${ticket}`,
      `${clip.replace('/clip', '/still')}?ticket=${ticket}`,
      `${clip}?ticket=${ticket}x`,
    ]) {
      expect((await call(url)).status, url).toBe(url.includes('still') ? 404 : 401);
    }
    expect((await call(`/api/v1/cases/${caseId}/jobs?ticket=${ticket}`, { method: 'POST' })).code).toBe(
      'E_REQ_MISSING',
    );
    revoked = true;
    try {
      const refused = await call(`${clip}?ticket=${ticket}`);
      expect([refused.code, refused.body.errors]).toMatchObject(['E_REQ_REVOKED', [{ rule: 'ended' }]]);
      // Nobody else hears why.
      const other = await call(clip, { key: authorities.other, requisition: schedule.jti });
      expect([other.code, other.body.errors]).toEqual(['E_HAB_CASE', undefined]);
    } finally {
      revoked = false;
    }
    clock.ms += 60_000;
    expect((await call(`${clip}?ticket=${ticket}`)).code).toBe('E_REQ_PROOF');
    clock.ms -= 60_000;
  });

  it('REQ-12: verifies what it reads back: a row that was moved, a key that left the registry', async () => {
    const moved = tokensFor('PV-2026/040', [authorities.agent]);
    await register(moved.tokens, authorities.agent);
    const caseId = vault.caseIdOf('PV-2026/040');
    type Id = Parameters<typeof records.load>[1];
    expect((await records.load(caseId, moved.schedule.jti as Id)).id).toBe(moved.schedule.jti);
    expect(await codeOf(records.load(caseId, randomUUID() as Id))).toBe('E_PRO_SILO');
    expect(await codeOf(records.load(vault.caseIdOf('PV-2026/001'), moved.schedule.jti as Id))).toBe('E_PRO_SILO');
    const fewer = JSON.stringify({ keys: authorities.keys.filter(({ kid }) => kid !== 'opj-1') });
    const distrustful = createRecords({
      database,
      vault,
      clock,
      registry: loadRegistry(fewer, 'test'),
      env: 'test',
      audience: AUDIENCE,
      standing: NOTHING_REVOKED,
    });
    expect(await codeOf(distrustful.load(caseId, moved.schedule.jti as Id))).toBe('E_REQ_SIG');
    expect(await distrustful.ofThumbprint(authorities.agent.jkt)).toEqual([]);
    // A registry that changes in its place: what was verified with it before does not count any more.
    const live = new Map(loadRegistry(authorities.jwks, 'test'));
    let generation = 1;
    const watchful = createRecords({
      ...{ database, vault, clock, env: 'test', audience: AUDIENCE, standing: NOTHING_REVOKED },
      registry: live,
      registryNow: () => generation,
    });
    expect((await watchful.load(caseId, moved.schedule.jti as Id)).id).toBe(moved.schedule.jti);
    live.delete('opj-1');
    generation += 1;
    expect(await codeOf(watchful.load(caseId, moved.schedule.jti as Id))).toBe('E_REQ_SIG');
    const stranger = randomUUID();
    await asOwner(database, 'UPDATE requisitions SET id = $1 WHERE id = $2', [stranger, moved.schedule.jti]);
    expect(await codeOf(records.load(caseId, stranger as Id))).toBe('E_VAULT');
  });
});
