import { beforeAll, describe, expect, it } from 'vitest';
import { type Capability, orderedCapability } from '../../gateway/compliance/capability.ts';
import { aipdDocument } from '../../gateway/compliance/documents/aipd.ts';
import { closingDocument } from '../../gateway/compliance/documents/closing-document.ts';
import { type ClosingFacts, closingReport } from '../../gateway/compliance/documents/closing-report.ts';
import { documentHtml } from '../../gateway/compliance/documents/html.ts';
import { mentionDocument, mentionOf } from '../../gateway/compliance/documents/mention.ts';
import { noticeDocument } from '../../gateway/compliance/documents/notice.ts';
import { documentPdf, drawable } from '../../gateway/compliance/documents/pdf.ts';
import { parseDossier } from '../../gateway/compliance/dossier-schema.ts';
import { dossierOf } from '../../gateway/compliance/dossier-sign.ts';
import { demoPapers } from '../../gateway/demo/dossier.ts';
import { AppError } from '../../gateway/errors.ts';
import type { Exhibit } from '../../gateway/footage/types.ts';
import type { CaseId, ExhibitId } from '../../gateway/ids.ts';
import type { Requisition } from '../../gateway/requisition/types.ts';
import { makeRequisition, removeTemporaryFolders } from '../footage/support.ts';

const EXHIBIT = {
  piece: 'SCELLE-1',
  sha256: 'a'.repeat(64),
  sizeBytes: 1000,
  captureStartMs: Date.parse('2026-05-11T14:00:00Z'),
  durationSeconds: 60,
};
const frame = { installation: 'differe-test', madeAt: '2026-05-12T10:00:00.000Z', isDemo: true };
const CAPABILITY: Capability = orderedCapability({
  ops: ['search.class', 'index.objects'],
  classes: ['person', 'car'],
  colours: ['red'],
  knownLabels: [],
  routes: ['GET /api/v1/cases case.list'],
  roles: ['agent_habilite'],
  roleMatrix: [],
  models: [{ name: 'street-crop', sha256: 'c'.repeat(64), labels: ['person', 'car'] }],
  packages: [],
  exposure: [],
  retentionDays: { case: 1096 },
  permits: [],
  bans: [],
  configKeys: [],
});
let requisition: Requisition;
const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'OK';
  } catch (error) {
    return error instanceof AppError ? `${error.code} ${error.detail ?? ''}` : String(error);
  }
};

beforeAll(async () => {
  requisition = await makeRequisition([EXHIBIT], () => '0a000000-0000-8000-8000-000000000001' as CaseId);
  removeTemporaryFolders();
});

describe('the mention in the procedure', () => {
  it('REQ-16: says the use, the authorisation, the authority, the agents and their habilitation, and nothing of the facts', () => {
    const mention = mentionOf(requisition, 'differe/0.1.0');
    expect(mention).toMatchObject({
      format: 'differe-mention/1',
      procedure: requisition.authorisation.sub,
      authorisation: { sha256: requisition.digests.authorisation, authority: { role: 'procureur' } },
      schedule: { sha256: requisition.digests.schedule, exhibits: 1 },
      agents: [{ id: 'agent-demo-1', habilitation: 'HAB-DEMO-1' }],
    });
    const html = documentHtml(mentionDocument(mention, frame));
    for (const said of [
      'R. 40-40',
      requisition.authorisation.sub,
      'HAB-DEMO-1',
      requisition.authorisation.lrj_auth.act_ref,
    ])
      expect(html).toContain(said);
    expect(html).not.toContain(requisition.schedule.facts.slice(0, 30));
    expect(html).not.toMatch(/<script|https?:/);
  });

  it('REQ-16: fails when an agent has no reference of habilitation', () => {
    const [agent] = requisition.schedule.agents;
    const without = {
      ...requisition,
      schedule: { ...requisition.schedule, agents: [{ ...agent, habilitation_ref: ' ' }] },
    };
    expect(codeOf(() => mentionOf(without as Requisition, 'differe/0.1.0'))).toContain('E_HAB_NONE');
  });

  it('escapes what authorities wrote', () => {
    const hostile = { ...mentionOf(requisition, 'x'), procedure: '<script>alert(1)</script>' };
    expect(documentHtml(mentionDocument(hostile, frame))).not.toContain('<script>');
  });
});

