import { useState } from 'react';
import type { Hit } from '../../api/types.ts';
import { useBeside } from '../../app/beside.tsx';
import { useKeys } from '../../app/keys.ts';
import { useSession } from '../../app/session.tsx';
import { useWords } from '../../app/settings.tsx';
import { Problem } from '../../parts/problem.tsx';
import { mediaTime } from '../../parts/time.ts';
import type { Moment } from './frame-clock.ts';

/** Frames of one recording are further apart than this. */
const SAME_SECONDS = 0.0005;

/** Marks the frame that is shown, or takes one's own mark off it; every bookmark of the recording, a click away. */
export function BookmarkBar({
  exhibitId,
  hit,
  moment,
  onSeek,
}: {
  readonly exhibitId: string;
  readonly hit: Hit | undefined;
  readonly moment: Moment | undefined;
  onSeek(seconds: number): void;
}) {
  const { role } = useSession();
  const { player: words } = useWords();
  const { bookmarks, mark, unmark } = useBeside();
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const here = bookmarks
    .filter((each) => each.exhibitId === exhibitId)
    .toSorted((one, other) => one.atSeconds - other.atSeconds);
  const isShown = (atSeconds: number): boolean =>
    moment !== undefined && Math.abs(atSeconds - moment.timeSeconds) < SAME_SECONDS;
  const own = here.find(({ isOwn, atSeconds }) => isOwn && isShown(atSeconds));
  function toggle(): void {
    // A second press while the first is on its way would set it twice.
    if (moment === undefined || isBusy) return;
    const at = moment.timeSeconds;
    const isOfHit = hit !== undefined && hit.mediaFromSeconds <= at && at <= hit.mediaToSeconds;
    setFailure(undefined);
    setBusy(true);
    const act = own === undefined ? mark({ exhibitId, atSeconds: at, hit: isOfHit ? hit : undefined }) : unmark(own);
    void act.catch(setFailure).finally(() => setBusy(false));
  }
  useKeys(role === 'agent' ? { m: toggle } : {});
  if (role !== 'agent' && here.length === 0) return null;
  return (
    <div className="bookmark-bar">
      {role === 'agent' && (
        <button
          type="button"
          id="bookmark"
          aria-pressed={own !== undefined}
          disabled={moment === undefined}
          title="M"
          onClick={toggle}
        >
          {words.bookmark}
        </button>
      )}
      {here.length > 0 && (
        <ul className="steps" aria-label={words.bookmarksHere}>
          {here.map(({ id, atSeconds, label, author, isOwn }) => (
            <li key={id}>
              <button
                type="button"
                data-bookmark={id}
                aria-current={isShown(atSeconds) ? 'true' : undefined}
                onClick={() => onSeek(atSeconds)}
              >
                {mediaTime(atSeconds, 3)}
                {label !== undefined && ` · ${label}`}
                {!isOwn && <span className="reader"> {author}</span>}
              </button>
            </li>
          ))}
        </ul>
      )}
      <Problem error={failure} />
    </div>
  );
}
