import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../gateway/errors.ts';
import { systemCallFilter } from '../../gateway/seccomp.ts';
import { DEADLY, type Escape, REFUSED } from './escapes.ts';
import { runInPlace } from './in-place.ts';
import { mediaFolder } from './made-media.ts';

// The decoder is taken to be in an attacker's hands: a program of ours stands in its place and tries to get out.

const media = mediaFolder();
const exhibit = media.file('exhibit.bin');
beforeAll(() => {
  writeFileSync(exhibit, 'the bytes');
  for (const folder of ['keys', 'database', 'vault']) mkdirSync(media.file(folder));
  for (const file of ['installation.key', 'keys/case', 'database/PG_VERSION', 'vault/other-case'])
    writeFileSync(media.file(file), 'a secret\n');
});
afterAll(media.remove);

const onThisMachine = (attempt: string): string =>
  attempt.replaceAll('SECRETS', media.folder).replaceAll('GATEWAY', String(process.pid));

/** Each attempt on a line of its own that tells whether it worked; the calls of perl change neither the order nor each other. */
const scriptOf = (escapes: readonly Escape[]): string =>
  escapes
    .map(
      ({ attempt }, index) =>
        `print "${index} ", ((${onThisMachine(attempt)}) ? 'worked' : "refused \${\\ ($! + 0)}"), "\\n";`,
    )
    .join('\n');

const worked = (said: string, escapes: readonly Escape[]): readonly (string | undefined)[] => {
  const lines = said.trim().split('\n');
  expect(lines).toHaveLength(escapes.length);
  return lines.flatMap((line, index) => (line === `${index} worked` ? [escapes[index]?.name] : []));
};

const codeOf = (run: Promise<unknown>): Promise<unknown> =>
  run.then(
    () => 'no end',
    (error: unknown) => (error instanceof AppError ? error.code : error),
  );

describe('a decoder in the hands of an attacker', () => {
  it('SEC-11: tries what works on this machine outside the jail', () => {
    const real = REFUSED.filter(({ worksOutside }) => worksOutside);
    const said = execFileSync('/usr/bin/perl', ['-e', `$| = 1;\n${scriptOf(real)}`], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    expect(worked(said.toString(), real)).toEqual(real.map(({ name }) => name));
  });

  it('SEC-11, SEC-06: of more than a hundred ways out none works', async () => {
    expect(REFUSED.length + DEADLY.length).toBeGreaterThan(100);
    const said = await runInPlace(scriptOf(REFUSED), { inputPath: exhibit });
    expect(worked(said, REFUSED)).toEqual([]);
  });

  it.each(DEADLY)('SEC-11, SEC-06: is killed when it $name', async ({ attempt }) => {
    const said: string[] = [];
    const run = runInPlace(`print 'alive';\n${onThisMachine(attempt)};\nprint STDERR 'survived';`, {
      inputPath: exhibit,
      onStderrLine: (line) => said.push(line),
    });
    expect(await codeOf(run)).toBe('E_MEDIA_BREAKOUT');
    expect(said.join()).not.toContain('survived');
  });

  it('SEC-11: fills neither memory nor disk nor time', async () => {
    const limits = { wallMs: 1_500, memoryBytes: 256 * 1024 ** 2, stdoutBytes: 1_000_000 };
    const run = (script: string) => codeOf(runInPlace(script, { limits }));
    expect(await run('push @held, "x" x (1 << 20) while 1;')).toMatch(/^E_MEDIA_(LIMIT|DECODE)$/);
    expect(await run('print "x" x 65536 while 1;')).toBe('E_MEDIA_LIMIT');
    expect(await run('print STDERR "x" x 65536 while 1;')).toBe('E_MEDIA_LIMIT');
    expect(await run('sleep 1 while 1;')).toBe('E_MEDIA_LIMIT');
    // What it ignores does not save it, nor does what it leaves behind.
    expect(await run('$SIG{$_} = "IGNORE" for qw(TERM INT HUP PIPE XCPU); 1 while 1;')).toBe('E_MEDIA_LIMIT');
  }, 60_000);

  it('SEC-06: makes no connection, by whatever it tries', async () => {
    let connections = 0;
    const server = createServer((socket) => {
      connections++;
      socket.destroy();
    });
    const socket = path.join(media.folder, 'socket');
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    const connect = `socket($s, 1, 1, 0) and connect($s, pack('S a108', 1, '${socket}')) and print 'connected';`;
    expect(execFileSync('/usr/bin/perl', ['-e', connect]).toString()).toBe('connected');
    expect(await codeOf(runInPlace(connect, { inputPath: exhibit }))).toBe('E_MEDIA_BREAKOUT');
    await new Promise<void>((resolve) => server.close(() => resolve()));
    expect(connections).toBe(1);
  });

  it('SEC-11: has no filter for a processor whose calls are not known, and then no decoder', () => {
    expect(() => systemCallFilter('arm64')).toThrow('E_MEDIA_JAIL');
    expect(systemCallFilter('x64').length % 8).toBe(0);
  });
});
