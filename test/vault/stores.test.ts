import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { copyIn, copyOut } from '../../gateway/compliance/backup-objects.ts';
import { folderStore } from '../../gateway/folder-store.ts';
import { type CaseId, newId, type ObjectId } from '../../gateway/ids.ts';
import type { ObjectStore } from '../../gateway/object-store.ts';
import type { Bucket, VaultReason } from '../../gateway/s3-client.ts';
import { PART_BYTES, s3Store } from '../../gateway/s3-store.ts';
import { openVault } from '../../gateway/vault.ts';
import { type Ceph, startCeph, whyNoCeph } from '../support/ceph.ts';
import { type Fault, type FaultyProxy, startFaultyProxy } from '../support/faulty-proxy.ts';

const E_VAULT = { code: 'E_VAULT' };
const E_VAULT_EXISTS = { code: 'E_VAULT_EXISTS' };
const E_VAULT_STORE = { code: 'E_VAULT_STORE' };
const root = mkdtempSync(path.join(tmpdir(), 'differe-stores-'));
let ceph: Ceph | undefined;
const absent = whyNoCeph();
if (absent !== undefined) console.error(`SKIPPED: the vault on S3 is not tested: ${absent}`);

beforeAll(async () => {
  if (absent === undefined) ceph = await startCeph();
}, 120_000);
afterAll(async () => {
  await ceph?.[Symbol.asyncDispose]();
  rmSync(root, { recursive: true, force: true });
});

const newBucket = async (): Promise<Bucket> => (await ceph?.newBucket()) ?? expect.fail('no Ceph');

const STORES: readonly { readonly name: string; readonly skipped: boolean; make(): Promise<ObjectStore> }[] = [
  { name: 'a folder', skipped: false, make: async () => folderStore(mkdtempSync(path.join(root, 'v-'))) },
  { name: 'a bucket', skipped: absent !== undefined, make: async () => s3Store(await newBucket()) },
];

async function whole(store: ObjectStore, caseId: CaseId, id: ObjectId): Promise<Buffer> {
  const reader = await store.open(caseId, id);
  try {
    return await reader.read(0, 64 * PART_BYTES);
  } finally {
    await reader.close();
  }
}

