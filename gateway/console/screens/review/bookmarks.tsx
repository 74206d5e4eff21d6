import { useState } from 'react';
import type { Bookmark } from '../../api/types.ts';
import { useBeside } from '../../app/beside.tsx';
import { addressOf } from '../../app/router.ts';
import { useSession } from '../../app/session.tsx';
import { useName, useWords } from '../../app/settings.tsx';
import { Problem } from '../../parts/problem.tsx';
import { tagsOf } from '../../parts/tags.ts';
import { clockSpan, clockTime, mediaTime } from '../../parts/time.ts';

/** Moments that readers of the case want to find again, and what they wrote on hits. */
export function Bookmarks() {
  const { review: words } = useWords();
  const nameOf = useName();
  const { bookmarks, notes, error } = useBeside();
  const [chosen, setOnly] = useState<string>();
  const tags = countsOf(bookmarks);
  // A tag that is on no label any more hides nothing.
  const only = chosen !== undefined && tags.has(chosen) ? chosen : undefined;
  const shown = bookmarks.filter(({ label }) => only === undefined || tagsOf(label).includes(only));
  return (
    <>
      <section aria-labelledby="bookmarks-title">
        <h3 id="bookmarks-title">{words.bookmarks}</h3>
        <Problem error={error} />
        {bookmarks.length === 0 && <p className="sub">{words.noBookmark}</p>}
        {tags.size > 0 && (
          <div className="row tags">
            <button type="button" aria-pressed={only === undefined} onClick={() => setOnly(undefined)}>
              {words.all} · {bookmarks.length}
            </button>
            {[...tags].map(([tag, many]) => (
              <button key={tag} type="button" data-tag={tag} aria-pressed={only === tag} onClick={() => setOnly(tag)}>
                {tag} · {many}
              </button>
            ))}
          </div>
        )}
        <ul className="bookmarks">
          {shown.map((bookmark) => (
            <Marked key={bookmark.id} bookmark={bookmark} />
          ))}
        </ul>
      </section>
      <section aria-labelledby="all-notes-title">
        <h3 id="all-notes-title">{words.notes}</h3>
        {notes.length === 0 && <p className="sub">{words.noNote}</p>}
        <ul className="bookmarks">
          {notes.map(({ id, hit, author, text, writtenAt }) => (
            <li key={id}>
              <a href={addressOf('player', hit.id)}>
                {nameOf(hit.class)} · {hit.cameraId} · {clockSpan(hit.from, hit.to)}
              </a>
              <p className="note-text">{text}</p>
              <span className="sub">
                <span className="reader">{author}</span> {clockTime(writtenAt)}
              </span>
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}

/** How many bookmarks have each tag, the most used first. */
function countsOf(bookmarks: readonly Bookmark[]): ReadonlyMap<string, number> {
  const all = bookmarks.flatMap(({ label }) => tagsOf(label));
  const counts = [...Map.groupBy(all, (tag) => tag)].map(([tag, found]) => [tag, found.length] as const);
  return new Map(counts.toSorted(([a, many], [b, other]) => other - many || a.localeCompare(b)));
}

function Marked({ bookmark }: { readonly bookmark: Bookmark }) {
  const { search, review: words } = useWords();
  const nameOf = useName();
  const { role } = useSession();
  const { label, unmark } = useBeside();
  const [text, setText] = useState(bookmark.label ?? '');
  const [failure, setFailure] = useState<unknown>();
  const { hit, cameraId, fileName, at, atSeconds, author, isOwn } = bookmark;
  const title = `${hit === undefined ? fileName : nameOf(hit.class)} · ${cameraId} · ${clockTime(at)}`;
  const keep = (): void => {
    if (text === (bookmark.label ?? '')) return;
    setFailure(undefined);
    void label(bookmark, text.trim()).catch(setFailure);
  };
  return (
    <li>
      <div className="section-head">
        <a href={addressOf('player', hit?.id ?? bookmark.exhibitId, atSeconds)}>{title}</a>
        {role === 'agent' && isOwn && (
          <button
            type="button"
            className="quiet"
            aria-label={`${search.remove} : ${title}`}
            onClick={() => void unmark(bookmark).catch(setFailure)}
          >
            ×
          </button>
        )}
      </div>
      {role === 'agent' && isOwn ? (
        <input
          aria-label={`${words.bookmarkLabel} : ${title}`}
          placeholder={words.bookmarkHint}
          maxLength={200}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onBlur={keep}
          onKeyDown={(event) => {
            if (event.key === 'Enter') keep();
          }}
        />
      ) : (
        bookmark.label !== undefined && <p className="note-text">{bookmark.label}</p>
      )}
      <span className="sub">
        <span className="reader">{author}</span> · {mediaTime(atSeconds, 3)}
      </span>
      <Problem error={failure} />
    </li>
  );
}
