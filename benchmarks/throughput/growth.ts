import { requisitionFor, runClip } from '../accuracy/run-clip.ts';
import { type Goal, rounded } from '../report.ts';
import { writeSparse } from './workloads.ts';

const HOUR = 3_600;
const HOURS = 8;
const SAMPLE_MS = 100;

export interface Growth {
  readonly hours: number;
  readonly seconds: number;
  /** Of the process that analyses, ffmpeg apart; most of the run, MiB. */
  readonly residentMib: number;
}

/**
 * What eight quiet hours cost beside one: time and memory that grow with the recording and no faster. The hour is measured before and after,
 * because a machine is not as fast in one quarter of an hour as in the next.
 */
export async function measureGrowth(
  folder: string,
  eyes: Parameters<typeof runClip>[2],
): Promise<{ readonly goals: readonly Goal[]; readonly raw: readonly Growth[] }> {
  const raw: Growth[] = [];
  for (const hours of [1, HOURS, 1]) {
    const { file } = await writeSparse(folder, hours * HOUR, 'hours');
    const requisition = await requisitionFor([file]);
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage.rss());
    }, SAMPLE_MS);
    const { seconds } = await runClip(requisition, file, eyes);
    clearInterval(watch);
    raw.push({ hours, seconds: rounded(seconds), residentMib: rounded(most / 2 ** 20, 0) });
    console.error(raw.at(-1));
  }
  const [one, eight, again] = raw as [Growth, Growth, Growth];
  const growth = rounded(eight.seconds / ((HOURS * (one.seconds + again.seconds)) / 2));
  const rss = rounded(eight.residentMib / one.residentMib);
  return {
    raw,
    goals: [
      {
        id: 'growth_8h',
        goal: '8 hours over eight times 1 hour, before and after <= 1.05',
        value: growth,
        met: growth <= 1.05,
      },
      {
        id: 'rss_ratio',
        goal: 'resident memory at 8 hours over that at 1 hour <= 1.1, and under 1.5 GiB',
        value: rss,
        met: rss <= 1.1 && eight.residentMib < 1_536,
      },
    ],
  };
}
