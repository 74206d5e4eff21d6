import { randomUUID } from 'node:crypto';
import { mkdtemp, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  ADMISSION_TYP,
  type AdmissionClaims,
  cardDigest,
  demandAdmission,
} from '../../gateway/admission/admissions.ts';
import { demandCanaries, tryCanaries } from '../../gateway/admission/canaries.ts';
import type { Card } from '../../gateway/admission/contract.ts';
import { inspect } from '../../gateway/admission/inspect.ts';
import { loadModel } from '../../gateway/analysis/models.ts';
import { probeModel } from '../../gateway/analysis/probes.ts';
import { AppError } from '../../gateway/errors.ts';
import { type KeyRegistry, loadRegistry } from '../../gateway/trust/registry.ts';
import { signClaims } from '../../gateway/trust/sign.ts';
import { AUDIENCE, NOW, newKey, type TestKey } from '../requisition/support.ts';
import { card, networkFile } from './networks.ts';

const DAY = 86_400;
const yolox = card('models/yolox-nano/card.json') as Card & { sha256: string };
let technical: TestKey;
let dpo: TestKey;
let spare: TestKey;
let registry: KeyRegistry;

beforeAll(async () => {
  technical = await newKey('technique-1');
  dpo = await newKey('dpo-1');
  const entry = (key: TestKey, role: string) => ({
    ...key.publicJwk,
    kid: key.privateJwk.kid,
    iss: `office-${role}`,
    role,
    signs: [ADMISSION_TYP],
    env: 'test',
  });
  const twin = { ...entry(technical, 'dpo'), kid: 'twin-1' };
  spare = await newKey('second-1');
  const second = { ...entry(spare, 'dpo'), iss: 'office-technique' };
  const prosecutor = { ...entry(await newKey('parquet-1'), 'procureur') };
  registry = loadRegistry(
    JSON.stringify({ keys: [entry(technical, 'technique'), entry(dpo, 'dpo'), twin, second, prosecutor] }),
    'test',
  );
});

const claims = (role: string, changes: Partial<AdmissionClaims> = {}): AdmissionClaims => ({
  ver: 1,
  env: 'test',
  iss: `office-${role}`,
  aud: AUDIENCE,
  jti: randomUUID(),
  iat: NOW - DAY,
  exp: NOW + 364 * DAY,
  model: { name: yolox.name, sha256: yolox.sha256 },
  card_sha256: cardDigest(yolox),
  probes_sha256: 'a'.repeat(64),
  ...changes,
});
const by = (
  role: 'technique' | 'dpo',
  changes: Partial<AdmissionClaims> = {},
  key = role === 'dpo' ? dpo : technical,
) => signClaims(claims(role, changes), ADMISSION_TYP, key.privateJwk);
const codeOf = async (admissions: readonly Promise<string>[], nowSeconds = NOW, of = yolox) =>
  demandAdmission(of, await Promise.all(admissions), { registry, env: 'test', audience: AUDIENCE, nowSeconds }).then(
    () => 'OK',
    (error: unknown) => (error instanceof AppError ? error.code : String(error)),
  );

