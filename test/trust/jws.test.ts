import { createHmac } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { readCompactJws, verifyJws, verifySignature } from '../../gateway/trust/jws.ts';
import { parseStrictJson } from '../../gateway/trust/strict-json.ts';
import { b64, codeOf, newKey, signRaw, type TestKey } from '../requisition/support.ts';

const RFC8037 = {
  // RFC 8037, appendix A: the key and the signed "Example of Ed25519 signing".
  key: { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' },
  jws: 'eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg',
};

describe('compact JWS', () => {
  let key: TestKey;
  let other: TestKey;
  beforeAll(async () => {
    [key, other] = await Promise.all([newKey('k1'), newKey('k2')]);
  });
  const verdict = (jws: string, jwk: unknown = key.publicJwk) => codeOf(verifyJws(jws, jwk));
  const good = () => signRaw({ alg: 'EdDSA' }, '{"a":1}', key);

  it('accepts the example of RFC 8037 and its own signatures, whatever the payload says', async () => {
    expect(await verdict(RFC8037.jws, RFC8037.key)).toBe('accepted');
    expect(await verdict(good())).toBe('accepted');
    expect(await verdict(signRaw({ alg: 'EdDSA', typ: 'JWT', kid: 'x' }, 'no JSON at all', key))).toBe('accepted');
  });

  it('REQ-11: refuses another key, a changed payload and a changed signature', async () => {
    expect(await verdict(good(), other.publicJwk)).toBe('E_REQ_SIG');
    const [head, , signature] = good().split('.');
    expect(await verdict(`${head}.${b64('{"a":2}')}.${signature}`)).toBe('E_REQ_SIG');
    const [h, p, s] = good().split('.') as [string, string, string];
    expect(await verdict(`${h}.${p}.${s.startsWith('A') ? 'B' : 'A'}${s.slice(1)}`)).toBe('E_REQ_SIG');
  });

  it('REQ-11: refuses alg none, HS256 with the public key as secret, ES256, Ed25519 by its other name and no alg', async () => {
    const payload = b64('{"a":1}');
    const none = b64('{"alg":"none"}');
    expect(await verdict(`${none}.${payload}.`)).toBe('E_REQ_SIG');
    expect(await verdict(`${none}.${payload}.${good().split('.')[2]}`)).toBe('E_REQ_SIG');
    const input = `${b64('{"alg":"HS256"}')}.${payload}`;
    for (const secret of [Buffer.from(String(key.publicJwk.x), 'base64url'), JSON.stringify(key.publicJwk)]) {
      expect(await verdict(`${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`)).toBe(
        'E_REQ_SIG',
      );
      expect(await verdict(`${input}.${createHmac('sha512', secret).update(input).digest('base64url')}`)).toBe(
        'E_REQ_SIG',
      );
    }
    for (const header of [{ alg: 'ES256' }, { alg: 'Ed25519' }, { alg: 'eddsa' }, { alg: ['EdDSA'] }, {}]) {
      expect(await verdict(signRaw(header, '{}', key)), JSON.stringify(header)).toBe('E_REQ_SIG');
    }
  });

  it('REQ-11: refuses every header member that brings a key, a rule or an encoding', async () => {
    const brought = {
      jwk: key.publicJwk,
      jku: 'https://example.org/keys',
      x5u: 'https://example.org/cert',
      x5c: ['MIIB'],
      crit: [],
      b64: true,
      zip: 'DEF',
    };
    for (const [name, value] of Object.entries(brought)) {
      expect(await verdict(signRaw({ alg: 'EdDSA', [name]: value }, '{}', key)), name).toBe('E_REQ_SIG');
    }
  });

  it('REQ-11: no signature holds on a header that asks for more to be understood', () => {
    const verify = (header: object) => verifySignature(readCompactJws(signRaw(header, '{}', key)), key.publicJwk);
    expect(verify({ alg: 'EdDSA', b64: false })).toBeUndefined();
    expect(() => verify({ alg: 'EdDSA', crit: ['b64'], b64: false })).toThrow('E_REQ_SIG');
  });

  it('REQ-11: refuses any encoding but the canonical one', async () => {
    const jws = good();
    const [h, p, s] = jws.split('.') as [string, string, string];
    // The 64 bytes of a signature leave four unused bits in the last character: sixteen spellings, one canonical.
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const stray = alphabet[alphabet.indexOf(s.slice(-1)) + 1];
    const variants = [
      `${jws}=`,
      `${h}.${p}.${s}==`,
      ` ${jws}`,
      `${jws} `,
      `${jws}\n`,
      `${h}. ${p}.${s}`,
      `${h}.${p}.${s.slice(0, -1)}${stray}`,
      `${h}.${p}`,
      `${jws}.`,
      `${jws}.${s}`,
      `${h}..${s}`,
      `${h}.${p.replace(/.$/, (last) => `${last}!`)}.${s}`,
      '',
      '..',
    ];
    for (const variant of variants) expect(await verdict(variant), JSON.stringify(variant)).toBe('E_REQ_SIG');
    const withPlus = signRaw({ alg: 'EdDSA' }, '~~~???>>>', key);
    expect(withPlus).toMatch(/[-_]/);
    expect(await verdict(withPlus.replaceAll('-', '+').replaceAll('_', '/'))).toBe('E_REQ_SIG');
  });

  it('REQ-11: refuses a header with duplicate members, with something after it, or that is no object', async () => {
    for (const header of [
      '{"alg":"EdDSA","alg":"EdDSA"}',
      '{"alg":"none","\\u0061lg":"EdDSA"}',
      '{"alg":"EdDSA"}{}',
      '["EdDSA"]',
      '"EdDSA"',
    ]) {
      expect(await verdict(signRaw(header, '{}', key)), header).toBe('E_REQ_SIG');
    }
  });

  it('refuses a key of another type, curve, use or length, and a payload beyond one mebibyte', async () => {
    const { x } = key.publicJwk;
    for (const jwk of [
      { kty: 'oct', k: x },
      { kty: 'EC', crv: 'P-256', x, y: x },
      { kty: 'OKP', crv: 'X25519', x },
      { kty: 'OKP', crv: 'Ed25519', x: String(x).slice(2) },
      { kty: 'OKP', crv: 'Ed25519', x, use: 'enc' },
      { kty: 'OKP', crv: 'Ed25519', x, alg: 'HS256' },
      'key',
      null,
    ]) {
      expect(await verdict(good(), jwk), JSON.stringify(jwk)).toBe('E_REQ_SIG');
    }
    expect(await verdict(signRaw({ alg: 'EdDSA' }, 'x'.repeat(1_048_576), key))).toBe('accepted');
    expect(await verdict(signRaw({ alg: 'EdDSA' }, 'x'.repeat(1_048_577), key))).toBe('E_REQ_SIG');
  });
});

describe('strict JSON', () => {
  it('reads what JSON.parse reads when nothing is ambiguous', () => {
    const value = { a: [1, -2.5, 'x,"y":{', { a: { a: null } }], 'b"c': true, '': [[], {}] };
    expect(parseStrictJson(JSON.stringify(value))).toEqual(value);
    expect(parseStrictJson(` [ {"a" : 1} , {"a" : 2} ] `)).toEqual([{ a: 1 }, { a: 2 }]);
  });

  it('REQ-11: refuses duplicate members at any depth and in any spelling, trailing data, marks and broken text', () => {
    for (const text of [
      '{"a":1,"a":1}',
      '{"a":1,"\\u0061":2}',
      '{"x":[{"y":{"a":1,"b":2,"a":3}}]}',
      '{"a":{"b":1},"a":{"b":1}}',
      '{"__proto__":{}}',
      '{"a":1} x',
      '{"a":1}{"a":1}',
      '{"a":1,}',
      "{'a':1}",
      '\ufeff{"a":1}',
      '{"a":"\\ud800"}',
      '{"a":NaN}',
      '// no\n{}',
      '',
    ]) {
      expect(() => parseStrictJson(text), JSON.stringify(text)).toThrow();
    }
    expect(() => parseStrictJson(Buffer.from([0x22, 0xc3, 0x28, 0x22]))).toThrow();
    expect(() => parseStrictJson(Buffer.from([0xef, 0xbb, 0xbf, 0x7b, 0x7d]))).toThrow();
  });
});
