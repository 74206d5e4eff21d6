import { randomUUID } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openLog } from '../../gateway/audit/append.ts';
import type { AuditEvent, AuditRecord } from '../../gateway/audit/types.ts';
import { documentHtml } from '../../gateway/compliance/documents/html.ts';
import {
  NOTHING,
  otherModelSets,
  publicTable,
  sampleSessions,
  statisticsOf,
} from '../../gateway/compliance/statistics.ts';
import { drawnBy, verifiedRecords } from '../../gateway/compliance/statistics-command.ts';
import { transparencyReport } from '../../gateway/compliance/transparency.ts';
import { buildInertApp } from '../../gateway/inert-app.ts';
import { freshFolder, handClock, optionsFor } from '../audit/support.ts';

const MODELS = 'e'.repeat(64);
const ALL = { from: '2026-01', to: '2026-12' };
const event = (action: string, requisition: string, changes: Partial<AuditEvent> = {}): AuditEvent => ({
  action,
  actor: { id: 'agent-1', role: 'agent_habilite', service: 'DIPN' },
  reason: { procedure: 'PV-1', requisition, op: action },
  objects: [],
  outcome: { effect: 'permit', policyId: '-', code: 'OK' },
  ...changes,
});
const job = (id: string) => [{ type: 'job' as const, id }];
const refused = (code: string) => ({ outcome: { effect: 'forbid' as const, policyId: '-', code } });

/** One requisition with an analysis of two hours in three steps, a question, an export; another that never reached inference. */
function events(unit: string): AuditEvent[] {
  const [requisition, idle, id, question] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
  return [
    event('requisition.register', requisition, {
      facts: { framework: 'PRELIMINAIRE', natinf: ['7151', '7152'], unit },
    }),
    event('requisition.register', idle, { facts: { framework: 'FLAGRANCE', natinf: ['21'], unit } }),
    event('job.start', requisition),
    ...[1, 2, 3].map(() => event('job.step', requisition, { objects: job(id), models: MODELS })),
    event('job.end', requisition, {
      objects: job(id),
      models: MODELS,
      outcome: { effect: 'done', policyId: '-', code: 'OK' },
      facts: { mediaMs: 7_200_000 },
    }),
    event('search.ask', requisition),
    event('search.ask', requisition, { objects: [{ type: 'question', id: question }] }),
    event('evidence.export', requisition),
    event('search.ask', idle, refused('E_FACE_QUERY_IMAGE')),
    event('job.start', idle, refused('E_REQ_REVOKED')),
  ];
}

async function logged(units: readonly string[]) {
  const clock = handClock(Date.UTC(2026, 4, 12));
  const options = optionsFor(await freshFolder(), { clock });
  const log = await openLog(options);
  for (const unit of units) for (const each of events(unit)) await log.append(each);
  await log.close();
  return options.dir;
}

/** A unit that used the tool so often, ten hours of video each time. */
const row = (unit: string, uses: number) => ({
  month: '2026-05',
  unit,
  framework: 'F',
  natinfFamily: '71',
  counts: { ...NOTHING, uses, hours: 10 * uses },
});

