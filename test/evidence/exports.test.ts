import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyInstance } from 'fastify';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SceneSpec } from '../../benchmarks/scenes/types.ts';
import type { WritableLog } from '../../gateway/audit/append.ts';
import type { Database } from '../../gateway/database.ts';
import { AppError } from '../../gateway/errors.ts';
import { createEvidence, type Evidence } from '../../gateway/evidence/evidence.ts';
import { openEvidenceKey } from '../../gateway/evidence/keys.ts';
import type { Preview } from '../../gateway/evidence/preview.ts';
import { evidenceRoutes } from '../../gateway/evidence/routes.ts';
import type { AnalysedExhibit, LoadedHit } from '../../gateway/evidence/types.ts';
import { verifyPackage } from '../../gateway/evidence/verify.ts';
import type { CaseId, HitId } from '../../gateway/ids.ts';
import { installGuard } from '../../gateway/policy/guard.ts';
import { POLICIES } from '../../gateway/policy/policies.ts';
import { createMediaTickets } from '../../gateway/requisition/media-tickets.ts';
import type { Requisition } from '../../gateway/requisition/types.ts';
import type { Reading } from '../../gateway/search/types.ts';
import { openVault, type Vault } from '../../gateway/vault.ts';
import { testDatabase } from '../support/database.ts';
import { withoutKeys } from '../support/once.ts';
import {
  type Footage,
  filmScene,
  hitOn,
  newLog,
  recordsAbout,
  requisitionOf,
  resultOf,
  temporaryFolder,
} from './fixtures.ts';

const at = (timeSeconds: number, x: number, y: number) => ({ timeSeconds, x, y });
const scene: SceneSpec = {
  name: 'exports',
  widthPx: 320,
  heightPx: 180,
  framesPerSecond: 10,
  durationSeconds: 2,
  seed: 8,
  noise: 1,
  gopSeconds: 1,
  objects: [
    { id: 1, class: 'person', upper: 'red', lower: 'blue', heightPx: 60, path: [at(0, 40, 120), at(2, 140, 120)] },
    { id: 2, class: 'person', upper: 'blue', lower: 'red', heightPx: 60, path: [at(0, 240, 160), at(2, 140, 160)] },
  ],
};
const nowMs = Date.parse('2026-03-17T10:00:00Z');
const clock = { nowMs: () => nowMs };

let database: Database;
let vault: Vault;
let vaultFolder: string;
let log: WritableLog;
let caseId: CaseId;
let requisition: Requisition;
let footage: Footage;
let hits: LoadedHit[];
let analysed: AnalysedExhibit[];
let seen: { hitId: HitId; agentId: string }[];
let journalledWhenSeen: number[];
let sourceFails: AppError | undefined;
let logFails: boolean;
let evidence: Evidence;
let app: FastifyInstance;

beforeAll(async () => {
  database = await testDatabase();
  const folder = await temporaryFolder();
  vaultFolder = path.join(folder, 'vault');
  vault = await openVault({
    dataDir: vaultFolder,
    keysDir: path.join(folder, 'keys'),
    installationKey: randomBytes(32),
  });
  log = await newLog(clock);
});

async function caseOnRecord(maxExports: number): Promise<void> {
  caseId = randomUUID() as string as CaseId;
  requisition = requisitionOf(caseId, maxExports);
  await vault.createCase(caseId);
  await database.inCase(caseId, async (tx) => {
    await tx.query('INSERT INTO cases (id) VALUES ($1)', [caseId]);
    await tx.query(
      `INSERT INTO requisitions (id, case_id, authorisation_jti, thumbprints, not_before, expires, sealed)
       VALUES ($1, $2, $3, '{}', now(), now(), '')`,
      [requisition.id, caseId, requisition.authorisation.jti],
    );
  });
  footage = await filmScene(caseId, scene, 'rue.mp4');
  const result = resultOf(footage, 2);
  hits = [0, 1].map((track) => hitOn(footage.exhibit, result, track));
  analysed = hits.slice(0, 1);
}

