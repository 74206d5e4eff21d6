import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelsCommand } from '../../gateway/analysis/commands.ts';
import { auditCommand } from '../../gateway/audit/commands.ts';
import { caseCommand } from '../../gateway/case-commands.ts';
import { createClient, type GatewayError } from '../../gateway/client.ts';
import type { Command } from '../../gateway/command.ts';
import { evidenceCommand } from '../../gateway/evidence/commands.ts';
import { exhibitCommand, footageCommand } from '../../gateway/footage/commands.ts';
import { requisitionCommand } from '../../gateway/requisition/commands.ts';
import type { Answer } from '../../gateway/search/types.ts';
import { exhibitOf, type Line, sceneFile, startLine, type Tokens, tokensFor } from '../support/line.ts';

// The command as a person starts it: words in, a result on stdout, sentences on stderr, one of four exit codes.

interface Said {
  readonly exit: number | null;
  readonly out: string;
  readonly err: string;
}

const CLI = path.join(import.meta.dirname, '../../gateway/cli.ts');

function differe(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Said> {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith('DIFFERE_')));
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', CLI, ...args], {
    env: { ...inherited, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.err += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exit) => resolve({ exit, ...said }));
  });
}

async function inProcess(command: Command, args: readonly string[]): Promise<Said> {
  const said = { out: '', err: '' };
  const exit = await command(args, {
    out: (text) => {
      said.out += `${text}\n`;
    },
    err: (text) => {
      said.err += `${text}\n`;
    },
  });
  return { exit, ...said };
}

const ROOMS: Readonly<Record<string, Command>> = {
  requisition: requisitionCommand,
  exhibit: exhibitCommand,
  footage: footageCommand,
  models: modelsCommand,
  audit: auditCommand,
  evidence: evidenceCommand,
  case: caseCommand,
};

function expectWrongCall(said: Said, args: readonly string[]): void {
  expect([said.exit, said.out], args.join(' ')).toEqual([2, '']);
  expect(said.err, args.join(' ')).toMatch(/^\S.*\n\nUsage:\ndiffere /);
  expect(said.err).not.toContain('    at ');
}

