import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { JWK } from 'jose';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { plannedCapability } from '../../gateway/capability-facts.ts';
import { createClient } from '../../gateway/client.ts';
import { type Capability, orderedCapability } from '../../gateway/compliance/capability.ts';
import { readDossierFile } from '../../gateway/compliance/dossier.ts';
import { papersOf } from '../../gateway/compliance/dossier-sign.ts';
import { readConfig } from '../../gateway/config.ts';
import { openDatabase } from '../../gateway/database.ts';
import { demoDossier, demoPapers } from '../../gateway/demo/dossier.ts';
import { presentAct, seatProsecutor } from '../../gateway/demo/habilitation.ts';
import { createDemoInstallation, type DemoInstallation } from '../../gateway/demo/installation.ts';
import type { Schemas } from '../../gateway/interface/client.ts';
import { type Gateway, startGateway } from '../../gateway/main.ts';
import { answersInSafeMode } from '../../gateway/policy/safe-mode.ts';
import type { Action } from '../../gateway/policy/types.ts';
import {
  exhibitIdOf,
  exhibitOf,
  type JobBody,
  jobEnd,
  type Line,
  register,
  sceneFile,
  tokensFor,
} from '../support/line.ts';
import { asOwner } from '../support/owner.ts';

// Real gateways in this process, on installations that are whole but for the one thing that a test takes away.

const DOSSIER = '/api/v1/compliance/dossier';
const MODELS = path.join(import.meta.dirname, '..', 'models');

interface Ready {
  readonly ready: boolean;
  readonly missing: readonly string[];
  readonly warnings: readonly string[];
}
const readiness = async (gateway: Gateway): Promise<Ready> => {
  const response = await fetch(`${gateway.metricsUrl}/readyz`);
  const body = (await response.json()) as Ready;
  expect(response.status).toBe(body.ready ? 200 : 503);
  return body;
};

