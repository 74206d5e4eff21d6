import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readExhibit } from '../../gateway/footage/exhibits.ts';
import { exhibitToScratch } from '../../gateway/footage/open-exhibit.ts';
import { createScratch } from '../../gateway/footage/scratch.ts';
import { createUploadLocks } from '../../gateway/footage/upload-locks.ts';
import { unsealCopy } from '../../gateway/footage/working-copies.ts';
import { type CaseId, type ExhibitId, newId } from '../../gateway/ids.ts';
import { CHUNK_BYTES } from '../../gateway/sealed-objects.ts';
import { asOwner, testDatabase } from '../support/database.ts';
import {
  CAPTURE_START_MS,
  deposit,
  exhibitOf,
  type FootageLine,
  makeFilm,
  makeRequisition,
  NOW_MS,
  openUpload,
  patch,
  putOnRecord,
  removeTemporaryFolders,
  sha256Of,
  startFootage,
  temporaryFolder,
  tusRequest,
} from './support.ts';

const folder = temporaryFolder();
let film: string;
let bytes: Buffer;
let line: FootageLine;

beforeAll(() => {
  film = makeFilm(path.join(folder, 'film.mp4'));
  bytes = readFileSync(film);
});
beforeEach(async () => {
  line = await startFootage(await testDatabase(), [exhibitOf(film, 'SCELLE-1')]);
});
afterEach(async () => {
  await line.app.close();
  await line.database.close();
});
afterAll(removeTemporaryFolders);

const open = async (): Promise<string> => {
  const opened = await openUpload(line, bytes.length, { piece: 'SCELLE-1', filename: 'film.mp4' });
  expect(opened.status).toBe(201);
  return new URL(opened.headers.get('location') ?? '', line.url).href;
};
const offsetOf = async (url: string): Promise<number> =>
  Number((await tusRequest('HEAD', url, {})).headers.get('upload-offset'));
const listed = async (): Promise<Record<string, unknown>[]> => {
  const response = await fetch(`${line.url}/api/v1/cases/${line.requisition.caseId}/exhibits`);
  return ((await response.json()) as { exhibits: Record<string, unknown>[] }).exhibits;
};
const idOf = (url: string | undefined): ExhibitId => (url?.split('/').at(-1) ?? '') as ExhibitId;

