import { beforeAll, describe, expect, it } from 'vitest';
import { type Capability, orderedCapability } from '../../gateway/compliance/capability.ts';
import { aipdDocument } from '../../gateway/compliance/documents/aipd.ts';
import {
  type ClosingFacts,
  closingDocument,
  closingReport,
} from '../../gateway/compliance/documents/closing-report.ts';
import { documentHtml } from '../../gateway/compliance/documents/html.ts';
import { mentionDocument, mentionOf } from '../../gateway/compliance/documents/mention.ts';
import { noticeDocument } from '../../gateway/compliance/documents/notice.ts';
import { documentPdf, drawable } from '../../gateway/compliance/documents/pdf.ts';
import { parseDossier } from '../../gateway/compliance/dossier-schema.ts';
import { dossierOf } from '../../gateway/compliance/dossier-sign.ts';
import { demoPapers } from '../../gateway/demo-dossier.ts';
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
        plan: { version: 5 },
        models: [{ name: 'street-crop', sha256: 'c'.repeat(64) }],
        build: { software: 'differe 0.1.0' },
      },
      coverage: { analysedSeconds: 40, quietSeconds: 20 },
    },
  ],
  questions: 3,
  verdicts: { confirmed: 2, rejected: 1, uncertain: 0, unreviewed: 4 },
  exports: 1,
});

describe('the closing report', () => {
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
    expect(html).toContain('n&#39;établit pas une identité'.replace('&#39;', "'"));
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
    const [first, ...rest] = document.sections;
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

  it('the impact assessment fills in what the system knows and leaves to people what is theirs', () => {
    const document = aipdDocument(dossier(), frame);
    const html = documentHtml(document);
    for (const said of ['search.class', 'street-crop', dossier().capability_sha256, 'canaries'])
      expect(html).toContain(said);
    const gaps = document.sections.filter(({ toComplete }) => toComplete !== undefined);
    expect(gaps.length).toBeGreaterThanOrEqual(6);
    expect(html.split('À compléter').length - 1).toBe(gaps.length);
  });
});
