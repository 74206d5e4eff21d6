import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { isUuid, type QuestionId } from '../ids.ts';
import type { SearchDeps } from './ask.ts';
import { nameQuestion } from './question-names.ts';
import { digestOf, textOf } from './said.ts';

const uuid = Type.String({ format: 'uuid' });
const MOST_CHARACTERS = 120;

const nameIn = (body: unknown): string | undefined =>
  typeof body === 'object' && body !== null && 'name' in body && typeof body.name === 'string' ? body.name : undefined;

/** Names of questions that were asked. */
export const questionNameRoutes =
  (deps: SearchDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.put(
      '/api/v1/cases/:caseId/questions/:questionId/name',
      {
        config: { action: 'question.name' },
        // The event is written before the handler runs: the question, and the digest of its name.
        preValidation: async (request) => {
          const { questionId } = request.params;
          if (isUuid(questionId)) request.show([{ type: 'question', id: questionId }]);
          const name = nameIn(request.body);
          if (name === undefined) return;
          request.show([{ type: 'digest', id: await digestOf(deps.vault, request.requisition.caseId, name) }]);
        },
        schema: {
          params: Type.Object({ caseId: uuid, questionId: uuid }),
          body: Type.Object(
            {
              name: Type.Optional(textOf(MOST_CHARACTERS, 'Free text, which is sealed; absent to take the name away.')),
            },
            { additionalProperties: false },
          ),
          response: {
            200: Type.Object({
              name: Type.Optional(Type.String({ description: 'The name; absent where it has none.' })),
              namedBy: Type.Optional(Type.String({ description: 'Id of the agent who gave it.' })),
            }),
          },
        },
      },
      async (request) => {
        const { agentId } = request.principal;
        const said = { id: request.params.questionId as QuestionId, name: request.body.name, agentId };
        return nameQuestion(request.requisition, said, deps);
      },
    );
  };