/** Pieces as the sealing layer hands them over. */
function* pieces(bytes: Buffer, size = 65_564): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe.each(STORES)('sealed objects in $name', ({ make, skipped }) => {
  let store: ObjectStore;
  beforeAll(async () => {
    if (!skipped) store = await make();
  });
  async function newCase(): Promise<CaseId> {
    const caseId = newId<CaseId>();
    await store.createCase(caseId);
    return caseId;
  }

  it.skipIf(skipped)('can be used, and says so', () => store.demandUsable());

  it.skipIf(skipped)('come back whole and in any range, of one part and of several', async () => {
    const caseId = await newCase();
    for (const size of [1, 65_564, PART_BYTES + 1, 2 * PART_BYTES + 70_000]) {
      const [id, bytes] = [newId<ObjectId>(), randomBytes(size)];
      await store.put(caseId, id, pieces(bytes));
      expect((await whole(store, caseId, id)).equals(bytes)).toBe(true);
      const reader = await store.open(caseId, id);
      for (const [from, length] of [
        [0, 16],
        [size - 1, 1],
        [size - 1, 10],
        [size, 5],
        [Math.floor(size / 3), Math.ceil(size / 2)],
        [Math.floor(size / 2), 100],
        [0, size + 1],
      ] as const)
        expect((await reader.read(from, length)).equals(bytes.subarray(from, from + length))).toBe(true);
      await reader.close();
    }
  });

  it.skipIf(skipped)('are listed with their sizes, and gone after removal, which may be done twice', async () => {
    const [caseId, other] = [await newCase(), await newCase()];
    const [one, two] = [newId<ObjectId>(), newId<ObjectId>()];
    await store.put(caseId, one, [randomBytes(100)]);
    await store.put(caseId, two, pieces(randomBytes(PART_BYTES + 200_000)));
    expect(await store.list(caseId)).toEqual(
      [
        { id: one, bytes: 100 },
        { id: two, bytes: PART_BYTES + 200_000 },
      ].toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    );
    expect(await store.list(other)).toEqual([]);
    expect(await store.list(newId<CaseId>())).toEqual([]);
    expect(await store.cases()).toEqual(expect.arrayContaining([caseId, other]));
    await store.remove(caseId, two);
    await store.remove(caseId, two);
    expect(await store.list(caseId)).toEqual([{ id: one, bytes: 100 }]);
    await expect(store.open(caseId, two)).rejects.toMatchObject(E_VAULT);
    await store.removeCase(caseId);
    await store.removeCase(caseId);
    expect(await store.list(caseId)).toEqual([]);
    expect(await store.cases()).not.toContain(caseId);
    expect(await store.cases()).toContain(other);
  });

  it.skipIf(skipped)('are never written over, by whomever comes second or at the same time', async () => {
    const caseId = await newCase();
    for (const size of [1000, PART_BYTES + 1000]) {
      const id = newId<ObjectId>();
      const offered = Array.from({ length: 6 }, () => randomBytes(size));
      const ends = await Promise.allSettled(offered.map((bytes) => store.put(caseId, id, pieces(bytes))));
      const won = ends.flatMap(({ status }, n) => (status === 'fulfilled' ? [n] : []));
      expect(won).toHaveLength(1);
      for (const end of ends) if (end.status === 'rejected') expect(end.reason).toMatchObject(E_VAULT_EXISTS);
      await expect(store.put(caseId, id, [randomBytes(10)])).rejects.toMatchObject(E_VAULT_EXISTS);
      expect((await whole(store, caseId, id)).equals(offered[won[0] ?? -1] ?? Buffer.alloc(0))).toBe(true);
    }
  });

  it.skipIf(skipped)('do not show before all of them is there, and not at all when writing ends half-way', async () => {
    const caseId = await newCase();
    const id = newId<ObjectId>();
    function* breaking(): Generator<Buffer> {
      yield randomBytes(PART_BYTES);
      yield randomBytes(PART_BYTES);
      throw new Error('half-way');
    }
    await expect(store.put(caseId, id, breaking())).rejects.toThrow('half-way');
    await expect(store.open(caseId, id)).rejects.toMatchObject(E_VAULT);
    expect(await store.list(caseId)).toEqual([]);
  });

  it.skipIf(skipped)('are gone on with where they were acknowledged, and cut off beyond', async () => {
    const caseId = await newCase();
    const id = newId<ObjectId>();
    const bytes = randomBytes(3 * PART_BYTES);
    const first = await store.writer(caseId, id, 0);
    for (const piece of pieces(bytes.subarray(0, 2 * PART_BYTES + 50_000), 100_000)) await first.append(piece);
    await first.sync();
    await first.close();
    expect((await whole(store, caseId, id)).equals(bytes.subarray(0, 2 * PART_BYTES + 50_000))).toBe(true);
    const cut = PART_BYTES - 5;
    const second = await store.writer(caseId, id, cut);
    expect((await whole(store, caseId, id)).equals(bytes.subarray(0, cut))).toBe(true);
    for (const piece of pieces(bytes.subarray(cut), 300_000)) await second.append(piece);
    await second.sync();
    await second.close();
    expect((await whole(store, caseId, id)).equals(bytes)).toBe(true);
    await expect(store.writer(caseId, id, bytes.length + 1)).rejects.toMatchObject(E_VAULT);
    await expect(store.writer(caseId, newId<ObjectId>(), 10)).rejects.toMatchObject(E_VAULT);
  });

  it.skipIf(skipped)('RET: find no place in a case that was removed', async () => {
    const caseId = await newCase();
    const started = await store.writer(caseId, newId<ObjectId>(), 0);
    await started.append(randomBytes(10));
    await store.removeCase(caseId);
    await expect(store.put(caseId, newId<ObjectId>(), [randomBytes(10)])).rejects.toMatchObject(E_VAULT);
    await expect(store.writer(caseId, newId<ObjectId>(), 0)).rejects.toMatchObject(E_VAULT);
    await started.sync().catch((error: unknown) => error);
    await started.close();
    expect(await store.list(caseId)).toEqual([]);
  });

  it.skipIf(skipped)('are many and small, written and read side by side', async () => {
    const caseId = await newCase();
    const written = await Promise.all(
      Array.from({ length: 200 }, async (_, n) => {
        const [id, bytes] = [newId<ObjectId>(), randomBytes(100 + n)];
        await store.put(caseId, id, [bytes]);
        return { id, bytes };
      }),
    );
    expect(await store.list(caseId)).toHaveLength(200);
    const read = await Promise.all(written.map(({ id }) => whole(store, caseId, id)));
    expect(read.every((bytes, n) => bytes.equals(written[n]?.bytes ?? Buffer.alloc(0)))).toBe(true);
    await store.removeCase(caseId);
    expect(await store.list(caseId)).toEqual([]);
  });

  it.skipIf(skipped)('cannot be named so that they lie elsewhere', async () => {
    const caseId = await newCase();
    for (const name of ['../../etc/passwd', '', 'a/b', '..'])
      await expect(store.put(caseId, name as ObjectId, [randomBytes(1)])).rejects.toMatchObject(E_VAULT);
  });
});

