import { ERRORS, type ErrorCode } from '../errors.ts';
import { ACTIONS, type Action, reachOf } from '../policy/types.ts';

/** Every code of a status. */
export const codesOfStatus = (status: number): readonly ErrorCode[] =>
  (Object.keys(ERRORS) as ErrorCode[]).filter((code) => ERRORS[code].status === status);

const ROLE: readonly ErrorCode[] = ['E_HAB_ROLE', 'E_HAB_NONE', 'E_HAB_REVOKED', 'E_HAB_TRAINING'];
const CASE: readonly ErrorCode[] = ['E_HAB_CASE', 'E_HAB_JURIS', 'E_REQ_REVOKED', 'E_RET_FROZEN'];

/** What the guard, the limits and the platform can answer to any request for an act, whatever the route does itself. */
export function commonRefusals(action: Action): readonly ErrorCode[] {
  const { ops, needsValidity, kind } = ACTIONS[action];
  const reach = reachOf(action);
  const everywhere: readonly ErrorCode[] = ['E_REQUEST', 'E_RATE', ...codesOfStatus(500), ...codesOfStatus(503)];
  if (reach === 'public') return ['E_RATE', ...codesOfStatus(500)];
  // A requisition that a request names is judged, also where none is asked for.
  const proven: readonly ErrorCode[] = [...everywhere, 'E_REQ_MISSING', 'E_REQ_PROOF', 'E_REQ_SIG', ...ROLE, ...CASE];
  if (reach !== 'case') return [...proven, 'E_PRO_SILO', 'E_REQ_EXPIRED', 'E_RET_CLOSED'];
  return [
    ...proven,
    'E_PRO_SILO',
    ...(ops.length > 0 ? (['E_REQ_OP'] as const) : []),
    ...(needsValidity ? (['E_REQ_EXPIRED'] as const) : []),
    ...(kind === 'consultation' ? [] : (['E_RET_CLOSED', 'E_REQ_EXPIRED'] as const)),
  ];
}

/** Codes by their HTTP status, each once, in the order of the table. */
export function byStatus(codes: readonly ErrorCode[]): ReadonlyMap<number, readonly ErrorCode[]> {
  const known = Object.keys(ERRORS) as ErrorCode[];
  const named = new Set(codes);
  return Map.groupBy(
    known.filter((code) => named.has(code)),
    (code) => ERRORS[code].status,
  );
}
