import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { exhibitCommand, footageCommand } from '../../gateway/footage/commands.ts';
import { makeFilm, removeTemporaryFolders, sha256Of, temporaryFolder } from './support.ts';

const folder = temporaryFolder();
const film = makeFilm(path.join(folder, 'film.mp4'));
const words = path.join(folder, 'words.mp4');
writeFileSync(words, 'Ceci est un procès-verbal.'.repeat(20));
afterAll(removeTemporaryFolders);

async function run(command: typeof exhibitCommand, ...args: string[]): Promise<{ exit: number; result: unknown }> {
  const { exit, result } = await runAndHear(command, ...args);
  return { exit, result };
}

async function runAndHear(command: typeof exhibitCommand, ...args: string[]) {
  const said = { out: '', err: '' };
  const exit = await command(args, {
    out: (line) => {
      said.out += line;
    },
    err: (line) => {
      said.err += `${line}\n`;
    },
  });
  return { exit, result: said.out === '' ? undefined : (JSON.parse(said.out) as unknown), err: said.err };
}

it('exhibit hash: says what a schedule needs, of every file', async () => {
  const empty = path.join(folder, 'empty.mp4');
  writeFileSync(empty, '');
  expect((await run(exhibitCommand, 'hash', film)).exit).toBe(0);
  const { exit, result, err } = await runAndHear(exhibitCommand, 'hash', film, words, empty);
  // The gate would refuse two of them, which have a digest all the same.
  expect([exit, err.match(/E_DEF_CONTAINER/g)?.length]).toEqual([1, 2]);
  expect(result).toEqual([
    { file: film, sha256: sha256Of(film), sizeBytes: expect.any(Number), durationSeconds: 4 },
    { file: words, sha256: sha256Of(words), sizeBytes: expect.any(Number) },
    { file: empty, sha256: sha256Of(empty), sizeBytes: 0 },
  ]);
});

it('footage inspect: accepts a film with exit 0', async () => {
  expect(await run(footageCommand, 'inspect', film)).toEqual({
    exit: 0,
    result: { accepted: true, code: null, format: 'mov', codec: 'h264', durationSeconds: 4, frames: 100 },
  });
});

it('footage inspect: refuses a text with its code and exit 1', async () => {
  expect(await run(footageCommand, 'inspect', words)).toEqual({
    exit: 1,
    result: {
      accepted: false,
      code: 'E_DEF_CONTAINER',
      format: null,
      codec: null,
      durationSeconds: null,
      frames: null,
    },
  });
});

it('footage inspect: says a refusal in French and English, with the container and the codec that it found', async () => {
  for (const codec of ['rawvideo', 'msmpeg4v2']) {
    const foreign = makeFilm(path.join(folder, `${codec}.avi`), '-c:v', codec);
    const { exit, result, err } = await runAndHear(footageCommand, 'inspect', foreign);
    expect([exit, result]).toEqual([
      1,
      { accepted: false, code: 'E_DEF_CODEC', format: 'avi', codec, durationSeconds: null, frames: null },
    ]);
    expect(err).toContain("Le codage vidéo du fichier n'est pas accepté.");
    expect(err).toContain('The video codec of the file is not accepted.');
  }
});

it('footage inspect: names the container of a file that was never finished', async () => {
  const cut = path.join(folder, 'cut.mp4');
  writeFileSync(cut, readFileSync(film).subarray(0, 20_000));
  expect(await run(footageCommand, 'inspect', cut)).toMatchObject({
    exit: 1,
    result: { code: 'E_DEF_UNSTABLE', format: 'mov', codec: null },
  });
});

it('answers a wrong call, a missing file and a device with exit 2', async () => {
  for (const args of [
    [],
    ['look'],
    ['inspect'],
    ['inspect', path.join(folder, 'none.mp4')],
    ['inspect', '/dev/zero'],
  ]) {
    expect((await run(footageCommand, ...args)).exit).toBe(2);
  }
  expect((await run(exhibitCommand, 'hash')).exit).toBe(2);
  expect((await run(exhibitCommand, 'hash', folder)).exit).toBe(2);
});
