import { type FormEvent, useState } from 'react';
import { useSession } from '../../app/session.tsx';
import { useName, useWords } from '../../app/settings.tsx';
import type { Filters } from './filters.ts';
import { withTyped } from './typed.ts';

/** Criteria for who would rather type: `objet:voiture couleur:rouge` gives the same chips. */
export function TypedField({ filters, onChange }: { readonly filters: Filters; onChange(filters: Filters): void }) {
  const { search: words } = useWords();
  const nameOf = useName();
  const { requisition } = useSession();
  const [text, setText] = useState('');
  const [isBad, setBad] = useState(false);
  function submit(event: FormEvent): void {
    event.preventDefault();
    if (text.trim() === '') return;
    const next = withTyped(filters, text, {
      ...requisition.facets,
      ops: requisition.ops,
      nameOf,
      newId: () => crypto.randomUUID(),
    });
    setBad(next === undefined);
    if (next === undefined) return;
    onChange(next);
    setText('');
  }
  return (
    <form className="typed" onSubmit={submit}>
      <input
        type="text"
        id="typed"
        aria-label={words.typed}
        placeholder={words.typedHint}
        autoComplete="off"
        spellCheck={false}
        value={text}
        aria-invalid={isBad}
        onChange={(event) => {
          setText(event.target.value);
          setBad(false);
        }}
      />
      {isBad && (
        <p className="problem" role="alert">
          {words.typedBad(text)}
        </p>
      )}
    </form>
  );
}
