import type { ObjectSpec, SceneSpec, Waypoint } from './types.ts';

const at = (timeSeconds: number, x: number, y: number): Waypoint => ({ timeSeconds, x, y });

const base = { widthPx: 640, heightPx: 360, framesPerSecond: 10, noise: 3, gopSeconds: 2 } as const;

/** The demo's scene: two cars, two persons, one of whom pauses; none covers another. */
const street: SceneSpec = {
  ...base,
  name: 'street',
  durationSeconds: 30,
  seed: 20260314,
  clockStart: '2026-03-14T14:02:00Z',
  objects: [
    { id: 1, class: 'car', colour: 'red', heightPx: 46, path: [at(2, -60, 232), at(12, 700, 232)] },
    { id: 2, class: 'car', colour: 'blue', heightPx: 48, path: [at(14, 700, 252), at(24, -60, 252)] },
    {
      id: 3,
      class: 'person',
      upper: 'red',
      lower: 'blue',
      heightPx: 76,
      path: [at(1, -20, 172), at(9, 300, 172), at(13, 300, 172), at(22, 660, 172)],
    },
    {
      id: 4,
      class: 'person',
      upper: 'green',
      lower: 'black',
      heightPx: 84,
      path: [at(10, 660, 352), at(28.5, -20, 352)],
    },
  ],
};

/** Nothing happens: what it costs to look at nothing, and that nothing is found. */
const quiet: SceneSpec = {
  ...base,
  name: 'quiet',
  durationSeconds: 20,
  seed: 31,
  clockStart: '2026-03-14T03:10:00Z',
  objects: [],
};

/** Three segments of 60 s; a person crosses the first cut, a car the second one, and long parts are empty. */
const long: SceneSpec = {
  ...base,
  name: 'long',
  durationSeconds: 130,
  seed: 77,
  clockStart: '2026-03-14T15:00:00Z',
  objects: [
    { id: 1, class: 'car', colour: 'yellow', heightPx: 44, path: [at(8, -60, 232), at(17, 700, 232)] },
    {
      id: 2,
      class: 'person',
      upper: 'red',
      lower: 'black',
      heightPx: 80,
      path: [at(50, -20, 352), at(58, 260, 352), at(63, 260, 352), at(75, 660, 352)],
    },
    { id: 3, class: 'car', colour: 'white', heightPx: 48, path: [at(84, 700, 252), at(94, -60, 252)] },
    { id: 4, class: 'car', colour: 'blue', heightPx: 46, path: [at(115, -60, 236), at(125, 700, 236)] },
    {
      id: 5,
      class: 'person',
      upper: 'purple',
      lower: 'brown',
      heightPx: 72,
      path: [at(100, 660, 170), at(114, 120, 170)],
    },
  ],
};

/** Two persons pass each other on one pavement: for a moment one covers the other. */
const crossing: SceneSpec = {
  ...base,
  name: 'crossing',
  durationSeconds: 14,
  seed: 5,
  objects: [
    {
      id: 1,
      class: 'person',
      upper: 'red',
      lower: 'blue',
      heightPx: 90,
      path: [at(0.5, -25, 340), at(13, 665, 340)],
    },
    {
      id: 2,
      class: 'person',
      upper: 'yellow',
      lower: 'green',
      heightPx: 84,
      path: [at(0.5, 665, 330), at(13, -25, 330)],
    },
  ],
};

/** Three minutes of a courtyard by infrared, through which one person walks: what noise must not become. */
const night: SceneSpec = {
  ...base,
  name: 'night',
  durationSeconds: 180,
  seed: 404,
  noise: 26,
  infrared: true,
  clockStart: '2026-03-14T02:10:00Z',
  objects: [
    {
      id: 1,
      class: 'person',
      upper: 'white',
      lower: 'black',
      heightPx: 90,
      path: [at(70, -25, 300), at(84, 665, 300)],
    },
  ],
};

/** A person of a group, who keeps the distance to the others. */
const walker = (
  id: number,
  upper: 'red' | 'blue' | 'green' | 'black' | 'white',
  from: Waypoint,
  to: Waypoint,
): ObjectSpec => ({
  id,
  class: 'person',
  upper,
  lower: id % 2 === 0 ? 'black' : 'blue',
  heightPx: 72,
  path: [from, to],
});

/** Four groups of two or three who walk together, side by side and behind each other, at ten frames a second. */
const groups: SceneSpec = {
  ...base,
  name: 'groups',
  widthPx: 480,
  heightPx: 360,
  durationSeconds: 40,
  seed: 66,
  objects: [
    walker(1, 'red', at(0, -20, 200), at(12, 500, 200)),
    walker(2, 'green', at(0.8, -20, 206), at(12.8, 500, 206)),
    walker(3, 'blue', at(10, 500, 290), at(23, -20, 290)),
    walker(4, 'white', at(10.6, 500, 296), at(23.6, -20, 296)),
    walker(5, 'red', at(11.6, 500, 286), at(24.6, -20, 286)),
    walker(6, 'green', at(20, -20, 180), at(33, 500, 180)),
    walker(7, 'black', at(20.5, -20, 190), at(33.5, 500, 190)),
    walker(8, 'blue', at(24, 500, 340), at(38, -20, 340)),
    walker(9, 'white', at(25.2, 500, 336), at(39.2, -20, 336)),
  ],
};

export const namedScenes = { street, quiet, long, crossing, night, groups } as const;

export type SceneName = keyof typeof namedScenes;

export const isSceneName = (name: string): name is SceneName => Object.hasOwn(namedScenes, name);
