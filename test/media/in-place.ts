import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { type JailedRun, startJailed } from '../../gateway/jail.ts';

// Other programs in ffmpeg's place, in the very jail that ffmpeg gets: what a decoder could do that an attacker has taken over. Perl is
// in every Debian (perl-base), and makes system calls by their numbers.

/** Runs a script of perl where ffmpeg stands; gives what it wrote, or rejects with what the gateway says of its end. */
export async function runInPlace(
  script: string,
  run: Partial<Pick<JailedRun, 'inputPath' | 'limits' | 'onStderrLine'>> = {},
): Promise<string> {
  const jailed = startJailed({
    ...run,
    tool: 'ffmpeg',
    arguments: ['/in/script'],
    files: { script: Buffer.from(`$| = 1;\n${script}`) },
    readable: [{ from: '/usr/bin/perl', to: '/usr/bin/ffmpeg' }],
  });
  const [wrote] = await Promise.all([text(jailed.stdout), jailed.done]);
  return wrote;
}

/**
 * Puts a perl script in the place of ffmpeg and ffprobe for all that is started after it, until `restore`: by a bubblewrap found first on
 * the path, which adds two mounts and is the real one otherwise. The product has no switch for it.
 */
export function replaceDecoder(script: string): { readonly path: string; restore(): void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'differe-in-place-'));
  const tool = path.join(folder, 'tool');
  const mounts = ['ffmpeg', 'ffprobe'].map((name) => `--ro-bind ${tool} /usr/bin/${name}`).join(' ');
  const wrapper = `#!/bin/bash
args=()
for arg in "$@"; do
  if [ "$arg" = --remount-ro ]; then args+=(${mounts}); fi
  args+=("$arg")
done
exec /usr/bin/bwrap "\${args[@]}"
`;
  writeFileSync(tool, `#!/usr/bin/perl\n$| = 1;\n${script}`, { mode: 0o755 });
  writeFileSync(path.join(folder, 'bwrap'), wrapper, { mode: 0o755 });
  const before = process.env.PATH ?? '';
  const replaced = `${folder}:${before}`;
  process.env.PATH = replaced;
  return {
    path: replaced,
    restore() {
      process.env.PATH = before;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
