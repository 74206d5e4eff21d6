import { answersInSafeMode } from './safe-mode.ts';
import { ACTIONS, type Action, reachOf } from './types.ts';

/** Kinds of reach by the names of the schema's groups. */
const GROUP_OF_REACH = {
  public: 'public',
  presenting: 'presenting',
  ownCases: 'ownCases',
  installation: 'ofInstallation',
  case: 'onCase',
} as const;

/** The groups that an action belongs to, from what its entry says: policies speak of these and rarely of a name. */
export const groupsOf = (action: Action): readonly string[] => [
  ACTIONS[action].kind,
  GROUP_OF_REACH[reachOf(action)],
  ...(ACTIONS[action].needsValidity ? ['timed'] : []),
  ...(answersInSafeMode(action) ? ['always'] : []),
];

/** The schema of `policies/schema.cedarschema` with every action of ACTIONS declared, so that a new one is known to Cedar at once. */
export function schemaWithActions(schema: string): string {
  const actions = (Object.keys(ACTIONS) as Action[]).map(
    (action) =>
      `action "${action}" in [${groupsOf(action).join(', ')}]\n` +
      '  appliesTo { principal: [Person], resource: [Case, Installation], context: Asked };',
  );
  return [schema, ...actions].join('\n');
}
