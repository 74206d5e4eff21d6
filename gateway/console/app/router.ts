import { useSyncExternalStore } from 'react';

// Screens by the hash of the address: `#/player/HIT`. The gateway sees none of it, and the ids in it open nothing without a proof.

export const SCREENS = ['case', 'search', 'player', 'review', 'control'] as const;
export type Screen = (typeof SCREENS)[number];

export interface Place {
  readonly screen: Screen;
  /** What the screen is about: the hit of the player. */
  readonly id: string | undefined;
}

const isScreen = (name: string): name is Screen => (SCREENS as readonly string[]).includes(name);

export function placeOf(hash: string): Place {
  const [screen = '', id] = hash.replace(/^#\/?/, '').split('/');
  return { screen: isScreen(screen) ? screen : 'case', id: id === undefined || id === '' ? undefined : id };
}

export const addressOf = (screen: Screen, id?: string): string => `#/${screen}${id === undefined ? '' : `/${id}`}`;

export const goTo = (screen: Screen, id?: string): void => {
  location.hash = addressOf(screen, id);
};

const subscribe = (heard: () => void): (() => void) => {
  addEventListener('hashchange', heard);
  return () => removeEventListener('hashchange', heard);
};

export const usePlace = (): Place => placeOf(useSyncExternalStore(subscribe, () => location.hash));
