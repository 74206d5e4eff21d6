import { type Clock, nowSeconds } from '../clock.ts';
import type { Database } from '../database.ts';
import { AppError } from '../errors.ts';
import { HABILITATION_STANDINGS, type HabilitationStanding } from '../policy/types.ts';
import { createRecent } from '../recent.ts';
import type { Act, ActKind } from '../trust/types.ts';
import { demandHabilitatingKey, parseHabilitation } from './claims.ts';
import { actAt, type History, historiesOf, standingAt } from './history.ts';
import { countHabilitations, HABILITATION_TYP } from './store.ts';
import type { HabilitationClaims, NamedAgent, Register } from './types.ts';

export interface RegisterDeps {
  readonly database: Pick<Database, 'inService'>;
  readonly clock: Clock;
  /** Acts on record, verified again as they are read (trust/acts.ts). */
  readActs(kind: ActKind<HabilitationClaims>): Promise<readonly Act<HabilitationClaims>[]>;
}

export interface HabilitationRegister extends Register {
  /** For the list of acts that the installation takes. */
  readonly kind: ActKind<HabilitationClaims>;
  /** All that was signed about a person, oldest first; empty for nobody. */
  historyOf(agentId: string): Promise<History>;
}

/** How old memory may be before another process's acts are looked for. */
const MAX_AGE_MS = 1000;

/**
 * The register of habilitations (R. 40-39 CPP): signed acts, sealed under the installation key, in memory between two changes. An act
 * that is presented here counts from the next request on, one that is presented to another process within a second.
 */
export function createRegister(deps: RegisterDeps): HabilitationRegister {
  let histories: ReadonlyMap<string, History> = new Map();
  let byKey: ReadonlyMap<string, ReadonlySet<History>> = new Map();
  let known = -1;
  const recent = createRecent(readOnce, MAX_AGE_MS);

  const kind: ActKind<HabilitationClaims> = {
    typ: HABILITATION_TYP,
    parse: parseHabilitation,
    procedureOf: () => undefined,
    demandSigner: demandHabilitatingKey,
    async apply({ claims }) {
      await recent.look();
      const isTaken = [...(byKey.get(claims.jkt) ?? [])].some(([first]) => first?.agent.id !== claims.agent.id);
      if (isTaken) throw new AppError('E_HAB_AUTH', { detail: 'the key is somebody else’s' });
    },
    async afterwards() {
      await recent.lookAnew();
    },
  };

  async function readOnce(): Promise<void> {
    const count = await deps.database.inService(countHabilitations);
    if (count !== known) {
      histories = historiesOf(await deps.readActs(kind));
      byKey = keysOf(histories);
      known = count;
    }
  }

  function standingOf(agent: NamedAgent): HabilitationStanding {
    const at = nowSeconds(deps.clock);
    const history = histories.get(agent.id) ?? [];
    const act = actAt(history, at);
    if (act === undefined || act.role !== 'agent_habilite' || act.jkt !== agent.jkt) return 'none';
    if (byKey.get(agent.jkt)?.size !== 1) return 'none';
    if (!history.some(({ authority }) => authority.ref === agent.habilitation_ref)) return 'none';
    // Who left the service that is seized is habilitated there no more (HAB-03, HAB-08).
    return act.agent.service === agent.service ? standingAt(history, at) : 'ended';
  }

  return {
    kind,
    refresh: recent.look,
    holderOf(jkt) {
      const at = nowSeconds(deps.clock);
      const [history, ...others] = byKey.get(jkt) ?? [];
      const act = history === undefined ? undefined : actAt(history, at);
      if (history === undefined || act?.jkt !== jkt || others.length > 0) return undefined;
      return {
        agentId: act.agent.id,
        service: act.agent.service,
        role: act.role,
        jurisdiction: act.jurisdiction,
        standing: standingAt(history, at),
      };
    },
    standingOf,
    bestOf(agents) {
      const standings = agents.map(standingOf);
      return HABILITATION_STANDINGS.find((each) => standings.includes(each)) ?? 'none';
    },
    async historyOf(agentId) {
      await recent.look();
      return histories.get(agentId) ?? [];
    },
  };
}

/** By every key that a person has or had. Two persons with one key can come of two processes that took an act each: then it is nobody's. */
function keysOf(histories: ReadonlyMap<string, History>): ReadonlyMap<string, ReadonlySet<History>> {
  const byKey = new Map<string, Set<History>>();
  for (const history of histories.values()) {
    for (const { jkt } of history) byKey.set(jkt, (byKey.get(jkt) ?? new Set()).add(history));
  }
  return byKey;
}
