import { type ReactNode, useState } from 'react';
import type { Hit } from '../../api/types.ts';
import { useInvestigation } from '../../app/investigation.tsx';
import { useName, useWords } from '../../app/settings.tsx';

const KINDS = ['unreviewed', 'confirmed', 'uncertain', 'rejected', 'disputed'] as const;
type Kind = (typeof KINDS)[number];

const isOf =
  (kind: Kind) =>
  (hit: Hit): boolean =>
    kind === 'disputed' ? hit.disputed : hit.verdict === kind;

/** The hits of one verdict, and the buttons that choose which, each with how many it has. */
export function useVerdictFilter(hits: readonly Hit[]): {
  readonly shown: readonly Hit[];
  readonly buttons: ReactNode;
} {
  const { review: words } = useWords();
  const nameOf = useName();
  const { answer } = useInvestigation();
  const [chosen, setChosen] = useState<{ readonly kind: Kind; readonly questionId: string | undefined }>();
  // Another answer is shown whole.
  const only = chosen !== undefined && chosen.questionId === answer?.questionId ? chosen.kind : undefined;
  const buttons = (
    <>
      <button type="button" aria-pressed={only === undefined} onClick={() => setChosen(undefined)}>
        {words.all} · {hits.length}
      </button>
      {KINDS.map((kind) => (
        <button
          key={kind}
          type="button"
          data-verdict-filter={kind}
          aria-pressed={only === kind}
          onClick={() => setChosen({ kind, questionId: answer?.questionId })}
        >
          {kind === 'disputed' ? words.disputedShort : nameOf(kind)} · {hits.filter(isOf(kind)).length}
        </button>
      ))}
    </>
  );
  return { shown: only === undefined ? hits : hits.filter(isOf(only)), buttons };
}
