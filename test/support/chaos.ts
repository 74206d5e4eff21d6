import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { makeProof } from '../../gateway/requisition/dpop.ts';
import { CHUNK_BYTES } from '../../gateway/sealed-objects.ts';
import { clientOf, exhibitOf, type JobBody, type Line, register, type Tokens, tokensFor } from './line.ts';
import { descendantsOf } from './processes.ts';
import { struck } from './store-kills.ts';

// SIGKILL at moments of chance, in a line that works. The worker is a part of the gateway's process and dies with it; a decoder dies alone.

export type Victim = 'gateway' | 'decoder' | 'database';

/** Kills that hit a living process, by victim. */
export type Kills = Record<Victim, number>;
export const noKills = (): Kills => ({ gateway: 0, decoder: 0, database: 0 });

/** Rejects when it had ended by itself. */
export async function killGateway(line: Line): Promise<void> {
  await line.gateway.kill();
  const { exitCode, signalCode } = line.gateway.process;
  if (signalCode !== 'SIGKILL') throw new Error(`the gateway was not killed: exit ${exitCode}, ${signalCode}`);
}

/** Kills one victim and has the gateway up again when it resolves. False when there was nobody to kill. */
export async function strike(line: Line, victim: Victim, kills: Kills): Promise<boolean> {
  const { process: gateway } = line.gateway;
  const pid = gateway.pid ?? 0;
  if (victim === 'gateway') {
    await killGateway(line);
    await line.restart();
  } else {
    const names = victim === 'database' ? ['postgres'] : ['ffmpeg', 'ffprobe'];
    const found = names.flatMap((name) => descendantsOf(pid, name));
    const chosen = found[randomInt(0, Math.max(1, found.length))];
    if (chosen === undefined || !struck(chosen)) return false;
    if (victim === 'database') {
      // It says so and ends by itself, for its supervisor to start it again.
      if (gateway.exitCode === null && gateway.signalCode === null) await once(gateway, 'exit');
      if (gateway.exitCode !== 3)
        throw new Error(`without its database the gateway ended with ${gateway.exitCode ?? gateway.signalCode}`);
      await line.restart();
    }
  }
  kills[victim] += 1;
  return true;
}

/** Answers of a gateway that dies meanwhile: undefined for none. */
const attempted = <T>(work: Promise<T>): Promise<T | undefined> => work.catch(() => undefined);

export interface Place {
  readonly requisitionId: string;
  readonly caseId: string;
  readonly exhibitId: string;
}

/** Digests of the analyses that ended, how often one was asked for, and how many that were acknowledged are not on record once. */
export interface Analysed {
  readonly digests: readonly (string | undefined)[];
  readonly asked: number;
  readonly lost: number;
}

export async function lostJobs(
  line: Line,
  { requisitionId, caseId }: Place,
  asked: readonly string[],
): Promise<number> {
  const { jobs } = await clientOf(line, requisitionId).json<{ jobs: JobBody[] }>('GET', `/api/v1/cases/${caseId}/jobs`);
  return asked.filter((id) => jobs.filter((job) => job.id === id).length !== 1).length;
}

/**
 * Analyses an exhibit while all of the victims die, one after the other, and asks again where a job failed or ended too early.
 */
export async function analyseUnderKills(
  line: Line,
  at: Place,
  plan: readonly Victim[],
  kills: Kills,
): Promise<Analysed> {
  const left = [...plan];
  const jobs = `/api/v1/cases/${at.caseId}/jobs`;
  const start = () => clientOf(line, at.requisitionId).json<JobBody>('POST', jobs, { exhibitId: at.exhibitId });
  const digests: (string | undefined)[] = [];
  let job = await start();
  const asked = [job.id];
  for (;;) {
    const read = await attempted(clientOf(line, at.requisitionId).json<JobBody>('GET', `${jobs}/${job.id}`));
    if (read?.state === 'done') {
      digests.push(read.digest);
      if (left.length === 0) return { digests, asked: asked.length, lost: await lostJobs(line, at, asked) };
    }
    if (read?.state === 'done' || read?.state === 'failed') {
      job = await start();
      asked.push(job.id);
    }
    const [victim] = left;
    if (victim === undefined) await delay(50);
    else {
      await delay(victim === 'decoder' ? randomInt(1, 30) : randomInt(1, 1500));
      if (await strike(line, victim, kills)) left.shift();
    }
  }
}