const facts = (): ClosingFacts => ({
  requisitions: [requisition],
  exhibits: [
    {
      id: 'e1' as ExhibitId,
      piece: 'SCELLE-1',
      sha256: EXHIBIT.sha256,
      sizeBytes: 1000,
      timeline: { durationSeconds: 60 } as Exhibit['timeline'],
    },
  ],
  analyses: [
    {
      id: 'j1',
      exhibitId: 'e1',
      state: 'done',
      resultSha256: 'b'.repeat(64),
      made: {
        plan: { version: 5, framesPerSecond: 2.5, classes: ['car', 'truck'], somethingNew: 7 },
        models: [{ name: 'street-crop', sha256: 'c'.repeat(64) }],
        build: { software: 'differe 0.1.0' },
        processor: 'x64 AMD',
      },
      coverage: { analysedSeconds: 40, quietSeconds: 20 },
    },
  ],
  questions: 3,
  verdicts: { confirmed: 2, rejected: 1, uncertain: 0, unreviewed: 4 },
  decided: [
    {
      id: '0f3b2c1a-0000-4000-8000-000000000000',
      exhibitId: 'e1',
      verdict: 'confirmed',
      disputed: true,
      readings: [
        { agentId: 'agent-demo-1', verdict: 'confirmed', at: '2026-03-10T12:00:00Z' },
        { agentId: 'agent-demo-2', verdict: 'rejected', at: '2026-03-10T13:00:00Z' },
        { verdict: 'uncertain' },
      ],
    },
  ],
  exports: 1,
});

