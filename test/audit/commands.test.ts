import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { auditCommand } from '../../gateway/audit/commands.ts';
import { verifyProofText } from '../../gateway/audit/proof.ts';
import { openReader } from '../../gateway/audit/reader.ts';
import { storedLog } from './support.ts';

async function run(...args: string[]): Promise<{ exit: number; out: string; err: string }> {
  const written = { out: '', err: '' };
  const exit = await auditCommand(args, {
    out: (text) => {
      written.out += text;
    },
    err: (text) => {
      written.err += text;
    },
  });
  return { exit, ...written };
}

it('audit verify prints what was verified and exits 0, and names each finding and exits 1', async () => {
  const { dir } = await storedLog(4);
  const good = await run('verify', dir);
  expect([good.exit, good.err]).toEqual([0, '']);
  expect(JSON.parse(good.out)).toEqual({
    verified: true,
    size: 4,
    root: expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/),
  });
  await writeFile(path.join(dir, 'tile/0/000.p/4'), Buffer.alloc(128));
  const bad = await run('verify', dir);
  expect([bad.exit, JSON.parse(bad.out).verified]).toEqual([1, false]);
  expect(JSON.parse(bad.err)).toMatchObject({ what: 'tile', file: 'tile/0/000.p/4' });
});

it('audit verify takes a key and an older checkpoint from elsewhere', async () => {
  const mine = await storedLog(4);
  const other = await storedLog(4);
  const keyFile = path.join(mine.dir, '..', 'known.vkey');
  await writeFile(keyFile, await readFile(path.join(mine.dir, 'log.vkey')));
  expect((await run('verify', mine.dir, '--key', keyFile)).exit).toBe(0);
  expect((await run('verify', other.dir, '--key', keyFile)).exit).toBe(1);
  const checkpoint = path.join(mine.dir, 'checkpoint');
  expect((await run('verify', mine.dir, '--checkpoint', checkpoint)).exit).toBe(0);
  expect((await run('verify', other.dir, '--checkpoint', checkpoint)).exit).toBe(1);
});

it('audit prove prints a proof that verifies, and exits 1 beyond the end', async () => {
  const { dir } = await storedLog(4);
  const { exit, out } = await run('prove', '3', '--log', dir);
  const leaf = (await (await openReader(dir)).entry(3)) ?? Buffer.alloc(0);
  expect(exit).toBe(0);
  expect(verifyProofText(out, leaf, await readFile(path.join(dir, 'log.vkey'), 'utf8')).ok).toBe(true);
  expect((await run('prove', '4', '--log', dir)).exit).toBe(1);
});

it('audit checkpoint prints the checkpoint as it stands, once its signature is checked', async () => {
  const { dir } = await storedLog(4);
  const file = path.join(dir, 'checkpoint');
  const text = await readFile(file, 'utf8');
  expect(await run('checkpoint', '--log', dir)).toEqual({ exit: 0, out: text, err: '' });
  await writeFile(file, text.replace('\n4\n', '\n5\n'));
  expect(await run('checkpoint', '--log', dir)).toMatchObject({ exit: 1, out: '' });
});

it('audit called wrongly exits 2, and exits 3 when there is nothing to read', async () => {
  const { dir } = await storedLog(1);
  for (const args of [
    [],
    ['verify'],
    ['verify', dir, dir],
    ['prove', '--log', dir],
    ['prove', 'x', '--log', dir],
    ['verify', dir, '--what'],
  ]) {
    expect((await run(...args)).exit, args.join(' ')).toBe(2);
  }
  await rm(dir, { recursive: true });
  expect((await run('verify', dir)).exit).toBe(3);
  expect((await run('checkpoint', '--log', dir)).exit).toBe(3);
});
