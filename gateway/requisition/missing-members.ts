import type { JsonValue } from '../canonical.ts';
import { isJsonObject } from '../trust/strict-json.ts';

/** As much of a JSON schema as is needed to know what must be there. */
interface Shape {
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly items?: Shape;
}

/** Paths of the members that a schema requires and a value lacks, outermost first: `authority.role`, `exhibits[0].sha256`. */
export function missingMembers(schema: object, value: JsonValue, at = ''): readonly string[] {
  const { properties, required = [], items } = schema as Shape;
  if (Array.isArray(value)) {
    return items === undefined ? [] : value.flatMap((item, index) => missingMembers(items, item, `${at}[${index}]`));
  }
  if (!isJsonObject(value) || properties === undefined) return [];
  const path = (name: string): string => (at === '' ? name : `${at}.${name}`);
  return [
    ...required.filter((name) => !Object.hasOwn(value, name)).map(path),
    ...Object.entries(properties).flatMap(([name, shape]) => {
      const member = value[name];
      return member === undefined ? [] : missingMembers(shape, member, path(name));
    }),
  ];
}
