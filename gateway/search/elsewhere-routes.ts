import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { QuestionId } from '../ids.ts';
import type { SearchDeps } from './ask.ts';
import { readElsewhere } from './elsewhere.ts';
import { opsOf } from './normalise.ts';
import { VERDICTS } from './schema.ts';

const uuid = Type.String({ format: 'uuid' });

const ElsewhereSchema = Type.Object({
  verdicts: Type.Array(
    Type.Object({
      hitId: Type.String({ description: 'The hit of this question.' }),
      verdict: Type.Enum([...VERDICTS], { description: 'What its readers made of the same track there.' }),
      questionId: Type.Optional(
        Type.String({ description: 'The other question, where it was asked under the same requisition.' }),
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
        const { executed, verdicts, exhibitIds } = await readElsewhere(request.requisition, questionId, deps);
        request.decide(opsOf(executed));
        const questions = new Set([questionId, ...verdicts.flatMap((each) => each.questionId ?? [])]);
        request.show([
          ...[...questions].map((id) => ({ type: 'question', id }) as const),
          ...verdicts.map(({ hitId }) => ({ type: 'hit', id: hitId }) as const),
          ...[...exhibitIds].map((id) => ({ type: 'exhibit', id }) as const),
        ]);
        return { verdicts: [...verdicts] };
      },
    );
  };
