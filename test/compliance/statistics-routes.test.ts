import { cp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aheadFileOf } from '../../gateway/audit/ahead.ts';
import { complianceCommand } from '../../gateway/compliance/commands.ts';
import { createFigures } from '../../gateway/compliance/figures.ts';
import { MEASURES } from '../../gateway/compliance/statistics.ts';
import { type Office, openOffice } from '../habilitation/support.ts';
import type { TestKey } from '../requisition/support.ts';

let office: Office;
let prosecutor: TestKey;
let agent: TestKey;
const URL = '/api/v1/statistics';

beforeAll(async () => {
  office = await openOffice();
  agent = office.authorities.agent;
  await office.present(office.claimsOf('agent-1', agent));
  prosecutor = await office.seat('procureur_controle', 'p-1', 'procureur', 'TJ-LYON');
  await office.open('PV-2026/21', [agent]);
  year = String(new Date(office.clock.ms).getUTCFullYear());
});
afterAll(() => office.close());

let year: string;
/** Asks when the year is over; nothing that is recorded may be asked then, because the clock goes back after. */
async function nextYear<T>(ask: () => Promise<T>): Promise<T> {
  const before = office.clock.ms;
  office.clock.ms = Date.UTC(Number(year) + 1, 0, 1);
  try {
    return await ask();
  } finally {
    office.clock.ms = before;
  }
}

/** What the command prints for the same journal. */
async function printed(...args: readonly string[]): Promise<Record<string, unknown>> {
  const said: string[] = [];
  const io = { out: (text: string) => said.push(text), err: () => undefined };
  const exit = await complianceCommand({} as Parameters<typeof complianceCommand>[0])(
    ['statistics', '--log', office.logDir, ...args],
    io,
  );
  expect(exit).toBe(0);
  return JSON.parse(said.join('')) as Record<string, unknown>;
}