describe('statistics from the journal', () => {
  it('STA-01, STA-02: counts what the journal holds, a use once however many steps it took', async () => {
    const { records } = await verifiedRecords(await logged(['U-1', 'U-1', 'U-2']));
    const { totals, rows, refusalsByCode, forbiddenAttempts, modelSets } = statisticsOf(records, ALL);
    expect(totals).toMatchObject({
      requisitions: 6,
      uses: 3,
      jobs: 3,
      questions: 3,
      exports: 3,
      hours: 6,
      refusals: 6,
    });
    expect(
      rows.map(({ unit, framework, natinfFamily, counts }) => [
        unit,
        framework,
        natinfFamily,
        counts.uses,
        counts.requisitions,
      ]),
    ).toEqual([
      ['U-1', 'FLAGRANCE', '21', 0, 2],
      ['U-1', 'PRELIMINAIRE', '71', 2, 2],
      ['U-2', 'FLAGRANCE', '21', 0, 1],
      ['U-2', 'PRELIMINAIRE', '71', 1, 1],
    ]);
    expect(refusalsByCode).toEqual({ E_FACE_QUERY_IMAGE: 3, E_REQ_REVOKED: 3 });
    expect(forbiddenAttempts).toBe(3);
    expect(modelSets).toHaveLength(1);
    expect(otherModelSets({ modelSets } as ReturnType<typeof statisticsOf>, [MODELS])).toEqual([]);
    expect(otherModelSets({ modelSets } as ReturnType<typeof statisticsOf>, ['f'.repeat(64)])).toHaveLength(1);
  });

  it('STA-01: makes no figures of a journal from which anything is gone or in which anything was changed', async () => {
    const dir = await logged(['U-1']);
    const entries = path.join(dir, 'tile', 'entries');
    const [name] = (await readdir(entries, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    const file = path.join(name?.parentPath ?? '', name?.name ?? '');
    const bytes = await readFile(file);
    const changed = Buffer.from(bytes.toString('latin1').replace('U-1', 'U-9'), 'latin1');
    await writeFile(file, changed);
    await expect(verifiedRecords(dir)).rejects.toMatchObject({ code: 'E_LOG_DOWN' });
    await writeFile(file, bytes.subarray(0, bytes.length - 400));
    await expect(verifiedRecords(dir)).rejects.toMatchObject({ code: 'E_LOG_DOWN' });
    await writeFile(file, bytes);
    expect((await verifiedRecords(dir)).size).toBe(12);
  });

  it('STA-03: nothing writes a figure: no route takes one, and a correction is an event like any other', async () => {
    const app = await buildInertApp('0');
    const writing = app.routeList.filter(
      (route) => /statistic|transparency|figure/i.test(route) && !route.startsWith('GET'),
    );
    await app.close();
    expect(writing).toEqual([]);
    expect(app.routeList.length).toBeGreaterThan(30);
  });

  it('STA-04: what is kept back cannot be told from the totals', () => {
    const usesOf = (...values: number[]) => {
      const { units, totals } = publicTable({ rows: values.map((value, index) => row(`U${index}`, value)) });
      return [units.map(({ counts: { uses } }) => uses), totals.uses];
    };
    expect(usesOf(3)).toEqual([[undefined], undefined]);
    expect(usesOf(3, 0)).toEqual([[undefined, 0], undefined]);
    expect(usesOf(1, 1, 30)).toEqual([[undefined, undefined, undefined], undefined]);
    expect(usesOf(4, 4, 30)).toEqual([[undefined, undefined, undefined], undefined]);
    expect(usesOf(1, 4, 30)).toEqual([[undefined, undefined, 30], 35]);
    // Thirty hours of one use would tell that there was one.
    expect(publicTable({ rows: [row('A', 1), row('B', 9)] }).units[0]?.counts.hours).toBeUndefined();
  });

  it('STA-02: an analysis that was planned and never ran a network is no use; a set of models of another month still ran', async () => {
    const requisition = randomUUID();
    const planned = {
      ...event('job.step', requisition, {
        objects: [...job(randomUUID()), { type: 'digest', id: 'a'.repeat(64) }],
        models: MODELS,
      }),
      time: '2026-04-02T10:00:00.000Z',
      seq: 3,
    };
    const statistics = statisticsOf([planned as unknown as AuditRecord], { from: '2026-05', to: '2026-05' });
    expect(statistics.totals.uses).toBe(0);
    expect(otherModelSets(statistics, ['f'.repeat(64)])).toHaveLength(1);
  });

  it('STA-04: keeps small cells back, and the next one where the total would tell', () => {
    const rows = [row('A', 2), row('B', 40), row('C', 12)];
    const { units, totals } = publicTable({ rows });
    expect(units.map(({ unit, counts: { uses } }) => [unit, uses])).toEqual([
      ['A', undefined],
      ['B', 40],
      ['C', undefined],
    ]);
    expect(totals.uses).toBe(54);
    const open = publicTable({ rows: [row('A', 7), row('B', 40)] });
    expect(open.units.map(({ counts: { uses } }) => uses)).toEqual([7, 40]);
  });

  it('CTL-05: a year of it, by unit, as the report to the magistrate wants it', async () => {
    const { records, size, root } = await verifiedRecords(await logged(['U-1', 'U-2']));
    const year = statisticsOf(records, { from: '2026-01', to: '2026-12' });
    expect(year.totals.uses).toBe(2);
    expect(statisticsOf(records, { from: '2025-01', to: '2025-12' }).totals.uses).toBe(0);
    const html = documentHtml(
      transparencyReport(
        year,
        { size, root },
        { installation: 'differe-test', madeAt: '2027-01-05T00:00:00Z', isDemo: false },
      ),
    );
    for (const said of ['Rapport de transparence', 'E_FACE_QUERY_IMAGE', MODELS, root, '177', 'masqué'])
      expect(html).toContain(said);
    expect(html).not.toMatch(/<script|PV-1|agent-1/);
  });

  it('CTL-06: one session in twenty, drawn by the root of the log: whoever has the log draws the same', () => {
    const records = Array.from({ length: 200 }, (_, index) => ({
      ...event('hit.read', randomUUID()),
      time: `2026-05-${String((index % 28) + 1).padStart(2, '0')}T10:00:00.000Z`,
    })) as unknown as AuditRecord[];
    const drawn = sampleSessions(records, '2026-05', drawnBy('root-1'));
    expect(drawn).toHaveLength(10);
    expect(sampleSessions(records.toReversed(), '2026-05', drawnBy('root-1'))).toEqual(drawn);
    expect(sampleSessions(records, '2026-05', drawnBy('root-2'))).not.toEqual(drawn);
    expect(sampleSessions(records.slice(0, 3), '2026-05', drawnBy('root-1'))).toHaveLength(1);
    expect(sampleSessions(records, '2026-06', drawnBy('root-1'))).toEqual([]);
  });
});
