import path from 'node:path';
import type { AuditEvent } from '../audit/types.ts';
import { nowSeconds } from '../clock.ts';
import { AppError, type ErrorCode } from '../errors.ts';
import type { Requisition } from '../requisition/types.ts';
import type { DepositDeps, Depositor } from './deposit.ts';
import { type SealedFacts, sealFacts, unsealFacts } from './exhibits.ts';
import { admit, clockNote, windowsOf } from './gate.ts';
import { decryptTo } from './open-exhibit.ts';
import { probeExhibit } from './probe.ts';
import * as store from './store.ts';

/**
 * Makes an exhibit of an upload whose bytes are all in the vault: reads them back and compares the digest (DEF-02, DEF-07), probes the
 * plain file in a scratch folder, asks the deferred gate, and seals. The journal has the event before the row says `sealed`. A refusal
 * destroys the bytes, records its code, and is thrown; any other failure changes nothing, and the last chunk can be sent again.
 */
export async function sealDeposit(
  requisition: Requisition,
  depositor: Depositor,
  upload: store.UploadRow,
  deps: DepositDeps,
): Promise<void> {
  try {
    const facts = await establish(requisition, upload.exhibit, deps);
    await record(requisition, depositor, upload.exhibit, facts, deps);
  } catch (error) {
    if (error instanceof AppError && isRefusal(error.code)) {
      await refuseDeposit(requisition, depositor, upload.exhibit, error.code, deps);
    }
    throw error;
  }
}

/** Whether the code speaks of the deposited file or its requisition, and not of a gateway that cannot work at the moment. */
const isRefusal = (code: ErrorCode): boolean => /^E_(DEF|REQ)_|^E_MEDIA_(LIMIT|BREAKOUT)$/.test(code);

async function establish(requisition: Requisition, exhibit: store.ExhibitRow, deps: DepositDeps): Promise<SealedFacts> {
  const facts = await unsealFacts(deps.vault, exhibit);
  const scheduled = requisition.schedule.exhibits.find((entry) => entry.id === facts.piece);
  if (scheduled === undefined) throw new AppError('E_REQ_SCOPE');
  return deps.scratch.withFolder(async (folder) => {
    const file = path.join(folder, 'exhibit');
    const sha256 = await decryptTo(file, exhibit.caseId, exhibit.object, deps.vault);
    if (sha256 !== scheduled.sha256) throw new AppError('E_DEF_HASH_MISMATCH');
    const timeline = await probeExhibit(file, { damaged: facts.damaged }, { media: deps.media });
    admit({ requisition, scheduled, nowSeconds: nowSeconds(deps.clock), floorSeconds: deps.floorSeconds });
    const windows = windowsOf(scheduled, timeline.durationSeconds);
    return { ...facts, established: { timeline, windows, clockNote: clockNote(requisition, scheduled, timeline) } };
  });
}

async function record(
  requisition: Requisition,
  depositor: Depositor,
  exhibit: store.ExhibitRow,
  facts: SealedFacts,
  deps: DepositDeps,
): Promise<void> {
  const sealed = await sealFacts(deps.vault, exhibit.caseId, exhibit.id, facts);
  const sealedAtMs = deps.clock.nowMs();
  await deps.log.append(eventOf(requisition, depositor, exhibit, 'OK', facts.sha256));
  const isSealed = await deps.database.inCase(exhibit.caseId, (tx) =>
    store.sealExhibit(tx, exhibit.id, sealed, sealedAtMs),
  );
  if (!isSealed) throw new AppError('E_UPLOAD_BUSY', { detail: 'another process ended this upload' });
}

// Bytes first: whatever fails after, nothing that was refused is left. The next request for this upload finds them gone.
async function refuseDeposit(
  requisition: Requisition,
  depositor: Depositor,
  exhibit: store.ExhibitRow,
  code: ErrorCode,
  deps: DepositDeps,
): Promise<void> {
  await deps.vault.remove(exhibit.caseId, exhibit.object);
  await deps.log.append(eventOf(requisition, depositor, exhibit, code));
  await deps.database.inCase(exhibit.caseId, (tx) => store.refuseExhibit(tx, exhibit.id, code));
}

function eventOf(
  requisition: Requisition,
  depositor: Depositor,
  exhibit: store.ExhibitRow,
  code: ErrorCode | 'OK',
  sha256?: string,
): AuditEvent {
  return {
    action: code === 'OK' ? 'exhibit.seal' : 'exhibit.refuse',
    actor: {
      id: depositor.agentId ?? 'anonymous',
      role: depositor.role,
      service: depositor.service ?? '-',
    },
    reason: { procedure: requisition.schedule.sub, requisition: requisition.id, op: 'index.objects' },
    objects: [
      { type: 'exhibit', id: exhibit.id },
      ...(sha256 === undefined ? [] : [{ type: 'digest' as const, id: sha256 }]),
    ],
    outcome: { effect: code === 'OK' ? 'done' : 'forbid', policyId: 'deferred-gate', code },
  };
}
