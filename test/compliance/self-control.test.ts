import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditRecord } from '../../gateway/audit/types.ts';
import { complianceCommand } from '../../gateway/compliance/commands.ts';
import { type Sample, sampler } from '../../gateway/compliance/sample.ts';
import { REVIEW_DUE_MS, REVIEW_STOPS_MS, reviewWarnings } from '../../gateway/compliance/self-control.ts';
import { signClaims } from '../../gateway/trust/sign.ts';
import { type Office, openOffice } from '../habilitation/support.ts';
import { AUDIENCE } from '../requisition/support.ts';

let office: Office;
let month: string;
let monthEndMs: number;

beforeAll(async () => {
  office = await openOffice();
  month = new Date(office.clock.ms).toISOString().slice(0, 7);
  monthEndMs = Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 1);
  // Thirty sessions of one record or two, under as many requisitions.
  for (let n = 0; n < 45; n++) {
    const requisition = `0a000000-0000-4000-8000-${String(n % 30).padStart(12, '0')}`;
    await office.log.append({
      action: 'hit.read',
      actor: { id: `agent-${n % 3}`, role: 'agent_habilite', service: 'DIPN-69' },
      reason: { procedure: 'PV-2026/1', requisition, op: 'hit.read' },
      objects: [],
      outcome: { effect: 'permit', policyId: '-', code: 'OK' },
    });
  }
});
afterAll(() => office.close());

async function drawnByCommand(): Promise<{ readonly sample: Sample; readonly claims: Record<string, unknown> }> {
  const draft = path.join(await mkdtemp(path.join(tmpdir(), 'differe-self-control-')), 'review.claims.json');
  const said: string[] = [];
  const exit = await complianceCommand({} as Parameters<typeof complianceCommand>[0])(
    ['self-control', '--log', office.logDir, '--month', month, '--claims', draft],
    { out: (text) => said.push(text), err: () => undefined },
  );
  expect(exit).toBe(0);
  return {
    sample: JSON.parse(said.join('')) as Sample,
    claims: JSON.parse(await readFile(draft, 'utf8')) as Record<string, unknown>,
  };
}

async function review(changes: object = {}, by: 'chef_de_service' | 'procureur' = 'chef_de_service') {
  const { claims } = await drawnByCommand();
  const sessions = (claims.sessions as object[]).map((session, index) => ({
    ...session,
    finding: index === 0 ? 'irregular' : 'in_order',
  }));
  const signed = {
    ver: 1,
    env: 'test',
    iss: `office-${by}`,
    aud: AUDIENCE,
    jti: randomUUID(),
    iat: Math.floor(office.clock.ms / 1000),
    ...claims,
    act_ref: 'REVUE-2026-05',
    sessions,
    ...changes,
  };
  const act = await signClaims(signed as never, 'differe-self-control+jwt', office.offices[by].privateJwk);
  return await office.call('POST', '/api/v1/acts', undefined, undefined, { act });
}

const newJob = (): Promise<string> =>
  office.selfControl.demandReviewed().then(
    () => 'OK',
    (error: { code: string }) => error.code,
  );

describe('the sample of self-control', () => {
  const recordsOf = (count: number, after: string): AuditRecord[] => {
    const session = (index: number) => ({
      action: 'hit.read',
      actor: { id: 'agent-1', role: 'agent_habilite', service: 'DIPN' },
      reason: { procedure: 'PV-1', requisition: `r-${index}`, op: 'hit.read' },
      time: `2026-05-${String((index % 28) + 1).padStart(2, '0')}T10:00:00.000Z`,
      previous: 'a'.repeat(64),
    });
    const list = Array.from({ length: count }, (_, index) => session(index));
    const later = ['2026-06-01T00:00:01.000Z', '2026-07-01T00:00:00.000Z'].map((time, index) => ({
      ...session(index),
      reason: { procedure: '-', requisition: '-', op: '-' },
      time,
      previous: index === 0 ? after : 'c'.repeat(64),
    }));
    return [...list, ...later] as unknown as AuditRecord[];
  };
  const drawn = (records: readonly AuditRecord[], of = '2026-05'): Sample => {
    const drawing = sampler(of);
    for (const record of records) drawing.add(record);
    return drawing.draw();
  };

  it('CTL-06: one session in twenty, drawn by the last record of the month: whoever has the journal draws the same', () => {
    const records = recordsOf(200, 'b'.repeat(64));
    const sample = drawn(records);
    expect(sample).toMatchObject({ seed: 'b'.repeat(64), of: 200 });
    expect(sample.sessions).toHaveLength(10);
    // What comes later changes nothing; what was before does.
    expect(drawn(records.slice(0, -1))).toEqual(sample);
    expect(drawn(recordsOf(200, 'd'.repeat(64))).sessions).not.toEqual(sample.sessions);
    expect(drawn(recordsOf(3, 'b'.repeat(64))).sessions).toHaveLength(1);
    expect(drawn(records, '2026-06').sessions).toEqual([]);
  });

  it('CTL-06: nothing is drawn before the journal shows that the month is over', () => {
    expect(() => drawn(recordsOf(3, 'b'.repeat(64)).slice(0, 3))).toThrow(
      expect.objectContaining({ code: 'E_CTL_SAMPLE' }),
    );
  });
});

