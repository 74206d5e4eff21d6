import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { MediaTickets, TicketHolder } from './types.ts';

// A picture or a video that a browser fetches by itself (`<img>`, `<video>`) cannot carry a proof. A ticket stands for it: issued on a proven
// request, for one address, for a minute, to one key. What it opens is decided and journalled at each read as if the proof had come along.

export const TICKET_MS = 60_000;
/** Of one key: a grid of thumbnails, and no more memory than that. */
const MOST_OF_A_KEY = 500;
const TICKET = /^[A-Za-z0-9_-]{43}$/;

interface Issued extends TicketHolder {
  readonly path: string;
  readonly expiresAtMs: number;
}

/** Tickets live in the memory of the process that issued them, as digests; a restart ends them all. */
export function createMediaTickets(clock: Clock): MediaTickets {
  const issued = new Map<string, Issued>();
  const digestOf = (ticket: string): string => createHash('sha256').update(ticket).digest('base64url');

  function forget(): void {
    // Insertion order is time order.
    for (const [digest, { expiresAtMs }] of issued) {
      if (expiresAtMs > clock.nowMs()) break;
      issued.delete(digest);
    }
  }

  return {
    issue(holder, path) {
      forget();
      const held = [...issued.values()].filter(({ jkt }) => jkt === holder.jkt);
      const [oldest] = held;
      if (oldest !== undefined && held.length >= MOST_OF_A_KEY) {
        const retryAfterSeconds = Math.ceil((oldest.expiresAtMs - clock.nowMs()) / 1000);
        throw new AppError('E_RATE', { detail: `${held.length} tickets of one key`, retryAfterSeconds });
      }
      const ticket = randomBytes(32).toString('base64url');
      const expiresAtMs = clock.nowMs() + TICKET_MS;
      issued.set(digestOf(ticket), { ...holder, path, expiresAtMs });
      return { ticket, expiresAtMs };
    },
    open(ticket, path) {
      const known = TICKET.test(ticket) ? issued.get(digestOf(ticket)) : undefined;
      if (known === undefined || known.expiresAtMs <= clock.nowMs() || known.path !== path) {
        throw new AppError('E_REQ_PROOF', { detail: 'no such ticket' });
      }
      return known;
    },
  };
}
