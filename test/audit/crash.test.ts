import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { openLog } from '../../gateway/audit/append.ts';
import { verifyLog } from '../../gateway/audit/verify.ts';
import { systemClock } from '../../gateway/clock.ts';
import { freshFolder, freshKey, optionsFor } from './support.ts';

const KILLS = 10;

/** Runs the appending program until so many lines came and a moment passed, kills it, and returns what it had acknowledged. */
async function appendUntilKilled(dir: string, pem: string): Promise<Map<number, string>> {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'append-loop.ts'), dir, 'many'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(pem);
  const acknowledged = new Map<number, string>();
  const killAfter = randomInt(1, 200);
  const momentMs = randomInt(0, 12);
  for await (const line of createInterface({ input: child.stdout })) {
    const [seq, id] = line.split(' ');
    // The last line may be cut by the kill: then it was not read as a whole, and counts for nothing.
    if (id?.length === 36) acknowledged.set(Number(seq), id);
    if (acknowledged.size === killAfter) setTimeout(() => child.kill('SIGKILL'), momentMs);
  }
  return acknowledged;
}

it('LOG-05: after kill -9 at any moment every acknowledged record is there and the log verifies', async () => {
  const dir = await freshFolder();
  const signingKey = freshKey();
  const pem = signingKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  const all = new Map<number, string>();
  for (let kill = 0; kill < KILLS; kill++) {
    const acknowledged = await appendUntilKilled(dir, pem);
    expect(acknowledged.size).toBeGreaterThan(0);
    for (const [seq, id] of acknowledged) {
      expect(all.has(seq), `number ${seq} given twice`).toBe(false);
      all.set(seq, id);
    }
    const log = await openLog(optionsFor(dir, { signingKey, clock: systemClock }));
    expect(await verifyLog(dir), `after kill ${kill}`).toMatchObject({ ok: true, size: await log.size() });
    for (const [seq, id] of all) {
      const record = await log.record(seq);
      if (JSON.stringify(record?.objects) !== JSON.stringify([{ id, type: 'exhibit' }]))
        expect.fail(`record ${seq} is lost`);
    }
    await log.close();
  }
  expect(all.size).toBeGreaterThan(KILLS);
});
