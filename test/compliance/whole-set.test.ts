import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { matrixOf, readTests, unproven } from '../../gateway/compliance/matrix.ts';

// What is required and not built yet. Each id stands in README's list of what is not there, and leaves both when its test arrives.
const NOT_BUILT: readonly string[] = [];

it('every requirement has a test that names it, but for those of people and those that the README says are not built', async () => {
  const root = path.resolve(import.meta.dirname, '../..');
  const rows = matrixOf(await readTests(root), []);
  expect(unproven(rows).toSorted()).toEqual(NOT_BUILT);
  expect(rows.filter(({ kind }) => kind === 'people').map(({ id }) => id)).toEqual(['CPL-07', 'SEC-13']);
  const readme = await readFile(path.join(root, 'README.md'), 'utf8');
  for (const id of NOT_BUILT) expect(readme).toContain(id);
});
