import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { openLog } from '../../gateway/audit/append.ts';
import { verifyProofText } from '../../gateway/audit/proof.ts';
import { openReader } from '../../gateway/audit/reader.ts';
import { canonicalJson } from '../../gateway/canonical.ts';
import { appendMany, freshFolder, optionsFor, storedLog } from './support.ts';

it('proves every record of a log offline, with its bytes and the key alone, from the writer and from the files', async () => {
  const options = optionsFor(await freshFolder());
  const log = await openLog(options);
  for (const size of [1, 2, 3, 7, 255, 256, 257, 520]) {
    await appendMany(log, size - (await log.size()));
    const reader = await openReader(options.dir);
    for (let seq = 0; seq < size; seq += size > 10 ? 17 : 1) {
      const text = await log.prove(seq);
      const leaf = Buffer.from(canonicalJson((await log.record(seq)) ?? {}));
      const checked = verifyProofText(text, leaf, log.vkey);
      expect(checked).toMatchObject({ ok: true, value: { index: seq, checkpoint: { size } } });
      expect(await reader.prove(seq)).toBe(text);
      expect(await reader.entry(seq)).toEqual(leaf);
    }
    expect(await reader.prove(size)).toBeUndefined();
    expect(await reader.entry(size)).toBeUndefined();
  }
  await expect(log.prove(520)).rejects.toThrow(RangeError);
  await log.close();
});

it('has the form of the C2SP specification', async () => {
  const { dir } = await storedLog(3);
  const text = (await (await openReader(dir)).prove(2)) ?? '';
  const checkpoint = await readFile(path.join(dir, 'checkpoint'), 'utf8');
  expect(text).toMatch(/^c2sp\.org\/tlog-proof@v1\nindex 2\n[A-Za-z0-9+/]{43}=\n\n/);
  expect(text.endsWith(`\n\n${checkpoint}`)).toBe(true);
});

it('refuses every changed byte of a proof, another record, another key and an unsigned extra line', async () => {
  const { dir } = await storedLog(11);
  const other = await storedLog(11);
  const reader = await openReader(dir);
  const text = (await reader.prove(6)) ?? '';
  const leaf = (await reader.entry(6)) ?? Buffer.alloc(0);
  const vkey = await readFile(path.join(dir, 'log.vkey'), 'utf8');
  expect(verifyProofText(text, leaf, vkey).ok).toBe(true);
  expect(verifyProofText(Buffer.from(text), leaf, vkey).ok).toBe(true);
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at++) {
    for (let bit = 0; bit < 8; bit++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ (1 << bit);
      if (verifyProofText(changed, leaf, vkey).ok) expect.fail(`byte ${at} bit ${bit}`);
    }
  }
  expect(verifyProofText(text, (await reader.entry(5)) ?? leaf, vkey).ok).toBe(false);
  expect(verifyProofText(text, leaf, await readFile(path.join(other.dir, 'log.vkey'), 'utf8')).ok).toBe(false);
  expect(verifyProofText(text.replace('\nindex', '\nextra AAAA\nindex'), leaf, vkey).ok).toBe(false);
  for (const broken of [
    '',
    `${text}\n`,
    text.replace('index 6', 'index 06'),
    text.replace('index 6', 'index -6'),
    text.slice(0, 80),
  ]) {
    expect(verifyProofText(broken, leaf, vkey).ok).toBe(false);
  }
  expect(verifyProofText(text, leaf, '').ok).toBe(false);
});
