import { randomUUID } from 'node:crypto';
import { readFileSync, writeSync } from 'node:fs';
import { openLog } from '../../gateway/audit/append.ts';
import { systemClock } from '../../gateway/clock.ts';
import { AppError } from '../../gateway/errors.ts';
import { eventFor, keyOf, ORIGIN, SOFTWARE } from './events.ts';

// A program that appends until it is killed (or the log is down), and says on stdout what was acknowledged: `<seq> <exhibit id>`.
// Arguments: folder, `one-by-one` or `many`, and the length of the write-ahead file if it is to be another. The signing key comes on stdin.

const [, , dir = '', mode = 'many', aheadBytes = '8388608'] = process.argv;
const signingKey = keyOf(readFileSync(0, 'utf8'));
const log = await openLog({
  dir,
  origin: ORIGIN,
  signingKey,
  clock: systemClock,
  software: SOFTWARE,
  aheadBytes: Number(aheadBytes),
});

async function loop(): Promise<void> {
  for (;;) {
    const id = randomUUID();
    const seq = await log.append(eventFor(id));
    writeSync(1, `${seq} ${id}\n`);
  }
}

const codeOf = (error: unknown): string => (error instanceof AppError ? error.code : String(error));
try {
  await Promise.all(Array.from({ length: mode === 'many' ? 40 : 1 }, loop));
} catch (error) {
  const again = await log.append(eventFor()).then(() => 'resolved', codeOf);
  writeSync(1, `${codeOf(error)} ${again}\n`);
}
