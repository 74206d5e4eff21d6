import { isRecord, type Json } from './components.ts';

// TypeScript of an OpenAPI 3.1 document, in the form that openapi-fetch takes (that of openapi-typescript): `paths`, `components`,
// `operations`. TypeScript 7 has no API that openapi-typescript could use, and our documents use a small part of JSON Schema.

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const;
const INDENT = '  ';

/** The text of a module of types. Throws an Error that names a keyword which it cannot say in TypeScript. */
export function typesOf(document: Json): string {
  const schemas = members(((document.components as Json).schemas ?? {}) as Json, (schema) => typeOf(schema, 2));
  const operations: string[] = [];
  const paths = Object.entries(document.paths as Record<string, Json>).map(([path, item]) => {
    const methods = METHODS.map((method) => {
      const operation = item[method];
      if (!isRecord(operation)) return `${INDENT.repeat(2)}${method}?: never;`;
      const id = String(operation.operationId);
      operations.push(`${commentOf(operation.description, 1)}${INDENT}${nameOf(id)}: ${operationType(operation)};`);
      return `${commentOf(operation.summary, 2)}${INDENT.repeat(2)}${method}: operations['${id}'];`;
    });
    return `${INDENT}${nameOf(path)}: {\n${INDENT.repeat(2)}parameters: ${NO_PARAMETERS};\n${methods.join('\n')}\n${INDENT}};`;
  });
  return [
    '// Made from the description of the API by `differe api types`; not to be edited.',
    `export interface paths {\n${paths.join('\n')}\n}`,
    `export interface components {\n${INDENT}schemas: {\n${schemas.map((line) => indent(line, 2)).join('\n')}\n${INDENT}};\n}`,
    `export interface operations {\n${operations.join('\n')}\n}`,
  ]
    .join('\n\n')
    .concat('\n');
}

const NO_PARAMETERS = '{ query?: never; header?: never; path?: never; cookie?: never }';

function operationType(operation: Json): string {
  const parameters = (operation.parameters ?? []) as Json[];
  const places = (['query', 'header', 'path'] as const).map((place) => {
    const here = parameters.filter((parameter) => parameter.in === place);
    if (here.length === 0) return `${place}?: never`;
    const isNeeded = here.some(({ required }) => required === true);
    const fields = here.map(
      ({ name, required, schema }) => `${nameOf(String(name))}${required === true ? '' : '?'}: ${typeOf(schema, 3)}`,
    );
    return `${place}${isNeeded ? '' : '?'}: { ${fields.join('; ')} }`;
  });
  const body = operation.requestBody;
  const request = isRecord(body)
    ? `requestBody${body.required === true ? '' : '?'}: { content: ${contentType(body.content as Json, 2)} };`
    : 'requestBody?: never;';
  const responses = Object.entries(operation.responses as Record<string, Json>).map(
    ([status, { content }]) =>
      `${INDENT.repeat(3)}${status}: { headers: { [name: string]: unknown }; ${content === undefined ? 'content?: never' : `content: ${contentType(content as Json, 3)}`} };`,
  );
  return [
    '{',
    `${INDENT.repeat(2)}parameters: { ${places.join('; ')}; cookie?: never };`,
    `${INDENT.repeat(2)}${request}`,
    `${INDENT.repeat(2)}responses: {`,
    ...responses,
    `${INDENT.repeat(2)}};`,
    `${INDENT}}`,
  ].join('\n');
}

const contentType = (content: Json, depth: number): string =>
  `{ ${Object.entries(content)
    .map(([type, media]) => `'${type}': ${mediaType(type, (media as Json).schema, depth)}`)
    .join('; ')} }`;

// Without a schema a body of JSON is anything, and any other body is bytes.
const mediaType = (type: string, schema: unknown, depth: number): string =>
  isRecord(schema) && Object.keys(schema).length > 0 ? typeOf(schema, depth) : /json$/.test(type) ? 'unknown' : 'Blob';

