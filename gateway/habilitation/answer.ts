import type { HabilitationStanding } from '../policy/types.ts';
import { actAt, type History, standingAt } from './history.ts';

export const ANSWER_TYPE = 'differe-habilitation-answer+jws';

/** What a magistrate is told of an agent at a moment (CPP 15-5): what the register knows at `answeredAt`, a withdrawal signed since included. */
export interface HabilitationAnswer {
  readonly installation: string;
  readonly agentId: string;
  readonly at: string;
  readonly answeredAt: string;
  readonly standing: HabilitationStanding;
  /** The act that counted at that moment; absent when none did. */
  readonly act?: {
    readonly id: string;
    readonly reference: string;
    readonly authority: string;
    readonly role: string;
    readonly service: string;
    readonly grantedAt: string;
    readonly until: string;
  };
  readonly withdrawnAt?: string;
}

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString();

export function answerOf(
  history: History,
  asked: { readonly installation: string; readonly agentId: string; readonly at: number; readonly now: number },
): HabilitationAnswer {
  const act = actAt(history, asked.at);
  const withdrawal = history.find(({ iat, revoked_at }) => revoked_at !== undefined && iat >= (act?.iat ?? 0));
  return {
    installation: asked.installation,
    agentId: asked.agentId,
    at: iso(asked.at),
    answeredAt: iso(asked.now),
    standing: standingAt(history, asked.at),
    ...(act === undefined
      ? {}
      : {
          act: {
            id: act.jti,
            reference: act.authority.ref,
            authority: act.authority.role,
            role: act.role,
            service: act.agent.service,
            grantedAt: iso(act.granted_at),
            until: iso(act.until),
          },
        }),
    ...(withdrawal?.revoked_at === undefined ? {} : { withdrawnAt: iso(withdrawal.revoked_at) }),
  };
}
