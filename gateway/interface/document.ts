import { ERRORS, type ErrorCode } from '../errors.ts';
import { FAULT_PARTS, FAULT_RULES, MOST_FAULTS } from '../faults.ts';
import { ACTIONS, type Action, reachOf } from '../policy/types.ts';
import { isRecord, type Json, nameComponents } from './components.ts';
import { ANSWERS, BODIES, EXAMPLE_IDS } from './examples.ts';
import { HEADERS, REQUIRED_OF } from './headers.ts';
import { OPERATIONS, type OperationText } from './operations.ts';
import { NUMBERS, PROPERTIES } from './properties.ts';
import { byStatus, codesOfStatus, commonRefusals } from './refusals.ts';

/** A route as it was registered. */
export interface ApiRoute {
  readonly method: string;
  /** As fastify has it, parameters behind a colon. */
  readonly url: string;
  readonly action: Action;
  readonly hasTag: boolean;
  readonly isIdempotent: boolean;
  readonly isConditional: boolean;
}

const STATUS: Readonly<Record<string, string>> = {
  200: 'Done. / Fait.',
  201: 'Made. / Créé.',
  202: 'Taken on; it goes on in the background. / Pris en charge.',
  204: 'Done; there is nothing to show. / Fait.',
  206: 'The range that was asked for. / La plage demandée.',
  304: 'What the client holds still holds. / Inchangé.',
};

/** Name of the path as OpenAPI has it: `:caseId` is `{caseId}`, the rest of a path is `{path}`. */
export const pathOf = (url: string): string => url.replaceAll(/:(\w+)/g, '{$1}').replace(/\*$/, '{path}');

export const keyOf = ({ method, url }: Pick<ApiRoute, 'method' | 'url'>): string => `${method} ${url}`;

/**
 * The description of the API: what the framework reads off the schemas of the routes, with what it cannot know: titles, codes of
 * refusals, headers, media types, security, and a name for every schema that has one.
 */
export function describeApi(read: unknown, routes: readonly ApiRoute[]): Json {
  const document = structuredClone(read) as Json;
  const found = document.paths as Record<string, Record<string, Json>>;
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes) {
    if (!route.url.startsWith('/api/')) continue;
    const framework = found[pathOf(route.url).replace('{path}', '{*}')]?.[route.method.toLowerCase()] ?? {};
    const path = pathOf(route.url);
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route, framework) };
  }
  document.paths = paths;
  document.tags = [...new Set(Object.values(OPERATIONS).map(({ room }) => room))].map((name) => ({ name }));
  delete document.security;
  const components = document.components as Json;
  components.schemas = { Problem: PROBLEM, ...(components.schemas as Json) };
  components.securitySchemes = SECURITY;
  return nameComponents(describeProperties(document));
}

function operationOf(route: ApiRoute, framework: Json): Json {
  const text: OperationText = OPERATIONS[keyOf(route)] ?? unnamed(route);
  return {
    operationId: text.id,
    summary: text.title,
    description: text.text,
    tags: [text.room],
    parameters: parametersOf(route, framework, text),
    ...bodyOf(framework, text),
    responses: responsesOf(route, framework, text),
    security: securityOf(route.action),
    'x-action': route.action,
  };
}

/** What stands for a route that has no row yet: the gateway starts, and the test names it. */
const unnamed = ({ method, url }: ApiRoute): OperationText => ({
  id: `${method.toLowerCase()}${pathOf(url)
    .replaceAll(/[^A-Za-z]+(\w)/g, (_, letter: string) => letter.toUpperCase())
    .replaceAll(/\W/g, '')}`,
  title: '',
  text: '',
  room: '',
});

function parametersOf(route: ApiRoute, framework: Json, text: OperationText): Json[] {
  const given = ((framework.parameters ?? []) as Json[]).filter(({ name }) => name !== '*');
  const path: Json[] = route.url.endsWith('*')
    ? [{ name: 'path', in: 'path', required: true, schema: { type: 'string' } }]
    : [];
  const asked = [
    ...(text.asks ?? []),
    ...(route.isIdempotent ? ['idempotency-key'] : []),
    ...(route.hasTag ? ['if-none-match'] : []),
    ...(route.isConditional ? ['if-match'] : []),
  ];
  return [...given, ...path]
    .map(
      (parameter): Json => ({
        ...parameter,
        description: parameter.description ?? PROPERTIES[String(parameter.name)] ?? '',
        ...exampleOf(String(parameter.name)),
      }),
    )
    .concat(
      asked.map((name) => ({
        name: HEADERS[name]?.name ?? name,
        in: 'header',
        required: REQUIRED_OF[text.id]?.includes(name) ?? false,
        description: HEADERS[name]?.text ?? '',
        schema: (HEADERS[name]?.schema ?? {}) as Json,
      })),
    );
}

