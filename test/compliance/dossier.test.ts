import { beforeAll, describe, expect, it } from 'vitest';
import { compareCapability, orderedCapability } from '../../gateway/compliance/capability.ts';
import { openDossier } from '../../gateway/compliance/dossier.ts';
import type { Dossier } from '../../gateway/compliance/dossier-schema.ts';
import { dossierOf } from '../../gateway/compliance/dossier-sign.ts';
import { demoPapers } from '../../gateway/demo/dossier.ts';
import { AppError } from '../../gateway/errors.ts';
import {
  CAPABILITY,
  contextOf,
  DAY_MS,
  demoDossierOf,
  makeSigners,
  NOW_MS,
  type Signers,
  signedBy,
} from './support.ts';

let signers: Signers;
beforeAll(async () => {
  signers = await makeSigners();
});

type Context = Parameters<typeof contextOf>[1];

/** What an opening says: `ok`, or the code and the detail. */
async function said(text: string, context: Context = {}): Promise<string> {
  try {
    await openDossier(text, contextOf(signers.registry, context));
    return 'ok';
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return `${error.code} ${error.detail}`;
  }
}
const saidOf = async (changes: Partial<Dossier>, context: Context = {}): Promise<string> =>
  said(await signedBy(demoDossierOf(changes), signers), context);

/** Every member of a dossier by its path, branches and leaves, but what is optional and what only the gateway fills. */
function pathsOf(value: object, before: readonly string[] = []): readonly (readonly string[])[] {
  return Object.entries(value).flatMap(([name, member]) => {
    const at = [...before, name];
    const inner =
      typeof member === 'object' && !Array.isArray(member) && name !== 'retentionDays' ? pathsOf(member, at) : [];
    return at[0] === 'aia' ? [] : [at, ...inner];
  });
}

function without(dossier: object, path: readonly string[]): object {
  const [name = '', ...rest] = path;
  const copy: Record<string, unknown> = { ...dossier };
  if (rest.length === 0) delete copy[name];
  else copy[name] = without(copy[name] as object, rest);
  return copy;
}

