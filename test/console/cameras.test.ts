import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exhibitOf, sceneFile } from '../support/line.ts';
import { analyseAll, cutOf, hasChromium, realClip, startVisit, type Visit, writeAccess } from './support.ts';

// One instant on several cameras, and one camera over several files: CAM-1 in two files that adjoin, CAM-2 from the fourth second on, and
// CAM-3, of which nothing was deposited.

const SECONDS = 10;

describe.skipIf(!hasChromium)('the player across files', () => {
  let visit: Visit;
  let page: Page;
  let first: string;

  beforeAll(async () => {
    visit = await startVisit();
    page = visit.page;
    const { line } = visit;
    const street = realClip ?? (await sceneFile(line.folder, 'street'));
    const cut = (name: string, seconds = SECONDS) => cutOf(street, path.join(line.folder, `${name}.mp4`), seconds);
    const files = [await cut('first'), await cut('second'), await cut('other')];
    first = files[0] ?? '';
    const of = async (file: string, piece: string, camera: string, afterSeconds: number) => ({
      ...(await exhibitOf(file, piece, line.captureStartMs + afterSeconds * 1000, SECONDS)),
      camera,
    });
    const access = await writeAccess(line, [
      await of(files[0] ?? '', 'SCELLE-1', 'CAM-1', 0),
      await of(files[1] ?? '', 'SCELLE-2', 'CAM-1', SECONDS),
      await of(files[2] ?? '', 'SCELLE-3', 'CAM-2', 4),
      await of(await cut('absent', 2), 'SCELLE-4', 'CAM-3', 0),
    ]);
    await analyseAll(visit, access, files);
    await page.click('tr[data-state="done"] [data-act="look"] >> nth=0');
    await frameIs(1);
  }, 300_000);
  afterAll(() => visit?.[Symbol.asyncDispose]());

  const frameIs = (number: number) =>
    page.waitForFunction(
      (wanted) => document.querySelector('#read-out div:nth-child(5) dd')?.textContent?.startsWith(`${wanted} `),
      number,
    );
  const corrected = () => page.textContent('#read-out div:nth-child(2) dd');
  const goTo = async (text: string) => {
    await page.fill('#go-to', text);
    await page.keyboard.press('Enter');
  };

  it('steps from key frame to key frame, those of the file, and back', async () => {
    const probe = ['-v', 'error', '-select_streams', 'v', '-show_entries', 'packet=pts,flags', '-of', 'csv=p=0', first];
    const { stdout } = await promisify(execFile)('ffprobe', probe);
    const packets = stdout
      .trim()
      .split('\n')
      .map((line) => line.split(','));
    packets.sort(([a], [b]) => Number(a) - Number(b));
    const keys = packets.flatMap(([, flags], index) => (flags?.startsWith('K') ? [index + 1] : []));
    expect(keys.length).toBeGreaterThan(1);
    for (const key of keys.slice(1)) {
      await page.keyboard.press('d');
      await frameIs(key);
    }
    for (const key of keys.slice(0, -1).toReversed()) {
      await page.keyboard.press('Shift+D');
      await frameIs(key);
    }
    await page.click('#key-frame');
    await frameIs(keys[1] ?? Number.NaN);
  });

  it('PRO-02: shows the other cameras at the same true time, masked, goes to one by a click, and says which has nothing of then', async () => {
    await goTo('#1');
    await frameIs(1);
    expect(await page.textContent('.other-cameras summary')).toBe(
      'Autres caméras à cet instant · 0 sur 2 enregistrait',
    );
    await page.press('.other-cameras summary', 'Enter');
    expect(await page.textContent('.camera-at >> nth=0')).toBe('aucun enregistrement à cet instantCAM-2');
    expect(await page.textContent('.camera-at >> nth=1')).toBe('aucun enregistrement déposé à cet instantCAM-3');
    await goTo('00:08');
    await page.waitForFunction(
      () => (document.querySelector<HTMLImageElement>('.camera-at img')?.naturalWidth ?? 0) > 0,
    );
    expect(await page.textContent('.other-cameras summary')).toMatch(/1 sur 2/);
    const at = await corrected();
    await page.locator('.other-cameras').scrollIntoViewIfNeeded();
    await visit.look('c1-cameras');
    await visit.narrow('c1-cameras');
    await page.press('a.camera-at', 'Enter');
    await page.waitForFunction(() => document.querySelector('#hit-title')?.textContent === 'CAM-2 · other.mp4');
    await page.waitForFunction(
      (wanted) => document.querySelector('#read-out div:nth-child(2) dd')?.textContent === wanted,
      at,
    );
    // The strip stays open, and leads back.
    await page.waitForSelector('.other-cameras[open] a.camera-at');
    expect(await page.textContent('a.camera-at')).toMatch(/^CAM-100:00:08.0 · ± 4 s$/);
    await page.click('a.camera-at');
    await page.waitForFunction(() => document.querySelector('#hit-title')?.textContent === 'CAM-1 · first.mp4');
  });

  it('plays on from a file into the one of the same camera that adjoins it', async () => {
    expect(await page.textContent('.next-file')).toBe(
      'Fichier suivant de la caméra : second.mp4 la lecture y continue',
    );
    await page.waitForFunction(() => (document.querySelector<HTMLVideoElement>('#clip')?.readyState ?? 0) >= 2);
    await page.keyboard.press('End');
    await page.keyboard.press('l');
    await page.waitForFunction(() => document.querySelector('#hit-title')?.textContent === 'CAM-1 · second.mp4');
    await page.waitForFunction(
      () => Number(document.querySelector('#read-out div:nth-child(5) dd')?.textContent?.split(' ')[0]) > 3,
    );
    expect(await page.textContent('.rate')).toBe('1 ×');
    expect(await page.locator('.next-file').count()).toBe(0);
    await page.keyboard.press('k');
  });

  it('asks nobody but its gateway and raises no error', () => {
    expect(visit.foreign).toEqual([]);
    expect(visit.complaints.filter((text) => !text.includes('401'))).toEqual([]);
  });
});
