import { AppError, type ErrorCode } from '../errors.ts';
import type { SafeMode } from './safe-mode.ts';

/** Steps of the start-up self-test in their order (POL-02). */
export const SELF_TEST_STEPS = [
  'clock',
  'journal',
  'keys',
  'policy',
  'dossier',
  'capability',
  'models',
  'egress',
  'purge',
] as const;
export type SelfTestStep = (typeof SELF_TEST_STEPS)[number];

/** Throws when the step fails; gives warnings for the operator. */
export type SelfTestCheck = () => Promise<readonly string[]>;

export type SelfTest = Readonly<Record<SelfTestStep, SelfTestCheck>>;

export interface SelfTestReport {
  readonly passed: readonly SelfTestStep[];
  readonly failed: readonly { readonly step: SelfTestStep; readonly code: ErrorCode; readonly detail: string }[];
  readonly warnings: readonly string[];
}

/**
 * Runs every step in order, also after one has failed: an operator repairs all of it at once. Any failure closes the safe mode, with
 * the step named; what fails without a code of ours is E_INTERNAL. At the end the gateway may process, unless something failed.
 */
export async function runSelfTest(test: SelfTest, safeMode: SafeMode): Promise<SelfTestReport> {
  const passed: SelfTestStep[] = [];
  const failed: SelfTestReport['failed'][number][] = [];
  const warnings: string[] = [];
  for (const step of SELF_TEST_STEPS) {
    try {
      warnings.push(...(await test[step]()));
      passed.push(step);
    } catch (error) {
      const code = error instanceof AppError ? error.code : 'E_INTERNAL';
      const detail = error instanceof AppError ? (error.detail ?? '') : 'unexpected';
      failed.push({ step, code, detail });
      safeMode.enter({ step, code, detail });
    }
  }
  safeMode.open();
  return { passed, failed, warnings };
}