describe('the closing report', () => {
  it("HUM-01: names each reader's verdict on each hit, says who disagrees, and makes up no reader", () => {
    const report = closingReport(facts());
    expect(report.results.disputed).toBe(1);
    expect(report.decided).toMatchObject([{ piece: 'SCELLE-1', verdict: 'confirmed', disputed: true }]);
    const html = documentHtml(closingDocument(report, frame));
    for (const said of ['0f3b2c1a', 'avis partagés', 'agent-demo-1 : confirmé', 'agent-demo-2 : écarté'])
      expect(html).toContain(said);
    expect(html).toContain('lecteur inconnu : incertain');
    const [stray] = facts().decided;
    if (stray === undefined) throw new Error('no hit');
    const elsewhere = { ...facts(), decided: [{ ...stray, exhibitId: 'e9' }] };
    expect(codeOf(() => closingReport(elsewhere))).toContain('E_RET_CLOSURE');
  });

  it('CTL-03: names exhibits, digests, operations, models, parameters, agents, what was kept and what was discarded', () => {
    expect(closingReport(facts())).toMatchObject({
      procedure: requisition.authorisation.sub,
      exhibits: [{ sha256: EXHIBIT.sha256, durationSeconds: 60 }],
      analyses: [
        {
          exhibitSha256: EXHIBIT.sha256,
          resultSha256: 'b'.repeat(64),
          made: { plan: { version: 5 } },
          coverage: { analysedSeconds: 40 },
        },
      ],
      agents: [{ habilitation: 'HAB-DEMO-1' }],
      results: { kept: 2, discarded: 1, uncertain: 0, notReviewed: 4 },
      questions: 3,
      exports: 1,
    });
    const html = documentHtml(closingDocument(closingReport(facts()), frame));
    expect(html).toContain('street-crop');
    // The parameters stand in the table of their analysis, under names that people read.
    for (const said of ['Analyse 1 – pièce SCELLE-1', 'c'.repeat(64), 'b'.repeat(64), 'menée à terme', 'x64 AMD'])
      expect(html).toContain(said);
    for (const [name, value] of [
      ['Plan d&#39;analyse, version', '5'],
      ['Images par seconde', '2.5'],
      ['Classes que la réquisition permet', 'voiture, camion'],
      ['Logiciel', 'differe 0.1.0'],
      ['somethingNew', '7'],
    ] as const)
      expect(html).toContain(`<td>${name.replace('&#39;', "'")}</td><td>${value}</td>`);
    expect(html).toContain('analysé 40 s ; sans activité selon le flux 20 s');
    expect(html).toContain('n&#39;établit pas une identité'.replace('&#39;', "'"));
  });

  it('CTL-03: an analysis without a result says why', () => {
    const [analysis] = facts().analyses;
    if (analysis === undefined) throw new Error('no analysis');
    const stopped = {
      ...analysis,
      state: 'failed',
      failureCode: 'E_MEDIA_LIMIT',
      made: undefined,
      resultSha256: undefined,
      coverage: undefined,
    };
    const html = documentHtml(closingDocument(closingReport({ ...facts(), analyses: [stopped] }), frame));
    expect(html).toContain('E_MEDIA_LIMIT – ');
    expect(html).toContain('<td>Issue</td><td>échouée</td>');
  });

  it('CTL-03: is refused when a section is missing, and says which', () => {
    const [analysis] = facts().analyses;
    if (analysis === undefined) throw new Error('no analysis');
    const without = (changes: Partial<ClosingFacts>) => codeOf(() => closingReport({ ...facts(), ...changes }));
    expect(without({ requisitions: [] })).toBe('E_RET_CLOSURE requisitions');
    expect(without({ exhibits: [] })).toBe('E_RET_CLOSURE exhibits');
    expect(without({ analyses: [{ ...analysis, made: undefined }] })).toBe('E_RET_CLOSURE models and parameters');
    expect(without({ analyses: [{ ...analysis, resultSha256: undefined }] })).toBe('E_RET_CLOSURE results');
    expect(without({ analyses: [{ ...analysis, coverage: undefined }] })).toBe('E_RET_CLOSURE results');
    expect(without({ analyses: [{ ...analysis, state: 'running' }] })).toContain('E_RET_CLOSURE analyses');
    expect(
      without({
        analyses: [{ ...analysis, state: 'failed', made: undefined, resultSha256: undefined, coverage: undefined }],
      }),
    ).toBe('OK');
  });
});

describe('how documents look', () => {
  it('every page of a demonstration says so, in HTML and in PDF', async () => {
    const document = closingDocument(closingReport(facts()), frame);
    expect(documentHtml(document)).toContain('DÉMONSTRATION');
    const rows = Array.from({ length: 90 }, (_, index) => [`SCELLE-${index}`, '60 s', 'a'.repeat(64)]);
    const first = document.sections.find(({ table }) => table !== undefined);
    const rest = document.sections.slice(1);
    const long = {
      ...document,
      sections: [{ ...first, title: document.title, table: { head: first?.table?.head ?? [], rows } }, ...rest],
    };
    const pdf = (await documentPdf(long)).toString('latin1');
    expect(pdf.startsWith('%PDF-')).toBe(true);
    expect((pdf.match(/\/Type \/Page\b/g) ?? []).length).toBeGreaterThan(2);
  });

  it('no letter of French is lost in a PDF', () => {
    const letters = 'àâäçéèêëîïôöùûüÿœæ ÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸŒÆ «»°§€–—·';
    expect(drawable(letters.replaceAll('Ÿ', ''))).toBe(letters.replaceAll('Ÿ', ''));
    expect(drawable('l’heure 漢')).toBe("l'heure ?");
  });
});

