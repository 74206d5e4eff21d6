import { type Clock, nowSeconds } from './clock.ts';
import type { SafeMode } from './compliance/safe-mode.ts';
import { AppError } from './errors.ts';
import { WORKER } from './job-journal.ts';
import { decide } from './policy/decide.ts';
import type { Decision, HabilitationStanding, PolicySet } from './policy/types.ts';
import { authorityOf } from './requisition/authority.ts';
import type { CaseStates, Requisition, Standing } from './requisition/types.ts';

const WATCH_MS = 1000;

export interface StepDeps {
  readonly clock: Clock;
  readonly policies: PolicySet;
  readonly safeMode: Pick<SafeMode, 'code'>;
  readonly standing: Pick<Standing, 'refresh' | 'isRevoked'> & Partial<Pick<CaseStates, 'caseStateOf'>>;
  /** The best standing among the agents that a requisition designates. */
  bestStandingOf(requisition: Requisition): HabilitationStanding;
  onError(error: unknown): void;
}

/** Every step of a job is decided like any act (REQ-10): a job that crosses the end of its requisition stops without results. */
export interface StepDecisions {
  /** Throws the decision's code when it is not a permit. */
  demandStep(requisition: Requisition): Decision;
  /** Decides now and then every second while the work runs; what was decided against is aborted. */
  underWatch<T>(requisition: Requisition, stop: AbortController, work: () => Promise<T>): Promise<T>;
}

export function decideSteps(deps: StepDeps): StepDecisions {
  const demandStep: StepDecisions['demandStep'] = (requisition) => {
    const decision = decide(
      {
        // The worker acts for the agents of the requisition: when none of them is habilitated any more, nobody is whom it could act for.
        principal: {
          role: 'agent_habilite',
          agentId: WORKER.id,
          service: WORKER.service,
          habilitation: deps.bestStandingOf(requisition),
        },
        action: 'job.step',
        caseId: requisition.caseId,
        extraOps: [],
        authority: authorityOf(requisition, true, deps.standing),
        nowSeconds: nowSeconds(deps.clock),
        safeMode: deps.safeMode.code(),
      },
      deps.policies,
    );
    if (decision.reason !== 'OK') throw new AppError(decision.reason, { detail: decision.policyId });
    return decision;
  };
  return {
    demandStep,
    async underWatch(requisition, stop, work) {
      const watch = setInterval(() => {
        // What another process took meanwhile is there at the next time; memory that cannot be renewed says nothing after 60 s (REQ-13).
        deps.standing.refresh().catch(deps.onError);
        try {
          demandStep(requisition);
        } catch (error) {
          stop.abort(error);
        }
      }, WATCH_MS);
      try {
        const result = await work();
        demandStep(requisition);
        return result;
      } finally {
        clearInterval(watch);
      }
    },
  };
}
