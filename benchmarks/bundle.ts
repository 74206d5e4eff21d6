import { execFile } from 'node:child_process';
import { cp, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { makeBundle } from '../gateway/deploy/bundle.ts';
import { type Goal, type Measurement, rounded } from './report.ts';

// `npm run bench -- bundle`: makes the offline bundle, installs it where no network is (a namespace of its own, `unshare --net`), and runs the
// demo there with what was installed: its own Node, packages, console and database. Only loopback exists. Needs root, for the namespace.

const ROOT = path.join(import.meta.dirname, '..');
const PLACE = path.join(ROOT, '.scratch/bundle');
const run = promisify(execFile);

const seconds = async <T>(work: () => Promise<T>): Promise<{ readonly value: T; readonly took: number }> => {
  const from = performance.now();
  return { value: await work(), took: rounded((performance.now() - from) / 1000, 1) };
};

export async function measureBundle(): Promise<Measurement> {
  await rm(PLACE, { recursive: true, force: true });
  await mkdir(PLACE, { recursive: true });
  const made = await seconds(() => makeBundle(PLACE));
  const { folder, components } = made.value;
  const server = path.join(PLACE, 'server');
  const installed = path.join(server, 'opt/differe');
  const offline = (command: string, env: NodeJS.ProcessEnv = process.env) =>
    run('unshare', ['--net', 'sh', '-c', `ip link set lo up; ${command}`], { env, maxBuffer: 1 << 26 });
  const reached = await offline('getent hosts debian.org').then(
    () => true,
    () => false,
  );
  const install = await seconds(() => offline(`sh '${folder}/install.sh'`, { ...process.env, DESTDIR: server }));
  // The demo renders its scene with programs that are no part of the bundle.
  await cp(path.join(ROOT, 'benchmarks'), path.join(installed, 'benchmarks'), { recursive: true });
  const demo = await seconds(() =>
    offline(
      `cd '${installed}' && exec node_modules/.bin/node --disable-warning=ExperimentalWarning gateway/demo/demo.ts --out '${PLACE}/out'`,
    ),
  );
  const result = JSON.parse(demo.value.stdout.trim().split('\n').at(-1) ?? '{}') as {
    readonly exhibits: readonly { readonly digest: string }[];
    readonly package: { readonly verified: boolean };
    readonly log: { readonly verified: boolean };
  };
  const megabytes = Number((await run('du', ['-sm', folder])).stdout.split('\t')[0]);
  const files = Number((await run('sh', ['-c', `wc -l < '${folder}/SHA256SUMS'`])).stdout);
  const yes = (id: string, goal: string, met: boolean): Goal => ({ id, goal, value: Number(met), met });
  return {
    rounds: 1,
    goals: [
      yes('offline', 'nothing can be reached where it is installed', !reached),
      yes('installed', 'every digest holds and the bundle is installed', install.value.stdout.includes('/opt/differe')),
      yes('demo', 'the demo is whole with what was installed', result.package.verified && result.log.verified),
    ],
    raw: {
      megabytes,
      files,
      components,
      makeSeconds: made.took,
      installSeconds: install.took,
      demoSeconds: demo.took,
      digests: result.exhibits.map(({ digest }) => digest),
    },
  };
}
