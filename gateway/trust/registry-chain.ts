import type { JsonValue } from '../canonical.ts';
import type { Clock } from '../clock.ts';
import type { Database, Transaction } from '../database.ts';
import { AppError } from '../errors.ts';
import type { Vault } from '../vault.ts';
import type { AuthorityKey, Environment, KeyRegistry } from './registry.ts';
import {
  type Approval,
  changed,
  demandApprover,
  demandFounded,
  isApproved,
  openApproval,
  parseRegistryClaims,
  REGISTRY_TYP,
  type RegistryChange,
  type RegistryClaims,
  refusedRegistry,
  registryDigest,
  sameChange,
} from './registry-change.ts';
import * as head from './registry-store.ts';
import * as acts from './store.ts';
import type { ActKind } from './types.ts';

export interface RegistryChainDeps {
  readonly database: Pick<Database, 'inService'>;
  readonly vault: Pick<Vault, 'sealHere' | 'unsealHere'>;
  readonly clock: Clock;
  readonly env: Environment;
  readonly audience: string;
  readonly log: {
    size(): Promise<number>;
    record(seq: number): Promise<{ [key: string]: JsonValue } | undefined>;
  };
  /** Writes the event of a registry that comes into force; MUST NOT resolve before it is durable. Gives its number. */
  journal(change: {
    readonly before: string;
    readonly after: string;
    readonly acts: readonly string[];
  }): Promise<number>;
}

/** A change that somebody signed and that is not in force. */
export interface PendingChange {
  readonly change: RegistryChange;
  readonly approvals: readonly Approval[];
}

export interface RegistryState {
  /** Of the registry in force; undefined before the first. */
  readonly digest: string | undefined;
  readonly keys: readonly AuthorityKey[];
  readonly pending: readonly PendingChange[];
}

/** The registry of authorities of this installation: the first one, and every change that two offices signed (REQ-12). */
export interface RegistryChain {
  /** The keys that count now; changes as soon as a change is in force. */
  readonly registry: KeyRegistry;
  /** Another number after each change of `registry`, which stays the same object. */
  generation(): number;
  readonly kind: ActKind<RegistryClaims>;
  /**
   * At the start: takes the first registry from its file, or holds the file against what the approved changes on record lead to. Throws
   * E_KEY_REGISTRY where they differ; the keys that were approved count nevertheless, so that signed acts can be presented in safe mode.
   */
  open(file: { readonly registry: KeyRegistry; readonly founding: readonly string[] }): Promise<void>;
  /** Reads the approved changes again, without a file: what counts in safe mode when the file cannot be read. */
  refresh(): Promise<void>;
  /** As `refresh`, where the registry in force is not the one that was read last: another gateway took the change. One short query otherwise. */
  follow(): Promise<void>;
  state(): Promise<RegistryState>;
}

interface Replayed {
  readonly registry: KeyRegistry;
  readonly digest: string;
  readonly pending: readonly PendingChange[];
}

