import { canonicalJson, type JsonValue, sha256Hex } from '../canonical.ts';
import { AppError } from '../errors.ts';
import { openSigned } from '../trust/open.ts';
import type { AuthorityKey, Environment, KeyRegistry } from '../trust/registry.ts';
import { isJsonObject, parseStrictJson } from '../trust/strict-json.ts';
import { capabilityDigest, modelSetDigest } from './capability.ts';
import { type Dossier, parseDossier, parseDossierClaims } from './dossier-schema.ts';

export const DOSSIER_TYP = 'differe-dossier+jwt';

/** Who must have signed, by the role that the registry gives the key (CPL-04). The vendor's key has neither. */
export const DOSSIER_SIGNERS = ['responsable', 'dpo'] as const;

/** A dossier as it lies on the disk: readable, and signed by each person over the whole of it. */
export interface DossierFile {
  readonly dossier: Dossier;
  /** Compact JWS, typ DOSSIER_TYP. */
  readonly signatures: readonly string[];
}

export interface DossierContext {
  readonly registry: KeyRegistry;
  readonly env: Environment;
  readonly audience: string;
  readonly controller: { readonly type: string; readonly unitCode: string };
  readonly software: { readonly name: string; readonly version: string };
  readonly nowMs: number;
  /** When the first job of this installation began, as its journal says; undefined when none ever did. */
  readonly firstJobMs: number | undefined;
}

/** Whose verified signature a dossier bears. */
export interface DossierSigner {
  readonly role: string;
  /** Office, and its key, by the registry. */
  readonly iss: string;
  readonly kid: string;
  readonly signedMs: number;
}

/** A dossier in force. */
export interface OpenedDossier {
  readonly dossier: Dossier;
  readonly signers: readonly DossierSigner[];
  /** SHA-256 (hex) of the canonical dossier: what the journal names. */
  readonly sha256: string;
  readonly warnings: readonly string[];
  /** Why no new job may start although the dossier holds otherwise (CPL-06). */
  readonly noNewJob: string | undefined;
}

const CLOCK_SKEW_MS = 60_000;
const DAY_MS = 86_400_000;
/** The longest that an AIPD stands without review: twelve months, the longest of them leap. */
const MOST_REVIEW_DAYS = 366;
const REVIEW_WARNING_DAYS = 60;
/** The day from which the file under the AI Act is required (CPL-07; Regulation (EU) 2026/1744). */
const AIA_REQUIRED_MS = Date.parse('2027-12-02T00:00:00Z');

export const incomplete = (detail: string, cause?: unknown): AppError =>
  new AppError('E_CPL_INCOMPLETE', { detail, cause });

export const dossierDigest = (dossier: Dossier): string => sha256Hex(canonicalJson(dossier as JsonValue));

/** Reads a dossier file without its signatures' verification. Throws E_CPL_INCOMPLETE. */
export function readDossierFile(text: string): DossierFile {
  const file = looseDossierFile(text);
  return { dossier: parseDossier(file.dossier), signatures: file.signatures };
}

/** As `readDossierFile`, for a draft whose members are not all filled in. */
export function looseDossierFile(text: string): {
  readonly dossier: JsonValue;
  readonly signatures: readonly string[];
} {
  let parsed: JsonValue;
  try {
    parsed = parseStrictJson(text);
  } catch (cause) {
    throw incomplete('the dossier file is not strict JSON', cause);
  }
  if (!isJsonObject(parsed) || Object.keys(parsed).toSorted().join() !== 'dossier,signatures') {
    throw incomplete('the dossier file holds other than dossier and signatures');
  }
  const { dossier, signatures } = parsed;
  if (dossier === undefined || !Array.isArray(signatures) || !signatures.every((one) => typeof one === 'string')) {
    throw incomplete('the dossier file holds other than dossier and signatures');
  }
  return { dossier, signatures };
}

/**
 * Opens a dossier file: complete, signed by the controller and by the DPO over the very same dossier, for this installation, this
 * software, and in the order of time that the law asks for. Throws E_CPL_INCOMPLETE with what is missing. What the installation can
 * do is compared apart (`compareCapability`).
 */
export async function openDossier(text: string, context: DossierContext): Promise<OpenedDossier> {
  const { dossier, signatures } = readDossierFile(text);
  demandDigests(dossier);
  demandSoftware(dossier, context.software);
  const { type, unit_code } = dossier.controller;
  if (type !== context.controller.type || unit_code !== context.controller.unitCode) {
    throw incomplete('controller is not that of this installation');
  }
  const signers = await demandSignatures(dossier, signatures, context);
  const review = demandTimes(dossier, Math.max(...signers.map(({ signedMs }) => signedMs)), context);
  const warnings = [...review.warnings];
  if (dossier.aia === undefined) {
    if (context.nowMs >= AIA_REQUIRED_MS) throw incomplete('aia is missing, required since 2 December 2027');
    warnings.push('dossier: aia is missing (AI Act self-assessment, required from 2 December 2027)');
  }
  return { dossier, signers, sha256: dossierDigest(dossier), warnings, noNewJob: review.noNewJob };
}

