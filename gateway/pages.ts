import { type Static, Type } from 'typebox';
import { AppError } from './errors.ts';

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

export type PageAsked = Static<typeof PageQuery>;

export interface Page<T> {
  readonly items: readonly T[];
  readonly next: { readonly nextCursor?: string };
}

const cursorOf = (list: string, id: string): string => Buffer.from(`${list} ${id}`, 'utf8').toString('base64url');

/**
 * A page of a list in its order. The cursor names the list and the last item of the page before, so what is added at either end in
 * between makes no page overlap and leaves nothing out. E_CURSOR for a cursor of another list, or of an item that is gone.
 */
export function pageOf<T>(
  list: string,
  all: readonly T[],
  idOf: (item: T) => string,
  { limit, cursor }: PageAsked,
): Page<T> {
  const at = cursor === undefined ? -1 : all.findIndex((item) => cursorOf(list, idOf(item)) === cursor);
  if (cursor !== undefined && at < 0) throw new AppError('E_CURSOR', { detail: `no such place in ${list}` });
  const items = all.slice(at + 1, limit === undefined ? undefined : at + 1 + limit);
  const last = items.at(-1);
  const isWhole = last === undefined || at + 1 + items.length >= all.length;
  return { items, next: isWhole ? {} : { nextCursor: cursorOf(list, idOf(last)) } };
}
