import type { Coverage, RecallAudit } from '../analysis/types.ts';
import { sha256Hex } from '../canonical.ts';
import type { OpenExhibit } from '../index/types.ts';
import { onceFor } from '../once.ts';
import type { AnswerCoverage, CoverageSums, ExhibitCoverage } from './types.ts';

/** An answer about so many exhibits says of each what was looked at; of more it says the sums, and of each where that is asked for. */
export const MOST_NAMED = 200;

/** What was looked at. What was not is named whatever its number: "nothing found" never hides it. */
export const coverageOf = (exhibits: readonly OpenExhibit[], unseen: Unseen): AnswerCoverage => ({
  sums: sumsOf(exhibits),
  exhibits: exhibits.length > MOST_NAMED ? [] : coverageOfEach(exhibits),
  ...unseenIn(unseen),
});

type Unseen = Pick<AnswerCoverage, 'notAnalysed' | 'notSealed'>;

/** What no search could look at: what was not analysed, and what is not sealed here. */
export const unseenIn = ({ notAnalysed, notSealed }: Unseen): Unseen => ({
  notAnalysed,
  ...(notSealed && { notSealed }),
});

export const coverageOfEach = (exhibits: readonly OpenExhibit[]): readonly ExhibitCoverage[] =>
  exhibits.map(({ exhibitId, fileName, durationSeconds, coverage, audit, clockNote }) => ({
    exhibitId,
    fileName,
    durationSeconds,
    coverage,
    ...(audit === undefined ? {} : { audit }),
    ...(clockNote === undefined ? {} : { clockNote }),
  }));

// Most questions of a case are about the same list of exhibits.
const sumsOf = onceFor((exhibits: readonly OpenExhibit[]): CoverageSums => {
  const audits = exhibits.flatMap(({ audit }) => audit ?? []);
  return {
    exhibits: exhibits.length,
    exhibitsSha256: sha256Hex(exhibits.map(({ exhibitId }) => exhibitId).join('\n')),
    durationSeconds: sumOf(exhibits, ({ durationSeconds }) => durationSeconds),
    coverage: {
      analysedSeconds: sumOf(exhibits, ({ coverage }) => coverage.analysedSeconds),
      sampledSeconds: sumOf(exhibits, ({ coverage }) => coverage.sampledSeconds),
      quietSeconds: sumOf(exhibits, ({ coverage }) => coverage.quietSeconds),
      undecodableSeconds: sumOf(exhibits, ({ coverage }) => coverage.undecodableSeconds),
      outsideSeconds: sumOf(exhibits, ({ coverage }) => coverage.outsideSeconds),
    } satisfies Coverage,
    ...(audits.length === 0 ? {} : { audit: auditOf(audits) }),
    clockNotes: exhibits.filter(({ clockNote }) => clockNote !== undefined).length,
  };
});

/** Of bounds that hold one by one the least; none where one exhibit with a quiet part has none. */
function auditOf(audits: readonly RecallAudit[]): RecallAudit {
  const bounds = audits.filter(({ quietSeconds }) => quietSeconds > 0).map(({ recallBound }) => recallBound ?? 0);
  const least = Math.min(...bounds);
  return {
    samples: sumOf(audits, ({ samples }) => samples),
    missed: sumOf(audits, ({ missed }) => missed),
    objectSeconds: sumOf(audits, ({ objectSeconds }) => objectSeconds),
    quietSeconds: sumOf(audits, ({ quietSeconds }) => quietSeconds),
    ...(bounds.length === 0 || least === 0 ? {} : { recallBound: least }),
  };
}

// Rounded as a ledger is: sums of thousandths of seconds would show what floating point makes of them.
const sumOf = <T>(items: readonly T[], of: (item: T) => number): number =>
  Math.round(items.reduce((sum, item) => sum + of(item), 0) * 1000) / 1000;
