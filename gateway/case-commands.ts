import { mkdir, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { JWK } from 'jose';
import { type Client, createClient, exportPackage, GatewayError, UnreachableError, watchJob } from './client.ts';
import {
  answering,
  type Command,
  type CommandIo,
  type ExitCode,
  fileText,
  needFile,
  needNoFile,
  onlyFile,
  sentencesOf,
  UsageError,
  writeNew,
} from './command.ts';
import { AppError, isErrorCode } from './errors.ts';
import { isUuid } from './ids.ts';
import { parseOrRefuse, publicJwkOf, readCompactJws } from './trust/jws.ts';
import { isJsonObject } from './trust/strict-json.ts';

// `differe case ...`: an agent's work from a terminal. Clients of the HTTP API like any other: the command line has no door of its own.

const USAGE = `differe case open --url URL --agent KEY.json FILE       FILE: JSON with authorisation and schedule
differe case list --url URL --agent KEY.json
differe case deposit --url URL --agent KEY.json --requisition ID --piece PIECE [--no-analysis] FILE
differe case ask --url URL --agent KEY.json --requisition ID QUESTION.json
differe case picture --url URL --agent KEY.json --requisition ID --out FILE.jpg HIT     to be looked at before a verdict
differe case confirm / reject --url URL --agent KEY.json --requisition ID HIT...
differe case export --url URL --agent KEY.json --requisition ID --out DIR HIT...       a package of confirmed hits
differe case close --url URL --agent KEY.json [--out CERT] CLOSURE.jws    a magistrate's closure of the procedure
differe case erase --url URL --agent KEY.json [--out CERT] ORDER.jws      a magistrate's order to erase
    --access FILE stands for --url, --agent and --requisition: JSON with url, agentKey, authorisation and schedule`;

/** A script that deposits a folder meets a gateway that is busy: it comes back as it is told to. */
const PATIENCE_MS = 60_000;

const DOOR = {
  url: { type: 'string' },
  agent: { type: 'string' },
  access: { type: 'string' },
} as const;

interface DoorValues {
  readonly url?: string | undefined;
  readonly agent?: string | undefined;
  readonly access?: string | undefined;
  readonly requisition?: string | undefined;
}

/** Where the gateway is, who asks and under which act. */
interface Door {
  readonly url: string;
  readonly agentKey: JWK;
  readonly requisitionId: string | undefined;
  /** The tokens that an access file holds. */
  readonly tokens: TokenPair | undefined;
}

interface TokenPair {
  readonly authorisation: string;
  readonly schedule: string;
}

/** `differe case ...`. A refusal of the gateway is exit 1; no gateway, or one that failed, is exit 3. */
export const caseCommand: Command = (args, io) =>
  answering(args, io, USAGE, async () => {
    const [name, ...rest] = args;
    const command = name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (command === undefined) throw new UsageError('No such sub-command');
    try {
      return await command(rest, io);
    } catch (error) {
      if (error instanceof UnreachableError) {
        io.err(error.message);
        return 3;
      }
      if (!(error instanceof GatewayError)) throw error;
      const { code } = error;
      // What answers without a code of the table is no gateway that refused: it failed, or is something else.
      const worded = isErrorCode(code) && code !== 'E_INTERNAL';
      io.err(worded ? sentencesOf(code, undefined, error.faults) : error.message);
      return worded && error.status < 500 ? 1 : 3;
    }
  });

const COMMANDS: Readonly<Record<string, Command>> = {
  open,
  list,
  deposit,
  ask,
  picture,
  confirm: (args, io) => review('confirmed', args, io),
  reject: (args, io) => review('rejected', args, io),
  export: exportHits,
  close: handOver,
  erase: handOver,
};

/**
 * Hands over a signed act that ends a case. Prints what came of it; the certificate, where the case is erased, goes into the file of `--out`.
 * Exit 1 when the act asks for an erasure that is not done.
 */
async function handOver(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { ...DOOR, out: { type: 'string' } },
  });
  const { url, agentKey } = await readDoor(values);
  const act = (await fileText(onlyFile(positionals))).trim();
  const { out } = values;
  if (out !== undefined) await needNoFile(out);
  const client = createClient({ url, agentKey });
  const { id, refusal } = await presented(client, act);
  const erasure = await client
    .json<{ finishedAt?: string; certificate?: string }>('GET', `/api/v1/erasures/${id}`)
    .catch((error: unknown) => {
      if (error instanceof GatewayError && error.code === 'E_PRO_SILO') return undefined;
      throw error;
    });
  // Ended by another act than this one.
  if (refusal !== undefined && erasure === undefined) throw refusal;
  if (refusal !== undefined) io.err(sentencesOf('E_RET_CLOSED'));
  const { certificate } = erasure ?? {};
  const state = erasure === undefined ? 'closed' : certificate === undefined ? 'erasing' : 'erased';
  const kept = certificate === undefined ? {} : await keptCertificate(certificate, out);
  io.out(JSON.stringify({ act: id, state, ...kept }));
  return state === 'erasing' ? 1 : 0;
}

