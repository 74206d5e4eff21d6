import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Office, openOffice } from '../habilitation/support.ts';
import type { TestKey } from '../requisition/support.ts';

// The real guard, register and log of an installation that a failed self-test has closed.

let office: Office;
let agent: TestKey;
let opened: { readonly requisition: string; readonly caseId: string };

beforeAll(async () => {
  office = await openOffice();
  agent = office.authorities.agent;
  await office.present(office.claimsOf('agent-1', agent));
  opened = await office.open('PV-2026/21', [agent]);
});
afterAll(() => office.close());

describe('an installation in safe mode', () => {
  it('POL-03: magistrates read the journal and agents read nothing; signed acts are taken; the code is that of what failed', async () => {
    const magistrate = await office.seat('magistrat_230_24', 'm-1', 'magistrat_230_24');
    const content = `/api/v1/cases/${opened.caseId}/any`;
    const journal = `/api/v1/cases/${opened.caseId}/journal`;
    const asks = () => office.call('GET', content, agent, opened.requisition);
    expect((await asks()).status).toBe(200);

    office.closed.by = 'E_CPL_CAPABILITY_DRIFT';
    expect(await asks()).toMatchObject({ status: 503, code: 'E_CPL_CAPABILITY_DRIFT' });
    expect(await office.call('GET', content, magistrate)).toMatchObject({
      status: 503,
      code: 'E_CPL_CAPABILITY_DRIFT',
    });
    const read = await office.call('GET', journal, magistrate);
    expect(read.status).toBe(200);
    expect(read.body.records.length).toBeGreaterThan(0);
    // What the closing does not touch is decided as ever: an agent reads no journal, and an act needs its signature.
    expect((await office.call('GET', journal, agent, opened.requisition)).code).toBe('E_HAB_ROLE');
    expect((await office.call('POST', '/api/v1/acts', undefined, undefined, { act: 'x' })).code).toBe('E_REQ_SIG');
    expect((await office.present(office.claimsOf('agent-2', agent, { jkt: 'b'.repeat(43) }))).status).toBe(201);

    office.closed.by = undefined;
    expect((await asks()).status).toBe(200);
  });
});
