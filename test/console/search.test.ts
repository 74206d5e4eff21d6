import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sceneFile } from '../support/line.ts';
import { accessFile, analyseAll, cutOf, FILE_INPUT, hasChromium, realClip, startVisit, type Visit } from './support.ts';

// What can be asked beyond a list of criteria, on two cameras of which the second saw the same street a minute later.

describe.skipIf(!hasChromium)('the search screen', () => {
  let visit: Visit;
  let page: Page;
  /** Listed by the schedule and not deposited at first; nobody signed where its camera stands. */
  let unplaced: string;

  beforeAll(async () => {
    visit = await startVisit();
    page = visit.page;
    const street = realClip ?? (await sceneFile(visit.line.folder, 'street'));
    const cut = (name: string, seconds: number) => cutOf(street, path.join(visit.line.folder, `${name}.mp4`), seconds);
    const clips = [await cut('first', 30), await cut('second', 30)];
    unplaced = await cut('third', 2);
    await analyseAll(visit, await accessFile(visit.line, [...clips, unplaced], 30.3, clips.length), clips);
    await page.click('nav a[href="#/search"]');
  }, 300_000);
  afterAll(() => visit?.[Symbol.asyncDispose]());

  const executed = () => page.textContent('.executed');
  /** Asks, and waits for the answer of another question than the one shown. */
  async function ask(): Promise<number> {
    const before = (await page.locator('.executed').count()) === 0 ? '' : await executed();
    await page.click('#ask');
    await page.waitForFunction((text) => {
      const now = document.querySelector('.executed')?.textContent;
      return now !== undefined && now !== text;
    }, before);
    const total = (await page.textContent('.total strong')) ?? '';
    return Number(/^(\d+)/.exec(total)?.[1] ?? 0);
  }
  const clear = async () => {
    while ((await page.locator('.chips .remove').count()) > 0) await page.locator('.chips .remove').first().click();
  };
  const type = async (text: string) => {
    await page.fill('.typed input', text);
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelector<HTMLInputElement>('.typed input')?.value === '');
  };

  it('says what the schedule lists and nobody deposited, and what asking for nothing asks', async () => {
    expect(await page.textContent('.chips-empty')).toBe(
      'Aucun critère : tout ce que vise la réquisition est recherché.',
    );
    await page.fill('.filters fieldset input[type="text"] >> nth=0', '02/03/2026 14:02:00');
    await page.fill('.filters fieldset input[type="text"] >> nth=1', '01/03/2026 14:02:00');
    await page.click('#ask');
    expect(await page.textContent('.filters fieldset .problem')).toBe('La fin précède le début.');
    await page.click('#ask');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-invalid'))).toBe('true');
    await page.fill('.filters fieldset input[type="text"] >> nth=0', '');
    await page.fill('.filters fieldset input[type="text"] >> nth=1', '');
    await ask();
    expect(await page.textContent('.coverage .missing')).toMatch(
      /^Un scellé visé .* n’est pas ici \(non déposé.*\s:\sSCELLE-3 \(/,
    );
    await visit.look('s0-missing');
  });

  it('asks about the time after a hit, chosen from its panel, and says which', async () => {
    await page.check('#classes input[value="car"]');
    const all = await ask();
    expect(all).toBeGreaterThan(2);
    await page.click('#hits button >> nth=-1');
    await page.waitForSelector('.relative-to');
    await page.fill('.relative-to input', '1');
    await page.selectOption('.relative-to select', 'after');
    await page.click('#relative-to');
    expect(await page.textContent('.chips')).toMatch(/1 min après : voiture CAM-\d/);
    const some = await ask();
    expect(some).toBeGreaterThan(0);
    expect(some).toBeLessThan(all);
    expect(await executed()).toMatch(/dans les 60 s après l'indice désigné/);
    await page.click('.chips [aria-label^="Régler : 1 min"]');
    await page.selectOption('.chip-form select', 'around');
    expect(await page.textContent('.chips')).toMatch(/1 min autour de/);
    // The answer on the screen is not that of the chips any more, and says so until they are asked.
    expect(await page.textContent('#stale')).toMatch(/critères ont changé/);
    await page.selectOption('.chip-form select', 'after');
    expect(await page.locator('#stale').count()).toBe(0);
    await page.selectOption('.chip-form select', 'around');
    await visit.look('s1-relative');
    await page.click('nav a[href="#/search"]');
    await clear();
  });

  it('asks for the same attributes on another camera, and says that it is never "the same"', async () => {
    await page.check('#classes input[value="car"]');
    await page.click('[data-condition="acrossCameras"]');
    await page.waitForSelector('.across .warn');
    expect(await page.textContent('.across .warn')).toMatch(/ne dit jamais que c’est la même personne/);
    await page.selectOption('#across-from', 'CAM-1');
    await page.selectOption('#across-to', 'CAM-2');
    await page.click('[data-zone="to"]');
    await page.waitForSelector('.zone-picture');
    const box = await page.locator('.zone-surface svg').boundingBox();
    if (box === null) throw new Error('no surface');
    const corners = [
      [0.02, 0.5],
      [0.98, 0.5],
      [0.98, 0.98],
      [0.02, 0.98],
      [0.02, 0.5],
    ] as const;
    for (const [x, y] of corners) await page.mouse.click(box.x + x * box.width, box.y + y * box.height);
    await page.click('#zone-done');
    expect(await page.textContent('.across')).toContain('zone tracée, 4 points');
    const times = page.locator('.across input[type="number"]');
    await times.nth(1).fill('75');
    await times.nth(0).fill('45');
    await visit.look('s2-across-form');
    await page.click('#across-add');
    const said = await page.textContent('.chips');
    expect(said).toMatch(/puis, de 45 s à 75 s plus tard, sur CAM-2/);
    expect(said).toMatch(/jamais « la même personne »/);
    const found = await ask();
    expect(found).toBeGreaterThan(0);
    expect(await executed()).toMatch(/sans dire qu'il s'agit du même/);
    expect(await executed()).toMatch(/45 à 75 s plus tard/);
    // The zone of the other camera can be seen on its chip, and drawn again on a picture of that camera.
    expect(await page.locator('.chip-group .shape-icon').count()).toBe(1);
    await page.click('.chip-group .chip [aria-label^="Régler : Zone"]');
    await page.click('.chip-group-head [aria-label^="Ajouter les conditions"]');
    await page.click('[data-redraw]');
    await page.waitForSelector('.zone-picture');
    expect(await page.locator('.zone-corner').count()).toBe(4);
    await page.locator('.zone-corner >> nth=0').focus();
    await page.keyboard.press('Delete');
    await page.click('#zone-done');
    await page.click('.chip-group .chip [aria-label^="Régler : Zone"]');
    await page.click('.chip-group-head [aria-label^="Ajouter les conditions"]');
    // Only the first camera has anything a minute later on the second.
    expect(await page.locator('#hits .hit .sub', { hasText: /^CAM-2/ }).count()).toBe(0);
    expect(await page.locator('#hits .hit .sub', { hasText: /^CAM-1 .* → CAM-2$/ }).count()).toBe(found);
    await visit.look('s3-across');
    await page.click('#hits button >> nth=0');
    await page.waitForSelector('.reasons');
    expect(await page.textContent('.reasons')).toMatch(
      /mêmes attributs \d+(,\d)? s plus tard sur CAM-2 \(.*\), sans dire qu’il s’agit du même/,
    );
    await page.click('nav a[href="#/search"]');
    // An hour later nothing came.
    await page.click('.chips [aria-label^="Régler : puis"]');
    await page.locator('.chip-form input').nth(1).fill('4000');
    await page.locator('.chip-form input').nth(0).fill('3600');
    expect(await ask()).toBe(0);
    await clear();
  });

  it('builds groups within groups by keyboard alone, and asks them as they stand', async () => {
    await type('objet:voiture');
    await page.focus('[data-condition="group"]');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.chip-group.target');
    await page.focus('[data-condition="speed"]');
    await page.keyboard.press('Enter');
    await page.focus('[data-condition="colour"]');
    await page.keyboard.press('Enter');
    expect(await page.locator('.chip-group li').count()).toBe(2);
    expect(await page.textContent('.chip-group .joint')).toBe('ou');
    // The class goes into the group as a condition, and the focus goes with it.
    await page.locator('.chips > li').first().locator('button').first().focus();
    await page.keyboard.press('Shift+ArrowDown');
    await page.waitForFunction(() => document.querySelectorAll('.chip-group li').length === 3);
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('voiture');
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Shift+ArrowUp');
    await page.waitForFunction(() => document.querySelectorAll('.chip-group li').length === 2);
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('voiture');
    // One of the conditions gets a group of its own, inverted.
    await page.focus('.chip-group li [aria-label^="Régler"]');
    await page.keyboard.press('Enter');
    await page.focus('[data-move="group"]');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.chip-group .chip-group');
    await page.focus('.chip-group .chip-group [aria-label^="Inverser"]');
    await page.keyboard.press('Enter');
    await visit.look('s4-groups');
    await page.focus('#ask');
    const found = await ask();
    expect(await executed()).toMatch(
      /\(à l'exclusion de ce qui répond à : dont la vitesse médiane est au moins 100 px\/s ou dont la couleur est noir/,
    );
    // Changing OR to AND narrows.
    await page.focus('.chip-group [aria-label^="passer à ET"]');
    await page.keyboard.press('Enter');
    expect(await ask()).toBeLessThanOrEqual(found);
    expect(await executed()).toMatch(/ et dont la couleur est noir/);
    await clear();
  });

  it('takes a typed tree, shows it as groups and asks the same', async () => {
    await type('(objet:voiture vitesse:>10) OU NON couleur:rose');
    expect(await page.locator('.chip-group .chip-group').count()).toBe(1);
    expect(await page.locator('.chip-group .chip.inverted').count()).toBe(1);
    await ask();
    expect(await executed()).toMatch(
      /\(de classe voiture et dont la vitesse médiane est au moins 10 px\/s\) ou à l'exclusion/,
    );
    await page.fill('.typed input', '(objet:voiture');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.typed .problem');
    await page.fill('.typed input', '');
    await clear();
    // Opened again, it stands in chips as it was asked.
    await page.click('.asked summary');
    await page.click('.asked button >> nth=0');
    await page.waitForSelector('.chip-group .chip-group');
    expect(await page.locator('.chip-group .chip.inverted').count()).toBe(1);
    expect(await page.textContent('.chips')).toContain('rose');
    await page.waitForSelector('.executed');
    expect(await page.locator('#stale').count()).toBe(0);
    await page.click('.asked summary');
    await clear();
  });

  it('shows when, of what colour and where: heat maps over masked pictures, the same in numbers, and a calendar that narrows', async () => {
    await type('objet:voiture');
    const all = await ask();
    await page.click('.charts summary');
    await page.waitForFunction(() => document.querySelectorAll('.heat canvas').length === 2);
    await page.waitForFunction(
      () =>
        [...document.querySelectorAll<HTMLImageElement>('.heat img')].filter((image) => image.naturalWidth > 0)
          .length === 2,
    );
    expect(await page.getAttribute('.heat canvas >> nth=0', 'aria-label')).toMatch(/Trajets de \d objets, CAM-\d/);
    const painted = await page.evaluate(() => {
      const canvas = document.querySelector<HTMLCanvasElement>('.heat canvas');
      const data = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      let many = 0;
      for (let at = 3; at < data.length; at += 4) if ((data[at] ?? 0) > 0) many++;
      return many / (data.length / 4);
    });
    expect(painted).toBeGreaterThan(0.01);
    expect(painted).toBeLessThan(0.9);
    await page.click('.heat details summary >> nth=0');
    const cells = await page.locator('.heat table >> nth=0').locator('td.number').allTextContents();
    expect(cells).toHaveLength(9);
    expect(Math.max(...cells.map(Number))).toBeGreaterThan(1);
    const calendar = page.locator('.calendar button');
    expect(await calendar.count()).toBe(1);
    expect(Number(/^\d+/.exec((await calendar.textContent()) ?? '')?.[0])).toBe(all);
    expect(await page.locator('.bar-rows .swatch').count()).toBeGreaterThan(0);
    await visit.look('s5-charts');
    await page.locator('.heat-maps').scrollIntoViewIfNeeded();
    const shots = process.env.DIFFERE_TEST_SCREENSHOTS;
    if (shots !== undefined) await page.locator('.heat-maps').screenshot({ path: path.join(shots, 's6-heat.png') });
    await calendar.focus();
    await page.keyboard.press('Enter');
    await page.waitForFunction(() =>
      /entre 14:00 et 15:00/.test(document.querySelector('.executed')?.textContent ?? ''),
    );
    expect(await page.textContent('.total strong')).toBe(`${all} résultats`);
    await clear();
  });

  it('puts the cameras on a plan to scale by what was signed alone, with their hits, and asks one by a key', async () => {
    await page.click('nav a[href="#/case"]');
    await page.setInputFiles(FILE_INPUT, unplaced);
    await page.waitForSelector('tr[data-state="sealed"]', { timeout: 60_000 });
    await page.click('nav a[href="#/search"]');
    await page.check('#classes input[value="car"]');
    const all = await ask();
    await page.press('.plan summary', 'Enter');
    await page.waitForSelector('.plan-sheet [data-camera="CAM-2"]');
    expect(await page.textContent('.plan > summary')).toBe('Plan des caméras · 2 situées · 1 sans position');
    // Not analysed: it has no number of hits, which is not 0.
    expect(await page.textContent('.plan-others button')).toBe('CAM-3');
    const counts = await page.locator('.plan-sheet .count').allTextContents();
    expect(counts.map((each) => Number.parseInt(each, 10)).reduce((sum, each) => sum + each, 0)).toBe(all);
    // 0.0004 degrees north and 0.0009 east of the first, at 43 degrees: 44.4 m and 73.3 m.
    const scale = await page.evaluate(() => {
      const points = [...document.querySelectorAll('.plan-camera')].map((each) => ({
        x: Number(each.getAttribute('cx')),
        y: Number(each.getAttribute('cy')),
      }));
      const pixels = Number(/h([0-9.]+)v/.exec(document.querySelector('.plan-scale')?.getAttribute('d') ?? '')?.[1]);
      return {
        points,
        pixels,
        metres: Number(/^\d+/.exec(document.querySelectorAll('.plan-text')[1]?.textContent ?? '')?.[0]),
      };
    });
    const [one, two] = scale.points;
    const inMetres = (pixels: number): number => (pixels * scale.metres) / scale.pixels;
    expect(inMetres((two?.x ?? 0) - (one?.x ?? 0))).toBeCloseTo(73.4, 0);
    expect(inMetres((one?.y ?? 0) - (two?.y ?? 0))).toBeCloseTo(44.4, 0);
    await visit.look('s8-plan');
    await visit.narrow('s8-plan');
    await page.press('.plan-sheet [data-camera="CAM-2"]', 'Enter');
    expect(await page.getAttribute('.plan-sheet [data-camera="CAM-2"]', 'aria-pressed')).toBe('true');
    const some = await ask();
    expect(some).toBeGreaterThan(0);
    expect(some).toBeLessThan(all);
    await page.press('.plan-sheet [data-camera="CAM-2"]', 'Enter');
    await page.press('.plan summary', 'Enter');
    await clear();
  });

  it('fits a width of 320 pixels, which is a magnification of four: groups, form and charts need no scrolling sideways', async () => {
    await type('(objet:voiture vitesse:>10) OU NON couleur:rose');
    await page.setViewportSize({ width: 320, height: 800 });
    await page.click('[data-condition="acrossCameras"]');
    await page.waitForSelector('.across');
    const widest = () =>
      page.evaluate(() =>
        [...document.querySelectorAll('.search-screen *')]
          .filter((element) => element.closest('.calendar-scroll') === null)
          .filter((element) => element.getBoundingClientRect().right > 321)
          // The outermost alone.
          .filter((element) => (element.parentElement?.getBoundingClientRect().right ?? 0) <= 321)
          .map((element) => `${element.tagName} ${element.className}`),
      );
    expect(await widest()).toEqual([]);
    await page.click('.across button >> nth=-1');
    await ask();
    await page.click('.charts summary');
    await page.waitForSelector('.heat canvas');
    expect(await widest()).toEqual([]);
    expect(await page.evaluate(() => document.querySelector('main')?.scrollWidth)).toBeLessThanOrEqual(320);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
    const shots = process.env.DIFFERE_TEST_SCREENSHOTS;
    if (shots !== undefined) await page.screenshot({ path: path.join(shots, 's7-narrow.png'), fullPage: true });
    await page.setViewportSize({ width: 1440, height: 900 });
    await clear();
  });

  it('asks nobody but its gateway and raises no error', () => {
    expect(visit.foreign).toEqual([]);
    expect(visit.complaints.filter((text) => !text.includes('401') && !text.includes('404'))).toEqual([]);
  });
});
