import path from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { capabilityOf, describedInterface, plannedCapability } from '../../gateway/capability-facts.ts';
import { type AbsenceEvidence, type AbsenceInput, absenceOf, isAbsent } from '../../gateway/compliance/absence.ts';
import { databaseShape } from '../../gateway/compliance/absence-database.ts';
import { readTree } from '../../gateway/compliance/absence-tree.ts';
import { deniedIn } from '../../gateway/compliance/absence-words.ts';
import { type Capability, compareCapability } from '../../gateway/compliance/capability.ts';
import { readLockFile } from '../../gateway/compliance/lock-file.ts';
import { CONFIG_KEYS, readCapableConfig } from '../../gateway/config.ts';
import { AppError } from '../../gateway/errors.ts';
import { footageCommand } from '../../gateway/footage/commands.ts';
import { ACTIONS, type Action, OPS } from '../../gateway/policy/types.ts';
import { FORBIDDEN_LABELS } from '../../gateway/vocabulary.ts';
import { testDatabase } from '../support/database.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

let capability: Capability;
let input: AbsenceInput;
let evidence: readonly AbsenceEvidence[];

beforeAll(async () => {
  capability = await plannedCapability(readCapableConfig({}));
  input = {
    tree: await readTree(ROOT),
    packages: readLockFile().map(({ name }) => name),
    routes: capability.routes,
    openapi: await describedInterface(),
    database: await databaseShape((await testDatabase()).url),
    vocabulary: [...capability.classes, ...capability.colours, ...capability.knownLabels],
    ops: capability.ops,
    configKeys: capability.configKeys,
  };
  evidence = absenceOf(input);
});

/** Findings and number of things looked at, on this very checkout. */
function of(check: string, from: readonly AbsenceEvidence[] = evidence) {
  const found = from.find((each) => each.check === check);
  if (found === undefined) throw new Error(`no check ${check}`);
  return found;
}

const withFile = (file: string, text = ''): AbsenceInput => ({
  ...input,
  tree: new Map([...input.tree, [file, text]]),
});

/** An OpenAPI document with one operation more. */
const withOperation = (operation: object): AbsenceInput => ({
  ...input,
  openapi: JSON.parse(JSON.stringify({ base: input.openapi, paths: { '/x': { post: operation } } })),
});
const answering = (schema: object): AbsenceInput =>
  withOperation({ responses: { 200: { content: { 'application/json': { schema } } } } });
const withColumn = (column: string, type: string): AbsenceInput => ({
  ...input,
  database: { ...input.database, columns: [...input.database.columns, { table: 'tracks', column, type }] },
});

describe('what is absent from this checkout', () => {
  it.each([
    ['FACE-01, FACE-17', 'weights', 4],
    ['FACE-01, FACE-17', 'file-names', 200],
    ['FACE-01', 'page', 500],
    ['FACE-10, FBD-05, FBD-06', 'connections', 100],
    ['FACE-01, FACE-11, FBD-06', 'packages', 100],
    ['FACE-01, FACE-10, DEF-09', 'routes', 25],
    ['FACE-09, FBD-04', 'interface', 1000],
    ['FACE-11', 'vectors', 20],
    ['FACE-09, DEF-11, FACE-14', 'bodies', 4],
    ['FACE-01, FACE-10, FACE-11', 'columns', 60],
    ['FACE-08', 'vocabulary', 60],
    ['FACE-02, FBD-04', 'operations', 15],
    ['FACE-02', 'configuration', 15],
  ])('%s: the check %s finds nothing, in %i things or more', (_, check, least) => {
    const { scanned, findings } = of(check);
    expect(findings).toEqual([]);
    expect(scanned).toBeGreaterThanOrEqual(least);
  });

  it('FACE-01: the evidence holds when every check does, and not when one has looked at nothing', () => {
    expect(isAbsent(evidence)).toBe(true);
    const blind = absenceOf({ ...input, routes: [] });
    expect(of('routes', blind).findings).toEqual(['nothing was looked at']);
    expect(isAbsent(blind)).toBe(false);
  });
});

