import { useState } from 'react';
import { useInvestigation } from '../../app/investigation.tsx';
import { useKeys } from '../../app/keys.ts';
import { useName, useWords } from '../../app/settings.tsx';
import { Problem } from '../../parts/problem.tsx';
import { clockOfDay } from '../../parts/time.ts';

/** Takes the last decision back, of one hit or of several: acts of their own, beside which the history keeps what was decided. */
export function UndoVerdict({ of }: { readonly of: 'one' | 'several' }) {
  const { undo: words } = useWords();
  const nameOf = useName();
  const { lastGiven, takeBack } = useInvestigation();
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const [first] = lastGiven;
  const isHere = first !== undefined && (of === 'one') === (lastGiven.length === 1);
  function undo(): void {
    if (isBusy) return;
    setFailure(undefined);
    setBusy(true);
    void takeBack()
      .catch(setFailure)
      .finally(() => setBusy(false));
  }
  useKeys(isHere ? { u: undo } : {});
  return (
    <>
      {isHere && (
        <button type="button" className="undo" data-act="undo" disabled={isBusy} title="U" onClick={undo}>
          {of === 'several'
            ? words.several(nameOf(first.verdict), lastGiven.length)
            : words.one(nameOf(first.verdict), `${nameOf(first.hit.class)} ${clockOfDay(first.hit.from)}`)}
        </button>
      )}
      <Problem error={failure} />
    </>
  );
}
