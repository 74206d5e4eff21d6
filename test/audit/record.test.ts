import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkEvent, encodeRecord, parseRecord } from '../../gateway/audit/record.ts';
import type { AuditEvent } from '../../gateway/audit/types.ts';
import { AppError } from '../../gateway/errors.ts';
import { eventFor, SOFTWARE } from './events.ts';

const frame = {
  id: randomUUID(),
  seq: 0,
  time: '2026-01-01T00:00:00.000Z',
  software: SOFTWARE,
  previous: '0'.repeat(64),
};

function refusal(work: () => unknown): AppError | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

const full: AuditEvent = eventFor(randomUUID(), {
  shown: { fromMs: 1, toMs: 2 },
  recipient: 'TJ-PARIS',
  models: 'a'.repeat(64),
  facts: { framework: 'FLAGRANCE', natinf: ['1234', '56'], unit: 'DIPN-69', mediaMs: 60_000, outcome: 'useful' },
});

/** Every text of an event, as the path to it. */
const PLACES: readonly (readonly (string | number)[])[] = [
  ['action'],
  ['actor', 'id'],
  ['actor', 'role'],
  ['actor', 'service'],
  ['reason', 'procedure'],
  ['reason', 'requisition'],
  ['reason', 'op'],
  ['objects', 0, 'type'],
  ['objects', 0, 'id'],
  ['outcome', 'effect'],
  ['outcome', 'policyId'],
  ['outcome', 'code'],
  ['recipient'],
  ['models'],
  ['facts', 'framework'],
  ['facts', 'natinf', 0],
  ['facts', 'natinf', 1],
  ['facts', 'unit'],
  ['facts', 'mediaMs'],
  ['facts', 'outcome'],
];

/** An event with a value put in one place, whatever the types say. */
function planted(place: readonly (string | number)[], value: unknown): AuditEvent {
  const copy = structuredClone(full) as unknown as Record<string | number, unknown>;
  let at = copy;
  for (const key of place.slice(0, -1)) at = at[key] as Record<string | number, unknown>;
  at[place.at(-1) ?? ''] = value;
  return copy as unknown as AuditEvent;
}

