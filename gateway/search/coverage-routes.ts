import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { QuestionId } from '../ids.ts';
import { CoverageSchema } from './answer-schema.ts';
import { readCoverage, type SearchDeps } from './ask.ts';
import { opsOf } from './normalise.ts';

const uuid = Type.String({ format: 'uuid' });

/** What was looked at for an answer, exhibit by exhibit, however many they are. */
export const coverageRoutes =
  (deps: SearchDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/api/v1/cases/:caseId/questions/:questionId/coverage',
      {
        config: { action: 'hit.read', etag: true },
        schema: { params: Type.Object({ caseId: uuid, questionId: uuid }), response: { 200: CoverageSchema } },
      },
      async (request) => {
        const { questionId } = request.params;
        const { executed, coverage } = await readCoverage(request.requisition, questionId as QuestionId, deps);
        request.decide(opsOf(executed));
        const named = [...coverage.exhibits, ...coverage.notAnalysed];
        request.show([
          { type: 'question', id: questionId },
          ...named.map(({ exhibitId }) => ({ type: 'exhibit', id: exhibitId }) as const),
        ]);
        return coverage;
      },
    );
  };
