import type { FR_HELP } from './fr-help.ts';

export const EN_HELP: typeof FR_HELP = {
  help: {
    groups: [
      {
        title: 'Everywhere',
        keys: [
          ['?', 'this help'],
          ['Alt 1 to 5', 'Case, Search, Player, Review, Control'],
          ['Tab', 'next element'],
          ['Esc', 'close, cancel; close the open hit'],
        ],
      },
      {
        title: 'Player',
        keys: [
          ['Space', 'play, pause'],
          [', .', 'one frame back, forward'],
          ['J K L', 'shuttle: back, stop, forward (again: faster)'],
          ['← →', 'one second'],
          ['Shift ← →', 'ten seconds'],
          ['Page up, down', 'one minute'],
          ['A, Shift A', 'next, previous analysed frame'],
          ['D, Shift D', 'next, previous key frame'],
          ['N, P', 'next, previous hit'],
          ['R', 'next hit to review (among the selected ones, if any)'],
          ['G', 'next gap'],
          ['H', 'go to a time or a frame'],
          ['Home, End', 'start, end of the clip'],
          ['I, O', 'marks of start and end'],
          ['M', 'bookmark on the shown frame (or take it off)'],
          ['B T Z S E', 'box, path, zones, scores, other objects'],
          ['C', 'clean picture'],
        ],
      },
      {
        title: 'Verdict',
        keys: [
          ['1', 'confirm'],
          ['2', 'uncertain'],
          ['3', 'reject'],
          ['U', 'undo the last verdict (the history keeps it)'],
          ['X', 'add to the export'],
          ['V', 'uncover a confirmed hit'],
        ],
      },
      {
        title: 'Thumbnails and drawing',
        keys: [
          ['arrows', 'thumbnail beside (← →: previous, next); corner moved'],
          ['R', 'thumbnails: open the next to review (among the selected ones, if any)'],
          ['← → Enter', 'chart of hits over time: edge moved (Page: by ten), question narrowed'],
          ['Ctrl Space', 'thumbnail: select it, or not (Ctrl click too)'],
          ['Shift arrows', 'thumbnails: select as far as there (Shift click too)'],
          ['Ctrl A, Esc', 'all thumbnails shown, none'],
          ['Enter', 'open; finish the zone'],
          ['Delete', 'remove the corner'],
          ['Ctrl Z', 'undo the last step'],
        ],
      },
      {
        title: 'Criteria',
        keys: [
          ['Shift ← →', 'chip: put it before, behind'],
          ['Shift ↑ ↓', 'chip: out of its group, into the next group'],
          ['object:car,truck', 'typed: one or the other; likewise colour:, day:'],
          ['speed:>50', 'typed; also <50 and 50-200; confidence:80; time:08:00-20:00'],
          ['AND OR NOT ( )', 'typed between criteria: groups'],
        ],
      },
    ],
  },
  draw: {
    title: 'Zone',
    helpOf: {
      zone: 'Click to set the corners, then the first one to close. Drag a corner to move it; right click or Delete removes it; right click on a side adds one. An object is in the zone when the bottom centre of its box is.',
      line: 'Click the two ends, A then B. The arrows show the two ways that are asked, to the left and to the right of who goes from A to B; a click on one drops it or brings it back.',
      path: 'Click the way in its direction, point by point.',
      boxes: 'Click two opposite corners of the smallest size, then, for an upper bound, two corners of the largest.',
    },
    background: 'Chosen frame, heads and plates masked',
    surface: 'Drawing surface',
    add: 'Add a point',
    undo: 'Undo the last step',
    close: 'Close the zone',
    done: 'Use this drawing',
    cancel: 'Give up',
    corners: (n) => (n === 1 ? '1 point' : `${n} points`),
    faults: {
      crossing: 'its edges cross: move a point',
      flat: 'its points lie on a line: it covers nothing',
    },
    corner: (n, x, y) => `Point ${n}, ${x} % from the left and ${y} % from the top`,
    onFrame: 'on the frame that is shown',
    noFrame:
      'Open a hit or check one camera alone to draw on a picture; otherwise the zone is drawn on an empty ground.',
  },
};
