import { spawn } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { AppError } from '../errors.ts';
import { DEFAULT_LIMITS, feed, jailArguments } from '../jail.ts';
import { systemCallFilter } from '../seccomp.ts';

// SEC-06, SEC-11: is the way out closed, and does the jail hold? Nothing is sent to find out: the probe looks at what the kernel says of a
// jail that runs nothing but `sleep`, through /proc of this machine.

/** Texts of a namespace as `/proc/PID/net/` has them. */
export interface NetworkTables {
  readonly dev: string;
  readonly route: string;
  readonly ipv6_route: string;
  readonly tcp: string;
  readonly tcp6: string;
  readonly udp: string;
  readonly udp6: string;
}

const TABLES = ['dev', 'route', 'ipv6_route', 'tcp', 'tcp6', 'udp', 'udp6'] as const;
const PROBE_MS = 10_000;

/** What leads out of a namespace: interfaces beside loopback, routes through one, sockets of the internet. Empty when it is closed. */
export function waysOut(tables: NetworkTables): readonly string[] {
  const interfaces = linesOf(tables.dev, 2)
    .map((line) => line.trim().split(':')[0] ?? '')
    .filter((name) => name !== 'lo');
  const routes = linesOf(tables.route, 1).map((line) => line.trim().split(/\s+/)[0] ?? '');
  const routes6 = linesOf(tables.ipv6_route, 0)
    .map((line) => line.trim().split(/\s+/).at(-1) ?? '')
    .filter((name) => name !== 'lo');
  const sockets = (['tcp', 'tcp6', 'udp', 'udp6'] as const).filter((name) => linesOf(tables[name], 1).length > 0);
  return [
    ...interfaces.map((name) => `interface ${name}`),
    ...routes.map((name) => `route through ${name}`),
    ...routes6.map((name) => `IPv6 route through ${name}`),
    ...sockets.map((name) => `${name} socket`),
  ];
}

const linesOf = (text: string, headings: number): readonly string[] =>
  text
    .split('\n')
    .slice(headings)
    .filter((line) => line.trim() !== '');

async function tablesOf(pid: string): Promise<NetworkTables> {
  // IPv6 may be off on this machine: then its tables do not exist, and nothing leads out by it.
  const read = (name: string): Promise<string> =>
    readFile(`/proc/${pid}/net/${name}`, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' && name.includes('6')) return '';
      throw error;
    });
  const texts = await Promise.all(TABLES.map(async (name) => [name, await read(name)] as const));
  return Object.fromEntries(texts) as unknown as NetworkTables;
}

/** What the kernel says of a jail: its network, and `/proc/PID/status` of the program in it. */
export interface JailFacts {
  readonly network: NetworkTables;
  readonly status: string;
}

/** What a program must not be without while it reads hostile bytes, as `/proc/PID/status` tells it. */
const HOLDS = [
  { line: /^Seccomp:\t2$/m, absent: 'no filter of system calls' },
  { line: /^NoNewPrivs:\t1$/m, absent: 'privileges can be gained' },
  { line: /^CapEff:\t0+$/m, absent: 'capabilities' },
  { line: /^CapBnd:\t0+$/m, absent: 'capabilities that can be gained' },
] as const;

/** What does not hold in a jail; empty when all does. */
export const looseEnds = (status: string): readonly string[] =>
  HOLDS.filter(({ line }) => !line.test(status)).map(({ absent }) => absent);

/** A jail made as every decoder's is, looked at. Throws E_MEDIA_JAIL when none can be made or looked at. */
export async function lookIntoJail(): Promise<JailFacts> {
  const filter = systemCallFilter();
  const command = [IDLE, '30'];
  const child = spawn('bwrap', jailArguments({ command, statusFd: 3, filterFd: 4, limits: DEFAULT_LIMITS }), {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
  });
  feed(child.stdio[4], filter);
  const complaint = text(child.stderr as Readable);
  let inside: string | undefined;
  try {
    inside = await new Promise<string>((resolve, reject) => {
      const fail = (detail: string, cause?: unknown): void => reject(new AppError('E_MEDIA_JAIL', { detail, cause }));
      const timer = setTimeout(() => fail('the egress probe took too long'), PROBE_MS);
      child.once('error', (cause) => fail('bubblewrap did not start', cause));
      child.once(
        'exit',
        () => void complaint.then((said) => fail(`no jail could be made: ${said.trim().slice(-200)}`)),
      );
      let said = '';
      (child.stdio[3] as Readable).setEncoding('utf8').on('data', (part: string) => {
        said += part;
        const pid = /"child-pid": (\d+)/.exec(said)?.[1];
        if (pid === undefined) return;
        clearTimeout(timer);
        resolve(pid);
      });
    });
    const [own, jails] = await Promise.all([readlink('/proc/self/ns/net'), readlink(`/proc/${inside}/ns/net`)]);
    if (own === jails) throw new AppError('E_MEDIA_JAIL', { detail: 'the jail has the network of this machine' });
    return { status: await statusOfTool(inside), network: await tablesOf(inside) };
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('E_MEDIA_JAIL', { cause, detail: 'the jail cannot be looked at' });
  } finally {
    // Process 1 of the jail dies first: bubblewrap then collects it and ends.
    if (inside !== undefined && child.exitCode === null) endProcess(Number(inside));
    else child.kill('SIGKILL');
  }
}

const IDLE = '/usr/bin/sleep';

/** The status of the program that process 1 of the jail has started, once all that confines it is in force: when it is that program. */
async function statusOfTool(init: string): Promise<string> {
  const until = performance.now() + PROBE_MS;
  const own = new RegExp(`^PPid:\\t${init}$`, 'm');
  while (performance.now() < until) {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    for (const pid of pids.toReversed()) {
      // A process may be gone by the time it is asked about.
      const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
      if (own.test(status) && /^Name:\tsleep$/m.test(status)) return status;
    }
    await wait(10);
  }
  throw new AppError('E_MEDIA_JAIL', { detail: 'the program in the jail cannot be seen' });
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone already, and that was all that was wanted.
  }
}

/** A jail with a way out or a loose end throws E_MEDIA_JAIL; a default route of the host is a warning, because its listeners need an interface. */
export async function probeEgress(
  places: { readonly jail: () => Promise<JailFacts>; readonly host: () => Promise<NetworkTables> } = {
    jail: lookIntoJail,
    host: () => tablesOf('self'),
  },
): Promise<readonly string[]> {
  const { network, status } = await places.jail();
  const ways = waysOut(network);
  if (ways.length > 0) throw new AppError('E_MEDIA_JAIL', { detail: `the jail has a way out: ${ways.join(', ')}` });
  const loose = looseEnds(status);
  if (loose.length > 0) throw new AppError('E_MEDIA_JAIL', { detail: `the jail does not hold: ${loose.join(', ')}` });
  const { route } = await places.host();
  const hasDefault = linesOf(route, 1).some((line) => line.trim().split(/\s+/)[1] === '00000000');
  return hasDefault ? ['egress: this machine has a default route; close it by a firewall outside the gateway'] : [];
}
