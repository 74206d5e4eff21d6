import { Type } from 'typebox';
import { AppError } from './errors.ts';
import { isUuid } from './ids.ts';

/** What a list may be asked for: so many, after the last one of the page before. Without a limit the rest of the list is answered. */
export const PageQuery = Type.Object(
  {
    limit: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1000, description: 'How many at most; without it, all.' }),
    ),
    cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'Where the page before ended.' })),
  },
  { additionalProperties: false },
);

export const NextCursor = Type.Optional(
  Type.String({ description: 'Asks for the next page; absent on the last one.' }),
);

export interface PageAsked {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

/** A page of a list that is not asked for a limit, and never answers all of itself. */
export const PAGE_SIZE = 100;

export interface Page<T> {
  readonly items: readonly T[];
  readonly next: { readonly nextCursor?: string };
}

const cursorOf = (list: string, id: string): string => Buffer.from(`${list} ${id}`, 'utf8').toString('base64url');

/** Where a row stands in a list that is in order of time: microseconds since 1970 as the database has them, and its id. */
export interface Place {
  readonly at: string;
  readonly id: string;
}

export type Placed<T> = T & { readonly place: Place };

/** What a page asks of the database: the rows after this place, and how many; undefined for all. */
export interface RowsAsked {
  readonly after: Place | undefined;
  readonly limit: number | undefined;
}

/** SQL of the time in a place, to the microsecond: a JavaScript date is too coarse to go on from. */
export const placeAt = (column: string): string => `(extract(epoch FROM ${column}) * 1000000)::bigint::text`;

/** SQL of the time that a parameter of a place says. */
export const timeAt = (parameter: string): string =>
  `timestamptz 'epoch' + ${parameter}::bigint * interval '1 microsecond'`;

/** The parameters of a page's SQL: time and id of the place, and how many rows; null for none. */
export const rowParameters = ({ after, limit }: RowsAsked): [string | null, string | null, number | null] => [
  after?.at ?? null,
  after?.id ?? null,
  limit ?? null,
];

/**
 * The rows that a page of a list is made of: one more than it shows, which tells whether another page follows. The cursor holds the place
 * itself, so that what comes or goes in between makes no page overlap and leaves nothing out. E_CURSOR for what `pageOfRows` did not write.
 */
export function rowsAsked(list: string, { limit, cursor }: PageAsked): RowsAsked {
  const more = limit === undefined ? undefined : limit + 1;
  if (cursor === undefined) return { after: undefined, limit: more };
  const [, at = '', id = ''] = Buffer.from(cursor, 'base64url').toString('utf8').split(' ');
  if (!/^\d{1,17}$/.test(at) || !isUuid(id) || cursorOf(list, `${at} ${id}`) !== cursor)
    throw new AppError('E_CURSOR', { detail: `no such place in ${list}` });
  return { after: { at, id }, limit: more };
}

/** The page that these rows make. */
export function pageOfRows<T>(list: string, rows: readonly Placed<T>[], { limit }: PageAsked): Page<Placed<T>> {
  if (limit === undefined || rows.length <= limit) return { items: rows, next: {} };
  const items = rows.slice(0, limit);
  const last = items.at(-1)?.place;
  return { items, next: last === undefined ? {} : { nextCursor: cursorOf(list, `${last.at} ${last.id}`) } };
}
