import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nestsDeeper } from '../../gateway/json-body.ts';

const depthOf = (value: unknown): number =>
  typeof value !== 'object' || value === null ? 0 : 1 + Math.max(0, ...Object.values(value).map(depthOf));

it('the depth of a text is that of its value, whatever stands in its strings', () => {
  const tricky = fc.string({ unit: fc.constantFrom('[', '{', '"', '\\', ']', '}', 'a') });
  const { json } = fc.letrec<{ json: unknown }>((tie) => ({
    json: fc.oneof(
      { maxDepth: 6 },
      tricky,
      fc.integer(),
      fc.array(tie('json'), { maxLength: 3 }),
      fc.dictionary(tricky, tie('json'), { maxKeys: 3 }),
    ),
  }));
  fc.assert(
    fc.property(json, (value) => {
      const depth = depthOf(value);
      const text = JSON.stringify(value);
      expect(nestsDeeper(text, depth)).toBe(false);
      if (depth > 0) expect(nestsDeeper(text, depth - 1)).toBe(true);
    }),
  );
});

it('ends where a text is no JSON', () => {
  for (const text of ['', '"', '"\\', ']]]]', '[[[']) expect(nestsDeeper(text, 3), text).toBe(false);
  expect(nestsDeeper('[[[[', 3)).toBe(true);
});
