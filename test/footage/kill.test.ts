import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, expect, it } from 'vitest';
import type { Database } from '../../gateway/database.ts';
import { CHUNK_BYTES } from '../../gateway/sealed-objects.ts';
import { asOwner, testDatabase } from '../support/database.ts';
import type { LostWritesOrder } from '../support/lost-writes.ts';
import { descendantsOf } from '../support/processes.ts';
import {
  exhibitOf,
  makeFilm,
  metadata,
  openUpload,
  patch,
  removeTemporaryFolders,
  sha256Of,
  signRequisition,
  startFootage,
  temporaryFolder,
  tusRequest,
} from './support.ts';

afterAll(removeTemporaryFolders);

interface Running {
  readonly url: string;
  kill(): Promise<void>;
}

async function start(order: object, disk?: LostWritesOrder): Promise<Running> {
  const program = path.join(import.meta.dirname, 'gateway-process.ts');
  const layer =
    disk === undefined ? [] : ['--import', path.join(import.meta.dirname, '..', 'support', 'lost-writes.ts')];
  const child: ChildProcess = spawn(process.execPath, [...layer, program, JSON.stringify(order)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...(disk === undefined ? {} : { LOST_WRITES: JSON.stringify(disk) }) },
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', () => reject(new Error('the gateway did not start')));
    if (child.stdout !== null) createInterface({ input: child.stdout }).once('line', resolve);
  });
  return {
    url,
    async kill() {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}

const committed = async (database: Database): Promise<number> =>
  Number((await asOwner(database, 'SELECT offset_bytes FROM uploads')).rows[0]?.offset_bytes ?? 0);

it('resumes after kill -9 in the middle of a request: nothing acknowledged is lost, and the digest is that of the schedule', async () => {
  const folder = temporaryFolder();
  // Long enough that several parts are made durable within one request: a film and bytes after it that its container skips.
  const film = makeFilm(path.join(folder, 'film.mp4'));
  const filler = Buffer.alloc(24 * 1024 * 1024, 0x5a);
  filler.writeUInt32BE(filler.length, 0);
  filler.write('free', 4, 'latin1');
  const bytes = Buffer.concat([readFileSync(film), filler]);
  writeFileSync(film, bytes);

  const database = await testDatabase();
  const place = path.join(folder, 'installation');
  mkdirSync(place);
  const order = {
    databaseUrl: database.url,
    folder: place,
    installationKey: randomBytes(32).toString('hex'),
    signed: await signRequisition([exhibitOf(film, 'SCELLE-1')]),
  };
  let gateway = await start(order);
  const opened = await tusRequest('POST', `${gateway.url}/api/v1/uploads`, {
    'upload-length': String(bytes.length),
    'upload-metadata': metadata({ piece: 'SCELLE-1', filename: 'film.mp4' }),
  });
  const location = opened.headers.get('location') ?? '';

  // Half a second part is on its way when the process dies: the body never ends by itself.
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(bytes.subarray(0, 10 * 1024 * 1024 + 777)),
  });
  const headers = { 'tus-resumable': '1.0.0', 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' };
  const init: RequestInit & { duplex: 'half' } = { method: 'PATCH', headers, body, duplex: 'half' };
  const sending = fetch(new URL(location, gateway.url), init).catch(() => undefined);
  while ((await committed(database)) < 4 * 1024 * 1024);
  await gateway.kill();
  await sending;
  const acknowledged = await committed(database);
  // As a killed job would have left it.
  mkdirSync(path.join(place, 'scratch', '999999999.1.abcdef'), { recursive: true });

  gateway = await start(order);
  const upload = new URL(location, gateway.url).href;
  const offset = Number((await tusRequest('HEAD', upload, {})).headers.get('upload-offset'));
  expect(offset).toBe(acknowledged);
  expect(offset % CHUNK_BYTES).toBe(0);
  expect(offset).toBeGreaterThan(0);
  expect(readdirSync(path.join(place, 'scratch'))).toEqual([]);
  expect((await patch(upload, offset, bytes.subarray(offset))).status).toBe(204);
  const { rows } = await asOwner(database, 'SELECT state FROM exhibits');
  expect(rows).toEqual([{ state: 'sealed' }]);
  const caseId = (await asOwner(database, 'SELECT case_id FROM exhibits')).rows[0]?.case_id;
  const listed = (await (await fetch(`${gateway.url}/api/v1/cases/${caseId}/exhibits`)).json()) as {
    exhibits: { sha256: string; frames: number }[];
  };
  expect(listed.exhibits).toMatchObject([{ sha256: sha256Of(film), frames: 100 }]);

  // A death after the last byte and before the seal would leave the last chunk to be sent again: the offset says "all" only now.
  expect(Number((await tusRequest('HEAD', upload, {})).headers.get('upload-offset'))).toBe(bytes.length);
  await gateway.kill();
});

