import { AppError } from '../errors.ts';
import { isUuid, type QuestionId } from '../ids.ts';

/** A place in the answer to one question. Bound to the question's row and digest; what it says is checked again when it comes back. */
export interface Cursor {
  readonly questionId: QuestionId;
  readonly questionSha256: string;
  readonly offset: number;
  readonly size: number;
}

export const encodeCursor = (cursor: Cursor): string =>
  Buffer.from(`${cursor.questionId}.${cursor.questionSha256}.${cursor.offset}.${cursor.size}`, 'utf8').toString(
    'base64url',
  );

/** Throws E_CURSOR for anything that `encodeCursor` did not write. */
export function decodeCursor(text: string): Cursor {
  const [id = '', sha256 = '', offset = '', size = '', ...rest] = Buffer.from(text, 'base64url')
    .toString('utf8')
    .split('.');
  const cursor = { questionId: id as QuestionId, questionSha256: sha256, offset: Number(offset), size: Number(size) };
  const isWhole = /^\d{1,12}$/.test(offset) && /^\d{1,3}$/.test(size) && cursor.size >= 1 && cursor.size <= 200;
  if (!isUuid(id) || !/^[0-9a-f]{64}$/.test(sha256) || !isWhole || rest.length > 0 || encodeCursor(cursor) !== text) {
    throw new AppError('E_CURSOR', { detail: 'not a cursor' });
  }
  return cursor;
}
