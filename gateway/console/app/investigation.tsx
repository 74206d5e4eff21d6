import { createContext, type ReactNode, useCallback, useContext, useMemo, useRef, useState } from 'react';
import type { Answer, AnswerCoverage, Hit, Question, Verdict } from '../../search/types.ts';
import { routeTo } from '../api/routes.ts';
import { type Filters, NO_FILTERS, questionOf } from '../screens/search/filters.ts';
import { filtersFrom } from '../screens/search/reopened.ts';
import { useSession } from './session.tsx';
import { useExportList } from './use-export-list.ts';

// The question that is open, and what came of it: shared by search, player and review, and in this page's memory alone.

const PAGE_SIZE = 200;

export interface Investigation {
  /** What is set for the next question. */
  readonly filters: Filters;
  setFilters(filters: Filters): void;
  /** The first page, with what holds for all of them; undefined before a question. */
  readonly answer: Answer | undefined;
  /** Every hit that has arrived, in the order asked for. */
  readonly hits: readonly Hit[];
  /** What was asked for the answer, as `questionText` writes it: chips that were changed since ask something else. */
  readonly answeredText: string | undefined;
  readonly isReceiving: boolean;
  readonly error: unknown;
  ask(question: Question): Promise<void>;
  /** Opens a question that was asked before. */
  reopen(questionId: string): Promise<void>;
  /** Stops receiving; what has arrived stays. */
  stop(): void;
  /** Hits chosen for the next export, whatever question found them. */
  readonly exportList: readonly Hit[];
  toggleExport(hit: Hit): void;
  clearExport(): void;
  /** Why the list could not be had or changed. */
  readonly exportError: unknown;
  /** Puts a verdict on record. Throws the gateway's refusal. */
  review(hitId: string, verdict: Verdict): Promise<void>;
}

/** A question as text, to be compared with another. */
export const questionText = (question: Question): string => JSON.stringify(question);

const Context = createContext<Investigation | undefined>(undefined);

export function useInvestigation(): Investigation {
  const investigation = useContext(Context);
  if (investigation === undefined) throw new Error('outside InvestigationProvider');
  return investigation;
}

export function InvestigationProvider({ children }: { readonly children: ReactNode }) {
  const { api, caseId, requisition } = useSession();
  const [answer, setAnswer] = useState<Answer>();
  const [hits, setHits] = useState<readonly Hit[]>([]);
  const [answeredText, setAnsweredText] = useState<string>();
  const [isReceiving, setReceiving] = useState(false);
  const [error, setError] = useState<unknown>();
  const [filters, setFilters] = useState<Filters>(NO_FILTERS);
  const { list: exportList, error: exportError, toggle, clear, update } = useExportList();
  const stopping = useRef<AbortController>(undefined);

  const receive = useCallback(
    async (first: (signal: AbortSignal) => Promise<Answer>) => {
      stopping.current?.abort();
      const stop = new AbortController();
      stopping.current = stop;
      setReceiving(true);
      setError(undefined);
      setAnswer(undefined);
      setHits([]);
      try {
        let page = await first(stop.signal);
        setAnswer(page);
        setHits(page.hits);
        if (page.coverage.exhibits.length < page.coverage.sums.exhibits) {
          const { questionId, coverage } = page;
          const route = routeTo('/api/v1/cases/{caseId}/questions/{questionId}/coverage', { caseId, questionId });
          const each = await api.get<Omit<AnswerCoverage, 'sums'>>(route, stop.signal);
          setAnswer({ ...page, coverage: { ...coverage, ...each } });
        }
        while (page.nextCursor !== undefined && !stop.signal.aborted) {
          const { questionId, nextCursor: cursor } = page;
          const route = routeTo('/api/v1/cases/{caseId}/questions/{questionId}', { caseId, questionId }, { cursor });
          page = await api.get<Answer>(route, stop.signal);
          const more = page.hits;
          setHits((before) => [...before, ...more]);
        }
      } catch (failure) {
        if (!stop.signal.aborted) setError(failure);
      } finally {
        if (stopping.current === stop) setReceiving(false);
      }
    },
    [api, caseId],
  );

  const investigation = useMemo<Investigation>(
    () => ({
      filters,
      setFilters,
      answer,
      hits,
      isReceiving,
      error,
      answeredText,
      ask: (question) => {
        setAnsweredText(questionText(question));
        return receive((signal) =>
          api.post<Answer>(
            routeTo('/api/v1/cases/{caseId}/questions', { caseId }),
            { ...question, page: { size: PAGE_SIZE } },
            signal,
          ),
        );
      },
      reopen: (questionId) =>
        receive(async (signal) => {
          const again = await api.get<Answer>(
            routeTo('/api/v1/cases/{caseId}/questions/{questionId}', { caseId, questionId }),
            signal,
          );
          const next = filtersFrom(again.executed, requisition.facets.classes, () => crypto.randomUUID());
          setFilters(next);
          setAnsweredText(questionText(questionOf(next)));
          return again;
        }),
      stop: () => stopping.current?.abort(),
      exportList,
      exportError,
      toggleExport: toggle,
      clearExport: clear,
      async review(hitId, verdict) {
        const {
          disputed,
          readings,
          verdict: standing,
        } = await api.put<Hit>(routeTo('/api/v1/cases/{caseId}/hits/{hitId}/verdict', { caseId, hitId }), { verdict });
        const decided = (hit: Hit): Hit => (hit.id === hitId ? { ...hit, disputed, readings, verdict: standing } : hit);
        setHits((before) => before.map(decided));
        update(decided);
      },
    }),
    [
      filters,
      answer,
      answeredText,
      hits,
      isReceiving,
      error,
      exportList,
      exportError,
      toggle,
      clear,
      update,
      api,
      caseId,
      requisition,
      receive,
    ],
  );
  return <Context value={investigation}>{children}</Context>;
}
