import { useInvestigation } from '../../app/investigation.tsx';
import { addressOf } from '../../app/router.ts';
import { useName, useWords } from '../../app/settings.tsx';
import { clockSpan } from '../../parts/time.ts';

/** Bookmarked hits with their notes; of this sitting alone, and said so. */
export function Bookmarks() {
  const { review: words, hit: hitWords } = useWords();
  const nameOf = useName();
  const { hits, exportList, notes } = useInvestigation();
  const marked = [...new Map([...hits, ...exportList].map((hit) => [hit.id, hit])).values()].filter(({ id }) =>
    notes.has(id),
  );
  if (marked.length === 0) return null;
  return (
    <section aria-labelledby="bookmarks-title">
      <h3 id="bookmarks-title">{words.bookmarks}</h3>
      <p className="sub">{hitWords.noteHint}</p>
      <ul className="bookmarks">
        {marked.map((hit) => (
          <li key={hit.id}>
            <a href={addressOf('player', hit.id)}>
              {nameOf(hit.class)} · {hit.cameraId} · {clockSpan(hit.from, hit.to)}
            </a>
            <div>{notes.get(hit.id)}</div>
          </li>
        ))}
      </ul>
    </section>
  );
}
