import { parentPort } from 'node:worker_threads';
import { workBehind } from '../../behind.ts';
import { findMovers, type Look } from './movers.ts';
import type { PlaneFrame } from './planes.ts';

/** Some frames of a segment; with the last of them they are looked at. */
export interface MoversRequest {
  readonly id: number;
  readonly frames: readonly PlaneFrame[];
  readonly isLast: boolean;
}

export type MoversAnswer =
  | { readonly kind: 'seen'; readonly id: number; readonly looks: readonly Look[] }
  | { readonly kind: 'failed'; readonly id: number; readonly detail: string };

workBehind();
const gathered = new Map<number, PlaneFrame[]>();
// One segment after the other: each holds as much again while it is looked at.
let last = Promise.resolve();

parentPort?.on('message', ({ id, frames, isLast }: MoversRequest) => {
  const all = gathered.get(id) ?? [];
  gathered.set(id, all);
  for (const frame of frames) all.push(frame);
  if (!isLast) return;
  gathered.delete(id);
  last = last.then(async () => {
    const answer = await findMovers(all).then(
      (looks): MoversAnswer => ({ kind: 'seen', id, looks }),
      (error: unknown): MoversAnswer => ({ kind: 'failed', id, detail: String(error) }),
    );
    parentPort?.postMessage(answer);
  });
});
