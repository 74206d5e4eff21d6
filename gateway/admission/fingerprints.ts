import { sha256Hex } from '../canonical.ts';
import list from './forbidden-weights.json' with { type: 'json' };
import type { OnnxFile } from './onnx-file.ts';
import type { Reason } from './reasons.ts';

// G6: the weights of known forbidden networks, whatever file, name or head they come with. Quantised or trained further they are others.

/** Smaller tensors are shared by chance: zeros, ones, anchors. */
const LEAST_BYTES = 4096;

const FORBIDDEN = new Map(
  list.networks.flatMap(({ name, weights }) => weights.map((sha256) => [sha256, name] as const)),
);

/** SHA-256 of the bytes of each large tensor, largest first. */
export const fingerprintsOf = ({ tensors }: OnnxFile): readonly string[] =>
  tensors
    .filter(({ raw, isExternal }) => !isExternal && raw.length >= LEAST_BYTES)
    .toSorted((a, b) => b.raw.length - a.raw.length)
    .map(({ raw }) => sha256Hex(raw));

export function fingerprintFaults(file: OnnxFile): readonly Reason[] {
  const names = new Set(fingerprintsOf(file).flatMap((sha256) => FORBIDDEN.get(sha256) ?? []));
  return [...names].map((name) => ({ code: 'E_GATE_FINGERPRINT', detail: `weights of ${name}` }));
}
