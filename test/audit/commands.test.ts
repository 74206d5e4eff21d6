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
      written.out += `${text}\n`;
    },
    err: (text) => {
      written.err += `${text}\n`;
    },
  });
  return { exit, ...written };
}

it('audit verify prints what was verified and exits 0, and names each finding and exits 1', async () => {
  const { dir } = await storedLog(4);
  const good = await run('verify', dir);
  expect(good.exit).toBe(0);
  expect(good.err).toContain('The log is intact: 4 records.');
  expect(JSON.parse(good.out)).toEqual({
    verified: true,
    size: 4,
    root: expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/),
    findings: [],
  });
  await writeFile(path.join(dir, 'tile/0/000.p/4'), Buffer.alloc(128));
  const bad = await run('verify', dir);
  expect(bad.exit).toBe(1);
  expect(JSON.parse(bad.out)).toMatchObject({
    verified: false,
    findings: [{ what: 'tile', file: 'tile/0/000.p/4', found: Buffer.alloc(128).toString('base64') }],
  });
  expect(bad.err).toMatch(/^tile tile\/0\/000\.p\/4: not the hashes of the records$/m);
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

it('audit called wrongly exits 2 with the usage, and exits 3 when a file of the log cannot be read', async () => {
  const { dir } = await storedLog(1);
  for (const args of [
    [],
    ['verify'],
    ['verify', dir, dir],
    ['prove', '--log', dir],
    ['prove', 'x', '--log', dir],
    ['verify', dir, '--what'],
    ['verify', dir, '--key', path.join(dir, 'none')],
    ['verify', dir, '--checkpoint', path.join(dir, 'none')],
  ]) {
    const answer = await run(...args);
    expect([answer.exit, answer.out], args.join(' ')).toEqual([2, '']);
    expect(answer.err).toContain('differe audit verify DIR');
  }
  expect(await run('--help')).toMatchObject({ exit: 0, out: '', err: expect.stringContaining('differe audit verify') });
  await rm(path.join(dir, 'checkpoint'));
  expect((await run('checkpoint', '--log', dir)).exit).toBe(3);
  await rm(dir, { recursive: true });
  for (const args of [
    ['verify', dir],
    ['prove', '0', '--log', dir],
    ['checkpoint', '--log', dir],
  ]) {
    const answer = await run(...args);
    expect([answer.exit, answer.out]).toEqual([2, '']);
    expect(answer.err).toContain('Not a folder');
  }
});
