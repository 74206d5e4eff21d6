import { AppError, type ErrorCode } from '../errors.ts';

/** Why a network is refused. `detail` is for the person who brings it. */
export interface Reason {
  readonly code: ErrorCode;
  readonly detail: string;
}

/** From the plainest fault to the finest: the first of these that stands among the reasons is the code of the verdict. */
const PRECEDENCE: readonly ErrorCode[] = [
  'E_GATE_PARSE',
  'E_GATE_OP',
  'E_GATE_TEMPORAL',
  'E_GATE_LANDMARK',
  'E_GATE_OCR',
  'E_GATE_EMBEDDING',
  'E_GATE_FINGERPRINT',
  'E_GATE_CONTRACT',
  'E_GATE_LABEL',
  'E_GATE_HASH',
];

export function codeOf(reasons: readonly Reason[]): ErrorCode | undefined {
  return PRECEDENCE.find((code) => reasons.some((reason) => reason.code === code)) ?? reasons[0]?.code;
}

/** As many are told: who brings ten thousand faults needs no list of them. */
export const MOST_REASONS = 64;

/** The same fault in forty nodes is one reason. */
export function unique(reasons: readonly Reason[]): readonly Reason[] {
  return [...new Map(reasons.map((reason) => [`${reason.code} ${reason.detail}`, reason])).values()];
}

/** The reason that an error is: every fault of a file is one, also one that nobody thought of. A file that breaks the gate is refused. */
export function reasonOf(error: unknown): Reason {
  if (error instanceof AppError) return { code: error.code, detail: error.detail ?? error.message };
  return {
    code: 'E_GATE_PARSE',
    detail: `the file cannot be judged (${error instanceof Error ? error.name : 'error'})`,
  };
}
