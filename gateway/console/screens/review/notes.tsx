import { useState } from 'react';
import type { Hit, Note } from '../../api/types.ts';
import { useBeside } from '../../app/beside.tsx';
import { useSession } from '../../app/session.tsx';
import { useWords } from '../../app/settings.tsx';
import { Problem } from '../../parts/problem.tsx';
import { clockTime } from '../../parts/time.ts';

const MOST_CHARACTERS = 2000;

/** Notes on a hit: everybody's are read, one's own are edited and withdrawn, and a new one is written. */
export function Notes({ hit }: { readonly hit: Hit }) {
  const { role } = useSession();
  const { review: words } = useWords();
  const { notes, write, drafts } = useBeside();
  const own = notes.filter(({ hitId }) => hitId === hit.id).toReversed();
  if (role !== 'agent' && own.length === 0) return null;
  return (
    <section className="notes" aria-labelledby="notes-title">
      <h3 id="notes-title">
        {words.notes} {own.length > 0 && `(${own.length})`}
      </h3>
      <ul>
        {own.map((note) => (
          <WrittenNote key={note.id} note={note} />
        ))}
      </ul>
      {role === 'agent' && (
        <>
          <Writing
            key={hit.id}
            label={words.newNote}
            act={words.keep}
            text={drafts.get(hit.id) ?? ''}
            onType={(text) => drafts.set(hit.id, text)}
            onKeep={(text) => write(hit, text)}
          />
          <p className="sub">{words.noteReaders}</p>
        </>
      )}
    </section>
  );
}

function WrittenNote({ note }: { readonly note: Note }) {
  const { app, review: words } = useWords();
  const { role } = useSession();
  const { edit, withdraw } = useBeside();
  const [isEditing, setEditing] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  return (
    <li>
      <div className="sub">
        <span className="reader">{note.author}</span> {clockTime(note.writtenAt)}
        {note.editedAt !== undefined && ` · ${words.edited(clockTime(note.editedAt))}`}
      </div>
      {isEditing ? (
        <Writing
          label={words.editNote}
          act={words.keep}
          text={note.text ?? ''}
          onKeep={async (text) => {
            await edit(note, text);
            setEditing(false);
          }}
          onLeave={() => setEditing(false)}
          leave={app.cancel}
        />
      ) : (
        <p className="note-text">{note.text}</p>
      )}
      {role === 'agent' && note.isOwn && !isEditing && (
        <div className="row">
          <button type="button" className="quiet" onClick={() => setEditing(true)}>
            {words.editNote}
          </button>
          <button
            type="button"
            className="quiet"
            onClick={() => {
              setFailure(undefined);
              void withdraw(note).catch(setFailure);
            }}
          >
            {words.withdrawNote}
          </button>
        </div>
      )}
      <Problem error={failure} />
    </li>
  );
}

/** A text that is being written; it is kept when the gateway has it, and stays in the field when it is refused. */
function Writing(props: {
  readonly label: string;
  readonly act: string;
  readonly text?: string;
  readonly leave?: string;
  /** Told of every change, so that what is not kept yet is there again later. */
  onType?(text: string): void;
  onKeep(text: string): Promise<void>;
  onLeave?(): void;
}) {
  const [text, setText] = useState(props.text ?? '');
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const { review: words } = useWords();
  const isTooLong = text.length > MOST_CHARACTERS;
  const mayKeep = !isBusy && !isTooLong && text.trim() !== '';
  function type(next: string): void {
    setText(next);
    props.onType?.(next);
  }
  async function keep(): Promise<void> {
    setBusy(true);
    setFailure(undefined);
    try {
      await props.onKeep(text);
      type('');
    } catch (error) {
      setFailure(error);
    }
    setBusy(false);
  }
  return (
    <>
      <label className="field">
        {props.label}
        <textarea
          rows={2}
          aria-invalid={isTooLong}
          value={text}
          onChange={(event) => type(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && mayKeep) void keep();
          }}
        />
      </label>
      {isTooLong && (
        <p className="warn" role="alert">
          {words.noteTooLong(text.length, MOST_CHARACTERS)}
        </p>
      )}
      <div className="row">
        <button type="button" data-act="keep-note" disabled={!mayKeep} onClick={() => void keep()}>
          {props.act}
        </button>
        {props.onLeave !== undefined && (
          <button type="button" className="quiet" onClick={props.onLeave}>
            {props.leave}
          </button>
        )}
      </div>
      <Problem error={failure} />
    </>
  );
}
