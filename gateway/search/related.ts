import type { Requisition } from '../requisition/types.ts';
import type { SearchDeps } from './ask.ts';
import type { ExecutedCondition, ExecutedLeaf } from './conditions/normal.ts';
import { getHit } from './hits.ts';
import type { ExecutedQuestion, Hit } from './types.ts';

type RelatedLeaf = Extract<ExecutedLeaf, { relativeTo: unknown }>['relativeTo'];

/**
 * Writes out the spans that conditions relative to a hit stand for, so that the executed question says the time it looked at. Refuses as `getHit`
 * does for a hit that the requisition does not reach.
 */
export async function relateToHits(
  executed: ExecutedQuestion,
  requisition: Requisition,
  deps: SearchDeps,
): Promise<ExecutedQuestion> {
  if (executed.where === null) return executed;
  return { ...executed, where: await related(executed.where, requisition, deps) };
}

async function related(
  condition: ExecutedCondition,
  requisition: Requisition,
  deps: SearchDeps,
): Promise<ExecutedCondition> {
  const each = (parts: readonly ExecutedCondition[]) =>
    Promise.all(parts.map((part) => related(part, requisition, deps)));
  if ('all' in condition) return { all: await each(condition.all) };
  if ('any' in condition) return { any: await each(condition.any) };
  if ('not' in condition) return { not: await related(condition.not, requisition, deps) };
  if ('acrossCameras' in condition) {
    const [arrival = condition.acrossCameras.arrival] = await each([condition.acrossCameras.arrival]);
    return { acrossCameras: { ...condition.acrossCameras, arrival } };
  }
  if (!('relativeTo' in condition)) return condition;
  const { relativeTo } = condition;
  return { relativeTo: { ...relativeTo, span: spanOf(relativeTo, await getHit(requisition, relativeTo.hit, deps)) } };
}

/** From the hit's first moment to its last, with what its own clock may be wrong, and so much before or after. */
function spanOf({ relation, withinSeconds }: RelatedLeaf, hit: Hit): { from: string; to: string } {
  const slackMs = hit.uncertaintySeconds * 1000;
  const [from, to] = [Date.parse(hit.from) - slackMs, Date.parse(hit.to) + slackMs];
  const reachMs = withinSeconds * 1000;
  return {
    from: new Date(relation === 'after' ? from : from - reachMs).toISOString(),
    to: new Date(relation === 'before' ? to : to + reachMs).toISOString(),
  };
}
