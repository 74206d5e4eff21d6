/** JSON with members that may be written. */
export interface Json {
  [name: string]: Json | Json[] | string | number | boolean | null | undefined | readonly string[];
}

export const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const NAME = /^[A-Z][A-Za-z0-9]+$/;

/**
 * Moves every schema with a title that is a name (`Exhibit`), and every schema like it, to `components.schemas` and leaves a reference
 * there. One name is one schema: where two of the same title differ, an Error names it. `x-again` stands in a schema where that of the name
 * that it gives stands again: so recursion is said.
 */
export function nameComponents(document: Json): Json {
  const titles = new Map<string, string>();
  for (const node of schemasIn(document)) {
    const { title, ...schema } = node;
    if (typeof title === 'string' && NAME.test(title) && Object.keys(schema).length > 0)
      titles.set(JSON.stringify(schema), title);
  }
  const named = new Map<string, Json>();
  const walk = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(walk);
    if (!isRecord(node)) return node;
    const again = node['x-again'];
    if (typeof again === 'string') return { $ref: `#/components/schemas/${again}` };
    const { title: _title, ...schema } = node;
    const title = titles.get(JSON.stringify(schema));
    const copy: Json = {};
    for (const [name, member] of Object.entries(title === undefined ? node : schema)) {
      copy[name] = (name.startsWith('example') ? member : walk(member)) as Json;
    }
    if (title === undefined) return copy;
    const before = named.get(title);
    if (before !== undefined && JSON.stringify(before) !== JSON.stringify(copy)) {
      throw new Error(`two schemas are called ${title} and differ`);
    }
    named.set(title, copy);
    return { $ref: `#/components/schemas/${title}` };
  };
  const walked = walk(document) as Json;
  const components = walked.components as Json;
  const schemas = { ...(components.schemas as Json), ...Object.fromEntries(named) };
  components.schemas = Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1)));
  return walked;
}

/** Every object of a document that a title makes a schema with a name; `info` has a title too, and is none. */
function* schemasIn(node: unknown): Generator<Json> {
  if (Array.isArray(node)) for (const item of node) yield* schemasIn(item);
  if (!isRecord(node)) return;
  if (Object.hasOwn(node, 'title') && !Object.hasOwn(node, 'version')) yield node;
  for (const [name, member] of Object.entries(node)) if (!name.startsWith('example')) yield* schemasIn(member);
}
