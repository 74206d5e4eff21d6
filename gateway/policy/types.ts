import type { ErrorCode } from '../errors.ts';
import type { Fault } from '../faults.ts';
import type { CaseId } from '../ids.ts';

/** Operations that a requisition can list (REQ-08): a closed list without wildcard, and nothing biometric can be said in it. */
export const OPS = [
  'index.objects',
  'search.class',
  'search.colour',
  'search.size',
  'search.time',
  'search.speed',
  'search.direction',
  'search.zone',
  'search.line',
  'search.sequence',
  'search.dwell',
  'search.stationary',
  'search.path',
  'search.proximity',
  'search.count',
  'search.cross_camera',
  'track.single_exhibit',
  'review.reveal',
  'export.clip',
  'export.report',
] as const;
export type Op = (typeof OPS)[number];

/** Roles of HAB-01. `anonymous` is nobody: it may read what is public and present a requisition. */
export const ROLES = [
  'agent_habilite',
  'magistrat_parquet',
  'magistrat_instructeur',
  'procureur_controle',
  'magistrat_230_24',
  'admin_technique',
  'dpo',
  'conformite',
  'anonymous',
] as const;
export type Role = (typeof ROLES)[number];

/** Groups of roles that policies speak of, by the names that the policies use. */
export const ROLE_GROUPS = {
  /** Prosecutor, magistrate of art. 230-24 and the magistrates seized: they look, they do not operate (HAB-01, HAB-04). */
  controle: ['magistrat_parquet', 'magistrat_instructeur', 'procureur_controle', 'magistrat_230_24'],
  /** Roles that keep the machine or the rules and never see content (HAB-05). */
  aveugle: ['admin_technique', 'dpo', 'conformite'],
} as const satisfies Record<string, readonly Role[]>;

/** Why a matched object is uncovered (PRO-02): stands in the journal. */
export const REVEAL_REASONS = [
  'recognition_by_witness',
  'comparison_by_eye',
  'reading_by_eye',
  'order_of_magistrate',
] as const;
export type RevealReason = (typeof REVEAL_REASONS)[number];

/**
 * When the journal event of an act is written (LOG-01, LOG-05):
 * `before`: durable before the handler runs, for acts that change something;
 * `disclosure`: durable before the first byte of the response leaves, listing the ids shown;
 * `both`: two events, for an act that keeps something and shows content in one;
 * `none`: the act touches no case at all.
 */
type JournalMoment = 'before' | 'disclosure' | 'both' | 'none';

interface ActionEntry {
  readonly journal: JournalMoment;
  /** Kind of processing in the words of LII 101 / LED 25. */
  readonly kind:
    | 'collection'
    | 'modification'
    | 'consultation'
    | 'communication'
    | 'combination'
    | 'erasure'
    | 'administration';
  /** Operations that the requisition must list, all of them. */
  readonly ops: readonly Op[];
  /** Whether the requisition must still be valid (exp): true for uploads, analyses and questions, false for reading results. */
  readonly needsValidity: boolean;
  /** Default: `case`, for which a requisition is asked. */
  readonly reach?: Reach;
}

/**
 * What an act reaches:
 * `public`: nothing of anybody;
 * `presenting`: puts on record what somebody signed, whose signature is the authority for it, whoever carries it;
 * `ownCases`: the list of what a key is known by, before it names one of them;
 * `installation`: what the installation says of itself to those who control it;
 * `case`: one case, under its requisition.
 */
export const REACHES = ['public', 'presenting', 'ownCases', 'installation', 'case'] as const;
export type Reach = (typeof REACHES)[number];

