// The door of a checkout: `node gateway/run.mjs demo|differe|test|bench|bundle ...`. Plain JavaScript for Node 20 and built-ins alone,
// because it runs before anything is installed. It sets the machine up, then hands over to the Node 24 that npm installed.

import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import {
  buildConsole,
  findChromium,
  findPrometheus,
  installMediaTools,
  installPackages,
  installTestServers,
  missingMediaTools,
  ROOT,
} from './setup.mjs';

const PROGRAMS = {
  demo: 'gateway/demo/demo.ts',
  differe: 'gateway/cli.ts',
  test: 'test/run.ts',
  bench: 'benchmarks/run.ts',
  bundle: 'gateway/deploy/bundle.ts',
};

/** `differe` commands that open footage; the others work on keys, texts and digests. */
const OPENS_FOOTAGE = new Set(['serve', 'worker', 'exhibit', 'footage']);

/** `compliance absence` looks at a fresh database, whose server is jailed. */
const needsTools = ([command = '', verb = '']) =>
  OPENS_FOOTAGE.has(command) || (command === 'compliance' && verb === 'absence');

const say = (text) => process.stderr.write(`${text}\n`);

async function main([name = '', ...args]) {
  if (!Object.hasOwn(PROGRAMS, name)) {
    say(`usage: node gateway/run.mjs ${Object.keys(PROGRAMS).join('|')} [ARGUMENT...]`);
    return 2;
  }
  if (name !== 'bundle' && (name !== 'differe' || needsTools(args))) {
    await installMediaTools(say);
    const missing = missingMediaTools();
    if (missing.length > 0) {
      const list = missing.join(', ');
      say(
        `Il manque ${list} : installez les paquets ffmpeg et bubblewrap (Debian, en root : apt-get install ffmpeg bubblewrap). / ` +
          `${list} missing: install the packages ffmpeg and bubblewrap (Debian, as root: apt-get install ffmpeg bubblewrap).`,
      );
      return 3;
    }
  }
  await installPackages(say);
  if (name !== 'differe' || args[0] === 'serve') await buildConsole(say);
  const env = { ...process.env, PATH: `${join(ROOT, 'node_modules/.bin')}${delimiter}${process.env.PATH ?? ''}` };
  if (name === 'test') {
    const chromium = await findChromium(say);
    if (chromium !== undefined) env.DIFFERE_CHROMIUM = chromium;
    await installTestServers(say);
    const prometheus = await findPrometheus(say);
    if (prometheus !== undefined) env.PATH = `${env.PATH}${delimiter}${prometheus}`;
  }
  // Stripping types is announced as experimental at every start; nobody need read it.
  const quiet = '--disable-warning=ExperimentalWarning';
  return handOver(
    join(ROOT, 'node_modules/.bin/node'),
    [quiet, join(ROOT, PROGRAMS[name]), ...args],
    env,
    callersFolder(),
  );
}

/** Where `npm run differe` was called: npm itself starts scripts in the checkout, and a path of the caller's is meant from where he stands. */
const callersFolder = () => (process.env.npm_lifecycle_event === 'differe' ? process.env.INIT_CWD : undefined);

/** Becomes the program as far as a parent can tell: its streams, its signals, its exit status. */
function handOver(program, args, env, cwd) {
  const child = spawn(program, args, { stdio: 'inherit', env, cwd });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      // A terminal sends Ctrl-C to the whole group: passed on as well, it would count as a second, impatient one.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? 128 + (constants.signals[signal] ?? 0)));
  });
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  say(`${error instanceof Error ? error.message : error}`);
  process.exitCode = 3;
}
