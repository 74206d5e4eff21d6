export const GROUPS = ['hits', 'results', 'papers', 'proofs'] as const;
export type Group = (typeof GROUPS)[number];

/** What a file of a package is for, by its place in it. */
export function groupOf(path: string): Group {
  if (path.startsWith('proofs/')) return 'proofs';
  if (/^(stills|clips)\//.test(path)) return 'hits';
  return /\.(result\.json|ledger\.json|mot\.txt)$/.test(path) ? 'results' : 'papers';
}
