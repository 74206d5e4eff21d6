import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { seatProsecutor } from '../../gateway/demo/habilitation.ts';
import { type DemoExhibit, scenePosition } from '../../gateway/demo/requisition.ts';
import { exhibitOf, type Line, startLine, tokensFor } from '../support/line.ts';

// A gateway with the networks that the repository ships, its console built, and Debian's Chromium before it.

export const chromiumPath = process.env.DIFFERE_CHROMIUM ?? '/usr/bin/chromium';
export const hasChromium = existsSync(chromiumPath);
const screenshots = process.env.DIFFERE_TEST_SCREENSHOTS;

const BUILD = path.resolve(import.meta.dirname, '../../gateway/build-console.mjs');

/** A real clip of the shared footage, or a rendered scene where that is not there. */
const CLIP = path.resolve(import.meta.dirname, '../../../shared/footage/free/car-detection.mp4');
export const realClip = existsSync(CLIP) ? CLIP : undefined;

export interface Visit extends AsyncDisposable {
  readonly line: Line;
  readonly page: Page;
  readonly context: BrowserContext;
  /** Addresses that were asked for and are not the gateway's. */
  readonly foreign: readonly string[];
  /** Errors of the page and its console. */
  readonly complaints: string[];
  /** Looks at the screen: a picture where one is wanted, and what axe finds wrong, in both themes. */
  look(name: string): Promise<void>;
  /** At a width of 320 pixels, which is a magnification of four, nothing is scrolled sideways. */
  narrow(name: string): Promise<void>;
}

export async function startVisit(): Promise<Visit> {
  await promisify(execFile)(process.execPath, [BUILD]);
  const line = await startLine({ DIFFERE_MODELS: '' });
  const browser: Browser = await chromium.launch({
    executablePath: chromiumPath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: 'light' });
  const page = await context.newPage();
  const foreign: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(line.gateway.url) && !url.startsWith('blob:')) foreign.push(url);
  });
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));

  return {
    line,
    page,
    context,
    foreign,
    complaints,
    async look(name) {
      for (const theme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme: theme });
        // What lies half under the header that stays is too small a target for axe.
        await page.evaluate(() => scrollTo(0, 0));
        if (screenshots !== undefined) {
          await mkdir(screenshots, { recursive: true });
          await page.screenshot({ path: path.join(screenshots, `${name}-${theme}.png`) });
        }
        const { violations } = await new AxeBuilder({ page })
          .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
          .analyze();
        const found = violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
        expect(found, `${name}, ${theme}`).toEqual([]);
      }
      await page.emulateMedia({ colorScheme: 'light' });
    },
    async narrow(name) {
      const size = page.viewportSize();
      await page.setViewportSize({ width: 320, height: 800 });
      if (screenshots !== undefined)
        await page.screenshot({ path: path.join(screenshots, `${name}-320.png`), fullPage: true });
      const tooWide = await page.evaluate(() =>
        [...document.querySelectorAll('html, main, dialog[open]')]
          .filter((each) => each.scrollWidth > Math.max(320, each.clientWidth))
          .map((each) => `${each.tagName} ${each.scrollWidth}`),
      );
      expect(tooWide, name).toEqual([]);
      if (size !== null) await page.setViewportSize(size);
    },
    async [Symbol.asyncDispose]() {
      await browser.close();
      await line[Symbol.asyncDispose]();
    },
  };
}

/** Signs a requisition for the files, SCELLE-1 and on, and writes the access file that the console asks for. Cameras of the first `placed` have a position. */
export async function accessFile(
  line: Line,
  files: readonly string[],
  durationSeconds: number,
  placed = 0,
): Promise<string> {
  const exhibits = await Promise.all(
    files.map(async (file, index) => ({
      ...(await exhibitOf(file, `SCELLE-${index + 1}`, line.captureStartMs + index * 60_000, durationSeconds)),
      ...(index < placed ? { position: scenePosition(index) } : {}),
    })),
  );
  return writeAccess(line, exhibits);
}

/** As `accessFile`, of exhibits that say themselves which camera saw what and when. */
export async function writeAccess(line: Line, exhibits: readonly DemoExhibit[]): Promise<string> {
  const { authorisation, schedule } = await tokensFor(line, exhibits);
  const file = path.join(line.folder, 'access.json');
  const { agentKey } = line.installation;
  await writeFile(file, JSON.stringify({ url: line.gateway.url, agentKey, authorisation, schedule }));
  return file;
}

export const FILE_INPUT = 'input[type="file"]';

/** Signs in, deposits these files of the schedule and waits until each is analysed. */
export async function analyseAll({ page, line }: Visit, access: string, files: readonly string[]): Promise<void> {
  await page.goto(line.gateway.url);
  await page.setInputFiles(FILE_INPUT, access);
  await page.waitForSelector('.exhibits tbody tr');
  for (const [index, file] of files.entries()) {
    await page.setInputFiles(FILE_INPUT, file);
    await page.waitForFunction(
      (many) => document.querySelectorAll('tr[data-state="sealed"] button.primary').length === many,
      index + 1,
      { timeout: 60_000 },
    );
  }
  await page.click('#start-all');
  await page.waitForFunction(
    (many) => document.querySelectorAll('tr[data-state="done"]').length === many,
    files.length,
    { timeout: 180_000 },
  );
}

/** A part of a film as a file of its own, whose bytes differ from those of any other part. */
export async function cutOf(film: string, file: string, seconds: number): Promise<string> {
  const cut = ['-i', film, '-t', `${seconds}`, '-c', 'copy', '-metadata', `title=${path.basename(file)}`, file];
  await promisify(execFile)('ffmpeg', ['-v', 'error', ...cut]);
  return file;
}

/** A magistrate who controls, and the file that he signs in with. */
export async function controlFile(line: Line): Promise<string> {
  const file = path.join(line.folder, 'control.json');
  await writeFile(file, JSON.stringify({ agentKey: await seatProsecutor(line.installation, line.gateway.url) }));
  return file;
}

/** Unpacks a ZIP of stored files, as any program would: by its directory at the end. */
export async function unpack(zip: Buffer, folder: string): Promise<readonly string[]> {
  const end = zip.lastIndexOf(Buffer.from('504b0506', 'hex'));
  const count = zip.readUInt16LE(end + 10);
  const names: string[] = [];
  for (let entry = 0, at = zip.readUInt32LE(end + 16); entry < count; entry++) {
    const [size, nameLength, local] = [zip.readUInt32LE(at + 24), zip.readUInt16LE(at + 28), zip.readUInt32LE(at + 42)];
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength);
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const bytes = zip.subarray(start, start + size);
    expect(crc32(bytes), name).toBe(zip.readUInt32LE(at + 16));
    await mkdir(path.join(folder, path.dirname(name)), { recursive: true });
    await writeFile(path.join(folder, name), bytes);
    names.push(name);
    at += 46 + nameLength;
  }
  return names;
}
