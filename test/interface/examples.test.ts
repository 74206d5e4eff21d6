import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seatProsecutor } from '../../gateway/demo/habilitation.ts';
import { presentFirstActs } from '../../gateway/demo/installation.ts';
import { demoRevocationList } from '../../gateway/demo/requisition.ts';
import type { ApiClient } from '../../gateway/interface/client.ts';
import { isRecord, type Json } from '../../gateway/interface/components.ts';
import { ANSWERS, BODIES, EXAMPLE_IDS, EXAMPLE_TOKENS } from '../../gateway/interface/examples.ts';
import { REVOCATION_LIST_TYP } from '../../gateway/requisition/revocation-list.ts';
import type { Answer } from '../../gateway/search/types.ts';
import { signClaims } from '../../gateway/trust/sign.ts';
import {
  apiOf,
  clientOf,
  exhibitIdOf,
  exhibitOf,
  jobEnd,
  type Line,
  sceneFile,
  startLine,
  tokensFor,
} from '../support/line.ts';

// Every body of the description is sent to a real gateway as it stands, with ids and signed texts of a real case in the place of its own, by
// the typed client. Answers have the form that the description says, and so have those that it shows. DIFFERE_TEST_EXAMPLES=write keeps
// what came as the answers that the description shows.

const ANSWERS_FILE = path.join(import.meta.dirname, '../../gateway/interface/answers.json');
const isWriting = process.env.DIFFERE_TEST_EXAMPLES === 'write';

/** Operations whose answers need what this story has not: an order, an erasure, a request of a person, a year that is over. */
const NOT_SHOWN = ['finishOrder', 'readErasure', 'readTransparency', 'cancelJob', 'readDescription', 'readExportFile'];

interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly said: Json;
}

const json = (said: Json): Json | undefined => {
  const content = isRecord(said.content) ? said.content['application/json'] : undefined;
  return isRecord(content) ? content : undefined;
};