describe.skipIf(absent !== undefined)('what was backed up', () => {
  it('SEC-09: of a folder goes into a bucket, and of a bucket into a folder, with every byte and every place', async () => {
    const from = folderStore(mkdtempSync(path.join(root, 'v-')));
    const [full, empty] = [newId<CaseId>(), newId<CaseId>()];
    for (const caseId of [full, empty]) await from.createCase(caseId);
    const objects = [randomBytes(100), randomBytes(PART_BYTES + 12_345)];
    for (const bytes of objects) await from.put(full, newId<ObjectId>(), pieces(bytes));
    let store: ObjectStore = from;
    for (const next of [s3Store(await newBucket()), folderStore(mkdtempSync(path.join(root, 'v-')))]) {
      const backUp = mkdtempSync(path.join(root, 'b-'));
      const copied = await copyOut(store, path.join(backUp, 'vault'));
      expect(copied.map(({ bytes }) => bytes).toSorted()).toEqual(objects.map(({ length }) => length).toSorted());
      const files = copied.map((file) => path.join('vault', file.path));
      await copyIn(backUp, files, [empty], next);
      expect(await next.cases()).toEqual([full, empty].toSorted());
      expect(await next.list(full)).toEqual(await from.list(full));
      for (const { id } of await from.list(full))
        expect((await whole(next, full, id)).equals(await whole(from, full, id))).toBe(true);
      // A case without objects is written to later.
      await next.put(empty, newId<ObjectId>(), [randomBytes(1)]);
      await next.removeCase(empty);
      await next.createCase(empty);
      store = next;
    }
  });
});

/** What a bucket does when it fails, and what is counted of it. */
const FAULTS: readonly { readonly name: string; readonly fault: Fault; readonly reason: VaultReason }[] = [
  { name: '500', fault: { status: 500, code: 'InternalError' }, reason: 'server' },
  { name: '503', fault: { status: 503, code: 'ServiceUnavailable' }, reason: 'busy' },
  { name: 'SlowDown', fault: { status: 503, code: 'SlowDown' }, reason: 'busy' },
  { name: 'a connection that ends', fault: 'cut', reason: 'cut' },
  { name: 'an answer that is lost', fault: 'lost', reason: 'cut' },
  { name: 'no answer', fault: 'hang', reason: 'timeout' },
];
const TRIES = 3;
/** Long, for a machine under load, but where it has to run out. */
const patienceWith = (fault?: Fault) => ({ tryMs: fault === 'hang' ? 1_000 : 20_000, tries: TRIES, pauseMs: 1 });

