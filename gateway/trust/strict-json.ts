import type { JsonValue } from '../canonical.ts';

/** Largest payload of a token, bytes. */
export const MAX_PAYLOAD_BYTES = 1_048_576;

/** Of a schedule: two thousand pieces are some two megabytes. */
export const MAX_SCHEDULE_BYTES = 3 * MAX_PAYLOAD_BYTES;

/**
 * Parses UTF-8 JSON that reads the same everywhere: no duplicate member (parsers differ on which one wins), no byte-order mark, no
 * invalid UTF-8, no lone surrogate, nothing after the value, no `__proto__`. Throws SyntaxError.
 */
export function parseStrictJson(input: Uint8Array | string): JsonValue {
  const text =
    typeof input === 'string' ? input : new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(input);
  const value = JSON.parse(text) as JsonValue;
  assertUniqueMembers(text);
  return value;
}

/** Whether a JSON value is an object. */
export const isJsonObject = (value: unknown): value is { readonly [key: string]: JsonValue } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

// The text is valid JSON when it gets here, so strings and brackets are all there is to look at: a string before a colon is a name.
function assertUniqueMembers(text: string): void {
  const open: (Set<string> | undefined)[] = [];
  let last: string | undefined;
  for (const [token] of text.matchAll(TOKENS)) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(undefined);
    else if (token === '}' || token === ']') open.pop();
    else if (token === ':') addName(open.at(-1), last);
    else if (token !== ',') last = stringOf(token);
  }
}

function stringOf(token: string): string {
  const value = String(JSON.parse(token));
  if (!value.isWellFormed()) throw new SyntaxError('strict JSON: lone surrogate');
  return value;
}

function addName(names: Set<string> | undefined, name: string | undefined): void {
  if (names === undefined || name === undefined || names.has(name) || name === '__proto__') {
    throw new SyntaxError('strict JSON: duplicate or forbidden member');
  }
  names.add(name);
}
