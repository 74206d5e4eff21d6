import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../gateway/errors.ts';
import { DEFAULT_LIMITS, EXHIBIT, jailArguments, startJailed } from '../../gateway/jail.ts';
import { mediaFolder } from './made-media.ts';

const media = mediaFolder();
const exhibit = media.file('exhibit.bin');
beforeAll(() => {
  writeFileSync(exhibit, 'the bytes');
  writeFileSync(media.file('key.secret'), 'a key');
});
afterAll(media.remove);

/** Runs a shell script in the very jail that ffmpeg gets, and makes sure that it ran: a jail that fails hides everything. */
function inJail(script: string): string {
  const command = ['/usr/bin/bash', '-c', `${script}\necho ran`];
  const args = jailArguments({ command, inputPath: exhibit, statusFd: 3, limits: DEFAULT_LIMITS });
  const env = { ...process.env, DIFFERE_KEY_FILE: media.file('key.secret') };
  const run = spawnSync('bwrap', args, { stdio: ['ignore', 'pipe', 'pipe', 'pipe'], env });
  const text = run.stdout.toString();
  expect(text.endsWith('ran\n')).toBe(true);
  return text.slice(0, -'ran\n'.length);
}

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
  it('shows no file but the system libraries and the one input', () => {
    const stdout = inJail('cd /; echo *; echo in: /in/*; echo etc: /etc/*; cat /in/exhibit');
    expect(stdout).toBe('bin etc in lib lib64 usr\nin: /in/exhibit\netc: /etc/alternatives\nthe bytes');
    // Nothing of what an operator may have put under /usr.
    expect(
      inJail('ls /usr')
        .split('\n')
        .filter((name) => !/^(bin|lib(64)?)?$/.test(name)),
    ).toEqual([]);
  });

  it('hides the installation key, the home folders and the folder of the input', () => {
    const stdout = inJail(
      `cat ${media.file('key.secret')} /etc/passwd /proc/self/environ ${exhibit}; ls /root /home /tmp`,
    );
    expect(stdout).toBe('');
  });

  it('has an empty environment', () => {
    const stdout = inJail('/usr/bin/env');
    const names = stdout.split('\n').flatMap((line) => (line === '' ? [] : [line.split('=')[0]]));
    // The shell of this test sets these three for itself.
    expect(names.filter((name) => !['PWD', 'SHLVL', '_', 'OLDPWD'].includes(name ?? ''))).toEqual([]);
  });

  it('has no network: a listening server on the host sees no connection', async () => {
    let connections = 0;
    const server = createServer((socket) => {
      connections++;
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const outside = spawnSync('bash', ['-c', `echo > /dev/tcp/127.0.0.1/${port}`]);
    const inside = inJail(`echo > /dev/tcp/127.0.0.1/${port} && echo connected`);
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise<void>((resolve) => server.close(() => resolve()));
    expect(outside.status).toBe(0);
    expect(inside).toBe('');
    expect(connections).toBeLessThanOrEqual(1);
  });

  it('lets nothing be written and passes no descriptor but the output', () => {
    const stdout = inJail(
      'for f in /x /in/exhibit /in/x /usr/x /etc/x; do echo y > $f && echo wrote $f; done; echo z >&3 && echo fd',
    );
    expect(stdout).toBe('');
  });

  it('runs without capabilities, as nobody', () => {
    const stdout = inJail('/usr/bin/id -u; /usr/bin/mount --bind /usr /in 2>/dev/null && echo mounted');
    expect(stdout).toBe('65534\n');
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
