import { AppError } from '../errors.ts';
import { isUuid } from '../ids.ts';

/** Where the next page of a list begins that is in order of time, newest first: after this row. */
export interface After {
  readonly atMs: number;
  readonly id: string;
}

export const PAGE_SIZE = 100;

/** Before the first row. */
export const FIRST: After = { atMs: 8_000_000_000_000, id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' };

export const encodeAfter = ({ atMs, id }: After): string => Buffer.from(`${atMs}.${id}`, 'utf8').toString('base64url');

/** Throws E_CURSOR for anything that `encodeAfter` did not write. */
export function decodeAfter(text: string | undefined): After {
  if (text === undefined) return FIRST;
  const [at = '', id = ''] = Buffer.from(text, 'base64url').toString('utf8').split('.');
  const after = { atMs: Number(at), id };
  if (!/^\d{1,13}$/.test(at) || !isUuid(id) || encodeAfter(after) !== text)
    throw new AppError('E_CURSOR', { detail: 'not a cursor' });
  return after;
}

/** The cursor after a page of rows; none where no further row can be. */
export const nextOf = (rows: readonly After[]): { readonly nextCursor?: string } => {
  const last = rows.at(-1);
  return rows.length < PAGE_SIZE || last === undefined ? {} : { nextCursor: encodeAfter(last) };
};
