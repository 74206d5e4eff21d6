import type { ClassName, ColourName, Part } from '../../vocabulary.ts';

// The closed vocabulary in its order. Types alone are imported: with the module would come the list of labels that no model may have.

const CLASS_ORDER: Readonly<Record<ClassName, true>> = {
  person: true,
  vehicle: true,
  car: true,
  bus: true,
  truck: true,
  van: true,
  'two-wheeler': true,
  bicycle: true,
  motorcycle: true,
  suitcase: true,
  object: true,
};
const COLOUR_ORDER: Readonly<Record<ColourName, true>> = {
  black: true,
  white: true,
  grey: true,
  red: true,
  orange: true,
  yellow: true,
  green: true,
  blue: true,
  purple: true,
  pink: true,
  brown: true,
};

export const CLASSES = Object.keys(CLASS_ORDER) as readonly ClassName[];
export const COLOURS = Object.keys(COLOUR_ORDER) as readonly ColourName[];

const PART_ORDER: Readonly<Record<Part, true>> = { whole: true, upper: true, lower: true };
export const PARTS = Object.keys(PART_ORDER) as readonly Part[];

/** Names for several others, which no object has itself. */
export const GROUP_CLASSES: readonly ClassName[] = ['vehicle', 'two-wheeler'];
