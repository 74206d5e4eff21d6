import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Client, createClient } from '../gateway/client.ts';
import { createDemoInstallation, type DemoInstallation, startGatewayProcess } from '../gateway/demo/installation.ts';
import { demoAuthorisation, demoSchedule, yesterdayAt14 } from '../gateway/demo/requisition.ts';
import { hashExhibit } from '../gateway/footage/commands.ts';
import type { CaseId } from '../gateway/ids.ts';
import { authorise, schedule } from '../gateway/requisition/issue.ts';
import { runFfmpeg } from './ffmpeg.ts';
import { type Measurement, median, rounded } from './report.ts';
import { namedScenes } from './scenes/named.ts';
import { writeScene } from './scenes/write.ts';
import { type Answer, comparable, compareAll } from './search/compare.ts';
import { type Filled, fillCase } from './search/fill.ts';
import type { Question } from './search/question.ts';
import { askOfAttributes, askOfPlaces, type Ground } from './search/questions.ts';
import { RECORDING_SECONDS, type Recording, recordingsOf, seeded } from './search/town.ts';

/** A schedule lists 2,000 pieces at most; two of them are real recordings, to keep both cores busy. */
const CLIPS = 2;
const WHOLE: Extent = { recordings: 1_998, tracks: 1_000_000, questions: 500, compared: 1_000, warmUp: 20 };
const TRIAL: Extent = { recordings: 198, tracks: 20_000, questions: 40, compared: 95, warmUp: 2 };
/**
 * Seconds that a part may take: the whole of it ends in ten minutes, also on a gateway that is far from its goals. What was not asked by then is
 * left out, and the result says how many were.
 */
const MOST_SECONDS = { idle: 75, compared: 90, busy: 45 } as const;
const GOALS_MS = { attribute: 10, geometry: 50 } as const;

interface Extent {
  readonly recordings: number;
  readonly tracks: number;
  readonly questions: number;
  readonly compared: number;
  readonly warmUp: number;
}

type Kind = keyof typeof GOALS_MS;
const asks: Readonly<Record<Kind, typeof askOfPlaces>> = { attribute: askOfAttributes, geometry: askOfPlaces };

interface Times {
  /** Fewer than were to be asked when the time was up. */
  readonly asked: number;
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly mostMs: number;
}

interface Town {
  readonly tracks: number;
  readonly bytesATrack: number;
  /** The first question of a session opens the case. */
  readonly openMs: number;
  readonly residentMiB: number;
  readonly idle: Readonly<Record<Kind, Times>>;
  readonly busy: Readonly<Record<Kind, Times>> | undefined;
  /** A question about one small recording: proof, decision, journal, rows and answer, and next to no search. */
  readonly fixed: Times;
  readonly slowest: readonly { readonly ms: number; readonly question: Question }[];
  readonly compared: Awaited<ReturnType<typeof compareAll>> | undefined;
}

/**
 * Random questions over HTTP to a gateway with a case of a million tracks, and the same answers from a matcher that knows nothing of how
 * the gateway does it. With `--full` also ten million; `--short` tries all of it on little.
 */
export async function measureSearch({
  full,
  short,
}: {
  readonly full: boolean;
  readonly short: boolean;
}): Promise<Measurement> {
  const town = await measureTown(short ? TRIAL : WHOLE, true);
  const large = full ? await measureTown({ ...WHOLE, tracks: 10 * WHOLE.tracks }, false) : undefined;
  const ratio = (of: Town['idle'], over: Town['idle']): number =>
    rounded(Math.max(...(['attribute', 'geometry'] as const).map((kind) => of[kind].p99Ms / over[kind].p99Ms)), 2);
  const busy = town.busy === undefined ? Number.NaN : ratio(town.busy, town.idle);
  const differences = town.compared?.differences.length ?? Number.NaN;
  const { attribute, geometry } = town.idle;
  const asked = town.compared?.questions ?? 0;
  return {
    rounds: 1,
    goals: [
      {
        id: 'tracks',
        goal: `tracks in one case of ${WHOLE.recordings} recordings`,
        value: town.tracks,
        met: town.tracks >= WHOLE.tracks,
      },
      {
        id: 'questions',
        goal: `random questions of every operator whose answer was compared`,
        value: asked,
        met: asked >= WHOLE.compared,
      },
      {
        id: 'differences',
        goal: 'answers that differ from a matcher without index = 0',
        value: differences,
        met: differences === 0,
      },
      {
        id: 'attribute_p99_ms',
        goal: `p99 of attribute and time questions <= ${GOALS_MS.attribute} ms`,
        value: attribute.p99Ms,
        met: attribute.p99Ms <= GOALS_MS.attribute,
      },
      {
        id: 'geometry_p99_ms',
        goal: `p99 of zone and line questions <= ${GOALS_MS.geometry} ms`,
        value: geometry.p99Ms,
        met: geometry.p99Ms <= GOALS_MS.geometry,
      },
      { id: 'busy_ratio', goal: 'p99 while both cores analyse, over idle <= 3', value: busy, met: busy <= 3 },
      ...(large === undefined
        ? []
        : [
            {
              id: 'growth_10x',
              goal: 'p99 with ten times as many tracks <= 4 times',
              value: ratio(large.idle, town.idle),
              met: ratio(large.idle, town.idle) <= 4,
            },
          ]),
    ],
    raw: { town, large },
  };
}

