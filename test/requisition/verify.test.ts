import { createHmac } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { sha256Hex } from '../../gateway/canonical.ts';
import { type AuthorisationClaims, FRAMEWORKS, type ScheduleClaims } from '../../gateway/requisition/types.ts';
import { type VerifyContext, verifyRequisition } from '../../gateway/requisition/verify.ts';
import { loadRegistry } from '../../gateway/trust/registry.ts';
import {
  type Authorities,
  authorisationClaims,
  b64,
  codeOf,
  contextOf,
  issuedTokens,
  NOW,
  newAuthorities,
  newKey,
  scheduleClaims,
  signRaw,
  tokensOf,
} from './support.ts';

const DAY = 86_400;
const iso = (seconds: number): string => new Date(seconds * 1000).toISOString();

describe('verification of a requisition', () => {
  let authorities: Authorities;
  beforeAll(async () => {
    authorities = await newAuthorities();
  });

  const pair = (
    framework: (typeof FRAMEWORKS)[number] = 'PRELIMINAIRE',
    auth: Partial<AuthorisationClaims> = {},
    sched: Partial<ScheduleClaims> = {},
  ) => {
    const authorisation = authorisationClaims(framework, auth);
    return { authorisation, schedule: scheduleClaims(authorisation, [authorities.agent], sched) };
  };

  /** Verdict on the pair after the claims were changed in place by `edit`, at will and past every type. */
  const verdict = (
    edit: (claims: { authorisation: Loose; schedule: Loose; exhibit: Loose }) => void = () => {},
    options: {
      framework?: (typeof FRAMEWORKS)[number];
      context?: Partial<VerifyContext>;
      by?: 'procureur' | 'juge' | 'greffe' | 'opj';
    } = {},
  ): Promise<string> => {
    const claims = structuredClone(pair(options.framework)) as unknown as { authorisation: Loose; schedule: Loose };
    edit({ ...claims, exhibit: claims.schedule.exhibits[0] });
    const keys = options.by === undefined ? {} : { authorisation: authorities[options.by] };
    const tokens = tokensOf(authorities, claims.authorisation, claims.schedule, keys);
    return codeOf(verifyRequisition(tokens, contextOf(authorities, options.context)));
  };

  it.each(FRAMEWORKS)('REQ-02: accepts a requisition under %s and says what it is', async (framework) => {
    const { authorisation, schedule } = pair(framework, {}, { nbf: NOW - 10, exp: NOW + 3600 });
    const tokens = tokensOf(authorities, authorisation, schedule);
    const requisition = await verifyRequisition(tokens, contextOf(authorities));
    expect(requisition).toMatchObject({
      id: schedule.jti,
      caseId: `case of ${authorisation.sub}`,
      notBefore: NOW - 10,
      expires: NOW + 3600,
      digests: { authorisation: sha256Hex(tokens.authorisation), schedule: sha256Hex(tokens.schedule) },
    });
    expect(requisition.authorisation).toEqual(authorisation);
    expect(requisition.schedule).toEqual(schedule);
  });

  it('accepts what issue.ts signs', async () => {
    const { authorisation, schedule } = pair();
    const tokens = await issuedTokens(authorities, authorisation, schedule);
    expect(await codeOf(verifyRequisition(tokens, contextOf(authorities)))).toBe('accepted');
  });

  it.each(['74-2', 'ADMINISTRATIVE', '', 'preliminaire', 'FLAGRANCE ', 'Préliminaire', 'RENSEIGNEMENT'])(
    'REQ-02, FBD-01: refuses the framework "%s"',
    async (framework) => {
      expect(await verdict(({ authorisation }) => Object.assign(authorisation, { framework }))).toBe('E_REQ_FRAMEWORK');
    },
  );

  it('REQ-02: refuses art. 74-2 and articles of another framework, and a purpose that the framework does not have', async () => {
    for (const ref of [['74-2'], ['75', '74-2'], ['53'], ['L. 3575-1']]) {
      expect(
        await verdict(({ authorisation }) => Object.assign(authorisation, { framework_ref: ref })),
        String(ref),
      ).toBe('E_REQ_FRAMEWORK');
    }
    expect(await verdict(({ authorisation }) => Object.assign(authorisation, { purpose: 'cause_mort' }))).toBe(
      'E_REQ_FRAMEWORK',
    );
  });

  it('REQ-02: refuses a framework whose rules are not in force at iat', async () => {
    const late = Date.UTC(2029, 0, 1) / 1000;
    const shift = late - NOW;
    const moved = (claims: Loose) =>
      Object.assign(claims, {
        iat: claims.iat + shift + 60,
        nbf: claims.nbf + shift + 60,
        exp: claims.exp + shift + 60,
      });
    const code = await verdict(
      ({ authorisation, schedule }) => {
        moved(authorisation);
        moved(schedule);
      },
      { context: { nowSeconds: late + 60 } },
    );
    expect(code).toBe('E_REQ_FRAMEWORK');
  });

  it('REQ-03: refuses when either act is missing or lacks its reference, date or digest', async () => {
    expect(await verdict(({ authorisation }) => delete authorisation.lrj_auth)).toBe('E_REQ_ACTS');
    expect(await verdict(({ exhibit }) => delete exhibit.acquisition)).toBe('E_REQ_ACTS');
    for (const member of ['act_ref', 'act_sha256', 'decided_at']) {
      expect(await verdict(({ authorisation }) => delete authorisation.lrj_auth[member]), member).toBe('E_REQ_ACTS');
    }
    for (const member of ['article', 'act_ref', 'act_sha256', 'acquired_at']) {
      expect(await verdict(({ exhibit }) => delete exhibit.acquisition[member]), member).toBe('E_REQ_ACTS');
    }
  });

  it('REQ-03: refuses one act for both, an acquisition article of another framework and a decision after the signature', async () => {
    expect(await verdict(({ exhibit }) => Object.assign(exhibit.acquisition, { act_sha256: 'a'.repeat(64) }))).toBe(
      'E_REQ_ACTS',
    );
    expect(await verdict(({ exhibit }) => Object.assign(exhibit.acquisition, { article: '60-1' }))).toBe('E_REQ_ACTS');
    expect(
      await verdict(({ authorisation }) => Object.assign(authorisation.lrj_auth, { decided_at: iso(NOW + 5) })),
    ).toBe('E_REQ_ACTS');
  });

  it('REQ-04: refuses an officer for a preliminary investigation, a judge for flagrance, and a key of another role', async () => {
    const iss =
      (name: string) =>
      ({ authorisation }: { authorisation: Loose }) =>
        Object.assign(authorisation, { iss: `office-${name}` });
    expect(await verdict(iss('opj'), { by: 'opj' })).toBe('E_REQ_AUTHORITY');
    expect(await verdict(iss('juge_instruction'), { by: 'juge', framework: 'FLAGRANCE' })).toBe('E_REQ_AUTHORITY');
    expect(await verdict(({ authorisation }) => Object.assign(authorisation.authority, { role: 'maire' }))).toBe(
      'E_REQ_AUTHORITY',
    );
    expect(
      await verdict(({ authorisation }) => Object.assign(authorisation.authority, { role: 'juge_instruction' })),
    ).toBe('E_REQ_AUTHORITY');
    expect(
      await verdict(({ exhibit }) => Object.assign(exhibit.acquisition, { signed_by_role: 'policier_municipal' })),
    ).toBe('E_REQ_AUTHORITY');
    expect(await verdict(iss('greffe'), { by: 'greffe' })).toBe('accepted');
  });

  it('REQ-04: an investigating judge may authorise under art. 74 only by art. 80-4', async () => {
    const byJudge = (ref: string[]) =>
      verdict(
        ({ authorisation }) => {
          authorisation.iss = 'office-juge_instruction';
          authorisation.authority.role = 'juge_instruction';
          authorisation.framework_ref = ref;
        },
        { framework: 'MORT_SUSPECTE', by: 'juge' },
      );
    expect(await byJudge(['74'])).toBe('E_REQ_AUTHORITY');
    expect(await byJudge(['74', '80-4'])).toBe('accepted');
  });

  it('REQ-04: a key signs only the token types that the registry gives it, for its own office', async () => {
    const { authorisation, schedule } = pair();
    const bySwap = tokensOf(
      authorities,
      authorisation,
      { ...schedule, iss: 'office-procureur' },
      { schedule: authorities.procureur },
    );
    expect(await codeOf(verifyRequisition(bySwap, contextOf(authorities)))).toBe('E_REQ_AUTHORITY');
    expect(await verdict(({ authorisation: claims }) => Object.assign(claims, { iss: 'office-greffe' }))).toBe(
      'E_REQ_AUTHORITY',
    );
  });

  it('REQ-05: a deemed authorisation holds in flagrance only, with notice to the prosecutor', async () => {
    const deemed =
      (notice: string | undefined) =>
      ({ authorisation }: { authorisation: Loose }) =>
        Object.assign(authorisation.lrj_auth, {
          mode: 'deemed_flagrance',
          ...(notice && { prosecutor_notice_at: notice }),
        });
    const notice = iso(NOW - 3000);
    expect(await verdict(deemed(notice), { framework: 'FLAGRANCE' })).toBe('accepted');
    expect(await verdict(deemed(undefined), { framework: 'FLAGRANCE' })).toBe('E_REQ_DEEMED');
    for (const framework of FRAMEWORKS.slice(1)) {
      expect(await verdict(deemed(notice), { framework }), framework).toBe('E_REQ_DEEMED');
    }
  });

  it('REQ-06: refuses general instructions and several procedure numbers', async () => {
    expect(
      await verdict(({ authorisation }) => Object.assign(authorisation.lrj_auth, { kind: 'general_instruction' })),
    ).toBe('E_REQ_NOT_SPECIFIC');
    for (const sub of ['2026/1,2026/2', '2026/1 2026/2', 'PV-1;PV-2', ['2026/1', '2026/2'], ['2026/1']]) {
      const code = await verdict(({ authorisation, schedule }) => {
        authorisation.sub = sub;
        schedule.sub = sub;
      });
      expect(code, JSON.stringify(sub)).toBe('E_REQ_NOT_SPECIFIC');
    }
  });

  it('REQ-08: refuses an operation that the code does not know, and any wildcard', async () => {
    for (const op of ['*', 'search.*', 'search.face', 'SEARCH.CLASS', '', 'index.objects ']) {
      expect(
        await verdict(({ authorisation }) => Object.assign(authorisation, { ops: ['index.objects', op] })),
        op,
      ).toBe('E_REQ_OP');
    }
  });

  it('REQ-09: refuses a missing offence, facts or necessity, a short one, and eighty spaces', async () => {
    expect(await verdict(({ authorisation }) => delete authorisation.offence)).toBe('E_REQ_OBJECT');
    expect(await verdict(({ authorisation }) => delete authorisation.offence.natinf)).toBe('E_REQ_OBJECT');
    expect(await verdict(({ authorisation }) => delete authorisation.offence, { framework: 'DISPARITION' })).toBe(
      'accepted',
    );
    for (const member of ['facts', 'necessity']) {
      for (const text of [undefined, 'utile', ' '.repeat(90), 'a'.repeat(90), `a${' '.repeat(90)}b`]) {
        expect(await verdict(({ schedule }) => Object.assign(schedule, { [member]: text })), `${member} ${text}`).toBe(
          'E_REQ_OBJECT',
        );
      }
    }
  });

  it('REQ-10: holds each framework to its cap, to the second', async () => {
    const caps = { FLAGRANCE: 8, PRELIMINAIRE: 30, COMMISSION_ROGATOIRE: 60, MORT_SUSPECTE: 8, DISPARITION: 8 };
    for (const framework of FRAMEWORKS) {
      const to = (extra: number) =>
        verdict(
          ({ authorisation }) => {
            authorisation.framework_since = iso(authorisation.nbf);
            authorisation.exp = authorisation.nbf + caps[framework] * DAY + extra;
          },
          { framework },
        );
      expect(await to(0), framework).toBe('accepted');
      expect(await to(1), framework).toBe('E_REQ_EXPIRED');
    }
  });

  it('REQ-10: counts eight days from the first act; an explicit decision for a grave offence adds eight', async () => {
    const since = (days: number, mode: string, years = 5) =>
      verdict(
        ({ authorisation, schedule }) => {
          authorisation.framework_since = iso(NOW - days * DAY);
          authorisation.exp = NOW + DAY;
          schedule.exp = NOW + DAY;
          authorisation.offence.max_penalty_years = years;
          authorisation.lrj_auth.mode = mode;
          if (mode !== 'explicit') authorisation.lrj_auth.prosecutor_notice_at = iso(NOW - 3000);
        },
        { framework: 'FLAGRANCE' },
      );
    expect(await since(7, 'deemed_flagrance')).toBe('accepted');
    expect(await since(8, 'deemed_flagrance')).toBe('E_REQ_EXPIRED');
    expect(await since(8, 'explicit')).toBe('accepted');
    expect(await since(8, 'explicit', 3)).toBe('E_REQ_EXPIRED');
    expect(await since(16, 'explicit')).toBe('E_REQ_EXPIRED');
  });

  it('REQ-10: opens at nbf, closes at exp, tolerates 60 s of iat and no more', async () => {
    const at = (seconds: number) => verdict(undefined, { context: { nowSeconds: seconds } });
    expect(await at(NOW - 31)).toBe('E_REQ_EXPIRED');
    expect(await at(NOW - 30)).toBe('accepted');
    expect(await at(NOW + 4 * DAY - 1)).toBe('accepted');
    expect(await at(NOW + 4 * DAY)).toBe('E_REQ_EXPIRED');
    const signed = (ahead: number) =>
      verdict(({ authorisation, schedule }) => {
        authorisation.iat = NOW + ahead;
        schedule.iat = NOW + ahead;
      });
    expect(await signed(60)).toBe('accepted');
    expect(await signed(61)).toBe('E_REQ_EXPIRED');
    expect(await verdict(({ schedule }) => Object.assign(schedule, { exp: schedule.nbf + 6 * DAY }))).toBe(
      'E_REQ_EXPIRED',
    );
  });

  it('REQ-11: refuses alg none, HS256 keyed with the public key, an unknown kid, another type and a header with more in it', async () => {
    const { authorisation, schedule } = pair();
    const good = tokensOf(authorities, authorisation, schedule);
    const refused = async (first: string) =>
      codeOf(verifyRequisition({ ...good, authorisation: first }, contextOf(authorities)));
    const payload = JSON.stringify(authorisation);
    const header = { alg: 'EdDSA', kid: 'procureur-1', typ: 'differe-authorisation+jwt' };
    expect(await refused(signRaw(header, payload, authorities.procureur))).toBe('accepted');
    expect(await refused(`${b64(JSON.stringify({ ...header, alg: 'none' }))}.${b64(payload)}.`)).toBe('E_REQ_SIG');
    const input = `${b64(JSON.stringify({ ...header, alg: 'HS256' }))}.${b64(payload)}`;
    const secret = Buffer.from(String(authorities.procureur.publicJwk.x), 'base64url');
    expect(await refused(`${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`)).toBe(
      'E_REQ_SIG',
    );
    const stranger = await newKey('procureur-1');
    expect(await refused(signRaw(header, payload, stranger))).toBe('E_REQ_SIG');
    expect(await refused(signRaw({ ...header, jwk: stranger.publicJwk }, payload, stranger))).toBe('E_REQ_SIG');
    for (const changes of [
      { kid: 'nobody' },
      { kid: undefined },
      { kid: '__proto__' },
      { typ: 'JWT' },
      { typ: undefined },
      { typ: 'differe-schedule+jwt' },
      { cty: 'x' },
    ]) {
      expect(
        await refused(signRaw({ ...header, ...changes }, payload, authorities.procureur)),
        JSON.stringify(changes),
      ).toBe('E_REQ_SIG');
    }
    expect(await refused(good.schedule)).toBe('E_REQ_SIG');
  });

  it('REQ-11: refuses duplicate claims and trailing data although the signature is right', async () => {
    const { authorisation, schedule } = pair();
    const good = tokensOf(authorities, authorisation, schedule);
    const header = { alg: 'EdDSA', kid: 'procureur-1', typ: 'differe-authorisation+jwt' };
    const text = JSON.stringify(authorisation);
    for (const payload of [
      text.replace('"env":"test"', '"env":"prod","env":"test"'),
      text.replace('"env":"test"', '"env":"test","\\u0065nv":"test"'),
      text.replace('"kind":', '"kind":"general_instruction","kind":'),
      `${text} {}`,
      `${text},`,
      `\ufeff${text}`,
      '',
    ]) {
      const tokens = { ...good, authorisation: signRaw(header, payload, authorities.procureur) };
      expect(await codeOf(verifyRequisition(tokens, contextOf(authorities))), payload.slice(0, 60)).toBe('E_REQ_SIG');
    }
  });

  it('REQ-11: refuses a key outside its own time and a token larger than one mebibyte, a schedule larger than three', async () => {
    const keys = (changes: object) => JSON.stringify({ keys: authorities.keys.map((key) => ({ ...key, ...changes })) });
    const under = (changes: object) =>
      verdict(undefined, { context: { registry: loadRegistry(keys(changes), 'test') } });
    expect(await under({ nbf: NOW - 100, exp: NOW })).toBe('accepted');
    expect(await under({ exp: NOW - 60 })).toBe('E_REQ_SIG');
    expect(await under({ nbf: NOW - 59 })).toBe('E_REQ_SIG');
    const text = (bytes: number) => ({ facts: 'x'.repeat(bytes) });
    expect(await verdict(({ authorisation }) => Object.assign(authorisation, text(1_100_000)))).toBe('E_REQ_SIG');
    expect(await verdict(({ schedule }) => Object.assign(schedule, text(3_200_000)))).toBe('E_REQ_SIG');
    // What fits is read, and refused for its text.
    expect(await verdict(({ schedule }) => Object.assign(schedule, text(1_100_000)))).toBe('E_REQ_OBJECT');
  });

  it('REQ-01: takes a schedule of two thousand pieces, and not of one more', async () => {
    const listing = (count: number) =>
      verdict(({ schedule: claims, exhibit }) => {
        claims.exhibits = Array.from({ length: count }, (_, n) => ({
          ...exhibit,
          id: `SCELLE-${n + 1}`,
          sha256: (n + 1).toString(16).padStart(64, 'a'),
          camera: { ...exhibit.camera, id: `CAM-${n + 1}` },
        }));
      });
    expect(await listing(2_000)).toBe('accepted');
    expect(await listing(2_001)).toBe('E_REQ_SCHEMA');
  });

  it('REQ-15: refuses another installation and a jti that was used', async () => {
    expect(await verdict(undefined, { context: { audience: 'another-site' } })).toBe('E_REQ_REPLAY');
    expect(await verdict(({ schedule }) => Object.assign(schedule, { aud: 'another-site' }))).toBe('E_REQ_REPLAY');
    expect(await verdict(undefined, { context: { isUsed: ({ type }) => type === 'differe-schedule+jwt' } })).toBe(
      'E_REQ_REPLAY',
    );
    expect(await verdict(undefined, { context: { isUsed: async ({ type }) => type !== 'differe-schedule+jwt' } })).toBe(
      'E_REQ_REPLAY',
    );
  });

  it('REQ-15: refuses when proof keys and agents are not the same set', async () => {
    const { agent, other } = authorities;
    expect(await verdict(({ schedule }) => Object.assign(schedule, { cnf: { jkt: [other.jkt] } }))).toBe('E_HAB_CASE');
    expect(await verdict(({ schedule }) => Object.assign(schedule, { cnf: { jkt: [agent.jkt, other.jkt] } }))).toBe(
      'E_HAB_CASE',
    );
    expect(await verdict(({ schedule }) => schedule.agents.push({ ...schedule.agents[0], id: 'agent-9' }))).toBe(
      'E_REQ_SCHEMA',
    );
  });

  it('REQ-18: production refuses a test token; a test installation refuses a production token; a key stays in its environment', async () => {
    const prodKeys = JSON.stringify({ keys: authorities.keys.map((key) => ({ ...key, env: 'prod' })) });
    const registry = loadRegistry(prodKeys, 'prod');
    expect(await verdict(undefined, { context: { env: 'prod' } })).toBe('E_REQ_REPLAY');
    const toProd = ({ authorisation, schedule }: { authorisation: Loose; schedule: Loose }) => {
      authorisation.env = 'prod';
      schedule.env = 'prod';
    };
    expect(await verdict(toProd)).toBe('E_REQ_AUTHORITY');
    expect(await verdict(toProd, { context: { registry } })).toBe('E_REQ_REPLAY');
    expect(await verdict(toProd, { context: { registry, env: 'prod' } })).toBe('accepted');
    expect(await verdict(undefined, { context: { registry, env: 'prod' } })).toBe('E_REQ_AUTHORITY');
  });

  it('REQ-19: a qualified person needs an act and an oath', async () => {
    const title =
      (value: object) =>
      ({ schedule }: { schedule: Loose }) =>
        Object.assign(schedule, { processing_title: value });
    expect(await verdict(title({ kind: 'qualified_person', act: 'Réquisition art. 77-1', oath_ref: 'S-1' }))).toBe(
      'accepted',
    );
    for (const value of [
      { kind: 'qualified_person', act: 'R' },
      { kind: 'qualified_person', oath_ref: 'S' },
      { kind: 'qualified_person', act: ' ', oath_ref: 'S' },
    ]) {
      expect(await verdict(title(value))).toBe('E_REQ_QUALIFIED');
    }
  });

  it('REQ-20: thirty days after its capture an acquisition needs the reference of what preserved the recording, unless it was seized', async () => {
    const acquired = (
      seconds: number,
      changes: object = {},
      framework: 'PRELIMINAIRE' | 'COMMISSION_ROGATOIRE' = 'PRELIMINAIRE',
    ) =>
      verdict(
        ({ authorisation, schedule, exhibit }) => {
          authorisation.period.start = new Date((NOW - 60 * 86_400) * 1000).toISOString();
          const end = Date.parse(exhibit.acquisition.acquired_at) / 1000 - seconds;
          exhibit.capture = { start: iso(end - 600), end: iso(end), tz: 'Europe/Paris' };
          delete exhibit.use_window;
          Object.assign(exhibit.acquisition, changes);
          expect(schedule.exhibits).toHaveLength(1);
        },
        { framework },
      );
    const day = 86_400;
    expect(await acquired(29 * day)).toBe('accepted');
    expect(await acquired(30 * day)).toBe('accepted');
    expect(await acquired(30 * day + 1)).toBe('E_REQ_PROVENANCE');
    expect(await acquired(31 * day)).toBe('E_REQ_PROVENANCE');
    expect(await acquired(31 * day, { preservation_ref: 'CONSERVATION-12' })).toBe('accepted');
    expect(await acquired(31 * day, { preservation_ref: '  ' })).toBe('E_REQ_SCHEMA');
    expect(await acquired(31 * day, { article: '99-3' }, 'COMMISSION_ROGATOIRE')).toBe('E_REQ_PROVENANCE');
    expect(await acquired(31 * day, { article: '97' }, 'COMMISSION_ROGATOIRE')).toBe('accepted');
  });

  it('REQ-13: revocation is asked after the times and before replay, for both tokens together', async () => {
    const asked: string[] = [];
    const isRevoked = (authorisation: { jti: string }, schedule: { jti: string }) => {
      asked.push(authorisation.jti, schedule.jti);
      return true;
    };
    const context = { isRevoked, isUsed: () => true };
    expect(await verdict(() => undefined, { context })).toBe('E_REQ_REVOKED');
    expect(asked).toHaveLength(2);
    expect(await verdict(({ schedule }) => (schedule.exp = NOW - 1), { context })).toBe('E_REQ_EXPIRED');
    expect(await verdict(({ authorisation }) => (authorisation.framework_ref = ['74-2']), { context })).toBe(
      'E_REQ_REVOKED',
    );
  });

  it('DEF-04: refuses dates that contradict each other and parts outside the capture', async () => {
    const t = NOW - 2 * DAY;
    const dates = (start: number, end: number, acquired: number) =>
      verdict(({ exhibit }) => {
        delete exhibit.use_window;
        Object.assign(exhibit.capture, { start: iso(start), end: iso(end) });
        exhibit.acquisition.acquired_at = iso(acquired);
      });
    expect(await dates(t, t + 1, t + 1)).toBe('accepted');
    expect(await dates(t, t + 1, NOW - 30)).toBe('accepted');
    expect(await dates(t, t, t + 1)).toBe('E_DEF_WINDOW');
    expect(await dates(t + 2, t + 1, t + 3)).toBe('E_DEF_WINDOW');
    expect(await dates(t, t + 2, t + 1)).toBe('E_DEF_WINDOW');
    expect(await dates(t, t + 2, NOW - 29)).toBe('E_DEF_WINDOW');
    const part = (start: number, end: number) =>
      verdict(({ exhibit }) => Object.assign(exhibit, { use_window: [{ start: iso(start), end: iso(end) }] }));
    expect(await part(t, t + 3600)).toBe('accepted');
    for (const [start, end] of [
      [t - 1, t + 10],
      [t, t + 3601],
      [t + 5, t + 5],
      [t + 9, t + 5],
    ] as const) {
      expect(await part(start, end)).toBe('E_DEF_WINDOW');
    }
    expect(await verdict(({ exhibit }) => Object.assign(exhibit.capture, { tz: 'Europe/Atlantis' }))).toBe(
      'E_REQ_SCHEMA',
    );
  });

  it('the schedule is a subset of its authorisation', async () => {
    const { schedule } = pair();
    expect(await verdict(({ schedule: claims }) => Object.assign(claims, { auth: schedule.jti }))).toBe('E_REQ_SCOPE');
    expect(await verdict(({ schedule: claims }) => Object.assign(claims, { sub: 'PV-2026/000124' }))).toBe(
      'E_REQ_SCOPE',
    );
    expect(
      await verdict(({ authorisation: claims }) => Object.assign(claims.period, { start: iso(NOW - 2 * DAY + 1) })),
    ).toBe('E_REQ_SCOPE');
    expect(
      await verdict(({ authorisation: claims }) => Object.assign(claims.period, { end: iso(NOW - 2 * DAY + 3599) })),
    ).toBe('E_REQ_SCOPE');
    expect(await verdict(({ exhibit }) => Object.assign(exhibit.camera, { place: 'Paris' }))).toBe('E_REQ_SCOPE');
    expect(
      await verdict(({ schedule: claims, exhibit }) => claims.exhibits.push({ ...exhibit, sha256: '2'.repeat(64) })),
    ).toBe('E_REQ_SCHEMA');
  });

  it('a camera may have a signed position, in degrees and with its ground, and nothing else for one', async () => {
    const position = { lat_deg: -33.9, lon_deg: 180, basis: 'relevé au GPS' };
    const placed = (value: unknown) => verdict(({ exhibit }) => Object.assign(exhibit.camera, { position: value }));
    expect(await verdict(({ exhibit }) => delete exhibit.camera.position)).toBe('accepted');
    expect(await placed(position)).toBe('accepted');
    for (const wrong of [
      { ...position, lat_deg: 90.1 },
      { ...position, lon_deg: -180.1 },
      { ...position, lat_deg: '48.8' },
      { ...position, basis: ' ' },
      { ...position, alt_m: 12 },
      { lat_deg: 48.8, lon_deg: 2.3 },
      { lat_deg: 48.8, basis: 'x' },
      [48.8, 2.3],
      null,
    ])
      expect(await placed(wrong), JSON.stringify(wrong)).toBe('E_REQ_SCHEMA');
  });

  it('FBD-02: refuses a service that no text names and a service that is not the installation’s', async () => {
    const controller =
      (type: string) =>
      ({ authorisation }: { authorisation: Loose }) =>
        Object.assign(authorisation.controller, { type });
    expect(await verdict(controller('commune'))).toBe('E_REQ_SCHEMA');
    expect(await verdict(controller('service_judiciaire_budget'))).toBe('E_REQ_AUTHORITY');
    const here = { controller: { type: 'gendarmerie_nationale', unit_code: 'SR-69' } };
    expect(await verdict(undefined, { context: here })).toBe('E_REQ_CONTROLLER');
  });
});

// Claims that may be anything: tests edit them past every type.
type Loose = ReturnType<typeof JSON.parse>;
