import { readFile } from 'node:fs/promises';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { beforeAll, describe, expect, it } from 'vitest';
import { isErrorCode } from '../../gateway/errors.ts';
import { buildInertApp } from '../../gateway/inert-app.ts';
import { TYPES_FILE } from '../../gateway/interface/command.ts';
import { isRecord, type Json } from '../../gateway/interface/components.ts';
import { pathOf } from '../../gateway/interface/document.ts';
import { OPERATIONS } from '../../gateway/interface/operations.ts';
import { typesOf } from '../../gateway/interface/typescript.ts';

// The description says what the routes do, whole and in the form that OpenAPI 3.1 asks for. A route that is added here without a row in
// gateway/interface/operations.ts, or without `differe api types` afterwards, fails.

interface Operation {
  readonly key: string;
  readonly path: string;
  readonly method: string;
  readonly operation: Json;
}

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

// The objects of OpenAPI 3.1.1, as far as this document may use them: nothing unknown, and what must be there is there.
const strict = { additionalProperties: false };
const schema = Type.Record(Type.String(), Type.Unknown());
const header = Type.Object({ description: Type.String(), schema }, strict);
const headers = Type.Optional(Type.Record(Type.String({ pattern: '^[A-Za-z][A-Za-z-]+$' }), header));
const example = Type.Object({ value: Type.Unknown(), summary: Type.Optional(Type.String()) }, strict);
const content = Type.Record(
  Type.String({ pattern: '^[a-z]+/[a-z0-9.+-]+$' }),
  Type.Object({ schema, examples: Type.Optional(Type.Record(Type.String(), example)) }, strict),
);
const parameter = Type.Object(
  {
    name: Type.String({ minLength: 1 }),
    in: Type.Enum(['query', 'header', 'path']),
    required: Type.Boolean(),
    description: Type.String({ minLength: 3 }),
    schema,
    example: Type.Optional(Type.Unknown()),
  },
  strict,
);
const operation = Type.Object(
  {
    operationId: Type.String({ pattern: '^[a-z][A-Za-z]+$' }),
    summary: Type.String({ minLength: 5 }),
    description: Type.String({ minLength: 10 }),
    tags: Type.Array(Type.String(), { minItems: 1, maxItems: 1 }),
    parameters: Type.Array(parameter),
    requestBody: Type.Optional(Type.Object({ required: Type.Boolean(), content }, strict)),
    responses: Type.Record(
      Type.String({ pattern: '^[2-5]\\d\\d$' }),
      Type.Object({ description: Type.String({ minLength: 3 }), headers, content: Type.Optional(content) }, strict),
    ),
    security: Type.Array(Type.Record(Type.String(), Type.Array(Type.String()))),
    'x-action': Type.String(),
  },
  strict,
);
const openapi = Compile(
  Type.Object(
    {
      openapi: Type.String({ pattern: '^3\\.1\\.\\d$' }),
      info: Type.Object({ title: Type.String(), version: Type.String(), description: Type.String() }, strict),
      tags: Type.Array(Type.Object({ name: Type.String(), description: Type.Optional(Type.String()) }, strict)),
      components: Type.Object(
        {
          schemas: Type.Record(Type.String({ pattern: '^[A-Za-z0-9._-]+$' }), schema),
          securitySchemes: Type.Record(Type.String(), Type.Record(Type.String(), Type.String())),
        },
        strict,
      ),
      paths: Type.Record(
        Type.String({ pattern: '^/' }),
        Type.Object(Object.fromEntries(METHODS.map((method) => [method, Type.Optional(operation)])), strict),
      ),
    },
    strict,
  ),
);

let document: Json;
let operations: readonly Operation[];
let routes: readonly string[];
beforeAll(async () => {
  const app = await buildInertApp('0');
  document = JSON.parse(JSON.stringify(app.describe())) as Json;
  routes = app.routeList.map((route) => route.split(' ').slice(0, 2).join(' '));
  await app.close();
  operations = Object.entries(document.paths as Record<string, Json>).flatMap(([path, item]) =>
    Object.entries(item).map(([method, each]) => ({
      key: `${method.toUpperCase()} ${path}`,
      path,
      method,
      operation: each as Json,
    })),
  );
});

