import { copyFile, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, createClient, GatewayError } from '../../gateway/client.ts';
import { demoHabilitation, habilitate, presentAct } from '../../gateway/demo/habilitation.ts';
import type { HabilitationClaims } from '../../gateway/habilitation/types.ts';
import type { ApiClient } from '../../gateway/interface/client.ts';
import { startPostgres } from '../../gateway/postgres.ts';
import type { Answer } from '../../gateway/search/types.ts';
import { loadRegistry } from '../../gateway/trust/registry.ts';
import { registryDigest } from '../../gateway/trust/registry-change.ts';
import { present, signedByOffice } from '../retention/acts.ts';
import {
  apiOf,
  exhibitIdOf,
  exhibitOf,
  type JobBody,
  jobEnd,
  journalText,
  type Line,
  register,
  sceneFile,
  startLine,
  type Tokens,
  tokensFor,
} from '../support/line.ts';

// Those who control a real installation, and those who keep it without seeing what is in it.

const CANARIES = {
  name: 'Zoé Quetzalcoatl, brigadier',
  facts: 'Canari-Axolotl : vol commis devant la pharmacie par un homme au manteau vert ; la victime a chuté.',
  necessity:
    "Canari-Ornithorynque : l'exploitation manuelle de ces enregistrements ne permettrait pas d'identifier à temps les séquences utiles.",
  file: 'canari-pangolin-hall.mp4',
  place: 'Voie publique (démonstration)',
  camera: 'Ville (démonstration)',
};

const newKey = async (kid: string): Promise<JWK> => {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  return { ...(await exportJWK(privateKey)), kid, alg: 'EdDSA' };
};

