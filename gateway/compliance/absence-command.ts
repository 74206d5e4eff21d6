import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { JsonValue } from '../canonical.ts';
import type { CommandIo, ExitCode } from '../command.ts';
import { openDatabase } from '../database.ts';
import { type AbsenceInput, absenceOf, isAbsent } from './absence.ts';
import { type DatabaseShape, databaseShape } from './absence-database.ts';
import { readTree } from './absence-tree.ts';
import type { Capability } from './capability.ts';
import { readLockFile } from './lock-file.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface AbsenceCommandDeps {
  capability(): Promise<Capability>;
  /** The OpenAPI document of this build. */
  openapi(): Promise<JsonValue>;
}

/** What this build is, as the checks look at it; its database is a fresh one that is thrown away. */
export async function absenceInput(deps: AbsenceCommandDeps): Promise<AbsenceInput> {
  const { routes, ops, classes, colours, knownLabels, configKeys } = await deps.capability();
  return {
    tree: await readTree(ROOT),
    packages: readLockFile().map(({ name }) => name),
    routes,
    openapi: await deps.openapi(),
    database: await freshDatabase(),
    vocabulary: [...classes, ...colours, ...knownLabels],
    ops,
    configKeys,
  };
}

async function freshDatabase(): Promise<DatabaseShape> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'differe-absence-'));
  try {
    const database = await openDatabase({ dataDir });
    try {
      return await databaseShape(database.url);
    } finally {
      await database.close();
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** `differe compliance absence [--json]`: the evidence of each check; 1 when one has found something. */
export async function absenceCommand(
  args: readonly string[],
  io: CommandIo,
  deps: AbsenceCommandDeps,
): Promise<ExitCode> {
  const { values } = parseArgs({ args: [...args], options: { json: { type: 'boolean', default: false } } });
  const evidence = absenceOf(await absenceInput(deps));
  const absent = isAbsent(evidence);
  if (values.json) io.out(JSON.stringify({ absent, evidence }, null, 2));
  else {
    for (const { check, requirements, what, scanned, findings, allowed } of evidence) {
      const verdict = findings.length === 0 ? 'absent' : 'FOUND ';
      io.out(`${verdict}  ${check.padEnd(13)} ${String(scanned).padStart(6)}  ${what} (${requirements.join(', ')})`);
      for (const finding of findings) io.out(`          ${finding}`);
      for (const exception of allowed) io.out(`          allowed: ${exception}`);
    }
  }
  io.err(
    absent
      ? 'Rien de ce que la loi exclut n’a été trouvé. Nothing of what the law excludes was found.'
      : 'Trouvé : voir ci-dessus. Found: see above.',
  );
  return absent ? 0 : 1;
}
