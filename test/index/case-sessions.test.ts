import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { canonicalJson, type JsonValue, sha256Hex } from '../../gateway/canonical.ts';
import { AppError } from '../../gateway/errors.ts';
import type { Exhibit } from '../../gateway/footage/types.ts';
import { type JobId, newId } from '../../gateway/ids.ts';
import { createCaseSessions, IDLE_MS } from '../../gateway/index/case-sessions.ts';
import { indexResult } from '../../gateway/index/seal.ts';
import { writingMark } from '../../gateway/index/store.ts';
import type { CaseSessions, OpenCase } from '../../gateway/index/types.ts';
import type { Requisition } from '../../gateway/requisition/types.ts';
import type { Vault } from '../../gateway/vault.ts';
import {
  CAPTURE_START_MS,
  clock,
  codeOf,
  createWorld,
  exhibitOf,
  NOW_MS,
  resultOf,
  testRequisition,
  track,
  type World,
} from '../search/fixtures.ts';
import { asOwner } from '../support/database.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

async function newCase(changes: Partial<Exhibit> = {}): Promise<{ requisition: Requisition; exhibit: Exhibit }> {
  const requisition = await testRequisition();
  await world.register(requisition);
  const exhibit = exhibitOf(requisition, changes);
  await world.addExhibit(exhibit);
  return { requisition, exhibit };
}

/** Sessions of their own whose vault counts how often an object is read. */
function counting(options: { budgetBytes?: number; now?: { ms: number } } = {}): {
  sessions: CaseSessions;
  reads: () => number;
} {
  let reads = 0;
  const vault: Vault = {
    ...world.vault,
    get: (caseId, object) => {
      reads += 1;
      return world.vault.get(caseId, object);
    },
  };
  const sessions = createCaseSessions({
    vault,
    database: world.database,
    clock: options.now === undefined ? clock : { nowMs: () => options.now?.ms ?? 0 },
    budgetBytes: options.budgetBytes ?? 64 * 1024 * 1024,
    listExhibits: async ({ caseId }) => world.exhibits.filter((exhibit) => exhibit.caseId === caseId),
  });
  return { sessions, reads: () => reads };
}

describe('sealing a result', () => {
  it('leaves the result text as it was given, in an object of its own', async () => {
    const { requisition, exhibit } = await newCase();
    const result = resultOf(exhibit.sha256, [track()]);
    const text = canonicalJson(result as unknown as JsonValue);
    const ids = await indexResult(requisition, { job: { id: newId<JobId>() }, exhibit, result, text }, world);
    const sealed = await world.vault.get(requisition.caseId, ids.result);
    expect(sha256Hex(sealed)).toBe(sha256Hex(text));
    expect(new Set(Object.values(ids)).size).toBe(3);
  });

  it('PRO-01: refuses an exhibit of another case, and a result of another exhibit', async () => {
    const { requisition } = await newCase();
    const other = await newCase();
    const result = resultOf(other.exhibit.sha256, [track()]);
    const work = { job: { id: newId<JobId>() }, exhibit: other.exhibit, result, text: '{}' };
    expect(await codeOf(() => indexResult(requisition, work, world))).toBe('E_PRO_SILO');
    const wrong = { ...work, result: resultOf('e'.repeat(64), [track()]) };
    expect(await codeOf(() => indexResult(other.requisition, wrong, world))).toBe('E_INTERNAL');
  });
});