describe('the admission of a network by two persons', () => {
  it('FACE-12: needs the signature of both, for this file and this card', async () => {
    expect(await codeOf([by('technique'), by('dpo')])).toBe('OK');
    expect(await codeOf([])).toBe('E_GATE_ADMISSION');
    expect(await codeOf([by('technique')])).toBe('E_GATE_ADMISSION');
    expect(await codeOf([by('dpo'), by('dpo')])).toBe('E_GATE_ADMISSION');
    const other = { model: { name: yolox.name, sha256: 'b'.repeat(64) } };
    expect(await codeOf([by('technique', other), by('dpo')])).toBe('E_GATE_ADMISSION');
    expect(await codeOf([by('technique'), by('dpo')], NOW, { ...yolox, priority: 99 } as typeof yolox)).toBe(
      'E_GATE_ADMISSION',
    );
  });

  it('FACE-12: one person who holds the keys of both is not two persons', async () => {
    const twin = { ...technical, privateJwk: { ...technical.privateJwk, kid: 'twin-1' } };
    expect(await codeOf([by('technique'), by('dpo', {}, twin)])).toBe('E_GATE_ADMISSION');
    // Nor are two keys of one office.
    const second = { ...spare, privateJwk: { ...spare.privateJwk, kid: 'second-1' } };
    expect(await codeOf([by('technique'), by('dpo', { iss: 'office-technique' }, second)])).toBe('E_GATE_ADMISSION');
  });

  it('FACE-12: ends after a year at most, and holds for one installation', async () => {
    expect(await codeOf([by('technique'), by('dpo')], NOW + 364 * DAY - 1)).toBe('OK');
    expect(await codeOf([by('technique'), by('dpo')], NOW + 364 * DAY)).toBe('E_GATE_ADMISSION');
    expect(await codeOf([by('technique', { exp: NOW + 400 * DAY }), by('dpo')])).toBe('E_GATE_ADMISSION');
    expect(await codeOf([by('technique', { iat: NOW + DAY }), by('dpo')])).toBe('E_GATE_ADMISSION');
    expect(await codeOf([by('technique', { aud: 'elsewhere' }), by('dpo')])).toBe('E_GATE_ADMISSION');
    expect(await codeOf([by('technique', { more: 1 } as Partial<AdmissionClaims>), by('dpo')])).toBe(
      'E_GATE_ADMISSION',
    );
  });

  it('FACE-12: what is loaded is what was hashed, whatever the file becomes meanwhile', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'differe-gate-'));
    const weightsPath = path.join(folder, 'weights.onnx');
    await writeFile(weightsPath, networkFile('models/yolox_nano.onnx'));
    const found = { card: yolox, folder, weightsPath } as Parameters<typeof loadModel>[0];
    const loaded = await loadModel(found);
    await writeFile(`${weightsPath}.new`, networkFile('refused-models/mobilefacenet.onnx'));
    await rename(`${weightsPath}.new`, weightsPath);
    expect(inspect(loaded.bytes, loaded.card).admitted).toBe(true);
    await expect(loadModel(found)).rejects.toMatchObject({ code: 'E_GATE_HASH' });
  });

  it('FACE-11, FACE-12: the probes: the same picture gives the same answer, and no head reaches the crop classifier', async () => {
    const detector = await probeModel(yolox, new Uint8Array(networkFile('models/yolox_nano.onnx')));
    expect(detector).toMatchObject({ deterministic: true, blindToHeads: undefined });
    const crop = card('models/street-crop/card.json') as Card & { sha256: string };
    expect(await probeModel(crop, new Uint8Array(0))).toMatchObject({ blindToHeads: true });
    const seeing = {
      ...crop,
      input: { ...crop.input, hidden: { top: 0, bottom: 0, left: 0, right: 0 } },
    } as typeof crop;
    await expect(probeModel(seeing, new Uint8Array(0))).rejects.toMatchObject({ code: 'E_GATE_PROBE' });
  });
});

describe('the canaries', () => {
  it('FACE-15: the gate refuses each of them by its structure', async () => {
    const answers = tryCanaries();
    expect(answers.length).toBeGreaterThanOrEqual(17);
    expect(answers.filter(({ held }) => !held)).toEqual([]);
    await demandCanaries();
  });

  it('FACE-15: a gate with one rule missing does not start', async () => {
    for (const missing of ['E_GATE_EMBEDDING', 'E_GATE_OP', 'E_GATE_TEMPORAL'] as const) {
      const broken: typeof inspect = (bytes, brought) => {
        const reasons = inspect(bytes, brought).reasons.filter(
          ({ code }) => code !== missing && code !== 'E_GATE_CONTRACT',
        );
        return { admitted: reasons.length === 0, code: reasons[0]?.code, reasons };
      };
      await expect(demandCanaries(broken), missing).rejects.toMatchObject({ code: 'E_GATE_CANARY' });
    }
  });
});
