import { AppError } from '../errors.ts';
import { rulesOf } from './frameworks.ts';
import { type AuthorisationClaims, permittedBy, type Requisition } from './types.ts';

const DAY_SECONDS = 86_400;

const refuse = (detail: string): AppError => new AppError('E_REQ_RENEW', { detail });

/**
 * REQ-14: what prolongs an authorisation of the case stays within it, unless a fresh act says otherwise; and the days that a framework has
 * from its first act are counted once a case, whatever a later token calls its first act. `others`: the requisitions of the case on
 * record. Throws E_REQ_RENEW.
 */
export function checkRenewal(requisition: Requisition, others: readonly Requisition[]): void {
  checkFirstAct(requisition, others);
  const { prev, lrj_auth, controller } = requisition.authorisation;
  if (prev === undefined) return;
  const renewed = others.find(({ authorisation }) => authorisation.jti === prev);
  // The silo of a case is its procedure number, so what is found here has the same.
  if (renewed === undefined) throw refuse('prev is not on record in this case');
  const before = renewed.authorisation;
  if (before.controller.type !== controller.type || before.controller.unit_code !== controller.unit_code) {
    throw refuse('another controller');
  }
  if (lrj_auth.act_sha256 !== before.lrj_auth.act_sha256) return;
  if (requisition.authorisation.framework !== before.framework) throw refuse('another framework by the old act');
  const wider = widened(requisition, renewed);
  if (wider !== undefined) throw refuse(`${wider} is wider by the old act`);
  const known = new Set(
    others
      .filter(({ authorisation }) => authorisation.lrj_auth.act_sha256 === lrj_auth.act_sha256)
      .flatMap(({ schedule }) => schedule.exhibits.map(({ sha256 }) => sha256)),
  );
  if (requisition.schedule.exhibits.some(({ sha256 }) => !known.has(sha256)))
    throw refuse('a new exhibit by the old act');
}

function checkFirstAct({ authorisation }: Requisition, others: readonly Requisition[]): void {
  const { framework, framework_since, exp, lrj_auth, offence } = authorisation;
  const limit = rulesOf(framework, authorisation.iat).from_first_act;
  if (limit === undefined) return;
  const same = others.filter((other) => other.authorisation.framework === framework);
  const sinceMs = Math.min(
    ...[framework_since, ...same.map((each) => each.authorisation.framework_since)].map(Date.parse),
  );
  const isGrave = (offence?.max_penalty_years ?? 0) >= (limit.renewal_min_penalty_years ?? Number.POSITIVE_INFINITY);
  const more = lrj_auth.mode === 'explicit' && isGrave ? (limit.renewal_days ?? 0) : 0;
  if (exp > Math.ceil(sinceMs / 1000) + (limit.days + more) * DAY_SECONDS) {
    throw refuse(`beyond the first act of this case; ${limit.then ?? 'another framework'} comes next`);
  }
}

/** The first part of the scope that is wider than before. */
function widened(now: Requisition, before: Requisition): string | undefined {
  const [a, b] = [now.authorisation, before.authorisation];
  const [named, known] = [permittedBy(now), permittedBy(before)];
  const isWithin = (some: readonly string[], all: readonly string[]): boolean =>
    some.every((each) => all.includes(each));
  const parts: Readonly<Record<string, boolean>> = {
    ops: isWithin(a.ops, b.ops),
    facets: isWithin(named.classes, known.classes) && isWithin(named.colours, known.colours),
    period:
      Date.parse(a.period.start) >= Date.parse(b.period.start) && Date.parse(a.period.end) <= Date.parse(b.period.end),
    // An empty list sets no limit on place.
    places: b.places.length === 0 || (a.places.length > 0 && isWithin(a.places, b.places)),
    limits: LIMITS.every((name) => a.limits[name] <= b.limits[name]),
    retention: Date.parse(a.retention.erase_by) <= Date.parse(b.retention.erase_by),
  };
  return Object.keys(parts).find((name) => parts[name] === false);
}

const LIMITS = [
  'max_hours',
  'max_queries',
  'max_exports',
] as const satisfies readonly (keyof AuthorisationClaims['limits'])[];
