import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CaseId } from '../../gateway/ids.ts';
import { decide } from '../../gateway/policy/decide.ts';
import { POLICIES } from '../../gateway/policy/policies.ts';
import { OPS, type Op } from '../../gateway/policy/types.ts';
import { authorityOf } from '../../gateway/requisition/authority.ts';
import { FRAMEWORKS, type Requisition } from '../../gateway/requisition/types.ts';
import { verifyRequisition } from '../../gateway/requisition/verify.ts';
import { normalise, opsOf } from '../../gateway/search/normalise.ts';
import { parseQuestion } from '../../gateway/search/schema.ts';
import { CLASSES, COLOURS } from '../../gateway/vocabulary.ts';
import { asked, presented } from './oracle.ts';
import {
  type Authorities,
  authorisationClaims,
  codeOf,
  contextOf,
  NOTHING_REVOKED,
  NOW,
  newAuthorities,
  scheduleClaims,
  tokensOf,
} from './support.ts';

type Loose = ReturnType<typeof JSON.parse>;
const DAY = 86_400;
const iso = (seconds: number): string => new Date(seconds * 1000).toISOString();

const KEYS = { procureur: 'procureur', juge_instruction: 'juge', greffe: 'greffe', opj: 'opj' } as const;
// Most of what is presented in a day is in order: with equal odds hardly anything would reach the later rules.
const mostly = <T>(usual: T, ...others: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...others) });

const anyToken = fc.record({
  framework: fc.constantFrom(...FRAMEWORKS),
  unknown: mostly(undefined, 'ADMINISTRATIVE', 'preliminaire'),
  kind: mostly('procedure_specific', 'general_instruction'),
  mode: mostly('explicit', 'deemed_flagrance'),
  notice: fc.boolean(),
  role: mostly(undefined, 'procureur', 'juge_instruction'),
  by: mostly(undefined, 'procureur', 'juge_instruction', 'greffe', 'opj'),
  purpose: mostly(undefined, 'preuve', 'cause_mort', 'cause_disparition'),
  days: mostly(5, 7, 8, 9, 30, 31, 60, 61),
  oneAct: mostly(false, true),
  places: mostly(['Place Bellecour, Lyon'], [], ['Ailleurs']),
  periodFrom: mostly(NOW - 10 * DAY, NOW - DAY, NOW - 2 * DAY),
  ops: fc.oneof(fc.constant([...OPS]), fc.subarray([...OPS], { minLength: 1 })),
  classes: fc.oneof(fc.constant([...CLASSES]), fc.subarray([...CLASSES])),
  colours: fc.oneof(fc.constant([...COLOURS]), fc.subarray([...COLOURS])),
  isRevoked: mostly(false, true),
});

const anyQuestion = fc.record(
  {
    classes: fc.subarray([...CLASSES], { maxLength: 2 }),
    colours: fc.subarray([...COLOURS], { maxLength: 2 }).map((names) => names.map((colour) => ({ colour }))),
    time: fc.constant({ from: iso(NOW - 2 * DAY), to: iso(NOW) }),
    zone: fc.constant([
      { x: 0, y: 0 },
      { x: 1, y: 0 },
      { x: 1, y: 1 },
    ]),
    minConfidence: fc.constant(0.5),
  },
  { requiredKeys: [] },
);
const anyExtra = mostly<object>({}, { face: 'x' }, { image: 'data:image/png;base64,AA' }, { text: 'a red car' });