describe('a deposit', () => {
  it('DEF-01: is sealed when the last byte has arrived, with the facts of its packets', async () => {
    const done = await deposit(line, film, { piece: 'SCELLE-1', filename: 'C:\\export\\film.mp4' });
    expect(done.code).toBeUndefined();
    const [exhibit] = await listed();
    expect(exhibit).toMatchObject({
      id: idOf(done.url),
      state: 'sealed',
      piece: 'SCELLE-1',
      fileName: 'film.mp4',
      sha256: sha256Of(film),
      sizeBytes: bytes.length,
      durationSeconds: 4,
      frames: 100,
      codec: 'h264',
      sealedAt: new Date(NOW_MS).toISOString(),
      windows: [{ fromSeconds: 0, toSeconds: 4 }],
    });
    expect(await offsetOf(done.url ?? '')).toBe(bytes.length);
    expect(line.scratchEntries()).toEqual([]);
  });

  it('DEF-02: keeps the bytes encrypted, and gives back exactly those that were sent', async () => {
    const { url } = await deposit(line, film, { sha256: sha256Of(film), filename: 'film.mp4' });
    const exhibit = await readExhibit(line.requisition, idOf(url), line);
    const copy = await exhibitToScratch(line.requisition, exhibit, temporaryFolder(), line);
    expect(sha256Of(copy)).toBe(sha256Of(film));
    const object = path.join(line.folder, 'vault', line.requisition.caseId, exhibit.object);
    expect(readFileSync(object).includes(bytes.subarray(0, 32))).toBe(false);
    const row = (await asOwner(line.database, 'SELECT row_to_json(e)::text AS text FROM exhibits e')).rows[0];
    expect(row.text).not.toMatch(/film|SCELLE|CAM-1/);
  });

  it('DEF-07: is hashed again on the way to its scratch folder, and nothing is left there when it differs', async () => {
    const { url } = await deposit(line, film, { piece: 'SCELLE-1' });
    const exhibit = await readExhibit(line.requisition, idOf(url), line);
    const scratch = temporaryFolder();
    const other = Buffer.from(bytes);
    other[7000] = (other[7000] ?? 0) ^ 1;
    // Bytes that the vault itself takes for sealed.
    await line.vault.remove(exhibit.caseId, exhibit.object);
    await line.vault.put(exhibit.caseId, exhibit.object, other);
    await expect(exhibitToScratch(line.requisition, exhibit, scratch, line)).rejects.toMatchObject({
      code: 'E_DEF_UNSTABLE',
    });
    expect(readdirSync(scratch)).toEqual([]);
  });

  it('RET-06: leaves no folder when its working copy cannot be made', async () => {
    const { url } = await deposit(line, film, { piece: 'SCELLE-1' });
    const exhibit = await readExhibit(line.requisition, idOf(url), line);
    const scratch = await createScratch(path.join(line.folder, 'scratch'));
    const { vault, requisition } = line;
    const copy = await unsealCopy(requisition, exhibit, { vault, scratch });
    expect(sha256Of(copy.file)).toBe(sha256Of(film));
    rmSync(copy.folder, { recursive: true });
    await vault.remove(exhibit.caseId, exhibit.object);
    await expect(unsealCopy(requisition, exhibit, { vault, scratch })).rejects.toMatchObject({ code: 'E_VAULT' });
    expect(line.scratchEntries()).toEqual([]);
  });

  it('REQ-06: is opened only under a requisition of its case whose schedule lists it', async () => {
    const { url } = await deposit(line, film, { piece: 'SCELLE-1' });
    const exhibit = await readExhibit(line.requisition, idOf(url), line);
    const narrower = await makeRequisition(
      [exhibitOf(film, 'SCELLE-2', { sha256: '0'.repeat(64) })],
      line.vault.caseIdOf,
    );
    const elsewhere = await makeRequisition([exhibitOf(film, 'SCELLE-1')], () => newId<CaseId>());
    const scratch = temporaryFolder();
    await expect(exhibitToScratch(narrower, exhibit, scratch, line)).rejects.toMatchObject({ code: 'E_REQ_SCOPE' });
    await expect(exhibitToScratch(elsewhere, exhibit, scratch, line)).rejects.toMatchObject({ code: 'E_PRO_SILO' });
    await expect(readExhibit(elsewhere, exhibit.id, line)).rejects.toMatchObject({ code: 'E_PRO_SILO' });
  });

  it('LOG-01: writes the seal to the journal, with ids and the digest and nothing else', async () => {
    const { url } = await deposit(line, film, { piece: 'SCELLE-1' });
    expect(line.events).toEqual([
      expect.objectContaining({
        action: 'exhibit.seal',
        objects: [
          { type: 'exhibit', id: idOf(url) },
          { type: 'digest', id: sha256Of(film) },
        ],
        outcome: expect.objectContaining({ effect: 'done', code: 'OK' }),
      }),
    ]);
  });

  it('LOG-05: is not sealed while the journal cannot be written, and is when the last chunk is sent again', async () => {
    const url = await open();
    const append = line.events.push;
    line.events.push = () => {
      throw new Error('disk full');
    };
    expect((await patch(url, 0, bytes)).status).toBeGreaterThanOrEqual(500);
    expect((await listed())[0]?.state).toBe('receiving');
    line.events.push = append;
    const offset = await offsetOf(url);
    expect(offset).toBeLessThan(bytes.length);
    expect((await patch(url, offset, bytes.subarray(offset))).status).toBe(204);
    expect((await listed())[0]?.state).toBe('sealed');
  });

  it('is deposited once: a second deposit of a sealed piece is refused', async () => {
    await deposit(line, film, { piece: 'SCELLE-1' });
    expect(await deposit(line, film, { piece: 'SCELLE-1' })).toMatchObject({ status: 409, code: 'E_UPLOAD_EXISTS' });
  });

  it('gives way to a new deposit of the same piece while it is unfinished', async () => {
    const first = await open();
    await patch(first, 0, bytes.subarray(0, CHUNK_BYTES));
    const second = await open();
    expect(line.objects()).toEqual([]);
    expect((await tusRequest('HEAD', first, {})).status).toBe(404);
    expect((await patch(second, 0, bytes)).status).toBe(204);
  });

  it('can be given up, which leaves nothing', async () => {
    const url = await open();
    await patch(url, 0, bytes.subarray(0, CHUNK_BYTES));
    expect(line.objects()).toHaveLength(1);
    expect((await tusRequest('DELETE', url, {})).status).toBe(204);
    expect(line.objects()).toEqual([]);
    expect(await line.rows()).toEqual([]);
  });

  it('once sealed, cannot be given up', async () => {
    const { url } = await deposit(line, film, { piece: 'SCELLE-1' });
    expect((await tusRequest('DELETE', url ?? '', {})).code).toBe('E_UPLOAD_EXISTS');
    expect((await listed())[0]?.state).toBe('sealed');
  });
});

