import { randomUUID } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../gateway/database.ts';
import { AppError } from '../../gateway/errors.ts';
import { type Acts, createActs } from '../../gateway/trust/acts.ts';
import { loadRegistry } from '../../gateway/trust/registry.ts';
import { signClaims } from '../../gateway/trust/sign.ts';
import type { ActClaims, ActKind } from '../../gateway/trust/types.ts';
import { openVault, type Vault } from '../../gateway/vault.ts';
import { AUDIENCE, NOW, newKey, type TestKey } from '../requisition/support.ts';
import { testDatabase } from '../support/database.ts';

interface OrderClaims extends ActClaims {
  readonly sub: string;
}
const applied: string[] = [];
const orders: ActKind<OrderClaims> = {
  typ: 'differe-order+jwt',
  parse: (value) => value as unknown as OrderClaims,
  procedureOf: ({ sub }) => sub,
  demandSigner: (_, { role }) => {
    if (role !== 'procureur') throw new AppError('E_REQ_AUTHORITY');
  },
  apply: async ({ claims }) => void applied.push(claims.jti),
};
const lists: ActKind = {
  typ: 'differe-revocation-list+jwt',
  parse: (value) => value as unknown as ActClaims,
  procedureOf: () => undefined,
  demandSigner: () => undefined,
};

const PROCEDURE = 'PV-2026/000777';
let database: Database;
let vault: Vault;
let acts: Acts;
let prosecutor: TestKey;
let officer: TestKey;

const claims = (changes: object = {}) => ({
  ver: 1,
  env: 'test',
  iss: 'parquet',
  aud: AUDIENCE,
  jti: randomUUID(),
  iat: NOW,
  sub: PROCEDURE,
  ...changes,
});
const order = (changes: object = {}, key = prosecutor) =>
  signClaims(claims(changes), 'differe-order+jwt', key.privateJwk);
const present = (compact: string) => acts.present(compact, async () => undefined);
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'OK',
    (error: unknown) => (error instanceof AppError ? error.code : String(error)),
  );

beforeAll(async () => {
  database = await testDatabase();
  const folder = await mkdtemp(path.join(tmpdir(), 'differe-acts-'));
  vault = await openVault({
    dataDir: path.join(folder, 'vault'),
    keysDir: path.join(folder, 'keys'),
    installationKey: Buffer.alloc(32, 7),
  });
  prosecutor = await newKey('parquet-1');
  officer = await newKey('opj-1');
  const entry = (key: TestKey, role: string) => ({
    ...key.publicJwk,
    kid: key.privateJwk.kid,
    iss: 'parquet',
    role,
    signs: ['differe-order+jwt', 'differe-revocation-list+jwt'],
    env: 'test',
  });
  acts = createActs({
    database,
    vault,
    clock: { nowMs: () => NOW * 1000 },
    registry: loadRegistry(JSON.stringify({ keys: [entry(prosecutor, 'procureur'), entry(officer, 'opj')] }), 'test'),
    env: 'test',
    audience: AUDIENCE,
    kinds: [orders, lists],
    wasErased: async () => false,
  });
  const caseId = vault.caseIdOf(PROCEDURE);
  await vault.createCase(caseId);
  await database.inCase(caseId, (tx) => tx.query('INSERT INTO cases (id) VALUES ($1)', [caseId]));
});

describe('signed acts', () => {
  it('puts an act of a case on record once, applied in the same transaction, its event durable before', async () => {
    const compact = await order();
    const seen: string[] = [];
    const act = await acts.present(compact, async ({ claims: { jti } }) => void seen.push(jti));
    expect(applied).toContain(act.claims.jti);
    expect(seen).toEqual([act.claims.jti]);
    const again = await present(compact);
    expect(again.sha256).toBe(act.sha256);
    expect(applied.filter((jti) => jti === act.claims.jti)).toHaveLength(1);
    const onRecord = await acts.ofCase(vault.caseIdOf(PROCEDURE), orders);
    expect(onRecord.map(({ claims: { jti } }) => jti)).toContain(act.claims.jti);
  });

  it('keeps nothing when its event cannot be written', async () => {
    const compact = await order();
    const work = acts.present(compact, async () => Promise.reject(new AppError('E_LOG_DOWN')));
    expect(await codeOf(work)).toBe('E_LOG_DOWN');
    const { jti } = JSON.parse(Buffer.from(compact.split('.')[1] ?? '', 'base64url').toString()) as ActClaims;
    const onRecord = await acts.ofCase(vault.caseIdOf(PROCEDURE), orders);
    expect(onRecord.map((act) => act.claims.jti)).not.toContain(jti);
  });

  it('REQ-15: refuses another installation, a used jti with other bytes, and what is signed in the future', async () => {
    expect(await codeOf(order({ aud: 'elsewhere' }).then(present))).toBe('E_REQ_REPLAY');
    expect(await codeOf(order({ iat: NOW + 3600 }).then(present))).toBe('E_REQ_EXPIRED');
    const jti = randomUUID();
    await present(await order({ jti }));
    expect(await codeOf(order({ jti, iat: NOW - 5 }).then(present))).toBe('E_REQ_REPLAY');
  });

  it('refuses a signer whose role does not allow the act, a broken signature, a kind that nobody knows, a case that is not here', async () => {
    expect(await codeOf(order({}, officer).then(present))).toBe('E_REQ_AUTHORITY');
    expect(await codeOf(order().then((compact) => present(`${compact.slice(0, -4)}AAAA`)))).toBe('E_REQ_SIG');
    const closure = signClaims(claims(), 'differe-closure+jwt', prosecutor.privateJwk);
    expect(await codeOf(closure.then(present))).toBe('E_REQ_SIG');
    expect(await codeOf(order({ sub: 'PV-2026/999999' }).then(present))).toBe('E_PRO_SILO');
  });

  it('HAB-05: what an act says stands in the database as ciphertext alone', async () => {
    await present(await signClaims(claims(), 'differe-revocation-list+jwt', prosecutor.privateJwk));
    expect(await acts.ofInstallation(lists)).toHaveLength(1);
    const { rows } = await database.inService((tx) => tx.query('SELECT sealed FROM installation_acts'));
    const bytes = (rows as { sealed: Buffer }[]).map(({ sealed }) => sealed.toString('latin1')).join('');
    expect(bytes).not.toContain('eyJ');
  });
});
