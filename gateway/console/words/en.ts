import { EN_CASE } from './en-case.ts';
import { EN_CONDITION } from './en-condition.ts';
import { EN_CONTROL } from './en-control.ts';
import { EN_FOOTAGE } from './en-footage.ts';
import { EN_HELP } from './en-help.ts';
import { EN_JOURNAL } from './en-journal.ts';
import { EN_NAMES } from './en-names.ts';
import { EN_PLAYER } from './en-player.ts';
import { EN_REASON } from './en-reason.ts';
import { EN_REVIEW } from './en-review.ts';
import { EN_SEARCH } from './en-search.ts';
import type { Words } from './fr.ts';

export const EN: Words = {
  ...EN_CASE,
  ...EN_SEARCH,
  ...EN_PLAYER,
  ...EN_CONDITION,
  ...EN_HELP,
  ...EN_FOOTAGE,
  ...EN_CONTROL,
  ...EN_REVIEW,
  ...EN_REASON,
  names: EN_NAMES,
  codes: EN_JOURNAL,
  app: {
    title: 'Différé',
    skip: 'Go to content',
    leave: 'Leave',
    otherLanguage: 'Français',
    themeLight: 'Light theme',
    themeDark: 'Dark theme',
    themeSystem: 'System theme',
    help: 'Keyboard help',
    close: 'Close',
    cancel: 'Cancel',
    screens: 'Screens',
    case: 'Case',
    search: 'Search',
    player: 'Player',
    review: 'Review',
    control: 'Control',
    colon: ': ',
    loading: 'Loading…',
    unreachable: 'The gateway does not answer. Check the connection, then try again.',
    failed: 'The page met an error. Reload it; nothing that was saved is lost.',
    footer:
      'Recorded pictures only. No face recognition, no print of a person. Every look is written to the journal. Heads and plates of detected objects are masked; the rest of the picture is not.',
  },
};
