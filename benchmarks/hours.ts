import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openSight } from '../gateway/analysis/sight.ts';
import { openDetector } from './accuracy/eyes.ts';
import { measureGrowth } from './hours/growth.ts';
import { measureOverheads } from './hours/overheads.ts';
import type { Measurement } from './report.ts';
import { writePieces, writeReal } from './throughput/workloads.ts';

const SECONDS = 600;

/**
 * What eight hours cost beside one, in time and memory, and what jail, pipe and tracker are of a busy segment of a real recording. Needs
 * YOLOX-nano.
 */
export async function measureHours(): Promise<Measurement> {
  const detector = await openDetector();
  if (detector === undefined) throw new Error('hours needs yolox_nano.onnx in DIFFERE_MODELS');
  const sight = await openSight(detector);
  const folder = await mkdtemp(path.join(tmpdir(), 'differe-bench-hours-'));
  try {
    const busy = (await writeReal(folder, SECONDS)).find(({ name }) => name.endsWith('dense'));
    if (busy === undefined) throw new Error('hours needs the footage that the real workloads are made of');
    const overheads = await measureOverheads(busy.file, sight.deps);
    await writePieces(folder);
    const growth = await measureGrowth(folder);
    return {
      rounds: overheads.raw.length,
      goals: [...growth.goals, ...overheads.goals],
      raw: { growth: growth.raw, overheads: overheads.raw },
    };
  } finally {
    await sight.close();
    await detector.close();
    await rm(folder, { recursive: true, force: true });
  }
}
