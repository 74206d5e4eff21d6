import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, Hit } from '../../gateway/search/types.ts';
import { sceneFile } from '../support/line.ts';
import { accessFile, FILE_INPUT, hasChromium, realClip, startVisit, type Visit } from './support.ts';

// What a slow line and a long answer do to the console.

const MANY = 10_000;

describe.skipIf(!hasChromium)('the console under load', () => {
  let visit: Visit;
  let page: Page;
  let clip: string;

  beforeAll(async () => {
    visit = await startVisit();
    page = visit.page;
    clip = realClip ?? (await sceneFile(visit.line.folder, 'street'));
    const access = await accessFile(visit.line, [clip], 30.3);
    await page.goto(visit.line.gateway.url);
    await page.setInputFiles(FILE_INPUT, access);
    await page.waitForSelector('.exhibits tbody tr');
  });
  afterAll(() => visit?.[Symbol.asyncDispose]());

  it('resumes an interrupted deposit where the gateway has it, and seals the same bytes', async () => {
    const { length } = await readFile(clip);
    const slow = await visit.context.newCDPSession(page);
    await slow.send('Network.emulateNetworkConditions', {
      ...{ offline: false, latency: 5, downloadThroughput: -1 },
      uploadThroughput: length / 4,
    });
    await page.setInputFiles(FILE_INPUT, clip);
    await page.waitForFunction(() => {
      const percent = /envoi, (\d+) %/.exec(document.querySelector('.deposit-sending')?.textContent ?? '')?.[1];
      return Number(percent ?? 0) >= 30;
    });
    await page.click('.deposit-sending .deposit-actions button');
    await page.waitForSelector('.deposit-paused');
    await page.click('.deposit-paused .deposit-actions button >> nth=0');
    await page.waitForFunction(() =>
      /reprise à \d+ %/.test(document.querySelector('.deposit-sending')?.textContent ?? ''),
    );
    const said = /reprise à (\d+) %/.exec((await page.textContent('.deposit-sending')) ?? '')?.[1];
    expect(Number(said)).toBeGreaterThan(5);
    await slow.send('Network.emulateNetworkConditions', {
      ...{ offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 },
    });
    await page.waitForSelector('.deposit-sealed', { timeout: 60_000 });
    await page.waitForSelector('tr[data-state="sealed"]');
  }, 90_000);

  it(`keeps scrolling ${MANY} hits smooth: only what is in sight is in the page, and hits come in page by page`, async () => {
    await page.click('tr[data-state="sealed"] button.primary');
    await page.waitForSelector('tr[data-state="done"]', { timeout: 120_000 });
    await multiply(page);
    await page.click('nav a[href="#/search"]');
    await page.check('#classes input[value="car"]');
    await page.click('#ask');
    await page.waitForSelector('#hits li');
    await page.waitForFunction((many) => document.querySelector('.total')?.textContent === `${many} résultats`, MANY, {
      timeout: 60_000,
    });
    expect(await page.locator('#hits li').count()).toBeLessThan(80);
    const frames = await page.evaluate(async () => {
      const grid = document.querySelector('#hits');
      const list = grid?.querySelector('ul');
      if (!(grid instanceof HTMLElement) || !(list instanceof HTMLElement)) throw new Error('no grid');
      const times: number[] = [];
      let last = performance.now();
      for (let step = 0; step < 120; step++) {
        // As a wheel does, from the middle of the list.
        grid.scrollTop = list.offsetHeight / 2 + step * 90;
        await new Promise((resolve) => requestAnimationFrame(resolve));
        times.push(performance.now() - last);
        last = performance.now();
      }
      return times.toSorted((a, b) => a - b);
    });
    const median = frames[60] ?? 0;
    const p95 = frames[114] ?? 0;
    console.error(`scrolling ${MANY} hits: median ${median.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms a frame`);
    // Thirty pictures a second, drawn without a graphics card on two shared cores.
    expect(median).toBeLessThan(34);
    expect(await page.locator('#hits li').count()).toBeLessThan(80);
    // The end of the list is the last hit, and End on a card leads there and keeps the focus on it.
    await page.evaluate(() => document.querySelector('#hits')?.scrollTo({ top: Number.MAX_SAFE_INTEGER }));
    await page.waitForSelector(`#hits [data-at="${MANY - 1}"]`);
    expect(await page.locator('#hits li').count()).toBeLessThan(80);
    await page.evaluate(() => document.querySelector('#hits')?.scrollTo({ top: 0 }));
    await page.waitForSelector('#hits [data-at="0"]');
    await page.locator('#hits [data-at="0"]').focus();
    await page.keyboard.press('End');
    await page.waitForFunction((last) => document.activeElement?.getAttribute('data-at') === `${last}`, MANY - 1);
    const isInSight = await page.evaluate(() => {
      const [card, grid] = [document.activeElement, document.querySelector('#hits')].map((element) =>
        element?.getBoundingClientRect(),
      );
      return card !== undefined && grid !== undefined && card.bottom <= grid.bottom + 1 && card.top >= grid.top - 1;
    });
    expect(isInSight).toBe(true);
    expect(await page.locator('#hits li').count()).toBeLessThan(80);
  }, 240_000);
});

/** Makes ten thousand of the gateway's own few hits on their way in: nobody can deposit so many cars in a test. */
async function multiply(page: Page): Promise<void> {
  const all: Hit[] = [];
  await page.route(/\/questions(\/|$|\?)/, async (route) => {
    const url = new URL(route.request().url());
    if (route.request().method() === 'GET' && !url.searchParams.has('cursor')) return route.continue();
    let answer: Answer;
    if (route.request().method() === 'POST') {
      answer = (await (await route.fetch()).json()) as Answer;
      all.length = 0;
      for (let at = 0; at < MANY; at++) {
        const hit = answer.hits[at % answer.hits.length];
        if (hit === undefined) throw new Error('the gateway found nothing');
        // Thumbnails are those of the real hits: the id keeps its form and its owner.
        all.push({
          ...hit,
          id: (at < answer.hits.length
            ? hit.id
            : `${hit.id.slice(0, 24)}${at.toString(16).padStart(12, '0')}`) as Hit['id'],
        });
      }
      kept = answer;
    } else answer = kept ?? ({} as Answer);
    const from = Number(url.searchParams.get('cursor') ?? 0);
    const next = from + 200 < MANY ? { nextCursor: `${from + 200}` } : {};
    const { nextCursor: _, ...rest } = answer;
    await route.fulfill({ json: { ...rest, total: MANY, hits: all.slice(from, from + 200), ...next } });
  });
  let kept: Answer | undefined;
  const real = new Map<string, Buffer>();
  await page.route(/\/still\?size=thumb/, async (route) => {
    const id = /hits\/([0-9a-f-]{36})/.exec(route.request().url())?.[1] ?? '';
    const own = all.find((hit, at) => at < (kept?.hits.length ?? 0) && hit.id.slice(0, 24) === id.slice(0, 24));
    const known = real.get(id.slice(0, 24));
    if (known !== undefined) return route.fulfill({ body: known, contentType: 'image/jpeg' });
    if (own?.id !== id) return route.fulfill({ status: 404, json: { code: 'E_PRO_SILO', detail: '-' } });
    const body = await (await route.fetch()).body();
    real.set(id.slice(0, 24), body);
    return route.fulfill({ body, contentType: 'image/jpeg' });
  });
}
