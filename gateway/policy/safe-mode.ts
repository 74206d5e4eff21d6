import { ACTIONS, type Action } from './types.ts';

/** The ban that closes everything else in safe mode; its refusal carries the code of what failed. */
export const SAFE_MODE_POLICY = 'safe-mode';

/** What is public, signed acts, and what control reads without touching content (POL-03). */
const ANSWER: readonly Action[] = [
  'public.read',
  'act.present',
  'audit.read',
  'habilitation.read',
  'statistics.read',
  'registry.read',
  // Why nothing is processed is what control asks first.
  'dossier.read',
  'request.list',
];

/** Whether an act is possible while the installation processes nothing. Erasure always is, whatever else is wrong. */
export function answersInSafeMode(action: Action): boolean {
  const kind: string | undefined = ACTIONS[action]?.kind;
  return ANSWER.includes(action) || kind === 'erasure';
}