let mayReveal = false;
beforeEach(async () => {
  mayReveal = false;
  await caseOnRecord(2);
  seen = [];
  journalledWhenSeen = [];
  sourceFails = undefined;
  logFails = false;
  evidence = createEvidence({
    database,
    vault,
    clock,
    log,
    logVkey: log.vkey,
    installation: 'test',
    key: await openEvidenceKey(path.join(await temporaryFolder(), 'keys')),
    async withSource(_requisition, _exhibit, work) {
      if (sourceFails !== undefined) throw sourceFails;
      return work(footage.file);
    },
    async loadHit(asked, hitId) {
      const loaded = hits.find(({ hit }) => hit.id === hitId);
      if (loaded === undefined || asked.caseId !== caseId) throw new AppError('E_PRO_SILO');
      return loaded;
    },
    loadAnalysed: async () => analysed,
    loadExhibit: async () => Promise.reject(new AppError('E_PRO_SILO')),
    readFrames: async () => Promise.reject(new AppError('E_PRO_SILO')),
    recordsOfJob: (_requisition, jobId) => recordsAbout(log, jobId),
    modelNotice: ({ name, sha256 }) => ({ name, sha256, licence: undefined, source: undefined, errorRate: undefined }),
    motText: async () => '1,1,10,10,20,20,0.9,1,1\n',
    async markPictureSeen(_requisition, hitId, agentId) {
      seen.push({ hitId, agentId });
      journalledWhenSeen.push((await log.size()) - 1);
    },
    onError: () => undefined,
  });
  app = Fastify().setValidatorCompiler(TypeBoxValidatorCompiler);
  withoutKeys(app);
  installGuard(app, {
    log: { append: (event) => (logFails ? Promise.reject(new AppError('E_LOG_DOWN')) : log.append(event)) },
    clock,
    policies: POLICIES,
    authenticate: async () => ({
      principal: { role: 'agent_habilite', agentId: 'OPJ-1', service: 'DCPJ-75', habilitation: 'in_force' },
      authority: {
        requisitionId: requisition.id,
        caseId,
        procedure: requisition.authorisation.sub,
        ops: mayReveal ? [...requisition.authorisation.ops, 'review.reveal'] : requisition.authorisation.ops,
        notBefore: requisition.notBefore,
        expires: requisition.expires,
        agentDesignated: true,
        revoked: false,
      },
      requisition,
    }),
  });
  await app.register(evidenceRoutes({ ...evidence, tickets: createMediaTickets(clock) }));
});

const urlOf = (rest: string): string => `/api/v1/cases/${caseId}/${rest}`;
const get = (rest: string) => app.inject({ method: 'GET', url: urlOf(rest) });
const ask = (chosen: readonly LoadedHit[]) =>
  app.inject({ method: 'POST', url: urlOf('exports'), payload: { hits: chosen.map(({ hit }) => hit.id) } });

const preview = async (chosen: readonly { readonly hit: { readonly id: string } }[]): Promise<Preview> => {
  const payload = { hits: chosen.map(({ hit }) => hit.id) };
  return (await app.inject({ method: 'POST', url: urlOf('exports/preview'), payload })).json<Preview>();
};

interface View {
  readonly id: string;
  readonly state: string;
  readonly failureCode?: string;
  readonly files?: { readonly path: string; readonly sizeBytes: number }[];
}

