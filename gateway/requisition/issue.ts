import { CompactSign, importJWK, type JWK } from 'jose';
import { AppError } from '../errors.ts';
import { parseAuthorisation, parseSchedule } from './claims.ts';
import { AUTHORISATION_TYP, SCHEDULE_TYP, type TokenType } from './registry.ts';
import type { AuthorisationClaims, ScheduleClaims } from './types.ts';

// What an authority's own machine does. The gateway holds no issuing key (REQ-12); this is for the authority's command line, the demo
// and the tests.

/** Signs an authorisation. Refuses what the gateway would refuse by its schema; `key` is a private Ed25519 JWK with its `kid`. */
export async function authorise(claims: AuthorisationClaims, key: JWK): Promise<string> {
  parseAuthorisation(JSON.parse(JSON.stringify(claims)));
  return await sign(claims, AUTHORISATION_TYP, key);
}

/** Signs an exhibit schedule; as above. */
export async function schedule(claims: ScheduleClaims, key: JWK): Promise<string> {
  parseSchedule(JSON.parse(JSON.stringify(claims)));
  return await sign(claims, SCHEDULE_TYP, key);
}

async function sign(claims: AuthorisationClaims | ScheduleClaims, typ: TokenType, key: JWK): Promise<string> {
  if (key.kid === undefined || key.d === undefined) {
    throw new AppError('E_KEY_REGISTRY', { detail: 'the signing key needs d and kid' });
  }
  return await new CompactSign(Buffer.from(JSON.stringify(claims), 'utf8'))
    .setProtectedHeader({ alg: 'EdDSA', kid: key.kid, typ })
    .sign(await importJWK(key, 'EdDSA'));
}