describe('random requisitions and questions against an independent oracle', () => {
  let authorities: Authorities;
  beforeAll(async () => {
    authorities = await newAuthorities();
  });

  function claimsOf(token: Loose) {
    const authorisation = structuredClone(authorisationClaims(token.framework)) as Loose;
    const schedule = structuredClone(scheduleClaims(authorisation, [authorities.agent])) as Loose;
    const { authority, lrj_auth } = authorisation;
    const by = token.by ?? authority.role;
    Object.assign(authorisation, {
      iss: `office-${by}`,
      framework: token.unknown ?? token.framework,
      exp: authorisation.nbf + token.days * DAY,
      framework_since: iso(NOW - 60),
      places: token.places,
      period: { start: iso(token.periodFrom), end: iso(NOW) },
      ops: token.ops,
      facets: { classes: token.classes, colours: token.colours },
      ...(token.purpose === undefined ? {} : { purpose: token.purpose }),
    });
    authority.role = token.role ?? authority.role;
    Object.assign(lrj_auth, { kind: token.kind, mode: token.mode });
    if (token.notice) lrj_auth.prosecutor_notice_at = iso(NOW - 1800);
    if (token.oneAct) schedule.exhibits[0].acquisition.act_sha256 = lrj_auth.act_sha256;
    return { authorisation, schedule, by };
  }

  /** The way of a question through the gateway: guard, body, scope, operations of its content. */
  function answerOf(requisition: Requisition, question: unknown, nowSeconds: number, isRevoked: boolean): string {
    const demand = (extraOps: readonly Op[]): string =>
      decide(
        {
          principal: { role: 'agent_habilite', agentId: 'agent-1', service: 'DIPN-69', habilitation: 'in_force' },
          action: 'search.ask',
          caseId: requisition.caseId as CaseId,
          extraOps,
          authority: authorityOf(requisition, true, { ...NOTHING_REVOKED, isRevoked: () => isRevoked }),
          nowSeconds,
        },
        POLICIES,
      ).reason;
    const first = demand([]);
    if (first !== 'OK') return first;
    try {
      return demand(opsOf(normalise(parseQuestion(question), requisition)));
    } catch (error) {
      if (error instanceof Error && 'code' in error) return String(error.code);
      throw error;
    }
  }

  it('REQ-01, REQ-08: 6,000 pairs of token and question are answered as the oracle says, each code reached', async () => {
    const seen = new Map<string, number>();
    const tokens = fc.sample(anyToken, { numRuns: 1500, seed: 20260505 });
    const questions = fc.sample(fc.tuple(anyQuestion, anyExtra, fc.boolean(), fc.nat(99)), { numRuns: 6000, seed: 7 });
    let pairs = 0;
    for (const token of tokens) {
      const { authorisation, schedule, by } = claimsOf(token);
      const signed = tokensOf(authorities, authorisation, schedule, {
        authorisation: authorities[KEYS[by as keyof typeof KEYS]],
      });
      const context = contextOf(authorities, { isRevoked: () => token.isRevoked });
      const verified = verifyRequisition(signed, context);
      const verdict = await codeOf(verified);
      const expected = presented({ authorisation, schedule, by, isRevoked: token.isRevoked });
      expect(verdict === 'accepted' ? 'OK' : verdict, JSON.stringify({ token, by })).toBe(expected);
      for (const [facets, extra, isRevokedSince, moment] of questions.slice(pairs, pairs + 4)) {
        const question = { version: 1, ...facets, ...extra };
        // A question in ten is asked at a border of the window.
        const borders = [schedule.exp - 1, schedule.exp, authorisation.nbf - 1, schedule.nbf, authorisation.exp];
        const now = borders[moment] ?? NOW + moment;
        const isRevoked = isRevokedSince && moment % 7 === 0;
        const found = verdict === 'accepted' ? answerOf(await verified, question, now, isRevoked) : verdict;
        const said = expected === 'OK' ? asked({ authorisation, schedule, question, now, isRevoked }) : expected;
        expect(found, JSON.stringify({ token, question, now, isRevoked })).toBe(said);
        seen.set(found, (seen.get(found) ?? 0) + 1);
        pairs += 1;
      }
    }
    expect(pairs).toBe(6000);
    const codes = [
      ...['OK', 'E_REQ_FRAMEWORK', 'E_REQ_NOT_SPECIFIC', 'E_REQ_EXPIRED', 'E_REQ_REVOKED', 'E_REQ_DEEMED'],
      ...['E_REQ_AUTHORITY', 'E_REQ_ACTS', 'E_REQ_SCOPE', 'E_REQ_OP', 'E_FACE_QUERY_IMAGE', 'E_QUESTION'],
    ];
    expect([...seen.keys()].toSorted()).toEqual(codes.toSorted());
    expect(seen.get('OK')).toBeGreaterThan(300);
  }, 60_000);
});
