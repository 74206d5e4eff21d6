import type { CaseId, ObjectId } from './ids.ts';

// Where sealed bytes lie: a folder (`folder-store.ts`) or a bucket (`s3-store.ts`). One contract suite, `test/vault/stores.test.ts`, is run
// against both. What a store is given is sealed already (`sealed-objects.ts`): it sees no plaintext and has no key.

/** Appends to one object, which shows up to what is durable. */
export interface StoredWriter {
  append(bytes: Uint8Array): Promise<void>;
  /** MUST resolve only when everything appended so far is durable. */
  sync(): Promise<void>;
  /** What was not made durable by `sync` may be lost. */
  close(): Promise<void>;
}

/** Reads one object. */
export interface StoredReader {
  /** `length` bytes from `fromBytes`; fewer only where the object ends. */
  read(fromBytes: number, length: number): Promise<Buffer>;
  close(): Promise<void>;
}

export interface StoredObject {
  readonly id: ObjectId;
  readonly bytes: number;
}

/**
 * Objects of cases, by bytes. E_VAULT: the object or its case is not there. E_VAULT_EXISTS: it is there already. E_VAULT_STORE: the store did not
 * do it; what was acknowledged before stands, and nothing else shows.
 */
export interface ObjectStore {
  /** Makes the place of a case unless it is there; without one nothing is written, so that an erased case stays so. */
  createCase(caseId: CaseId): Promise<void>;
  /** Writes a whole object: visible and durable when it resolves, never before all of it is, and never over another. */
  put(caseId: CaseId, objectId: ObjectId, parts: Iterable<Uint8Array>): Promise<void>;
  /** Goes on at `atBytes`, 0 for a new object. What lies beyond is cut off; E_VAULT where less than that is there. */
  writer(caseId: CaseId, objectId: ObjectId, atBytes: number): Promise<StoredWriter>;
  open(caseId: CaseId, objectId: ObjectId): Promise<StoredReader>;
  /** Cases that have a place here. */
  cases(): Promise<readonly CaseId[]>;
  /** Objects of a case in the order of their ids; none where it has no place. */
  list(caseId: CaseId): Promise<readonly StoredObject[]>;
  /** What is gone already stays gone; durable when it resolves. */
  remove(caseId: CaseId, objectId: ObjectId): Promise<void>;
  /** The place of a case with everything in it. */
  removeCase(caseId: CaseId): Promise<void>;
  /** Throws E_VAULT_STORE unless the store can be reached and keeps the contract. */
  demandUsable(): Promise<void>;
}