describe('a case session', () => {
  it('DEF-10: opens closed results only, and names every other exhibit with its state', async () => {
    const { requisition, exhibit } = await newCase({ fileName: 'done.mp4' });
    await world.addJob(requisition, exhibit, 'done', [track(), track({ class: 'person' })]);
    const states = [
      ['never.mp4', [], 'never_started'],
      ['queued.mp4', ['queued'], 'running'],
      ['running.mp4', ['failed', 'running'], 'running'],
      ['failed.mp4', ['failed'], 'failed'],
      ['cancelled.mp4', ['failed', 'cancelled'], 'cancelled'],
    ] as const;
    for (const [fileName, jobs] of states) {
      const pending = exhibitOf(requisition, { fileName });
      await world.addExhibit(pending);
      // A running job whose blocks are already in the vault is still not readable.
      for (const state of jobs) await world.addJob(requisition, pending, state, [track()]);
    }
    const open = await world.sessions.open(requisition);
    expect(open.exhibits.map(({ fileName, columns }) => [fileName, columns.count])).toStrictEqual([['done.mp4', 2]]);
    expect(new Map(open.unanalysed.map(({ fileName, state }) => [fileName, state]))).toStrictEqual(
      new Map(states.map(([fileName, , state]) => [fileName, state])),
    );
  });

  it('takes the latest closed result of an exhibit, also when a later job failed', async () => {
    const { requisition, exhibit } = await newCase();
    const first = await world.addJob(requisition, exhibit, 'done', [track()]);
    expect((await world.sessions.open(requisition)).exhibits.map(({ jobId }) => jobId)).toStrictEqual([first]);
    const second = await world.addJob(requisition, exhibit, 'done', [track(), track()]);
    await world.addJob(requisition, exhibit, 'failed');
    const open = await world.sessions.open(requisition);
    expect(open.exhibits.map(({ jobId, columns }) => [jobId, columns.count])).toStrictEqual([[second, 2]]);
  });

  it('opens again what an analysis changed, and leaves every other exhibit as it stands, unread and unlisted', async () => {
    const { requisition, exhibit } = await newCase({ fileName: 'stays.mp4' });
    const other = exhibitOf(requisition, { fileName: 'changes.mp4', sealedAtMs: exhibit.sealedAtMs + 1 });
    await world.addExhibit(other);
    await world.addJob(requisition, exhibit, 'done', [track()]);
    await world.addJob(requisition, other, 'done', [track()]);
    let listed = 0;
    const sessions = createCaseSessions({
      ...world.deps,
      budgetBytes: 1 << 20,
      listExhibits: async () => {
        listed += 1;
        return structuredClone([exhibit, other]);
      },
    });
    const [stays, changes] = (await sessions.open(requisition)).exhibits;
    await world.addJob(requisition, other, 'done', [track(), track()]);
    const again = (await sessions.open(requisition)).exhibits;
    expect(again[0]).toBe(stays);
    expect(again[1]?.columns.count).toBe(2);
    expect(again[1]).not.toBe(changes);
    expect(listed).toBe(1);
    // Another exhibit is another list.
    await world.addExhibit(exhibitOf(requisition, { fileName: 'new.mp4', sealedAtMs: exhibit.sealedAtMs + 2 }));
    expect((await sessions.open(requisition)).exhibits[0]).toBe(stays);
    expect(listed).toBe(2);
  });

  it('gives the true time: declared capture plus clock offset, with the uncertainty of the clock', async () => {
    const { requisition, exhibit } = await newCase({
      clock: { offsetSeconds: -90.5, uncertaintySeconds: 4, basis: 'test' },
      clockNote: 'heure du conteneur différente',
    });
    await world.addJob(requisition, exhibit, 'done', [track()]);
    const [opened] = (await world.sessions.open(requisition)).exhibits;
    expect(opened).toMatchObject({
      startMs: CAPTURE_START_MS - 90_500,
      uncertaintyMs: 4000,
      clockNote: 'heure du conteneur différente',
      sha256: exhibit.sha256,
      widthPx: 1280,
      heightPx: 720,
      durationSeconds: 600,
      coverage: { analysedSeconds: 600 },
    });
    expect(opened?.path(0)).toStrictEqual(track().points);
  });

  it('reads the blocks once for callers at the same time and for later ones, and again after it was dropped', async () => {
    const { requisition, exhibit } = await newCase();
    await world.addJob(requisition, exhibit, 'done', [track()]);
    const { sessions, reads } = counting();
    const opened = await Promise.all(Array.from({ length: 8 }, () => sessions.open(requisition)));
    expect(new Set(opened.map((open) => open.exhibits[0]?.columns)).size).toBe(1);
    await sessions.open(requisition);
    expect(reads()).toBe(2);
    sessions.drop(requisition.caseId);
    await sessions.open(requisition);
    expect(reads()).toBe(4);
  });

  it('reads only what is new when a further job is done', async () => {
    const { requisition, exhibit } = await newCase();
    await world.addJob(requisition, exhibit, 'done', [track()]);
    const { sessions, reads } = counting();
    const before = await sessions.open(requisition);
    const second = exhibitOf(requisition);
    await world.addExhibit(second);
    await world.addJob(requisition, second, 'done', [track()]);
    const after = await sessions.open(requisition);
    expect(after.exhibits).toHaveLength(2);
    const kept = after.exhibits.find(({ exhibitId }) => exhibitId === exhibit.id);
    expect(kept?.columns).toBe(before.exhibits[0]?.columns);
    expect(reads()).toBe(4);
  });

  it('REQ-13: sees at the next look what another process changed: an end of a job, a revocation, and not how far a job is', async () => {
    const { requisition, exhibit } = await newCase();
    const job = await world.addJob(requisition, exhibit, 'done', [track()]);
    const { sessions } = counting();
    const first = await sessions.open(requisition);
    await asOwner(world.database, 'UPDATE jobs SET decoded_frames = 7, log_records = array_append(log_records, 1)');
    expect(await sessions.open(requisition)).toBe(first);
    const again = await world.addJob(requisition, exhibit, 'running', [track(), track()]);
    const running = await sessions.open(requisition);
    expect(running.exhibits.map(({ jobId }) => jobId)).toStrictEqual([job]);
    await asOwner(
      world.database,
      `UPDATE jobs SET state = 'done', finished_at = now() + interval '1 year' WHERE id = '${again}'`,
    );
    const done = await sessions.open(requisition);
    expect(done.exhibits.map(({ jobId }) => jobId)).toStrictEqual([again]);
    await asOwner(world.database, `UPDATE requisitions SET revoked_at = now() WHERE id = '${requisition.id}'`);
    expect((await sessions.open(requisition)).exhibits).toStrictEqual([]);
  });

  it('looks at nothing but one number of the case, which every writing of what an opening reads raises', async () => {
    const { requisition, exhibit } = await newCase();
    const job = await world.addJob(requisition, exhibit, 'done', [track()]);
    let looks = 0;
    const sessions = createCaseSessions({
      ...world.deps,
      budgetBytes: 1 << 20,
      listExhibits: async () => [exhibit],
      database: {
        ...world.database,
        readInCase: (caseId, work) => {
          looks += 1;
          return world.database.readInCase(caseId, work);
        },
      },
    });
    await sessions.open(requisition);
    expect(looks).toBe(1);
    await sessions.open(requisition);
    expect(looks).toBe(1);

    const mark = async () => Number(await world.database.readOnce(requisition.caseId, writingMark));
    const other = exhibitOf(requisition);
    await world.addExhibit(other);
    const raisedBy = async (table: string, id: string, change: string): Promise<boolean> => {
      const before = await mark();
      const { rowCount } = await asOwner(world.database, `UPDATE ${table} SET ${change} WHERE id = '${id}'`);
      expect(rowCount).toBe(1);
      return (await mark()) > before;
    };
    for (const change of ['sealed_at = now()', "state = 'sealed'"])
      expect(await raisedBy('exhibits', exhibit.id, change), change).toBe(true);
    for (const change of [
      `exhibit_id = '${other.id}'`,
      `requisition_id = '${requisition.id}'`,
      "state = 'done'",
      'created_at = now()',
      'finished_at = now()',
      'columns_object = gen_random_uuid()',
      'paths_object = gen_random_uuid()',
      "result_sha256 = 'x'",
      "classes = '{}'",
      "colours = '{}'",
    ])
      expect(await raisedBy('jobs', job, change), change).toBe(true);
    expect(await raisedBy('requisitions', requisition.id, 'revoked_at = now()')).toBe(true);
    for (const change of ['decoded_frames = 8', 'log_records = array_append(log_records, 1)', 'started_at = now()'])
      expect(await raisedBy('jobs', job, change), change).toBe(false);
    for (const write of [
      () => world.addExhibit(exhibitOf(requisition)),
      () => world.addJob(requisition, other, 'failed'),
      () => asOwner(world.database, `DELETE FROM jobs WHERE id = '${job}'`),
    ]) {
      const before = await mark();
      await write();
      expect(await mark()).toBeGreaterThan(before);
    }
  });

  it('is not opened any further when one of its blocks does not open, and says why', async () => {
    const { requisition, exhibit } = await newCase();
    await world.addJob(requisition, exhibit, 'done', [track()]);
    const others = Array.from({ length: 30 }, () => exhibitOf(requisition));
    for (const other of others) {
      await world.addExhibit(other);
      await world.addJob(requisition, other, 'done', [track()]);
    }
    let reads = 0;
    const sessions = createCaseSessions({
      ...world.deps,
      budgetBytes: 1 << 20,
      listExhibits: async () => [exhibit, ...others],
      vault: {
        ...world.vault,
        get: async (caseId, object) => {
          reads += 1;
          if (reads === 1) throw new AppError('E_VAULT', { detail: 'gone' });
          return await world.vault.get(caseId, object);
        },
      },
    });
    expect(await codeOf(() => sessions.open(requisition))).toBe('E_VAULT');
    await delay(500);
    // Two of each of those that were being opened.
    expect(reads).toBeLessThan(20);
  });

  it('REQ-13: works on what was seen last while it asks whether that still holds, and again where it does not', async () => {
    const { requisition, exhibit } = await newCase();
    const job = await world.addJob(requisition, exhibit, 'done', [track()]);
    const { sessions } = counting();
    const seen: (readonly JobId[])[] = [];
    const look = (open: OpenCase): readonly JobId[] => {
      const jobs = open.exhibits.map(({ jobId }) => jobId);
      seen.push(jobs);
      return jobs;
    };
    expect(await sessions.workOn(requisition, look)).toStrictEqual([job]);
    expect(await sessions.workOn(requisition, look)).toStrictEqual([job]);
    expect(seen).toStrictEqual([[job], [job]]);
    await asOwner(world.database, `UPDATE requisitions SET revoked_at = now() WHERE id = '${requisition.id}'`);
    expect(await sessions.workOn(requisition, look)).toStrictEqual([]);
    expect(seen.slice(2)).toStrictEqual([[job], []]);
  });

  it('tells what went wrong with the case as it is, and not what went wrong with what it was', async () => {
    const { requisition, exhibit } = await newCase();
    await world.addJob(requisition, exhibit, 'done', [track()]);
    const { sessions } = counting();
    const needsTwo = ({ exhibits }: OpenCase): number => {
      if (exhibits.length < 2) throw new Error('one is not enough');
      return exhibits.length;
    };
    await sessions.open(requisition);
    await expect(sessions.workOn(requisition, needsTwo)).rejects.toThrow('one is not enough');
    const second = exhibitOf(requisition);
    await world.addExhibit(second);
    await world.addJob(requisition, second, 'done', [track()]);
    expect(await sessions.workOn(requisition, needsTwo)).toBe(2);
  });

  it('forgets the least recently used case when the budget is passed', async () => {
    const cases = [await newCase(), await newCase(), await newCase()];
    for (const { requisition, exhibit } of cases) await world.addJob(requisition, exhibit, 'done', [track(), track()]);
    const [a, b, c] = cases.map(({ requisition }) => requisition) as [Requisition, Requisition, Requisition];
    const size = await sizeOfOne(a);
    const { sessions, reads } = counting({ budgetBytes: 2 * size });
    await sessions.open(a);
    await sessions.open(b);
    await sessions.open(a);
    await sessions.open(c);
    expect(reads()).toBe(6);
    await sessions.open(a);
    expect(reads()).toBe(6);
    await sessions.open(b);
    expect(reads()).toBe(8);
  });

  it('keeps a case that is larger than the whole budget while it is the newest', async () => {
    const { requisition, exhibit } = await newCase();
    await world.addJob(requisition, exhibit, 'done', [track()]);
    const { sessions, reads } = counting({ budgetBytes: 1 });
    await sessions.open(requisition);
    await sessions.open(requisition);
    expect(reads()).toBe(2);
  });

  it('forgets a case that nobody asked about for half an hour', async () => {
    const [one, other] = [await newCase(), await newCase()];
    for (const { requisition, exhibit } of [one, other]) await world.addJob(requisition, exhibit, 'done', [track()]);
    const now = { ms: NOW_MS };
    const { sessions, reads } = counting({ now });
    await sessions.open(one.requisition);
    now.ms += IDLE_MS;
    await sessions.open(other.requisition);
    await sessions.open(one.requisition);
    expect(reads()).toBe(4);
    now.ms += IDLE_MS + 1;
    await sessions.open(one.requisition);
    expect(reads()).toBe(6);
  });

  it('PRO-01: opens no job of another case, and no job that is not closed', async () => {
    const own = await newCase();
    const other = await newCase();
    const foreign = await world.addJob(other.requisition, other.exhibit, 'done', [track()]);
    const running = await world.addJob(own.requisition, own.exhibit, 'running', [track()]);
    for (const id of [foreign, running, newId<JobId>()]) {
      expect(await codeOf(() => world.sessions.openJobs(own.requisition, [id]))).toBe('E_PRO_SILO');
    }
    expect(await world.sessions.openJobs(other.requisition, [foreign])).toHaveLength(1);
  });

  it('opens an earlier closed result by its job, while the case shows the latest', async () => {
    const { requisition, exhibit } = await newCase();
    const first = await world.addJob(requisition, exhibit, 'done', [track()]);
    await world.addJob(requisition, exhibit, 'done', [track(), track()]);
    const [opened] = await world.sessions.openJobs(requisition, [first]);
    expect(opened?.columns.count).toBe(1);
  });

  it('refuses with E_VAULT blocks that a database row was bent to, and recovers when it is set right', async () => {
    const { requisition, exhibit } = await newCase();
    const second = exhibitOf(requisition);
    await world.addExhibit(second);
    const one = await world.addJob(requisition, exhibit, 'done', [track()]);
    const two = await world.addJob(requisition, second, 'done', [track(), track()]);
    const { rows } = await asOwner(world.database, 'SELECT * FROM jobs WHERE id = $1', [one]);
    // The whole of another analysis, and then its columns alone.
    const bend = `UPDATE jobs j SET columns_object = o.columns_object, paths_object = o.paths_object
                    FROM jobs o WHERE j.id = $1 AND o.id = $2`;
    await asOwner(world.database, bend, [one, two]);
    const { sessions } = counting();
    expect(await codeOf(() => sessions.open(requisition))).toBe('E_VAULT');
    await asOwner(world.database, 'UPDATE jobs SET paths_object = $2 WHERE id = $1', [one, rows[0]?.paths_object]);
    expect(await codeOf(() => sessions.open(requisition))).toBe('E_VAULT');
    await asOwner(world.database, 'UPDATE jobs SET columns_object = $2 WHERE id = $1', [one, rows[0]?.columns_object]);
    expect((await sessions.open(requisition)).exhibits).toHaveLength(2);
  });

  it('gives each requisition the exhibits that footage lists for it, though the blocks are shared', async () => {
    const { requisition, exhibit } = await newCase();
    await world.addJob(requisition, exhibit, 'done', [track()]);
    const second: Requisition = await testRequisition({ caseIdOf: () => requisition.caseId });
    const sessions = createCaseSessions({
      ...world.deps,
      budgetBytes: 1 << 20,
      listExhibits: async ({ id }) => (id === requisition.id ? [exhibit] : []),
    });
    expect((await sessions.open(requisition)).exhibits).toHaveLength(1);
    expect((await sessions.open(second)).exhibits).toHaveLength(0);
    expect((await sessions.open(requisition)).exhibits).toHaveLength(1);
  });
});

async function sizeOfOne(requisition: Requisition): Promise<number> {
  const [exhibit] = (await world.sessions.open(requisition)).exhibits;
  const columns = exhibit?.columns;
  if (columns === undefined) throw new Error('not analysed');
  const arrays = Object.values(columns).filter((value) => ArrayBuffer.isView(value));
  const { rows } = await asOwner(world.database, 'SELECT paths_object FROM jobs WHERE id = $1', [columns.jobId]);
  const paths = await world.vault.sizeOf(requisition.caseId, rows[0]?.paths_object);
  const bits = exhibit?.bits.rows ?? new Int32Array();
  const feet = [...Object.values(exhibit?.feet ?? {}), bits, bits];
  // A little more than one case, so that two fit and three do not.
  return paths + [...arrays, ...feet].reduce((sum, array) => sum + array.byteLength, 0) + 16;
}
