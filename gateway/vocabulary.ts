import vocabulary from '../models/vocabulary.json' with { type: 'json' };

// The closed vocabulary of the product (FACE-08): what can be found, and nothing else. The file is data for models and people;
// the unions below are for the compiler, and test/vocabulary.test.ts holds the two together.

export const CLASSES = [
  'person',
  'vehicle',
  'car',
  'bus',
  'truck',
  'van',
  'two-wheeler',
  'bicycle',
  'motorcycle',
  'suitcase',
  'object',
] as const;
export type ClassName = (typeof CLASSES)[number];

export const COLOURS = [
  'black',
  'white',
  'grey',
  'red',
  'orange',
  'yellow',
  'green',
  'blue',
  'purple',
  'pink',
  'brown',
] as const;
/** The eleven basic colour terms. */
export type ColourName = (typeof COLOURS)[number];

export const PARTS = ['whole', 'upper', 'lower'] as const;
/** Part of the box that a colour was measured on; `upper` and `lower` exist for persons only. */
export type Part = (typeof PARTS)[number];

interface ClassEntry {
  readonly id: number;
  readonly name: ClassName;
  readonly fr: string;
  readonly parent: ClassName | null;
  readonly leaf: boolean;
}

const entries = vocabulary.searchable as readonly ClassEntry[];

function entryOf(name: ClassName): ClassEntry {
  const entry = entries.find((candidate) => candidate.name === name);
  if (entry === undefined) throw new Error(`vocabulary.json has no class ${name}`);
  return entry;
}

/** The number of a class in `models/vocabulary.json`, as written in MOT files and column blocks. */
export const classId = (name: ClassName): number => entryOf(name).id;

export const classNameOf = (id: number): ClassName | undefined => entries.find((entry) => entry.id === id)?.name;

export const classInFrench = (name: ClassName): string => entryOf(name).fr;

export const colourInFrench = (name: ColourName): string =>
  vocabulary.colours.find((colour) => colour.name === name)?.fr ?? name;

export const isClassName = (text: string): text is ClassName => (CLASSES as readonly string[]).includes(text);

/** Labels a network may know and the reducer drops: never stored, never searchable. */
export const KNOWN_LABELS: readonly string[] = vocabulary.known;

/** Labels that no model may have. */
export const FORBIDDEN_LABELS: readonly string[] = vocabulary.forbidden;

/** The leaf classes that a class stands for: `vehicle` is car, bus, truck, van; a leaf is itself. */
export function leavesOf(name: ClassName): readonly ClassName[] {
  const children = entries.filter((entry) => entry.parent === name);
  return children.length === 0 ? [name] : children.flatMap((child) => leavesOf(child.name));
}
