import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type TypeBoxTypeProvider, TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import Fastify from 'fastify';
import { openLog } from '../../gateway/audit/append.ts';
import { journalRoutes } from '../../gateway/audit/routes.ts';
import { createFigures } from '../../gateway/compliance/figures.ts';
import { createSelfControl } from '../../gateway/compliance/self-control.ts';
import { statisticsRoutes } from '../../gateway/compliance/statistics-routes.ts';
import { AppError, type ErrorCode } from '../../gateway/errors.ts';
import { openEvidenceKey } from '../../gateway/evidence/keys.ts';
import { createRegister } from '../../gateway/habilitation/register.ts';
import { habilitationRoutes } from '../../gateway/habilitation/routes.ts';
import type { HabilitationClaims } from '../../gateway/habilitation/types.ts';
import { installGuard } from '../../gateway/policy/guard.ts';
import { POLICIES } from '../../gateway/policy/policies.ts';
import { createAuthenticator } from '../../gateway/requisition/authenticate.ts';
import { createReplayGuard, makeProof } from '../../gateway/requisition/dpop.ts';
import { createMediaTickets } from '../../gateway/requisition/media-tickets.ts';
import { createRecords } from '../../gateway/requisition/records.ts';
import { requisitionRoutes } from '../../gateway/requisition/routes.ts';
import type { AuthorisationClaims } from '../../gateway/requisition/types.ts';
import { createActs } from '../../gateway/trust/acts.ts';
import { loadRegistry } from '../../gateway/trust/registry.ts';
import { actRoutes } from '../../gateway/trust/routes.ts';
import { signClaims } from '../../gateway/trust/sign.ts';
import { openVault } from '../../gateway/vault.ts';
import { optionsFor } from '../audit/support.ts';
import {
  AUDIENCE,
  authorisationClaims,
  NOTHING_REVOKED,
  NOW,
  newAuthorities,
  newKey,
  scheduleClaims,
  type TestKey,
  tokensOf,
} from '../requisition/support.ts';
import { testDatabase } from '../support/database.ts';
import { withoutKeys } from '../support/once.ts';

const ORIGIN = 'https://differe.example';
export const DAY = 86_400;

