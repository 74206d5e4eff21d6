import { readFile } from 'node:fs/promises';
import { AppError } from '../errors.ts';
import { isLoopback } from '../loopback.ts';
import { writeDurably } from '../vault.ts';
import { type CosignedCheckpoint, decodeWitnessKey, lineFrom, openCosigned } from './cosignature.ts';
import { decodeVkey, type NoteVerifier, splitNote } from './note.ts';
import { type LogReader, openReader } from './reader.ts';
import { encodeRequest } from './witness.ts';

// The log's side of tlog-witness: the newest checkpoint goes to each witness with the proof that it extends what that witness saw last.
// What leaves this machine is the log's name, its size, hashes and a signature; and it goes to the addresses of one file and nowhere else.

export interface KnownWitness {
  readonly key: NoteVerifier;
  /** Submission prefix, without a final slash. */
  readonly url: string;
}

/** One witness a line: verifier key, space, URL; lines that start with `#` are comments. Throws E_CONFIG. */
export function readWitnesses(text: string): KnownWitness[] {
  const bad = (detail: string): AppError => new AppError('E_CONFIG', { detail: `DIFFERE_WITNESSES: ${detail}` });
  const witnesses = text
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => {
      const [vkey = '', address = '', ...more] = line.trim().split(/\s+/);
      const key = decodeWitnessKey(vkey);
      if (!key.ok) throw bad(key.reason);
      const url = URL.parse(address);
      if (url === null || more.length > 0) throw bad('a line reads VKEY URL');
      // The host of an IPv6 address stands in brackets.
      const local = url.protocol === 'http:' && isLoopback(url.hostname.replace(/^\[|\]$/g, ''));
      if (url.protocol !== 'https:' && !local) throw bad('off loopback a witness is asked by https');
      return { key: key.value, url: url.href.replace(/\/$/, '') };
    });
  if (new Set(witnesses.map(({ key }) => key.name)).size !== witnesses.length) throw bad('two witnesses of one name');
  return witnesses;
}

/** The witnesses of DIFFERE_WITNESSES; none without the file. Throws E_CONFIG. */
export async function loadWitnesses(file: string | undefined): Promise<KnownWitness[]> {
  if (file === undefined) return [];
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new AppError('E_CONFIG', { cause, detail: 'DIFFERE_WITNESSES cannot be read' });
  });
  return readWitnesses(text);
}

/** Cosigned checkpoints stand beside the log's folder, which holds the log and nothing else. */
export const cosignedFileOf = (logDir: string): string => `${logDir}.cosigned`;

/** What became of one round. `contradicted`: a witness saw more of this log than there is, or another tree of the same size. */
export interface Round {
  readonly cosigned: readonly string[];
  readonly failed: readonly { readonly witness: string; readonly reason: string }[];
  readonly contradicted: readonly { readonly witness: string; readonly size: number }[];
}

export interface WitnessRoundOptions {
  readonly dir: string;
  readonly log: NoteVerifier;
  readonly reader: Pick<LogReader, 'checkpoint' | 'proveConsistency'>;
  readonly witnesses: readonly KnownWitness[];
  readonly fetch?: typeof globalThis.fetch;
  readonly timeoutMs?: number;
}

/** Asks every witness once for the newest checkpoint and keeps what they signed, when at least one did. */
export async function askWitnesses(options: WitnessRoundOptions): Promise<Round> {
  const { log, reader, witnesses } = options;
  const { text: note, value: checkpoint } = await reader.checkpoint();
  const keys = witnesses.map(({ key }) => key);
  const kept = await readCosigned(cosignedFileOf(options.dir), log, keys);
  const asked = await Promise.all(
    witnesses.map(async (witness) => {
      // A guess: the witness itself says when it knows another size.
      const guess = kept?.cosigned.some(({ witness: name }) => name === witness.key.name) ? kept.checkpoint.size : 0;
      const answer = await askOne(options, witness, { note, size: checkpoint.size, guess }).catch((error: unknown) => ({
        failed: error instanceof Error ? error.name : 'error',
      }));
      return { witness: witness.key.name, ...answer };
    }),
  );
  const lines = asked.flatMap((one) => ('line' in one ? [one.line] : []));
  if (lines.length > 0) await keep(options, note + lines.join(''), keys, kept);
  return {
    cosigned: asked.flatMap((one) => ('line' in one ? [one.witness] : [])),
    failed: asked.flatMap((one) => ('failed' in one ? [{ witness: one.witness, reason: one.failed }] : [])),
    contradicted: asked.flatMap((one) => ('saw' in one ? [{ witness: one.witness, size: one.saw }] : [])),
  };
}

