import * as cedar from '@cedar-policy/cedar-wasm/nodejs';
import { sha256Hex } from '../canonical.ts';
import { AppError, isErrorCode } from '../errors.ts';
import type { Policy, PolicySet } from './types.ts';

export interface PolicyText {
  readonly id: string;
  /** One policy in Cedar. */
  readonly text: string;
}

const broken = (id: string, detail: string): AppError =>
  new AppError('E_CONFIG', { detail: `policy ${id}: ${detail}` });

/**
 * Makes a set of policies ready, in the order of their precedence. Throws E_CONFIG for what does not parse, does not hold against the
 * schema in Cedar's strict mode, can never apply, or is a forbid without a code of errors.ts: such a set decides nothing.
 */
export function compilePolicies(
  schema: string,
  texts: readonly PolicyText[],
  { refusesBroad = false }: { readonly refusesBroad?: boolean } = {},
): PolicySet {
  const policies = texts.map(readPolicy);
  const staticPolicies = Object.fromEntries(texts.map(({ id, text }) => [id, text]));
  if (Object.keys(staticPolicies).length !== texts.length) throw broken('-', 'an id stands twice');
  demandValid(cedar.validate({ schema, policies: { staticPolicies } }));
  const sha256 = sha256Hex(JSON.stringify([schema, texts.map(({ id, text }) => [id, text])]));
  demandParsed(cedar.preparseSchema(sha256, schema));
  demandParsed(cedar.preparsePolicySet(sha256, { staticPolicies }));
  return { policies, sha256, refusesBroad };
}

function readPolicy({ id, text }: PolicyText): Policy {
  const answer = cedar.policyToJson(text);
  if (answer.type === 'failure') throw broken(id, messagesOf(answer.errors));
  const { effect, annotations = {} } = answer.json;
  const { code } = annotations;
  if (effect === 'permit') return { id, effect, code: undefined };
  if (code === undefined || !isErrorCode(code)) throw broken(id, 'a forbid needs @code("E_...") of errors.ts');
  return { id, effect, code };
}

// A warning is a policy that can never speak, or a name that looks like another: nobody writes that on purpose.
function demandValid(answer: cedar.ValidationAnswer): void {
  if (answer.type === 'failure') throw broken('-', messagesOf(answer.errors));
  for (const { policyId, error } of [...answer.validationErrors, ...answer.validationWarnings]) {
    throw broken(policyId, error.message);
  }
  if (answer.otherWarnings.length > 0) throw broken('-', messagesOf(answer.otherWarnings));
}

function demandParsed(answer: cedar.CheckParseAnswer): void {
  if (answer.type === 'failure') throw broken('-', messagesOf(answer.errors));
}

const messagesOf = (errors: readonly cedar.DetailedError[]): string => errors.map(({ message }) => message).join('; ');
