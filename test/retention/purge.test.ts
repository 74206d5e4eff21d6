import { cp, rm } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { verifyCertificate } from '../../gateway/retention/certificate.ts';
import { ERASURE_STEPS, type ErasureStep } from '../../gateway/retention/erase.ts';
import * as store from '../../gateway/retention/store.ts';
import { DAY_MS, retentionRoom, START_MS } from './support.ts';

const CAP_MS = Date.parse('2029-05-12T10:00:00Z');
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'OK',
    (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : String(error)),
  );

describe('the sweep', () => {
  it('RET-02: erases at three years and not a second before, though nobody closed the case', async () => {
    const room = await retentionRoom();
    const caseId = await room.openCase('PV-1');
    room.clock.setMs(CAP_MS - 1000);
    await room.retention.purge();
    expect((await room.vault.inventory(caseId)).keySha256).toBeDefined();
    room.clock.setMs(CAP_MS + 1000);
    await room.retention.purge();
    expect(await room.vault.inventory(caseId)).toEqual({ keySha256: undefined, objects: [] });
    const [erasure] = (await room.retention.erasures({})).items;
    expect(erasure).toMatchObject({ caseId, ground: 'term' });
    expect((await verifyCertificate(erasure?.certificate ?? '')).erased.rows).toMatchObject({
      cases: 1,
      jobs: 1,
      exhibits: 1,
    });
  });

  it('POL-01: a shorter retention of the installation is carried out', async () => {
    const room = await retentionRoom({}, undefined, 90);
    const caseId = await room.openCase('PV-1');
    room.clock.setMs(START_MS + 90 * DAY_MS - 1000);
    await room.retention.purge();
    expect(await room.retention.wasErased(caseId)).toBe(false);
    room.clock.setMs(START_MS + 90 * DAY_MS);
    await room.retention.purge();
    expect(await room.retention.wasErased(caseId)).toBe(true);
  });

  it('RET-08: a case whose time is over is frozen from that second on, and never the reverse', async () => {
    const room = await retentionRoom();
    const caseId = await room.openCase('PV-1');
    room.clock.setMs(CAP_MS - 1);
    await room.retention.refresh();
    expect(room.retention.stateOf(caseId)).toBe('open');
    room.clock.setMs(CAP_MS);
    expect(room.retention.stateOf(caseId)).toBe('frozen');
    room.clock.setMs(CAP_MS + 2 * DAY_MS);
    expect(room.retention.stateOf(caseId)).toBe('frozen');
    await room.retention.purge();
    expect(await room.retention.wasErased(caseId)).toBe(true);
  });

  it('RET-01: a closed case is erased within a day', async () => {
    const room = await retentionRoom();
    const caseId = await room.openCase('PV-1');
    const closed_at = new Date(START_MS).toISOString();
    await room.present('differe-closure+jwt', 'PV-1', {
      ground: 'procedure_closed',
      outcome: 'useful',
      closed_at,
      erase: 'within_24_h',
    });
    expect(room.retention.stateOf(caseId)).toBe('closed');
    room.clock.setMs(START_MS + DAY_MS - 1000);
    await room.retention.purge();
    expect(await room.retention.wasErased(caseId)).toBe(false);
    room.clock.setMs(START_MS + DAY_MS);
    await room.retention.purge();
    expect((await room.retention.erasures({})).items[0]).toMatchObject({ caseId, ground: 'closure' });
  });

  it('RET-03: a decision for organised crime takes the term two years further, and not for a missing person', async () => {
    const room = await retentionRoom();
    const offence = { natinf: ['1'], label: '-', art_706_73: true, max_penalty_years: 10 };
    const crime = await room.openCase('PV-1', { offence });
    await room.openCase('PV-2', { framework: 'DISPARITION', offence });
    const claims = { until: '2031-05-12T09:00:00Z', decided_at: new Date(START_MS).toISOString() };
    await room.present('differe-extension+jwt', 'PV-1', claims);
    expect(await codeOf(room.present('differe-extension+jwt', 'PV-2', claims))).toBe('E_RET_EXTENSION');
    room.clock.setMs(CAP_MS + DAY_MS);
    await room.retention.purge();
    expect((await room.retention.erasures({})).items.map(({ caseId }) => caseId === crime)).toEqual([false]);
    room.clock.setMs(Date.parse('2031-05-12T09:00:01Z'));
    await room.retention.purge();
    expect(await room.retention.wasErased(crime)).toBe(true);
  });

  it('RET-04: a missing person who is found ends the case', async () => {
    const room = await retentionRoom();
    const caseId = await room.openCase('PV-1', { framework: 'DISPARITION' });
    const claims = {
      ground: 'person_found',
      outcome: 'useful',
      closed_at: new Date(START_MS).toISOString(),
      erase: 'at_once',
    };
    await room.present('differe-closure+jwt', 'PV-1', claims);
    expect(await room.retention.wasErased(caseId)).toBe(true);
  });

  it('RET-05: what was found under requisitions that are all revoked goes after thirty days', async () => {
    const room = await retentionRoom();
    const caseId = await room.openCase('PV-1');
    await room.database.inCase(caseId, (tx) =>
      tx.query('UPDATE requisitions SET revoked_at = $1', [new Date(START_MS)]),
    );
    room.clock.setMs(START_MS + 30 * DAY_MS - 1000);
    await room.retention.purge();
    expect(await room.retention.wasErased(caseId)).toBe(false);
    room.clock.setMs(START_MS + 30 * DAY_MS);
    await room.retention.purge();
    expect((await room.retention.erasures({})).items[0]).toMatchObject({ ground: 'quarantine' });
  });

  it('RET-05: what was found under one that is revoked goes after thirty days while others stand, and nothing else', async () => {
    const room = await retentionRoom();
    const caseId = await room.openCase('PV-1');
    const revoked = await room.addRequisition(caseId);
    const standing = await room.addRequisition(caseId);
    const gone = await room.addFindings(caseId, revoked);
    const kept = await room.addFindings(caseId, standing);
    await room.database.inCase(caseId, (tx) =>
      tx.query('UPDATE requisitions SET revoked_at = $2 WHERE id = $1', [revoked, new Date(START_MS)]),
    );
    const before = await room.rows(caseId);
    room.clock.setMs(START_MS + 30 * DAY_MS - 1000);
    await room.retention.purge();
    expect(await room.rows(caseId)).toEqual(before);

    room.clock.setMs(START_MS + 30 * DAY_MS);
    await room.retention.purge();
    const after = await room.rows(caseId);
    for (const [table, ids] of Object.entries(before)) {
      expect(after[table], table).toEqual(ids.filter((id) => !gone.rows.includes(id)));
    }
    const objects = (await room.vault.inventory(caseId)).objects.map(({ id }) => id);
    expect(gone.objects.filter((id) => objects.includes(id))).toEqual([]);
    expect(kept.objects.filter((id) => !objects.includes(id))).toEqual([]);
    expect(await room.retention.wasErased(caseId)).toBe(false);
    const journal = await room.journal();
    expect(journal.map(({ action }) => action)).toEqual(['results.erase', 'results.erased']);
    expect(journal.every(({ objects: named }) => named.some(({ id }) => id === gone.job))).toBe(true);
    // Once is enough.
    await room.retention.purge();
    expect(await room.journal()).toHaveLength(2);
  });

  it('RET-05: an erasure of results that is interrupted is ended by the next sweep', async () => {
    let broken = true;
    const room = await retentionRoom({}, undefined, undefined, {
      dropResults: () => {
        if (broken) throw new Error('the power went');
      },
    });
    const caseId = await room.openCase('PV-1');
    const revoked = await room.addRequisition(caseId);
    const gone = await room.addFindings(caseId, revoked);
    await room.database.inCase(caseId, (tx) =>
      tx.query('UPDATE requisitions SET revoked_at = $2 WHERE id = $1', [revoked, new Date(START_MS)]),
    );
    room.clock.setMs(START_MS + 30 * DAY_MS);
    await room.retention.purge();
    expect(room.errors).toHaveLength(1);
    expect((await room.rows(caseId)).jobs).toContain(gone.job);
    broken = false;
    await room.retention.purge();
    expect((await room.rows(caseId)).jobs).not.toContain(gone.job);
    expect((await room.journal()).at(-1)?.action).toBe('results.erased');
  });

  it('CTL-01, CTL-02: an order that is not carried out in a day freezes the case until it is', async () => {
    const room = await retentionRoom();
    const caseId = await room.openCase('PV-1');
    const order = { kind: 'rectify', basis: 'private_request', ordered_at: new Date(START_MS).toISOString() };
    const { claims } = await room.present('differe-order+jwt', 'PV-1', order);
    room.clock.setMs(START_MS + DAY_MS + 1000);
    await room.retention.purge();
    expect(room.retention.stateOf(caseId)).toBe('frozen');
    await room.retention.finishOrder(caseId, claims.jti);
    expect(room.retention.stateOf(caseId)).toBe('open');
  });

  it('RET-07: every table that has rows of cases is emptied, by the catalogue of the server itself', async () => {
    const room = await retentionRoom();
    const caseId = await room.openCase('PV-1');
    const client = new pg.Client({ connectionString: room.database.url });
    await client.connect();
    const { rows } = await client.query<{ table_name: string }>(
      `SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'case_id'`,
    );
    await client.end();
    const known = await room.database.inCase(caseId, store.caseTables);
    expect([...known, 'erasures'].toSorted()).toEqual(rows.map((row) => row.table_name).toSorted());
  });
});