/** Every act that a route or a job step can do. A route names one of these or the gateway does not start. */
export const ACTIONS = {
  'public.read': { journal: 'none', kind: 'administration', ops: [], needsValidity: false, reach: 'public' },
  'requisition.register': {
    journal: 'before',
    kind: 'administration',
    ops: [],
    needsValidity: true,
    reach: 'presenting',
  },
  'act.present': { journal: 'before', kind: 'administration', ops: [], needsValidity: false, reach: 'presenting' },
  // What persons asked, by references, and until when an answer is due (RGT-02).
  'request.list': {
    journal: 'disclosure',
    kind: 'consultation',
    ops: [],
    needsValidity: false,
    reach: 'installation',
  },
  // Whose signature counts here, and which changes of that wait for a second signature (REQ-12).
  'registry.read': {
    journal: 'disclosure',
    kind: 'consultation',
    ops: [],
    needsValidity: false,
    reach: 'installation',
  },
  // What the installation was approved for, what it can do, and why it processes nothing when it does not (CPL-01, CPL-05, POL-03).
  'dossier.read': {
    journal: 'disclosure',
    kind: 'consultation',
    ops: [],
    needsValidity: false,
    reach: 'installation',
  },
  'requisition.read': { journal: 'disclosure', kind: 'consultation', ops: [], needsValidity: false },
  'case.list': { journal: 'disclosure', kind: 'consultation', ops: [], needsValidity: false, reach: 'ownCases' },
  'exhibit.upload': { journal: 'before', kind: 'collection', ops: ['index.objects'], needsValidity: true },
  'exhibit.read': { journal: 'disclosure', kind: 'consultation', ops: [], needsValidity: false },
  // The sealed bytes are read and nothing of them is shown: whoever may deposit an exhibit may ask whether it is still what was deposited.
  'exhibit.verify': { journal: 'disclosure', kind: 'consultation', ops: ['index.objects'], needsValidity: false },
  // Masks stand where the analysis of the exhibit found somebody, so its pictures need the operation of that.
  'exhibit.picture': {
    journal: 'disclosure',
    kind: 'consultation',
    ops: ['track.single_exhibit'],
    needsValidity: false,
  },
  'exhibit.ticket': {
    journal: 'before',
    kind: 'consultation',
    ops: ['track.single_exhibit'],
    needsValidity: false,
  },
  'track.read': { journal: 'disclosure', kind: 'consultation', ops: ['track.single_exhibit'], needsValidity: false },
  'job.start': {
    journal: 'before',
    kind: 'combination',
    ops: ['index.objects', 'track.single_exhibit'],
    needsValidity: true,
  },
  // The packets are read and nothing is decoded: whoever may start an analysis may ask how long it would take, and nobody else.
  'job.estimate': {
    journal: 'before',
    kind: 'combination',
    ops: ['index.objects', 'track.single_exhibit'],
    needsValidity: true,
  },
  'job.step': {
    journal: 'before',
    kind: 'combination',
    ops: ['index.objects', 'track.single_exhibit'],
    needsValidity: true,
  },
  'job.cancel': { journal: 'before', kind: 'combination', ops: [], needsValidity: false },
  'job.read': { journal: 'disclosure', kind: 'consultation', ops: [], needsValidity: false },
  'result.read': { journal: 'disclosure', kind: 'consultation', ops: [], needsValidity: false },
  'search.ask': { journal: 'both', kind: 'combination', ops: ['search.class'], needsValidity: true },
  // What was asked, in words, and what left the house: for who controls, and an agent's own.
  'question.list': { journal: 'disclosure', kind: 'consultation', ops: [], needsValidity: false },
  'evidence.list': { journal: 'disclosure', kind: 'consultation', ops: [], needsValidity: false },
  // A page that is read for the first time gives its tracks a row each, so that they have an id. That is no act of its own: the row
  // holds that id and the numbers of job and track, decides nothing, and the event of the disclosure names it before it is shown.
  'hit.read': { journal: 'disclosure', kind: 'consultation', ops: [], needsValidity: false },
  'hit.picture': { journal: 'disclosure', kind: 'consultation', ops: [], needsValidity: false },
  // No consultation, which those who control may do whatever a requisition lists: it takes a mask away.
  'hit.reveal': { journal: 'both', kind: 'modification', ops: ['review.reveal'], needsValidity: false },
  'hit.ticket': { journal: 'before', kind: 'consultation', ops: [], needsValidity: false },
  'hit.review': { journal: 'before', kind: 'modification', ops: [], needsValidity: false },
  'hit.withdraw': { journal: 'before', kind: 'modification', ops: [], needsValidity: false },
  // What readers write beside hits (HUM-01): in the journal by ids and keyed digests, never by a word of it.
  'note.read': { journal: 'disclosure', kind: 'consultation', ops: [], needsValidity: false },
  'note.write': { journal: 'before', kind: 'modification', ops: [], needsValidity: false },
  'note.withdraw': { journal: 'before', kind: 'modification', ops: [], needsValidity: false },
  'bookmark.read': { journal: 'disclosure', kind: 'consultation', ops: [], needsValidity: false },
  'bookmark.keep': { journal: 'before', kind: 'modification', ops: [], needsValidity: false },
  'bookmark.remove': { journal: 'before', kind: 'modification', ops: [], needsValidity: false },
  // What an agent means to hand over: of a case that is closed too, whose package may still be made.
  'question.name': { journal: 'before', kind: 'modification', ops: [], needsValidity: false },
  'selection.read': { journal: 'disclosure', kind: 'consultation', ops: [], needsValidity: false },
  'selection.change': { journal: 'before', kind: 'modification', ops: ['export.report'], needsValidity: false },
  'evidence.export': {
    journal: 'before',
    kind: 'communication',
    ops: ['export.clip', 'export.report'],
    needsValidity: false,
  },
  // Nothing is made, but what it would be is told: for whoever may make it.
  'evidence.preview': {
    journal: 'disclosure',
    kind: 'communication',
    ops: ['export.clip', 'export.report'],
    needsValidity: false,
  },
  'evidence.read': { journal: 'disclosure', kind: 'communication', ops: ['export.report'], needsValidity: false },
  // Whether somebody was habilitated at a moment (HAB-07).
  'habilitation.read': {
    journal: 'disclosure',
    kind: 'consultation',
    ops: [],
    needsValidity: false,
    reach: 'installation',
  },
  // Figures of the whole installation, which name no case.
  'statistics.read': {
    journal: 'disclosure',
    kind: 'consultation',
    ops: [],
    needsValidity: false,
    reach: 'installation',
  },
  'document.read': { journal: 'disclosure', kind: 'consultation', ops: [], needsValidity: false },
  'retention.read': { journal: 'disclosure', kind: 'consultation', ops: [], needsValidity: false },
  // Terms of all cases: ids and dates.
  'retention.list': {
    journal: 'disclosure',
    kind: 'consultation',
    ops: [],
    needsValidity: false,
    reach: 'installation',
  },
  'order.done': { journal: 'before', kind: 'modification', ops: [], needsValidity: false },
  // Whoever holds the act of an erasure may have its certificate: nothing of the case is in it.
  'erasure.read': { journal: 'disclosure', kind: 'erasure', ops: [], needsValidity: false, reach: 'presenting' },
  'erasure.list': { journal: 'disclosure', kind: 'consultation', ops: [], needsValidity: false, reach: 'installation' },
  'audit.read': { journal: 'disclosure', kind: 'consultation', ops: [], needsValidity: false },
} as const satisfies Record<string, ActionEntry>;
export type Action = keyof typeof ACTIONS;

