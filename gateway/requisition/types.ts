import type {} from 'fastify';
import type { Fault } from '../faults.ts';
import type { CaseId, RequisitionId } from '../ids.ts';
import type { Op } from '../policy/types.ts';
import { CLASSES, type ClassName, COLOURS, type ColourName, leavesOf } from '../vocabulary.ts';

export const FRAMEWORKS = [
  'FLAGRANCE',
  'PRELIMINAIRE',
  'COMMISSION_ROGATOIRE',
  'MORT_SUSPECTE',
  'DISPARITION',
] as const;
export type Framework = (typeof FRAMEWORKS)[number];

/** Claims of `differe-authorisation+jwt`: signed for the judicial authority, one per procedure. Times in seconds or RFC 3339. */
export interface AuthorisationClaims {
  readonly ver: 1;
  readonly env: 'prod' | 'test';
  readonly iss: string;
  /** Procedure number. */
  readonly sub: string;
  readonly aud: string;
  readonly jti: string;
  readonly iat: number;
  readonly nbf: number;
  readonly exp: number;
  readonly prev?: string;
  readonly framework: Framework;
  readonly framework_ref: readonly string[];
  readonly framework_since: string;
  readonly purpose: 'preuve' | 'identification_auteur' | 'cause_mort' | 'cause_disparition';
  readonly offence?: {
    readonly natinf: readonly string[];
    readonly label: string;
    readonly art_706_73: boolean;
    readonly max_penalty_years: number;
  };
  readonly authority: {
    readonly role: string;
    readonly id: string;
    readonly jurisdiction: string;
    readonly name_ref: string;
  };
  readonly lrj_auth: {
    readonly kind: 'procedure_specific' | 'general_instruction';
    readonly mode: 'explicit' | 'deemed_flagrance';
    readonly decided_at: string;
    readonly act_ref: string;
    readonly act_sha256: string;
    readonly prosecutor_notice_at?: string;
  };
  readonly ops: readonly Op[];
  readonly facets: { readonly classes: readonly ClassName[]; readonly colours: readonly ColourName[] };
  /** Capture times that exhibits may have. */
  readonly period: { readonly start: string; readonly end: string };
  readonly places: readonly string[];
  readonly limits: { readonly max_hours: number; readonly max_queries: number; readonly max_exports: number };
  readonly controller: { readonly type: string; readonly unit_code: string };
  readonly dossier: { readonly id: string; readonly min_version: number };
  readonly retention: { readonly erase_by: string };
  readonly rev: { readonly list_id: string; readonly max_age_s: number };
}

/** Where a camera stands, as the officer signed it: WGS84, degrees north and east, and how it is known. */
export interface CameraPosition {
  readonly lat_deg: number;
  readonly lon_deg: number;
  readonly basis: string;
}

export interface ScheduledExhibit {
  /** Piece or seal number (PV, scellé). */
  readonly id: string;
  readonly sha256: string;
  readonly size: number;
  readonly camera: {
    readonly id: string;
    readonly operator: string;
    readonly place: string;
    /** Absent where nobody signed one: it is never derived from the place. */
    readonly position?: CameraPosition;
  };
  readonly capture: { readonly start: string; readonly end: string; readonly tz: string };
  /** Parts that may be analysed; absent means the whole capture. */
  readonly use_window?: readonly { readonly start: string; readonly end: string }[];
  readonly clock?: { readonly offset_s: number; readonly uncertainty_s: number; readonly basis: string };
  readonly acquisition: {
    readonly article: string;
    readonly act_ref: string;
    readonly act_sha256: string;
    readonly signed_by_role: string;
    readonly requested_from: string;
    readonly acquired_at: string;
    readonly preservation_ref?: string;
  };
  readonly damaged?: boolean;
}

/** Claims of `differe-schedule+jwt`: signed by the officer who directs the investigation; lists exhibits by SHA-256. */
export interface ScheduleClaims {
  readonly ver: 1;
  readonly env: 'prod' | 'test';
  readonly iss: string;
  readonly sub: string;
  readonly aud: string;
  readonly jti: string;
  readonly iat: number;
  readonly nbf: number;
  readonly exp: number;
  /** `jti` of the authorisation. */
  readonly auth: string;
  readonly facts: string;
  readonly necessity: string;
  readonly processing_title:
    | { readonly kind: 'direct' }
    | { readonly kind: 'qualified_person'; readonly act: string; readonly oath_ref: string };
  readonly exhibits: readonly ScheduledExhibit[];
  readonly agents: readonly {
    readonly id: string;
    readonly service: string;
    readonly habilitation_ref: string;
    readonly jkt: string;
  }[];
  /** RFC 7638 thumbprints of the agents' proof-of-possession keys. */
  readonly cnf: { readonly jkt: readonly string[] };
}

