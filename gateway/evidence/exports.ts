import type { Database } from '../database.ts';
import { AppError } from '../errors.ts';
import { type CaseId, type ExportId, type HitId, newId, type ObjectId } from '../ids.ts';
import { type Page, type PageAsked, pageOfRows, rowsAsked } from '../pages.ts';
import type { Principal } from '../policy/types.ts';
import type { Requisition } from '../requisition/types.ts';
import type { Vault } from '../vault.ts';
import { createLimit } from './limit.ts';
import { buildPackage, demandValidated, type PackageDeps, type PackageInput } from './package.ts';
import { type Preview, previewPackage } from './preview.ts';
import * as store from './store.ts';
import type { LoadAnalysed, LoadedHit, LoadHit, PackageFile, StoredFile } from './types.ts';
import { vaultWriter } from './writers.ts';

export interface ExportsDeps extends PackageDeps {
  readonly database: Database;
  readonly vault: Pick<Vault, 'put' | 'get' | 'seal' | 'unseal' | 'remove'>;
  readonly loadHit: LoadHit;
  readonly loadAnalysed: LoadAnalysed;
  /** Hears of a package that could not be built. */
  readonly onError: (error: unknown) => void;
}

export interface ExportView {
  readonly id: ExportId;
  readonly state: store.ExportState;
  readonly failureCode?: string;
  readonly createdAt: string;
  readonly finishedAt?: string;
  /** Present when done: every file of the package, the manifest included. */
  readonly files?: readonly PackageFile[];
}

/** Packages of the cases: each is built in the background, one at a time, and lies sealed in the vault. */
export interface Exports {
  /** Starts a package of these hits; E_HUM_UNVALIDATED and E_PRO_QUOTA refuse it before anything is made. */
  start(requisition: Requisition, principal: Principal, hitIds: readonly HitId[], id?: ExportId): Promise<ExportView>;
  /** What a package of these hits would hold, and why it would be refused: nothing is made. */
  preview(requisition: Requisition, hitIds: readonly HitId[]): Promise<Preview>;
  read(requisition: Requisition, exportId: ExportId): Promise<ExportView>;
  /** Every export of the case, newest first, without its files. */
  list(requisition: Requisition, asked: PageAsked): Promise<Page<store.ListedExport>>;
  /** Bytes of one file of a finished package; E_PRO_SILO when it has none of this path. */
  file(requisition: Requisition, exportId: ExportId, path: string): Promise<{ bytes: Buffer; file: PackageFile }>;
  /** Gives up what is being built. */
  close(): Promise<void>;
}

const listLabel = (id: ExportId): string => `export:${id}`;

/** The files of a package, as its row keeps them sealed. */
export async function storedFiles(
  vault: Pick<Vault, 'unseal'>,
  caseId: CaseId,
  id: ExportId,
  sealed: Uint8Array,
): Promise<readonly StoredFile[]> {
  return JSON.parse((await vault.unseal(caseId, listLabel(id), sealed)).toString('utf8')) as readonly StoredFile[];
}

/** Finished packages of the case that hold a result of one of these exhibits, with their objects in the vault. */
export async function packagesOfExhibits(
  caseId: CaseId,
  exhibits: readonly string[],
  { database, vault }: Pick<ExportsDeps, 'database'> & { readonly vault: Pick<Vault, 'get' | 'unseal'> },
): Promise<readonly { readonly id: ExportId; readonly objects: readonly ObjectId[] }[]> {
  const found: { readonly id: ExportId; readonly objects: readonly ObjectId[] }[] = [];
  for (const { id, sealed } of await database.inCase(caseId, store.finishedExports)) {
    const files = await storedFiles(vault, caseId, id, sealed);
    const list = files.find(({ path }) => path === 'exhibits.json');
    const text = list === undefined ? '' : (await vault.get(caseId, list.object)).toString('utf8');
    if (exhibits.some((exhibit) => text.includes(exhibit)))
      found.push({ id, objects: files.map(({ object }) => object) });
  }
  return found;
}

