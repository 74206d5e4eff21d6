import { describe, expect, it } from 'vitest';
import {
  admit,
  clockNote,
  DEFERRAL_FLOOR_SECONDS,
  declaredDates,
  deferralFloor,
  windowsOf,
} from '../../gateway/footage/gate.ts';
import type { CaseId } from '../../gateway/ids.ts';
import type { ScheduledExhibit } from '../../gateway/requisition/types.ts';
import { CAPTURE_START_MS, makeRequisition, NOW_MS } from './support.ts';

const exhibit = {
  piece: 'SCELLE-1',
  sha256: 'a'.repeat(64),
  sizeBytes: 1000,
  captureStartMs: CAPTURE_START_MS,
  durationSeconds: 600,
};
const requisition = await makeRequisition([exhibit], () => crypto.randomUUID() as CaseId);
const [scheduled] = requisition.schedule.exhibits;
if (scheduled === undefined) throw new Error('no exhibit');
const { captureEndMs } = declaredDates(scheduled);
const nowSeconds = NOW_MS / 1000;
const floorSeconds = DEFERRAL_FLOOR_SECONDS;

const withDates = (dates: { start?: string; end?: string; acquired?: string }): ScheduledExhibit => ({
  ...scheduled,
  capture: {
    ...scheduled.capture,
    start: dates.start ?? scheduled.capture.start,
    end: dates.end ?? scheduled.capture.end,
  },
  acquisition: { ...scheduled.acquisition, acquired_at: dates.acquired ?? scheduled.acquisition.acquired_at },
});

describe('DEF-03: the deferral', () => {
  const at = (seconds: number) => admit({ requisition, scheduled, nowSeconds: seconds, floorSeconds });

  it('DEF-03: refuses one second before the floor and admits at the floor', async () => {
    // Signed before the floor has passed: an hour ago counts from the end of capture and from nothing else.
    const fresh = await makeRequisition([exhibit], () => crypto.randomUUID() as CaseId, {
      nowMs: captureEndMs + 600_000,
    });
    const [entry] = fresh.schedule.exhibits;
    if (entry === undefined) throw new Error('no exhibit');
    const ask = (seconds: number) =>
      admit({ requisition: fresh, scheduled: entry, nowSeconds: captureEndMs / 1000 + seconds, floorSeconds });
    expect(() => ask(floorSeconds - 1)).toThrow(expect.objectContaining({ code: 'E_DEF_TOO_SOON' }));
    expect(ask(floorSeconds)).toMatchObject({ captureEndMs });
  });

  it('DEF-03: admits yesterday’s footage at once', () => {
    expect(at(nowSeconds)).toMatchObject({ captureStartMs: CAPTURE_START_MS });
  });

  it('DEF-03: may be raised by policy and never lowered', () => {
    expect(deferralFloor(undefined)).toBe(3600);
    expect(deferralFloor(86_400)).toBe(86_400);
    for (const low of [0, 3599, -1, Number.NaN]) {
      expect(() => deferralFloor(low)).toThrow(expect.objectContaining({ code: 'E_CONFIG' }));
    }
    expect(() => admit({ requisition, scheduled, nowSeconds, floorSeconds: 30 * 86_400 })).toThrow(
      expect.objectContaining({ code: 'E_DEF_TOO_SOON' }),
    );
  });
});

describe('DEF-04: the dates', () => {
  it.each([
    ['capture that ends before it starts', { end: '2026-05-11T13:00:00Z' }],
    ['capture without length', { end: '2026-05-11T14:00:00Z' }],
    ['acquisition before the end of capture', { acquired: '2026-05-11T14:05:00Z' }],
    ['acquisition after the signature', { acquired: '2026-05-12T10:00:02Z' }],
    [
      'capture in the future',
      { start: '2027-01-01T00:00:00Z', end: '2027-01-01T01:00:00Z', acquired: '2027-01-02T00:00:00Z' },
    ],
    ['a date without its offset', { start: '2026-05-11T14:00:00' }],
    ['a date that is none', { end: 'hier' }],
    ['an empty date', { acquired: '' }],
  ])('DEF-04: refuses %s', (_name, dates) => {
    expect(() => admit({ requisition, scheduled: withDates(dates), nowSeconds, floorSeconds })).toThrow(
      expect.objectContaining({ code: 'E_DEF_WINDOW' }),
    );
  });

  it('DEF-04: refuses a schedule signed in the future', () => {
    expect(() => admit({ requisition, scheduled, nowSeconds: nowSeconds - 61, floorSeconds })).toThrow(
      expect.objectContaining({ code: 'E_DEF_WINDOW' }),
    );
  });

  const note = (containerTime: string | undefined, durationSeconds = 600) =>
    clockNote(requisition, scheduled, {
      containerTimeMs: containerTime === undefined ? undefined : Date.parse(containerTime),
      durationSeconds,
    });

  it('DEF-04: refuses a file whose own time is later than the signature by more than a minute', () => {
    expect(() => note('2026-05-12T10:01:01Z')).toThrow(expect.objectContaining({ code: 'E_DEF_WINDOW' }));
    expect(note('2026-05-12T10:01:00Z')).toContain('2026-05-12T10:01:00.000Z');
  });

  it('DEF-04: accepts and flags a file dated between the capture and the signature, or long before', () => {
    expect(note('2026-05-12T08:00:00Z')).toContain('hors de la captation');
    expect(note('2018-01-01T00:00:00Z')).toContain('2018-01-01');
  });

  it('DEF-04: says nothing of a file dated within its capture, or not dated', () => {
    expect(note('2026-05-11T14:03:00Z')).toBeUndefined();
    expect(note(undefined)).toBeUndefined();
  });

  it('DEF-04: flags a file that lasts longer than its declared capture', () => {
    expect(note(undefined, 3600)).toBe(
      'le fichier dure 3600 s, la captation déclarée 600 s (the file lasts 3600 s, the declared capture 600 s)',
    );
  });

  it('DEF-04: flags a file that ends before its declared capture does, and says for how long nothing can be seen', () => {
    expect(note(undefined, 540)).toBeUndefined();
    expect(note(undefined, 539)).toContain(": 61 s n'ont aucune image (");
    expect(note(undefined, 539)).toContain(': 61 s have no picture)');
  });
});

describe('DEF-01: an exhibit', () => {
  it('DEF-01: has a piece number, a size and a digest', () => {
    for (const change of [
      { id: '' },
      { id: '  ' },
      { size: 0 },
      { size: -1 },
      { size: 1.5 },
      { sha256: 'A'.repeat(64) },
    ]) {
      expect(() => admit({ requisition, scheduled: { ...scheduled, ...change }, nowSeconds, floorSeconds })).toThrow(
        expect.objectContaining({ code: 'E_DEF_NOT_EXHIBIT' }),
      );
    }
  });
});

describe('REQ-07: the parts that may be analysed', () => {
  const part = (from: number, to: number) => ({
    start: new Date(CAPTURE_START_MS + from * 1000).toISOString(),
    end: new Date(CAPTURE_START_MS + to * 1000).toISOString(),
  });

  it('REQ-07: are the whole file when the schedule names none', () => {
    expect(windowsOf(scheduled, 590)).toEqual([{ fromSeconds: 0, toSeconds: 590 }]);
  });

  it('REQ-07: are those of the schedule, within the file', () => {
    const use_window = [part(10, 20), part(500, 600), part(595, 600)];
    expect(windowsOf({ ...scheduled, use_window }, 590)).toEqual([
      { fromSeconds: 10, toSeconds: 20 },
      { fromSeconds: 500, toSeconds: 590 },
    ]);
  });
});
