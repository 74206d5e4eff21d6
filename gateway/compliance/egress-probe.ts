import { spawn } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { AppError } from '../errors.ts';
import { DEFAULT_LIMITS, jailArguments } from '../jail.ts';

// SEC-06: is the way out closed? Nothing is sent to find out: the probe looks at what the kernel says of the network of a jail that runs
// nothing but `sleep`, through /proc of this machine.

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

/** The network of a jail, made as every decoder's is. Throws E_MEDIA_JAIL when no jail can be made or looked at. */
export async function jailNetwork(): Promise<NetworkTables> {
  const command = ['/usr/bin/sleep', '30'];
  const child = spawn('bwrap', jailArguments({ command, statusFd: 3, limits: DEFAULT_LIMITS }), {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  let inside: string | undefined;
  try {
    inside = await new Promise<string>((resolve, reject) => {
      const fail = (detail: string, cause?: unknown): void => reject(new AppError('E_MEDIA_JAIL', { detail, cause }));
      const timer = setTimeout(() => fail('the egress probe took too long'), PROBE_MS);
      child.once('error', (cause) => fail('bubblewrap did not start', cause));
      child.once('exit', () => fail('the jail of the egress probe ended'));
      let text = '';
      (child.stdio[3] as Readable).setEncoding('utf8').on('data', (part: string) => {
        text += part;
        const pid = /"child-pid": (\d+)/.exec(text)?.[1];
        if (pid === undefined) return;
        clearTimeout(timer);
        resolve(pid);
      });
    });
    const [own, jails] = await Promise.all([readlink('/proc/self/ns/net'), readlink(`/proc/${inside}/ns/net`)]);
    if (own === jails) throw new AppError('E_MEDIA_JAIL', { detail: 'the jail has the network of this machine' });
    return await tablesOf(inside);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('E_MEDIA_JAIL', { cause, detail: 'the network of the jail cannot be looked at' });
  } finally {
    // Process 1 of the jail dies first: bubblewrap then collects it and ends.
    if (inside !== undefined && child.exitCode === null) endProcess(Number(inside));
    else child.kill('SIGKILL');
  }
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone already, and that was all that was wanted.
  }
}

/** A jail with a way out throws E_MEDIA_JAIL; a default route of the host is a warning, because its listeners need an interface. */
export async function probeEgress(
  networks: { readonly jail: () => Promise<NetworkTables>; readonly host: () => Promise<NetworkTables> } = {
    jail: jailNetwork,
    host: () => tablesOf('self'),
  },
): Promise<readonly string[]> {
  const ways = waysOut(await networks.jail());
  if (ways.length > 0) throw new AppError('E_MEDIA_JAIL', { detail: `the jail has a way out: ${ways.join(', ')}` });
  const { route } = await networks.host();
  const hasDefault = linesOf(route, 1).some((line) => line.trim().split(/\s+/)[1] === '00000000');
  return hasDefault ? ['egress: this machine has a default route; close it by a firewall outside the gateway'] : [];
}
