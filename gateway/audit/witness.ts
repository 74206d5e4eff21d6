import { createPrivateKey, type KeyObject } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { sha256Hex } from '../canonical.ts';
import { type Clock, nowSeconds } from '../clock.ts';
import { AppError } from '../errors.ts';
import { writeDurably } from '../vault.ts';
import { type Checkpoint, textOf } from './checkpoint.ts';
import { verifyConsistency } from './consistency.ts';
import { cosign, openCosigned } from './cosignature.ts';
import { EMPTY_ROOT } from './merkle.ts';
import {
  type Checked,
  decodeUtf8,
  decodeVkey,
  ED25519,
  keyIdFor,
  type NoteVerifier,
  refused,
  splitNote,
} from './note.ts';

// A witness of the C2SP tlog-witness protocol (https://c2sp.org/tlog-witness): it remembers one tree head a log and cosigns a later one only
// when it is shown that the earlier tree is a beginning of it. So it cannot be talked into two stories, and needs nothing of the log's content.

export interface WitnessOptions {
  /** Folder of the witness: `logs.vkeys` (verifier keys of the logs it knows, one a line) and what it last cosigned. One process a folder. */
  readonly dir: string;
  readonly name: string;
  readonly signingKey: KeyObject;
  readonly clock: Clock;
}

/** Answer of `add-checkpoint`: status and body as the protocol says them. */
export interface WitnessAnswer {
  readonly status: 200 | 400 | 403 | 404 | 409 | 422;
  readonly type: 'text/plain; charset=utf-8' | 'text/x.tlog.size';
  readonly body: string;
}

export interface Witness {
  /** The body of a request; MUST NOT resolve with 200 before the new tree head is durable. */
  addCheckpoint(body: Uint8Array): Promise<WitnessAnswer>;
}

const MAX_PROOF_LINES = 63;

export async function openWitness(options: WitnessOptions): Promise<Witness> {
  const { dir, name, signingKey, clock } = options;
  const logs = readLogs(await readFile(path.join(dir, 'logs.vkeys'), 'utf8'));
  const state = path.join(dir, 'cosigned');
  await mkdir(state, { recursive: true, mode: 0o700 });
  const fileOf = (origin: string): string => path.join(state, sha256Hex(origin));

  /** The tree head that this witness cosigned last; the empty tree when it never did. */
  async function latest(log: NoteVerifier): Promise<Checkpoint> {
    const stored = await readFile(fileOf(log.name)).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT') return undefined;
      throw cause;
    });
    if (stored === undefined) return { origin: log.name, size: 0, root: EMPTY_ROOT };
    const opened = openCosigned(stored, log, []);
    if (!opened.ok) throw new AppError('E_INTERNAL', { detail: `the witness's own state: ${opened.reason}` });
    return opened.value.checkpoint;
  }

  async function decide(body: Uint8Array): Promise<WitnessAnswer> {
    const parsed = parseRequest(body);
    if (!parsed.ok) return plain(400, parsed.reason);
    const { oldSize, proof, note } = parsed.value;
    const split = splitNote(Buffer.from(note, 'utf8'));
    if (!split.ok) return plain(400, split.reason);
    const log = logs.get(split.value.text.split('\n', 1)[0] ?? '');
    if (log === undefined) return plain(404, 'a log that is not known here');
    const opened = openCosigned(Buffer.from(note, 'utf8'), log, []);
    if (!opened.ok) return plain(opened.reason === 'the log did not sign it' ? 403 : 400, opened.reason);
    const { checkpoint } = opened.value;
    if (oldSize > checkpoint.size) return plain(400, 'the old size is beyond the checkpoint');
    const before = await latest(log);
    const conflict: WitnessAnswer = { status: 409, type: 'text/x.tlog.size', body: `${before.size}\n` };
    if (oldSize !== before.size) return conflict;
    if (before.size === checkpoint.size && !before.root.equals(checkpoint.root)) return conflict;
    if (!verifyConsistency({ old: before, now: checkpoint, proof }))
      return plain(422, 'the proof does not show that the old tree is a beginning of the new one');
    await writeDurably(fileOf(log.name), opened.value.note);
    return plain(200, cosign(textOf(checkpoint), name, signingKey, nowSeconds(clock)));
  }

  // One request after the other: between the look at the old tree head and the keeping of the new one nothing may come.
  let last: Promise<unknown> = Promise.resolve();
  return {
    addCheckpoint(body) {
      const answer = last.then(() => decide(body));
      last = answer.catch(() => undefined);
      return answer;
    },
  };
}