describe('a piece that several requests deposit at once', () => {
  const openings = (count: number) =>
    Promise.all(Array.from({ length: count }, () => openUpload(line, bytes.length, { piece: 'SCELLE-1' })));
  const places = (answers: Awaited<ReturnType<typeof openings>>): string[] =>
    answers.flatMap(({ headers }) => {
      const location = headers.get('location');
      return location === null ? [] : [new URL(location, line.url).href];
    });

  it('DEF-02: is opened by one of them; the others are told to try again, and none is left beside it', async () => {
    const answers = await openings(6);
    for (const { status, code } of answers) expect([201, 'E_UPLOAD_BUSY']).toContain(status === 201 ? status : code);
    expect(await line.rows()).toEqual([{ state: 'receiving', refusal_code: null }]);
    expect((await asOwner(line.database, 'SELECT count(*) AS n FROM uploads')).rows).toEqual([{ n: '1' }]);
  });

  it('DEF-02: is sealed once, however many finish it at the same time', async () => {
    const urls = places(await openings(6));
    const finished = await Promise.all([...urls, ...urls].map((url) => patch(url, 0, bytes)));
    expect(finished.filter(({ status }) => status === 204)).toHaveLength(1);
    expect(await line.rows()).toEqual([{ state: 'sealed', refusal_code: null }]);
    expect(line.events.filter(({ action }) => action === 'exhibit.seal')).toHaveLength(1);
    expect(line.objects()).toHaveLength(1);
    for (const answer of await openings(3)) expect(answer.code).toBe('E_UPLOAD_EXISTS');
  });

  it('DEF-02: cannot stand twice in the database, whoever inserts it', async () => {
    await open();
    const twin = `INSERT INTO exhibits (id, case_id, requisition_id, state, object_id, size_bytes, capture_start, capture_end,
      piece_mark, sealed) SELECT gen_random_uuid(), case_id, requisition_id, 'sealed', gen_random_uuid(), size_bytes,
      capture_start, capture_end, piece_mark, sealed FROM exhibits`;
    await expect(asOwner(line.database, twin)).rejects.toThrow('exhibits_one_piece');
  });

  it('does not give way while a request writes it', async () => {
    const url = await open();
    const other = createUploadLocks({ databaseUrl: line.database.url, clock: line.clock });
    const lock = other.locker.newLock(idOf(url));
    await lock.lock(new AbortController().signal, () => undefined);
    expect((await openUpload(line, bytes.length, { piece: 'SCELLE-1' })).code).toBe('E_UPLOAD_BUSY');
    await lock.unlock();
    await other.close();
    expect((await patch(url, 0, bytes)).status).toBe(204);
  });

  it('is deposited under each requisition that lists it: its windows and clock are those of the schedule', async () => {
    await deposit(line, film, { piece: 'SCELLE-1' });
    line.requisition = await makeRequisition([exhibitOf(film, 'SCELLE-1')], line.vault.caseIdOf);
    await putOnRecord(line.database, line.vault, line.requisition);
    expect((await deposit(line, film, { piece: 'SCELLE-1' })).code).toBeUndefined();
    expect(await line.rows()).toHaveLength(2);
  });
});

