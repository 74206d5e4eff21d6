import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { QuestionId } from '../ids.ts';
import type { Requisition } from '../requisition/types.ts';
import { askedBefore, type SearchDeps } from './ask.ts';
import { opsOf } from './normalise.ts';
import { VERDICTS } from './schema.ts';
import * as store from './store.ts';
import type { ExecutedQuestion, VerdictElsewhere } from './types.ts';

const uuid = Type.String({ format: 'uuid' });

const ElsewhereSchema = Type.Object({
  verdicts: Type.Array(
    Type.Object({
      hitId: Type.String({ description: 'The hit of this question.' }),
      verdict: Type.Enum([...VERDICTS], { description: 'What its readers made of the same track there.' }),
      elsewhere: Type.Object(
        { questionId: Type.String(), hitId: Type.String() },
        { description: 'The other question, and its hit of the same track.' },
      ),
    }),
  ),
});

/**
 * A verdict belongs to a hit, and so to the question that found it. What readers decided on the tracks of an answer under other questions of the
 * case, so that nobody takes for new what was looked at before.
 */
export const elsewhereRoutes =
  (deps: SearchDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/api/v1/cases/:caseId/questions/:questionId/elsewhere',
      {
        config: { action: 'hit.read', etag: true },
        schema: { params: Type.Object({ caseId: uuid, questionId: uuid }), response: { 200: ElsewhereSchema } },
      },
      async (request) => {
        const questionId = request.params.questionId as QuestionId;
        const { executed, verdicts } = await readElsewhere(request.requisition, questionId, deps);
        request.decide(opsOf(executed));
        const others = new Set(verdicts.map(({ elsewhere }) => elsewhere.questionId));
        request.show([questionId, ...others].map((id) => ({ type: 'question', id })));
        return { verdicts: [...verdicts] };
      },
    );
  };

/** Of each hit that the question has shown the strongest verdict; E_PRO_SILO when the case has no such question. */
async function readElsewhere(
  requisition: Requisition,
  questionId: QuestionId,
  deps: SearchDeps,
): Promise<{ readonly executed: ExecutedQuestion; readonly verdicts: readonly VerdictElsewhere[] }> {
  const { executed } = await askedBefore(requisition, questionId, deps);
  const verdicts = await deps.database.readInCase(requisition.caseId, (tx) => store.decidedElsewhere(tx, questionId));
  return { executed, verdicts };
}
