import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fingerprintsOf } from '../../gateway/admission/fingerprints.ts';
import { inspect } from '../../gateway/admission/inspect.ts';
import { readOnnx } from '../../gateway/admission/onnx-file.ts';
import { card, networkFile, root, shared, structural } from './networks.ts';

const refused = readdirSync(path.join(shared, 'refused-models')).filter((name) => name.endsWith('.onnx'));
const LAWFUL = [
  [path.join(shared, 'models/yolox_nano.onnx'), 'models/yolox-nano/card.json'],
  [path.join(shared, 'models/picodet_s_416_coco.onnx'), 'models/picodet-s-416/card.json'],
  [path.join(root, 'models/street-crop/street-crop.onnx'), 'models/street-crop/card.json'],
  [path.join(root, 'test/models/blob-detector.onnx'), 'test/models/blob-detector.card.json'],
] as const;

describe('the admission gate on real networks', () => {
  it.each(refused)(
    'FACE-03, FACE-04, FACE-05, FACE-12: refuses %s by its structure, without knowing its digest',
    (name) => {
      const verdict = inspect(networkFile(`refused-models/${name}`), undefined);
      expect(verdict.admitted).toBe(false);
      expect(structural(verdict)).not.toEqual([]);
    },
  );

  it.each(refused)('FACE-12: refuses %s also when a card of a lawful network is brought with it', (name) => {
    const bytes = networkFile(`refused-models/${name}`);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    for (const file of ['models/yolox-nano/card.json', 'models/street-crop/card.json']) {
      const verdict = inspect(bytes, { ...card(file), sha256 });
      expect(verdict.admitted).toBe(false);
      expect(structural(verdict)).not.toEqual([]);
    }
  });

  it('FACE-04, FACE-05: names what it sees: points, a vector from a crop of a person', () => {
    const codes = (name: string) => structural(inspect(networkFile(`refused-models/${name}.onnx`), undefined));
    expect(codes('scrfd_2.5g_kps')).toContain('E_GATE_LANDMARK');
    expect(codes('yunet_n_320_320')).toContain('E_GATE_LANDMARK');
    expect(codes('pfld-106-lite_landmarks')).toContain('E_GATE_LANDMARK');
    expect(codes('osnet_x0_25_msmt17')).toContain('E_GATE_EMBEDDING');
    expect(codes('mobilefacenet')).toContain('E_GATE_EMBEDDING');
    expect(codes('emotion_external_data')).toContain('E_GATE_OP');
  });

  it.each(LAWFUL)('FACE-12: admits %s under its card', (file, cardFile) => {
    expect(inspect(readFileSync(file), card(cardFile))).toEqual({ admitted: true, code: undefined, reasons: [] });
  });

  it('FACE-12: finds nothing in the structure of a lawful detector whose card is not at hand', () => {
    for (const name of ['yolox_nano', 'picodet_s_416_coco']) {
      expect(structural(inspect(networkFile(`models/${name}.onnx`), undefined))).toEqual([]);
    }
  });

  it('FACE-12: a lawful detector with one byte of metadata changed is refused by digest alone', () => {
    const bytes = Buffer.from(networkFile('models/yolox_nano.onnx'));
    const at = bytes.indexOf('pytorch');
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    const verdict = inspect(bytes, card('models/yolox-nano/card.json'));
    expect(verdict.reasons.map(({ code }) => code)).toEqual(['E_GATE_HASH']);
    expect(inspect(bytes, undefined).reasons.map(({ code }) => code)).toEqual(['E_GATE_LABEL']);
  });

  it('FACE-12: knows the weights of a forbidden network in another file, under other names and another head', () => {
    const file = readOnnx(networkFile('refused-models/osnet_x0_25_msmt17.onnx'));
    const [largest] = file.tensors.toSorted((a, b) => b.raw.length - a.raw.length);
    const lawful = networkFile('models/yolox_nano.onnx');
    expect(inspect(lawful, undefined).reasons.map(({ code }) => code)).not.toContain('E_GATE_FINGERPRINT');
    const tensor = Buffer.concat([
      ...(largest?.dims ?? []).map((size) => Buffer.from([8, ...varints(size)])),
      Buffer.from([16, 1, 66, 1, 113, 74, ...varints(largest?.raw.length ?? 0)]),
      Buffer.from(largest?.raw ?? []),
    ]);
    const graph = Buffer.concat([Buffer.from([42, ...varints(tensor.length)]), tensor]);
    const bytes = Buffer.concat([
      Buffer.from([8, 8, 58, ...varints(graph.length)]),
      graph,
      Buffer.from([66, 2, 16, 17]),
    ]);
    expect(inspect(bytes, undefined).reasons.map(({ code }) => code)).toContain('E_GATE_FINGERPRINT');
    expect(fingerprintsOf(file).length).toBeGreaterThan(8);
  });

  it('FACE-12: gives a verdict on any bytes: cut short, flipped, noise', () => {
    const whole = networkFile('models/picodet_s_416_coco.onnx').subarray(0, 60_000);
    const start = networkFile('refused-models/yunet_n_320_320.onnx');
    fc.assert(
      fc.property(
        fc.constantFrom(whole, start),
        fc.array(fc.tuple(fc.nat(59_999), fc.nat(255)), { maxLength: 8 }),
        fc.nat(60_000),
        (bytes, flips, length) => {
          const broken = Buffer.from(bytes.subarray(0, length));
          for (const [at, value] of flips) if (at < broken.length) broken[at] = value;
          const { admitted, code } = inspect(broken, undefined);
          expect(admitted).toBe(false);
          expect(code).toMatch(/^E_GATE_/);
        },
      ),
      { numRuns: 400 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => inspect(bytes, undefined).code !== undefined),
      { numRuns: 400 },
    );
  });
});

function varints(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest & 127) | 128);
    rest = Math.floor(rest / 128);
  }
  return [...bytes, rest];
}
