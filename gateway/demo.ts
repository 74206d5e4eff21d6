import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { verifyLog } from './audit/verify.ts';
import { type Client, createClient, GatewayError } from './client.ts';
import { createDemoInstallation, type DemoInstallation, startGatewayProcess } from './demo-installation.ts';
import { type DemoExhibit, demoAuthorisation, demoSchedule, yesterdayAt14 } from './demo-requisition.ts';
import { packageNames } from './evidence/names.ts';
import { verifyPackage } from './evidence/verify.ts';
import { hashExhibit } from './footage/commands.ts';
import { authorise, schedule } from './requisition/issue.ts';
import type { Answer, Hit, Question } from './search/types.ts';

// `npm run demo`: the product's main job on a throw-away installation, through the HTTP API like any agent.

const EXPORTED_HITS_PER_QUESTION = 3;
const POLL_MS = 300;

interface JobBody {
  readonly id: string;
  readonly exhibitId: string;
  readonly state: string;
  readonly failureCode?: string;
  readonly secondsDone: number;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  readonly digest?: string;
  readonly decodedFrames?: number;
  readonly detectorCalls?: number;
}

interface ResultBody {
  readonly frames: number;
  readonly ledger: { readonly durationSeconds: number; readonly totals: Record<string, number> };
  readonly tracks: readonly { readonly class: string }[];
}

const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** The scene that is shown when no file is given: rendered by this project, so it may go anywhere. */
async function renderScene(folder: string): Promise<string> {
  const { namedScenes, writeScene } = await import('../benchmarks/scenes/named.ts').then(async (named) => ({
    namedScenes: named.namedScenes,
    writeScene: (await import('../benchmarks/scenes/write.ts')).writeScene,
  }));
  const file = path.join(folder, 'street.mp4');
  await writeScene(namedScenes.street, file);
  return file;
}

/** Folders with weights: the caller's, else the test detector that finds the rendered scene's objects. */
function modelFolders(): readonly string[] {
  const given = (process.env.DIFFERE_MODELS ?? '').split(':').filter((folder) => folder !== '');
  if (given.length > 0) return given.map((folder) => path.resolve(folder));
  say('No DIFFERE_MODELS: the test detector is used. It knows the rendered scene and nothing else.');
  return [path.join(import.meta.dirname, '..', 'test', 'models')];
}

async function registered(installation: DemoInstallation, url: string, exhibits: readonly DemoExhibit[]) {
  const now = Date.now();
  const authorisationClaims = demoAuthorisation(now);
  const scheduleClaims = demoSchedule(now, authorisationClaims, installation.agentThumbprint, exhibits);
  const tokens = {
    authorisation: await authorise(authorisationClaims, installation.magistrateKey),
    schedule: await schedule(scheduleClaims, installation.officerKey),
  };
  const newcomer = createClient({ url, agentKey: installation.agentKey });
  const { caseId } = await newcomer.json<{ caseId: string }>('POST', '/api/v1/requisitions', tokens);
  const client = createClient({ url, agentKey: installation.agentKey, requisitionId: scheduleClaims.jti });
  return { client, caseId, tokens };
}