describe('control of an installation', () => {
  let line: Line;
  let agent: Client;
  let tokens: Tokens;
  let caseId: string;
  let jobId: string;
  let answer: Answer;
  let prosecutor: Client;
  /** The prosecutor again, by the typed client. */
  let api: ApiClient;
  let administrator: Client;

  /** A person of the register, with a key of his own. */
  async function seat(changes: Partial<HabilitationClaims>, signer: JWK): Promise<JWK> {
    const key = await newKey('own');
    const claims = demoHabilitation(Date.now(), await calculateJwkThumbprint(key), { training: {}, ...changes });
    await presentAct(line.gateway.url, line.installation.agentKey, await habilitate(claims, signer));
    return key;
  }

  beforeAll(async () => {
    line = await startLine();
    const scene = await sceneFile(line.folder, 'street');
    const file = path.join(line.folder, CANARIES.file);
    await copyFile(scene, file);
    const { facts, necessity } = CANARIES;
    tokens = await tokensFor(line, [await exhibitOf(file, 'SCELLE-1', line.captureStartMs, 30)], {
      schedule: { facts, necessity },
    });
    ({ client: agent, caseId } = await register(line, tokens));
    await agent.upload(file, 'SCELLE-1');
    const exhibitId = await exhibitIdOf(agent, caseId, 'SCELLE-1');
    const job = await agent.json<JobBody>('POST', `/api/v1/cases/${caseId}/jobs`, { exhibitId });
    jobId = (await jobEnd(agent, caseId, job.id)).id;
    answer = await agent.json<Answer>('POST', `/api/v1/cases/${caseId}/questions`, {
      version: 1,
      classes: ['car'],
      colours: [{ colour: 'red' }],
    });
    const magistrate = await seat(
      {
        iss: 'parquet-demo',
        role: 'procureur_controle',
        jurisdiction: 'TJ-PARIS',
        agent: { id: 'procureur-1', service: 'TJ-PARIS', name_ref: CANARIES.name },
        authority: { role: 'procureur', ref: 'NOM-1' },
      },
      line.installation.magistrateKey,
    );
    prosecutor = createClient({ url: line.gateway.url, agentKey: magistrate });
    api = await apiOf(line, undefined, magistrate);
    const technician = await seat(
      {
        iss: 'responsable-demo',
        role: 'admin_technique',
        agent: { id: 'admin-1', service: 'DSI', name_ref: 'x' },
        authority: { role: 'responsable', ref: 'ADM-1' },
      },
      line.installation.controllerKey,
    );
    administrator = createClient({ url: line.gateway.url, agentKey: technician });
  });
  afterAll(async () => {
    await line[Symbol.asyncDispose]();
  });

  const codeOf = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'OK',
      (error: unknown) => (error instanceof GatewayError ? error.code : String(error)),
    );

  it('HAB-04, CTL-01: the prosecutor reads the whole case of his court, masked, and his looks are in the journal and review nothing', async () => {
    const of = `/api/v1/cases/${caseId}`;
    const hit = answer.hits[0];
    if (hit === undefined) throw new Error('no hit');
    const { data: mine } = await api.GET('/api/v1/cases');
    expect(mine?.cases).toEqual([expect.objectContaining({ id: caseId, procedure: 'PV-2026-000042', state: 'open' })]);
    const read = <T>(route: string) => prosecutor.json<T>('GET', `${of}${route}`);
    expect(await read('/requisitions')).toMatchObject({ requisitions: [{ id: tokens.requisitionId }] });
    expect(await read('/exhibits')).toMatchObject({ exhibits: [{ piece: 'SCELLE-1', fileName: CANARIES.file }] });
    expect(await read('/jobs')).toMatchObject({ jobs: [{ id: jobId, state: 'done' }] });
    expect((await prosecutor.text(`${of}/jobs/${jobId}/result`)).length).toBeGreaterThan(100);
    const { questions } = await read<{ questions: { id: string; words: { fr: string } }[] }>('/questions');
    expect(questions).toHaveLength(1);
    expect(questions[0]?.id).toBe(answer.questionId);
    expect(questions[0]?.words.fr).toMatch(/voiture/i);
    expect(await read(`/questions/${answer.questionId}`)).toMatchObject({ hits: [{ id: hit.id }] });
    const masked = await prosecutor.bytes(`${of}/hits/${hit.id}/still`);
    // Nobody who may review has seen the picture yet.
    expect(await codeOf(agent.json('PUT', `${of}/hits/${hit.id}/verdict`, { verdict: 'confirmed' }))).toBe(
      'E_HUM_UNVALIDATED',
    );
    expect(masked.equals(await agent.bytes(`${of}/hits/${hit.id}/still?size=full`))).toBe(true);
    expect(await read('/exports')).toEqual({ exports: [] });
    const { records } = await read<{ records: { actor: { id: string }; action: string }[] }>('/journal?limit=200');
    const his = records.filter(({ actor }) => actor.id === 'procureur-1').map(({ action }) => action);
    expect(his).toEqual(expect.arrayContaining(['exhibit.read', 'job.read', 'question.list', 'hit.picture']));
    expect(await journalText(line)).toContain('"action":"audit.read"');
    // An act of his own there is none.
    expect(await codeOf(prosecutor.json('POST', `${of}/jobs`, { exhibitId: jobId }))).toBe('E_HAB_ROLE');
    expect(await codeOf(prosecutor.json('POST', `${of}/questions`, { version: 1, classes: ['car'] }))).toBe(
      'E_HAB_ROLE',
    );
    expect(await codeOf(prosecutor.json('PUT', `${of}/hits/${hit.id}/verdict`, { verdict: 'confirmed' }))).toBe(
      'E_HAB_ROLE',
    );
    expect(await codeOf(prosecutor.json('POST', `${of}/exports`, { hits: [] }))).toBe('E_HAB_ROLE');
  });

  it('STA-01, STA-02, CTL-05: the prosecutor reads the figures of the running installation, and the terms of its cases', async () => {
    const { data: figures } = await api.GET('/api/v1/statistics');
    expect(figures?.totals).toMatchObject({
      requisitions: 1,
      uses: 1,
      jobs: 1,
      questions: 1,
      broadQuestions: 0,
      jobsWithoutResult: 0,
    });
    expect(figures).toMatchObject({ noOtherModelRan: true, tables: { framework: [{ name: 'PRELIMINAIRE' }] } });
    const { data: terms } = await api.GET('/api/v1/retention');
    expect(terms?.cases).toMatchObject([{ id: caseId, state: 'open', isOverdue: false, quarantines: [] }]);
    expect(terms?.overdue).toEqual({ purges: 0, orders: 0, quarantines: 0 });
    expect(await codeOf(agent.json('GET', '/api/v1/retention'))).toBe('E_HAB_ROLE');
    expect(await codeOf(agent.json('GET', '/api/v1/statistics'))).toBe('E_HAB_ROLE');
  });

  it('HAB-05: the administrator’s key opens no route of content, of those that the running gateway describes', async () => {
    const description = (await (await fetch(`${line.gateway.url}/api/v1/openapi.json`)).json()) as {
      paths: Record<string, Record<string, unknown>>;
    };
    const ids: Record<string, string> = {
      caseId,
      jobId,
      questionId: answer.questionId,
      hitId: answer.hits[0]?.id ?? '',
    };
    const asked: string[] = [];
    for (const [template, methods] of Object.entries(description.paths)) {
      // What is published, to everybody.
      if (template.startsWith('/api/v1/transparency/') || template === '/api/v1/openapi.json') continue;
      const route = template.replaceAll(/\{([^}]+)\}/g, (_, name: string) => ids[name] ?? caseId);
      for (const method of Object.keys(methods)) {
        const refused = await administrator.json(method.toUpperCase(), route).then(
          () => undefined,
          (error: unknown) => error,
        );
        // The answer to a HEAD has no body that could say which.
        const said = method === 'head' ? { status: 403 } : { status: 403, code: 'E_HAB_ROLE' };
        expect(refused, `${method} ${template}`).toMatchObject(said);
        asked.push(`${method} ${template}`);
      }
    }
    expect(asked.length).toBeGreaterThan(15);
  });

  it('REQ-12, RGT-02, HAB-01: the prosecutor reads whose signature counts and what persons asked; nobody else does', async () => {
    const now = new Date().toISOString();
    const claims = { step: 'received', channel: 'procureur', subject: 'access', ref: 'TJ-2026-7', received_at: now };
    const act = await present(line, await signedByOffice(line, 'differe-person-request+jwt', claims));
    const { data: asked } = await api.GET('/api/v1/person-requests');
    expect(asked?.requests).toMatchObject([{ id: act, channel: 'procureur', ref: 'TJ-2026-7', isOverdue: false }]);
    const { data: registry } = await api.GET('/api/v1/registry');
    const file = await readFile(line.installation.authoritiesFile, 'utf8');
    expect(registry).toMatchObject({ digest: registryDigest(loadRegistry(file, 'test')), pending: [] });
    expect(registry?.keys).toHaveLength(6);
    for (const client of [agent, administrator])
      for (const route of ['/api/v1/person-requests', '/api/v1/registry'])
        expect(await codeOf(client.json('GET', route))).toBe('E_HAB_ROLE');
    for (const action of ['registry.changed', 'request.received', 'registry.read', 'request.list'])
      expect(await journalText(line)).toContain(`"action":"${action}"`);
  });

  it('HAB-05: with data folder, database and wrapped keys in hand, and without the key file, nothing that describes a person, an object or the facts is readable', async () => {
    const { dataDir, environment } = line.installation;
    const { questions } = await agent.json<{ questions: { words: { fr: string } }[] }>(
      'GET',
      `/api/v1/cases/${caseId}/questions`,
    );
    const words = questions[0]?.words.fr ?? '';
    expect(words.length).toBeGreaterThan(10);
    const secrets = [
      ...Object.values(CANARIES),
      'Canari-',
      words,
      // A token that was kept as it came would show its claims to anybody.
      tokens.schedule.slice(-60),
      tokens.authorisation.slice(-60),
      line.installation.habilitation.slice(-60),
      Buffer.from(CANARIES.facts).subarray(3, 60).toString('base64url').slice(2, -4),
    ];
    const found = (bytes: Buffer): readonly string[] => secrets.filter((secret) => bytes.includes(secret));
    // The search itself finds them where they stand in the clear: in the tokens as an agent holds them, and a file's name in a listing.
    const claims = Buffer.from(tokens.schedule.split('.')[1] ?? '', 'base64url');
    expect(found(claims)).toEqual(expect.arrayContaining([CANARIES.facts, CANARIES.necessity, CANARIES.place]));
    expect(found(Buffer.from(tokens.schedule))).toContain(tokens.schedule.slice(-60));

    await line.gateway.stop();
    try {
      let files = 0;
      for (const folder of [dataDir, environment.DIFFERE_KEYS ?? '']) {
        for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
          expect(found(Buffer.from(entry.name)), entry.name).toEqual([]);
          if (!entry.isFile()) continue;
          const file = path.join(entry.parentPath, entry.name);
          expect(found(await readFile(file)), file).toEqual([]);
          files += 1;
        }
      }
      expect(files).toBeGreaterThan(500);
      const columns = await columnsOf(path.join(dataDir, 'postgres'));
      expect(columns.size).toBeGreaterThan(30);
      for (const [column, bytes] of columns) expect(found(bytes), column).toEqual([]);
      // The columns were read: the court of a case stands in one, as it may.
      expect(columns.get('cases.jurisdiction')?.toString()).toContain('TJ-PARIS');
    } finally {
      await line.restart();
    }
  });
});

/** Every value of every text, bytes or JSON column of the embedded database of a stopped gateway, by table and column. */
async function columnsOf(folder: string): Promise<ReadonlyMap<string, Buffer>> {
  const server = await startPostgres(folder);
  const client = new pg.Client({ connectionString: server.urlOf('differe') });
  await client.connect();
  try {
    const { rows: columns } = await client.query<{ schema: string; name: string; column: string }>(
      `SELECT table_schema AS schema, table_name AS name, column_name AS column FROM information_schema.columns
        WHERE table_schema NOT IN ('pg_catalog', 'information_schema')
          AND data_type IN ('text', 'bytea', 'json', 'jsonb', 'character varying', 'ARRAY')`,
    );
    const found = new Map<string, Buffer>();
    for (const { schema, name, column } of columns) {
      const { rows } = await client.query<{ value: unknown }>(`SELECT "${column}" AS value FROM "${schema}"."${name}"`);
      const values = rows.map(({ value }) => (Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value))));
      found.set(`${name}.${column}`, Buffer.concat(values));
    }
    return found;
  } finally {
    await client.end();
    await server.stop();
  }
}