async function finished(id: string): Promise<View> {
  for (;;) {
    const view = (await get(`exports/${id}`)).json<View>();
    if (view.state !== 'building') return view;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function lastRecord() {
  return log.record((await log.size()) - 1);
}

describe('pictures of a hit', () => {
  it('are masked JPEG and MP4 that no cache may keep; showing one is in the journal with its ids', async () => {
    const id = hits[0]?.hit.id ?? '';
    const thumb = await get(`hits/${id}/still?size=thumb`);
    expect([thumb.statusCode, thumb.headers['content-type'], thumb.headers['cache-control']]).toEqual([
      200,
      'image/jpeg',
      'no-store',
    ]);
    expect(thumb.rawPayload.subarray(0, 2).toString('hex')).toBe('ffd8');
    expect(await lastRecord()).toMatchObject({
      action: 'hit.picture',
      objects: [
        { type: 'hit', id },
        { type: 'exhibit', id: footage.exhibit.id },
      ],
      shown: { fromMs: Date.parse('2026-03-14T14:01:20+01:00'), toMs: Date.parse('2026-03-14T14:01:30+01:00') },
    });
    const clip = await get(`hits/${id}/clip`);
    expect([clip.statusCode, clip.headers['content-type']]).toEqual([200, 'video/mp4']);
    expect(clip.rawPayload.subarray(4, 8).toString()).toBe('ftyp');
  });

  it('PRO-02, HUM-01: a hit is uncovered for who confirmed it himself, for a reason that stands in the journal before, and for nobody else', async () => {
    const reveal = (id: string, body: object) =>
      app.inject({ method: 'POST', url: urlOf(`hits/${id}/reveal`), payload: body });
    const confirmed = hits[0]?.hit.id ?? '';
    const [first, second] = hits;
    if (first === undefined || second === undefined) throw new Error('no hits');
    const own = second.hit.readings[0];
    const colleague: Reading = { ...own, agentId: 'OPJ-2', verdict: 'confirmed' };
    /** The second hit, confirmed all in all, with these readings. */
    const read = (...readings: readonly Reading[]) => {
      hits = [first, { ...second, hit: { ...second.hit, readings } }];
    };
    // An operation of its own, which the requisition has to list.
    expect((await reveal(confirmed, { reason: 'comparison_by_eye' })).json().code).toBe('E_REQ_OP');
    mayReveal = true;
    const before = await log.size();
    const shown = await reveal(confirmed, { reason: 'comparison_by_eye' });
    expect([shown.statusCode, shown.headers['content-type']]).toEqual([200, 'image/jpeg']);
    for (let seq = before; seq < before + 2; seq++) {
      expect(await log.record(seq)).toMatchObject({ action: 'hit.reveal', facts: { revealed: 'comparison_by_eye' } });
    }
    const masked = await get(`hits/${confirmed}/still`);
    expect(masked.rawPayload.equals(shown.rawPayload)).toBe(false);
    // The verdict of a colleague uncovers nothing, nor does one's own that is another, or was given without a look.
    const mine: Reading = { ...colleague, agentId: 'OPJ-1' };
    const { sawPictureAt: _never, ...blind } = mine;
    const { agentId: _nobody, ...anonymous } = mine;
    for (const readings of [
      [],
      [colleague],
      [colleague, { ...mine, verdict: 'rejected' as const }],
      [colleague, { ...mine, verdict: 'uncertain' as const }],
      [colleague, blind],
      [colleague, { ...mine, sawPictureAt: '2026-03-17T09:05:01.000Z' }],
      [anonymous],
    ]) {
      read(...readings);
      const refused = await reveal(second.hit.id, { reason: 'comparison_by_eye' });
      expect([refused.statusCode, refused.json().code], JSON.stringify(readings)).toEqual([403, 'E_HUM_OWN']);
    }
    read(colleague, mine);
    expect((await reveal(second.hit.id, { reason: 'comparison_by_eye' })).statusCode).toBe(200);
    for (const body of [{}, { reason: 'curiosity' }, { reason: 'comparison_by_eye', all: true }]) {
      expect((await reveal(confirmed, body)).statusCode).toBe(400);
    }
  });

  it('a clip is sent by ranges, as a browser plays it', async () => {
    const url = urlOf(`hits/${hits[0]?.hit.id ?? ''}/clip`);
    const ask = (range: string) => app.inject({ method: 'GET', url, headers: { range } });
    const whole = (await app.inject({ method: 'GET', url })).rawPayload;
    const first = await ask('bytes=0-7');
    expect([first.statusCode, first.headers['content-range']]).toEqual([206, `bytes 0-7/${whole.length}`]);
    expect(first.rawPayload).toEqual(whole.subarray(0, 8));
    expect((await ask('bytes=100-')).rawPayload).toEqual(whole.subarray(100));
    expect((await ask('bytes=-5')).rawPayload).toEqual(whole.subarray(-5));
    expect((await ask(`bytes=${whole.length}-`)).statusCode).toBe(416);
    // A part is not a look at the hit; the whole is, however it was asked for.
    seen.length = 0;
    await ask('bytes=0-0');
    expect(seen).toEqual([]);
    await ask('bytes=0-');
    expect(seen).toHaveLength(1);
    // It was encoded once.
    sourceFails = new AppError('E_VAULT');
    expect((await ask('bytes=0-7')).statusCode).toBe(206);
    for (const range of ['bytes=5-2', 'bytes=0-1,4-5', 'lines=1-2', 'bytes=-']) {
      expect([(await ask(range)).statusCode, (await ask(range)).rawPayload.length], range).toEqual([200, whole.length]);
    }
  });

  it('HUM-01: count as seen when shown whole or as a clip, and not as a thumbnail', async () => {
    const id = hits[0]?.hit.id ?? '';
    await get(`hits/${id}/still?size=thumb`);
    expect(seen).toEqual([]);
    await get(`hits/${id}/still?size=full`);
    expect(seen).toEqual([{ hitId: id, agentId: 'OPJ-1' }]);
    await get(`hits/${id}/clip`);
    expect(seen).toHaveLength(2);
  });

  it('HUM-01: count as seen only when their disclosure is durable in the journal', async () => {
    const id = hits[0]?.hit.id ?? '';
    await get(`hits/${id}/still?size=full`);
    expect(await log.record(journalledWhenSeen[0] ?? -1)).toMatchObject({ action: 'hit.picture' });
    logFails = true;
    for (const picture of ['still?size=full', 'clip']) {
      expect((await get(`hits/${id}/${picture}`)).json()).toMatchObject({ code: 'E_LOG_DOWN' });
    }
    expect(seen).toHaveLength(1);
  });

  it('PRO-01: of an unknown hit, or with an unknown size, are refused', async () => {
    expect((await get(`hits/${randomUUID()}/still`)).json()).toMatchObject({ code: 'E_PRO_SILO' });
    expect((await get(`hits/${hits[0]?.hit.id}/still?size=huge`)).statusCode).toBe(400);
    expect((await get('hits/not-an-id/clip')).statusCode).toBe(400);
  });

  it('are not served, and not seen, when the frame cannot be had', async () => {
    sourceFails = new AppError('E_VAULT');
    const id = hits[0]?.hit.id ?? '';
    expect((await get(`hits/${id}/still?size=full`)).json()).toMatchObject({ code: 'E_VAULT' });
    expect(seen).toEqual([]);
  });
});

describe('an export', () => {
  it('is built, fetched file by file and verifies', async () => {
    const answer = await ask(hits);
    expect(answer.statusCode).toBe(202);
    const view = await finished(answer.json<View>().id);
    expect(view.state).toBe('done');
    const folder = path.join(await temporaryFolder(), 'package');
    for (const file of view.files ?? []) {
      const fetched = await get(`exports/${view.id}/files/${file.path}`);
      expect([fetched.statusCode, fetched.rawPayload.length]).toEqual([200, file.sizeBytes]);
      const target = path.join(folder, file.path);
      await mkdir(path.dirname(target), { recursive: true });
      await writeFile(target, fetched.rawPayload);
    }
    expect(await verifyPackage(folder)).toMatchObject({ verified: true, findings: [] });
  });

  it('is shown before it is made: the same files, of the sizes that are known, and nothing is made or counted', async () => {
    const shown = await preview(hits);
    expect(shown).toMatchObject({ isPossible: true, refusals: [], made: 0, most: 2 });
    expect(shown.hits).toMatchObject(hits.map(({ hit, exhibit }) => ({ id: hit.id, piece: exhibit.piece })));
    expect(shown.hits[0]?.readers).toEqual([{ agentId: 'OPJ-1', verdict: 'confirmed' }]);
    const { rows } = await database.inCase(caseId, (tx) => tx.query('SELECT 1 FROM exports'));
    expect(rows).toEqual([]);
    const view = await finished((await ask(hits)).json<View>().id);
    const made = new Map(view.files?.map(({ path: name, sizeBytes }) => [name, sizeBytes]));
    expect(shown.files.map((file) => file.path).sort()).toEqual([...made.keys()].sort());
    const known = shown.files.filter(({ sizeBytes }) => sizeBytes !== undefined);
    expect(known.length).toBeGreaterThan(5);
    for (const file of known) expect([file.path, file.sizeBytes]).toEqual([file.path, made.get(file.path)]);
    expect((await preview(hits)).made).toBe(1);
  });

  it('HUM-01, PRO-03: its preview says which hit would have it refused, and why', async () => {
    const [first, second] = hits;
    if (first === undefined || second === undefined) throw new Error('no hits');
    hits = [first, { ...second, hit: { ...second.hit, verdict: 'unreviewed', readings: [] }, review: undefined }];
    const shown = await preview([...hits, { hit: { id: randomUUID() } }]);
    expect(shown.isPossible).toBe(false);
    expect(shown.hits.map(({ refusal }) => refusal)).toEqual([undefined, 'E_HUM_UNVALIDATED', 'E_PRO_SILO']);
    expect(shown.files.filter((file) => file.path.startsWith('stills/'))).toHaveLength(1);
    for (let made = 0; made < 2; made++) await finished((await ask([])).json<View>().id);
    expect((await preview([])).refusals).toEqual(['E_PRO_QUOTA']);
  });

  it('HUM-01: of a hit that nobody confirmed is refused before anything is made', async () => {
    const [first, second] = hits;
    if (first === undefined || second === undefined) throw new Error('no hits');
    hits = [first, { ...second, hit: { ...second.hit, verdict: 'unreviewed' }, review: undefined }];
    const answer = await ask(hits);
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([403, 'E_HUM_UNVALIDATED']);
    const { rows } = await database.inCase(caseId, (tx) => tx.query('SELECT 1 FROM exports'));
    expect(rows).toEqual([]);
  });

  it('PRO-03: beyond the quota of the authorisation is refused, also when several are asked for at once', async () => {
    const answers = await Promise.all([ask([]), ask([]), ask([]), ask([])]);
    const codes = answers.map((answer) => answer.statusCode).sort();
    expect(codes).toEqual([202, 202, 403, 403]);
    expect(answers.find((answer) => answer.statusCode === 403)?.json()).toMatchObject({ code: 'E_PRO_QUOTA' });
    for (const answer of answers) if (answer.statusCode === 202) await finished(answer.json<View>().id);
  });

  it('that fails says why, keeps no file and takes nothing from the quota', async () => {
    sourceFails = new AppError('E_MEDIA_DECODE');
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const view = await finished((await ask(hits)).json<View>().id);
      expect(view).toMatchObject({ state: 'failed', failureCode: 'E_MEDIA_DECODE' });
      expect(view.files).toBeUndefined();
      expect(await readdir(path.join(vaultFolder, caseId))).toEqual([]);
    }
    sourceFails = undefined;
    expect(await finished((await ask(hits)).json<View>().id)).toMatchObject({ state: 'done' });
  });

  it('that a killed process left behind is failed and not resumed', async () => {
    const id = randomUUID();
    await database.inCase(caseId, (tx) =>
      tx.query(`INSERT INTO exports (id, case_id, requisition_id, state) VALUES ($1, $2, $3, 'building')`, [
        id,
        caseId,
        requisition.id,
      ]),
    );
    expect(await finished(id)).toMatchObject({ state: 'failed', failureCode: 'E_INTERNAL' });
  });

  it('PRO-01: of another case, a file that it does not have, and a path that climbs are the same as nothing', async () => {
    const { id } = await finished((await ask([])).json<View>().id);
    const paths = ['none.json', '..%2F..%2Fetc%2Fpasswd', 'stills%2F..%2Fhits.json', ''];
    for (const file of paths) expect((await get(`exports/${id}/files/${file}`)).statusCode, file).toBe(404);
    expect((await get(`exports/${randomUUID()}`)).json()).toMatchObject({ code: 'E_PRO_SILO' });
    await caseOnRecord(1);
    expect((await get(`exports/${id}`)).json()).toMatchObject({ code: 'E_PRO_SILO' });
    expect((await get(`exports/${id}/files/hits.json`)).json()).toMatchObject({ code: 'E_PRO_SILO' });
  });

  it('LOG-01: a fetched file is in the journal by the digest of its bytes', async () => {
    const view = await finished((await ask([])).json<View>().id);
    await get(`exports/${view.id}/files/hits.json`);
    expect(await lastRecord()).toMatchObject({
      action: 'evidence.read',
      objects: [{ type: 'export', id: view.id }, { type: 'digest' }],
    });
  });

  it('refuses a request that is not a list of hits', async () => {
    for (const payload of [{}, { hits: 'all' }, { hits: ['x'] }, { hits: [], more: 1 }]) {
      const answer = await app.inject({ method: 'POST', url: urlOf('exports'), payload });
      expect(answer.statusCode).toBe(400);
    }
  });
});
