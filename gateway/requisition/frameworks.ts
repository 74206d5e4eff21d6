import table from '../../policies/legal-frameworks.json' with { type: 'json' };
import { AppError } from '../errors.ts';
import type { AuthorisationClaims, Framework, ScheduledExhibit } from './types.ts';

interface Authoriser {
  readonly role: string;
  readonly mode: string;
  /** Roles that the registry may give to the key that signs for this authority. */
  readonly signers: readonly string[];
  /** Article that the authorisation must cite for this authority to be competent. */
  readonly needs_article?: string;
}

/** One legal framework during one period, as `policies/legal-frameworks.json` has it. */
export interface FrameworkRules {
  readonly code: string;
  readonly effective_from: string;
  readonly effective_to: string;
  readonly articles: readonly string[];
  readonly acquisition: readonly { readonly article: string; readonly signed_by: readonly string[] }[];
  readonly authorised_by: readonly Authoriser[];
  readonly cap_days: number;
  readonly from_first_act?: {
    readonly days: number;
    readonly renewal_days?: number;
    readonly renewal_min_penalty_years?: number;
    /** The framework whose forms the investigation takes on afterwards. */
    readonly then?: string;
  };
  readonly deemed_flagrance: boolean;
  readonly offence_required: boolean;
  readonly purposes: readonly string[];
}

const FRAMEWORK_RULES: readonly FrameworkRules[] = table.frameworks;

const DAY_SECONDS = 86_400;

/** The rules in force for a framework when the token was signed. Throws E_REQ_FRAMEWORK when the table has none. */
export function rulesOf(framework: Framework, iatSeconds: number): FrameworkRules {
  const rules = FRAMEWORK_RULES.find(
    (entry) =>
      entry.code === framework &&
      Date.parse(entry.effective_from) <= iatSeconds * 1000 &&
      iatSeconds * 1000 < Date.parse(entry.effective_to),
  );
  if (rules === undefined) throw new AppError('E_REQ_FRAMEWORK', { detail: 'no rules in force at iat' });
  return rules;
}

/** REQ-10: the window of an authorisation against the caps of its framework. Throws E_REQ_EXPIRED. */
export function checkCap(claims: AuthorisationClaims): void {
  const rules = rulesOf(claims.framework, claims.iat);
  if (claims.exp - claims.nbf > rules.cap_days * DAY_SECONDS) {
    throw new AppError('E_REQ_EXPIRED', { detail: `longer than ${rules.cap_days} days` });
  }
  const limit = rules.from_first_act;
  if (limit === undefined) return;
  // The first act is given to the millisecond and exp in seconds; the second that the eight days end in still counts.
  const since = Math.ceil(Date.parse(claims.framework_since) / 1000);
  const renewable =
    limit.renewal_days !== undefined &&
    claims.lrj_auth.mode === 'explicit' &&
    (claims.offence?.max_penalty_years ?? 0) >= (limit.renewal_min_penalty_years ?? Number.POSITIVE_INFINITY);
  const days = limit.days + (renewable ? (limit.renewal_days ?? 0) : 0);
  if (claims.exp > since + days * DAY_SECONDS) {
    throw new AppError('E_REQ_EXPIRED', { detail: `beyond ${days} days of the first act` });
  }
}

/** REQ-02: articles, purpose, offence and dates that the framework asks for. Throws E_REQ_FRAMEWORK, E_REQ_OBJECT. */
export function checkFramework(claims: AuthorisationClaims): void {
  const rules = rulesOf(claims.framework, claims.iat);
  if (claims.framework_ref.some((article) => !rules.articles.includes(article))) {
    throw new AppError('E_REQ_FRAMEWORK', { detail: 'framework_ref cites an article of no such framework' });
  }
  if (!rules.purposes.includes(claims.purpose)) throw new AppError('E_REQ_FRAMEWORK', { detail: 'purpose' });
  if (Date.parse(claims.framework_since) > (claims.iat + CLOCK_SKEW_SECONDS) * 1000) {
    throw new AppError('E_REQ_FRAMEWORK', { detail: 'framework_since is later than the signature' });
  }
  if (rules.offence_required && claims.offence === undefined) throw new AppError('E_REQ_OBJECT', { detail: 'offence' });
  if (!table.controllers.includes(claims.controller.type)) {
    throw new AppError('E_REQ_AUTHORITY', { detail: 'no competent controller' });
  }
}

/** Tolerance between the clocks of an authority and of the gateway. */
export const CLOCK_SKEW_SECONDS = 60;

/** REQ-04, REQ-05: the authority is competent for the framework and its key may sign for it. Throws E_REQ_DEEMED, E_REQ_AUTHORITY. */
export function checkAuthority(claims: AuthorisationClaims, signerRole: string): void {
  const rules = rulesOf(claims.framework, claims.iat);
  const { mode, prosecutor_notice_at: notice } = claims.lrj_auth;
  if (mode === 'deemed_flagrance') {
    if (!rules.deemed_flagrance) throw new AppError('E_REQ_DEEMED', { detail: claims.framework });
    if (notice === undefined) throw new AppError('E_REQ_DEEMED', { detail: 'no notice to the prosecutor' });
    if (Date.parse(notice) > (claims.iat + CLOCK_SKEW_SECONDS) * 1000) {
      throw new AppError('E_REQ_DEEMED', { detail: 'notice later than the signature' });
    }
  }
  const competent = rules.authorised_by.some(
    (authority) =>
      authority.role === claims.authority.role &&
      authority.mode === mode &&
      authority.signers.includes(signerRole) &&
      (authority.needs_article === undefined || claims.framework_ref.includes(authority.needs_article)),
  );
  if (!competent)
    throw new AppError('E_REQ_AUTHORITY', { detail: `${claims.authority.role} by a key of ${signerRole}` });
}

/** REQ-03, REQ-04: who may sign which acquisition title. Throws E_REQ_ACTS (article), E_REQ_AUTHORITY (role). */
export function checkAcquisition(
  authorisation: AuthorisationClaims,
  acquisition: { readonly article: string; readonly signed_by_role: string },
): void {
  const rules = rulesOf(authorisation.framework, authorisation.iat);
  const title = rules.acquisition.find((entry) => entry.article === acquisition.article);
  if (title === undefined) throw new AppError('E_REQ_ACTS', { detail: 'acquisition article not of this framework' });
  if (!title.signed_by.includes(acquisition.signed_by_role)) {
    throw new AppError('E_REQ_AUTHORITY', { detail: `acquisition signed by ${acquisition.signed_by_role}` });
  }
}

/**
 * REQ-20: recordings of others are destroyed after a month (L. 252-5 CSI), so one acquired later needs the reference of what preserved it.
 * What was seized with its carrier is the owner's own and no copy that ran out. Throws E_REQ_PROVENANCE.
 */
export function checkProvenance({ capture, acquisition }: ScheduledExhibit): void {
  const { days, exempt_articles } = table.provenance;
  const keptMs = Date.parse(acquisition.acquired_at) - Date.parse(capture.end);
  if (keptMs <= days * DAY_SECONDS * 1000 || exempt_articles.includes(acquisition.article)) return;
  if (acquisition.preservation_ref === undefined) {
    throw new AppError('E_REQ_PROVENANCE', { detail: `acquired more than ${days} days after its capture` });
  }
}

export const mayDirect = (signerRole: string): boolean => table.schedule_signers.includes(signerRole);
