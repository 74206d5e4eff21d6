import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import { routeTo } from '../../gateway/console/api/routes.ts';

// Where the console asks the gateway, the description says: every address is made by `routeTo`, whose paths and parameters are its own.

const root = join(import.meta.dirname, '../../gateway/console');

/** Text that names a route otherwise than as the path of `routeTo`, which is checked against the description. */
function bareRoutesOf(text: string): readonly string[] {
  const rest = text.replace(/\brouteTo\(\s*'[^'$]*'/g, 'routeTo(');
  const whole = rest.matchAll(/['"`][^'"`\n]*\/api\/v\d[^'"`\n]*/g);
  const pieces = rest.matchAll(/['"`]\/(?:cases|exhibits|hits|jobs|questions|exports)\//g);
  return [...whole, ...pieces].map(([found]) => found);
}

const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .map((file) => file.split(sep).join('/'))
  .filter((file) => /\.tsx?$/.test(file) && !file.startsWith('built/') && file !== 'routes.ts');

describe('the console', () => {
  it('names no route of the API but by a path of its description', () => {
    expect(sources.length).toBeGreaterThan(80);
    const bare = sources.flatMap((file) =>
      bareRoutesOf(readFileSync(join(root, file), 'utf8')).map((route) => `${file}: ${route}`),
    );
    expect(bare).toEqual([]);
  });

  it('asks by the client alone: nothing else fetches', () => {
    const fetching = sources.filter((file) =>
      /(?<!async )(?<![.\w])fetch\(|XMLHttpRequest/.test(readFileSync(join(root, file), 'utf8')),
    );
    expect(fetching).toEqual(['api/client.ts']);
  });

  it.each([
    ['a template', 'api.get(`/api/v1/cases/$' + '{caseId}/jobs`)'],
    ['a string', "api.get('/api/v1/cases')"],
    ['a base', 'const base = `/api/v1/cases/$' + '{caseId}`;'],
    ['a path that is filled in before it is checked', 'routeTo(`/api/v1/cases/$' + '{caseId}/jobs`, {})'],
    ['pieces', "base + '/cases/' + caseId"],
  ])('is told from one that writes %s', (_, text) => {
    expect(bareRoutesOf(text)).toHaveLength(1);
  });

  it('is not told off for what the description checks', () => {
    expect(bareRoutesOf("routeTo('/api/v1/cases/{caseId}/jobs', { caseId })")).toEqual([]);
    expect(bareRoutesOf("routeTo(\n  '/api/v1/cases/{caseId}/jobs',\n { caseId })")).toEqual([]);
  });
});

describe('an address', () => {
  it('has its parameters escaped, the folders of a file kept, and no query that was not asked for', () => {
    const caseId = 'a/b';
    expect(routeTo('/api/v1/cases', {})).toBe('/api/v1/cases');
    expect(routeTo('/api/v1/cases/{caseId}/notes', { caseId }, { cursor: undefined })).toBe(
      '/api/v1/cases/a%2Fb/notes',
    );
    expect(routeTo('/api/v1/cases/{caseId}/notes', { caseId }, { cursor: 'x=&' })).toBe(
      '/api/v1/cases/a%2Fb/notes?cursor=x%3D%26',
    );
    expect(
      routeTo('/api/v1/cases/{caseId}/exports/{exportId}/files/{path}', {
        ...{ caseId: 'c', exportId: 'e', path: 'stills/0 1.jpg' },
      }),
    ).toBe('/api/v1/cases/c/exports/e/files/stills/0%201.jpg');
  });

  it('is not compiled where the description has no such path, or another parameter or query', () => {
    const unknown: readonly string[] = [
      // @ts-expect-error no such path
      routeTo('/api/v1/nothing', {}),
      // @ts-expect-error a case is missing
      routeTo('/api/v1/cases/{caseId}/notes', {}),
      // @ts-expect-error notes have no size
      routeTo('/api/v1/cases/{caseId}/notes', { caseId: 'c' }, { size: 1 }),
    ];
    expect(unknown).toHaveLength(3);
  });
});
