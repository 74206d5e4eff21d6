import { describe, expect, it } from 'vitest';
import { createLateness } from '../../gateway/compliance/lateness.ts';
import { DAY_MS, retentionRoom, START_MS } from './support.ts';

const iso = (ms: number): string => new Date(ms).toISOString();

describe('the retention report', () => {
  it('RET-02, RET-08, CTL-01: terms, orders and what is overdue or frozen, by ids and dates alone', async () => {
    const room = await retentionRoom({ vacuum: async () => Promise.reject(new Error('a step that fails')) });
    const one = await room.openCase('PV-2026/1');
    room.clock.setMs(START_MS + 10 * DAY_MS);
    const two = await room.openCase('PV-2026/2');
    await room.present('differe-order+jwt', 'PV-2026/2', {
      kind: 'rectify',
      basis: 'private_request',
      ordered_at: iso(room.clock.nowMs()),
    });
    const early = await room.retention.report();
    expect(early).toMatchObject({
      cases: [
        {
          id: one,
          state: 'open',
          firstRecordingAt: iso(START_MS),
          eraseDue: '2029-05-12T10:00:00.000Z',
          isExtended: false,
        },
        { id: two, state: 'open' },
      ],
      orders: [{ caseId: two, dueAt: iso(START_MS + 11 * DAY_MS), isOverdue: false }],
      oldestRecordingAt: iso(START_MS),
      frozen: 0,
      overdue: { purges: 0, orders: 0, quarantines: 0 },
    });
    expect(JSON.stringify(early)).not.toMatch(/PV-2026|facts of the case|U-1|DIPN/);

    room.clock.setMs(START_MS + 12 * DAY_MS);
    const late = await room.retention.report();
    expect(late).toMatchObject({ frozen: 1, overdue: { purges: 0, orders: 1, quarantines: 0 } });
    expect(late.cases.find(({ id }) => id === two)?.state).toBe('frozen');

    room.clock.setMs(Date.parse('2029-05-12T10:00:00Z'));
    const due = await room.retention.report();
    expect(due).toMatchObject({ frozen: 2, overdue: { purges: 1, orders: 1 } });
    // The sweep begins and cannot end: that shows too.
    await room.retention.purge();
    expect((await room.retention.report()).unfinished).toMatchObject([{ caseId: one }]);
  });

  it('RET-05: what stands in quarantine, and until when', async () => {
    const room = await retentionRoom();
    const caseId = await room.openCase('PV-2026/3');
    const requisition = await room.addRequisition(caseId);
    await room.database.inCase(caseId, (tx) =>
      tx.query('UPDATE requisitions SET revoked_at = $2 WHERE id = $1', [requisition, new Date(START_MS)]),
    );
    const quarantines = async () => (await room.retention.report()).cases[0]?.quarantines;
    expect(await quarantines()).toEqual([{ requisition, eraseDue: iso(START_MS + 30 * DAY_MS), isOverdue: false }]);
    room.clock.setMs(START_MS + 30 * DAY_MS);
    expect((await room.retention.report()).overdue.quarantines).toBe(1);
    await room.retention.purge();
    expect((await room.retention.report()).overdue.quarantines).toBe(0);
    expect(await quarantines()).toEqual([]);
  });

  it('RET-03: a term beyond three years is an extension, and is said to be one', async () => {
    const room = await retentionRoom();
    await room.openCase('PV-2026/4', {
      offence: { natinf: ['7151'], label: 'x', art_706_73: true, max_penalty_years: 10 },
    });
    await room.present('differe-extension+jwt', 'PV-2026/4', {
      until: '2030-05-12T10:00:00Z',
      decided_at: iso(room.clock.nowMs()),
    });
    expect(await room.retention.report()).toMatchObject({
      extended: 1,
      cases: [{ isExtended: true, eraseDue: '2030-05-12T10:00:00.000Z' }],
    });
  });
});

describe('what is late', () => {
  const nothing = { overdue: { purges: 0, orders: 0, quarantines: 0 }, unfinished: [] };
  const deps = {
    retention: async () => nothing,
    reviews: async () => [],
    requests: async () => 0,
    isJournalOverdue: () => false,
    hasWitness: true,
  };

  it('RET-08: is counted for the gauges and told to the operator, without a case in it', async () => {
    expect(await createLateness(deps).warnings()).toEqual([]);
    const late = createLateness({
      ...deps,
      retention: async () => ({ ...nothing, overdue: { purges: 2, orders: 1, quarantines: 3 } }),
      reviews: async () => [{ month: '2026-03', dueAtMs: START_MS, stopsAtMs: START_MS + 30 * DAY_MS }],
    });
    expect(await late.overdue()).toEqual({ purge: 2, order: 1, quarantine: 3, review: 1, request: 0, journal: 0 });
    const said = (await late.warnings()).join('\n');
    for (const each of ['2 cases to be erased', '1 orders', '3 quarantines', 'the review of 2026-03'])
      expect(said).toContain(each);
  });

  it('LOG-06: an installation without a witness is told that its journal is never purged, and when it is beyond its term', async () => {
    expect((await createLateness({ ...deps, hasWitness: false }).warnings()).join()).toContain('no witness');
    const overdue = createLateness({ ...deps, hasWitness: false, isJournalOverdue: () => true });
    expect((await overdue.warnings()).join()).toContain('beyond the retention');
    expect((await overdue.overdue()).journal).toBe(1);
  });

  it('what cannot be read is not nought', async () => {
    const broken = createLateness({ ...deps, retention: () => Promise.reject(new Error('database')) });
    expect((await broken.overdue()).purge).toBeNaN();
    expect(await broken.warnings()).toEqual(['retention: what is due cannot be read']);
  });
});
