import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { canonicalJson, type JsonValue } from '../canonical.ts';
import { AppError, ERRORS } from '../errors.ts';
import { decodeUtf8 } from './note.ts';
import { MAX_ENTRY_BYTES } from './tiles.ts';
import type { AuditEvent, AuditRecord } from './types.ts';

// LOG-02 and LOG-03: what a record may say. A journal that took free text would sooner or later hold a name, a plate or a
// description; so every field is a code or an id of a stated form, and what fits no form does not enter.

const strict = { additionalProperties: false };
const pattern = (source: string) => Type.String({ pattern: `^(${source})$` });

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const SHA256 = '[0-9a-f]{64}';
/** Registration numbers of agents and services, roles: one word. */
const WORD = '[A-Za-z0-9_][A-Za-z0-9._:+/-]{0,63}';
/** A procedure number has a digit and no space: `2026/000123`, `PV-2026-04411`. */
const PROCEDURE = '(?=[^0-9]*[0-9])[A-Za-z0-9][A-Za-z0-9._/-]{0,63}';
const OP = '[a-z][a-z_]{1,31}([.][a-z_]{1,31}){0,2}';
const POLICY = '[a-z][a-z0-9]*([._-][a-z0-9]+){0,7}';

const referenceTo = (types: readonly string[], id: string) =>
  Type.Object({ type: Type.Union(types.map((type) => Type.Literal(type))), id: pattern(id) }, strict);

const EVENT = {
  action: pattern('[a-z]{2,24}([.][a-z_]{2,32}){0,2}'),
  actor: Type.Object(
    { id: pattern(`${WORD}|-`), role: pattern('[a-z0-9_]{1,32}|-'), service: pattern(`${WORD}|-`) },
    strict,
  ),
  reason: Type.Object(
    { procedure: pattern(`${PROCEDURE}|-`), requisition: pattern(`${UUID}|-`), op: pattern(`${OP}(,${OP}){0,31}|-`) },
    strict,
  ),
  objects: Type.Array(
    Type.Union([
      referenceTo(
        [
          'case',
          'requisition',
          'exhibit',
          'job',
          'question',
          'hit',
          'export',
          'upload',
          'act',
          'certificate',
          'note',
          'bookmark',
        ],
        UUID,
      ),
      referenceTo(['digest', 'dossier'], SHA256),
      referenceTo(['agent'], WORD),
      referenceTo(['model'], `${SHA256}|[a-z0-9][a-z0-9._-]{0,63}`),
      referenceTo(['log'], `[0-9]{1,16}|${UUID}|${SHA256}`),
    ]),
  ),
  outcome: Type.Object(
    {
      effect: pattern('permit|forbid|done|failed'),
      policyId: Type.Intersect([pattern(`${POLICY}|-`), Type.String({ maxLength: 64 })]),
      code: Type.Union([...Object.keys(ERRORS), 'OK', '-'].map((code) => Type.Literal(code))),
    },
    strict,
  ),
  shown: Type.Optional(
    Type.Object({ fromMs: Type.Integer({ minimum: 0 }), toMs: Type.Integer({ minimum: 0 }) }, strict),
  ),
  recipient: Type.Optional(pattern(WORD)),
  models: Type.Optional(pattern(SHA256)),
  facts: Type.Optional(
    Type.Object(
      {
        framework: Type.Optional(pattern('[A-Z_]{3,32}')),
        natinf: Type.Optional(Type.Array(pattern('[0-9]{1,6}'), { maxItems: 20 })),
        unit: Type.Optional(pattern(WORD)),
        mediaMs: Type.Optional(Type.Integer({ minimum: 0 })),
        outcome: Type.Optional(Type.Enum(['useful', 'not_useful', 'person_cleared'])),
        revealed: Type.Optional(pattern('[a-z_]{4,40}')),
        services: Type.Optional(Type.Array(pattern(WORD), { maxItems: 200 })),
        broad: Type.Optional(Type.Boolean()),
        month: Type.Optional(pattern('[0-9]{4}-(0[1-9]|1[0-2])')),
        sessions: Type.Optional(Type.Integer({ minimum: 0 })),
        irregular: Type.Optional(Type.Integer({ minimum: 0 })),
      },
      strict,
    ),
  ),
};

const EVENT_SCHEMA = Compile(Type.Object(EVENT, strict));
const RECORD_SCHEMA = Compile(
  Type.Object(
    {
      ...EVENT,
      id: pattern(UUID),
      seq: Type.Integer({ minimum: 0 }),
      time: pattern('[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3}Z'),
      software: pattern('[A-Za-z0-9][A-Za-z0-9.+_/-]{0,63}'),
      previous: pattern(SHA256),
    },
    strict,
  ),
);

