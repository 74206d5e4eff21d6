import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// Releases of onnxruntime from 1.29 on hold an uploader that is on unless a variable says otherwise: it keeps an identifier of the machine and
// looks up a host of its maker with the first session (decision 0028). The release that is used holds none.

const installed = path.dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
const library = path.join(installed, 'bin/napi-v6/linux/x64/libonnxruntime.so.1');
const network = path.resolve(import.meta.dirname, '../../models/street-crop/street-crop.onnx');

// The first session opened, run and left alone for a while: what it would send it has begun to send.
const PROGRAM = `
const { readdirSync, readFileSync, readlinkSync } = await import('node:fs');
const { InferenceSession } = await import(process.argv[1]);
const sockets = () => readdirSync('/proc/self/fd').flatMap((fd) => {
  try { return readlinkSync('/proc/self/fd/' + fd); } catch { return []; }
}).filter((target) => target.startsWith('socket:')).length;
const before = sockets();
const session = await InferenceSession.create(readFileSync(process.argv[2]));
let most = before;
for (let n = 0; n < 30; n += 1) {
  await new Promise((resolve) => setTimeout(resolve, 100));
  most = Math.max(most, sockets());
}
console.log(JSON.stringify({ opened: most - before, inputs: session.inputNames.length }));
`;

describe('the runtime of the networks', () => {
  let home = '';
  beforeAll(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'differe-home-'));
  });
  afterAll(() => rm(home, { recursive: true, force: true }));

  it('SEC-06, FACE-10: holds nothing that could send', async () => {
    const bytes = await readFile(library);
    // It would be found: names of the library's own classes are.
    expect(bytes.includes('N11onnxruntime9TelemetryE')).toBe(true);
    for (const trace of ['PosixTelemetry', 'ORT_DISABLE_TELEMETRY', 'LogManager', 'events.data'])
      expect(bytes.includes(trace), trace).toBe(false);
  });

  it('SEC-06: opens no socket and leaves nothing behind when it opens a network', async () => {
    const main = path.join(installed, 'dist/index.js');
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '--eval', PROGRAM, main, network],
      { env: { HOME: home, TMPDIR: home, XDG_CACHE_HOME: home } },
    );
    expect(JSON.parse(stdout)).toEqual({ opened: 0, inputs: 1 });
    expect(await readdir(home, { recursive: true })).toEqual([]);
  });
});
