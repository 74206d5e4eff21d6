import { createHmac } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Tokens, type VerifyContext, verifyRequisition } from '../../gateway/requisition/verify.ts';
import { SIGNED_TYPES } from '../../gateway/trust/registry.ts';
import {
  type Authorities,
  authorisationClaims,
  b64,
  codeOf,
  contextOf,
  NOW,
  newAuthorities,
  newKey,
  scheduleClaims,
  signRaw,
  type TestKey,
  tokensOf,
} from './support.ts';

type Which = keyof Tokens;
interface Mutant {
  readonly tokens: Tokens;
  readonly context?: Partial<VerifyContext>;
}

/** Small, seeded and good enough: the same mutants in every run. */
function random(seed: number) {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (n: number): number => Math.floor(next() * n);
  return { below, pick: <T>(list: readonly T[]): T => list[below(list.length)] as T };
}

const TYPES = { authorisation: 'differe-authorisation+jwt', schedule: 'differe-schedule+jwt' } as const;
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  ...{
    a: 'а',
    e: 'е',
    o: 'о',
    p: 'р',
    c: 'с',
    i: 'і',
    A: 'Α',
    E: 'Ε',
    I: 'Ι',
    R: 'Ʀ',
    L: 'Ⅼ',
    P: 'Ρ',
    '1': 'l',
    '-': '‐',
  },
};