/** What the log itself adds to an event. */
export type RecordFrame = Pick<AuditRecord, 'id' | 'seq' | 'time' | 'software' | 'previous'>;

/** The leaf of an event: canonical JSON of its record. Rejects with E_LOG_CONTENT; the detail names the field and never its value. */
export function encodeRecord(event: AuditEvent, frame: RecordFrame): Buffer {
  const record = { ...event, ...frame };
  const leaf = exactBytes(record);
  if (leaf.length > MAX_ENTRY_BYTES) throw new AppError('E_LOG_CONTENT', { detail: 'the record is too long' });
  // Exact JSON is read back as what it was written from: so its form is that of the record.
  assertForm(RECORD_SCHEMA, record);
  assertTime(record.time);
  return leaf;
}

/** Refuses an event that `encodeRecord` would refuse, and returns it as plain data: for a process that sends it on. */
export function checkEvent(event: AuditEvent): AuditEvent {
  const plain: unknown = JSON.parse(exactBytes(event).toString('utf8'));
  assertForm(EVENT_SCHEMA, plain);
  return plain;
}

/** Reads a leaf. Rejects with E_LOG_CONTENT what is not a record, or not in canonical form. */
export function parseRecord(leaf: Uint8Array): AuditRecord {
  const text = decodeUtf8(leaf) ?? '';
  const record = parseJson(text);
  assertForm(RECORD_SCHEMA, record);
  if (!isCanonical(record, text)) throw new AppError('E_LOG_CONTENT', { detail: 'not canonical JSON' });
  assertTime(record.time);
  return record;
}

/** The pattern lets a 61st second through; such a time is no time. */
function assertTime(time: string): void {
  const timeMs = Date.parse(time);
  if (Number.isNaN(timeMs) || new Date(timeMs).toISOString() !== time)
    throw new AppError('E_LOG_CONTENT', { detail: 'time' });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new AppError('E_LOG_CONTENT', { detail: 'not JSON' });
  }
}

// RFC 8785 is what JSON.stringify writes, in the order of the names: so the text is canonical when it comes back the same and its names
// are in order. Five times as fast as encoding anew, for what is verified in bulk; names like `1`, which would change places, and lone
// surrogates are not of the form.
const isCanonical = (value: object, text: string): boolean => JSON.stringify(value) === text && isInOrder(value);

function isInOrder(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(isInOrder);
  let last = '';
  for (const [name, member] of Object.entries(value)) {
    if (name < last || !isInOrder(member)) return false;
    last = name;
  }
  return true;
}

function exactBytes(value: object): Buffer {
  try {
    return Buffer.from(canonicalJson(value as JsonValue), 'utf8');
  } catch {
    // The library's message would quote the value.
    throw new AppError('E_LOG_CONTENT', { detail: 'not exact JSON' });
  }
}

type Schema<T extends AuditEvent> = T extends AuditRecord ? typeof RECORD_SCHEMA : typeof EVENT_SCHEMA;

function assertForm(schema: typeof RECORD_SCHEMA, value: unknown): asserts value is AuditRecord;
function assertForm(schema: typeof EVENT_SCHEMA, value: unknown): asserts value is AuditEvent;
function assertForm(schema: Schema<AuditEvent>, value: unknown): void {
  if (!schema.Check(value)) {
    const fields = new Set(schema.Errors(value).map((error) => fieldOf(error.instancePath)));
    throw new AppError('E_LOG_CONTENT', { detail: `not of the journal's form: ${[...fields].slice(0, 8).join(' ')}` });
  }
  const { reason, shown } = value as AuditEvent;
  if (reason.procedure === '-' && reason.requisition === '-' && reason.op === '-') {
    throw new AppError('E_LOG_CONTENT', { detail: 'the reason is empty' });
  }
  if (shown !== undefined && shown.fromMs > shown.toMs) throw new AppError('E_LOG_CONTENT', { detail: 'shown' });
}

// A member that is not in the schema has a name that the caller chose: only known names are repeated.
const KNOWN =
  /^\/(action|actor|reason|objects|outcome|shown|recipient|models|facts|id|seq|time|software|previous)(?=\/|$)/;
const fieldOf = (instancePath: string): string => KNOWN.exec(instancePath)?.[1] ?? 'record';
