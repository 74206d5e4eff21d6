import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import * as tus from 'tus-js-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiAccess, type ApiClient, createApiClient, proofHeaders } from '../../gateway/interface/client.ts';
import { accessOf, exhibitOf, type Line, register, sceneFile, startLine, tokensFor } from '../support/line.ts';

// The client that the makers of tus publish, as it comes from the registry: it deposits without a word of this gateway but the proof of each
// request, in Node and in a browser.

const chromiumPath = process.env.DIFFERE_CHROMIUM ?? '/usr/bin/chromium';
/** The least that the gateway takes in one request: many requests for a small file. */
const CHUNK_BYTES = 64 * 1024;
const PIECES = ['SCELLE-1', 'SCELLE-2', 'SCELLE-3', 'SCELLE-4'] as const;
type Piece = (typeof PIECES)[number];
const BROWSER_FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];
const BROWSER_BUILD = path.resolve(
  path.dirname(createRequire(import.meta.url).resolve('tus-js-client')),
  '../../dist/tus.min.js',
);

interface Asked {
  readonly method: string;
  readonly proof: string;
}

describe('tus-js-client, unmodified', () => {
  let line: Line;
  let access: ApiAccess;
  let client: ApiClient;
  let caseId: string;
  const files = new Map<Piece, string>();

  beforeAll(async () => {
    line = await startLine();
    const street = await sceneFile(line.folder, 'street');
    for (const piece of PIECES) {
      const file = path.join(line.folder, `${piece}.mp4`);
      const copy = ['-i', street, '-c', 'copy', '-metadata', `title=${piece}`, file];
      await promisify(execFile)('ffmpeg', ['-v', 'error', ...copy]);
      files.set(piece, file);
    }
    const exhibits = PIECES.map((piece, index) =>
      exhibitOf(fileOf(piece), piece, line.captureStartMs + index * 60_000, 30),
    );
    const tokens = await tokensFor(line, await Promise.all(exhibits));
    ({ caseId } = await register(line, tokens));
    access = await accessOf(line, tokens.requisitionId);
    client = createApiClient(access);
  });
  afterAll(async () => {
    await line?.[Symbol.asyncDispose]();
  });

  const fileOf = (piece: Piece): string => files.get(piece) ?? '';
  /** What the documentation of the client shows, and the proof. */
  const optionsOf = (piece: Piece, asked: Asked[] = []): tus.UploadOptions => ({
    endpoint: `${line.gateway.url}/api/v1/uploads`,
    chunkSize: CHUNK_BYTES,
    retryDelays: [0, 200, 500, 1000],
    metadata: { filename: `${piece}.mp4`, piece },
    async onBeforeRequest(request) {
      const headers = await proofHeaders(access, request.getMethod(), request.getURL());
      for (const [name, value] of Object.entries(headers)) request.setHeader(name, value);
      asked.push({ method: request.getMethod(), proof: headers.dpop ?? '' });
    },
  });
  const whole = (bytes: Buffer, options: tus.UploadOptions): Promise<tus.Upload> =>
    new Promise((resolve, reject) => {
      const upload = new tus.Upload(bytes, { ...options, onError: reject, onSuccess: () => resolve(upload) });
      upload.start();
    });
  async function sealed(piece: Piece): Promise<void> {
    const { data } = await client.GET('/api/v1/cases/{caseId}/exhibits', { params: { path: { caseId } } });
    const exhibit = data?.exhibits.find((each) => each.piece === piece);
    const { sha256 } = await exhibitOf(fileOf(piece), piece, 0, 30);
    expect(exhibit).toMatchObject({ state: 'sealed', sha256 });
  }

  it('deposits a file in many requests, each with a proof of its own', async () => {
    const asked: Asked[] = [];
    await whole(await readFile(fileOf('SCELLE-1')), optionsOf('SCELLE-1', asked));
    await sealed('SCELLE-1');
    expect(asked.filter(({ method }) => method === 'PATCH').length).toBeGreaterThan(2);
    expect(new Set(asked.map(({ proof }) => proof)).size).toBe(asked.length);
  });

  it('goes on where an interrupted upload stopped, found again by what the client keeps', async () => {
    const bytes = await readFile(fileOf('SCELLE-2'));
    const urlStorage = keptUploads();
    const kept = { urlStorage, storeFingerprintForResuming: true, fingerprint: async () => 'the same file' };
    await new Promise<void>((resolve, reject) => {
      const first = new tus.Upload(bytes, {
        ...optionsOf('SCELLE-2'),
        ...kept,
        onError: reject,
        onSuccess: () => reject(new Error('it was to be interrupted')),
        onChunkComplete: (_, sent) => {
          if (sent >= 2 * CHUNK_BYTES) void first.abort().then(resolve, reject);
        },
      });
      first.start();
    });
    const asked: Asked[] = [];
    const already = await new Promise<number>((resolve, reject) => {
      let start: number | undefined;
      const second = new tus.Upload(bytes, {
        ...optionsOf('SCELLE-2', asked),
        ...kept,
        onError: reject,
        onProgress: (sent) => {
          start ??= sent;
        },
        onSuccess: () => resolve(start ?? 0),
      });
      void second.findPreviousUploads().then(([previous]) => {
        if (previous === undefined) return reject(new Error('nothing was kept'));
        second.resumeFromPreviousUpload(previous);
        second.start();
      });
    });
    expect(already).toBeGreaterThanOrEqual(2 * CHUNK_BYTES);
    expect(asked.map(({ method }) => method)).not.toContain('POST');
    expect(asked[0]?.method).toBe('HEAD');
    await sealed('SCELLE-2');
  });

  it('sends the first bytes with the creation, and takes an upload back', async () => {
    const bytes = await readFile(fileOf('SCELLE-3'));
    const given = optionsOf('SCELLE-3');
    const url = await new Promise<string>((resolve, reject) => {
      const upload = new tus.Upload(bytes, {
        ...given,
        onError: reject,
        onChunkComplete: () => {
          const address = upload.url ?? '';
          void upload.abort(true).then(() => resolve(address), reject);
        },
      });
      upload.start();
    });
    const headers = await proofHeaders(access, 'HEAD', url);
    const gone = await fetch(url, { method: 'HEAD', headers: { ...headers, 'tus-resumable': '1.0.0' } });
    expect(gone.status).toBeGreaterThanOrEqual(400);
    await whole(bytes, { ...given, uploadDataDuringCreation: true });
    await sealed('SCELLE-3');
  });

  it('tells its caller the refusal of a request without a proof', async () => {
    const { onBeforeRequest: _, ...bare } = optionsOf('SCELLE-4');
    const failure = await whole(await readFile(fileOf('SCELLE-4')), { ...bare, retryDelays: [] }).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(tus.DetailedError);
    const response = failure instanceof tus.DetailedError ? failure.originalResponse : undefined;
    expect(response?.getStatus()).toBe(401);
    expect(JSON.parse(response?.getBody() ?? '{}')).toMatchObject({ code: 'E_REQ_MISSING' });
  });

  it.skipIf(!existsSync(chromiumPath))(
    'deposits from a browser, and goes on by itself when the line was down',
    async () => {
      const browser = await chromium.launch({ executablePath: chromiumPath, args: BROWSER_FLAGS });
      try {
        // The page is any page of the gateway; its policy would let no foreign script in.
        const context = await browser.newContext({ bypassCSP: true });
        const page = await context.newPage();
        await page.goto(`${line.gateway.url}/api/v1/openapi.json`);
        await page.exposeFunction('proofFor', (method: string, url: string) => proofHeaders(access, method, url));
        await page.exposeFunction('lineDown', async () => {
          await context.setOffline(true);
          setTimeout(() => void context.setOffline(false), 300);
        });
        await page.setContent('<input type="file">');
        await page.addScriptTag({ path: BROWSER_BUILD });
        await page.setInputFiles('input[type="file"]', fileOf('SCELLE-4'));
        const methods = await page.evaluate(uploadInPage, { chunkSize: CHUNK_BYTES, piece: 'SCELLE-4' });
        expect(methods[0]).toBe('POST');
        // After the interruption it asked how far the gateway is.
        expect(methods).toContain('HEAD');
        expect(methods.filter((method) => method === 'PATCH').length).toBeGreaterThan(2);
      } finally {
        await browser.close();
      }
      await sealed('SCELLE-4');
    },
  );
});

