import { AppError } from '../../errors.ts';
import type { Exhibit } from '../../footage/types.ts';
import type { Requisition } from '../../requisition/types.ts';

/** What an analysis says of itself; `made` and `coverage` of a closed one, from its result. */
export interface ReportedAnalysis {
  readonly id: string;
  readonly exhibitId: string;
  readonly state: string;
  readonly resultSha256: string | undefined;
  /** Why an analysis has none. */
  readonly failureCode?: string | undefined;
  readonly made:
    | {
        readonly plan: Readonly<Record<string, unknown>>;
        readonly models: readonly { readonly name: string; readonly sha256: string }[];
        readonly build: Readonly<Record<string, unknown>>;
        /** Results are equal to the last bit within one family of processors. */
        readonly processor: string;
      }
    | undefined;
  readonly coverage: Readonly<Record<string, number>> | undefined;
}

/** A hit that somebody decided on, and each reader's verdict on it (HUM-01). */
export interface ReportedHit {
  readonly id: string;
  readonly exhibitId: string;
  readonly verdict: string;
  readonly disputed: boolean;
  readonly readings: readonly {
    /** Absent where the record does not say who. */
    readonly agentId?: string;
    readonly verdict: string;
    readonly at?: string;
  }[];
}

export interface ClosingFacts {
  readonly requisitions: readonly Requisition[];
  readonly exhibits: readonly Pick<Exhibit, 'id' | 'piece' | 'sha256' | 'sizeBytes' | 'timeline'>[];
  readonly analyses: readonly ReportedAnalysis[];
  readonly questions: number;
  readonly verdicts: {
    readonly confirmed: number;
    readonly rejected: number;
    readonly uncertain: number;
    readonly unreviewed: number;
  };
  readonly decided: readonly ReportedHit[];
  readonly exports: number;
}

/** The closing report (R. 40-40 al. 4 CPP, CTL-03): enough to run the analysis again and compare digests (RGT-04). */
export interface ClosingReport {
  readonly format: 'differe-closing-report/1';
  readonly procedure: string;
  readonly requisitions: readonly {
    readonly id: string;
    readonly framework: string;
    readonly authority: string;
    readonly jurisdiction: string;
    readonly decidedAt: string;
    readonly authorisation: { readonly id: string; readonly sha256: string; readonly act: string };
    readonly schedule: { readonly id: string; readonly sha256: string };
  }[];
  readonly exhibits: readonly {
    readonly piece: string;
    readonly sha256: string;
    readonly sizeBytes: number;
    readonly durationSeconds: number;
  }[];
  readonly operations: readonly string[];
  readonly agents: readonly { readonly id: string; readonly service: string; readonly habilitation: string }[];
  readonly analyses: readonly (ReportedAnalysis & { readonly exhibitSha256: string })[];
  readonly questions: number;
  readonly results: {
    readonly kept: number;
    readonly discarded: number;
    readonly uncertain: number;
    readonly notReviewed: number;
    /** Hits whose readers do not agree. */
    readonly disputed: number;
  };
  readonly decided: readonly (Omit<ReportedHit, 'exhibitId'> & { readonly piece: string })[];
  readonly exports: number;
}

const missing = (detail: string): AppError => new AppError('E_RET_CLOSURE', { detail });

/** Throws E_RET_CLOSURE, naming the section, when the report would be incomplete: then the case is not closed. */
export function closingReport(facts: ClosingFacts): ClosingReport {
  const [first] = facts.requisitions;
  if (first === undefined) throw missing('requisitions');
  const agents = new Map(
    facts.requisitions.flatMap(({ schedule }) =>
      schedule.agents.map(
        (agent) =>
          [
            `${agent.id} ${agent.habilitation_ref}`,
            { id: agent.id, service: agent.service, habilitation: agent.habilitation_ref },
          ] as const,
      ),
    ),
  );
  if (agents.size === 0 || [...agents.values()].some(({ habilitation }) => habilitation.trim() === ''))
    throw missing('agents');
  const analyses = facts.analyses.map((analysis) => {
    const exhibit = facts.exhibits.find(({ id }) => id === analysis.exhibitId);
    if (exhibit === undefined) throw missing('exhibits');
    if (['queued', 'running', 'closing'].includes(analysis.state)) throw missing('analyses: one is still open');
    const isDone = analysis.state === 'done';
    if (isDone && (analysis.made === undefined || analysis.made.models.length === 0))
      throw missing('models and parameters');
    if (isDone && (analysis.resultSha256 === undefined || analysis.coverage === undefined)) throw missing('results');
    return { ...analysis, exhibitSha256: exhibit.sha256 };
  });
  const { confirmed, rejected, uncertain, unreviewed } = facts.verdicts;
  const decided = facts.decided.map(({ exhibitId, ...hit }) => {
    const exhibit = facts.exhibits.find(({ id }) => id === exhibitId);
    if (exhibit === undefined) throw missing('exhibits');
    return { ...hit, piece: exhibit.piece };
  });
  return {
    format: 'differe-closing-report/1',
    procedure: first.authorisation.sub,
    requisitions: facts.requisitions.map(({ id, authorisation, schedule, digests }) => ({
      id,
      framework: authorisation.framework,
      authority: authorisation.authority.role,
      jurisdiction: authorisation.authority.jurisdiction,
      decidedAt: authorisation.lrj_auth.decided_at,
      authorisation: { id: authorisation.jti, sha256: digests.authorisation, act: authorisation.lrj_auth.act_ref },
      schedule: { id: schedule.jti, sha256: digests.schedule },
    })),
    exhibits: facts.exhibits.map(({ piece, sha256, sizeBytes, timeline }) => ({
      piece,
      sha256,
      sizeBytes,
      durationSeconds: timeline.durationSeconds,
    })),
    operations: [...new Set(facts.requisitions.flatMap(({ authorisation }) => authorisation.ops))],
    agents: [...agents.values()],
    analyses,
    questions: facts.questions,
    results: {
      kept: confirmed,
      discarded: rejected,
      uncertain,
      notReviewed: unreviewed,
      disputed: decided.filter(({ disputed }) => disputed).length,
    },
    decided,
    exports: facts.exports,
  };
}