describe('a gateway with its dossier', () => {
  let installation: DemoInstallation;
  let capability: Capability;
  let dossier: string;
  let prosecutor: JWK | undefined;
  const clock = { aheadMs: 0, nowMs: () => Date.now() + clock.aheadMs };

  beforeAll(async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'differe-safe-'));
    installation = await createDemoInstallation(folder, [MODELS]);
    capability = await plannedCapability(readConfig(installation.environment));
    dossier = await readFile(installation.dossierFile, 'utf8');
  });
  afterAll(() => rm(installation.folder, { recursive: true, force: true }));

  async function start(environment: Readonly<Record<string, string>> = {}): Promise<Gateway> {
    const gateway = await startGateway(readConfig({ ...installation.environment, ...environment }), clock);
    onTestFinished(() => gateway.stop());
    return gateway;
  }
  /** What a prosecutor who controls is told. */
  async function stateFor({ url }: Gateway): Promise<Schemas['DossierState']> {
    prosecutor ??= await seatProsecutor(installation, url);
    return createClient({ url, agentKey: prosecutor }).json('GET', DOSSIER);
  }
  const dossierWith = async (changes: Partial<Capability>): Promise<void> =>
    writeFile(
      installation.dossierFile,
      await demoDossier(
        demoPapers(Date.now()),
        orderedCapability({ ...capability, ...changes }),
        installation,
        Date.now(),
      ),
    );

  /** Asks every route of the description for nothing in particular; gives method, action and answer. */
  async function answers(gateway: Gateway) {
    const asked: { readonly action: Action; readonly status: number; readonly code: string | null }[] = [];
    for (const route of capability.routes) {
      const [method = '', url = '', action = ''] = route.split(' ');
      const target = gateway.url + url.replaceAll(/:[a-zA-Z]+|\*/g, '00000000-0000-4000-8000-000000000000');
      const response = await fetch(target, { method });
      asked.push({ action: action as Action, status: response.status, code: response.headers.get('differe-code') });
      await response.body?.cancel();
    }
    return asked;
  }

  it('POL-03: in safe mode every route but health, metrics, control and erasure answers 503 with the code', async () => {
    await rm(installation.dossierFile);
    const gateway = await start();
    const { ready, missing } = await readiness(gateway);
    expect(ready).toBe(false);
    expect(missing.join()).toContain('dossier: E_CPL_INCOMPLETE the file of DIFFERE_DOSSIER cannot be read');
    const asked = await answers(gateway);
    expect(asked.length).toBeGreaterThan(25);
    const closed = asked.filter(({ action }) => !answersInSafeMode(action));
    expect(closed.length).toBeGreaterThan(20);
    for (const { action, status, code } of closed)
      expect([action, status, code]).toEqual([action, 503, 'E_CPL_INCOMPLETE']);
    // Also to who brings a proof: what would judge it may itself be what failed.
    const proven = await fetch(`${gateway.url}/api/v1/cases`, { headers: { authorization: 'DPoP x', dpop: 'x' } });
    expect([proven.status, proven.headers.get('differe-code')]).toEqual([503, 'E_CPL_INCOMPLETE']);
    const open = asked.filter(({ action }) => answersInSafeMode(action));
    expect(new Set(open.map(({ action }) => action))).toContain('audit.read');
    for (const { action, status } of open) expect([action, status === 503]).toEqual([action, false]);
    expect((await fetch(`${gateway.metricsUrl}/healthz`)).status).toBe(200);
    expect(await (await fetch(`${gateway.metricsUrl}/metrics`)).text()).toContain('differe_log_size');
  });

  it('CPL-05, FACE-13: a build that can more than its dossier says processes nothing, and names what is new', async () => {
    const [label = '', ...labels] = capability.models[0]?.labels ?? [];
    const [first] = capability.models;
    if (first === undefined) throw new Error('no model');
    await dossierWith({
      models: [{ ...first, labels }, ...capability.models.slice(1)],
      routes: capability.routes.filter((route) => !route.includes('search.ask')),
      packages: capability.packages.filter((name) => !name.startsWith('fastify@')),
    });
    const gateway = await start();
    const { missing } = await readiness(gateway);
    expect(missing).toHaveLength(1);
    expect(missing[0]).toMatch(/^capability: E_CPL_CAPABILITY_DRIFT/);
    expect(missing[0]).toContain(`label ${label} of model ${first.name}`);
    expect(missing[0]).toContain('package fastify@');
    expect(missing[0]).toContain('search.ask');
    const response = await fetch(`${gateway.url}/api/v1/cases`);
    expect([response.status, response.headers.get('differe-code')]).toEqual([503, 'E_CPL_CAPABILITY_DRIFT']);
    // Who controls is told the same, whole, and what the dossier is; nobody else is.
    const state = await stateFor(gateway);
    expect(state).toMatchObject({ processes: false, holds: true, dossier: { id: 'demo', version: 1 } });
    expect(state.causes).toEqual([
      { step: 'capability', code: 'E_CPL_CAPABILITY_DRIFT', detail: expect.stringContaining('search.ask') },
    ]);
    expect(state.signers.map(({ role, office }) => `${role} ${office}`).toSorted()).toEqual([
      'dpo dpo-demo',
      'responsable responsable-demo',
    ]);
    expect(state.capability.covered).toBe(false);
    expect(state.capability.wider).toContain(`label ${label} of model ${first.name}`);
    expect(state.capability.narrower).toEqual([]);
    const agent = createClient({ url: gateway.url, agentKey: installation.agentKey });
    await expect(agent.json('GET', DOSSIER)).rejects.toMatchObject({ code: 'E_HAB_NONE' });
  });

  it('CPL-01, CPL-04: control is told of a dossier that lacks a signature, or is not there, and takes no name from it', async () => {
    const { dossier: held, signatures } = JSON.parse(dossier) as { dossier: object; signatures: readonly string[] };
    await writeFile(installation.dossierFile, JSON.stringify({ dossier: held, signatures: signatures.slice(0, 1) }));
    const gateway = await start();
    const unsigned = await stateFor(gateway);
    expect(unsigned).toMatchObject({ processes: false, holds: false, signers: [], dossier: { id: 'demo' } });
    expect(unsigned.refusal).toMatchObject({ code: 'E_CPL_INCOMPLETE', detail: expect.stringMatching(/is missing$/) });
    await rm(installation.dossierFile);
    const absent = await stateFor(gateway);
    expect(absent).toMatchObject({ processes: false, holds: false, signers: [] });
    expect(absent.dossier).toBeUndefined();
    expect(absent.capability.covered).toBeUndefined();
    await writeFile(installation.dossierFile, dossier);
    // What closed it stays, whatever lies there now.
    expect(await stateFor(gateway)).toMatchObject({ processes: false, holds: true, capability: { covered: true } });
  });

  it('FACE-13: a build that can less than its dossier says works, and says what is less', async () => {
    await dossierWith({ ops: [...capability.ops, 'search.shape'] });
    const gateway = await start();
    const { ready, warnings } = await readiness(gateway);
    expect(ready).toBe(true);
    expect(warnings.join()).toContain('narrower than the dossier: operation search.shape');
    expect((await fetch(`${gateway.url}/api/v1/cases`)).status).toBe(401);
  });

  it('POL-02, REQ-12: a registry, a journal, a detector and a clock that do not hold leave a gateway in safe mode that says which', async () => {
    await writeFile(installation.dossierFile, dossier);
    const garbage = path.join(installation.folder, 'garbage.json');
    await writeFile(garbage, '{');
    const keys = await start({ DIFFERE_AUTHORITIES: garbage });
    expect((await readiness(keys)).missing[0]).toContain('keys: E_KEY_REGISTRY');
    await keys.stop();

    const { keys: entries } = JSON.parse(await readFile(installation.authoritiesFile, 'utf8')) as { keys: object[] };
    await writeFile(garbage, JSON.stringify({ keys: entries.slice(1) }));
    const fewer = await start({ DIFFERE_AUTHORITIES: garbage });
    expect((await readiness(fewer)).missing[0]).toContain(
      'keys: E_KEY_REGISTRY DIFFERE_AUTHORITIES is not the registry',
    );
    expect((await fetch(`${fewer.url}/api/v1/cases`)).headers.get('differe-code')).toBe('E_KEY_REGISTRY');
    // The offices that were approved count nevertheless: what they sign is taken in safe mode.
    await presentAct(fewer.url, installation.agentKey, installation.revocationList);
    await fewer.stop();

    const models = path.join(installation.folder, 'models');
    await rm(models, { recursive: true, force: true });
    const detector = await start({ DIFFERE_DETECTOR: 'not-there' });
    expect((await readiness(detector)).missing.join()).toContain('models: E_MODEL_NONE');
    await detector.stop();

    clock.aheadMs = -3_600_000;
    const late = await start();
    clock.aheadMs = 0;
    expect((await readiness(late)).missing[0]).toContain('clock: E_CLOCK');
    await late.stop();

    const checkpoint = path.join(installation.dataDir, 'log', 'checkpoint');
    const text = await readFile(checkpoint, 'utf8');
    await writeFile(checkpoint, text.replace(/^\d+$/m, '3'));
    const log = await start();
    expect((await readiness(log)).missing[0]).toContain('journal: E_LOG_DOWN');
    expect((await fetch(`${log.metricsUrl}/metrics`)).status).toBe(200);
    expect((await fetch(`${log.url}/api/v1/cases`)).headers.get('differe-code')).toBe('E_LOG_DOWN');
    await log.stop();
    await writeFile(checkpoint, text);
  });

  it('CPL-01, CPL-03, POL-03: is asked again before each job; one of after the first analysis is refused, and no job goes on', async () => {
    await writeFile(installation.dossierFile, dossier);
    const gateway = await start();
    const line = { installation, gateway: gateway as unknown as Line['gateway'] } as Line;
    const startMs = Date.now() - 2 * 86_400_000;
    const file = await sceneFile(installation.folder, 'crossing');
    const pieces = ['A', 'B', 'C'];
    const long = await sceneFile(installation.folder, 'long');
    const tokens = await tokensFor(line, [
      ...(await Promise.all(pieces.map((piece) => exhibitOf(file, piece, startMs, 30)))),
      await exhibitOf(long, 'LONG', startMs, 130),
    ]);
    const { client, caseId } = await register(line, tokens);
    for (const piece of pieces) await client.upload(file, piece);
    await client.upload(long, 'LONG');
    const exhibits = new Map<string, string>();
    for (const piece of [...pieces, 'LONG']) exhibits.set(piece, await exhibitIdOf(client, caseId, piece));
    const begin = async (piece: string, by = client): Promise<JobBody> =>
      by.json('POST', `/api/v1/cases/${caseId}/jobs`, { exhibitId: exhibits.get(piece) });
    expect((await jobEnd(client, caseId, (await begin('A')).id)).state).toBe('done');

    const running = await begin('LONG');
    // The same papers, but the undertaking was sent after that analysis: what a service would do that regularises.
    const { dossier: held } = readDossierFile(dossier);
    const late = { ...papersOf(held), version: 2 };
    const sent_at = new Date(Date.now() + 1).toISOString();
    await writeFile(
      installation.dossierFile,
      await demoDossier(
        { ...late, engagement: { ...late.engagement, sent_at } },
        capability,
        installation,
        Date.now() + 29 * 86_400_000,
      ),
    );
    await expect(begin('B')).rejects.toMatchObject({ code: 'E_CPL_INCOMPLETE', status: 503 });
    const { missing } = await readiness(gateway);
    expect(missing.join()).toMatch(/dossier: E_CPL_INCOMPLETE engagement\.sent_at is later/);
    // It stays closed although the good dossier is back: until a start that passes.
    await writeFile(installation.dossierFile, dossier);
    await expect(begin('C')).rejects.toMatchObject({ code: 'E_CPL_INCOMPLETE' });
    await gateway.stop();
    const database = await openDatabase({ dataDir: path.join(installation.dataDir, 'postgres') });
    const { rows } = await asOwner(database, 'SELECT state FROM jobs WHERE id = $1', [running.id]);
    await database.close();
    expect(rows).toEqual([{ state: expect.stringMatching(/^(queued|running)$/) }]);

    const again = await start();
    expect((await readiness(again)).ready).toBe(true);
    const { url } = again;
    const newcomer = createClient({ url, agentKey: installation.agentKey, requisitionId: tokens.requisitionId });
    // What safe mode stopped goes on with the start that is in order, and so does new work.
    expect((await jobEnd(newcomer, caseId, running.id)).state).toBe('done');
    expect((await jobEnd(newcomer, caseId, (await begin('B', newcomer)).id)).state).toBe('done');
  }, 180_000);
});
