import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../../gateway/client.ts';
import { demoHabilitation, habilitate, presentAct } from '../../gateway/demo/habilitation.ts';
import { ERRORS, isErrorCode } from '../../gateway/errors.ts';
import { isRecord, type Json } from '../../gateway/interface/components.ts';
import type { Answer } from '../../gateway/search/types.ts';
import {
  exhibitIdOf,
  exhibitOf,
  type JobBody,
  jobEnd,
  type Line,
  register,
  sceneFile,
  startLine,
  tokensFor,
} from '../support/line.ts';
import { type Answered, type Asker, type Sent, send } from './live.ts';
import { nearly, valuesOf } from './schema-values.ts';

// Every operation of the description, asked for rightly, nearly rightly and wrongly, by everybody: no failure, every refusal a problem
// document that the description announces, nothing of another case. More of it: FUZZ_RUNS=200.

const RUNS = Number(process.env.FUZZ_RUNS ?? 8);

interface Things {
  readonly caseId: string;
  readonly requisitionId: string;
  readonly ids: Readonly<Record<string, string>>;
  readonly procedure: string;
  readonly client: Client;
}

const freshKey = async (): Promise<JWK> => {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  return { ...(await exportJWK(privateKey)), alg: 'EdDSA' };
};

describe('every operation of the description', () => {
  /** Refusals that the description does not announce, each with a request that met it. */
  const undescribed = new Map<string, string>();
  let line: Line;
  let own: Things;
  let foreign: Things;
  let document: Json;
  let operations: readonly {
    readonly key: string;
    readonly method: string;
    readonly path: string;
    readonly said: Json;
  }[];
  let askers: Readonly<Record<string, Asker | undefined>>;

  async function caseOf(procedure: string, piece: string): Promise<Things> {
    const file = await sceneFile(line.folder, 'street');
    const tokens = await tokensFor(line, [await exhibitOf(file, piece, line.captureStartMs, 30)], {
      authorisation: { sub: procedure },
    });
    const { client, caseId } = await register(line, tokens);
    const uploadId = (await client.upload(file, piece)).split('/').at(-1) ?? '';
    const exhibitId = await exhibitIdOf(client, caseId, piece);
    const job = await client.json<JobBody>('POST', `/api/v1/cases/${caseId}/jobs`, { exhibitId });
    await jobEnd(client, caseId, job.id);
    const answer = await client.json<Answer>('POST', `/api/v1/cases/${caseId}/questions`, { version: 1 });
    const hitId = answer.hits[0]?.id ?? '';
    expect(hitId).not.toBe('');
    const { id: exportId } = await client.json<{ id: string }>('POST', `/api/v1/cases/${caseId}/exports`, { hits: [] });
    const ids = { caseId, exhibitId, uploadId, jobId: job.id, questionId: answer.questionId, hitId, exportId };
    return { caseId, requisitionId: tokens.requisitionId, ids, procedure, client };
  }

  beforeAll(async () => {
    line = await startLine();
    own = await caseOf('PV-2026-000001', 'SCELLE-OWN');
    foreign = await caseOf('PV-2026-000002', 'SCELLE-FOREIGN');
    document = (await (await fetch(`${line.gateway.url}/api/v1/openapi.json`)).json()) as Json;
    operations = Object.entries(document.paths as Record<string, Json>).flatMap(([path, item]) =>
      Object.entries(item).map(([method, said]) => ({
        key: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        path,
        said: said as Json,
      })),
    );
    const magistrate = await freshKey();
    const seat = demoHabilitation(Date.now(), await calculateJwkThumbprint(magistrate), {
      training: {},
      iss: 'parquet-demo',
      role: 'procureur_controle',
      jurisdiction: 'TJ-PARIS',
      agent: { id: 'procureur-1', service: 'TJ-PARIS', name_ref: 'ref-1' },
      authority: { role: 'procureur', ref: 'NOM-1' },
    });
    await presentAct(
      line.gateway.url,
      line.installation.agentKey,
      await habilitate(seat, line.installation.magistrateKey),
    );
    const agent = line.installation.agentKey;
    askers = {
      agent: { key: agent, requisitionId: own.requisitionId },
      'agent without a requisition': { key: agent },
      'control role': { key: magistrate },
      stranger: { key: await freshKey(), requisitionId: own.requisitionId },
      nobody: undefined,
    };
  });
  afterAll(async () => {
    await line[Symbol.asyncDispose]();
  });

  const strange = (): fc.Arbitrary<string> =>
    fc.oneof(
      fc.uuid(),
      fc.constantFrom(
        'x',
        '%00',
        '..%2f..',
        own.caseId.toUpperCase(),
        '0',
        '-1',
        '%F0%9F%92%A9',
        'a'.repeat(190),
        '*',
        "'",
      ),
    );

  /** Values for one parameter of a path. */
  const pathValue = (name: string): fc.Arbitrary<string> => {
    const known = own.ids[name];
    const others = foreign.ids[name];
    return fc.oneof(
      ...(known === undefined ? [] : [{ weight: 5, arbitrary: fc.constant(known) }]),
      ...(others === undefined ? [] : [{ weight: 2, arbitrary: fc.constant(others) }]),
      { weight: 2, arbitrary: strange() },
    );
  };

  function requests(path: string, method: string, said: Json): fc.Arbitrary<{ sent: Sent; who: string }> {
    const parameters = said.parameters as Json[];
    const names = parameters.filter((p) => p.in === 'path').map(({ name }) => String(name));
    const pathParts = fc.record(Object.fromEntries(names.map((name) => [name, pathValue(name)])));
    const query = fc.record(
      Object.fromEntries(
        parameters
          .filter((p) => p.in === 'query')
          .map(({ name, schema }) => [String(name), fc.oneof(valuesOf(schema, document), fc.jsonValue())]),
      ),
      { requiredKeys: [] },
    );
    const headers = fc.record(
      Object.fromEntries(
        parameters
          .filter((p) => p.in === 'header')
          .map(({ name, schema }) => [
            String(name),
            fc.oneof(valuesOf(schema, document).map(String), fc.constantFrom('x', '1.0.0', '"a"', '*', '-1', '1e9')),
          ]),
      ),
      { requiredKeys: [] },
    );
    const schema = ((said.requestBody as Json | undefined)?.content as Json | undefined)?.['application/json'] as
      | Json
      | undefined;
    const valid = schema === undefined ? fc.constant({}) : valuesOf(schema.schema, document);
    const mine = valid.map((value) => withIds(value, own.ids));
    const body = fc.oneof(
      { weight: 3, arbitrary: mine.map((value) => JSON.stringify(value)) },
      { weight: 2, arbitrary: nearly(mine).map((value) => JSON.stringify(value)) },
      {
        weight: 1,
        arbitrary: fc.oneof(fc.string(), fc.constantFrom('', '{', 'null', '[]', '{"__proto__":{"a":1}}', '1e999')),
      },
    );
    const type = fc.oneof(
      { weight: 6, arbitrary: fc.constant('application/json') },
      { weight: 1, arbitrary: fc.constantFrom('application/offset+octet-stream', 'image/png', 'text/plain', 'x/y; z') },
    );
    const hasBody = method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS';
    return fc
      .tuple(
        pathParts,
        query,
        headers,
        hasBody ? body : fc.constant(undefined),
        type,
        fc.constantFrom(...Object.keys(askers)),
      )
      .map(([parts, asked, given, text, contentType, who]) => {
        const filled = Object.entries(parts as Record<string, string>).reduce(
          (at, [name, value]) => at.replace(`{${name}}`, value),
          path,
        );
        const search = new URLSearchParams(
          Object.fromEntries(
            Object.entries(asked).map(([name, value]) => [
              name,
              typeof value === 'string' ? value : JSON.stringify(value),
            ]),
          ),
        ).toString();
        const clean = Object.fromEntries(
          Object.entries(given).map(([name, value]) => [name, headerText(value as string)]),
        );
        const sent: Sent = {
          method,
          path: `${filled}${search === '' ? '' : `?${search}`}`,
          headers: { ...clean, ...(text === undefined || text === '' ? {} : { 'content-type': contentType }) },
          ...(text === undefined || text === '' ? {} : { body: text }),
        };
        return { sent, who };
      });
  }

  // What fetch would refuse to send never reaches the gateway.
  const headerText = (value: string): string => value.replaceAll(/[^\x20-\x7e]/g, '').trim();

  function check(key: string, said: Json, answer: Answered, sent: Sent, who: string): void {
    const what = `${key} by ${who}: ${sent.path} ${JSON.stringify(sent.headers)} ${String(sent.body).slice(0, 300)}: ${answer.status} ${answer.text.slice(0, 300)}`;
    const responses = said.responses as Record<string, Json>;
    // Kept by no cache, guessed at by no browser, told to no other site.
    expect(answer.headers.get('cache-control'), what).toBe('no-store');
    expect(answer.headers.get('x-content-type-options'), what).toBe('nosniff');
    expect(answer.headers.get('referrer-policy'), what).toBe('no-referrer');
    if (answer.status < 400) {
      expect(Object.keys(responses), what).toContain(String(answer.status));
      // The list of the cases of a key has both: it designates the same agent in both.
      if (key !== 'GET /api/v1/cases' && who !== 'control role') expectNothingOf(foreign, answer, what);
      return;
    }
    const code = answer.headers.get('differe-code') ?? '';
    expect(isErrorCode(code), what).toBe(true);
    if (!isErrorCode(code)) return;
    expect(ERRORS[code].status, what).toBe(answer.status);
    expect(answer.status === 503 || answer.status < 500, what).toBe(true);
    // A path that the router does not know is no operation.
    if (code !== 'E_ROUTE_ABSENT' && !String(responses[String(answer.status)]?.description).includes(`${code}:`)) {
      undescribed.set(`${key} ${code}`, what);
    }
    if (sent.method === 'HEAD') return;
    expect(answer.headers.get('content-type'), what).toBe('application/problem+json; charset=utf-8');
    expect(answer.json, what).toMatchObject({ code, status: answer.status, type: `urn:differe:error:${code}` });
    expectNothingOf(foreign, answer, what);
  }

  function expectNothingOf(other: Things, answer: Answered, what: string): void {
    for (const id of [...Object.values(other.ids), other.procedure, 'SCELLE-FOREIGN']) {
      if (answer.text.includes(id)) throw new Error(`of another case: ${id}: ${what}`);
    }
  }

  it('PRO-01, SEC-05: no request makes the gateway fail, tell of another case, or refuse in another form than is described', async () => {
    let sentCount = 0;
    for (const { key, method, path, said } of operations) {
      await fc.assert(
        fc.asyncProperty(requests(path, method, said), async ({ sent, who }) => {
          sentCount += 1;
          check(key, said, await send(line.gateway.url, sent, askers[who]), sent, who);
        }),
        { numRuns: RUNS, endOnFailure: true },
      );
    }
    expect(Object.fromEntries(undescribed), 'say them in gateway/interface/operations.ts').toEqual({});
    expect(sentCount).toBeGreaterThanOrEqual(operations.length * RUNS);
  }, 600_000);

  it('PRO-01: what is of another case and what does not exist have one answer', async () => {
    const agent = askers.agent;
    for (const { key, method, path, said } of operations) {
      const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
      const named = names.filter((name) => foreign.ids[name] !== undefined);
      for (const name of named) {
        const answers: Answered[] = [];
        for (const id of [foreign.ids[name] ?? '', randomUUID()]) {
          const filled = names.reduce(
            (at, each) => at.replace(`{${each}}`, each === name ? id : (own.ids[each] ?? randomUUID())),
            path,
          );
          const body = await fc.sample(requests(path, method, said), { numRuns: 1, seed: 7 })[0]?.sent.body;
          const type = body === undefined ? {} : { 'content-type': 'application/json' };
          const tus = path.startsWith('/api/v1/uploads') ? { 'tus-resumable': '1.0.0', 'upload-offset': '0' } : {};
          answers.push(
            await send(
              line.gateway.url,
              { method, path: filled, headers: { ...type, ...tus }, ...(body === undefined ? {} : { body }) },
              agent,
            ),
          );
        }
        const [first, second] = answers.map(comparable);
        expect(first, `${key} with another ${name}`).toEqual(second);
        expect(answers[0]?.status, `${key} with another ${name}`).toBeGreaterThanOrEqual(400);
      }
    }
  }, 120_000);

  it('SEC-11: what is too deep, too long or too much is refused at once, and nobody else waits', async () => {
    const agent = askers.agent;
    const json = { 'content-type': 'application/json' };
    const questions = `/api/v1/cases/${own.caseId}/questions`;
    const deep = `{"version":1,"zone":${'['.repeat(32_000)}${']'.repeat(32_000)}}`;
    const million = JSON.stringify({ version: 1, zone: Array.from({ length: 1_000_000 }, () => ({ x: 0, y: 0 })) });
    // A machine that is slow, or busy with other things, is slow here too: 250 ms are what it takes on an ordinary one.
    const before = performance.now();
    JSON.parse(million);
    const slower = Math.max(1, (performance.now() - before) / 250);
    const wide = JSON.stringify(Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`k${n}`, n])));
    const sent: Sent[] = [
      { method: 'POST', path: questions, headers: json, body: deep },
      { method: 'POST', path: questions, headers: json, body: million },
      { method: 'POST', path: questions, headers: json, body: wide },
      { method: 'POST', path: `/api/v1/cases/${own.caseId}/jobs`, headers: json, body: '['.repeat(3_000_000) },
      { method: 'POST', path: `/api/v1/cases/${own.caseId}/jobs`, headers: json, body: '{"a":'.repeat(500_000) },
      { method: 'POST', path: '/api/v1/acts', headers: json, body: JSON.stringify({ act: 'a.'.repeat(60_000) }) },
      { method: 'GET', path: `/api/v1/cases/${own.caseId}`, headers: { 'accept-language': 'fr,'.repeat(3_000) } },
      { method: 'GET', path: `/api/v1/cases/${own.caseId}`, headers: { 'if-none-match': '"a",'.repeat(3_000) } },
      {
        method: 'GET',
        path: `/api/v1/cases/${own.caseId}/questions/${own.ids.questionId}?cursor=${'a'.repeat(8_000)}`,
      },
    ];
    let slowest = 0;
    let running = true;
    const looking = (async () => {
      while (running) {
        const before = performance.now();
        await (await fetch(`${line.gateway.metricsUrl}/healthz`)).text();
        slowest = Math.max(slowest, performance.now() - before);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    })();
    for (const each of sent) {
      const answer = await send(line.gateway.url, each, agent).catch((error: Error) => error);
      // A body that is over the limit may be cut off while it is sent.
      if (answer instanceof Error) continue;
      expect(answer.ms, `${each.path} ${String(each.body).slice(0, 40)}`).toBeLessThan(2_000 * slower);
      expect(answer.status, `${each.path} ${answer.text}`).toBeLessThan(500);
    }
    running = false;
    await looking;
    expect(slowest).toBeLessThan(1_000 * slower);
  }, 60_000);
});

function comparable({ status, headers, json }: Answered) {
  const told = Object.fromEntries([...headers].filter(([name]) => name !== 'date'));
  return { status, told, json: isRecord(json) ? { ...json, correlationId: '' } : json };
}

/** Ids of the case where a body asks for an id of that name. */
function withIds(value: unknown, ids: Readonly<Record<string, string>>): unknown {
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      ids[name] ?? (name === 'exhibits' ? [ids.exhibitId] : name === 'hits' ? [ids.hitId] : member),
    ]),
  );
}