// What narrows values and not types.
const SILENT = [
  ...[
    'description',
    'title',
    'format',
    'pattern',
    'minimum',
    'maximum',
    'minLength',
    'maxLength',
    'minItems',
    'maxItems',
  ],
  ...['uniqueItems', 'default', 'examples', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf', 'deprecated'],
  ...[
    'minProperties',
    'maxProperties',
    'contentEncoding',
    'contentMediaType',
    'propertyNames',
    'unevaluatedProperties',
  ],
];
const SAID = ['type', 'const', 'enum', 'anyOf', 'oneOf', 'allOf', '$ref', 'items', 'properties', 'required'].concat([
  ...['additionalProperties', 'patternProperties', 'prefixItems'],
]);

/** A JSON Schema as a type, written at a depth of indentation. */
export function typeOf(schema: unknown, depth = 0): string {
  if (schema === true || schema === undefined) return 'unknown';
  if (schema === false) return 'never';
  if (!isRecord(schema)) throw new Error('a schema is an object or a boolean');
  const strange = Object.keys(schema).find((name) => !SILENT.includes(name) && !SAID.includes(name));
  if (strange !== undefined) throw new Error(`no TypeScript for the keyword ${strange}`);
  const parts: string[] = [];
  if (typeof schema.$ref === 'string') parts.push(`components['schemas']['${schema.$ref.split('/').at(-1)}']`);
  if (schema.const !== undefined) parts.push(literal(schema.const));
  if (Array.isArray(schema.enum)) parts.push(union(schema.enum.map(literal)));
  for (const name of ['anyOf', 'oneOf'] as const) {
    const choices = schema[name];
    if (Array.isArray(choices)) parts.push(union(choices.map((choice) => typeOf(choice, depth))));
  }
  if (Array.isArray(schema.allOf)) parts.push(...schema.allOf.map((part) => bracketed(typeOf(part, depth))));
  if (schema.const === undefined && schema.enum === undefined && schema.type !== undefined) {
    const types = Array.isArray(schema.type) ? schema.type : [schema.type];
    parts.push(union(types.map((type) => plainType(String(type), schema, depth))));
  }
  if (parts.length === 0) return schema.properties === undefined ? 'unknown' : objectType(schema, depth);
  return parts.length === 1 ? (parts[0] ?? 'unknown') : parts.map(bracketed).join(' & ');
}

function plainType(type: string, schema: Json, depth: number): string {
  switch (type) {
    case 'string':
    case 'boolean':
    case 'null':
      return type;
    case 'integer':
    case 'number':
      return 'number';
    case 'array':
      return Array.isArray(schema.prefixItems)
        ? `[${schema.prefixItems.map((item) => typeOf(item, depth)).join(', ')}]`
        : `${bracketed(typeOf(schema.items as Json, depth))}[]`;
    case 'object':
      return objectType(schema, depth);
    default:
      throw new Error(`no TypeScript for the type ${type}`);
  }
}

function objectType(schema: Json, depth: number): string {
  const properties = (schema.properties ?? {}) as Json;
  const required = (schema.required ?? []) as readonly string[];
  const rest = isRecord(schema.patternProperties)
    ? union(Object.values(schema.patternProperties).map((member) => typeOf(member, depth + 1)))
    : isRecord(schema.additionalProperties)
      ? typeOf(schema.additionalProperties, depth + 1)
      : undefined;
  const lines = members(properties, (member) => typeOf(member, depth + 1), required);
  if (rest !== undefined) lines.push(`[name: string]: ${lines.length === 0 ? rest : 'unknown'};`);
  if (lines.length === 0)
    return schema.additionalProperties === false ? 'Record<string, never>' : '{ [name: string]: unknown }';
  return `{\n${lines.map((line) => indent(line, depth + 1)).join('\n')}\n${INDENT.repeat(depth)}}`;
}

/** One text a member, with its comment before it; not yet indented. */
function members(properties: Json, say: (schema: unknown) => string, required?: readonly string[]): string[] {
  return Object.entries(properties).map(([name, schema]) => {
    const isNeeded = required === undefined || required.includes(name);
    const comment = isRecord(schema) ? commentOf(schema.description, 0) : '';
    return `${comment}${nameOf(name)}${isNeeded ? '' : '?'}: ${say(schema)};`;
  });
}

// Only the first lines: what follows was written for its depth.
const indent = (text: string, depth: number): string => {
  const [first = '', ...rest] = text.split('\n');
  const isComment = first.startsWith('/**');
  return [first, ...(isComment ? [`${INDENT.repeat(depth)}${rest[0] ?? ''}`, ...rest.slice(1)] : rest)]
    .join('\n')
    .replace(/^/, INDENT.repeat(depth));
};

function commentOf(text: unknown, depth: number): string {
  if (typeof text !== 'string' || text === '') return '';
  return `${INDENT.repeat(depth)}/** ${text.replaceAll('*/', '* /').replaceAll(/\s+/g, ' ')} */\n`;
}

const nameOf = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : `'${name.replaceAll("'", "\\'")}'`);
const literal = (value: unknown): string =>
  typeof value === 'string' ? `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'` : JSON.stringify(value);
const union = (types: readonly string[]): string => [...new Set(types)].join(' | ');
const bracketed = (type: string): string => (isJoined(type) ? `(${type})` : type);

/** Whether a type is a union or an intersection outside of its braces. */
function isJoined(type: string): boolean {
  let depth = 0;
  let isText = false;
  for (const letter of type) {
    if (letter === "'") isText = !isText;
    if (isText) continue;
    if ('{[('.includes(letter)) depth += 1;
    if ('}])'.includes(letter)) depth -= 1;
    if (depth === 0 && (letter === '|' || letter === '&')) return true;
  }
  return false;
}
