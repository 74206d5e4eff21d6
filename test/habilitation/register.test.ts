import { compactVerify, importJWK } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HabilitationClaims } from '../../gateway/habilitation/types.ts';
import { newKey, type TestKey } from '../requisition/support.ts';
import { asOwner } from '../support/database.ts';
import { DAY, type Office, openOffice } from './support.ts';

let office: Office;
let agent: TestKey;
let claims: HabilitationClaims;

beforeAll(async () => {
  office = await openOffice();
  agent = office.authorities.agent;
  claims = office.claimsOf('agent-1', agent);
});
afterAll(() => office.close());

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString();
const now = (): number => Math.floor(office.clock.ms / 1000);

describe('the register of habilitations', () => {
  it('HAB-02: takes an act of the competent authority alone, complete and for twelve months at most', async () => {
    const refused = async (changes: Partial<HabilitationClaims>, by?: Parameters<Office['present']>[1]) =>
      (await office.present({ ...claims, ...changes }, by)).code;
    expect(await refused({}, 'opj')).toBe('E_REQ_AUTHORITY');
    expect(await refused({}, 'responsable')).toBe('E_REQ_AUTHORITY');
    expect(await refused({ authority: { role: 'prefet', ref: 'HAB-1' } })).toBe('E_REQ_AUTHORITY');
    expect(await refused({ role: 'magistrat_230_24' })).toBe('E_REQ_AUTHORITY');
    expect(await refused({ natures: [] })).toBe('E_REQ_SCHEMA');
    expect(await refused({ natures: ['visages'] as never })).toBe('E_REQ_SCHEMA');
    expect(await refused({ until: claims.granted_at + 367 * DAY })).toBe('E_REQ_SCHEMA');
    expect(await refused({ until: claims.granted_at })).toBe('E_REQ_SCHEMA');
    expect(await refused({ jurisdiction: 'TJ-LYON' })).toBe('E_REQ_SCHEMA');
    expect(await refused({ role: 'procureur_controle', authority: { role: 'procureur', ref: 'x' } }, 'procureur')).toBe(
      'E_REQ_SCHEMA',
    );
    expect(await refused({ jkt: 'short' })).toBe('E_REQ_SCHEMA');
    expect(await refused({ admin: true } as never)).toBe('E_REQ_SCHEMA');
    const { rowCount } = await asOwner(office.database, 'SELECT FROM installation_acts');
    expect(rowCount).toBe(0);
  });

  it('HAB-02: no record, no access: neither to register a requisition nor under one', async () => {
    expect((await office.open('PV-2026/01', [agent])).code).toBe('E_HAB_NONE');
    expect(await asOwner(office.database, 'SELECT FROM requisitions')).toMatchObject({ rowCount: 0 });
    expect((await office.present(claims)).status).toBe(201);
    const { status, requisition, caseId } = await office.open('PV-2026/01', [agent]);
    expect(status).toBe(201);
    expect((await office.call('POST', `/api/v1/cases/${caseId}/jobs`, agent, requisition)).status).toBe(200);
    expect((await office.call('GET', '/api/v1/cases', agent)).body.cases).toHaveLength(1);
  });

  it('HAB-03: the schedule must name him by his id, service, key and reference', async () => {
    const { standingOf } = office.register;
    const named = { id: 'agent-1', service: 'DIPN-69', habilitation_ref: 'HAB-1', jkt: agent.jkt };
    expect(standingOf(named)).toBe('in_force');
    expect(standingOf({ ...named, id: 'agent-9' })).toBe('none');
    expect(standingOf({ ...named, jkt: (await newKey('x')).jkt })).toBe('none');
    expect(standingOf({ ...named, habilitation_ref: 'HAB-9' })).toBe('none');
    expect(standingOf({ ...named, service: 'DIPN-13' })).toBe('ended');
    // One agent without habilitation among two: nothing is registered.
    expect((await office.open('PV-2026/02', [agent, office.authorities.other])).code).toBe('E_HAB_NONE');
  });

  it('HAB-06: one key is one person: a key of another person in the register is refused, also the key that he had before', async () => {
    const shared = await office.present(office.claimsOf('agent-2', agent));
    expect(shared.code).toBe('E_HAB_AUTH');
    expect(shared.status).toBe(401);
    expect((await office.call('GET', '/api/v1/cases/0a000000-0000-8000-8000-000000000001/any')).status).toBe(401);
  });

  it('HUM-04: without training in tool, law and bias there is no access', async () => {
    const other = office.authorities.other;
    const training = { tool_at: now() - DAY, law_at: now() - DAY, bias_at: now() - DAY };
    for (const missing of ['tool_at', 'law_at', 'bias_at'] as const) {
      office.clock.ms += 1000;
      const { [missing]: _, ...rest } = training;
      const untrained = office.claimsOf('agent-2', other, { training: rest });
      expect((await office.present(untrained)).status).toBe(201);
      expect((await office.open(`PV-2026/03-${missing.length}`, [agent, other])).code, missing).toBe('E_HAB_TRAINING');
    }
    office.clock.ms += 1000;
    const planned = office.claimsOf('agent-2', other, { training: { ...training, bias_at: now() + DAY } });
    await office.present(planned);
    expect((await office.open('PV-2026/04', [agent, other])).code).toBe('E_HAB_TRAINING');
    office.clock.ms += 1000;
    await office.present(office.claimsOf('agent-2', other));
    expect((await office.open('PV-2026/04', [agent, other])).status).toBe(201);
  });

  it('HAB-08: ends at its term, on transfer and on withdrawal: the next request is refused, and that of another process', async () => {
    const { requisition, caseId } = await office.open('PV-2026/05', [agent]);
    const read = () => office.call('GET', `/api/v1/cases/${caseId}/any`, agent, requisition);
    const elsewhere = office.openRegister().register;
    await elsewhere.refresh();
    const named = { id: 'agent-1', service: 'DIPN-69', habilitation_ref: 'HAB-1', jkt: agent.jkt };
    expect((await read()).status).toBe(200);
    expect(elsewhere.standingOf(named)).toBe('in_force');

    office.clock.ms += 1000;
    const renewed = office.claimsOf('agent-1', agent);
    await office.present({ ...renewed, revoked_at: now() });
    expect((await read()).code).toBe('E_HAB_REVOKED');
    expect((await office.call('POST', `/api/v1/cases/${caseId}/jobs`, agent, requisition)).code).toBe('E_HAB_REVOKED');
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await elsewhere.refresh();
    expect(elsewhere.standingOf(named)).toBe('ended');

    office.clock.ms += 2000;
    await office.present(office.claimsOf('agent-1', agent, { agent: { ...claims.agent, service: 'DIPN-13' } }));
    expect((await read()).code).toBe('E_HAB_REVOKED');
    office.clock.ms += 2000;
    await office.present(office.claimsOf('agent-1', agent, { until: now() + 600 }));
    expect((await read()).status).toBe(200);
    office.clock.ms += 600_000;
    expect((await read()).code).toBe('E_HAB_REVOKED');
    // An older act that is presented late takes nothing back.
    await office.present({ ...claims, jti: 'aaaaaaaa-0000-4000-8000-000000000000' });
    expect((await read()).code).toBe('E_HAB_REVOKED');
    office.clock.ms += 1000;
    await office.present(office.claimsOf('agent-1', agent));
    expect((await read()).status).toBe(200);
  });

  it('an act whose authority is trusted no more counts for nothing, and hides no other', async () => {
    const chief = office.registry.get('chef-1');
    if (chief === undefined) throw new Error('no chief');
    const seated = await office.seat('dpo', 'dpo-9', 'responsable');
    office.registry.delete('chef-1');
    try {
      const { register } = office.openRegister();
      await register.refresh();
      expect(register.holderOf(agent.jkt)).toBeUndefined();
      expect(register.holderOf(seated.jkt)?.role).toBe('dpo');
    } finally {
      office.registry.set('chef-1', chief);
    }
  });

  it('HAB-07: a magistrate learns of any moment whether somebody was habilitated, in an answer that the installation signed', async () => {
    office.clock.ms += 10_000;
    const magistrate = await office.seat('magistrat_230_24', 'mag-230', 'magistrat_230_24');
    const key = await newKey('agent-77');
    const granted = now();
    await office.present(office.claimsOf('agent-77', key, { granted_at: granted, until: granted + 100 * DAY }));
    office.clock.ms += 50 * DAY * 1000;
    const withdrawn = now();
    await office.present(
      office.claimsOf('agent-77', key, { granted_at: granted, until: granted + 100 * DAY, revoked_at: withdrawn }),
    );
    office.clock.ms += 60_000;
    const ask = async (agentId: string, at: number) => {
      const answer = await office.call('GET', `/api/v1/habilitations/${agentId}?at=${iso(at)}`, magistrate);
      if (answer.status !== 200) return answer.code;
      const publicKey = await importJWK(office.evidenceKey.publicJwk, 'EdDSA');
      const opened = await compactVerify(answer.body.signed, publicKey);
      expect(opened.protectedHeader.typ).toBe('differe-habilitation-answer+jws');
      expect(JSON.parse(Buffer.from(opened.payload).toString('utf8'))).toEqual(answer.body.answer);
      expect(answer.body.answer).toMatchObject({ agentId, at: iso(at) });
      return answer.body.answer.standing;
    };
    expect(await ask('agent-77', granted - 1)).toBe('none');
    expect(await ask('agent-77', granted)).toBe('in_force');
    expect(await ask('agent-77', withdrawn - 1)).toBe('in_force');
    expect(await ask('agent-77', withdrawn)).toBe('ended');
    expect(await ask('nobody-0', withdrawn)).toBe('none');
    expect(await ask('agent-77', now() + 3600)).toBe('E_REQUEST');
    // Nobody else asks: not an agent, not the data protection officer, not who is unknown.
    const dpo = await office.seat('dpo', 'dpo-1', 'responsable');
    const url = '/api/v1/habilitations/agent-77';
    expect((await office.call('GET', url, dpo)).code).toBe('E_HAB_ROLE');
    expect((await office.call('GET', url)).code).toBe('E_REQ_MISSING');
    await office.present(office.claimsOf('agent-1', agent));
    expect((await office.call('GET', url, agent)).code).toBe('E_HAB_ROLE');
  });

  it('keeps no name, key reference or service in the clear', async () => {
    const { rows } = await asOwner(office.database, 'SELECT sealed, id::text || typ AS clear FROM installation_acts');
    expect(rows.length).toBeGreaterThan(5);
    for (const { sealed, clear } of rows) {
      for (const word of ['agent-', 'Registre', 'DIPN', agent.jkt, 'HAB-']) {
        expect((sealed as Buffer).includes(word)).toBe(false);
        expect(clear).not.toContain(word);
      }
    }
  });
});
