import { randomUUID } from 'node:crypto';
import { DEMO } from '../../gateway/demo/requisition.ts';
import type { ActType } from '../../gateway/trust/registry.ts';
import { signClaims } from '../../gateway/trust/sign.ts';
import { clientOf, type Line } from '../support/line.ts';

const common = (sub: string) => ({
  ver: 1,
  env: 'test',
  iss: 'parquet-demo',
  aud: DEMO.installation,
  jti: randomUUID(),
  iat: Math.floor(Date.now() / 1000),
  sub,
  act_ref: 'ORD-2026-1',
  act_sha256: 'c'.repeat(64),
});

/** An act of the installation, which names no procedure. */
export function signedByOffice(line: Line, typ: ActType, claims: object): Promise<string> {
  const { sub: _sub, act_ref: _ref, act_sha256: _sha256, ...own } = common('-');
  return signClaims({ ...own, ...claims }, typ, line.installation.magistrateKey);
}

export const signed = (line: Line, typ: ActType, claims: object, sub: string = DEMO.procedure) =>
  signClaims({ ...common(sub), ...claims }, typ, line.installation.magistrateKey);

export const eraseOrder = (line: Line, sub?: string) =>
  signed(line, 'differe-order+jwt', { kind: 'erase', basis: 'own_motion', ordered_at: new Date().toISOString() }, sub);

export const closure = (line: Line, claims: object = {}, sub?: string) =>
  signed(
    line,
    'differe-closure+jwt',
    {
      ground: 'procedure_closed',
      outcome: 'useful',
      closed_at: new Date().toISOString(),
      erase: 'within_24_h',
      ...claims,
    },
    sub,
  );

/** Hands an act over; gives its id. */
export const present = async (line: Line, act: string): Promise<string> =>
  (await clientOf(line).json<{ id: string }>('POST', '/api/v1/acts', { act })).id;
