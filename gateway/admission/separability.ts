/** What a network said of one picture of somebody. */
export interface Sighting {
  readonly identity: number;
  readonly condition: number;
  readonly values: readonly number[];
}

/**
 * Share of sightings whose nearest other one, among those under other conditions, is of the same identity: 1 for something that recognises
 * persons, one in the number of identities for something that does not. Each value is first brought to the same spread, so that a small
 * number which tells persons apart weighs as much as a large one that does not.
 */
export function recognisedShare(sightings: readonly Sighting[]): number {
  const width = sightings[0]?.values.length ?? 0;
  const scaled = sightings.map((each) => ({ ...each, values: Array.from({ length: width }, () => 0) }));
  for (let at = 0; at < width; at++) {
    const column = sightings.map(({ values }) => values[at] ?? 0);
    const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
    const spread = Math.sqrt(column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / column.length);
    if (!(spread > 1e-9)) continue;
    for (const [index, value] of column.entries()) {
      const to = scaled[index];
      if (to !== undefined) to.values[at] = (value - mean) / spread;
    }
  }
  const known = scaled.filter((each) => {
    const others = scaled.filter(({ condition }) => condition !== each.condition);
    const distances = others.map((other) => ({ other, distance: distanceOf(each.values, other.values) }));
    const least = Math.min(...distances.map(({ distance }) => distance));
    const nearest = distances.filter(({ distance }) => distance === least);
    // Where many are equally near, as when the network says the same of all, nobody is recognised.
    return nearest.length > 0 && nearest.every(({ other }) => other.identity === each.identity);
  });
  return sightings.length === 0 ? 1 : known.length / sightings.length;
}

const distanceOf = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, at) => sum + (value - (b[at] ?? 0)) ** 2, 0);