/**
 * Presents a requisition of a procedure of its own and kills the gateway or its database meanwhile; then presents it again as its agent would.
 * Gives what is wrong: acknowledged and gone, twice on record, or neither to be registered nor to be used.
 */
export async function registerUnderKill(
  line: Line,
  file: string,
  victim: Victim,
  kills: Kills,
): Promise<{ readonly lost: number; readonly duplicates: number }> {
  const sub = `PV-2026-${String(randomInt(1, 999_999)).padStart(6, '0')}`;
  const tokens = await tokensFor(line, [await exhibitOf(file, 'SCELLE-1', line.captureStartMs, 30)], {
    authorisation: { sub },
    schedule: { sub },
  });
  const first = attempted(register(line, tokens));
  await delay(randomInt(0, 60));
  await strike(line, victim, kills);
  const acknowledged = await first;
  const again = await register(line, tokens).then(
    ({ caseId }) => caseId,
    (error: { code?: string }) => error.code,
  );
  const { cases } = await clientOf(line).json<{ cases: { id: string; requisitions: { id: string }[] }[] }>(
    'GET',
    '/api/v1/cases',
  );
  const own = cases.flatMap(({ id, requisitions }) =>
    requisitions.filter((each) => each.id === tokens.requisitionId).map(() => id),
  );
  const isThere = own.length > 0 && (again === 'E_REQ_REPLAY' || again === own[0]);
  const wasLost = acknowledged !== undefined && again !== 'E_REQ_REPLAY';
  // Its case has a key: what is declared under it can be sealed.
  const opened = await openUpload(line, tokens, (await readFile(file)).length);
  return { lost: isThere && !wasLost && opened !== null ? 0 : 1, duplicates: Math.max(0, own.length - 1) };
}

async function tus(line: Line, tokens: Tokens, method: string, route: string, headers: object, body?: Uint8Array) {
  const url = new URL(route, line.gateway.url).href;
  const accessToken = tokens.requisitionId;
  const dpop = await makeProof({ key: line.installation.agentKey, method, url, accessToken });
  return await fetch(url, {
    method,
    headers: { 'tus-resumable': '1.0.0', authorization: `DPoP ${accessToken}`, dpop, ...headers },
    ...(body === undefined ? {} : { body }),
  });
}

async function openUpload(line: Line, tokens: Tokens, bytes: number): Promise<string | null> {
  const piece = `piece ${Buffer.from('SCELLE-1').toString('base64')}`;
  const answer = await tus(line, tokens, 'POST', '/api/v1/uploads', {
    'upload-length': String(bytes),
    'upload-metadata': `filename ${Buffer.from('a.mp4').toString('base64')},${piece}`,
  });
  const location = answer.headers.get('location');
  return location === null ? null : new URL(location, line.gateway.url).pathname;
}

/** Deposits a file piece by piece while victims of chance die; gives acknowledged bytes that were gone afterwards. */
export async function depositUnderKills(
  line: Line,
  tokens: Tokens,
  file: string,
  plan: readonly Victim[],
  kills: Kills,
): Promise<{ readonly lostBytes: number }> {
  const bytes = await readFile(file);
  const route = await openUpload(line, tokens, bytes.length);
  if (route === null) throw new Error('the upload was not opened');
  const left = [...plan];
  let [offset, lostBytes] = [0, 0];
  while (offset < bytes.length) {
    const part = bytes.subarray(offset, offset + CHUNK_BYTES * randomInt(1, 3) + randomInt(0, 1000));
    const headers = { 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' };
    const sending = attempted(tus(line, tokens, 'PATCH', route, headers, part));
    const [victim] = left;
    if (victim !== undefined) {
      await delay(randomInt(0, 25));
      if (await strike(line, victim, kills)) left.shift();
    }
    const answer = await sending;
    const acknowledged = answer?.status === 204 ? Number(answer.headers.get('upload-offset')) : offset;
    const head = await tus(line, tokens, 'HEAD', route, {});
    const durable = Number(head.headers.get('upload-offset'));
    lostBytes += Math.max(0, acknowledged - durable);
    offset = durable;
  }
  return { lostBytes };
}
