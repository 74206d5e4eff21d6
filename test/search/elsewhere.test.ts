import { beforeAll, describe, expect, it } from 'vitest';
import type { HitId } from '../../gateway/ids.ts';
import type { Requisition } from '../../gateway/requisition/types.ts';
import { ask } from '../../gateway/search/ask.ts';
import { readElsewhere } from '../../gateway/search/elsewhere.ts';
import { reviewHit } from '../../gateway/search/hits.ts';
import type { Answer } from '../../gateway/search/types.ts';
import { asOwner } from '../support/database.ts';
import { AGENT, codeOf, createWorld, exhibitOf, testRequisition, track, uuid, type World } from './fixtures.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

const digest = (): string => uuid().replaceAll('-', '').repeat(2);
const askFor = (requisition: Requisition): Promise<Answer> =>
  ask(requisition, { version: 1, classes: ['car'] }, world.deps);
const verdictsOf = async (requisition: Requisition, { questionId }: Answer) =>
  (await readElsewhere(requisition, questionId, world.deps)).verdicts;

/** A case with one track, found by two questions of a requisition and set aside under the first. */
async function newCase(sha256: string): Promise<{ requisition: Requisition; first: Answer; second: Answer }> {
  const requisition = await testRequisition({ sha256s: [sha256] });
  await world.register(requisition);
  const exhibit = exhibitOf(requisition, { sha256 });
  await world.addExhibit(exhibit);
  await world.addJob(requisition, exhibit, 'done', [track()]);
  const [first, second] = [await askFor(requisition), await askFor(requisition)];
  const hitId = first.hits[0]?.id as HitId;
  await reviewHit(requisition, { hitId, verdict: 'rejected', agentId: AGENT }, world.deps);
  return { requisition, first, second };
}

describe('what was decided under another question', () => {
  it('is named with that question under the requisition that asked it, and without it under another one', async () => {
    const sha256 = digest();
    const { requisition, first, second } = await newCase(sha256);
    const hitId = second.hits[0]?.id;
    expect(await verdictsOf(requisition, second)).toStrictEqual([
      { hitId, verdict: 'rejected', questionId: first.questionId },
    ]);
    expect(await verdictsOf(requisition, first)).toStrictEqual([]);
    const later = await testRequisition({ sha256s: [sha256], caseIdOf: () => requisition.caseId });
    await world.register(later);
    expect(await verdictsOf(later, second)).toStrictEqual([{ hitId, verdict: 'rejected' }]);
  });

  it('REQ-07: is kept from a requisition of the case whose schedule does not list the exhibit', async () => {
    const { requisition, second } = await newCase(digest());
    const narrower = await testRequisition({ sha256s: [digest()], caseIdOf: () => requisition.caseId });
    await world.register(narrower);
    expect(await codeOf(() => verdictsOf(narrower, second))).toBe('E_REQ_SCOPE');
  });

  it('REQ-13: is in quarantine with the analysis that it is about', async () => {
    const { requisition, second } = await newCase(digest());
    await asOwner(world.database, 'UPDATE requisitions SET revoked_at = now() WHERE id = $1', [requisition.id]);
    world.sessions.drop(requisition.caseId);
    expect(await codeOf(() => verdictsOf(requisition, second))).toBe('E_PRO_SILO');
  });
});
