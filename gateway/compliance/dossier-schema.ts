import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { JsonValue } from '../canonical.ts';
import { CONTROLLER_TYPES } from '../config.ts';
import { AppError } from '../errors.ts';

// What a compliance dossier says (legal-requirements 4.1). People fill in references to acts and papers that exist outside; the
// capability is the gateway's own. Closed at every level: an unknown member is a dossier of another version.

const closed = { additionalProperties: false };
const Ref = Type.String({ minLength: 2, maxLength: 300 });
const SHA256 = '^[0-9a-f]{64}$';
const INSTANT = '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,3})?Z$';
const VERSION = '^\\d+\\.\\d+\\.\\d+$';
const ID = '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$';
/** What a member of each pattern is, for whoever fills it in. */
const IN_WORDS: Readonly<Record<string, string>> = {
  [SHA256]: 'must be a SHA-256, 64 hexadecimal digits in lower case',
  [INSTANT]: 'must be a time such as 2026-03-02T09:00:00Z',
  [VERSION]: 'must be a version such as 1.2.0',
  [ID]: 'must be a name of at most 64 letters, digits, dots, dashes and underscores',
};
const Sha256 = Type.String({ pattern: SHA256 });
const Instant = Type.String({ pattern: INSTANT });
const Version = Type.String({ pattern: VERSION });
const Words = Type.Array(Type.String({ minLength: 1, maxLength: 400 }), { maxItems: 20_000 });

const CapabilityShape = Type.Object(
  {
    ops: Words,
    classes: Words,
    colours: Words,
    knownLabels: Words,
    routes: Words,
    roles: Words,
    roleMatrix: Words,
    roleMatrixSha256: Sha256,
    models: Type.Array(Type.Object({ name: Ref, sha256: Sha256, labels: Words }, closed), { maxItems: 64 }),
    packages: Words,
    exposure: Words,
    retentionDays: Type.Record(
      Type.String({ pattern: '^[a-z][A-Za-z.-]{0,63}$' }),
      Type.Number({ minimum: 0 }),
      closed,
    ),
    permits: Words,
    bans: Words,
    configKeys: Words,
  },
  closed,
);

const DossierShape = Type.Object(
  {
    id: Type.String({ pattern: ID }),
    version: Type.Integer({ minimum: 1 }),
    /** The name on its cover. */
    title: Ref,
    /** From this version, and below that one, which is never beyond the next major version (CPL-02). */
    software: Type.Object({ name: Ref, from: Version, below: Version }, closed),
    controller: Type.Object({ type: Type.Enum([...CONTROLLER_TYPES]), unit_code: Ref }, closed),
    sites: Type.Array(Ref, { minItems: 1, maxItems: 200 }),
    /** Engagement de conformité (RU-018) and the proof that it was sent to the CNIL. */
    engagement: Type.Object({ ref: Ref, signatory: Ref, sent_at: Instant, proof_sha256: Sha256 }, closed),
    techfile: Type.Object({ ref: Ref, sha256: Sha256 }, closed),
    aipd: Type.Object(
      { ref: Ref, version: Ref, approved_at: Instant, review_at: Instant, dpo_opinion_ref: Ref, sha256: Sha256 },
      closed,
    ),
    notice: Type.Object({ ref: Ref, published_at: Instant }, closed),
    register: Type.Object({ ref: Ref }, closed),
    /** Minutes of the ceremony in which the authorities' keys were taken up. */
    keys: Type.Object({ ref: Ref, sha256: Sha256 }, closed),
    accreditation: Type.Object({ ref: Ref }, closed),
    contract: Type.Object({ ref: Ref }, closed),
    update: Type.Object({ ref: Ref }, closed),
    incident: Type.Object({ ref: Ref }, closed),
    /** Self-assessment under the AI Act (CPL-07): a warning without it until 2 December 2027. */
    aia: Type.Optional(Type.Object({ ref: Ref, sha256: Sha256 }, closed)),
    /** Years that the journal is kept; three at least (LOG-06). */
    journal_retention_years: Type.Integer({ minimum: 3, maximum: 100 }),
    capability: CapabilityShape,
    capability_sha256: Sha256,
    model_set_sha256: Sha256,
  },
  closed,
);
export type Dossier = Static<typeof DossierShape>;

const ClaimsShape = Type.Object(
  {
    ver: Type.Literal(1),
    env: Type.Enum(['prod', 'test']),
    iss: Ref,
    aud: Ref,
    jti: Type.String({ format: 'uuid' }),
    /** When this signature was made; seconds. */
    iat: Type.Integer({ minimum: 0 }),
    dossier: Type.Unknown(),
  },
  closed,
);
/** What each of the two persons signs: the dossier whole, and who and when. */
export type DossierClaims = Static<typeof ClaimsShape>;

const dossierShape = Compile(DossierShape);
const claimsShape = Compile(ClaimsShape);

export const parseDossier = (value: unknown): Dossier => parsed(dossierShape, value);
export const parseDossierClaims = (value: JsonValue): DossierClaims => parsed(claimsShape, value);

/** Throws E_CPL_INCOMPLETE; the detail names every member that is missing or malformed, and what it has to be. */
function parsed<T>(
  shape: { Check(value: unknown): boolean; Errors(value: unknown): Iterable<ShapeError> },
  value: unknown,
): T {
  if (shape.Check(value)) return value as T;
  const faults = [...shape.Errors(value)].flatMap((error) => faultsOf(error, value));
  throw new AppError('E_CPL_INCOMPLETE', { detail: [...new Set(faults)].slice(0, 20).join('; ') });
}

interface ShapeError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: object;
  /** In English: "must not have fewer than 2 characters". */
  readonly message: string;
}

function faultsOf({ keyword, instancePath, params, message }: ShapeError, whole: unknown): readonly string[] {
  const at = instancePath.split('/').slice(1);
  if ('requiredProperties' in params && Array.isArray(params.requiredProperties)) {
    return params.requiredProperties.map((name) => `${[...at, name].join('.')} is missing`);
  }
  // Said by `additionalProperties` of the object that holds it.
  if (keyword === 'boolean') return [];
  if ('additionalProperties' in params && Array.isArray(params.additionalProperties)) {
    return params.additionalProperties.map((name) => `${[...at, name].join('.')} is not known`);
  }
  const name = at.join('.') || 'the dossier';
  const wanted = wantedOf(params) ?? message;
  return [isBlank(at.reduce(memberOf, whole)) ? `${name} is not filled in: it ${wanted}` : `${name} ${wanted}`];
}

function wantedOf(params: object): string | undefined {
  if ('pattern' in params) return IN_WORDS[String(params.pattern)];
  if ('allowedValues' in params && Array.isArray(params.allowedValues)) {
    return `must be one of ${params.allowedValues.join(', ')}`;
  }
  return undefined;
}

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;

const isBlank = (value: unknown): boolean => value === '' || (Array.isArray(value) && value.length === 0);