describe('a sweep where something is wrong', () => {
  it('RET-02: erases at the term also where the authority is trusted no more and nothing can be reckoned', async () => {
    const room = await retentionRoom();
    const caseId = await room.openCase('PV-1');
    room.unreadable.add(caseId);
    room.clock.setMs(CAP_MS - 1000);
    await room.retention.purge();
    expect(await room.retention.wasErased(caseId)).toBe(false);
    room.clock.setMs(CAP_MS);
    await room.retention.purge();
    expect(await room.retention.wasErased(caseId)).toBe(true);
  });

  it('RET-08: an erasure that cannot be ended keeps no other case from going', async () => {
    let broken: string | undefined;
    const room = await retentionRoom({
      forget: async (caseId) => {
        if (caseId === broken) throw new Error('a disk that does not answer');
      },
    });
    const [stuck, other] = [await room.openCase('PV-1'), await room.openCase('PV-2')];
    broken = stuck;
    room.clock.setMs(CAP_MS);
    await room.retention.purge();
    await room.retention.purge();
    expect((await room.vault.inventory(other)).keySha256).toBeUndefined();
    expect(room.retention.stateOf(stuck)).toBe('frozen');
    expect(room.errors.length).toBeGreaterThan(0);
  });

  it('RET-03, RET-08: a decision that comes after the term thaws nothing', async () => {
    const room = await retentionRoom();
    const offence = { natinf: ['1'], label: '-', art_706_73: true, max_penalty_years: 10 };
    const caseId = await room.openCase('PV-1', { offence });
    room.clock.setMs(CAP_MS + DAY_MS);
    const claims = { until: '2031-05-12T09:00:00Z', decided_at: new Date(START_MS).toISOString() };
    expect(await codeOf(room.present('differe-extension+jwt', 'PV-1', claims))).toBe('E_RET_EXTENSION');
    expect(room.retention.stateOf(caseId)).toBe('frozen');
  });
});

