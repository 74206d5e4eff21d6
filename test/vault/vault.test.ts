import { createHash, randomBytes } from 'node:crypto';
import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { newId, type ObjectId } from '../../gateway/ids.ts';
import { CHUNK_BYTES } from '../../gateway/sealed-objects.ts';
import { openVault, type Vault } from '../../gateway/vault.ts';

const root = mkdtempSync(path.join(tmpdir(), 'differe-vault-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const key = randomBytes(32);
let folder: string;
let vault: Vault;
const openHere = (installationKey = key): Promise<Vault> =>
  openVault({ dataDir: path.join(folder, 'data'), keysDir: path.join(folder, 'keys'), installationKey });

beforeEach(async () => {
  folder = mkdtempSync(path.join(root, 'v-'));
  vault = await openHere();
});

async function newCase(procedure = 'PV-1') {
  const caseId = vault.caseIdOf(procedure);
  await vault.createCase(caseId);
  return caseId;
}
const sizes = [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES, 3 * CHUNK_BYTES + 12_345];
const fileOf = (caseId: string, objectId: string): string => path.join(folder, 'data', caseId, objectId);
const E_VAULT = { code: 'E_VAULT' };

describe('objects', () => {
  it.each(sizes)('come back whole and in any part, at %i bytes', async (size) => {
    const caseId = await newCase();
    const objectId = newId<ObjectId>();
    const plain = randomBytes(size);
    await vault.put(caseId, objectId, plain);
    expect((await vault.get(caseId, objectId)).equals(plain)).toBe(true);
    expect(await vault.sizeOf(caseId, objectId)).toBe(size);
    for (const [from, to] of [
      [0, size],
      [0, 0],
      [size, size],
      [Math.floor(size / 3), Math.ceil(size / 2)],
    ] as const) {
      const part = Buffer.concat(
        await Array.fromAsync(vault.read(caseId, objectId, { from, to }) as AsyncIterable<Buffer>),
      );
      expect(part.equals(plain.subarray(from, to))).toBe(true);
    }
  });

  it('SEC-02: do not show their content on disk, and no other account can read them', async () => {
    const caseId = await newCase();
    const objectId = newId<ObjectId>();
    await vault.put(caseId, objectId, Buffer.alloc(CHUNK_BYTES * 2, 'procès-verbal '));
    const file = fileOf(caseId, objectId);
    expect(readFileSync(file).includes('verbal')).toBe(false);
    expect(statSync(file).mode & 0o077).toBe(0);
    expect(statSync(path.join(folder, 'keys')).mode & 0o077).toBe(0);
  });

  it('SEC-10: refuse a flipped bit anywhere: header, nonce, text, tag', async () => {
    const caseId = await newCase();
    const objectId = newId<ObjectId>();
    await vault.put(caseId, objectId, randomBytes(CHUNK_BYTES + 100));
    const file = fileOf(caseId, objectId);
    const whole = readFileSync(file);
    for (const at of [0, 9, 15, 16, 20, 40, 16 + 12 + CHUNK_BYTES + 3, whole.length - 1, whole.length - 60]) {
      const bent = Buffer.from(whole);
      bent[at] = (bent[at] ?? 0) ^ 1;
      writeFileSync(file, bent);
      await expect(vault.get(caseId, objectId)).rejects.toMatchObject(E_VAULT);
    }
  });

  it('refuse chunks that were exchanged, cut off, or come from another object or case', async () => {
    const caseId = await newCase();
    const [one, two] = [newId<ObjectId>(), newId<ObjectId>()];
    const sealedChunk = 12 + CHUNK_BYTES + 16;
    await vault.put(caseId, one, randomBytes(CHUNK_BYTES * 3));
    await vault.put(caseId, two, randomBytes(CHUNK_BYTES * 3));
    const file = fileOf(caseId, one);
    const whole = readFileSync(file);
    const chunk = (n: number): Buffer => whole.subarray(16 + n * sealedChunk, 16 + (n + 1) * sealedChunk);
    const exchanged = Buffer.concat([whole.subarray(0, 16), chunk(1), chunk(0), chunk(2)]);
    const shorter = Buffer.concat([whole.subarray(0, 16), chunk(0), chunk(1)]);
    const emptied = Buffer.concat([whole.subarray(0, 8), Buffer.alloc(8)]);
    const claimed = Buffer.from(shorter);
    claimed.writeBigUInt64BE(BigInt(CHUNK_BYTES * 2), 8);
    for (const bent of [exchanged, shorter, emptied, claimed, readFileSync(fileOf(caseId, two))]) {
      writeFileSync(file, bent);
      await expect(vault.get(caseId, one)).rejects.toMatchObject(E_VAULT);
    }
    const other = await newCase('PV-2');
    copyFileSync(fileOf(caseId, two), fileOf(other, two));
    await expect(vault.get(other, two)).rejects.toMatchObject(E_VAULT);
  });

  it('DEF-07: are never read through a link that was put in their place', async () => {
    const caseId = await newCase();
    const [one, two] = [newId<ObjectId>(), newId<ObjectId>()];
    await vault.put(caseId, one, randomBytes(100));
    symlinkSync(fileOf(caseId, one), fileOf(caseId, two));
    await expect(vault.get(caseId, two)).rejects.toMatchObject(E_VAULT);
  });

  it('are gone after removal, and removing twice is no fault', async () => {
    const caseId = await newCase();
    const objectId = newId<ObjectId>();
    await vault.put(caseId, objectId, randomBytes(100));
    await vault.remove(caseId, objectId);
    await vault.remove(caseId, objectId);
    expect(readdirSync(path.join(folder, 'data', caseId))).toEqual([]);
    await expect(vault.get(caseId, objectId)).rejects.toMatchObject(E_VAULT);
    await expect(vault.sizeOf(caseId, objectId)).rejects.toMatchObject(E_VAULT);
  });

  it('cannot be named so that they lie elsewhere', async () => {
    const caseId = await newCase();
    for (const name of ['../../etc/passwd', '', 'a/b', '..']) {
      await expect(vault.put(caseId, name as ObjectId, randomBytes(1))).rejects.toMatchObject(E_VAULT);
    }
  });
});

describe('writing in steps', () => {
  it('goes on at a chunk boundary with other nonces, and cuts off what a killed writer left beyond it', async () => {
    const caseId = await newCase();
    const objectId = newId<ObjectId>();
    const plain = randomBytes(CHUNK_BYTES * 3 + 500);
    const first = await vault.writer(caseId, objectId, plain.length, 0);
    for (let n = 0; n < 3; n++) await first.write(plain.subarray(n * CHUNK_BYTES, (n + 1) * CHUNK_BYTES));
    await first.sync();
    await first.close();
    const before = readFileSync(fileOf(caseId, objectId));
    const second = await vault.writer(caseId, objectId, plain.length, CHUNK_BYTES);
    expect(statSync(fileOf(caseId, objectId)).size).toBe(16 + 12 + CHUNK_BYTES + 16);
    expect(second.sealedBytes).toBe(CHUNK_BYTES);
    await second.write(plain.subarray(CHUNK_BYTES, 2 * CHUNK_BYTES));
    await second.write(plain.subarray(2 * CHUNK_BYTES, 3 * CHUNK_BYTES));
    await second.write(plain.subarray(3 * CHUNK_BYTES));
    await second.sync();
    await second.close();
    expect((await vault.get(caseId, objectId)).equals(plain)).toBe(true);
    const nonceAt = 16 + (12 + CHUNK_BYTES + 16);
    const after = readFileSync(fileOf(caseId, objectId));
    expect(after.subarray(nonceAt, nonceAt + 12).equals(before.subarray(nonceAt, nonceAt + 12))).toBe(false);
  });

  it('takes whole chunks only, and the rest at the end', async () => {
    const caseId = await newCase();
    const writer = await vault.writer(caseId, newId<ObjectId>(), CHUNK_BYTES + 10, 0);
    await expect(writer.write(randomBytes(CHUNK_BYTES - 1))).rejects.toThrow(RangeError);
    await writer.write(randomBytes(CHUNK_BYTES));
    await expect(writer.write(randomBytes(11))).rejects.toThrow(RangeError);
    await writer.write(randomBytes(10));
    await expect(writer.write(randomBytes(1))).rejects.toThrow(RangeError);
    await writer.close();
    await expect(vault.writer(caseId, newId<ObjectId>(), CHUNK_BYTES * 2, 7)).rejects.toThrow(RangeError);
  });
});

describe('keys', () => {
  it('PRO-01: the id of a case is the same for its procedure, and says nothing without the installation key', async () => {
    const other = await openHere(randomBytes(32));
    expect(vault.caseIdOf('PV-1')).toBe(vault.caseIdOf('PV-1'));
    expect(vault.caseIdOf('PV-1')).not.toBe(vault.caseIdOf('PV-2'));
    expect(vault.caseIdOf('PV-1')).not.toBe(other.caseIdOf('PV-1'));
  });

  it('RET: without the key of the case nothing can be read, and no other installation key opens it', async () => {
    const caseId = await newCase();
    const sealed = await vault.seal(caseId, 'label', 'texte');
    await expect((await openHere(randomBytes(32))).unseal(caseId, 'label', sealed)).rejects.toMatchObject(E_VAULT);
    rmSync(path.join(folder, 'keys', `${caseId}.key`));
    await expect((await openHere()).unseal(caseId, 'label', sealed)).rejects.toMatchObject(E_VAULT);
  });

  it('keeps one key a case, however many make it at once', async () => {
    const others = await Promise.all(Array.from({ length: 8 }, () => openHere()));
    for (let round = 0; round < 25; round++) {
      const caseId = vault.caseIdOf(`PV-${round}`);
      const sealed = await Promise.all(
        others.map(async (other) => {
          await other.createCase(caseId);
          return other.seal(caseId, 'label', 'texte');
        }),
      );
      const fresh = await openHere();
      for (const value of sealed) expect((await fresh.unseal(caseId, 'label', value)).toString()).toBe('texte');
    }
    expect(readdirSync(path.join(folder, 'keys'))).toHaveLength(25);
  });

  it('binds a small value to its label and its case', async () => {
    const caseId = await newCase();
    const other = await newCase('PV-2');
    const sealed = await vault.seal(caseId, 'exhibit:1', 'texte');
    expect((await vault.unseal(caseId, 'exhibit:1', sealed)).toString()).toBe('texte');
    await expect(vault.unseal(caseId, 'exhibit:2', sealed)).rejects.toMatchObject(E_VAULT);
    await expect(vault.unseal(other, 'exhibit:1', sealed)).rejects.toMatchObject(E_VAULT);
    await expect(vault.unseal(caseId, 'exhibit:1', sealed.subarray(0, 20))).rejects.toMatchObject(E_VAULT);
  });

  it('PRO-01: marks a piece alike within its case, unlike in another, and not by its number', async () => {
    const caseId = await newCase();
    const other = await newCase('PV-2');
    const mark = await vault.pieceMark(caseId, 'SCELLE-1');
    expect(mark).toMatch(/^[0-9a-f]{64}$/);
    expect(await (await openHere()).pieceMark(caseId, 'SCELLE-1')).toBe(mark);
    expect(await vault.pieceMark(caseId, 'SCELLE-2')).not.toBe(mark);
    expect(await vault.pieceMark(other, 'SCELLE-1')).not.toBe(mark);
    expect(mark).not.toBe(createHash('sha256').update('SCELLE-1').digest('hex'));
  });

  it('refuses an installation key that is not 32 bytes', async () => {
    await expect(openHere(randomBytes(16))).rejects.toMatchObject({ code: 'E_CONFIG' });
  });
});
