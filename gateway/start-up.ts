import { readFile } from 'node:fs/promises';
import type { EventName } from './audit/events.ts';
import type { AuditEvent, AuditLog } from './audit/types.ts';
import type { Clock } from './clock.ts';
import type { Commitment } from './compliance/commitment.ts';
import { probeEgress } from './compliance/egress-probe.ts';
import type { SelfTest } from './compliance/self-test.ts';
import type { Config } from './config.ts';
import { AppError } from './errors.ts';
import { decide } from './policy/decide.ts';
import { answersInSafeMode } from './policy/safe-mode.ts';
import { ACTIONS, type Action, type PolicySet, ROLES } from './policy/types.ts';
import { foundingOf, type KeyRegistry, loadRegistry } from './trust/registry.ts';
import { createRegistryChain, type RegistryChain, type RegistryChainDeps } from './trust/registry-chain.ts';
import { registryDigest } from './trust/registry-change.ts';

/** What came of opening a thing that the start needs: the thing, or why there is none, for its step of the self-test to say. */
export type Attempt<T> = { readonly value: T } | { readonly error: unknown };

export async function attempt<T>(open: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await open() };
  } catch (error) {
    return { error };
  }
}

/** Nothing to warn of; throws what went wrong. */
export async function demandDone(attempted: Attempt<unknown>): Promise<readonly string[]> {
  if ('error' in attempted) throw attempted.error;
  return [];
}

export interface StartFacts {
  readonly clock: Clock;
  readonly log: Attempt<Pick<AuditLog, 'size' | 'record' | 'append'>>;
  readonly registry: Attempt<unknown>;
  /** Throws unless what the case keys open can be reached. */
  readonly demandVault: () => Promise<void>;
  readonly policies: PolicySet;
  readonly commitment: Pick<Commitment, 'checkDossier' | 'checkCapability'>;
  readonly models: Attempt<unknown>;
  /** What must have been refused, swept or purged before anything is processed; each throws when it was not. */
  readonly canaries: readonly (() => Promise<void>)[];
  readonly purges: readonly (() => Promise<void>)[];
  readonly probeEgress?: () => Promise<readonly string[]>;
}

/** The self-test of this gateway, a step a line in the order of POL-02. */
export const selfTestOf = (facts: StartFacts): SelfTest => ({
  clock: () => checkClock(facts),
  journal: () => checkJournal(facts),
  keys: async () => [...(await demandDone(facts.registry)), ...(await all([facts.demandVault]))],
  policy: () => checkPolicies(facts.policies),
  dossier: () => facts.commitment.checkDossier(),
  capability: () => facts.commitment.checkCapability(),
  models: async () => [...(await demandDone(facts.models)), ...(await all(facts.canaries))],
  egress: facts.probeEgress ?? (() => probeEgress()),
  purge: () => all(facts.purges),
});

async function all(checks: readonly (() => Promise<void>)[]): Promise<readonly string[]> {
  for (const check of checks) await check();
  return [];
}

/** DEF-12: a clock behind the last record of the journal is wrong, or the journal is; either way nothing is processed. */
async function checkClock({ log, clock }: StartFacts): Promise<readonly string[]> {
  // Without a log there is nothing to compare with, and the next step fails.
  if ('error' in log) return [];
  const size = await log.value.size();
  const last = size === 0 ? undefined : await log.value.record(size - 1);
  if (typeof last?.time === 'string' && Date.parse(last.time) > clock.nowMs()) {
    throw new AppError('E_CLOCK', { detail: 'the clock is behind the last record of the journal' });
  }
  return [];
}

async function checkJournal({ log }: StartFacts): Promise<readonly string[]> {
  if ('error' in log) throw log.error;
  await log.value.append(installationEvent('gateway.start'));
  return [];
}

/** The floors that no rule of an installation may take away: nobody processes in safe mode, and nobody touches a case without authority. */
async function checkPolicies(policies: PolicySet): Promise<readonly string[]> {
  const actions = Object.keys(ACTIONS) as Action[];
  for (const role of ROLES) {
    const principal = { role, agentId: 'any', service: 'any', habilitation: 'in_force' as const };
    const request = { principal, caseId: undefined, extraOps: [], authority: undefined, nowSeconds: 0 };
    const permits = (action: Action, safeMode?: 'E_CPL_INCOMPLETE'): boolean =>
      decide({ ...request, action, safeMode }, policies).effect === 'permit';
    const open = actions.find(
      (action) =>
        (!answersInSafeMode(action) && permits(action, 'E_CPL_INCOMPLETE')) ||
        (ACTIONS[action].ops.length > 0 && permits(action)),
    );
    if (open !== undefined) {
      throw new AppError('E_CPL_INCOMPLETE', { detail: `the rules let ${role} do ${open} without what it needs` });
    }
  }
  return [];
}

