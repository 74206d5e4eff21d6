import type { paths } from '../../interface/types.ts';

// Addresses of the API as its description has them: a path that it does not know, a parameter that is missing or one too many does not compile.

export type Path = keyof paths;

type Method = 'get' | 'put' | 'post' | 'delete' | 'head' | 'patch';
type Operation<P extends Path> = Exclude<paths[P][Method & keyof paths[P]], undefined>;
type InPath<O> = O extends { readonly parameters: { readonly path: infer Parameters } } ? Parameters : never;
type InQuery<P extends Path> = paths[P] extends { readonly get: { readonly parameters: { query?: infer Query } } }
  ? { readonly [Name in keyof Query]: Query[Name] | undefined }
  : never;

/** What stands between the braces of a path. */
export type PathParameters<P extends Path> = [InPath<Operation<P>>] extends [never]
  ? Record<string, never>
  : Readonly<InPath<Operation<P>>>;

/** The address of a path with its parameters, and a query where it is read; what of it is undefined is left out. */
export function routeTo<P extends Path>(path: P, parameters: PathParameters<P>, query?: InQuery<P>): string {
  const values: Readonly<Record<string, unknown>> = parameters;
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = `${values[name]}`;
    // The path of a file keeps its folders.
    return name === 'path' ? value.split('/').map(encodeURIComponent).join('/') : encodeURIComponent(value);
  });
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) if (value !== undefined) asked.set(name, `${value}`);
  return asked.size === 0 ? filled : `${filled}?${asked}`;
}
