import { COLOURS, type ColourName, type Part } from '../vocabulary.ts';
import { area, shared } from './boxes.ts';
import { classOf } from './class-of.ts';
import { createColourNamer } from './colour-names.ts';
import { type Background, differs, findBackground, isShadow } from './foreground.ts';
import { type Group, groupOf } from './groups.ts';
import { rgbUnder } from './pixels.ts';
import type { View } from './tiles.ts';
import type { Box, ColourCounts, DecodedFrame, RawTrack, RgbFrame, TrackPoint } from './types.ts';
import { findWhite } from './white-reference.ts';

/** Sightings of one track that are measured at most, spread over its life. */
const MOST_SIGHTINGS = 24;
const LEAST_FOREGROUND = 0.18;
const MOST_HIDDEN = 0.2;
/** Windows, tyres and the gap under a vehicle are black on a car of any colour. */
const VEHICLE_BLACK_WEIGHT = 0.3;
const BLACK_VEHICLE_SHARE = 0.45;

/** Rows of a box, as shares of its height. A person's head, hair and feet are in none of them. */
interface Band {
  readonly part: Part;
  readonly from: number;
  readonly to: number;
}

const PERSON_BANDS: readonly Band[] = [
  { part: 'whole', from: 0.18, to: 0.92 },
  { part: 'upper', from: 0.18, to: 0.5 },
  { part: 'lower', from: 0.55, to: 0.92 },
];
const OTHER_BANDS: readonly Band[] = [{ part: 'whole', from: 0.05, to: 0.95 }];
const SIDE_MARGIN = 0.08;

type Tally = Map<Part, Float64Array>;

/**
 * Counts the foreground pixels of every track by basic colour term, as they would be under white light; none where the picture tells no
 * colours. Only frames that are among `frames` count. Foreground is what
 * differs from the median picture of these frames; where that finds too little (the object stood there all along, or there is no
 * median), the middle ellipse of the box is taken. Returns the tracks in the same order with `colourCounts` set.
 */
export function countColours(tracks: readonly RawTrack[], frames: readonly DecodedFrame[]): readonly RawTrack[] {
  if (tracks.length === 0) return tracks;
  const white = findWhite(frames);
  // Infrared, black and white, or dark: nobody can tell a colour, and grey would be one.
  if (white === undefined) return tracks.map((track) => ({ ...track, colourCounts: {} }));
  const nameColour = createColourNamer();
  const [reds, greens, blues] = white;
  const nameOf = (red: number, green: number, blue: number): number =>
    nameColour(reds[red] as number, greens[green] as number, blues[blue] as number);
  const background = findBackground(frames);
  const byNumber = new Map(frames.map((frame) => [frame.ref.number, frame]));
  const space = new Uint8ClampedArray(Math.max(...frames.map(({ widthPx, heightPx }) => widthPx * heightPx * 3)));
  const boxesByFrame = new Map<number, TrackPoint[]>();
  for (const point of tracks.flatMap(({ points }) => points)) {
    const beside = boxesByFrame.get(point.frame);
    if (beside === undefined) boxesByFrame.set(point.frame, [point]);
    else beside.push(point);
  }
  return tracks.map((track) => {
    const group = groupOf(classOf(track));
    const tally: Tally = new Map();
    for (const point of clearSightings(track, byNumber, boxesByFrame)) {
      const frame = byNumber.get(point.frame);
      if (frame === undefined) continue;
      const box = boxIn(point, frame);
      addSighting(tally, box, rgbUnder(frame, viewUnder(box, frame), space), background, group, nameOf);
    }
    return { ...track, colourCounts: toCounts(tally) };
  });
}

/** Sightings that no other track's box covers, spread evenly; if all are covered, the covered ones. */
function clearSightings(
  track: RawTrack,
  byNumber: ReadonlyMap<number, DecodedFrame>,
  boxesByFrame: ReadonlyMap<number, readonly TrackPoint[]>,
): readonly TrackPoint[] {
  const seen = track.points.filter(({ observed, frame }) => observed && byNumber.has(frame));
  const clear = seen.filter((point) => {
    const others = boxesByFrame.get(point.frame) ?? [];
    return others.every((other) => other === point || shared(point, other) < MOST_HIDDEN * area(point));
  });
  const chosen = clear.length > 0 ? clear : seen;
  if (chosen.length <= MOST_SIGHTINGS) return chosen;
  return Array.from({ length: MOST_SIGHTINGS }, (_, index) => {
    const at = Math.floor(((index + 0.5) * chosen.length) / MOST_SIGHTINGS);
    return chosen[at];
  }).filter((point) => point !== undefined);
}

