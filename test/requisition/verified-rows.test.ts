import { describe, expect, it } from 'vitest';
import type { CaseId, RequisitionId } from '../../gateway/ids.ts';
import type { Requisition } from '../../gateway/requisition/types.ts';
import { createVerifiedRows } from '../../gateway/requisition/verified-rows.ts';

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