type Answer = { readonly line: string } | { readonly saw: number } | { readonly failed: string };

async function askOne(
  options: WitnessRoundOptions,
  { key, url }: KnownWitness,
  now: { readonly note: string; readonly size: number; readonly guess: number },
): Promise<Answer> {
  const { reader, fetch = globalThis.fetch, timeoutMs = 10_000 } = options;
  let oldSize = Math.min(now.guess, now.size);
  for (let attempt = 1; attempt <= 2; attempt++) {
    const proof = await reader.proveConsistency(oldSize, now.size);
    const response = await fetch(`${url}/add-checkpoint`, {
      method: 'POST',
      body: encodeRequest({ oldSize, proof, note: now.note }),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const body = (await response.text()).slice(0, 65_536);
    if (response.status === 200) {
      const split = splitNote(Buffer.from(now.note, 'utf8'));
      const line = split.ok ? lineFrom(body, split.value.text, key) : split;
      return line.ok ? { line: line.value } : { failed: line.reason };
    }
    const saw = response.status === 409 && /^(0|[1-9]\d{0,15})\n$/.test(body) ? Number(body) : undefined;
    if (saw === undefined) return { failed: `status ${response.status}` };
    // It saw more than there is; or as much as we said, with another root.
    if (saw > now.size || saw === oldSize) return { saw };
    oldSize = saw;
  }
  return { failed: 'it changes its mind on the size' };
}

/** Reads cosigned checkpoints that were kept; undefined when there are none. Throws E_LOG_DOWN when they are not the log's. */
export async function readCosigned(
  file: string,
  log: NoteVerifier,
  witnesses: readonly NoteVerifier[],
): Promise<CosignedCheckpoint | undefined> {
  const note = await readFile(file).catch(() => undefined);
  if (note === undefined) return undefined;
  const opened = openCosigned(note, log, witnesses);
  if (!opened.ok) throw new AppError('E_LOG_DOWN', { detail: `log.cosigned: ${opened.reason}` });
  return opened.value;
}

/** Keeps the new note unless the old one has more witnesses for as large a tree. */
async function keep(
  options: WitnessRoundOptions,
  note: string,
  keys: readonly NoteVerifier[],
  before: CosignedCheckpoint | undefined,
): Promise<void> {
  const opened = openCosigned(Buffer.from(note, 'utf8'), options.log, keys);
  if (!opened.ok) throw new AppError('E_LOG_DOWN', { detail: `a cosigned checkpoint: ${opened.reason}` });
  const now = opened.value;
  const same = before?.checkpoint.size === now.checkpoint.size;
  if (same && before.cosigned.length > now.cosigned.length) return;
  await writeDurably(cosignedFileOf(options.dir), now.note);
}

/**
 * Whether the log still extends what was cosigned of it and kept: a log that was put back from a back-up, or written anew, does not, unless
 * the file beside it went the same way. Throws E_LOG_DOWN; for the start, before anything is appended.
 */
export async function demandExtension(dir: string, vkey: string): Promise<void> {
  const log = decodeVkey(vkey);
  if (!log.ok) throw new AppError('E_LOG_DOWN', { detail: log.reason });
  const kept = await readCosigned(cosignedFileOf(dir), log.value, []);
  if (kept === undefined) return;
  const root = await (await openReader(dir, vkey)).rootAt(kept.checkpoint.size);
  if (!root.equals(kept.checkpoint.root))
    throw new AppError('E_LOG_DOWN', { detail: 'another log than the one that witnesses cosigned' });
}
