import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type AdmissionContext, demandAdmission, namedDossier, readAdmissions } from './admission/admissions.ts';
import { demandCanaries } from './admission/canaries.ts';
import { buildFacts } from './analysis/result.ts';
import { noSight } from './analysis/sight.ts';
import * as jobs from './analysis/store.ts';
import { buildApp } from './app.ts';
import { openSharedLog } from './audit/appender.ts';
import { encodeVkey } from './audit/note.ts';
import { keepPurged } from './audit/purging.ts';
import { demandExtension, loadWitnesses } from './audit/witnesses.ts';
import { keepWitnessed } from './audit/witnessing.ts';
import { capabilityOf, cardsOf } from './capability-facts.ts';
import { type Clock, nowSeconds, systemClock } from './clock.ts';
import { closingFacts } from './closing-facts.ts';
import { sentencesOf } from './command.ts';
import type { Capability } from './compliance/capability.ts';
import { type CommitmentDeps, createCommitment } from './compliance/commitment.ts';
import { closingReport } from './compliance/documents/closing-report.ts';
import { readDossierState } from './compliance/dossier-state.ts';
import { createFigures } from './compliance/figures.ts';
import { createFirstJob } from './compliance/first-job.ts';
import { createLateness } from './compliance/lateness.ts';
import type { PersonRequestClaims } from './compliance/person-request-claims.ts';
import { createPersonRequests } from './compliance/person-requests.ts';
import { judgeRoot, processFacts } from './compliance/root-check.ts';
import { createSafeMode } from './compliance/safe-mode.ts';
import { createSelfControl } from './compliance/self-control.ts';
import { runSelfTest } from './compliance/self-test.ts';
import type { Config } from './config.ts';
import { openDatabase } from './database.ts';
import { AppError } from './errors.ts';
import { createEvidence } from './evidence/evidence.ts';
import { packagesOfExhibits, storedFiles } from './evidence/exports.ts';
import { openEvidenceKey } from './evidence/keys.ts';
import { exhibitDigests, readExhibit, sealedExhibits } from './footage/exhibits.ts';
import { createScratch } from './footage/scratch.ts';
import { createWorkingCopies, unsealCopy } from './footage/working-copies.ts';
import { createRegister } from './habilitation/register.ts';
import type { CaseId } from './ids.ts';
import { createCaseSessions } from './index/case-sessions.ts';
import { insertRectification, rectificationsOf } from './index/rectification-store.ts';
import { openLogKey } from './keys.ts';
import { CONNECTIONS, listenForOperators, portOf } from './listeners.ts';
import { createMetrics } from './metrics.ts';
import { openModels } from './open-models.ts';
import { startPipeline } from './pipeline.ts';
import { demandPlaces, onPort } from './places.ts';
import { openPolicies } from './policy/bundle.ts';
import { createRecent } from './recent.ts';
import { reportError } from './report-error.ts';
import { createAuthenticator } from './requisition/authenticate.ts';
import { createReplayGuard } from './requisition/dpop.ts';
import { createMediaTickets } from './requisition/media-tickets.ts';
import { createRecords } from './requisition/records.ts';
import { createStanding } from './requisition/standing.ts';
import { originOf } from './requisition/types.ts';
import { createResults, dropBesideErased, placesOfHits } from './results.ts';
import { createEraser } from './retention/erase.ts';
import { createRectifier } from './retention/rectify.ts';
import { createRetention } from './retention/retention.ts';
import { markPictureSeen } from './search/hits.ts';
import { createQuestionKeeper } from './search/question-keeper.ts';
import { SOFTWARE } from './software.ts';
import {
  adoptionEvents,
  attempt,
  closedLog,
  installationEvent,
  openRegistry,
  refusedNetwork,
  selfTestOf,
} from './start-up.ts';
import { type Acts, createActs } from './trust/acts.ts';
import type { ActKind } from './trust/types.ts';
import { openVault, RESTORING_FILE } from './vault.ts';
import { createVaultErrors } from './vault-errors.ts';
import { openStore, vaultFolder } from './vault-place.ts';
import { loadWorkers } from './worker-keys.ts';

export interface Gateway {
  readonly url: string;
  readonly metricsUrl: string;
  /** Resolves when the database is lost: nothing works in this process any more, and only a new one can begin where it stood. */
  readonly lost: Promise<AppError>;
  /** Before an exit that waits for nothing else: the networks end what they run. */
  abandon(): Promise<void>;
  stop(): Promise<void>;
}

