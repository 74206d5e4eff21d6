import { describe, expect, it } from 'vitest';
import { namedScenes } from '../../benchmarks/scenes/named.ts';
import type { SceneSpec } from '../../benchmarks/scenes/types.ts';
import { countColours } from '../../gateway/analysis/colour.ts';
import { describe as describeTrack } from '../../gateway/analysis/describe.ts';
import type { RawTrack } from '../../gateway/analysis/types.ts';
import { type Change, expose, show } from './motion/frames.ts';

/** For each part that the truth of a scene names: its colour, and the terms found there, largest share first. */
function coloursOf(spec: SceneSpec, change?: Change) {
  const { frames, truth } = show(spec, change);
  const tracks = new Map<number, RawTrack>();
  for (const [index, boxes] of truth.entries()) {
    const frame = frames[index];
    if (frame === undefined) continue;
    for (const { id, class: name, left, top, width, height, visibility } of boxes) {
      if (visibility < 0.9) continue;
      const { points = [] } = tracks.get(id) ?? {};
      const point = { left, top, width, height, frame: frame.ref.number, pts: frame.ref.pts };
      const seen = { ...point, timeSeconds: frame.timeSeconds, score: 0.8, observed: true };
      tracks.set(id, { votes: { [name]: 1 }, colourCounts: {}, points: [...points, seen] });
    }
  }
  const ids = [...tracks.keys()];
  return countColours([...tracks.values()], frames).flatMap((raw, at) => {
    const { colours } = describeTrack(raw);
    const wanted = truth.flat().find(({ id }) => id === ids[at])?.colours ?? [];
    return wanted.map(({ part, colour }) => ({
      colour,
      found: colours.filter((each) => each.part === part).map((each) => each.colour),
    }));
  });
}

const { street, long } = namedScenes;

describe('colours of rendered objects', () => {
  it('are those of the truth, coat and trousers told apart', () => {
    const all = [...coloursOf(street), ...coloursOf(long)];
    expect(all).toHaveLength(13);
    expect(all.filter(({ colour, found }) => found[0] !== colour)).toEqual([]);
  });

  it('are those of the truth under sodium lamps', () => {
    const sodium: Change = (rgb) => {
      for (let at = 0; at < rgb.length; at += 3) {
        rgb[at + 1] = Math.round((rgb[at + 1] ?? 0) * 0.82);
        rgb[at + 2] = Math.round((rgb[at + 2] ?? 0) * 0.55);
      }
    };
    const all = [...coloursOf(street, sodium), ...coloursOf(long, sodium)];
    expect(all).toHaveLength(13);
    expect(all.filter(({ colour, found }) => !found.slice(0, 2).includes(colour))).toEqual([]);
  });

  it('do not exist in infrared: grey would be a colour', () => {
    const infrared: Change = (rgb) => {
      for (let at = 0; at < rgb.length; at += 3) rgb.fill(rgb[at + 1] ?? 0, at, at + 3);
    };
    for (const { found } of coloursOf(street, infrared)) expect(found).toEqual([]);
  });

  it('do not exist in the dark, where every coat is black', () => {
    for (const { found } of coloursOf(street, (rgb) => expose(rgb, 0.25, 0))) expect(found).toEqual([]);
  });
});
