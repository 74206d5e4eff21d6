import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../gateway/audit/types.ts';
import {
  lookIntoJail,
  looseEnds,
  type NetworkTables,
  probeEgress,
  waysOut,
} from '../../gateway/compliance/egress-probe.ts';
import { judgeRoot } from '../../gateway/compliance/root-check.ts';
import { createSafeMode } from '../../gateway/compliance/safe-mode.ts';
import { runSelfTest, SELF_TEST_STEPS, type SelfTestStep } from '../../gateway/compliance/self-test.ts';
import { AppError } from '../../gateway/errors.ts';
import { POLICIES, POLICY_TEXTS, SCHEMA } from '../../gateway/policy/policies.ts';
import { compilePolicies } from '../../gateway/policy/policy-set.ts';
import { type StartFacts, selfTestOf } from '../../gateway/start-up.ts';

const NOW_MS = 1_795_000_000_000;

/** A log on an array: `last` is the time of its newest record. */
function logOf(last: number | undefined, fails = false) {
  const events: AuditEvent[] = [];
  return {
    events,
    log: {
      async append(event: AuditEvent) {
        if (fails) throw new AppError('E_LOG_DOWN');
        return events.push(event);
      },
      size: async () => (last === undefined ? 0 : 1),
      record: async () => (last === undefined ? undefined : { time: new Date(last).toISOString() }),
    },
  };
}

function factsOf(changes: Partial<StartFacts> = {}): StartFacts {
  return {
    clock: { nowMs: () => NOW_MS },
    log: { value: logOf(NOW_MS - 1).log },
    registry: { value: new Map() },
    demandVault: async () => undefined,
    policies: POLICIES,
    commitment: { checkDossier: async () => [], checkCapability: async () => [] },
    models: { value: {} },
    canaries: [async () => undefined],
    purges: [async () => undefined],
    probeEgress: async () => [],
    ...changes,
  };
}

async function run(changes: Partial<StartFacts>) {
  const entered: string[] = [];
  const safeMode = createSafeMode(({ step }) => entered.push(step));
  const report = await runSelfTest(selfTestOf(factsOf(changes)), safeMode);
  return { report, safeMode, entered };
}

const failing = (code: ConstructorParameters<typeof AppError>[0]) => async (): Promise<never> => {
  throw new AppError(code, { detail: 'killed' });
};

const KILLED: Readonly<Record<SelfTestStep, readonly [Partial<StartFacts>, string]>> = {
  clock: [{ log: { value: logOf(NOW_MS + 1).log } }, 'E_CLOCK'],
  journal: [{ log: { value: logOf(NOW_MS - 1, true).log } }, 'E_LOG_DOWN'],
  keys: [{ registry: { error: new AppError('E_KEY_REGISTRY') } }, 'E_KEY_REGISTRY'],
  policy: [
    {
      policies: compilePolicies(
        SCHEMA,
        POLICY_TEXTS.filter(({ id }) => id !== 'safe-mode'),
      ),
    },
    'E_CPL_INCOMPLETE',
  ],
  dossier: [
    { commitment: { checkDossier: failing('E_CPL_INCOMPLETE'), checkCapability: async () => [] } },
    'E_CPL_INCOMPLETE',
  ],
  capability: [
    { commitment: { checkDossier: async () => [], checkCapability: failing('E_CPL_CAPABILITY_DRIFT') } },
    'E_CPL_CAPABILITY_DRIFT',
  ],
  models: [{ canaries: [async () => undefined, failing('E_GATE_CONTRACT')] }, 'E_GATE_CONTRACT'],
  egress: [{ probeEgress: failing('E_MEDIA_JAIL') }, 'E_MEDIA_JAIL'],
  purge: [{ purges: [failing('E_VAULT')] }, 'E_VAULT'],
};

describe('the self-test of a start', () => {
  it('POL-02: runs its nine steps in the order of the law’s table, and opens when all of them pass', async () => {
    const { report, safeMode, entered } = await run({});
    expect(report.passed).toEqual(SELF_TEST_STEPS);
    expect(report).toMatchObject({ failed: [], warnings: [] });
    expect(safeMode.mayProcess()).toBe(true);
    expect(safeMode.code()).toBeUndefined();
    expect(entered).toEqual([]);
  });

  it.each(SELF_TEST_STEPS)('POL-02: a failing step closes the safe mode and is named: %s', async (step) => {
    const [changes, code] = KILLED[step];
    const { report, safeMode, entered } = await run(changes);
    expect(report.failed.map((failure) => [failure.step, failure.code])).toEqual([[step, code]]);
    expect(report.passed).toEqual(SELF_TEST_STEPS.filter((each) => each !== step));
    expect([safeMode.mayProcess(), safeMode.code()]).toEqual([false, code]);
    expect(entered).toEqual([step]);
  });

  it('POL-02: a vault that cannot be reached closes it as keys do that are not there', async () => {
    const { safeMode } = await run({ demandVault: failing('E_VAULT_STORE') });
    expect(safeMode.causes()).toEqual([{ step: 'keys', code: 'E_VAULT_STORE', detail: 'killed' }]);
  });

  it('POL-02: what fails in a way that nobody foresaw closes it as well, and its words stay inside', async () => {
    const purges = [
      async () => {
        throw new TypeError('PV-2026-000042');
      },
    ];
    const { safeMode } = await run({ purges });
    expect(safeMode.causes()).toEqual([{ step: 'purge', code: 'E_INTERNAL', detail: 'unexpected' }]);
  });

  it('POL-02: before the test is through nothing is processed, and nothing opens again what has closed', () => {
    const safeMode = createSafeMode();
    expect(safeMode.mayProcess()).toBe(false);
    safeMode.open();
    expect(safeMode.mayProcess()).toBe(true);
    safeMode.enter({ step: 'dossier', code: 'E_CPL_INCOMPLETE', detail: '' });
    safeMode.open();
    expect(safeMode.mayProcess()).toBe(false);
  });

  it('DEF-12: a clock behind the last record of the journal stops the content plane', async () => {
    const behind = await run({ log: { value: logOf(NOW_MS + 1).log } });
    expect(behind.safeMode.code()).toBe('E_CLOCK');
    const equal = await run({ log: { value: logOf(NOW_MS).log } });
    expect(equal.safeMode.code()).toBeUndefined();
  });
});

