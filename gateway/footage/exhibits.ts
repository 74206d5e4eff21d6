import type { Database } from '../database.ts';
import { AppError } from '../errors.ts';
import type { CaseId, ExhibitId } from '../ids.ts';
import { type Page, type PageAsked, pageOfRows, rowsAsked } from '../pages.ts';
import type { Requisition, ScheduledExhibit } from '../requisition/types.ts';
import type { Vault } from '../vault.ts';
import * as store from './store.ts';
import type { Camera, Exhibit, Timeline } from './types.ts';

export interface ExhibitDeps {
  readonly database: Database;
  readonly vault: Vault;
}

/** What the row keeps under the case key. `established` comes with the seal. */
export interface SealedFacts {
  readonly piece: string;
  readonly fileName: string;
  readonly sha256: string;
  readonly camera: Camera;
  readonly clock: Exhibit['clock'];
  readonly timeZone: string;
  readonly damaged: boolean;
  readonly established?: {
    readonly timeline: Timeline;
    readonly windows: Exhibit['windows'];
    readonly clockNote: string | undefined;
  };
}

/** An exhibit in whatever state: what an investigator sees in the list of a case. */
export interface ExhibitSummary {
  readonly id: ExhibitId;
  readonly state: 'receiving' | 'sealed' | 'refused';
  readonly refusalCode: string | undefined;
  readonly sizeBytes: number;
  readonly captureStartMs: number;
  readonly captureEndMs: number;
  readonly sealedAtMs: number | undefined;
  readonly facts: SealedFacts;
}

const label = (id: ExhibitId): string => `exhibit:${id}`;

/** The facts that are known before a byte arrives: the schedule's, and the name that the investigator's machine gave the file. */
export function scheduledFacts(scheduled: ScheduledExhibit, fileName: string): SealedFacts {
  return {
    piece: scheduled.id,
    fileName,
    sha256: scheduled.sha256,
    camera: cameraOf(scheduled),
    // Without a declared clock the recorder's time is taken as true, and the doubt is said to be unknown by its basis.
    clock: {
      offsetSeconds: scheduled.clock?.offset_s ?? 0,
      uncertaintySeconds: scheduled.clock?.uncertainty_s ?? 0,
      basis: scheduled.clock?.basis ?? 'undeclared',
    },
    timeZone: scheduled.capture.tz,
    damaged: scheduled.damaged === true,
  };
}

function cameraOf({ camera: { id, place, position } }: ScheduledExhibit): Camera {
  if (position === undefined) return { id, place };
  const { lat_deg: latitude, lon_deg: longitude, basis } = position;
  return { id, place, position: { latitude, longitude, basis } };
}

export const sealFacts = (vault: Vault, caseId: CaseId, id: ExhibitId, facts: SealedFacts): Promise<Buffer> =>
  vault.seal(caseId, label(id), JSON.stringify(facts));

export async function unsealFacts(vault: Vault, row: store.ExhibitRow): Promise<SealedFacts> {
  const plain = await vault.unseal(row.caseId, label(row.id), row.sealed);
  return JSON.parse(plain.toString('utf8')) as SealedFacts;
}

/** A sealed exhibit of the requisition's case. Throws E_PRO_SILO when there is none with this id. */
export async function readExhibit(requisition: Requisition, id: ExhibitId, deps: ExhibitDeps): Promise<Exhibit> {
  const row = await deps.database.inCase(requisition.caseId, (tx) => store.findExhibit(tx, id));
  const exhibit = row === undefined ? undefined : await toExhibit(row, deps.vault);
  if (exhibit === undefined) throw new AppError('E_PRO_SILO');
  return exhibit;
}

/** Every sealed exhibit of the requisition's case, oldest first. */
export async function sealedExhibits(requisition: Requisition, deps: ExhibitDeps): Promise<readonly Exhibit[]> {
  const rows = await deps.database.inCase(requisition.caseId, store.exhibitsOfCase);
  const exhibits = await Promise.all(rows.map((row) => toExhibit(row, deps.vault)));
  return exhibits.filter((exhibit) => exhibit !== undefined);
}

/** Digests of the sealed exhibits of a case: what a certificate of erasure names. Of rows that cannot be opened any more there are none. */
export async function exhibitDigests(caseId: CaseId, deps: ExhibitDeps): Promise<readonly string[]> {
  const rows = await deps.database.inCase(caseId, store.exhibitsOfCase);
  const exhibits = await Promise.all(rows.map((row) => toExhibit(row, deps.vault).catch(() => undefined)));
  return exhibits.flatMap((exhibit) => (exhibit === undefined ? [] : [exhibit.sha256])).toSorted();
}

/** A page of the exhibits of the requisition's case, oldest first: received, refused or sealed. E_CURSOR. */
export async function listExhibits(
  requisition: Requisition,
  asked: PageAsked,
  deps: ExhibitDeps,
): Promise<Page<ExhibitSummary>> {
  const wanted = rowsAsked('exhibits', asked);
  const rows = await deps.database.inCase(requisition.caseId, (tx) => store.pageOfExhibits(tx, wanted));
  const { items, next } = pageOfRows('exhibits', rows, asked);
  return { items: await Promise.all(items.map((row) => summarise(row, deps.vault))), next };
}

/** One exhibit in whatever state. Throws E_PRO_SILO when the case has none with this id. */
export async function describeExhibit(
  requisition: Requisition,
  id: ExhibitId,
  deps: ExhibitDeps,
): Promise<ExhibitSummary> {
  const row = await deps.database.inCase(requisition.caseId, (tx) => store.findExhibit(tx, id));
  if (row === undefined) throw new AppError('E_PRO_SILO');
  return summarise(row, deps.vault);
}

async function summarise(row: store.ExhibitRow, vault: Vault): Promise<ExhibitSummary> {
  const { id, state, refusalCode, sizeBytes, captureStartMs, captureEndMs, sealedAtMs } = row;
  const facts = await unsealFacts(vault, row);
  return { id, state, refusalCode, sizeBytes, captureStartMs, captureEndMs, sealedAtMs, facts };
}

async function toExhibit(row: store.ExhibitRow, vault: Vault): Promise<Exhibit | undefined> {
  if (row.state !== 'sealed' || row.sealedAtMs === undefined) return undefined;
  const { established, ...facts } = await unsealFacts(vault, row);
  if (established === undefined) throw new AppError('E_VAULT', { detail: 'a sealed exhibit without its timeline' });
  const { timeline, windows, clockNote } = established;
  return {
    ...facts,
    // JSON drops what is undefined; the shape has every member.
    timeline: { ...timeline, nominalFps: timeline.nominalFps, containerTimeMs: timeline.containerTimeMs },
    windows,
    clockNote,
    id: row.id,
    caseId: row.caseId,
    requisitionId: row.requisitionId,
    sizeBytes: row.sizeBytes,
    object: row.object,
    sealedAtMs: row.sealedAtMs,
    captureStartMs: row.captureStartMs,
    captureEndMs: row.captureEndMs,
  };
}
