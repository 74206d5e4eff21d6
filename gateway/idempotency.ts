import type { FastifyInstance, FastifyRequest } from 'fastify';
import { sha256Hex } from './canonical.ts';
import type { Clock } from './clock.ts';
import type { Database, Transaction } from './database.ts';
import { AppError } from './errors.ts';
import * as store from './idempotency-store.ts';
import { type CaseId, newId } from './ids.ts';
import type { Vault } from './vault.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route honours Idempotency-Key: its handler makes what it makes by `request.once`. */
    idempotent?: true;
  }
  interface FastifyRequest {
    /**
     * Makes something once for each Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): the same key with the same request reads
     * again what the first one made. Without the header it is made. E_IDEMPOTENCY_KEY, E_IDEMPOTENCY_REUSED, E_IDEMPOTENCY_BUSY.
     */
    once<T>(work: Once<T>): Promise<T>;
  }
}

export interface Once<T> {
  /** Where `takesId`, under this id and no other: so a second attempt finds, or runs into, what a first one made before it died. */
  make(id: string): Promise<T>;
  readonly takesId?: true;
  /** Id of what was made, by which it is read again; no content. */
  idOf(made: T): string;
  read(id: string): Promise<T>;
  /** What the request says, where that is not its body. */
  readonly said?: unknown;
}

export interface IdempotencyDeps {
  readonly database: Pick<Database, 'inCase' | 'inService'>;
  readonly vault: Pick<Vault, 'seal' | 'unseal' | 'sealHere' | 'unsealHere'>;
  readonly clock: Clock;
  /** How often a request that runs says so. */
  readonly renewMs?: number;
}

const KEPT_MS = 24 * 3_600_000;
/**
 * A request that runs says so in this interval; one that has been silent for so long died with its process, and until then nobody can
 * tell. A process that was frozen for longer and goes on finds what was made meanwhile: under the same id, or once by rules of its own.
 */
const RENEW_MS = 4_000;
const DEAD_MS = 20_000;

interface Kept {
  readonly request: string;
  /** What was made. */
  readonly id?: string;
  /** What it was to be made as, said before it was. */
  readonly planned?: string;
}

/** Puts `request.once` on the application. Keys count for one case and one proven key. */
export function installIdempotency(app: FastifyInstance, deps: IdempotencyDeps): void {
  const { database, vault, clock, renewMs = RENEW_MS } = deps;
  const within = <T>(scope: store.Scope, work: (tx: Transaction) => Promise<T>): Promise<T> =>
    scope === undefined ? database.inService(work) : database.inCase(scope, work);
  const label = (keySha256: string): string => `idempotency:${keySha256}`;
  const seal = async (scope: store.Scope, key: string, kept: Kept): Promise<Buffer> =>
    scope === undefined
      ? vault.sealHere(label(key), JSON.stringify(kept))
      : await vault.seal(scope, label(key), JSON.stringify(kept));
  const unseal = async (scope: store.Scope, key: string, sealed: Buffer): Promise<Kept> => {
    const plain =
      scope === undefined ? vault.unsealHere(label(key), sealed) : await vault.unseal(scope, label(key), sealed);
    return JSON.parse(plain.toString('utf8')) as Kept;
  };

  app.decorateRequest('once', async function once<T>(this: FastifyRequest, work: Once<T>): Promise<T> {
    const header = this.headers['idempotency-key'];
    if (header === undefined) return await work.make(newId());
    const scope: CaseId | undefined = this.authority?.caseId;
    const key = sha256Hex(`${this.thumbprint ?? '-'}\n${keyOf(header)}`);
    const request = sha256Hex(`${this.method} ${this.url}\n${JSON.stringify(work.said ?? this.body ?? null)}`);
    const nowMs = clock.nowMs();
    let planned: string = newId();
    const claim = await within(scope, async (tx) =>
      store.claimKey(tx, scope, {
        keySha256: key,
        sealed: await seal(scope, key, { request, planned }),
        nowMs,
        forgetBeforeMs: nowMs - KEPT_MS,
        deadBeforeMs: nowMs - DEAD_MS,
      }),
    );
    if (claim === 'taken') {
      const row = await within(scope, (tx) => store.findKey(tx, scope, key));
      // Given back between the two looks: the first request made nothing.
      if (row === undefined) throw new AppError('E_IDEMPOTENCY_BUSY');
      const kept = await unseal(scope, key, row.sealed);
      if (kept.request !== request) throw new AppError('E_IDEMPOTENCY_REUSED');
      if (!row.done || kept.id === undefined) throw new AppError('E_IDEMPOTENCY_BUSY');
      return await work.read(kept.id);
    }
    const renewing = setInterval(() => {
      within(scope, (tx) => store.renewKey(tx, scope, key, clock.nowMs())).catch(() => undefined);
    }, renewMs).unref();
    let made: T;
    try {
      const died = claim === 'new' ? undefined : await unseal(scope, key, claim.sealed);
      if (died !== undefined && died.request !== request) throw new AppError('E_IDEMPOTENCY_REUSED');
      planned = died?.planned ?? planned;
      const found = died !== undefined && work.takesId ? await unlessAbsent(work.read(planned)) : undefined;
      made = found ?? (await work.make(planned));
    } catch (error) {
      await within(scope, (tx) => store.dropKey(tx, scope, key)).catch(() => undefined);
      throw error;
    } finally {
      clearInterval(renewing);
    }
    const sealed = await seal(scope, key, { request, id: work.idOf(made) });
    await within(scope, (tx) => store.keepKey(tx, scope, key, sealed));
    return made;
  });
}

/** Undefined for what does not exist: then the request died before it made anything. */
async function unlessAbsent<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof AppError && error.status === 404) return undefined;
    throw error;
  }
}

/** The key of the header: a quoted string as the draft has it, or bare. */
function keyOf(header: string | string[]): string {
  const key = typeof header === 'string' ? header.replace(/^"(.*)"$/, '$1') : '';
  if (!/^[\x21-\x7e]{1,128}$/.test(key)) throw new AppError('E_IDEMPOTENCY_KEY');
  return key;
}
