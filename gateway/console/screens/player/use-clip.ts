import { type RefObject, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { AnalysisResult } from '../../../analysis/types.ts';
import type { Hit } from '../../../search/types.ts';
import type { ExhibitBody } from '../../api/types.ts';
import { useSession } from '../../app/session.tsx';
import { frameTimesOf } from '../../parts/mp4.ts';
import { type Anchor, anchorsOf, clipStart, clipTimes, type Moment, momentAt, nearest } from './frame-clock.ts';

/** A clip on the stage, frame by frame. */
export interface ClipControl {
  readonly video: RefObject<HTMLVideoElement | null>;
  readonly url: string | undefined;
  readonly error: unknown;
  /** Media seconds of each frame; empty until the clip is here. */
  readonly times: readonly number[];
  /** Index of the frame on the screen. */
  readonly at: number;
  readonly moment: Moment | undefined;
  readonly isPlaying: boolean;
  readonly rate: number;
  /** Shows a frame, by its index in the clip. */
  show(index: number): void;
  /** Shows the frame nearest to a media time. */
  seek(seconds: number): void;
  /** Opens on the frame that the hit was judged on. */
  begin(): void;
  /** Plays at a rate; 0 pauses, below 0 goes back frame by frame. */
  play(rate: number): void;
  /** What the browser says is on the screen now. */
  presented(clipSeconds: number): void;
}

interface Loaded {
  readonly hitId: string;
  readonly url: string;
  readonly frames: readonly number[];
}

const BACKWARDS_MS = 80;

export function useClip(hit: Hit, exhibit: ExhibitBody | undefined, result: AnalysisResult | undefined): ClipControl {
  const { api, caseId } = useSession();
  const video = useRef<HTMLVideoElement>(null);
  const [loaded, setLoaded] = useState<Loaded>();
  const [error, setError] = useState<unknown>();
  const [at, setAt] = useState(0);
  const [rate, setRate] = useState(0);

  useEffect(() => {
    const stop = new AbortController();
    let url: string | undefined;
    setError(undefined);
    setRate(0);
    api
      .blob(`/api/v1/cases/${caseId}/hits/${hit.id}/clip`, stop.signal)
      .then(async (blob) => {
        const frames = frameTimesOf(await blob.arrayBuffer());
        if (stop.signal.aborted) return;
        url = URL.createObjectURL(blob);
        setLoaded({ hitId: hit.id, url, frames });
      })
      .catch((failure: unknown) => {
        if (!stop.signal.aborted) setError(failure);
      });
    return () => {
      stop.abort();
      if (url !== undefined) URL.revokeObjectURL(url);
    };
  }, [api, caseId, hit.id]);

  const clip = loaded?.hitId === hit.id ? loaded : undefined;
  const times = useMemo(
    () =>
      clip === undefined || exhibit === undefined ? [] : clipTimes(clip.frames, clipStart(exhibit, hit), hit.best),
    [clip, exhibit, hit],
  );
  const anchors = useMemo<readonly Anchor[]>(
    () => (exhibit === undefined || result === undefined ? [] : anchorsOf(exhibit, result)),
    [exhibit, result],
  );

  const show = useCallback(
    (index: number) => {
      const { current } = video;
      if (current === null || clip === undefined) return;
      const next = Math.min(clip.frames.length - 1, Math.max(0, index));
      const from = clip.frames[next] ?? 0;
      const to = clip.frames[next + 1] ?? from + 0.02;
      // Into the middle of the frame: at its very start a browser may still show the one before.
      current.currentTime = (from + to) / 2;
      setAt(next);
    },
    [clip],
  );
  const seek = useCallback(
    (seconds: number) => {
      if (times.length > 0) show(nearest(times, seconds));
    },
    [show, times],
  );
  const play = useCallback((next: number) => {
    const { current } = video;
    if (current === null) return;
    setRate(next);
    if (next > 0) {
      current.playbackRate = next;
      void current.play().catch(() => setRate(0));
    } else current.pause();
  }, []);
  useEffect(() => {
    if (rate >= 0) return;
    const timer = setInterval(() => setAt((before) => Math.max(0, before - 1)), BACKWARDS_MS / Math.abs(rate));
    return () => clearInterval(timer);
  }, [rate]);
  useEffect(() => {
    if (rate < 0) show(at);
  }, [rate, at, show]);
  const presented = useCallback(
    (clipSeconds: number) => {
      if (clip !== undefined) setAt(nearest(clip.frames, clipSeconds));
    },
    [clip],
  );
  const seconds = times[at];
  return {
    video,
    url: clip?.url,
    error,
    times,
    at,
    moment: seconds === undefined ? undefined : momentAt(anchors, seconds),
    isPlaying: rate !== 0,
    rate,
    show,
    seek,
    begin: () => seek(hit.best.timeSeconds),
    play,
    presented,
  };
}
