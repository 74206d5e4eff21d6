import { randomUUID } from 'node:crypto';
import type { Transaction } from '../database.ts';
import type { CaseId, HitId } from '../ids.ts';
import type { Hit, Verdict } from './types.ts';

export interface VerdictRow {
  readonly id: string;
  readonly hitId: HitId;
  /** Sealed; undefined where the record does not say who. */
  readonly reader: Buffer | undefined;
  readonly verdict: Verdict;
  readonly decidedAt: Date | undefined;
  /** When it ceased to stand. */
  readonly endedAt: Date | undefined;
  /** It ended without another in its place. */
  readonly isTakenBack: boolean;
}

export interface SeenRow {
  readonly id: HitId;
  readonly pictureSeenBy: Buffer | undefined;
  /** Of the first look of all. */
  readonly pictureSeenAtMs: number | undefined;
}

interface RawVerdict {
  readonly id: string;
  readonly hit_id: HitId;
  readonly reader: Buffer | null;
  readonly verdict: Verdict;
  readonly decided_at: Date | null;
  readonly replaced_at: Date | null;
  readonly taken_back: boolean;
}

const verdictOf = (row: RawVerdict): VerdictRow => ({
  id: row.id,
  hitId: row.hit_id,
  reader: row.reader ?? undefined,
  verdict: row.verdict,
  decidedAt: row.decided_at ?? undefined,
  endedAt: row.replaced_at ?? undefined,
  isTakenBack: row.taken_back,
});

/** Verdicts that stand, of these hits, oldest first. */
export async function standingVerdicts(tx: Transaction, hits: readonly HitId[]): Promise<readonly VerdictRow[]> {
  const { rows } = await tx.query<RawVerdict>(
    `SELECT id, hit_id, reader, verdict, decided_at, replaced_at, taken_back FROM verdicts
      WHERE hit_id = ANY($1::uuid[]) AND replaced_at IS NULL ORDER BY decided_at NULLS FIRST, id`,
    [hits],
  );
  return rows.map(verdictOf);
}

export async function allVerdicts(tx: Transaction, hit: HitId): Promise<readonly VerdictRow[]> {
  const { rows } = await tx.query<RawVerdict>(
    `SELECT id, hit_id, reader, verdict, decided_at, replaced_at, taken_back FROM verdicts
      WHERE hit_id = $1 ORDER BY decided_at NULLS FIRST, replaced_at, id`,
    [hit],
  );
  return rows.map(verdictOf);
}

export async function seenRows(tx: Transaction, hits: readonly HitId[]): Promise<readonly SeenRow[]> {
  const { rows } = await tx.query<{ id: HitId; picture_seen_by: Buffer | null; picture_seen_at: Date | null }>(
    'SELECT id, picture_seen_by, picture_seen_at FROM hits WHERE id = ANY($1::uuid[])',
    [hits],
  );
  return rows.map((row) => ({
    id: row.id,
    pictureSeenBy: row.picture_seen_by ?? undefined,
    pictureSeenAtMs: row.picture_seen_at?.getTime(),
  }));
}

/** One hit, one decision: there is no statement here that decides several (HUM-01). */
export async function insertVerdict(
  tx: Transaction,
  row: {
    readonly caseId: CaseId;
    readonly hitId: HitId;
    readonly reader: Buffer;
    readonly verdict: Verdict;
    readonly atMs: number;
  },
): Promise<void> {
  await tx.query(
    'INSERT INTO verdicts (id, case_id, hit_id, reader, verdict, decided_at) VALUES ($1, $2, $3, $4, $5, $6)',
    [randomUUID(), row.caseId, row.hitId, row.reader, row.verdict, new Date(row.atMs)],
  );
}

export async function endVerdict(
  tx: Transaction,
  id: string,
  end: { readonly atMs: number; readonly isTakenBack: boolean },
): Promise<void> {
  await tx.query('UPDATE verdicts SET replaced_at = $2, taken_back = $3 WHERE id = $1', [
    id,
    new Date(end.atMs),
    end.isTakenBack,
  ]);
}

/** What the readings of a hit make together. */
export async function setStanding(tx: Transaction, id: HitId, verdict: Hit['verdict']): Promise<void> {
  await tx.query('UPDATE hits SET verdict = $2 WHERE id = $1', [id, verdict]);
}
