import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openLog } from '../../gateway/audit/append.ts';
import { openSharedLog, type SharedLog, type SharedLogOptions } from '../../gateway/audit/appender.ts';
import { diskFiles } from '../../gateway/audit/files.ts';
import { inboxKey, listWaiting, putEvent, writeSettled } from '../../gateway/audit/inbox.ts';
import { verifyLog } from '../../gateway/audit/verify.ts';
import { systemClock } from '../../gateway/clock.ts';
import type { Database } from '../../gateway/database.ts';
import { asOwner, testDatabase } from '../support/database.ts';
import { eventFor } from './events.ts';
import { appendMany, freshFolder, optionsFor } from './support.ts';

async function sharedOptions(): Promise<SharedLogOptions & { readonly database: Database }> {
  const database = await testDatabase();
  return { ...optionsFor(await freshFolder(), { clock: systemClock }), database, pollMs: 20, settleMs: 60 };
}

async function open(options: SharedLogOptions): Promise<SharedLog> {
  const log = await openSharedLog(options);
  onTestFinished(() => log.close());
  return log;
}

async function connect(database: Database): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

interface Running {
  readonly child: ChildProcess;
  /** Resolves when it has opened the log. */
  readonly ready: Promise<void>;
  /** Resolves when it has ended, with what it had acknowledged: number and exhibit. */
  readonly acknowledged: Promise<Map<number, string>>;
}

/** A further process on the same log. `onLine` hears the number of events it had acknowledged so far. */
function start(options: SharedLogOptions, count: number, onLine: (count: number) => void = () => undefined): Running {
  const script = path.join(import.meta.dirname, 'shared-loop.ts');
  const child = spawn(process.execPath, [script, options.dir, options.database.url, `${count}`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(options.signingKey.export({ format: 'pem', type: 'pkcs8' }));
  let isReady = (): void => undefined;
  const ready = new Promise<void>((resolve) => {
    isReady = resolve;
  });
  const read = async (): Promise<Map<number, string>> => {
    const acknowledged = new Map<number, string>();
    for await (const line of createInterface({ input: child.stdout })) {
      const [seq = '', id] = line.split(' ');
      if (seq === 'ready') isReady();
      else if (id?.length === 36) acknowledged.set(Number(seq), id);
      onLine(acknowledged.size);
    }
    return acknowledged;
  };
  return { child, ready, acknowledged: read() };
}

/** Every acknowledged event stands once, at its number; returns the number of records. */
async function assertOnce(options: SharedLogOptions, groups: readonly Map<number, string>[]): Promise<number> {
  const log = await openLog({ ...options });
  const size = await log.size();
  const exhibits = new Map<string, number>();
  const ids = new Set<unknown>();
  for (let seq = 0; seq < size; seq++) {
    const record = await log.record(seq);
    ids.add(record?.id);
    const [object] = (record?.objects ?? []) as readonly { id: string }[];
    if (object === undefined || exhibits.has(object.id)) expect.fail(`record ${seq} stands twice`);
    exhibits.set(object.id, seq);
  }
  await log.close();
  expect(ids.size).toBe(size);
  for (const [seq, id] of groups.flatMap((group) => [...group])) {
    if (exhibits.get(id) !== seq) expect.fail(`event ${id} of number ${seq} stands at ${exhibits.get(id)}`);
  }
  expect(await verifyLog(options.dir)).toMatchObject({ ok: true, size });
  return size;
}

describe('one log of many processes', () => {
  it('has one appender; the others get numbers by way of the inbox, and read the same log', async () => {
    const options = await sharedOptions();
    const first = await open(options);
    const second = await open(options);
    expect([first.isAppender(), second.isAppender()]).toEqual([true, false]);
    const numbers = await Promise.all([appendMany(first, 50), appendMany(second, 50)]);
    expect(numbers.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, n) => n));
    expect(await second.size()).toBe(100);
    expect(await second.record(7)).toEqual(await first.record(7));
    expect(await second.prove(99)).toBe(await first.prove(99));
    expect(await second.checkpoint()).toBe(await first.checkpoint());
    expect((await asOwner(options.database, 'SELECT count(*)::int AS n FROM audit_inbox')).rows).toEqual([{ n: 0 }]);
    expect(await verifyLog(options.dir)).toMatchObject({ ok: true, size: 100 });
  });

  it('hands the lock over when the appender closes, and events that wait are not lost', async () => {
    const options = await sharedOptions();
    const first = await open(options);
    const second = await open(options);
    const waiting = appendMany(second, 20);
    await first.close();
    expect(new Set(await waiting).size).toBe(20);
    expect(await second.append(eventFor())).toBe(20);
    expect(second.isAppender()).toBe(true);
    await expect(first.append(eventFor())).rejects.toMatchObject({ code: 'E_LOG_DOWN' });
  });

  it('two processes at once: no event is lost and none stands twice', async () => {
    const options = await sharedOptions();
    const running = [start(options, 300), start(options, 300)];
    const acknowledged = await Promise.all(running.map((one) => one.acknowledged));
    expect(acknowledged.map((group) => group.size)).toEqual([300, 300]);
    expect(await assertOnce(options, acknowledged)).toBe(600);
  });

  it('kill -9 of the appender: another process takes over, nothing acknowledged is lost, nothing stands twice', async () => {
    const options = await sharedOptions();
    for (let round = 0; round < 3; round++) {
      const holder = start(options, 1_000_000);
      await holder.ready;
      const other = start(options, 200, (count) => {
        if (count === 60) holder.child.kill('SIGKILL');
      });
      const groups = await Promise.all([holder.acknowledged, other.acknowledged]);
      expect(groups[1].size).toBe(200);
      await assertOnce(options, groups);
    }
  });
});

