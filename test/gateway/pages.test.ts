import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pageOf } from '../../gateway/pages.ts';

const list = (many: number) => Array.from({ length: many }, (_, n) => ({ id: `id-${n}` }));
const idOf = ({ id }: { readonly id: string }): string => id;

/** Every page, in turn. */
function walk(all: readonly { id: string }[], limit: number): readonly (readonly { id: string }[])[] {
  const pages: (readonly { id: string }[])[] = [];
  let cursor: string | undefined;
  do {
    const { items, next } = pageOf('things', all, idOf, { limit, ...(cursor === undefined ? {} : { cursor }) });
    pages.push(items);
    cursor = next.nextCursor;
  } while (cursor !== undefined);
  return pages;
}

describe('pages of a list', () => {
  it('put together are the list, each at most as long as asked, the last without a cursor', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.integer({ min: 1, max: 12 }), (many, limit) => {
        const pages = walk(list(many), limit);
        expect(pages.flat()).toEqual(list(many));
        expect(pages.length).toBe(Math.max(1, Math.ceil(many / limit)));
        for (const page of pages) expect(page.length).toBeLessThanOrEqual(limit);
      }),
    );
  });

  it('without a limit is the rest of the list', () => {
    expect(pageOf('things', list(5), idOf, {})).toEqual({ items: list(5), next: {} });
    const { next } = pageOf('things', list(5), idOf, { limit: 2 });
    expect(pageOf('things', list(5), idOf, { cursor: next.nextCursor ?? '' }).items).toEqual(list(5).slice(2));
  });

  it('neither overlap nor leave out what is added at either end in between', () => {
    const { items, next } = pageOf('things', list(4), idOf, { limit: 2 });
    const grown = [{ id: 'newest' }, ...list(4), { id: 'last' }];
    const rest = pageOf('things', grown, idOf, { cursor: next.nextCursor ?? '' });
    expect([...items, ...rest.items]).toEqual([...list(4), { id: 'last' }]);
  });

  it('are refused with E_CURSOR after what is gone, and with a cursor of another list', () => {
    const { next } = pageOf('things', list(4), idOf, { limit: 2 });
    const cursor = next.nextCursor ?? '';
    expect(() => pageOf('others', list(4), idOf, { cursor })).toThrow('E_CURSOR');
    expect(() => pageOf('things', list(1), idOf, { cursor })).toThrow('E_CURSOR');
    expect(() => pageOf('things', list(4), idOf, { cursor: 'x' })).toThrow('E_CURSOR');
  });
});
