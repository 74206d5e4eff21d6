import { type KeyObject, sign, verify } from 'node:crypto';
import { type Checkpoint, readCheckpointText } from './checkpoint.ts';
import {
  type Checked,
  COSIGNATURE_V1,
  decodeVkey,
  keyIdFor,
  type NoteVerifier,
  parseLines,
  refused,
  type SignatureLine,
  signatureLine,
  splitNote,
  verifyLine,
} from './note.ts';

// C2SP tlog-cosignature (https://c2sp.org/tlog-cosignature), Ed25519: a witness says that at a time this was the largest tree of the log that
// it had seen, and that every tree it had seen before is a beginning of it.

const HEADER = 'cosignature/v1';
/** u64 timestamp and Ed25519 signature. */
const SIGNATURE_BYTES = 8 + 64;

/** A witness's verifier key: type 0x04. */
export const decodeWitnessKey = (text: string): Checked<NoteVerifier> => decodeVkey(text, COSIGNATURE_V1);

/** The signature line of a witness under a checkpoint's text (three lines); `timeSeconds` since the epoch. */
export function cosign(text: string, name: string, signingKey: KeyObject, timeSeconds: number): string {
  const timestamp = Buffer.alloc(8);
  timestamp.writeBigUInt64BE(BigInt(timeSeconds));
  const signature = sign(null, messageOf(text, timeSeconds), signingKey);
  return signatureLine(name, keyIdFor(name, signingKey, COSIGNATURE_V1), Buffer.concat([timestamp, signature]));
}

/** The time (seconds since the epoch) at which this witness signed the text; refused when the line is not its cosignature. */
export function verifyCosignature(text: string, line: SignatureLine, witness: NoteVerifier): Checked<number> {
  if (line.name !== witness.name || !line.keyId.equals(witness.keyId)) return refused('the line of another key');
  if (line.signature.length !== SIGNATURE_BYTES) return refused('not a timestamped signature');
  const time = Number(line.signature.readBigUInt64BE());
  if (!Number.isSafeInteger(time)) return refused('the time is not one');
  if (!verify(null, messageOf(text, time), witness.publicKey, line.signature.subarray(8)))
    return refused('the cosignature does not verify');
  return { ok: true, value: time };
}

/** "Two newline terminated lines followed by the whole note body of the cosigned checkpoint". */
const messageOf = (text: string, timeSeconds: number): Buffer =>
  Buffer.from(`${HEADER}\ntime ${timeSeconds}\n${text}`, 'utf8');

/** A checkpoint with the witnesses that stand behind it. */
export interface CosignedCheckpoint {
  readonly checkpoint: Checkpoint;
  /** The note without the lines of keys that were not asked for. */
  readonly note: string;
  readonly cosigned: readonly { readonly witness: string; readonly timeSeconds: number }[];
}

/**
 * Reads a checkpoint that the log of this key signed, with cosignatures of these witnesses. Lines of unknown keys count for nothing, as the
 * format wants it; a line in a known witness's name and key that does not verify refuses the whole.
 */
export function openCosigned(
  note: Uint8Array,
  log: NoteVerifier,
  witnesses: readonly NoteVerifier[],
): Checked<CosignedCheckpoint> {
  const split = splitNote(note);
  if (!split.ok) return split;
  const { text, lines } = split.value;
  const own = lines.find((line) => verifyLine(text, line, log));
  if (own === undefined) return refused('the log did not sign it');
  const checkpoint = readCheckpointText(text, log.name);
  if (!checkpoint.ok) return checkpoint;
  const kept = new Map<string, { line: string; timeSeconds: number }>();
  for (const line of lines) {
    const witness = witnesses.find(({ name, keyId }) => name === line.name && keyId.equals(line.keyId));
    if (witness === undefined) continue;
    const time = verifyCosignature(text, line, witness);
    if (!time.ok) return refused(`${witness.name}: ${time.reason}`);
    // One witness counts once, whatever stands there.
    kept.set(witness.name, { line: lineOf(line), timeSeconds: time.value });
  }
  const cosigned = [...kept].map(([witness, { timeSeconds }]) => ({ witness, timeSeconds }));
  const whole = `${text}\n${lineOf(own)}${[...kept.values()].map(({ line }) => line).join('')}`;
  return { ok: true, value: { checkpoint: checkpoint.value, note: whole, cosigned } };
}

const lineOf = ({ name, keyId, signature }: SignatureLine): string => signatureLine(name, keyId, signature);

/** The witness's own line among those of an answer, checked against the checkpoint's text. */
export function lineFrom(answer: string, text: string, witness: NoteVerifier): Checked<string> {
  for (const line of parseLines(answer) ?? []) {
    if (verifyCosignature(text, line, witness).ok) return { ok: true, value: lineOf(line) };
  }
  return refused('no cosignature of this witness');
}
