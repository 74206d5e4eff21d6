import { AppError } from '../errors.ts';

/**
 * Values of the product that an installation may set, in one direction each (POL-01): absent where it keeps the product's. Every name
 * says what it makes narrower.
 */
export interface Tightened {
  /** DEF-03: seconds from the signed end of capture to the first analysis. */
  readonly deferral_floor_s?: number;
  /** PRO-03: ceilings of what an authorisation may grant; the lower of both counts. */
  readonly max_hours?: number;
  readonly max_queries?: number;
  readonly max_exports?: number;
  /** REQ-10: days that a requisition is valid at the most, from its first second. */
  readonly validity_days?: number;
  /** RET-02: days from the first recording of a case to its erasure. */
  readonly retention_days?: number;
  /** PRO-04: a question of one facet without bound in time or place is refused instead of counted. */
  readonly refuse_broad_questions?: true;
}

export const loosened = (detail: string): AppError => new AppError('E_POL_LOOSENED', { detail });

/** Least and most of each number: the compiled value stands on the side that may not be passed. */
const BOUNDS: Readonly<
  Record<Exclude<keyof Tightened, 'refuse_broad_questions'>, readonly [least: number, most: number]>
> = {
  deferral_floor_s: [3600, 366 * 86_400],
  max_hours: [1, 1_000_000],
  max_queries: [1, 1_000_000],
  max_exports: [1, 1_000_000],
  validity_days: [1, 60],
  retention_days: [1, 3 * 365],
};

/** Throws E_POL_LOOSENED: a value on the wrong side of the compiled one, or a key that this product does not know. */
export function demandTightened(values: { readonly [key: string]: unknown }): Tightened {
  for (const [key, value] of Object.entries(values)) {
    if (key === 'refuse_broad_questions') {
      if (value !== true) throw loosened('refuse_broad_questions can only be switched on');
      continue;
    }
    const bounds = Object.hasOwn(BOUNDS, key) ? BOUNDS[key as keyof typeof BOUNDS] : undefined;
    if (bounds === undefined) throw loosened(`${key} is no value that an installation sets`);
    const [least, most] = bounds;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
      throw loosened(`${key} must be a whole number from ${least} to ${most}`);
    }
  }
  return values as Tightened;
}

/** What an authorisation grants under the installation's ceilings. */
export function lowerLimits<
  T extends { readonly max_hours: number; readonly max_queries: number; readonly max_exports: number },
>(limits: T, { max_hours, max_queries, max_exports }: Tightened): T {
  return {
    ...limits,
    max_hours: Math.min(limits.max_hours, max_hours ?? Number.POSITIVE_INFINITY),
    max_queries: Math.min(limits.max_queries, max_queries ?? Number.POSITIVE_INFINITY),
    max_exports: Math.min(limits.max_exports, max_exports ?? Number.POSITIVE_INFINITY),
  };
}

/** End of a requisition that starts at `notBefore` (seconds) under the installation's longest validity. */
export const earlierEnd = (notBefore: number, expires: number, { validity_days }: Tightened): number =>
  validity_days === undefined ? expires : Math.min(expires, notBefore + validity_days * 86_400);
