import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from 'typebox';
import type { DossierState } from './dossier-state.ts';

export interface DossierRoutesDeps {
  /** The state as of now. */
  state(): Promise<DossierState>;
}

const text = (description: string) => Type.String({ description });
const digest = (description: string) => Type.String({ description: `${description} SHA-256, hex.` });
const instant = (description: string) => Type.String({ description: `${description} RFC 3339.` });
const lines = (description: string) => Type.Array(Type.String(), { description });

const DossierBody = Type.Object({
  id: text('Id that authorisations name.'),
  version: Type.Integer({ description: 'Version of the dossier.' }),
  title: text('Name on its cover.'),
  sha256: digest('Of the dossier, as the journal names it.'),
  software: Type.Object({
    name: text('Software that it covers.'),
    from: text('First version that it covers.'),
    below: text('First version that it does not cover any more.'),
  }),
  controller: Type.Object({ type: text('Kind of the service responsible.'), unitCode: text('Its unit.') }),
  sites: lines('Sites of the installation.'),
  engagement: Type.Object({
    reference: text('Reference of the undertaking of conformity (RU-018).'),
    signatory: text('Who signed it.'),
    sentAt: instant('When it was sent to the CNIL.'),
    proofSha256: digest('Of the proof that it was sent.'),
  }),
  techfile: Type.Object({ reference: text('Reference of the technical file.'), sha256: digest('Of it.') }),
  aipd: Type.Object({
    reference: text('Reference of the impact assessment (AIPD).'),
    version: text('Its version.'),
    approvedAt: instant('When it was approved.'),
    reviewAt: instant('Before when it must be reviewed.'),
    dpoOpinion: text('Reference of the opinion of the DPO.'),
    sha256: digest('Of it.'),
  }),
  aia: Type.Optional(Type.Object({ reference: text('Self-assessment under the AI Act.'), sha256: digest('Of it.') })),
  journalRetentionYears: Type.Integer({ description: 'How long the journal is kept, years.' }),
  capabilitySha256: digest('Of the capability that was approved.'),
  modelSetSha256: digest('Of the set of networks that was approved.'),
});

const StateBody = Type.Object({
  software: Type.Object({ name: text('Name of the software that runs.'), version: text('Its version.') }),
  processes: Type.Boolean({ description: 'Whether content is processed; false in safe mode.' }),
  causes: Type.Array(
    Type.Object({
      step: text('Step of the self-test that failed.'),
      code: text('Code of the table of refusals.'),
      detail: text('For the operator.'),
    }),
    { description: 'Why nothing is processed, the first to repair first; empty when it is.' },
  ),
  holds: Type.Boolean({ description: 'Whether the dossier is complete, signed by both and in time.' }),
  refusal: Type.Optional(
    Type.Object({ code: text('Code of the table of refusals.'), detail: text('What is missing, for the operator.') }),
  ),
  warnings: lines('What will have to be done, for the operator.'),
  noNewJob: Type.Optional(text('Why no new analysis may start although the dossier holds.')),
  signers: Type.Array(
    Type.Object({
      role: text('Role that the registry gives the key.'),
      office: text('Office of the key.'),
      kid: text('Id of the key.'),
      signedAt: instant('When it was signed.'),
    }),
    { description: 'Whose signatures were verified; empty where the dossier does not hold.' },
  ),
  dossier: Type.Optional(DossierBody),
  capability: Type.Object({
    sha256: digest('Of what this build can do.'),
    covered: Type.Optional(
      Type.Boolean({ description: 'Whether the dossier covers all of it; absent without a dossier.' }),
    ),
    wider: lines('What it can do and the dossier does not name: nothing is processed until it does.'),
    narrower: lines('What the dossier names and it cannot do.'),
    operations: lines('Operations.'),
    classes: lines('Classes of objects.'),
    models: Type.Array(
      Type.Object({ name: text('Name of a network.'), sha256: digest('Of its file.'), labels: lines('What it says.') }),
    ),
    routes: Type.Integer({ description: 'Number of routes.' }),
    packages: Type.Integer({ description: 'Number of software packages.' }),
  }),
});

const iso = (ms: number): string => new Date(ms).toISOString();

function bodyOf(state: DossierState): Static<typeof StateBody> {
  const { software, causes, refusal, warnings, noNewJob, signers, drift, running } = state;
  return {
    software: { name: software.name, version: software.version },
    processes: causes.length === 0,
    causes: causes.map((each) => ({ ...each })),
    holds: refusal === undefined,
    ...(refusal === undefined ? {} : { refusal }),
    warnings: [...warnings],
    ...(noNewJob === undefined ? {} : { noNewJob }),
    signers: signers.map(({ role, iss, kid, signedMs }) => ({ role, office: iss, kid, signedAt: iso(signedMs) })),
    ...dossierOf(state),
    capability: {
      sha256: state.runningSha256,
      ...(drift === undefined ? {} : { covered: drift.wider.length === 0 }),
      wider: [...(drift?.wider ?? [])],
      narrower: [...(drift?.narrower ?? [])],
      operations: [...running.ops],
      classes: [...running.classes],
      models: running.models.map(({ name, sha256, labels }) => ({ name, sha256, labels: [...labels] })),
      routes: running.routes.length,
      packages: running.packages.length,
    },
  };
}

function dossierOf({ dossier, sha256 = '' }: DossierState): { dossier?: Static<typeof DossierBody> } {
  if (dossier === undefined) return {};
  const { id, version, title, software, controller, sites, engagement, techfile, aipd, aia } = dossier;
  return {
    dossier: {
      id,
      version,
      title,
      sha256,
      software,
      controller: { type: controller.type, unitCode: controller.unit_code },
      sites,
      engagement: {
        reference: engagement.ref,
        signatory: engagement.signatory,
        sentAt: engagement.sent_at,
        proofSha256: engagement.proof_sha256,
      },
      techfile: { reference: techfile.ref, sha256: techfile.sha256 },
      aipd: {
        reference: aipd.ref,
        version: aipd.version,
        approvedAt: aipd.approved_at,
        reviewAt: aipd.review_at,
        dpoOpinion: aipd.dpo_opinion_ref,
        sha256: aipd.sha256,
      },
      ...(aia === undefined ? {} : { aia: { reference: aia.ref, sha256: aia.sha256 } }),
      journalRetentionYears: dossier.journal_retention_years,
      capabilitySha256: dossier.capability_sha256,
      modelSetSha256: dossier.model_set_sha256,
    },
  };
}

/** The compliance dossier as it stands now, for those who control; it answers in safe mode too, and says why. */
export const dossierRoutes =
  ({ state }: DossierRoutesDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/api/v1/compliance/dossier',
      { config: { action: 'dossier.read' }, schema: { response: { 200: StateBody } } },
      async (request) => {
        const now = await state();
        if (now.sha256 !== undefined) request.show([{ type: 'dossier', id: now.sha256 }]);
        return bodyOf(now);
      },
    );
  };
