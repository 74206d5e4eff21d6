import type { Readable } from 'node:stream';
import { AppError } from '../errors.ts';
import type { ExhibitId } from '../ids.ts';
import type { Requisition } from '../requisition/types.ts';
import { CHUNK_BYTES, type ObjectWriter } from '../sealed-objects.ts';
import { type DepositDeps, type Depositor, findDeposit } from './deposit.ts';
import { sealDeposit } from './seal-deposit.ts';
import * as store from './store.ts';

/** Bytes after which what was written is made durable and acknowledged, within one long request. */
const COMMIT_BYTES = 64 * CHUNK_BYTES;

/**
 * Takes the bytes of one PATCH and returns the offset that is now acknowledged. tus 1.0: "The Server MUST NOT acknowledge bytes that it
 * has not stored": only whole sealed chunks count, and only once they are on disk, so the offset may fall behind what was sent. The last
 * chunk is acknowledged together with the seal of the exhibit: an offset that says "all" says "sealed". Throws E_UPLOAD_CHUNK when a
 * PATCH that does not reach the end makes no whole chunk, E_UPLOAD_OFFSET when the upload stands elsewhere, and what sealing throws.
 */
export async function receiveBytes(
  requisition: Requisition,
  depositor: Depositor,
  from: { readonly id: ExhibitId; readonly offsetBytes: number; readonly bytes: Readable },
  deps: DepositDeps,
): Promise<number> {
  const upload = await findDeposit(requisition, from.id, deps);
  const { exhibit, lengthBytes } = upload;
  if (exhibit.state !== 'receiving' || upload.offsetBytes !== from.offsetBytes) throw new AppError('E_UPLOAD_OFFSET');
  const lastChunkAt = (Math.ceil(lengthBytes / CHUNK_BYTES) - 1) * CHUNK_BYTES;
  let committed = upload.offsetBytes;
  const writer = await deps.vault.writer(exhibit.caseId, exhibit.object, lengthBytes, committed);

  const commit = async (): Promise<void> => {
    await writer.sync();
    const durable = Math.min(writer.sealedBytes, lastChunkAt);
    if (durable === committed) return;
    const moved = await deps.database.inCase(exhibit.caseId, (tx) => store.moveOffset(tx, from.id, committed, durable));
    if (!moved) throw new AppError('E_UPLOAD_BUSY', { detail: 'another process moved the offset' });
    committed = durable;
  };

  try {
    try {
      for await (const _ of wholeChunks(from.bytes, writer, lengthBytes)) {
        deps.locks.alive(from.id);
        if (writer.sealedBytes - committed >= COMMIT_BYTES) await commit();
      }
    } finally {
      // Also when the client went away: what is whole and on disk need not be sent again.
      await commit();
    }
  } finally {
    await writer.close();
  }
  if (writer.sealedBytes === lengthBytes) {
    await sealDeposit(requisition, depositor, upload, deps);
    return lengthBytes;
  }
  if (committed === upload.offsetBytes) throw new AppError('E_UPLOAD_CHUNK');
  return committed;
}

/** Gathers what arrives into chunks of the vault and seals each; yields after each. The rest of an unfinished chunk is let go. */
async function* wholeChunks(bytes: Readable, writer: ObjectWriter, lengthBytes: number): AsyncGenerator<void> {
  const chunk = Buffer.alloc(CHUNK_BYTES);
  let filled = 0;
  for await (const part of bytes as AsyncIterable<Buffer>) {
    let taken = 0;
    while (taken < part.length) {
      const wanted = Math.min(CHUNK_BYTES, lengthBytes - writer.sealedBytes);
      if (wanted === 0) throw new AppError('E_REQUEST', { detail: 'more bytes than declared' });
      const copied = part.copy(chunk, filled, taken, taken + wanted - filled);
      filled += copied;
      taken += copied;
      if (filled < wanted) continue;
      await writer.write(chunk.subarray(0, filled));
      filled = 0;
      yield;
    }
  }
}
