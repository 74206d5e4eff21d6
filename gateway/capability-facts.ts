import path from 'node:path';
import { loadCropModel } from './analysis/crop-namer.ts';
import { CARD_FOLDER, findModels } from './analysis/models.ts';
import { detectorOf } from './analysis/sight.ts';
import { type JsonValue, sha256Hex } from './canonical.ts';
import { type Capability, type CapableModel, orderedCapability } from './compliance/capability.ts';
import { readLockFile } from './compliance/lock-file.ts';
import { type CapableConfig, CONFIG_KEYS } from './config.ts';
import type { CaseId } from './ids.ts';
import { buildInertApp } from './inert-app.ts';
import { decide } from './policy/decide.ts';
import { POLICIES, POLICY_TEXTS } from './policy/policies.ts';
import { ACTIONS, type Action, OPS, ROLES, type Role } from './policy/types.ts';
import { CAP_YEARS, CLOSURE_MS, DAY_MS, EXTENSION_YEARS, QUARANTINE_MS } from './retention/term.ts';
import { SOFTWARE } from './software.ts';
import { CLASSES, COLOURS, KNOWN_LABELS } from './vocabulary.ts';

/** How long what is kept (CPL-05); a year as 365 days, which tells one build from another and is no deadline. */
const RETENTION_DAYS = {
  case: CAP_YEARS * 365,
  extension: EXTENSION_YEARS * 365,
  afterClosure: CLOSURE_MS / DAY_MS,
  quarantine: QUARANTINE_MS / DAY_MS,
} as const;

/** What a gateway of this configuration can do; `routes` and `models` are those of the running one. */
export function capabilityOf(
  config: CapableConfig,
  routes: readonly string[],
  models: readonly CapableModel[],
): Capability {
  return orderedCapability({
    ops: OPS,
    classes: CLASSES,
    colours: COLOURS,
    knownLabels: KNOWN_LABELS,
    routes,
    roles: ROLES,
    roleMatrix: roleMatrix(),
    models,
    packages: readLockFile().map(({ name, version }) => `${name}@${version}`),
    exposure: exposureOf(config),
    retentionDays: RETENTION_DAYS,
    permits: rulesThat('permit'),
    bans: rulesThat('forbid'),
    configKeys: Object.keys(CONFIG_KEYS),
  });
}

/** The same without a running gateway: routes of an application with nothing behind it, models as they lie in their folders. */
export async function plannedCapability(config: CapableConfig): Promise<Capability> {
  const app = await buildInertApp(SOFTWARE.version);
  try {
    return capabilityOf(config, app.routeList, await modelsOf(config));
  } finally {
    await app.close();
  }
}

/** The OpenAPI document of this build. */
export async function describedInterface(): Promise<JsonValue> {
  const app = await buildInertApp(SOFTWARE.version);
  try {
    return JSON.parse(JSON.stringify(app.describe())) as JsonValue;
  } finally {
    await app.close();
  }
}

/** The networks that a gateway of this configuration runs: the shipped classifier and the detector that it would choose. */
export async function modelsOf(config: CapableConfig): Promise<readonly CapableModel[]> {
  const found = await findModels({
    cardFolders: [CARD_FOLDER, ...config.modelFolders],
    weightFolders: config.modelFolders,
  });
  const { card } = await loadCropModel(path.join(CARD_FOLDER, 'street-crop'));
  return cardsOf(detectorOf(found, config.detector)?.card, card);
}

/** What a manifest says of networks; a card without a digest is of no network in hand. */
export const cardsOf = (
  ...cards: readonly (
    | { readonly name: string; readonly sha256?: string; readonly labels: readonly string[] }
    | undefined
  )[]
): readonly CapableModel[] =>
  cards.flatMap((card) =>
    card?.sha256 === undefined ? [] : [{ name: card.name, sha256: card.sha256, labels: card.labels }],
  );

/** Rules by id and digest of their text: another text is another rule, and a ban that changed is a ban that is gone. */
const rulesThat = (effect: 'permit' | 'forbid'): readonly string[] =>
  POLICIES.policies
    .filter((policy) => policy.effect === effect)
    .map(({ id }) => `${id} ${sha256Hex(POLICY_TEXTS.find((each) => each.id === id)?.text ?? '')}`);

/** Every act that the rules permit a role which holds all that can be held. */
function roleMatrix(): readonly string[] {
  const caseId = '00000000-0000-8000-8000-000000000000' as CaseId;
  const authority = {
    requisitionId: '-',
    caseId,
    procedure: '-',
    ops: OPS,
    notBefore: 0,
    expires: 1,
    agentDesignated: true,
    revoked: false,
    magistrateSeized: true,
  };
  const isPermitted = (role: Role, action: Action): boolean =>
    decide(
      {
        principal: { role, agentId: 'any', service: 'any', habilitation: 'in_force' },
        action,
        caseId,
        extraOps: [],
        authority,
        nowSeconds: 0,
      },
      POLICIES,
    ).effect === 'permit';
  const actions = Object.keys(ACTIONS) as Action[];
  return ROLES.flatMap((role) =>
    actions.filter((action) => isPermitted(role, action)).map((action) => `${role} ${action}`),
  );
}

function exposureOf(config: CapableConfig): readonly string[] {
  const { host, port, metricsPort, tls, origin, databaseUrl, witnessesFile, workersFile, vault } = config;
  const portText = (number: number): string => (number === 0 ? 'any free port' : String(number));
  return [
    `api ${tls === undefined ? 'http' : 'https'} ${host} ${portText(port)}`,
    `operators http ${host} ${portText(metricsPort)}`,
    ...(origin === undefined ? [] : [`proxy ${origin}`]),
    ...(witnessesFile === undefined ? [] : ['calls the witnesses of DIFFERE_WITNESSES']),
    ...(workersFile === undefined ? [] : ['gives segments to the workers of DIFFERE_WORKERS']),
    ...(vault === undefined ? [] : [`keeps sealed objects at ${vault.endpoint} in ${vault.bucket}/${vault.prefix}`]),
    databaseUrl === undefined ? 'database embedded' : 'database of another server',
  ];
}