describe('a journal record', () => {
  it('LOG-02: is canonical JSON with who, why, what, when and the hash of the record before', () => {
    const leaf = encodeRecord(full, frame);
    expect(parseRecord(leaf)).toEqual({ ...full, ...frame });
    expect(leaf.toString()).toMatch(/^\{"action":"hit\.read","actor":\{"id":/);
  });

  it('LOG-02: has a reason that is never empty', () => {
    const none = { procedure: '-', requisition: '-', op: '-' };
    expect(refusal(() => encodeRecord(eventFor(undefined, { reason: none }), frame))?.code).toBe('E_LOG_CONTENT');
    expect(refusal(() => checkEvent(eventFor(undefined, { reason: none })))?.code).toBe('E_LOG_CONTENT');
    for (const member of ['procedure', 'requisition', 'op']) {
      expect(refusal(() => encodeRecord(planted(['reason', member], ''), frame))?.code).toBe('E_LOG_CONTENT');
    }
    expect(
      refusal(() => encodeRecord(eventFor(undefined, { reason: { ...none, op: 'case.list' } }), frame)),
    ).toBeUndefined();
  });

  it('LOG-03: takes no text with a space, a letter beyond ASCII or undue length, in no field, and never repeats it', () => {
    const content = fc
      .oneof(
        fc.string({ minLength: 6, unit: 'binary' }).filter((text) => /[^\x21-\x7e]/.test(text)),
        fc.constantFrom(
          'Jean Dupont',
          'voiture rouge',
          'AB-123-CD ',
          'caméra_3.mp4',
          '48.8566, 2.3522',
          'homme, veste bleue',
        ),
        fc.stringMatching(/^[a-z0-9]{65,90}$/),
      )
      .filter((text) => text.isWellFormed());
    fc.assert(
      fc.property(fc.constantFrom(...PLACES), content, (place, payload) => {
        const event = planted(place, payload);
        for (const work of [() => encodeRecord(event, frame), () => checkEvent(event)]) {
          const error = refusal(work);
          expect(error?.code).toBe('E_LOG_CONTENT');
          expect(`${error?.message}${error?.cause ?? ''}`).not.toContain(payload.trim());
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('LOG-03: takes ids and codes only of their own form', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), (word) => {
        for (const place of [
          ['objects', 0, 'id'],
          ['objects', 0, 'type'],
          ['outcome', 'code'],
          ['outcome', 'effect'],
          ['models'],
        ]) {
          if (place[2] === 'type' && word === 'exhibit') continue;
          if (['OK', '-', 'permit', 'forbid', 'done', 'failed'].includes(word)) continue;
          expect(refusal(() => encodeRecord(planted(place, word), frame))?.code).toBe('E_LOG_CONTENT');
        }
      }),
    );
    for (const value of ['rouge', 'DUPONT', 'E_NOT_IN_THE_TABLE', 'e_log_down']) {
      expect(refusal(() => encodeRecord(planted(['outcome', 'code'], value), frame))?.code).toBe('E_LOG_CONTENT');
    }
    for (const value of ['Dupont', 'rouge', 'camera']) {
      expect(refusal(() => encodeRecord(planted(['reason', 'procedure'], value), frame))?.code).toBe('E_LOG_CONTENT');
    }
  });

  it('LOG-03: refuses members that it does not know, at every depth, and does not repeat their names', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<readonly string[]>([], ['actor'], ['reason'], ['outcome'], ['shown'], ['facts']),
        fc
          .string({ minLength: 3 })
          .filter((name) => !Object.hasOwn({ ...full, ...full.actor, ...full.reason, ...full.facts }, name)),
        (where, name) => {
          const event = planted([...where, name === '__proto__' ? 'proto' : `zz${name}`], 'x');
          const error = refusal(() => encodeRecord(event, frame));
          expect(error?.code).toBe('E_LOG_CONTENT');
          expect(error?.message).not.toContain(`zz${name}`);
        },
      ),
    );
    for (const event of [
      planted(['objects', 0, 'note'], 'x'),
      planted(['shown', 'fromMs'], 3),
      planted(['shown', 'toMs'], -1),
    ]) {
      expect(refusal(() => encodeRecord(event, frame))?.code).toBe('E_LOG_CONTENT');
    }
  });

  it('LOG-03: facts for statistics are codes and whole numbers, never a sentence, a colour or a name', () => {
    for (const [member, values] of Object.entries({
      framework: ['vol de voiture rouge', 'flagrance', 'A', '', 7],
      natinf: ['1234', ['vol'], ['1234567'], [1234], Array.from({ length: 21 }, () => '1')],
      unit: ['brigade de Lyon', '', ['DIPN-69']],
      mediaMs: ['60000', -1, 1.5, null],
      outcome: ['coupable', 'useful ', true],
    })) {
      for (const value of values) {
        expect(refusal(() => encodeRecord(planted(['facts', member], value), frame))?.code, `${member} ${value}`).toBe(
          'E_LOG_CONTENT',
        );
      }
    }
    expect(parseRecord(encodeRecord(full, frame)).facts).toEqual(full.facts);
  });

  it('refuses what JSON cannot say exactly, and a record longer than an entry may be', () => {
    for (const value of [undefined, Number.NaN, -0, new Date(0), () => 1]) {
      expect(refusal(() => encodeRecord(planted(['recipient'], value), frame))?.code).toBe('E_LOG_CONTENT');
    }
    const objects = Array.from({ length: 1200 }, () => ({ type: 'hit' as const, id: randomUUID() }));
    expect(refusal(() => encodeRecord(eventFor(undefined, { objects }), frame))?.detail).toBe('the record is too long');
    expect(refusal(() => encodeRecord(eventFor(undefined, { objects: objects.slice(0, 900) }), frame))).toBeUndefined();
  });

  it('reads only its own canonical form', () => {
    const text = encodeRecord(full, frame).toString();
    for (const other of [
      ` ${text}`,
      text.replace('{"action"', '{ "action"'),
      text.replace('00.000Z', '61.000Z'),
      '',
      '[]',
      'null',
    ]) {
      expect(refusal(() => parseRecord(Buffer.from(other)))?.code, other.slice(0, 20)).toBe('E_LOG_CONTENT');
    }
    const { action, ...rest } = JSON.parse(text) as Record<string, unknown>;
    expect(refusal(() => parseRecord(Buffer.from(JSON.stringify({ ...rest, action }))))?.detail).toBe(
      'not canonical JSON',
    );
  });
});
