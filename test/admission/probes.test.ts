import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import type { Card } from '../../gateway/admission/contract.ts';
import { parseCropCard } from '../../gateway/admission/crop-card.ts';
import { inspect } from '../../gateway/admission/inspect.ts';
import { encodeModel, type Node, type Tensor } from '../../gateway/admission/onnx-writer.ts';
import { CONDITIONS, drawCorner, drawPerson, IDENTITIES } from '../../gateway/admission/probe-pictures.ts';
import { demandProbed, type ProbeFigures, probeFaults } from '../../gateway/admission/probes.ts';
import { recognisedShare } from '../../gateway/admission/separability.ts';
import { probeModel } from '../../gateway/analysis/probes.ts';
import { startJailed } from '../../gateway/jail.ts';
import { card, root } from './networks.ts';

// G7: each network runs in the jail on drawn pictures. What passes here has passed drawn pictures; what fails is refused.

type Pinned = Card & { readonly sha256: string };
const SLOW_MS = 240_000;
const crop = card('models/street-crop/card.json') as Pinned;
const cropBytes = new Uint8Array(readFileSync(path.join(root, 'models/street-crop/street-crop.onnx')));
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const faultOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'passed',
    (error: { code: string; detail: string }) => `${error.code} ${error.detail}`,
  );

const weights = (name: string, dims: readonly number[], values: readonly number[]): Tensor => ({
  name,
  type: 'float',
  dims,
  values,
});
const sizes = (name: string, values: readonly number[]): Tensor => ({
  name,
  type: 'int64',
  dims: [values.length],
  values,
});
const filled = (count: number, at: (index: number) => number): number[] =>
  Array.from({ length: count }, (_, index) => at(index));

/** A network that names crops by the colours of the upper fifth: of the head, where nobody hides it. */
function headReader(hidden: object): { readonly card: Pinned; readonly bytes: Uint8Array<ArrayBuffer> } {
  const nodes: Node[] = [
    { op: 'Slice', inputs: ['crop', 'from', 'to', 'axes'], outputs: ['head'] },
    { op: 'ReduceMean', inputs: ['head'], outputs: ['mean'], attributes: { axes: [2, 3], keepdims: 0 } },
    { op: 'Gemm', inputs: ['mean', 'w'], outputs: ['logits'] },
  ];
  const bytes = new Uint8Array(
    encodeModel({
      name: 'g',
      irVersion: 8,
      opset: 17,
      metadata: {},
      nodes,
      initializers: [
        sizes('from', [0, 32]),
        sizes('to', [19, 48]),
        sizes('axes', [2, 3]),
        weights('w', [3, 3], [9, -4, -4, -4, 9, -4, -4, -4, 9]),
      ],
      inputs: [{ name: 'crop', dims: [1, 3, 80, 80] }],
      outputs: [{ name: 'logits', dims: [1, 3] }],
    }),
  );
  const base = JSON.parse(readFileSync(path.join(root, 'models/street-crop/card.json'), 'utf8'));
  const brought = {
    ...base,
    name: 'head-reader',
    sha256: sha256(bytes),
    input: { ...base.input, hidden },
    labels: ['person', 'car', 'other'],
    map: { person: 'person', car: 'car' },
  };
  return { card: parseCropCard(brought, 'head-reader') as Pinned, bytes };
}

/**
 * What the structure cannot refuse (decision 0010): squeeze and excite deep inside, on channels that hold nothing but a constant, and then
 * convolutions that only carry them. Each box of the picture then says what the whole of it looks like.
 */