describe('the review of the sample', () => {
  it('CTL-06: is warned of when it is due, and stops new jobs sixty days after its month', async () => {
    office.clock.ms = monthEndMs + 1000;
    await office.log.append({
      action: 'gateway.start',
      actor: { id: 'gateway', role: 'worker', service: '-' },
      reason: { procedure: '-', requisition: '-', op: 'gateway.start' },
      objects: [],
      outcome: { effect: 'done', policyId: '-', code: 'OK' },
    });
    expect(await office.selfControl.overdue()).toEqual([]);
    office.clock.ms = monthEndMs + REVIEW_DUE_MS - 1;
    expect(await office.selfControl.overdue()).toEqual([]);
    office.clock.ms = monthEndMs + REVIEW_DUE_MS;
    const due = await office.selfControl.overdue();
    expect(due.map((each) => each.month)).toEqual([month]);
    expect(reviewWarnings(due)[0]).toContain(month);
    expect(await newJob()).toBe('OK');
    office.clock.ms = monthEndMs + REVIEW_STOPS_MS - 1;
    expect(await newJob()).toBe('OK');
    office.clock.ms = monthEndMs + REVIEW_STOPS_MS;
    expect(await newJob()).toBe('E_CTL_REVIEW');
  });

  it('CTL-06: is of the sessions that were drawn, all of them, and signed by the hierarchy', async () => {
    const { sample } = await drawnByCommand();
    expect(sample.of).toBe(30);
    expect(sample.sessions).toHaveLength(2);
    const [first] = sample.sessions;
    const another = { day: first?.day, requisition: randomUUID(), agent: 'agent-1', finding: 'in_order' };
    expect((await review({}, 'procureur')).code).toBe('E_REQ_AUTHORITY');
    expect((await review({ seed: 'f'.repeat(64) })).code).toBe('E_CTL_SAMPLE');
    expect((await review({ sessions: [] })).code).toBe('E_CTL_SAMPLE');
    expect((await review({ sessions: [another] })).code).toBe('E_CTL_SAMPLE');
    expect((await review({ month: '2030-01' })).code).toBe('E_CTL_SAMPLE');
    expect((await review({ sessions: [{ ...another, finding: 'fine' }] })).code).toBe('E_REQ_SCHEMA');
    expect(await newJob()).toBe('E_CTL_REVIEW');
  });

  it('CTL-06: its outcome is in the journal, without a name, and jobs start again', async () => {
    const answer = await review();
    expect(answer.status).toBe(201);
    expect(await newJob()).toBe('OK');
    expect(await office.selfControl.overdue()).toEqual([]);
    const records = await Promise.all(
      Array.from({ length: await office.log.size() }, (_, seq) => office.log.record(seq)),
    );
    const reviewed = records.filter((record) => record?.action === 'control.reviewed');
    expect(reviewed).toMatchObject([
      { objects: [{ type: 'act', id: answer.body.id }], facts: { month, sessions: 2, irregular: 1 } },
    ]);
    expect(JSON.stringify(reviewed)).not.toMatch(/agent-\d/);
  });

  it('CTL-06: a month in which nobody worked owes no review', async () => {
    office.clock.ms = monthEndMs + 400 * 86_400_000;
    const due = (await office.selfControl.overdue()).map((each) => each.month);
    // The refused reviews above were presented by nobody that is known: no session.
    expect(due).toEqual([]);
    expect(await newJob()).toBe('OK');
  });
});
