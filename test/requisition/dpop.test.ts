import { createHash, randomUUID, webcrypto } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  checkProof,
  createReplayGuard,
  makeProof,
  type ProofInput,
  type ReplayGuard,
} from '../../gateway/requisition/dpop.ts';
import { codeOf, NOW, newKey, signRaw, type TestKey } from './support.ts';

const URL_ = 'https://differe.example/api/v1/cases';
const TOKEN = randomUUID();
const ath = (token: string): string => createHash('sha256').update(token).digest('base64url');

/** As the gateway does it: the proof alone, then whether it was used before. */
async function accept(input: ProofInput, replay: ReplayGuard): Promise<string> {
  const proof = await checkProof(input);
  replay.accept(proof, input.nowSeconds);
  return proof.jkt;
}

describe('proof of possession (RFC 9449)', () => {
  let key: TestKey;
  beforeAll(async () => {
    key = await newKey('agent');
  });
  const input = (proof: string, changes: Partial<ProofInput> = {}): ProofInput => ({
    proof,
    method: 'GET',
    url: URL_,
    nowSeconds: NOW,
    ...changes,
  });
  const verdict = (proof: string, changes: Partial<ProofInput> = {}) =>
    codeOf(accept(input(proof, changes), createReplayGuard(0)));
  const claims = (changes: object = {}) => ({ jti: randomUUID(), htm: 'GET', htu: URL_, iat: NOW, ...changes });
  const header = (changes: object = {}) => ({ typ: 'dpop+jwt', alg: 'EdDSA', jwk: key.publicJwk, ...changes });
  const raw = (head: object, body: object) => signRaw(head, JSON.stringify(body), key);

  it('accepts its own proofs, from a JWK or from a key pair that cannot be read, and names the key by thumbprint', async () => {
    const proof = await makeProof({ key: key.privateJwk, method: 'GET', url: `${URL_}?a=1#b`, nowSeconds: NOW });
    expect(await accept(input(proof), createReplayGuard(0))).toBe(key.jkt);
    const pair = (await webcrypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
    const publicJwk = await webcrypto.subtle.exportKey('jwk', pair.publicKey);
    const byPair = await makeProof({
      key: { privateKey: pair.privateKey, publicJwk: publicJwk as object },
      method: 'GET',
      url: URL_,
      nowSeconds: NOW,
    });
    expect(await verdict(byPair)).toBe('accepted');
    expect(await verdict(raw(header({ jwk: publicJwk }), claims()))).toBe('E_REQ_PROOF');
  });

  it('compares method and target; host case, default port and the request’s query do not count', async () => {
    const proof = () => raw(header(), claims());
    expect(await verdict(proof(), { url: 'https://DIFFERE.example:443/api/v1/cases?x=1' })).toBe('accepted');
    expect(await verdict(raw(header(), claims({ htu: 'https://DIFFERE.EXAMPLE:443/api/v1/cases' })))).toBe('accepted');
    for (const changes of [
      { method: 'POST' },
      { method: 'get' },
      { url: 'http://differe.example/api/v1/cases' },
      { url: 'https://differe.example:8443/api/v1/cases' },
      { url: 'https://other.example/api/v1/cases' },
      { url: 'https://differe.example/api/v1/cases/' },
      { url: 'https://differe.example/api/v1/Cases' },
    ]) {
      expect(await verdict(proof(), changes), JSON.stringify(changes)).toBe('E_REQ_PROOF');
    }
    for (const htu of [`${URL_}?`, `${URL_}?x=1`, `${URL_}#`, '/api/v1/cases', '', 7, [URL_]]) {
      expect(await verdict(raw(header(), claims({ htu }))), String(htu)).toBe('E_REQ_PROOF');
    }
  });

  it('holds iat to 60 s either way', async () => {
    for (const [iat, answer] of [
      [NOW - 60, 'accepted'],
      [NOW + 60, 'accepted'],
      [NOW - 61, 'E_REQ_PROOF'],
      [NOW + 61, 'E_REQ_PROOF'],
      [NOW + 0.5, 'E_REQ_PROOF'],
      [String(NOW), 'E_REQ_PROOF'],
      [undefined, 'E_REQ_PROOF'],
    ] as const) {
      expect(await verdict(raw(header(), claims({ iat }))), String(iat)).toBe(answer);
    }
  });

  it('binds the proof to the requisition id by ath, both ways', async () => {
    const bound = () => raw(header(), claims({ ath: ath(TOKEN) }));
    expect(await verdict(bound(), { accessToken: TOKEN })).toBe('accepted');
    expect(await verdict(bound(), { accessToken: randomUUID() })).toBe('E_REQ_PROOF');
    expect(await verdict(bound())).toBe('E_REQ_PROOF');
    expect(await verdict(raw(header(), claims()), { accessToken: TOKEN })).toBe('E_REQ_PROOF');
  });

  it('refuses another type, algorithm, header member or claim, a private key, and a key that did not sign', async () => {
    const other = await newKey('other');
    for (const head of [
      header({ typ: 'JWT' }),
      header({ typ: undefined }),
      header({ alg: 'none' }),
      header({ alg: 'HS256' }),
      header({ kid: 'x' }),
      header({ crit: ['x'] }),
      header({ jwk: undefined }),
      header({ jwk: other.publicJwk }),
      header({ jwk: key.privateJwk }),
      header({ jwk: { ...key.publicJwk, d: '' } }),
      header({ jwk: { kty: 'oct', k: key.publicJwk.x } }),
    ]) {
      expect(await verdict(raw(head, claims())), JSON.stringify(head)).toBe('E_REQ_PROOF');
    }
    for (const body of [
      claims({ jti: undefined }),
      claims({ jti: 'short' }),
      claims({ jti: 7 }),
      claims({ nbf: NOW }),
      claims({ htm: undefined }),
    ]) {
      expect(await verdict(raw(header(), body)), JSON.stringify(body)).toBe('E_REQ_PROOF');
    }
    for (const proof of [
      '',
      'x',
      'a.b.c',
      `${raw(header(), claims())}, ${raw(header(), claims())}`,
      'x'.repeat(5000),
    ]) {
      expect(await verdict(proof), proof.slice(0, 20)).toBe('E_REQ_PROOF');
    }
  });

  it('accepts a proof once, within the two minutes in which it could be accepted at all', async () => {
    const replay = createReplayGuard(0);
    const proof = raw(header(), claims({ iat: NOW + 60 }));
    const at = (nowSeconds: number) => codeOf(accept(input(proof, { nowSeconds }), replay));
    expect(await at(NOW)).toBe('accepted');
    for (const later of [0, 60, 119, 120, 121]) expect(await at(NOW + later), String(later)).toBe('E_REQ_PROOF');
  });

  it('refuses a proof made before the process started, and everything when its memory is full', async () => {
    expect(await codeOf(accept(input(raw(header(), claims({ iat: NOW - 1 }))), createReplayGuard(NOW)))).toBe(
      'E_REQ_PROOF',
    );
    expect(await codeOf(accept(input(raw(header(), claims())), createReplayGuard(NOW)))).toBe('accepted');
    const small = createReplayGuard(0, { proofs: 2, proofsPerKey: 2 });
    const next = (nowSeconds: number) =>
      codeOf(accept(input(raw(header(), claims({ iat: nowSeconds })), { nowSeconds }), small));
    expect([await next(NOW), await next(NOW), await next(NOW)]).toEqual(['accepted', 'accepted', 'E_RATE']);
    expect(await next(NOW + 121)).toBe('accepted');
  });

  it('refuses a key that uses up its share, and no other key for it', async () => {
    const replay = createReplayGuard(0, { proofs: 10, proofsPerKey: 2 });
    let made = 0;
    const next = (jkt: string, now: number) => {
      made += 1;
      const proof = { jkt, jti: `proof-${made}`, iat: now };
      return codeOf(Promise.resolve().then(() => replay.accept(proof, now)));
    };
    expect([await next('a', NOW), await next('a', NOW + 60), await next('a', NOW + 60)]).toEqual([
      'accepted',
      'accepted',
      'E_RATE',
    ]);
    expect(await next('b', NOW + 60)).toBe('accepted');
    // One of the two is forgotten, so there is room for one.
    expect([await next('a', NOW + 121), await next('a', NOW + 121)]).toEqual(['accepted', 'E_RATE']);
    expect([await next('b', NOW + 121), await next('b', NOW + 121)]).toEqual(['accepted', 'E_RATE']);
  });

  it('says of what is too much when there is room again, and never a bad proof of it', () => {
    const replay = createReplayGuard(0, { proofs: 3, proofsPerKey: 2 });
    const refusal = (jkt: string, jti: string, now: number): unknown => {
      try {
        return replay.accept({ jkt, jti, iat: now }, now);
      } catch (error) {
        return error;
      }
    };
    expect([refusal('a', 'one-proof', NOW), refusal('a', 'two-proof', NOW + 30)]).toEqual([undefined, undefined]);
    expect(refusal('a', 'three', NOW + 40)).toMatchObject({ code: 'E_RATE', retryAfterSeconds: 81 });
    // Used up, it stays a proof that was seen before.
    expect(refusal('a', 'one-proof', NOW + 40)).toMatchObject({ code: 'E_REQ_PROOF' });
    expect(refusal('b', 'one-proof', NOW + 50)).toBe(undefined);
    expect(refusal('c', 'one-proof', NOW + 60)).toMatchObject({ code: 'E_BUSY', retryAfterSeconds: 61 });
    expect(refusal('a', 'three', NOW + 121)).toBe(undefined);
    expect(refusal('a', 'four', NOW + 121)).toMatchObject({ code: 'E_RATE', retryAfterSeconds: 30 });
  });

  it('holds by itself 20,000 proofs of a key', () => {
    const replay = createReplayGuard(0);
    for (let n = 0; n < 20_000; n++) replay.accept({ jkt: 'a', jti: `proof-${n}`, iat: NOW }, NOW);
    expect(() => replay.accept({ jkt: 'a', jti: 'one-more', iat: NOW }, NOW)).toThrow('E_RATE');
    expect(() => replay.accept({ jkt: 'b', jti: 'another', iat: NOW }, NOW)).not.toThrow();
  });
});
