import { beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../gateway/errors.ts';
import { loadRegistry } from '../../gateway/trust/registry.ts';
import { type Authorities, newAuthorities } from '../requisition/support.ts';

describe('the registry of authority keys', () => {
  let authorities: Authorities;
  beforeAll(async () => {
    authorities = await newAuthorities();
  });
  const load = (changes: object, env: 'prod' | 'test' = 'test'): string => {
    const [first, ...rest] = authorities.keys;
    try {
      const registry = loadRegistry(JSON.stringify({ keys: [{ ...first, ...changes }, ...rest] }), env);
      return `${registry.size} keys`;
    } catch (error) {
      return error instanceof AppError ? error.code : String(error);
    }
  };

  it('REQ-18: production refuses a registry that holds one test issuer; the test environment reads it', () => {
    expect(load({})).toBe('4 keys');
    expect(load({}, 'prod')).toBe('E_KEY_REGISTRY');
    const prod = authorities.keys.map((key) => ({ ...key, env: 'prod' }));
    expect(loadRegistry(JSON.stringify({ keys: prod }), 'prod').size).toBe(4);
    expect(() => loadRegistry(JSON.stringify({ keys: [...prod.slice(1), authorities.keys[0]] }), 'prod')).toThrow(
      'E_KEY_REGISTRY',
    );
  });

  it('refuses a private key, another key type, an unknown member, a missing or malformed one, and a kid that stands twice', () => {
    for (const changes of [
      { d: authorities.procureur.privateJwk.d },
      { kty: 'RSA' },
      { crv: 'X25519' },
      { x: 'AAAA' },
      { admin: true },
      { kid: undefined },
      { kid: 'opj-1' },
      { iss: '' },
      { role: 'a b' },
      { signs: [] },
      { signs: ['differe-everything+jwt'] },
      { env: 'dev' },
      { nbf: '2026' },
    ]) {
      expect(load(changes), JSON.stringify(changes)).toBe('E_KEY_REGISTRY');
    }
  });

  it('refuses what is no JWKS, an empty one and one with duplicate members', () => {
    const key = JSON.stringify(authorities.keys[0]);
    for (const text of ['', '{}', '[]', '{"keys":[]}', `{"keys":[${key}],"keys":[${key}]}`, `{"keys":[${key}]} x`]) {
      expect(() => loadRegistry(text, 'test'), text).toThrow('E_KEY_REGISTRY');
    }
  });
});
