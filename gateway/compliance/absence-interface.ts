import type { JsonValue } from '../canonical.ts';
import { isErrorCode } from '../errors.ts';
import { isJsonObject } from '../trust/strict-json.ts';
import { deniedIn } from './absence-words.ts';

// What the interface can say: routes with their acts, and the OpenAPI document.

interface Scan {
  readonly scanned: number;
  readonly findings: readonly string[];
}

/** Routes and acts that name something that there must not be. */
export function routesIn(routes: readonly string[]): Scan {
  const findings = routes.flatMap((route) =>
    deniedIn(route, ['forbidden', 'watching', 'scoring']).map((word) => `${route}: ${word}`),
  );
  return { scanned: routes.length, findings };
}

/** Every node of a JSON document with its place. */
function* nodesOf(value: JsonValue, at = ''): Generator<{ readonly at: string; readonly value: JsonValue }> {
  yield { at, value };
  if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* nodesOf(item, `${at}/${index}`);
  else if (isJsonObject(value)) for (const [name, item] of Object.entries(value)) yield* nodesOf(item, `${at}/${name}`);
}

/** Words of the document, names and values alike, that speak of faces, of a standing watch or of a score of persons. */
export function documentWordsIn(document: JsonValue): Scan {
  let scanned = 0;
  const findings: string[] = [];
  for (const { at, value } of nodesOf(document)) {
    // A code of refusal says what is refused; it stands in lists of codes, and before its sentence.
    const said =
      typeof value === 'string'
        ? value.replaceAll(/\bE_[A-Z_]+/g, (code) => (isErrorCode(code) ? '' : code))
        : undefined;
    const texts = [at.split('/').at(-1) ?? '', ...(said === undefined ? [] : [said])];
    for (const text of texts) {
      scanned += 1;
      for (const word of deniedIn(text, ['forbidden', 'watching', 'scoring'])) findings.push(`${at}: ${word}`);
    }
  }
  return { scanned, findings: [...new Set(findings)] };
}

/** Lists of bare numbers in what is sent or answered: a vector would be one (FACE-11). Points and bins are objects with named fields. */
export function vectorsIn(document: JsonValue): Scan {
  let scanned = 0;
  const findings: string[] = [];
  for (const { at, value } of nodesOf(document)) {
    if (!isJsonObject(value) || value.type !== 'array') continue;
    scanned += 1;
    const members = [value.items, ...(Array.isArray(value.prefixItems) ? value.prefixItems : [])];
    if (members.some((member) => member === undefined || member === true || mayBeNumber(member, document))) {
      findings.push(at);
    }
  }
  return { scanned, findings };
}

/** The schema that a reference names. */
function resolved(schema: JsonValue, document: JsonValue): JsonValue {
  if (!isJsonObject(schema) || typeof schema.$ref !== 'string') return schema;
  const steps = schema.$ref.replace(/^#\//, '').split('/');
  return steps.reduce<JsonValue>((at, name) => (isJsonObject(at) ? (at[name] ?? true) : true), document);
}

/** Whether a schema lets a number through: also one that says nothing does. */
function mayBeNumber(said: JsonValue, document: JsonValue): boolean {
  const schema = resolved(said, document);
  if (!isJsonObject(schema)) return true;
  const { type, anyOf, oneOf, allOf, enum: values, const: only } = schema;
  const branches = [anyOf, oneOf].find(Array.isArray);
  if (Array.isArray(branches)) return branches.some((branch) => mayBeNumber(branch, document));
  if (Array.isArray(allOf)) return allOf.every((part) => mayBeNumber(part, document));
  if (Array.isArray(values)) return values.some((value) => typeof value === 'number');
  if (only !== undefined) return typeof only === 'number';
  return type === undefined || [type].flat().some((name) => name === 'number' || name === 'integer');
}

/** Media types of bodies that the interface takes (DEF-11, FACE-09): JSON, and the bytes of a deposit. */
export function bodiesIn(document: JsonValue): Scan {
  const types = [...nodesOf(document)].flatMap(({ at, value }) =>
    /\/requestBody\/content$/.test(at) && isJsonObject(value) ? Object.keys(value).map((type) => ({ at, type })) : [],
  );
  const isBytes = (at: string, type: string): boolean =>
    type === 'application/offset+octet-stream' && at.startsWith('/paths//api/v1/uploads');
  const strange = types.filter(({ at, type }) => type !== 'application/json' && !isBytes(at, type));
  const findings = strange.map(({ at, type }) => `${at}: ${type}`);
  return { scanned: types.length, findings };
}
