import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { CommandIo, ExitCode } from '../command.ts';
import { type MatrixRow, matrixOf, OF_PEOPLE, REQUIREMENTS, readResults, readTests, unproven } from './matrix.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** `differe compliance matrix [--json]`: each requirement, what proves it and how that went last. 1 when one has no test or a failed one. */
export async function matrixCommand(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const { values } = parseArgs({ args: [...args], options: { json: { type: 'boolean', default: false } } });
  const rows = matrixOf(await readTests(ROOT), await readResults(ROOT));
  if (values.json) io.out(JSON.stringify(rows, null, 2));
  else for (const row of rows) for (const line of linesOf(row)) io.out(line);
  const open = unproven(rows);
  const failed = rows.filter(({ tests }) => tests.some(({ last }) => last === 'failed')).map(({ id }) => id);
  const unrun = rows.filter(({ tests }) => tests.some(({ last }) => last === 'not run')).length;
  io.err(
    `${rows.length} requirements, ${rows.length - open.length - Object.keys(OF_PEOPLE).length} with tests, ` +
      `${Object.keys(OF_PEOPLE).length} of people, ${open.length} without: ${open.join(', ') || '-'}; ` +
      `failed: ${failed.join(', ') || '-'}; with a test that was not run: ${unrun}`,
  );
  return open.length === 0 && failed.length === 0 ? 0 : 1;
}

function linesOf({ id, kind, tests, reason }: MatrixRow): readonly string[] {
  const title = REQUIREMENTS.find((each) => each.id === id)?.title ?? '';
  return [
    `${id}  ${title}${kind === 'people' ? `  [people: ${reason}]` : ''}`,
    ...(tests.length === 0 && kind === 'test' ? ['    no test'] : []),
    ...tests.map(({ file, name, last }) => `    ${last.padEnd(8)} ${file}  ${name}`),
  ];
}
