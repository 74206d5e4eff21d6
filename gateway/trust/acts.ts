import type { Clock } from '../clock.ts';
import type { Database } from '../database.ts';
import { AppError } from '../errors.ts';
import { type FaultRule, faultAt } from '../faults.ts';
import type { CaseId } from '../ids.ts';
import type { Vault } from '../vault.ts';
import { readCompactJws } from './jws.ts';
import { openSigned } from './open.ts';
import type { Environment, KeyRegistry } from './registry.ts';
import * as store from './store.ts';
import type { Act, ActClaims, ActKind } from './types.ts';

export interface ActsDeps {
  readonly database: Database;
  readonly vault: Pick<Vault, 'caseIdOf' | 'seal' | 'unseal' | 'sealHere' | 'unsealHere'>;
  readonly clock: Clock;
  readonly registry: KeyRegistry;
  readonly env: Environment;
  readonly audience: string;
  readonly kinds: readonly ActKind[];
  /** Whether there was such a case, which ended. */
  wasErased(caseId: CaseId): Promise<boolean>;
}

/** Signed acts on record. Each one that leaves here was verified again: nothing runs on a stored belief. */
export interface Acts {
  /**
   * Puts an act on record, once: the same bytes again are the act that is there. `journal` must resolve only when the event is durable.
   * Throws E_REQ_SIG, E_REQ_SCHEMA, E_REQ_AUTHORITY, E_REQ_REPLAY (another installation, or its `jti` with other bytes), E_REQ_EXPIRED
   * (signed in the future), E_PRO_SILO (no such case here), E_RET_CLOSED (erased already), or what its kind throws.
   */
  present(compact: string, journal: (act: Act) => Promise<void>): Promise<Act>;
  /** Acts of a kind about one case, oldest first. */
  ofCase<T extends ActClaims>(caseId: CaseId, kind: ActKind<T>): Promise<readonly Act<T>[]>;
  /** Acts of a kind about the whole installation, oldest first. */
  ofInstallation<T extends ActClaims>(kind: ActKind<T>): Promise<readonly Act<T>[]>;
  /** The same without those whose authority is trusted no more: for a kind where one such act must not make all others unreadable. */
  trustedOfInstallation<T extends ActClaims>(kind: ActKind<T>): Promise<readonly Act<T>[]>;
}

const CLOCK_SKEW_SECONDS = 60;

const replayed = (pointer: string, rule: FaultRule): AppError =>
  new AppError('E_REQ_REPLAY', { faults: [faultAt('act', pointer, rule)] });

export function createActs(deps: ActsDeps): Acts {
  const { database, vault } = deps;
  const label = (jti: string): string => `act:${jti}`;

  function kindOf(compact: string): ActKind {
    const { typ } = readCompactJws(compact).header;
    const kind = deps.kinds.find((each) => each.typ === typ);
    if (kind === undefined) throw new AppError('E_REQ_SIG', { detail: 'typ is no act that is presented here' });
    return kind;
  }

  async function open<T extends ActClaims>(compact: string, kind: ActKind<T>, presentedAtMs: number): Promise<Act<T>> {
    const { claims, key, sha256 } = await openSigned(compact, kind.typ, kind.parse, deps.registry);
    if (claims.env !== deps.env) throw replayed('/env', 'elsewhere');
    if (claims.aud !== deps.audience) throw replayed('/aud', 'elsewhere');
    if (claims.iat > Math.floor(presentedAtMs / 1000) + CLOCK_SKEW_SECONDS) {
      throw new AppError('E_REQ_EXPIRED', { detail: 'signed in the future' });
    }
    kind.demandSigner(claims, key);
    const procedure = kind.procedureOf(claims);
    const caseId = procedure === undefined ? undefined : vault.caseIdOf(procedure);
    return { typ: kind.typ, claims, key, sha256, caseId, presentedAtMs };
  }

  async function insert(compact: string, act: Act, kind: ActKind, before: () => Promise<void>): Promise<void> {
    const { caseId, typ, presentedAtMs } = act;
    const { jti } = act.claims;
    if (caseId === undefined) {
      const row = { id: jti, typ, sealed: vault.sealHere(label(jti), compact), presentedAtMs };
      await database.inService(async (tx) => {
        await store.insertInstallationAct(tx, row);
        await kind.apply?.(act, tx);
        await before();
      });
      return;
    }
    const known = await database.inCase(caseId, (tx) => store.hasCase(tx, caseId));
    if (!known) {
      if (await deps.wasErased(caseId)) throw new AppError('E_RET_CLOSED');
      throw new AppError('E_PRO_SILO', { detail: 'no such case' });
    }
    const row = { id: jti, typ, sealed: await vault.seal(caseId, label(jti), compact), presentedAtMs };
    await database.inCase(caseId, async (tx) => {
      await store.insertCaseAct(tx, caseId, row);
      await kind.apply?.(act, tx);
      await before();
    });
  }

  async function stored(act: Act): Promise<string | undefined> {
    const { caseId } = act;
    const { jti } = act.claims;
    if (caseId === undefined) {
      const sealed = await database.inService((tx) => store.findInstallationAct(tx, jti));
      return sealed === undefined ? undefined : vault.unsealHere(label(jti), sealed).toString('utf8');
    }
    const sealed = await database.inCase(caseId, (tx) => store.findCaseAct(tx, jti));
    return sealed === undefined ? undefined : (await vault.unseal(caseId, label(jti), sealed)).toString('utf8');
  }

  async function listInstallation<T extends ActClaims>(kind: ActKind<T>): Promise<readonly Promise<Act<T>>[]> {
    const rows = await database.inService((tx) => store.listInstallationActs(tx, kind.typ));
    return rows.map(({ id, sealed, presentedAtMs }) =>
      open(vault.unsealHere(label(id), sealed).toString('utf8'), kind, presentedAtMs),
    );
  }

  return {
    async present(compact, journal) {
      const kind = kindOf(compact);
      const act = await open(compact, kind, deps.clock.nowMs());
      const before = await stored(act);
      if (before !== undefined && before !== compact) throw replayed('/jti', 'used');
      if (before === undefined) {
        await insert(compact, act, kind, () => journal(act));
        await kind.afterwards?.(act);
      } else {
        await journal(act);
      }
      return act;
    },
    async ofCase(caseId, kind) {
      const rows = await database.inCase(caseId, (tx) => store.listCaseActs(tx, kind.typ));
      const opened = rows.map(async ({ id, sealed, presentedAtMs }) => {
        const compact = (await vault.unseal(caseId, label(id), sealed)).toString('utf8');
        return await open(compact, kind, presentedAtMs);
      });
      return await Promise.all(opened);
    },
    ofInstallation: async (kind) => await Promise.all(await listInstallation(kind)),
    async trustedOfInstallation(kind) {
      const opened = (await listInstallation(kind)).map((act) => act.catch(unlessUntrusted));
      return (await Promise.all(opened)).filter((act) => act !== undefined);
    },
  };
}

// What was signed by a key that left the registry, or that was closed before it signed, counts for nothing.
function unlessUntrusted(error: unknown): undefined {
  if (!(error instanceof AppError && error.code.startsWith('E_REQ_'))) throw error;
}