describe('statistics by HTTP', () => {
  it('STA-01: those who control get what the command prints, computed from the journal by the same code', async () => {
    const before = await printed();
    const answer = await office.call('GET', URL, prosecutor);
    expect(answer.status).toBe(200);
    const { pinned: _pinned, ...expected } = before;
    expect(answer.body).toEqual(expected);
    expect(answer.body.totals.requisitions).toBe(1);
    expect(answer.body.rows[0]).toMatchObject({ framework: 'PRELIMINAIRE', counts: { requisitions: 1 } });
    expect(Object.keys(answer.body.totals).sort()).toEqual([...MEASURES].sort());
    // Being told is an act of its own.
    const last = await office.log.record((await office.log.size()) - 1);
    expect(last).toMatchObject({ action: 'statistics.read', actor: { id: 'p-1' }, objects: [{ type: 'log' }] });
    expect(last?.objects).toEqual([{ type: 'log', id: Buffer.from(answer.body.log.root, 'base64').toString('hex') }]);
  });

  it('STA-01: agents, operators and strangers get none of it; everybody gets what is published', async () => {
    expect((await office.call('GET', URL, agent)).code).toBe('E_HAB_ROLE');
    expect((await office.call('GET', URL)).code).toBe('E_REQ_MISSING');
    const operator = await office.seat('admin_technique', 'a-9', 'responsable');
    expect((await office.call('GET', URL, operator)).code).toBe('E_HAB_ROLE');
    const published = await nextYear(() => office.call('GET', `/api/v1/transparency/${year}`));
    expect(published.status).toBe(200);
    expect(published.body).toMatchObject({ period: year, totals: { uses: 0, keptBack: ['requisitions', 'refusals'] } });
    expect(published.body.totals.requisitions).toBeUndefined();
    expect(published.body.months).toHaveLength(12);
    const page = await nextYear(() => office.call('GET', `/api/v1/transparency/${year}-Q2/page`));
    expect(page.body.page).toContain(`2e trimestre ${year}`);
    const whole = await office.call('GET', `${URL}/page?from=2026-01&to=2026-12`, prosecutor);
    expect(whole.body.page).toContain('Statistiques pour le contrôle');
  });

  it('STA-04: the public form is of whole periods of a year that is over; nobody chooses a span', async () => {
    // Not over; no whole period; of a time before the journal began.
    for (const name of [year, `${year}-01`, `${year}-Q1`, '2025-13', '2025-01..2025-02', 'x', '2025', '2025-03'])
      expect((await office.call('GET', `/api/v1/transparency/${name}`)).code, name).toBe('E_STA_PERIOD');
    expect((await office.call('GET', `/api/v1/transparency/${year}?from=2025-02`)).code).toBe('E_REQUEST');
    expect((await office.call('GET', `${URL}?from=2026-01`, prosecutor)).code).toBe('E_REQUEST');
  });

  it('STA-03: nothing writes a figure: the routes are there to be read, and every other method finds nothing', async () => {
    expect((await office.call('GET', URL, prosecutor)).status).toBe(200);
    for (const url of [URL, `${URL}/page`, `/api/v1/transparency/${year}`, `/api/v1/transparency/${year}/page`]) {
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'] as const) {
        const answer = await office.call(method, url, prosecutor, undefined, { totals: { uses: 1 } });
        expect([404, 405], `${method} ${url}`).toContain(answer.status);
        expect(answer.code).toBe('E_ROUTE_ABSENT');
      }
    }
  });

  it('STA-01: a journal that was altered or shortened under the gateway gives a refusal and no number', async () => {
    const [older, ahead] = [`${office.logDir}-older`, aheadFileOf(office.logDir)];
    // Who asks for the checkpoint has the folder brought up to all records.
    await office.log.checkpoint();
    await cp(office.logDir, older, { recursive: true });
    await cp(ahead, aheadFileOf(older));
    await office.call('GET', URL, prosecutor);
    await office.log.checkpoint();
    const entries = path.join(office.logDir, 'tile', 'entries');
    const [name] = (await readdir(entries, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    const file = path.join(name?.parentPath ?? '', name?.name ?? '');
    const bytes = await readFile(file);
    await writeFile(file, Buffer.from(bytes.toString('latin1').replace('PRELIMINAIRE', 'PRELIMINAIRX'), 'latin1'));
    await expect(office.figures.counted(undefined)).rejects.toMatchObject({ code: 'E_LOG_DOWN' });
    const fresh = createFigures({ ...office.figuresDeps });
    await expect(nextYear(() => fresh.published(year))).rejects.toMatchObject({ code: 'E_LOG_DOWN' });
    const altered = await office.call('GET', URL, prosecutor);
    expect([altered.status, altered.code, altered.body.totals]).toEqual([503, 'E_LOG_DOWN', undefined]);
    // The record of that refusal is written with the bundle as this process has it: the journal is whole again.
    await office.log.checkpoint();
    expect((await printed()).totals).toBeDefined();

    // The older copy verifies by itself: it is what this process knows that tells.
    await rename(office.logDir, `${office.logDir}-real`);
    await rename(ahead, `${ahead}-real`);
    await rename(older, office.logDir);
    await rename(aheadFileOf(older), ahead);
    expect((await printed()).totals).toBeDefined();
    await expect(office.figures.counted(undefined)).rejects.toMatchObject({ code: 'E_LOG_DOWN' });
    await expect(nextYear(() => fresh.published(year))).rejects.toMatchObject({ code: 'E_LOG_DOWN' });
    await rm(office.logDir, { recursive: true });
    await rename(`${office.logDir}-real`, office.logDir);
    await rename(`${ahead}-real`, ahead);
    expect((await office.call('GET', URL, prosecutor)).status).toBe(200);
  });

  it('POL-03: control reads the figures in safe mode too', async () => {
    office.closed.by = 'E_CPL_INCOMPLETE';
    expect((await office.call('GET', URL, prosecutor)).status).toBe(200);
    expect((await office.call('GET', '/api/v1/cases', prosecutor)).code).toBe('E_CPL_INCOMPLETE');
    office.closed.by = undefined;
  });
});