/** Rooms that know who is who, on a real database and a real log: everything but content. */
export async function openOffice() {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'differe-habilitation-'));
  const [database, authorities] = await Promise.all([testDatabase(), newAuthorities()]);
  const offices = {
    chef_de_service: await newKey('chef-1'),
    responsable: await newKey('responsable-1'),
    magistrat_230_24: await newKey('m230-1'),
    procureur: await newKey('procureur-hab-1'),
    juge_instruction: await newKey('juge-hab-1'),
    opj: await newKey('opj-hab-1'),
  };
  const entries = Object.entries(offices).map(([role, key]) => ({
    ...key.publicJwk,
    kid: key.privateJwk.kid,
    iss: `office-${role}`,
    role,
    signs: ['differe-habilitation+jwt', 'differe-self-control+jwt'],
    env: 'test',
  }));
  const clock = { ms: NOW * 1000, nowMs: () => clock.ms };
  const vault = await openVault({
    dataDir: path.join(folder, 'vault'),
    keysDir: path.join(folder, 'keys'),
    installationKey: randomBytes(32),
  });
  const registry = new Map(loadRegistry(JSON.stringify({ keys: [...authorities.keys, ...entries] }), 'test'));
  const common = {
    database,
    vault,
    clock,
    registry,
    env: 'test' as const,
    audience: AUDIENCE,
    standing: NOTHING_REVOKED,
  };
  const logDir = path.join(folder, 'log');
  const log = await openLog(await optionsFor(logDir, { clock }));
  const selfControl = createSelfControl({ log, clock, readReviews: (kind) => acts.trustedOfInstallation(kind) });
  /** A register as a process of its own has it: the same database, another memory. */
  const openRegister = () => {
    const own = createRegister({ database, clock, readActs: (kind) => acts.trustedOfInstallation(kind) });
    const acts = createActs({ ...common, kinds: [own.kind, selfControl.kind], wasErased: async () => false });
    return { register: own, acts };
  };
  const { register, acts } = openRegister();
  const records = createRecords(common);
  const evidenceKey = await openEvidenceKey(path.join(folder, 'keys'));
  const app = Fastify().setValidatorCompiler(TypeBoxValidatorCompiler).withTypeProvider<TypeBoxTypeProvider>();
  /** What a test closes: the code of a self-test that failed. */
  const closed: { by: ErrorCode | undefined } = { by: undefined };
  withoutKeys(app);
  installGuard(app, {
    safeMode: () => closed.by,
    authenticate: createAuthenticator({
      records,
      register,
      standing: NOTHING_REVOKED,
      replay: createReplayGuard(0),
      tickets: createMediaTickets(clock),
      clock,
      origin: () => ORIGIN,
    }),
    log,
    clock,
    policies: POLICIES,
  });
  await app.register(actRoutes({ acts }));
  await app.register(
    habilitationRoutes({ register, installation: AUDIENCE, clock, sign: (text, typ) => evidenceKey.sign(text, typ) }),
  );
  await app.register(requisitionRoutes({ records, register }));
  await app.register(journalRoutes({ log }));
  const figuresDeps = { dir: logDir, vkey: log.vkey, pinned: () => log.checkpoint(), clock };
  const figures = createFigures(figuresDeps);
  await app.register(statisticsRoutes({ figures, installation: AUDIENCE, isDemo: true, clock }));
  app.setNotFoundHandler(() => {
    throw new AppError('E_ROUTE_ABSENT');
  });
  app.post('/api/v1/cases/:caseId/jobs', { config: { action: 'job.start' } }, async () => ({ started: true }));
  app.get('/api/v1/cases/:caseId/any', { config: { action: 'result.read' } }, async (request) => ({
    under: request.requisition.id,
  }));
  await app.ready();

  async function call(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    url: string,
    key?: TestKey,
    requisition?: string,
    payload?: object,
  ) {
    const headers: Record<string, string> = {};
    if (requisition !== undefined) headers.authorization = `DPoP ${requisition}`;
    if (key !== undefined) {
      headers.dpop = await makeProof({
        key: key.privateJwk,
        method,
        url: `${ORIGIN}${url.split('?')[0]}`,
        nowSeconds: Math.floor(clock.ms / 1000),
        ...(requisition === undefined ? {} : { accessToken: requisition }),
      });
    }
    const answer = await app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) });
    const isPage = String(answer.headers['content-type']).startsWith('text/html');
    const body = isPage ? { page: answer.body } : answer.json();
    return { status: answer.statusCode, body, code: body.code as string | undefined };
  }

  const claimsOf = (agentId: string, key: TestKey, changes: Partial<HabilitationClaims> = {}): HabilitationClaims => {
    const iat = Math.floor(clock.ms / 1000);
    return {
      ver: 1,
      env: 'test',
      iss: 'office-chef_de_service',
      aud: AUDIENCE,
      jti: randomUUID(),
      iat,
      agent: { id: agentId, service: 'DIPN-69', name_ref: `Registre du personnel, ${agentId}` },
      role: 'agent_habilite',
      jkt: key.jkt,
      authority: { role: 'chef_de_service', ref: agentId.replace('agent', 'HAB') },
      natures: ['enregistrements', 'resultats'],
      training: { tool_at: iat - 90 * DAY, law_at: iat - 90 * DAY, bias_at: iat - 90 * DAY },
      granted_at: iat - DAY,
      until: iat + 300 * DAY,
      ...changes,
    };
  };

  return {
    closed,
    database,
    vault,
    clock,
    registry,
    offices,
    authorities,
    register,
    openRegister,
    evidenceKey,
    log,
    logDir,
    figures,
    figuresDeps,
    selfControl,
    call,
    claimsOf,
    /** Presents a habilitation as its carrier does; `by` is the office that signs. */
    async present(claims: HabilitationClaims, by: keyof typeof offices = 'chef_de_service') {
      const signed = { ...claims, iss: `office-${by}` };
      const act = await signClaims(signed, 'differe-habilitation+jwt', offices[by].privateJwk);
      return await call('POST', '/api/v1/acts', undefined, undefined, { act });
    },
    /** A magistrate or a role without content, in its register. */
    async seat(role: HabilitationClaims['role'], id: string, by: keyof typeof offices, jurisdiction?: string) {
      const key = await newKey(id);
      const claims = claimsOf(id, key, {
        role,
        training: {},
        authority: { role: by, ref: `SEAT-${id}` },
        ...(jurisdiction === undefined ? {} : { jurisdiction }),
      });
      const answer = await this.present(claims, by);
      if (answer.status !== 201) throw new Error(`${id}: ${answer.code}`);
      return key;
    },
    /** A procedure's tokens for these agents, and what registering them answers. */
    async open(procedure: string, agents: readonly TestKey[], changes: Partial<AuthorisationClaims> = {}) {
      const authorisation = authorisationClaims('PRELIMINAIRE', { sub: procedure, ...changes });
      const schedule = scheduleClaims(authorisation, agents);
      const tokens = tokensOf(authorities, authorisation, schedule);
      const answer = await call('POST', '/api/v1/requisitions', agents[0], undefined, tokens);
      return { ...answer, requisition: schedule.jti, caseId: vault.caseIdOf(procedure) };
    },
    /** The same, authorised by an investigating judge. */
    async openJudged(procedure: string, agents: readonly TestKey[], authority: AuthorisationClaims['authority']) {
      const authorisation = authorisationClaims('COMMISSION_ROGATOIRE', { sub: procedure, authority });
      const schedule = scheduleClaims(authorisation, agents);
      const tokens = tokensOf(authorities, authorisation, schedule);
      const answer = await call('POST', '/api/v1/requisitions', agents[0], undefined, tokens);
      return { ...answer, requisition: schedule.jti, caseId: vault.caseIdOf(procedure) };
    },
    close: () => Promise.all([app.close(), log.close()]),
  };
}
export type Office = Awaited<ReturnType<typeof openOffice>>;
