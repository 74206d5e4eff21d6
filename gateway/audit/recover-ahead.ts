import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../errors.ts';
import { aheadFileOf, type Batch, parseAhead } from './ahead.ts';
import { isTemporary, type LogFiles } from './files.ts';
import type { NoteVerifier } from './note.ts';
import { extendEdge, type RightEdge, rootOfEdge } from './right-edge.ts';
import type { Finding } from './types.ts';

/**
 * The batches that stand in the write-ahead file and not yet in the folder, whose edge is given. None where there is no such file: a log
 * that was closed has none. What a crash left half written was never acknowledged; everything else that does not fit is E_LOG_DOWN, and
 * nothing is touched.
 */
export async function recoverAhead(dir: string, edge: RightEdge, verifier: NoteVerifier): Promise<readonly Batch[]> {
  const file = await readAheadFile(dir);
  if (file === undefined) return [];
  const ahead = parseAhead(file, verifier);
  if ('fault' in ahead) throw contradicted(ahead.fault, '', `byte ${ahead.offset}`);
  const states = [ahead.start, ...ahead.batches.map(({ checkpoint }) => checkpoint)];
  const state = states.find(({ size }) => size === edge.size);
  const root = rootOfEdge(edge);
  if (state?.root.equals(root) !== true) {
    const [first, last] = [states[0], states.at(-1)];
    const found = `${edge.size} records, root ${root.toString('base64')}`;
    throw contradicted('the folder is of another moment', `from ${first?.size} to ${last?.size} records`, found);
  }
  const beyond = ahead.batches.filter(({ checkpoint }) => checkpoint.size > edge.size);
  let at = edge;
  for (const { entries, checkpoint } of beyond) {
    at = extendEdge(at, entries);
    const [expected, found] = [checkpoint.root.toString('base64'), rootOfEdge(at).toString('base64')];
    if (found !== expected) throw contradicted(`the records up to ${at.size} have another root`, expected, found);
  }
  return beyond;
}

/** Removes what making a write-ahead file left when it was cut short. */
export async function removeAheadStrays(dir: string, files: LogFiles, mayWrite: () => Promise<void>): Promise<void> {
  const [folder, name] = [path.dirname(dir), path.basename(aheadFileOf(dir))];
  for (const entry of await readdir(folder)) {
    if (!entry.startsWith(`${name}.`) || !isTemporary(entry)) continue;
    await mayWrite();
    await files.remove(path.join(folder, entry));
  }
}

/** Its bytes; undefined when there is none. */
export async function readAheadFile(dir: string): Promise<Buffer | undefined> {
  return await readFile(aheadFileOf(dir)).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined;
    throw new AppError('E_LOG_DOWN', { detail: 'the write-ahead file cannot be read', cause });
  });
}

function contradicted(detail: string, expected: string, found: string): AppError {
  const cause: Finding = { what: 'ahead', file: 'the write-ahead file', detail, expected, found };
  return new AppError('E_LOG_DOWN', { detail: `write-ahead file: ${detail}`, cause });
}
