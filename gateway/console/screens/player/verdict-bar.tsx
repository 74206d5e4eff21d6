import { useRef, useState } from 'react';
import type { Hit, Verdict } from '../../api/types.ts';
import { useInvestigation } from '../../app/investigation.tsx';
import { useKeys } from '../../app/keys.ts';
import { addressOfQuestion } from '../../app/router.ts';
import { useSession } from '../../app/session.tsx';
import { useName, useWords } from '../../app/settings.tsx';
import { onceAClick } from '../../parts/once-a-click.ts';
import { Problem } from '../../parts/problem.tsx';
import { Notes } from '../review/notes.tsx';
import { Readings } from '../review/readings.tsx';
import { VerdictHistory } from '../review/verdict-history.tsx';
import { UndoVerdict } from './undo-verdict.tsx';
import { WithdrawVerdict } from './withdraw-verdict.tsx';

/** Confirm, doubt or reject with one action each (HUM-03), and take it back; notes; on to the export. */
export function VerdictBar({ hit }: { readonly hit: Hit }) {
  const { role } = useSession();
  const { app, hit: words, review: reviewWords } = useWords();
  const nameOf = useName();
  const { review, remember, elsewhere, exportList, toggleExport, exportError } = useInvestigation();
  const [failure, setFailure] = useState<{ readonly of: string; readonly error: unknown }>();
  const before = elsewhere.get(hit.id);
  const deciding = useRef<string>(undefined);
  const decide = (verdict: Verdict): void => {
    // A key that is held, a double click: one act on a hit.
    if (deciding.current === hit.id) return;
    deciding.current = hit.id;
    setFailure(undefined);
    void review(hit, verdict)
      .then((given) => remember([given]))
      .catch((error: unknown) => setFailure({ of: hit.id, error }))
      .finally(() => {
        if (deciding.current === hit.id) deciding.current = undefined;
      });
  };
  const isListed = exportList.some(({ id }) => id === hit.id);
  useKeys(
    role === 'agent'
      ? {
          1: () => decide('confirmed'),
          2: () => decide('uncertain'),
          3: () => decide('rejected'),
          x: () => hit.verdict === 'confirmed' && toggleExport(hit),
        }
      : {},
  );
  return (
    <div className="verdict-bar">
      <p className="verdict-line">
        {words.verdict}
        {app.colon}
        <span id="verdict-state" role="status" className={`verdict-${hit.verdict}`}>
          {nameOf(hit.verdict)}
        </span>
      </p>
      {before !== undefined && (
        <p className="sub" id="verdict-elsewhere">
          {reviewWords.elsewhere(nameOf(before.verdict))}{' '}
          {before.questionId !== undefined && (
            <a href={addressOfQuestion(before.questionId)}>{reviewWords.elsewhereOpen}</a>
          )}
        </p>
      )}
      <Readings hit={hit} />
      <VerdictHistory key={hit.id} hit={hit} />
      {role === 'agent' && (
        <>
          <div className="row">
            <button
              type="button"
              className="primary"
              data-verdict="confirmed"
              title="1"
              onClick={onceAClick(() => decide('confirmed'))}
            >
              {words.confirm}
            </button>
            <button type="button" data-verdict="uncertain" title="2" onClick={onceAClick(() => decide('uncertain'))}>
              {words.uncertain}
            </button>
            <button type="button" data-verdict="rejected" title="3" onClick={onceAClick(() => decide('rejected'))}>
              {words.reject}
            </button>
          </div>
          <UndoVerdict of="one" />
          <WithdrawVerdict key={hit.id} hit={hit} />
          <div className="row">
            <button
              type="button"
              id="to-export"
              aria-pressed={isListed}
              disabled={hit.verdict !== 'confirmed' && !isListed}
              title={hit.verdict === 'confirmed' || isListed ? 'X' : words.exportNeedsConfirmed}
              onClick={onceAClick(() => toggleExport(hit))}
            >
              {isListed ? words.exported : words.toExport}
            </button>
          </div>
        </>
      )}
      <Problem error={failure?.of === hit.id ? failure.error : exportError} />
      <Notes hit={hit} />
    </div>
  );
}
