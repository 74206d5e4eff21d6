import type { JsonValue } from '../canonical.ts';
import { AppError } from '../errors.ts';
import { type Fault, faultAt } from '../faults.ts';
import type { CaseId, RequisitionId } from '../ids.ts';
import { earlierEnd, lowerLimits, type Tightened } from '../policy/tightened.ts';
import { readCompactJws } from '../trust/jws.ts';
import { type Opened, openSigned } from '../trust/open.ts';
import {
  AUTHORISATION_TYP,
  type Environment,
  type KeyRegistry,
  SCHEDULE_TYP,
  type TokenType,
} from '../trust/registry.ts';
import { parseAuthorisation, parseSchedule } from './claims.ts';
import { checkActs, checkAgents, checkExhibits, checkScope } from './exhibits.ts';
import { CLOCK_SKEW_SECONDS, checkAuthority, checkCap, checkFramework, mayDirect } from './frameworks.ts';
import type { AuthorisationClaims, Requisition, ScheduleClaims } from './types.ts';

/** The two compact JWS that are "the requisition token". */
export interface Tokens {
  readonly authorisation: string;
  readonly schedule: string;
}

export interface VerifyContext {
  readonly registry: KeyRegistry;
  readonly env: Environment;
  /** This installation's id: the `aud` of both tokens. */
  readonly audience: string;
  readonly nowSeconds: number;
  /** What the installation's own rules make narrower. */
  readonly tightened?: Tightened;
  /** Service responsible for this installation; when given, the authorisation must name it. */
  readonly controller?: { readonly type: string; readonly unit_code: string };
  caseIdOf(procedure: string): CaseId;
  /** Whether the tokens were revoked, contradicted, or depend on a list that is not fresh (REQ-13). */
  isRevoked(authorisation: AuthorisationClaims, schedule: ScheduleClaims): Promise<boolean> | boolean;
  /** Why, where that is known. */
  whyRevoked?(authorisation: AuthorisationClaims, schedule: ScheduleClaims): Fault;
  /**
   * Whether a token was registered before: a schedule's `jti` once, an authorisation's `jti` with these bytes only, since one
   * authorisation carries many schedules.
   */
  isUsed(token: {
    readonly jti: string;
    readonly sha256: string;
    readonly type: TokenType;
  }): Promise<boolean> | boolean;
}

/**
 * Verifies authorisation and schedule together, in the order of the validation rule: size and syntax, header, signature, registry role,
 * schema, environment and audience, times, revocation, replay, framework and authority, acts, exhibits, scope, agents. The first fault decides the
 * code. This is the only place that makes a `Requisition`.
 */
export async function verifyRequisition(tokens: Tokens, context: VerifyContext): Promise<Requisition> {
  const authorisation = await openToken(tokens.authorisation, AUTHORISATION_TYP, parseAuthorisation, context);
  const schedule = await openToken(tokens.schedule, SCHEDULE_TYP, parseSchedule, context);
  checkInstallation(authorisation.claims, context);
  checkInstallation(schedule.claims, context);
  checkTimes(authorisation.claims, context.nowSeconds);
  checkTimes(schedule.claims, context.nowSeconds);
  checkCap(authorisation.claims);
  checkShortLived(authorisation.claims, schedule.claims);
  if (await context.isRevoked(authorisation.claims, schedule.claims)) {
    const why = context.whyRevoked?.(authorisation.claims, schedule.claims);
    throw new AppError('E_REQ_REVOKED', { faults: why === undefined ? [] : [why] });
  }
  await checkReplay(authorisation, AUTHORISATION_TYP, context);
  await checkReplay(schedule, SCHEDULE_TYP, context);
  checkCompetence(authorisation, context);
  checkActs(authorisation.claims, schedule.claims);
  checkExhibits(schedule.claims);
  checkScope(authorisation.claims, schedule.claims);
  const caseId = context.caseIdOf(authorisation.claims.sub);
  checkAgents(schedule.claims);
  const { tightened = {} } = context;
  const notBefore = Math.max(authorisation.claims.nbf, schedule.claims.nbf);
  // The brand has no value: this assertion is the one way to a Requisition.
  return {
    id: schedule.claims.jti as RequisitionId,
    caseId,
    authorisation: { ...authorisation.claims, limits: lowerLimits(authorisation.claims.limits, tightened) },
    schedule: schedule.claims,
    digests: { authorisation: authorisation.sha256, schedule: schedule.sha256 },
    notBefore,
    expires: earlierEnd(notBefore, Math.min(authorisation.claims.exp, schedule.claims.exp), tightened),
  } as Requisition;
}