describe('the journal of the requests', () => {
  it('LOG-01: names the upload in every event of a deposit, from its creation on', async () => {
    const { url } = await deposit(line, film, { piece: 'SCELLE-1' }, CHUNK_BYTES * 4);
    const uploads = line.acts.filter(({ action }) => action === 'exhibit.upload');
    expect(uploads.length).toBeGreaterThan(2);
    for (const { objects } of uploads) expect(objects).toEqual([{ type: 'upload', id: idOf(url) }]);
  });

  it('LOG-02: names it when it is given up, and when something was refused', async () => {
    const url = await open();
    await patch(url, 7, bytes);
    await tusRequest('DELETE', url, {});
    await openUpload(line, bytes.length, { piece: 'SCELLE-2' });
    const uploads = line.acts.filter(({ action }) => action === 'exhibit.upload');
    expect(uploads.map(({ outcome }) => outcome.code)).toEqual([
      ...['OK', 'OK', 'E_UPLOAD_OFFSET', 'OK', 'OK', 'E_REQ_SCOPE'],
    ]);
    for (const { objects } of uploads)
      expect(objects).toEqual([{ type: 'upload', id: expect.stringMatching(/^[0-9a-f-]{36}$/) }]);
    expect(uploads[2]?.objects[0]?.id).toBe(idOf(url));
  });

  it('LOG-01: asking for the offset is reading, and no collection', async () => {
    const url = await open();
    line.acts.length = 0;
    await offsetOf(url);
    await tusRequest('OPTIONS', `${line.url}/api/v1/uploads`, {});
    expect(line.acts.map(({ action, objects }) => ({ action, objects }))).toEqual([
      { action: 'exhibit.read', objects: [{ type: 'upload', id: idOf(url) }] },
      { action: 'exhibit.read', objects: [] },
    ]);
  });

  it('LOG-03: takes no id from an address that has none', async () => {
    await tusRequest('PATCH', `${line.url}/api/v1/uploads/Jean-Dupont`, {
      'upload-offset': '0',
      'content-type': 'application/offset+octet-stream',
    });
    expect(JSON.stringify(line.acts)).not.toContain('Dupont');
  });
});