/** Where a caller keeps what it needs to go on: the interface that the client publishes. */
function keptUploads(): tus.UrlStorage {
  const kept = new Map<string, tus.PreviousUpload>();
  return {
    findAllUploads: async () => [...kept.values()],
    findUploadsByFingerprint: async (fingerprint) =>
      [...kept].flatMap(([key, upload]) => (key.startsWith(`${fingerprint} `) ? [upload] : [])),
    removeUpload: async (key) => void kept.delete(key),
    async addUpload(fingerprint, upload) {
      const key = `${fingerprint} ${kept.size}`;
      kept.set(key, { ...upload, urlStorageKey: key });
      return key;
    },
  };
}

/** Runs in the page, with the client's own build: `tus` is what its script tag gives. */
function uploadInPage({ chunkSize, piece }: { chunkSize: number; piece: string }): Promise<string[]> {
  const page = globalThis as unknown as {
    tus: typeof tus;
    proofFor(method: string, url: string): Promise<Record<string, string>>;
    lineDown(): Promise<void>;
    document: { querySelector(selector: string): { files: ArrayLike<Blob> } };
    location: { origin: string };
  };
  const methods: string[] = [];
  let isDown = false;
  return new Promise((resolve, reject) => {
    const file = page.document.querySelector('input').files[0];
    if (file === undefined) return reject(new Error('no file'));
    new page.tus.Upload(file as unknown as File, {
      endpoint: `${page.location.origin}/api/v1/uploads`,
      chunkSize,
      retryDelays: [200, 500, 1000, 2000],
      metadata: { filename: `${piece}.mp4`, piece },
      async onBeforeRequest(request) {
        methods.push(request.getMethod());
        const headers = await page.proofFor(request.getMethod(), request.getURL());
        for (const [name, value] of Object.entries(headers)) request.setHeader(name, value);
      },
      onChunkComplete: (_, sent) => {
        if (isDown || sent < 2 * chunkSize) return;
        isDown = true;
        void page.lineDown();
      },
      // A browser that is offline is not asked again by default: here it comes back.
      onShouldRetry: () => true,
      onError: reject,
      onSuccess: () => resolve(methods),
    }).start();
  });
}
