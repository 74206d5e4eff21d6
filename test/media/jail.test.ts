import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { getPriority } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../gateway/errors.ts';
import { EXHIBIT, startJailed } from '../../gateway/jail.ts';
import { descendantsOf } from '../support/processes.ts';
import { runInPlace } from './in-place.ts';
import { mediaFolder } from './made-media.ts';

const media = mediaFolder();
const exhibit = media.file('exhibit.bin');
beforeAll(() => {
  writeFileSync(exhibit, 'the bytes');
  writeFileSync(media.file('key.secret'), 'a key');
});
afterAll(media.remove);

/** Of the session of a process; undefined where the kernel has no such groups. */
const autogroup = (pid: string): string | undefined => {
  const file = `/proc/${pid}/autogroup`;
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
};

/** Runs a script in the very jail that ffmpeg gets, and makes sure that it ran: a jail that fails hides everything. */
async function inJail(script: string): Promise<string> {
  const before = process.env.DIFFERE_KEY_FILE;
  process.env.DIFFERE_KEY_FILE = media.file('key.secret');
  try {
    const said = await runInPlace(`${script}\nprint "ran";`, { inputPath: exhibit });
    expect(said.endsWith('ran')).toBe(true);
    return said.slice(0, -'ran'.length);
  } finally {
    if (before === undefined) delete process.env.DIFFERE_KEY_FILE;
    else process.env.DIFFERE_KEY_FILE = before;
  }
}

const list = (folder: string): string =>
  `opendir($d, '${folder}') and print join(' ', sort grep { !/^\\.+$/ } readdir $d), ';';`;
const show = (file: string): string => `open($f, '<', '${file}') and print <$f>;`;

const failure = async (work: Promise<unknown>): Promise<AppError> => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof AppError)) throw new Error(`no AppError but ${String(error)}`);
  return error;
};

const endlessFilm = (size = '320x240') => ['-v', 'error', '-f', 'lavfi', '-i', `testsrc2=s=${size}`];

