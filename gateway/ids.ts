import { randomUUID } from 'node:crypto';

declare const brand: unique symbol;
type Id<Name extends string> = string & { readonly [brand]: Name };

/** Opaque and stable: derived from the procedure number under the installation key (vault.ts), so it tells nothing. */
export type CaseId = Id<'case'>;
/** The `jti` of an exhibit schedule: the schedule is what makes an authorisation usable. */
export type RequisitionId = Id<'requisition'>;
export type ExhibitId = Id<'exhibit'>;
export type JobId = Id<'job'>;
export type QuestionId = Id<'question'>;
export type HitId = Id<'hit'>;
export type NoteId = Id<'note'>;
export type BookmarkId = Id<'bookmark'>;
export type ExportId = Id<'export'>;
/** Name of one sealed object of the vault, unique within its case. */
export type ObjectId = Id<'object'>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export const isUuid = (text: string): boolean => UUID.test(text);

/** A fresh random id; the type argument names what it identifies. */
export const newId = <T extends string>(): T => randomUUID() as string as T;
