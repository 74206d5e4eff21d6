import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Runs ffmpeg to its end; rejects when it fails. Its complaints go to standard error. */
export async function runFfmpeg(args: readonly string[]): Promise<void> {
  const ffmpeg = spawn('ffmpeg', ['-v', 'error', '-y', ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = (await once(ffmpeg, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`ffmpeg: ${code}`);
}

/** D, the reference of every time: seconds in which ffmpeg decodes every frame to null with two threads. */
export async function decodeToNull(file: string): Promise<number> {
  const start = performance.now();
  await runFfmpeg(['-threads', '2', '-i', file, '-an', '-f', 'null', '-']);
  return (performance.now() - start) / 1000;
}
