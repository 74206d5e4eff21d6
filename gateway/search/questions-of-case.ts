import type { QuestionId, RequisitionId } from '../ids.ts';
import { type Page, type PageAsked, pageOfRows, rowsAsked } from '../pages.ts';
import type { Requisition } from '../requisition/types.ts';
import type { SearchDeps } from './ask.ts';
import { openExecuted } from './asked.ts';
import { isBroad } from './normalise.ts';
import { openName } from './question-names.ts';
import * as store from './store.ts';
import { inEnglish, inFrench } from './words.ts';

/** A question that was asked, in words: what who controls reads of it. */
export interface QuestionAsked {
  readonly id: QuestionId;
  readonly requisitionId: RequisitionId;
  readonly askedAt: string;
  readonly words: { readonly fr: string; readonly en: string };
  readonly broad: boolean;
  /** What an agent called it, and who; absent where nobody did. */
  readonly name?: string;
  readonly namedBy?: string;
}

/** The questions of a case, newest first: those of the requisition alone, or all of them for who controls the case. */
export async function questionsOfCase(
  { caseId, id }: Requisition,
  whose: 'own' | 'all',
  asked: PageAsked,
  { database, vault }: Pick<SearchDeps, 'database' | 'vault'>,
): Promise<Page<QuestionAsked>> {
  const wanted = rowsAsked('questions', asked);
  const rows = await database.inCase(caseId, (tx) =>
    store.pageOfQuestions(tx, whose === 'all' ? undefined : id, wanted),
  );
  const page = pageOfRows('questions', rows, asked);
  const items = await Promise.all(
    page.items.map(async ({ sealed, name, ...row }) => {
      const named = name === undefined ? {} : await openName(vault, caseId, row.id, name);
      const executed = await openExecuted(vault, caseId, row.id, sealed);
      return { ...row, words: { fr: inFrench(executed), en: inEnglish(executed) }, broad: isBroad(executed), ...named };
    }),
  );
  return { ...page, items };
}
