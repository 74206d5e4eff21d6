import { AppError } from '../errors.ts';
import { type CaseId, isUuid, type QuestionId } from '../ids.ts';
import type { Requisition } from '../requisition/types.ts';
import type { Vault } from '../vault.ts';
import type { SearchDeps } from './ask.ts';
import { demandAgent, tidy } from './said.ts';
import * as store from './store.ts';

/** The name of a question, and who gave it. */
export interface QuestionName {
  readonly name: string;
  readonly namedBy: string;
}

const label = (id: QuestionId): string => `question-name:${id}`;

/** Opens the name of a question as its row keeps it. */
export const openName = async (
  vault: Pick<Vault, 'unseal'>,
  caseId: CaseId,
  id: QuestionId,
  sealed: Uint8Array,
): Promise<QuestionName> =>
  JSON.parse((await vault.unseal(caseId, label(id), sealed)).toString('utf8')) as QuestionName;

/** Names a question of the requisition, in place of the name that it has; without a name it has none. E_PRO_SILO for any other question. */
export async function nameQuestion(
  requisition: Requisition,
  said: { readonly id: QuestionId; readonly name: string | undefined; readonly agentId: string | undefined },
  { database, vault }: Pick<SearchDeps, 'database' | 'vault'>,
): Promise<Partial<QuestionName>> {
  const namedBy = demandAgent(requisition, said.agentId);
  const { caseId } = requisition;
  const given = said.name === undefined ? undefined : { name: tidy(said.name), namedBy };
  const sealed = given === undefined ? undefined : await vault.seal(caseId, label(said.id), JSON.stringify(given));
  const isNamed =
    isUuid(said.id) &&
    (await database.inCase(caseId, (tx) =>
      store.nameQuestion(tx, { id: said.id, requisitionId: requisition.id, sealed }),
    ));
  if (!isNamed) throw new AppError('E_PRO_SILO', { detail: 'no such question of this requisition' });
  return given ?? {};
}
