import type { Lease } from './analysis/lease-store.ts';
import type { SeenExhibit } from './analysis/segment.ts';
import { AppError, ERRORS, type ErrorCode } from './errors.ts';
import type { ObjectId } from './ids.ts';
import { box, unbox } from './sealed-objects.ts';

// What the gateway and a worker tell each other by a lease, and what it is bound to (decisions 0034 and 0037).

/** What a lease tells its holder, encrypted for its key. Keys in base64. */
export interface Grant {
  readonly exhibit: SeenExhibit & { readonly object: ObjectId };
  readonly exhibitKey: string;
  readonly framesPerSecond: number;
  readonly draft: { readonly object: ObjectId; readonly key: string };
}

const nameOf = ({ jobId, n, holder, fence }: Lease): string => `${jobId}:${n}:${holder}:${fence}`;

/** What a grant is bound to: moved to another lease it does not open. */
export const grantLabel = (lease: Lease): string => `lease:${nameOf(lease)}`;

/** How a worker's part of a lease ended: its draft is whole, or why there is none. */
export type Ending = { readonly offered: true } | { readonly failureCode: ErrorCode };

/** Says an ending as nobody can who has not the key of the lease's draft. */
export const sealEnding = (draftKey: Buffer, lease: Lease, ending: Ending): Buffer =>
  box(draftKey, `ending:${nameOf(lease)}`, Buffer.from('offered' in ending ? OFFERED : ending.failureCode, 'utf8'));

/** The ending that `sealEnding` sealed under this key for this very lease; undefined for anything else. */
export function openEnding(draftKey: Buffer, lease: Lease, said: Buffer): Ending | undefined {
  let word: string;
  try {
    word = unbox(draftKey, `ending:${nameOf(lease)}`, said).toString('utf8');
  } catch (error) {
    if (error instanceof AppError && error.code === 'E_VAULT') return undefined;
    throw error;
  }
  if (word === OFFERED) return { offered: true };
  return Object.hasOwn(ERRORS, word) ? { failureCode: word as ErrorCode } : undefined;
}

const OFFERED = 'offered';
