import { type Static, type TObject, type TProperties, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { OPS } from '../policy/types.ts';
import { CLASSES, COLOURS } from '../vocabulary.ts';
import { FRAMEWORKS } from './types.ts';

// The claims of both tokens, closed at every level (REQ-17): what is not written here cannot be said, and nothing biometric, no
// behaviour, no live source and no outside file can be written with it.

export const closed = <T extends TProperties>(properties: T): TObject<T> =>
  Type.Object(properties, { additionalProperties: false });

const pattern = (source: string) => Type.String({ pattern: source });

export const uuid = pattern('^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$');
export const sha256 = pattern('^[0-9a-f]{64}$');
const thumbprint = pattern('^[A-Za-z0-9_-]{43}$');
/** RFC 3339 with `T` and an offset. */
export const instant = Type.String({
  format: 'date-time',
  pattern: '^[0-9-]{10}T[0-9:.]{8,15}(Z|[+-][0-9]{2}:[0-9]{2})$',
});
export const seconds = Type.Integer({ minimum: 0, maximum: 253_402_300_799 });
/** One word, as the journal takes it. */
export const word = pattern('^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$');
// No control character, no line or paragraph separator, nothing that turns the direction of writing.
const PLAIN = '[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069\\ufeff]*';
const text = (minLength: number, maxLength: number) => Type.String({ minLength, maxLength, pattern: `^${PLAIN}$` });
/** A reference or a name: never blank. */
export const line = Type.String({ minLength: 1, maxLength: 200, pattern: `^(?=.*[^\\s])${PLAIN}$` });
const article = pattern('^(?:[LRD]\\. ?)?[0-9]{1,4}(?:-[0-9]{1,4}){0,4}$');
const span = closed({ start: instant, end: instant });
const list = <T extends Parameters<typeof Type.Array>[0]>(items: T, minItems: number, maxItems: number) =>
  Type.Array(items, { minItems, maxItems, uniqueItems: true });

export const procedure = pattern('^(?=[^0-9]*[0-9])[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$');

/** What an act of this room has beside its own claims. */
export const actClaims = {
  ver: Type.Literal(1),
  env: Type.Enum(['prod', 'test']),
  iss: pattern('^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,127}$'),
  aud: line,
  jti: uuid,
  iat: seconds,
};

const common = { ...actClaims, sub: procedure, nbf: seconds, exp: seconds };

/** Claims of the authorisation. */
export const AUTHORISATION = closed({
  ...common,
  prev: Type.Optional(uuid),
  framework: Type.Enum(FRAMEWORKS),
  framework_ref: list(article, 1, 20),
  framework_since: instant,
  purpose: Type.Enum(['preuve', 'identification_auteur', 'cause_mort', 'cause_disparition']),
  offence: Type.Optional(
    closed({
      natinf: list(pattern('^[0-9]{1,6}$'), 1, 20),
      label: line,
      art_706_73: Type.Boolean(),
      max_penalty_years: Type.Number({ minimum: 0, maximum: 100 }),
    }),
  ),
  authority: closed({ role: word, id: word, jurisdiction: word, name_ref: line }),
  lrj_auth: closed({
    kind: Type.Enum(['procedure_specific', 'general_instruction']),
    mode: Type.Enum(['explicit', 'deemed_flagrance']),
    decided_at: instant,
    act_ref: line,
    act_sha256: sha256,
    prosecutor_notice_at: Type.Optional(instant),
  }),
  ops: list(Type.Enum(OPS), 1, OPS.length),
  facets: closed({
    classes: list(Type.Enum(CLASSES), 0, CLASSES.length),
    colours: list(Type.Enum(COLOURS), 0, COLOURS.length),
  }),
  period: span,
  places: list(line, 0, 200),
  limits: closed({
    max_hours: Type.Number({ exclusiveMinimum: 0, maximum: 1_000_000 }),
    max_queries: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
    max_exports: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
  }),
  controller: closed({
    type: Type.Enum(['police_nationale', 'gendarmerie_nationale', 'prefecture_police', 'service_judiciaire_budget']),
    unit_code: word,
  }),
  dossier: closed({ id: word, min_version: Type.Integer({ minimum: 1 }) }),
  retention: closed({ erase_by: instant }),
  rev: closed({ list_id: word, max_age_s: Type.Integer({ minimum: 1, maximum: 31_536_000 }) }),
});

/** WGS84, degrees north of the equator and east of Greenwich, and how somebody knows. */
const position = closed({
  lat_deg: Type.Number({ minimum: -90, maximum: 90 }),
  lon_deg: Type.Number({ minimum: -180, maximum: 180 }),
  basis: line,
});

const exhibit = closed({
  id: line,
  sha256,
  size: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
  camera: closed({ id: line, operator: line, place: line, position: Type.Optional(position) }),
  capture: closed({ start: instant, end: instant, tz: pattern('^[A-Za-z][A-Za-z0-9_+/-]{0,63}$') }),
  use_window: Type.Optional(list(span, 1, 1000)),
  clock: Type.Optional(
    closed({
      offset_s: Type.Number({ minimum: -3_155_760_000, maximum: 3_155_760_000 }),
      uncertainty_s: Type.Number({ minimum: 0, maximum: 3_155_760_000 }),
      basis: line,
    }),
  ),
  acquisition: closed({
    article,
    act_ref: line,
    act_sha256: sha256,
    signed_by_role: word,
    requested_from: line,
    acquired_at: instant,
    preservation_ref: Type.Optional(line),
  }),
  damaged: Type.Optional(Type.Boolean()),
});

/** Claims of the exhibit schedule. */
export const SCHEDULE = closed({
  ...common,
  auth: uuid,
  facts: text(40, 2000),
  necessity: text(80, 2000),
  processing_title: Type.Union([
    closed({ kind: Type.Literal('direct') }),
    closed({ kind: Type.Literal('qualified_person'), act: line, oath_ref: line }),
  ]),
  exhibits: list(exhibit, 1, 2000),
  agents: list(closed({ id: word, service: word, habilitation_ref: line, jkt: thumbprint }), 1, 200),
  cnf: closed({ jkt: list(thumbprint, 1, 200) }),
});

const authorisation = Compile(AUTHORISATION);
const schedule = Compile(SCHEDULE);

export const isAuthorisation = (value: unknown): value is Static<typeof AUTHORISATION> => authorisation.Check(value);
export const isSchedule = (value: unknown): value is Static<typeof SCHEDULE> => schedule.Check(value);
