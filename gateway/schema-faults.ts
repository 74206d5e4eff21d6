import { Value } from 'typebox/value';
import { AppError } from './errors.ts';
import { below, type Fault, type FaultPart, type FaultRule, faultAt, isFaultRule, MOST_FAULTS } from './faults.ts';

/** As much of a JSON schema as is looked at here. */
interface Schema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly type?: string;
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: unknown;
  readonly minProperties?: number;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
}

type JsonObject = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The name of an unknown member stands in its pointer where it is short and plain, as a slip of the pen is. */
const PLAIN_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,31}$/;

/**
 * Finding a place costs more than finding that there is a fault: who sends more values than these is told none (of 6,000 points 30 ms of
 * the event loop, 2026-11-27).
 */
const MOST_LOOKED_AT = 1_000;

/** Where a value leaves a schema that it does not follow: at most MOST_FAULTS places, none where it is too large to look for them. */
export function schemaFaults(schema: object, value: unknown, part: FaultPart): readonly Fault[] {
  const { walk, hasGivenUp } = createWalk(part);
  const faults = walk(schema as Schema, value, '', {});
  return hasGivenUp() ? [] : faults.slice(0, MOST_FAULTS);
}

/** Whether a value has the constants by which a shape is told from others. */
const namesItself = ({ properties = {} }: Schema, value: JsonObject): boolean =>
  Object.entries(properties).every(([name, member]) => !Object.hasOwn(member, 'const') || member.const === value[name]);

/** E_REQ_SCHEMA with the places where the claims of something signed leave their schema. */
export const claimsRefused = (schema: object, value: unknown, part: 'act' | 'requisition' = 'act'): AppError =>
  new AppError('E_REQ_SCHEMA', { faults: schemaFaults(schema, value, part) });

type Definitions = Readonly<Record<string, Schema>>;
type Walk = (schema: Schema, value: unknown, at: string, known: Definitions) => readonly Fault[];

function createWalk(part: FaultPart): { readonly walk: Walk; hasGivenUp(): boolean } {
  let looked = 0;
  const fault = (at: string, rule: FaultRule, ...expected: readonly (string | number)[]): Fault =>
    faultAt(part, at, rule, ...expected);

  function walk(schema: Schema, value: unknown, at: string, known: Definitions): readonly Fault[] {
    looked += 1;
    if (looked > MOST_LOOKED_AT) return [];
    const definitions = schema.$defs === undefined ? known : { ...known, ...schema.$defs };
    const named = schema.$ref === undefined ? undefined : definitions[schema.$ref];
    if (named !== undefined) return walk(named, value, at, definitions);
    if (schema.anyOf !== undefined) return ofAny(schema.anyOf, value, at, definitions);
    if (schema.allOf !== undefined) return schema.allOf.flatMap((each) => walk(each, value, at, definitions));
    if (schema.type === 'object') return ofObject(schema, value, at, definitions);
    if (schema.type === 'array') return ofArray(schema, value, at, definitions);
    return ofLeaf(schema, value, at);
  }

  function ofObject(schema: Schema, value: unknown, at: string, known: Definitions): readonly Fault[] {
    if (!isObject(value)) return [fault(at, 'type', 'object')];
    const { properties = {}, required = [], additionalProperties, minProperties = 0 } = schema;
    const names = Object.keys(value);
    const isClosed = additionalProperties === false;
    const strangers = isClosed ? names.filter((name) => !Object.hasOwn(properties, name)).slice(0, MOST_FAULTS) : [];
    return [
      ...required.filter((name) => !Object.hasOwn(value, name)).map((name) => fault(below(at, name), 'missing')),
      ...strangers.map((name) =>
        fault(PLAIN_NAME.test(name) ? below(at, name) : at, 'unknown', ...Object.keys(properties)),
      ),
      ...(names.length < minProperties ? [fault(at, 'minProperties', minProperties)] : []),
      ...Object.entries(properties).flatMap(([name, member]) =>
        Object.hasOwn(value, name) && value[name] !== undefined
          ? walk(member, value[name], below(at, name), known)
          : [],
      ),
    ];
  }

  function ofArray(schema: Schema, value: unknown, at: string, known: Definitions): readonly Fault[] {
    if (!Array.isArray(value)) return [fault(at, 'type', 'array')];
    const { items, minItems = 0, maxItems = Number.POSITIVE_INFINITY, uniqueItems = false } = schema;
    if (value.length < minItems) return [fault(at, 'minItems', minItems)];
    if (value.length > maxItems) return [fault(at, 'maxItems', maxItems)];
    const found: Fault[] = [];
    for (const [index, item] of value.entries()) {
      if (found.length >= MOST_FAULTS || looked > MOST_LOOKED_AT) break;
      if (items !== undefined) found.push(...walk(items, item, below(at, index), known));
    }
    if (found.length === 0 && uniqueItems) return ofLeaf({ ...schema, items: {} }, value, at);
    return found;
  }

  /** A list of values, of members of which one stands alone, or of shapes: then the one that the value is nearest to. */
  function ofAny(variants: readonly Schema[], value: unknown, at: string, known: Definitions): readonly Fault[] {
    if (variants.every((each) => Object.hasOwn(each, 'const'))) {
      return variants.some((each) => each.const === value)
        ? []
        : [fault(at, 'oneOf', ...variants.map((each) => String(each.const)))];
    }
    const singles = variants.flatMap(({ required = [] }) => (required.length === 1 ? required : []));
    if (singles.length === variants.length) {
      const [only, ...more] = isObject(value) ? Object.keys(value) : [];
      const variant = only === undefined || more.length > 0 ? undefined : variants[singles.indexOf(only)];
      return variant === undefined ? [fault(at, 'oneMember', ...singles)] : walk(variant, value, at, known);
    }
    const meant = variants.filter((each) => isObject(value) && namesItself(each, value));
    const tried = (meant.length === 0 ? variants : meant).map((each) => walk(each, value, at, known));
    return tried.reduce((nearest, each) => (each.length < nearest.length ? each : nearest));
  }

  function ofLeaf(schema: Schema, value: unknown, at: string): readonly Fault[] {
    const [first] = Value.Errors(schema, value);
    if (first === undefined) return [];
    const { keyword, params } = first as { keyword: string; params: Readonly<Record<string, unknown>> };
    if (keyword === 'const') return [fault(at, 'oneOf', String(params.allowedValue))];
    if (keyword === 'enum') return [fault(at, 'oneOf', ...(params.allowedValues as readonly unknown[]).map(String))];
    if (keyword === 'pattern') return [fault(at, 'format', String(params.pattern))];
    if (!isFaultRule(keyword)) return [fault(at, 'schema')];
    const expected = params.limit ?? params.type ?? params.format;
    return [fault(at, keyword, ...(expected === undefined ? [] : [String(expected)]))];
  }

  return { walk, hasGivenUp: () => looked > MOST_LOOKED_AT };
}