export function createExports(deps: ExportsDeps): Exports {
  const { database, vault, clock } = deps;
  const running = new Map<ExportId, Promise<void>>();
  const oneAtATime = createLimit(1);
  const stop = new AbortController();

  async function build(requisition: Requisition, input: PackageInput): Promise<void> {
    const writer = vaultWriter(vault, requisition.caseId);
    try {
      await buildPackage(requisition, input, deps, writer, stop.signal);
      const sealed = await vault.seal(requisition.caseId, listLabel(input.exportId), JSON.stringify(writer.files));
      await database.inCase(requisition.caseId, (tx) => store.finishExport(tx, input.exportId, sealed, clock.nowMs()));
    } catch (error) {
      deps.onError(error);
      for (const { object } of writer.files) await vault.remove(requisition.caseId, object);
      await fail(requisition, input.exportId, error instanceof AppError ? error.code : 'E_INTERNAL');
    }
  }

  const fail = (requisition: Requisition, id: ExportId, code: string): Promise<void> =>
    database.inCase(requisition.caseId, (tx) => store.failExport(tx, id, code, clock.nowMs()));

  async function rowOf(requisition: Requisition, id: ExportId): Promise<store.ExportRow> {
    const find = () => database.inCase(requisition.caseId, (tx) => store.findExport(tx, id));
    let row = await find();
    if (row?.state === 'building' && !running.has(id)) {
      // Nobody builds it: the process that did was killed. An export is asked for again, never resumed, because it is signed whole.
      await fail(requisition, id, 'E_INTERNAL');
      row = await find();
    }
    if (row === undefined) throw new AppError('E_PRO_SILO', { detail: 'no such export in this case' });
    return row;
  }

  async function filesOf(requisition: Requisition, row: store.ExportRow): Promise<readonly StoredFile[]> {
    return row.sealed === undefined ? [] : storedFiles(vault, requisition.caseId, row.id, row.sealed);
  }

  async function read(requisition: Requisition, exportId: ExportId): Promise<ExportView> {
    const row = await rowOf(requisition, exportId);
    const files = await filesOf(requisition, row);
    return {
      id: row.id,
      state: row.state,
      createdAt: row.createdAt,
      ...(row.failureCode === undefined ? {} : { failureCode: row.failureCode }),
      ...(row.finishedAt === undefined ? {} : { finishedAt: row.finishedAt }),
      ...(row.state === 'done'
        ? { files: files.map(({ path, sha256, sizeBytes }) => ({ path, sha256, sizeBytes })) }
        : {}),
    };
  }

  return {
    async start(requisition, principal, hitIds, exportId = newId<ExportId>()) {
      const hits: LoadedHit[] = [];
      for (const hitId of hitIds) hits.push(await deps.loadHit(requisition, hitId));
      demandValidated(hits);
      const exhibits = await deps.loadAnalysed(requisition);
      if (hits.length === 0 && exhibits.length === 0) throw new AppError('E_JOB_NOT_DONE');
      await database.inCase(requisition.caseId, async (tx) => {
        const { jti, limits } = requisition.authorisation;
        if ((await store.countExports(tx, jti)) >= limits.max_exports) throw new AppError('E_PRO_QUOTA');
        const { caseId, id: requisitionId } = requisition;
        await store.insertExport(tx, { id: exportId, caseId, requisitionId, atMs: clock.nowMs() });
      });
      const built = oneAtATime(() => build(requisition, { exportId, principal, hits, exhibits }))
        .catch(deps.onError)
        .finally(() => running.delete(exportId));
      running.set(exportId, built);
      return read(requisition, exportId);
    },
    async preview(requisition, hitIds) {
      const { jti } = requisition.authorisation;
      const made = await database.inCase(requisition.caseId, (tx) => store.countExports(tx, jti));
      return previewPackage(requisition, hitIds, made, deps);
    },
    read,
    async list(requisition, asked) {
      const wanted = rowsAsked('exports', asked);
      const rows = await database.inCase(requisition.caseId, (tx) => store.pageOfExports(tx, wanted));
      return pageOfRows('exports', rows, asked);
    },
    async file(requisition, exportId, path) {
      const row = await rowOf(requisition, exportId);
      const stored = (await filesOf(requisition, row)).find((file) => file.path === path);
      if (stored === undefined) throw new AppError('E_PRO_SILO', { detail: 'no such file in this export' });
      const { object, ...file } = stored;
      return { bytes: await vault.get(requisition.caseId, object), file };
    },
    async close() {
      stop.abort(new AppError('E_INTERNAL', { detail: 'the gateway stops' }));
      await Promise.allSettled(running.values());
    },
  };
}
