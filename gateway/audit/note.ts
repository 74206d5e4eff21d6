import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';

// C2SP signed notes (https://c2sp.org/signed-note) with one Ed25519 signature. Stricter than the specification asks of a verifier:
// what was read is encoded again and must give the same bytes, so that no byte can change without the verdict changing.

/** What was parsed and checked, or why it was refused. */
export type Checked<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string };

export const refused = (reason: string): { readonly ok: false; readonly reason: string } => ({ ok: false, reason });

export interface NoteVerifier {
  readonly name: string;
  /** Big-endian uint32: SHA-256(name || 0x0A || 0x01 || public key), first four bytes. */
  readonly keyId: Buffer;
  readonly publicKey: KeyObject;
}

const ED25519 = Uint8Array.of(0x01);
// Narrower than the specification ("no Unicode spaces or plus"): printable ASCII, so that a name looks the same everywhere.
const KEY_NAME = /^[\x21-\x2a\x2c-\x7e]+$/;

/** The C2SP verifier key of a public (or private) Ed25519 key, without newline: `<name>+<key id>+<base64>`. */
export function encodeVkey(name: string, key: KeyObject): string {
  if (!KEY_NAME.test(name)) throw new TypeError('note: not a key name');
  const raw = rawPublicKey(key);
  return `${name}+${keyIdOf(name, raw).toString('hex')}+${Buffer.concat([ED25519, raw]).toString('base64')}`;
}

/** Reads a verifier key; a final newline is part of a vkey file, not of the key. */
export function decodeVkey(text: string): Checked<NoteVerifier> {
  const parts = text.split('+');
  // Base64 may hold plus signs: the key is everything after the second one.
  const [name, , ...rest] = parts;
  const bytes = Buffer.from(rest.join('+'), 'base64');
  if (name === undefined || !KEY_NAME.test(name)) return refused('the key has no name');
  if (bytes.length !== 33 || bytes[0] !== ED25519[0]) return refused('not an Ed25519 verifier key');
  const x = bytes.subarray(1).toString('base64url');
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  if (encodeVkey(name, publicKey) !== text)
    return refused('the key id or the encoding of the key is not the right one');
  return { ok: true, value: { name, keyId: keyIdOf(name, bytes.subarray(1)), publicKey } };
}

/** Signs a text that ends in a newline. */
export function signNote(text: string, name: string, signingKey: KeyObject): string {
  if (!text.endsWith('\n')) throw new TypeError('note: the text does not end in a newline');
  const keyId = keyIdOf(name, rawPublicKey(signingKey));
  return encodeNote(text, name, Buffer.concat([keyId, sign(null, Buffer.from(text, 'utf8'), signingKey)]));
}

/** The text of a note that carries this key's signature and no other. */
export function openNote(note: Uint8Array, verifier: NoteVerifier): Checked<string> {
  const whole = decodeUtf8(note);
  if (whole === undefined) return refused('not UTF-8');
  const split = whole.lastIndexOf('\n\n');
  if (split < 0) return refused('no signature');
  const text = whole.slice(0, split + 1);
  const signature = Buffer.from(whole.slice(whole.lastIndexOf(' ') + 1), 'base64');
  if (encodeNote(text, verifier.name, signature) !== whole)
    return refused('not one signature line of this key, exactly encoded');
  if (!signature.subarray(0, 4).equals(verifier.keyId)) return refused('signed by another key');
  if (!verify(null, Buffer.from(text, 'utf8'), verifier.publicKey, signature.subarray(4))) {
    return refused('the signature does not verify');
  }
  return { ok: true, value: text };
}

const encodeNote = (text: string, name: string, signature: Buffer): string =>
  `${text}\n— ${name} ${signature.toString('base64')}\n`;

const keyIdOf = (name: string, raw: Uint8Array): Buffer =>
  createHash('sha256').update(`${name}\n`, 'utf8').update(ED25519).update(raw).digest().subarray(0, 4);

function rawPublicKey(key: KeyObject): Buffer {
  const { kty, crv, x } = (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'jwk' });
  if (kty !== 'OKP' || crv !== 'Ed25519' || x === undefined) throw new TypeError('note: not an Ed25519 key');
  return Buffer.from(x, 'base64url');
}

/** Text of bytes that are UTF-8 without exception; a byte order mark stays, so the same bytes come back. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
