import { randomUUID } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../gateway/audit/types.ts';
import { createLateness } from '../../gateway/compliance/lateness.ts';
import { ANSWER_MS, PERSON_REQUEST_TYP } from '../../gateway/compliance/person-request-claims.ts';
import { createPersonRequests, type PersonRequests } from '../../gateway/compliance/person-requests.ts';
import type { Database } from '../../gateway/database.ts';
import { AppError } from '../../gateway/errors.ts';
import { type Acts, createActs } from '../../gateway/trust/acts.ts';
import { loadRegistry } from '../../gateway/trust/registry.ts';
import { signClaims } from '../../gateway/trust/sign.ts';
import { openVault } from '../../gateway/vault.ts';
import { handClock } from '../audit/support.ts';
import { AUDIENCE, NOW, newKey } from '../requisition/support.ts';
import { testDatabase } from '../support/database.ts';

const ROLES = ['dpo', 'responsable', 'magistrat_230_24', 'procureur', 'opj'] as const;
type Role = (typeof ROLES)[number];
const DAY_MS = 86_400_000;
const RECEIVED_MS = NOW * 1000 - DAY_MS;
const iso = (ms: number): string => new Date(ms).toISOString();
const keys = Object.fromEntries(
  await Promise.all(ROLES.map(async (role) => [role, await newKey(`${role}-1`)] as const)),
) as Record<Role, Awaited<ReturnType<typeof newKey>>>;
const registry = loadRegistry(
  JSON.stringify({
    keys: ROLES.map((role) => ({
      ...keys[role].publicJwk,
      kid: `${role}-1`,
      ...{ iss: `office-${role}`, role, signs: [PERSON_REQUEST_TYP], env: 'test' },
    })),
  }),
  'test',
);

let database: Database;
let requests: PersonRequests;
let acts: Acts;
let journal: AuditEvent[];
const clock = handClock(NOW * 1000);

beforeEach(async () => {
  clock.setMs(NOW * 1000);
  database = await testDatabase();
  journal = [];
  const folder = await mkdtemp(path.join(tmpdir(), 'differe-requests-'));
  const vault = await openVault({
    dataDir: path.join(folder, 'vault'),
    keysDir: path.join(folder, 'keys'),
    installationKey: Buffer.alloc(32, 7),
  });
  requests = createPersonRequests({
    database,
    clock,
    log: { append: async (event) => journal.push(event) - 1 },
    readActs: (kind) => acts.trustedOfInstallation(kind),
  });
  acts = createActs({
    database,
    vault,
    clock,
    registry,
    env: 'test',
    audience: AUDIENCE,
    kinds: [requests.kind],
    wasErased: async () => false,
  });
});

async function present(role: Role, claims: object): Promise<string> {
  const iat = Math.floor(clock.nowMs() / 1000);
  const common = { ver: 1, env: 'test', iss: `office-${role}`, aud: AUDIENCE, jti: randomUUID(), iat };
  const compact = await signClaims({ ...common, ...claims }, PERSON_REQUEST_TYP, keys[role].privateJwk);
  return (await acts.present(compact, async () => undefined)).claims.jti;
}
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'OK',
    (error: unknown) => (error instanceof AppError ? error.code : String(error)),
  );
const received = (changes: object = {}) => ({
  ...{ step: 'received', channel: 'cnil', subject: 'access', ref: 'CNIL-2026-0042', received_at: iso(RECEIVED_MS) },
  ...changes,
});
const answered = (request: string, changes: object = {}) => ({
  ...{ step: 'answered', channel: 'cnil', request, answered_at: iso(clock.nowMs()), answer: 'checked', act_ref: 'R-1' },
  ...changes,
});

