import { useEffect, useRef, useState } from 'react';
import { Group } from 'react-aria-components';
import { Refusal } from '../../api/client.ts';
import type { Hit, Verdict } from '../../api/types.ts';
import { type Given, useInvestigation } from '../../app/investigation.tsx';
import { goTo, type Screen } from '../../app/router.ts';
import { useName, useWords } from '../../app/settings.tsx';
import { Problem } from '../../parts/problem.tsx';
import { UndoVerdict } from '../player/undo-verdict.tsx';
import { MarkSelection } from './mark-selection.tsx';

/**
 * What can be done to all marked hits at once: each is an act of its own and in the journal by itself. Confirming is not among them: it
 * needs that the reader saw each picture (HUM-01), so the marked hits are walked through one by one.
 */
export function SelectionBar({
  hits,
  screen,
  onEmpty,
}: {
  /** What is shown: a marked hit that is not is left alone. */
  readonly hits: readonly Hit[];
  readonly screen: Screen;
  /** Nothing is marked any more: where the focus goes that lay here. */
  onEmpty(): void;
}) {
  const { selection: words, hit: hitWords } = useWords();
  const nameOf = useName();
  const { selected, select, review, remember, exportList, toggleExport, exportError } = useInvestigation();
  const [progress, setProgress] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const wasUsed = useRef(false);
  const chosen = hits.filter(({ id }) => selected.has(id));
  const exportable = chosen.filter(
    ({ id, verdict }) => verdict === 'confirmed' && !exportList.some((listed) => listed.id === id),
  );
  const isEmpty = chosen.length === 0;
  useEffect(() => {
    if (isEmpty && wasUsed.current && document.activeElement === document.body) onEmpty();
    wasUsed.current = !isEmpty;
  }, [isEmpty, onEmpty]);

  async function decide(verdict: Verdict): Promise<void> {
    const refused: string[] = [];
    const given: Given[] = [];
    setFailure(undefined);
    setBusy(true);
    for (const [index, hit] of chosen.entries()) {
      setProgress(words.progress(index + 1, chosen.length));
      try {
        given.push(await review(hit, verdict));
      } catch (error) {
        setFailure(error);
        refused.push(hit.id);
        // Who does not answer one will not answer the next.
        if (!(error instanceof Refusal)) {
          refused.push(...chosen.slice(index + 1).map(({ id }) => id));
          break;
        }
      }
    }
    if (given.length > 0) remember(given);
    // What was refused stays marked, alone.
    if (refused.length > 0) select(refused);
    setProgress(words.decided(given.length, refused.length, nameOf(verdict)));
    setBusy(false);
  }
  const first = chosen.find(({ verdict }) => verdict === 'unreviewed') ?? chosen[0];
  return (
    <Group className="selection" aria-label={words.title}>
      {first === undefined ? (
        <span className="sub">{words.hint}</span>
      ) : (
        <>
          <strong role="status" id="selected">
            {words.count(chosen.length)}
          </strong>
          <button type="button" data-act="walk" title={words.walkWhy} onClick={() => goTo(screen, first.id)}>
            {words.walk}
          </button>
          {(['uncertain', 'rejected'] as const).map((verdict) => (
            <button
              key={verdict}
              type="button"
              data-act={verdict}
              disabled={isBusy}
              onClick={() => void decide(verdict)}
            >
              {verdict === 'uncertain' ? hitWords.uncertain : hitWords.reject}
            </button>
          ))}
          <button
            type="button"
            data-act="export"
            disabled={exportable.length === 0}
            title={exportable.length === 0 ? hitWords.exportNeedsConfirmed : undefined}
            onClick={() => exportable.forEach(toggleExport)}
          >
            {hitWords.toExport} · {words.confirmed(exportable.length)}
          </button>
          <MarkSelection hits={chosen} />
          <button type="button" className="quiet" data-act="unselect" title="Esc" onClick={() => select([])}>
            {words.clear}
          </button>
        </>
      )}
      <span role="status" className="sub" id="selection-done">
        {progress}
      </span>
      <UndoVerdict of="several" />
      <Problem error={failure ?? exportError} />
    </Group>
  );
}
