import { createPrivateKey, createPublicKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openCheckpoint, signCheckpoint } from '../../gateway/audit/checkpoint.ts';
import { EMPTY_ROOT } from '../../gateway/audit/merkle.ts';
import { decodeVkey, encodeVkey, type NoteVerifier, openNote, signNote } from '../../gateway/audit/note.ts';
import { ORIGIN } from './events.ts';
import { freshKey } from './support.ts';

function verifierOf(vkey: string): NoteVerifier {
  const decoded = decodeVkey(vkey);
  if (!decoded.ok) throw new Error(decoded.reason);
  return decoded.value;
}

// The key pair and note of the documentation of golang.org/x/mod/sumdb/note, which defined the format.
const GO_VKEY = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const GO_SEED = 'AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz';
const GO_TEXT =
  'If you think cryptography is the answer to your problem,\n' + "then you don't know what your problem is.\n";
const GO_NOTE = `${GO_TEXT}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`;

describe('a signed note', () => {
  it('opens the published example of the format, and signs it to the same bytes', () => {
    const opened = openNote(Buffer.from(GO_NOTE), verifierOf(GO_VKEY));
    expect(opened).toEqual({ ok: true, value: GO_TEXT });
    const seed = Buffer.from(GO_SEED, 'base64').subarray(1);
    const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
    const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    expect(encodeVkey('PeterNeumann', key)).toBe(GO_VKEY);
    expect(signNote(GO_TEXT, 'PeterNeumann', key)).toBe(GO_NOTE);
  });

  const key = freshKey();
  const vkey = encodeVkey(ORIGIN, key);
  const note = signNote('one\n\ntwo\n', ORIGIN, key);
  const opens = (text: string | Buffer): boolean => openNote(Buffer.from(text), verifierOf(vkey)).ok;

  it('refuses every changed byte, and every byte more or less', () => {
    expect(opens(note)).toBe(true);
    const bytes = Buffer.from(note);
    for (let at = 0; at < bytes.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ (1 << bit);
        if (opens(changed)) expect.fail(`byte ${at} bit ${bit}`);
      }
    }
    for (const other of [
      `${note}\n`,
      `\n${note}`,
      `${note} `,
      note.slice(0, -1),
      note.replace(' ', '  '),
      `\ufeff${note}`,
    ]) {
      expect(opens(other)).toBe(false);
    }
  });

  it('refuses a second signature line, of whatever key', () => {
    const line = note.slice(note.lastIndexOf('—'));
    expect(opens(note + line)).toBe(false);
    expect(opens(`${note}— other.example AAAAAAAA\n`)).toBe(false);
  });

  it('refuses base64 whose unused bits are set', () => {
    const at = note.lastIndexOf('=') - 1;
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
    const next = alphabet[alphabet.indexOf(note[at] ?? '') + 1] ?? '';
    const other = note.slice(0, at) + next + note.slice(at + 1);
    expect(Buffer.from(other.slice(other.lastIndexOf(' ') + 1), 'base64')).toEqual(
      Buffer.from(note.slice(note.lastIndexOf(' ') + 1), 'base64'),
    );
    expect(opens(other)).toBe(false);
  });

  it('reads a key only when it is exactly encoded', () => {
    expect(decodeVkey(vkey).ok).toBe(true);
    const [name, id, base64] = [ORIGIN, vkey.split('+')[1] ?? '', vkey.split('+').slice(2).join('+')];
    for (const other of [
      `${vkey}\n`,
      ` ${vkey}`,
      `other+${id}+${base64}`,
      `${name}+00000000+${base64}`,
      `${vkey}AA`,
      '',
      'a+b',
    ]) {
      expect(decodeVkey(other).ok, other).toBe(false);
    }
    expect(decodeVkey(`${name}+${id.toUpperCase()}+${base64}`).ok).toBe(/^\d+$/.test(id));
    expect(encodeVkey(ORIGIN, createPublicKey(key))).toBe(vkey);
    expect(() => encodeVkey('two words', key)).toThrow(TypeError);
  });
});

describe('a checkpoint', () => {
  const key = freshKey();
  const verifier = verifierOf(encodeVkey(ORIGIN, key));
  const open = (text: string) => openCheckpoint(Buffer.from(signNote(text, ORIGIN, key)), verifier);
  const root = EMPTY_ROOT.toString('base64');

  it('reads back what was signed', () => {
    const checkpoint = { origin: ORIGIN, size: 20_852_163, root: EMPTY_ROOT };
    expect(openCheckpoint(Buffer.from(signCheckpoint(checkpoint, key)), verifier)).toEqual({
      ok: true,
      value: checkpoint,
    });
  });

  it('refuses another origin, sizes that are none, another root length and extension lines, though signed', () => {
    expect(open(`${ORIGIN}\n1\n${root}\n`).ok).toBe(true);
    for (const text of [
      `other\n1\n${root}\n`,
      `${ORIGIN}\n01\n${root}\n`,
      `${ORIGIN}\n-1\n${root}\n`,
      `${ORIGIN}\n1e3\n${root}\n`,
      `${ORIGIN}\n99999999999999999999\n${root}\n`,
      `${ORIGIN}\n1\nAAAA\n`,
      `${ORIGIN}\n1\n${root}\nextension\n`,
      `${ORIGIN}\n1\n`,
    ]) {
      expect(open(text).ok, text).toBe(false);
    }
  });
});
