import { useEffect, useRef, useState } from 'react';
import { Group } from 'react-aria-components';
import { Refusal } from '../../api/client.ts';
import type { Hit, Verdict } from '../../api/types.ts';
import { useInvestigation } from '../../app/investigation.tsx';
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
  const { selected, select, review, remember, ownOn, withdraw, exportList, toggleExport, exportError } =
    useInvestigation();
  const [progress, setProgress] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const wasUsed = useRef(false);
  const chosen = hits.filter(({ id }) => selected.has(id));
  const exportable = chosen.filter(
    ({ id, verdict }) => verdict === 'confirmed' && !exportList.some((listed) => listed.id === id),
  );
  const own = chosen.filter((hit) => ownOn(hit) !== undefined);
  const isEmpty = chosen.length === 0;
  useEffect(() => {
    if (isEmpty && wasUsed.current && document.activeElement === document.body) onEmpty();
    wasUsed.current = !isEmpty;
  }, [isEmpty, onEmpty]);

  /** One act a hit. What is refused stays marked, alone. Answers those that were done, and how many were not. */
  async function each<T>(acted: readonly Hit[], act: (hit: Hit) => Promise<T>) {
    const refused: string[] = [];
    const done: T[] = [];
    setFailure(undefined);
    setBusy(true);
    for (const [index, hit] of acted.entries()) {
      setProgress(words.progress(index + 1, acted.length));
      try {
        done.push(await act(hit));
      } catch (error) {
        setFailure(error);
        refused.push(hit.id);
        // Who does not answer one will not answer the next.
        if (!(error instanceof Refusal)) {
          refused.push(...acted.slice(index + 1).map(({ id }) => id));
          break;
        }
      }
    }
    if (refused.length > 0) select(refused);
    setBusy(false);
    return { done, refused: refused.length };
  }
  async function decide(verdict: Verdict): Promise<void> {
    const { done, refused } = await each(chosen, (hit) => review(hit, verdict));
    if (done.length > 0) remember(done);
    setProgress(words.decided(done.length, refused, nameOf(verdict)));
  }
  async function withdrawAll(): Promise<void> {
    const { done, refused } = await each(own, withdraw);
    setProgress(words.withdrawn(done.length, refused));
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
          {own.length > 0 && (
            <button type="button" data-act="withdraw-all" disabled={isBusy} onClick={() => void withdrawAll()}>
              {words.withdraw(own.length)}
            </button>
          )}
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
