/** A test that says which requirements it proves: their ids stand at the start of its name. */
export interface ProvingTest {
  /** Path in the checkout. */
  readonly file: string;
  /** As written, with the `%s` of a table. */
  readonly name: string;
  readonly ids: readonly string[];
}

const ID = '(?:CPL|CTL|DEF|FACE|FBD|HAB|HUM|LOG|POL|PRO|REQ|RET|RGT|SEC|STA)-\\d{2}';
const LIST = `${ID}(?:, ${ID})*`;
const AT_START = new RegExp(`^(${LIST}): `);
/** A literal right after the bracket of a call that makes tests: `it('...'`, `it.each(table)('...'`, `it.skipIf(x)('...'`. */
const TITLE = /(?:\b(?:it|test)(?:\.\w+)*|\))\(\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1/g;
const ROW_START = new RegExp(`\\[\\s*(['"\`])(${LIST})\\1`, 'g');

/** The ids at the start of a test's name; none for a test that proves something else. */
export const idsOf = (name: string): readonly string[] => AT_START.exec(name)?.[1]?.split(', ') ?? [];

/** Tests of one file by what its text says: nothing is run. */
export function testsIn(file: string, text: string): readonly ProvingTest[] {
  const found = new Map<string, ProvingTest>();
  for (const { index, 2: literal = '' } of text.matchAll(TITLE)) {
    const title = literal.replace(/\\(.)/g, '$1');
    // Ids in the first column of a table make one test each.
    const names = title.startsWith('%s: ')
      ? listsBefore(text, index).map((list) => title.replace('%s', list))
      : [title];
    for (const name of names) {
      const ids = idsOf(name);
      if (ids.length > 0) found.set(name, { file, name, ids });
    }
  }
  return [...found.values()];
}

/** Ids that begin the rows of the table of the `.each(` before this place, which may be a constant of the file. */
function listsBefore(text: string, at: number): readonly string[] {
  const from = text.lastIndexOf('.each', at);
  const table = text.slice(from, at);
  const name = /^\.each(?:<[^(]*>)?\((\w+)$/.exec(table)?.[1];
  const rows = name === undefined ? table : constantOf(text, name);
  return [...new Set([...rows.matchAll(ROW_START)].map(([, , list = '']) => list))];
}

/** The text of `const NAME = [...]`, as far as the end of the statement. */
function constantOf(text: string, name: string): string {
  const from = text.search(new RegExp(`\\bconst ${name}\\b`));
  if (from < 0) return '';
  const end = text.slice(from).search(/\n\s*\](?: as const)?;/);
  return text.slice(from, end < 0 ? undefined : from + end);
}
