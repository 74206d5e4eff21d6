import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/**
 * RFC 8785 canonical JSON. Refuses what JSON cannot say exactly (undefined, NaN, infinities, -0, dates, functions), where the
 * library would drop or rewrite it: a digest must never cover something other than what was given.
 */
export function canonicalJson(value: JsonValue): string {
  assertExact(value, '$');
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('canonicalJson: nothing to encode');
  return text;
}

function assertExact(value: unknown, path: string): void {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return;
  if (typeof value === 'number') {
    if (!Number.isFinite(value) || Object.is(value, -0)) throw new TypeError(`canonicalJson: ${value} at ${path}`);
    return;
  }
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) assertExact(item, `${path}[${index}]`);
    return;
  }
  if (typeof value === 'object') {
    const prototype = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null)
      throw new TypeError(`canonicalJson: class instance at ${path}`);
    for (const [key, item] of Object.entries(value as object)) assertExact(item, `${path}.${key}`);
    return;
  }
  throw new TypeError(`canonicalJson: ${typeof value} at ${path}`);
}

/** SHA-256 of bytes, or of the UTF-8 of a text, in lower-case hex. */
export function sha256Hex(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}