async function analysed(
  client: Client,
  caseId: string,
  exhibitId: string,
  name: string,
  seconds: number,
): Promise<JobBody> {
  const started = await client.json<JobBody>('POST', `/api/v1/cases/${caseId}/jobs`, { exhibitId });
  let last = -1;
  for (;;) {
    const job = await client.json<JobBody>('GET', `/api/v1/cases/${caseId}/jobs/${started.id}`);
    if (Math.floor(job.secondsDone) !== last) {
      last = Math.floor(job.secondsDone);
      say(`  ${name}: ${job.state}, ${last} of ${Math.round(seconds)} s`);
    }
    if (job.state === 'done') return job;
    if (job.state === 'failed' || job.state === 'cancelled')
      throw new Error(`${name}: analysis ${job.state} (${job.failureCode ?? '-'})`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** What an investigator would ask first: each kind of thing that was found, and a colour within a span of time. */
function questionsFor(kinds: readonly string[], fromMs: number, toMs: number): readonly Question[] {
  const span = { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() };
  const questions: Question[] = [];
  if (kinds.includes('person')) questions.push({ version: 1, classes: ['person'], time: span });
  if (kinds.includes('car')) {
    questions.push({ version: 1, classes: ['car'], time: span });
    questions.push({ version: 1, classes: ['car'], colours: [{ colour: 'red' }], time: span });
  }
  questions.push({
    version: 1,
    classes: ['vehicle'],
    zone: [
      { x: 0, y: 0.5 },
      { x: 1, y: 0.5 },
      { x: 1, y: 1 },
      { x: 0, y: 1 },
    ],
    time: span,
  });
  return questions;
}

/** Looks at a hit's picture and validates it, as a person would; the agent is the demo's. */
async function validated(client: Client, caseId: string, hit: Hit): Promise<void> {
  await client.bytes(`/api/v1/cases/${caseId}/hits/${hit.id}/still?size=full`);
  await client.json('PUT', `/api/v1/cases/${caseId}/hits/${hit.id}/verdict`, { verdict: 'confirmed' });
}

async function exported(client: Client, caseId: string, hits: readonly Hit[], folder: string): Promise<void> {
  const created = await client.json<{ id: string; state: string }>('POST', `/api/v1/cases/${caseId}/exports`, {
    hits: hits.map((hit) => hit.id),
  });
  for (;;) {
    const state = await client.json<{ state: string; failureCode?: string; files?: { path: string }[] }>(
      'GET',
      `/api/v1/cases/${caseId}/exports/${created.id}`,
    );
    if (state.state === 'failed') throw new Error(`the export failed (${state.failureCode ?? '-'})`);
    if (state.state === 'done') {
      for (const file of state.files ?? []) {
        const target = path.join(folder, file.path);
        await mkdir(path.dirname(target), { recursive: true });
        await writeFile(target, await client.bytes(`/api/v1/cases/${caseId}/exports/${created.id}/files/${file.path}`));
      }
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { out: { type: 'string' }, serve: { type: 'boolean', default: false } },
  });
  const root = await mkdtemp(path.join(tmpdir(), 'differe-demo-'));
  const out = path.resolve(values.out ?? path.join(root, 'out'));
  await mkdir(out, { recursive: true });
  const files = positionals.length > 0 ? positionals.map((file) => path.resolve(file)) : [await renderScene(root)];
  for (const file of files) {
    if (!existsSync(file)) {
      say(`No such file: ${file}`);
      return 2;
    }
  }
  const installation = await createDemoInstallation(root, modelFolders());
  say('Starting the gateway…');
  const gateway = await startGatewayProcess(installation, { onStderr: (line) => say(`  gateway: ${line}`) });
  try {
    const captureStartMs = yesterdayAt14(Date.now());
    const facts = await Promise.all(files.map((file) => hashExhibit(file)));
    const scheduledExhibits = files.map((_file, index): DemoExhibit => {
      const fact = facts[index];
      if (fact === undefined) throw new Error('a file was not hashed');
      return {
        piece: `SCELLE-${index + 1}`,
        sha256: fact.sha256,
        sizeBytes: fact.sizeBytes,
        captureStartMs,
        durationSeconds: fact.durationSeconds ?? 1,
      };
    });
    const { client, caseId, tokens } = await registered(installation, gateway.url, scheduledExhibits);
    say(`Requisition on record (env=test). ${files.length} exhibit(s) to deposit.`);
    const names = packageNames(files.map((file) => path.basename(file)));

    const exhibits: unknown[] = [];
    const kinds = new Set<string>();
    let longest = 0;
    for (const [index, file] of files.entries()) {
      const scheduledExhibit = scheduledExhibits[index];
      const name = names[index];
      if (scheduledExhibit === undefined || name === undefined) throw new Error('an exhibit is missing');
      say(`Deposit of ${path.basename(file)} (${(await stat(file)).size} bytes)`);
      await client.upload(file, scheduledExhibit.piece);
      const listed = await client.json<{
        exhibits: { id: string; piece: string; durationSeconds?: number; sealedAt?: string }[];
      }>('GET', `/api/v1/cases/${caseId}/exhibits`);
      const exhibit = listed.exhibits.find((candidate) => candidate.piece === scheduledExhibit.piece);
      if (exhibit === undefined) throw new Error(`${file} was not sealed`);
      const job = await analysed(client, caseId, exhibit.id, path.basename(file), exhibit.durationSeconds ?? 0);
      const text = await client.text(`/api/v1/cases/${caseId}/jobs/${job.id}/result`);
      const result = JSON.parse(text) as ResultBody;
      await writeFile(
        path.join(out, `${name}.mot.txt`),
        await client.text(`/api/v1/cases/${caseId}/jobs/${job.id}/mot`),
      );
      await writeFile(path.join(out, `${name}.ledger.json`), `${JSON.stringify(result.ledger, null, 2)}\n`);
      const tracks: Record<string, number> = {};
      for (const track of result.tracks) tracks[track.class] = (tracks[track.class] ?? 0) + 1;
      for (const kind of Object.keys(tracks)) kinds.add(kind);
      longest = Math.max(longest, result.ledger.durationSeconds);
      exhibits.push({
        file: path.basename(file),
        sha256: scheduledExhibit.sha256,
        durationSeconds: result.ledger.durationSeconds,
        frames: result.frames,
        tracks,
        coverage: result.ledger.totals,
        analysisSeconds: (Date.parse(job.finishedAt ?? '') - Date.parse(exhibit.sealedAt ?? '')) / 1000,
        decodedFrames: job.decodedFrames,
        detectorCalls: job.detectorCalls,
        digest: job.digest,
      });
    }

    const searches: { question: string; hits: number }[] = [];
    const toExport = new Map<string, Hit>();
    for (const question of questionsFor(
      [...kinds],
      captureStartMs,
      captureStartMs + Math.ceil(longest) * 1000 + 1000,
    )) {
      const answer = await client.json<Answer>('POST', `/api/v1/cases/${caseId}/questions`, question);
      say(`  ${answer.inFrench}\n    → ${answer.total}`);
      searches.push({ question: answer.inFrench, hits: answer.total });
      for (const hit of answer.hits.slice(0, EXPORTED_HITS_PER_QUESTION)) {
        const key = `${hit.exhibitId}:${hit.track}`;
        if (!toExport.has(key)) toExport.set(key, hit);
      }
    }
    for (const hit of toExport.values()) await validated(client, caseId, hit);
    const packageFolder = path.join(out, 'package');
    await rm(packageFolder, { recursive: true, force: true });
    await exported(client, caseId, [...toExport.values()], packageFolder);
    const packageVerdict = await verifyPackage(packageFolder);
    for (const finding of packageVerdict.findings) say(`  package: ${JSON.stringify(finding)}`);

    if (values.serve) {
      const access = { url: gateway.url, agentKey: installation.agentKey, ...tokens };
      if (values.out !== undefined)
        await writeFile(path.join(out, 'access.json'), `${JSON.stringify(access, null, 2)}\n`, { mode: 0o600 });
    } else {
      await gateway.stop();
    }
    const logFolder = path.join(out, 'log');
    await rm(logFolder, { recursive: true, force: true });
    await cp(path.join(installation.dataDir, 'log'), logFolder, { recursive: true });
    const log = await verifyLog(logFolder);
    const verified = packageVerdict.verified && log.ok;
    console.log(
      JSON.stringify({
        exhibits,
        searches,
        package: { path: packageFolder, verified: packageVerdict.verified },
        log: { size: log.ok ? log.size : 0, verified: log.ok },
      }),
    );
    if (values.serve) {
      say(`Console: ${gateway.url}/  (Ctrl-C ends it)`);
      await new Promise<void>((resolve) => {
        process.once('SIGINT', () => resolve());
        process.once('SIGTERM', () => resolve());
      });
      await gateway.stop();
    }
    return verified ? 0 : 1;
  } finally {
    await gateway.stop();
    if (values.out !== undefined) await rm(root, { recursive: true, force: true });
  }
}

process.exitCode = await main().catch((error: unknown) => {
  say(
    error instanceof GatewayError
      ? error.message
      : String(error instanceof Error ? (error.stack ?? error.message) : error),
  );
  return 3;
});
