import { CLASSES, type ClassName, isClassName, leavesOf } from '../vocabulary.ts';
import { type Group, groupOf } from './groups.ts';
import type { RawTrack } from './types.ts';

/** Mean probability of a group over the crops of a track from which on the track bears its name. */
const LEAST_PROBABILITY = 0.5;

type Weights = { [C in ClassName]?: number };

/** All of some evidence: the number of crops, where it is their names. */
export const total = (weights: Readonly<Weights> = {}): number =>
  Object.values(weights).reduce((sum, weight) => sum + weight, 0);

/** Votes of a detector alone: what merely moved votes for `object`. */
export const detectorVotes = ({ object: _, ...named }: RawTrack['votes']): number => total(named);

/**
 * The leaf class of a track by its evidence: the scores of named sightings and the probabilities of its crops, summed by group first (a
 * network wavers between car and truck), then by leaf. `object` when nothing names it well enough.
 */
export function classOf({ votes, names }: Pick<RawTrack, 'votes' | 'names'>): ClassName {
  const weights: Weights = {};
  const crops = total(names);
  const seen = detectorVotes(votes);
  for (const name of CLASSES) {
    if (name === 'object' || leavesOf(name)[0] !== name) continue;
    const weight = (votes[name] ?? 0) + (names?.[name] ?? 0);
    if (weight > 0) weights[name] = weight;
  }
  const [group, weight] = heaviest(weights);
  if (group === undefined) return 'object';
  // Crops alone must agree; what a detector has seen as something is something.
  if (seen === 0 && weight < LEAST_PROBABILITY * crops) return 'object';
  const inside = Object.entries(weights).filter(([name]) => groupOf(name as ClassName) === group) as [
    ClassName,
    number,
  ][];
  return first(inside) ?? 'object';
}

/** Whether crops or a detector gave the track a name. */
export const isNamed = (track: Pick<RawTrack, 'votes' | 'names'>): boolean => classOf(track) !== 'object';

function heaviest(weights: Weights): readonly [Group | undefined, number] {
  const groups = new Map<Group, number>();
  for (const [name, weight] of Object.entries(weights)) {
    if (!isClassName(name)) continue;
    groups.set(groupOf(name), (groups.get(groupOf(name)) ?? 0) + weight);
  }
  const best = first([...groups]);
  return [best, best === undefined ? 0 : (groups.get(best) ?? 0)];
}

/** Ties go to the alphabet, so that the answer does not depend on the order of evidence. */
function first<Name extends string>(entries: readonly (readonly [Name, number])[]): Name | undefined {
  return entries.toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0]?.[0];
}
