import path from 'node:path';
import type { Page, Request } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sceneFile } from '../support/line.ts';
import { accessFile, analyseAll, cutOf, hasChromium, realClip, startVisit, type Visit } from './support.ts';

// Many hits of one answer: what tells them apart, and how several are decided on without losing that each is a decision.

describe.skipIf(!hasChromium)('the hits of an answer', () => {
  let visit: Visit;
  let page: Page;
  let all: number;

  beforeAll(async () => {
    visit = await startVisit();
    page = visit.page;
    const street = realClip ?? (await sceneFile(visit.line.folder, 'street'));
    const clips = [
      await cutOf(street, path.join(visit.line.folder, 'first.mp4'), 30),
      await cutOf(street, path.join(visit.line.folder, 'second.mp4'), 30),
    ];
    await analyseAll(visit, await accessFile(visit.line, clips, 30.3), clips);
    await page.click('nav a[href="#/search"]');
    await page.check('#classes input[value="car"]');
    await page.fill('.typed input', 'vitesse:>1');
    await page.keyboard.press('Enter');
    await page.click('#ask');
    await page.waitForSelector('#hits img');
    all = Number(/^\d+/.exec((await page.textContent('.total strong')) ?? '')?.[0]);
  }, 300_000);
  afterAll(() => visit?.[Symbol.asyncDispose]());

  const picked = () => page.locator('.hit.picked').count();
  const focusedAt = (at: number) =>
    page.waitForFunction((wanted) => (document.activeElement as HTMLElement | null)?.dataset.at === `${wanted}`, at);
  /** What was sent to the API while something was done, by method and the end of its address. */
  async function sentWhile(act: () => Promise<unknown>): Promise<readonly string[]> {
    const sent: string[] = [];
    const watch = (request: Request) =>
      sent.push(`${request.method()} ${new URL(request.url()).pathname.split('/').slice(-1)}`);
    page.on('request', watch);
    await act();
    page.off('request', watch);
    return sent;
  }

  it('say on their cards how long and why, beside what, where and when', async () => {
    expect(all).toBeGreaterThan(3);
    const card = page.locator('#hits .hit').first();
    expect(await card.locator('.what').textContent()).toMatch(/^voiture · \d+ % · Durée \d+\.\d s$/);
    expect(await card.locator('.why').textContent()).toMatch(
      /^Pourquoi ce résultat : vitesse médiane \d+(,\d)? px\/s$/,
    );
    expect(await card.locator('.why').getAttribute('title')).toMatch(/^vitesse/);
  });

  it('are marked by pointer and by keys alone: one, as far as one, all, none', async () => {
    const mark = (at: number, modifiers: ('Control' | 'Meta' | 'Shift')[]) =>
      page.locator('#hits .hit').nth(at).click({ modifiers });
    await mark(1, ['Control']);
    await mark(2, ['Meta']);
    expect(await picked()).toBe(2);
    expect(await page.textContent('#selected')).toBe('2 sélectionnés');
    // Nothing was opened by it.
    expect(new URL(page.url()).hash).toMatch(/^#\/search\?question=/);
    await mark(2, ['Control']);
    await mark(0, ['Shift']);
    expect(await picked()).toBe(3);
    await page.keyboard.press('Escape');
    expect(await picked()).toBe(0);
    await page.locator('#hits .hit').first().focus();
    await page.keyboard.press('ArrowRight');
    await focusedAt(1);
    await page.keyboard.press('Control+Space');
    await page.keyboard.press('Shift+ArrowRight');
    await focusedAt(2);
    expect(await picked()).toBe(2);
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => (document.activeElement as HTMLInputElement).checked)).toBe(true);
    await page.keyboard.press('Space');
    expect(await picked()).toBe(1);
    await page.keyboard.press('Meta+a');
    expect(await page.textContent('#selected')).toBe(`${all} sélectionnés`);
    await page.keyboard.press('Escape');
    expect(await picked()).toBe(0);
    // R opens the first of the marked ones that nobody has decided on; what is marked stays so.
    await mark(2, ['Control']);
    await page.keyboard.press('r');
    await page.waitForSelector('#hits .hit[data-at="2"][aria-current="true"]');
    expect(await picked()).toBe(1);
    await page.keyboard.press('Escape');
    expect(await picked()).toBe(0);
    expect(await page.locator('#viewer').count()).toBe(1);
    await page.keyboard.press('Escape');
    await page.waitForSelector('#viewer', { state: 'detached' });
    await focusedAt(2);
    await page.keyboard.press('Control+a');
    expect(await page.textContent('#selected')).toBe(`${all} sélectionnés`);
    await page.locator('#hits').scrollIntoViewIfNeeded();
    await visit.look('r1-selected');
    await visit.narrow('r1-selected');
  });

  it('HUM-01, HUM-03: are set aside together by an act on each, and confirmed only by looking at each', async () => {
    const names = await page
      .locator('.selection button')
      .evaluateAll((buttons) => buttons.map((button) => (button as HTMLElement).dataset.act));
    expect(names).toEqual(['walk', 'uncertain', 'rejected', 'export', 'bookmark', 'unselect']);
    expect(await page.isDisabled('.selection [data-act="export"]')).toBe(true);
    const sent = await sentWhile(async () => {
      await page.focus('.selection [data-act="rejected"]');
      await page.keyboard.press('Enter');
      await page.waitForFunction(() =>
        document.querySelector('#selection-done')?.textContent?.includes('un acte chacun'),
      );
    });
    expect(sent.filter((each) => each === 'PUT verdict')).toHaveLength(all);
    expect(await page.locator('#hits .hit.verdict-rejected').count()).toBe(all);
    // Two of them are looked at and confirmed, each by itself: the keys walk through what is marked.
    await page.keyboard.press('Escape');
    await page
      .locator('#hits .hit')
      .nth(0)
      .click({ modifiers: ['Control'] });
    await page
      .locator('#hits .hit')
      .nth(2)
      .click({ modifiers: ['Control'] });
    await page.click('.selection [data-act="walk"]');
    for (const at of [0, 2]) {
      await page.waitForFunction(
        (wanted) => document.querySelector(`#hits .hit[data-at="${wanted}"]`)?.getAttribute('aria-current') === 'true',
        at,
      );
      await page.waitForFunction(() => (document.querySelector<HTMLVideoElement>('#clip')?.readyState ?? 0) >= 2);
      await page.keyboard.press('1');
      await page.waitForFunction(() => document.querySelector('#verdict-state')?.textContent === 'confirmé');
      if (at === 0) await page.keyboard.press('n');
    }
    expect(await page.locator('#hits .hit.verdict-confirmed').count()).toBe(2);
    await page.click('.selection [data-act="export"]');
    await page.waitForFunction(() => document.querySelector<HTMLButtonElement>('[data-act="export"]')?.disabled);
    // One label on both, in one gesture.
    await page.fill('.label-all', 'cortège #suite');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelector('.selection')?.textContent?.includes('2 signets posés.'));
    await page.click('nav a[href="#/review"]');
    await page.waitForFunction(() => document.querySelectorAll('.export-list li').length === 2);
    const labels = await page
      .locator('.bookmarks input')
      .evaluateAll((inputs) => inputs.map((input) => (input as HTMLInputElement).value));
    expect(labels).toEqual(['cortège #suite', 'cortège #suite']);
    // A tag is a word of the label, and what is shown can be narrowed to it.
    expect(await page.textContent('[data-tag="#suite"]')).toBe('#suite · 2');
    await page.fill('.bookmarks input >> nth=0', 'cortège');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelector('[data-tag="#suite"]')?.textContent === '#suite · 1');
    await page.press('[data-tag="#suite"]', 'Enter');
    expect(await page.locator('.bookmarks input').count()).toBe(1);
    await visit.look('r4-tags');
  }, 60_000);

  it('HUM-01: takes the last decisions back by acts of their own, shows what remains to decide, and keeps the history', async () => {
    await page.click('nav a[href="#/search"]');
    await page.waitForSelector('#hits img');
    const shown = (kind: string) => page.click(`[data-verdict-filter="${kind}"]`);
    await shown('rejected');
    expect(await page.locator('#hits .hit').count()).toBe(all - 2);
    await page.keyboard.press('Control+a');
    await page.click('.selection [data-act="uncertain"]');
    await page.waitForSelector('.undo');
    // What was acted on is not of this filter any more.
    expect(await page.locator('#hits .hit').count()).toBe(0);
    expect(await page.textContent('.undo')).toBe(`Annuler « incertain » sur ${all - 2} résultats`);
    const sent = await sentWhile(async () => {
      await page.keyboard.press('u');
      await page.waitForSelector('#hits .hit.verdict-rejected');
      await page.waitForFunction(
        (many) => document.querySelectorAll('#hits .hit.verdict-rejected').length === many,
        all - 2,
      );
    });
    expect(sent.filter((each) => each === 'PUT verdict')).toHaveLength(all - 2);
    await shown('confirmed');
    await page.keyboard.press('Escape');
    await page.click('#hits .hit >> nth=0');
    await page.waitForSelector('.verdict-history');
    await page.keyboard.press('2');
    await page.waitForFunction(() => document.querySelector('#verdict-state')?.textContent === 'incertain');
    await page.keyboard.press('u');
    await page.waitForFunction(() => document.querySelector('#verdict-state')?.textContent === 'confirmé');
    await shown('rejected');
    await page.click('#hits .hit >> nth=0');
    await page.waitForFunction(() => document.querySelector('#verdict-state')?.textContent === 'écarté');
    await page.press('.verdict-history summary', 'Enter');
    await page.waitForFunction(() => document.querySelectorAll('.verdict-history li').length === 3);
    const history = await page.locator('.verdict-history li').allTextContents();
    expect(history[0]).toMatch(/agent-demo-1 écarté · remplacé le \d/);
    expect(history[1]).toMatch(/agent-demo-1 incertain · remplacé le \d/);
    expect(history[2]).toMatch(/agent-demo-1 écarté$/);
    await visit.look('r2-history');
    await visit.narrow('r2-history');
  }, 60_000);

  it('HUM-01: leaves a hit as it was before the first verdict on it', async () => {
    // A new question: its hits were decided on by nobody.
    await page.fill('.typed input', 'vitesse:>2');
    await page.keyboard.press('Enter');
    await page.click('#ask');
    await page.waitForFunction(() => /2 px/.test(document.querySelector('.executed')?.textContent ?? ''));
    await page.click('#hits .hit >> nth=0');
    await page.waitForFunction(() => document.querySelector('#verdict-state')?.textContent === 'à examiner');
    await page.keyboard.press('3');
    await page.waitForFunction(() => document.querySelector('#verdict-state')?.textContent === 'écarté');
    expect(await page.textContent('.undo')).toMatch(/^Annuler « écarté » : voiture \d\d:\d\d:\d\d$/);
    const sent = await sentWhile(async () => {
      await page.click('.undo');
      await page.waitForFunction(() => document.querySelector('#verdict-state')?.textContent === 'à examiner');
    });
    expect(sent).toContain('DELETE verdict');
    await page.press('.verdict-history summary', 'Enter');
    await page.waitForSelector('.verdict-history li');
    expect(await page.textContent('.verdict-history li')).toMatch(/agent-demo-1 écarté · retiré le \d/);
    expect(await page.locator('.readings li').count()).toBe(0);
  });

  it('are opened by their markers on the timeline too', async () => {
    const open = () => page.getAttribute('#hits .hit[aria-current="true"]', 'data-at');
    const before = await open();
    const bins = await page
      .locator('.timeline-hit')
      .evaluateAll((marks) => marks.map((mark) => (mark as SVGElement).dataset.bin ?? ''));
    const selected = await page.locator('.timeline-selected').boundingBox();
    const surface = await page.locator('.timeline > svg').boundingBox();
    if (selected === null || surface === null) throw new Error('no timeline');
    const xOf = (bin: string) => surface.x + ((Number(bin) + 0.5) / 250) * surface.width;
    const other = bins.find((bin) => xOf(bin) < selected.x - 4 || xOf(bin) > selected.x + selected.width + 4) ?? '';
    await page.locator(`.timeline-hit[data-bin="${other}"]`).dispatchEvent('pointerdown', { buttons: 1 });
    await page.waitForFunction(
      (at) => document.querySelector<HTMLElement>('#hits .hit[aria-current="true"]')?.dataset.at !== at,
      before,
    );
    expect(await page.locator('.timeline-selected').boundingBox()).not.toEqual(selected);
  });

  it('HUM-01: after the page was loaded again a reader takes his own verdicts back, one or several, an act each', async () => {
    await page.press('.asked summary', 'Enter');
    const link = (await page.getAttribute('.asked li a >> nth=-1', 'href')) ?? '';
    // The address of a question opens it, in a page that knows nothing yet.
    await page.goto(new URL(link, visit.line.gateway.url).href);
    await page.reload();
    await page.waitForSelector('#hits img');
    expect(await page.textContent('.executed')).toMatch(/au moins 1 px/);
    expect(await page.locator('.undo').count()).toBe(0);
    const decided = await page.locator('#hits .hit:not(.verdict-unreviewed)').count();
    expect(decided).toBe(all);
    // Asked again it is another question: its hits are to be reviewed, and say what was decided under the first, which is a link away.
    await page.click('#ask');
    const known = '#hits .hit.verdict-unreviewed:has-text("confirmé sous une autre question")';
    await page.waitForSelector(known);
    await visit.look('r5-elsewhere');
    await page.click(`${known} >> nth=0`);
    expect(await page.textContent('#verdict-elsewhere')).toContain('le même objet a été : confirmé');
    await page.click('#verdict-elsewhere a');
    await page.waitForSelector('#hits .hit.verdict-confirmed');
    expect(await page.locator('#hits .hit:not(.verdict-unreviewed)').count()).toBe(all);
    await page.click('#hits .hit.verdict-confirmed >> nth=0');
    expect(await page.textContent('[data-act="withdraw"]')).toBe('Retirer mon avis « confirmé »');
    await visit.look('r3-withdraw');
    const one = await sentWhile(async () => {
      await page.keyboard.press('u');
      await page.waitForFunction(() => document.querySelector('#verdict-state')?.textContent === 'à examiner');
    });
    expect(one).toContain('DELETE verdict');
    expect(await page.locator('[data-act="withdraw"]').count()).toBe(0);
    await page.locator('#hits .hit[tabindex="0"]').focus();
    await page.keyboard.press('Control+a');
    expect(await page.textContent('[data-act="withdraw-all"]')).toBe(`Retirer mes ${all - 1} avis`);
    const several = await sentWhile(async () => {
      await page.click('[data-act="withdraw-all"]');
      await page.waitForFunction(
        (many) => document.querySelector('#selection-done')?.textContent === `${many} avis retirés, un acte chacun.`,
        all - 1,
      );
    });
    expect(several.filter((each) => each === 'DELETE verdict')).toHaveLength(all - 1);
    expect(await page.locator('#hits .hit.verdict-unreviewed').count()).toBe(all);
    expect(await page.locator('[data-act="withdraw-all"]').count()).toBe(0);
  }, 60_000);

  it('asks nobody but its gateway and raises no error', () => {
    expect(visit.foreign).toEqual([]);
    expect(visit.complaints.filter((text) => !text.includes('401'))).toEqual([]);
  });
});
