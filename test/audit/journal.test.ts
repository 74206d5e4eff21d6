import { type TypeBoxTypeProvider, TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import Fastify from 'fastify';
import { expect, it, onTestFinished } from 'vitest';
import { openLog } from '../../gateway/audit/append.ts';
import { journalRoutes } from '../../gateway/audit/routes.ts';
import type { AuditEvent } from '../../gateway/audit/types.ts';
import type { CaseId } from '../../gateway/ids.ts';
import { installGuard } from '../../gateway/policy/guard.ts';
import { POLICIES } from '../../gateway/policy/policies.ts';
import type { Role } from '../../gateway/policy/types.ts';
import { eventFor } from './events.ts';
import { freshFolder, handClock, optionsFor } from './support.ts';

const CASE = 'b3f5a3a2-58a1-8d7e-8b3c-0123456789ab' as CaseId;
const OTHER = 'c3f5a3a2-58a1-8d7e-8b3c-0123456789ab' as CaseId;
const REQUISITION = '6f1f1f3e-0a54-4a6f-8a43-5a8f4d1f7f10';

const ofProcedure = (procedure: string): AuditEvent =>
  eventFor(undefined, { reason: { procedure, requisition: REQUISITION, op: 'hit.read' } });

/** The real route behind the real guard, on a log with the records of two cases. */
async function build(role: Role) {
  const clock = handClock();
  const log = await openLog(optionsFor(await freshFolder(), { clock }));
  for (let n = 0; n < 6; n++) await log.append(ofProcedure(n % 2 === 0 ? '2026/1' : '2026/2'));
  await log.append(ofProcedure('-'));
  const app = Fastify().withTypeProvider<TypeBoxTypeProvider>();
  app.setValidatorCompiler(TypeBoxValidatorCompiler);
  installGuard(app, {
    log,
    clock,
    policies: POLICIES,
    authenticate: async () => ({
      principal: { role, agentId: 'A-0042', service: 'SR-PARIS', habilitation: 'in_force' },
      authority: {
        requisitionId: REQUISITION,
        caseId: CASE,
        procedure: '2026/1',
        ops: [],
        notBefore: 0,
        expires: 4_000_000_000,
        agentDesignated: true,
        revoked: false,
        magistrateSeized: true,
      },
    }),
  });
  await app.register(journalRoutes({ log }));
  onTestFinished(async () => {
    await app.close();
    await log.close();
  });
  return { app, log };
}

it('LOG-07: a control role reads the journal of its case, page by page, and no record of another', async () => {
  const { app } = await build('procureur_controle');
  const read = async (query: string) => (await app.inject(`/api/v1/cases/${CASE}/journal${query}`)).json();
  const all = await read('');
  const procedures = (page: { records: { reason: { procedure: string } }[] }) =>
    page.records.map((record) => record.reason.procedure);
  expect(procedures(all)).toEqual(['2026/1', '2026/1', '2026/1']);
  expect(all.next).toBeUndefined();
  expect(all.records[0]).toMatchObject({ seq: 0, action: 'hit.read', software: 'differe/0.1.0' });
  const first = await read('?limit=2');
  expect([first.records.length, first.next]).toEqual([2, 3]);
  const rest = await read(`?limit=2&from=${first.next}`);
  // The third record of the case, and the event of the first reading.
  expect(rest.records.map((record: { action: string }) => record.action)).toEqual(['hit.read', 'audit.read']);
});

it('LOG-07: the reading is an event itself, and names the records shown', async () => {
  const { app, log } = await build('procureur_controle');
  await app.inject(`/api/v1/cases/${CASE}/journal`);
  expect(await log.record(7)).toMatchObject({
    action: 'audit.read',
    reason: { procedure: '2026/1' },
    objects: [
      { type: 'log', id: '0' },
      { type: 'log', id: '2' },
      { type: 'log', id: '4' },
    ],
  });
});

it('LOG-07: an agent is refused the journal of the own case, and the refusal is an event', async () => {
  const { app, log } = await build('agent_habilite');
  const reply = await app.inject(`/api/v1/cases/${CASE}/journal`);
  expect([reply.statusCode, reply.json().code]).toEqual([403, 'E_HAB_ROLE']);
  expect(reply.body).not.toContain('2026');
  expect(await log.record(7)).toMatchObject({
    action: 'audit.read',
    outcome: { effect: 'forbid', code: 'E_HAB_ROLE' },
  });
});

it('LOG-07: nobody reads the journal of another case', async () => {
  const { app } = await build('procureur_controle');
  const reply = await app.inject(`/api/v1/cases/${OTHER}/journal`);
  expect(reply.statusCode).toBeGreaterThanOrEqual(400);
  expect(reply.body).not.toContain('2026');
});
