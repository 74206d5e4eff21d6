import type { PicturePoint } from '../../api/types.ts';
import { type Filter, type Filters, type Leaf, leafOf, type Travel, withFacet } from './filters.ts';

/** A camera and the zone that was drawn on it. */
export interface CameraEnd {
  /** Undefined for any. */
  readonly cameraId: string | undefined;
  readonly exhibits: readonly string[];
  readonly zone: readonly PicturePoint[] | undefined;
}

/**
 * Filters that ask for what leaves one camera and for the same attributes on another, so much later. The recordings of both are asked, where
 * both are named: the gateway looks for arrivals in what the question is about.
 */
export function withTravel(
  filters: Filters,
  from: CameraEnd,
  to: CameraEnd,
  times: Travel,
  newId: () => string,
): Filters {
  const part = (leaf: Leaf): Filter => ({
    facet: { kind: 'where', id: newId(), leaf },
    isOff: false,
    isInverted: false,
  });
  const attributes = filters.list
    .filter(
      ({ facet, isOff, isInverted }) => (facet.kind === 'classes' || facet.kind === 'colours') && !isOff && !isInverted,
    )
    .flatMap(({ facet }) => leafOf(facet) ?? []);
  const entered: readonly Leaf[] = to.zone === undefined ? [] : [{ zone: { polygon: to.zone, relation: 'enters' } }];
  const travel = {
    minSeconds: times.minSeconds,
    maxSeconds: times.maxSeconds,
    ...(to.cameraId === undefined ? {} : { exhibits: to.exhibits }),
  };
  // A departure and its arrival stand side by side, or the gateway would not know what was left: never within another group.
  let result: Filters = { ...filters, target: undefined };
  if (from.cameraId !== undefined && to.cameraId !== undefined) {
    result = withFacet(result, { kind: 'exhibits', exhibits: [...from.exhibits, ...to.exhibits] });
  }
  if (from.zone !== undefined) {
    result = withFacet(result, {
      ...{ kind: 'where', id: newId() },
      leaf: { zone: { polygon: from.zone, relation: 'leaves' } },
    });
  }
  const parts = [...attributes, ...entered].map(part);
  return withFacet(result, { kind: 'group', id: newId(), joint: 'all', parts, travel });
}
