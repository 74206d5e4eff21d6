import { useState } from 'react';
import type { Hit } from '../../api/types.ts';
import { useInvestigation } from '../../app/investigation.tsx';
import { useKeys } from '../../app/keys.ts';
import { useName, useWords } from '../../app/settings.tsx';
import { Problem } from '../../parts/problem.tsx';

/** Takes one's own verdict off a hit, whenever it was given: before the page was loaded too, of which no gesture is left to undo. */
export function WithdrawVerdict({ hit }: { readonly hit: Hit }) {
  const { undo: words } = useWords();
  const nameOf = useName();
  const { lastGiven, ownOn, withdraw } = useInvestigation();
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const own = ownOn(hit);
  // What a gesture gave is undone with what stood before it.
  const isOffered = own !== undefined && !lastGiven.some((given) => given.hit.id === hit.id);
  function takeOff(): void {
    if (isBusy) return;
    setFailure(undefined);
    setBusy(true);
    void withdraw(hit)
      .catch(setFailure)
      .finally(() => setBusy(false));
  }
  const hasKey = isOffered && lastGiven.length === 0;
  useKeys(hasKey ? { u: takeOff } : {});
  return (
    <>
      {isOffered && (
        <button
          type="button"
          className="undo"
          data-act="withdraw"
          disabled={isBusy}
          title={hasKey ? 'U' : undefined}
          onClick={takeOff}
        >
          {words.withdraw(nameOf(own))}
        </button>
      )}
      <Problem error={failure} />
    </>
  );
}
