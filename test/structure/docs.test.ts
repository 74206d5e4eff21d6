import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { CONFIG_KEYS } from '../../gateway/config.ts';
import { ERRORS } from '../../gateway/errors.ts';

// The documents say what the code does, or this fails.

interface Report {
  readonly name: string;
  readonly goals: readonly { readonly id: string }[];
}

/** Folders of `gateway/` that hold no code of a room. */
const NO_ROOMS = ['decisions', 'migrations'];

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string): Promise<string> => readFile(path.join(root, file), 'utf8');

async function sources(folder: string, ending = '.ts'): Promise<string> {
  const files = await readdir(path.join(root, folder), { recursive: true });
  const texts = await Promise.all(
    files.filter((file) => file.endsWith(ending)).map((file) => read(path.join(folder, file))),
  );
  return texts.join('\n');
}

describe('the documents', () => {
  it('README lists every configuration key with the meaning that the code gives it, and no other', async () => {
    const rows = [...(await read('README.md')).matchAll(/^\| `(DIFFERE_[A-Z_]+)` \| (.+) \|$/gm)].map(
      ([, key, meaning]) => [key, meaning],
    );
    expect(Object.fromEntries(rows)).toEqual(CONFIG_KEYS);
  });

  it('SEC-12: README lists every dependency with its pin', async () => {
    const readme = await read('README.md');
    const { dependencies, devDependencies } = JSON.parse(await read('package.json')) as Record<
      string,
      Record<string, string>
    >;
    for (const [name, pin] of Object.entries({ ...dependencies, ...devDependencies })) {
      expect(pin, name).toMatch(/^\d+\.\d+\.\d+/);
      if (name.startsWith('@types/')) continue;
      expect(readme, name).toMatch(
        new RegExp(`^\\| .*\`${name}\`.* \\| [^|]*${pin.replaceAll('.', '\\.')}[^|]* \\| .{10,} \\|$`, 'm'),
      );
    }
  });

  it('README names only files and folders that exist', async () => {
    const readme = await read('README.md');
    const rooms = [...readme.matchAll(/^\| `([a-z]+)\/` \|[^|]*\| (.+) \|$/gm)];
    const folders = await readdir(path.join(root, 'gateway'), { withFileTypes: true });
    const named = folders.filter((entry) => entry.isDirectory() && !NO_ROOMS.includes(entry.name));
    expect(rooms.map(([, room]) => room).sort()).toEqual(named.map(({ name }) => name).sort());
    for (const [, room, cell] of rooms) {
      for (const [, file] of (cell ?? '').matchAll(/`([a-z-]+\.ts)`/g))
        await expect(read(`gateway/${room}/${file}`)).resolves.toBeDefined();
    }
  });

  it('README shows only figures that a file in benchmarks/results/ contains', async () => {
    const rows = [
      ...(await read('README.md')).matchAll(/^\| `([a-z]+)` \| `([a-z0-9_:-]+)` \| ([\d.]+) \| (yes|no) \|$/gm),
    ];
    expect(rows.length).toBeGreaterThan(3);
    const files = await readdir(path.join(root, 'benchmarks/results'));
    const reports = await Promise.all(
      files.map(async (file) => JSON.parse(await read(`benchmarks/results/${file}`)) as Report),
    );
    for (const [, bench, id, value, met] of rows) {
      const goals = reports.filter(({ name }) => name === bench).flatMap(({ goals: found }) => found);
      expect(goals, `${bench} ${id}`).toContainEqual(
        expect.objectContaining({ id, value: Number(value), met: met === 'yes' }),
      );
    }
  });

  it('every error code is used somewhere, and has a sentence in both languages', async () => {
    const text = `${await sources('gateway')}\n${await read('gateway/migrations/0001-first.sql')}`.replace(
      /export const ERRORS = \{[\s\S]*?\} as const/,
      '',
    );
    const rules = await sources('policies', '.cedar');
    for (const [code, { fr, en }] of Object.entries<{ fr: string; en: string }>(ERRORS)) {
      expect(text.includes(`'${code}'`) || rules.includes(`@code("${code}")`), `${code} is used nowhere`).toBe(true);
      expect(fr.length > 10 && en.length > 10 && fr !== en, code).toBe(true);
    }
  });
});
