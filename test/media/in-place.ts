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

interface Replaced {
  stopReplacing(): void;
  restore(): void;
}

/**
 * Puts a perl script in the place of ffmpeg and ffprobe for all that is started after it, until `stopReplacing`; what was started by then has
 * it in place until `restore`. By a bubblewrap that adds two mounts and is the real one otherwise: the product has no switch for it.
 */
export function replaceDecoder(script: string): Replaced {
  return replaceBubblewrap(
    `args=()
for arg in "$@"; do
  if [ "$arg" = --remount-ro ]; then
    for tool in ffmpeg ffprobe; do args+=(--ro-bind "\${0%/*}/tool" /usr/bin/$tool); done
  fi
  args+=("$arg")
done
exec /usr/bin/bwrap "\${args[@]}"`,
    `#!/usr/bin/perl\n$| = 1;\n${script}`,
  );
}

/** Puts a script of bash first on the path under the name of bubblewrap, with another program, `tool`, beside it. */
export function replaceBubblewrap(script: string, tool = ''): Replaced {
  const folder = mkdtempSync(path.join(tmpdir(), 'differe-in-place-'));
  writeFileSync(path.join(folder, 'tool'), tool, { mode: 0o755 });
  writeFileSync(path.join(folder, 'bwrap'), `#!/bin/bash\n${script}\n`, { mode: 0o755 });
  const before = process.env.PATH ?? '';
  process.env.PATH = `${folder}:${before}`;
  const stopReplacing = (): void => {
    process.env.PATH = before;
  };
  return {
    stopReplacing,
    restore() {
      stopReplacing();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