export const reachOf = (action: Action): Reach => {
  const entry: ActionEntry = ACTIONS[action];
  return entry.reach ?? 'case';
};

/** What the register says of a habilitation at the moment of a request; `ended` is also what was withdrawn. */
export const HABILITATION_STANDINGS = ['in_force', 'untrained', 'ended', 'none'] as const;
export type HabilitationStanding = (typeof HABILITATION_STANDINGS)[number];

export interface Principal {
  readonly role: Role;
  /** Agent id as the register and the schedule's `agents[]` have it; undefined for nobody. */
  readonly agentId: string | undefined;
  readonly service: string | undefined;
  /** Of a key that no requisition names: what the register has of it. `none` for nobody. */
  readonly habilitation: HabilitationStanding;
}

/** What a decision needs to know of the requisition. Plain data: policy/ knows no room. */
export interface Authority {
  readonly requisitionId: string;
  readonly caseId: CaseId;
  /** Procedure number: the reason of every journal event (LOG-02). */
  readonly procedure: string;
  readonly ops: readonly Op[];
  /** Seconds since the epoch; the stricter of authorisation and schedule. */
  readonly notBefore: number;
  readonly expires: number;
  /** The agent's key is one of `cnf` and the agent is in `agents[]`. */
  readonly agentDesignated: boolean;
  /** Revoked, contradicted, or without a fresh list to say that it is not (REQ-13). */
  readonly revoked: boolean;
  /** Which of these, for who is designated. */
  readonly whyRevoked?: Fault | undefined;
  /** Whether the magistrate who asks is seized of this case, or has the control of it (HAB-04); of nobody else. */
  readonly magistrateSeized?: boolean;
  /** Where the case stands: `closed` is read only, `frozen` answers nothing until what is overdue is done; absent when it is open. */
  readonly caseState?: 'closed' | 'frozen' | undefined;
}

/** What is asked of the policies. */
export interface DecisionRequest {
  readonly principal: Principal;
  readonly action: Action;
  /** The case that the act touches; undefined when it touches none. */
  readonly caseId: CaseId | undefined;
  /** Operations beyond the action's own, drawn from the content of the request (the facets of a question). */
  readonly extraOps: readonly Op[];
  /** Whether the question has one facet and no bound in time or place (PRO-04); absent where none is asked. */
  readonly broad?: boolean;
  readonly authority: Authority | undefined;
  readonly nowSeconds: number;
  /** Why the installation processes nothing (POL-03): the code of what failed; absent when it is in order. */
  readonly safeMode?: ErrorCode | undefined;
}

export interface Decision {
  readonly effect: 'permit' | 'forbid';
  /** The policy that decided; `default-deny` when none spoke. */
  readonly policyId: string;
  /** Error code to answer with when the effect is `forbid`; `OK` when it is `permit`. */
  readonly reason: ErrorCode | 'OK';
}

/** One rule of a set, as far as code asks about it; the rule itself is Cedar. */
export interface Policy {
  readonly id: string;
  readonly effect: 'permit' | 'forbid';
  /** Error code of a `forbid`, by its annotation `@code`. */
  readonly code: ErrorCode | undefined;
}

/** Policies that were parsed, validated against the schema and made ready (policy-set.ts). */
export interface PolicySet {
  /** In the order of precedence: among forbids the first that speaks gives the reason. */
  readonly policies: readonly Policy[];
  /** SHA-256 (hex) of schema and policies: the name that the evaluator keeps them by. */
  readonly sha256: string;
  /** PRO-04, as the installation has it. */
  readonly refusesBroad: boolean;
}
