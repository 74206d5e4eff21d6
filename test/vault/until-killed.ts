import { randomInt } from 'node:crypto';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { CaseId, ObjectId } from '../../gateway/ids.ts';
import { CHUNK_BYTES } from '../../gateway/sealed-objects.ts';
import { openVault, type Vault } from '../../gateway/vault.ts';
import type { LostWritesOrder } from '../support/lost-writes.ts';
import { linesUntilKilled } from '../support/until-killed.ts';
import { contentOf } from './content.ts';

/** Lets a program seal objects until it is killed, and counts what it had acknowledged and what of it cannot be read or gone on with. */
export async function sealUntilKilled(
  folder: string,
  installationKey: Buffer,
  disk?: Omit<LostWritesOrder, 'root'>,
): Promise<{ readonly acknowledged: number; readonly lost: number }> {
  const program = path.join(import.meta.dirname, 'write-loop.ts');
  const lines = await linesUntilKilled(program, [folder], installationKey.toString('hex'), {
    afterLines: randomInt(1, 60),
    momentMs: randomInt(0, 12),
    ...(disk === undefined ? {} : { disk: { root: folder, ...disk } }),
  });
  const vault = await openVault({
    dataDir: path.join(folder, 'vault'),
    keysDir: path.join(folder, 'keys'),
    installationKey,
  });
  // The last word on an object is the one that counts.
  const said = new Map(lines.map((line) => [line.split(' ')[1], line.split(' ')] as const));
  let lost = 0;
  for (const [caseId, id, total, durable] of said.values())
    if (!(await isWhole(vault, caseId as CaseId, id as ObjectId, Number(total), Number(durable)))) lost++;
  return { acknowledged: said.size, lost };
}

/** Reads what was acknowledged, goes on from there to the end as a client would, and reads the whole. */
async function isWhole(vault: Vault, caseId: CaseId, id: ObjectId, total: number, durable: number): Promise<boolean> {
  const expected = contentOf(id, total);
  try {
    const read = await buffer(vault.read(caseId, id, { from: 0, to: durable }));
    if (!read.equals(expected.subarray(0, durable))) return false;
    const writer = await vault.writer(caseId, id, total, durable);
    for (let at = durable; at < total; at += CHUNK_BYTES) await writer.write(expected.subarray(at, at + CHUNK_BYTES));
    await writer.sync();
    await writer.close();
    return (await vault.get(caseId, id)).equals(expected);
  } catch {
    return false;
  }
}
