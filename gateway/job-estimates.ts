import { activityOf } from './analysis/activity.ts';
import { type Estimate, expectedSeconds, remainingSeconds } from './analysis/estimate.ts';
import { readPacketList } from './analysis/packets.ts';
import { AppError } from './errors.ts';
import type { Exhibit } from './footage/types.ts';
import type { WorkingCopies } from './footage/working-copies.ts';
import type { Requisition } from './requisition/types.ts';

interface EstimateDeps {
  readonly copies: WorkingCopies;
  readonly framesPerSecond: number;
  readonly threads: number;
}

/** What an analysis would take, from the packets: nothing is decoded. Whoever asks again meanwhile waits for the same answer. */
export interface Estimates {
  of(requisition: Requisition, exhibit: Exhibit): Promise<Estimate>;
  stop(): void;
}

export function openEstimates({ copies, framesPerSecond, threads }: EstimateDeps, hasDetector: boolean): Estimates {
  /** By requisition and exhibit. */
  const running = new Map<string, Promise<Estimate>>();
  const stopping = new AbortController();

  async function estimate(requisition: Requisition, exhibit: Exhibit): Promise<Estimate> {
    const { signal } = stopping;
    const packets = await copies.use(requisition, exhibit, (file) => readPacketList(exhibit, file, signal));
    const expected = expectedSeconds(packets, framesPerSecond, activityOf(packets), hasDetector, exhibit.windows);
    const waiting = expected.map((_, n) => n);
    const seconds = remainingSeconds({ expected, waiting, elapsedSeconds: 0, atOnce: threads });
    return { seconds, mediaSeconds: packets.durationSeconds, hasDetector };
  }

  return {
    of(requisition, exhibit) {
      const name = `${requisition.id}:${exhibit.id}`;
      const known = running.get(name) ?? estimate(requisition, exhibit).finally(() => running.delete(name));
      running.set(name, known);
      return known;
    },
    stop: () => stopping.abort(new AppError('E_JOB_FAILED', { detail: 'the gateway stops' })),
  };
}