describe.skipIf(absent !== undefined)('a bucket that fails', () => {
  let proxy: FaultyProxy;
  let bucket: Bucket;
  let through: (fault?: Fault) => ObjectStore;
  let store: ObjectStore;
  let direct: ObjectStore;
  let counted: string[];
  let caseId: CaseId;
  beforeAll(async () => {
    bucket = await newBucket();
    proxy = await startFaultyProxy(bucket.endpoint);
    const onError = (operation: string, reason: string): void => void counted.push(`${operation} ${reason}`);
    through = (fault) => s3Store({ ...bucket, endpoint: proxy.url }, { patience: patienceWith(fault), onError });
    store = through();
    direct = s3Store(bucket);
  });
  beforeEach(async () => {
    counted = [];
    caseId = newId<CaseId>();
    await direct.createCase(caseId);
  });
  afterAll(() => proxy[Symbol.asyncDispose]());

  it.each(FAULTS)('by $name less often than it is asked keeps the object once, and says nothing', async (each) => {
    const [id, bytes] = [newId<ObjectId>(), randomBytes(PART_BYTES + 500)];
    proxy.fail('PUT', [each.fault, each.fault], id);
    await through(each.fault).put(caseId, id, pieces(bytes));
    expect(proxy.left()).toBe(0);
    expect(counted).toEqual([`put ${each.reason}`, `put ${each.reason}`]);
    expect(await direct.list(caseId)).toEqual([{ id, bytes: bytes.length }]);
    expect((await whole(direct, caseId, id)).equals(bytes)).toBe(true);
    await expect(store.put(caseId, id, [bytes])).rejects.toMatchObject(E_VAULT_EXISTS);
  });

  it.each(FAULTS)('by $name each time it is asked ends in a code, and nothing is there', async (each) => {
    const id = newId<ObjectId>();
    const all = Array.from({ length: TRIES }, () => each.fault);
    // The part that makes the object visible, after the others of it.
    proxy.fail('PUT', all, `${id}/000000000000`);
    const put = through(each.fault).put(caseId, id, pieces(randomBytes(PART_BYTES + 500)));
    await expect(put).rejects.toMatchObject(E_VAULT_STORE);
    expect(proxy.left()).toBe(0);
    expect(counted).toEqual(all.map(() => `put ${each.reason}`));
    await expect(direct.open(caseId, id)).rejects.toMatchObject(E_VAULT);
    expect(await direct.list(caseId)).toEqual([]);
  });

  it('while an upload is written keeps what was acknowledged, and the same bytes can be made durable later', async () => {
    const [id, bytes] = [newId<ObjectId>(), randomBytes(300_000)];
    const writer = await store.writer(caseId, id, 0);
    await writer.append(bytes.subarray(0, 100_000));
    await writer.sync();
    await writer.append(bytes.subarray(100_000));
    proxy.fail('PUT', ['lost', 'cut', { status: 503, code: 'SlowDown' }]);
    await expect(writer.sync()).rejects.toMatchObject(E_VAULT_STORE);
    expect((await whole(direct, caseId, id)).equals(bytes.subarray(0, 100_000))).toBe(true);
    await writer.sync();
    await writer.close();
    expect((await whole(direct, caseId, id)).equals(bytes)).toBe(true);
  });

  it('while it is read gives the right bytes or a code, never fewer', async () => {
    const [id, bytes] = [newId<ObjectId>(), randomBytes(PART_BYTES + 500)];
    await direct.put(caseId, id, pieces(bytes));
    proxy.fail('GET', ['torn', { status: 500, code: 'InternalError' }]);
    expect((await whole(store, caseId, id)).equals(bytes)).toBe(true);
    expect(counted).toEqual(['get cut', 'get server']);
    proxy.fail('GET', ['torn', 'torn', 'torn']);
    await expect(whole(store, caseId, id)).rejects.toMatchObject(E_VAULT_STORE);
  });

  it('while an object or a case is removed leaves what can be removed again', async () => {
    const [one, two] = [newId<ObjectId>(), newId<ObjectId>()];
    for (const id of [one, two]) await direct.put(caseId, id, pieces(randomBytes(2 * PART_BYTES + 500)));
    const down: Fault[] = Array.from({ length: TRIES }, () => ({ status: 503, code: 'SlowDown' }));
    proxy.fail('DELETE', down, `${one}/000000000000`);
    // The first part goes first.
    await expect(store.remove(caseId, one)).rejects.toMatchObject(E_VAULT_STORE);
    await store.remove(caseId, one);
    expect((await direct.list(caseId)).map(({ id }) => id)).toEqual([two]);
    proxy.fail('DELETE', down, `${two}/000000000000`);
    await expect(store.removeCase(caseId)).rejects.toMatchObject(E_VAULT_STORE);
    await expect(direct.put(caseId, newId<ObjectId>(), [randomBytes(1)])).rejects.toMatchObject(E_VAULT);
    await store.removeCase(caseId);
    expect(await direct.list(caseId)).toEqual([]);
  });

  it('for good is not asked again: wrong credentials, an absent bucket', async () => {
    const wrong = { ...bucket, credentials: { accessKeyId: 'test', secretAccessKey: 'other' } };
    const absentBucket = { ...bucket, bucket: `${bucket.bucket}-absent` };
    for (const place of [wrong, absentBucket]) {
      counted = [];
      const onError = (operation: string, reason: string): void => void counted.push(`${operation} ${reason}`);
      const other = s3Store(place, { patience: patienceWith(), onError });
      await expect(other.demandUsable()).rejects.toMatchObject(E_VAULT_STORE);
      expect(counted.filter((line) => line === 'put denied')).toHaveLength(1);
      await expect(other.list(caseId)).rejects.toMatchObject(E_VAULT_STORE);
    }
  });

  it('holds no more than two parts of an object in memory while it is written', async () => {
    let pulled = 0;
    let most = 0;
    const stored = (): number => proxy.seen.filter((line) => line.startsWith('PUT') && line.includes(id)).length;
    const id = newId<ObjectId>();
    function* watched(): Generator<Buffer> {
      const piece = randomBytes(65_564);
      for (let n = 0; n < 512; n++) {
        pulled += piece.length;
        most = Math.max(most, pulled - stored() * PART_BYTES);
        yield piece;
      }
    }
    await store.put(caseId, id, watched());
    expect(stored()).toBe(8);
    // Written last: it is what makes the object visible.
    expect(proxy.seen.filter((line) => line.includes(id)).at(-1)).toMatch(/^PUT .*\/000000000000\?/);
    // The first part, which is written last, and the one that is being filled.
    expect(most).toBeLessThanOrEqual(2 * (PART_BYTES + 2 * 65_564));
  });

  it('SEC-02, SEC-10: sees no plaintext, and what it alters is refused', async () => {
    const vault = await openVault({
      dataDir: path.join(root, 'none'),
      store,
      keysDir: path.join(root, 'keys'),
      installationKey: randomBytes(32),
    });
    const procedure = 'PV-2026-000042';
    const id = newId<ObjectId>();
    const ofCase = vault.caseIdOf(procedure);
    await vault.createCase(ofCase);
    await vault.put(ofCase, id, Buffer.alloc(200_000, 'procès-verbal '));
    expect(await vault.sizeOf(ofCase, id)).toBe(200_000);
    const stored = await whole(direct, ofCase, id);
    expect(stored.length).toBeGreaterThan(200_000);
    expect(stored.includes('verbal')).toBe(false);
    for (const line of proxy.seen) expect(line).not.toContain(procedure);
    stored[100_000] = (stored[100_000] ?? 0) ^ 1;
    await direct.remove(ofCase, id);
    await direct.put(ofCase, id, [stored]);
    await expect(vault.get(ofCase, id)).rejects.toMatchObject(E_VAULT);
    await vault.destroyCase(ofCase);
    expect(await vault.inventory(ofCase)).toEqual({ keySha256: undefined, objects: [] });
  });
});
