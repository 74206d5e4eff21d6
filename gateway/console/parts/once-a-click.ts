import type { MouseEvent } from 'react';

/** The act of a button, done once where two presses are one double click: for what is counted, or turned over by each press. */
export const onceAClick =
  (act?: () => void) =>
  (event: MouseEvent): void => {
    if (event.detail > 1) event.preventDefault();
    else act?.();
  };
