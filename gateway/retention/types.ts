import type { CaseId } from '../ids.ts';
import type { PersonCategory } from '../index/types.ts';
import type { ActClaims } from '../trust/types.ts';
import type { ClassName } from '../vocabulary.ts';

/** Why a case ended: art. 230-22 CPP, first and last paragraphs. */
export const CLOSING_GROUNDS = ['procedure_closed', 'person_found', 'suspicion_excluded'] as const;
/** What came of it (STA-05). */
export const OUTCOMES = ['useful', 'not_useful', 'person_cleared'] as const;

/** Claims of `differe-closure+jwt`. Instants are RFC 3339. */
export interface ClosureClaims extends ActClaims {
  /** Procedure number. */
  readonly sub: string;
  readonly ground: (typeof CLOSING_GROUNDS)[number];
  readonly outcome: (typeof OUTCOMES)[number];
  readonly closed_at: string;
  readonly act_ref: string;
  readonly act_sha256: string;
  /** `at_once`, or within 24 hours, so that the closing report and a copy can be handed over before. */
  readonly erase: 'at_once' | 'within_24_h';
}

/** Claims of `differe-order+jwt`: what a magistrate of control orders (art. 230-23, 230-24 CPP). */
export interface OrderClaims extends ActClaims {
  readonly sub: string;
  readonly kind: 'erase' | 'rectify' | 'complete';
  readonly basis: 'own_motion' | 'private_request' | 'end_of_authorisation';
  readonly ordered_at: string;
  /** RGT-03: what the tool changes, hit by hit; an order to rectify without it is carried out by people. */
  readonly corrections?: readonly Correction[];
  readonly act_ref: string;
  readonly act_sha256: string;
}

/** What becomes of one hit: another label, a category of person, or that it is found no more. */
export interface Correction {
  readonly hit: string;
  readonly class?: ClassName;
  readonly person_category?: PersonCategory;
  readonly erase?: true;
}

/** Claims of `differe-extension+jwt`: two years more, for an offence under arts 706-73 to 706-74 (art. 230-22 al. 2 CPP). */
export interface ExtensionClaims extends ActClaims {
  readonly sub: string;
  readonly until: string;
  readonly decided_at: string;
  readonly act_ref: string;
  readonly act_sha256: string;
}

/** Where a case stands: `closed` is read only, `frozen` answers nothing until what is overdue is done. */
export type CaseState = 'open' | 'closed' | 'frozen';

/** `restored`: the journal knows the case as erased, and a back-up had brought it back. */
export type ErasureGround = 'closure' | 'order' | 'term' | 'quarantine' | 'restored';

/** What was there before an erasure: counts and digests. */
export interface ErasureInventory {
  readonly keySha256: string | undefined;
  readonly objects: number;
  readonly objectBytes: number;
  /** SHA-256 of the exhibits, as their schedules list them. */
  readonly exhibits: readonly string[];
  /** Rows by table. */
  readonly rows: Readonly<Record<string, number>>;
}

/** How far an erasure is. */
export interface ErasureState {
  readonly caseId: CaseId;
  readonly actId: string | undefined;
  readonly ground: ErasureGround;
  readonly startedAtMs: number;
  readonly recordSeq: number | undefined;
  readonly finishedAtMs: number | undefined;
  /** Compact JWS; undefined until the erasure is done and verified. */
  readonly certificate: string | undefined;
}

export interface Erasure extends ErasureState {
  readonly inventory: ErasureInventory;
}

/** Where the retention of one case stands: an id and dates, nothing of the case. Instants are RFC 3339. */
export interface CaseTerm {
  readonly id: CaseId;
  readonly state: CaseState;
  readonly openedAt: string;
  readonly firstRecordingAt?: string;
  readonly closedAt?: string;
  /** When everything of it must be gone. */
  readonly eraseDue: string;
  /** The term lies beyond three years from the first recording: a magistrate extended it (RET-03). */
  readonly isExtended: boolean;
  readonly isOverdue: boolean;
  /** Requisitions that were revoked while others stand: when what was found under them must be gone (RET-05). */
  readonly quarantines: readonly {
    readonly requisition: string;
    readonly eraseDue: string;
    readonly isOverdue: boolean;
  }[];
}

export interface OpenOrder {
  readonly id: string;
  readonly caseId: CaseId;
  readonly dueAt: string;
  readonly isOverdue: boolean;
}

/** What is late: nought of each is how it should be. */
export interface Overdue {
  readonly purges: number;
  readonly orders: number;
  readonly quarantines: number;
}

/** The retention of a whole installation, for those who operate and those who inspect it (legal-requirements 4.3). */
export interface RetentionReport {
  readonly at: string;
  readonly cases: readonly CaseTerm[];
  readonly orders: readonly OpenOrder[];
  /** Erasures that were begun and are not done. */
  readonly unfinished: readonly { readonly caseId: CaseId; readonly startedAt: string }[];
  readonly erased: number;
  /** First recording of the oldest case that is here. */
  readonly oldestRecordingAt?: string;
  readonly frozen: number;
  readonly extended: number;
  readonly overdue: Overdue;
}
