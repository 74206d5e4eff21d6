import type { FR_FOOTAGE } from './fr-footage.ts';

const many = (n: number, one: string, several: string): string => `${n} ${n === 1 ? one : several}`;

export const EN_FOOTAGE: typeof FR_FOOTAGE = {
  footage: {
    title: (days, from, to) => `Calendar of the footage · ${days > 1 ? `${days} days, ${from} to ${to}` : from}`,
    hint: 'Blue line: analysed footage; grey: not yet; pale: nothing. Dot: hits of the open question still to review. Number: hits. Paris time, clocks corrected.',
    previousMonth: 'Previous month',
    nextMonth: 'Next month',
    day: (cameras, hits, unreviewed) =>
      [
        cameras === 0 ? 'no footage' : `footage of ${many(cameras, 'camera', 'cameras')}`,
        ...(hits === 0 ? [] : [`${many(hits, 'hit', 'hits')}, ${unreviewed} to review`]),
      ].join(', '),
    dayTable: (date) => `Footage of ${date}, by camera and hour`,
    hour: (minutes, hits, unreviewed) =>
      [
        `${minutes} min recorded`,
        ...(hits === 0 ? [] : [`${many(hits, 'hit', 'hits')}, ${unreviewed} to review`]),
      ].join(', '),
    nothing: 'No camera has a sealed recording of that day.',
    askDay: (date) => `Narrow the question to ${date}`,
    askHour: 'Narrow the question to this camera and this hour',
    gap: 'not recorded',
    states: { notAnalysed: 'not analysed', outside: 'outside the requisition' },
  },
};