const LINGER_MS = 10_000;
/** A network's run takes a fraction of it. */
const REST_MS = 5_000;
const REGISTRY_AGE_MS = 2_000;
/** RET-08 asks for once a day; what is due between two looks is frozen at its second. */
const PURGE_EVERY_MS = 3_600_000;
const OPEN_CASES_BUDGET_BYTES = 1024 * 1024 * 1024;

/** What admissions are held against now: who may sign, when it is, and which dossier lies there. */
async function admissionContext(
  config: Config,
  registry: AdmissionContext['registry'],
  clock: Clock,
): Promise<AdmissionContext> {
  const { dossierFile, env, installation } = config;
  const text = dossierFile === undefined ? '' : await readFile(dossierFile, 'utf8').catch(() => '');
  return { registry, env, audience: installation, nowSeconds: nowSeconds(clock), dossier: namedDossier(text) };
}

/**
 * Starts everything in the order of need: keys, database, log, models, queue; then the self-test (POL-02), and the listeners. What the
 * self-test finds closes the safe mode; what leaves no gateway at all (configuration, database, a port) is thrown, and stops what was
 * started.
 */
export async function startGateway(config: Config, clock: Clock = systemClock): Promise<Gateway> {
  const started = new AsyncDisposableStack();
  const keep = <T>(value: T, stop: (value: T) => Promise<unknown>): T => {
    started.defer(async () => void (await stop(value)));
    return value;
  };
  try {
    await demandPlaces(config);
    const software = `differe/${SOFTWARE.version}`;
    const warnings = [...judgeRoot(processFacts(), config.env)];
    const vaultErrors = createVaultErrors();
    const store = openStore(config, { onError: vaultErrors.count });
    const vault = await openVault({
      dataDir: vaultFolder(config.dataDir),
      ...(config.vault === undefined ? {} : { store }),
      keysDir: config.keysDir,
      installationKey: config.installationKey,
    });
    const scratch = await createScratch(config.scratchDir);
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
    const logDir = path.join(config.dataDir, 'log');
    const logVkey = encodeVkey(logOrigin, logKey);
    const lost = Promise.withResolvers<AppError>();
    const logOpened = await attempt(async () => {
      if (existsSync(path.join(config.dataDir, RESTORING_FILE)))
        throw new AppError('E_LOG_DOWN', { detail: 'a restore was not finished: restore again, into empty folders' });
      await demandExtension(logDir, logVkey);
      const shared = { database, dir: logDir, origin: logOrigin, signingKey: logKey, clock, software };
      return await openSharedLog({ ...shared, onLost: lost.resolve });
    });
    const log = keep('value' in logOpened ? logOpened.value : closedLog(logOpened.error), (open) => open.close());
    const { env, installation: audience } = config;
    const { chain, opened: registryOpened } = await openRegistry(config, {
      database,
      vault,
      clock,
      env,
      audience,
      log,
    });
    const { registry } = chain;
    const installed = await openPolicies(config.policiesFile, {
      registry,
      env,
      audience,
      nowSeconds: nowSeconds(clock),
    });
    const witnesses = await loadWitnesses(config.witnessesFile);
    const workers = await loadWorkers(config.workersFile);
    const witnessed = { dir: logDir, vkey: logVkey, witnesses, onError: reportError };
    const isAsking = (): boolean => 'value' in logOpened && logOpened.value.isAppender();
    const witnessing = keep(keepWitnessed({ ...witnessed, log, isAsking }), (open) => open.stop());
    let journalYears: number | undefined;
    const journalPurge = keep(
      keepPurged({
        ...witnessed,
        purge: async (years, known) => ('value' in logOpened ? logOpened.value.purge(years, known) : undefined),
        years: () => journalYears,
      }),
      (open) => open.stop(),
    );
    // Known once there is an application.
    let requests = () => ({ working: 0, waiting: 0 });
    const metrics = createMetrics({
      queueDepth: () => database.inService(jobs.countWaiting),
      // A log that cannot be read has a size that nobody knows: the other metrics are needed all the more.
      logSize: () => log.size().catch(() => Number.NaN),
      overdue: () => lateness.overdue(),
      queueAges: () => pipeline.queueAges(),
      async logNewestSeconds() {
        const last = await log.record((await log.size()) - 1);
        return typeof last?.time === 'string' ? Date.parse(last.time) / 1000 : undefined;
      },
      logWitnessed: witnessing.coveredSize,
      witnesses: witnesses.length,
      vaultErrors: vaultErrors.counts,
      nowSeconds: () => clock.nowMs() / 1000,
      safeModeCauses: () => safeMode.causes(),
      requests: () => requests(),
      folders: { data: config.dataDir, keys: config.keysDir, scratch: config.scratchDir },
    });
    const safeMode = createSafeMode(({ step, code }) => {
      const event = installationEvent('gateway.safe_mode', {
        op: `selftest.${step}`,
        outcome: { effect: 'failed', policyId: '-', code },
      });
      log.append(event).catch(reportError);
    });

    const models = await attempt(async () => {
      const context = await admissionContext(config, registry, clock);
      const admissions = await readAdmissions(config.admissionsDir);
      return await openModels(config, (card) => demandAdmission(card, admissions, context), keep);
    });
    if ('error' in models && models.error instanceof AppError) {
      const { code } = models.error;
      metrics.refusals.inc({ code });
      const refused = refusedNetwork(models.error);
      if (refused !== undefined) await log.append(refused).catch(reportError);
    }
    /** An admission ends and a dossier gets its next version while this process runs: what is loaded is asked again before each job (G8). */
    const demandStillAdmitted = async (): Promise<void> => {
      try {
        const context = await admissionContext(config, registry, clock);
        const admissions = await readAdmissions(config.admissionsDir);
        for (const card of [model?.card, sight.namerCard])
          if (card !== undefined) await demandAdmission(card, admissions, context);
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        safeMode.enter({ step: 'models', code: error.code, detail: error.detail ?? '' });
        const refused = refusedNetwork(error);
        if (refused !== undefined) await log.append(refused);
        throw error;
      }
    };
    const { model, sight, rest } =
      'value' in models ? models.value : { model: undefined, sight: noSight(), rest: async () => undefined };

    const register = createRegister({ database, clock, readActs: (kind) => acts.trustedOfInstallation(kind) });
    const standing = createStanding({
      database,
      clock,
      readLists: (kind) => acts.trustedOfInstallation(kind),
      readContrary: (caseId, kind) => acts.ofCase(caseId, kind),
      listRequisitions: (caseId) => records.list(caseId),
      async revoked(ids) {
        for (const id of ids) await log.append(installationEvent('requisition.revoked', { requisition: id }));
      },
    });
    const selfControl = createSelfControl({ log, clock, readReviews: (kind) => acts.trustedOfInstallation(kind) });
    const evidenceKey = await openEvidenceKey(config.keysDir);
    const requisitionOrigin = async (caseId: CaseId) => {
      const latest = (await records.list(caseId).catch(() => []))[0];
      return latest === undefined ? undefined : originOf(latest);
    };
    const eraser = createEraser({
      database,
      vault,
      log,
      clock,
      key: evidenceKey,
      installation: config.installation,
      logVkey,
      originOf: requisitionOrigin,
      exhibitDigests: (caseId) => exhibitDigests(caseId, footage),
      async forget(caseId) {
        sessions.drop(caseId);
        records.forget(caseId);
        evidence.forget(caseId);
        await pipeline.forgetCase(caseId);
      },
      vacuum: database.vacuum,
      onError: reportError,
    });
    const reportOf = async (caseId: CaseId) =>
      closingReport(await closingFacts(caseId, { database, vault, footage, listRequisitions: records.list }));
    const rectifier = createRectifier({
      database,
      vault,
      log,
      clock,
      key: evidenceKey,
      installation: config.installation,
      logVkey,
      placesOf: (caseId, hits) => placesOfHits(caseId, hits, { database, vault }),
      keep: (tx, caseId, said) => insertRectification(tx, vault, caseId, randomUUID(), said),
      keptOf: (caseId) => rectificationsOf(caseId, { database, vault }),
      packagesWith: (caseId, places) =>
        packagesOfExhibits(
          caseId,
          places.map(({ exhibitId }) => exhibitId),
          { database, vault },
        ),
      dropBeside: (caseId, exhibits) => dropBesideErased(caseId, exhibits, { database, vault }),
      dropResults: (caseId) => sessions.drop(caseId),
    });
    const retention = createRetention({
      database,
      log,
      clock,
      eraser,
      retentionDays: installed.values.retention_days,
      acts: { ofCase: (caseId, kind) => acts.ofCase(caseId, kind) },
      listRequisitions: (caseId) => records.list(caseId),
      originOf: requisitionOrigin,
      demandReport: async (caseId) => void (await reportOf(caseId)),
      vault,
      packageObjects: async (caseId, id, sealed) =>
        (await storedFiles(vault, caseId, id, sealed)).map(({ object }) => object),
      rectifier,
      dropResults: (caseId) => sessions.drop(caseId),
      onError: reportError,
    });
    const readActs = (kind: ActKind<PersonRequestClaims>) => acts.trustedOfInstallation(kind);
    const personRequests = createPersonRequests({ database, log, clock, readActs });
    const lateness = createLateness({
      retention: retention.report,
      reviews: selfControl.overdue,
      requests: personRequests.countOverdue,
      isJournalOverdue: journalPurge.isOverdue,
      hasWitness: witnesses.length > 0,
    });
    const acts: Acts = createActs({
      database,
      vault,
      clock,
      registry,
      env: config.env,
      audience: config.installation,
      // Each room adds the kinds that it knows.
      kinds: [chain.kind, register.kind, ...standing.kinds, ...retention.kinds, selfControl.kind, personRequests.kind],
      wasErased: retention.wasErased,
    });
    const records = createRecords({
      database,
      vault,
      clock,
      registry,
      registryNow: chain.generation,
      env: config.env,
      audience: config.installation,
      controller: { type: config.controller.type, unit_code: config.controller.unitCode },
      tightened: installed.values,
      standing,
    });
    // Two offices may have changed the registry by way of another gateway on this database. One that does not hold together counts for nothing then.
    const registryFollowed = createRecent(() => chain.follow().catch(reportError), REGISTRY_AGE_MS);
    // What is asked before each act on a case: whether its requisition stands, and whether the case is open.
    const whereItStands = {
      refresh: async () => void (await Promise.all([standing.refresh(), retention.refresh(), registryFollowed.look()])),
      isRevoked: standing.isRevoked,
      whyRevoked: standing.whyRevoked,
      caseStateOf(caseId: CaseId) {
        const state = retention.stateOf(caseId);
        return state === 'open' ? undefined : state;
      },
    };
    const { deferral_floor_s } = installed.values;
    const footage = {
      database,
      vault,
      log,
      clock,
      scratch,
      ...(deferral_floor_s === undefined ? {} : { deferralSeconds: deferral_floor_s }),
    };
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
    const search = { database, vault, clock, sessions, questions: createQuestionKeeper({ database, clock }) };
    const firstJob = createFirstJob({ log, database });
    let capability: Capability | undefined;
    const commitmentDeps: CommitmentDeps = {
      file: config.dossierFile,
      context: async () => ({
        registry,
        env: config.env,
        audience: config.installation,
        controller: config.controller,
        software: SOFTWARE,
        nowMs: clock.nowMs(),
        firstJobMs: await firstJob(),
      }),
      // Nothing of it changes while this process runs: networks are the bytes that were read at its start.
      running: () => {
        capability ??= capabilityOf(config, app.routeList, cardsOf(model?.card, sight.namerCard));
        return capability;
      },
      safeMode,
      adopted: async ({ dossier, sha256 }) => {
        journalYears = dossier.journal_retention_years;
        const objects = [{ type: 'dossier' as const, id: sha256 }];
        await log.append(installationEvent('dossier.adopted', { objects, models: sight.modelSet }));
      },
    };
    const commitment = createCommitment(commitmentDeps);
    const pipeline = keep(
      await startPipeline({
        database,
        vault,
        log,
        clock,
        policies: installed.policies,
        metrics,
        copies,
        sight,
        build: await buildFacts(model === undefined ? 'cpu' : config.provider),
        framesPerSecond: config.framesPerSecond,
        threads: config.threads,
        segmentsHere: config.segmentsHere,
        mostAtOnce: config.caseSegments,
        workers,
        isAlone: config.databaseUrl === undefined,
        loadRequisition: records.load,
        loadExhibit: (requisition, id) => readExhibit(requisition, id, footage),
        safeMode,
        async demandNewJob({ authorisation }) {
          await commitment.demandNewJob(authorisation.dossier);
          await demandStillAdmitted();
          await selfControl.demandReviewed();
        },
        standing: whereItStands,
        bestStandingOf: ({ schedule }) => {
          // Asked every second of a running job: what another process took meanwhile is there at the next time.
          register.refresh().catch(reportError);
          return register.bestOf(schedule.agents);
        },
        onError: reportError,
      }),
      (open) => open.stop(),
    );

    const results = createResults({ database, vault, footage, search, withSource: copies.use, standing });
    const evidence = keep(
      createEvidence({
        database,
        vault,
        clock,
        log,
        logVkey,
        installation: config.installation,
        key: evidenceKey,
        withSource: copies.use,
        loadHit: results.loadHit,
        loadAnalysed: results.loadAnalysed,
        loadExhibit: results.loadExhibit,
        readFrames: results.readFrames,
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

    const tickets = createMediaTickets(clock);
    let origin = config.origin;
    let attempts = 0;
    const app = keep(
      await buildApp({
        guard: {
          authenticate: createAuthenticator({
            records,
            register,
            standing: whereItStands,
            replay: createReplayGuard(nowSeconds(clock)),
            tickets,
            clock,
            origin: () => origin ?? '',
          }),
          log,
          clock,
          policies: installed.policies,
          safeMode: safeMode.code,
          onRefusal: (code) => {
            metrics.refusals.inc({ code });
            if (code.startsWith('E_FACE_')) attempts += 1;
          },
        },
        acts: { acts },
        registry: { chain },
        dossier: { state: () => readDossierState({ ...commitmentDeps, safeMode }) },
        habilitation: { register, installation: config.installation, clock, sign: evidenceKey.sign },
        requisition: {
          records,
          register,
          async demandOpen(caseId) {
            if ((await retention.wasErased(caseId)) || retention.stateOf(caseId) !== 'open')
              throw new AppError('E_RET_CLOSED');
          },
          registered: retention.reckon,
        },
        footage: { ...footage, logVkey },
        analysis: { ...pipeline, readResult: results.readResult, readMot: results.readMot },
        search,
        evidence: { ...evidence, tickets },
        retention: { retention },
        personRequests: { requests: personRequests },
        documents: {
          installation: config.installation,
          isDemo: config.env === 'test',
          software,
          clock,
          closingReport: reportOf,
        },
        statistics: {
          figures: createFigures({ dir: logDir, vkey: logVkey, pinned: () => log.checkpoint(), clock }),
          installation: config.installation,
          isDemo: config.env === 'test',
          clock,
        },
        journal: { log },
        tls: config.tls,
        version: SOFTWARE.version,
        idempotency: { database, vault, clock },
        limits: config.requestLimits,
      }),
      (open) => open.close(),
    );
    await app.ready();
    requests = () => ({ working: app.inFlight.working(), waiting: app.inFlight.waiting() });

    const report = await runSelfTest(
      selfTestOf({
        clock,
        log: logOpened,
        registry: registryOpened,
        demandVault: () => store.demandUsable(),
        policies: installed.policies,
        commitment,
        models,
        canaries: [() => demandCanaries()],
        purges: [scratch.sweep, retention.purge, personRequests.noteOverdue],
      }),
      safeMode,
    );
    warnings.push(...report.warnings);
    if (safeMode.mayProcess()) {
      await commitment.adopt();
      const adopted = { rulesSha256: installed.sha256, registry, models: cardsOf(model?.card, sight.namerCard) };
      for (const event of adoptionEvents(adopted)) await log.append(event);
      await pipeline.resume();
    }
    for (const { step, code, detail } of safeMode.causes()) {
      process.stderr.write(`safe mode, ${step}: ${sentencesOf(code, detail)}\n`);
    }
    for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);

    const sweep = () => retention.purge().then(personRequests.noteOverdue).catch(reportError);
    const purging = setInterval(() => void sweep(), PURGE_EVERY_MS).unref();
    started.defer(async () => clearInterval(purging));
    // Who comes beyond the kernel's queue is not refused but asks again in seconds.
    const { host, port, metricsPort } = config;
    await onPort('DIFFERE_PORT', port, app.listen({ host, port, backlog: CONNECTIONS }));
    const scheme = config.tls === undefined ? 'http' : 'https';
    const url = `${scheme}://${config.host}:${portOf(app.server)}`;
    origin ??= url;

    const operatorsOpening = listenForOperators(
      { host, port: metricsPort },
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
            const closed = safeMode.causes().map(({ step, code, detail }) => `${step}: ${code} ${detail}`.trim());
            const down = 'value' in logOpened ? logOpened.value.failure() : undefined;
            const journal = down === undefined ? [] : [`journal: ${down.code} ${down.detail ?? ''}`.trim()];
            return [...(reachable ? [] : ['database']), ...journal, ...closed];
          },
          // Nobody should have to look for them (FACE-16).
          warnings: async () => [
            ...warnings,
            ...(await lateness.warnings()),
            ...(attempts === 0
              ? []
              : [`attempts: ${attempts} requests since the start for what this tool must not do`]),
          ],
        },
      },
    );
    const operators = await onPort('DIFFERE_METRICS_PORT', metricsPort, operatorsOpening);
    started.defer(async () => {
      operators.closeAllConnections();
      await new Promise((resolve) => operators.close(resolve));
    });
    // Not waited for: a witness that is slow or absent keeps nobody from work.
    void witnessing.round().then(journalPurge.round);
    return {
      url,
      metricsUrl: `http://${config.host}:${portOf(operators)}`,
      lost: lost.promise,
      abandon: () => Promise.race([rest(), delay(REST_MS, undefined, { ref: false })]),
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
