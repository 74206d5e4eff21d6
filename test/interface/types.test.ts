import { describe, expect, it } from 'vitest';
import { nameComponents } from '../../gateway/interface/components.ts';
import { typeOf, typesOf } from '../../gateway/interface/typescript.ts';

describe('TypeScript of a JSON Schema', () => {
  it.each([
    [{ type: 'string' }, 'string'],
    [{ type: ['string', 'null'] }, 'string | null'],
    [{ type: 'integer', minimum: 0 }, 'number'],
    [{ enum: ['a', 'b'] }, "'a' | 'b'"],
    [{ const: "it's" }, "'it\\'s'"],
    [{ anyOf: [{ const: 'a' }, { type: 'null' }] }, "'a' | null"],
    [{ type: 'array', items: { anyOf: [{ const: 'a' }, { const: 'b' }] } }, "('a' | 'b')[]"],
    [{ type: 'array', items: { $ref: '#/components/schemas/Hit' } }, "components['schemas']['Hit'][]"],
    [{ type: 'object', additionalProperties: { type: 'number' } }, '{\n  [name: string]: number;\n}'],
    [{ type: 'object', additionalProperties: false }, 'Record<string, never>'],
    [
      { type: 'object', required: ['a'], properties: { a: { type: 'string' }, 'b-c': {} } },
      "{\n  a: string;\n  'b-c'?: unknown;\n}",
    ],
    [{ allOf: [{ $ref: '#/x/A' }, { anyOf: [{ const: 1 }, { const: 2 }] }] }, "components['schemas']['A'] & (1 | 2)"],
    [{}, 'unknown'],
    [false, 'never'],
  ])('%j', (schema, type) => {
    expect(typeOf(schema)).toBe(type);
  });

  it('refuses a keyword that it cannot say', () => {
    expect(() => typeOf({ not: { type: 'string' } })).toThrow('not');
    expect(() => typeOf({ type: 'object', dependentRequired: {} })).toThrow('dependentRequired');
  });

  it('a body that no schema describes is bytes, a comment cannot end early', () => {
    const operation = {
      operationId: 'read',
      description: 'ends */ here',
      parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
      responses: { 200: { content: { 'image/jpeg': { schema: {} } } }, 204: {} },
    };
    const text = typesOf({ components: { schemas: {} }, paths: { '/a/{id}': { get: operation } } });
    expect(text).toContain("200: { headers: { [name: string]: unknown }; content: { 'image/jpeg': Blob } };");
    expect(text).toContain('204: { headers: { [name: string]: unknown }; content?: never };');
    expect(text).toContain('path: { id: string }');
    expect(text).toContain('/** ends * / here */');
  });
});

describe('names of schemas', () => {
  const thing = { type: 'object', properties: { id: { type: 'string' } } };

  it('a schema with a name stands once, and one like it refers there', () => {
    const document = nameComponents({
      components: {},
      paths: { a: { schema: { title: 'Thing', ...thing } }, b: { schema: { type: 'array', items: thing } } },
    });
    const $ref = '#/components/schemas/Thing';
    expect(document.paths).toEqual({ a: { schema: { $ref } }, b: { schema: { type: 'array', items: { $ref } } } });
    expect(document.components).toEqual({ schemas: { Thing: thing } });
  });

  it('two schemas of one name that differ are refused', () => {
    const other = { title: 'Thing', type: 'string' };
    expect(() => nameComponents({ components: {}, a: { title: 'Thing', ...thing }, b: other })).toThrow('Thing');
  });
});
