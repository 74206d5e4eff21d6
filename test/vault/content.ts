import { createHash } from 'node:crypto';

/** Bytes that follow from an object's id, so that whoever reads them can tell whether they are those that were written. */
export const contentOf = (id: string, length: number): Buffer =>
  createHash('shake256', { outputLength: length }).update(id).digest();