describe('an erasure that is interrupted', () => {
  it.each([...ERASURE_STEPS])(
    'RET-07: at the step %s: undone and uncertified, and ended at the next start',
    async (where) => {
      let failing = true;
      const room = await retentionRoom({
        atStep: (step: ErasureStep) => {
          if (failing && step === where) throw new Error('the power went');
        },
      });
      const caseId = await room.openCase('PV-1');
      const work = room.eraser.erase(caseId, { ground: 'order', actId: undefined });
      await expect(work).rejects.toThrow('the power went');
      const [before] = (await room.retention.erasures({})).items;
      if (where !== 'certified') expect(before?.certificate).toBeUndefined();
      failing = false;
      await room.retention.purge();
      if (where === 'announced') await room.eraser.erase(caseId, { ground: 'order', actId: undefined });
      const [after] = (await room.retention.erasures({})).items;
      expect(await room.vault.inventory(caseId)).toEqual({ keySha256: undefined, objects: [] });
      expect((await verifyCertificate(after?.certificate ?? '')).case).toBe(caseId);
      const records: string[] = [];
      for (let seq = 0; seq < (await room.log.size()); seq++)
        records.push(String((await room.log.record(seq))?.action));
      expect(records.filter((action) => action === 'case.erased')).toHaveLength(1);
    },
  );
});

describe('a back-up from before an erasure', () => {
  it('RET-09, SEC-09: brings nothing back: the journal comes first, and keys and rows that it knows as erased go again', async () => {
    const room = await retentionRoom();
    const caseId = await room.openCase('PV-1');
    const backup = path.join(room.folder, 'backup');
    await cp(path.join(room.folder, 'vault'), path.join(backup, 'vault'), { recursive: true });
    await cp(path.join(room.folder, 'keys'), path.join(backup, 'keys'), { recursive: true });
    await room.eraser.erase(caseId, { ground: 'order', actId: undefined });
    // The data without the keys is noise.
    await cp(path.join(backup, 'vault'), path.join(room.folder, 'vault'), { recursive: true });
    const [object] = (await room.vault.inventory(caseId)).objects;
    expect(await codeOf(room.vault.get(caseId, object?.id as never))).toBe('E_VAULT');
    // Keys and data, and a database that does not know the erasure.
    await cp(path.join(backup, 'keys'), path.join(room.folder, 'keys'), { recursive: true });
    const client = new pg.Client({ connectionString: room.database.url });
    await client.connect();
    await client.query('DELETE FROM erasures');
    await client.query('UPDATE retention_progress SET journal_read = 0');
    await client.end();
    expect((await room.vault.get(caseId, object?.id as never)).toString()).toBe('a recording');
    await room.retention.purge();
    expect(await room.vault.inventory(caseId)).toEqual({ keySha256: undefined, objects: [] });
    expect((await room.retention.erasures({})).items[0]).toMatchObject({ caseId, ground: 'restored' });
    await rm(backup, { recursive: true });
  });
});
