import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import table from '../../policies/legal-frameworks.json' with { type: 'json' };
import { ADMISSION_TYP, ADMITTING_ROLES } from '../admission/admissions.ts';
import type { JsonValue } from '../canonical.ts';
import { type CommandIo, type ExitCode, UsageError } from '../command.ts';
import { AppError } from '../errors.ts';
import { GRANTED_BY } from '../habilitation/types.ts';
import { publicJwkOf } from '../trust/jws.ts';
import { AUTHORISATION_TYP, loadRegistry, SCHEDULE_TYP, type SignedType } from '../trust/registry.ts';
import { APPROVING_ROLES, REGISTRY_TYP } from '../trust/registry-change.ts';
import { isJsonObject, parseStrictJson } from '../trust/strict-json.ts';
import { writeDurably } from '../vault.ts';
import { CONTRARY_DECISION_TYP } from './contrary-decision.ts';
import { REVOCATION_LIST_TYP } from './revocation-list.ts';

type Loose = { readonly [name: string]: JsonValue };

// Who may sign what stands in the table of frameworks, and nowhere else.
const AUTHORISATION_SIGNERS = new Set(
  table.frameworks.flatMap(({ authorised_by }) => authorised_by.flatMap(({ signers }) => signers)),
);
const SCHEDULE_SIGNERS = new Set(table.schedule_signers);
/** Signs authorisations only where a framework deems them given: its usual token is the schedule. */
const DIRECTS = 'opj';
/** Judicial offices: their key signs all that their role may, unless `--signs` says less. */
const DECIDING: readonly string[] = ['procureur', 'juge_instruction', 'greffe'];
/** Who may sign what, by the role of the office; the usual type of every role but that one is the first that names it. */
const SIGNERS: readonly { readonly typ: SignedType; readonly roles: ReadonlySet<string> }[] = [
  { typ: AUTHORISATION_TYP, roles: AUTHORISATION_SIGNERS },
  { typ: SCHEDULE_TYP, roles: SCHEDULE_SIGNERS },
  // The two persons who answer for the installation (CPL-04).
  { typ: 'differe-dossier+jwt', roles: new Set(['responsable', 'dpo']) },
  { typ: 'differe-policies+jwt', roles: new Set(['responsable', 'dpo']) },
  { typ: 'differe-habilitation+jwt', roles: new Set(Object.values(GRANTED_BY).flat()) },
  // What a judicial office decides about its requisitions and its cases.
  { typ: REVOCATION_LIST_TYP, roles: new Set(table.revocation_signers) },
  { typ: CONTRARY_DECISION_TYP, roles: new Set(table.contrary_signers) },
  { typ: 'differe-order+jwt', roles: new Set([...DECIDING, 'magistrat_230_24']) },
  { typ: 'differe-closure+jwt', roles: new Set(DECIDING) },
  { typ: 'differe-extension+jwt', roles: new Set(DECIDING) },
  // The hierarchy, what it found in the sample of a month (CTL-06).
  { typ: 'differe-self-control+jwt', roles: new Set(['chef_de_service', 'responsable']) },
  { typ: ADMISSION_TYP, roles: new Set(ADMITTING_ROLES) },
  // Who enters requests of persons and their answers (RGT-02).
  {
    typ: 'differe-person-request+jwt',
    roles: new Set(['responsable', 'dpo', 'magistrat_230_24', 'procureur', 'greffe']),
  },
  { typ: REGISTRY_TYP, roles: new Set(APPROVING_ROLES) },
];
const TYPES: readonly string[] = SIGNERS.map(({ typ }) => typ);
/** Roles that a key of the registry may have. */
const ROLES = [...new Set(SIGNERS.flatMap(({ roles }) => [...roles]))];

/** For the usage: the roles and what their keys sign unless `--signs` says otherwise. */
export const ROLES_TEXT = `    ROLE: ${ROLES.join(', ')}
    TYP: ${TYPES.join(', ')};
    unless said, ${DIRECTS} signs schedules, responsable and dpo dossiers, technique admissions of models,
    chef_de_service and magistrat_230_24 habilitations; procureur, juge_instruction and greffe all that is theirs but schedules;
    they, magistrat_230_24, responsable and dpo changes of the registry as well
    (${DIRECTS} signs an authorisation only where it is deemed given in flagrance: --signs ${AUTHORISATION_TYP})`;

/**
 * Makes an Ed25519 key. stdout: the public JWK with `kid` and `jkt` when `--out` takes the private one, else the private JWK. With
 * `--registry` the public key is added to that JWKS file: the change that two persons have to make together in production. Throws
 * UsageError for an unknown role or token type, and for a file that exists.
 */
