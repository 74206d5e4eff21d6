import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TypeBoxTypeProvider, TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyInstance } from 'fastify';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import * as tus from 'tus-js-client';
import { encodeRecord } from '../../gateway/audit/record.ts';
import type { AuditEvent } from '../../gateway/audit/types.ts';
import type { Clock } from '../../gateway/clock.ts';
import type { Database } from '../../gateway/database.ts';
import { DEMO, type DemoExhibit, demoAuthorisation, demoSchedule } from '../../gateway/demo/requisition.ts';
import { footageRoutes } from '../../gateway/footage/routes.ts';
import { createScratch } from '../../gateway/footage/scratch.ts';
import type { CaseId } from '../../gateway/ids.ts';
import { installGuard } from '../../gateway/policy/guard.ts';
import type { ActEvent } from '../../gateway/policy/journal.ts';
import { POLICIES } from '../../gateway/policy/policies.ts';
import { authorityOf } from '../../gateway/requisition/authority.ts';
import { authorise, schedule } from '../../gateway/requisition/issue.ts';
import type { Requisition, ScheduledExhibit } from '../../gateway/requisition/types.ts';
import { type Tokens, verifyRequisition } from '../../gateway/requisition/verify.ts';
import { loadRegistry } from '../../gateway/trust/registry.ts';
import { openVault, type Vault } from '../../gateway/vault.ts';
import { NOTHING_REVOKED } from '../requisition/support.ts';
import { withoutKeys } from '../support/once.ts';
import { asOwner } from '../support/owner.ts';

/** When these tests take place: the recordings are of the day before. */
export const NOW_MS = Date.parse('2026-05-12T10:00:00Z');
export const CAPTURE_START_MS = Date.parse('2026-05-11T14:00:00Z');

/** A log that can be written and shows nothing. */
export const NO_RECORDS = { size: async () => 0, record: async () => undefined, prove: async () => '' };

const folders: string[] = [];

export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'differe-footage-'));
  folders.push(folder);
  return folder;
}

export function removeTemporaryFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

