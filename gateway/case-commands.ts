import { parseArgs } from 'node:util';
import { DOOR, enter, idOfToken, readDoor, readObject, readTokens } from './case-door.ts';
import { confirmCommand, exportCommand, pictureCommand, rejectCommand } from './case-hit-commands.ts';
import { type Client, createClient, GatewayError, UnreachableError, watchJob } from './client.ts';
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
import { isErrorCode } from './errors.ts';

// `differe case ...`: an agent's work from a terminal. Clients of the HTTP API like any other: the command line has no door of its own.

const USAGE = `differe case open --url URL --agent KEY.json FILE       FILE: JSON with authorisation and schedule
differe case list --url URL --agent KEY.json
differe case deposit --url URL --agent KEY.json --requisition ID --piece PIECE [--no-analysis] FILE
differe case ask --url URL --agent KEY.json --requisition ID QUESTION.json
differe case picture --url URL --agent KEY.json --requisition ID --out FILE.jpg HIT     to be looked at before a verdict
differe case confirm --url URL --agent KEY.json --requisition ID HIT
differe case reject --url URL --agent KEY.json --requisition ID HIT...
differe case export --url URL --agent KEY.json --requisition ID --out DIR HIT...       a package of confirmed hits
differe case close --url URL --agent KEY.json [--out CERT] CLOSURE.jws    a magistrate's closure of the procedure
differe case erase --url URL --agent KEY.json [--out CERT] ORDER.jws      a magistrate's order to erase
    --access FILE stands for --url, --agent and --requisition: JSON with url, agentKey, authorisation and schedule`;

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
  picture: pictureCommand,
  confirm: confirmCommand,
  reject: rejectCommand,
  export: exportCommand,
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
