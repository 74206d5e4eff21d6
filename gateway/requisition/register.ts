import { AppError } from '../errors.ts';
import { faultAt } from '../faults.ts';
import type { Register } from '../habilitation/types.ts';
import type { CaseId } from '../ids.ts';
import { parseOrRefuse, readCompactJws } from '../trust/jws.ts';
import { isJsonObject } from '../trust/strict-json.ts';
import { demandHabilitated } from './authority.ts';
import type { RequisitionRecords } from './records.ts';
import type { Requisition } from './types.ts';
import type { Tokens } from './verify.ts';

const NOT_NAMED = (): AppError =>
  new AppError('E_REQ_REPLAY', { faults: [faultAt('requisition', '/cnf/jkt', 'holder')] });

/** Whether a schedule, of which nothing is verified yet, names a key. */
function names(schedule: string, thumbprint: string): boolean {
  try {
    const claims = parseOrRefuse(readCompactJws(schedule).payload);
    const cnf = isJsonObject(claims) && isJsonObject(claims.cnf) ? claims.cnf.jkt : undefined;
    return Array.isArray(cnf) && cnf.includes(thumbprint);
  } catch {
    return false;
  }
}

/** Who is not named learns by no answer what is on record here. */
function forStranger(error: unknown): unknown {
  if (!(error instanceof AppError)) return error;
  if (error.code === 'E_REQ_REPLAY') return NOT_NAMED();
  return error.code === 'E_REQ_REVOKED' ? new AppError('E_REQ_REVOKED') : error;
}

/**
 * Puts a requisition on record: verified, presented by a key that it names, its event in the journal and its `jti` durable, in that
 * order. Throws the code of the first fault; E_REQ_PROOF without a proof, E_REQ_REPLAY when the proof is by a key that is not one of
 * its agents'; E_HAB_NONE, E_HAB_REVOKED or E_HAB_TRAINING when one of them is not habilitated. `journal` must resolve only when the event is durable.
 */
export async function registerRequisition(
  tokens: Tokens,
  thumbprint: string | undefined,
  deps: {
    readonly records: Pick<RequisitionRecords, 'verify' | 'add'>;
    readonly register: Pick<Register, 'standingOf'>;
    /** E_RET_CLOSED for a case that is closed or was erased. */
    readonly demandOpen?: (caseId: CaseId) => Promise<void>;
    journal(requisition: Requisition): Promise<void>;
  },
): Promise<Requisition> {
  if (thumbprint === undefined) throw new AppError('E_REQ_PROOF', { detail: 'registration without proof' });
  const requisition = await deps.records.verify(tokens).catch((error: unknown) => {
    throw names(tokens.schedule, thumbprint) ? error : forStranger(error);
  });
  if (!requisition.schedule.cnf.jkt.includes(thumbprint)) {
    throw NOT_NAMED();
  }
  demandHabilitated(requisition, deps.register);
  await deps.demandOpen?.(requisition.caseId);
  await deps.records.add(tokens, requisition, () => deps.journal(requisition));
  return requisition;
}
