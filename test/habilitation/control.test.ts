import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newKey, type TestKey } from '../requisition/support.ts';
import { type Office, openOffice } from './support.ts';

let office: Office;
let agent: TestKey;
const cases: { requisition: string; caseId: string }[] = [];

beforeAll(async () => {
  office = await openOffice();
  agent = office.authorities.agent;
  await office.present(office.claimsOf('agent-1', agent));
  const authority = { role: 'procureur', id: 'proc-1', jurisdiction: 'TJ-LYON', name_ref: 'ref' };
  cases.push(await office.open('PV-2026/11', [agent], { authority }));
  cases.push(await office.open('PV-2026/12', [agent], { authority: { ...authority, jurisdiction: 'TJ-PARIS' } }));
  const judge = { role: 'juge_instruction', id: 'ji-4', jurisdiction: 'TJ-LYON', name_ref: 'ref-4' };
  cases.push(await office.openJudged('PV-2026/13', [agent], judge));
});
afterAll(() => office.close());

const visible = async (key: TestKey): Promise<readonly string[]> => {
  const answer = await office.call('GET', '/api/v1/cases', key);
  expect(answer.status).toBe(200);
  return (answer.body.cases as { id: string; procedure: string }[]).map(({ procedure }) => procedure).sort();
};
const read = async (key: TestKey, n: number): Promise<string> => {
  const answer = await office.call('GET', `/api/v1/cases/${cases[n]?.caseId}/any`, key);
  return answer.code ?? (answer.body.under === cases[n]?.requisition ? 'OK' : 'another requisition');
};

