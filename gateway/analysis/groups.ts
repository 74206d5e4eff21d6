import type { ClassName } from '../vocabulary.ts';

/** What a network does not confuse: within a group it may waver (car, truck), across groups it is another object. */
export type Group = 'person' | 'two-wheeler' | 'vehicle' | 'suitcase' | 'object';

const GROUPS: { readonly [C in ClassName]: Group } = {
  person: 'person',
  vehicle: 'vehicle',
  car: 'vehicle',
  bus: 'vehicle',
  truck: 'vehicle',
  van: 'vehicle',
  'two-wheeler': 'two-wheeler',
  bicycle: 'two-wheeler',
  motorcycle: 'two-wheeler',
  suitcase: 'suitcase',
  object: 'object',
};

export const groupOf = (name: ClassName): Group => GROUPS[name];

/** Whether two sightings can be one thing: what only moved and has no name yet can be anything. */
export const canBeOne = (a: Group, b: Group): boolean => a === b || a === 'object' || b === 'object';
