import type { CaseId } from '../ids.ts';
import { createCaseCache } from './case-cache.ts';
import type { AnalysedExhibit, OpenedExhibit } from './types.ts';

/** Results of exhibits, read once for the many pictures and pages that are asked for one after the other. */
export interface OpenedResults {
  of(opened: OpenedExhibit): Promise<AnalysedExhibit>;
  forget(caseId: CaseId): void;
  close(): void;
}

/** Of their texts; what they are once they are read takes a few times as much. */
const MOST_BYTES = 32 * 1024 * 1024;
const LINGER_MS = 5 * 60_000;

export function createOpenedResults(): OpenedResults {
  const cache = createCaseCache<AnalysedExhibit>(({ resultText }) => resultText.length, {
    mostBytes: MOST_BYTES,
    lingerMs: LINGER_MS,
  });
  return {
    of: ({ exhibit, version, open }) => cache.use(exhibit.caseId, `${exhibit.id}:${version}`, open),
    forget: (caseId) => cache.forget(caseId),
    close: () => cache.close(),
  };
}