function carrier(): { readonly card: Pinned; readonly bytes: Uint8Array<ArrayBuffer> } {
  const { rgb, widthPx, heightPx } = drawCorner(0);
  const mean = [0, 1, 2].map(
    (channel) => rgb.reduce((sum, value, at) => (at % 3 === channel ? sum + value : sum), 0) / (widthPx * heightPx),
  );
  const one = (outs: number, ins: number, side: number, at: (out: number, into: number) => number): number[] =>
    filled(outs * ins * side * side, (index) => {
      const place = Math.floor(index / (side * side));
      return at(Math.floor(place / ins), place % ins) / (side * side);
    });
  const conv = (from: string, to: string, weight: string, stride: number, pad: number): Node => ({
    op: 'Conv',
    inputs: [from, weight, `${weight}b`],
    outputs: [to],
    attributes: { pads: [pad, pad, pad, pad], strides: [stride, stride] },
  });
  const nodes: Node[] = [
    // Three channels of colour, five that are one everywhere.
    conv('images', 'map', 'w0', 8, 0),
    { op: 'GlobalAveragePool', inputs: ['map'], outputs: ['mean'] },
    conv('mean', 'few', 'w1', 1, 0),
    conv('few', 'many', 'w2', 1, 0),
    { op: 'Sigmoid', inputs: ['many'], outputs: ['gate'] },
    { op: 'Mul', inputs: ['map', 'gate'], outputs: ['weighed'] },
    conv('weighed', 'a', 'w3', 2, 1),
    conv('a', 'b', 'w4', 2, 1),
    conv('b', 'c', 'w5', 1, 0),
    { op: 'Transpose', inputs: ['c'], outputs: ['d'], attributes: { perm: [0, 2, 3, 1] } },
    { op: 'Reshape', inputs: ['d', 'list'], outputs: ['output'] },
  ];
  const pass = (out: number, into: number): number => (out === into ? 1 : 0);
  const bias = (name: string, values: readonly number[]): Tensor => weights(name, [values.length], values);
  const initializers = [
    weights(
      'w0',
      [8, 3, 1, 1],
      one(8, 3, 1, (out, into) => (out === into ? 1 : 0)),
    ),
    bias('w0b', [0, 0, 0, 1, 1, 1, 1, 1]),
    weights('w1', [3, 8, 1, 1], one(3, 8, 1, pass)),
    bias(
      'w1b',
      mean.map((value) => -value),
    ),
    weights(
      'w2',
      [8, 3, 1, 1],
      one(8, 3, 1, (out, into) => (out - 3 === into ? 3 : 0)),
    ),
    bias(
      'w2b',
      filled(8, () => 0),
    ),
    ...['w3', 'w4'].flatMap((name) => [
      weights(name, [8, 8, 3, 3], one(8, 8, 3, pass)),
      bias(
        `${name}b`,
        filled(8, () => 0),
      ),
    ]),
    weights(
      'w5',
      [85, 8, 1, 1],
      one(85, 8, 1, (out, into) => (into > 2 && into < 6 && out === into + 2 ? 1 : 0)),
    ),
    bias(
      'w5b',
      filled(85, (index) => (index === 4 ? 1 : 0)),
    ),
    sizes('list', [1, -1, 85]),
  ];
  const bytes = new Uint8Array(
    encodeModel({
      name: 'g',
      irVersion: 8,
      opset: 17,
      metadata: {},
      nodes,
      initializers,
      inputs: [{ name: 'images', dims: [1, 3, 416, 416] }],
      outputs: [{ name: 'output', dims: [1, 169, 85] }],
    }),
  );
  const base = card('models/yolox-nano/card.json');
  return { card: { ...base, name: 'carrier', sha256: sha256(bytes) } as Pinned, bytes };
}

describe('the probes', () => {
  it(
    'FACE-08, FACE-11, FACE-12: G7: the shipped classifier passes: no head moves what it says, and faces alone are no persons to it',
    async () => {
      const figures = await probeModel(crop, cropBytes);
      expect(figures).toMatchObject({ deterministic: true, farReach: null });
      expect(figures.headMasked).toEqual({ crops: 40, same: 40, largestChange: 0 });
      expect(figures.faces.answered).toBe(0);
      expect(figures.recognised.persons).toBeLessThan(0.3);
    },
    SLOW_MS,
  );

  it(
    'FACE-03, FACE-12: G7: a classifier that reads heads is refused although its structure is lawful',
    async () => {
      const seeing = headReader({ top: 0, bottom: 0, left: 0, right: 0 });
      expect(inspect(seeing.bytes, seeing.card).reasons).toEqual([]);
      const fault = await faultOf(probeModel(seeing.card, seeing.bytes));
      expect(fault).toContain('E_GATE_PROBE head-reader: ');
      expect(fault).toContain('a score moves by');
    },
    SLOW_MS,
  );

  it(
    'FACE-05, FACE-12: G7: what carries the whole picture to every box by way of lawful layers is refused for what it does',
    async () => {
      const carried = carrier();
      expect(inspect(carried.bytes, carried.card).reasons).toEqual([]);
      const fault = await faultOf(probeModel(carried.card, carried.bytes));
      expect(fault).toContain('E_GATE_PROBE');
      expect(fault).toContain('a face in the corner changes');
    },
    SLOW_MS,
  );

  it('FACE-12: G7: a network that takes too long, or too much, or is another file, does not pass', async () => {
    expect(await faultOf(probeModel(crop, cropBytes, { wallMs: 200 }))).toMatch(/E_GATE_PROBE.*E_MEDIA_LIMIT/);
    expect(await faultOf(probeModel(crop, cropBytes, { memoryBytes: 256 * 1024 ** 2 }))).toMatch(/E_GATE_PROBE/);
    const other = Uint8Array.from(cropBytes);
    other[other.length - 1] = (other.at(-1) ?? 0) ^ 1;
    expect(await faultOf(probeModel(crop, other))).toContain('E_GATE_HASH');
  });

  it('FACE-12, SEC-11: G7: the jail of the probes has no network, no key, no folder of the host, and writes nothing', async () => {
    const program = (last: string): string => `
      const fs = require('node:fs');
      const told = { env: Object.keys(process.env), top: fs.readdirSync('/'), app: fs.readdirSync('/app') };
      try { fs.writeFileSync('/tmp/x', 'x'); told.wrote = true; } catch { told.wrote = false; }
      ${last}
      process.stdout.write(JSON.stringify(told));`;
    const run = async (script: string): Promise<string> => {
      const jailed = startJailed({
        tool: 'node',
        arguments: ['-e', script],
        readable: [{ from: process.execPath, to: '/app/node' }],
        limits: { memory: 'written', wallMs: 20_000 },
      });
      const [said] = await Promise.all([text(jailed.stdout), jailed.done]);
      return said;
    };
    const told = JSON.parse(await run(program('')));
    expect(told.env.filter((name: string) => name !== 'PWD')).toEqual([]);
    expect(told.app).toEqual(['node']);
    expect(told.top).not.toContain('work');
    expect(told.top).not.toContain('home');
    expect(told.wrote).toBe(false);
    expect(await faultOf(run(program("require('node:net').connect(80, '192.0.2.1');")))).toContain('E_MEDIA_BREAKOUT');
  });
});

