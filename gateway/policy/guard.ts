import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Clock, nowSeconds } from '../clock.ts';
import { AppError, type ErrorCode } from '../errors.ts';
import { type Fault, faultAt } from '../faults.ts';
import type { CaseId } from '../ids.ts';
import { decide } from './decide.ts';
import {
  type Act,
  type ActEvent,
  appendOrStop,
  createRefusalJournal,
  eventsOf,
  type Facts,
  type Journal,
  type RefusalJournal,
  type ThingShown,
} from './journal.ts';
import { installProblems } from './problem.ts';
import { answersInSafeMode } from './safe-mode.ts';
import {
  ACTIONS,
  type Action,
  type Authority,
  type Decision,
  type Op,
  type PolicySet,
  type Principal,
  type RevealReason,
  reachOf,
} from './types.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The act of the route; without one the gateway does not start. */
    action?: Action;
    /**
     * `handler`: the handler writes the journal event itself by `request.record`, because only it learns the reason (the presenting of a
     * requisition). An answer below 400 without that event becomes E_LOG_DOWN.
     */
    journal?: 'handler';
  }
  interface FastifyRequest {
    /** Who asks; nobody until the guard has run. */
    readonly principal: Principal;
    /** The requisition in force for this request, as far as a decision needs it. */
    readonly authority: Authority | undefined;
    /** RFC 7638 thumbprint of the key that proved itself for this request. */
    readonly thumbprint: string | undefined;
    /** Says which things the response shows (LOG-01); `shown` is the time range of the content. Adds to what was said before. */
    show(objects: readonly ThingShown[], shown?: { readonly fromMs: number; readonly toMs: number }): void;
    /** Says why the matched object of a hit is uncovered: stands in the events of the request. */
    because(reason: RevealReason): void;
    /**
     * Work that waits for the event of the disclosure: it runs when that is durable and before the payload leaves, and never when the
     * answer is a refusal. When it throws, the answer is that error. For routes that disclose; elsewhere E_INTERNAL.
     */
    afterDisclosure(work: () => Promise<void>): void;
    /** Decides again with operations drawn from the content of the request, and whether its question is broad; throws the refusal. */
    decide(extraOps: readonly Op[], broad?: boolean): void;
    /** Writes the event of a route with `journal: 'handler'`; resolves when it is durable. */
    record(
      objects: readonly ThingShown[],
      authority: Pick<Authority, 'procedure' | 'requisitionId'>,
      facts?: Facts,
    ): Promise<void>;
  }
}

export interface Identity {
  readonly principal: Principal;
  readonly authority: Authority | undefined;
  /** Handed on to the handlers as `request.requisition`, whose type is the requisition room's; policy does not look into it. */
  readonly requisition?: FastifyRequest['requisition'];
  readonly thumbprint?: string;
}

export interface GuardDeps {
  /** Who asks, by proof; throws E_REQ_MISSING or E_REQ_PROOF. Not called for what is public. */
  authenticate(request: FastifyRequest): Promise<Identity>;
  readonly log: Journal;
  readonly clock: Clock;
  readonly policies: PolicySet;
  /** Why the installation processes nothing; undefined, or absent, when it is in order. */
  readonly safeMode?: () => ErrorCode | undefined;
  /** Hears of every refusal, for the counters. */
  readonly onRefusal?: (code: ErrorCode) => void;
}

export interface HearsRefusals extends Pick<RefusalJournal, 'countRefusal'> {
  /** Of a request that the guard has seen. */
  refused(code: ErrorCode, request: FastifyRequest): Promise<void>;
}

/** What the guard knows of one request. */
interface Seen {
  identity: Identity;
  decision: Decision | undefined;
  objects: ThingShown[];
  shown: { fromMs: number; toMs: number } | undefined;
  recorded: boolean;
  /** Whether a broad question was decided on (PRO-04). */
  broad: boolean;
  /** Why the matched object of a hit is uncovered (PRO-02). */
  revealed: RevealReason | undefined;
  /** What waits for the event of the disclosure. */
  afterwards: (() => Promise<void>)[];
}

/** Who has shown no proof. */
export const NOBODY: Identity = {
  principal: { role: 'anonymous', agentId: undefined, service: undefined, habilitation: 'none' },
  authority: undefined,
};

