import { AppError } from '../errors.ts';
import type { Register } from '../habilitation/types.ts';
import type { CaseId } from '../ids.ts';
import { demandHabilitated } from './authority.ts';
import type { RequisitionRecords } from './records.ts';
import type { Requisition } from './types.ts';
import type { Tokens } from './verify.ts';

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
  const requisition = await deps.records.verify(tokens);
  if (!requisition.schedule.cnf.jkt.includes(thumbprint)) {
    throw new AppError('E_REQ_REPLAY', { detail: 'presented by a key that is not in cnf' });
  }
  demandHabilitated(requisition, deps.register);
  await deps.demandOpen?.(requisition.caseId);
  await deps.records.add(tokens, requisition, () => deps.journal(requisition));
  return requisition;
}