const CLOSED: NetworkTables = {
  dev: 'Inter-|   Receive\n face |bytes\n    lo:       0       0\n',
  route: 'Iface\tDestination\tGateway\n',
  ipv6_route: `${'0'.repeat(32)} 00 ${'0'.repeat(32)} 00 ${'0'.repeat(32)} ffffffff 00000001 00000000 00200200       lo\n`,
  tcp: '  sl  local_address\n',
  tcp6: '  sl  local_address\n',
  udp: '  sl  local_address\n',
  udp6: '',
};

const HELD = 'Name:\tsleep\nCapEff:\t0000000000000000\nCapBnd:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2\n';

describe('the egress probe', () => {
  it('SEC-06: a jail made as the decoder’s is has no interface, no route and no socket', async () => {
    const warnings = await probeEgress();
    expect(warnings.length).toBeLessThanOrEqual(1);
  });

  it.each([
    ['an interface', { dev: `${CLOSED.dev}  eth0: 1 2\n` }, 'interface eth0'],
    ['a route', { route: `${CLOSED.route}eth0\t00000000\t010200C0\n` }, 'route through eth0'],
    ['an IPv6 route', { ipv6_route: CLOSED.ipv6_route.replace('lo', 'tun0') }, 'IPv6 route through tun0'],
    ['a socket', { udp: `${CLOSED.udp}   0: 00000000:0044 00000000:0000 07\n` }, 'udp socket'],
  ])('SEC-06: %s in the jail closes the safe mode', async (_, changes, way) => {
    expect(waysOut(CLOSED)).toEqual([]);
    const jail = async () => ({ network: { ...CLOSED, ...changes }, status: HELD });
    await expect(probeEgress({ jail, host: async () => CLOSED })).rejects.toMatchObject({
      code: 'E_MEDIA_JAIL',
      detail: `the jail has a way out: ${way}`,
    });
  });

  it.each([
    ['Seccomp:\t2', 'Seccomp:\t0', 'no filter of system calls'],
    ['NoNewPrivs:\t1', 'NoNewPrivs:\t0', 'privileges can be gained'],
    ['CapEff:\t0000000000000000', 'CapEff:\t0000000000200000', 'capabilities'],
    ['CapBnd:\t0000000000000000', 'CapBnd:\t000001ffffffffff', 'capabilities that can be gained'],
  ])('SEC-11: %s that reads %s closes the safe mode', async (held, loose, end) => {
    expect(looseEnds((await lookIntoJail()).status)).toEqual([]);
    const jail = async () => ({ network: CLOSED, status: HELD.replace(held, loose) });
    await expect(probeEgress({ jail, host: async () => CLOSED })).rejects.toMatchObject({
      code: 'E_MEDIA_JAIL',
      detail: `the jail does not hold: ${end}`,
    });
  });

  it('SEC-06: a default route of the host is a warning, a route to its own network is none', async () => {
    const jail = async () => ({ network: CLOSED, status: HELD });
    const host = (route: string) => async () => ({ ...CLOSED, route: CLOSED.route + route });
    expect(await probeEgress({ jail, host: host('eth0\t000200C0\t00000000\n') })).toEqual([]);
    expect(await probeEgress({ jail, host: host('eth0\t00000000\t010200C0\n') })).toHaveLength(1);
  });
});

describe('the account of the process', () => {
  it('SEC-01: root is refused in production outside image and unit, and told everywhere else', () => {
    const root = (isConfined: boolean) => ({ isRoot: true, isConfined });
    expect(() => judgeRoot(root(false), 'prod')).toThrow('E_CONFIG');
    for (const judged of [judgeRoot(root(false), 'test'), judgeRoot(root(true), 'prod')]) {
      expect(judged).toEqual([expect.stringContaining('runs as root')]);
    }
    expect(judgeRoot({ isRoot: false, isConfined: false }, 'prod')).toEqual([]);
  });
});
