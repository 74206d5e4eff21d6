import type { Lock } from '@tus/utils';
import type { AuditLog } from '../audit/types.ts';
import { type Clock, nowSeconds } from '../clock.ts';
import type { Database } from '../database.ts';
import { AppError } from '../errors.ts';
import { type ExhibitId, newId, type ObjectId } from '../ids.ts';
import type { Principal } from '../policy/types.ts';
import type { Requisition, ScheduledExhibit } from '../requisition/types.ts';
import type { Vault } from '../vault.ts';
import { scheduledFacts, sealFacts } from './exhibits.ts';
import { admit } from './gate.ts';
import type { MediaReader } from './probe.ts';
import type { Scratch } from './scratch.ts';
import * as store from './store.ts';
import type { UploadLocks } from './upload-locks.ts';

export interface DepositDeps {
  readonly database: Database;
  readonly vault: Vault;
  readonly scratch: Scratch;
  readonly media: MediaReader;
  readonly log: Pick<AuditLog, 'append'>;
  readonly clock: Clock;
  readonly locks: UploadLocks;
  /** Seconds from the signed end of capture; gate.ts `deferralFloor`. */
  readonly floorSeconds: number;
}

/** Who deposits, for the journal. */
export type Depositor = Principal;

/** What a client declares when it opens an upload. */
export interface Declaration {
  readonly id: ExhibitId;
  readonly sizeBytes: number | undefined;
  readonly metadata: Readonly<Record<string, string | null>>;
}

/**
 * Opens an upload: nothing may be stored that the schedule does not list (DEF-02), that is not old enough (DEF-03, DEF-04), or whose
 * length is not known. Throws E_UPLOAD_DEFERRED, E_DEF_SOURCE, E_REQ_SCOPE, E_DEF_HASH_MISMATCH (another length than the schedule's),
 * E_UPLOAD_EXISTS (sealed), E_UPLOAD_BUSY (another request is writing this piece), and what gate.ts throws. An earlier attempt at the
 * same piece, unfinished or refused, gives way.
 */
export async function openDeposit(
  requisition: Requisition,
  declaration: Declaration,
  deps: DepositDeps,
): Promise<void> {
  const { id, sizeBytes, metadata } = declaration;
  if (sizeBytes === undefined) throw new AppError('E_UPLOAD_DEFERRED');
  for (const value of Object.values(metadata)) assertNoSource(value ?? '');
  const scheduled = scheduledPiece(requisition, metadata);
  if (sizeBytes !== scheduled.size)
    throw new AppError('E_DEF_HASH_MISMATCH', { detail: 'not the size of the schedule' });
  const declared = admit({
    requisition,
    scheduled,
    nowSeconds: nowSeconds(deps.clock),
    floorSeconds: deps.floorSeconds,
  });
  const facts = scheduledFacts(scheduled, plainFileName(metadata.filename ?? metadata.name ?? ''));
  const sealed = await sealFacts(deps.vault, requisition.caseId, id, facts);
  await takePlace(
    {
      id,
      caseId: requisition.caseId,
      requisitionId: requisition.id,
      object: newId<ObjectId>(),
      sizeBytes,
      captureStartMs: declared.captureStartMs,
      captureEndMs: declared.captureEndMs,
      pieceMark: await deps.vault.pieceMark(requisition.caseId, scheduled.id),
      sealed,
    },
    deps,
  );
}

/**
 * Puts the new exhibit in the place of earlier attempts at its piece, in one transaction. The unique index decides between requests
 * that do so at the same time; the locks of what gave way are held until its rows are gone, so that nobody writes to it in between.
 */
async function takePlace(exhibit: store.NewExhibit, deps: DepositDeps): Promise<void> {
  const held: Lock[] = [];
  try {
    await deps.database.inCase(exhibit.caseId, async (tx) => {
      for (const earlier of await store.lockPiece(tx, exhibit)) {
        if (earlier.state === 'sealed') throw new AppError('E_UPLOAD_EXISTS');
        const lock = deps.locks.locker.newLock(earlier.id);
        await lock.lock(new AbortController().signal, () => undefined);
        held.push(lock);
        await deps.vault.remove(earlier.caseId, earlier.object);
        await store.deleteUnsealed(tx, earlier.id);
      }
      if (!(await store.insertReceiving(tx, exhibit))) {
        throw new AppError('E_UPLOAD_BUSY', { detail: 'another request opened this piece' });
      }
    });
  } finally {
    for (const lock of held) await lock.unlock();
  }
}

/** The schedule's entry that the client names by piece number, or else by digest. */
function scheduledPiece(requisition: Requisition, metadata: Declaration['metadata']): ScheduledExhibit {
  const { piece, sha256 } = metadata;
  const found = requisition.schedule.exhibits.find((scheduled) =>
    piece === undefined || piece === null ? scheduled.sha256 === sha256 : scheduled.id === piece,
  );
  if (found === undefined) throw new AppError('E_REQ_SCOPE', { detail: 'the schedule lists no such piece' });
  return found;
}

/** Gives an unfinished upload up, for a caller that holds its lock: bytes and row go. Throws E_UPLOAD_EXISTS when it is sealed. */
export async function dropDeposit(requisition: Requisition, id: ExhibitId, deps: DepositDeps): Promise<void> {
  const upload = await findDeposit(requisition, id, deps);
  if (upload.exhibit.state !== 'receiving') throw new AppError('E_UPLOAD_EXISTS');
  await deps.vault.remove(upload.exhibit.caseId, upload.exhibit.object);
  await deps.database.inCase(requisition.caseId, (tx) => store.deleteUnsealed(tx, id));
}

/** The upload with this id. Throws E_PRO_SILO when the case has none, E_REQ_SCOPE when another requisition opened it. */
export async function findDeposit(
  requisition: Requisition,
  id: ExhibitId,
  deps: DepositDeps,
): Promise<store.UploadRow> {
  const upload = await deps.database.inCase(requisition.caseId, (tx) => store.findUpload(tx, id));
  if (upload === undefined) throw new AppError('E_PRO_SILO');
  if (upload.exhibit.requisitionId !== requisition.id) throw new AppError('E_REQ_SCOPE');
  return upload;
}

// DEF-05 holds by type: a decoder is only ever given the file that we wrote. Who nevertheless names an address where a file or piece
// name belongs asks for something that does not exist here, and is told so.
const SCHEME =
  /^\s*([a-z][a-z0-9+.-]*:\/\/|(concat|subfile|crypto|data|pipe|fd|file|cache|async|tee|lavfi|udp|tcp|rtp|srt|hls|dash):|\/dev\/)/i;

function assertNoSource(text: string): void {
  if (SCHEME.test(text)) throw new AppError('E_DEF_SOURCE', { detail: 'an address stands where a name belongs' });
}

/** The last part of a path, without control characters and of bounded length: a label for people, never a path. */
export function plainFileName(text: string): string {
  const name = (text.split(/[/\\]/).at(-1) ?? '').replace(/\p{C}/gu, '').trim().slice(0, 200);
  return name === '' || name === '.' || name === '..' ? 'exhibit' : name;
}
