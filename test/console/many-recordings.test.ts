import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fillCase } from '../../benchmarks/search/fill.ts';
import { RECORDING_SECONDS, recordingsOf } from '../../benchmarks/search/town.ts';
import { sha256Hex } from '../../gateway/canonical.ts';
import { dayOf } from '../../gateway/console/screens/search/footage.ts';
import { demoAuthorisation, demoSchedule } from '../../gateway/demo/requisition.ts';
import type { CaseId } from '../../gateway/ids.ts';
import { authorise, schedule } from '../../gateway/requisition/issue.ts';
import { apiOf, clientOf, tokensFor } from '../support/line.ts';
import { controlFile, FILE_INPUT, hasChromium, startVisit, type Visit } from './support.ts';

// A case of more recordings than an answer names, of several cameras and days: what analysis would have left is put there without a film, so
// that no picture of it can be shown.

const MANY = 205;
const CAMERAS = 6;

describe.skipIf(!hasChromium)('a case of many recordings', () => {
  let visit: Visit;
  let page: Page;
  let starts: readonly number[];

  beforeAll(async () => {
    visit = await startVisit();
    page = visit.page;
    const { line } = visit;
    const { installation } = line;
    const now = Date.now();
    const recordings = recordingsOf(MANY, 3_000, now).map((recording, index) => ({
      ...recording,
      ...{ cameraId: `CAM-${(index % CAMERAS) + 1}`, offsetSeconds: 0, uncertaintySeconds: 2 },
    }));
    starts = recordings.map(({ captureStartMs }) => captureStartMs);
    const authorisation = demoAuthorisation(now);
    const claims = demoSchedule(
      now,
      authorisation,
      installation.agentThumbprint,
      recordings.map(({ index, cameraId, captureStartMs }) => ({
        piece: `SCELLE-${index + 1}`,
        sha256: sha256Hex(`recording ${index}`),
        sizeBytes: 1_000,
        captureStartMs,
        durationSeconds: RECORDING_SECONDS,
        camera: cameraId,
      })),
    );
    const access = path.join(line.folder, 'access.json');
    const tokens = {
      authorisation: await authorise(authorisation, installation.magistrateKey),
      schedule: await schedule(claims, installation.officerKey),
    };
    await writeFile(access, JSON.stringify({ url: line.gateway.url, agentKey: installation.agentKey, ...tokens }));
    await page.goto(line.gateway.url);
    await page.setInputFiles(FILE_INPUT, access);
    await page.waitForSelector('.exhibits tbody tr');
    const cases = await (await apiOf(line, claims.jti)).GET('/api/v1/cases');
    await fillCase(installation, (cases.data?.cases[0]?.id ?? '') as CaseId, claims, recordings);
    await page.reload();
    await page.waitForSelector('tr[data-state="done"]');
    await page.click('nav a[href="#/search"]');
  }, 120_000);
  afterAll(() => visit?.[Symbol.asyncDispose]());

  it('says what was looked at in all of them, and in each, though the answer has the sums alone', async () => {
    await page.check('#classes input[value="bus"]');
    const named = page.waitForResponse((response) => response.url().endsWith('/coverage'));
    await page.click('#ask');
    expect((await named).status()).toBe(200);
    await page.waitForSelector('.total strong');
    expect(await page.textContent('.coverage > .covered')).toContain(
      `Les ${MANY} enregistrements analysé ${MANY}:00:00`,
    );
    await page.waitForFunction((many) => document.querySelectorAll('.covered-each .covered').length === many, MANY);
    expect(await page.locator('.covered-each .coverage-bar').count()).toBe(MANY);
    // Of each camera its recordings, with the hits of all of them.
    expect(await page.locator('.cameras > ul > li').count()).toBe(CAMERAS);
    const total = Number(/^\d+/.exec((await page.textContent('.total strong')) ?? '')?.[0]);
    expect(total).toBeGreaterThan(10);
    const counts = await page.locator('.cameras > ul > li > label .count').allTextContents();
    expect(counts.map(Number).reduce((sum, count) => sum + count)).toBe(total);
    await visit.look('m1-many');
    await visit.narrow('m1-many');
    // One recording of a camera, then all of that camera.
    await page.press('.cameras summary >> nth=0', 'Enter');
    await page.check('.cameras li li input >> nth=0');
    expect(await page.locator('.cameras > ul > li > label input').first().isChecked()).toBe(false);
    await page.check('.cameras > ul > li > label input >> nth=0');
    await page.click('#ask');
    await page.waitForFunction(() => /pièces désignées/.test(document.querySelector('.executed')?.textContent ?? ''));
    expect(Number(/^\d+/.exec((await page.textContent('.total strong')) ?? '')?.[0])).toBe(Number(counts[0]));
    await page.uncheck('.cameras > ul > li > label input >> nth=0');
  }, 120_000);

  it('shows in a month which days have footage and hits to review, and a day by the hour of each camera, by keys alone', async () => {
    await page.click('#ask');
    await page.waitForFunction(() => document.querySelectorAll('.covered-each .covered').length > 0);
    // What was looked at above is not looked through again.
    for (const opened of ['.coverage > summary', '.cameras summary >> nth=0']) await page.press(opened, 'Enter');
    await page.press('.footage summary', 'Enter');
    await page.waitForSelector('.month .day.recorded');
    const days = await page.locator('.month .day').evaluateAll((buttons) =>
      buttons.map((button) => ({
        day: (button as HTMLElement).dataset.day ?? '',
        isRecorded: button.classList.contains('recorded'),
        said: button.getAttribute('aria-label') ?? '',
        hasDot: button.querySelector('.dot') !== null,
      })),
    );
    const recorded = new Set(starts.map(dayOf));
    for (const { day, isRecorded, said, hasDot } of days) {
      // A recording that passes midnight is of the next day too.
      if (recorded.has(day)) expect(isRecorded, day).toBe(true);
      expect(/enregistrements de \d caméras?/.test(said), day).toBe(isRecorded);
      expect(/\d résultats?, [1-9]\d* à examiner/.test(said), day).toBe(hasDot);
    }
    expect(days.some(({ hasDot }) => hasDot)).toBe(true);
    expect(days.some(({ isRecorded, hasDot }) => isRecorded && !hasDot)).toBe(true);
    // Any day can be picked, by the arrows too: one without footage says so.
    await page.focus('.month .day[aria-pressed="true"]');
    const picked = () => page.getAttribute('.month .day[aria-pressed="true"]', 'data-day');
    const start = (await picked()) ?? '';
    await page.keyboard.press('PageUp');
    await page.waitForFunction((before) => (document.activeElement as HTMLElement).dataset.day !== before, start);
    await page.keyboard.press('PageUp');
    await page.waitForFunction(() => /ce jour-là/.test(document.querySelector('.footage-side')?.textContent ?? ''));
    expect(await page.locator('.footage-hours').count()).toBe(0);
    await page.keyboard.press('PageDown');
    await page.keyboard.press('PageDown');
    await page.waitForFunction((wanted) => (document.activeElement as HTMLElement).dataset.day === wanted, start);
    // An hour of a camera: what it recorded, what it did not, and the way into the player.
    await page.press('.hours td button >> nth=0', 'Enter');
    await page.waitForSelector('.footage-hour li');
    const hour = (await page.locator('.footage-hour li').allTextContents()).join('\n');
    expect(hour).toMatch(/\d\d:\d\d:\d\d – \d\d:\d\d:\d\d · recording-\d+\.mp4/);
    expect(await page.getAttribute('.footage-hour a', 'href')).toMatch(/^#\/player\/[0-9a-f-]{36}\/\d/);
    await visit.look('m2-calendar');
    await visit.narrow('m2-calendar');
    await page.press('#ask-hour', 'Enter');
    expect(await page.textContent('.chips')).toMatch(/:00:00 – \d\d:00:00/);
    expect(await page.textContent('.chips')).toMatch(/scellé/);
    await page.press('#ask-day', 'Enter');
    expect(await page.getAttribute('#ask-day', 'aria-pressed')).toBe('true');
    await page.press('#ask-day', 'Enter');
    expect(await page.textContent('.chips')).not.toMatch(/:00:00/);
  }, 120_000);

  it('is one of many cases, of which who controls is shown a page at a time', async () => {
    const { line } = visit;
    const others = 55;
    for (let n = 1; n <= others; n++) {
      const sub = `PV-2027-${String(n).padStart(6, '0')}`;
      const exhibit = { sha256: sha256Hex(sub), sizeBytes: 1_000, captureStartMs: starts[0] ?? 0, durationSeconds: 60 };
      const tokens = await tokensFor(line, [{ piece: 'SCELLE-1', ...exhibit }], { authorisation: { sub } });
      await clientOf(line).json('POST', '/api/v1/requisitions', {
        authorisation: tokens.authorisation,
        schedule: tokens.schedule,
      });
    }
    await page.click('text=Quitter');
    await page.setInputFiles(FILE_INPUT, await controlFile(line));
    await page.waitForSelector('.choice li');
    expect(await page.locator('.choice li').count()).toBe(50);
    expect(await page.textContent('#more-cases')).toBe('Afficher la suite (50 affichées)');
    await visit.look('m4-cases');
    await page.press('#more-cases', 'Enter');
    await page.waitForFunction((all) => document.querySelectorAll('.choice li').length === all, others + 1);
    expect(await page.locator('#more-cases').count()).toBe(0);
    const named = await page.locator('.choice li').allTextContents();
    expect(new Set(named).size).toBe(others + 1);
  }, 60_000);

  it('has no complaint but of the pictures, which no film is behind', () => {
    expect(visit.foreign).toEqual([]);
    expect(visit.complaints.filter((text) => !/Failed to load resource/.test(text))).toEqual([]);
  });
});