declare const verified: unique symbol;

/**
 * A verified requisition: authorisation and exhibit schedule together. Only requisition/verify.ts makes one (REQ-01); every stage
 * of the pipeline takes one, so nothing downstream can be written that runs without.
 */
export interface Requisition {
  readonly [verified]: true;
  readonly id: RequisitionId;
  readonly caseId: CaseId;
  readonly authorisation: AuthorisationClaims;
  readonly schedule: ScheduleClaims;
  /** SHA-256 (hex) of the two compact JWS as presented. */
  readonly digests: { readonly authorisation: string; readonly schedule: string };
  /** The stricter of both objects, seconds. */
  readonly notBefore: number;
  readonly expires: number;
}

/** As much of both tokens as says whether they stand. */
export interface RevocableTokens {
  readonly authorisation: Pick<AuthorisationClaims, 'jti' | 'rev' | 'authority' | 'lrj_auth'>;
  readonly schedule: Pick<ScheduleClaims, 'jti'>;
}

/** Who stands and who was revoked, as it was when memory was last brought up to date (REQ-13). */
export interface Standing {
  /** Reads what was presented since, here or in another process. At most a second old afterwards. */
  refresh(): Promise<void>;
  /** Revoked, contradicted, or without a fresh list. A pure look-up; E_DATABASE when memory is more than 60 s old. */
  isRevoked(tokens: RevocableTokens): boolean;
  /** Why tokens that `isRevoked` or may not come on record do not stand, for who holds them. */
  whyRevoked(tokens: RevocableTokens): Fault;
  /** Whether a revocation or a contrary decision is on record: what was found under it is in quarantine, for every requisition. */
  hasRevocation(id: RequisitionId): boolean;
  /** Whether tokens that are not on record yet may come on record in this case. */
  mayRegister(caseId: CaseId, tokens: RevocableTokens): Promise<boolean>;
}

/** Where cases stand, as retention has it (RET-01, RET-08): a pure look-up. */
export interface CaseStates {
  /** Brings memory up to date; at most a second old afterwards. */
  refresh(): Promise<void>;
  /** Undefined while the case is open. */
  caseStateOf(caseId: CaseId): 'closed' | 'frozen' | undefined;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The requisition that this request was made under. Throws E_REQ_MISSING where none was presented. */
    readonly requisition: Requisition;
  }
}

/** What statistics count an act by (STA-01): codes, nothing of the case. */
export const originOf = ({
  authorisation: { framework, offence, controller },
  schedule,
}: Pick<Requisition, 'authorisation' | 'schedule'>) => ({
  framework,
  unit: controller.unit_code,
  services: [...new Set(schedule.agents.map(({ service }) => service))].toSorted(),
  ...(offence === undefined ? {} : { natinf: offence.natinf }),
});

/** Whether the schedule lists an exhibit, by its digest (DEF-02, REQ-07): the one rule of reach, for every room. */
export const listsExhibit = (requisition: Requisition, exhibit: { readonly sha256: string }): boolean =>
  listedBy(requisition.schedule).has(exhibit.sha256);

const listed = new WeakMap<ScheduleClaims, ReadonlySet<string>>();

// A schedule lists thousands, and every one of thousands is asked about.
function listedBy(schedule: ScheduleClaims): ReadonlySet<string> {
  const known = listed.get(schedule) ?? new Set(schedule.exhibits.map(({ sha256 }) => sha256));
  listed.set(schedule, known);
  return known;
}

/** The leaf classes and the colours that a requisition lets be found, in the order of the vocabulary (FACE-08, PRO). */
export function permittedBy({ authorisation: { facets } }: Requisition): {
  readonly classes: readonly ClassName[];
  readonly colours: readonly ColourName[];
} {
  const leaves = new Set(facets.classes.flatMap(leavesOf));
  return {
    classes: CLASSES.filter((name) => leaves.has(name)),
    colours: COLOURS.filter((name) => facets.colours.includes(name)),
  };
}

export interface TicketHolder {
  /** RFC 7638 thumbprint of the key that proved itself. */
  readonly jkt: string;
  /** The requisition of the proven request; absent for roles that read without one. */
  readonly requisitionId: RequisitionId | undefined;
}

export interface MediaTickets {
  /** A ticket for the path of one GET, with its query. Throws E_RATE when a key holds too many. */
  issue(holder: TicketHolder, path: string): { readonly ticket: string; readonly expiresAtMs: number };
  /** Who holds it. E_REQ_PROOF for one that is unknown, over, or of another path: which, nobody is told. */
  open(ticket: string, path: string): TicketHolder;
}
