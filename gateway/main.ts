import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createDetectorPool } from './analysis/detector-pool.ts';
import { CARD_FOLDER, findModels, loadModel } from './analysis/models.ts';
import { buildFacts } from './analysis/result.ts';
import { detectorOf, openSight } from './analysis/sight.ts';
import * as jobs from './analysis/store.ts';
import { buildApp } from './app.ts';
import { openSharedLog } from './audit/appender.ts';
import { encodeVkey } from './audit/note.ts';
import type { AuditEvent } from './audit/types.ts';
import { type Clock, nowSeconds, systemClock } from './clock.ts';
import type { Config } from './config.ts';
import { openDatabase } from './database.ts';
import { AppError } from './errors.ts';
import { createEvidence } from './evidence/evidence.ts';
import { openEvidenceKey } from './evidence/keys.ts';
import { readExhibit, sealedExhibits } from './footage/exhibits.ts';
import { createScratch } from './footage/scratch.ts';
import { createWorkingCopies, unsealCopy } from './footage/working-copies.ts';
import { createCaseSessions } from './index/case-sessions.ts';
import { openLogKey } from './keys.ts';
import { listenForOperators, portOf } from './listeners.ts';
import { createMetrics } from './metrics.ts';
import { startPipeline } from './pipeline.ts';
import { POLICIES } from './policy/policies.ts';
import { createAuthenticator } from './requisition/authenticate.ts';
import { createReplayGuard } from './requisition/dpop.ts';
import { createRecords } from './requisition/records.ts';
import { createResults } from './results.ts';
import { markPictureSeen } from './search/hits.ts';
import { createActs } from './trust/acts.ts';
import { loadRegistry } from './trust/registry.ts';
import { openVault } from './vault.ts';

export interface Gateway {
  readonly url: string;
  readonly metricsUrl: string;
  stop(): Promise<void>;
}

const LINGER_MS = 10_000;
const OPEN_CASES_BUDGET_BYTES = 1024 * 1024 * 1024;

