import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import type { ObjectId } from '../../gateway/ids.ts';
import { CHUNK_BYTES } from '../../gateway/sealed-objects.ts';
import { openVault } from '../../gateway/vault.ts';
import { contentOf } from './content.ts';

// A program that seals objects until it is killed, and says on stdout what is durable: `<case> <object> <total bytes> <acknowledged bytes>`.
// Argument: folder. The installation key comes on stdin, in hexadecimal.

const [, , folder = ''] = process.argv;
const installationKey = Buffer.from(readFileSync(0, 'utf8'), 'hex');
const vault = await openVault({
  dataDir: path.join(folder, 'vault'),
  keysDir: path.join(folder, 'keys'),
  installationKey,
});

for (let n = 0; ; n++) {
  const caseId = vault.caseIdOf(createHash('sha256').update(`${process.pid} ${n}`).digest('hex'));
  await vault.createCase(caseId);
  const whole = randomUUID() as ObjectId;
  const small = contentOf(whole, 1000 + (n % 7) * 30_000);
  await vault.put(caseId, whole, small);
  writeSync(1, `${caseId} ${whole} ${small.length} ${small.length}\n`);
  const parts = randomUUID() as ObjectId;
  const bytes = contentOf(parts, 3 * CHUNK_BYTES + 777);
  const writer = await vault.writer(caseId, parts, bytes.length, 0);
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    await writer.write(bytes.subarray(at, at + CHUNK_BYTES));
    await writer.sync();
    writeSync(1, `${caseId} ${parts} ${bytes.length} ${writer.sealedBytes}\n`);
  }
  await writer.close();
}
