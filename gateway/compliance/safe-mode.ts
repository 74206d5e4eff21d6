import type { ErrorCode } from '../errors.ts';

/** Why nothing is processed: the step of the self-test that failed, its code, and what an operator must know. */
export interface SafeModeCause {
  readonly step: string;
  readonly code: ErrorCode;
  readonly detail: string;
}

/**
 * Whether content may be processed at all (POL-03). It begins closed: until the self-test is through, no job takes a step. What has
 * closed it stays until the next start, so that nothing slips back into use unseen.
 */
export interface SafeMode {
  /** The code that every closed route answers with; undefined when the installation is in order. */
  code(): ErrorCode | undefined;
  causes(): readonly SafeModeCause[];
  /** Whether a job may take a step: the self-test is through and nothing has closed it. */
  mayProcess(): boolean;
  enter(cause: SafeModeCause): void;
  /** The self-test is through. Opens unless something has closed it. */
  open(): void;
}

/** `onEnter` hears of each cause once: for the journal. */
export function createSafeMode(onEnter: (cause: SafeModeCause) => void = () => undefined): SafeMode {
  const causes: SafeModeCause[] = [];
  let tested = false;
  return {
    // The first failure is the one to repair: later steps often fail because of it.
    code: () => causes[0]?.code,
    causes: () => causes,
    mayProcess: () => tested && causes.length === 0,
    enter(cause) {
      if (causes.some(({ step, detail }) => step === cause.step && detail === cause.detail)) return;
      causes.push(cause);
      onEnter(cause);
    },
    open() {
      tested = true;
    },
  };
}