describe('the offset', () => {
  it('counts whole sealed chunks only, and never more than what is on disk', async () => {
    const url = await open();
    const answer = await patch(url, 0, bytes.subarray(0, CHUNK_BYTES * 2 + 1000));
    expect(answer.status).toBe(204);
    expect(answer.headers.get('upload-offset')).toBe(String(CHUNK_BYTES * 2));
    expect(await offsetOf(url)).toBe(CHUNK_BYTES * 2);
    const rest = await patch(url, CHUNK_BYTES * 2, bytes.subarray(CHUNK_BYTES * 2));
    expect(rest.status).toBe(204);
    expect((await listed())[0]?.state).toBe('sealed');
  });

  it('does not move for a request that makes no whole chunk', async () => {
    const url = await open();
    expect(await patch(url, 0, bytes.subarray(0, CHUNK_BYTES - 1))).toMatchObject({
      status: 400,
      code: 'E_UPLOAD_CHUNK',
    });
    expect(await offsetOf(url)).toBe(0);
  });

  it('must be the one that the client names', async () => {
    const url = await open();
    await patch(url, 0, bytes.subarray(0, CHUNK_BYTES));
    expect(await patch(url, 0, bytes.subarray(0, CHUNK_BYTES))).toMatchObject({ status: 409, code: 'E_UPLOAD_OFFSET' });
    expect(await patch(url, CHUNK_BYTES * 2, bytes.subarray(0, CHUNK_BYTES))).toMatchObject({ status: 409 });
    expect(await offsetOf(url)).toBe(CHUNK_BYTES);
  });

  it('never says that all is there before the exhibit is sealed', async () => {
    const url = await open();
    const seen: { offset: number; state: unknown }[] = [];
    const sending = patch(url, 0, bytes);
    let over = false;
    void sending.finally(() => {
      over = true;
    });
    while (!over) seen.push({ offset: await offsetOf(url), state: (await line.rows())[0]?.state });
    expect((await sending).status).toBe(204);
    for (const { offset, state } of seen) if (offset === bytes.length) expect(state).toBe('sealed');
  });

  it('is written by one request at a time', async () => {
    const url = await open();
    let release = (): void => undefined;
    const slow = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(bytes.subarray(0, CHUNK_BYTES));
        release = () => {
          controller.enqueue(bytes.subarray(CHUNK_BYTES, CHUNK_BYTES * 2));
          controller.close();
        };
      },
    });
    const headers = {
      'tus-resumable': '1.0.0',
      'upload-offset': '0',
      'content-type': 'application/offset+octet-stream',
    };
    const init: RequestInit & { duplex: 'half' } = { method: 'PATCH', headers, body: slow, duplex: 'half' };
    const first = fetch(url, init);
    // The object appears when the first request has the lock; it cannot end before it is released.
    while (line.objects().length === 0) await offsetOf(url);
    const second = await patch(url, 0, bytes.subarray(0, CHUNK_BYTES));
    expect(second).toMatchObject({ status: 423, code: 'E_UPLOAD_BUSY' });
    release();
    expect((await first).status).toBe(204);
    expect(await offsetOf(url)).toBe(CHUNK_BYTES * 2);
  });

  it('is written by one process at a time', async () => {
    const url = await open();
    const other = createUploadLocks({ databaseUrl: line.database.url, clock: line.clock });
    const lock = other.locker.newLock(idOf(url));
    await lock.lock(new AbortController().signal, () => undefined);
    expect(await patch(url, 0, bytes)).toMatchObject({ status: 423, code: 'E_UPLOAD_BUSY' });
    await lock.unlock();
    expect((await patch(url, 0, bytes)).status).toBe(204);
    await other.close();
  });

  it('keeps what was whole when the client goes away in the middle', async () => {
    const url = await open();
    const leave = new AbortController();
    const cut = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(bytes.subarray(0, CHUNK_BYTES + 100)),
    });
    const headers = {
      'tus-resumable': '1.0.0',
      'upload-offset': '0',
      'content-type': 'application/offset+octet-stream',
    };
    const init: RequestInit & { duplex: 'half' } = {
      method: 'PATCH',
      headers,
      body: cut,
      duplex: 'half',
      signal: leave.signal,
    };
    const sending = fetch(url, init).catch(() => undefined);
    while (line.objects().length === 0) await offsetOf(url);
    // Until the chunk itself is in the file.
    const file = path.join(line.folder, 'vault', line.requisition.caseId, line.objects()[0] ?? '');
    while (statSync(file).size < CHUNK_BYTES) await offsetOf(url);
    leave.abort();
    await sending;
    while ((await offsetOf(url)) === 0);
    expect(await offsetOf(url)).toBe(CHUNK_BYTES);
    let rest = await patch(url, CHUNK_BYTES, bytes.subarray(CHUNK_BYTES));
    while (rest.status === 423) rest = await patch(url, CHUNK_BYTES, bytes.subarray(CHUNK_BYTES));
    expect(rest.status).toBe(204);
    expect((await listed())[0]?.state).toBe('sealed');
  });
});