/** Presents an act. One whose case is gone may be the very act that ended it: its id, and the refusal. */
async function presented(
  client: Client,
  act: string,
): Promise<{ readonly id: string; readonly refusal?: GatewayError }> {
  try {
    return await client.json<{ id: string }>('POST', '/api/v1/acts', { act });
  } catch (refusal) {
    const id = idOfToken(act);
    if (!(refusal instanceof GatewayError) || refusal.code !== 'E_RET_CLOSED' || id === undefined) throw refusal;
    return { id, refusal };
  }
}

/** Where the certificate is: in the file, or else in what is printed. */
async function keptCertificate(certificate: string, out: string | undefined): Promise<object> {
  if (out === undefined) return { certificate: JSON.parse(certificate) };
  await writeNew(out, certificate);
  return { file: out };
}

async function open(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: DOOR });
  const door = await readDoor(values);
  const inAccess = positionals.length === 0 ? door.tokens : undefined;
  const tokens = inAccess ?? (await readTokens(onlyFile(positionals)));
  const { id, caseId } = await createClient({ url: door.url, agentKey: door.agentKey }).json<{
    id: string;
    caseId: string;
  }>('POST', '/api/v1/requisitions', tokens);
  io.out(JSON.stringify({ caseId, requisitionId: id }));
  return 0;
}

async function list(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const { values } = parseArgs({ args: [...args], options: DOOR });
  const { url, agentKey } = await readDoor(values);
  io.out(JSON.stringify(await createClient({ url, agentKey }).json('GET', '/api/v1/cases')));
  return 0;
}

async function deposit(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...DOOR,
      requisition: { type: 'string' },
      piece: { type: 'string' },
      'no-analysis': { type: 'boolean', default: false },
    },
  });
  if (values.piece === undefined) throw new UsageError('--piece is needed');
  const file = onlyFile(positionals);
  await needFile(file);
  const { client, caseId } = await enter(await readDoor(values));
  const uploadUrl = await client.upload(file, values.piece, progressOf(io));
  // An upload's id is the id of the exhibit that it becomes.
  const exhibitId = uploadUrl.slice(uploadUrl.lastIndexOf('/') + 1);
  const exhibit = await client.json<{ state: string; durationSeconds?: number }>(
    'GET',
    `/api/v1/cases/${caseId}/exhibits/${exhibitId}`,
  );
  io.err(`Exhibit ${exhibitId}: ${exhibit.state}`);
  const estimatedSeconds = exhibit.state === 'sealed' ? await estimated(client, caseId, exhibitId, io) : undefined;
  const estimate = estimatedSeconds === undefined ? {} : { estimatedSeconds };
  if (values['no-analysis']) {
    io.out(JSON.stringify({ exhibitId, jobId: null, state: exhibit.state, digest: null, ...estimate }));
    return 0;
  }
  const job = await analysed(client, caseId, { exhibitId, durationSeconds: exhibit.durationSeconds }, io);
  io.out(JSON.stringify({ exhibitId, jobId: job.id, state: job.state, digest: job.digest ?? null, ...estimate }));
  if (job.state === 'done') return 0;
  if (job.failureCode !== undefined && isErrorCode(job.failureCode)) io.err(sentencesOf(job.failureCode));
  io.err(sentencesOf(job.state === 'cancelled' ? 'E_JOB_CANCELLED' : 'E_JOB_FAILED'));
  return job.state === 'cancelled' ? 1 : 3;
}

