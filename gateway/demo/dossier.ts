import { readFile, writeFile } from 'node:fs/promises';
import type { JWK } from 'jose';
import { canonicalJson, sha256Hex } from '../canonical.ts';
import { plannedCapability } from '../capability-facts.ts';
import type { Capability } from '../compliance/capability.ts';
import { readDossierFile } from '../compliance/dossier.ts';
import { type DossierPapers, dossierOf, papersOf, signDossier } from '../compliance/dossier-sign.ts';
import { readCapableConfig } from '../config.ts';
import { SOFTWARE } from '../software.ts';
import { DEMO } from './requisition.ts';

// The dossier of a throw-away installation, signed by demo keys (`env=test`). It says "demo" in every member, because none of its papers
// exists; a gateway in production takes no signature of these keys.

/** Who signs, and where the file goes. */
export interface DemoDossierPlace {
  readonly dossierFile: string;
  readonly controllerKey: JWK;
  readonly dpoKey: JWK;
}

const DAY_MS = 86_400_000;
const APPROVED_DAYS = 30;
const instant = (ms: number): string => new Date(ms).toISOString();
const paper = (what: string): string => `DÉMO – ${what} (n’existe pas / does not exist)`;
const digest = (what: string): string => sha256Hex(`demo ${what}`);

/** Papers of the demo, approved a month before `nowMs`: an installation whose clock a test sets back has them already. */
export function demoPapers(nowMs: number, changes: Partial<DossierPapers> = {}): DossierPapers {
  const before = instant(nowMs - APPROVED_DAYS * DAY_MS);
  return {
    id: 'demo',
    version: 1,
    title: paper('dossier de conformité'),
    software: { name: SOFTWARE.name, from: SOFTWARE.version, below: nextMajor(SOFTWARE.version) },
    controller: DEMO.controller,
    sites: [paper('site')],
    engagement: {
      ref: paper('RU-018'),
      signatory: paper('signataire'),
      sent_at: before,
      proof_sha256: digest('proof'),
    },
    techfile: { ref: paper('dossier technique'), sha256: digest('techfile') },
    aipd: {
      ref: paper('AIPD'),
      version: 'demo 1',
      approved_at: before,
      review_at: instant(nowMs + (365 - APPROVED_DAYS) * DAY_MS),
      dpo_opinion_ref: paper('avis du DPO'),
      sha256: digest('aipd'),
    },
    notice: { ref: paper("notice d'information"), published_at: before },
    register: { ref: paper('registre') },
    keys: { ref: paper('cérémonie des clés'), sha256: digest('keys') },
    accreditation: { ref: paper('homologation') },
    contract: { ref: paper('contrat') },
    update: { ref: paper('procédure de mise à jour') },
    incident: { ref: paper("procédure d'incident") },
    aia: { ref: paper('dossier IA'), sha256: digest('aia') },
    journal_retention_years: 3,
    ...changes,
  };
}

const nextMajor = (version: string): string => `${Number.parseInt(version, 10) + 1}.0.0`;

/** The dossier file of these papers for a capability, signed by both. */
export async function demoDossier(
  papers: DossierPapers,
  capability: Capability,
  { controllerKey, dpoKey }: Omit<DemoDossierPlace, 'dossierFile'>,
  nowMs: number,
): Promise<string> {
  const signedMs = nowMs - (APPROVED_DAYS - 1) * DAY_MS;
  const office = { env: 'test', audience: DEMO.installation, nowSeconds: Math.floor(signedMs / 1000) } as const;
  const draft = { dossier: dossierOf(papers, capability), signatures: [] };
  const first = await signDossier(draft, controllerKey, { ...office, iss: 'responsable-demo' });
  return `${JSON.stringify(await signDossier(first, dpoKey, { ...office, iss: 'dpo-demo' }), null, 2)}\n`;
}

/**
 * Signs the dossier of what a gateway with this environment can do. One that is there stays when it says the same; else the next version
 * is signed, on the papers of the first.
 */
export async function keepDemoDossier(
  place: DemoDossierPlace,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const capability = await plannedCapability(readCapableConfig(environment));
  const text = await readFile(place.dossierFile, 'utf8').catch(() => undefined);
  const known = text === undefined ? undefined : readDossierFile(text).dossier;
  if (known !== undefined && canonicalJson(known.capability as Capability) === canonicalJson(capability)) return;
  const next = known === undefined ? demoPapers(Date.now()) : { ...papersOf(known), version: known.version + 1 };
  await writeFile(place.dossierFile, await demoDossier(next, capability, place, Date.now()));
}
