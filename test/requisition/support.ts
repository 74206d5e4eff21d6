import { createPrivateKey, randomUUID, sign as signBytes } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import { faultAt } from '../../gateway/faults.ts';
import type { Register } from '../../gateway/habilitation/types.ts';
import type { CaseId } from '../../gateway/ids.ts';
import { authorise, schedule as signSchedule } from '../../gateway/requisition/issue.ts';
import type { AuthorisationClaims, Framework, ScheduleClaims, Standing } from '../../gateway/requisition/types.ts';
import type { Tokens, VerifyContext } from '../../gateway/requisition/verify.ts';
import { loadRegistry } from '../../gateway/trust/registry.ts';

// A test authority: a prosecutor, an investigating judge, an officer and two agents, and the requisitions they sign.

export const NOW = 1_790_000_000;
export const AUDIENCE = 'differe-test';
const DAY = 86_400;
const iso = (seconds: number): string => new Date(seconds * 1000).toISOString();

export interface TestKey {
  readonly privateJwk: JWK & { kid: string };
  readonly publicJwk: JWK;
  readonly jkt: string;
}

export async function newKey(kid: string): Promise<TestKey> {
  const pair = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const publicJwk = await exportJWK(pair.publicKey);
  return {
    privateJwk: { ...(await exportJWK(pair.privateKey)), kid },
    publicJwk,
    jkt: await calculateJwkThumbprint(publicJwk),
  };
}

export async function newAuthorities() {
  const [procureur, juge, greffe, opj, agent, other] = await Promise.all(
    ['procureur-1', 'juge-1', 'greffe-1', 'opj-1', 'agent-1', 'agent-2'].map(newKey),
  );
  if (!procureur || !juge || !greffe || !opj || !agent || !other) throw new Error('keys');
  const AUTH = 'differe-authorisation+jwt';
  const REVOKING = ['differe-revocation-list+jwt', 'differe-contrary-decision+jwt'];
  const entry = (key: TestKey, role: string, signs: string[], changes: object = {}) => ({
    ...key.publicJwk,
    kid: key.privateJwk.kid,
    iss: `office-${role}`,
    role,
    signs,
    env: 'test',
    ...changes,
  });
  const keys = [
    entry(procureur, 'procureur', [AUTH, ...REVOKING]),
    entry(juge, 'juge_instruction', [AUTH, ...REVOKING]),
    entry(greffe, 'greffe', [AUTH, ...REVOKING]),
    entry(opj, 'opj', [AUTH, 'differe-schedule+jwt', ...REVOKING]),
  ];
  return { procureur, juge, greffe, opj, agent, other, keys, jwks: JSON.stringify({ keys }) };
}
export type Authorities = Awaited<ReturnType<typeof newAuthorities>>;

const BY_FRAMEWORK: Record<Framework, Partial<AuthorisationClaims> & { readonly acquisition: string }> = {
  FLAGRANCE: { framework_ref: ['53', '60-1'], purpose: 'preuve', acquisition: '60-1' },
  PRELIMINAIRE: { framework_ref: ['75', '77-1-1'], purpose: 'identification_auteur', acquisition: '77-1-1' },
  COMMISSION_ROGATOIRE: {
    framework_ref: ['81', '151'],
    purpose: 'preuve',
    iss: 'office-juge_instruction',
    authority: { role: 'juge_instruction', id: 'ji-4', jurisdiction: 'TJ-LYON', name_ref: 'ref-4' },
    acquisition: '99-3',
  },
  MORT_SUSPECTE: { framework_ref: ['74'], purpose: 'cause_mort', acquisition: '60-1' },
  DISPARITION: { framework_ref: ['74-1'], purpose: 'cause_disparition', acquisition: '60-1' },
};

export function authorisationClaims(
  framework: Framework = 'PRELIMINAIRE',
  changes: Partial<AuthorisationClaims> = {},
): AuthorisationClaims {
  const { acquisition: _, ...own } = BY_FRAMEWORK[framework];
  return {
    ver: 1,
    env: 'test',
    iss: 'office-procureur',
    sub: 'PV-2026/000123',
    aud: AUDIENCE,
    jti: randomUUID(),
    iat: NOW - 60,
    nbf: NOW - 60,
    exp: NOW + 5 * DAY,
    framework,
    framework_ref: [],
    framework_since: iso(NOW - DAY),
    purpose: 'preuve',
    offence: { natinf: ['7151'], label: 'Vol aggravé', art_706_73: false, max_penalty_years: 5 },
    authority: { role: 'procureur', id: 'proc-1', jurisdiction: 'TJ-LYON', name_ref: 'ref-1' },
    lrj_auth: {
      kind: 'procedure_specific',
      mode: 'explicit',
      decided_at: iso(NOW - 3600),
      act_ref: 'AUT-1',
      act_sha256: 'a'.repeat(64),
    },
    ops: ['index.objects', 'search.class', 'search.colour', 'track.single_exhibit', 'export.clip', 'export.report'],
    facets: { classes: ['car', 'person'], colours: ['red'] },
    period: { start: iso(NOW - 10 * DAY), end: iso(NOW) },
    places: ['Place Bellecour, Lyon'],
    limits: { max_hours: 100, max_queries: 1000, max_exports: 10 },
    controller: { type: 'police_nationale', unit_code: 'DIPN-69' },
    dossier: { id: 'dossier-1', min_version: 1 },
    retention: { erase_by: iso(NOW + 365 * DAY) },
    rev: { list_id: 'rev-1', max_age_s: 86_400 },
    ...own,
    ...changes,
  };
}

