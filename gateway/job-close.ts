import type { Activity } from './analysis/activity.ts';
import { describe } from './analysis/describe.ts';
import type { PacketList } from './analysis/packets.ts';
import { type BuildFacts, closeResult } from './analysis/result.ts';
import type { Sight } from './analysis/sight.ts';
import * as jobs from './analysis/store.ts';
import { COVERAGE_STATES, type SegmentResult } from './analysis/types.ts';
import type { Database } from './database.ts';
import type { Exhibit } from './footage/types.ts';
import { indexResult } from './index/seal.ts';
import type { JobJournal } from './job-journal.ts';
import type { Metrics } from './metrics.ts';
import { permittedBy, type Requisition } from './requisition/types.ts';
import { putNew, type Vault } from './vault.ts';

interface CloseDeps {
  readonly database: Database;
  readonly vault: Vault;
  readonly metrics: Pick<Metrics, 'stageSeconds' | 'jobs' | 'mediaSeconds'>;
  readonly sight: Pick<Sight, 'models'>;
  readonly build: BuildFacts;
}

/** An exhibit as its analysis has it in hand. */
export interface InHand {
  readonly exhibit: Exhibit;
  readonly packets: PacketList;
  readonly activity: Activity | undefined;
}

/**
 * Stitches, describes, seals and indexes what the segments of a job found; the journal entry is durable before the state says done (DEF-10).
 * For the one that has claimed it.
 */
export async function closeJob(
  job: jobs.Job,
  requisition: Requisition,
  { exhibit, packets, activity }: InHand,
  { journal }: Pick<JobJournal, 'journal'>,
  { database, vault, metrics, sight, build }: CloseDeps,
): Promise<void> {
  const objects = await database.inCase(job.caseId, (tx) => jobs.segmentObjects(tx, job.id));
  const segments: SegmentResult[] = [];
  for (const object of objects) {
    segments.push(JSON.parse((await vault.get(job.caseId, object)).toString('utf8')) as SegmentResult);
  }
  const timer = metrics.stageSeconds.startTimer({ stage: 'close' });
  const { result, text, digest, bystanders } = closeResult(
    {
      exhibit,
      packets,
      activity,
      framesPerSecond: job.framesPerSecond,
      segments,
      models: sight.models,
      build,
      permitted: permittedBy(requisition),
    },
    describe,
  );
  const sealed = await indexResult(requisition, { job: { id: job.id }, exhibit, result, text }, { vault });
  const masks = await putNew(vault, job.caseId, Buffer.from(JSON.stringify(bystanders), 'utf8'));
  timer();
  await journal(
    job,
    requisition.authorisation.sub,
    'job.end',
    { effect: 'done', policyId: '-', code: 'OK' },
    [{ type: 'digest', id: digest }],
    { mediaSeconds: exhibit.timeline.durationSeconds },
  );
  await database.inCase(job.caseId, (tx) =>
    jobs.closeJob(tx, job.id, {
      ...sealed,
      bystanders: masks,
      sha256: digest,
      classes: result.plan.classes,
      colours: result.plan.colours,
    }),
  );
  const drafts = await database.inCase(job.caseId, (tx) => jobs.outdatedDrafts(tx, job.id));
  for (const object of [...objects, ...drafts]) await vault.remove(job.caseId, object);
  metrics.jobs.inc({ state: 'done' });
  const { totals } = result.ledger;
  for (const mode of COVERAGE_STATES) metrics.mediaSeconds.inc({ mode }, totals[`${mode}Seconds`]);
}
