import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { matrixOf, OF_PEOPLE, REQUIREMENTS, readTests, unknownIds, unproven } from '../../gateway/compliance/matrix.ts';
import { testsIn } from '../../gateway/compliance/matrix-tests.ts';
import { resultsAfter } from '../summary.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const SPECIFICATION = path.join(ROOT, '..', 'shared', 'design', 'legal-requirements.md');

const FILE = `
describe('REQ-09: a group is no test', () => {
  it('REQ-01: stands alone', () => {});
  it('proves nothing by id', () => {});
  it.each([1, 2])(
    'DEF-02, DEF-03: of a table, %i; it\\'s two',
    () => {},
  );
  it.skipIf(true)("LOG-04: says \\"why\\"", () => {});
  it.each([
    ['SEC-01', 'one'],
    ['SEC-11', 'two'],
  ])('%s: refuses %s', () => {});
  it.each(rows)('%s: by a constant, %s', () => {});
  throw new Error('CPL-01: is no name of a test');
});
const rows = [
  ['HUM-01', 'x'],
  ['HUM-02, HUM-03', 'y'],
] as const;
`;

describe('the matrix of requirements and tests', () => {
  it('finds the ids at the start of names, in tables as well, and nowhere else', () => {
    expect(testsIn('a.test.ts', FILE).map(({ name, ids }) => [name, ids.join()])).toEqual([
      ['REQ-01: stands alone', 'REQ-01'],
      ["DEF-02, DEF-03: of a table, %i; it's two", 'DEF-02,DEF-03'],
      ['LOG-04: says "why"', 'LOG-04'],
      ['SEC-01: refuses %s', 'SEC-01'],
      ['SEC-11: refuses %s', 'SEC-11'],
      ['HUM-01: by a constant, %s', 'HUM-01'],
      ['HUM-02, HUM-03: by a constant, %s', 'HUM-02,HUM-03'],
    ]);
  });

  it('says passed only of what ran, and failed when one case of a table did', () => {
    const file = 'a.test.ts';
    const kept = (name: string, status: string) => ({ file, name, status });
    const results = [
      kept('REQ-01: stands alone', 'passed'),
      kept("DEF-02, DEF-03: of a table, 1; it's two", 'passed'),
      kept("DEF-02, DEF-03: of a table, 2; it's two", 'failed'),
      kept('LOG-04: says "why"', 'skipped'),
      { ...kept('SEC-01: refuses one', 'passed'), file: 'b.test.ts' },
    ];
    const rows = matrixOf(testsIn(file, FILE), results);
    const last = (id: string) => rows.find((row) => row.id === id)?.tests.map((test) => test.last);
    expect(['REQ-01', 'DEF-02', 'DEF-03', 'LOG-04', 'SEC-01', 'CPL-01'].map(last)).toEqual([
      ['passed'],
      ['failed'],
      ['failed'],
      ['not run'],
      ['not run'],
      [],
    ]);
    expect(unproven(rows)).toContain('CPL-01');
    expect(unproven(rows)).not.toContain('REQ-01');
    for (const id of Object.keys(OF_PEOPLE)) {
      expect(rows.find((row) => row.id === id)).toMatchObject({
        kind: 'people',
        reason: expect.stringMatching(/.{40}/),
      });
      expect(unproven(rows)).not.toContain(id);
    }
  });

  it('keeps the results of files that a run left out', () => {
    const report = (name: string, status: string) =>
      JSON.stringify({ testResults: [{ name: `/x/${name}`, status, assertionResults: [{ title: 't', status }] }] });
    const first = resultsAfter(report('test/a.test.ts', 'passed'), undefined, '/x');
    const second = resultsAfter(report('test/b.test.ts', 'failed'), JSON.stringify(first), '/x');
    expect(second).toEqual([
      { file: 'test/a.test.ts', name: 't', status: 'passed' },
      { file: 'test/b.test.ts', name: 't', status: 'failed' },
    ]);
    expect(resultsAfter(report('test/a.test.ts', 'failed'), JSON.stringify(second), '/x')).toContainEqual({
      file: 'test/a.test.ts',
      name: 't',
      status: 'failed',
    });
    expect(resultsAfter(undefined, JSON.stringify(second), '/x')).toEqual(second);
  });

  it('knows every id that a test of this checkout names', async () => {
    const tests = await readTests(ROOT);
    expect(tests.length).toBeGreaterThan(200);
    expect(unknownIds(tests)).toEqual([]);
    expect(unknownIds([{ file: 'x', name: 'REQ-99: is none', ids: ['REQ-99'] }])).toEqual(['REQ-99']);
  });

  it.skipIf(!existsSync(SPECIFICATION))('has the requirements of the specification, all and in order', () => {
    const rows = readFileSync(SPECIFICATION, 'utf8').matchAll(/^\| ([A-Z]{3,4}-\d{2}) \|/gm);
    expect(REQUIREMENTS.map(({ id }) => id)).toEqual([...rows].map(([, id]) => id));
    for (const { id, title } of REQUIREMENTS) expect(title, id).toMatch(/^.{10,90}$/);
  });
});
