import type { JWK } from 'jose';

// What the bench and its load generator, a process of its own, say to one another.

/** One question, asked again and again. */
export interface Target {
  readonly url: string;
  readonly requisitionId: string;
  readonly body: string;
  /** Signs a proof for each request; without one none is sent. */
  readonly key?: JWK;
}

/** So many clients each of which asks when it has its answer, or so many questions a second whether or not the last ones were answered. */
export type Phase =
  | { readonly clients: number; readonly seconds: number }
  | { readonly perSecond: number; readonly seconds: number };

export interface Order {
  readonly target: Target;
  /** One after the other, without a pause. */
  readonly phases: readonly Phase[];
}

/** What came of the questions that were to be asked in one phase. */
export interface PhaseResult {
  readonly asked: number;
  /** Answers by code: `OK`, `E_BUSY` and so on. */
  readonly answers: Readonly<Record<string, number>>;
  /** Connections that broke, or nothing ten seconds after the end. */
  readonly withoutAnswer: number;
  /** Of 429 and 503: those that do not say when to come back. */
  readonly withoutRetryAfter: number;
  /** Answers with a hit list that came within the phase, a second. */
  readonly goodPerSecond: number;
  /** Of good answers, from the moment at which the generator asked. It asks whether or not earlier ones were answered. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** How much later than it should the generator asked: it shares the machine with the gateway. Stands in no latency. */
  readonly generatorLateP99Ms: number;
  /** By the second of the phase in which they were to be asked: how many were not answered well, and the p99 of the others. */
  readonly seconds: readonly { readonly notGood: number; readonly p99Ms: number }[];
}
