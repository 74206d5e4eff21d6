import { describe, expect, it } from 'vitest';
import type { ByteSource } from '../../gateway/footage/bytes.ts';
import { checkMov } from '../../gateway/footage/check-mov.ts';
import type { Structure } from '../../gateway/footage/structure.ts';

// Movies made of tables alone, as a hostile file would be. Long runs of zeros stand as a number of bytes, so that they cost nothing.

type Part = Buffer | number;

const bytesOf = (parts: readonly Part[]): number =>
  parts.reduce<number>((sum, part) => sum + (typeof part === 'number' ? part : part.length), 0);

function box(type: string, ...parts: Part[]): Part[] {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + bytesOf(parts), 0);
  head.write(type, 4, 'latin1');
  return [head, ...parts];
}

function numbers(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index);
  return bytes;
}

const movie = (...tracks: Part[][]): Part[] => [
  ...box('ftyp', Buffer.from('isom\0\0\0\0isom')),
  ...box('moov', ...tracks.flatMap((tables) => box('trak', ...box('mdia', ...box('minf', ...box('stbl', ...tables)))))),
  ...box('mdat', 64),
];

function sparse(parts: readonly Part[]): ByteSource & { longestRead: number } {
  let at = 0;
  const written = parts.flatMap((part) => {
    const from = at;
    at += typeof part === 'number' ? part : part.length;
    return typeof part === 'number' ? [] : [{ from, bytes: part }];
  });
  const source = {
    sizeBytes: at,
    longestRead: 0,
    async read(offset: number, length: number): Promise<Buffer> {
      source.longestRead = Math.max(source.longestRead, length);
      const read = Buffer.alloc(Math.max(0, Math.min(length, source.sizeBytes - offset)));
      for (const { from, bytes } of written) {
        const start = Math.max(offset, from);
        const end = Math.min(offset + read.length, from + bytes.length);
        if (start < end) bytes.copy(read, start - offset, start - from, end - from);
      }
      return read;
    },
  };
  return source;
}

/** Checks beside a timer that always has something to do: how often that had its turn, and what came of the check. */
async function besideTimer(source: ByteSource): Promise<{ turns: number; outcome: Structure | { code?: string } }> {
  let turns = 0;
  let over = false;
  const turn = (): void => {
    turns += 1;
    if (!over) setImmediate(turn);
  };
  setImmediate(turn);
  const outcome = await checkMov(source).catch((error: { code?: string }) => error);
  over = true;
  return { turns, outcome };
}

describe('tables of an MP4 that was made to keep the gateway busy', () => {
  it('SEC-11: samples of one size in overlapping chunks are multiplied, not walked, and others have their turn', async () => {
    const chunks = 100_000;
    const track = [
      ...box('stsz', numbers(0, 1, 0xff_ff_ff_ff)),
      ...box('stsc', numbers(0, 1, 1, 400, 1)),
      ...box('stco', numbers(0, chunks), 4 * chunks),
    ];
    const { turns, outcome } = await besideTimer(sparse(movie(track, track, track)));
    expect(turns).toBeGreaterThanOrEqual(3 * Math.floor(chunks / 16_384));
    expect(outcome).toMatchObject({ faults: ['the index has more samples than chunks'] });
  });

  it('SEC-11: a table of five million rows is read a block at a time', async () => {
    const rows = 5_000_000;
    const track = [
      ...box('stsz', numbers(0, 1, 1)),
      ...box('stsc', numbers(0, rows), 12 * rows),
      ...box('stco', numbers(0, 1), 4),
    ];
    const source = sparse(movie(track));
    const { turns, outcome } = await besideTimer(source);
    expect(outcome).toMatchObject({ faults: ['the index has more samples than chunks'] });
    expect(source.longestRead).toBeLessThanOrEqual(65_536);
    expect(turns).toBeGreaterThanOrEqual(Math.floor(rows / 5_462));
  });

  it('SEC-11: rows of all tracks together have one limit, asked before they are read', async () => {
    const rows = 9_000_000;
    const track = [
      ...box('stsz', numbers(0, 0, rows), 4 * rows),
      ...box('stsc', numbers(0, 1, 1, 1, 1)),
      ...box('stco', numbers(0, rows), 4 * rows),
    ];
    const parts = movie(track, track, track);
    const whole = sparse(movie(track));
    expect((await besideTimer(whole)).outcome).toMatchObject({ faults: [] });
    expect((await besideTimer(sparse(parts))).outcome).toMatchObject({ code: 'E_DEF_CONTAINER' });
  });

  it('SEC-11: a hundred thousand tracks are more than a recording has', async () => {
    const header = Buffer.concat([numbers(92), Buffer.from('tkhd'), Buffer.alloc(84)]);
    const headers = Buffer.concat(Array.from({ length: 100_000 }, () => header));
    const { outcome } = await besideTimer(sparse(box('moov', headers)));
    expect(outcome).toMatchObject({ code: 'E_DEF_CONTAINER' });
  });

  it('still finds a sample that ends beyond the file, in 32 and in 64 bits', async () => {
    const sizes = box('stsz', numbers(0, 0, 3, 10, 10, 10));
    const runs = box('stsc', numbers(0, 2, 1, 1, 1, 2, 2, 1));
    const whole = movie([...sizes, ...runs, ...box('stco', numbers(0, 2, 30, 60))]);
    expect(await checkMov(sparse(whole))).toMatchObject({ faults: [] });
    const sizeBytes = bytesOf(whole);
    const short = movie([...sizes, ...runs, ...box('stco', numbers(0, 2, 30, sizeBytes - 19))]);
    expect(await checkMov(sparse(short))).toMatchObject({ faults: ['media data are shorter than the index'] });
    const far = movie([...sizes, ...runs, ...box('co64', numbers(0, 2, 0, 30, 1, 0))]);
    expect(await checkMov(sparse(far))).toMatchObject({ faults: ['media data are shorter than the index'] });
    const near = movie([...sizes, ...runs, ...box('co64', numbers(0, 2, 0, 30, 0, 60))]);
    expect(await checkMov(sparse(near))).toMatchObject({ faults: [] });
  });
});
