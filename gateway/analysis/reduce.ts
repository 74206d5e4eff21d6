import type { ModelCard } from '../admission/card.ts';
import type { ClassName } from '../vocabulary.ts';
import type { Candidate } from './decoders.ts';
import { groupOf } from './groups.ts';
import type { Detection } from './types.ts';

/** Two classes of one group on nearly the same box are one object that the network wavers about. */
export const SAME_OBJECT_IOU = 0.7;

/** How input pixels become original pixels, and where the picture ends. */
export interface Placement {
  readonly scaleX: number;
  readonly scaleY: number;
  readonly widthPx: number;
  readonly heightPx: number;
}

interface Kept extends Candidate {
  readonly class: ClassName;
}

/** The lowest score that any kept class of the card can have. */
export function leastScore({ thresholds, map }: ModelCard): number {
  return Math.min(...Object.values(map).map((name) => thresholds.perClass?.[name] ?? thresholds.score));
}

/**
 * From proposals to (class, quantised score, box in original pixels): unmapped labels are dropped, then non-maximum suppression by
 * class, then one class for one box. The order is that of falling score, ties by the network's own order.
 */
export function reduce(candidates: readonly Candidate[], card: ModelCard, placement: Placement): readonly Detection[] {
  const known: Kept[] = [];
  for (const candidate of candidates) {
    const name = card.map[card.labels[candidate.label] ?? ''];
    if (name === undefined) continue;
    if (candidate.score < (card.thresholds.perClass?.[name] ?? card.thresholds.score)) continue;
    known.push({ ...candidate, class: name });
  }
  // Array sorting is stable, so equal scores stay in the network's order.
  known.sort((a, b) => b.score - a.score);
  const kept: Kept[] = [];
  for (const candidate of known) {
    if (!kept.some((other) => suppresses(other, candidate, card.thresholds.nmsIou))) kept.push(candidate);
  }
  return kept.map((candidate) => inOriginal(candidate, placement)).filter((box) => box.width >= 1 && box.height >= 1);
}

function suppresses(winner: Kept, other: Kept, nmsIou: number): boolean {
  if (winner.class === other.class) return overlap(winner, other) > nmsIou;
  return groupOf(winner.class) === groupOf(other.class) && overlap(winner, other) > SAME_OBJECT_IOU;
}

function overlap(a: Candidate, b: Candidate): number {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  if (width <= 0 || height <= 0) return 0;
  const both = width * height;
  return both / ((a.right - a.left) * (a.bottom - a.top) + (b.right - b.left) * (b.bottom - b.top) - both);
}

function inOriginal(box: Kept, { scaleX, scaleY, widthPx, heightPx }: Placement): Detection {
  const left = quantised(clamp(box.left * scaleX, widthPx), 100);
  const top = quantised(clamp(box.top * scaleY, heightPx), 100);
  return {
    class: box.class,
    score: quantised(Math.min(1, box.score), 1000),
    left,
    top,
    width: quantised(clamp(box.right * scaleX, widthPx) - left, 100),
    height: quantised(clamp(box.bottom * scaleY, heightPx) - top, 100),
  };
}

const clamp = (value: number, most: number): number => Math.min(most, Math.max(0, value));
const quantised = (value: number, steps: number): number => Math.round(value * steps) / steps;