describe('the jail of the decoder', () => {
  it('SEC-11: shows no file but the system libraries and the one input', async () => {
    expect(await inJail(`${list('/')}${list('/in')}${list('/etc')}${show(EXHIBIT)}`)).toBe(
      'bin etc in lib lib64 usr;exhibit script;alternatives;the bytes',
    );
    // Nothing of what an operator may have put under /usr.
    expect(await inJail(list('/usr'))).toMatch(/^bin lib( lib64)?;$/);
  });

  it('SEC-11: hides the installation key, the home folders and the folder of the input', async () => {
    const files = [media.file('key.secret'), '/etc/passwd', '/proc/self/environ', exhibit].map(show);
    expect(await inJail([...files, ...['/root', '/home', '/tmp', '/proc', '/dev', '/sys'].map(list)].join('\n'))).toBe(
      '',
    );
  });

  it('SEC-11: has nothing in its environment but how its heap is laid out', async () => {
    expect(await inJail(`print join ' ', map { "$_=$ENV{$_}" } grep { $_ ne 'PWD' } keys %ENV;`)).toBe(
      'GLIBC_TUNABLES=glibc.malloc.hugetlb=1',
    );
  });

  it('SEC-06: has no network: a listening server on the host sees no connection', async () => {
    let connections = 0;
    const server = createServer((socket) => {
      connections++;
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const connect = `socket($s, 2, 1, 0) and connect($s, pack('S n C4 x8', 2, ${port}, 127, 0, 0, 1)) and print 'connected';`;
    const outside = spawnSync('/usr/bin/perl', ['-e', connect]);
    expect((await failure(inJail(connect))).code).toBe('E_MEDIA_BREAKOUT');
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise<void>((resolve) => server.close(() => resolve()));
    expect(outside.stdout.toString()).toBe('connected');
    expect(connections).toBeLessThanOrEqual(1);
  });

  it('SEC-11: lets nothing be written and passes no descriptor but the output', async () => {
    const places = ['/x', EXHIBIT, '/in/x', '/usr/x', '/etc/x'];
    const write = places.map((place) => `open($f, '>', '${place}') and print 'wrote ${place}';`).join('\n');
    // 3 is the script itself, open for reading.
    expect(
      await inJail(`${write}\nfor (3 .. 63) { open($f, '>&=', $_) and syswrite($f, 'z') and print "fd $_"; }`),
    ).toBe('');
  });

  it('SEC-11: runs without capabilities, as nobody', async () => {
    expect(await inJail('print "$< $> $( $)";')).toMatch(/^65534 65534 65534\b.* 65534\b/);
    expect((await failure(inJail(`exec '/usr/bin/mount', '--bind', '/usr', '/in';`))).code).toBe('E_MEDIA_BREAKOUT');
  });

  it('gives memory files by name and further pipes beside standard output', async () => {
    const pixels = Uint8Array.from([1, 2, 3, 4]);
    const output = ['-f', 'rawvideo', '-pix_fmt', 'gray'];
    const run = startJailed({
      tool: 'ffmpeg',
      arguments: [
        '-v',
        'error',
        ...output,
        '-s',
        '2x2',
        '-i',
        '/in/small.raw',
        ...output,
        'pipe:1',
        ...output,
        'pipe:3',
      ],
      files: { 'small.raw': pixels },
      extraPipes: 1,
    });
    const [first, second] = await Promise.all([run.stdout.toArray(), run.pipes[0]?.toArray()]);
    await run.done;
    expect(Buffer.concat(first)).toEqual(Buffer.from(pixels));
    expect(Buffer.concat(second ?? [])).toEqual(Buffer.from(pixels));
  });

  it('refuses file names that leave the folder of the jail', () => {
    const files = { '../usr/x': new Uint8Array() };
    expect(() => startJailed({ tool: 'ffmpeg', arguments: [], files })).toThrow('E_MEDIA_JAIL');
  });
});

describe('limits of the jail', () => {
  const discard = ['-f', 'null', '-'];
  const run = (args: readonly string[], limits: Parameters<typeof startJailed>[0]['limits']) => {
    const jailed = startJailed({ tool: 'ffmpeg', arguments: args, ...(limits === undefined ? {} : { limits }) });
    jailed.stdout.resume().on('error', () => {});
    return failure(jailed.done);
  };

  it('kills at the wall-clock limit', async () => {
    expect((await run([...endlessFilm(), ...discard], { wallMs: 300 })).code).toBe('E_MEDIA_LIMIT');
  });

  it('kills at the limit of processor time', async () => {
    expect((await run([...endlessFilm(), ...discard], { cpuSeconds: 1 })).code).toBe('E_MEDIA_LIMIT');
  });

  it('a tool that somebody else kills went over no limit: the file is not at fault', async () => {
    const work = run([...endlessFilm(), ...discard], undefined);
    let killed = 0;
    while (killed === 0) {
      for (const pid of descendantsOf(process.pid, 'ffmpeg')) killed += process.kill(pid, 'SIGKILL') ? 1 : 0;
      await new Promise(setImmediate);
    }
    expect((await work).code).toBe('E_MEDIA_KILLED');
  });

  it('a tool that is killed before its own seconds are over went over no limit, however many cores could have used them', async () => {
    const work = run(['-re', ...endlessFilm(), ...discard], { cpuSeconds: 2 });
    await delay(1_500);
    for (const pid of descendantsOf(process.pid, 'ffmpeg')) process.kill(pid, 'SIGKILL');
    expect((await work).code).toBe('E_MEDIA_KILLED');
  });

  it('ends at the limit of memory', async () => {
    const args = [...endlessFilm('16000x16000'), ...discard];
    expect((await run(args, { memoryBytes: 900 * 1024 ** 2 })).code).toBe('E_MEDIA_LIMIT');
  });

  it('kills a tool that prints more than was asked for', async () => {
    const args = [...endlessFilm(), '-f', 'rawvideo', 'pipe:1'];
    expect((await run(args, { stdoutBytes: 1_000_000 })).code).toBe('E_MEDIA_LIMIT');
  });

  it('cuts endless lines on stderr and keeps only the last ones', async () => {
    const lengths: number[] = [];
    const jailed = startJailed({
      tool: 'ffmpeg',
      arguments: [...endlessFilm(), '-metadata', `title=${'A'.repeat(100_000)}`, '-nosuchoption'],
      onStderrLine: (line) => lengths.push(line.length),
    });
    const noise = startJailed({
      tool: 'ffmpeg',
      arguments: ['-f', 'lavfi', '-i', `${'B'.repeat(50_000)}`],
      onStderrLine: (line) => lengths.push(line.length),
    });
    const errors = await Promise.all([failure(jailed.done), failure(noise.done)]);
    expect(errors.map((error) => error.code)).toEqual(['E_MEDIA_DECODE', 'E_MEDIA_DECODE']);
    expect(Math.max(...lengths)).toBe(2_000);
    for (const { cause } of errors) expect(String(cause).length).toBeLessThan(20 * 2_001);
  });

  it('ends with the reason of the signal when it is aborted', async () => {
    const stop = new AbortController();
    const jailed = startJailed({ tool: 'ffmpeg', arguments: [...endlessFilm(), ...discard], signal: stop.signal });
    stop.abort(new Error('cancelled by the agent'));
    await expect(jailed.done).rejects.toThrow('cancelled by the agent');
  });

  it('stops early without error', async () => {
    const jailed = startJailed({ tool: 'ffmpeg', arguments: [...endlessFilm(), '-f', 'rawvideo', 'pipe:1'] });
    for await (const chunk of jailed.stdout) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    jailed.stop();
    await expect(jailed.done).resolves.toBeUndefined();
  });

  it('puts who nobody waits for behind others, and by what it says its session too, never that of the gateway', async () => {
    const own = autogroup('self');
    const said = Promise.withResolvers<void>();
    const jailed = startJailed({
      tool: 'ffmpeg',
      arguments: [...endlessFilm().with(1, 'info'), '-f', 'rawvideo', 'pipe:1'],
      isBehind: true,
      onStderrLine: () => said.resolve(),
    });
    try {
      await said.promise;
      const [pid] = descendantsOf(process.pid, 'ffmpeg');
      expect(getPriority(pid)).toBe(10);
      if (own !== undefined) expect(autogroup(String(pid))).toMatch(/nice 10$/);
      expect(autogroup('self')).toBe(own);
    } finally {
      jailed.stop();
      await jailed.done;
    }
  });

  it('tells a failed decode apart, with the last words of the tool as cause', async () => {
    const jailed = startJailed({
      tool: 'ffprobe',
      arguments: ['-v', 'error', '-f', 'mov', EXHIBIT],
      inputPath: exhibit,
    });
    jailed.stdout.resume();
    const error = await failure(jailed.done);
    expect(error.code).toBe('E_MEDIA_DECODE');
    expect(String(error.cause)).toContain('Invalid data');
  });
});

describe('without a jail', () => {
  it('decodes nothing when bubblewrap is not there', async () => {
    const before = process.env.PATH;
    process.env.PATH = media.folder;
    try {
      const jailed = startJailed({ tool: 'ffmpeg', arguments: ['-version'] });
      jailed.stdout.resume();
      expect((await failure(jailed.done)).code).toBe('E_MEDIA_JAIL');
    } finally {
      process.env.PATH = before;
    }
  });

  it('says so when bubblewrap cannot set the jail up', async () => {
    const jailed = startJailed({ tool: 'ffmpeg', arguments: ['-version'], inputPath: media.file('absent') });
    jailed.stdout.resume();
    expect((await failure(jailed.done)).code).toBe('E_MEDIA_JAIL');
  });
});
