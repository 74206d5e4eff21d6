import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLog } from '../../gateway/audit/append.ts';
import { systemClock } from '../../gateway/clock.ts';
import { takeBackup } from '../../gateway/compliance/backup.ts';
import { restoreBackup } from '../../gateway/compliance/restore.ts';
import { openDatabase } from '../../gateway/database.ts';
import { newId, type ObjectId } from '../../gateway/ids.ts';
import { s3Store } from '../../gateway/s3-store.ts';
import { openVault } from '../../gateway/vault.ts';
import { freshKey } from '../audit/support.ts';
import { type Ceph, startCeph, whyNoCeph } from '../support/ceph.ts';
import { putCluster } from '../support/run-folder.ts';

const why = whyNoCeph();
if (why !== undefined) process.stderr.write(`back-up-of-a-bucket.test.ts: ${why}\n`);

describe.skipIf(why !== undefined)('an installation whose vault is a bucket', () => {
  let ceph: Ceph;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'differe-bucket-'));
    ceph = await startCeph();
  }, 120_000);
  afterAll(async () => {
    await ceph?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  it('SEC-09: is backed up with what lies in it, and restored into an empty one, and never into another', async () => {
    const place = async (name: string) => ({
      installation: 'differe-test',
      dataDir: path.join(folder, name, 'data'),
      keysDir: path.join(folder, name, 'keys'),
      store: s3Store(await ceph.newBucket()),
    });
    const installationKey = randomBytes(32);
    const here = await place('here');
    await mkdir(here.dataDir, { recursive: true });
    await putCluster(path.join(here.dataDir, 'postgres'));
    const database = await openDatabase({ dataDir: path.join(here.dataDir, 'postgres') });
    const to = { data: path.join(folder, 'to/data'), keys: path.join(folder, 'to/keys') };
    const vault = await openVault({ ...here, installationKey });
    const [full, empty] = [vault.caseIdOf('PV-1'), vault.caseIdOf('PV-2')];
    const [id, plain] = [newId<ObjectId>(), randomBytes(5_000_000)];
    try {
      for (const caseId of [full, empty]) await vault.createCase(caseId);
      await vault.put(full, id, plain);
      const log = await openLog({
        dir: path.join(here.dataDir, 'log'),
        origin: 'differe-test/log',
        signingKey: freshKey(),
        clock: systemClock,
        software: 'differe/test',
      });
      await log.close();
      const taken = await takeBackup(here, to, Date.now());
      expect(existsSync(path.join(here.dataDir, 'vault'))).toBe(false);
      expect(await readdir(path.join(taken.data, 'vault', full))).toEqual([id]);

      await expect(
        restoreBackup({ ...(await place('other')), store: here.store }, taken, Date.now()),
      ).rejects.toMatchObject({ code: 'E_BACKUP', detail: 'the vault is not empty' });
      const there = await place('there');
      await restoreBackup(there, taken, Date.now());
      const again = await openVault({ ...there, installationKey });
      expect((await again.get(full, id)).equals(plain)).toBe(true);
      expect(await again.inventory(full)).toEqual(await vault.inventory(full));
      // A case without objects is written to later.
      await again.put(empty, newId<ObjectId>(), randomBytes(10));
    } finally {
      await database.close();
    }
  }, 120_000);
});
