import type { Hit } from '../../api/types.ts';

/** The hit to decide on next: after the one that is open, and round again; among the marked ones where some are. */
export function nextToReview(
  hits: readonly Hit[],
  marked: ReadonlySet<string>,
  openId: string | undefined,
): Hit | undefined {
  const openAt = hits.findIndex(({ id }) => id === openId);
  const waits = ({ id, verdict }: Hit): boolean =>
    id !== openId && verdict === 'unreviewed' && (marked.size === 0 || marked.has(id));
  return hits.slice(openAt + 1).find(waits) ?? hits.find(waits);
}
