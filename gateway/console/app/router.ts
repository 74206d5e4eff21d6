import { useSyncExternalStore } from 'react';

// Screens by the hash of the address: `#/player/HIT`, `#/player/HIT/12.48` for a moment of its recording, `#/search/question/ID` for a question
// that was asked. The gateway sees none of it, and the ids in it open nothing without a proof.

export const SCREENS = ['case', 'search', 'player', 'review', 'control'] as const;
export type Screen = (typeof SCREENS)[number];

export interface Place {
  readonly screen: Screen;
  /** What the screen is about: the hit of the player. */
  readonly id: string | undefined;
  /** Media seconds that the player opens on instead of where it would by itself. */
  readonly at: number | undefined;
  /** The question that the search opens with. */
  readonly question: string | undefined;
}

const isScreen = (name: string): name is Screen => (SCREENS as readonly string[]).includes(name);

export function placeOf(hash: string): Place {
  const [screen = '', id, at = ''] = hash.replace(/^#\/?/, '').split('/');
  if (screen === 'search' && id === 'question' && at !== '')
    return { screen, id: undefined, at: undefined, question: at };
  return {
    question: undefined,
    screen: isScreen(screen) ? screen : 'case',
    id: id === undefined || id === '' ? undefined : id,
    at: MOMENT.test(at) ? Number(at) : undefined,
  };
}

const MOMENT = /^\d{1,7}(\.\d{1,9})?$/;

export const addressOf = (screen: Screen, id?: string, at?: number): string =>
  [`#/${screen}`, ...(id === undefined ? [] : [id, ...(at === undefined ? [] : [`${Number(at.toFixed(6))}`])])].join(
    '/',
  );

export const addressOfQuestion = (id: string): string => `#/search/question/${id}`;

export const goTo = (screen: Screen, id?: string): void => {
  location.hash = addressOf(screen, id);
};

const subscribe = (heard: () => void): (() => void) => {
  addEventListener('hashchange', heard);
  return () => removeEventListener('hashchange', heard);
};

export const usePlace = (): Place => placeOf(useSyncExternalStore(subscribe, () => location.hash));
