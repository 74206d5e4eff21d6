import { randomInt } from 'node:crypto';
import path from 'node:path';
import type { LogOptions } from '../../gateway/audit/append.ts';
import { openLog } from '../../gateway/audit/append.ts';
import { verifyLog } from '../../gateway/audit/verify.ts';
import type { LostWritesOrder } from '../support/lost-writes.ts';
import { linesUntilKilled } from '../support/until-killed.ts';

/** What became of the records that a killed program had acknowledged. */
export interface AfterKill {
  /** Number to exhibit id, of this life alone. */
  readonly acknowledged: ReadonlyMap<number, string>;
  /** Acknowledged ever and not there, or there twice. */
  readonly lost: number;
  readonly verifies: boolean;
}

/**
 * Lets a program append to the log until it is killed at a moment of chance, opens the log again and looks for all that was ever acknowledged
 * (`before`).
 */
export async function appendUntilKilled(
  options: LogOptions,
  before: ReadonlyMap<number, string>,
  disk?: Omit<LostWritesOrder, 'root'>,
): Promise<AfterKill> {
  const { dir, signingKey } = options;
  const pem = signingKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  const lines = await linesUntilKilled(path.join(import.meta.dirname, 'append-loop.ts'), [dir, 'many'], pem, {
    afterLines: randomInt(1, 200),
    momentMs: randomInt(0, 12),
    ...(disk === undefined ? {} : { disk: { root: path.dirname(dir), ...disk } }),
  });
  const acknowledged = new Map<number, string>();
  let lost = 0;
  for (const line of lines) {
    const [seq = '', id = ''] = line.split(' ');
    // What the program says when its log went down acknowledges nothing.
    if (id.length !== 36) continue;
    if (before.has(Number(seq)) || acknowledged.has(Number(seq))) lost++;
    acknowledged.set(Number(seq), id);
  }
  let log: Awaited<ReturnType<typeof openLog>>;
  try {
    log = await openLog(options);
  } catch {
    return { acknowledged, lost: before.size + acknowledged.size, verifies: false };
  }
  try {
    const verdict = await verifyLog(dir);
    for (const [seq, id] of [...before, ...acknowledged]) {
      const record = await log.record(seq);
      if (JSON.stringify(record?.objects) !== JSON.stringify([{ id, type: 'exhibit' }])) lost++;
    }
    return { acknowledged, lost, verifies: verdict.ok && verdict.size === (await log.size()) };
  } finally {
    await log.close();
  }
}
