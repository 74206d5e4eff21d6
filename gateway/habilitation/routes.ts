import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { canonicalJson, type JsonValue } from '../canonical.ts';
import { type Clock, nowSeconds } from '../clock.ts';
import { AppError } from '../errors.ts';
import { faultAt } from '../faults.ts';
import { ANSWER_TYPE, answerOf } from './answer.ts';
import type { HabilitationRegister } from './register.ts';

export interface HabilitationRoutesDeps {
  readonly register: Pick<HabilitationRegister, 'historyOf'>;
  readonly installation: string;
  readonly clock: Clock;
  /** Compact JWS over the UTF-8 of `text`, by the installation's key. */
  sign(text: string, typ: string): Promise<string>;
}

const time = Type.String({ format: 'date-time' });
const answerBody = Type.Object({
  answer: Type.Object({
    installation: Type.String(),
    agentId: Type.String(),
    at: time,
    answeredAt: time,
    standing: Type.String(),
    act: Type.Optional(
      Type.Object({
        id: Type.String(),
        reference: Type.String(),
        authority: Type.String(),
        role: Type.String(),
        service: Type.String(),
        grantedAt: time,
        until: time,
      }),
    ),
    withdrawnAt: Type.Optional(time),
  }),
  /** The same, as canonical JSON signed by the installation. */
  signed: Type.String(),
});

/** Whether somebody was habilitated at a moment: a signed answer for control roles, at any time (HAB-07). */
export const habilitationRoutes =
  (deps: HabilitationRoutesDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/api/v1/habilitations/:agentId',
      {
        config: { action: 'habilitation.read' },
        schema: {
          params: Type.Object({ agentId: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$' }) }),
          querystring: Type.Object({ at: Type.Optional(time) }, { additionalProperties: false }),
          response: { 200: answerBody },
        },
      },
      async (request) => {
        const { agentId } = request.params;
        const now = nowSeconds(deps.clock);
        const at = request.query.at === undefined ? now : Math.floor(Date.parse(request.query.at) / 1000);
        // What will be signed until then is not known.
        if (!(at <= now)) throw new AppError('E_REQUEST', { faults: [faultAt('query', '/at', 'past')] });
        request.show([{ type: 'agent', id: agentId }]);
        const history = await deps.register.historyOf(agentId);
        const answer = answerOf(history, { installation: deps.installation, agentId, at, now });
        return { answer, signed: await deps.sign(canonicalJson(answer as unknown as JsonValue), ANSWER_TYPE) };
      },
    );
  };
