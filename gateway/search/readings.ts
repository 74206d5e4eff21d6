import type { Transaction } from '../database.ts';
import type { CaseId, HitId } from '../ids.ts';
import type { Vault } from '../vault.ts';
import * as store from './reading-store.ts';
import type { Hit, HitRecord, Reading, Verdict } from './types.ts';

// HUM-01: a hit may have several readers. Each one's verdict is kept, and what it was before.

type ReadDeps = { readonly vault: Pick<Vault, 'seal' | 'unseal'> };

const reviewLabel = (id: HitId): string => `hit-review:${id}`;
const seenLabel = (id: HitId): string => `hit-seen:${id}`;

/** An agent who was shown the whole picture of a hit. Rows of before each reader's verdict have the name alone. */
type Seen = { readonly agentId: string; readonly atMs: number | undefined };

/**
 * What the readings that stand make of a hit: confirmed as soon as one reader confirms, or else uncertain as soon as one doubts, or else
 * rejected. The verdict of one takes none away from another: where they differ, `disputed` says so.
 */
export function standingOf(readings: readonly Reading[]): Pick<Hit, 'verdict' | 'disputed'> {
  const given = new Set<Verdict>(readings.map(({ verdict }) => verdict));
  const verdict = (['confirmed', 'uncertain', 'rejected'] as const).find((each) => given.has(each)) ?? 'unreviewed';
  return { verdict, disputed: given.size > 1 };
}

/** The reading that an export stands on: the first of those that confirmed after the whole picture was shown; undefined without one. */
export function confirmingOf(readings: readonly Reading[]): HitRecord['review'] {
  for (const { agentId, verdict, at, sawPictureAt } of readings) {
    if (verdict !== 'confirmed' || agentId === undefined || at === undefined || sawPictureAt === undefined) continue;
    const [reviewedAtMs, pictureSeenAtMs] = [Date.parse(at), Date.parse(sawPictureAt)];
    if (pictureSeenAtMs <= reviewedAtMs) return { agentId, reviewedAtMs, pictureSeenAtMs };
  }
  return undefined;
}

/** The readings of hits of the case that stand, oldest first; a hit that nobody decided on is not among them. */
export async function readingsOf(
  tx: Transaction,
  caseId: CaseId,
  hits: readonly HitId[],
  deps: ReadDeps,
): Promise<ReadonlyMap<HitId, readonly Reading[]>> {
  const rows = hits.length === 0 ? [] : await store.standingVerdicts(tx, hits);
  const decided = [...new Set(rows.map(({ hitId }) => hitId))];
  const seen = new Map<HitId, readonly Seen[]>();
  for (const row of decided.length === 0 ? [] : await store.seenRows(tx, decided))
    seen.set(row.id, await seenOf(caseId, row, deps));
  const readings = new Map<HitId, Reading[]>();
  for (const row of rows) {
    const reading = await readingOf(caseId, row, seen.get(row.hitId) ?? [], deps);
    readings.set(row.hitId, [...(readings.get(row.hitId) ?? []), reading]);
  }
  return readings;
}

/** A verdict as it was given, and until when it stood: until its reader gave another, or took it back. */
export type PastReading = Reading & { readonly replacedAt?: string; readonly takenBackAt?: string };

/** Every verdict that was ever given on a hit, oldest first; those that no longer stand say until when they did. */
export async function historyOf(
  tx: Transaction,
  caseId: CaseId,
  hitId: HitId,
  deps: ReadDeps,
): Promise<readonly PastReading[]> {
  const [row] = await store.seenRows(tx, [hitId]);
  const seen = row === undefined ? [] : await seenOf(caseId, row, deps);
  return await Promise.all(
    (await store.allVerdicts(tx, hitId)).map(async (verdict) => ({
      ...(await readingOf(caseId, verdict, seen, deps)),
      ...(verdict.endedAt === undefined
        ? {}
        : { [verdict.isTakenBack ? 'takenBackAt' : 'replacedAt']: verdict.endedAt.toISOString() }),
    })),
  );
}

