import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from 'react';
import type { Question } from '../../search/types.ts';
import { routeTo } from '../api/routes.ts';
import type { Answer, Hit, Verdict } from '../api/types.ts';
import { type Filters, NO_FILTERS, questionOf } from '../screens/search/filters.ts';
import { filtersFrom } from '../screens/search/reopened.ts';
import { placeOf, useKept } from './router.ts';
import { useSession } from './session.tsx';
import { type ReceivedAnswer, useAnswer } from './use-answer.ts';
import { useExportList } from './use-export-list.ts';

// The question that is open, and what came of it: shared by search, player and review, and in this page's memory alone.

const PAGE_SIZE = 200;
const NONE: ReadonlySet<string> = new Set();

export interface Investigation extends ReceivedAnswer {
  /** What is set for the next question. */
  readonly filters: Filters;
  setFilters(filters: Filters): void;
  ask(question: Question): Promise<void>;
  /** Opens a question that was asked before. */
  reopen(questionId: string): Promise<void>;
  /** Ids of the hits that are marked to be acted on together; a new question marks none. */
  readonly selected: ReadonlySet<string>;
  select(ids: Iterable<string>): void;
  /** Whether the other cameras stand below the player, wherever it goes. */
  readonly showsCameras: boolean;
  setShowsCameras(isShown: boolean): void;
  /** Hits chosen for the next export, whatever question found them. */
  readonly exportList: readonly Hit[];
  toggleExport(hit: Hit): void;
  clearExport(): void;
  /** Why the list could not be had or changed. */
  readonly exportError: unknown;
  /** Puts a verdict on record. What it was before, for `takeBack`. Throws the gateway's refusal. */
  review(hit: Hit, verdict: Verdict): Promise<Given>;
  /** The verdicts of the last gesture that still can be taken back, by one act each; empty where there is none. */
  readonly lastGiven: readonly Given[];
  /** Says which verdicts one gesture gave, and so which the next undoing takes back. */
  remember(given: readonly Given[]): void;
  /** Puts each hit of the last gesture back to what this reader thought of it before. Throws the gateway's refusal. */
  takeBack(): Promise<void>;
  /** The verdict of who asks that stands on a hit; undefined where none of his does. */
  ownOn(hit: Hit): Verdict | undefined;
  /** Takes it back, with none in its place: what a reader can do that no gesture of this page gave. Throws the gateway's refusal. */
  withdraw(hit: Hit): Promise<void>;
}

/** A verdict that was given, and the one of the same reader in whose place it came. */
export interface Given {
  readonly hit: Hit;
  readonly verdict: Verdict;
  readonly before: Verdict | undefined;
}

const verdictOf = (caseId: string, { id: hitId }: Hit): string =>
  routeTo('/api/v1/cases/{caseId}/hits/{hitId}/verdict', { caseId, hitId });

/** A question as text, to be compared with another. */
export const questionText = (question: Question): string => JSON.stringify(question);

const Context = createContext<Investigation | undefined>(undefined);

export function useInvestigation(): Investigation {
  const investigation = useContext(Context);
  if (investigation === undefined) throw new Error('outside InvestigationProvider');
  return investigation;
}

export function InvestigationProvider({ children }: { readonly children: ReactNode }) {
  const { api, caseId, requisition, agentId: me, role } = useSession();
  const [filters, setFilters] = useState<Filters>(NO_FILTERS);
  const [selected, setSelected] = useState<ReadonlySet<string>>(NONE);
  const { list: exportList, error: exportError, toggle, clear, update: updateList } = useExportList();
  const [showsCameras, setShowsCameras] = useState(false);
  const [gestures, setGestures] = useState<readonly (readonly Given[])[]>([]);
  const select = useCallback((ids: Iterable<string>) => setSelected(new Set(ids)), []);
  const unmark = useCallback(() => setSelected(NONE), []);
  const { received, receive, update: updateAnswer } = useAnswer(unmark);

  /** What the gateway says of a hit after a decision, wherever it is shown. */
  const show = useCallback(
    ({ id, disputed, readings, verdict }: Hit): void => {
      const decided = (hit: Hit): Hit => (hit.id === id ? { ...hit, disputed, readings, verdict } : hit);
      updateAnswer(decided);
      updateList(decided);
    },
    [updateAnswer, updateList],
  );
  const ownOn = useCallback(
    ({ readings }: Hit): Verdict | undefined =>
      me === undefined ? undefined : readings.find(({ agentId }) => agentId === me)?.verdict,
    [me],
  );

  const reopen = useCallback(
    (questionId: string) =>
      receive(async (signal) => {
        const answer = await api.get<Answer>(
          routeTo('/api/v1/cases/{caseId}/questions/{questionId}', { caseId, questionId }),
          signal,
        );
        const next = filtersFrom(answer.executed, requisition.facets.classes, () => crypto.randomUUID());
        setFilters(next);
        return { answer, text: questionText(questionOf(next)) };
      }),
    [api, caseId, requisition, receive],
  );
  useEffect(() => {
    const { question, kept } = placeOf(location.hash);
    if (role === 'agent' && question === undefined && kept.question !== undefined) void reopen(kept.question);
  }, [role, reopen]);
  // What is open stays in the address until something else is: a reload while it is on its way, or after a refusal, asks for it again.
  const [open, setOpen] = useState(() => placeOf(location.hash).kept.question);
  const questionId = received.answer?.questionId;
  useEffect(() => {
    if (questionId !== undefined) setOpen(questionId);
  }, [questionId]);
  useKept({ question: questionId ?? open, caseId: role === 'control' ? caseId : undefined });

  const investigation = useMemo<Investigation>(
    () => ({
      ...received,
      filters,
      setFilters,
      ask: (question) =>
        receive(async (signal) => {
          const route = routeTo('/api/v1/cases/{caseId}/questions', { caseId });
          const answer = await api.post<Answer>(route, { ...question, page: { size: PAGE_SIZE } }, signal);
          return { answer, text: questionText(question) };
        }),
      reopen,
      selected,
      select,
      showsCameras,
      setShowsCameras,
      exportList,
      exportError,
      toggleExport: toggle,
      clearExport: clear,
      async review(hit, verdict) {
        show(await api.put<Hit>(verdictOf(caseId, hit), { verdict }));
        return { hit, verdict, before: ownOn(hit) };
      },
      ownOn,
      withdraw: async (hit) => show(await api.delete<Hit>(verdictOf(caseId, hit))),
      lastGiven: gestures.at(-1) ?? [],
      remember: (given) => setGestures((before) => [...before, given]),
      async takeBack() {
        const left = [...(gestures.at(-1) ?? [])];
        try {
          for (const { hit, before: verdict } of [...left]) {
            const route = verdictOf(caseId, hit);
            show(await (verdict === undefined ? api.delete<Hit>(route) : api.put<Hit>(route, { verdict })));
            left.shift();
          }
        } finally {
          // What was refused can be tried again.
          setGestures((before) => [...before.slice(0, -1), ...(left.length > 0 ? [left] : [])]);
        }
      },
    }),
    [
      filters,
      received,
      selected,
      select,
      showsCameras,
      gestures,
      show,
      ownOn,
      exportList,
      exportError,
      toggle,
      clear,
      api,
      caseId,
      reopen,
      receive,
    ],
  );
  return <Context value={investigation}>{children}</Context>;
}
