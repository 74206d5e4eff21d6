import { describe, expect, it } from 'vitest';
import type { RequisitionId } from '../../gateway/ids.ts';
import { createMediaTickets, TICKET_MS } from '../../gateway/requisition/media-tickets.ts';
import { handClock } from '../audit/support.ts';

const HOLDER = { jkt: 'a-key', requisitionId: '0b000000-0000-4000-8000-000000000001' as RequisitionId };
const PATH = '/api/v1/cases/c/hits/h/clip';

describe('a media ticket', () => {
  it('REQ-15: opens one address, for one minute, to the key that asked for it', () => {
    const clock = handClock(1_000_000);
    const tickets = createMediaTickets(clock);
    const { ticket, expiresAtMs } = tickets.issue(HOLDER, PATH);
    expect(expiresAtMs).toBe(1_000_000 + TICKET_MS);
    expect(tickets.open(ticket, PATH)).toMatchObject(HOLDER);
    // A video is fetched by many ranges.
    expect(tickets.open(ticket, PATH)).toMatchObject(HOLDER);
    const refused = [
      () => tickets.open(ticket, PATH.replace('clip', 'still')),
      () => tickets.open(`${ticket.slice(0, -1)}${ticket.endsWith('A') ? 'B' : 'A'}`, PATH),
      () => tickets.open('', PATH),
      () => createMediaTickets(clock).open(ticket, PATH),
    ].map((open) => {
      try {
        open();
      } catch (error) {
        return String(error);
      }
      return 'opened';
    });
    // The same words for each: nobody learns which it was.
    expect(new Set(refused).size).toBe(1);
    expect(refused[0]).toContain('E_REQ_PROOF');
    clock.setMs(expiresAtMs - 1);
    expect(tickets.open(ticket, PATH)).toMatchObject(HOLDER);
    clock.setMs(expiresAtMs);
    expect(() => tickets.open(ticket, PATH)).toThrow('E_REQ_PROOF');
  });

  it('is not kept as it is, and one key holds a bounded number', () => {
    const clock = handClock(1_000_000);
    const tickets = createMediaTickets(clock);
    for (let n = 0; n < 500; n++) tickets.issue(HOLDER, PATH);
    expect(() => tickets.issue(HOLDER, PATH)).toThrow(
      expect.objectContaining({ code: 'E_RATE', retryAfterSeconds: TICKET_MS / 1000 }),
    );
    expect(tickets.issue({ ...HOLDER, jkt: 'another' }, PATH).ticket).toMatch(/^[\w-]{43}$/);
    clock.setMs(1_000_000 + TICKET_MS);
    expect(tickets.issue(HOLDER, PATH).ticket).toMatch(/^[\w-]{43}$/);
  });
});
