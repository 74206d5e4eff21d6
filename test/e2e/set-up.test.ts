import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { namedScenes } from '../../benchmarks/scenes/named.ts';
import { demoPapers } from '../../gateway/demo/dossier.ts';
import type { Answer } from '../../gateway/search/types.ts';
import { writeSceneOnce } from '../support/run-folder.ts';

// The walk of README's "Setting up an installation", as it stands there: an installation in production, from the first key to an answer.

const ROOT = path.resolve(import.meta.dirname, '../..');
const DAY_S = 86_400;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'differe-set-up-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const put = (name: string, content: object): Promise<void> =>
  writeFile(path.join(folder, name), JSON.stringify(content));

/** What README shows as code between two of its lines. */
async function shownBetween(from: string, to: string): Promise<string> {
  const readme = await readFile(path.join(ROOT, 'README.md'), 'utf8');
  const part = readme.slice(readme.indexOf(from), readme.indexOf(to));
  const lines = part.split('\n').filter((line) => line.startsWith('    ') || line === '');
  return lines.map((line) => line.slice(4)).join('\n');
}

/** What people do between the commands: fill in the draft, copy the examples, look at what a command printed. */
const PEOPLE = `
set -euo pipefail
run() { "$NODE" --disable-warning=ExperimentalWarning "$CLI" "$@"; }
member() { "$NODE" -p 'JSON.parse(fs.readFileSync(0, "utf8"))[process.argv[1]]' "$1"; }
example() { sed "s/THUMBPRINT-OF-THE-AGENT-KEY/$JKT/" "$EXAMPLES/$1.claims.json" > "$1.claims.json"; }
differe() {
  case "$*" in
    serve)
      mkfifo ready; "$NODE" --disable-warning=ExperimentalWarning "$CLI" serve > ready & echo $! > gateway.pid
      read -r line < ready; URL=$(member url <<< "$line"); echo "$line" > gateway.json ;;
    'requisition keygen --out agent.jwk.json') JKT=$(run "$@" | member jkt); example authorisation; example schedule ;;
    'act sign '*)
      "$NODE" -e 'const [file, jkt] = process.argv.slice(1), claims = JSON.parse(fs.readFileSync(file, "utf8"));
        fs.writeFileSync(file, JSON.stringify({ ...claims, jkt }))' habilitation.claims.json "$JKT"
      run "$@" ;;
    'compliance dossier new '*)
      run "$@"
      "$NODE" -e 'const [draft, papers] = ["dossier.json", "papers.json"].map((file) => JSON.parse(fs.readFileSync(file, "utf8")));
        fs.writeFileSync("dossier.json", JSON.stringify({ ...draft, dossier: { ...draft.dossier, ...papers } }))' ;;
    'case open '*) ID=$(run "$@" | member requisitionId) ;;
    'case ask '*) run "$@" > answer.json ;;
    *) run "$@" ;;
  esac
}
trap 'kill $(cat gateway.pid)' EXIT
`;
const READY = `
"$NODE" -e 'fetch(process.argv[1] + "/readyz").then((r) => r.text()).then((t) => fs.writeFileSync("ready.json", t))' "$(member metrics < gateway.json)"
`;

async function bash(script: string): Promise<{ readonly exit: number | null; readonly said: string }> {
  const inherited = Object.entries(process.env).filter(([key]) => !key.startsWith('DIFFERE_'));
  const child = spawn('bash', ['-c', script], {
    cwd: folder,
    env: {
      ...Object.fromEntries(inherited),
      NODE: process.execPath,
      CLI: path.join(ROOT, 'gateway/cli.ts'),
      EXAMPLES: path.join(ROOT, 'policies/examples'),
      DIFFERE_PORT: '0',
      DIFFERE_METRICS_PORT: '0',
      // As in a unit of systemd, outside which production refuses root.
      INVOCATION_ID: 'set-up',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  return await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exit) => resolve({ exit, said }));
  });
}

it('an installation that is set up as README says is ready in production, and answers the question of README', {
  timeout: 480_000,
}, async () => {
  const now = Math.floor(Date.now() / 1000);
  const { controller: _c, software: _s, ...papers } = demoPapers(Date.now(), { id: 'RU-018-2026' });
  await put('papers.json', papers);
  const example = await readFile(path.join(ROOT, 'policies/examples/habilitation.claims.json'), 'utf8');
  const training = { tool_at: now - DAY_S, law_at: now - DAY_S, bias_at: now - DAY_S };
  const term = { training, granted_at: now - 10, until: now + 300 * DAY_S };
  await put('habilitation.claims.json', { ...JSON.parse(example), ...term });
  await put('question.json', JSON.parse(await shownBetween('    { "version": 1', 'Leaves: `class`')));
  await symlink(path.join(ROOT, 'models'), path.join(folder, 'models'));
  await writeSceneOnce(namedScenes.street, path.join(folder, 'hall.mp4'));

  const walk = (await shownBetween('## Setting up an installation', 'Later on a key is added'))
    .replaceAll('/etc/differe', `${folder}/etc`)
    .replaceAll('/var/lib/differe', `${folder}/data`)
    .replaceAll('--url URL', '--url "$URL"')
    .replaceAll('--requisition ID', '--requisition "$ID"');
  const { exit, said } = await bash(`${PEOPLE}${walk}${READY}`);
  expect(exit, said).toBe(0);
  const read = async <T>(name: string): Promise<T> => JSON.parse(await readFile(path.join(folder, name), 'utf8')) as T;
  expect(await read('ready.json')).toMatchObject({ ready: true, missing: [] });
  const answer = await read<Answer>('answer.json');
  expect(answer.coverage.notAnalysed).toEqual([]);
  expect(answer.executed.colours).toEqual([expect.objectContaining({ colour: 'black' })]);
});
