import path from 'node:path';
import { text } from 'node:stream/consumers';
import type { Card } from '../admission/contract.ts';
import { demandProbed, isProbeFigures, type ProbeFigures } from '../admission/probes.ts';
import { sha256Hex } from '../canonical.ts';
import { AppError } from '../errors.ts';
import { type JailLimits, startJailed } from '../jail.ts';
import { assertDigest } from './models.ts';

// G7: a network that nobody has admitted yet is run, so it runs in a jail: no network, no key, no file but the program and itself.

const ROOT = path.resolve(import.meta.dirname, '../..');
const LIMITS: JailLimits = {
  wallMs: 300_000,
  cpuSeconds: 300,
  // The engine reserves far more addresses than it fills: what counts is what it writes to.
  memoryBytes: 4 * 1024 ** 3,
  memory: 'written',
  stdoutBytes: 65_536,
};
/** The program, and the packages that it loads: none of it holds a key. */
const READABLE = [
  'package.json',
  'gateway',
  'models/vocabulary.json',
  'node_modules/onnxruntime-node',
  'node_modules/onnxruntime-common',
  'node_modules/typebox',
  'node_modules/canonicalize',
];

/** Runs the probes on a network that the gate admitted. Throws E_GATE_HASH, and E_GATE_PROBE when it does not pass or does not end. */
export async function probeModel(
  card: Card & { readonly sha256: string },
  bytes: Uint8Array<ArrayBuffer>,
  limits: Partial<JailLimits> = {},
): Promise<ProbeFigures> {
  const figures = await measure(card, bytes, { ...LIMITS, ...limits });
  demandProbed(card, figures);
  return figures;
}

async function measure(
  card: Card & { readonly sha256: string },
  bytes: Uint8Array<ArrayBuffer>,
  limits: JailLimits,
): Promise<ProbeFigures> {
  assertDigest(card, sha256Hex(bytes));
  const jailed = startJailed({
    tool: 'node',
    arguments: ['--disable-warning=ExperimentalWarning', '/app/gateway/analysis/probe-inside.ts'],
    files: { 'network.onnx': bytes, 'card.json': Buffer.from(JSON.stringify(card)) },
    readable: [
      { from: process.execPath, to: '/app/node' },
      ...READABLE.map((name) => ({ from: path.join(ROOT, name), to: `/app/${name}` })),
    ],
    limits,
  });
  try {
    const [said] = await Promise.all([text(jailed.stdout), jailed.done]);
    const figures: unknown = JSON.parse(said);
    if (isProbeFigures(figures)) return figures;
  } catch (cause) {
    const why = cause instanceof AppError ? `${cause.code} ${cause.detail ?? ''}` : 'no figures came back';
    throw new AppError('E_GATE_PROBE', { cause, detail: `${card.name}: the probes did not end: ${why.trim()}` });
  }
  throw new AppError('E_GATE_PROBE', { detail: `${card.name}: the figures are none` });
}