describe('the compliance dossier', () => {
  it('CPL-01: holds when it is whole, and each member that is taken away is named', async () => {
    const text = await signedBy(demoDossierOf(), signers);
    expect(await said(text)).toBe('ok');
    const file = JSON.parse(text) as { dossier: object; signatures: string[] };
    const paths = pathsOf(file.dossier);
    expect(paths.length).toBeGreaterThan(60);
    for (const path of paths) {
      const lacking = JSON.stringify({ ...file, dossier: without(file.dossier, path) });
      expect(await said(lacking), path.join('.')).toContain(`E_CPL_INCOMPLETE ${path.join('.')} is missing`);
    }
  });

  it('CPL-01: a member that is empty or unknown is named as well, and nobody signs a blank', async () => {
    const file = JSON.parse(await signedBy(demoDossierOf(), signers)) as { dossier: Dossier; signatures: string[] };
    const saidWith = (dossier: object): Promise<string> => said(JSON.stringify({ ...file, dossier }));
    const blank = { ...file.dossier, register: { ref: '' } };
    expect(await saidWith(blank)).toContain('register.ref is not filled in');
    expect(await saidWith({ ...file.dossier, sites: [] })).toContain('sites is not filled in');
    const { engagement, aipd, techfile, controller, software } = file.dossier;
    for (const [member, wanted] of [
      [{ engagement: { ...engagement, signatory: 'X' } }, 'engagement.signatory must not have fewer than 2 characters'],
      [
        { engagement: { ...engagement, sent_at: '' } },
        'engagement.sent_at is not filled in: it must be a time such as',
      ],
      [
        { aipd: { ...aipd, approved_at: '2 mars 2026' } },
        'aipd.approved_at must be a time such as 2026-03-02T09:00:00Z',
      ],
      [{ techfile: { ...techfile, sha256: 'A'.repeat(64) } }, 'techfile.sha256 must be a SHA-256, 64 hexadecimal'],
      [{ software: { ...software, from: '1' } }, 'software.from must be a version such as 1.2.0'],
      [{ id: 'a b' }, 'id must be a name of at most 64 letters'],
      [{ controller: { ...controller, type: 'douane' } }, 'controller.type must be one of police_nationale, '],
      [{ journal_retention_years: 2 }, 'journal_retention_years must be >= 3'],
    ] as const) {
      const text = await saidWith({ ...file.dossier, ...member });
      expect(text).toContain(`E_CPL_INCOMPLETE ${wanted}`);
      expect(text.includes('is not filled in')).toBe(wanted.includes('is not filled in'));
    }
    expect(await saidWith({ ...file.dossier, face: true })).toContain('face is not known');
    await expect(signedBy(blank, signers)).rejects.toMatchObject({ code: 'E_CPL_INCOMPLETE' });
    expect(await said('{"dossier":{},"dossier":{},"signatures":[]}')).toContain('not strict JSON');
  });

  it('CPL-02: is for one software, from one version, and never for the next major version', async () => {
    const running = (version: string, name = 'differe'): Context => ({ software: { name, version } });
    const software = { name: 'differe', from: '1.2.0', below: '2.0.0' };
    for (const version of ['1.2.0', '1.99.3']) expect(await saidOf({ software }, running(version))).toBe('ok');
    for (const version of ['1.1.9', '2.0.0', '0.1.0']) {
      expect(await saidOf({ software }, running(version))).toContain('software covers 1.2.0 to below 2.0.0');
    }
    expect(await saidOf({ software }, running('1.3.0', 'briefcam'))).toContain('software.name');
    expect(await saidOf({ software: { ...software, below: '2.0.1' } }, running('1.2.0'))).toContain('software.below');
  });

  it('CPL-02: names the digest of its capability and of its model set, and both are what they say', async () => {
    expect(await saidOf({ capability_sha256: 'a'.repeat(64) })).toContain('capability_sha256');
    expect(await saidOf({ model_set_sha256: 'a'.repeat(64) })).toContain('model_set_sha256');
  });

  it('CPL-03: undertaking and AIPD come before the first analysis, to the millisecond', async () => {
    const [sent, approved] = [NOW_MS - 3 * DAY_MS, NOW_MS - 2 * DAY_MS];
    const papers = demoPapers(NOW_MS);
    const instant = (ms: number): string => new Date(ms).toISOString();
    const engagement = { ...papers.engagement, sent_at: instant(sent) };
    const aipd = { ...papers.aipd, approved_at: instant(approved), review_at: instant(approved + 300 * DAY_MS) };
    const at = (firstJobMs: number): Promise<string> => saidOf({ engagement, aipd }, { firstJobMs });
    expect(await at(approved + 1)).toBe('ok');
    expect(await at(approved)).toContain('aipd.approved_at is later than the first analysis');
    expect(await at(sent)).toContain('engagement.sent_at is later than the first analysis');
  });

  it('CPL-03: nothing in it is later than the signatures, and no signature is of the future', async () => {
    const papers = demoPapers(NOW_MS);
    const late = new Date(NOW_MS + DAY_MS).toISOString();
    expect(await saidOf({ engagement: { ...papers.engagement, sent_at: late } })).toContain(
      'engagement.sent_at is later',
    );
    expect(await saidOf({ notice: { ...papers.notice, published_at: late } })).toContain(
      'notice.published_at is later',
    );
    const early = await signedBy(demoDossierOf(), signers, undefined, { nowSeconds: NOW_MS / 1000 + 61 });
    expect(await said(early)).toContain('signed in the future');
  });

  it('CPL-04: needs controller and DPO, both over the very same dossier, and the vendor is neither', async () => {
    const by = async (who: readonly (keyof Signers['keys'])[]): Promise<string> =>
      said(await signedBy(demoDossierOf(), signers, who));
    expect(await by(['dpo', 'controller'])).toBe('ok');
    expect(await by([])).toContain('signature of role responsable is missing');
    expect(await by(['dpo'])).toContain('signature of role responsable is missing');
    expect(await by(['controller'])).toContain('signature of role dpo is missing');
    expect(await by(['vendor', 'dpo'])).toContain('signature of role responsable is missing');
    expect(await by(['controller', 'dpo', 'vendor'])).toContain('role technique signs no dossier');
    expect(await by(['stranger', 'dpo'])).toContain('a signature does not hold');
    const mixed = JSON.parse(await signedBy(demoDossierOf(), signers)) as { dossier: Dossier; signatures: string[] };
    const other = JSON.parse(await signedBy(demoDossierOf({ version: 2 }), signers)) as typeof mixed;
    const [controller = ''] = mixed.signatures;
    const twice = { ...mixed, signatures: [controller, ...mixed.signatures] };
    expect(await said(JSON.stringify(twice))).toContain('stands twice');
    const [, dpo = ''] = other.signatures;
    expect(await said(JSON.stringify({ ...mixed, signatures: [controller, dpo] }))).toContain('covers another dossier');
    expect(await said(JSON.stringify({ ...mixed, dossier: other.dossier }))).toContain('covers another dossier');
  });

  it('CPL-04: is for this installation and its controller', async () => {
    const elsewhere = await signedBy(demoDossierOf(), signers, undefined, { audience: 'differe-elsewhere' });
    expect(await said(elsewhere)).toContain('signed for another installation');
    const text = await signedBy(demoDossierOf(), signers);
    expect(await said(text, { env: 'prod' })).toContain('signed for env test');
    const controller = { type: 'gendarmerie_nationale', unitCode: 'DEMO-75' };
    expect(await said(text, { controller })).toContain('controller is not that of this installation');
  });

  it('CPL-06: warns sixty days before the review of the AIPD, and lets no new job start from that day on', async () => {
    const review = Date.parse(demoPapers(NOW_MS).aipd.review_at);
    const text = await signedBy(demoDossierOf(), signers);
    const at = async (nowMs: number) => {
      const { warnings, noNewJob } = await openDossier(text, contextOf(signers.registry, { nowMs }));
      return { warns: warnings.some((each) => each.includes('AIPD')), stops: noNewJob !== undefined };
    };
    expect(await at(review - 60 * DAY_MS - 1)).toEqual({ warns: false, stops: false });
    expect(await at(review - 60 * DAY_MS)).toEqual({ warns: true, stops: false });
    expect(await at(review - 1)).toEqual({ warns: true, stops: false });
    expect(await at(review)).toEqual({ warns: false, stops: true });
  });

  it('CPL-06: the review is at most twelve months after the approval', async () => {
    const { aipd } = demoPapers(NOW_MS);
    const reviewed = (days: number) => ({
      ...aipd,
      review_at: new Date(Date.parse(aipd.approved_at) + days * DAY_MS).toISOString(),
    });
    expect(await saidOf({ aipd: reviewed(366) })).toBe('ok');
    expect(await saidOf({ aipd: reviewed(367) })).toContain('aipd.review_at');
    expect(await saidOf({ aipd: reviewed(0) })).toContain('aipd.review_at');
  });

  it('CPL-07: warns without the file under the AI Act, and refuses from 2 December 2027 on', async () => {
    const { aia: _aia, ...dossier } = demoDossierOf();
    const text = await signedBy(dossier, signers);
    const opened = await openDossier(text, contextOf(signers.registry));
    expect(opened.warnings.join()).toContain('aia is missing');
    const day = Date.parse('2027-12-02T00:00:00Z');
    const approved_at = new Date(day - 30 * DAY_MS).toISOString();
    const aipd = { ...dossier.aipd, approved_at, review_at: new Date(day + 300 * DAY_MS).toISOString() };
    const late = await signedBy({ ...dossier, aipd }, signers, undefined, { nowSeconds: day / 1000 - 3600 });
    expect(await said(late, { nowMs: day - 1 })).toBe('ok');
    expect(await said(late, { nowMs: day })).toContain('aia is missing');
  });

  it('CPL-01: the one of a demonstration says so in every paper, so that nobody takes it for another', () => {
    const { capability: _, software: __, controller: ___, ...papers } = demoDossierOf();
    const texts = Object.values(papers).flatMap((paper) => (typeof paper === 'object' ? [JSON.stringify(paper)] : []));
    expect(texts.length).toBeGreaterThan(10);
    for (const text of [...texts, papers.id, papers.title]) expect(text).toMatch(/d[ée]mo|"sha256"/i);
    expect(texts.filter((text) => !/d[ée]mo/i.test(text))).toEqual([]);
  });

  it('LOG-06: keeps the journal three years at least', async () => {
    const file = JSON.parse(await signedBy(demoDossierOf({ journal_retention_years: 3 }), signers)) as {
      dossier: Dossier;
    };
    const shorter = { ...file, dossier: { ...file.dossier, journal_retention_years: 2 } };
    expect(await said(JSON.stringify(shorter))).toContain('journal_retention_years');
  });
});

