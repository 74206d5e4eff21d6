import type { FR_REASON } from './fr-reason.ts';

export const EN_REASON: typeof FR_REASON = {
  reason: {
    conditions: {
      class: () => 'of a class that was asked',
      colour: ({ percent }) => `the colour asked for on ${percent} of that part`,
      confidence: ({ percent }) => `confidence ${percent}, at the threshold asked for`,
      size: ({ value }) => `${value} px high, within the size asked for`,
      zone: ({ at }) => (at === '' ? 'keeps out of the drawn zone' : `in the drawn zone at ${at}`),
      line: ({ at }) => `crosses the drawn line at ${at}`,
      sequence: ({ at, to }) => `passes the drawn places in order, from ${at} to ${to}`,
      path: ({ at, to }) => `follows the drawn path, from ${at} to ${to}`,
      speed: ({ value }) => `median speed ${value} px/s`,
      direction: ({ bearing, value }) => `moves towards ${bearing} (${value}°)`,
      dwell: ({ value, at }) => `stays ${value} s in the drawn zone, from ${at}`,
      stationary: ({ value, at }) => `stands still for ${value} s, from ${at}`,
      near: ({ camera, when, at }) => `close to another object at ${at} (${camera}, seen from ${when})`,
      crowd: ({ value }) => `up to ${value} objects in the picture at once`,
      span: () => 'in the picture during the period asked for',
      timeOfDay: () => 'in the picture at the hours asked for',
      weekday: () => 'in the picture on one of the days asked for',
      relativeTo: () => 'in the picture within the time asked for around the named hit',
      acrossCameras: ({ value, camera, when }) =>
        `these attributes ${value} s later on ${camera} (${when}), without saying that it is the same`,
    },
    class: (name, percent) => `object classed as “${name}”, confidence ${percent}`,
    colour: (name, part, percent) => `${name} on ${percent} ${part}`,
    parts: { whole: 'of the object', upper: 'of the upper part', lower: 'of the lower part' },
    time: (from, to, doubt) => `in the picture from ${from} to ${to} (${doubt})`,
    zone: (at) => `passes through the drawn zone at ${at}`,
    confidence: (percent) => `confidence ${percent}, at the threshold asked for`,
    exhibit: 'in an exhibit that was asked',
  },
};