/**
 * Puts the guard and the problem documents on the root instance: call it before any route is registered. From then on a route without a
 * known action stops the start (onRoute); every request is authenticated and decided before its body is read (onRequest), also on a
 * route that was registered earlier; acts that change something are in the journal before their handler runs (preHandler); what is
 * disclosed is in the journal before its first byte leaves (onSend); an act of both kinds is in it twice. When the journal cannot be
 * written the answer is E_LOG_DOWN. Gives what is to hear of refusals that are answered elsewhere.
 */
export function installGuard(app: FastifyInstance, deps: GuardDeps): HearsRefusals {
  const seenOf = new WeakMap<FastifyRequest, Seen>();
  const refusals = createRefusalJournal(deps);

  function see(request: FastifyRequest): Seen {
    const known = seenOf.get(request);
    if (known !== undefined) return known;
    const fresh: Seen = {
      identity: NOBODY,
      decision: undefined,
      objects: [],
      shown: undefined,
      recorded: false,
      broad: false,
      revealed: undefined,
      afterwards: [],
    };
    seenOf.set(request, fresh);
    return fresh;
  }

  function actOf(request: FastifyRequest): Act {
    const seen = see(request);
    return {
      ...seen.identity,
      action: request.routeOptions.config.action ?? 'route.unknown',
      decision: seen.decision,
      objects: unique(seen.objects),
      ...(seen.shown === undefined ? {} : { shown: seen.shown }),
      ...factsOf(seen),
    };
  }

  function demand(request: FastifyRequest, action: Action, extraOps: readonly Op[], broad = false): void {
    const seen = see(request);
    seen.broad = broad;
    seen.decision = decide(
      {
        ...seen.identity,
        action,
        caseId: caseOf(request) ?? seen.identity.authority?.caseId,
        extraOps,
        broad,
        nowSeconds: nowSeconds(deps.clock),
        safeMode: deps.safeMode?.(),
      },
      deps.policies,
    );
    const { reason, policyId } = seen.decision;
    if (reason === 'OK') return;
    const code = reason === 'E_REQ_MISSING' ? missingFor(seen.identity, action) : reason;
    throw new AppError(code, { detail: policyId, faults: faultsOf(code, seen.identity.authority, action, extraOps) });
  }

  function permitOf(request: FastifyRequest): readonly ActEvent[] {
    const act = actOf(request);
    return eventsOf(act, { effect: 'permit', policyId: act.decision?.policyId ?? '-', code: 'OK' });
  }

  const append = (request: FastifyRequest): Promise<void> => appendOrStop(deps.log, permitOf(request));

  app.decorateRequest('principal', {
    getter: function principal() {
      return see(this).identity.principal;
    },
  });
  app.decorateRequest('authority', {
    getter: function authority() {
      return see(this).identity.authority;
    },
  });
  app.decorateRequest('thumbprint', {
    getter: function thumbprint() {
      return see(this).identity.thumbprint;
    },
  });
  app.decorateRequest('requisition', {
    getter: function requisition() {
      const { requisition: presented } = see(this).identity;
      if (presented === undefined) throw new AppError('E_REQ_MISSING');
      return presented;
    },
  });
  app.decorateRequest('show', function show(this: FastifyRequest, objects, shown) {
    const seen = see(this);
    // An id of the URL may stand in upper case; the log knows one form of each, and would refuse the event for it.
    for (const { type, id } of objects) seen.objects.push({ type, id: id.toLowerCase() });
    if (shown === undefined) return;
    seen.shown = {
      fromMs: Math.min(shown.fromMs, seen.shown?.fromMs ?? shown.fromMs),
      toMs: Math.max(shown.toMs, seen.shown?.toMs ?? shown.toMs),
    };
  });
  app.decorateRequest('because', function because(this: FastifyRequest, reason) {
    see(this).revealed = reason;
  });
  app.decorateRequest('afterDisclosure', function afterDisclosure(this: FastifyRequest, work) {
    if (!discloses(this)) throw new AppError('E_INTERNAL', { detail: 'this route discloses nothing' });
    see(this).afterwards.push(work);
  });
  app.decorateRequest('decide', function decideWith(this: FastifyRequest, extraOps, broad = false) {
    demand(this, actionOf(this), extraOps, broad);
  });
  app.decorateRequest('record', async function record(this: FastifyRequest, objects, authority, facts) {
    const seen = see(this);
    seen.objects.push(...objects);
    const named = { procedure: authority.procedure, requisition: authority.requisitionId };
    const events = permitOf(this).map((event) => ({
      ...event,
      reason: { ...event.reason, ...named },
      ...(facts === undefined ? {} : { facts }),
    }));
    await appendOrStop(deps.log, events);
    seen.recorded = true;
  });

  app.addHook('onRoute', (route) => {
    const action = route.config?.action;
    if (action === undefined || !Object.hasOwn(ACTIONS, action)) {
      throw new AppError('E_CONFIG', { detail: `route ${String(route.method)} ${route.url} names no known action` });
    }
  });

  app.addHook('onRequest', async (request) => {
    if (request.is404) return;
    const action = actionOf(request);
    if (action !== 'public.read') {
      // In safe mode what authenticates may itself be what failed: a closed route says so to everybody, before it asks who it is.
      if (deps.safeMode?.() !== undefined && !answersInSafeMode(action)) demand(request, action, []);
      see(request).identity = await deps.authenticate(request);
    }
    demand(request, action, []);
  });

  app.addHook('preHandler', async (request, reply) => {
    if (request.is404) return;
    const { journal } = ACTIONS[actionOf(request)];
    const isBefore = journal === 'before' || journal === 'both';
    if (isBefore && request.routeOptions.config.journal !== 'handler') await append(request);
    if (discloses(request)) {
      // A hijacked reply passes no onSend hook: what it shows could not be in the journal first.
      reply.hijack = () => {
        throw new AppError('E_INTERNAL', { detail: 'a disclosing route may not hijack its reply' });
      };
    }
  });

  app.addHook('onSend', async (request, reply, payload) => {
    if (request.is404 || reply.statusCode >= 400) return payload;
    if (discloses(request)) {
      await append(request);
      for (const work of see(request).afterwards) await work();
    }
    if (request.routeOptions.config.journal === 'handler' && !see(request).recorded) {
      throw new AppError('E_LOG_DOWN', { detail: 'the handler wrote no event' });
    }
    return payload;
  });

  const refused: HearsRefusals['refused'] = (code, request) => refusals.journalRefusal(code, actOf(request));
  installProblems(app, refused);
  return { refused, countRefusal: refusals.countRefusal };
}

