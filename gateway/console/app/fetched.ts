import { useCallback, useEffect, useState } from 'react';
import { useSession } from './session.tsx';

export interface Fetched<T> {
  readonly value: T | undefined;
  readonly error: unknown;
  again(): void;
}

/** What a route answers; asked once, and again on demand. Nothing is asked while the route is undefined. */
export function useFetched<T>(route: string | undefined): Fetched<T> {
  const { api } = useSession();
  const [value, setValue] = useState<T>();
  const [error, setError] = useState<unknown>();
  const [round, setRound] = useState(0);
  useEffect(() => {
    if (route === undefined || round < 0) return;
    const stop = new AbortController();
    setError(undefined);
    api.get<T>(route, stop.signal).then(setValue, (failure: unknown) => {
      if (!stop.signal.aborted) setError(failure);
    });
    return () => stop.abort();
  }, [api, route, round]);
  const again = useCallback(() => setRound((before) => before + 1), []);
  return { value, error, again };
}
