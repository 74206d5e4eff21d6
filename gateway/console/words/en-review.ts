import type { FR_REVIEW } from './fr-review.ts';

export const EN_REVIEW: typeof FR_REVIEW = {
  review: {
    verdicts: 'Verdicts',
    disputed:
      'Its readers do not agree. No verdict takes another away: one that confirms is enough for an export, and the package names each reader.',
    disputedShort: 'disputed',
    unknownReader: 'unknown reader',
    noHits: 'No answer is open. Ask a question first:',
    all: 'all',
    addConfirmed: 'Add the confirmed ones to the export',
    next: 'Next export',
    nextEmpty: 'Add confirmed hits from the player (key X).',
    under: (procedure) => `Case ${procedure}`,
    holds:
      'The package will hold, of each hit, the masked picture and clip; the whole results and the coverage of each analysed exhibit; the question, the models, the requisition, the proofs of the log and a signed manifest.',
    make: 'Sign and export',
    packages: 'Packages',
    noPackage: 'No package has been made yet.',
    packageStates: { building: 'being made', done: 'ready', failed: 'failed' },
    fileCount: (n) => (n === 1 ? '1 file' : `${n} files`),
    download: 'Download (ZIP)',
    verify: 'Verify',
    fetching: 'Receiving the files',
    sound: (n) => `Signature and digests verified: ${n} files.`,
    unsound: 'This package does not hold.',
    key: 'Key',
    partial: 'Partial verification: the proofs of the log are verified offline by "differe evidence verify".',
    bookmarks: 'Bookmarks',
  },
};