/** A key that proved itself lacks no requisition where none opens anything: what it lacks there is a habilitation, or another one. */
function missingFor({ principal, thumbprint }: Identity, action: Action): ErrorCode {
  if (principal.role !== 'anonymous' || thumbprint === undefined || reachOf(action) !== 'installation') {
    return 'E_REQ_MISSING';
  }
  return principal.habilitation === 'none' ? 'E_HAB_NONE' : 'E_HAB_ROLE';
}

/** What of the requisition is in the way; of E_REQ_OP and E_REQ_REVOKED, which only a designated agent on his own case is answered. */
function faultsOf(
  reason: ErrorCode,
  authority: Authority | undefined,
  action: Action,
  extraOps: readonly Op[],
): readonly Fault[] {
  if (authority?.agentDesignated !== true) return [];
  if (reason === 'E_REQ_REVOKED') return authority.whyRevoked === undefined ? [] : [authority.whyRevoked];
  if (reason !== 'E_REQ_OP') return [];
  const needed = new Set([...ACTIONS[action].ops, ...extraOps]);
  const missing = [...needed].filter((op) => !authority.ops.includes(op));
  return missing.length === 0 ? [] : [faultAt('requisition', '/ops', 'lacks', ...missing)];
}

function factsOf({ broad, revealed }: Seen): { readonly facts?: Facts } {
  if (!broad && revealed === undefined) return {};
  return { facts: { ...(broad ? { broad } : {}), ...(revealed === undefined ? {} : { revealed }) } };
}

/** Denies when the action is absent, so that the order of registration opens no door. */
function actionOf(request: FastifyRequest): Action {
  const action = request.routeOptions.config?.action;
  if (action === undefined || !Object.hasOwn(ACTIONS, action)) {
    throw new AppError('E_HAB_ROLE', { detail: 'the route names no act' });
  }
  return action;
}

function discloses(request: FastifyRequest): boolean {
  const { journal } = ACTIONS[actionOf(request)];
  return journal === 'disclosure' || journal === 'both';
}

/** The case that the URL names, as it stands there: what is no id of a case equals no authority's case. */
function caseOf(request: FastifyRequest): CaseId | undefined {
  const params = request.params as { readonly caseId?: string } | undefined;
  return params?.caseId as CaseId | undefined;
}

function unique(objects: readonly ThingShown[]): readonly ThingShown[] {
  return [...new Map(objects.map((object) => [`${object.type}:${object.id}`, object])).values()];
}
