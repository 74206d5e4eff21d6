import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  exhibitIdOf,
  exhibitOf,
  type JobBody,
  jobEnd,
  type Line,
  register,
  sceneFile,
  startLine,
  tokensFor,
} from '../support/line.ts';

// The page in a real Chromium: an investigator opens a case, asks, looks and decides.

const executablePath = process.env.DIFFERE_CHROMIUM ?? '/usr/bin/chromium';
const screenshots = process.env.DIFFERE_TEST_SCREENSHOTS;

describe.skipIf(!existsSync(executablePath))("the investigator's page", () => {
  let line: Line;
  let browser: Browser;
  let page: Page;
  const foreign: string[] = [];
  const complaints: string[] = [];

  beforeAll(async () => {
    line = await startLine();
    const file = await sceneFile(line.folder, 'street');
    const tokens = await tokensFor(line, [await exhibitOf(file, 'SCELLE-1', line.captureStartMs, 30)]);
    const { client, caseId } = await register(line, tokens);
    await client.upload(file, 'SCELLE-1');
    const exhibitId = await exhibitIdOf(client, caseId, 'SCELLE-1');
    const { id } = await client.json<JobBody>('POST', `/api/v1/cases/${caseId}/jobs`, { exhibitId });
    await jobEnd(client, caseId, id);
    const access = {
      url: line.gateway.url,
      agentKey: line.installation.agentKey,
      authorisation: tokens.authorisation,
      schedule: tokens.schedule,
    };
    await writeFile(path.join(line.folder, 'access.json'), JSON.stringify(access));
    browser = await chromium.launch({
      executablePath,
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
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.on('request', (request) => {
      if (!request.url().startsWith(line.gateway.url) && !request.url().startsWith('blob:'))
        foreign.push(request.url());
    });
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
  });
  afterAll(async () => {
    await browser?.close();
    await line?.[Symbol.asyncDispose]();
  });

  async function picture(name: string): Promise<void> {
    if (screenshots === undefined) return;
    await mkdir(screenshots, { recursive: true });
    await page.screenshot({ path: path.join(screenshots, `${name}.png`), fullPage: true });
  }

  it('opens a case with an access file, in French', async () => {
    await page.goto(line.gateway.url);
    expect(await page.getAttribute('html', 'lang')).toBe('fr');
    await picture('1-sign-in');
    await page.setInputFiles('#access', path.join(line.folder, 'access.json'));
    await page.waitForSelector('#exhibits li');
    expect(await page.textContent('#exhibits')).toContain('street.mp4');
    expect(await page.textContent('#exhibits')).toContain('analysé');
    expect(await page.textContent('#scope')).toContain('PV-2026-000042');
  });

  it('keeps the agent key non-extractable', async () => {
    const extractable = await page.evaluate(
      () =>
        new Promise((resolve) => {
          const request = indexedDB.open('differe', 1);
          request.onsuccess = () => {
            const read = request.result.transaction('access').objectStore('access').get('current');
            read.onsuccess = () => resolve((read.result as { key: CryptoKey }).key.extractable);
          };
        }),
    );
    expect(extractable).toBe(false);
  });

  it('answers a question with masked thumbnails, the executed question and the coverage', async () => {
    await page.check('#classes input[value="car"]');
    await page.check('#colours input[value="red"]');
    await page.click('#question button[type="submit"]');
    await page.waitForFunction(() =>
      [...document.querySelectorAll<HTMLImageElement>('#hits img')].some((image) => image.naturalWidth > 0),
    );
    expect(await page.locator('#hits li').count()).toBe(1);
    expect(await page.textContent('#executed')).toContain('rouge');
    expect(await page.textContent('#coverage')).toContain('analysé 00:00:30');
    expect(await page.textContent('#notice')).toContain("n'établit pas une identité");
    await picture('2-answer');
  });

  it('HUM-01: a hit is looked at, then confirmed', async () => {
    await page.click('#hits li button');
    await page.waitForFunction(() => (document.querySelector<HTMLImageElement>('#still')?.naturalWidth ?? 0) > 0);
    await picture('3-hit');
    await page.click('#play');
    await page.waitForFunction(() => (document.querySelector<HTMLVideoElement>('#clip')?.currentTime ?? 0) > 0);
    await page.click('[data-verdict="confirmed"]');
    await page.waitForFunction(() => document.querySelector('#verdict-state')?.textContent === 'confirmé');
    await page.click('#close');
  });

  it('speaks English on demand, and says so when nothing is found', async () => {
    await page.click('#language');
    expect(await page.getAttribute('html', 'lang')).toBe('en');
    await page.uncheck('#colours input[value="red"]');
    await page.uncheck('#classes input[value="car"]');
    await page.check('#classes input[value="bus"]');
    await page.click('#question button[type="submit"]');
    await page.waitForFunction(() => document.querySelector('#total')?.textContent === 'No hit in what was analysed.');
    expect(await page.textContent('#coverage')).toContain('analysed 00:00:30');
    await picture('4-nothing');
  });

  it('asks nobody but its gateway, sets no cookie and raises no error', async () => {
    expect(foreign).toEqual([]);
    expect(await page.context().cookies()).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
