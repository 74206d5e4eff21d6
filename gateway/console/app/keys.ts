import { useEffect, useRef } from 'react';

/** What a key does: its `KeyboardEvent.key` in lower case, with `shift+` before where that counts, or `ctrl+` for Ctrl or Cmd. */
export type Keys = Readonly<Record<string, () => void>>;

const IN_FIELD = new Set(['INPUT', 'TEXTAREA', 'SELECT']);

const isBox = (target: EventTarget | null): boolean => target instanceof HTMLInputElement && target.type === 'checkbox';

const takesText = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && !isBox(target) && (IN_FIELD.has(target.tagName) || target.isContentEditable);

/** Keys of a screen while it is shown; not while somebody writes or a dialog is open, nor with Alt. */
export function useKeys(keys: Keys): void {
  const current = useRef(keys);
  current.current = keys;
  useEffect(() => {
    const heard = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.altKey || takesText(event.target)) return;
      if (document.querySelector('dialog[open]') !== null) return;
      // A pressed button or box answers to Space itself.
      if (event.key === ' ' && (event.target instanceof HTMLButtonElement || isBox(event.target))) return;
      const name = event.key.toLowerCase();
      const act =
        event.ctrlKey || event.metaKey
          ? current.current[`ctrl+${name}`]
          : (current.current[event.shiftKey ? `shift+${name}` : name] ?? current.current[name]);
      if (act === undefined) return;
      event.preventDefault();
      act();
    };
    addEventListener('keydown', heard);
    return () => removeEventListener('keydown', heard);
  }, []);
}
