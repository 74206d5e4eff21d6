import { type RefObject, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Schemas } from '../../../interface/client.ts';
import { routeTo } from '../../api/routes.ts';
import type { ExhibitBody, Hit } from '../../api/types.ts';
import { useSession } from '../../app/session.tsx';
import { hitStretch, indexOf, type Moment, nearest, type Stretch, stretchAround, type Target } from './frame-clock.ts';
import { UnreadableVideo, untilPassed } from './pass.ts';
import { takeOver } from './play-on.ts';

/** The recording on the stage: one stretch of it at a time as masked video, and which frame of it is shown. */
export interface ClipControl {
  readonly video: RefObject<HTMLVideoElement | null>;
  readonly url: string | undefined;
  readonly error: unknown;
  readonly isLoading: boolean;
  /** The frames of the stretch; empty until it is here. */
  readonly frames: readonly Moment[];
  /** Numbers of the key frames of the stretch, and of the one before it and after it. */
  readonly keyFrames: readonly number[];
  /** Index of the frame on the screen. */
  readonly at: number;
  readonly moment: Moment | undefined;
  readonly isPlaying: boolean;
  readonly rate: number;
  /** Shows a frame of the stretch, by its index. */
  show(index: number): void;
  /** So many frames on or back, beyond the ends of the stretch as well. */
  step(frames: number): void;
  /** Shows what is meant, wherever in the exhibit. Whether the requisition lets it be looked at. */
  seek(target: Target): boolean;
  /** The video has its first picture: shows what was wanted. */
  begin(): void;
  /** Plays at a rate; 0 pauses, below 0 goes back frame by frame. */
  play(rate: number): void;
  /** What the browser says is on the screen now. */
  presented(clipSeconds: number): void;
  /** The video came to its end: goes on with what follows. */
  ended(): void;
  /** The video could not be read. */
  failed(): void;
  /** Asks once more for what could not be had. */
  retry(): void;
}

/** What is wanted on the stage. */
interface Wanted {
  /** What the player was opened on: a hit, or the exhibit itself. */
  readonly subject: string;
  /** Undefined for the hit's own clip, or the beginning of the exhibit. */
  readonly stretch: Stretch | undefined;
  readonly target: Target;
  readonly rate: number;
  /** Distinguishes a second wish for the same stretch. */
  readonly serial: number;
  /** How often the video of this wish could not be read, though the gateway gives it. */
  readonly failures: number;
}

interface Loaded {
  readonly wanted: Wanted;
  readonly url: string;
  readonly frames: readonly Moment[];
  readonly keyFrames: readonly number[];
  readonly askedAtMs: number;
}

const BACKWARDS_MS = 80;
/** Who drags along the timeline wants no video of each place on the way. */
const REST_MS = 150;
/** A ticket works for a minute. */
const TICKET_MS = 55_000;
/** A video that the gateway gives and the browser cannot read this often is not asked for again. */
const MOST_FAILURES = 2;