/**
 * The registry of authorities (REQ-12): the file, held against the changes that two offices approved. What does not hold is a failed step of
 * the self-test; the keys that were approved count nevertheless. A test authority in production is more than that: E_KEY_REGISTRY is thrown
 * and the gateway does not start (REQ-18).
 */
export async function openRegistry(
  { authoritiesFile, env }: Pick<Config, 'authoritiesFile' | 'env'>,
  deps: Omit<RegistryChainDeps, 'journal' | 'log'> & { readonly log: Pick<AuditLog, 'append' | 'size' | 'record'> },
): Promise<{ readonly chain: RegistryChain; readonly opened: Attempt<unknown> }> {
  const chain = createRegistryChain({
    ...deps,
    journal: ({ before, after, acts }) =>
      deps.log.append(
        installationEvent('registry.changed', {
          objects: [
            ...acts.map((id) => ({ type: 'act' as const, id })),
            { type: 'digest', id: before },
            { type: 'digest', id: after },
          ],
        }),
      ),
  });
  const text = await attempt(() =>
    readFile(authoritiesFile, 'utf8').catch((cause: unknown) => {
      throw new AppError('E_KEY_REGISTRY', { cause, detail: 'DIFFERE_AUTHORITIES cannot be read' });
    }),
  );
  const file = 'error' in text ? text : await attempt(async () => fileOf(text.value, env));
  if ('error' in file) {
    const isOfTests =
      env === 'prod' && 'value' in text && 'value' in (await attempt(async () => fileOf(text.value, 'test')));
    if (isOfTests) throw file.error;
    await attempt(chain.refresh);
    return { chain, opened: file };
  }
  return { chain, opened: await attempt(() => chain.open(file.value)) };
}

const fileOf = (text: string, env: Config['env']) => ({
  registry: loadRegistry(text, env),
  founding: foundingOf(text),
});

/** A log that was never opened: every act that needs a record is refused with why (LOG-05). */
export function closedLog(error: unknown): AuditLog {
  const refuse = async (): Promise<never> => {
    throw error instanceof AppError ? error : new AppError('E_LOG_DOWN', { cause: error });
  };
  return {
    append: refuse,
    size: refuse,
    record: refuse,
    prove: refuse,
    checkpoint: refuse,
    close: async () => undefined,
  };
}

/** What work stands on from now on, each by digest: a change of it is a change in the journal, whoever made it (LOG-01). */
export const adoptionEvents = (adopted: {
  readonly rulesSha256: string;
  readonly registry: KeyRegistry;
  readonly models: readonly { readonly sha256: string }[];
}): readonly AuditEvent[] => {
  return [
    installationEvent('rules.adopted', { objects: [{ type: 'digest', id: adopted.rulesSha256 }] }),
    installationEvent('keys.adopted', { objects: [{ type: 'digest', id: registryDigest(adopted.registry) }] }),
    installationEvent('models.adopted', {
      objects: adopted.models.map(({ sha256 }) => ({ type: 'model', id: sha256 })),
    }),
  ];
};

/** FACE-16: somebody put a network where this gateway would have run it, and the gate refused it. Undefined for other errors. */
export function refusedNetwork({ code, subject }: AppError): AuditEvent | undefined {
  if (subject === undefined || !code.startsWith('E_GATE_')) return undefined;
  return installationEvent('model.refused', {
    objects: [{ type: 'model', id: subject }],
    outcome: { effect: 'forbid', policyId: '-', code },
  });
}

export const installationEvent = (
  action: EventName,
  more: Partial<Pick<AuditEvent, 'objects' | 'outcome' | 'models' | 'facts'>> & {
    readonly op?: string;
    readonly requisition?: string;
  } = {},
): AuditEvent => {
  const { op = action, requisition = '-', ...rest } = more;
  return {
    action,
    actor: { id: 'gateway', role: 'worker', service: '-' },
    reason: { procedure: '-', requisition, op },
    objects: [],
    outcome: { effect: 'done', policyId: '-', code: 'OK' },
    ...rest,
  };
};
