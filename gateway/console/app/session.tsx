import { createContext, useContext } from 'react';
import type { Schemas } from '../../interface/client.ts';
import { type Access, forgetAccess, keepAccess, type SignIn, type Tokens } from '../api/access.ts';
import { type Api, createApi, type Language, Refusal } from '../api/client.ts';
import { routeTo } from '../api/routes.ts';
import type { CaseBody, DossierStateBody, RequisitionBody } from '../api/types.ts';

/** A case that is open in the page: who asks, under what, and the API that says both with every request. */
export interface Session {
  readonly api: Api;
  readonly caseId: string;
  /** `agent` acts under his requisition; `control` looks and operates nothing. */
  readonly role: 'agent' | 'control';
  /** The one that each request names; of a case that is controlled, the newest. */
  readonly requisition: RequisitionBody;
  /** Who asks, as the gateway names him; undefined of who controls. */
  readonly agentId: string | undefined;
}

const Context = createContext<Session | undefined>(undefined);
export const SessionProvider = Context.Provider;

export function useSession(): Session {
  const session = useContext(Context);
  if (session === undefined) throw new Error('outside a session');
  return session;
}

/** Cases that a sign-in shows at a time. */
const CASES_SHOWN = 50;
const MOST_A_PAGE = 1000;

/** Cases that a key may open, a page of them. */
const casesOf = (api: Api, limit: number, cursor?: string): Promise<Schemas['ListCasesAnswer']> =>
  api.get(routeTo('/api/v1/cases', {}, { limit, cursor }));

async function sessionIn(api: Api, access: Access, caseId: string): Promise<Session> {
  const { requisitions, agentId } = await api.get<Schemas['ListRequisitionsAnswer']>(
    routeTo('/api/v1/cases/{caseId}/requisitions', { caseId }),
  );
  const own = requisitions.find(({ id }) => id === access.requisitionId);
  const newest = requisitions.toSorted((a, b) => Date.parse(b.expires) - Date.parse(a.expires))[0];
  const requisition = access.requisitionId === undefined ? newest : own;
  if (requisition === undefined) throw new Refusal('E_PRO_SILO', 'no requisition of this case', 404);
  return { api, caseId, requisition, agentId, role: access.requisitionId === undefined ? 'control' : 'agent' };
}

/** What a sign-in leads to: an open case, the cases of who controls, one of which he chooses, or in safe mode why he sees none. */
export type Opened =
  | { readonly kind: 'session'; readonly session: Session }
  | {
      readonly kind: 'choice';
      readonly cases: readonly CaseBody[];
      /** Asks for those after; undefined where these are all. */
      readonly nextCursor: string | undefined;
      more(cursor: string): Promise<Schemas['ListCasesAnswer']>;
      open(caseId: string): Promise<Session>;
    }
  | { readonly kind: 'closed'; readonly state: DossierStateBody };

/** The case that a requisition is of, wherever it stands in the list of an agent. */
async function caseWith(api: Api, requisitionId: string | undefined): Promise<string | undefined> {
  let cursor: string | undefined;
  do {
    const page = await casesOf(api, MOST_A_PAGE, cursor);
    const found = page.cases.find(({ requisitions }) => requisitions.some(({ id }) => id === requisitionId));
    if (found !== undefined) return found.id;
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return undefined;
}

async function caseOfAgent(api: Api, access: Access, tokens: Tokens | undefined): Promise<string | undefined> {
  // The gateway refuses a requisition that is not on record yet: then it is put there.
  const known = await caseWith(api, access.requisitionId).catch((error: unknown) => {
    if (error instanceof Refusal && tokens !== undefined) return undefined;
    throw error;
  });
  if (known !== undefined || tokens === undefined) return known;
  await api.request('POST', routeTo('/api/v1/requisitions', {}), { body: tokens, bare: true });
  return caseWith(api, access.requisitionId);
}

/** An installation in safe mode shows no case, and still says to who controls why. Throws the refusal where that is not it. */
async function closedState(api: Api, error: unknown): Promise<DossierStateBody> {
  const isUnavailable = error instanceof Refusal && error.status === 503;
  const state = isUnavailable
    ? await api.get<DossierStateBody>(routeTo('/api/v1/compliance/dossier', {})).catch(() => undefined)
    : undefined;
  if (state === undefined || state.processes) throw error;
  return state;
}

/** Opens what a key and a requisition lead to. Throws the gateway's refusal. */
export async function openAccess({ access, tokens }: SignIn, language: () => Language): Promise<Opened> {
  const api = createApi(access, language);
  if (access.requisitionId === undefined) {
    const found = await casesOf(api, CASES_SHOWN).catch((error: unknown) => closedState(api, error));
    await keepAccess(access);
    if ('processes' in found) return { kind: 'closed', state: found };
    const { cases, nextCursor } = found;
    return {
      ...{ kind: 'choice', cases, nextCursor },
      more: (cursor) => casesOf(api, CASES_SHOWN, cursor),
      open: (caseId) => sessionIn(api, access, caseId),
    };
  }
  const caseId = await caseOfAgent(api, access, tokens);
  if (caseId === undefined) throw new Refusal('E_PRO_SILO', 'no case', 404);
  const session = await sessionIn(api, access, caseId);
  await keepAccess(access);
  return { kind: 'session', session };
}

const LEAVING = 'differe-leaving';

/** Forgets the key, here and in every other tab; everything else of the case was in the memory of these pages alone. */
export async function leave(): Promise<void> {
  await forgetAccess();
  new BroadcastChannel(LEAVING).postMessage(undefined);
  begin();
}

/** Follows who leaves in another tab of this browser; gives what stops that. */
export function whenLeft(): () => void {
  const channel = new BroadcastChannel(LEAVING);
  channel.onmessage = begin;
  return () => channel.close();
}

function begin(): void {
  location.hash = '';
  location.reload();
}