describe('those who control', () => {
  it('HAB-04, CTL-01, CTL-02: each magistrate reads what he is seized of or controls, and lists exactly that', async () => {
    const expected = [
      ['magistrat_230_24', 'm-1', 'magistrat_230_24', undefined, ['OK', 'OK', 'OK']],
      ['procureur_controle', 'p-1', 'procureur', 'TJ-LYON', ['OK', 'E_HAB_JURIS', 'OK']],
      ['procureur_controle', 'p-2', 'procureur', 'TJ-PARIS', ['E_HAB_JURIS', 'OK', 'E_HAB_JURIS']],
      ['magistrat_parquet', 'p-3', 'procureur', 'TJ-LYON', ['OK', 'E_HAB_JURIS', 'E_HAB_JURIS']],
      ['magistrat_instructeur', 'ji-4', 'juge_instruction', 'TJ-LYON', ['E_HAB_JURIS', 'E_HAB_JURIS', 'OK']],
      ['magistrat_instructeur', 'ji-5', 'juge_instruction', 'TJ-LYON', ['E_HAB_JURIS', 'E_HAB_JURIS', 'E_HAB_JURIS']],
    ] as const;
    for (const [role, id, by, jurisdiction, codes] of expected) {
      const key = await office.seat(role, id, by, jurisdiction);
      const found = [await read(key, 0), await read(key, 1), await read(key, 2)];
      expect(found, `${role} ${id}`).toEqual(codes);
      const procedures = codes.flatMap((code, n) => (code === 'OK' ? [`PV-2026/1${n + 1}`] : []));
      expect(await visible(key), `${role} ${id}`).toEqual(procedures);
      expect((await office.call('POST', `/api/v1/cases/${cases[0]?.caseId}/jobs`, key)).code).toBe('E_HAB_ROLE');
      expect((await office.call('GET', '/api/v1/cases/0a000000-0000-8000-8000-0000000000aa/any', key)).code).toBe(
        'E_PRO_SILO',
      );
    }
  });

  it('HAB-04: a magistrate may name one of the requisitions of the case, and none of another case', async () => {
    const key = await office.seat('magistrat_230_24', 'm-2', 'magistrat_230_24');
    const [first, second] = cases;
    const url = `/api/v1/cases/${first?.caseId}/any`;
    expect((await office.call('GET', url, key, first?.requisition)).body.under).toBe(first?.requisition);
    expect((await office.call('GET', url, key, second?.requisition)).code).toBe('E_PRO_SILO');
    const facts = await office.call('GET', `/api/v1/cases/${first?.caseId}/requisitions`, key);
    expect(facts.body.requisitions[0].exhibits[0].piece).toBe('SCELLE-1');
  });

  it('LOG-07, HAB-04: reading the journal is for control alone and stands in the journal by the name of who read', async () => {
    const key = await office.seat('procureur_controle', 'p-9', 'procureur', 'TJ-LYON');
    const url = `/api/v1/cases/${cases[0]?.caseId}/journal`;
    expect((await office.call('GET', url, agent, cases[0]?.requisition)).code).toBe('E_HAB_ROLE');
    const first = await office.call('GET', url, key);
    expect(first.status).toBe(200);
    expect(first.body.records.length).toBeGreaterThan(0);
    const again = await office.call('GET', `${url}?limit=200`, key);
    expect(again.body.records).toContainEqual(
      expect.objectContaining({
        action: 'audit.read',
        actor: { id: 'p-9', role: 'procureur_controle', service: 'DIPN-69' },
        outcome: { effect: 'permit', policyId: 'control-consults', code: 'OK' },
      }),
    );
    expect(again.body.records).toContainEqual(
      expect.objectContaining({ action: 'audit.read', outcome: expect.objectContaining({ code: 'E_HAB_ROLE' }) }),
    );
  });

  it('HAB-08: a magistrate whose habilitation was withdrawn reads nothing more', async () => {
    const key = await office.seat('procureur_controle', 'p-10', 'procureur', 'TJ-LYON');
    expect(await read(key, 0)).toBe('OK');
    office.clock.ms += 1000;
    const at = Math.floor(office.clock.ms / 1000);
    const withdrawal = office.claimsOf('p-10', key, {
      role: 'procureur_controle',
      jurisdiction: 'TJ-LYON',
      authority: { role: 'procureur', ref: 'SEAT-p-10' },
      revoked_at: at,
    });
    expect((await office.present(withdrawal, 'procureur')).status).toBe(201);
    expect(await read(key, 0)).toBe('E_HAB_REVOKED');
    expect((await office.call('GET', '/api/v1/cases', key)).code).toBe('E_HAB_REVOKED');
  });

  it('HAB-01: a key without a habilitation hears on a route of control that it lacks one, and without a proof what a proof is for', async () => {
    const stranger = await newKey('stranger');
    const habilitated = await newKey('habilitated');
    await office.present(office.claimsOf('agent-7', habilitated));
    for (const url of ['/api/v1/statistics', '/api/v1/habilitations/agent-1', '/api/v1/habilitations/nobody']) {
      expect(await office.call('GET', url, stranger), url).toMatchObject({ status: 403, code: 'E_HAB_NONE' });
      expect(await office.call('GET', url, habilitated), url).toMatchObject({ status: 403, code: 'E_HAB_ROLE' });
      expect(await office.call('GET', url), url).toMatchObject({ status: 401, code: 'E_REQ_MISSING' });
    }
    // Where a requisition is what opens it, that is what is asked for: of a case that is here as of one that is not.
    for (const of of [cases[0]?.caseId, '0a000000-0000-8000-8000-0000000000aa']) {
      const url = `/api/v1/cases/${of}/any`;
      expect(await office.call('GET', url, stranger), url).toMatchObject({ status: 401, code: 'E_REQ_MISSING' });
    }
  });

  it('HAB-05: roles without content list no case and read none, with or without a requisition in hand', async () => {
    for (const [role, id] of [
      ['admin_technique', 'a-1'],
      ['dpo', 'd-1'],
      ['conformite', 'c-1'],
    ] as const) {
      const key = await office.seat(role, id, 'responsable');
      expect(await read(key, 0)).toBe('E_HAB_ROLE');
      const url = `/api/v1/cases/${cases[0]?.caseId}`;
      for (const each of [url, `${url}/any`, `${url}/requisitions`, `${url}/journal`, '/api/v1/cases']) {
        expect((await office.call('GET', each, key)).code, `${role} ${each}`).toBe('E_HAB_ROLE');
        expect((await office.call('GET', each, key, cases[0]?.requisition)).code, `${role} ${each}`).toBe('E_HAB_ROLE');
      }
    }
  });
});
