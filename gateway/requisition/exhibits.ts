import { AppError } from '../errors.ts';
import { checkAcquisition, checkProvenance } from './frameworks.ts';
import type { AuthorisationClaims, ScheduleClaims, ScheduledExhibit } from './types.ts';

const ms = (instant: string): number => Date.parse(instant);

/**
 * REQ-03: the acquisition title of each exhibit and the authorisation to use the software are two acts, each of them allowed by the
 * framework. Throws E_REQ_ACTS, E_REQ_AUTHORITY.
 */
export function checkActs(authorisation: AuthorisationClaims, schedule: ScheduleClaims): void {
  const { act_sha256: authorised, decided_at: decided } = authorisation.lrj_auth;
  if (ms(decided) > authorisation.iat * 1000 + 999) {
    throw new AppError('E_REQ_ACTS', { detail: 'decided after the signature' });
  }
  for (const { acquisition } of schedule.exhibits) {
    if (acquisition.act_sha256 === authorised) throw new AppError('E_REQ_ACTS', { detail: 'one act for two' });
    checkAcquisition(authorisation, acquisition);
  }
}

/**
 * DEF-04, REQ-20 and the shape of the list: dates in order, piece numbers unique, parts inside the capture, late acquisitions explained. Throws
 * E_DEF_WINDOW, E_REQ_SCHEMA, E_REQ_PROVENANCE.
 */
export function checkExhibits(schedule: ScheduleClaims): void {
  if (new Set(schedule.exhibits.map((exhibit) => exhibit.id)).size !== schedule.exhibits.length) {
    throw new AppError('E_REQ_SCHEMA', { detail: 'a piece number stands twice' });
  }
  for (const exhibit of schedule.exhibits) {
    checkDates(exhibit, schedule.iat);
    checkProvenance(exhibit);
  }
}

function checkDates(exhibit: ScheduledExhibit, iatSeconds: number): void {
  const start = ms(exhibit.capture.start);
  const end = ms(exhibit.capture.end);
  const acquired = ms(exhibit.acquisition.acquired_at);
  // `iat` is cut to whole seconds, so an act of that same second is not later than it.
  if (!(start < end && end <= acquired && acquired <= iatSeconds * 1000 + 999)) {
    throw new AppError('E_DEF_WINDOW', { detail: 'capture, acquisition and signature contradict each other' });
  }
  for (const part of exhibit.use_window ?? []) {
    if (!(start <= ms(part.start) && ms(part.start) < ms(part.end) && ms(part.end) <= end)) {
      throw new AppError('E_DEF_WINDOW', { detail: 'use_window outside the capture' });
    }
  }
}

/**
 * The schedule is a subset of its authorisation: same procedure, same installation, captures inside the period, places listed (an
 * authorisation that lists none sets no limit on place). Throws E_REQ_SCOPE.
 */
export function checkScope(authorisation: AuthorisationClaims, schedule: ScheduleClaims): void {
  const outside = (detail: string): AppError => new AppError('E_REQ_SCOPE', { detail });
  if (schedule.auth !== authorisation.jti) throw outside('auth names another authorisation');
  if (schedule.sub !== authorisation.sub) throw outside('another procedure');
  const from = ms(authorisation.period.start);
  const to = ms(authorisation.period.end);
  if (!(from < to)) throw outside('period is empty');
  for (const { capture, camera } of schedule.exhibits) {
    if (ms(capture.start) < from || ms(capture.end) > to) throw outside('capture outside the period');
    if (authorisation.places.length > 0 && !authorisation.places.includes(camera.place)) {
      throw outside('place not listed');
    }
  }
}

/** REQ-15, HAB-03: every proof key belongs to one designated agent and every agent has one. Throws E_HAB_CASE, E_REQ_SCHEMA. */
export function checkAgents(schedule: ScheduleClaims): void {
  const keys = new Set(schedule.agents.map((agent) => agent.jkt));
  const agents = new Set(schedule.agents.map((agent) => agent.id));
  if (keys.size !== schedule.agents.length || agents.size !== schedule.agents.length) {
    throw new AppError('E_REQ_SCHEMA', { detail: 'an agent or a key stands twice' });
  }
  if (keys.size !== schedule.cnf.jkt.length || schedule.cnf.jkt.some((jkt) => !keys.has(jkt))) {
    throw new AppError('E_HAB_CASE', { detail: 'cnf and agents differ' });
  }
}
