import type { KeyObject } from 'node:crypto';
import { type Checked, type NoteVerifier, openNote, refused, signNote } from './note.ts';

// C2SP tlog-checkpoint (https://c2sp.org/tlog-checkpoint): origin, size and root, signed. No extension lines.

export interface Checkpoint {
  /** Identity of the log; the name of its key as well. */
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
}

/** The three lines that log and witnesses sign. */
export const textOf = (checkpoint: Checkpoint): string =>
  `${checkpoint.origin}\n${checkpoint.size}\n${checkpoint.root.toString('base64')}\n`;

export const signCheckpoint = (checkpoint: Checkpoint, signingKey: KeyObject): string =>
  signNote(textOf(checkpoint), checkpoint.origin, signingKey);

/** Reads a checkpoint that the log of this key signed. */
export function openCheckpoint(note: Uint8Array, verifier: NoteVerifier): Checked<Checkpoint> {
  const opened = openNote(note, verifier);
  return opened.ok ? readCheckpointText(opened.value, verifier.name) : opened;
}

/** Reads the three lines that are signed; `log` is the name of the key that signed them. */
export function readCheckpointText(text: string, log: string): Checked<Checkpoint> {
  const [origin, size, root] = text.split('\n');
  const checkpoint = { origin: origin ?? '', size: Number(size), root: Buffer.from(root ?? '', 'base64') };
  if (!Number.isSafeInteger(checkpoint.size) || checkpoint.size < 0) return refused('the tree size is not a number');
  if (checkpoint.root.length !== 32 || textOf(checkpoint) !== text) return refused('not three lines, exactly encoded');
  if (checkpoint.origin !== log) return refused('a checkpoint of another log');
  return { ok: true, value: checkpoint };
}