/** Agents who were shown the whole picture of the hit, in the order in which they first were. */
export async function seenOf(
  caseId: CaseId,
  row: Pick<store.SeenRow, 'id' | 'pictureSeenBy' | 'pictureSeenAtMs'>,
  { vault }: ReadDeps,
): Promise<readonly Seen[]> {
  if (row.pictureSeenBy === undefined) return [];
  const text = (await vault.unseal(caseId, seenLabel(row.id), row.pictureSeenBy)).toString('utf8');
  const kept = JSON.parse(text) as readonly (string | { readonly agentId: string; readonly atMs: number })[];
  // The row's time is that of the first look. When another agent looked was not kept then, and is not made up now.
  return kept.map((each, index) =>
    typeof each === 'string' ? { agentId: each, atMs: index === 0 ? row.pictureSeenAtMs : undefined } : each,
  );
}

/** Adds a look to those of a hit; the first look of an agent stays. */
export async function sealSeen(
  caseId: CaseId,
  id: HitId,
  seen: readonly Seen[],
  look: { readonly agentId: string; readonly atMs: number },
  { vault }: ReadDeps,
): Promise<Buffer> {
  const known = seen.some(({ agentId, atMs }) => agentId === look.agentId && atMs !== undefined);
  const kept = known ? seen : [...seen.filter(({ agentId }) => agentId !== look.agentId), look];
  const all = kept.map(({ agentId, atMs }) => (atMs === undefined ? agentId : { agentId, atMs }));
  return vault.seal(caseId, seenLabel(id), JSON.stringify(all));
}

/** Keeps the verdict of one agent on one hit, in place of the one that he gave before. The hit must be locked. */
export async function keepVerdict(
  tx: Transaction,
  caseId: CaseId,
  said: { readonly hitId: HitId; readonly verdict: Verdict; readonly agentId: string; readonly atMs: number },
  deps: ReadDeps,
): Promise<void> {
  const { hitId, verdict, agentId, atMs } = said;
  await endStanding(tx, caseId, { ...said, isTakenBack: false }, deps);
  const reader = await deps.vault.seal(caseId, reviewLabel(hitId), agentId);
  await store.insertVerdict(tx, { caseId, hitId, reader, verdict, atMs });
  await keepStanding(tx, caseId, hitId, deps);
}

/** Ends the verdict of one agent on one hit, with none in its place. The hit must be locked. */
export async function takeBackVerdict(
  tx: Transaction,
  caseId: CaseId,
  said: { readonly hitId: HitId; readonly agentId: string; readonly atMs: number },
  deps: ReadDeps,
): Promise<void> {
  await endStanding(tx, caseId, { ...said, isTakenBack: true }, deps);
  await keepStanding(tx, caseId, said.hitId, deps);
}

async function endStanding(
  tx: Transaction,
  caseId: CaseId,
  end: { readonly hitId: HitId; readonly agentId: string; readonly atMs: number; readonly isTakenBack: boolean },
  deps: ReadDeps,
): Promise<void> {
  for (const row of await store.standingVerdicts(tx, [end.hitId])) {
    if ((await readerOf(caseId, row, deps)) === end.agentId) await store.endVerdict(tx, row.id, end);
  }
}

async function keepStanding(tx: Transaction, caseId: CaseId, hitId: HitId, deps: ReadDeps): Promise<void> {
  const readings = (await readingsOf(tx, caseId, [hitId], deps)).get(hitId) ?? [];
  await store.setStanding(tx, hitId, standingOf(readings).verdict);
}

async function readerOf(
  caseId: CaseId,
  row: Pick<store.VerdictRow, 'hitId' | 'reader'>,
  { vault }: ReadDeps,
): Promise<string | undefined> {
  if (row.reader === undefined) return undefined;
  return (await vault.unseal(caseId, reviewLabel(row.hitId), row.reader)).toString('utf8');
}

async function readingOf(
  caseId: CaseId,
  row: store.VerdictRow,
  seen: readonly Seen[],
  deps: ReadDeps,
): Promise<Reading> {
  const agentId = await readerOf(caseId, row, deps);
  const sawMs = seen.find((look) => look.agentId === agentId)?.atMs;
  return {
    ...(agentId === undefined ? {} : { agentId }),
    verdict: row.verdict,
    ...(row.decidedAt === undefined ? {} : { at: row.decidedAt.toISOString() }),
    ...(sawMs === undefined ? {} : { sawPictureAt: new Date(sawMs).toISOString() }),
  };
}