async function ask(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { ...DOOR, requisition: { type: 'string' } },
  });
  const question = await readObject(onlyFile(positionals));
  const { client, caseId } = await enter(await readDoor(values));
  io.out(JSON.stringify(await client.json('POST', `/api/v1/cases/${caseId}/questions`, question)));
  return 0;
}

/** The masked picture of a hit, into a file: who decides on a hit has seen it. */
async function picture(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const { hits, out, door } = await readHits(args);
  if (hits.length > 1) throw new UsageError('One HIT is needed');
  if (out === undefined) throw new UsageError('--out is needed');
  const { client, caseId } = await enter(door);
  await writeFile(out, await client.bytes(`/api/v1/cases/${caseId}/hits/${hits[0]}/still?size=full`), { flag: 'wx' });
  io.out(JSON.stringify({ hitId: hits[0], file: out }));
  return 0;
}

async function review(verdict: 'confirmed' | 'rejected', args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const { hits, door } = await readHits(args);
  const { client, caseId } = await enter(door);
  for (const hit of hits) {
    await client.json('PUT', `/api/v1/cases/${caseId}/hits/${hit}/verdict`, { verdict });
    io.out(JSON.stringify({ hitId: hit, verdict }));
  }
  return 0;
}

/** Has the package of hits made, and puts it into a folder that is not there yet. */
async function exportHits(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const { hits, out, door } = await readHits(args);
  if (out === undefined) throw new UsageError('--out is needed');
  const { client, caseId } = await enter(door);
  await mkdir(out);
  const exportId = await exportPackage(client, caseId, hits, out);
  io.out(JSON.stringify({ exportId, package: out }));
  return 0;
}

async function readHits(args: readonly string[]) {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { ...DOOR, requisition: { type: 'string' }, out: { type: 'string' } },
  });
  if (positionals.length === 0 || !positionals.every(isUuid)) {
    throw new UsageError('HIT is needed: the id of a hit that `case ask` printed');
  }
  return { hits: positionals, out: values.out, door: await readDoor(values) };
}

interface JobBody {
  readonly id: string;
  readonly state: string;
  readonly failureCode?: string;
  readonly secondsDone: number;
  readonly remainingSeconds?: number;
  readonly digest?: string;
}

/** How long the analysis would take, seconds; undefined where the gateway refuses to say, and the start then says why. */
async function estimated(
  client: Client,
  caseId: string,
  exhibitId: string,
  io: CommandIo,
): Promise<number | undefined> {
  try {
    const path = `/api/v1/cases/${caseId}/exhibits/${exhibitId}/estimate`;
    const { estimatedSeconds } = await client.json<{ estimatedSeconds: number }>('GET', path);
    io.err(`An analysis would take about ${estimatedSeconds} s`);
    return estimatedSeconds;
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    io.err(`No estimate: ${error.code}`);
    return undefined;
  }
}

/** Starts the analysis and looks at it until it has an end. */
async function analysed(
  client: Client,
  caseId: string,
  exhibit: { readonly exhibitId: string; readonly durationSeconds: number | undefined },
  io: CommandIo,
): Promise<JobBody> {
  const { exhibitId, durationSeconds } = exhibit;
  const started = await client.json<JobBody>('POST', `/api/v1/cases/${caseId}/jobs`, { exhibitId });
  io.err(`Analysis ${started.id} started`);
  const whole = durationSeconds === undefined ? '' : ` of ${Math.round(durationSeconds)}`;
  let last = started;
  let said = '';
  for await (const job of watchJob<JobBody>(client, caseId, started.id)) {
    const left = job.remainingSeconds === undefined ? '' : `, about ${job.remainingSeconds} s left`;
    const now = `Analysis: ${job.state}, ${Math.round(job.secondsDone)}${whole} s${left}`;
    if (now !== said) io.err(now);
    said = now;
    last = job;
  }
  return last;
}

