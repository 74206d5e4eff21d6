import table from '../../policies/legal-frameworks.json' with { type: 'json' };
import { AppError } from '../errors.ts';
import { AUTHORISATION_TYP, SCHEDULE_TYP, SIGNED_TYPES, type SignedType } from './registry.ts';
import { ANSWERING, APPROVING_ROLES, REGISTRY_TYP } from './registry-change.ts';

/** One for the technique and one for the data protection admit a network, each of them once. */
export const ADMITTING_ROLES = ['technique', 'dpo'] as const;
/** Offices that habilitate somebody; whom each of them may is in `habilitation/types.ts`. */
export const HABILITATING_ROLES = [
  'chef_de_service',
  'procureur',
  'greffe',
  'juge_instruction',
  'magistrat_230_24',
  'responsable',
] as const;
/** Judicial offices, which authorise. */
const DECIDING = ['procureur', 'juge_instruction', 'greffe'];

/** Offices that may sign each kind of object. What the law says stands in the table of frameworks, and nowhere else. */
export const SIGNERS: Readonly<Record<SignedType, readonly string[]>> = {
  [AUTHORISATION_TYP]: [
    ...new Set(table.frameworks.flatMap(({ authorised_by }) => authorised_by.flatMap(({ signers }) => signers))),
  ],
  [SCHEDULE_TYP]: table.schedule_signers,
  // CPL-04: the two who answer for the installation.
  'differe-dossier+jwt': ANSWERING,
  'differe-policies+jwt': ANSWERING,
  'differe-admission+jwt': ADMITTING_ROLES,
  'differe-habilitation+jwt': HABILITATING_ROLES,
  'differe-revocation-list+jwt': table.revocation_signers,
  'differe-contrary-decision+jwt': table.contrary_signers,
  'differe-order+jwt': [...DECIDING, 'magistrat_230_24'],
  'differe-closure+jwt': DECIDING,
  'differe-extension+jwt': DECIDING,
  // The hierarchy, what it found in the sample of a month (CTL-06).
  'differe-self-control+jwt': ['chef_de_service', 'responsable'],
  // Who enters requests of persons and their answers (RGT-02).
  'differe-person-request+jwt': ['responsable', 'dpo', 'magistrat_230_24', 'procureur', 'greffe'],
  [REGISTRY_TYP]: APPROVING_ROLES,
};

/** Roles that a key of the registry may have. */
export const ROLES: readonly string[] = [...new Set(Object.values(SIGNERS).flat())];

/**
 * What the key of an office signs unless the registry says less: all that its role may, for what it does not give at first needs a change
 * by two offices. But schedules are the officer's, and an officer signs an authorisation only where a framework deems it given.
 */
export function usualTypesOf(role: string): readonly SignedType[] {
  const other = role === 'opj' ? AUTHORISATION_TYP : SCHEDULE_TYP;
  return SIGNED_TYPES.filter((typ) => SIGNERS[typ].includes(role) && typ !== other);
}

/**
 * Whether a private key is of an office that may sign this, as far as the key says whose it is (`role` and `signs`, as keygen writes them).
 * Throws E_KEY_OFFICE.
 */
export function demandOffice(key: Readonly<Record<string, unknown>>, typ: SignedType): void {
  const { kid = 'this key', role = 'no role', signs } = key;
  if (!Array.isArray(signs) || signs.includes(typ)) return;
  throw notOfOffice(typ, SIGNERS[typ], `${kid} (${role}) signs ${signs.join(', ')}`);
}

export const notOfOffice = (what: string, roles: readonly string[], whose: string): AppError =>
  new AppError('E_KEY_OFFICE', { detail: `${what} is signed by ${roles.join(', ')}; ${whose}` });
