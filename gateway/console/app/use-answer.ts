import { useCallback, useMemo, useRef, useState } from 'react';
import type { Schemas } from '../../interface/client.ts';
import { routeTo } from '../api/routes.ts';
import type { Answer, AnswerCoverage, Hit, VerdictElsewhere } from '../api/types.ts';
import { useSession } from './session.tsx';

// An answer as it comes in: its first page, what was looked at in each exhibit, every further page, and what was decided elsewhere.

const NO_HITS: readonly Hit[] = [];
const NOTHING_ELSEWHERE: ReadonlyMap<string, VerdictElsewhere> = new Map();

/** An answer, and what was asked for it as text. */
export interface Answered {
  readonly answer: Answer;
  readonly text: string;
}

export interface ReceivedAnswer {
  /** The first page, with what holds for all of them; undefined before a question, and until the next one is answered or refused. */
  readonly answer: Answer | undefined;
  /** Every hit that has arrived, in the order asked for. */
  readonly hits: readonly Hit[];
  /** By hit, what was decided on the same track under another question: it stands as not reviewed in this one. */
  readonly elsewhere: ReadonlyMap<string, VerdictElsewhere>;
  /** What was asked for the answer, as `questionText` writes it: chips that were changed since ask something else. */
  readonly answeredText: string | undefined;
  readonly isReceiving: boolean;
  readonly error: unknown;
  /** Whether `error` came before anything of the answer did, so that the one that is shown is of the question before. */
  readonly isEarlier: boolean;
  /** Stops receiving; what has arrived stays. */
  stop(): void;
}

export interface AnswerReceiver {
  readonly received: ReceivedAnswer;
  /** Receives the answer that `first` begins, in place of the one that is coming in. */
  receive(first: (signal: AbortSignal) => Promise<Answered>): Promise<void>;
  /** A hit was decided on: what the answer shows of it. */
  update(change: (hit: Hit) => Hit): void;
}

/** `onNew` is called when another answer takes the place of the one before. */
export function useAnswer(onNew: () => void): AnswerReceiver {
  const { api, caseId } = useSession();
  const [answered, setAnswered] = useState<Answered>();
  const [hits, setHits] = useState(NO_HITS);
  const [elsewhere, setElsewhere] = useState(NOTHING_ELSEWHERE);
  const [stage, setStage] = useState<'awaited' | 'arriving' | 'ended'>('ended');
  const [failure, setFailure] = useState<{ readonly error: unknown; readonly isEarlier: boolean }>();
  const stopping = useRef<AbortController>(undefined);

  const receivePages = useCallback(
    async ({ questionId, nextCursor }: Answer, signal: AbortSignal): Promise<void> => {
      let cursor = nextCursor;
      while (cursor !== undefined && !signal.aborted) {
        const route = routeTo('/api/v1/cases/{caseId}/questions/{questionId}', { caseId, questionId }, { cursor });
        const page = await api.get<Answer>(route, signal);
        setHits((before) => [...before, ...page.hits]);
        cursor = page.nextCursor;
      }
    },
    [api, caseId],
  );
  const receive = useCallback(
    async (first: (signal: AbortSignal) => Promise<Answered>) => {
      stopping.current?.abort();
      const stop = new AbortController();
      stopping.current = stop;
      // What is there comes back where the next is stopped or refused.
      setStage('awaited');
      setFailure(undefined);
      let hasArrived = false;
      const readElsewhere = async (questionId: string): Promise<void> => {
        const route = routeTo('/api/v1/cases/{caseId}/questions/{questionId}/elsewhere', { caseId, questionId });
        const { verdicts } = await api.get<Schemas['ListElsewhereAnswer']>(route);
        if (stopping.current === stop) setElsewhere(new Map(verdicts.map((each) => [each.hitId, each])));
      };
      try {
        const { answer, text } = await first(stop.signal);
        const { questionId, coverage } = answer;
        hasArrived = true;
        setAnswered({ answer, text });
        setHits(answer.hits);
        setElsewhere(NOTHING_ELSEWHERE);
        setStage('arriving');
        onNew();
        if (coverage.exhibits.length < coverage.sums.exhibits) {
          const route = routeTo('/api/v1/cases/{caseId}/questions/{questionId}/coverage', { caseId, questionId });
          const each = await api.get<Omit<AnswerCoverage, 'sums'>>(route, stop.signal);
          setAnswered({ answer: { ...answer, coverage: { ...coverage, ...each } }, text });
        }
        await receivePages(answer, stop.signal).finally(() =>
          stopping.current === stop ? readElsewhere(questionId) : undefined,
        );
      } catch (error) {
        if (!stop.signal.aborted) setFailure({ error, isEarlier: !hasArrived });
      } finally {
        if (stopping.current === stop) setStage('ended');
      }
    },
    [api, caseId, onNew, receivePages],
  );
  const update = useCallback((change: (hit: Hit) => Hit) => setHits((before) => before.map(change)), []);
  const received = useMemo(
    () => ({
      answer: stage === 'awaited' ? undefined : answered?.answer,
      answeredText: answered?.text,
      hits: stage === 'awaited' ? NO_HITS : hits,
      elsewhere,
      isReceiving: stage !== 'ended',
      error: failure?.error,
      isEarlier: failure?.isEarlier === true,
      stop: () => stopping.current?.abort(),
    }),
    [stage, answered, hits, elsewhere, failure],
  );
  return { received, receive, update };
}