/** Says each tenth of an upload once. */
function progressOf(io: CommandIo): (sent: number, total: number) => void {
  let said = -1;
  return (sent, total) => {
    const tenths = total === 0 ? 10 : Math.floor((sent / total) * 10);
    if (tenths > said) io.err(`Deposit: ${tenths * 10} %`);
    said = Math.max(said, tenths);
  };
}

/** The client under a requisition, and the case that the gateway has it in. Throws E_HAB_CASE when there is none for this key. */
async function enter(door: Door): Promise<{ readonly client: Client; readonly caseId: string }> {
  const { url, agentKey, requisitionId } = door;
  if (requisitionId === undefined || !isUuid(requisitionId)) {
    throw new UsageError('--requisition is needed: the id that `case open` printed');
  }
  const { cases } = await createClient({ url, agentKey }).json<{
    cases: { id: string; requisitions: { id: string }[] }[];
  }>('GET', '/api/v1/cases');
  const found = cases.find(({ requisitions }) => requisitions.some(({ id }) => id === requisitionId));
  if (found === undefined) throw new AppError('E_HAB_CASE', { detail: `no case under ${requisitionId} for this key` });
  return { client: createClient({ url, agentKey, requisitionId, patienceMs: PATIENCE_MS }), caseId: found.id };
}

/** What the options say, and for what they do not say the access file. */
async function readDoor(values: DoorValues): Promise<Door> {
  const access = values.access === undefined ? {} : await readObject(values.access);
  const tokens = tokensIn(access);
  const url = values.url ?? access.url;
  if (url === undefined || (values.agent === undefined && access.agentKey === undefined)) {
    throw new UsageError('--url and --agent are needed, or --access');
  }
  if (typeof url !== 'string' || !/^https?:$/.test(URL.parse(url)?.protocol ?? '')) {
    throw new UsageError(`No address of a gateway: ${url}`);
  }
  const agentKey = values.agent === undefined ? access.agentKey : await readObject(values.agent);
  if (!isPrivateKey(agentKey)) throw new UsageError(`No private Ed25519 JWK in ${values.agent ?? values.access}`);
  const requisitionId = values.requisition ?? (tokens === undefined ? undefined : idOfToken(tokens.schedule));
  return { url, agentKey, requisitionId, tokens };
}

function isPrivateKey(value: unknown): value is JWK {
  try {
    publicJwkOf(value);
  } catch {
    return false;
  }
  return isJsonObject(value) && typeof value.d === 'string';
}

/** The `jti` of what was signed: the id of an act, and of the requisition that a schedule makes. */
function idOfToken(compact: string): string | undefined {
  try {
    const claims = parseOrRefuse(readCompactJws(compact).payload);
    return isJsonObject(claims) && typeof claims.jti === 'string' ? claims.jti : undefined;
  } catch {
    return undefined;
  }
}

async function readTokens(file: string): Promise<TokenPair> {
  const tokens = tokensIn(await readObject(file));
  if (tokens === undefined) throw new UsageError(`${file} does not hold authorisation and schedule`);
  return tokens;
}

function tokensIn({ authorisation, schedule }: Readonly<Record<string, unknown>>): TokenPair | undefined {
  return typeof authorisation === 'string' && typeof schedule === 'string' ? { authorisation, schedule } : undefined;
}

async function readObject(file: string): Promise<Readonly<Record<string, unknown>>> {
  const text = await fileText(file);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new UsageError(`${file} is not JSON`, { cause });
  }
  if (!isJsonObject(value)) throw new UsageError(`${file} is no JSON object`);
  return value;
}