export function ffmpeg(...args: string[]): void {
  execFileSync('ffmpeg', ['-v', 'error', '-y', '-bitexact', ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
}

/** A small noisy film, so that it fills several chunks of the vault. */
export function makeFilm(file: string, ...options: string[]): string {
  const chosen = options.length === 0 ? ['-c:v', 'libx264', '-preset', 'ultrafast', '-threads', '1'] : options;
  ffmpeg(
    '-f',
    'lavfi',
    '-i',
    'testsrc2=s=320x240:r=25:d=4',
    '-vf',
    'noise=alls=60:all_seed=7',
    ...chosen,
    '-bitexact',
    file,
  );
  return file;
}

export const sha256Of = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

export const exhibitOf = (file: string, piece: string, changes: Partial<DemoExhibit> = {}): DemoExhibit => ({
  piece,
  sha256: sha256Of(file),
  sizeBytes: readFileSync(file).length,
  captureStartMs: CAPTURE_START_MS,
  durationSeconds: 4,
  ...changes,
});

async function newKey(kid: string): Promise<{ readonly privateJwk: JWK; readonly publicJwk: JWK }> {
  const pair = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  return {
    privateJwk: { ...(await exportJWK(pair.privateKey)), kid, alg: 'EdDSA' },
    publicJwk: { ...(await exportJWK(pair.publicKey)), kid, alg: 'EdDSA' },
  };
}

/** What an authority hands over: the two tokens and the registry with its public keys. */
export interface Signed {
  readonly tokens: Tokens;
  readonly registry: string;
}

interface SigningOptions {
  readonly nowMs?: number;
  readonly change?: (exhibit: ScheduledExhibit) => ScheduledExhibit;
}

export async function signRequisition(exhibits: readonly DemoExhibit[], options: SigningOptions = {}): Promise<Signed> {
  const nowMs = options.nowMs ?? NOW_MS;
  const magistrate = await newKey('parquet-demo-1');
  const officer = await newKey('opj-demo-1');
  const keys = [
    {
      ...magistrate.publicJwk,
      ...{ iss: 'parquet-demo', role: 'procureur', signs: ['differe-authorisation+jwt'], env: 'test' },
    },
    { ...officer.publicJwk, iss: 'opj-demo', role: 'opj', signs: ['differe-schedule+jwt'], env: 'test' },
  ];
  const authorisation = demoAuthorisation(nowMs, { places: [] });
  const claims = demoSchedule(nowMs, authorisation, 'A'.repeat(43), exhibits);
  const changed = { ...claims, exhibits: claims.exhibits.map(options.change ?? ((exhibit) => exhibit)) };
  return {
    tokens: {
      authorisation: await authorise(authorisation, magistrate.privateJwk),
      schedule: await schedule(changed, officer.privateJwk),
    },
    registry: JSON.stringify({ keys }),
  };
}

/** The only way to a Requisition: verification. */
export const verifySigned = (
  signed: Signed,
  caseIdOf: (procedure: string) => CaseId,
  nowMs = NOW_MS,
): Promise<Requisition> =>
  verifyRequisition(signed.tokens, {
    registry: loadRegistry(signed.registry, 'test'),
    env: 'test',
    audience: DEMO.installation,
    nowSeconds: Math.floor(nowMs / 1000),
    caseIdOf,
    isUsed: () => false,
    isRevoked: () => false,
  });

export const makeRequisition = async (
  exhibits: readonly DemoExhibit[],
  caseIdOf: (procedure: string) => CaseId,
  options: SigningOptions = {},
): Promise<Requisition> => verifySigned(await signRequisition(exhibits, options), caseIdOf, options.nowMs);

export interface FootageLine {
  readonly url: string;
  readonly folder: string;
  readonly app: FastifyInstance;
  readonly vault: Vault;
  readonly database: Database;
  readonly clock: Clock & { ms: number };
  /** Every event of the guard: acts of requests, and what was refused. */
  readonly acts: ActEvent[];
  /** Every event that the room appended; each passed the journal's own content check. */
  readonly events: AuditEvent[];
  /** The requisition of the requests from now on. */
  requisition: Requisition;
  /** Names of the sealed objects of the case. */
  objects(): readonly string[];
  scratchEntries(): readonly string[];
  rows(): Promise<readonly { state: string; refusal_code: string | null }[]>;
}

/** The footage room behind a real listener and the real guard; who asks is settled, and needs no proof. */
export async function startFootage(
  database: Database,
  exhibits: readonly DemoExhibit[] | Signed,
  place: { readonly folder: string; readonly installationKey: Buffer } = {
    folder: temporaryFolder(),
    installationKey: randomBytes(32),
  },
): Promise<FootageLine> {
  const { folder, installationKey } = place;
  const clock = { ms: NOW_MS, nowMs: () => clock.ms };
  const vault = await openVault({
    dataDir: path.join(folder, 'vault'),
    keysDir: path.join(folder, 'keys'),
    installationKey,
  });
  const signed = 'tokens' in exhibits ? exhibits : await signRequisition(exhibits);
  const requisition = await verifySigned(signed, vault.caseIdOf);
  await putOnRecord(database, vault, requisition);
  const events: AuditEvent[] = [];
  const log = {
    ...NO_RECORDS,
    async append(event: AuditEvent): Promise<number> {
      const frame = { id: crypto.randomUUID(), seq: events.length, software: 'differe/test', previous: '0'.repeat(64) };
      encodeRecord(event, { ...frame, time: new Date(clock.ms).toISOString() });
      return events.push(event);
    },
  };
  const scratchRoot = path.join(folder, 'scratch');
  const app = Fastify({ exposeHeadRoutes: false })
    .setValidatorCompiler(TypeBoxValidatorCompiler)
    .withTypeProvider<TypeBoxTypeProvider>();
  const line: FootageLine = {
    url: '',
    folder,
    app,
    vault,
    database,
    clock,
    acts: [],
    events,
    requisition,
    objects: () => readdirSync(path.join(folder, 'vault', requisition.caseId)),
    scratchEntries: () => readdirSync(scratchRoot),
    rows: async () => (await asOwner(database, 'SELECT state, refusal_code FROM exhibits ORDER BY created_at')).rows,
  };
  withoutKeys(app);
  installGuard(app, {
    authenticate: async () => ({
      principal: { role: 'agent_habilite', agentId: 'agent-demo-1', service: 'DEMO-75', habilitation: 'in_force' },
      authority: authorityOf(line.requisition, true, NOTHING_REVOKED),
      requisition: line.requisition,
    }),
    log: { append: async (event) => line.acts.push(event) },
    clock,
    policies: POLICIES,
  });
  const scratch = await createScratch(scratchRoot);
  await scratch.sweep();
  await app.register(footageRoutes({ database, vault, clock, log, logVkey: '', scratch }));
  return Object.assign(line, { url: await app.listen({ host: '127.0.0.1', port: 0 }) });
}

/** What registering a requisition leaves behind, as far as the footage room needs it. */
export async function putOnRecord(database: Database, vault: Vault, requisition: Requisition): Promise<void> {
  await vault.createCase(requisition.caseId);
  await asOwner(database, 'INSERT INTO cases (id) VALUES ($1) ON CONFLICT DO NOTHING', [requisition.caseId]);
  await asOwner(
    database,
    `INSERT INTO requisitions (id, case_id, authorisation_jti, thumbprints, not_before, expires, sealed)
     VALUES ($1, $2, gen_random_uuid(), '{}', now(), now(), '') ON CONFLICT DO NOTHING`,
    [requisition.id, requisition.caseId],
  );
}

export interface Answer {
  readonly status: number;
  readonly code: string | undefined;
  readonly headers: Headers;
}

/** One tus request by hand. */
export async function tusRequest(
  method: string,
  url: string,
  headers: Record<string, string>,
  body?: Uint8Array,
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: { 'tus-resumable': '1.0.0', ...headers },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  const code = text.startsWith('{') ? (JSON.parse(text) as { code?: string }).code : undefined;
  return { status: response.status, code, headers: response.headers };
}

export const metadata = (values: Record<string, string>): string =>
  Object.entries(values)
    .map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`)
    .join(',');

/** Opens an upload; the answer has the Location. */
export const openUpload = (line: FootageLine, sizeBytes: number, values: Record<string, string>): Promise<Answer> =>
  tusRequest('POST', `${line.url}/api/v1/uploads`, {
    'upload-length': String(sizeBytes),
    'upload-metadata': metadata(values),
  });

export const patch = (url: string, offset: number, bytes: Uint8Array): Promise<Answer> =>
  tusRequest(
    'PATCH',
    url,
    { 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' },
    bytes,
  );

export interface Deposited {
  readonly url: string | undefined;
  readonly status: number | undefined;
  readonly code: string | undefined;
}

/** Uploads with tus-js-client, as any client would. */
export function deposit(
  line: FootageLine,
  file: string,
  values: Record<string, string>,
  chunkSize = 262_144,
): Promise<Deposited> {
  return new Promise((resolve) => {
    const upload = new tus.Upload(readFileSync(file), {
      endpoint: `${line.url}/api/v1/uploads`,
      chunkSize,
      metadata: values,
      retryDelays: [],
      onSuccess: () => resolve({ url: upload.url ?? undefined, status: undefined, code: undefined }),
      onError: (error) => {
        const response = 'originalResponse' in error ? error.originalResponse : null;
        resolve({
          url: upload.url ?? undefined,
          status: response?.getStatus(),
          code: response?.getHeader('differe-code') ?? undefined,
        });
      },
    });
    upload.start();
  });
}
