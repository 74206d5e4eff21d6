import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from './errors.ts';

// More requests than the machine can answer must not make every answer late: so many are worked on at once, so many wait, for so long, and
// whoever comes then is told at once to come back. That is said before his proof is looked at, which is most of what refusing him would cost;
// in a flood it is said before the framework looks at him, which is half of the rest.

/** How many requests for acts are worked on at once in this process, how many wait for that, and for how long. */
export interface InFlightLimits {
  readonly working: number;
  readonly waiting: number;
  readonly longestWaitMs: number;
}

/**
 * `working` is above the connections to the database, so that none of them idles, and so many that questions are kept and written to the
 * journal together (decision 0050: a tenth more of them a second than with 32; with 128 no more). `waiting` holds a hundred deposits that
 * begin at the same moment, with questions beside them; and when each of a hundred begins an analysis, who asks beside them waits for
 * some seconds.
 */
export const IN_FLIGHT: InFlightLimits = { working: 64, waiting: 256, longestWaitMs: 10_000 };

const LEFT_BEHIND_MS = 60_000;
/** Seconds that a refused client is asked to wait. The queue of a gateway that works is shorter. */
export const RETRY_AFTER_S = 1;

export interface InFlight {
  working(): number;
  waiting(): number;
  /** Whether a stranger who comes now is refused. */
  isFull(): boolean;
  /** To be called after the guard is put up: ends the turn of an answer whose work is done, its event in the journal included. */
  endTurns(): void;
}

interface Turns {
  /** Resolves when it is the caller's turn; rejects with E_BUSY after the longest wait. */
  take(isKnown: boolean): Promise<void>;
  /** Whether a stranger who comes now is to be refused: to be asked before he takes a turn. */
  isFull(): boolean;
  give(): void;
  working(): number;
  waiting(): number;
}

/** Turns in the order of arrival. Who is known (has been proven and decided on) goes first and is not refused for the length of the queue. */
export function createTurns(limits: InFlightLimits): Turns {
  let working = 0;
  const strangers: (() => void)[] = [];
  const known: (() => void)[] = [];
  const isFull = (): boolean => working >= limits.working && strangers.length >= limits.waiting;
  const next = (): void => (known.shift() ?? strangers.shift())?.();
  return {
    async take(isKnown) {
      if (working < limits.working) {
        working += 1;
        return;
      }
      const queue = isKnown ? known : strangers;
      await new Promise<void>((resolve, reject) => {
        const start = (): void => {
          clearTimeout(timer);
          working += 1;
          resolve();
        };
        const timer = setTimeout(() => {
          queue.splice(queue.indexOf(start), 1);
          reject(new AppError('E_BUSY', { detail: 'waited too long', retryAfterSeconds: RETRY_AFTER_S }));
        }, limits.longestWaitMs);
        queue.push(start);
      });
    },
    give() {
      working -= 1;
      next();
    },
    isFull,
    working: () => working,
    waiting: () => known.length + strangers.length,
  };
}

/**
 * Bounds the requests that are worked on. To be called before the guard is put up. Public routes (the console's files, the API description)
 * are not counted. A body that is still on its way holds no turn, however slowly it comes; nor does the payload of an answer, once it leaves.
 * `refuse` answers E_BUSY to those who are too many, at little cost.
 */
export function installInFlight(
  app: FastifyInstance,
  limits: InFlightLimits,
  refuse: (request: FastifyRequest, reply: FastifyReply) => Promise<void>,
): InFlight {
  const turns = createTurns(limits);
  const holders = new WeakSet<FastifyRequest>();

  const take = async (request: FastifyRequest, reply: FastifyReply, isKnown: boolean): Promise<void> => {
    await turns.take(isKnown);
    // Whoever went away while he waited: nobody reads what would be worked out.
    if (reply.raw.closed || reply.raw.destroyed) {
      turns.give();
      throw new AppError('E_REQUEST', { detail: 'the client went' });
    }
    holders.add(request);
  };
  const give = (request: FastifyRequest): void => {
    if (holders.delete(request)) turns.give();
  };

  app.addHook('onRequest', async (request, reply) => {
    if (!isCounted(request)) return;
    if (turns.isFull()) return await refuse(request, reply);
    // An answer for a client that went gives its turn back in onSend like any other; the minute is for one that never gets there.
    reply.raw.once('close', () => {
      if (reply.raw.writableEnded) give(request);
      else setTimeout(give, LEFT_BEHIND_MS, request).unref();
    });
    await take(request, reply, false);
  });
  app.addHook('preParsing', async (request) => {
    // Undefined where no connection is (inject).
    if (request.raw.complete === false) give(request);
  });
  app.addHook('preValidation', async (request, reply) => {
    // A deposit takes its bytes in its handler, for as long as they take.
    const isDeposit = request.routeOptions.config.action === 'exhibit.upload';
    if (isCounted(request) && !isDeposit && !holders.has(request)) await take(request, reply, true);
  });
  return {
    working: turns.working,
    waiting: turns.waiting,
    isFull: turns.isFull,
    endTurns() {
      app.addHook('onSend', async (request, _reply, payload) => {
        give(request);
        return payload;
      });
    },
  };
}

/** Where every route is an act that is counted. */
const ACTS = '/api/v1/cases/';
/** What is still to come of a request that is refused unseen is read and left, and stays small. */
const MOST_UNSEEN_BYTES = 65_536;

/**
 * Gives what refuses an act on a case by E_BUSY before the framework has seen the request, and says whether it did. In a flood what that costs is
 * taken from the answers. The first refusal of each minute goes the long way, where it gets its event; so do connections that end with
 * their answer, and requests of which much is still to come.
 */
export function refusalUnseen(
  { isFull }: Pick<InFlight, 'isFull'>,
  countRefusal: (code: 'E_BUSY') => boolean,
  sayBusy: (request: IncomingMessage, response: ServerResponse, correlationId: string) => void,
): (request: IncomingMessage, response: ServerResponse) => boolean {
  let refused = 0;
  return (request, response) => {
    if (!isFull() || !request.url?.startsWith(ACTS) || !response.shouldKeepAlive) return false;
    const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers;
    if (encoding !== undefined || !(Number(length) <= MOST_UNSEEN_BYTES) || !countRefusal('E_BUSY')) return false;
    refused += 1;
    sayBusy(request, response, `busy-${refused}`);
    return true;
  };
}

const isCounted = (request: FastifyRequest): boolean =>
  !request.is404 && request.routeOptions.config.action !== 'public.read';
