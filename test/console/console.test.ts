import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sceneFile } from '../support/line.ts';
import { accessFile, hasChromium, realClip, startVisit, type Visit } from './support.ts';

// The console in a real Chromium before a real gateway: an investigator signs in, deposits, watches, asks, looks and decides.

const FILE_INPUT = 'input[type="file"]';

describe.skipIf(!hasChromium)('the console', () => {
  let visit: Visit;
  let page: Page;
  let clip: string;

  beforeAll(async () => {
    visit = await startVisit();
    page = visit.page;
    clip = realClip ?? (await sceneFile(visit.line.folder, 'street'));
    await accessFile(visit.line, [clip], 30.3);
  });
  afterAll(() => visit?.[Symbol.asyncDispose]());

  it('says French first, and shows its first content within a second', async () => {
    await page.goto(visit.line.gateway.url);
    await page.waitForSelector('.sign-in h2');
    expect(await page.getAttribute('html', 'lang')).toBe('fr');
    expect(await page.textContent('.sign-in h2')).toBe('Ouvrir une procédure');
    const painted = await page.evaluate(
      () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.POSITIVE_INFINITY,
    );
    expect(painted).toBeLessThan(1000);
    await visit.look('1-sign-in');
  });

  it('sends a policy without inline script and hashed files that may be kept, the page itself not', async () => {
    const answer = await fetch(visit.line.gateway.url);
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("style-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(answer.headers.get('cache-control')).toBe('no-cache');
    expect(answer.headers.get('set-cookie')).toBeNull();
    const html = await answer.text();
    expect(html).not.toMatch(/<script(?![^>]* src=)/);
    const [, script = ''] = /src="(\/assets\/[^"]+\.js)"/.exec(html) ?? [];
    const asset = await fetch(new URL(script, visit.line.gateway.url));
    expect(asset.status).toBe(200);
    expect(asset.headers.get('cache-control')).toMatch(/max-age=31536000, immutable/);
    const outside = await fetch(`${visit.line.gateway.url}/assets/..%2fpage.html`);
    expect(outside.status).toBeGreaterThanOrEqual(400);
  });

  it('refuses a file that is no access file, in plain words', async () => {
    const wrong = path.join(visit.line.folder, 'wrong.json');
    await writeFile(wrong, '{"a":1}');
    await page.setInputFiles(FILE_INPUT, wrong);
    await page.waitForSelector('.problem');
    expect(await page.textContent('.problem')).toContain('pas un fichier d’accès');
  });

  it('opens a case: the requisition stays in the header, and what is not deposited yet is listed', async () => {
    await page.setInputFiles(FILE_INPUT, path.join(visit.line.folder, 'access.json'));
    await page.waitForSelector('.exhibits tbody tr');
    expect(await page.textContent('.requisition summary')).toContain('PV-2026-000042');
    expect(await page.textContent('.requisition summary')).toContain('encore 6 jours');
    expect(await page.textContent('.exhibits tbody')).toContain('non déposé');
  });

  it('the agent key cannot be taken out, and nothing of the case is kept in the browser', async () => {
    const kept = await page.evaluate(() =>
      new Promise<{ key: CryptoKey; members: string[] }>((resolve) => {
        const request = indexedDB.open('differe', 1);
        request.onsuccess = () => {
          const read = request.result.transaction('access').objectStore('access').get('current');
          read.onsuccess = () => resolve({ key: read.result.key, members: Object.keys(read.result).sort() });
        };
      }).then(async ({ key, members }) => ({
        extractable: key.extractable,
        members,
        taken: await crypto.subtle.exportKey('jwk', key).then(
          () => true,
          () => false,
        ),
        stored: Object.keys(localStorage).sort(),
      })),
    );
    expect(kept).toEqual({
      extractable: false,
      taken: false,
      members: ['key', 'publicJwk', 'requisitionId'],
      stored: ['language', 'theme'],
    });
  });

  it('DEF-02: refuses a file that the schedule does not list before anything is sent', async () => {
    const stray = path.join(visit.line.folder, 'stray.mp4');
    await writeFile(stray, 'not in the schedule');
    const sent: string[] = [];
    const watch = (request: { url(): string }) => sent.push(request.url());
    page.on('request', watch);
    await page.setInputFiles(FILE_INPUT, stray);
    await page.waitForSelector('.deposit-notListed .problem');
    page.off('request', watch);
    expect(sent.filter((url) => url.includes('/uploads'))).toEqual([]);
  });

  it('deposits a recording and watches its analysis to the end', async () => {
    await page.setInputFiles(FILE_INPUT, clip);
    await page.waitForSelector('.deposit-sealed', { timeout: 60_000 });
    await page.waitForSelector('tr[data-state="sealed"] button.primary');
    await visit.look('2-sealed');
    await page.click('tr[data-state="sealed"] button.primary');
    await page.waitForSelector('tr[data-state="running"] progress, tr[data-state="queued"] progress');
    await page.waitForSelector('tr[data-state="done"] .coverage-bar', { timeout: 120_000 });
    expect(await page.textContent('tr[data-state="done"]')).toContain('analysé 00:00:30');
    await visit.look('3-case');
  }, 200_000);

  it('HUM-02: answers with masked thumbnails, the executed question and the coverage', async () => {
    await page.click('nav a[href="#/search"]');
    await page.check('#classes input[value="car"]');
    await page.click('#ask');
    await page.waitForFunction(() =>
      [...document.querySelectorAll<HTMLImageElement>('#hits img')].some((image) => image.naturalWidth > 0),
    );
    expect(await page.locator('#hits li').count()).toBeGreaterThan(0);
    expect(await page.textContent('.executed')).toMatch(/voiture/i);
    expect(await page.textContent('.coverage')).toContain('analysé 00:00:30');
    expect(await page.textContent('.notice')).toContain('n’établit pas une identité');
    await visit.look('4-answer');
  });

  it('HUM-01: a hit is looked at, then confirmed', async () => {
    await page.click('#hits button >> nth=0');
    await page.waitForFunction(() => (document.querySelector<HTMLImageElement>('#still')?.naturalWidth ?? 0) > 0);
    await visit.look('5-hit');
    await page.click('#play');
    await page.waitForFunction(() => (document.querySelector<HTMLVideoElement>('#clip')?.currentTime ?? 0) > 0);
    await page.click('[data-verdict="confirmed"]');
    await page.waitForFunction(() => document.querySelector('#verdict-state')?.textContent === 'confirmé');
  });

  it('PRO-04: speaks English on demand, and says what was analysed when nothing is found', async () => {
    await page.click('#language');
    expect(await page.getAttribute('html', 'lang')).toBe('en');
    await page.uncheck('#classes input[value="car"]');
    await page.check('#classes input[value="bus"]');
    await page.check('#colours input[value="pink"]');
    await page.click('#ask');
    await page.waitForFunction(() => document.querySelector('.total')?.textContent === 'No hit in what was analysed.');
    expect(await page.textContent('.coverage')).toContain('analysed 00:00:30');
    await visit.look('6-nothing');
  });

  it('asks nobody but its gateway, sets no cookie and raises no error', async () => {
    expect(visit.foreign).toEqual([]);
    expect(await visit.context.cookies()).toEqual([]);
    // The requisition was not on record at the first sign-in: Chromium reports that one refusal by itself.
    expect(visit.complaints).toEqual([expect.stringContaining('401 (Unauthorized)')]);
  });
});