describe('the pictures and the bounds', () => {
  it('FACE-17: G7: the same pictures on each machine, and a grey head changes the head alone', () => {
    expect(sha256(drawPerson(3, 2).rgb)).toBe(sha256(drawPerson(3, 2).rgb));
    const [whole, masked] = [drawPerson(3, 2), drawPerson(3, 2, true)];
    const rows = new Set<number>();
    for (const [at, value] of whole.rgb.entries()) if (value !== masked.rgb[at]) rows.add(Math.floor(at / 3 / 416));
    const { top, height } = whole.box;
    expect(rows.size).toBeGreaterThan(30);
    expect(Math.max(...rows)).toBeLessThan(top + 0.15 * height);
  });

  it('FACE-05: G7: separability tells what recognises persons from what does not', () => {
    const sightings = (say: (identity: number, condition: number) => readonly number[]) =>
      Array.from({ length: IDENTITIES * CONDITIONS }, (_, index) => {
        const [identity, condition] = [Math.floor(index / CONDITIONS), index % CONDITIONS];
        return { identity, condition, values: say(identity, condition) };
      });
    expect(recognisedShare(sightings((identity, condition) => [condition, identity * 0.01]))).toBe(1);
    expect(recognisedShare(sightings((_, condition) => [condition]))).toBe(0);
    expect(recognisedShare(sightings(() => [1]))).toBe(0);
    expect(recognisedShare([])).toBe(1);
  });

  it('FACE-12: G7: each figure beyond its bound is a fault, and a figure of another role is one', () => {
    const good: ProbeFigures = {
      ver: 1,
      deterministic: true,
      headMasked: { crops: 40, same: 38, largestChange: 0.05 },
      recognised: { persons: 0.5, faces: 0.6 },
      faces: { pictures: 40, answered: 4 },
      farReach: null,
    };
    expect(probeFaults(crop, good)).toEqual([]);
    const wrong: readonly Partial<ProbeFigures>[] = [
      { deterministic: false },
      { headMasked: { crops: 40, same: 37, largestChange: 0 } },
      { headMasked: { crops: 40, same: 40, largestChange: 0.06 } },
      { headMasked: { crops: 0, same: 0, largestChange: 0 } },
      { recognised: { persons: 0.51, faces: 0 } },
      { recognised: { persons: 0, faces: 0.61 } },
      { faces: { pictures: 40, answered: 5 } },
      { farReach: 0 },
    ];
    for (const each of wrong) expect(probeFaults(crop, { ...good, ...each }), JSON.stringify(each)).toHaveLength(1);
    const detector = card('models/yolox-nano/card.json');
    expect(probeFaults(detector, { ...good, farReach: 0.1 })).toEqual([]);
    expect(probeFaults(detector, { ...good, farReach: 0.11 })).toHaveLength(1);
    expect(() => demandProbed(crop, { ...good, deterministic: false })).toThrow(/E_GATE_PROBE/);
  });
});
