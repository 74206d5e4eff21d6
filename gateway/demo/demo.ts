import { existsSync, statSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { namedScenes } from '../../benchmarks/scenes/named.ts';
import { writeScene } from '../../benchmarks/scenes/write.ts';
import { untilFolded } from '../audit/reader.ts';
import { verifyLog } from '../audit/verify.ts';
import { type Client, createClient, exportPackage, GatewayError, watchJob } from '../client.ts';
import { packageNames } from '../evidence/names.ts';
import { verifyPackage } from '../evidence/verify.ts';
import { hashExhibit } from '../footage/commands.ts';
import { authorise, schedule } from '../requisition/issue.ts';
import type { Answer, Hit, Question } from '../search/types.ts';
import { showControl } from './control.ts';
import { seatProsecutor } from './habilitation.ts';
import { createDemoInstallation, type DemoInstallation, startGatewayProcess } from './installation.ts';
import { type DemoExhibit, demoAuthorisation, demoSchedule, scenePosition, yesterdayAt14 } from './requisition.ts';

// `npm run demo`: the product's main job on a throw-away installation, through the HTTP API like any agent.

const EXPORTED_HITS_PER_QUESTION = 3;

interface JobBody {
  readonly id: string;
  readonly exhibitId: string;
  readonly state: string;
  readonly failureCode?: string;
  readonly secondsDone: number;
  readonly remainingSeconds?: number;
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
  const file = path.join(folder, 'street.mp4');
  await writeScene(namedScenes.street, file);
  return file;
}

/** Folders with weights of full detectors: the caller's, or none. */
function modelFolders(): readonly string[] {
  const given = (process.env.DIFFERE_MODELS ?? '').split(':').filter((folder) => folder !== '');
  if (given.length > 0) return given.map((folder) => path.resolve(folder));
  say(
    'No DIFFERE_MODELS: what moves is found by the background model and named by the classifier that the repository ships.',
  );
  return [];
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
  for await (const job of watchJob<JobBody>(client, caseId, started.id)) {
    if (Math.floor(job.secondsDone) !== last) {
      last = Math.floor(job.secondsDone);
      const left = job.remainingSeconds === undefined ? '' : `, about ${job.remainingSeconds} s left`;
      say(`  ${name}: ${job.state}, ${last} of ${Math.floor(seconds)} s${left}`);
    }
    if (job.state === 'done') return job;
    if (job.state === 'failed' || job.state === 'cancelled')
      throw new Error(`${name}: analysis ${job.state} (${job.failureCode ?? '-'})`);
  }
  throw new Error(`${name}: the analysis did not end`);
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

/** One deposited file as the demo's result has it; a refused one says why instead. */
type ExhibitReport = { readonly file: string; readonly sha256: string; readonly [fact: string]: unknown };

interface Deposit {
  readonly file: string;
  /** NAME of its files. */
  readonly name: string;
  readonly scheduled: DemoExhibit;
}

/** Deposits one file, analyses it and keeps its boxes and ledger. A refusal is named and stops no other file. */
async function processed(client: Client, caseId: string, deposit: Deposit, out: string): Promise<ExhibitReport> {
  const { file, name, scheduled } = deposit;
  const report = { file: path.basename(file), sha256: scheduled.sha256 };
  say(`Deposit of ${report.file} (${(await stat(file)).size} bytes)`);
  try {
    await client.upload(file, scheduled.piece);
  } catch (error) {
    if (!(error instanceof GatewayError) || error.status >= 500) throw error;
    say(`  refused: ${error.message}`);
    return { ...report, refused: error.code };
  }
  const { exhibits } = await client.json<{
    exhibits: { id: string; piece: string; durationSeconds?: number; sealedAt?: string }[];
  }>('GET', `/api/v1/cases/${caseId}/exhibits`);
  const exhibit = exhibits.find((candidate) => candidate.piece === scheduled.piece);
  if (exhibit === undefined) throw new Error(`${report.file} was not sealed`);
  const job = await analysed(client, caseId, exhibit.id, report.file, exhibit.durationSeconds ?? 0);
  const route = `/api/v1/cases/${caseId}/jobs/${job.id}`;
  const result = JSON.parse(await client.text(`${route}/result`)) as ResultBody;
  await writeFile(path.join(out, `${name}.mot.txt`), await client.text(`${route}/mot`));
  await writeFile(path.join(out, `${name}.ledger.json`), `${JSON.stringify(result.ledger, null, 2)}\n`);
  const tracks: Record<string, number> = {};
  for (const track of result.tracks) tracks[track.class] = (tracks[track.class] ?? 0) + 1;
  return {
    ...report,
    durationSeconds: result.ledger.durationSeconds,
    frames: result.frames,
    tracks,
    coverage: result.ledger.totals,
    analysisSeconds: (Date.parse(job.finishedAt ?? '') - Date.parse(exhibit.sealedAt ?? '')) / 1000,
    decodedFrames: job.decodedFrames,
    detectorCalls: job.detectorCalls,
    digest: job.digest,
  };
}

/** Asks the demo's questions; gives their counts and some hits of each to export, every track once. */
async function asked(client: Client, caseId: string, questions: readonly Question[]) {
  const searches: { question: string; hits: number }[] = [];
  const chosen = new Map<string, Hit>();
  for (const question of questions) {
    const answer = await client.json<Answer>('POST', `/api/v1/cases/${caseId}/questions`, question);
    say(`  ${answer.inFrench}\n    → ${answer.total}`);
    searches.push({ question: answer.inFrench, hits: answer.total });
    for (const hit of answer.hits.slice(0, EXPORTED_HITS_PER_QUESTION)) {
      const track = `${hit.exhibitId}:${hit.track}`;
      if (!chosen.has(track)) chosen.set(track, hit);
    }
  }
  return { searches, hits: [...chosen.values()] };
}

interface Given {
  readonly files: readonly string[];
  /** Not the caller's: what is not said of a recording may be made up. */
  readonly areRendered: boolean;
}

/** Everything between a running gateway and the demo's result; the gateway is quiet when it returns. */
async function walk(installation: DemoInstallation, url: string, given: Given, out: string) {
  const { files, areRendered } = given;
  const captureStartMs = yesterdayAt14(Date.now());
  const names = packageNames(files.map((file) => path.basename(file)));
  const deposits: Deposit[] = [];
  for (const [index, file] of files.entries()) {
    const { sha256, sizeBytes, durationSeconds = 1 } = await hashExhibit(file);
    const piece = `SCELLE-${index + 1}`;
    const position = areRendered ? { position: scenePosition(index) } : {};
    const scheduled = { piece, sha256, sizeBytes, captureStartMs, durationSeconds, ...position };
    deposits.push({ file, name: names[index] ?? `piece-${index + 1}`, scheduled });
  }
  const { client, caseId, tokens } = await registered(
    installation,
    url,
    deposits.map(({ scheduled }) => scheduled),
  );
  say(`Requisition on record (env=test). ${files.length} exhibit(s) to deposit.`);
  const exhibits: ExhibitReport[] = [];
  for (const deposit of deposits) exhibits.push(await processed(client, caseId, deposit, out));

  const longest = Math.max(...deposits.map(({ scheduled }) => scheduled.durationSeconds));
  const kinds = exhibits.flatMap(({ tracks }) => Object.keys(tracks ?? {}));
  const { searches, hits } = await asked(
    client,
    caseId,
    questionsFor(kinds, captureStartMs, captureStartMs + Math.ceil(longest + 1) * 1000),
  );
  const packageFolder = path.join(out, 'package');
  await rm(packageFolder, { recursive: true, force: true });
  let verified = false;
  if (exhibits.some(({ refused }) => refused === undefined)) {
    for (const hit of hits) await validated(client, caseId, hit);
    await exportPackage(
      client,
      caseId,
      hits.map(({ id }) => id),
      packageFolder,
    );
    const verdict = await verifyPackage(packageFolder);
    for (const finding of verdict.findings) say(`  package: ${JSON.stringify(finding)}`);
    verified = verdict.verified;
    say(
      `  ${hits.length} hits seen and validated; package ${packageFolder}: ${verified ? 'verified' : 'NOT verified'}`,
    );
  }
  return { exhibits, searches, package: { path: packageFolder, verified }, tokens };
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { out: { type: 'string' }, serve: { type: 'boolean', default: false } },
  });
  const given = positionals.map((file) => path.resolve(file));
  const wrong = given.find((file) => !statSync(file, { throwIfNoEntry: false })?.isFile());
  if (wrong !== undefined) {
    say(`${existsSync(wrong) ? 'Not a file' : 'No such file'}: ${wrong}`);
    return 2;
  }
  const out =
    values.out === undefined ? await mkdtemp(path.join(tmpdir(), 'differe-demo-out-')) : path.resolve(values.out);
  await mkdir(out, { recursive: true });
  const root = await mkdtemp(path.join(tmpdir(), 'differe-demo-'));
  const files = given.length > 0 ? given : [await renderScene(root)];
  const installation = await createDemoInstallation(root, modelFolders());
  say('A dossier signed by demo keys covers this installation: it says "démo" in every member.');
  say('Starting the gateway…');
  const gateway = await startGatewayProcess(installation, { onStderr: (line) => say(`  gateway: ${line}`) }).catch(
    async (error: unknown) => {
      await rm(root, { recursive: true, force: true });
      throw error;
    },
  );
  try {
    const { tokens, ...result } = await walk(
      installation,
      gateway.url,
      { files, areRendered: given.length === 0 },
      out,
    );
    const control = await showControl(installation, gateway.url, out, say);
    if (!values.serve) await gateway.stop();
    await cp(installation.authoritiesFile, path.join(out, 'authorities.jwks.json'));
    await cp(installation.dossierFile, path.join(out, 'dossier.json'));
    const logFolder = path.join(out, 'log');
    await rm(logFolder, { recursive: true, force: true });
    await untilFolded(path.join(installation.dataDir, 'log'));
    await cp(path.join(installation.dataDir, 'log'), logFolder, { recursive: true });
    const log = await verifyLog(logFolder);
    say(`  log ${logFolder}: ${log.ok ? `${log.size} records, verified` : 'NOT verified'}`);
    if (!log.ok) for (const finding of log.findings) say(`  log: ${JSON.stringify(finding)}`);
    if (values.serve) await offer(installation, gateway.url, out, tokens);
    console.log(
      JSON.stringify({ ...result, control, log: { ...(log.ok ? { size: log.size } : {}), verified: log.ok } }),
    );
    if (values.serve) await ended();
    const refused = result.exhibits.some((exhibit) => exhibit.refused !== undefined);
    const { forbiddenModels, revocation, erasure } = control;
    const controlled =
      forbiddenModels.refused === forbiddenModels.tried && revocation.code === 'E_REQ_REVOKED' && erasure.verified;
    return result.package.verified && log.ok && !refused && controlled ? 0 : 1;
  } finally {
    await gateway.stop();
    await rm(root, { recursive: true, force: true });
  }
}

/** Says where the console is, and keeps what it asks for: the agent's key and the two tokens of this demo, and the key of a prosecutor. */
async function offer(installation: DemoInstallation, url: string, out: string, tokens: object): Promise<void> {
  const keep = async (name: string, access: object): Promise<string> => {
    const file = path.join(out, name);
    await writeFile(file, `${JSON.stringify({ url, ...access }, null, 2)}\n`, { mode: 0o600 });
    return file;
  };
  const own = await keep('access.json', { agentKey: installation.agentKey, ...tokens });
  const control = await keep('control.json', { agentKey: await seatProsecutor(installation, url) });
  say(`Console: ${url}/\n  open it with ${own}\n  or, as who controls, with ${control}\n  Ctrl-C ends it`);
}

const ended = (): Promise<void> =>
  new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });

process.exitCode = await main().catch((error: unknown) => {
  if (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')) {
    say(`${error.message}\nUsage: npm run demo [-- [FILE...] [--out DIR] [--serve]]`);
    return 2;
  }
  say(
    error instanceof GatewayError
      ? error.message
      : String(error instanceof Error ? (error.stack ?? error.message) : error),
  );
  return 3;
});