export function createRegistryChain(deps: RegistryChainDeps): RegistryChain {
  const { database, vault, log } = deps;
  const context = { env: deps.env, audience: deps.audience };
  const live = new Map<string, AuthorityKey>();
  const label = (jti: string): string => `act:${jti}`;

  let generation = 0;
  function use(registry: KeyRegistry): void {
    generation += 1;
    live.clear();
    for (const [kid, key] of registry) live.set(kid, key);
  }

  async function onRecord(tx: Transaction): Promise<readonly string[]> {
    const rows = await acts.listInstallationActs(tx, REGISTRY_TYP);
    return rows.map(({ id, sealed }) => vault.unsealHere(label(id), sealed).toString('utf8'));
  }

  /** Every signature on record, each opened by the registry that its change stands on. */
  async function replay(compacts: readonly string[]): Promise<Replayed | undefined> {
    let registry: KeyRegistry = new Map();
    let digest = registryDigest(registry);
    let isFirst = true;
    for (;;) {
      const next = await pendingOn(registry, digest, compacts, isFirst);
      const approved = next.find(({ approvals }) => isApproved(approvals, isFirst));
      if (approved === undefined) return isFirst ? undefined : { registry, digest, pending: next };
      registry = changed(registry, approved.change, { env: deps.env, atSeconds: latest(approved.approvals) });
      digest = approved.change.after;
      isFirst = false;
    }
  }

  async function pendingOn(
    registry: KeyRegistry,
    digest: string,
    compacts: readonly string[],
    isFirst: boolean,
  ): Promise<readonly PendingChange[]> {
    const pending: { readonly change: RegistryChange; readonly approvals: Approval[] }[] = [];
    for (const compact of compacts) {
      const { change, iat } = unverified(compact);
      if (change.before !== digest) continue;
      // The first registry is signed by keys of its own.
      const signers = isFirst ? changed(registry, change, { env: deps.env, atSeconds: iat }) : registry;
      const approval = await openApproval(compact, signers, context).catch(unlessRefused);
      if (approval === undefined) continue;
      const known = pending.find((each) => sameChange(each.change, change));
      if (known === undefined) pending.push({ change, approvals: [approval] });
      else known.approvals.push(approval);
    }
    return pending;
  }

  async function refresh(): Promise<void> {
    const { compacts, at } = await database.inService(async (tx) => ({
      compacts: await onRecord(tx),
      at: await head.findHead(tx),
    }));
    const replayed = await replay(compacts);
    use(replayed?.registry ?? new Map());
    if (replayed?.digest === at?.digest) return;
    use(new Map());
    throw refusedRegistry('the changes on record do not lead to the registry that was in force');
  }

  async function follow(): Promise<void> {
    const at = await database.inService((tx) => head.findHead(tx));
    if (at?.digest !== (live.size === 0 ? undefined : registryDigest(live))) await refresh();
  }

  async function found(registry: KeyRegistry, founding: readonly string[]): Promise<void> {
    const approvals = await demandFounded(registry, founding, context);
    const size = await log.size();
    if ((await newestIn(log, 0, size)) !== undefined)
      throw refusedRegistry('the journal knows a registry, and this database none');
    const digest = registryDigest(registry);
    await database.inService(async (tx) => {
      for (const [at, { jti }] of approvals.entries()) {
        const sealed = vault.sealHere(label(jti), founding[at] ?? '');
        await acts.insertInstallationAct(tx, { id: jti, typ: REGISTRY_TYP, sealed, presentedAtMs: deps.clock.nowMs() });
      }
      const before = registryDigest(new Map());
      const recordSeq = await deps.journal({ before, after: digest, acts: approvals.map(({ jti }) => jti) });
      await head.insertHead(tx, { digest, recordSeq, journalRead: recordSeq + 1 });
    });
    use(registry);
  }

  /** What the journal says was in force last must be what the database says: neither can be put back alone. */
  async function demandJournal(at: head.RegistryHead): Promise<void> {
    const size = await log.size();
    const record = await log.record(at.recordSeq);
    // A record below the end that is gone was purged, years after.
    const holds = record === undefined ? at.recordSeq < size : digestOf(record) === at.digest;
    if (!holds) throw refusedRegistry('the journal has no record of the registry that was in force');
    const newest = await newestIn(log, at.journalRead > size ? 0 : at.journalRead, size);
    if (newest !== undefined && newest !== at.digest)
      throw refusedRegistry('the journal knows a later registry: present the signatures of its change again');
    await database.inService((tx) => head.setJournalRead(tx, size));
  }

  const kind: ActKind<RegistryClaims> = {
    typ: REGISTRY_TYP,
    parse: parseRegistryClaims,
    procedureOf: () => undefined,
    demandSigner: (_claims, key) => demandApprover(key),
    async apply({ claims }, tx) {
      const at = await head.findHead(tx, 'change');
      if (at === undefined) throw refusedRegistry('there is no first registry');
      if (claims.change.before !== at.digest) throw refusedRegistry('the change was made on another registry');
      changed(live, claims.change, { env: deps.env, atSeconds: claims.iat });
      const pending = await pendingOn(live, at.digest, await onRecord(tx), false);
      const own = pending.find(({ change }) => sameChange(change, claims.change));
      if (own === undefined || !isApproved(own.approvals, false)) return;
      const { before, after } = claims.change;
      const recordSeq = await deps.journal({ before, after, acts: own.approvals.map(({ jti }) => jti) });
      await head.moveHead(tx, after, recordSeq);
    },
    afterwards: refresh,
  };

  return {
    registry: live,
    generation: () => generation,
    kind,
    async open({ registry, founding }) {
      const at = await database.inService((tx) => head.findHead(tx));
      if (at === undefined) {
        await found(registry, founding);
        return;
      }
      await refresh();
      await demandJournal(at);
      if (registryDigest(registry) !== at.digest)
        throw refusedRegistry('DIFFERE_AUTHORITIES is not the registry that two offices approved');
    },
    refresh,
    follow,
    async state() {
      const replayed = await replay(await database.inService(onRecord));
      return {
        digest: replayed?.digest,
        keys: [...(replayed?.registry.values() ?? [])],
        pending: replayed?.pending ?? [],
      };
    },
  };
}

function unverified(compact: string): { readonly change: RegistryChange; readonly iat: number } {
  const payload = Buffer.from(compact.split('.')[1] ?? '', 'base64url').toString('utf8');
  const { change, iat } = parseRegistryClaims(JSON.parse(payload) as JsonValue);
  return { change, iat };
}

const latest = (approvals: readonly Approval[]): number => Math.max(...approvals.map(({ iat }) => iat));

// A signature on record that holds no more, because its key ended meanwhile, approves nothing; it does not keep the rest from being read.
function unlessRefused(error: unknown): undefined {
  if (!(error instanceof AppError && (error.code.startsWith('E_REQ_') || error.code === 'E_KEY_REGISTRY'))) throw error;
}

export const CHANGED = 'registry.changed';

function digestOf(record: { readonly [key: string]: JsonValue }): string | undefined {
  if (record.action !== CHANGED || !Array.isArray(record.objects)) return undefined;
  const digests = record.objects.filter(
    (object): object is { readonly type: 'digest'; readonly id: string } =>
      typeof object === 'object' && object !== null && 'type' in object && object.type === 'digest',
  );
  // Before and after, in that order.
  return digests.at(-1)?.id;
}

/** Digest of the newest registry that the journal names from one record on. */
async function newestIn(log: RegistryChainDeps['log'], from: number, size: number): Promise<string | undefined> {
  let newest: string | undefined;
  for (let seq = from; seq < size; seq++) {
    const record = await log.record(seq);
    newest = (record === undefined ? undefined : digestOf(record)) ?? newest;
  }
  return newest;
}
