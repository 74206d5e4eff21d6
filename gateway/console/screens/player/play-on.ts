// From one file into the one that adjoins it: the player that opens the second plays on as the first did. In this page's memory, and once.

let handed: { readonly exhibitId: string; readonly rate: number } | undefined;

export const handOn = (exhibitId: string, rate: number): void => {
  handed = { exhibitId, rate };
};

/** The rate at which the recording is to be played at once; 0 where nothing led into it. */
export function takeOver(exhibitId: string): number {
  const rate = handed?.exhibitId === exhibitId ? handed.rate : 0;
  handed = undefined;
  return rate;
}
