import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../gateway/errors.ts';
import { framesOf } from '../../gateway/frame-pipe.ts';

const SIZE = 300_000;

/** A program that writes frames of SIZE bytes, each of one value from 1 on, in pieces of 32 KiB as ffmpeg does; and `rest` bytes of another. */
function writer(count: number, rest = 0): { readonly child: ChildProcess; readonly pipe: Readable } {
  const script = `$| = 1; for (1 .. ${count}) { $f = chr($_) x ${SIZE}; syswrite(STDOUT, $f, 32768, $at) while ($at = $sent) < ${SIZE} and $sent += 32768; $sent = 0 }
    syswrite(STDOUT, 'x' x ${rest});`;
  const child = spawn('/usr/bin/perl', ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  return { child, pipe: child.stdout };
}

const shownBy = (frame: Uint8Array): number | undefined =>
  frame.every((value) => value === frame[0]) ? frame[0] : undefined;

async function values(frames: AsyncIterable<Uint8Array>): Promise<readonly (number | undefined)[]> {
  const all: (number | undefined)[] = [];
  for await (const frame of frames) all.push(frame.length === SIZE ? shownBy(frame) : Number.NaN);
  return all;
}

const reasonOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('the pipe of frames', () => {
  it('gives each frame whole and in order, in memory of its own', async () => {
    const frames: Uint8Array[] = [];
    for await (const frame of framesOf(writer(20).pipe, SIZE)) frames.push(frame);
    expect(frames.map(shownBy)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
    expect(new Set(frames.map(({ buffer }) => buffer)).size).toBe(20);
  });

  it('puts them where it is told', async () => {
    const places: Uint8Array[] = [];
    const space = (bytes: number): Uint8Array => {
      const place = new Uint8Array(bytes).fill(255);
      places.push(place);
      return place;
    };
    const frames: Uint8Array[] = [];
    for await (const frame of framesOf(writer(3).pipe, SIZE, space)) frames.push(frame);
    expect(frames).toHaveLength(3);
    for (const [index, frame] of frames.entries()) expect(frame).toBe(places[index]);
  });

  it('holds the program back while nobody takes a frame', async () => {
    let taken = 0;
    const { child, pipe } = writer(40);
    const frames = framesOf(pipe, SIZE, (bytes) => {
      taken += 1;
      return new Uint8Array(bytes);
    });
    await frames.next();
    await delay(300);
    // One is read, two wait, one begins.
    expect(taken).toBeLessThanOrEqual(4);
    expect(child.exitCode).toBeNull();
    expect(await values(frames)).toHaveLength(39);
    expect(taken).toBe(41);
  });

  it('tells a frame that is cut short', async () => {
    const reason = await reasonOf(values(framesOf(writer(2, 1_000).pipe, SIZE)));
    expect(reason).toBeInstanceOf(AppError);
    expect(reason).toMatchObject({ code: 'E_MEDIA_DECODE' });
  });

  it('ends with an error when the pipe is closed under it, and closes the pipe when it is left', async () => {
    const closed = writer(40);
    const frames = framesOf(closed.pipe, SIZE);
    await frames.next();
    closed.pipe.destroy();
    expect(String(await reasonOf(values(frames)))).toContain('the pipe was closed');
    const left = writer(40);
    for await (const _ of framesOf(left.pipe, SIZE)) break;
    const [, signal] = (await once(left.child, 'exit')) as [number | null, string | null];
    expect(signal).toBe('SIGPIPE');
    closed.child.kill();
  });

  it('takes the pipe of a child and no other', async () => {
    expect(await reasonOf(values(framesOf(Readable.from([]), SIZE)))).toMatchObject({ code: 'E_MEDIA_JAIL' });
  });
});
