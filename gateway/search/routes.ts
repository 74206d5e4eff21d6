import { type FastifyPluginAsyncTypebox, TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import type { FastifyRequest, FastifySchemaCompiler } from 'fastify';
import { type TSchema, Type } from 'typebox';
import type { AuditObject } from '../audit/types.ts';
import { AppError } from '../errors.ts';
import { etagOf, namesTag } from '../etags.ts';
import { type ExhibitId, type HitId, isUuid, type QuestionId } from '../ids.ts';
import { NextCursor, PageQuery } from '../pages.ts';
import { AnswerSchema, HitSchema, PathsSchema, readingMembers } from './answer-schema.ts';
import { ask, readAnswer, type SearchDeps } from './ask.ts';
import { getHit, readVerdicts, reviewHit, withdrawVerdict } from './hits.ts';
import { isBroad, normalise, opsOf } from './normalise.ts';
import { pathsOfAnswer } from './paths-of-answer.ts';
import { questionsOfCase } from './questions-of-case.ts';
import { parseQuestion, QuestionSchema, VerdictSchema } from './schema.ts';
import type { Answer, Hit } from './types.ts';

const uuid = Type.String({ format: 'uuid' });
const questionAsked = Type.Object({
  id: uuid,
  requisitionId: uuid,
  askedAt: Type.String({ format: 'date-time' }),
  words: Type.Object({ fr: Type.String(), en: Type.String() }),
  broad: Type.Boolean(),
  name: Type.Optional(Type.String({ description: 'What an agent called it.' })),
  namedBy: Type.Optional(Type.String({ description: 'Id of the agent who named it.' })),
});

const verdictGiven = Type.Object({
  ...readingMembers,
  replacedAt: Type.Optional(
    Type.String({ description: 'When the same reader decided otherwise; absent while it stands.' }),
  ),
  takenBackAt: Type.Optional(
    Type.String({ description: 'When the same reader took it back without another; absent while it stands.' }),
  ),
});

const MAX_QUESTION_BYTES = 131_072;

// A fault of the body has a code of its own here: it is about the question, or about a picture that was slipped into it.
const questionValidator: FastifySchemaCompiler<TSchema> = (route) => {
  if (route.httpPart !== 'body') return TypeBoxValidatorCompiler(route);
  return (body: unknown) => {
    try {
      return { value: parseQuestion(body) };
    } catch (error) {
      return { error: error instanceof Error ? error : new AppError('E_QUESTION', { cause: error }) };
    }
  };
};

function exhibitsNamedIn(body: unknown): readonly AuditObject[] {
  const named = typeof body === 'object' && body !== null && 'exhibits' in body ? body.exhibits : undefined;
  if (!Array.isArray(named)) return [];
  return named
    .filter((id): id is string => typeof id === 'string' && isUuid(id))
    .map((id) => ({ type: 'exhibit', id }));
}

type Shown = readonly [objects: readonly AuditObject[], range?: { readonly fromMs: number; readonly toMs: number }];

/**
 * Ids that an answer shows, and the span of the content: what its journal event lists (LOG-01). Exhibits that were searched and that the answer
 * does not name are there by the digest of their ids, which the answer says too.
 */
function shownIn(questionId: QuestionId | undefined, hits: readonly Hit[], answer?: Answer): Shown {
  const { sums, exhibits = [], notAnalysed = [] } = answer?.coverage ?? {};
  const isCut = sums !== undefined && exhibits.length < sums.exhibits;
  const exhibitIds = [...hits, ...exhibits, ...notAnalysed].map((item) => item.exhibitId);
  const objects: AuditObject[] = [
    ...(questionId === undefined ? [] : [{ type: 'question', id: questionId } as const]),
    ...hits.map((hit) => ({ type: 'hit', id: hit.id }) as const),
    ...[...new Set(exhibitIds)].map((id) => ({ type: 'exhibit', id }) as const),
    ...(isCut ? [{ type: 'digest', id: sums.exhibitsSha256 } as const] : []),
  ];
  if (hits.length === 0) return [objects];
  const fromMs = Math.min(...hits.map((hit) => Date.parse(hit.from)));
  const toMs = Math.max(...hits.map((hit) => Date.parse(hit.to)));
  return [objects, { fromMs, toMs }];
}

export type SearchRoutesDeps = SearchDeps;

/** Questions, their pages, hits and the verdict on one hit. There is no subscription and no query by image (DEF-09, FACE-09). */
export const searchRoutes =
  (deps: SearchRoutesDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    const refuseImage = (): never => {
      throw new AppError('E_FACE_QUERY_IMAGE', { detail: 'the question came as a picture or a form' });
    };
    for (const type of [/^image\//, /^video\//, /^multipart\//, 'application/octet-stream']) {
      app.addContentTypeParser(type, async () => refuseImage());
    }

    app.post(
      '/api/v1/cases/:caseId/questions',
      {
        config: { action: 'search.ask', idempotent: true },
        // A question is kept, so it has an event before it is asked, and the one of its answer after it: both name these exhibits.
        preValidation: async (request) => {
          request.show(exhibitsNamedIn(request.body));
        },
        bodyLimit: MAX_QUESTION_BYTES,
        validatorCompiler: questionValidator,
        schema: { params: Type.Object({ caseId: uuid }), body: QuestionSchema, response: { 200: AnswerSchema } },
      },
      async (request) => {
        const asked = normalise(request.body, request.requisition);
        request.decide(opsOf(asked), isBroad(asked));
        const { cursor } = request.body.page ?? {};
        const answer = await request.once({
          takesId: true,
          make: (id) => ask(request.requisition, request.body, deps, id as QuestionId),
          idOf: ({ questionId }) => questionId,
          read: (id) => readAnswer(request.requisition, id as QuestionId, cursor, deps),
        });
        request.show(...shownIn(answer.questionId, answer.hits, answer));
        return answer;
      },
    );

    app.get(
      '/api/v1/cases/:caseId/questions',
      {
        config: { action: 'question.list' },
        schema: {
          params: Type.Object({ caseId: uuid }),
          querystring: PageQuery,
          response: { 200: Type.Object({ questions: Type.Array(questionAsked), nextCursor: NextCursor }) },
        },
      },
      async (request) => {
        const whose = request.principal.role === 'agent_habilite' ? 'own' : 'all';
        const { items, next } = await questionsOfCase(request.requisition, whose, request.query, deps);
        request.show(items.map(({ id }) => ({ type: 'question', id })));
        return { questions: [...items], ...next };
      },
    );

    app.get(
      '/api/v1/cases/:caseId/questions/:questionId',
      {
        config: { action: 'hit.read', etag: true },
        schema: {
          params: Type.Object({ caseId: uuid, questionId: uuid }),
          querystring: Type.Object(
            { cursor: Type.Optional(Type.String({ maxLength: 400 })) },
            { additionalProperties: false },
          ),
          response: { 200: AnswerSchema },
        },
      },
      async (request) => {
        const { params, query } = request;
        const answer = await readAnswer(request.requisition, params.questionId as QuestionId, query.cursor, deps);
        request.decide(opsOf(answer.executed));
        request.show(...shownIn(answer.questionId, answer.hits, answer));
        return answer;
      },
    );

    app.get(
      '/api/v1/cases/:caseId/questions/:questionId/exhibits/:exhibitId/paths',
      {
        config: { action: 'hit.read', etag: true },
        schema: {
          params: Type.Object({ caseId: uuid, questionId: uuid, exhibitId: uuid }),
          response: { 200: PathsSchema },
        },
      },
      async (request) => {
        const { questionId, exhibitId } = request.params;
        const asked = [questionId as QuestionId, exhibitId as ExhibitId] as const;
        const { executed, paths } = await pathsOfAnswer(request.requisition, ...asked, deps);
        request.decide(opsOf(executed));
        request.show([
          { type: 'question', id: questionId },
          { type: 'exhibit', id: exhibitId },
        ]);
        return paths;
      },
    );

    app.get(
      '/api/v1/cases/:caseId/hits/:hitId',
      {
        config: { action: 'hit.read', etag: true },
        schema: { params: Type.Object({ caseId: uuid, hitId: uuid }), response: { 200: HitSchema } },
      },
      async (request) => {
        const hit = await getHit(request.requisition, request.params.hitId as HitId, deps);
        request.show(...shownIn(undefined, [hit]));
        return hit;
      },
    );

    app.get(
      '/api/v1/cases/:caseId/hits/:hitId/verdicts',
      {
        config: { action: 'hit.read', etag: true },
        schema: {
          params: Type.Object({ caseId: uuid, hitId: uuid }),
          response: { 200: Type.Object({ verdicts: Type.Array(verdictGiven) }) },
        },
      },
      async (request) => {
        const { hit, verdicts } = await readVerdicts(request.requisition, request.params.hitId as HitId, deps);
        request.show(...shownIn(undefined, [hit]));
        return { verdicts: [...verdicts] };
      },
    );

    /** The event is written before the handler runs, so the hit is named before it. */
    const nameHit = async (request: FastifyRequest): Promise<void> => {
      const { hitId } = request.params as { readonly hitId: string };
      if (isUuid(hitId)) request.show([{ type: 'hit', id: hitId }]);
    };

    app.delete(
      '/api/v1/cases/:caseId/hits/:hitId/verdict',
      {
        config: { action: 'hit.withdraw' },
        preValidation: nameHit,
        schema: { params: Type.Object({ caseId: uuid, hitId: uuid }), response: { 200: HitSchema } },
      },
      async (request) => {
        const { agentId } = request.principal;
        return withdrawVerdict(request.requisition, { hitId: request.params.hitId as HitId, agentId }, deps);
      },
    );

    app.put(
      '/api/v1/cases/:caseId/hits/:hitId/verdict',
      {
        config: { action: 'hit.review', ifMatch: true },
        preValidation: nameHit,
        schema: {
          params: Type.Object({ caseId: uuid, hitId: uuid }),
          body: VerdictSchema,
          response: { 200: HitSchema },
        },
      },
      async (request, reply) => {
        const { agentId } = request.principal;
        const hitId = request.params.hitId as HitId;
        const review = { hitId, verdict: request.body.verdict, agentId };
        const held = request.headers['if-match'];
        if (held === undefined) return reviewHit(request.requisition, review, deps);
        // The readings are all of a hit that changes: they are looked at again where one is written.
        const now = await getHit(request.requisition, hitId, deps);
        if (!namesTag(held, etagOf(String(reply.serialize(now))))) throw new AppError('E_CHANGED');
        return reviewHit(request.requisition, { ...review, beside: now.readings }, deps);
      },
    );
  };
