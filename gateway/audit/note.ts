import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';

// C2SP signed notes (https://c2sp.org/signed-note) with Ed25519 signatures. Stricter than the specification asks of a verifier:
// what was read is encoded again and must give the same bytes, so that no byte can change without the verdict changing.

/** What was parsed and checked, or why it was refused. */
export type Checked<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string };

export const refused = (reason: string): { readonly ok: false; readonly reason: string } => ({ ok: false, reason });

export interface NoteVerifier {
  readonly name: string;
  /** SHA-256(name || 0x0A || type || public key), first four bytes. */
  readonly keyId: Buffer;
  readonly publicKey: KeyObject;
}

/** Signature types of the format: of a note's author, and the timestamped one of a witness (tlog-cosignature). */
export const ED25519 = 0x01;
export const COSIGNATURE_V1 = 0x04;
export type SignatureType = typeof ED25519 | typeof COSIGNATURE_V1;

// Narrower than the specification ("no Unicode spaces or plus"): printable ASCII, so that a name looks the same everywhere.
const KEY_NAME = /^[\x21-\x2a\x2c-\x7e]+$/;

/** The C2SP verifier key of a public (or private) Ed25519 key, without newline: `<name>+<key id>+<base64>`. */
export function encodeVkey(name: string, key: KeyObject, type: SignatureType = ED25519): string {
  if (!KEY_NAME.test(name)) throw new TypeError('note: not a key name');
  const typed = Buffer.concat([Uint8Array.of(type), rawPublicKey(key)]);
  return `${name}+${keyIdOf(name, typed).toString('hex')}+${typed.toString('base64')}`;
}

/** Reads a verifier key; a final newline is part of a vkey file, not of the key. */
export function decodeVkey(text: string, type: SignatureType = ED25519): Checked<NoteVerifier> {
  const parts = text.split('+');
  // Base64 may hold plus signs: the key is everything after the second one.
  const [name, , ...rest] = parts;
  const bytes = Buffer.from(rest.join('+'), 'base64');
  if (name === undefined || !KEY_NAME.test(name)) return refused('the key has no name');
  if (bytes.length !== 33 || bytes[0] !== type) return refused(`not an Ed25519 verifier key of type ${type}`);
  const x = bytes.subarray(1).toString('base64url');
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  if (encodeVkey(name, publicKey, type) !== text)
    return refused('the key id or the encoding of the key is not the right one');
  return { ok: true, value: { name, keyId: keyIdOf(name, bytes), publicKey } };
}

/** Signs a text that ends in a newline. */
export function signNote(text: string, name: string, signingKey: KeyObject): string {
  if (!text.endsWith('\n')) throw new TypeError('note: the text does not end in a newline');
  const signature = sign(null, Buffer.from(text, 'utf8'), signingKey);
  return `${text}\n${signatureLine(name, keyIdFor(name, signingKey, ED25519), signature)}`;
}

/** The text of a note that carries this key's signature and no other. */
export function openNote(note: Uint8Array, verifier: NoteVerifier): Checked<string> {
  const split = splitNote(note);
  if (!split.ok) return split;
  const [line, ...more] = split.value.lines;
  if (line === undefined || more.length > 0 || line.name !== verifier.name)
    return refused('not one signature line of this key, exactly encoded');
  if (!line.keyId.equals(verifier.keyId)) return refused('signed by another key');
  if (!verifyLine(split.value.text, line, verifier)) return refused('the signature does not verify');
  return { ok: true, value: split.value.text };
}

/** One line of a note's signatures. */
export interface SignatureLine {
  readonly name: string;
  readonly keyId: Buffer;
  /** What follows the key id: its form is the signature type's. */
  readonly signature: Buffer;
}

/** Parts a note into text and signature lines, none of them checked but for their encoding. */
export function splitNote(note: Uint8Array): Checked<{ readonly text: string; readonly lines: SignatureLine[] }> {
  const whole = decodeUtf8(note);
  if (whole === undefined) return refused('not UTF-8');
  const at = whole.lastIndexOf('\n\n');
  if (at < 0) return refused('no signature');
  const text = whole.slice(0, at + 1);
  const lines = parseLines(whole.slice(at + 2));
  return lines === undefined ? refused('not signature lines, exactly encoded') : { ok: true, value: { text, lines } };
}

/** Signature lines, each ending in a newline; undefined when they are not exactly encoded. */
export function parseLines(text: string): SignatureLine[] | undefined {
  const lines = text.split('\n').slice(0, -1).map(parseLine);
  const read = lines.filter((line) => line !== undefined);
  if (read.map((line) => signatureLine(line.name, line.keyId, line.signature)).join('') !== text) return undefined;
  return read.length === 0 ? undefined : read;
}

function parseLine(text: string): SignatureLine | undefined {
  const [dash, name = '', base64 = ''] = text.split(' ');
  const bytes = Buffer.from(base64, 'base64');
  if (dash !== '—' || !KEY_NAME.test(name) || bytes.length < 5) return undefined;
  return { name, keyId: bytes.subarray(0, 4), signature: bytes.subarray(4) };
}

/** Whether a line is this key's signature of the text. */
export const verifyLine = (text: string, line: SignatureLine, verifier: NoteVerifier): boolean =>
  line.name === verifier.name &&
  line.keyId.equals(verifier.keyId) &&
  verify(null, Buffer.from(text, 'utf8'), verifier.publicKey, line.signature);

export const signatureLine = (name: string, keyId: Buffer, signature: Buffer): string =>
  `— ${name} ${Buffer.concat([keyId, signature]).toString('base64')}\n`;

export const keyIdFor = (name: string, key: KeyObject, type: SignatureType): Buffer =>
  keyIdOf(name, Buffer.concat([Uint8Array.of(type), rawPublicKey(key)]));

const keyIdOf = (name: string, typed: Uint8Array): Buffer =>
  createHash('sha256').update(`${name}\n`, 'utf8').update(typed).digest().subarray(0, 4);

/** A log signs with one key after every batch. */
const rawKeys = new WeakMap<KeyObject, Buffer>();

function rawPublicKey(key: KeyObject): Buffer {
  const known = rawKeys.get(key);
  if (known !== undefined) return known;
  const { kty, crv, x } = (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'jwk' });
  if (kty !== 'OKP' || crv !== 'Ed25519' || x === undefined) throw new TypeError('note: not an Ed25519 key');
  const raw = Buffer.from(x, 'base64url');
  rawKeys.set(key, raw);
  return raw;
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Text of bytes that are UTF-8 without exception; a byte order mark stays, so the same bytes come back. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return UTF8.decode(bytes);
  } catch {
    return undefined;
  }
}
