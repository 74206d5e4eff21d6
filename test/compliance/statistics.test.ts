import { randomUUID } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openLog } from '../../gateway/audit/append.ts';
import { openCheckpoint } from '../../gateway/audit/checkpoint.ts';
import { decodeVkey } from '../../gateway/audit/note.ts';
import type { AuditEvent, AuditRecord } from '../../gateway/audit/types.ts';
import { documentHtml } from '../../gateway/compliance/documents/html.ts';
import { countJournal, publicReport } from '../../gateway/compliance/figures.ts';
import { statisticsOf, tableBy } from '../../gateway/compliance/statistics.ts';
import { controlReport, transparencyReport } from '../../gateway/compliance/transparency.ts';
import { freshFolder, handClock, optionsFor } from '../audit/support.ts';

const MODEL = 'e'.repeat(64);
const ALL = { from: '2026-01', to: '2026-12' };
const WORKER = { id: 'gateway', role: 'worker', service: '-' };
const DONE = { effect: 'done' as const, policyId: '-', code: 'OK' };
const event = (action: string, requisition: string, changes: Partial<AuditEvent> = {}): AuditEvent => ({
  action,
  actor: { id: 'agent-1', role: 'agent_habilite', service: 'DIPN' },
  reason: { procedure: 'PV-1', requisition, op: action },
  objects: [],
  outcome: { effect: 'permit', policyId: '-', code: 'OK' },
  ...changes,
});
const work = (action: string, requisition: string, changes: Partial<AuditEvent> = {}): AuditEvent =>
  event(action, requisition, { actor: WORKER, ...changes });
const named = (type: AuditEvent['objects'][number]['type'], id: string) => ({ type, id });
const refused = (code: string) => ({ outcome: { effect: 'forbid' as const, policyId: '-', code } });
const failed = (code: string) => ({ outcome: { effect: 'failed' as const, policyId: '-', code } });

const ADOPTED = event('models.adopted', '-', {
  actor: WORKER,
  reason: { procedure: '-', requisition: '-', op: 'models.adopted' },
  objects: [named('model', MODEL)],
  outcome: DONE,
});
const register = (requisition: string, caseId: string, facts: AuditEvent['facts']) =>
  event('requisition.register', requisition, {
    objects: [named('requisition', requisition), named('case', caseId)],
    ...(facts === undefined ? {} : { facts }),
  });
const inference = (requisition: string, job: string) =>
  work('job.inference', requisition, {
    objects: [named('job', job), named('exhibit', randomUUID()), named('model', MODEL)],
    models: MODEL,
    outcome: DONE,
  });
const ended = (requisition: string, job: string, mediaMs = 7_200_000) =>
  work('job.end', requisition, { objects: [named('job', job)], models: MODEL, outcome: DONE, facts: { mediaMs } });

/** One requisition with an analysis of two hours, a question, an export and its end; another that never reached inference. */
function events(service: string, unit = 'DCPJ-75'): AuditEvent[] {
  const [requisition, idle, job, question, caseId, act] = Array.from({ length: 6 }, () => randomUUID()) as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const noCase = { procedure: '-', requisition: '-', op: 'case.erased' };
  return [
    register(requisition, caseId, { framework: 'PRELIMINAIRE', natinf: ['7151', '7152'], unit, services: [service] }),
    register(idle, randomUUID(), { framework: 'FLAGRANCE', natinf: ['21'], unit, services: [service] }),
    event('job.start', requisition),
    work('job.step', requisition, { objects: [named('job', job), named('digest', 'a'.repeat(64))], models: MODEL }),
    ...[1, 2, 3].map(() => work('job.step', requisition, { objects: [named('job', job)], models: MODEL })),
    inference(requisition, job),
    ended(requisition, job),
    event('search.ask', requisition),
    event('search.ask', requisition, { objects: [named('question', question)], facts: { broad: true } }),
    event('evidence.export', requisition),
    event('evidence.export', requisition, { objects: [named('export', randomUUID())], outcome: DONE }),
    event('search.ask', idle, refused('E_FACE_QUERY_IMAGE')),
    event('job.start', idle, refused('E_REQ_REVOKED')),
    work('requisition.revoked', idle, { outcome: DONE }),
    work('case.close', '-', {
      objects: [named('case', caseId), named('act', act)],
      outcome: DONE,
      facts: { outcome: 'useful' },
    }),
    work('case.erased', '-', { reason: noCase, objects: [named('case', caseId), named('act', act)], outcome: DONE }),
  ];
}

