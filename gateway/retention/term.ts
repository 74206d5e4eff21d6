import { AppError } from '../errors.ts';
import type { AuthorisationClaims } from '../requisition/types.ts';
import type { ExtensionClaims } from './types.ts';

// How long a case may be here. Three years from the first recording, whatever else (art. 230-22 CPP; we count from the first, which is the
// strict reading), earlier where an authorisation says so, later only where the magistrate seized extends for organised crime.

export const DAY_MS = 86_400_000;
/** RET-01: from the closure to the erasure, at most. */
export const CLOSURE_MS = DAY_MS;
/** RET-05: what was found under an authorisation that is revoked, unless an order comes before. */
export const QUARANTINE_MS = 30 * DAY_MS;
/** CTL-01: an order to rectify or to complete is carried out within this. */
export const ORDER_MS = DAY_MS;
/** RET-04: how often a search for a missing person, or for a cause of death, asks whether it is still needed. */
export const REVIEW_MS = 90 * DAY_MS;
/** RET-02, RET-03: what a case may last, and what one extension adds at most. */
export const CAP_YEARS = 3;
export const EXTENSION_YEARS = 2;

export interface TermFacts {
  readonly createdAtMs: number;
  readonly firstRecordingAtMs: number | undefined;
  readonly closedAtMs: number | undefined;
  /** Days from the first recording that the installation keeps a case at most (POL-01); undefined where the law's three years stand alone. */
  readonly installationDays?: number | undefined;
  /** Authorisations of the case. */
  readonly authorisations: readonly Pick<AuthorisationClaims, 'retention'>[];
  readonly extensions: readonly Pick<ExtensionClaims, 'until'>[];
  /** Since when every requisition of the case is revoked; undefined while one stands. */
  readonly allRevokedAtMs: number | undefined;
}

/** When everything of a case must be gone, milliseconds. */
export function eraseDueMs(facts: TermFacts): number {
  const first = facts.firstRecordingAtMs ?? facts.createdAtMs;
  const own = facts.installationDays === undefined ? [] : [first + facts.installationDays * DAY_MS];
  const cap = Math.min(yearsAfter(first, CAP_YEARS), ...own);
  const said = facts.authorisations.map(({ retention }) => Date.parse(retention.erase_by));
  const extended = facts.extensions.map(({ until }) => Date.parse(until));
  // The latest authorisation of a case that goes on speaks for it; an extension speaks last.
  const term =
    extended.length > 0 ? Math.max(...extended) : Math.min(cap, ...(said.length > 0 ? [Math.max(...said)] : []));
  const ends = [
    term,
    ...(facts.closedAtMs === undefined ? [] : [facts.closedAtMs + CLOSURE_MS]),
    ...(facts.allRevokedAtMs === undefined ? [] : [facts.allRevokedAtMs + QUARANTINE_MS]),
  ];
  return Math.min(...ends);
}

/** Whether an extension may stand (RET-03): organised crime under art. 230-20 1°, two years at a time from where the term ends now. E_RET_EXTENSION. */
export function demandExtensible(
  { until }: Pick<ExtensionClaims, 'until'>,
  authorisations: readonly Pick<AuthorisationClaims, 'framework' | 'offence'>[],
  termMs: number,
): void {
  const refuse = (detail: string): AppError => new AppError('E_RET_EXTENSION', { detail });
  const eligible = authorisations.some(
    ({ framework, offence }) =>
      framework !== 'MORT_SUSPECTE' && framework !== 'DISPARITION' && offence?.art_706_73 === true,
  );
  if (!eligible) throw refuse('no authorisation for an offence under arts 706-73 to 706-74');
  if (Date.parse(until) > yearsAfter(termMs, EXTENSION_YEARS)) throw refuse('more than two years at a time');
  if (Date.parse(until) <= termMs) throw refuse('no later than the term is');
}

/** The same day and hour so many years later; the last of February where there is no 29th. */
export function yearsAfter(ms: number, years: number): number {
  const date = new Date(ms);
  const month = date.getUTCMonth();
  date.setUTCFullYear(date.getUTCFullYear() + years);
  if (date.getUTCMonth() !== month) date.setUTCDate(0);
  return date.getTime();
}
