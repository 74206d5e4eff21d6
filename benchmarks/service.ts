import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openSight } from '../gateway/analysis/sight.ts';
import { type Client, GatewayError } from '../gateway/client.ts';
import { createDemoInstallation, startGatewayProcess } from '../gateway/demo/installation.ts';
import { openDetector } from './accuracy/eyes.ts';
import { requisitionFor, runClip } from './accuracy/run-clip.ts';
import { analyse, deposit, openCase } from './deposit.ts';
import { runFfmpeg } from './ffmpeg.ts';
import { type Measurement, rounded } from './report.ts';
import { namedScenes } from './scenes/named.ts';
import { writeScene } from './scenes/write.ts';

const FILES = 200;
const REFERENCE_FILES = 30;
/** Two at a time, as a gateway on two cores analyses them. */
const AT_ONCE = 2;
const BROKEN = 77;

interface Outcome {
  readonly piece: string;
  readonly state: string;
  readonly code?: string;
}

/**
 * Two hundred files through the API, one of them broken: hours of recording an hour, over those of the same analysis without a gateway around
 * it, in the same run. With YOLOX-nano where DIFFERE_MODELS names it.
 */
export async function measureService(): Promise<Measurement> {
  const folder = await mkdtemp(path.join(tmpdir(), 'differe-bench-service-'));
  const models = (process.env.DIFFERE_MODELS ?? '').split(':').filter((each) => each !== '');
  const files = await writeFiles(folder);
  const hours = (namedScenes.street.durationSeconds * (FILES - 1)) / 3_600;
  const installation = await createDemoInstallation(
    folder,
    models.map((each) => path.resolve(each)),
  );
  const reference = await referenceRate(files.slice(0, REFERENCE_FILES), models.length > 0);
  const gateway = await startGatewayProcess(installation);
  try {
    const { client, caseId } = await openCase(gateway.url, installation, files);
    const started = performance.now();
    const outcomes: Outcome[] = [];
    const waiting = files.map((file, index) => ({ file, piece: `CLIP-${index}` }));
    await inLanes(AT_ONCE + 1, waiting, async ({ file, piece }) => {
      outcomes.push(await depositAndAnalyse(client, caseId, file, piece));
    });
    const rate = hours / ((performance.now() - started) / 3_600_000);
    const done = outcomes.filter(({ state }) => state === 'done').length;
    const failed = outcomes.filter(({ state }) => state !== 'done');
    const isNamed = failed.length === 1 && failed[0]?.piece === `CLIP-${BROKEN}` && failed[0].code !== undefined;
    const ratio = rounded(rate / reference);
    return {
      rounds: 1,
      goals: [
        {
          id: 'files_done',
          goal: `files analysed of ${FILES}, one of them broken`,
          value: done,
          met: done === FILES - 1,
        },
        { id: 'broken_named', goal: 'the broken one is refused with its code', value: isNamed ? 1 : 0, met: isNamed },
        {
          id: 'service_over_bench',
          goal: 'hours of recording an hour by the API over those without it >= 0.9',
          value: ratio,
          met: ratio >= 0.9,
        },
      ],
      raw: { hoursAnHour: rounded(rate, 1), referenceHoursAnHour: rounded(reference, 1), failed },
    };
  } finally {
    await gateway.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Copies of one rendered street that differ in a comment, so in their digest; one is cut in the middle. */
async function writeFiles(folder: string): Promise<readonly string[]> {
  const scene = path.join(folder, 'street.mp4');
  await writeScene(namedScenes.street, scene);
  const files: string[] = [];
  for (let n = 0; n < FILES; n += 1) {
    const file = path.join(folder, `file-${n}.mp4`);
    await runFfmpeg(['-i', scene, '-c', 'copy', '-metadata', `comment=${n}`, file]);
    if (n === BROKEN) {
      const bytes = await readFile(file);
      await writeFile(file, bytes.subarray(0, bytes.length >> 1));
    }
    files.push(file);
  }
  return files;
}

/** Hours of recording an hour, by the analysis alone. */
async function referenceRate(files: readonly string[], hasDetector: boolean): Promise<number> {
  const detector = hasDetector ? await openDetector() : undefined;
  const sight = await openSight(detector);
  try {
    const requisition = await requisitionFor(files);
    const started = performance.now();
    await inLanes(AT_ONCE, files, async (file) => {
      await runClip(requisition, file, sight.deps);
    });
    const hours = (namedScenes.street.durationSeconds * files.length) / 3_600;
    return hours / ((performance.now() - started) / 3_600_000);
  } finally {
    await sight.close();
    await detector?.close();
  }
}

async function depositAndAnalyse(client: Client, caseId: string, file: string, piece: string): Promise<Outcome> {
  try {
    const { state, failureCode } = await analyse(client, caseId, await deposit(client, file, piece));
    return { piece, state, ...(failureCode === undefined ? {} : { code: failureCode }) };
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return { piece, state: 'refused', code: error.code };
  }
}

async function inLanes<T>(lanes: number, items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const lane = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