describe('what is refused before a byte is taken', () => {
  it('DEF-03: an upload of unknown length, which is a stream', async () => {
    const url = `${line.url}/api/v1/uploads`;
    const deferred = await tusRequest('POST', url, {
      'upload-defer-length': '1',
      'upload-metadata': 'piece U0NFTExFLTE=',
    });
    expect(deferred).toMatchObject({ status: 422, code: 'E_UPLOAD_DEFERRED' });
    expect((await tusRequest('POST', url, {})).code).toBe('E_UPLOAD_DEFERRED');
    expect(await line.rows()).toEqual([]);
  });

  it('DEF-02: a length that is not the one in the schedule', async () => {
    const answer = await openUpload(line, bytes.length + 1, { piece: 'SCELLE-1' });
    expect(answer).toMatchObject({ status: 409, code: 'E_DEF_HASH_MISMATCH' });
    expect(await line.rows()).toEqual([]);
  });

  it('DEF-02: a piece or a digest that the schedule does not list', async () => {
    expect(await openUpload(line, bytes.length, { piece: 'SCELLE-2' })).toMatchObject({
      status: 403,
      code: 'E_REQ_SCOPE',
    });
    expect((await openUpload(line, bytes.length, { sha256: '0'.repeat(64) })).code).toBe('E_REQ_SCOPE');
    expect((await openUpload(line, bytes.length, { filename: 'film.mp4' })).code).toBe('E_REQ_SCOPE');
    expect(await line.rows()).toEqual([]);
  });

  it.each([
    'rtsp://192.0.2.1/live',
    'https://example.org/a.mp4',
    'concat:a|b',
    '/dev/video0',
    'data:video/mp4;base64,AA',
  ])('DEF-05: an address where a name belongs: %s', async (address) => {
    expect(await openUpload(line, bytes.length, { piece: 'SCELLE-1', filename: address })).toMatchObject({
      status: 422,
      code: 'E_DEF_SOURCE',
    });
    expect((await openUpload(line, bytes.length, { piece: address })).code).toBe('E_DEF_SOURCE');
    expect(await line.rows()).toEqual([]);
  });

  it('DEF-03: footage of the last hour, whatever its file says', async () => {
    line.clock.ms = CAPTURE_START_MS + 4000 + 3_599_000;
    line.requisition = await makeRequisition([exhibitOf(film, 'SCELLE-1')], line.vault.caseIdOf, {
      nowMs: CAPTURE_START_MS + 64_000 + 3_000_000,
    });
    await putOnRecord(line.database, line.vault, line.requisition);
    expect(await openUpload(line, bytes.length, { piece: 'SCELLE-1' })).toMatchObject({
      status: 425,
      code: 'E_DEF_TOO_SOON',
    });
    line.clock.ms += 1000;
    expect((await openUpload(line, bytes.length, { piece: 'SCELLE-1' })).status).toBe(201);
  });

  it('a request that is not tus', async () => {
    expect((await tusRequest('POST', `${line.url}/api/v1/uploads`, { 'tus-resumable': '0.9.0' })).code).toBe(
      'E_REQUEST',
    );
    expect((await tusRequest('HEAD', `${line.url}/api/v1/uploads/not-an-id`, {})).status).toBe(400);
  });

  it('PRO-01: an upload of another requisition or another case', async () => {
    const url = await open();
    line.requisition = await makeRequisition([exhibitOf(film, 'SCELLE-1')], line.vault.caseIdOf);
    expect((await patch(url, 0, bytes)).code).toBe('E_REQ_SCOPE');
    line.requisition = await makeRequisition([exhibitOf(film, 'SCELLE-1')], () => newId<CaseId>());
    expect(await patch(url, 0, bytes)).toMatchObject({ status: 404, code: 'E_PRO_SILO' });
    expect((await tusRequest('HEAD', url, {})).status).toBe(404);
  });
});

describe('what is refused when the last byte has arrived', () => {
  it('DEF-02: one flipped bit; the bytes are destroyed and the vault is empty', async () => {
    const changed = path.join(folder, 'changed.mp4');
    const flipped = Buffer.from(bytes);
    flipped[flipped.length - 5000] = (flipped[flipped.length - 5000] ?? 0) ^ 1;
    writeFileSync(changed, flipped);
    const answer = await deposit(line, changed, { piece: 'SCELLE-1', filename: 'changed.mp4' });
    expect(answer).toMatchObject({ status: 409, code: 'E_DEF_HASH_MISMATCH' });
    expect(line.objects()).toEqual([]);
    expect(line.scratchEntries()).toEqual([]);
    expect(await line.rows()).toEqual([{ state: 'refused', refusal_code: 'E_DEF_HASH_MISMATCH' }]);
    expect(line.events).toMatchObject([
      { action: 'exhibit.refuse', outcome: { effect: 'forbid', code: 'E_DEF_HASH_MISMATCH' } },
    ]);
    // The right file may still come.
    expect((await deposit(line, film, { piece: 'SCELLE-1' })).code).toBeUndefined();
    expect(await line.rows()).toEqual([{ state: 'sealed', refusal_code: null }]);
  });

  it('answers with a problem document that names no value of the case', async () => {
    const url = await open();
    const response = await fetch(url, {
      method: 'PATCH',
      headers: { 'tus-resumable': '1.0.0', 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' },
      body: Buffer.alloc(bytes.length),
    });
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(response.headers.get('differe-code')).toBe('E_DEF_HASH_MISMATCH');
    expect(await response.text()).not.toMatch(/SCELLE|film/);
  });
});