const recordsOf = (list: readonly AuditEvent[], time = '2026-05-12T10:00:00.000Z'): AuditRecord[] =>
  list.map((each, seq) => ({ ...each, id: randomUUID(), seq, time, software: 'x', previous: '0'.repeat(64) }));

async function logged(services: readonly string[], at = Date.UTC(2025, 4, 12)) {
  const clock = handClock(at);
  const options = optionsFor(await freshFolder(), { clock });
  const log = await openLog(options);
  await log.append(ADOPTED);
  for (const service of services) for (const each of events(service)) await log.append(each);
  await log.close();
  return options.dir;
}

describe('statistics from the journal', () => {
  it('STA-01, STA-02: counts what the journal holds, each thing once and at its outcome, under the service whose it was', async () => {
    const { statistics } = await countJournal(await logged(['S-1', 'S-1', 'S-2']), {});
    expect(statistics.totals).toEqual({
      requisitions: 6,
      revocations: 3,
      uses: 3,
      jobs: 3,
      jobsWithoutResult: 0,
      revokedJobs: 0,
      hours: 6,
      questions: 3,
      broadQuestions: 3,
      exports: 3,
      refusals: 6,
      forbiddenAttempts: 3,
      closures: 3,
      erasures: 3,
    });
    expect(
      statistics.rows.map(({ service, framework, natinfFamily, counts }) => [
        service,
        framework,
        natinfFamily,
        counts.requisitions,
        counts.uses,
        counts.closures,
        counts.erasures,
        counts.refusals,
      ]),
    ).toEqual([
      ['S-1', 'FLAGRANCE', '21', 2, 0, 0, 0, 4],
      ['S-1', 'PRELIMINAIRE', '71', 2, 2, 2, 2, 0],
      ['S-2', 'FLAGRANCE', '21', 1, 0, 0, 0, 2],
      ['S-2', 'PRELIMINAIRE', '71', 1, 1, 1, 1, 0],
    ]);
    expect(statistics.refusalsByCode).toEqual({ E_FACE_QUERY_IMAGE: 3, E_REQ_REVOKED: 3 });
    expect(statistics.outcomes).toEqual({ useful: 3 });
    for (const by of ['month', 'service', 'unit', 'framework', 'natinfFamily'] as const) {
      const table = tableBy(statistics, by);
      expect(table.reduce((sum, { counts }) => sum + counts.uses, 0)).toBe(3);
      expect(table.reduce((sum, { counts }) => sum + counts.refusals, 0)).toBe(6);
    }
  });

  it('STA-02: an analysis that stopped before inference is no use, one that failed after it is; requests are not counted', () => {
    const [before, after, refusedJob] = [randomUUID(), randomUUID(), randomUUID()];
    const planned = (job: string) =>
      work('job.step', before, { objects: [named('job', job), named('digest', 'a'.repeat(64))], models: MODEL });
    const { totals } = statisticsOf(
      recordsOf([
        event('job.start', before),
        planned(before),
        work('job.step', before, { objects: [named('job', before)], models: MODEL }),
        work('job.end', before, { objects: [named('job', before)], ...failed('E_MEDIA_JAIL') }),
        event('job.start', after),
        inference(after, after),
        // The same analysis under another requisition, and another one under the same: pairs.
        inference(refusedJob, after),
        inference(after, refusedJob),
        work('job.end', after, { objects: [named('job', after)], ...failed('E_REQ_REVOKED') }),
        // Asked for and refused: never an analysis.
        event('job.start', refusedJob),
        event('job.start', refusedJob, refused('E_PRO_QUOTA')),
        // Asked for; its package was never made.
        event('evidence.export', after),
      ]),
      ALL,
    );
    expect(totals).toMatchObject({ uses: 3, jobs: 0, jobsWithoutResult: 2, revokedJobs: 1, hours: 0, exports: 0 });
  });

  it('STA-02: what a crash has done twice counts once: hours, results, uses, exports, erasures', () => {
    const [requisition, job, caseId, exported] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
    const twice = [
      inference(requisition, job),
      ended(requisition, job),
      event('evidence.export', requisition, { objects: [named('export', exported)], outcome: DONE }),
      work('case.erased', '-', { objects: [named('case', caseId)], outcome: DONE }),
      work('requisition.revoked', requisition, { outcome: DONE }),
    ];
    const { totals } = statisticsOf(recordsOf([...twice, ...twice]), ALL);
    expect(totals).toMatchObject({ uses: 1, jobs: 1, hours: 2, exports: 1, erasures: 1, revocations: 1 });
    // A cancellation that came too late is not what became of it.
    const late = work('job.end', requisition, { objects: [named('job', job)], ...failed('E_JOB_CANCELLED') });
    expect(statisticsOf(recordsOf([late, ended(requisition, job)]), ALL).totals).toMatchObject({
      jobs: 1,
      jobsWithoutResult: 0,
    });
  });

  it('STA-01: closures and erasures stand under the case they were of, also when its requisition is gone from the journal', () => {
    const caseId = randomUUID();
    const facts = { framework: 'FLAGRANCE', unit: 'DCPJ-75', services: ['S-9'], natinf: ['21'] };
    const { rows } = statisticsOf(
      recordsOf([
        work('case.close', '-', {
          objects: [named('case', caseId)],
          outcome: DONE,
          facts: { ...facts, outcome: 'useful' },
        }),
        work('case.erased', '-', { objects: [named('case', caseId)], outcome: DONE }),
      ]),
      ALL,
    );
    expect(rows).toMatchObject([{ unit: 'DCPJ-75', service: 'S-9', counts: { closures: 1, erasures: 1 } }]);
  });

  it('STA-01: a refused deposit is one refusal; what the whole installation refuses is one; a failure is none', () => {
    const requisition = randomUUID();
    const { totals, refusalsByCode } = statisticsOf(
      recordsOf([
        event('exhibit.refuse', requisition, refused('E_DEF_HASH_MISMATCH')),
        event('exhibit.upload', requisition, refused('E_DEF_HASH_MISMATCH')),
        event('job.start', requisition, failed('E_CPL_INCOMPLETE')),
        event('job.start', requisition, failed('E_INTERNAL')),
      ]),
      ALL,
    );
    expect(totals.refusals).toBe(2);
    expect(refusalsByCode).toEqual({ E_CPL_INCOMPLETE: 1, E_DEF_HASH_MISMATCH: 1 });
  });

  it('STA-01: says which models ever ran, whatever months are asked for, and whether any other did', () => {
    const used = inference(randomUUID(), randomUUID());
    const of = (list: readonly AuditEvent[]) =>
      statisticsOf(recordsOf(list, '2026-04-01T00:00:00.000Z'), { from: '2026-05', to: '2026-05' });
    expect(of([ADOPTED, used])).toMatchObject({
      models: [{ sha256: MODEL, wasAdmitted: true }],
      noOtherModelRan: true,
    });
    expect(of([used, ADOPTED])).toMatchObject({ models: [{ wasAdmitted: false }], noOtherModelRan: false });
    expect(of([ADOPTED, { ...used, models: 'f'.repeat(64) }]).noOtherModelRan).toBe(false);
    expect(of([ADOPTED]).models).toEqual([]);
    // What was purged may have said it: then nobody knows.
    const later = recordsOf([used]).map((record) => ({ ...record, seq: 512 }));
    expect(statisticsOf(later, ALL).noOtherModelRan).toBeUndefined();
  });

  it('STA-01: makes no figures of a journal from which anything is gone or in which anything was changed', async () => {
    const dir = await logged(['S-1']);
    const entries = path.join(dir, 'tile', 'entries');
    const [name] = (await readdir(entries, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    const file = path.join(name?.parentPath ?? '', name?.name ?? '');
    const bytes = await readFile(file);
    await writeFile(file, Buffer.from(bytes.toString('latin1').replace('S-1', 'S-9'), 'latin1'));
    await expect(countJournal(dir, {})).rejects.toMatchObject({ code: 'E_LOG_DOWN' });
    await writeFile(file, bytes.subarray(0, bytes.length - 400));
    await expect(countJournal(dir, {})).rejects.toMatchObject({ code: 'E_LOG_DOWN' });
    await writeFile(file, bytes);
    expect((await countJournal(dir, {})).log.size).toBe(19);
  });

  it('STA-04: a year of which records were purged, or of before the journal, is not published as nought', async () => {
    const clock = handClock(Date.UTC(2022, 10, 1));
    const dir = await freshFolder();
    const log = await openLog(optionsFor(dir, { clock }));
    await Promise.all(Array.from({ length: 300 }, () => log.append(event('hit.read', randomUUID()))));
    clock.setMs(Date.UTC(2022, 11, 1));
    await Promise.all(Array.from({ length: 300 }, () => log.append(event('hit.read', randomUUID()))));
    const codeOf = (year: string) =>
      publicReport(dir, {}, year, clock).then(
        () => 'OK',
        (error: { code: string }) => error.code,
      );
    clock.setMs(Date.UTC(2025, 10, 15));
    expect([await codeOf('2021'), await codeOf('2022'), await codeOf('2023')]).toEqual(['E_STA_PERIOD', 'OK', 'OK']);
    const key = decodeVkey(log.vkey);
    const known = key.ok ? openCheckpoint(Buffer.from(await log.checkpoint()), key.value) : key;
    if (!known.ok) throw new Error(known.reason);
    expect(await log.purge(3, known.value)).toBe(256);
    expect([await codeOf('2022'), await codeOf('2023')]).toEqual(['E_STA_PERIOD', 'OK']);
    await log.close();
  });

  it('CTL-05: a year of it, by service, unit, framework and family, as the report to the magistrate wants it', async () => {
    const dir = await logged(['S-1', 'S-2']);
    expect((await countJournal(dir, {}, { from: '2024-01', to: '2024-12' })).statistics.totals.uses).toBe(0);
    const counted = await countJournal(dir, {}, { from: '2025-01', to: '2025-12' });
    const frame = { installation: 'differe-test', madeAt: '2026-01-05T00:00:00Z', isDemo: false };
    const html = documentHtml(controlReport(counted, frame));
    for (const said of ['Statistiques pour le contrôle', 'S-1', 'DCPJ-75', 'Enquête préliminaire', '71', MODEL])
      expect(html).toContain(said);
    expect(html).toContain("Aucun autre modèle n'a jamais été exécuté");
    expect(html).not.toContain('>*</td>');
  });

  it('STA-04: the public page keeps small cells back and says so, with refusals, hours, models and the one definition', async () => {
    const dir = await logged(Array.from({ length: 7 }, (_, index) => (index < 5 ? 'S-1' : 'S-2')));
    const report = await publicReport(dir, {}, '2025', handClock(Date.UTC(2026, 1, 1)));
    expect(report.figures.totals).toMatchObject({ uses: 7, hours: 14, refusals: 14 });
    const frame = { installation: 'differe-test', madeAt: '2026-01-05T00:00:00Z', isDemo: false };
    const html = documentHtml(transparencyReport(report, frame));
    const said = [
      'Rapport de transparence',
      'Année 2025',
      'E_FACE_QUERY_IMAGE',
      MODEL,
      report.log.root,
      '177',
      '>*</td>',
    ];
    for (const each of [...said, "a atteint l'inférence", "Aucun autre modèle n'a jamais été exécuté", '14,0'])
      expect(html).toContain(each);
    expect(html).not.toMatch(/<script|PV-1|agent-1/);
  });
});