const exampleOf = (name: string): Json => {
  const value = (EXAMPLE_IDS as Readonly<Record<string, string>>)[name];
  return value === undefined ? {} : { example: value };
};

function bodyOf(framework: Json, text: OperationText): Json {
  if (text.body !== undefined) {
    // Bytes: a schema without a type says that they are not JSON.
    return { requestBody: { required: text.id === 'sendBytes', content: { [text.body]: { schema: {} } } } };
  }
  const body = framework.requestBody;
  if (!isRecord(body) || !isRecord(body.content)) return {};
  const content = body.content['application/json'] as Json;
  const schema = titled(content.schema as Json, text.takes ?? `${pascal(text.id)}Request`);
  const bodies = BODIES[text.id];
  const shown = bodies === undefined ? {} : { examples: bodies as unknown as Json };
  return { requestBody: { ...body, content: { 'application/json': { schema, ...shown } } } };
}

function responsesOf(route: ApiRoute, framework: Json, text: OperationText): Json {
  const answered: Record<string, Json> = {};
  const headers = [...(text.answers ?? []), ...(route.hasTag ? ['etag'] : [])];
  for (const [status, response] of Object.entries((framework.responses ?? {}) as Record<string, Json>)) {
    if (text.room === 'footage' && route.url.startsWith('/api/v1/uploads') && !tusAnswers(route).includes(status))
      continue;
    answered[status] = {
      description: STATUS[status] ?? '',
      ...(headers.length === 0 ? {} : { headers: headersOf(headers) }),
      ...contentOf(response, status, text),
    };
  }
  if (route.hasTag) answered['304'] = { description: STATUS['304'] ?? '', headers: headersOf(['etag']) };
  const codes: ErrorCode[] = [...commonRefusals(route.action), ...(text.refusals ?? [])];
  if (route.isIdempotent) codes.push('E_IDEMPOTENCY_KEY', 'E_IDEMPOTENCY_REUSED', 'E_IDEMPOTENCY_BUSY');
  if (route.isConditional) codes.push('E_CHANGED');
  for (const [status, listed] of byStatus(codes)) {
    answered[String(status)] = problemOf(listed, status, route.method === 'HEAD');
  }
  return answered;
}

// What a tus answer is depends on the method alone; the framework knows all three.
const tusAnswers = ({ method }: ApiRoute): readonly string[] =>
  method === 'POST' ? ['201'] : method === 'HEAD' ? ['200'] : ['204'];

function contentOf(response: Json, status: string, text: OperationText): Json {
  const types = text.media?.[status];
  const content = response.content as Record<string, Json> | undefined;
  if (types === undefined && content === undefined) return {};
  const schema = content?.['application/json']?.schema as Json | undefined;
  const answer = ANSWERS[text.id];
  const shown = answer?.status === Number(status) ? { examples: { answer: { value: answer.body as Json } } } : {};
  const mediaTypes = types ?? ['application/json'];
  return {
    content: Object.fromEntries(
      mediaTypes.map((type) => [
        type,
        { schema: schemaOf(type, schema, text), ...(type === mediaTypes[0] ? shown : {}) },
      ]),
    ),
  };
}

function schemaOf(type: string, schema: Json | undefined, text: OperationText): Json {
  if (/^(image|video)\/|octet-stream|pdf$/.test(type)) return {};
  if (/^text\/|ndjson$/.test(type)) return { type: 'string' };
  if (schema?.type === 'string' || schema?.format === 'binary') return {};
  return titled(schema ?? {}, text.gives ?? `${pascal(text.id)}Answer`);
}

const headersOf = (names: readonly string[]): Json =>
  Object.fromEntries(
    names.map((name) => [
      HEADERS[name]?.name ?? name,
      { description: HEADERS[name]?.text ?? '', schema: (HEADERS[name]?.schema ?? {}) as Json },
    ]),
  );

