import { useEffect, useSyncExternalStore } from 'react';

// Screens by the hash of the address: `#/player/HIT`, `#/player/HIT/12.48` for a moment of its recording, `#/search/question/ID` for a question
// that was asked. Behind a `?` stands what a reload opens again. The gateway sees none of it, and the ids in it open nothing without a proof.

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
  readonly kept: Kept;
}

/** What was open in the page when it had this address. */
export interface Kept {
  readonly question: string | undefined;
  /** Of who controls, who has chosen one. */
  readonly caseId: string | undefined;
}

const isScreen = (name: string): name is Screen => (SCREENS as readonly string[]).includes(name);

export function placeOf(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const [screen = '', id, at = ''] = path.split('/');
  const kept = keptIn(query);
  if (screen === 'search' && id === 'question' && at !== '')
    return { screen, id: undefined, at: undefined, question: at, kept };
  return {
    question: undefined,
    kept,
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

function keptIn(query: string): Kept {
  const members = new URLSearchParams(query);
  return { question: members.get('question') ?? undefined, caseId: members.get('case') ?? undefined };
}

/** An address with what is open in the page. */
export function withKept(hash: string, { question, caseId }: Kept): string {
  const members = new URLSearchParams({
    ...(question === undefined ? {} : { question }),
    ...(caseId === undefined ? {} : { case: caseId }),
  });
  const [path = ''] = hash.split('?');
  return members.size === 0 ? path : `${path || '#/'}?${members}`;
}

/** Says in the address what is open, after each move to another. */
export function useKept(kept: Kept): void {
  usePlace();
  const { question, caseId } = kept;
  useEffect(() => {
    const address = withKept(location.hash, { question, caseId });
    if (address !== location.hash) history.replaceState(null, '', address || location.pathname);
  });
}

export const goTo = (screen: Screen, id?: string): void => {
  const here = placeOf(location.hash);
  const isThere = here.screen === screen && here.id === id && here.at === undefined && here.question === undefined;
  if (!isThere) location.hash = addressOf(screen, id);
};

const subscribe = (heard: () => void): (() => void) => {
  addEventListener('hashchange', heard);
  return () => removeEventListener('hashchange', heard);
};

export const usePlace = (): Place => placeOf(useSyncExternalStore(subscribe, () => location.hash));
