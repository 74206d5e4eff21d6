import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Examined, eachOfTwo, examine } from './examine.ts';
import { FILMS, type HostileFile, makeFilms, torn, writeHostileFiles } from './hostile-files.ts';
import { removeTemporaryFolders, temporaryFolder } from './support.ts';

// Every file ends in a code or in an analysis that says what it lacks, in bounded time, and no decoder asks for a socket: the filter would
// kill it, and the code would be E_MEDIA_BREAKOUT. Files of others: shared/hostile-media. The long set: `npm run bench -- hostile`.

const folder = temporaryFolder();
const SHARED = path.resolve(import.meta.dirname, '../../../shared/hostile-media');
const LONGEST_MS = 60_000;
const REFUSAL = /^E_(DEF_(CONTAINER|SOURCE|PICTURE|UNSTABLE|NOT_EXHIBIT|CODEC)|MEDIA_(LIMIT|DECODE))$/;

let films: Readonly<Record<string, Buffer>>;
let made: readonly HostileFile[];
beforeAll(() => {
  films = makeFilms(folder);
  made = writeHostileFiles(folder, films);
}, LONGEST_MS);
afterAll(removeTemporaryFolders);

const expectHonest = (name: string, { outcome, declared, frames, lost, losses, elapsedMs }: Examined): void => {
  expect(elapsedMs, name).toBeLessThan(LONGEST_MS);
  for (const end of [outcome, declared]) expect(end, name).toMatch(/^whole$|^partial$|^E_/);
  if (outcome.startsWith('E_')) expect(outcome, name).toMatch(REFUSAL);
  if (declared === 'whole') expect({ lost, losses }, name).toEqual({ lost: 0, losses: [] });
  if (declared === 'partial') {
    expect(frames, name).toBeGreaterThan(0);
    expect(lost + losses.length, name).toBeGreaterThan(0);
  }
};

describe('a corpus of hostile files', () => {
  it('DEF-05, DEF-06, SEC-11: each ends as it should, in time, and none opens a socket', {
    timeout: 180_000,
  }, async () => {
    const ends = await eachOfTwo(made, ({ file }) => examine(file));
    const told = made.map(
      ({ what, expected }, at) =>
        `${what}: ${expected.test(ends[at]?.outcome ?? '') ? 'as expected' : ends[at]?.outcome}`,
    );
    expect(told.filter((line) => !line.endsWith('as expected'))).toEqual([]);
    for (const [at, { what }] of made.entries()) expectHonest(what, ends[at] as Examined);
  });

  it('SEC-11, DEF-07: each accepted codec, cut short and with bits turned, ends in a code or says what is lost', {
    timeout: 180_000,
  }, async () => {
    const tries = Object.keys(FILMS).flatMap((name) => [3, 7].map((seed) => ({ name, seed })));
    const ends = await eachOfTwo(tries, async ({ name, seed }) => {
      const file = path.join(folder, `torn-${seed}-${name}`);
      writeFileSync(file, torn(films[name] as Buffer, seed));
      return examine(file);
    });
    for (const [at, { name, seed }] of tries.entries()) expectHonest(`${name} ${seed}`, ends[at] as Examined);
    // The set must not be one that is merely refused.
    expect(ends.filter(({ frames }) => frames > 0).length).toBeGreaterThan(5);
  });

  it.skipIf(!existsSync(SHARED))(
    'SEC-11: files that broke other readers end in a code or say what is lost',
    { timeout: 180_000 },
    async () => {
      const files = readdirSync(SHARED, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.join(entry.parentPath, entry.name));
      expect(files.length).toBeGreaterThan(0);
      const ends = await eachOfTwo(files, examine);
      for (const [at, file] of files.entries()) {
        expectHonest(file, ends[at] as Examined);
        if (file.includes('/image/')) expect(ends[at]?.outcome, file).toBe('E_DEF_CONTAINER');
      }
    },
  );
});