describe('the examples of the description', () => {
  let line: Line;
  let document: Json;
  let operations: readonly Operation[];
  let agent: ApiClient;
  let control: ApiClient;
  /** Live values by what stands for them in examples. */
  const live = new Map<string, string>();
  const came: Record<string, { status: number; body: unknown }> = {};

  const inPlace = (text: string): string => {
    let result = text;
    for (const [example, real] of live) result = result.replaceAll(example, real);
    return result;
  };
  const operation = (id: string): Operation => {
    const found = operations.find((each) => each.id === id);
    if (found === undefined) throw new Error(`no operation ${id}`);
    return found;
  };
  /** Sends an operation as the description has it, ids in its path replaced. */
  async function sent(client: ApiClient, { method, path: route }: Operation, body?: unknown) {
    const names = [...route.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
    const ids = names.map((name) => [name, inPlace(EXAMPLE_IDS[name as keyof typeof EXAMPLE_IDS] ?? name)]);
    const { data, error, response } = await client.request(
      method.toLowerCase() as 'get',
      route as '/api/v1/cases',
      {
        params: { path: Object.fromEntries(ids) },
        ...(body === undefined ? {} : { body }),
        parseAs: 'text',
      } as never,
    );
    const isJson = response.headers.get('content-type')?.includes('application/json') ?? false;
    return { status: response.status, body: isJson ? (JSON.parse(String(data)) as unknown) : (data ?? error) };
  }
  /** Each body that the description shows for an operation, in turn; the first answer stands for it. */
  async function show(id: string, client: ApiClient): Promise<readonly unknown[]> {
    const shown = json((operation(id).said.requestBody ?? {}) as Json)?.examples;
    if (!isRecord(shown)) throw new Error(`no example of ${id}`);
    const answers: unknown[] = [];
    for (const [name, example] of Object.entries(shown)) {
      const body: unknown = JSON.parse(inPlace(JSON.stringify((example as Json).value)));
      const answer = await sent(client, operation(id), body);
      expect(answer.status, `${id} ${name}: ${JSON.stringify(answer.body)}`).toBeLessThan(300);
      came[id] ??= answer;
      answers.push(answer.body);
    }
    return answers;
  }

  beforeAll(async () => {
    line = await startLine();
    const { installation } = line;
    const described = await fetch(`${line.gateway.url}/api/v1/openapi.json`);
    document = (await described.json()) as Json;
    operations = Object.entries(document.paths as Record<string, Json>).flatMap(([route, item]) =>
      Object.entries(item).map(([method, said]) => ({
        id: String((said as Json).operationId),
        method: method.toUpperCase(),
        path: route,
        said: said as Json,
      })),
    );
    await presentFirstActs(installation, line.gateway.url);
    const file = await sceneFile(line.folder, 'street');
    const other = await sceneFile(line.folder, 'street', '.mkv');
    const tokens = await tokensFor(line, [
      await exhibitOf(file, 'SCELLE-1', line.captureStartMs, 30),
      await exhibitOf(other, 'SCELLE-2', line.captureStartMs + 60_000, 30),
    ]);
    const list = demoRevocationList(Date.now(), 2);
    live.set(EXAMPLE_TOKENS.act, await signClaims(list, REVOCATION_LIST_TYP, installation.magistrateKey));
    live.set(EXAMPLE_TOKENS.authorisation, tokens.authorisation);
    live.set(EXAMPLE_TOKENS.schedule, tokens.schedule);
    live.set(EXAMPLE_IDS.requisitionId, tokens.requisitionId);
    const bare = await apiOf(line);
    await show('presentAct', bare);
    const [requisition] = await show('presentRequisition', bare);
    const { caseId } = requisition as { caseId: string };
    live.set(EXAMPLE_IDS.caseId, caseId);
    agent = await apiOf(line, tokens.requisitionId);
    control = await apiOf(line, undefined, await seatProsecutor(installation, line.gateway.url));
    const depositor = clientOf(line, tokens.requisitionId);
    for (const [piece, from, example] of [
      ['SCELLE-1', file, EXAMPLE_IDS.exhibitId],
      ['SCELLE-2', other, EXAMPLE_IDS.otherExhibitId],
    ] as const) {
      await depositor.upload(from, piece);
      live.set(example, await exhibitIdOf(depositor, caseId, piece));
    }
    const [job] = await show('startJob', agent);
    live.set(EXAMPLE_IDS.jobId, (job as { id: string }).id);
    await jobEnd(depositor, caseId, (job as { id: string }).id);
    // The hit that other questions are about comes from the first.
    const { data } = await agent.POST('/api/v1/cases/{caseId}/questions', {
      params: { path: { caseId } },
      body: { version: 1 },
    });
    live.set(EXAMPLE_IDS.hitId, data?.hits[0]?.id ?? '');
  }, 240_000);
  afterAll(async () => {
    await line?.[Symbol.asyncDispose]();
  });

  it('every operation with a body shows one, and nothing is shown of an operation that is not there', () => {
    const ids = operations.map(({ id }) => id);
    expect(Object.keys(BODIES).filter((id) => !ids.includes(id))).toEqual([]);
    const bare = operations.filter(({ id, said }) => {
      const body = json((said.requestBody ?? {}) as Json);
      return body !== undefined && BODIES[id] === undefined;
    });
    expect(bare.map(({ id }) => id)).toEqual([]);
  });

  it('are taken as they stand: questions, verdict, reveal, ticket, export', async () => {
    const answers = (await show('askQuestion', agent)) as readonly Answer[];
    expect(answers.map(({ inEnglish }) => inEnglish)).toEqual([
      expect.stringContaining('Cars'),
      expect.stringContaining('red'),
      expect.stringContaining('leaving out'),
      expect.stringContaining('300 s after the named hit'),
      expect.stringContaining('without saying that it is the same'),
    ]);
    live.set(EXAMPLE_IDS.questionId, answers[0]?.questionId ?? '');
    const { hitId, caseId } = EXAMPLE_IDS;
    const still = await agent.GET('/api/v1/cases/{caseId}/hits/{hitId}/still', {
      params: { path: { caseId: inPlace(caseId), hitId: inPlace(hitId) } },
      parseAs: 'arrayBuffer',
    });
    expect(still.response.status).toBe(200);
    for (const id of ['reviewHit', 'revealHit', 'issueMediaTicket', 'issueExhibitTicket']) await show(id, agent);
    const [made] = await show('startExport', agent);
    live.set(EXAMPLE_IDS.exportId, (made as { id: string }).id);
  });

  it('the answers that the description shows are those of a gateway', async () => {
    for (const each of operations) {
      const answer = json(((each.said.responses as Json)['200'] ?? {}) as Json);
      const isAsked = each.method === 'GET' && answer !== undefined && !NOT_SHOWN.includes(each.id);
      const isKnown = [...each.path.matchAll(/\{(\w+)\}/g)].every(([, name = '']) => name in EXAMPLE_IDS);
      if (!isAsked || !isKnown) continue;
      let got = await sent(agent, each);
      if (got.status === 403) got = await sent(control, each);
      if (got.status === 200 && isRecord(got.body)) came[each.id] = got;
    }
    if (isWriting) {
      const shown = Object.fromEntries(
        Object.entries(came)
          // A result is a sealed document with words of its own, which are none of the description (FACE-09).
          .filter(([id, { body }]) => id !== 'readResult' && isRecord(body))
          .toSorted(([a], [b]) => (a < b ? -1 : 1))
          .map(([id, { status, body }]) => [id, { status, body: shortened(body) }]),
      );
      await writeFile(ANSWERS_FILE, `${anonymous(JSON.stringify(shown, null, 2))}\n`);
    }
    expect(Object.keys(came).length).toBeGreaterThan(20);
    const wrong = Object.entries(came).flatMap(([id, { status, body }]) => {
      const schema = json((operation(id).said.responses as Record<string, Json>)[String(status)] ?? {})?.schema;
      const shown = ANSWERS[id];
      return [
        ...faults(schema, body, `${id} came`),
        ...(isWriting || !isRecord(body)
          ? []
          : shown === undefined
            ? // Of an operation with a body the answer is shown, of others the main ones.
              BODIES[id] === undefined
              ? []
              : [`${id}: no answer is shown`]
            : shown.status === status
              ? faults(schema, shown.body, `${id} shown`)
              : [`${id}: an answer of ${shown.status} is shown`]),
      ];
    });
    expect(wrong, 'DIFFERE_TEST_EXAMPLES=write writes the answers anew').toEqual([]);
  });

  it('every list goes on by its cursor: pages of one give what the whole gives', async () => {
    const lists = operations.filter(({ said }) => {
      const query = ((said.parameters ?? []) as readonly Json[]).filter((one) => one.in === 'query');
      return query.map(({ name }) => name).join() === 'limit,cursor';
    });
    expect(lists.map(({ id }) => id).sort()).toEqual(
      expect.arrayContaining([
        'listCases',
        'listExhibits',
        'listExports',
        'listJobs',
        'listQuestions',
        'listRequisitions',
      ]),
    );
    for (const each of lists) {
      const read = async (query: object) => {
        const by = each.id === 'listErasures' ? control : agent;
        const { data, response } = await by.GET(
          each.path as '/api/v1/cases',
          {
            params: { path: { caseId: inPlace(EXAMPLE_IDS.caseId) }, query },
          } as never,
        );
        expect(response.status, each.id).toBe(200);
        const { nextCursor, ...said } = data as unknown as { nextCursor?: string };
        // One list; what else the answer says is not of any page.
        const [items = [], ...more] = Object.values(said).filter((member) => Array.isArray(member));
        expect(more, each.id).toEqual([]);
        return { items: items as { id?: string }[], nextCursor };
      };
      const whole = await read({});
      const single: { id?: string }[] = [];
      let cursor: string | undefined;
      do {
        const page = await read({ limit: 1, ...(cursor === undefined ? {} : { cursor }) });
        expect(page.items.length, each.id).toBeLessThanOrEqual(1);
        single.push(...page.items);
        cursor = page.nextCursor;
      } while (cursor !== undefined);
      expect(single, each.id).toEqual(whole.items);
      expect(whole.nextCursor, each.id).toBeUndefined();
    }
    const wrong = await agent.GET('/api/v1/cases/{caseId}/exhibits', {
      params: { path: { caseId: inPlace(EXAMPLE_IDS.caseId) }, query: { cursor: 'bm90IG9uZQ' } },
    });
    expect(wrong.error).toMatchObject({ code: 'E_CURSOR' });
  });

  /** What of a value is not as its schema says: members that are missing or unknown, and other types. */
  function faults(schema: unknown, value: unknown, at: string): readonly string[] {
    if (!isRecord(schema)) return [];
    if (typeof schema.$ref === 'string') {
      const name = schema.$ref.split('/').at(-1) ?? '';
      return faults(((document.components as Json).schemas as Json)[name], value, at);
    }
    const options = [schema.anyOf, schema.oneOf].find(Array.isArray);
    if (options !== undefined) {
      const tried = options.map((option) => faults(option, value, at));
      return tried.find((found) => found.length === 0) ?? tried[0] ?? [];
    }
    if (Array.isArray(value)) {
      return schema.type === 'array'
        ? value.flatMap((item, n) => faults(schema.items, item, `${at}/${n}`))
        : [`${at} is a list`];
    }
    if (isRecord(value)) {
      const properties = (schema.properties ?? {}) as Json;
      const required = (schema.required ?? []) as readonly string[];
      return [
        ...required.filter((name) => !(name in value)).map((name) => `${at}/${name} is missing`),
        ...Object.entries(value).flatMap(([name, member]) =>
          name in properties || schema.properties === undefined
            ? faults(properties[name], member, `${at}/${name}`)
            : [`${at}/${name} is unknown`],
        ),
      ];
    }
    const types = [schema.type].flat().filter((type) => type !== undefined);
    const type = value === null ? 'null' : typeof value;
    const isRight = types.length === 0 || types.includes(type) || (type === 'number' && types.includes('integer'));
    return isRight ? [] : [`${at} is ${type}`];
  }

  /** Lists are shown by their first member, long texts by their beginning. */
  function shortened(value: unknown): unknown {
    if (Array.isArray(value)) return value.slice(0, 1).map(shortened);
    if (typeof value === 'string') return value.length > 240 ? `${value.slice(0, 40)}…` : value;
    if (!isRecord(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shortened(member)]));
  }

  /** Live ids become those of the examples; no other id, key, address or folder of this run stays. */
  function anonymous(text: string): string {
    let result = text;
    for (const [example, real] of live) result = result.replaceAll(real, example);
    const others = new Map<string, string>();
    return result
      .replaceAll(line.gateway.url, 'https://differe.example')
      .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, (id) => {
        if (id.startsWith('0198a000-')) return id;
        const known = others.get(id) ?? `0198a000-0000-4000-8000-${String(others.size + 1).padStart(12, '0')}`;
        others.set(id, known);
        return known;
      });
  }
});
