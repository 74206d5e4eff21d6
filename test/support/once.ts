import type { FastifyInstance } from 'fastify';
import { installIdempotency } from '../../gateway/idempotency.ts';

/** For routes under test without a database of keys: what they make is made, and a request that carries a key fails. */
export function withoutKeys(app: FastifyInstance): void {
  const absent = async (): Promise<never> => {
    throw new Error('no keys here');
  };
  const refuse = (): never => {
    throw new Error('no keys here');
  };
  installIdempotency(app, {
    database: { inCase: absent, inService: absent },
    vault: { seal: absent, unseal: absent, sealHere: refuse, unsealHere: refuse },
    clock: { nowMs: refuse },
  });
}