function demandDigests(dossier: Dossier): void {
  if (capabilityDigest(dossier.capability) !== dossier.capability_sha256) {
    throw incomplete('capability_sha256 is not the digest of capability');
  }
  if (modelSetDigest(dossier.capability.models) !== dossier.model_set_sha256) {
    throw incomplete('model_set_sha256 is not the digest of the models of capability');
  }
}

/** CPL-02: a dossier is for one software and at most one major version of it. */
function demandSoftware({ software }: Dossier, running: DossierContext['software']): void {
  if (software.name !== running.name) throw incomplete(`software.name is ${software.name}, not ${running.name}`);
  const nextMajor = [(numbersOf(software.from)[0] ?? 0) + 1, 0, 0];
  if (compareNumbers(numbersOf(software.below), nextMajor) > 0) {
    throw incomplete('software.below is beyond the next major version');
  }
  const version = numbersOf(running.version);
  const isCovered =
    compareNumbers(numbersOf(software.from), version) <= 0 && compareNumbers(version, numbersOf(software.below)) < 0;
  if (!isCovered) {
    throw incomplete(`software covers ${software.from} to below ${software.below}, this is ${running.version}`);
  }
}

const numbersOf = (version: string): readonly number[] => version.split('.').map((part) => Number.parseInt(part, 10));

function compareNumbers(a: readonly number[], b: readonly number[]): number {
  for (let at = 0; at < 3; at++) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** CPL-04. */
async function demandSignatures(
  dossier: Dossier,
  signatures: readonly string[],
  context: DossierContext,
): Promise<readonly DossierSigner[]> {
  const whole = canonicalJson(dossier as JsonValue);
  const signers: { readonly key: AuthorityKey; readonly iat: number }[] = [];
  for (const compact of signatures) {
    const { claims, key } = await openSigned(compact, DOSSIER_TYP, parseDossierClaims, context.registry).catch(
      (cause: unknown) => {
        const said = cause instanceof AppError ? `${cause.code}: ${cause.detail ?? ''}` : 'unreadable';
        throw incomplete(`a signature does not hold (${said})`, cause);
      },
    );
    if (claims.env !== context.env) throw incomplete(`signed for env ${claims.env}`);
    if (claims.aud !== context.audience) throw incomplete('signed for another installation');
    if (claims.iat * 1000 > context.nowMs + CLOCK_SKEW_MS) throw incomplete('signed in the future');
    if (canonicalJson(claims.dossier as JsonValue) !== whole) throw incomplete('a signature covers another dossier');
    signers.push({ key, iat: claims.iat });
  }
  for (const role of DOSSIER_SIGNERS) {
    const count = signers.filter(({ key }) => key.role === role).length;
    if (count !== 1) throw incomplete(`signature of role ${role} ${count === 0 ? 'is missing' : 'stands twice'}`);
  }
  const other = signers.find(({ key }) => !(DOSSIER_SIGNERS as readonly string[]).includes(key.role));
  if (other !== undefined) throw incomplete(`a key of role ${other.key.role} signs no dossier`);
  if (
    new Set(signers.map(({ key }) => key.iss)).size !== signers.length ||
    new Set(signers.map(({ key }) => key.jwk.x)).size !== signers.length
  ) {
    throw incomplete('controller and DPO must be two, with a key each');
  }
  return signers.map(({ key: { role, iss, kid }, iat }) => ({ role, iss, kid, signedMs: iat * 1000 }));
}

/** CPL-03 and CPL-06: sent and approved before anything was signed or processed, and reviewed within twelve months. */
function demandTimes(
  { engagement, aipd, notice }: Dossier,
  signedMs: number,
  { nowMs, firstJobMs }: DossierContext,
): { readonly warnings: readonly string[]; readonly noNewJob: string | undefined } {
  const times = {
    'engagement.sent_at': timeOf('engagement.sent_at', engagement.sent_at),
    'aipd.approved_at': timeOf('aipd.approved_at', aipd.approved_at),
    'notice.published_at': timeOf('notice.published_at', notice.published_at),
  };
  for (const [name, ms] of Object.entries(times)) {
    if (ms > signedMs + CLOCK_SKEW_MS) throw incomplete(`${name} is later than the signatures`);
  }
  for (const name of ['engagement.sent_at', 'aipd.approved_at'] as const) {
    if (firstJobMs !== undefined && times[name] >= firstJobMs) {
      throw incomplete(`${name} is later than the first analysis of this installation`);
    }
  }
  const reviewMs = timeOf('aipd.review_at', aipd.review_at);
  const approvedMs = times['aipd.approved_at'];
  if (reviewMs <= approvedMs || reviewMs - approvedMs > MOST_REVIEW_DAYS * DAY_MS) {
    throw incomplete('aipd.review_at is not within twelve months of aipd.approved_at');
  }
  if (nowMs >= reviewMs) {
    return { warnings: [], noNewJob: `the review of the AIPD was due on ${aipd.review_at.slice(0, 10)}` };
  }
  const isSoon = reviewMs - nowMs <= REVIEW_WARNING_DAYS * DAY_MS;
  return {
    warnings: isSoon ? [`dossier: the AIPD is to be reviewed before ${aipd.review_at.slice(0, 10)}`] : [],
    noNewJob: undefined,
  };
}

function timeOf(name: string, text: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw incomplete(`${name} is no time`);
  return ms;
}