describe('what each check finds when it is planted', () => {
  const planted: readonly (readonly [string, string, () => AbsenceInput, string])[] = [
    ['FACE-01', 'weights', () => withFile('gateway/analysis/net.onnx'), 'gateway/analysis/net.onnx'],
    ['FACE-17', 'weights', () => withFile('benchmarks/data/w.pth'), 'benchmarks/data/w.pth'],
    [
      'FACE-17',
      'weights',
      () => withFile('test/models/x.card.json', '{"labels":["car","person face"]}'),
      'person face',
    ],
    ['FACE-01', 'file-names', () => withFile('gateway/analysis/face-matcher.ts'), 'face'],
    ['FACE-01', 'file-names', () => withFile('gateway/search/faceMatcher.ts'), 'face'],
    ['FACE-17', 'file-names', () => withFile('benchmarks/data/lfw/a.jpg'), 'lfw'],
    ['FACE-01', 'page', () => withFile('gateway/console/x.ts', "const a = 'Comparer ce visage';"), 'visage'],
    ['FACE-10', 'connections', () => withCall("import { request } from 'node:https';"), 'imports node:https'],
    ['FBD-06', 'connections', () => withCall("void fetch('https://taj.example');"), 'calls out'],
    ['FBD-05', 'connections', () => withCall("const { connect } = await import('node:net');"), 'imports node:net'],
    ['FACE-01', 'packages', () => ({ ...input, packages: [...input.packages, 'face-api.js'] }), 'face-api.js'],
    [
      'FACE-01',
      'packages',
      () => ({ ...input, packages: [...input.packages, '@vladmandic/human'] }),
      '@vladmandic/human',
    ],
    ['FACE-11', 'packages', () => ({ ...input, packages: [...input.packages, 'hnswlib-node'] }), 'hnswlib-node'],
    ['FACE-11', 'packages', () => ({ ...input, packages: [...input.packages, 'pgvector'] }), 'pgvector'],
    ['FBD-06', 'packages', () => ({ ...input, packages: [...input.packages, 'nodemailer'] }), 'nodemailer'],
    [
      'FBD-06',
      'packages',
      () => ({ ...input, packages: [...input.packages, '@aws-sdk/client-sns'] }),
      '@aws-sdk/client-sns',
    ],
    ['FACE-01', 'routes', () => withRoute('POST /api/v1/cases/:caseId/faces search.ask'), 'faces'],
    ['FACE-10', 'routes', () => withRoute('PUT /api/v1/watchlist search.ask'), 'watchlist'],
    ['DEF-09', 'routes', () => withRoute('POST /api/v1/cases/:caseId/webhooks search.ask'), 'webhooks'],
    ['FACE-09', 'interface', () => withOperation({ summary: 'Find similar persons' }), 'similar'],
    ['FBD-04', 'interface', () => answering({ type: 'object', properties: { riskScore: { type: 'number' } } }), 'risk'],
    ['FACE-11', 'vectors', () => answering({ type: 'array', items: { type: 'number' } }), '/schema'],
    [
      'FACE-11',
      'vectors',
      () => answering({ type: 'array', items: { anyOf: [{ type: 'string' }, { type: 'integer' }] } }),
      '/schema',
    ],
    [
      'FACE-11',
      'vectors',
      () => answering({ type: 'array', prefixItems: [{ type: 'number' }], items: { type: 'string' } }),
      '/schema',
    ],
    ['FACE-11', 'vectors', () => answering({ type: 'array', items: {} }), '/schema'],
    [
      'FACE-09',
      'bodies',
      () => withOperation({ requestBody: { content: { 'multipart/form-data': {} } } }),
      'multipart',
    ],
    ['DEF-11', 'bodies', () => withOperation({ requestBody: { content: { 'image/jpeg': {} } } }), 'image/jpeg'],
    ['FACE-11', 'columns', () => withColumn('weights', '_float4'), 'type _float4'],
    ['FACE-11', 'columns', () => withColumn('v', 'vector'), 'type vector'],
    ['FACE-11', 'columns', () => withColumn('anything', 'jsonb'), 'free JSON'],
    ['FACE-01', 'columns', () => withColumn('face_id', 'uuid'), 'face'],
    [
      'FACE-11',
      'columns',
      () => ({ ...input, database: { ...input.database, extensions: ['vector'] } }),
      'extension vector',
    ],
    ['FACE-08', 'vocabulary', () => ({ ...input, vocabulary: [...input.vocabulary, 'ethnicity'] }), 'ethnicity'],
    ['FACE-02', 'operations', () => ({ ...input, ops: [...input.ops, 'search.face'] }), 'search.face'],
    ['FACE-02', 'configuration', () => ({ ...input, configKeys: [...input.configKeys, 'DIFFERE_FACE_MATCH'] }), 'FACE'],
  ];
  function withCall(line: string): AbsenceInput {
    const main = input.tree.get('gateway/main.ts') ?? '';
    return {
      ...input,
      tree: new Map([
        ...input.tree,
        ['gateway/main.ts', `${main}\nimport './search/call.ts';\n`],
        ['gateway/search/call.ts', line],
      ]),
    };
  }
  function withRoute(route: string): AbsenceInput {
    return { ...input, routes: [...input.routes, route] };
  }

  it.each(planted)('%s: %s finds %s %s', (_, check, plant, name) => {
    const found = absenceOf(plant());
    expect(of(check, found).findings.join('\n')).toContain(name);
    expect(isAbsent(found)).toBe(false);
  });

  it('FACE-01: a surface is no face, and what is only a type opens no connection', () => {
    expect(deniedIn('surface interfaces preface typeface', ['forbidden'])).toEqual([]);
    expect(deniedIn('faceId FACE_MATCH person-face VISAGE démarche', ['forbidden'])).toHaveLength(5);
    const typed = withCall("import type { Socket } from 'node:net';\n// fetch(x) is a word of a comment\n");
    expect(of('connections', absenceOf(typed)).findings).toEqual([]);
  });
});

