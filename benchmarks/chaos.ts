import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { verifyLog } from '../gateway/audit/verify.ts';
import { createDemoInstallation, startGatewayProcess } from '../gateway/demo/installation.ts';
import { yesterdayAt14 } from '../gateway/demo/requisition.ts';
import { appendUntilKilled } from '../test/audit/until-killed.ts';
import {
  analyseUnderKills,
  depositUnderKills,
  type Kills,
  noKills,
  registerUnderKill,
  type Victim,
} from '../test/support/chaos.ts';
import {
  clientOf,
  exhibitIdOf,
  exhibitOf,
  type JobBody,
  jobEnd,
  type Line,
  register,
  tokensFor,
} from '../test/support/line.ts';
import {
  databaseUnderKills,
  decoderUnderKills,
  logOptions,
  logUnderKills,
  vaultUnderKills,
} from '../test/support/store-kills.ts';
import { analyseByWorkers } from '../test/support/worker-kills.ts';
import { sealUntilKilled } from '../test/vault/until-killed.ts';
import type { Measurement } from './report.ts';
import { namedScenes } from './scenes/named.ts';
import { writeScene } from './scenes/write.ts';

/** How much of each; `full` is for a night. */
const SHORT = {
  appends: 60,
  appendCuts: 8,
  seals: 50,
  sealCuts: 8,
  readings: 60,
  database: 20,
  registrations: 6,
  deposits: 1,
  analyses: 2,
  workers: 5,
};
const FULL: typeof SHORT = {
  appends: 300,
  appendCuts: 100,
  seals: 300,
  sealCuts: 100,
  readings: 300,
  database: 200,
  registrations: 100,
  deposits: 20,
  analyses: 60,
  workers: 60,
};

/**
 * SIGKILL over appender, writer, gateway, workers, decoders and database at moments of chance, and power cuts that take back what no `fsync` covered:
 * what was acknowledged and is lost, what is there twice, whether each analysis ends with the digest of an uninterrupted one. The same cuts
 * with `fsync` stubbed out have to lose something.
 */