describe('the inbox', () => {
  it('does not append an event again that the holder before had appended and not written back', async () => {
    const options = await sharedOptions();
    const client = await connect(options.database);
    const key = inboxKey(options.signingKey);
    const log = await openLog({ ...options });
    await appendMany(log, 300);
    const [appended, pending] = [randomUUID(), randomUUID()];
    for (const id of [appended, pending])
      await putEvent(client, key, id, { event: eventFor(), atLeast: await log.size() });
    await appendMany(log, 3);
    const seq = await log.appendAs(appended, eventFor());
    await appendMany(log, 3);
    await log.close();

    const shared = await open(options);
    // The drain after the opening has come before whatever is appended by way of a second process.
    const second = await open(options);
    await second.append(eventFor());
    const { rows } = await client.query('SELECT id, seq::int FROM audit_inbox ORDER BY seq');
    expect(rows).toEqual([
      { id: appended, seq },
      { id: pending, seq: 307 },
    ]);
    expect(await shared.size()).toBe(309);
  });

  it('LOG-03: shows the database nothing of an event, and takes no event from the database itself', async () => {
    const options = await sharedOptions();
    const client = await connect(options.database);
    await putEvent(client, inboxKey(options.signingKey), randomUUID(), { event: eventFor(), atLeast: 0 });
    const { rows } = await client.query<{ text: string }>('SELECT record::text AS text FROM audit_inbox');
    expect(rows[0]?.text).toMatch(/^\{"sealed": "[A-Za-z0-9+/=]+"\}$/);
    const forged = [
      [randomUUID(), JSON.stringify({ event: eventFor(), atLeast: 0 })],
      // A sealed event under another id: an old act cannot be played again.
      [randomUUID(), rows[0]?.text],
    ];
    for (const row of forged) await client.query('INSERT INTO audit_inbox (id, record) VALUES ($1, $2::jsonb)', row);
    const shared = await open(options);
    const second = await open(options);
    await second.append(eventFor());
    const refused = await client.query('SELECT count(*)::int AS n FROM audit_inbox WHERE refused = $1', [
      'E_LOG_CONTENT',
    ]);
    expect(refused.rows).toEqual([{ n: 2 }]);
    expect(await shared.size()).toBe(2);
    await expect(second.append(eventFor('Jean Dupont'))).rejects.toMatchObject({ code: 'E_LOG_CONTENT' });
  });

  it('LOG-05: refuses the act when nobody appends in time', async () => {
    const options = await sharedOptions();
    const client = await connect(options.database);
    await client.query('SELECT pg_advisory_lock(7230021)');
    const member = await open({ ...options, waitMs: 40 });
    await expect(member.append(eventFor())).rejects.toMatchObject({ code: 'E_LOG_DOWN' });
    expect(await listWaiting(client, inboxKey(options.signingKey), 10)).toEqual([]);
  });

  it('DEF-12: carries the refusal of the appender back', async () => {
    const options = await sharedOptions();
    let nowMs = 5_000;
    const holder = await open({ ...options, clock: { nowMs: () => nowMs } });
    const member = await open(options);
    await holder.append(eventFor());
    nowMs = 4_000;
    await expect(member.append(eventFor())).rejects.toMatchObject({ code: 'E_CLOCK' });
    nowMs = 6_000;
    expect(await member.append(eventFor())).toBe(1);
  });
});

