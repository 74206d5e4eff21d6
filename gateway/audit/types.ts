import type { JsonValue } from '../canonical.ts';

/**
 * A reference to a thing, never the thing (LOG-03): kinds and opaque ids. `id` is a UUID; for `digest` (of what a reader wrote a keyed one, so that nobody guesses the text) and `dossier` a SHA-256 in hex, for `model` a
 * SHA-256 or a model name, for `agent` a registration number, for `log` a sequence number, a record id or a root hash in hex. Anything else is E_LOG_CONTENT (record.ts).
 */
export interface AuditObject {
  readonly type:
    | 'case'
    | 'requisition'
    | 'exhibit'
    | 'job'
    | 'question'
    | 'hit'
    | 'export'
    | 'model'
    | 'log'
    | 'digest'
    | 'upload'
    | 'act'
    | 'certificate'
    | 'agent'
    | 'dossier'
    | 'note'
    | 'bookmark';
  readonly id: string;
}

/**
 * What a caller gives to `append`. The log adds id, sequence, time, software and the hash of the record before. Every text is a code or
 * an id without spaces, held to a pattern by record.ts; `-` says "none". A member of another name or form is E_LOG_CONTENT.
 */
export interface AuditEvent {
  /** The act, as policy/types.ts names it, or a fact of the installation (`gateway.start`, `log.open`). */
  readonly action: string;
  readonly actor: { readonly id: string; readonly role: string; readonly service: string };
  /**
   * Why: never empty (LOG-02), so at least one of the three is not `-`. `procedure` is the procedure number, or `-` when no case is
   * touched; `requisition` is its UUID, or `-`; `op` is the operation or the act, several joined by `,`, or `-`.
   */
  readonly reason: { readonly procedure: string; readonly requisition: string; readonly op: string };
  readonly objects: readonly AuditObject[];
  readonly outcome: {
    readonly effect: 'permit' | 'forbid' | 'done' | 'failed';
    readonly policyId: string;
    /** A code of errors.ts, or `OK`, or `-`. */
    readonly code: string;
  };
  /** Time range of the content shown, milliseconds since the epoch. */
  readonly shown?: { readonly fromMs: number; readonly toMs: number };
  readonly recipient?: string;
  /** SHA-256 (hex) of the set of models in use, when the act ran one. */
  readonly models?: string;
  /** What statistics are counted from (STA-01): codes and numbers, nothing about a person. */
  readonly facts?: {
    readonly framework?: string;
    /** NATINF codes of the offences. */
    readonly natinf?: readonly string[];
    /** Unit of the service responsible. */
    readonly unit?: string;
    /** Duration of the recording that an act was about, milliseconds. */
    readonly mediaMs?: number;
    /** What came of a case, said at its closure (STA-05). */
    readonly outcome?: 'useful' | 'not_useful' | 'person_cleared';
    /** Why a matched object was uncovered (PRO-02). */
    readonly revealed?: string;
    /** Services of the agents that a requisition designates. */
    readonly services?: readonly string[];
    /** The question has one facet and no bound (PRO-04). */
    readonly broad?: boolean;
    /** Month (`YYYY-MM`) whose sample was reviewed, how many sessions it had and how many of them were found irregular (CTL-06). */
    readonly month?: string;
    readonly sessions?: number;
    readonly irregular?: number;
  };
}

/** The record as it stands in the log: canonical JSON of this is the leaf. */
export type AuditRecord = AuditEvent & {
  readonly id: string;
  readonly seq: number;
  /** UTC with milliseconds. */
  readonly time: string;
  readonly software: string;
  /** SHA-256 (hex) of the leaf before, 64 zeros for the first. */
  readonly previous: string;
};

/** An append-only log of acts. */
export interface AuditLog {
  /** MUST NOT resolve before the record is durable; rejects with E_LOG_DOWN when it cannot be. Returns its sequence number. */
  append(event: AuditEvent): Promise<number>;
  /** Number of durable records. */
  size(): Promise<number>;
  /** One record, parsed; undefined beyond the end. */
  record(seq: number): Promise<{ [key: string]: JsonValue } | undefined>;
  /** C2SP tlog-proof text for a record against the newest checkpoint. */
  prove(seq: number): Promise<string>;
  /** The newest checkpoint, a C2SP signed note. */
  checkpoint(): Promise<string>;
  close(): Promise<void>;
}

/** One thing that is wrong with a stored log. Both raw states are kept, as text or as base64 of the bytes. */
export interface Finding {
  readonly what: 'key' | 'checkpoint' | 'files' | 'tile' | 'entries' | 'record' | 'pinned' | 'ahead';
  /** Path below the log's folder; of `ahead` the file beside it. */
  readonly file: string;
  readonly detail: string;
  readonly expected: string;
  readonly found: string;
}
