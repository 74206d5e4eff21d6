import type { ExhibitBody } from '../../api/types.ts';

// Where the cameras of a case stand, to scale, from what officers signed and nothing else: no tile, no address book, no request.

export interface PlacedCamera {
  readonly id: string;
  readonly place: string;
  readonly exhibits: readonly string[];
  /** Undefined where nobody signed one, and where two schedules contradict each other. */
  readonly position: Position | undefined;
  readonly isContradicted: boolean;
}

type Position = NonNullable<ExhibitBody['camera']['position']>;

/** The cameras of sealed exhibits, each once. */
export function camerasOf(exhibits: readonly ExhibitBody[]): readonly PlacedCamera[] {
  const sealed = exhibits.filter(({ state }) => state === 'sealed');
  return [...Map.groupBy(sealed, ({ camera }) => camera.id)].map(([id, own]) => {
    const signed = own.flatMap(({ camera: { position } }) => (position === undefined ? [] : [position]));
    const places = new Set(signed.map(({ latitude, longitude }) => `${latitude} ${longitude}`));
    return {
      id,
      place: own[0]?.camera.place ?? '',
      exhibits: own.map((each) => each.id),
      position: places.size === 1 ? signed[0] : undefined,
      isContradicted: places.size > 1,
    };
  });
}

interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Plan {
  /** Of each position, in their order, pixels. */
  readonly points: readonly Point[];
  readonly pixelsPerMetre: number;
  /** Width of a cell of the grid. */
  readonly gridMetres: number;
  readonly columns: readonly number[];
  readonly rows: readonly number[];
}

const MARGIN_PX = 46;
/** Cameras that stand together are not drawn as if a street lay between them. */
const LEAST_METRES = 40;
const LEAST_CELL_PX = 56;

/** Metres from a position to another, by the length of a degree on the ellipsoid of WGS84 there. */
export function metresFrom(zero: Position, to: Position): { readonly east: number; readonly north: number } {
  const latitude = (zero.latitude * Math.PI) / 180;
  const perLatitude = 111_132.92 - 559.82 * Math.cos(2 * latitude) + 1.175 * Math.cos(4 * latitude);
  const perLongitude = 111_412.84 * Math.cos(latitude) - 93.5 * Math.cos(3 * latitude);
  // The short way, also across the 180th meridian.
  const degreesEast = ((to.longitude - zero.longitude + 540) % 360) - 180;
  return { east: degreesEast * perLongitude, north: (to.latitude - zero.latitude) * perLatitude };
}

/** Positions on a sheet, north up, one scale both ways. */
export function planOf(positions: readonly Position[], widthPx: number, heightPx: number): Plan {
  const [zero] = positions;
  const metres = zero === undefined ? [] : positions.map((each) => metresFrom(zero, each));
  const middle = (of: readonly number[]): number => (Math.min(0, ...of) + Math.max(0, ...of)) / 2;
  const extent = (of: readonly number[]): number => Math.max(LEAST_METRES, Math.max(0, ...of) - Math.min(0, ...of));
  const [east, north] = [metres.map((each) => each.east), metres.map((each) => each.north)];
  const pixelsPerMetre = Math.min(
    Math.max(1, widthPx - 2 * MARGIN_PX) / extent(east),
    Math.max(1, heightPx - 2 * MARGIN_PX) / extent(north),
  );
  const zeroX = widthPx / 2 - middle(east) * pixelsPerMetre;
  const zeroY = heightPx / 2 + middle(north) * pixelsPerMetre;
  const gridMetres = roundAbove(LEAST_CELL_PX / pixelsPerMetre);
  return {
    points: metres.map((each) => ({ x: zeroX + each.east * pixelsPerMetre, y: zeroY - each.north * pixelsPerMetre })),
    pixelsPerMetre,
    gridMetres,
    columns: linesOf(zeroX, gridMetres * pixelsPerMetre, widthPx),
    rows: linesOf(zeroY, gridMetres * pixelsPerMetre, heightPx),
  };
}

/** The first of 1, 2, 5, 10, 20 ... that is not below it. */
function roundAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5].find((step) => step * power >= value) ?? 10) * power;
}

function linesOf(zero: number, step: number, length: number): readonly number[] {
  const first = zero - Math.floor(zero / step) * step;
  return Array.from({ length: Math.max(0, Math.ceil((length - first) / step)) }, (_each, n) => first + n * step);
}

interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

export const LABEL_HEIGHT_PX = 28;
const GAP_PX = 3;
const RADII = [12, 34, 62, 96, 136] as const;

const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width + GAP_PX &&
  b.x < a.x + a.width + GAP_PX &&
  a.y < b.y + b.height + GAP_PX &&
  b.y < a.y + a.height + GAP_PX;

/**
 * A place for the label of each point, beside it, within the sheet and over no other label, no point and nothing that is `taken`; undefined for
 * one that finds none.
 */
export function labelPlaces(
  points: readonly Point[],
  widths: readonly number[],
  sheet: { readonly width: number; readonly height: number },
  taken: readonly Box[],
): readonly (Point | undefined)[] {
  const dots = points.map(({ x, y }): Box => ({ x: x - 7, y: y - 7, width: 14, height: 14 }));
  const kept: Box[] = [...taken];
  return points.map(({ x, y }, at) => {
    const width = widths[at] ?? 0;
    const height = LABEL_HEIGHT_PX;
    const places = RADII.flatMap((radius): readonly Point[] => [
      { x: x + radius, y: y - height / 2 },
      { x: x - radius - width, y: y - height / 2 },
      { x: x - width / 2, y: y + radius },
      { x: x - width / 2, y: y - radius - height },
      { x: x + radius, y: y + radius },
      { x: x + radius, y: y - radius - height },
      { x: x - radius - width, y: y + radius },
      { x: x - radius - width, y: y - radius - height },
    ]);
    const found = places
      .map((place): Box => ({ ...place, width, height }))
      .find(
        (box) =>
          box.x >= 0 &&
          box.y >= 0 &&
          box.x + width <= sheet.width &&
          box.y + height <= sheet.height &&
          !kept.some((other) => overlap(box, other)) &&
          !dots.some((dot, of) => of !== at && overlap(box, dot)),
      );
    if (found !== undefined) kept.push(found);
    return found;
  });
}