describe('what cannot be switched on', () => {
  it('FACE-02: no value of any key adds an operation, a class, a route or a label; an unknown key stops the start', () => {
    const keys = Object.keys(CONFIG_KEYS);
    const value = fc.oneof(
      fc.constantFrom(
        '1',
        'true',
        'on',
        'face',
        'face.search',
        'prod',
        'test',
        'unlocked',
        '../models',
        '{"faces":true}',
      ),
      fc.string({ maxLength: 40 }),
    );
    const environment = fc.dictionary(fc.constantFrom(...keys), value);
    let read = 0;
    fc.assert(
      fc.property(environment, (env) => {
        try {
          const { exposure: _, ...can } = capabilityOf(readCapableConfig(env), capability.routes, []);
          const { exposure: __, ...plain } = capabilityOf(readCapableConfig({}), capability.routes, []);
          expect(can).toEqual(plain);
          read += 1;
        } catch (error) {
          if (!(error instanceof AppError) && !(error instanceof TypeError)) throw error;
        }
      }),
      { numRuns: 60 },
    );
    expect(read).toBeGreaterThan(10);
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Z_]{1,24}$/), value, (name, said) => {
        const key = `DIFFERE_${name}`;
        fc.pre(!keys.includes(key));
        expect(() => readCapableConfig({ [key]: said })).toThrow(/E_CONFIG/);
      }),
      { numRuns: 200 },
    );
  });

  it('CPL-05: how long a case is kept is a part of what the dossier covers', () => {
    expect(capability.retentionDays).toEqual({ case: 1095, extension: 730, afterClosure: 1, quarantine: 30 });
  });

  it('FACE-10, CPL-05: whom the gateway calls is said in the evidence and is a part of what its dossier covers', () => {
    expect(of('connections').allowed).toEqual([
      expect.stringContaining('gateway/listeners.ts'),
      expect.stringContaining('gateway/frame-pipe.ts'),
      expect.stringContaining('gateway/s3-client.ts'),
      expect.stringContaining('gateway/audit/witnesses.ts'),
    ]);
    const calling = capabilityOf(
      readCapableConfig({ DIFFERE_WITNESSES: 'w.txt' }),
      capability.routes,
      capability.models,
    );
    expect(compareCapability(capability, calling).wider).toEqual(['exposure calls the witnesses of DIFFERE_WITNESSES']);
  });

  it('FBD-04, FBD-05: no operation judges a person, trains, or leaves the case; all are of four kinds', () => {
    expect(OPS.every((op) => /^(index|search|track|review|export)\./.test(op))).toBe(true);
    expect(capability.routes.filter((route) => /train|learn|dataset|improve|feedback|telemetry/i.test(route))).toEqual(
      [],
    );
    expect(OPS.filter((op) => op.startsWith('export.'))).toEqual(['export.clip', 'export.report']);
  });

  it('FBD-06: what comes in is a signed object, a question, or the bytes of an exhibit of a signed schedule', () => {
    const brings = capability.routes
      .filter((route) => /^(POST|PUT|PATCH) /.test(route))
      .map((route) => route.split(' ')[1]);
    const imports = brings.filter((url) => /import|sync|connector|feed|source/i.test(url ?? ''));
    expect(imports).toEqual([]);
    const uploads = capability.routes.filter((route) => route.endsWith(' exhibit.upload'));
    expect(uploads.every((route) => route.includes('/api/v1/uploads'))).toBe(true);
    // Where to listen, and where what is sealed already lies.
    expect(Object.keys(CONFIG_KEYS).filter((key) => /URL|HOST|ENDPOINT|TOKEN|API/.test(key))).toEqual([
      'DIFFERE_VAULT_ENDPOINT',
      'DIFFERE_HOST',
    ]);
  });

  it('SEC-02: what leaves a case leaves by the export and its package alone', () => {
    const communicates = capability.routes.filter((route) => {
      const action = route.split(' ')[2] as Action;
      return ACTIONS[action].kind === 'communication';
    });
    expect(communicates.length).toBeGreaterThan(2);
    expect(communicates.filter((route) => !/^(GET|POST) \/api\/v1\/cases\/:caseId\/exports/.test(route))).toEqual([]);
  });

  it('FACE-08: no forbidden label stands among what can be searched or known', () => {
    const words = new Set(input.vocabulary);
    expect(FORBIDDEN_LABELS.length).toBeGreaterThan(10);
    expect(FORBIDDEN_LABELS.filter((label) => words.has(label))).toEqual([]);
  });

  it('FACE-14: a network is no recording', async () => {
    const said = { out: '' };
    const io = {
      out: (text: string) => {
        said.out += text;
      },
      err: () => undefined,
    };
    const exit = await footageCommand(['inspect', path.join(ROOT, 'models/street-crop/street-crop.onnx')], io);
    expect([exit, JSON.parse(said.out)]).toEqual([1, expect.objectContaining({ code: 'E_DEF_CONTAINER' })]);
  });

  it('FACE-17: benchmarks and tests look through the gateway’s own door to networks, and through no other', () => {
    const importers = [...input.tree].filter(
      ([file, text]) => /\.(ts|mjs)$/.test(file) && /from 'onnxruntime-node'|import\('onnxruntime-node'\)/.test(text),
    );
    const folders = new Set(importers.map(([file]) => file.split('/').slice(0, 2).join('/')));
    // What makes the test detector looks at it by itself; texts about the rule name the package.
    for (const folder of ['test/models', 'test/structure', 'test/compliance']) folders.delete(folder);
    expect([...folders]).toEqual(['gateway/analysis']);
  });
});
