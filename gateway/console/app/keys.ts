import { useEffect, useRef } from 'react';

/** What a key does: its `KeyboardEvent.key` in lower case, with `shift+` before where that counts. */
export type Keys = Readonly<Record<string, () => void>>;

const IN_FIELD = new Set(['INPUT', 'TEXTAREA', 'SELECT']);

const takesText = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (IN_FIELD.has(target.tagName) || target.isContentEditable);

/** Keys of a screen while it is shown; not while somebody writes, nor with Ctrl, Alt or Meta. */
export function useKeys(keys: Keys): void {
  const current = useRef(keys);
  current.current = keys;
  useEffect(() => {
    const heard = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || takesText(event.target)) return;
      // A pressed button answers to Space itself.
      if (event.key === ' ' && event.target instanceof HTMLButtonElement) return;
      const name = event.key.toLowerCase();
      const act = current.current[event.shiftKey ? `shift+${name}` : name] ?? current.current[name];
      if (act === undefined) return;
      event.preventDefault();
      act();
    };
    addEventListener('keydown', heard);
    return () => removeEventListener('keydown', heard);
  }, []);
}
