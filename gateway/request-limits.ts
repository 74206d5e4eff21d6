import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from './errors.ts';

/** How many requests a minute are answered, in this process; 0 is without a limit. */
export interface RequestLimits {
  readonly perAddress: number;
  readonly perAgent: number;
}

const MINUTE_MS = 60_000;

type Look = (request: FastifyRequest) => Promise<void>;

/** Limits by address now, before anybody is asked who he is, and gives the limit by proven key, to be put up after the guard. E_RATE. */
export async function installAddressLimit(app: FastifyInstance, limits: RequestLimits): Promise<() => void> {
  await app.register(rateLimit, { global: false });
  const limit = (max: number, keyOf: (request: FastifyRequest) => string | undefined): Look => {
    if (max === 0) return async () => undefined;
    const look = app.createRateLimit({ max, timeWindow: MINUTE_MS, keyGenerator: (request) => keyOf(request) ?? '' });
    return async (request) => {
      if (keyOf(request) === undefined) return;
      const state = await look(request);
      if (state.isAllowed || !state.isExceeded) return;
      throw new AppError('E_RATE', { retryAfterSeconds: Math.max(1, state.ttlInSeconds) });
    };
  };
  app.addHook(
    'onRequest',
    limit(limits.perAddress, ({ ip }) => ip),
  );
  return () =>
    app.addHook(
      'onRequest',
      limit(limits.perAgent, ({ thumbprint }) => thumbprint),
    );
}
