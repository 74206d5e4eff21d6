import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';

const SETPRIORITY = 141;
const EPERM = 0x0005_0001;
const ALLOW = 0x7fff_0000;

/** Lets everything pass but this system call, which is answered with EPERM (`struct sock_filter[]`). */
function allBut(call: number): Buffer {
  const bytes = Buffer.alloc(4 * 8);
  for (const [n, [code, jumpFalse, value]] of [
    [0x20, 0, 0],
    [0x15, 1, call],
    [0x06, 0, EPERM],
    [0x06, 0, ALLOW],
  ].entries()) {
    bytes.writeUInt16LE(code ?? 0, n * 8);
    bytes.writeUInt8(jumpFalse ?? 0, n * 8 + 3);
    bytes.writeUInt32LE(value ?? 0, n * 8 + 4);
  }
  return bytes;
}

const here = (file: string): string => JSON.stringify(new URL(file, import.meta.url).href);

/** Looks at two frames of nothing by the background model and by a network, each in its thread. */
const LOOKS = `
  import { createMoversThread } from ${here('../../gateway/analysis/motion/movers-thread.ts')};
  import { createCropNamer, loadCropModel } from ${here('../../gateway/analysis/crop-namer.ts')};
  import { SHIPPED_FOLDER } from ${here('../../gateway/analysis/sight.ts')};
  const movers = createMoversThread();
  const namer = await createCropNamer(await loadCropModel(SHIPPED_FOLDER));
  process.stdout.write(JSON.stringify([await movers.find([]), await namer.name([], [])]));
  await movers.close();
  await namer.close();`;

it('analyses beside questions, and says so, where the kernel does not let it go behind them', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'differe-behind-'));
  await writeFile(path.join(folder, 'filter'), allBut(SETPRIORITY));
  await writeFile(path.join(folder, 'looks.mjs'), LOOKS);
  const node = [process.execPath, '--disable-warning=ExperimentalWarning', path.join(folder, 'looks.mjs')];
  const filter = openSync(path.join(folder, 'filter'), 'r');
  try {
    const child = spawn('bwrap', ['--dev-bind', '/', '/', '--seccomp', '3', '--', ...node], {
      stdio: ['ignore', 'pipe', 'pipe', filter],
    });
    const { stdout, stderr } = child;
    if (stdout === null || stderr === null) throw new Error('no pipes');
    const [said, warned] = await Promise.all([text(stdout), text(stderr), once(child, 'exit')]);
    expect(said).toBe('[[],[]]');
    expect(warned.match(/^warning: a thread of the analysis does not go behind questions: .*EPERM.*$/gm)).toHaveLength(
      2,
    );
  } finally {
    closeSync(filter);
    await rm(folder, { recursive: true });
  }
});
