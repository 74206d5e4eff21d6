import { describe, expect, it } from 'vitest';
import type { ExhibitBody, Hit, JobBody } from '../../gateway/console/api/types.ts';
import {
  between,
  dayAfter,
  dayOf,
  gapsBetween,
  hoursOf,
  marksByDay,
  monthAfter,
  stretchesOf,
  weeksOf,
} from '../../gateway/console/screens/search/footage.ts';

const recording = (id: string, camera: string, captureStart: string, more: Partial<ExhibitBody> = {}): ExhibitBody =>
  ({
    ...{ id, state: 'sealed', captureStart, durationSeconds: 3_600, camera: { id: camera, place: 'Rue' } },
    ...{ clock: { offsetSeconds: 0, uncertaintySeconds: 2, basis: '' } },
    ...more,
  }) as ExhibitBody;
const DONE = [{ exhibitId: 'a', state: 'done' }] as unknown as readonly JobBody[];
const seconds = (ms: number): string => new Date(ms).toISOString().slice(11, 19);

describe('footage in time', () => {
  it('is what is under seal, by the corrected clock, and tells what the requisition leaves out', () => {
    const found = stretchesOf(
      [
        recording('a', 'CAM-1', '2026-03-02T10:00:00Z', {
          clock: { offsetSeconds: 60, uncertaintySeconds: 2, basis: '' },
          windows: [{ fromSeconds: 600, toSeconds: 1_200 }],
        }),
        recording('b', 'CAM-2', '2026-03-02T09:00:00Z', { windows: [{ fromSeconds: 0, toSeconds: 3_600 }] }),
        recording('c', 'CAM-2', '2026-03-02T09:00:00Z', { state: 'refused' }),
      ],
      DONE,
    );
    expect(
      found.map(({ exhibit, fromMs, toMs, state }) => [exhibit.id, seconds(fromMs), seconds(toMs), state]),
    ).toEqual([
      ['b', '09:00:00', '10:00:00', 'notAnalysed'],
      ['a', '10:01:00', '10:11:00', 'outside'],
      ['a', '10:11:00', '10:21:00', 'analysed'],
      ['a', '10:21:00', '11:01:00', 'outside'],
    ]);
  });

  it('names the times between recordings that nothing recorded, those under two files at once not', () => {
    const all = stretchesOf(
      [
        recording('a', 'CAM-1', '2026-03-02T10:10:00Z', { durationSeconds: 1_800 }),
        recording('b', 'CAM-1', '2026-03-02T10:20:00Z', { durationSeconds: 600 }),
      ],
      DONE,
    );
    const [from, to] = [Date.parse('2026-03-02T10:00:00Z'), Date.parse('2026-03-02T11:00:00Z')];
    expect(gapsBetween(all, from, to).map(({ fromMs, toMs }) => [seconds(fromMs), seconds(toMs)])).toEqual([
      ['10:00:00', '10:10:00'],
      ['10:40:00', '11:00:00'],
    ]);
    expect(between(all, from, Date.parse('2026-03-02T10:15:00Z')).map(({ toMs }) => seconds(toMs))).toEqual([
      '10:15:00',
    ]);
    expect(gapsBetween([], from, to)).toEqual([{ fromMs: from, toMs: to }]);
  });

  it('is counted to each day of Paris that it reaches into, hits to the day on which they begin', () => {
    // 23:30 in Paris, into the next day.
    const all = stretchesOf([recording('a', 'CAM-1', '2026-03-02T22:30:00Z')], DONE);
    const hit = (from: string, verdict: string): Hit => ({ from, verdict }) as Hit;
    const marks = marksByDay(all, [hit('2026-03-02T22:40:00Z', 'unreviewed'), hit('2026-03-02T23:10:00Z', 'rejected')]);
    expect([...marks].map(([day, { cameras, hits, unreviewed }]) => [day, [...cameras], hits, unreviewed])).toEqual([
      ['2026-03-02', ['CAM-1'], 1, 1],
      ['2026-03-03', ['CAM-1'], 1, 0],
    ]);
    expect(dayOf('2026-03-02T23:10:00Z')).toBe('2026-03-03');
  });

  it('has 23 hours on the day that summer time begins, 25 on the day that it ends', () => {
    expect(hoursOf('2026-03-02')).toHaveLength(24);
    expect(hoursOf('2026-03-29')).toHaveLength(23);
    expect(hoursOf('2026-10-25')).toHaveLength(25);
    expect(seconds(hoursOf('2026-10-25')[0] ?? 0)).toBe('22:00:00');
  });

  it('lays months out from Monday, and finds the same day of another one', () => {
    const weeks = weeksOf('2026-11-15');
    expect(weeks[0]).toEqual([undefined, undefined, undefined, undefined, undefined, undefined, '2026-11-01']);
    expect(weeks.flat().filter((day) => day !== undefined)).toHaveLength(30);
    expect(weeksOf('2027-02-01')).toHaveLength(4);
    expect(dayAfter('2026-12-31', 1)).toBe('2027-01-01');
    expect(monthAfter('2026-01-31', 1)).toBe('2026-02-28');
    expect(monthAfter('2026-01-15', -1)).toBe('2025-12-15');
  });
});