/** A port of the loopback that nobody listens on. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('differe', () => {
  let folder: string;
  let key: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'differe-cli-'));
    key = path.join(folder, 'agent.json');
    expect((await differe(['requisition', 'keygen', '--out', key])).exit).toBe(0);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('prints its usage on stderr and exits 0 when it is asked for help, anywhere', async () => {
    for (const args of [['--help'], ['help']]) {
      const said = await differe(args);
      expect([said.exit, said.out], args.join(' ')).toEqual([0, '']);
      for (const name of ['serve', 'requisition', 'exhibit', 'footage', 'models', 'audit', 'evidence', 'case']) {
        expect(said.err).toContain(name);
      }
    }
    const serve = await differe(['serve', '--help']);
    expect(serve).toEqual({ exit: 0, out: '', err: 'Usage:\ndiffere serve\n' });
    for (const [name, command] of Object.entries(ROOMS)) {
      for (const args of [['--help'], ['help'], ['list', '-h']]) {
        const said = await inProcess(command, args);
        expect([said.exit, said.out], name).toEqual([0, '']);
        expect(said.err).toMatch(new RegExp(`^Usage:\\ndiffere ${name}`));
      }
    }
  });

  it('exits 2 with a sentence, the usage and no stack when it is called wrongly', async () => {
    for (const args of [[], ['burn'], ['toString'], ['serve', 'now'], ['models', 'list', '--wrong']]) {
      expectWrongCall(await differe(args), args);
    }
    const kept = await readFile(key, 'utf8');
    for (const args of [
      ['requisition', 'keygen'],
      ['worker', 'key'],
      ['audit', 'witness-key', '--name', 'w'],
    ]) {
      expectWrongCall(await differe([...args, '--out', key]), args);
      expect(await readFile(key, 'utf8'), args.join(' ')).toBe(kept);
    }
    for (const command of Object.values(ROOMS)) expectWrongCall(await inProcess(command, ['burn']), ['burn']);
  });

  it('exits 2 for files, keys, addresses and ids that are none', async () => {
    const absent = path.join(folder, 'absent');
    const text = path.join(folder, 'text');
    await writeFile(text, 'no json');
    const url = ['--url', 'http://127.0.0.1:9999'];
    const door = [...url, '--agent', key];
    const under = [...door, '--requisition', crypto.randomUUID()];
    for (const [command, ...args] of [
      [auditCommand, 'verify', absent],
      [evidenceCommand, 'verify', absent],
      [evidenceCommand, 'verify', folder, '--key', text],
      [footageCommand, 'inspect', absent],
      [caseCommand],
      [caseCommand, 'list', ...url],
      [caseCommand, 'list', '--agent', key],
      [caseCommand, 'list', ...url, '--agent', absent],
      [caseCommand, 'list', '--agent', absent],
      [caseCommand, 'list', ...url, '--agent', text],
      [caseCommand, 'list', '--url', 'nowhere', '--agent', key],
      [caseCommand, 'list', '--url', 'ftp://127.0.0.1', '--agent', key],
      [caseCommand, 'list', '--access', absent],
      [caseCommand, 'open', ...door],
      [caseCommand, 'open', ...door, text],
      [caseCommand, 'open', ...door, key],
      [caseCommand, 'deposit', ...door, '--piece', 'S-1', text],
      [caseCommand, 'deposit', ...door, '--requisition', 'x', '--piece', 'S-1', text],
      [caseCommand, 'deposit', ...under, text],
      [caseCommand, 'deposit', ...under, '--piece', 'S-1', absent],
      [caseCommand, 'ask', ...under, text],
    ] as const) {
      expectWrongCall(await inProcess(command, args), args);
    }
  });

  it('exits 3 and says that it cannot reach a gateway that is not there', async () => {
    const url = `http://127.0.0.1:${await closedPort()}`;
    const said = await differe(['case', 'list', '--url', url, '--agent', key]);
    expect(said).toEqual({ exit: 3, out: '', err: `cannot reach ${url} (ECONNREFUSED)\n` });
  });

  it('exits 3 for an address where something else answers', async () => {
    for (const status of [200, 404]) {
      const server = createHttpServer((_request, response) => response.writeHead(status).end('<p>hello</p>'));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const said = await inProcess(caseCommand, ['list', '--url', url, '--agent', key]);
      server.close();
      expect([said.exit, said.out], `${status}`).toEqual([3, '']);
      expect(said.err).toMatch(/^E_INTERNAL \(\d+\): .+\n$/);
    }
  });

  it('an upload says that the gateway is gone, too', async () => {
    const url = `http://127.0.0.1:${await closedPort()}`;
    const client = createClient({ url, agentKey: JSON.parse(await readFile(key, 'utf8')) });
    await expect(client.upload(key, 'S-1')).rejects.toThrow(`cannot reach ${url} (ECONNREFUSED)`);
  });

  it('evidence verify names its findings in the JSON and on stderr', async () => {
    const empty = path.join(folder, 'package');
    await mkdir(empty);
    const said = await differe(['evidence', 'verify', empty]);
    expect(said.exit).toBe(1);
    const { verified, findings } = JSON.parse(said.out) as { verified: boolean; findings: { file: string }[] };
    expect(verified).toBe(false);
    expect(findings.length).toBeGreaterThan(0);
    for (const { file } of findings) expect(said.err).toContain(`${file}: `);
  });

  it('models list says where the weights of each card were found', async () => {
    const models = path.resolve(import.meta.dirname, '../models');
    const said = await differe(['models', 'list'], { DIFFERE_MODELS: models });
    const listed = JSON.parse(said.out) as { name: string; weights: string | null }[];
    expect(listed.find(({ name }) => name === 'blob-detector')?.weights).toBe(path.join(models, 'blob-detector.onnx'));
    expect(listed.find(({ name }) => name === 'yolox-nano')?.weights).toBeNull();
  });
});

describe('differe case', () => {
  let line: Line;
  let scene: string;
  let tokens: Tokens;
  let agent: string[];
  beforeAll(async () => {
    line = await startLine();
    scene = await sceneFile(line.folder, 'crossing');
    tokens = await tokensFor(line, [
      await exhibitOf(scene, 'SCELLE-1', line.captureStartMs, 14),
      await exhibitOf(await sceneFile(line.folder, 'crossing', '.mkv'), 'SCELLE-2', line.captureStartMs, 14),
    ]);
    agent = ['--url', line.gateway.url, '--agent', await write('agent.json', line.installation.agentKey)];
  });
  afterAll(async () => {
    await line[Symbol.asyncDispose]();
  });

  async function write(name: string, content: object): Promise<string> {
    const file = path.join(line.folder, name);
    await writeFile(file, JSON.stringify(content));
    return file;
  }
  const access = () => write('access.json', { url: line.gateway.url, agentKey: line.installation.agentKey, ...tokens });

  it('DEF-10: opens a case, deposits and analyses an exhibit with an estimate before it, and asks, through the API alone', async () => {
    const pair = await write('pair.json', { authorisation: tokens.authorisation, schedule: tokens.schedule });
    const opened = await differe(['case', 'open', ...agent, pair]);
    expect(opened).toMatchObject({ exit: 0, err: '' });
    const { caseId, requisitionId } = JSON.parse(opened.out) as { caseId: string; requisitionId: string };
    expect(requisitionId).toBe(tokens.requisitionId);
    const again = await differe(['case', 'open', '--access', await access()]);
    expect([again.exit, again.out]).toEqual([1, '']);
    expect(again.err).toMatch(
      /^E_REQ_REPLAY: Ce jeton.*\nThis token .*\n {2}requisition \/jti: déjà.* \/ already on record: `case list`/,
    );

    const listed = await differe(['case', 'list', ...agent]);
    expect(listed.exit).toBe(0);
    expect(JSON.parse(listed.out)).toMatchObject({ cases: [{ id: caseId, requisitions: [{ id: requisitionId }] }] });

    const under = [...agent, '--requisition', requisitionId];
    const deposited = await differe(['case', 'deposit', ...under, '--piece', 'SCELLE-1', scene]);
    expect(deposited.err).toMatch(/^Deposit: 100 %$/m);
    expect(deposited.err).toMatch(/^Analysis: done, 14 of 14 s$/m);
    expect(deposited.exit).toBe(0);
    expect(JSON.parse(deposited.out)).toEqual({
      exhibitId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      jobId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      state: 'done',
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      estimatedSeconds: expect.any(Number),
    });
    // DEF-10: said before the run, and no finer than what is left of one.
    const { estimatedSeconds } = JSON.parse(deposited.out) as { estimatedSeconds: number };
    expect([estimatedSeconds > 0, estimatedSeconds % 10]).toEqual([true, 0]);
    expect(deposited.err).toMatch(/^An analysis would take about \d+ s\nAnalysis \S+ started$/m);

    const question = await write('question.json', { version: 1, classes: ['person'], colours: [{ colour: 'red' }] });
    const asked = await differe(['case', 'ask', ...under, question]);
    expect(asked).toMatchObject({ exit: 0, err: '' });
    const answer = JSON.parse(asked.out) as Answer;
    expect(answer.total).toBe(1);
    expect(answer.hits[0]?.exhibitId).toBe((JSON.parse(deposited.out) as { exhibitId: string }).exhibitId);
  });

  it('HUM-01: shows a hit, takes the verdict of who saw it, exports it, and the package verifies against the published key', async () => {
    const under = [...agent, '--requisition', tokens.requisitionId];
    const asked = await differe([
      'case',
      'ask',
      ...under,
      await write('one.json', { version: 1, classes: ['person'] }),
    ]);
    const [hit, other] = (JSON.parse(asked.out) as Answer).hits.map(({ id }) => id);
    if (hit === undefined || other === undefined) throw new Error('no two hits');
    // A picture that cannot be written was seen by nobody.
    const nowhere = path.join(line.folder, 'no-folder', 'hit.jpg');
    expect((await differe(['case', 'picture', ...under, '--out', nowhere, hit])).exit).toBe(3);
    const unseen = await differe(['case', 'confirm', ...under, hit]);
    expect([unseen.exit, unseen.err]).toEqual([1, expect.stringContaining('E_HUM_UNVALIDATED')]);
    for (const each of [hit, other]) {
      const seen = await differe(['case', 'picture', ...under, '--out', path.join(line.folder, `${each}.jpg`), each]);
      expect([seen.exit, seen.err]).toEqual([0, '']);
    }
    expect((await readFile(path.join(line.folder, `${hit}.jpg`))).subarray(0, 2)).toEqual(Buffer.from([0xff, 0xd8]));
    expect((await differe(['case', 'confirm', ...under, hit])).out).toBe(`{"hitId":"${hit}","verdict":"confirmed"}\n`);
    expect((await differe(['case', 'reject', ...under, other])).out).toContain('"verdict":"rejected"');
    const folder = path.join(line.folder, 'package');
    const refused = await differe(['case', 'export', ...under, '--out', folder, other]);
    expect([refused.exit, refused.err]).toEqual([1, expect.stringContaining('E_HUM_UNVALIDATED')]);
    const made = await differe(['case', 'export', ...under, '--out', folder, hit]);
    expect([made.exit, made.err]).toEqual([0, '']);
    expect(JSON.parse(made.out)).toEqual({ exportId: expect.any(String), package: folder });
    const keysDir = line.installation.environment.DIFFERE_KEYS ?? path.join(line.installation.dataDir, 'keys');
    const key = await differe(['evidence', 'key', '--keys', keysDir]);
    expect(Object.keys(JSON.parse(key.out) as object).toSorted()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x']);
    const file = await write('published.json', JSON.parse(key.out) as object);
    const verified = await differe(['evidence', 'verify', folder, '--key', file]);
    expect([verified.exit, JSON.parse(verified.out)]).toMatchObject([0, { verified: true }]);
    const wrong = await write('other.json', line.installation.agentKey);
    expect((await differe(['evidence', 'verify', folder, '--key', wrong])).exit).toBe(1);
    expect((await differe(['evidence', 'key', '--keys', line.folder])).exit).toBe(2);
    expect((await differe(['case', 'confirm', ...under, 'x'])).exit).toBe(2);
    expect((await differe(['case', 'confirm', ...under, hit, other])).exit).toBe(2);
  });

  it('takes the access file of the demo for address, key and requisition, and leaves the analysis when told', async () => {
    const door = ['--access', await access()];
    const file = path.join(line.folder, 'crossing.mkv');
    const deposited = await differe(['case', 'deposit', ...door, '--piece', 'SCELLE-2', '--no-analysis', file]);
    expect(deposited.exit).toBe(0);
    expect(JSON.parse(deposited.out)).toMatchObject({
      jobId: null,
      state: 'sealed',
      digest: null,
      estimatedSeconds: 10,
    });
    expect(deposited.err).not.toContain('Analysis');
    const question = await write('all.json', { version: 1, classes: ['person'] });
    const asked = await differe(['case', 'ask', ...door, question]);
    expect((JSON.parse(asked.out) as Answer).coverage.notAnalysed).toHaveLength(1);
  });

  it.each(['DIFFERE_PORT', 'DIFFERE_METRICS_PORT'])(
    'serve says that the port of %s is taken, by a code, before it starts anything',
    async (key) => {
      const { port } = new URL(line.gateway.url);
      const serve = await differe(['serve'], { ...line.installation.environment, [key]: port });
      expect([serve.exit, serve.out]).toEqual([3, '']);
      expect(serve.err).toMatch(/^E_PORT: Le port .*\nThe port .* \[DIFFERE_(METRICS_)?PORT=\d+: EADDRINUSE\]\n$/);
      expect(serve.err).toContain(`[${key}=${port}`);
    },
  );

  it.each([
    ['DIFFERE_DATA', '/proc/differe/data', 'ENOENT'],
    ['DIFFERE_SCRATCH', `${CLI}/scratch`, 'ENOTDIR'],
    ['DIFFERE_KEYS', '/sys/differe-keys', 'E(PERM|ACCES|ROFS)'],
  ])('serve says by a code that it may not make the folder of %s', async (key, folder, reason) => {
    const serve = await differe(['serve'], { ...line.installation.environment, [key]: folder });
    expect([serve.exit, serve.out]).toEqual([3, '']);
    expect(serve.err).toMatch(
      new RegExp(`^E_FOLDER: Un dossier .*\\nA folder .* \\[${key}=${folder}: ${reason}\\]\\n$`),
    );
  });

  it('says which part of a request is wrong, and by which rule, whatever of it is', async () => {
    const client = createClient({
      url: line.gateway.url,
      agentKey: line.installation.agentKey,
      requisitionId: tokens.requisitionId,
    });
    const { cases } = await client.json<{ cases: { id: string }[] }>('GET', '/api/v1/cases');
    const of = `/api/v1/cases/${cases[0]?.id}`;
    const faultsOf = async (method: string, route: string, body?: unknown): Promise<unknown> =>
      await client.json(method, route, body).catch((error: GatewayError) => [error.code, ...error.faults]);
    const uuid = { pointer: '/exhibitId', rule: 'format', expected: ['uuid'] };
    expect(await faultsOf('POST', `${of}/jobs`, { exhibitId: 'AB-123-CD' })).toMatchObject([
      'E_REQUEST',
      { in: 'body', ...uuid },
    ]);
    expect(await faultsOf('GET', `${of}/exhibits/AB-123-CD`)).toMatchObject(['E_REQUEST', { in: 'path', ...uuid }]);
    expect(await faultsOf('GET', `${of}/exhibits?limit=0`)).toMatchObject([
      'E_REQUEST',
      { in: 'query', pointer: '/limit', rule: 'minimum', expected: ['1'] },
    ]);
    const answer = await fetch(new URL('/api/v1/acts', line.gateway.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"act":',
    });
    expect(await answer.json()).toMatchObject({
      code: 'E_REQUEST',
      errors: [{ in: 'body', pointer: '', rule: 'json', detail: 'ceci ne se lit pas comme du JSON' }],
    });
  });

  it('passes a refusal on with its code, in both languages, and exits 1', async () => {
    const door = ['--access', await access()];
    const unlisted = await differe(['case', 'deposit', ...door, '--piece', 'SCELLE-9', scene]);
    expect([unlisted.exit, unlisted.out]).toEqual([1, '']);
    expect(unlisted.err).toMatch(/^E_[A-Z_]+: /m);
    const wrong = await differe(['case', 'ask', ...door, await write('wrong.json', { version: 1, name: 'X' })]);
    expect([wrong.exit, wrong.out]).toEqual([1, '']);
    expect(wrong.err).toMatch(/^E_QUESTION: La question.*\nThe question /);
    expect(wrong.err).toMatch(/^ {2}body \/name: champ inconnu ; .*classes.* \/ unknown member; .*classes/m);
    const stranger = await differe(['case', 'ask', ...agent, '--requisition', crypto.randomUUID(), await access()]);
    expect([stranger.exit, stranger.out]).toEqual([1, '']);
    expect(stranger.err).toContain('E_HAB_CASE');
  });
});
