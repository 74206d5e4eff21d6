import { rm } from 'node:fs/promises';
import path from 'node:path';
import { type Client, GatewayError } from '../../gateway/client.ts';
import { createDemoInstallation, startGatewayProcess } from '../../gateway/demo/installation.ts';
import { yesterdayAt14 } from '../../gateway/demo/requisition.ts';
import { analyse, deposit, openCase } from '../deposit.ts';
import { runFfmpeg } from '../ffmpeg.ts';

const CLIP_SECONDS = 4;
const ASKING = 2;
/** How long a depositor waits in all when he is told to come back; above what two cores need for a hundred analyses. */
const PATIENCE_MS = 300_000;

export interface Deposits {
  readonly acknowledged: number;
  /** Acknowledged deposits that are not there with the digest of the file. */
  readonly lost: number;
  readonly jobsDone: number;
  readonly questions: number;
  readonly questionsAnswered: number;
  /** Refusals that ended a deposit, a job or a question. */
  readonly refusals: readonly string[];
  readonly seconds: number;
}

/**
 * So many deposits that all begin at once, each analysed as soon as it is acknowledged, while two agents ask one question after the other.
 * Who deposits comes back when he is told to, as a client of tus does; who asks does not.
 */
export async function depositAtOnce(folder: string, scene: string, files: number): Promise<Deposits> {
  const installation = await createDemoInstallation(path.join(folder, 'deposits'), [
    path.join(import.meta.dirname, '..', '..', 'test', 'models'),
  ]);
  const clips = await cut(folder, scene, files);
  const gateway = await startGatewayProcess(installation);
  try {
    const { client, patient, caseId, exhibits } = await openCase(gateway.url, installation, clips);
    const depositor = patient(PATIENCE_MS);
    const refusals: string[] = [];
    const noted = (error: unknown): undefined => {
      refusals.push(error instanceof GatewayError ? error.code : String(error));
      return undefined;
    };
    const started = performance.now();
    let working = true;
    let questions = 0;
    let questionsAnswered = 0;
    const asking = Array.from({ length: ASKING }, async () => {
      while (working) {
        questions += 1;
        if ((await ask(client, caseId).catch(noted)) !== undefined) questionsAnswered += 1;
      }
    });
    const outcomes = await Promise.all(
      clips.map(async (clip, n) => {
        const piece = exhibits[n]?.piece ?? '';
        const exhibitId = await deposit(depositor, clip, piece).catch(noted);
        if (exhibitId === undefined) return undefined;
        const job = await analyse(depositor, caseId, exhibitId).catch(noted);
        return { piece, exhibitId, isDone: job?.state === 'done' };
      }),
    );
    working = false;
    await Promise.all(asking);
    const seconds = Math.round((performance.now() - started) / 1000);
    const there = await client.json<{ exhibits: { id: string; piece: string; sha256: string }[] }>(
      'GET',
      `/api/v1/cases/${caseId}/exhibits`,
    );
    const acknowledged = outcomes.filter((each) => each !== undefined);
    const isThere = ({ piece, exhibitId }: { readonly piece: string; readonly exhibitId: string }): boolean => {
      const digest = exhibits.find((each) => each.piece === piece)?.sha256;
      return there.exhibits.some((each) => each.id === exhibitId && each.piece === piece && each.sha256 === digest);
    };
    return {
      acknowledged: acknowledged.length,
      lost: acknowledged.filter((each) => !isThere(each)).length,
      jobsDone: acknowledged.filter(({ isDone }) => isDone).length,
      questions,
      questionsAnswered,
      refusals,
      seconds,
    };
  } finally {
    await gateway.stop();
    for (const clip of clips) await rm(clip);
  }
}

async function ask(client: Client, caseId: string): Promise<unknown> {
  const fromMs = yesterdayAt14(Date.now());
  const time = { from: new Date(fromMs).toISOString(), to: new Date(fromMs + 120_000).toISOString() };
  return await client.json('POST', `/api/v1/cases/${caseId}/questions`, { version: 1, classes: ['car'], time });
}

/** The beginning of a scene, so often, in files that differ in a comment and so in their digest. */
async function cut(folder: string, scene: string, count: number): Promise<readonly string[]> {
  const clips = Array.from({ length: count }, (_, n) => path.join(folder, `clip-${n}.mp4`));
  for (const [n, clip] of clips.entries())
    await runFfmpeg(['-i', scene, '-t', String(CLIP_SECONDS), '-c', 'copy', '-metadata', `comment=${n}`, clip]);
  return clips;
}
