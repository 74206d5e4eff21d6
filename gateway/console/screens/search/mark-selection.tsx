import { type FormEvent, useState } from 'react';
import type { Hit } from '../../api/types.ts';
import { useBeside } from '../../app/beside.tsx';
import { useWords } from '../../app/settings.tsx';
import { Problem } from '../../parts/problem.tsx';

/** A bookmark on each of the marked hits, all with one label. */
export function MarkSelection({ hits }: { readonly hits: readonly Hit[] }) {
  const { selection: words, review } = useWords();
  const { markAll } = useBeside();
  const [label, setLabel] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [done, setDone] = useState<number>();
  const [failure, setFailure] = useState<unknown>();
  function mark(event: FormEvent): void {
    event.preventDefault();
    setFailure(undefined);
    setBusy(true);
    void markAll(hits, label.trim())
      .then(() => {
        setDone(hits.length);
        setLabel('');
      })
      .catch(setFailure)
      .finally(() => setBusy(false));
  }
  return (
    <form className="row" onSubmit={mark}>
      <input
        type="text"
        className="label-all"
        aria-label={review.bookmarkLabel}
        placeholder={review.bookmarkHint}
        maxLength={200}
        value={label}
        onChange={(event) => setLabel(event.target.value)}
      />
      <button type="submit" data-act="bookmark" disabled={isBusy}>
        {words.bookmark(hits.length)}
      </button>
      <span role="status" className="sub">
        {done !== undefined && words.bookmarked(done)}
      </span>
      <Problem error={failure} />
    </form>
  );
}