const plain = (status: Exclude<WitnessAnswer['status'], 409>, text: string): WitnessAnswer => ({
  status,
  type: 'text/plain; charset=utf-8',
  body: text.endsWith('\n') ? text : `${text}\n`,
});

function readLogs(text: string): ReadonlyMap<string, NoteVerifier> {
  const logs = new Map<string, NoteVerifier>();
  for (const line of text.split('\n').filter((each) => each !== '')) {
    const verifier = decodeVkey(line);
    if (!verifier.ok) throw new AppError('E_CONFIG', { detail: `logs.vkeys: ${verifier.reason}` });
    logs.set(verifier.value.name, verifier.value);
  }
  return logs;
}

export interface AddCheckpoint {
  readonly oldSize: number;
  readonly proof: readonly Buffer[];
  /** The checkpoint, a signed note. */
  readonly note: string;
}

/** "A sequence of an old size line, zero or more consistency proof lines, and an empty line, followed by a checkpoint." */
export const encodeRequest = ({ oldSize, proof, note }: AddCheckpoint): string =>
  `${[`old ${oldSize}`, ...proof.map((hash) => hash.toString('base64'))].join('\n')}\n\n${note}`;

export function parseRequest(body: Uint8Array): Checked<AddCheckpoint> {
  const whole = decodeUtf8(body);
  const at = whole?.indexOf('\n\n') ?? -1;
  if (whole === undefined || at < 0) return refused('not a request');
  const [old = '', ...lines] = whole.slice(0, at).split('\n');
  const oldSize = Number(old.slice('old '.length));
  const proof = lines.map((line) => Buffer.from(line, 'base64'));
  if (!Number.isSafeInteger(oldSize) || oldSize < 0) return refused('the old size is not a number');
  if (proof.length > MAX_PROOF_LINES || proof.some((hash) => hash.length !== 32))
    return refused('not a list of hashes');
  const request = { oldSize, proof, note: whole.slice(at + 2) };
  return encodeRequest(request) === whole ? { ok: true, value: request } : refused('not exactly encoded');
}

// The key file of golang.org/x/mod/sumdb/note, which witnesses share: PRIVATE+KEY+<name>+<key id>+<base64 of type 1 and seed>.
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

export function encodeSigningKey(name: string, key: KeyObject): string {
  const seed = key.export({ format: 'der', type: 'pkcs8' }).subarray(-32);
  const typed = Buffer.concat([Uint8Array.of(ED25519), seed]).toString('base64');
  return `PRIVATE+KEY+${name}+${keyIdFor(name, key, ED25519).toString('hex')}+${typed}`;
}

export function decodeSigningKey(text: string): Checked<{ readonly name: string; readonly signingKey: KeyObject }> {
  const [, , name = '', , ...rest] = text.split('+');
  const bytes = Buffer.from(rest.join('+'), 'base64');
  if (bytes.length !== 33 || bytes[0] !== ED25519) return refused('not an Ed25519 signing key');
  const der = Buffer.concat([PKCS8_ED25519, bytes.subarray(1)]);
  const signingKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  if (encodeSigningKey(name, signingKey) !== text) return refused('the signing key is not exactly encoded');
  return { ok: true, value: { name, signingKey } };
}
