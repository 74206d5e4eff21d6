import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type LogOptions, openLog } from '../gateway/audit/append.ts';
import type { AuditEvent } from '../gateway/audit/types.ts';
import { verifyLog } from '../gateway/audit/verify.ts';
import { systemClock } from '../gateway/clock.ts';
import { measureOverhead } from './overhead/measure.ts';
import { type Measurement, median, rounded } from './report.ts';

const CALLERS = 50;
const EVENT: AuditEvent = {
  action: 'hit.read',
  actor: { id: 'agent-1', role: 'agent_habilite', service: 'DEMO-75' },
  reason: { procedure: 'PV-2026-000042', requisition: '-', op: 'hit.read' },
  objects: [],
  outcome: { effect: 'permit', policyId: 'agent-on-own-case', code: 'OK' },
};

/** Durable appends a second with 50 callers, beside a bare file on the same disk that is fsynced after each batch of as many bytes. */
export async function measureLog({ full }: { readonly full: boolean }): Promise<Measurement> {
  const rounds = 3;
  const events = full ? 20_000 : 4_000;
  const raw: { readonly appendsPerSecond: number; readonly bareBatchesPerSecond: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    raw.push({
      appendsPerSecond: await appendsPerSecond(events),
      bareBatchesPerSecond: await bareBatches(events / CALLERS),
    });
  }
  const appends = median(raw.map((each) => each.appendsPerSecond));
  const verified = await verifiedPerSecond(full ? 100_000 : 10_000);
  const overhead = await measureOverhead(full ? 60 : 15);
  return {
    rounds,
    goals: [
      {
        id: 'appends_per_s',
        goal: '>= 1500 durable appends a second on two cores',
        value: rounded(appends, 0),
        met: appends >= 1500,
      },
      {
        id: 'overhead_ratio',
        goal: '<= 1.25: median time of a look at a case (question, exhibits, hit, picture), audited and decided over neither',
        value: overhead.ratio,
        met: overhead.ratio <= 1.25,
      },
    ],
    raw: { appends: raw, verifiedRecordsPerSecond: rounded(verified, 0), overhead: overhead.requests },
  };
}

const optionsFor = (folder: string): LogOptions => ({
  dir: path.join(folder, 'log'),
  origin: 'bench/log',
  signingKey: generateKeyPairSync('ed25519').privateKey,
  clock: systemClock,
  software: 'differe/bench',
});

async function appendsPerSecond(events: number): Promise<number> {
  const folder = await mkdtemp(path.join(tmpdir(), 'differe-bench-log-'));
  const log = await openLog(optionsFor(folder));
  const start = performance.now();
  await Promise.all(
    Array.from({ length: CALLERS }, async () => {
      for (let count = 0; count < events / CALLERS; count++) await log.append(EVENT);
    }),
  );
  const seconds = (performance.now() - start) / 1000;
  await log.close();
  const verdict = await verifyLog(path.join(folder, 'log'));
  await rm(folder, { recursive: true, force: true });
  if (!verdict.ok || verdict.size !== events) throw new Error('the log that was measured does not verify');
  return events / seconds;
}

/** Records that `verifyLog` checks in a second, all in one thread. */
async function verifiedPerSecond(records: number): Promise<number> {
  const folder = await mkdtemp(path.join(tmpdir(), 'differe-bench-verify-'));
  const log = await openLog(optionsFor(folder));
  await Promise.all(Array.from({ length: records }, () => log.append(EVENT)));
  await log.close();
  const times: number[] = [];
  for (let round = 0; round < 3; round++) {
    const start = performance.now();
    const verdict = await verifyLog(path.join(folder, 'log'));
    times.push(performance.now() - start);
    if (!verdict.ok) throw new Error('the log that was measured does not verify');
  }
  await rm(folder, { recursive: true, force: true });
  return records / (median(times) / 1000);
}

async function bareBatches(batches: number): Promise<number> {
  const folder = await mkdtemp(path.join(tmpdir(), 'differe-bench-bare-'));
  const file = await open(path.join(folder, 'bare'), 'w');
  const bytes = Buffer.alloc(CALLERS * 600);
  const start = performance.now();
  for (let count = 0; count < batches; count++) {
    await file.write(bytes);
    await file.datasync();
  }
  const seconds = (performance.now() - start) / 1000;
  await file.close();
  await rm(folder, { recursive: true, force: true });
  return batches / seconds;
}
