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
  namedDossier,
} from '../../gateway/admission/admissions.ts';
import { demandCanaries, tryCanaries } from '../../gateway/admission/canaries.ts';
import type { Card } from '../../gateway/admission/contract.ts';
import { inspect } from '../../gateway/admission/inspect.ts';
import { figuresDigest, type ProbeFigures } from '../../gateway/admission/probes.ts';
import { loadModel } from '../../gateway/analysis/models.ts';
import { AppError } from '../../gateway/errors.ts';
import { type KeyRegistry, loadRegistry } from '../../gateway/trust/registry.ts';
import { signClaims } from '../../gateway/trust/sign.ts';
import { AUDIENCE, NOW, newKey, type TestKey } from '../requisition/support.ts';
import { card, networkFile } from './networks.ts';

const DAY = 86_400;
const yolox = card('models/yolox-nano/card.json') as Card & { sha256: string };
const DOSSIER = { id: 'dossier-1', version: 3 };
const PROBES: ProbeFigures = {
  ver: 1,
  deterministic: true,
  headMasked: { crops: 40, same: 40, largestChange: 0.1 },
  recognised: { persons: 0.2, faces: 0 },
  faces: { pictures: 40, answered: 0 },
  farReach: 0.01,
};
let technical: TestKey;
let dpo: TestKey;
let spare: TestKey;
let prosecutor: TestKey;
let mute: TestKey;
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
  prosecutor = await newKey('parquet-1');
  mute = await newKey('mute-1');
  const unsigning = { ...entry(mute, 'dpo'), iss: 'office-silent', signs: ['differe-dossier+jwt'] };
  registry = loadRegistry(
    JSON.stringify({
      keys: [entry(technical, 'technique'), entry(dpo, 'dpo'), twin, second, entry(prosecutor, 'procureur'), unsigning],
    }),
    'test',
  );
});

const claims = (role: string, changes: Partial<AdmissionClaims> = {}): AdmissionClaims => ({
  ver: 2,
  env: 'test',
  iss: `office-${role}`,
  aud: AUDIENCE,
  jti: randomUUID(),
  iat: NOW - DAY,
  exp: NOW + 364 * DAY,
  model: { name: yolox.name, sha256: yolox.sha256 },
  card_sha256: cardDigest(yolox),
  dossier: DOSSIER,
  probes: PROBES,
  probes_sha256: figuresDigest(PROBES),
  ...changes,
});
const by = (
  role: 'technique' | 'dpo',
  changes: Partial<AdmissionClaims> = {},
  key = role === 'dpo' ? dpo : technical,
) => signClaims(claims(role, changes), ADMISSION_TYP, key.privateJwk);
const codeOf = async (
  admissions: readonly Promise<string>[],
  nowSeconds = NOW,
  of = yolox,
  dossier: typeof DOSSIER | undefined = DOSSIER,
) =>
  demandAdmission(of, await Promise.all(admissions), {
    registry,
    env: 'test',
    audience: AUDIENCE,
    nowSeconds,
    dossier,
  }).then(
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

  it('FACE-12: G7: carries figures of the probes that stay within the bounds, and their digest', async () => {
    const beyond = { ...PROBES, recognised: { persons: 0.9, faces: 0 } };
    const lies: readonly Partial<AdmissionClaims>[] = [
      { probes: beyond, probes_sha256: figuresDigest(beyond) },
      { probes: beyond },
      { probes_sha256: 'a'.repeat(64) },
      { probes: undefined as unknown as ProbeFigures },
      { probes: 'no probes were run' as unknown as ProbeFigures },
      { probes: { ...PROBES, headMasked: { crops: 0, same: 0, largestChange: 0 } } },
    ];
    for (const lie of lies)
      expect(await codeOf([by('technique', lie), by('dpo')]), JSON.stringify(lie)).toBe('E_GATE_ADMISSION');
  });

  it('FACE-12: G8: is for one version of the dossier: the next one, another one or none needs it anew', async () => {
    const both = () => [by('technique'), by('dpo')];
    expect(await codeOf(both(), NOW, yolox, { ...DOSSIER, version: 4 })).toBe('E_GATE_ADMISSION');
    expect(await codeOf(both(), NOW, yolox, { ...DOSSIER, id: 'dossier-2' })).toBe('E_GATE_ADMISSION');
    const none = demandAdmission(yolox, await Promise.all(both()), {
      registry,
      env: 'test',
      audience: AUDIENCE,
      nowSeconds: NOW,
      dossier: undefined,
    });
    await expect(none).rejects.toMatchObject({ code: 'E_GATE_ADMISSION', subject: yolox.sha256 });
    const older = { dossier: { ...DOSSIER, version: 2 } };
    expect(await codeOf([by('technique', older), by('dpo')])).toBe('E_GATE_ADMISSION');
    expect(namedDossier(JSON.stringify({ dossier: { ...DOSSIER, title: 't' }, signatures: [] }))).toEqual(DOSSIER);
    for (const text of ['', '{', 'null', '{"dossier":{"id":1,"version":1}}', '{"dossier":{"id":"a"}}'])
      expect(namedDossier(text)).toBeUndefined();
  });

  it('FACE-12: G8: a signature of a role that does not admit, or of a key that may not sign admissions, counts for nobody', async () => {
    const asProsecutor = signClaims(claims('procureur'), ADMISSION_TYP, prosecutor.privateJwk);
    expect(await codeOf([by('technique'), asProsecutor])).toBe('E_GATE_ADMISSION');
    expect(await codeOf([asProsecutor, by('dpo')])).toBe('E_GATE_ADMISSION');
    const asDpo = signClaims(claims('dpo'), ADMISSION_TYP, { ...prosecutor.privateJwk });
    expect(await codeOf([by('technique'), asDpo])).toBe('E_GATE_ADMISSION');
    const silent = signClaims(claims('silent'), ADMISSION_TYP, mute.privateJwk);
    expect(await codeOf([by('technique'), silent])).toBe('E_GATE_ADMISSION');
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
