import fc from 'fast-check';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { FAULT_RULES, faultAt, faultSentence, isFault, MOST_FAULTS } from '../../gateway/faults.ts';
import { schemaFaults } from '../../gateway/schema-faults.ts';

const strict = { additionalProperties: false };
const schema = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 20, pattern: '^[a-z]+$' }),
    kind: Type.Enum(['one', 'two']),
    count: Type.Optional(Type.Integer({ minimum: 1, exclusiveMaximum: 9 })),
    'a/b': Type.Optional(Type.Object({ id: Type.String({ format: 'uuid' }) }, strict)),
    list: Type.Optional(Type.Array(Type.Integer(), { maxItems: 50, uniqueItems: true })),
    title: Type.Optional(
      Type.Union([
        Type.Object({ kind: Type.Literal('direct') }, strict),
        Type.Object({ kind: Type.Literal('other'), ref: Type.String() }, strict),
      ]),
    ),
  },
  strict,
);
const good = { name: 'abc', kind: 'one' };
const said = (value: unknown) =>
  schemaFaults(schema, value, 'body').map(({ pointer, rule, expected }) => [pointer, rule, ...expected]);

describe('where a value leaves its schema', () => {
  it('is not told of more values than are looked at: neither what came before the bound, nor what came after', () => {
    const many = Type.Object({ name: Type.String(), list: Type.Array(Type.Integer()) }, strict);
    const faultsOf = (count: number) => schemaFaults(many, { list: Array.from({ length: count }, () => 1) }, 'body');
    expect(faultsOf(900)).toMatchObject([{ pointer: '/name', rule: 'missing' }]);
    expect(faultsOf(1_100)).toEqual([]);
  });

  it('is told by pointer, rule and what would have held', () => {
    expect(said(good)).toEqual([]);
    expect(said(5)).toEqual([['', 'type', 'object']]);
    expect(said({ kind: 'three', count: 0, list: [1, 1] })).toEqual([
      ['/name', 'missing'],
      ['/kind', 'oneOf', 'one', 'two'],
      ['/count', 'minimum', '1'],
      ['/list', 'uniqueItems'],
    ]);
    expect(said({ ...good, name: 'A1', count: 9 })).toEqual([
      ['/name', 'format', '^[a-z]+$'],
      ['/count', 'exclusiveMaximum', '9'],
    ]);
    expect(said({ ...good, 'a/b': { id: 'x' } })).toEqual([['/a~1b/id', 'format', 'uuid']]);
    expect(said({ ...good, title: { kind: 'other' } })).toEqual([['/title/ref', 'missing']]);
    expect(said({ ...good, nome: 1 })).toEqual([['/nome', 'unknown', ...Object.keys(schema.properties)]]);
  });

  it('repeats no value, and a name of the caller only where it is a short plain word', () => {
    const long = 'x'.repeat(40);
    expect(said({ ...good, [long]: 1, 'AB-123-CD en fuite': 2 }).map(([pointer]) => pointer)).toEqual(['', '']);
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), (members, value) => {
        const secret = 'SECRET-VALUE';
        const sent = { ...members, name: secret, kind: [value, secret], list: [secret], title: { kind: secret } };
        const faults = schemaFaults(schema, sent, 'body');
        expect(JSON.stringify(faults)).not.toContain(secret);
        expect(JSON.stringify(faults).length).toBeLessThan(4_000);
        expect(faults.length).toBeLessThanOrEqual(MOST_FAULTS);
      }),
    );
  });

  it('is told of whatever the schema refuses, and of nothing that it takes', () => {
    const near = fc.record(
      {
        name: fc.oneof(fc.constant('abc'), fc.jsonValue()),
        kind: fc.oneof(fc.constant('two'), fc.jsonValue()),
        count: fc.oneof(fc.integer({ min: -1, max: 10 }), fc.jsonValue()),
        list: fc.oneof(fc.array(fc.integer({ min: 0, max: 9 })), fc.jsonValue()),
        title: fc.oneof(fc.constant({ kind: 'direct' }), fc.jsonValue()),
      },
      { requiredKeys: ['name', 'kind'] },
    );
    fc.assert(
      fc.property(near, (value) => {
        expect(said(value).length === 0).toBe(Value.Check(schema, value));
      }),
      { numRuns: 500 },
    );
  });

  it('has a sentence in both languages for every rule, and reads its own answers alone', () => {
    for (const rule of Object.keys(FAULT_RULES) as (keyof typeof FAULT_RULES)[]) {
      const fault = faultAt('body', '/a', rule, 'x', 3);
      expect(faultSentence(fault, 'fr')).not.toContain('{}');
      expect(faultSentence(fault, 'en')).not.toContain('{}');
      expect(isFault(JSON.parse(JSON.stringify(fault)))).toBe(true);
    }
    for (const other of [null, 5, {}, { ...faultAt('body', '', 'json'), rule: 'toString' }]) {
      expect(isFault(other)).toBe(false);
    }
  });
});