describe('mutants of a valid requisition', () => {
  let authorities: Authorities;
  let stranger: TestKey;
  let pair: { readonly authorisation: Record<string, unknown>; readonly schedule: Record<string, unknown> };
  let tokens: Tokens;
  let others: Tokens;

  beforeAll(async () => {
    authorities = await newAuthorities();
    stranger = await newKey('stranger');
    const fresh = () => {
      const authorisation = authorisationClaims();
      return { authorisation, schedule: scheduleClaims(authorisation, [authorities.agent]) };
    };
    const valid = fresh();
    pair = structuredClone(valid) as unknown as typeof pair;
    tokens = tokensOf(authorities, valid.authorisation, valid.schedule);
    const second = fresh();
    others = tokensOf(authorities, second.authorisation, second.schedule);
  });

  const keyOf = (which: Which): TestKey => (which === 'authorisation' ? authorities.procureur : authorities.opj);
  const headerOf = (which: Which) => ({ alg: 'EdDSA', kid: keyOf(which).privateJwk.kid, typ: TYPES[which] });
  const payloadOf = (which: Which): string => JSON.stringify(pair[which]);
  const replaced = (which: Which, token: string): Mutant => ({ tokens: { ...tokens, [which]: token } });

  /** The kinds of mutants; each gives one for a source of chance, or undefined when it would say the same as before. */
  const KINDS: Readonly<Record<string, (which: Which, chance: ReturnType<typeof random>) => Mutant | undefined>> = {
    byte(which, { below }) {
      const parts = tokens[which].split('.');
      const at = below(3);
      const bytes = Buffer.from(parts[at] ?? '', 'base64url');
      const index = below(bytes.length);
      bytes[index] = (bytes[index] ?? 0) ^ (1 << below(8));
      parts[at] = b64(bytes);
      return replaced(which, parts.join('.'));
    },
    character(which, { below, pick }) {
      const token = tokens[which];
      const index = below(token.length);
      const character = pick([...'ABab01-_.=+/ \n\t%\u0000é']);
      if (token[index] === character) return undefined;
      return replaced(which, token.slice(0, index) + character + token.slice(index + 1));
    },
    length(which, { below, pick }) {
      const token = tokens[which];
      const index = below(token.length);
      const more = pick(['=', '==', ' ', '\n', '.', 'A', '..', '\u200b']);
      return replaced(
        which,
        pick([
          token.slice(0, index),
          token.slice(0, index) + more + token.slice(index),
          `${more}${token}`,
          token + more,
        ]),
      );
    },
    // Trailing bits, padding and the other alphabet decode to the same bytes in a forgiving decoder.
    encoding(which, { below, pick }) {
      const parts = tokens[which].split('.');
      const at = below(3);
      const part = parts[at] ?? '';
      const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
      const free = part.length % 4 === 2 ? 16 : part.length % 4 === 3 ? 4 : 0;
      const last = alphabet[(alphabet.indexOf(part.at(-1) ?? '') & ~(free - 1)) + below(Math.max(free, 1))] ?? '';
      const variant = pick([
        `${part}=`,
        `${part}==`,
        part.replaceAll('-', '+').replaceAll('_', '/'),
        free === 0 ? `${part}\n` : part.slice(0, -1) + last,
        Buffer.from(part, 'base64url').toString('hex'),
      ]);
      if (variant === part) return undefined;
      parts[at] = variant;
      return replaced(which, parts.join('.'));
    },
    splice(which, { below }) {
      const parts = tokens[which].split('.');
      const donor = (
        below(2) === 0 ? others[which] : tokens[which === 'schedule' ? 'authorisation' : 'schedule']
      ).split('.');
      const at = below(3);
      if (parts[at] === donor[at]) return undefined;
      parts[at] = donor[at] ?? '';
      return replaced(which, parts.join('.'));
    },
    // Both halves are valid, and not of one requisition; or one stands where the other belongs.
    pairing(which, { below }) {
      if (below(2) === 0) return { tokens: { ...tokens, [which]: others[which] } };
      return {
        tokens: { authorisation: tokens.schedule, schedule: below(2) === 0 ? tokens.authorisation : tokens.schedule },
      };
    },
    // Truly signed by the authority, and to be read in two ways.
    duplicate(which, { pick }) {
      const header = JSON.stringify(headerOf(which));
      const payload = payloadOf(which);
      const name = pick(Object.keys(pair[which]));
      const member = `${JSON.stringify(name)}:${JSON.stringify(pair[which][name])}`;
      return pick([
        () => replaced(which, signRaw(header, `${payload.slice(0, -1)},${member}}`, keyOf(which))),
        () => replaced(which, signRaw(header, `{${member},${payload.slice(1)}`, keyOf(which))),
        () => replaced(which, signRaw(`${header.slice(0, -1)},"alg":"EdDSA"}`, payload, keyOf(which))),
        () => replaced(which, signRaw(header, `${payload} ${payload}`, keyOf(which))),
        () => replaced(which, signRaw(header, `\ufeff${payload}`, keyOf(which))),
        () => replaced(which, signRaw(header, `${payload.slice(0, -1)},"__proto__":{}}`, keyOf(which))),
      ])();
    },
    header(which, { pick }) {
      const payload = payloadOf(which);
      const header = headerOf(which);
      const kids = [...authorities.keys.map(({ kid }) => kid), 'stranger', '', '../procureur-1', 'PROCUREUR-1'];
      const changes = pick<object>([
        { alg: pick(['none', 'None', 'HS256', 'ES256', 'RS256', 'EDDSA', 'eddsa', 'Ed25519', '']) },
        { typ: pick(['JWT', 'dpop+jwt', '', ...SIGNED_TYPES.filter((typ) => typ !== header.typ)]) },
        { kid: pick(kids.filter((kid) => kid !== header.kid)) },
        { jwk: pick([stranger.publicJwk, keyOf(which).publicJwk]) },
        { jku: 'https://differe.example/keys' },
        { x5u: 'https://differe.example/chain' },
        { x5c: ['AAAA'] },
        { crit: pick([[], ['exp'], ['b64']]) },
        { b64: pick([true, false]) },
        { zip: 'DEF' },
        { cty: 'JWT' },
        { nonce: 'x' },
      ]);
      const key = pick([keyOf(which), keyOf(which), stranger, authorities.agent]);
      return replaced(which, signRaw({ ...header, ...changes }, payload, key));
    },
    // The classic: the public key taken for the secret of an HMAC; and no signature at all.
    confusion(which, { pick }) {
      const input = `${b64(JSON.stringify({ ...headerOf(which), alg: pick(['HS256', 'EdDSA']) }))}.${b64(payloadOf(which))}`;
      const secret = Buffer.from(String(keyOf(which).publicJwk.x), 'base64url');
      const short = createHmac('sha256', secret).update(input).digest();
      const signature = pick([b64(short), b64(Buffer.concat([short, short])), '', b64(Buffer.alloc(64))]);
      return replaced(which, `${input}.${signature}`);
    },
    stranger(which, { pick }) {
      const key = pick([stranger, authorities.agent, which === 'schedule' ? authorities.juge : authorities.opj]);
      return replaced(which, signRaw(headerOf(which), payloadOf(which), key));
    },
    homoglyph(which, { below, pick }) {
      const closed = {
        authorisation: ['env', 'iss', 'sub', 'aud', 'jti', 'framework', 'purpose'],
        schedule: ['env', 'iss', 'sub', 'aud', 'jti', 'auth'],
      } as const;
      const name = pick<string>(closed[which]);
      const value = String(pair[which][name]);
      const places = [...value].flatMap((character, index) => (character in LOOK_ALIKES ? [index] : []));
      const index = places[below(places.length)];
      // Some text has no letter that looks like another's: then a character that nobody sees.
      const mutated =
        index === undefined
          ? `${value}${pick(['\u200b', '\u00a0', ' '])}`
          : value.slice(0, index) + LOOK_ALIKES[value[index] ?? ''] + value.slice(index + 1);
      const payload = JSON.stringify({ ...pair[which], [name]: mutated });
      return replaced(which, signRaw(headerOf(which), payload, keyOf(which)));
    },
    // Everything true, and at the wrong time.
    clock(which, { below, pick }) {
      const { nbf, exp } = pair[which] as { nbf: number; exp: number };
      if (below(2) === 0) {
        const nowSeconds = pick([0, nbf - 1 - below(100_000), exp + below(10_000_000), 4_000_000_000]);
        return { tokens, context: { nowSeconds } };
      }
      const changes = pick<object>([
        { iat: NOW + 61 + below(1000) },
        { nbf: NOW + 1 + below(1000) },
        { exp: NOW - below(1000) },
        { nbf: exp, exp: nbf },
        { exp: String(exp) },
        { exp: exp + 0.5 },
        { iat: -1 },
        { exp: nbf + 61 * 86_400 },
      ]);
      return replaced(which, signRaw(headerOf(which), JSON.stringify({ ...pair[which], ...changes }), keyOf(which)));
    },
  };

  it('REQ-11, REQ-17: of 10,000 mutants of a valid requisition none is accepted, and what they come from is', async () => {
    const chance = random(20260505);
    const kinds = Object.keys(KINDS);
    const refused = new Map<string, number>();
    expect(await codeOf(verifyRequisition(tokens, contextOf(authorities)))).toBe('accepted');
    for (let made = 0; made < 10_000; ) {
      const kind = kinds[made % kinds.length] ?? '';
      const which = chance.pick(['authorisation', 'schedule'] as const);
      const mutant = KINDS[kind]?.(which, chance);
      if (mutant === undefined) continue;
      const code = await codeOf(verifyRequisition(mutant.tokens, contextOf(authorities, mutant.context)));
      // The token is shown only when it fails: an expectation a mutant would cost more than its verification.
      if (!code.startsWith('E_')) expect.fail(`${kind} of the ${which} was ${code}: ${JSON.stringify(mutant)}`);
      refused.set(code, (refused.get(code) ?? 0) + 1);
      made += 1;
    }
    expect(await codeOf(verifyRequisition(others, contextOf(authorities)))).toBe('accepted');
    // Most die at the signature; those that an authority truly signed die of what they say.
    expect(refused.get('E_REQ_SIG')).toBeGreaterThan(5000);
    for (const code of ['E_REQ_SCHEMA', 'E_REQ_EXPIRED', 'E_REQ_REPLAY', 'E_REQ_SCOPE', 'E_REQ_FRAMEWORK']) {
      expect(refused.get(code), code).toBeGreaterThan(10);
    }
  }, 60_000);
});
