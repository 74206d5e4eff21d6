import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Examined, eachOfTwo, examine } from '../test/footage/examine.ts';
import { FILMS, makeFilms, torn, writeHostileFiles } from '../test/footage/hostile-files.ts';
import { removeTemporaryFolders, temporaryFolder } from '../test/footage/support.ts';
import { replaceBubblewrap } from '../test/media/in-place.ts';
import { type Measurement, rounded } from './report.ts';

// The long set of hostile footage (SEC-11): each accepted codec cut short and with bits turned, by hundreds of seeds; and what the decoders asked
// the kernel for while they read the made files.

const LONGEST_MS = 60_000;
const HONEST = /^(whole|partial|E_DEF_(CONTAINER|SOURCE|PICTURE|UNSTABLE|NOT_EXHIBIT|CODEC)|E_MEDIA_(LIMIT|DECODE))$/;

interface End extends Examined {
  readonly name: string;
}

export async function measureHostile({ full }: { readonly full: boolean }): Promise<Measurement> {
  const folder = temporaryFolder();
  try {
    const films = makeFilms(folder);
    const seeds = full ? 300 : 20;
    const tries = Object.keys(FILMS).flatMap((name) =>
      Array.from({ length: seeds }, (_, n) => ({ name, seed: n + 1 })),
    );
    const faults: string[] = [];
    const ends = await eachOfTwo(tries, async ({ name, seed }): Promise<End | undefined> => {
      const file = path.join(folder, `torn-${name}-${seed % 2}${seed % 3}${seed % 5}${seed % 7}`);
      writeFileSync(file, torn(films[name] as Buffer, seed));
      try {
        return { name, ...(await examine(file)) };
      } catch (error) {
        faults.push(`${name} ${seed}: ${String(error)}`);
        return undefined;
      }
    });
    const done = ends.filter((end) => end !== undefined);
    const dishonest = done.filter(({ outcome, declared }) => !HONEST.test(outcome) || !HONEST.test(declared));
    const slowest = Math.max(...done.map(({ elapsedMs }) => elapsedMs));
    const calls = await callsOfDecoders(folder, films);
    return {
      rounds: 1,
      goals: [
        {
          id: 'without_an_answer',
          goal: '0 torn files that end in neither a code nor an analysis',
          value: faults.length + dishonest.length,
          met: faults.length + dishonest.length === 0,
        },
        {
          id: 'slowest_s',
          goal: `<= ${LONGEST_MS / 1000} s for any of them, of a second of film`,
          value: rounded(slowest / 1000, 1),
          met: slowest <= LONGEST_MS,
        },
        ...(calls === undefined
          ? []
          : [
              {
                id: 'sockets',
                goal: '0 sockets that decoders ask for while they read the made files',
                value: calls.sockets,
                met: calls.sockets === 0,
              },
            ]),
      ],
      raw: {
        files: tries.length,
        outcomes: counted(done),
        faults,
        dishonest,
        decoders: calls ?? 'strace is not installed',
      },
    };
  } finally {
    removeTemporaryFolders();
  }
}

/** How many files of each film ended how. */
function counted(ends: readonly End[]): Readonly<Record<string, Readonly<Record<string, number>>>> {
  const all: Record<string, Record<string, number>> = {};
  for (const { name, outcome, declared } of ends) {
    const how = outcome === declared ? outcome : `${outcome}, declared damaged: ${declared}`;
    const own = all[name] ?? {};
    all[name] = own;
    own[how] = (own[how] ?? 0) + 1;
  }
  return all;
}

interface Calls {
  readonly files: number;
  readonly decoders: number;
  readonly sockets: number;
  /** Folders of what decoders opened, or tried to, and how often. */
  readonly opened: Readonly<Record<string, number>>;
}

/** By strace around every bubblewrap: what counts is what a process does after it has become ffmpeg or ffprobe. */
async function callsOfDecoders(folder: string, films: Readonly<Record<string, Buffer>>): Promise<Calls | undefined> {
  if (!existsSync('/usr/bin/strace')) return undefined;
  const log = path.join(folder, 'strace');
  const files = writeHostileFiles(folder, films);
  const replaced = replaceBubblewrap(
    `exec /usr/bin/strace -qq -f -A -o ${log} -e trace=network,open,openat,execve,clone,clone3 /usr/bin/bwrap "$@"`,
  );
  try {
    for (const { file } of files) await examine(file);
  } finally {
    replaced.restore();
  }
  const decoders = new Set<string>();
  const opened: Record<string, number> = {};
  let [count, sockets] = [0, 0];
  for (const line of readFileSync(log, 'utf8').split('\n')) {
    const [, pid = '', call = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (call.startsWith('execve("/usr/bin/ff')) {
      decoders.add(pid);
      count += 1;
    } else if (call.startsWith('execve(')) decoders.delete(pid);
    if (!decoders.has(pid)) continue;
    const thread = /^clone3?\(.*= (\d+)$/.exec(call)?.[1];
    if (thread !== undefined) decoders.add(thread);
    if (/^socket\(/.test(call)) sockets += 1;
    const place = /^open(?:at)?\((?:AT_FDCWD, )?"([^"]*)"/.exec(call)?.[1];
    if (place === undefined) continue;
    const kind = place === '/in/exhibit' ? place : path.dirname(place);
    opened[kind] = (opened[kind] ?? 0) + 1;
  }
  return { files: files.length, decoders: count, sockets, opened };
}