export function scheduleClaims(
  authorisation: AuthorisationClaims,
  agents: readonly TestKey[],
  changes: Partial<ScheduleClaims> = {},
): ScheduleClaims {
  return {
    ver: 1,
    env: 'test',
    iss: 'office-opj',
    sub: authorisation.sub,
    aud: AUDIENCE,
    jti: randomUUID(),
    iat: NOW - 30,
    nbf: NOW - 30,
    exp: NOW + 4 * DAY,
    auth: authorisation.jti,
    facts: "Vol à l'arraché commis place Bellecour ; l'auteur a fui dans une voiture rouge.",
    necessity:
      "L'exploitation manuelle de deux cents heures d'enregistrement ne permettrait pas d'identifier le véhicule avant l'effacement.",
    processing_title: { kind: 'direct' },
    exhibits: [
      {
        id: 'SCELLE-1',
        sha256: '1'.repeat(64),
        size: 1000,
        camera: {
          id: 'CAM-1',
          operator: 'Ville de Lyon',
          place: 'Place Bellecour, Lyon',
          position: { lat_deg: 45.7577, lon_deg: 4.8322, basis: "plan de l'exploitant" },
        },
        capture: { start: iso(NOW - 2 * DAY), end: iso(NOW - 2 * DAY + 3600), tz: 'Europe/Paris' },
        use_window: [{ start: iso(NOW - 2 * DAY), end: iso(NOW - 2 * DAY + 600) }],
        clock: { offset_s: -3, uncertainty_s: 2, basis: 'horloge parlante' },
        acquisition: {
          article: BY_FRAMEWORK[authorisation.framework].acquisition,
          act_ref: 'REQ-1',
          act_sha256: 'b'.repeat(64),
          signed_by_role: 'opj',
          requested_from: 'Ville de Lyon',
          acquired_at: iso(NOW - DAY),
        },
      },
    ],
    agents: agents.map((key, index) => ({
      id: `agent-${index + 1}`,
      service: 'DIPN-69',
      habilitation_ref: `HAB-${index + 1}`,
      jkt: key.jkt,
    })),
    cnf: { jkt: agents.map((key) => key.jkt) },
    ...changes,
  };
}

export function contextOf(authorities: Authorities, changes: Partial<VerifyContext> = {}): VerifyContext {
  return {
    registry: loadRegistry(authorities.jwks, 'test'),
    env: 'test',
    audience: AUDIENCE,
    nowSeconds: NOW,
    caseIdOf: (procedure) => `case of ${procedure}` as CaseId,
    isUsed: () => false,
    isRevoked: () => false,
    ...changes,
  };
}

/** Both tokens of a valid requisition, or of one with other claims. Signed without asking the schema. */
export function tokensOf(
  authorities: Authorities,
  authorisation: object,
  schedule: object,
  keys: { readonly authorisation?: TestKey; readonly schedule?: TestKey } = {},
): Tokens {
  const by = 'framework' in authorisation && authorisation.framework === 'COMMISSION_ROGATOIRE' ? 'juge' : 'procureur';
  return {
    authorisation: rawToken('differe-authorisation+jwt', authorisation, keys.authorisation ?? authorities[by]),
    schedule: rawToken('differe-schedule+jwt', schedule, keys.schedule ?? authorities.opj),
  };
}

export const b64 = (text: string | Uint8Array): string => Buffer.from(text).toString('base64url');

/** A compact JWS over any header and payload text, signed by node itself: what an attacker or a faulty issuer could make. */
export function signRaw(header: object | string, payload: string, key: TestKey): string {
  const head = b64(typeof header === 'string' ? header : JSON.stringify(header));
  const input = `${head}.${b64(payload)}`;
  const privateKey = createPrivateKey({ key: { ...key.privateJwk, kty: 'OKP' }, format: 'jwk' });
  return `${input}.${b64(signBytes(null, Buffer.from(input), privateKey))}`;
}

export const rawToken = (typ: string, claims: object, key: TestKey): string =>
  signRaw({ alg: 'EdDSA', kid: key.privateJwk.kid, typ }, JSON.stringify(claims), key);

/** Signed through issue.ts, as the demo and the command line do. */
export async function issuedTokens(
  authorities: Authorities,
  authorisation: AuthorisationClaims,
  schedule: ScheduleClaims,
): Promise<Tokens> {
  return {
    authorisation: await authorise(authorisation, authorities.procureur.privateJwk),
    schedule: await signSchedule(schedule, authorities.opj.privateJwk),
  };
}

/** A register in which every agent of every schedule is habilitated and no key is a magistrate's: the register itself is its room's test. */
export const EVERYBODY_HABILITATED: Register = {
  refresh: async () => undefined,
  holderOf: () => undefined,
  standingOf: () => 'in_force',
  bestOf: () => 'in_force',
};

/** A standing in which nothing is revoked: revocation itself is in standing.test.ts. */
export const NOTHING_REVOKED: Standing = {
  refresh: async () => undefined,
  isRevoked: () => false,
  whyRevoked: () => faultAt('requisition', '', 'ended'),
  hasRevocation: () => false,
  mayRegister: async () => true,
};

/** The code of the AppError that a promise rejects with; `accepted` when it resolves. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'accepted';
  } catch (error) {
    if (error instanceof Error && 'code' in error) return String(error.code);
    throw error;
  }
}
