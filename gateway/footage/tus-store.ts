import type { Readable } from 'node:stream';
import { DataStore, Upload } from '@tus/utils';
import type { ExhibitId } from '../ids.ts';
import type { Requisition } from '../requisition/types.ts';
import { type DepositDeps, type Depositor, dropDeposit, findDeposit, openDeposit } from './deposit.ts';
import { receiveBytes } from './receive.ts';

/** What tus writes to, for one request: the vault, under the requisition that the request was made with. */
export class DepositStore extends DataStore {
  readonly #requisition: Requisition;
  readonly #depositor: Depositor;
  readonly #deps: DepositDeps;

  constructor(requisition: Requisition, depositor: Depositor, deps: DepositDeps) {
    super();
    this.#requisition = requisition;
    this.#depositor = depositor;
    this.#deps = deps;
    this.extensions = ['creation', 'creation-with-upload', 'termination'];
  }

  override async create(upload: Upload): Promise<Upload> {
    const declaration = { id: upload.id as ExhibitId, sizeBytes: upload.size, metadata: upload.metadata ?? {} };
    await openDeposit(this.#requisition, declaration, this.#deps);
    return upload;
  }

  override async getUpload(id: string): Promise<Upload> {
    const { lengthBytes, offsetBytes, createdAtMs } = await findDeposit(this.#requisition, id as ExhibitId, this.#deps);
    return new Upload({
      id,
      size: lengthBytes,
      offset: offsetBytes,
      creation_date: new Date(createdAtMs).toISOString(),
    });
  }

  override write(bytes: Readable, id: string, offsetBytes: number): Promise<number> {
    const from = { id: id as ExhibitId, offsetBytes, bytes };
    return this.#deps.locks.hold(id, receiveBytes(this.#requisition, this.#depositor, from, this.#deps));
  }

  override async remove(id: string): Promise<void> {
    await dropDeposit(this.#requisition, id as ExhibitId, this.#deps);
  }
}