function problemOf(codes: readonly ErrorCode[], status: number, isHead: boolean): Json {
  const description = codes.map((code) => `${code}: ${ERRORS[code].en}`).join('\n\n');
  const saysWhen = codes.includes('E_RATE') || codes.includes('E_BUSY');
  const headers = saysWhen ? ['differe-code', 'retry-after'] : ['differe-code'];
  if (isHead) return { description, headers: headersOf(headers) };
  // What is the same wherever it stands has a name.
  const isWhole = codes.length === codesOfStatus(status).length;
  const title = isWhole ? { 429: 'TooManyRequests', 500: 'InternalProblem', 503: 'StoppedProblem' }[status] : undefined;
  const schema = {
    ...(title === undefined ? {} : { title }),
    allOf: [
      { $ref: '#/components/schemas/Problem' },
      { type: 'object', required: ['code'], properties: { code: { type: 'string', enum: [...codes] } } },
    ],
  };
  return { description, headers: headersOf(headers), content: { 'application/problem+json': { schema } } };
}

const PROBLEM: Json = {
  type: 'object',
  description:
    'RFC 9457 problem document: a code, its fixed sentence, and the places of what was sent that can be mended; no value of the request or of the case.',
  required: ['type', 'title', 'status', 'code', 'detail', 'correlationId'],
  properties: {
    type: { type: 'string', description: 'urn:differe:error: and the code.' },
    title: { type: 'string', description: 'Of the status, in French or English.' },
    status: { type: 'integer', description: 'HTTP status.' },
    code: { type: 'string', description: 'Code of the closed table of refusals.' },
    detail: { type: 'string', description: 'The one sentence of the code, French unless English is preferred.' },
    correlationId: { type: 'string', description: 'Id of this answer, to ask the operator about.' },
    errors: {
      type: 'array',
      maxItems: MOST_FAULTS,
      description: 'What is wrong, place by place, where whoever sent it can mend it.',
      items: {
        type: 'object',
        required: ['in', 'pointer', 'rule', 'expected', 'detail'],
        properties: {
          in: {
            type: 'string',
            enum: [...FAULT_PARTS],
            description: 'Part of the request, claims of the signed act, or the requisition that the request names.',
          },
          pointer: { type: 'string', description: 'JSON pointer (RFC 6901) into that part; empty for all of it.' },
          rule: { type: 'string', enum: Object.keys(FAULT_RULES), description: 'Rule that does not hold there.' },
          expected: { type: 'array', items: { type: 'string' }, description: 'What would have held; may be empty.' },
          detail: { type: 'string', description: 'The same as a sentence, in the language of the answer.' },
        },
        additionalProperties: false,
      },
    },
  },
  additionalProperties: false,
};

const SECURITY: Json = {
  proof: {
    type: 'apiKey',
    in: 'header',
    name: 'DPoP',
    description:
      'Proof of possession (RFC 9449) by the Ed25519 key of whoever asks: typ dpop+jwt, alg EdDSA, claims htm, htu, iat (60 s) and a new jti for each request; with Authorization also ath, the SHA-256 of the requisition id.',
  },
  requisition: {
    type: 'http',
    scheme: 'DPoP',
    description:
      '`Authorization: DPoP <id of the requisition on record>`. The id alone is worth nothing without the proof. A magistrate may leave it out: the URL names the case.',
  },
};

function securityOf(action: Action): Json[] {
  switch (reachOf(action)) {
    case 'public':
      return [];
    case 'presenting':
      return [{ proof: [] }, {}];
    case 'ownCases':
    case 'installation':
      return [{ proof: [] }];
    case 'case':
      return ACTIONS[action].kind === 'consultation'
        ? [{ requisition: [], proof: [] }, { proof: [] }]
        : [{ requisition: [], proof: [] }];
  }
}

const pascal = (id: string): string => id.charAt(0).toUpperCase() + id.slice(1);
const titled = (schema: Json, title: string): Json =>
  isRecord(schema) && schema.title === undefined ? { title, ...schema } : schema;

/** Puts the description that a name has everywhere onto properties that bring none. */
function describeProperties(value: Json): Json {
  const walk = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(walk);
    if (!isRecord(node)) return node;
    return Object.fromEntries(
      Object.entries(node).map(([name, member]) => [name, name === 'properties' ? named(member) : walk(member)]),
    );
  };
  const named = (properties: unknown): unknown => {
    if (!isRecord(properties)) return properties;
    return Object.fromEntries(
      Object.entries(properties).map(([name, schema]) => {
        const walked = walk(schema);
        const isNumber = isRecord(walked) && ['integer', 'number'].includes(String(walked.type));
        const description = PROPERTIES[name] ?? (isNumber ? NUMBERS[name] : undefined);
        if (description === undefined || !isRecord(walked) || walked.description !== undefined) return [name, walked];
        return [name, { ...walked, description }];
      }),
    );
  };
  return walk(value) as Json;
}