/** Verifies one of the two objects as far as it goes alone: no scope, no replay of the other. For the command line. */
export async function verifyAlone(compact: string, context: VerifyContext): Promise<void> {
  if (readCompactJws(compact).header.typ === SCHEDULE_TYP) {
    const schedule = await openToken(compact, SCHEDULE_TYP, parseSchedule, context);
    checkInstallation(schedule.claims, context);
    checkTimes(schedule.claims, context.nowSeconds);
    await checkReplay(schedule, SCHEDULE_TYP, context);
    checkExhibits(schedule.claims);
    return checkAgents(schedule.claims);
  }
  const authorisation = await openToken(compact, AUTHORISATION_TYP, parseAuthorisation, context);
  checkInstallation(authorisation.claims, context);
  checkTimes(authorisation.claims, context.nowSeconds);
  checkCap(authorisation.claims);
  await checkReplay(authorisation, AUTHORISATION_TYP, context);
  checkCompetence(authorisation, context);
}

async function openToken<T extends AuthorisationClaims | ScheduleClaims>(
  compact: string,
  typ: TokenType,
  parse: (value: JsonValue) => T,
  { registry }: VerifyContext,
): Promise<Opened<T>> {
  const opened = await openSigned(compact, typ, parse, registry);
  if (typ === SCHEDULE_TYP && !mayDirect(opened.key.role)) {
    throw new AppError('E_REQ_AUTHORITY', { detail: `${opened.key.kid} does not direct an investigation` });
  }
  return opened;
}

function checkInstallation(claims: AuthorisationClaims | ScheduleClaims, context: VerifyContext): void {
  const elsewhere = (pointer: string): AppError =>
    new AppError('E_REQ_REPLAY', { faults: [faultAt('requisition', pointer, 'elsewhere')] });
  if (claims.env !== context.env) throw elsewhere('/env');
  if (claims.aud !== context.audience) throw elsewhere('/aud');
}

function checkTimes(claims: AuthorisationClaims | ScheduleClaims, nowSeconds: number): void {
  const refuse = (detail: string): AppError => new AppError('E_REQ_EXPIRED', { detail });
  if (claims.iat > nowSeconds + CLOCK_SKEW_SECONDS) throw refuse('signed in the future');
  if (claims.nbf >= claims.exp) throw refuse('empty window');
  if (nowSeconds < claims.nbf) throw refuse('not yet valid');
  if (nowSeconds >= claims.exp) throw refuse('no longer valid');
}

/** The schedule is short-lived: never longer than what it stands on. */
function checkShortLived(authorisation: AuthorisationClaims, schedule: ScheduleClaims): void {
  if (schedule.exp - schedule.nbf > authorisation.exp - authorisation.nbf) {
    throw new AppError('E_REQ_EXPIRED', { detail: 'schedule longer than its authorisation' });
  }
}

async function checkReplay(
  opened: Opened<AuthorisationClaims | ScheduleClaims>,
  type: TokenType,
  context: VerifyContext,
): Promise<void> {
  if (await context.isUsed({ jti: opened.claims.jti, sha256: opened.sha256, type })) {
    throw new AppError('E_REQ_REPLAY', { faults: [faultAt('requisition', '/jti', 'onRecord')] });
  }
}

function checkCompetence({ claims, key }: Opened<AuthorisationClaims>, { controller }: VerifyContext): void {
  checkFramework(claims);
  checkAuthority(claims, key.role);
  const { type, unit_code } = claims.controller;
  if (controller !== undefined && (type !== controller.type || unit_code !== controller.unit_code)) {
    throw new AppError('E_REQ_CONTROLLER', { detail: `${type}:${unit_code} is not the controller here` });
  }
}