function addSighting(
  tally: Tally,
  box: Box,
  frame: RgbFrame,
  background: Background | undefined,
  group: Group,
  nameOf: (red: number, green: number, blue: number) => number,
): void {
  const cutBelow = box.top + box.height >= frame.heightPx - 1;
  const bands = bandsOf(group, box, cutBelow);
  const usable = background?.rgb.length === frame.rgb.length ? background : undefined;
  const moving = usable === undefined ? undefined : foregroundMask(box, frame, usable, group);
  for (const { part, from, to } of bands) {
    const counts = new Float64Array(COLOURS.length);
    forEachPixel(box, frame, from, to, (at, x, y) => {
      const inside = moving === undefined ? inEllipse(box, x, y) : moving.has(at);
      if (!inside) return;
      const name = nameOf(frame.rgb[at] ?? 0, frame.rgb[at + 1] ?? 0, frame.rgb[at + 2] ?? 0);
      counts[name] = (counts[name] ?? 0) + 1;
    });
    if (group === 'vehicle') discountBlack(counts);
    const sum = tally.get(part) ?? new Float64Array(COLOURS.length);
    for (const [index, count] of counts.entries()) sum[index] = (sum[index] ?? 0) + count;
    tally.set(part, sum);
  }
}

/** In pixels of the frame. */
const boxIn = ({ left, top, width, height }: Box, { scaleX, scaleY }: DecodedFrame): Box => ({
  left: left / scaleX,
  top: top / scaleY,
  width: width / scaleX,
  height: height / scaleY,
});

/** Whole pixels around a box, inside the frame. */
function viewUnder(box: Box, { widthPx, heightPx }: DecodedFrame): View {
  const [left, top] = [Math.max(0, Math.floor(box.left)), Math.max(0, Math.floor(box.top))];
  return {
    left,
    top,
    widthPx: Math.max(0, Math.min(widthPx, Math.ceil(box.left + box.width) + 1) - left),
    heightPx: Math.max(0, Math.min(heightPx, Math.ceil(box.top + box.height) + 1) - top),
  };
}

/** A person who is cut off by the lower edge, or who does not stand, has no measurable halves. */
function bandsOf(group: Group, box: Box, cutBelow: boolean): readonly Band[] {
  if (group !== 'person') return OTHER_BANDS;
  return cutBelow || box.height < 1.3 * box.width ? PERSON_BANDS.filter(({ part }) => part === 'whole') : PERSON_BANDS;
}

/** Byte offsets of moving pixels in the box, or undefined when they are too few to be the object. */
function foregroundMask(
  box: Box,
  frame: RgbFrame,
  background: Background,
  group: Group,
): ReadonlySet<number> | undefined {
  const mask = new Set<number>();
  let pixels = 0;
  // Shadows fall on the ground: above it, what looks like one is a darker coat before a lighter wall.
  const shadowsBelow = box.top + box.height * (group === 'vehicle' ? 0.6 : 0.8);
  forEachPixel(box, frame, 0.05, 0.95, (at, _x, y) => {
    pixels += 1;
    if (!differs(frame, background, at)) return;
    if (y >= shadowsBelow && isShadow(frame, background, at)) return;
    mask.add(at);
  });
  return pixels > 0 && mask.size >= LEAST_FOREGROUND * pixels ? mask : undefined;
}

function forEachPixel(
  box: Box,
  frame: DecodedFrame,
  fromShare: number,
  toShare: number,
  visit: (at: number, x: number, y: number) => void,
): void {
  const top = Math.max(0, Math.round(box.top + box.height * fromShare));
  const bottom = Math.min(frame.heightPx, Math.round(box.top + box.height * toShare));
  const left = Math.max(0, Math.round(box.left + box.width * SIDE_MARGIN));
  const right = Math.min(frame.widthPx, Math.round(box.left + box.width * (1 - SIDE_MARGIN)));
  for (let y = top; y < bottom; y += 1) {
    for (let x = left; x < right; x += 1) visit((y * frame.widthPx + x) * 3, x, y);
  }
}

function inEllipse(box: Box, x: number, y: number): boolean {
  const dx = (x + 0.5 - box.left - box.width / 2) / (box.width * 0.32);
  const dy = (y + 0.5 - box.top - box.height / 2) / (box.height * 0.45);
  return dx ** 2 + dy ** 2 <= 1;
}

function discountBlack(counts: Float64Array): void {
  const black = COLOURS.indexOf('black');
  const total = counts.reduce((sum, count) => sum + count, 0);
  const count = counts[black] ?? 0;
  if (count < BLACK_VEHICLE_SHARE * total) counts[black] = Math.round(count * VEHICLE_BLACK_WEIGHT);
}

function toCounts(tally: Tally): ColourCounts {
  const counts: { [P in Part]?: { [C in ColourName]?: number } } = {};
  for (const [part, sums] of tally) {
    const named: { [C in ColourName]?: number } = {};
    for (const [index, name] of COLOURS.entries()) {
      const count = sums[index] ?? 0;
      if (count > 0) named[name] = count;
    }
    if (Object.keys(named).length > 0) counts[part] = named;
  }
  return counts;
}
