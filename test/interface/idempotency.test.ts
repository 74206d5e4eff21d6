import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../gateway/database.ts';
import { AppError } from '../../gateway/errors.ts';
import { installIdempotency } from '../../gateway/idempotency.ts';
import { type CaseId, newId } from '../../gateway/ids.ts';
import { installProblems } from '../../gateway/policy/problem.ts';
import { openVault, type Vault } from '../../gateway/vault.ts';
import { asOwner, testDatabase } from '../support/database.ts';

// Keys on a real PostgreSQL and a real vault; the route makes numbers.

const HOUR = 3_600_000;

describe('idempotency keys', () => {
  let folder: string;
  let database: Database;
  let vault: Vault;
  let app: FastifyInstance;
  let caseId: CaseId;
  const clock = { ms: 1_790_000_000_000, nowMs: () => clock.ms };
  const made: string[] = [];
  const kept: string[] = [];
  let begun = 0;
  let gate: Promise<void> | undefined;
  let asker = { thumbprint: 'key-1', inCase: true };

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'differe-once-'));
    database = await testDatabase();
    vault = await openVault({
      dataDir: path.join(folder, 'vault'),
      keysDir: path.join(folder, 'keys'),
      installationKey: Buffer.alloc(32, 7),
    });
    app = Fastify();
    app.decorateRequest('thumbprint', { getter: () => asker.thumbprint });
    app.decorateRequest('authority', {
      getter: () => (asker.inCase ? ({ caseId } as never) : undefined),
    });
    installIdempotency(app, { database, vault, clock });
    installProblems(app, async () => undefined);
    app.post('/kept', async (request) =>
      request.once({
        takesId: true,
        make: async (id) => {
          if ((request.body as { late?: boolean }).late !== true) kept.push(id);
          begun += 1;
          await gate;
          if (!kept.includes(id)) kept.push(id);
          return { id };
        },
        idOf: ({ id }) => id,
        read: async (id) => {
          if (!kept.includes(id)) throw new AppError('E_PRO_SILO');
          return { id };
        },
      }),
    );
    app.post('/things', async (request) =>
      request.once({
        make: async () => {
          begun += 1;
          await gate;
          if ((request.body as { fail?: boolean }).fail === true) throw new AppError('E_PRO_QUOTA');
          made.push(`thing-${made.length + 1}`);
          return { id: made.at(-1) ?? '' };
        },
        idOf: ({ id }) => id,
        read: async (id) => ({ id }),
      }),
    );
  });
  afterAll(async () => {
    await app.close();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    made.length = 0;
    kept.length = 0;
    begun = 0;
    gate = undefined;
    asker = { thumbprint: 'key-1', inCase: true };
    caseId = newId<CaseId>();
    await vault.createCase(caseId);
    await asOwner(database, 'INSERT INTO cases (id) VALUES ($1)', [caseId]);
  });

  // Not before it is awaited does `inject` send; this sends at once.
  const post = async (key: string | undefined, body: object = { n: 1 }) =>
    await app.inject({
      method: 'POST',
      url: '/things',
      payload: body,
      headers: key === undefined ? {} : { 'idempotency-key': key },
    });

  it.each([true, false])('the same key and body make one thing and give one answer (in a case: %s)', async (inCase) => {
    asker = { ...asker, inCase };
    const key = `"${newId()}"`;
    const [first, second] = [await post(key), await post(key)];
    expect(first.json()).toEqual({ id: 'thing-1' });
    expect(second.json()).toEqual(first.json());
    expect(made).toHaveLength(1);
    // Without a key each request makes its own, and another key or another asker too.
    await post(undefined);
    await post('other');
    asker = { ...asker, thumbprint: 'key-2' };
    await post(key);
    expect(made).toHaveLength(4);
  });

  it('the same key with another body is refused', async () => {
    await post('k1');
    const other = await post('k1', { n: 2 });
    expect([other.statusCode, other.json().code]).toEqual([422, 'E_IDEMPOTENCY_REUSED']);
    expect(made).toHaveLength(1);
  });

  it('two at once: one makes it, the other is told to wait; then both have one answer', async () => {
    let open = (): void => undefined;
    gate = new Promise((resolve) => {
      open = resolve;
    });
    const first = post('k2');
    await expect.poll(() => begun).toBe(1);
    await expect.poll(async () => (await post('k2')).json().code).toBe('E_IDEMPOTENCY_BUSY');
    open();
    expect((await first).json()).toEqual({ id: 'thing-1' });
    expect((await post('k2')).json()).toEqual({ id: 'thing-1' });
    expect(made).toHaveLength(1);
  });

  it('many at once make one thing', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => post('k3')));
    expect(made).toHaveLength(1);
    for (const answer of answers) expect([200, 409]).toContain(answer.statusCode);
  });

  it('what was refused made nothing: the key may be used again', async () => {
    expect((await post('k4', { fail: true })).json().code).toBe('E_PRO_QUOTA');
    expect((await post('k4', { n: 1 })).json()).toEqual({ id: 'thing-1' });
  });

  it('keys are forgotten after 24 hours, and a request that died after twenty seconds of silence', async () => {
    await post('k5');
    clock.ms += 23 * HOUR;
    await post('k5');
    expect(made).toHaveLength(1);
    clock.ms += 2 * HOUR;
    await post('k5');
    expect(made).toHaveLength(2);
    gate = new Promise(() => undefined);
    begun = 0;
    void post('k6');
    await expect.poll(() => begun).toBe(1);
    await expect.poll(async () => (await post('k6')).statusCode).toBe(409);
    clock.ms += 20_001;
    gate = undefined;
    expect((await post('k6')).statusCode).toBe(200);
  });

  it('a request that runs for longer says so, and is not taken for dead', async () => {
    const slow = Fastify();
    slow.decorateRequest('thumbprint', { getter: () => asker.thumbprint });
    slow.decorateRequest('authority', { getter: () => ({ caseId }) as never });
    installIdempotency(slow, { database, vault, clock, renewMs: 20 });
    installProblems(slow, async () => undefined);
    const { promise, resolve } = Promise.withResolvers<void>();
    let runs = 0;
    slow.post('/slow', async (request) =>
      request.once({
        make: async (id) => {
          runs += 1;
          await promise;
          return { id };
        },
        idOf: ({ id }) => id,
        read: async (id) => ({ id }),
      }),
    );
    const send = () => slow.inject({ method: 'POST', url: '/slow', payload: {}, headers: { 'idempotency-key': 'k9' } });
    const first = send();
    await expect.poll(() => runs).toBe(1);
    for (let step = 0; step < 3; step++) {
      clock.ms += 15_000;
      await expect
        .poll(async () => {
          const { rows } = await asOwner(database, 'SELECT asked_at FROM case_idempotency WHERE case_id = $1', [
            caseId,
          ]);
          return rows.map(({ asked_at }) => Number(asked_at));
        })
        .toEqual([clock.ms]);
    }
    expect((await send()).json().code).toBe('E_IDEMPOTENCY_BUSY');
    resolve();
    expect((await first).json()).toEqual((await send()).json());
    expect(runs).toBe(1);
    await slow.close();
  });

  it.each([false, true])(
    'a request that died is not made twice: what it had made is found, by the id that was kept before (died before it made: %s)',
    async (late) => {
      const send = async () =>
        await app.inject({ method: 'POST', url: '/kept', payload: { late }, headers: { 'idempotency-key': 'k7' } });
      gate = new Promise(() => undefined);
      void send();
      await expect.poll(() => begun).toBe(1);
      expect(kept).toHaveLength(late ? 0 : 1);
      expect((await send()).json().code).toBe('E_IDEMPOTENCY_BUSY');
      clock.ms += 20_001;
      gate = undefined;
      const [again, after] = [await send(), await send()];
      expect(again.statusCode).toBe(200);
      expect(begun).toBe(late ? 2 : 1);
      expect(kept).toEqual([again.json().id]);
      expect(after.json()).toEqual(again.json());
    },
  );

  it('refuses a key that is none', async () => {
    for (const key of ['', 'a b', 'é', 'x'.repeat(129)]) {
      expect((await post(key)).json().code, key).toBe('E_IDEMPOTENCY_KEY');
    }
  });

  it('SEC-07: neither key, body nor what was made stand readable in the database', async () => {
    await post('canary-key-77', { word: 'canary-body' });
    const rows = await asOwner(database, 'SELECT * FROM case_idempotency WHERE case_id = $1', [caseId]);
    const text = JSON.stringify(rows.rows.map((row) => ({ ...row, sealed: String(row.sealed) })));
    expect(rows.rows).toHaveLength(1);
    expect(text).not.toMatch(/canary|thing-1/);
  });
});
