import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { connect, migrate } from '../../gateway/database.ts';
import { type CaseId, type HitId, newId } from '../../gateway/ids.ts';
import { confirmingOf, historyOf, readingsOf, sealSeen, seenOf, standingOf } from '../../gateway/search/readings.ts';
import type { Reading, Verdict } from '../../gateway/search/types.ts';
import { asOwner, testDatabase } from '../support/database.ts';
import { AGENT, NOW_MS, OTHER_AGENT, testVault } from './fixtures.ts';

const given = (...verdicts: Verdict[]): Reading[] => verdicts.map((verdict) => ({ verdict }));

describe('what readings make together', () => {
  it('HUM-01: one that confirms is enough, one that doubts keeps it open, and disagreement is said', () => {
    expect(standingOf([])).toEqual({ verdict: 'unreviewed', disputed: false });
    expect(standingOf(given('rejected', 'rejected'))).toEqual({ verdict: 'rejected', disputed: false });
    expect(standingOf(given('rejected', 'uncertain'))).toEqual({ verdict: 'uncertain', disputed: true });
    expect(standingOf(given('rejected', 'confirmed', 'uncertain'))).toEqual({ verdict: 'confirmed', disputed: true });
  });

  it('HUM-01: an export stands on the first who confirmed after he saw, and on nobody unknown', () => {
    const at = (minute: number): string => new Date(NOW_MS + minute * 60_000).toISOString();
    const unknown: Reading = { verdict: 'confirmed', at: at(1), sawPictureAt: at(0) };
    const unseen: Reading = { agentId: 'a', verdict: 'confirmed', at: at(1) };
    const after: Reading = { agentId: 'b', verdict: 'confirmed', at: at(2), sawPictureAt: at(3) };
    const doubts: Reading = { agentId: 'c', verdict: 'uncertain', at: at(5), sawPictureAt: at(4) };
    expect(confirmingOf([unknown, unseen, after, doubts])).toBeUndefined();
    const sound: Reading = { agentId: 'd', verdict: 'confirmed', at: at(7), sawPictureAt: at(6) };
    expect(confirmingOf([unknown, unseen, after, doubts, sound])).toMatchObject({ agentId: 'd' });
  });
});

describe('verdicts of before each reader had his own', () => {
  const folders: string[] = [];
  afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

  it('HUM-01: keep their reader where there is one, and get none where there is none, in a database of another owner', async () => {
    const before = await mkdtemp(path.join(os.tmpdir(), 'differe-migrations-'));
    folders.push(before);
    const source = path.resolve('gateway/migrations');
    for (const name of await readdir(source))
      if (name < '0013') await copyFile(path.join(source, name), path.join(before, name));

    const server = await testDatabase();
    const [row] = (await asOwner(server, 'SELECT current_database() AS name')).rows as { name: string }[];
    await asOwner(server, 'CREATE ROLE former LOGIN CREATEROLE');
    await asOwner(server, 'CREATE DATABASE former OWNER former');
    await asOwner(server, 'GRANT differe_case, differe_service, differe_worker TO former WITH ADMIN TRUE, SET FALSE');
    const url = server.url.replace(row?.name ?? '', 'former').replace('user=differe', 'user=former');
    await migrate(url, before);

    const vault = await testVault();
    const caseId = newId<CaseId>();
    await vault.createCase(caseId);
    const [named, unnamed, open] = [newId<HitId>(), newId<HitId>(), newId<HitId>()];
    const seen = await vault.seal(caseId, `hit-seen:${named}`, JSON.stringify([AGENT, OTHER_AGENT]));
    const reader = await vault.seal(caseId, `hit-review:${named}`, OTHER_AGENT);
    const at = new Date(NOW_MS);
    const database = connect(url);
    await database.inCase(caseId, async (tx) => {
      await tx.query('INSERT INTO cases (id) VALUES ($1)', [caseId]);
      const id = newId();
      await tx.query(
        `INSERT INTO requisitions (id, case_id, authorisation_jti, thumbprints, not_before, expires, sealed)
         VALUES ($1, $2, $1, '{}', now(), now(), '')`,
        [id, caseId],
      );
      await tx.query(
        `INSERT INTO exhibits (id, case_id, requisition_id, state, object_id, size_bytes, capture_start, capture_end, piece_mark, sealed)
         VALUES ($1, $2, $1, 'sealed', $1, 1, now(), now(), '', '')`,
        [id, caseId],
      );
      await tx.query(
        `INSERT INTO jobs (id, case_id, exhibit_id, requisition_id, state, frames_per_second) VALUES ($1, $2, $1, $1, 'done', 5)`,
        [id, caseId],
      );
      await tx.query(`INSERT INTO questions (id, case_id, requisition_id, sealed) VALUES ($1, $2, $1, '')`, [
        id,
        caseId,
      ]);
      const insert = `INSERT INTO hits (id, case_id, question_id, job_id, exhibit_id, track, verdict, picture_seen_by, picture_seen_at, reviewed_by, reviewed_at)
         VALUES ($1, $2, $3, $3, $3, $4, $5, $6, $7, $8, $9)`;
      await tx.query(insert, [named, caseId, id, 0, 'confirmed', seen, at, reader, at]);
      await tx.query(insert, [unnamed, caseId, id, 1, 'rejected', null, null, null, null]);
      await tx.query(insert, [open, caseId, id, 2, 'unreviewed', null, null, null, null]);
    });

    await migrate(url);
    await database.inCase(caseId, async (tx) => {
      const readings = await readingsOf(tx, caseId, [named, unnamed, open], { vault });
      // When the second agent looked was not kept: it is not made up.
      expect(readings).toEqual(
        new Map<HitId, unknown>([
          [named, [{ agentId: OTHER_AGENT, verdict: 'confirmed', at: at.toISOString() }]],
          [unnamed, [{ verdict: 'rejected' }]],
        ]),
      );
      expect(confirmingOf(readings.get(named) ?? [])).toBeUndefined();
      expect(await historyOf(tx, caseId, unnamed, { vault })).toEqual([{ verdict: 'rejected' }]);
      const kept = { id: named, pictureSeenBy: seen, pictureSeenAtMs: NOW_MS };
      const looks = await seenOf(caseId, kept, { vault });
      expect(looks).toEqual([
        { agentId: AGENT, atMs: NOW_MS },
        { agentId: OTHER_AGENT, atMs: undefined },
      ]);
      const again = await sealSeen(caseId, named, looks, { agentId: OTHER_AGENT, atMs: NOW_MS + 1 }, { vault });
      expect(await seenOf(caseId, { ...kept, pictureSeenBy: again }, { vault })).toEqual([
        { agentId: AGENT, atMs: NOW_MS },
        { agentId: OTHER_AGENT, atMs: NOW_MS + 1 },
      ]);
    });
    await database.close();
  });
});
