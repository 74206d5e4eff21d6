import type { HabilitationStanding } from '../policy/types.ts';
import type { Act } from '../trust/types.ts';
import type { HabilitationClaims } from './types.ts';

/** All that was signed about one person, oldest first. */
export type History = readonly HabilitationClaims[];

/** The acts by person, each history in the order of signing; acts of one second in the order of their presentation. */
export function historiesOf(acts: readonly Act<HabilitationClaims>[]): ReadonlyMap<string, History> {
  const ordered = acts.toSorted((a, b) => a.claims.iat - b.claims.iat || a.presentedAtMs - b.presentedAtMs);
  return Map.groupBy(
    ordered.map(({ claims }) => claims),
    ({ agent }) => agent.id,
  );
}

/** The act that counts at a moment: the last one signed by then. */
export const actAt = (history: History, at: number): HabilitationClaims | undefined =>
  history.findLast(({ iat }) => iat <= at);

/**
 * What a person's habilitation was worth at a moment (seconds). A withdrawal counts from `revoked_at`, also when it was signed later: a
 * later answer about the past is the truer one.
 */
export function standingAt(history: History, at: number): HabilitationStanding {
  const act = actAt(history, at);
  if (act === undefined || at < act.granted_at) return 'none';
  const isWithdrawn = history.some(
    (each) => each.iat >= act.iat && each.revoked_at !== undefined && each.revoked_at <= at,
  );
  if (isWithdrawn || at >= act.until) return 'ended';
  return isTrained(act, at) ? 'in_force' : 'untrained';
}

/** Only agents operate the tool (HUM-04). */
function isTrained({ role, training }: HabilitationClaims, at: number): boolean {
  if (role !== 'agent_habilite') return true;
  return [training.tool_at, training.law_at, training.bias_at].every((day) => day !== undefined && day <= at);
}