/** Opened on a moment where one is named, else on a hit, or without one at the beginning of what may be looked at. */
export function useClip(
  exhibitId: string,
  exhibit: ExhibitBody | undefined,
  hit: Hit | undefined,
  opensAt: number | undefined,
  /** Playing came to the last frame of the recording. */
  onEnd: (rate: number) => void,
): ClipControl {
  const { api, caseId } = useSession();
  const video = useRef<HTMLVideoElement>(null);
  const [wish, setWish] = useState<Wanted>();
  const [loaded, setLoaded] = useState<Loaded>();
  const [error, setError] = useState<unknown>();
  const [at, setAt] = useState(0);
  const [rate, setRate] = useState(0);
  const isReady = useRef(false);
  const subject = `${hit?.id ?? exhibitId} ${opensAt ?? ''}`;
  const startSeconds = opensAt ?? hit?.best.timeSeconds ?? exhibit?.windows?.[0]?.fromSeconds ?? 0;

  const own = useMemo<Wanted>(
    () => ({ subject, stretch: undefined, target: { seconds: startSeconds }, rate: 0, serial: 0, failures: 0 }),
    [subject, startSeconds],
  );
  const wanted = wish?.subject === subject ? wish : own;
  const isKnown = exhibit !== undefined;
  const current = useRef({ hit, exhibit, wanted });
  current.current = { hit, exhibit, wanted };

  useEffect(() => {
    const { hit: shown, exhibit: of } = current.current;
    if (!isKnown || of === undefined) return;
    const stop = new AbortController();
    const clipOfHit = shown === undefined ? undefined : hitStretch(of, shown);
    const opensInClip = clipOfHit !== undefined && holds(clipOfHit, startSeconds);
    // A moment that nobody may look at, typed into the address, opens what would open without it.
    const stretch =
      wanted.stretch ??
      (opensInClip ? clipOfHit : stretchAround(of, startSeconds)) ??
      clipOfHit ??
      stretchAround(of, of.windows?.[0]?.fromSeconds ?? 0);
    if (stretch === undefined) return;
    const askTicket = (): Promise<{ url: string }> =>
      stretch === clipOfHit && shown !== undefined
        ? api.post<Schemas['MediaTicket']>(
            routeTo('/api/v1/cases/{caseId}/hits/{hitId}/tickets', { caseId, hitId: shown.id }),
            { of: 'clip' },
            stop.signal,
          )
        : api.post<Schemas['MediaTicket']>(
            routeTo('/api/v1/cases/{caseId}/exhibits/{exhibitId}/tickets', { caseId, exhibitId }),
            { of: 'clip', ...stretch },
            stop.signal,
          );
    const askList = (): Promise<Schemas['ListFramesAnswer']> =>
      api.get<Schemas['ListFramesAnswer']>(
        routeTo('/api/v1/cases/{caseId}/exhibits/{exhibitId}/frames', { caseId, exhibitId }, stretch),
        stop.signal,
      );
    setError(undefined);
    setRate(0);
    const load = async (): Promise<void> => {
      if (wanted.serial > 0) await delay(REST_MS);
      stop.signal.throwIfAborted();
      const { frames, keyFrames } = await untilPassed(askList, stop.signal);
      // After the list: where that takes long, the ticket's minute would be over before the video is asked for.
      const { url } = await untilPassed(askTicket, stop.signal);
      if (stop.signal.aborted) return;
      isReady.current = false;
      setLoaded({
        wanted,
        url,
        frames,
        keyFrames: keyFrames.map(({ number }) => number),
        askedAtMs: performance.now(),
      });
      setAt(indexOf(frames, wanted.target));
    };
    load().catch((failure: unknown) => {
      if (!stop.signal.aborted) setError(failure);
    });
    return () => stop.abort();
  }, [api, caseId, exhibitId, wanted, isKnown, startSeconds]);

  const clip = loaded?.wanted.subject === subject ? loaded : undefined;
  const frames = clip?.frames ?? NONE;

  const show = useCallback(
    (index: number) => {
      const { current: element } = video;
      if (element === null || frames.length === 0) return;
      const next = Math.min(frames.length - 1, Math.max(0, index));
      const timeOf = (each: number): number | undefined => frames[each]?.timeSeconds;
      const zero = timeOf(0) ?? 0;
      const from = timeOf(next) ?? zero;
      // Into the middle of the frame: at its very start a browser may still show the one before.
      element.currentTime = (from + (timeOf(next + 1) ?? from + 0.02)) / 2 - zero;
      setAt(next);
    },
    [frames],
  );
  const open = useCallback(
    (target: Target, around: number, atRate = 0): boolean => {
      const { exhibit: of } = current.current;
      const stretch = of === undefined ? undefined : stretchAround(of, around);
      if (stretch === undefined) return false;
      setWish((before) => ({ subject, stretch, target, rate: atRate, serial: (before?.serial ?? 0) + 1, failures: 0 }));
      return true;
    },
    [subject],
  );
  const seek = useCallback(
    (target: Target): boolean => {
      const [first, last] = [frames[0], frames.at(-1)];
      if (first === undefined || last === undefined) return false;
      if ('number' in target) {
        if (target.number >= first.number && target.number <= last.number) {
          show(indexOf(frames, target));
          return true;
        }
        const { exhibit: of } = current.current;
        if (of?.frames === undefined || of.durationSeconds === undefined || target.number > of.frames) return false;
        return open(target, estimate(target.number, of.frames, of.durationSeconds));
      }
      const slack = 0.5;
      if (target.seconds < first.timeSeconds - slack || target.seconds > last.timeSeconds + slack)
        return open(target, target.seconds);
      show(indexOf(frames, target));
      return true;
    },
    [frames, show, open],
  );
  const play = useCallback((next: number) => {
    const { current: element } = video;
    if (element === null) return;
    setRate(next);
    if (next > 0) {
      element.playbackRate = next;
      void element.play().catch(() => setRate(0));
    } else element.pause();
  }, []);
  /** What comes after the last frame of the stretch, or before its first. */
  const beyond = useCallback(
    (steps: number, atRate = 0): boolean => {
      const edge = steps > 0 ? frames.at(-1) : frames[0];
      const count = current.current.exhibit?.frames ?? 0;
      const number = (edge?.number ?? 0) + steps;
      if (edge === undefined || number < 1 || number > count) return false;
      return open({ number }, edge.timeSeconds, atRate);
    },
    [frames, open],
  );
  const step = useCallback(
    (steps: number) => {
      const next = at + steps;
      play(0);
      if (next >= frames.length) beyond(next - frames.length + 1) || show(frames.length - 1);
      else if (next < 0) beyond(next) || show(0);
      else show(next);
    },
    [at, frames, show, play, beyond],
  );
  useEffect(() => {
    if (rate >= 0) return;
    const timer = setInterval(() => setAt((before) => Math.max(0, before - 1)), BACKWARDS_MS / Math.abs(rate));
    return () => clearInterval(timer);
  }, [rate]);
  useEffect(() => {
    if (rate < 0) show(at);
    if (rate < 0 && at === 0) play(0);
  }, [rate, at, show, play]);

  return {
    video,
    url: clip?.url,
    error,
    isLoading: clip?.wanted !== wanted && error === undefined,
    frames,
    keyFrames: clip?.keyFrames ?? [],
    at,
    moment: frames[at],
    isPlaying: rate !== 0,
    rate,
    show,
    step,
    seek,
    begin() {
      isReady.current = true;
      if (clip === undefined) return;
      // Where somebody stepped to meanwhile, not where the wish was.
      show(at);
      const begun = clip.wanted.rate > 0 ? clip.wanted.rate : takeOver(exhibitId);
      if (begun > 0) play(begun);
    },
    play,
    presented(clipSeconds) {
      const [first] = frames;
      // While it seeks, what the browser tells of is still the frame before.
      if (!isReady.current || video.current?.seeking !== false || first === undefined || rate < 0) return;
      setAt(nearest(frames, first.timeSeconds + clipSeconds));
    },
    ended() {
      const before = rate;
      play(0);
      if (before <= 0 || beyond(1, before)) return;
      if (frames.at(-1)?.number === exhibit?.frames) onEnd(before);
    },
    failed() {
      if (clip === undefined) return;
      const { wanted: of } = clip;
      const isStillWanted = (): boolean => current.current.wanted === of;
      const number = frames[at]?.number;
      const target = number === undefined ? of.target : { number };
      // The same stretch by a new address, at the frame that is shown; what never began to play still means to.
      const afresh = (failures: number): void =>
        setWish({ ...of, target, rate: isReady.current ? 0 : of.rate, serial: of.serial + 1, failures });
      // The address has had its minute.
      if (performance.now() - clip.askedAtMs > TICKET_MS) {
        if (isStillWanted()) afresh(of.failures);
        return;
      }
      // A video element tells neither why nor tries again: a request that was refused for a moment must not end it.
      const address = clip.url.replace(/[?&]ticket=.*$/, '');
      untilPassed(() => api.request('GET', address), new AbortController().signal).then(
        () => {
          if (!isStillWanted()) return;
          if (of.failures < MOST_FAILURES) afresh(of.failures + 1);
          else setError(new UnreadableVideo());
        },
        (failure: unknown) => {
          if (isStillWanted()) setError(failure);
        },
      );
    },
    retry() {
      setError(undefined);
      setWish({ ...wanted, serial: wanted.serial + 1, failures: 0 });
    },
  };
}

const NONE: readonly Moment[] = [];

const holds = ({ fromSeconds, toSeconds }: Stretch, at: number): boolean => fromSeconds <= at && at <= toSeconds;

const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** About when a frame is shown; the list of the stretch says it exactly. */
const estimate = (number: number, frames: number, durationSeconds: number): number =>
  (durationSeconds * (number - 1)) / Math.max(1, frames);
