import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/**
 * RFC 8785 canonical JSON. Refuses what JSON cannot say exactly (undefined, NaN, infinities, -0, dates, functions), where the
 * library would drop or rewrite it: a digest must never cover something other than what was given.
 */
export function canonicalJson(value: JsonValue): string {
  if (!isExact(value)) throw new TypeError(`canonicalJson: ${faultIn(value, '$')}`);
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('canonicalJson: nothing to encode');
  return text;
}

function isExact(value: unknown): boolean {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return true;
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0);
  if (typeof value !== 'object') return false;
  if (Array.isArray(value)) {
    for (const item of value) if (!isExact(item)) return false;
    return true;
  }
  if (!isPlain(value)) return false;
  for (const key of Object.keys(value)) if (!isExact((value as Record<string, unknown>)[key])) return false;
  return true;
}

const isPlain = (value: object): boolean => [Object.prototype, null].includes(Object.getPrototypeOf(value));

/** What of a value is not exact, and where. */
function faultIn(value: unknown, path: string): string | undefined {
  if (isExact(value)) return undefined;
  if (Array.isArray(value)) return firstOf(Array.from(value, (item, index) => faultIn(item, `${path}[${index}]`)));
  if (typeof value !== 'object' || value === null)
    return `${typeof value === 'number' ? value : typeof value} at ${path}`;
  if (!isPlain(value)) return `class instance at ${path}`;
  return firstOf(Object.entries(value).map(([key, item]) => faultIn(item, `${path}.${key}`)));
}

const firstOf = (faults: readonly (string | undefined)[]): string | undefined =>
  faults.find((fault) => fault !== undefined);

/** SHA-256 of bytes, or of the UTF-8 of a text, in lower-case hex. */
export function sha256Hex(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}
