import fc from 'fast-check';
import { isRecord, type Json } from '../../gateway/interface/components.ts';

const MOST_DEPTH = 5;

/** Values of a JSON Schema of the description: valid as far as types, enumerations, bounds and the formats in use say. */
export function valuesOf(schema: unknown, document: Json, depth = 0): fc.Arbitrary<unknown> {
  if (!isRecord(schema)) return fc.jsonValue();
  if (typeof schema.$ref === 'string') {
    const name = schema.$ref.split('/').at(-1) ?? '';
    return valuesOf(((document.components as Json).schemas as Json)[name], document, depth + 1);
  }
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (Array.isArray(schema.enum)) return fc.constantFrom(...(schema.enum as unknown[]));
  for (const choices of [schema.anyOf, schema.oneOf]) {
    if (!Array.isArray(choices)) continue;
    // What contains itself ends somewhere.
    const ended = choices.filter((choice) => depth < MOST_DEPTH || !JSON.stringify(choice).includes('"$ref"'));
    return fc.oneof(...ended.map((choice) => valuesOf(choice, document, depth + 1)));
  }
  switch (schema.type) {
    case 'string':
      return textOf(schema);
    case 'integer':
      return fc.integer({ min: Number(schema.minimum ?? -5), max: Math.min(Number(schema.maximum ?? 1000), 2 ** 31) });
    case 'number':
      return fc.double({ min: Number(schema.minimum ?? -1), max: Number(schema.maximum ?? 1e6), noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(valuesOf(schema.items, document, depth + 1), {
        minLength: Number(schema.minItems ?? 0),
        maxLength: Math.min(Number(schema.maxItems ?? 3), Math.max(3, Number(schema.minItems ?? 0))),
      });
    case 'object': {
      const properties = (schema.properties ?? {}) as Json;
      const members = Object.fromEntries(
        Object.entries(properties).map(([name, member]) => [name, valuesOf(member, document, depth + 1)]),
      );
      return fc.record(members, { requiredKeys: (schema.required ?? []) as string[] });
    }
    default:
      return fc.jsonValue();
  }
}

function textOf(schema: Json): fc.Arbitrary<string> {
  if (schema.format === 'uuid') return fc.uuid();
  if (schema.format === 'date-time') return fc.constantFrom('2026-01-01T00:00:00Z', '2026-10-25T02:30:00+01:00');
  if (typeof schema.pattern === 'string') {
    const known = ['2026-01-01T00:00:00Z', '00000000-0000-4000-8000-000000000000', '2026-01', 'agent-1'];
    const pattern = new RegExp(schema.pattern);
    const fitting = known.filter((text) => pattern.test(text));
    return fitting.length === 0 ? fc.string() : fc.constantFrom(...fitting);
  }
  return fc.string({
    minLength: Number(schema.minLength ?? 0),
    maxLength: Math.min(Number(schema.maxLength ?? 60), 400),
  });
}

/** What is nearly a valid value: a member taken away, another put in its place, or one that nobody knows. */
export function nearly(values: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc
    .tuple(values, fc.jsonValue(), fc.nat(), fc.constantFrom('drop', 'swap', 'add'))
    .map(([value, odd, n, how]) => {
      if (!isRecord(value)) return odd;
      const names = Object.keys(value);
      const name = names[n % Math.max(1, names.length)] ?? 'x';
      if (how === 'add') return { ...value, image: odd, [`x${n}`]: odd };
      const { [name]: _gone, ...rest } = value;
      return how === 'drop' ? rest : { ...rest, [name]: odd };
    });
}
