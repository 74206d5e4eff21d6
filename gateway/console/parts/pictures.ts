import { useEffect, useState } from 'react';
import type { Api } from '../api/client.ts';
import { useSession } from '../app/session.tsx';

// Pictures that were fetched with a proof, as blobs of this page: a few at a time, those in sight first, and the oldest let go.

const AT_ONCE = 4;
const MOST_KEPT = 600;

interface Picture {
  readonly url: string;
}

const kept = new Map<string, Picture>();
const waiting: { readonly route: string; readonly start: () => void }[] = [];
let running = 0;

function keep(route: string, blob: Blob): string {
  const url = URL.createObjectURL(blob);
  kept.set(route, { url });
  for (const [oldest, picture] of kept) {
    if (kept.size <= MOST_KEPT) break;
    kept.delete(oldest);
    URL.revokeObjectURL(picture.url);
  }
  return url;
}

function next(): void {
  if (running >= AT_ONCE) return;
  // What was asked for last is what is in sight now.
  const job = waiting.pop();
  if (job === undefined) return;
  running++;
  job.start();
}

/** The picture of a route as an address for `img`. Rejects with the gateway's refusal, or when `signal` says that nobody waits. */
export function pictureOf(api: Api, route: string, signal: AbortSignal): Promise<string> {
  const known = kept.get(route);
  if (known !== undefined) {
    // Used again: now the youngest.
    kept.delete(route);
    kept.set(route, known);
    return Promise.resolve(known.url);
  }
  return new Promise<string>((resolve, reject) => {
    waiting.push({
      route,
      start() {
        const work = signal.aborted ? Promise.reject(signal.reason) : api.blob(route, signal);
        work
          .then((blob) => resolve(keep(route, blob)), reject)
          .finally(() => {
            running--;
            next();
          });
      },
    });
    next();
  });
}

export interface PictureState {
  readonly url: string | undefined;
  readonly error: unknown;
}

/** A picture for a component: undefined while it is on its way. */
export function usePicture(route: string | undefined): PictureState {
  const { api } = useSession();
  const [state, setState] = useState<PictureState>({ url: undefined, error: undefined });
  useEffect(() => {
    setState({ url: route === undefined ? undefined : kept.get(route)?.url, error: undefined });
    if (route === undefined) return;
    const stop = new AbortController();
    pictureOf(api, route, stop.signal).then(
      (url) => setState({ url, error: undefined }),
      (error: unknown) => {
        if (!stop.signal.aborted) setState({ url: undefined, error });
      },
    );
    return () => stop.abort();
  }, [api, route]);
  return state;
}
