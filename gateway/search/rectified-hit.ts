import { AppError } from '../errors.ts';
import type { TrackColumns } from '../index/types.ts';
import type { Hit } from './types.ts';

/** What a hit says of the order that changed it (RGT-03): nothing where none did. */
export function rectifiedHit(columns: TrackColumns, track: number): Pick<Hit, 'rectified'> {
  const found = columns.rectified?.get(track);
  if (found === undefined) return {};
  const { orderId, appliedAtMs, analysedAs, personCategory } = found;
  const at = new Date(appliedAtMs).toISOString();
  return { rectified: { order: orderId, at, analysedAs, ...(personCategory === undefined ? {} : { personCategory }) } };
}

export const isErased = (columns: TrackColumns, track: number): boolean =>
  columns.rectified?.get(track)?.erased === true;

/** What an order erased is found no more, as if it had never been. Throws E_PRO_SILO. */
export function demandNotErased(columns: TrackColumns, track: number): void {
  if (isErased(columns, track)) throw new AppError('E_PRO_SILO', { detail: 'erased by an order' });
}