describe('the capability that a dossier covers', () => {
  const widened: readonly (readonly [string, Partial<typeof CAPABILITY>, string])[] = [
    ['an operation', { ops: [...CAPABILITY.ops, 'search.face'] }, 'operation search.face'],
    ['a class', { classes: [...CAPABILITY.classes, 'face'] }, 'class face'],
    ['a colour', { colours: [...CAPABILITY.colours, 'blue'] }, 'colour blue'],
    ['a known label', { knownLabels: ['bench', 'hat'] }, 'known label hat'],
    ['a route', { routes: [...CAPABILITY.routes, 'POST /api/v1/similar x'] }, 'route POST /api/v1/similar x'],
    ['a role', { roles: [...CAPABILITY.roles, 'vendor'] }, 'role vendor'],
    ['a right of a role', { roleMatrix: [...CAPABILITY.roleMatrix, 'dpo job.read'] }, 'right dpo job.read'],
    ['a package', { packages: ['fastify@5.12.9'] }, 'package fastify@5.12.9'],
    ['a listener', { exposure: ['api https 0.0.0.0 8420'] }, 'exposure api https 0.0.0.0 8420'],
    ['a longer retention', { retentionDays: { case: 1096 } }, 'retention case: 1096 days instead of 1095'],
    ['another kind of thing kept', { retentionDays: { case: 1095, faces: 1 } }, 'retention faces'],
    ['a rule that permits', { permits: ['public', 'everybody'] }, 'permit everybody'],
    ['a ban that is gone', { bans: ['safe-mode'] }, 'ban content-blind'],
    ['a configuration key', { configKeys: ['DIFFERE_ENV', 'DIFFERE_FACES'] }, 'configuration key DIFFERE_FACES'],
    ['a network', { models: [{ name: 'arcface', sha256: 'f'.repeat(64), labels: [] }] }, 'model arcface'],
    [
      'one more label of the same network',
      { models: [{ name: 'detector', sha256: 'd'.repeat(64), labels: ['person', 'car', 'bench', 'hat'] }] },
      'label hat of model detector',
    ],
  ];
  it.each(widened)('FACE-13, CPL-05: %s more is wider than the dossier, and is named', (_, changes, name) => {
    const running = orderedCapability({ ...CAPABILITY, ...changes });
    const { wider } = compareCapability(CAPABILITY, running);
    expect(wider.join('; ')).toContain(name);
    // The other way round it is one less: allowed and told.
    const back = compareCapability(running, CAPABILITY);
    expect(back.narrower.join('; ')).toContain(name);
  });

  it('FACE-13: the same capability in another order is the same dossier', () => {
    const shuffled = orderedCapability({
      ...CAPABILITY,
      ops: CAPABILITY.ops.toReversed(),
      classes: [...CAPABILITY.classes, 'car'],
    });
    expect(compareCapability(CAPABILITY, shuffled)).toEqual({ wider: [], narrower: [] });
    expect(dossierOf(demoPapers(NOW_MS), shuffled).capability_sha256).toBe(demoDossierOf().capability_sha256);
  });
});
