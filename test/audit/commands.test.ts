import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { openLog } from '../../gateway/audit/append.ts';
import { auditCommand } from '../../gateway/audit/commands.ts';
import { verifyProofText } from '../../gateway/audit/proof.ts';
import { openReader } from '../../gateway/audit/reader.ts';
import { appendMany, optionsFor, storedLog } from './support.ts';

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

it('LOG-04: a witness on another machine cosigns by files, refuses a rolled back and a forked log, and verify takes its word from the file', async () => {
  const { dir, ...options } = await storedLog(4);
  const place = (name: string): string => path.join(dir, '..', name);
  const made = await run('witness-key', '--name', 'witness.test/greffe', '--out', place('witness.key'));
  await writeFile(place('witness.vkeys'), made.out);
  await mkdir(place('witness'));
  await writeFile(place('witness/logs.vkeys'), await readFile(path.join(dir, 'log.vkey')));
  const save = async (name: string, ...args: string[]) => {
    const answer = await run(...args);
    await writeFile(place(name), answer.out);
    return answer.exit;
  };
  const cosign = (file: string, to: string) =>
    save(to, 'cosign', place(file), '--dir', place('witness'), '--key', place('witness.key'));
  expect(await save('first', 'checkpoint', '--log', dir)).toBe(0);
  expect(await cosign('first', 'first.cosigned')).toBe(0);
  await cp(dir, place('backup'), { recursive: true });

  const log = await openLog(optionsFor(dir, options));
  await appendMany(log, 300);
  await log.close();
  expect(await save('second', 'consistency', '4', '--log', dir)).toBe(0);
  expect(await cosign('second', 'second.cosigned')).toBe(0);
  const known = ['--checkpoint', place('second.cosigned'), '--witness', place('witness.vkeys')];
  expect((await run('verify', dir, ...known)).exit).toBe(0);
  expect((await run('prove', '7', '--log', dir, ...known)).out).toContain('— witness.test/greffe ');

  // The back-up verifies alone; held against what the witness signed it is refused, and the witness does not sign it.
  expect((await run('verify', place('backup'))).exit).toBe(0);
  const bad = await run('verify', place('backup'), ...known);
  expect([bad.exit, bad.err]).toEqual([1, expect.stringContaining('shorter than a checkpoint known before')]);
  expect(await cosign('first', 'again')).toBe(1);
  const forked = await openLog(optionsFor(place('backup'), options));
  await appendMany(forked, 400);
  await forked.close();
  expect((await run('verify', place('backup'))).exit).toBe(0);
  expect((await run('verify', place('backup'), ...known)).exit).toBe(1);
  expect(await save('fork', 'consistency', '304', '--log', place('backup'))).toBe(0);
  expect(await cosign('fork', 'again')).toBe(1);
  // Too few witnesses, and one that was never asked.
  await run('witness-key', '--name', 'witness.test/other', '--out', place('other.key'));
  expect((await run('verify', dir, ...known, '--quorum', '2')).exit).toBe(1);
  expect((await run('verify', dir, ...known, '--quorum', '0')).exit).toBe(2);
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
    expect(answer.err).toContain('Usage:\ndiffere audit ');
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