/** Version of this build, from package.json. */
export function packageVersion(): string {
  const file = path.join(import.meta.dirname, '..', 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

// What the operator sees of an error: its code and place, never its words, which may hold values of the case (LOG-08).
function reportError(error: unknown): void {
  const name =
    error instanceof AppError ? `${error.code} ${error.detail ?? ''}` : error instanceof Error ? error.name : 'error';
  const places = error instanceof Error ? (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)) : [];
  process.stderr.write(`${name.trim()}\n${places.slice(0, 8).join('\n')}\n`);
}

/** Starts everything in the order of need: keys, database, log, models, queue, listeners. Stops what was started when one fails. */
export async function startGateway(config: Config, clock: Clock = systemClock): Promise<Gateway> {
  const started = new AsyncDisposableStack();
  const keep = <T>(value: T, stop: (value: T) => Promise<unknown>): T => {
    started.defer(async () => void (await stop(value)));
    return value;
  };
  try {
    const software = `differe/${packageVersion()}`;
    const registry = loadRegistry(await readAuthorities(config.authoritiesFile), config.env);
    const vault = await openVault({
      dataDir: path.join(config.dataDir, 'vault'),
      keysDir: config.keysDir,
      installationKey: config.installationKey,
    });
    const scratch = await createScratch(config.scratchDir);
    await scratch.sweep();
    const database = keep(
      await openDatabase({
        ...(config.databaseUrl === undefined
          ? { dataDir: path.join(config.dataDir, 'postgres') }
          : { url: config.databaseUrl }),
      }),
      (open) => open.close(),
    );
    const logKey = await openLogKey(config.keysDir);
    const logOrigin = `${config.installation}/log`;
    const log = keep(
      await openSharedLog({
        database,
        dir: path.join(config.dataDir, 'log'),
        origin: logOrigin,
        signingKey: logKey,
        clock,
        software,
      }),
      (open) => open.close(),
    );
    await log.append(installationEvent('gateway.start'));
    const metrics = createMetrics({
      queueDepth: () => database.inService(jobs.countWaiting),
      logSize: () => log.size(),
    });

    const found = detectorOf(
      await findModels({ cardFolders: [CARD_FOLDER, ...config.modelFolders], weightFolders: config.modelFolders }),
      config.detector,
    );
    const model = found === undefined ? undefined : await loadModel(found);
    if (model?.card.test === true && config.env === 'prod') {
      throw new AppError('E_MODEL_NONE', { detail: `${model.card.name} is a test detector` });
    }
    const detector =
      model === undefined
        ? undefined
        : keep(await createDetectorPool({ ...model, threads: config.threads, provider: config.provider }), (pool) =>
            pool.close(),
          );
    const sight = keep(await openSight(detector), (open) => open.close());

    const acts = createActs({
      database,
      vault,
      clock,
      registry,
      env: config.env,
      audience: config.installation,
      // Each room adds the kinds that it knows.
      kinds: [],
    });
    const records = createRecords({
      database,
      vault,
      clock,
      registry,
      env: config.env,
      audience: config.installation,
      controller: { type: config.controller.type, unit_code: config.controller.unitCode },
    });
    const footage = { database, vault, log, clock, scratch };
    const copies = keep(
      createWorkingCopies({
        lingerMs: LINGER_MS,
        unseal: (requisition, exhibit) => unsealCopy(requisition, exhibit, { scratch, vault }),
      }),
      (open) => open.close(),
    );
    const sessions = createCaseSessions({
      vault,
      database,
      clock,
      budgetBytes: OPEN_CASES_BUDGET_BYTES,
      listExhibits: (requisition) => sealedExhibits(requisition, footage),
    });
    const search = { database, vault, clock, sessions };
    const pipeline = keep(
      await startPipeline({
        database,
        vault,
        log,
        clock,
        metrics,
        copies,
        sight,
        build: await buildFacts(detector === undefined ? 'cpu' : config.provider),
        framesPerSecond: config.framesPerSecond,
        threads: config.threads,
        loadRequisition: records.load,
        loadExhibit: (requisition, id) => readExhibit(requisition, id, footage),
        onError: reportError,
      }),
      (open) => open.stop(),
    );

    const results = createResults({ database, vault, footage, search, withSource: copies.use });
    const evidence = keep(
      createEvidence({
        database,
        vault,
        clock,
        log,
        logVkey: encodeVkey(logOrigin, logKey),
        installation: config.installation,
        key: await openEvidenceKey(config.keysDir),
        withSource: copies.use,
        loadHit: results.loadHit,
        loadAnalysed: results.loadAnalysed,
        recordsOfJob: results.recordsOfJob,
        motText: results.motText,
        markPictureSeen: (requisition, hitId, agentId) => markPictureSeen(requisition, hitId, agentId, search),
        modelNotice: ({ name, sha256 }) => {
          const card = [model?.card, sight.namerCard].find((each) => each?.sha256 === sha256);
          return { name, sha256, licence: card?.licence, source: card?.source, errorRate: undefined };
        },
        onError: reportError,
      }),
      (open) => open.close(),
    );

    let origin = config.origin;
    const app = keep(
      await buildApp({
        guard: {
          authenticate: createAuthenticator({
            records,
            replay: createReplayGuard(nowSeconds(clock)),
            clock,
            origin: () => origin ?? '',
          }),
          log,
          clock,
          policies: POLICIES,
          onRefusal: (code) => metrics.refusals.inc({ code }),
        },
        acts: { acts },
        requisition: { records },
        footage,
        analysis: { ...pipeline, readResult: results.readResult, readMot: results.readMot },
        search,
        evidence,
        journal: { log },
        tls: config.tls,
        version: packageVersion(),
      }),
      (open) => open.close(),
    );
    await app.listen({ host: config.host, port: config.port });
    const scheme = config.tls === undefined ? 'http' : 'https';
    const url = `${scheme}://${config.host}:${portOf(app.server)}`;
    origin ??= url;

    const operators = await listenForOperators(
      { host: config.host, port: config.metricsPort },
      {
        metrics,
        readiness: {
          async missing() {
            const reachable = await database
              .inService((tx) => jobs.unfinishedJobs(tx))
              .then(
                () => true,
                () => false,
              );
            return reachable ? [] : ['database'];
          },
        },
      },
    );
    started.defer(async () => {
      operators.closeAllConnections();
      await new Promise((resolve) => operators.close(resolve));
    });
    return {
      url,
      metricsUrl: `http://${config.host}:${portOf(operators)}`,
      async stop() {
        await log.append(installationEvent('gateway.stop')).catch(() => undefined);
        await started.disposeAsync();
      },
    };
  } catch (error) {
    await started.disposeAsync();
    throw error;
  }
}

const readAuthorities = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch((cause: unknown) => {
    throw new AppError('E_KEY_REGISTRY', { cause, detail: 'DIFFERE_AUTHORITIES cannot be read' });
  });

const installationEvent = (action: 'gateway.start' | 'gateway.stop'): AuditEvent => ({
  action,
  actor: { id: 'gateway', role: 'worker', service: '-' },
  reason: { procedure: '-', requisition: '-', op: action },
  objects: [],
  outcome: { effect: 'done', policyId: '-', code: 'OK' },
});
