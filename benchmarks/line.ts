import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createDemoInstallation, startGatewayProcess } from '../gateway/demo/installation.ts';
import { deposit, openCase } from './deposit.ts';
import { decodeToNull } from './ffmpeg.ts';
import { type Measurement, median, rounded } from './report.ts';
import { namedScenes } from './scenes/named.ts';
import { writeScene } from './scenes/write.ts';

const SHARED = path.join(import.meta.dirname, '..', '..', 'shared');
const CLIPS = [
  'free/one-by-one-person-detection.mp4',
  'evaluation/eva_ua_detrac.mp4',
  'evaluation/dvr_traffic_camera.mp4',
];

/** What the cheap plan is to reach on dense footage; the plain plan is measured against it. */
const DENSE_GOAL = 2.5;

interface Job {
  readonly id: string;
  readonly state: string;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  readonly digest?: string;
}

/**
 * The plain line as it stands: seconds of analysis over D, ffmpeg decoding every frame to null with two threads, interleaved. With
 * the shared clips and a detector named in DIFFERE_MODELS it measures those, else the rendered scene `long` and the test detector.
 */
export async function measureLine({ full }: { readonly full: boolean }): Promise<Measurement> {
  const rounds = full ? 5 : 3;
  const folder = await mkdtemp(path.join(tmpdir(), 'differe-bench-line-'));
  const models = (process.env.DIFFERE_MODELS ?? '').split(':').filter((each) => each !== '');
  const clips = CLIPS.map((clip) => path.join(SHARED, 'footage', clip)).filter(
    (clip) => models.length > 0 && existsSync(clip),
  );
  if (clips.length === 0) {
    clips.push(path.join(folder, 'long.mp4'));
    await writeScene(namedScenes.long, path.join(folder, 'long.mp4'));
  }
  const installation = await createDemoInstallation(
    folder,
    models.length > 0
      ? models.map((each) => path.resolve(each))
      : [path.join(import.meta.dirname, '..', 'test', 'models')],
  );
  const gateway = await startGatewayProcess(installation);
  try {
    const { client, caseId, exhibits } = await openCase(gateway.url, installation, clips);
    const raw: {
      clip: string;
      round: number;
      durationSeconds: number;
      decodeSeconds: number;
      analysisSeconds: number;
      digest: string | undefined;
    }[] = [];
    for (const [index, clip] of clips.entries()) {
      const exhibitId = await deposit(client, clip, `CLIP-${index}`);
      for (let round = 0; round < rounds; round++) {
        const decodeSeconds = await decodeToNull(clip);
        let job = await client.json<Job>('POST', `/api/v1/cases/${caseId}/jobs`, { exhibitId });
        while (job.state === 'queued' || job.state === 'running') {
          await new Promise((resolve) => setTimeout(resolve, 50));
          job = await client.json<Job>('GET', `/api/v1/cases/${caseId}/jobs/${job.id}`);
        }
        if (job.state !== 'done') throw new Error(`${clip}: ${job.state}`);
        const analysisSeconds = (Date.parse(job.finishedAt ?? '') - Date.parse(job.startedAt ?? '')) / 1000;
        raw.push({
          clip: path.basename(clip),
          round,
          durationSeconds: exhibits[index]?.durationSeconds ?? 0,
          decodeSeconds: rounded(decodeSeconds),
          analysisSeconds,
          digest: job.digest,
        });
      }
    }
    const ratios = clips.map((clip) =>
      median(
        raw
          .filter((each) => each.clip === path.basename(clip))
          .map((each) => each.analysisSeconds / each.decodeSeconds),
      ),
    );
    const digests = clips.every(
      (clip) => new Set(raw.filter((each) => each.clip === path.basename(clip)).map((each) => each.digest)).size === 1,
    );
    return {
      rounds,
      goals: [
        ...clips.map((clip, index) => ({
          id: `analysis_over_decode:${path.basename(clip, path.extname(clip))}`,
          goal: `analysis / full decode <= ${DENSE_GOAL}, the goal for dense footage once the plan is cheap`,
          value: rounded(ratios[index] ?? Number.NaN, 2),
          met: (ratios[index] ?? Number.NaN) <= DENSE_GOAL,
        })),
        {
          id: 'same_digest',
          goal: 'every round of a clip gives the same digest',
          value: digests ? 1 : 0,
          met: digests,
        },
      ],
      raw,
    };
  } finally {
    await gateway.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
