import { Type } from 'typebox';
import { AppError } from '../errors.ts';
import type { CaseId } from '../ids.ts';
import type { Requisition } from '../requisition/types.ts';
import type { Vault } from '../vault.ts';

// What agents write beside what was found: free text, so it is sealed, and no record of the journal holds a word of it (LOG-03).

/** Characters that no reader sees, or that make a text read as another one: controls but line ends and tabs, and marks of direction. */
const UNSEEN = '\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f\\u202a-\\u202e\\u2066-\\u2069';

/** Text that somebody may write: not blank, at most so many characters. */
export const textOf = (maxLength: number, description: string) =>
  Type.String({ minLength: 1, maxLength, pattern: `^[^${UNSEEN}]*[^\\s${UNSEEN}][^${UNSEEN}]*$`, description });

/** The text as it is kept and as its digest is taken. */
export const tidy = (text: string): string => text.toWellFormed().normalize('NFC').trim();

/** What the journal says of a text: a digest under the case key, which nobody can guess the text from, and which goes with the case. */
export const digestOf = (vault: Pick<Vault, 'mark'>, caseId: CaseId, text: string): Promise<string> =>
  vault.mark(caseId, 'said', tidy(text));

/** The agent who acts. E_HAB_CASE for anybody whom the schedule does not designate. */
export function demandAgent(requisition: Requisition, agentId: string | undefined): string {
  if (agentId === undefined || !requisition.schedule.agents.some(({ id }) => id === agentId))
    throw new AppError('E_HAB_CASE', { detail: 'needs a designated agent' });
  return agentId;
}