async function measureTown(extent: Extent, whole: boolean): Promise<Town> {
  const folder = await mkdtemp(path.join(tmpdir(), 'differe-bench-search-'));
  const clips = Array.from({ length: CLIPS }, (_, n) => path.join(folder, `clip-${n}.mp4`));
  const scene = path.join(folder, 'scene.mp4');
  await writeScene(namedScenes.long, scene);
  for (const [n, clip] of clips.entries())
    await runFfmpeg(['-i', scene, '-c', 'copy', '-metadata', `comment=${n}`, clip]);
  const installation = await createDemoInstallation(folder, [path.join(import.meta.dirname, '..', 'test', 'models')]);
  const gateway = await startGatewayProcess(installation);
  try {
    const now = Date.now();
    const recordings = recordingsOf(extent.recordings, extent.tracks, now);
    const { claims, tokens } = await sign(installation, recordings, clips, now);
    const options = { url: gateway.url, agentKey: installation.agentKey };
    const { caseId } = await createClient(options).json<{ caseId: CaseId }>('POST', '/api/v1/requisitions', tokens);
    const client = createClient({ ...options, requisitionId: claims.jti });
    tell('filling the case');
    const filled = await fillCase(installation, caseId, claims, recordings);
    const answer = (question: Question): Promise<Answer> =>
      client.json('POST', `/api/v1/cases/${caseId}/questions`, question);
    const ask = async (question: Question): Promise<number> => {
      const started = performance.now();
      await answer(question);
      return performance.now() - started;
    };
    tell('asking');
    const smallest = filled.exhibits.reduce((a, b) => (b.recording.tracks < a.recording.tracks ? b : a));
    const small: Question = { version: 1, classes: ['person'], exhibits: [smallest.exhibitId] };
    const openMs = await ask(small);
    const ground: Ground = { exhibits: filled.exhibits, hits: [] };
    const slowest: { ms: number; question: Question }[] = [];
    const timesOf = async (kind: Kind, mostSeconds: number): Promise<Times> => {
      const random = seeded(kind === 'attribute' ? 11 : 12);
      const questions = Array.from({ length: extent.questions / 2 }, () => asks[kind](random, ground));
      const until = performance.now() + mostSeconds * 1000;
      for (const question of questions.slice(0, extent.warmUp)) if (performance.now() < until) await ask(question);
      const times: number[] = [];
      for (const question of questions) {
        if (times.length > 0 && performance.now() >= until) break;
        const ms = await ask(question);
        times.push(ms);
        slowest.push({ ms: rounded(ms, 1), question });
        if (times.length % 50 === 0) tell(`${times.length} of ${questions.length} ${kind} questions`);
      }
      const found = summary(times);
      tell(`${kind}: ${found.asked} asked, median ${found.medianMs} ms, p99 ${found.p99Ms} ms`);
      return found;
    };
    const both = async (mostSeconds: number) => ({
      attribute: await timesOf('attribute', mostSeconds),
      geometry: await timesOf('geometry', mostSeconds),
    });
    const idle = await both(MOST_SECONDS.idle);
    const worst = slowest.toSorted((a, b) => b.ms - a.ms).slice(0, 8);
    const fixedTimes: number[] = [];
    for (let n = 0; n < 100; n++) fixedTimes.push(await ask(small));
    const residentMiB = await residentOf(gateway.process.pid);
    tell('comparing');
    const compared = whole
      ? await compareAll(answer, comparable(filled.exhibits), extent.compared, 4, MOST_SECONDS.compared)
      : undefined;
    tell('asking while both cores analyse');
    const busy = whole ? await whileAnalysing(client, caseId, clips, () => both(MOST_SECONDS.busy)) : undefined;
    const tracks = filled.exhibits.reduce((sum, { recording }: Filled) => sum + recording.tracks, 0);
    return {
      tracks,
      bytesATrack: rounded((filled.columnBytes + filled.pathBytes) / tracks, 0),
      openMs: rounded(openMs, 0),
      residentMiB,
      idle,
      busy,
      fixed: summary(fixedTimes),
      slowest: worst,
      compared,
    };
  } finally {
    await gateway.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** It takes minutes: what it is at. */
const tell = (text: string): void => console.error(`search: ${text}`);

function summary(times: readonly number[]): Times {
  const sorted = times.toSorted((a, b) => a - b);
  return {
    asked: times.length,
    medianMs: rounded(median(times), 2),
    p99Ms: rounded(sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Number.NaN, 2),
    mostMs: rounded(sorted.at(-1) ?? Number.NaN, 2),
  };
}

/** Analyses the clips over and over, both at once, while `work` is done. */
async function whileAnalysing<T>(
  client: Client,
  caseId: CaseId,
  clips: readonly string[],
  work: () => Promise<T>,
): Promise<T> {
  const exhibits: string[] = [];
  for (const [n, clip] of clips.entries()) {
    const url = await client.upload(clip, `CLIP-${n}`);
    exhibits.push(url.slice(url.lastIndexOf('/') + 1));
  }
  let done = false;
  const lanes = exhibits.map(async (exhibitId) => {
    while (!done) {
      let job = await client.json<{ id: string; state: string }>('POST', `/api/v1/cases/${caseId}/jobs`, { exhibitId });
      while (!done && (job.state === 'queued' || job.state === 'running' || job.state === 'closing')) {
        await new Promise((resolve) => setTimeout(resolve, 200));
        job = await client.json('GET', `/api/v1/cases/${caseId}/jobs/${job.id}`);
      }
      if (job.state === 'failed') throw new Error('the analysis that was to keep the cores busy failed');
    }
  });
  try {
    return await work();
  } finally {
    done = true;
    await Promise.all(lanes);
  }
}

async function sign(
  installation: DemoInstallation,
  recordings: readonly Recording[],
  clips: readonly string[],
  now: number,
) {
  const authorisation = demoAuthorisation(now, {
    limits: { max_hours: 1_000, max_queries: 100_000, max_exports: 1 },
  });
  const made = recordings.map(({ index, captureStartMs }) => ({
    piece: `REC-${index}`,
    sha256: (index + 1).toString(16).padStart(64, 'c'),
    sizeBytes: 1_000_000_000,
    captureStartMs,
    durationSeconds: RECORDING_SECONDS,
  }));
  const real = await Promise.all(
    clips.map(async (clip, index) => {
      const { sha256, sizeBytes, durationSeconds = 1 } = await hashExhibit(clip);
      return { piece: `CLIP-${index}`, sha256, sizeBytes, durationSeconds, captureStartMs: yesterdayAt14(now) };
    }),
  );
  const claims = demoSchedule(now, authorisation, installation.agentThumbprint, [...made, ...real]);
  const exhibits = claims.exhibits.map((exhibit, index) => {
    const recording = recordings[index];
    if (recording === undefined) return exhibit;
    const { cameraId, offsetSeconds, uncertaintySeconds } = recording;
    const clock = { offset_s: offsetSeconds, uncertainty_s: uncertaintySeconds, basis: 'made up' };
    return { ...exhibit, camera: { ...exhibit.camera, id: cameraId }, clock };
  });
  const listed = { ...claims, exhibits };
  const tokens = {
    authorisation: await authorise(authorisation, installation.magistrateKey),
    schedule: await schedule(listed, installation.officerKey),
  };
  return { claims: listed, tokens };
}

/** Memory that the gateway's process holds; it is told by the kernel. */
async function residentOf(pid: number | undefined): Promise<number> {
  const pages = Number((await readFile(`/proc/${pid}/statm`, 'utf8')).split(' ')[1]);
  return Math.round((pages * 4_096) / 2 ** 20);
}
