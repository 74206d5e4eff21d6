import type { HabilitationStanding, Role } from '../policy/types.ts';
import type { HABILITATING_ROLES } from '../trust/signers.ts';
import type { ActClaims } from '../trust/types.ts';

/** Roles of HAB-01 that somebody can be habilitated for. */
export const HABILITATED_ROLES = [
  'agent_habilite',
  'magistrat_parquet',
  'magistrat_instructeur',
  'procureur_controle',
  'magistrat_230_24',
  'admin_technique',
  'dpo',
  'conformite',
] as const satisfies readonly Role[];
export type HabilitatedRole = (typeof HABILITATED_ROLES)[number];

/** Whose keys habilitate for a role: chiefs of service for agents (R. 40-39), the magistrates' own offices, the controller for the rest. */
export const GRANTED_BY: Readonly<Record<HabilitatedRole, readonly (typeof HABILITATING_ROLES)[number][]>> = {
  agent_habilite: ['chef_de_service'],
  magistrat_parquet: ['procureur', 'greffe'],
  procureur_controle: ['procureur', 'greffe'],
  magistrat_instructeur: ['juge_instruction', 'greffe'],
  magistrat_230_24: ['magistrat_230_24'],
  admin_technique: ['responsable'],
  dpo: ['responsable'],
  conformite: ['responsable'],
};

/** What an agent may be given access to ("nature des données", R. 40-39 CPP). */
export const NATURES = ['enregistrements', 'resultats', 'journal'] as const;
export type Nature = (typeof NATURES)[number];

/**
 * Claims of `differe-habilitation+jwt`: one person, one key, one role, for a time. Seconds since the epoch. The act with the latest `iat`
 * about a person is the one that counts; one with `revoked_at` withdraws.
 */
export interface HabilitationClaims extends ActClaims {
  readonly agent: { readonly id: string; readonly service: string; readonly name_ref: string };
  readonly role: HabilitatedRole;
  /** RFC 7638 thumbprint of the person's own key: nobody else's (HAB-06). */
  readonly jkt: string;
  /** Who habilitates: the role of the key that signs, and the reference of the written act. */
  readonly authority: { readonly role: string; readonly ref: string };
  readonly natures: readonly Nature[];
  /** When the agent was trained in the tool, the law and the biases of such analyses (HUM-04). */
  readonly training: { readonly tool_at?: number; readonly law_at?: number; readonly bias_at?: number };
  /** Of magistrates bound to one. */
  readonly jurisdiction?: string;
  readonly granted_at: number;
  /** First second after its end; twelve months after `granted_at` at the latest (HAB-08). */
  readonly until: number;
  readonly revoked_at?: number;
}

/** Who holds a key, by the register. */
export interface Holder {
  readonly agentId: string;
  readonly service: string;
  readonly role: HabilitatedRole;
  readonly jurisdiction: string | undefined;
  readonly standing: HabilitationStanding;
}

/** An agent as a schedule names him. */
export interface NamedAgent {
  readonly id: string;
  readonly service: string;
  readonly habilitation_ref: string;
  readonly jkt: string;
}

/** The register as it stood when memory was last brought up to date: pure look-ups, for what decides at every request and every second. */
export interface Register {
  /** Reads what was presented since, here or in another process. At most a second old afterwards. */
  refresh(): Promise<void>;
  /** Whose key this is; undefined when it is nobody's, or the register has it for two persons. */
  holderOf(jkt: string): Holder | undefined;
  /** Whether an agent of a schedule is habilitated: by this id, in this service, with this key, under a reference on record. */
  standingOf(agent: NamedAgent): HabilitationStanding;
  /** The best standing among several. */
  bestOf(agents: readonly NamedAgent[]): HabilitationStanding;
}