function* nodesOf(value: unknown, at = ''): Generator<{ readonly at: string; readonly node: Json }> {
  if (Array.isArray(value)) for (const [n, item] of value.entries()) yield* nodesOf(item, `${at}/${n}`);
  if (!isRecord(value)) return;
  yield { at, node: value };
  for (const [name, member] of Object.entries(value)) {
    if (!name.startsWith('example')) yield* nodesOf(member, `${at}/${name}`);
  }
}

describe('the description of the API', () => {
  it('names every route of the application, and no other', () => {
    const api = routes.filter((route) => route.includes(' /api/'));
    expect(api.length).toBeGreaterThan(35);
    expect(
      api.filter((route) => OPERATIONS[route] === undefined),
      'routes without a row in gateway/interface/operations.ts',
    ).toEqual([]);
    expect(
      Object.keys(OPERATIONS).filter((key) => !api.includes(key)),
      'rows without a route',
    ).toEqual([]);
    expect(operations.map(({ key }) => key).sort()).toEqual(api.map(pathOf).sort());
  });

  it('is a document of OpenAPI 3.1', () => {
    expect([...openapi.Errors(document)].map((error) => [error.instancePath, error.message])).toEqual([]);
    for (const { key, path, operation: each } of operations) {
      const parameters = each.parameters as Json[];
      const inPath = parameters.filter((one) => one.in === 'path').map(({ name }) => name);
      expect(inPath.sort(), key).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort());
      for (const one of parameters.filter((p) => p.in === 'path')) expect(one.required, key).toBe(true);
      expect(new Set(parameters.map((one) => `${one.in} ${one.name}`)).size, key).toBe(parameters.length);
    }
    const ids = operations.map(({ operation: each }) => each.operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('refers to nothing that is not there, and has no schema that nothing refers to', () => {
    const schemas = Object.keys((document.components as Json).schemas as Json).map(
      (name) => `#/components/schemas/${name}`,
    );
    const named = [...nodesOf(document)].flatMap(({ node }) => (typeof node.$ref === 'string' ? [node.$ref] : []));
    expect([...new Set(named)].sort()).toEqual(schemas.sort());
    const schemes = Object.keys((document.components as Json).securitySchemes as Json);
    for (const { key, operation: each } of operations) {
      for (const need of each.security as Json[]) {
        for (const name of Object.keys(need)) expect(schemes, key).toContain(name);
      }
    }
  });

  it('has a name for every body and every answer that is an object', () => {
    for (const { at, node } of nodesOf(document.paths)) {
      if (!at.endsWith('/schema') || at.includes('problem+json')) continue;
      if (/\/parameters\/|\/headers\//.test(at)) continue;
      expect(node.properties, at).toBeUndefined();
    }
  });

  it('says of every number what it counts, and in which unit', () => {
    const bare = [...nodesOf(document)].flatMap(({ at, node }) =>
      isRecord(node.properties)
        ? Object.entries(node.properties)
            .filter(([, member]) => isRecord(member) && ['number', 'integer'].includes(String(member.type)))
            .filter(([, member]) => typeof (member as Json).description !== 'string')
            .map(([name]) => `${at}/${name}`)
        : [],
    );
    expect(bare, 'describe them in the schema or in gateway/interface/properties.ts').toEqual([]);
  });

  it('gives every refusal as a problem document with codes of the table that have its status', () => {
    for (const { key, operation: each } of operations) {
      const responses = each.responses as Record<string, Json>;
      expect(
        Object.keys(responses).some((status) => status.startsWith('2')),
        key,
      ).toBe(true);
      for (const [status, response] of Object.entries(responses)) {
        if (Number(status) < 400) continue;
        const codes = [...String(response.description).matchAll(/\bE_[A-Z_]+/g)].map(([code]) => code);
        expect(codes.length, `${key} ${status}`).toBeGreaterThan(0);
        expect(codes.every(isErrorCode), `${key} ${status}`).toBe(true);
        if (!key.startsWith('HEAD'))
          expect(Object.keys(response.content as Json)).toEqual(['application/problem+json']);
      }
      expect(responses['429'], key).toBeDefined();
    }
  });

  it('the committed types are those of the description: after a change `differe api types`', async () => {
    expect(await readFile(TYPES_FILE, 'utf8')).toBe(typesOf(document));
  });
});
