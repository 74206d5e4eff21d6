import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { AppError } from '../errors.ts';
import { compilePolicies, type PolicyText } from './policy-set.ts';
import { schemaWithActions } from './schema.ts';
import type { PolicySet } from './types.ts';

/** A folder a policy: `policy.cedar`, README.md with its ground in law, requests that it must let pass and refuse. */
export const POLICY_FOLDER = path.join(import.meta.dirname, '..', '..', 'policies');

/**
 * The policies of the product in the order of their precedence, from "who are you" to "is it in your requisition": among forbids the
 * first that speaks gives the reason. A folder that is not named here, or a name without its folder, stops the start: a rule that
 * went missing would be a door.
 */
const ORDER = [
  // Before "who are you": an installation that is not in order tells nobody more than that. Its code is that of what failed (decide.ts).
  'safe-mode',
  'anonymous-needs-requisition',
  'content-blind',
  'control-reads-only',
  'act-needs-requisition',
  'journal-for-control',
  'case-silo',
  'magistrate-seized',
  'agent-designated',
  'habilitation-on-record',
  'habilitation-in-force',
  'habilitation-trained',
  'requisition-valid',
  'case-frozen',
  'case-closed',
  'requisition-revoked',
  'ops-listed',
  'broad-question',
  'public',
  'present-signed',
  'agent-lists-own-cases',
  'agent-on-own-case',
  'control-lists-cases',
  'control-consults',
  'control-asks-installation',
] as const;

/** The schema that every policy is held against. */
export const SCHEMA = schemaWithActions(readFileSync(path.join(POLICY_FOLDER, 'schema.cedarschema'), 'utf8'));

/** The texts of the product's policies, in their order. */
export const POLICY_TEXTS: readonly PolicyText[] = readFolder();

export const POLICIES: PolicySet = compilePolicies(SCHEMA, POLICY_TEXTS);

function readFolder(): readonly PolicyText[] {
  const found = readdirSync(POLICY_FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'examples')
    .map(({ name }) => name);
  const stray = found.find((name) => !(ORDER as readonly string[]).includes(name));
  if (stray !== undefined) throw new AppError('E_CONFIG', { detail: `policies/${stray} is not in the order` });
  return ORDER.map((id) => ({ id, text: readFileSync(path.join(POLICY_FOLDER, id, 'policy.cedar'), 'utf8') }));
}
