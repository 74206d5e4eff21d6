import type { JWK } from 'jose';
import { AUTHORISATION_TYP, SCHEDULE_TYP } from '../trust/registry.ts';
import { signClaims } from '../trust/sign.ts';
import { parseAuthorisation, parseSchedule } from './claims.ts';
import type { AuthorisationClaims, ScheduleClaims } from './types.ts';

// What an authority's own machine does. The gateway holds no issuing key (REQ-12); this is for the authority's command line, the demo
// and the tests.

/** Signs an authorisation. Refuses what the gateway would refuse by its schema; `key` is a private Ed25519 JWK with its `kid`. */
export async function authorise(claims: AuthorisationClaims, key: JWK): Promise<string> {
  parseAuthorisation(JSON.parse(JSON.stringify(claims)));
  return await signClaims(claims, AUTHORISATION_TYP, key);
}

/** Signs an exhibit schedule; as above. */
export async function schedule(claims: ScheduleClaims, key: JWK): Promise<string> {
  parseSchedule(JSON.parse(JSON.stringify(claims)));
  return await signClaims(claims, SCHEDULE_TYP, key);
}