describe('losing the lock', () => {
  const endSessionOfHolder = (database: Database) =>
    asOwner(
      database,
      `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = 7230021
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );

  it.each(['before', 'after'] as const)(
    'stops the appender before another can write, in the middle of a batch, %s it is written',
    async (moment) => {
      const options = await sharedOptions();
      const { promise: gate, resolve: release } = Promise.withResolvers<void>();
      const { promise: halfWay, resolve: arrive } = Promise.withResolvers<void>();
      let armed = false;
      const wait = async (): Promise<void> => {
        if (!armed) return;
        arrive();
        await gate;
      };
      const files = {
        ...diskFiles,
        async stageAhead(...given: Parameters<typeof diskFiles.stageAhead>) {
          const { staged, ahead } = await diskFiles.stageAhead(...given);
          const write = async (bytes: Uint8Array, offset: number): Promise<void> => {
            if (moment === 'before') await wait();
            await ahead.write(bytes, offset);
            if (moment === 'after') await wait();
          };
          return { staged, ahead: { write, close: ahead.close } };
        },
      };
      const holder = await open({ ...options, files });
      await appendMany(holder, 5);
      armed = true;
      const inTheMiddle = holder.append(eventFor()).then(
        () => 'resolved',
        (error) => error.code,
      );
      await halfWay;
      await endSessionOfHolder(options.database);
      // The other process takes the lock, opens the folder and appends while the first one is half way.
      const acknowledged = await start(options, 20).acknowledged;
      release();
      expect(await inTheMiddle).toBe('E_LOG_DOWN');
      expect(acknowledged.size).toBe(20);
      await expect(holder.append(eventFor())).rejects.toMatchObject({ code: 'E_LOG_DOWN' });
      expect(holder.isAppender()).toBe(false);
      await holder.close();
      // What was durable and not acknowledged may stand; what came late is in a file that nobody reads any more.
      const size = moment === 'before' ? 25 : 26;
      expect(await verifyLog(options.dir)).toMatchObject({ ok: true, size });
      expect(await assertOnce(options, [acknowledged])).toBe(size);
    },
  );

  it('lets the same process open the log again', async () => {
    const options = await sharedOptions();
    const holder = await open(options);
    await holder.append(eventFor());
    await endSessionOfHolder(options.database);
    await expect(appendUntilDown(holder)).resolves.toBe('E_LOG_DOWN');
    await holder.close();
    const again = await open(options);
    expect(await again.append(eventFor())).toBe((await again.size()) - 1);
  });

  it('is E_LOG_DOWN when the database knows of more records than the log has', async () => {
    const options = await sharedOptions();
    const client = await connect(options.database);
    const id = randomUUID();
    await putEvent(client, inboxKey(options.signingKey), id, { event: eventFor(), atLeast: 0 });
    await writeSettled(client, [{ id, seq: 41 }]);
    await expect(openSharedLog(options)).rejects.toMatchObject({ code: 'E_LOG_DOWN' });
  });

  it('is E_LOG_DOWN without a database', async () => {
    const options = await sharedOptions();
    const url = 'postgres://nobody@localhost/none?host=/nowhere';
    await expect(openSharedLog({ ...options, database: { url } })).rejects.toMatchObject({ code: 'E_LOG_DOWN' });
  });
});

async function appendUntilDown(log: SharedLog): Promise<unknown> {
  for (;;) {
    const outcome = await log.append(eventFor()).then(
      () => undefined,
      (error) => error.code,
    );
    if (outcome !== undefined) return outcome;
  }
}
