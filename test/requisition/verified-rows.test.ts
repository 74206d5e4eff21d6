import { describe, expect, it } from 'vitest';
import { type CaseId, newId, type RequisitionId } from '../../gateway/ids.ts';
import { findSealedUnless } from '../../gateway/requisition/store.ts';
import type { Requisition } from '../../gateway/requisition/types.ts';
import { createVerifiedRows } from '../../gateway/requisition/verified-rows.ts';
import { asOwner, testDatabase } from '../support/database.ts';

const CASE = 'case-1' as CaseId;
const ID = 'requisition-1' as RequisitionId;

describe('what was verified by its very bytes', () => {
  it('REQ-01: is verified again when a byte, the registry or the case is another, and not otherwise', async () => {
    let registry = {};
    let verified = 0;
    const rows = createVerifiedRows(() => registry);
    const ask = (sealed: string, caseId: CaseId = CASE, writing?: string) =>
      rows.of(
        caseId,
        ID,
        Buffer.from(sealed),
        async () => {
          verified++;
          return { sealed } as unknown as Requisition;
        },
        writing,
      );
    const first = await ask('aaaa');
    expect(await ask('aaaa')).toBe(first);
    expect(verified).toBe(1);
    expect(await ask('aaab')).not.toBe(first);
    await ask('aaab');
    expect(verified).toBe(2);
    registry = {};
    await ask('aaab');
    expect(verified).toBe(3);
    await ask('aaab', 'case-2' as CaseId);
    expect(verified).toBe(4);
    // By the writing of its row it is held for its own case and registry alone, and once that is known.
    expect(rows.held('case-2' as CaseId, ID)?.writing).toBeUndefined();
    await ask('aaab', 'case-2' as CaseId, '7 (0,1)');
    expect(verified).toBe(4);
    expect(rows.held('case-2' as CaseId, ID)?.writing).toBe('7 (0,1)');
    expect(rows.held(CASE, ID)).toBeUndefined();
    registry = {};
    expect(rows.held('case-2' as CaseId, ID)).toBeUndefined();
  });

  it('RET-07: is forgotten with the case, and what was refused is not remembered', async () => {
    const rows = createVerifiedRows(() => undefined);
    const refuse = () => rows.of(CASE, ID, Buffer.from('a'), () => Promise.reject(new Error('bad signature')));
    await expect(refuse()).rejects.toThrow('bad signature');
    await expect(refuse()).rejects.toThrow('bad signature');
    await rows.of(CASE, ID, Buffer.from('a'), async () => ({}) as Requisition);
    expect(rows.caseOf(ID)).toBe(CASE);
    rows.forget('case-2' as CaseId);
    expect(rows.caseOf(ID)).toBe(CASE);
    rows.forget(CASE);
    expect(rows.caseOf(ID)).toBeUndefined();
  });
});

describe('the row of what was verified', () => {
  it('REQ-01: is not read again while it is the same writing, and is read again after every change of it', async () => {
    const database = await testDatabase();
    const [caseId, id] = [newId<CaseId>(), newId<RequisitionId>()];
    await database.inCase(caseId, async (tx) => {
      await tx.query('INSERT INTO cases (id) VALUES ($1)', [caseId]);
      await tx.query(
        `INSERT INTO requisitions (id, case_id, authorisation_jti, thumbprints, not_before, expires, sealed)
         VALUES ($1, $2, gen_random_uuid(), '{}', now(), now(), 'one')`,
        [id, caseId],
      );
    });
    const look = (writing?: string) => database.readInCase(caseId, (tx) => findSealedUnless(tx, id, writing));
    const first = await look();
    if (first === undefined || first === 'same') expect.fail('no row');
    expect(first.sealed.toString()).toBe('one');
    expect(await look(first.writing)).toBe('same');
    // Altered, written over by the same bytes, and gone.
    await asOwner(database, `UPDATE requisitions SET sealed = 'two' WHERE id = '${id}'`);
    const second = await look(first.writing);
    if (second === undefined || second === 'same') expect.fail('the change was not seen');
    expect(second.sealed.toString()).toBe('two');
    await asOwner(database, `UPDATE requisitions SET sealed = 'two' WHERE id = '${id}'`);
    expect(await look(second.writing)).not.toBe('same');
    await asOwner(database, `DELETE FROM requisitions WHERE id = '${id}'`);
    expect(await look(second.writing)).toBeUndefined();
  });
});