export async function keygenCommand(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      out: { type: 'string' },
      kid: { type: 'string' },
      iss: { type: 'string' },
      role: { type: 'string' },
      env: { type: 'string' },
      signs: { type: 'string', multiple: true },
      registry: { type: 'string' },
    },
  });
  const { iss, role, env, registry, out } = values;
  if (role !== undefined && !ROLES.includes(role)) throw new UsageError(`--role is one of ${ROLES.join(', ')}`);
  if (env !== undefined && env !== 'prod' && env !== 'test') throw new UsageError('--env is prod or test');
  const signs = readSigns(values.signs, role);
  const { pair, publicJwk, jkt } = await newPair();
  const kid = values.kid ?? jkt;
  const office = { ...(iss === undefined ? {} : { iss }), ...(env === undefined ? {} : { env }) };
  const privateJwk = { ...(await exportJWK(pair.privateKey)), kid, ...office };
  let registered: string | undefined;
  if (registry !== undefined) {
    const own = { iss: needed('--iss', iss), role: needed('--role', role), env: needed('--env', env) };
    registered = await withKey(registry, { ...publicJwk, kid, ...own, signs: [...signs] });
  }
  // The private key first: a registry never names a key that was not kept.
  if (out !== undefined) await keep(out, `${JSON.stringify(privateJwk, null, 2)}\n`);
  if (registry !== undefined && registered !== undefined) await writeDurably(registry, registered);
  io.out(JSON.stringify(out === undefined ? privateJwk : { ...publicJwk, kid, jkt }));
  return 0;
}

/** A key whose thumbprint can be its `kid`: names of the registry begin with a letter or a digit, one thumbprint in 32 does not. */
async function newPair() {
  for (;;) {
    const pair = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
    const publicJwk = publicJwkOf(await exportJWK(pair.publicKey));
    const jkt = await calculateJwkThumbprint(publicJwk);
    if (/^[A-Za-z0-9]/.test(jkt)) return { pair, publicJwk, jkt };
  }
}

function readSigns(given: readonly string[] | undefined, role: string | undefined): readonly SignedType[] {
  const first = SIGNERS.find(({ roles }) => role !== undefined && roles.has(role));
  const usual = role === DIRECTS ? SCHEDULE_TYP : (first?.typ ?? AUTHORISATION_TYP);
  // Who may approve a change of the registry can from the start (REQ-12): else nobody could ever make the first one. Judicial offices
  // sign all that is theirs but schedules, which are the officer's: what the registry does not give them at first would need a change by two offices.
  const own = SIGNERS.filter(({ roles }) => role !== undefined && roles.has(role)).map(({ typ }) => typ);
  const more =
    role !== undefined && DECIDING.includes(role)
      ? own.filter((typ) => typ !== SCHEDULE_TYP)
      : own.filter((typ) => typ === REGISTRY_TYP);
  return (given ?? [...new Set([usual, ...more])]).map((typ) => {
    const known = SIGNERS.find((each) => each.typ === typ);
    if (known === undefined) throw new UsageError(`--signs is one of ${TYPES.join(', ')}`);
    if (role !== undefined && !known.roles.has(role)) throw new UsageError(`${role} does not sign ${typ}`);
    return known.typ;
  });
}

function needed(option: string, value: string | undefined): string {
  if (value === undefined) throw new UsageError(`${option} is needed with --registry`);
  return value;
}

/** Writes a private key, never over a file that exists. */
async function keep(file: string, text: string): Promise<void> {
  await writeFile(file, text, { mode: 0o600, flag: 'wx' }).catch((cause: NodeJS.ErrnoException) => {
    throw cause.code === 'EEXIST' ? new UsageError(`${file} exists; not overwritten`, { cause }) : cause;
  });
}

/** The text of the registry with one key more. Throws UsageError where the gateway would not take it. */
async function withKey(file: string, key: Loose): Promise<string> {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return '{"keys":[]}';
    throw new UsageError(`Cannot read ${file}`, { cause });
  });
  try {
    const jwks = parseStrictJson(text);
    if (!isJsonObject(jwks) || !Array.isArray(jwks.keys)) throw new UsageError(`${file} is no JWKS`);
    const next = `${JSON.stringify({ keys: [...jwks.keys, key] }, null, 2)}\n`;
    loadRegistry(next, 'test');
    return next;
  } catch (cause) {
    if (cause instanceof SyntaxError) throw new UsageError(`${file} is no JWKS`, { cause });
    if (cause instanceof AppError) throw new UsageError(`${file} would not be accepted: ${cause.detail}`, { cause });
    throw cause;
  }
}
