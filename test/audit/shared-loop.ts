import { randomUUID } from 'node:crypto';
import { readFileSync, writeSync } from 'node:fs';
import { openSharedLog } from '../../gateway/audit/appender.ts';
import { systemClock } from '../../gateway/clock.ts';
import { eventFor, keyOf, ORIGIN, SOFTWARE } from './events.ts';

// One of several processes that share a log: appends so many events, ten at a time, and says on stdout `<seq> <exhibit id> <role>`.
// Arguments: folder, database URL, number of events. The signing key comes on stdin.

const [, , dir = '', url = '', count = '0'] = process.argv;
const signingKey = keyOf(readFileSync(0, 'utf8'));
const log = await openSharedLog({
  dir,
  database: { url },
  origin: ORIGIN,
  signingKey,
  clock: systemClock,
  software: SOFTWARE,
  pollMs: 50,
  settleMs: 100,
});
writeSync(1, `ready ${log.isAppender() ? 'appender' : 'member'}\n`);

let left = Number(count);
async function loop(): Promise<void> {
  while (left-- > 0) {
    const id = randomUUID();
    const seq = await log.append(eventFor(id));
    writeSync(1, `${seq} ${id} ${log.isAppender() ? 'appender' : 'member'}\n`);
  }
}
await Promise.all(Array.from({ length: 10 }, loop));
await log.close();