it('SEC-10: an upload whose last look at the file is killed is not refused: its bytes stay, and the last chunk is taken again', async () => {
  const film = makeFilm(path.join(temporaryFolder(), 'film.mp4'));
  const line = await startFootage(await testDatabase(), [exhibitOf(film, 'SCELLE-1')]);
  const location = (
    await openUpload(line, readFileSync(film).length, { piece: 'SCELLE-1', filename: 'film.mp4' })
  ).headers.get('location');
  const upload = new URL(location ?? '', line.url).href;
  const bytes = readFileSync(film);
  let open = true;
  const sending = patch(upload, 0, bytes).finally(() => {
    open = false;
  });
  let killed = 0;
  while (open) {
    for (const pid of descendantsOf(process.pid, 'ffprobe')) killed += process.kill(pid, 'SIGKILL') ? 1 : 0;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  expect(killed).toBeGreaterThan(0);
  expect((await sending).status).toBe(503);
  expect(await line.rows()).toEqual([{ state: 'receiving', refusal_code: null }]);
  const offset = Number((await tusRequest('HEAD', upload, {})).headers.get('upload-offset'));
  expect(offset).toBe(Math.floor((bytes.length - 1) / CHUNK_BYTES) * CHUNK_BYTES);
  expect((await patch(upload, offset, bytes.subarray(offset))).status).toBe(204);
  expect(await line.rows()).toEqual([{ state: 'sealed', refusal_code: null }]);
  await line.app.close();
});

it('SEC-10: a disk that is full or broken at every tenth step of an upload loses no acknowledged byte, and the digest is that of the schedule', async () => {
  const folder = temporaryFolder();
  const film = makeFilm(path.join(folder, 'film.mp4'));
  const bytes = readFileSync(film);
  const database = await testDatabase();
  const place = path.join(folder, 'installation');
  mkdirSync(place);
  const order = {
    databaseUrl: database.url,
    folder: place,
    installationKey: randomBytes(32).toString('hex'),
    signed: await signRequisition([exhibitOf(film, 'SCELLE-1')]),
  };
  const gateway = await start(order, { root: path.join(place, 'vault'), faultEvery: 10 });
  const opened = await tusRequest('POST', `${gateway.url}/api/v1/uploads`, {
    'upload-length': String(bytes.length),
    'upload-metadata': metadata({ piece: 'SCELLE-1', filename: 'film.mp4' }),
  });
  const upload = new URL(opened.headers.get('location') ?? '', gateway.url).href;
  const offsetNow = async () => Number((await tusRequest('HEAD', upload, {})).headers.get('upload-offset'));
  let [offset, failed] = [0, 0];
  while (offset < bytes.length) {
    const answer = await patch(upload, offset, bytes.subarray(offset));
    if (answer.status !== 204) {
      expect(answer.status).toBeGreaterThanOrEqual(500);
      failed++;
    }
    const durable = await offsetNow();
    expect(durable).toBeGreaterThanOrEqual(offset);
    expect(failed).toBeLessThan(100);
    offset = durable;
  }
  expect(failed).toBeGreaterThan(1);
  const { rows } = await asOwner(database, 'SELECT case_id, state FROM exhibits');
  expect(rows).toMatchObject([{ state: 'sealed' }]);
  const listed = await (await fetch(`${gateway.url}/api/v1/cases/${rows[0]?.case_id}/exhibits`)).json();
  expect(listed).toMatchObject({ exhibits: [{ sha256: sha256Of(film) }] });
  await gateway.kill();
});
