import { randomUUID } from 'node:crypto';
import { OPS } from '../policy/types.ts';
import type { RevocationListClaims } from '../requisition/revocation-list.ts';
import type { AuthorisationClaims, CameraPosition, ScheduleClaims, ScheduledExhibit } from '../requisition/types.ts';
import { CLASSES, COLOURS } from '../vocabulary.ts';

// A requisition of a test authority (`env=test`) for the demo, the tests and the benchmarks: they present one like anyone else
// (FACE-17, REQ-18). A gateway in production refuses it.

export const DEMO = {
  installation: 'differe-demo',
  controller: { type: 'police_nationale', unit_code: 'DEMO-75' },
  procedure: 'PV-2026-000042',
  agentId: 'agent-demo-1',
  service: 'DEMO-75',
  revocationList: 'parquet-demo',
} as const;

export interface DemoExhibit {
  readonly piece: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly captureStartMs: number;
  readonly durationSeconds: number;
  readonly damaged?: boolean;
  /** Id of its camera; without it, one of its own. */
  readonly camera?: string;
  /** Only of a rendered scene: where a real camera stands is for its officer to sign. */
  readonly position?: CameraPosition;
}

/** Places of rendered scenes, some tens of metres apart around a point of open sea: no real street is meant. */
export function scenePosition(index: number): CameraPosition {
  const [north = 0, east = 0] = SCENE_OFFSETS[index % SCENE_OFFSETS.length] ?? [];
  const round = (degrees: number): number => Number(degrees.toFixed(6));
  return { lat_deg: round(43 + north), lon_deg: round(5 + east), basis: 'scène de synthèse, position fictive' };
}

const SCENE_OFFSETS = [
  [0, 0],
  [0.0004, 0.0009],
  [-0.0007, 0.0005],
  [0.0009, -0.0006],
] as const;

const instant = (ms: number): string => new Date(ms).toISOString();
const DAY_S = 86_400;
const PLACE = 'Voie publique (démonstration)';

/** The magistrate's act: one procedure, every operation and facet that the product has, 30 days. */
export function demoAuthorisation(nowMs: number, changes: Partial<AuthorisationClaims> = {}): AuthorisationClaims {
  const now = Math.floor(nowMs / 1000);
  return {
    ver: 1,
    env: 'test',
    iss: 'parquet-demo',
    sub: DEMO.procedure,
    aud: DEMO.installation,
    jti: randomUUID(),
    iat: now,
    nbf: now,
    exp: now + 30 * DAY_S,
    framework: 'PRELIMINAIRE',
    framework_ref: ['75', '77-1-1'],
    framework_since: instant(nowMs - 3 * DAY_S * 1000),
    purpose: 'identification_auteur',
    offence: { natinf: ['7151'], label: 'Vol aggravé (démonstration)', art_706_73: false, max_penalty_years: 5 },
    authority: { role: 'procureur', id: 'demo-procureur', jurisdiction: 'TJ-PARIS', name_ref: 'demo' },
    lrj_auth: {
      kind: 'procedure_specific',
      mode: 'explicit',
      decided_at: instant(nowMs - 3_600_000),
      act_ref: 'AUT-2026-42',
      act_sha256: 'a'.repeat(64),
    },
    ops: [...OPS],
    facets: { classes: [...CLASSES], colours: [...COLOURS] },
    period: { start: instant(nowMs - 30 * DAY_S * 1000), end: instant(nowMs) },
    places: [PLACE],
    limits: { max_hours: 500, max_queries: 5000, max_exports: 500 },
    controller: DEMO.controller,
    dossier: { id: 'demo', min_version: 1 },
    retention: { erase_by: instant(nowMs + 365 * DAY_S * 1000) },
    rev: { list_id: DEMO.revocationList, max_age_s: 30 * DAY_S },
    ...changes,
  };
}

/** The magistrate's list of what he took back, good for 30 days. No requisition comes on record before it: no list revokes all. */
export function demoRevocationList(
  nowMs: number,
  sequence: number,
  revoked: RevocationListClaims['revoked'] = [],
): RevocationListClaims {
  const now = Math.floor(nowMs / 1000);
  return {
    ver: 1,
    env: 'test',
    iss: 'parquet-demo',
    aud: DEMO.installation,
    jti: randomUUID(),
    iat: now,
    list_id: DEMO.revocationList,
    sequence,
    this_update: now,
    next_update: now + 30 * DAY_S,
    revoked,
  };
}

/** The officer's list of exhibits under that act, for one agent. */
export function demoSchedule(
  nowMs: number,
  authorisation: AuthorisationClaims,
  agentThumbprint: string,
  exhibits: readonly DemoExhibit[],
  changes: Partial<ScheduleClaims> = {},
): ScheduleClaims {
  const now = Math.floor(nowMs / 1000);
  return {
    ver: 1,
    env: 'test',
    iss: 'opj-demo',
    sub: authorisation.sub,
    aud: authorisation.aud,
    jti: randomUUID(),
    iat: now,
    nbf: now,
    exp: now + 7 * DAY_S,
    auth: authorisation.jti,
    facts: 'Vol commis sur la voie publique ; un véhicule et deux personnes auraient quitté les lieux (démonstration).',
    necessity:
      "Plusieurs heures d'enregistrement doivent être exploitées dans un délai court ; le visionnage intégral par un agent ne permettrait pas d'identifier à temps les séquences utiles (démonstration).",
    processing_title: { kind: 'direct' },
    exhibits: exhibits.map((exhibit, index) => scheduled(exhibit, index, nowMs)),
    agents: [{ id: DEMO.agentId, service: DEMO.service, habilitation_ref: 'HAB-DEMO-1', jkt: agentThumbprint }],
    cnf: { jkt: [agentThumbprint] },
    ...changes,
  };
}

function scheduled(exhibit: DemoExhibit, index: number, nowMs: number): ScheduledExhibit {
  return {
    id: exhibit.piece,
    sha256: exhibit.sha256,
    size: exhibit.sizeBytes,
    camera: {
      id: exhibit.camera ?? `CAM-${index + 1}`,
      operator: 'Ville (démonstration)',
      place: PLACE,
      ...(exhibit.position === undefined ? {} : { position: exhibit.position }),
    },
    capture: {
      start: instant(exhibit.captureStartMs),
      end: instant(exhibit.captureStartMs + Math.ceil(exhibit.durationSeconds * 1000)),
      tz: 'Europe/Paris',
    },
    clock: { offset_s: 0, uncertainty_s: 2, basis: "relevé de l'heure de l'enregistreur au moment de la saisie" },
    acquisition: {
      article: '77-1-1',
      act_ref: `REQ-2026-${100 + index}`,
      act_sha256: (index + 1).toString(16).padStart(64, 'b'),
      signed_by_role: 'opj',
      requested_from: 'Ville (démonstration)',
      acquired_at: instant(nowMs - 60_000),
    },
    ...(exhibit.damaged === true ? { damaged: true } : {}),
  };
}

/** Yesterday, 14:00 in Paris: when the demo's recordings are said to have been captured. */
export function yesterdayAt14(nowMs: number): number {
  const day = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Paris' }).format(new Date(nowMs - DAY_S * 1000));
  for (const offset of ['+01:00', '+02:00']) {
    const candidate = Date.parse(`${day}T14:00:00${offset}`);
    const hour = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Paris', hour: '2-digit', hour12: false }).format(
      candidate,
    );
    if (hour === '14') return candidate;
  }
  return nowMs - DAY_S * 1000;
}
