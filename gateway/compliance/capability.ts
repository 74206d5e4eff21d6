import { canonicalJson, sha256Hex } from '../canonical.ts';

/** One network that the installation runs, with every label that it can say. A type, so that it is JSON for the compiler. */
export type CapableModel = {
  readonly name: string;
  /** Of the ONNX file. */
  readonly sha256: string;
  readonly labels: readonly string[];
};

/**
 * What this installation can do, whoever asks: the sentence that an update must not make longer (FACE-13). Lists are sets in
 * alphabetical order. A type as well.
 */
export type Capability = {
  readonly ops: readonly string[];
  readonly classes: readonly string[];
  readonly colours: readonly string[];
  /** Labels that a network may know and the reducer drops. */
  readonly knownLabels: readonly string[];
  /** `METHOD url action`. */
  readonly routes: readonly string[];
  readonly roles: readonly string[];
  /** `role action` of each act that the rules can permit the role. */
  readonly roleMatrix: readonly string[];
  /** SHA-256 of the canonical role matrix, for a person who compares two papers. */
  readonly roleMatrixSha256: string;
  readonly models: readonly CapableModel[];
  /** `name@version` of the lock file, what tests use included. */
  readonly packages: readonly string[];
  /** Listeners and connections, one a line. */
  readonly exposure: readonly string[];
  /** Days, by what is kept. */
  readonly retentionDays: { readonly [what: string]: number };
  /** Rules, `id digest` each: what the installation may lose are permits, what it may gain are bans. */
  readonly permits: readonly string[];
  readonly bans: readonly string[];
  readonly configKeys: readonly string[];
};

export const capabilityDigest = (capability: Capability): string => sha256Hex(canonicalJson(capability));

export const modelSetDigest = (models: readonly CapableModel[]): string => sha256Hex(canonicalJson(models));

/** The same capability with every list in order and without repetition, so that its digest says the set and not the sequence. */
export function orderedCapability(facts: Omit<Capability, 'roleMatrixSha256'>): Capability {
  const roleMatrix = asSet(facts.roleMatrix);
  return {
    ops: asSet(facts.ops),
    classes: asSet(facts.classes),
    colours: asSet(facts.colours),
    knownLabels: asSet(facts.knownLabels),
    routes: asSet(facts.routes),
    roles: asSet(facts.roles),
    roleMatrix,
    roleMatrixSha256: sha256Hex(canonicalJson(roleMatrix)),
    models: facts.models
      .map(({ name, sha256, labels }) => ({ name, sha256, labels: asSet(labels) }))
      .toSorted((a, b) => (`${a.name} ${a.sha256}` < `${b.name} ${b.sha256}` ? -1 : 1)),
    packages: asSet(facts.packages),
    exposure: asSet(facts.exposure),
    retentionDays: facts.retentionDays,
    permits: asSet(facts.permits),
    bans: asSet(facts.bans),
    configKeys: asSet(facts.configKeys),
  };
}

const asSet = (words: readonly string[]): readonly string[] => [...new Set(words)].toSorted();

export interface CapabilityDrift {
  /** What the second can and the first cannot, in words for the operator. */
  readonly wider: readonly string[];
  readonly narrower: readonly string[];
}

/**
 * What changed from an approved capability to another one. A rule that forbids and is gone makes it wider, like anything else that
 * was not there before; so does whatever is kept for longer, or in a kind that was not named.
 */
export function compareCapability(approved: Capability, running: Capability): CapabilityDrift {
  const [before, after] = [linesOf(approved), linesOf(running)];
  const bans = (capability: Capability): ReadonlySet<string> => new Set(capability.bans.map((id) => `ban ${id}`));
  const [bansBefore, bansAfter] = [bans(approved), bans(running)];
  const keptLonger = (from: Capability, to: Capability): readonly string[] =>
    Object.entries(to.retentionDays)
      .filter(([what, days]) => days > (from.retentionDays[what] ?? Number.NEGATIVE_INFINITY))
      .map(([what, days]) => `retention ${what}: ${days} days instead of ${from.retentionDays[what] ?? 'none'}`);
  return {
    wider: [...minus(after, before), ...minus(bansBefore, bansAfter), ...keptLonger(approved, running)],
    narrower: [...minus(before, after), ...minus(bansAfter, bansBefore), ...keptLonger(running, approved)],
  };
}

function linesOf(capability: Capability): ReadonlySet<string> {
  const { models } = capability;
  return new Set([
    ...capability.ops.map((op) => `operation ${op}`),
    ...capability.classes.map((name) => `class ${name}`),
    ...capability.colours.map((name) => `colour ${name}`),
    ...capability.knownLabels.map((label) => `known label ${label}`),
    ...capability.routes.map((route) => `route ${route}`),
    ...capability.roles.map((role) => `role ${role}`),
    ...capability.roleMatrix.map((pair) => `right ${pair}`),
    ...models.map(({ name, sha256 }) => `model ${name} ${sha256}`),
    ...models.flatMap(({ name, labels }) => labels.map((label) => `label ${label} of model ${name}`)),
    ...capability.packages.map((name) => `package ${name}`),
    ...capability.exposure.map((line) => `exposure ${line}`),
    ...capability.permits.map((id) => `permit ${id}`),
    ...capability.configKeys.map((key) => `configuration key ${key}`),
  ]);
}

const minus = (one: ReadonlySet<string>, other: ReadonlySet<string>): readonly string[] =>
  [...one].filter((line) => !other.has(line)).toSorted();
