import type { JsonValue } from '../canonical.ts';
import { columnsIn, type DatabaseShape } from './absence-database.ts';
import { bodiesIn, documentWordsIn, routesIn, vectorsIn } from './absence-interface.ts';
import { packagesIn } from './absence-packages.ts';
import { connectionsIn, MAY_OPEN, namesIn, pageTextIn, type Tree, weightsIn } from './absence-tree.ts';
import { deniedIn } from './absence-words.ts';

/** What is looked at: the tree of the code, what it installs, what it answers to, where it keeps, and the words it knows. */
export interface AbsenceInput {
  readonly tree: Tree;
  readonly packages: readonly string[];
  readonly routes: readonly string[];
  readonly openapi: JsonValue;
  readonly database: DatabaseShape;
  /** Classes, colours and known labels; operations; configuration keys. */
  readonly vocabulary: readonly string[];
  readonly ops: readonly string[];
  readonly configKeys: readonly string[];
}

/** One check of absence: what was looked for, in how many things, and what was found that must not be there. */
export interface AbsenceEvidence {
  readonly check: string;
  readonly requirements: readonly string[];
  readonly what: string;
  readonly scanned: number;
  readonly findings: readonly string[];
  /** What was met and is allowed, each with its reason. */
  readonly allowed: readonly string[];
}

/** Every check over one input. A check that looked at nothing has not proven anything: that is a finding of its own. */
export function absenceOf(input: AbsenceInput): readonly AbsenceEvidence[] {
  const { tree, openapi } = input;
  const words = (of: readonly string[]) => ({
    scanned: of.length,
    findings: of.flatMap((text) =>
      deniedIn(text, ['forbidden', 'watching', 'scoring']).map((word) => `${text}: ${word}`),
    ),
  });
  const checks = [
    [
      'weights',
      ['FACE-01', 'FACE-17'],
      'networks outside the folders of models, forbidden labels on cards',
      weightsIn(tree),
    ],
    [
      'file-names',
      ['FACE-01', 'FACE-17'],
      'files called after faces, re-identification or their data sets',
      namesIn(tree),
    ],
    ['page', ['FACE-01'], 'words of the page, but to say that there is none', pageTextIn(tree)],
    [
      'connections',
      ['FACE-10', 'FBD-05', 'FBD-06'],
      'modules by which the running gateway could call out',
      connectionsIn(tree),
    ],
    [
      'packages',
      ['FACE-01', 'FACE-11', 'FBD-06'],
      'packages of faces, vector search, vision or sending',
      packagesIn(input.packages),
    ],
    ['routes', ['FACE-01', 'FACE-10', 'DEF-09'], 'routes and acts', routesIn(input.routes)],
    [
      'interface',
      ['FACE-01', 'FACE-09', 'FBD-04'],
      'names and values of the OpenAPI document',
      documentWordsIn(openapi),
    ],
    ['vectors', ['FACE-11'], 'lists of bare numbers in requests and answers', vectorsIn(openapi)],
    ['bodies', ['FACE-09', 'DEF-11', 'FACE-14'], 'bodies other than JSON beside the deposit', bodiesIn(openapi)],
    [
      'columns',
      ['FACE-01', 'FACE-10', 'FACE-11'],
      'columns of vectors, of free JSON, or called so',
      columnsIn(input.database),
    ],
    ['vocabulary', ['FACE-08'], 'classes, colours and labels', words(input.vocabulary)],
    ['operations', ['FACE-02', 'FBD-04'], 'operations of a requisition', words(input.ops)],
    ['configuration', ['FACE-02'], 'keys that could switch something on', words(input.configKeys)],
  ] as const;
  return checks.map(([check, requirements, what, { scanned, findings }]) => ({
    check,
    requirements,
    what,
    scanned,
    allowed: check === 'connections' ? Object.entries(MAY_OPEN).map(([file, why]) => `${file}: ${why}`) : [],
    findings: scanned === 0 ? [...findings, 'nothing was looked at'] : findings,
  }));
}

export const isAbsent = (evidence: readonly AbsenceEvidence[]): boolean =>
  evidence.every(({ findings }) => findings.length === 0);