describe('the register of requests of persons', () => {
  it('RGT-02: keeps each request with its way, its due date and its answer, in the journal by act alone', async () => {
    const id = await present('dpo', received());
    expect(await requests.list()).toEqual([
      {
        ...{ id, channel: 'cnil', subject: 'access', ref: 'CNIL-2026-0042', receivedAtMs: RECEIVED_MS },
        ...{ dueAtMs: RECEIVED_MS + ANSWER_MS, answer: undefined, isOverdue: false },
      },
    ]);
    const act = await present('responsable', answered(id));
    expect((await requests.list())[0]?.answer).toEqual({ atMs: NOW * 1000, what: 'checked', act });
    expect(journal.map(({ action, objects }) => [action, objects.map((object) => object.id)])).toEqual([
      ['request.received', [id]],
      ['request.answered', [id, act]],
    ]);
    expect(JSON.stringify(journal)).not.toContain('CNIL-2026');
    // What was asked and answered stands sealed.
    const { rows } = await database.inService((tx) => tx.query('SELECT * FROM person_requests'));
    expect(Object.keys(rows[0] as object)).toEqual(['id', 'due_at', 'answered_at', 'overdue_noted_at']);
  });

  it('RGT-02: a request that nobody answered in time is told once to the journal, and to the operator until it is answered', async () => {
    const id = await present('procureur', received({ channel: 'procureur', due_at: iso(NOW * 1000 + DAY_MS) }));
    await present('dpo', received({ ref: 'CNIL-2026-0043' }));
    const lateness = () =>
      createLateness({
        retention: async () => ({ overdue: { purges: 0, orders: 0, quarantines: 0 }, unfinished: [] }),
        reviews: async () => [],
        requests: requests.countOverdue,
        isJournalOverdue: () => false,
        hasWitness: true,
      });
    await requests.noteOverdue();
    expect([await lateness().warnings(), (await lateness().overdue()).request]).toEqual([[], 0]);
    clock.setMs(NOW * 1000 + DAY_MS + 1);
    for (let round = 0; round < 3; round++) await requests.noteOverdue();
    expect(journal.filter(({ action }) => action === 'request.overdue').map(({ objects }) => objects)).toEqual([
      [{ type: 'act', id }],
    ]);
    expect([await lateness().warnings(), (await lateness().overdue()).request]).toEqual([
      ['rights: 1 requests of persons are overdue'],
      1,
    ]);
    expect((await requests.list()).filter(({ isOverdue }) => isOverdue).map((each) => each.id)).toEqual([id]);
    await present('procureur', answered(id, { channel: 'procureur', answer: 'rectified' }));
    expect((await lateness().overdue()).request).toBe(0);
  });

  it('RGT-02: takes a request and its answer from the offices of its way alone, each once, in the order of time', async () => {
    const id = await present('magistrat_230_24', received({ channel: 'magistrat_230_24', subject: 'erasure' }));
    for (const [role, channel] of [
      ['opj', 'cnil'],
      ['procureur', 'cnil'],
      ['dpo', 'procureur'],
      ['dpo', 'magistrat_230_24'],
    ] as const)
      expect([role, channel, await codeOf(present(role, received({ channel })))]).toEqual([
        role,
        channel,
        'E_REQ_AUTHORITY',
      ]);
    // By another way than it came, of none that is here, before it came, and twice.
    expect(await codeOf(present('dpo', answered(id)))).toBe('E_RGT_REQUEST');
    expect(await codeOf(present('dpo', answered(randomUUID())))).toBe('E_RGT_REQUEST');
    const own = { channel: 'magistrat_230_24' };
    const early = answered(id, { ...own, answered_at: iso(RECEIVED_MS - 1) });
    expect(await codeOf(present('magistrat_230_24', early))).toBe('E_RGT_REQUEST');
    expect(await codeOf(present('magistrat_230_24', answered(id, own)))).toBe('OK');
    expect(await codeOf(present('magistrat_230_24', answered(id, own)))).toBe('E_RGT_REQUEST');
    expect(journal.map(({ action }) => action)).toEqual(['request.received', 'request.answered']);
  });

  it('RGT-02: no name fits: a reference is one word with a digit, and nothing else may be said', async () => {
    for (const changes of [
      { ref: 'Zoé Quetzalcoatl' },
      { ref: 'DUPONT' },
      { subject: 'copy' },
      { name: 'Dupont' },
      { procedure: 'PV-2026-000042' },
      { due_at: iso(RECEIVED_MS + ANSWER_MS + 1) },
      { due_at: iso(RECEIVED_MS) },
      { received_at: iso(NOW * 1000 + DAY_MS) },
    ])
      expect([changes, await codeOf(present('dpo', received(changes)))]).toEqual([changes, 'E_REQ_SCHEMA']);
    const id = await present('dpo', received());
    for (const changes of [{ answer: 'yes' }, { text: 'x' }, { answered_at: iso(NOW * 1000 + DAY_MS) }])
      expect(await codeOf(present('dpo', answered(id, changes)))).toBe('E_REQ_SCHEMA');
  });
});