describe('the information notice and the impact assessment', () => {
  const dossier = () => parseDossier(JSON.parse(JSON.stringify(dossierOf(demoPapers(Date.now()), CAPABILITY))));

  it('RGT-01: the notice says controller, purpose, texts, data, recipients, retention, rights and the references of the dossier', () => {
    const html = documentHtml(noticeDocument(dossier(), frame));
    for (const said of [
      'Responsable de traitement',
      'DEMO-75',
      '230-20',
      'article 104',
      'Destinataires',
      '230-22',
      '230-24',
      'CNIL',
      'Aucune reconnaissance faciale',
      'RU-018',
    ]) {
      expect(html.toLowerCase(), said).toContain(said.toLowerCase());
    }
  });

  it('CPL-01: the impact assessment has each heading of its plan, filled in by the system or left to people, none folded into another', () => {
    const document = aipdDocument(dossier(), frame);
    const html = documentHtml(document);
    for (const said of ['search.class', 'street-crop', dossier().capability_sha256, 'canaries'])
      expect(html).toContain(said);
    const numbers = document.sections.map(({ title }) => /^[0-9.]+/.exec(title.fr)?.[0]?.replace(/\.$/, ''));
    const parts = (chapter: number, count: number): string[] =>
      Array.from({ length: count }, (_, index) => `${chapter}.${index + 1}`);
    const plan = [5, 10, 4, 4, 6, 7, 15, 6];
    expect(numbers).toEqual(plan.flatMap((count, index) => [`${index + 1}`, ...parts(index + 1, count)]));
    for (const { title, isPart, paragraphs, table, toComplete } of document.sections) {
      expect(title.en, title.fr).toMatch(/^[0-9.]+ .{3,}/);
      if (isPart === true)
        expect(
          [paragraphs, table, toComplete].some((each) => each !== undefined),
          title.fr,
        ).toBe(true);
    }
    // legal-requirements 4.2: what each chapter must speak of.
    const said = document.sections.map(({ title }) => title.fr.toLowerCase()).join('|');
    for (const each of [
      'finalité et enjeux',
      'responsabilités',
      'textes applicables',
      'personnes concernées',
      'cycle de vie',
      'base légale',
      'données sensibles',
      'minimisation',
      'exactitude',
      'conservation',
      'information',
      'rectification',
      'sous-traitants',
      'transferts',
      'alternatives',
      'utilité passée',
      'libertés',
      'délai plancher',
      'découpage',
      'alerte',
      'liste des capacités',
      'limites',
      'mises à jour',
      'habilitation',
      'procureur',
      '230-24',
      'cnil',
      'autocontrôle',
      'statistiques',
      'accès illégitime',
      'modification non désirée',
      'disparition',
      "dérive d'usage",
      'mise à jour silencieuse',
      'direct déguisé',
      'transversale',
      'faux résultat',
      'singularisation',
      'réidentification',
      'initié',
      'altération du journal',
      'conservation excessive',
      'biais',
      'décodeur',
      "plan d'action",
      'délégué',
      'avis des personnes',
      'approbation',
      'révision',
    ])
      expect(said, each).toContain(each);
    const feared = document.sections
      .find(({ title }) => title.fr.startsWith('7.1 '))
      ?.table?.rows.map(([name]) => name);
    expect(feared?.map((name) => name?.split(' (')[0])).toEqual([
      'Impacts',
      'Menaces',
      'Sources',
      'Mesures du système',
      'Mesures du site',
      'Gravité',
      'Vraisemblance',
    ]);
    const gaps = document.sections.filter(({ toComplete }) => toComplete !== undefined);
    expect(gaps.length).toBeGreaterThanOrEqual(20);
    expect(html.split('class="gap"').length - 1).toBe(gaps.length);
  });

  it('the impact assessment is about a dozen pages: no section opens a page for nothing', async () => {
    const pdf = (await documentPdf(aipdDocument(dossier(), frame))).toString('latin1');
    const pages = (pdf.match(/\/Type \/Page\b/g) ?? []).length;
    expect(pages).toBeGreaterThan(8);
    expect(pages).toBeLessThan(16);
  });
});
