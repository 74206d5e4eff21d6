import { type FormEvent, useRef, useState } from 'react';
import type { ExhibitBody } from '../../api/types.ts';
import { useKeys } from '../../app/keys.ts';
import { useWords } from '../../app/settings.tsx';
import { type Target, targetOf } from './frame-clock.ts';

/** Goes to a moment that is typed: media time, true time, or the number of a frame. */
export function GoTo({ exhibit, onGo }: { readonly exhibit: ExhibitBody; onGo(target: Target): void }) {
  const { player: words } = useWords();
  const field = useRef<HTMLInputElement>(null);
  const [isWrong, setWrong] = useState(false);
  useKeys({ h: () => field.current?.focus() });
  function go(event: FormEvent): void {
    event.preventDefault();
    const target = targetOf(field.current?.value ?? '', exhibit);
    setWrong(target === undefined);
    if (target === undefined) return;
    onGo(target);
    field.current?.blur();
  }
  return (
    <form className="go-to" onSubmit={go}>
      <label>
        {words.goTo}{' '}
        <input
          ref={field}
          id="go-to"
          type="text"
          autoComplete="off"
          placeholder={words.goToHint}
          title={words.goToTitle}
          onInput={() => setWrong(false)}
          aria-invalid={isWrong}
          aria-describedby={isWrong ? 'go-to-wrong' : undefined}
        />
      </label>
      <button type="submit">{words.go}</button>
      {isWrong && (
        <span id="go-to-wrong" className="problem" role="alert">
          {words.goToTitle}
        </span>
      )}
    </form>
  );
}