export async function measureChaos({ full }: { readonly full: boolean }): Promise<Measurement> {
  const plan = full ? FULL : SHORT;
  const folder = await mkdtemp(path.join(tmpdir(), 'differe-chaos-'));
  try {
    // Before the line, whose decoders and server would be struck as well.
    const film = path.join(folder, 'street.mp4');
    await writeScene(namedScenes.street, film);
    const readings = await decoderUnderKills({ path: film, demuxer: 'mov' }, plan.readings);
    const database = await databaseUnderKills(path.join(folder, 'pg'), plan.database);
    const stores = async () => ({
      log: await logUnderKills(path.join(folder, 'appends', 'log'), plan.appends, plan.appendCuts),
      vault: await vaultUnderKills(path.join(folder, 'seals'), plan.seals, plan.sealCuts),
      stubs: await stubbed(folder),
    });
    const [line, { log, vault, stubs }] = await Promise.all([lineUnderKills(plan), stores()]);
    const kills = {
      appender: log.kills,
      writer: vault.kills,
      gateway: line.kills.gateway,
      worker: line.workers,
      decoder: readings.kills + line.kills.decoder,
      database: database.kills + line.kills.database,
    };
    const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
    const counted = sum(Object.values(kills));
    const lost = log.lost + vault.lost + database.lost + database.changed + line.lost;
    const other = line.otherDigests + readings.wrong;
    return {
      rounds: 1,
      goals: [
        { id: 'kills', goal: 'at least 200 SIGKILLs that hit', value: counted, met: counted >= 200 },
        {
          id: 'power_cuts',
          goal: 'cuts that take back what no fsync covered',
          value: plan.appendCuts + plan.sealCuts,
          met: true,
        },
        {
          id: 'lost',
          goal: 'acknowledged records, objects, bytes, rows, requisitions, jobs lost: 0',
          value: lost,
          met: lost === 0,
        },
        { id: 'duplicates', goal: 'twice on record: 0', value: line.duplicates, met: line.duplicates === 0 },
        {
          id: 'other_digests',
          goal: 'analyses and readings with another digest: 0',
          value: other,
          met: other === 0,
        },
        {
          id: 'journal_verifies',
          goal: 'the journal of all of it verifies',
          value: line.verifies ? 1 : 0,
          met: line.verifies && log.verifies,
        },
        {
          id: 'stubs_lose',
          goal: 'all four: log and vault, fsync stubbed out, and for folders alone',
          value: stubs,
          met: stubs === 4,
        },
      ],
      raw: { kills, log, vault, database, readings, line },
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** How many of the four harnesses without a working `fsync` lose something within ten cuts. */
async function stubbed(folder: string): Promise<number> {
  let losing = 0;
  for (const sync of ['none', 'files'] as const) {
    let [ofLog, ofVault] = [0, 0];
    for (let n = 0; n < 10 && ofLog === 0; n++)
      ofLog += (await appendUntilKilled(logOptions(path.join(folder, `${sync}-${n}`, 'log')), new Map(), { sync }))
        .lost;
    for (let n = 0; n < 10 && ofVault === 0; n++)
      ofVault += (await sealUntilKilled(path.join(folder, `${sync}-${n}-seals`), randomBytes(32), { sync })).lost;
    losing += (ofLog > 0 ? 1 : 0) + (ofVault > 0 ? 1 : 0);
  }
  return losing;
}

/** As `startLine` of the tests, without what a test run shares. */
async function openLine(): Promise<Line> {
  const folder = await mkdtemp(path.join(tmpdir(), 'differe-chaos-line-'));
  const models = path.join(import.meta.dirname, '..', 'test', 'models');
  const installation = await createDemoInstallation(folder, [models]);
  const line: Line = {
    folder,
    installation,
    gateway: await startGatewayProcess(installation),
    async restart(environment = {}) {
      line.gateway = await startGatewayProcess(installation, { environment });
    },
    captureStartMs: yesterdayAt14(Date.now()),
    async [Symbol.asyncDispose]() {
      await line.gateway.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return line;
}

async function lineUnderKills(plan: typeof SHORT) {
  const kills: Kills = noKills();
  const line = await openLine();
  try {
    const long = path.join(line.folder, 'long.mp4');
    await writeScene(namedScenes.long, long);
    let [lost, duplicates, otherDigests] = [0, 0, 0];
    const asked: number[] = [];
    const exhibits = [await exhibitOf(long, 'SCELLE-1', line.captureStartMs, 130)];
    const tokens = await tokensFor(line, exhibits);
    const { caseId } = await register(line, tokens);
    lost += (await depositUnderKills(line, tokens, long, ['gateway', 'database', 'gateway', 'decoder'], kills))
      .lostBytes;
    for (let n = 1; n < plan.deposits; n++) {
      const sub = `PV-2026-9${String(n).padStart(5, '0')}`;
      const own = await tokensFor(line, exhibits, { authorisation: { sub }, schedule: { sub } });
      await register(line, own);
      lost += (await depositUnderKills(line, own, long, ['gateway', 'database', 'decoder'], kills)).lostBytes;
    }
    for (let n = 0; n < plan.registrations; n++) {
      const one = await registerUnderKill(line, long, n % 3 === 2 ? 'database' : 'gateway', kills);
      lost += one.lost;
      duplicates += one.duplicates;
    }
    const client = clientOf(line, tokens.requisitionId);
    const exhibitId = await exhibitIdOf(client, caseId, 'SCELLE-1');
    const whole = await client.json<JobBody>('POST', `/api/v1/cases/${caseId}/jobs`, { exhibitId });
    const { digest } = await jobEnd(client, caseId, whole.id);
    const at = { requisitionId: tokens.requisitionId, caseId, exhibitId };
    const victims: readonly (readonly Victim[])[] = [
      ['decoder', 'gateway', 'decoder', 'decoder', 'decoder', 'decoder'],
      ['database', 'decoder', 'decoder', 'decoder', 'decoder', 'decoder'],
    ];
    for (let n = 0; n < plan.analyses; n++) {
      const end = await analyseUnderKills(line, at, victims[n % 2] ?? [], kills);
      asked.push(end.asked);
      lost += end.lost;
      otherDigests += end.digests.filter((each) => each !== digest).length;
    }
    const byWorkers = await analyseByWorkers(line, at, plan.workers);
    lost += byWorkers.lost;
    otherDigests += byWorkers.digests.filter((each) => each !== digest).length;
    await line.gateway.stop();
    const copy = path.join(line.folder, 'log-copy');
    await cp(path.join(line.installation.dataDir, 'log'), copy, { recursive: true });
    const workers = byWorkers.kills;
    return { kills, workers, lost, duplicates, otherDigests, asked, verifies: (await verifyLog(copy)).ok };
  } finally {
    await line[Symbol.asyncDispose]();
  }
}
