import { useEffect, useState } from 'react';
import type { Hit } from '../../../search/types.ts';
import { useCaseData } from '../../app/case-data.tsx';
import { useInvestigation } from '../../app/investigation.tsx';
import { useKeys } from '../../app/keys.ts';
import { useResult } from '../../app/results.tsx';
import { goTo, type Screen } from '../../app/router.ts';
import { useName, useWords } from '../../app/settings.tsx';
import { Problem } from '../../parts/problem.tsx';
import { mediaTime } from '../../parts/time.ts';
import type { Shapes } from '../search/conditions.ts';
import { withFacet } from '../search/filters.ts';
import { Course } from './course.tsx';
import { nearest } from './frame-clock.ts';
import { type Layers, Overlay } from './overlay.tsx';
import { ReadOut } from './read-out.tsx';
import { Timeline } from './timeline.tsx';
import { Transport } from './transport.tsx';
import { useClip } from './use-clip.ts';

const RATES = [1, 2, 4, 8];

/** A hit on the stage, frame by frame, with everything that says which frame it is. */
export function Player({
  hit,
  screen,
  shapes,
}: {
  readonly hit: Hit;
  readonly screen: Screen;
  /** What the question drew. */
  readonly shapes: Shapes;
}) {
  const { player: words, hit: hitWords } = useWords();
  const nameOf = useName();
  const { exhibits } = useCaseData();
  const { hits, filters, setFilters } = useInvestigation();
  const exhibit = exhibits.find(({ id }) => id === hit.exhibitId);
  const result = useResult(hit.exhibitId);
  const clip = useClip(hit, exhibit, result);
  const [layers, setLayers] = useState<Layers>({ boxes: true, path: true, zones: true, scores: false });
  const [marks, setMarks] = useState<{ in: number | undefined; out: number | undefined }>({
    in: undefined,
    out: undefined,
  });
  useEffect(() => {
    if (hit.id !== '') setMarks({ in: undefined, out: undefined });
  }, [hit.id]);
  const here = hits.filter(({ exhibitId }) => exhibitId === hit.exhibitId);
  const now = clip.moment?.seconds;

  function toHit(step: 1 | -1): void {
    const next = hits[hits.findIndex(({ id }) => id === hit.id) + step];
    if (next !== undefined) goTo(screen, next.id);
  }
  function toSeconds(seconds: number): void {
    const first = clip.times[0];
    const last = clip.times.at(-1);
    if (first !== undefined && last !== undefined && seconds >= first - 0.5 && seconds <= last + 0.5) {
      clip.seek(seconds);
      return;
    }
    const other = here.toSorted((a, b) => distance(a, seconds) - distance(b, seconds))[0];
    if (other !== undefined) goTo(screen, other.id);
  }
  function toGap(): void {
    const gap = result?.ledger.intervals.find(
      ({ state, fromSeconds }) => (state === 'undecodable' || state === 'outside') && fromSeconds > (now ?? 0),
    );
    if (gap !== undefined) toSeconds(gap.fromSeconds);
  }
  /** The marks as the span of the next question: true time, whole seconds outwards. */
  function askBetween(from: number, to: number): void {
    if (exhibit === undefined) return;
    const zero = Date.parse(exhibit.captureStart) + exhibit.clock.offsetSeconds * 1000;
    const instant = (ms: number) => new Date(ms).toISOString();
    const span = {
      from: instant(Math.floor(zero / 1000 + Math.min(from, to)) * 1000),
      to: instant(Math.ceil(zero / 1000 + Math.max(from, to)) * 1000),
    };
    setFilters(withFacet(filters, { kind: 'time', span }));
    goTo('search');
  }
  const toAnalysed = (step: 1 | -1): void => {
    const times = (result?.tracks[hit.track]?.points ?? []).map(({ timeSeconds }) => timeSeconds);
    if (now === undefined || times.length === 0) return;
    const at = nearest(times, now);
    const isOn = Math.abs((times[at] ?? 0) - now) < 0.0035;
    const next = times[isOn ? at + step : at];
    if (next !== undefined) clip.seek(next);
  };
  const shuttle = (direction: 1 | -1): void => {
    const isSame = Math.sign(clip.rate) === direction;
    const at = RATES.indexOf(Math.abs(clip.rate));
    clip.play(direction * (isSame ? (RATES[Math.min(RATES.length - 1, at + 1)] ?? 1) : 1));
  };
  const step = (frames: number): void => {
    clip.play(0);
    clip.show(clip.at + frames);
  };
  const jump = (seconds: number): void => {
    if (now !== undefined) clip.seek(now + seconds);
  };
  const toggle = (name: keyof Layers) => setLayers((before) => ({ ...before, [name]: !before[name] }));
  const clean = (): void => {
    const isAny = Object.values(layers).some(Boolean);
    setLayers({ boxes: !isAny, path: !isAny, zones: !isAny, scores: false });
  };
  useKeys({
    ' ': () => clip.play(clip.isPlaying ? 0 : 1),
    k: () => clip.play(0),
    l: () => shuttle(1),
    j: () => shuttle(-1),
    ',': () => step(-1),
    '.': () => step(1),
    arrowleft: () => jump(-1),
    arrowright: () => jump(1),
    'shift+arrowleft': () => jump(-10),
    'shift+arrowright': () => jump(10),
    home: () => clip.show(0),
    end: () => clip.show(clip.times.length - 1),
    i: () => setMarks((before) => ({ ...before, in: now })),
    o: () => setMarks((before) => ({ ...before, out: now })),
    n: () => toHit(1),
    p: () => toHit(-1),
    g: toGap,
    a: () => toAnalysed(1),
    'shift+a': () => toAnalysed(-1),
    b: () => toggle('boxes'),
    t: () => toggle('path'),
    z: () => toggle('zones'),
    s: () => toggle('scores'),
    c: clean,
  });

  return (
    <div className="player">
      <div className="stage">
        {/* No track of captions: recordings have no sound here. */}
        <div className="picture-frame">
          {clip.url === undefined ? (
            <p className="sub">{clip.error === undefined ? words.loadingClip : words.noClip}</p>
          ) : (
            <ClipVideo clip={clip} label={words.video} />
          )}
          {result !== undefined && clip.url !== undefined && (
            <Overlay
              result={result}
              track={result.tracks[hit.track]}
              moment={clip.moment}
              layers={layers}
              shapes={shapes}
              label={nameOf(hit.class)}
            />
          )}
        </div>
      </div>
      <Transport
        clip={clip}
        layers={layers}
        onToggle={toggle}
        onClean={clean}
        onStep={step}
        onJump={jump}
        onHit={toHit}
        onAnalysed={toAnalysed}
        onGap={toGap}
      />
      {marks.in !== undefined && marks.out !== undefined && (
        <p className="row">
          {words.marks(mediaTime(marks.in), mediaTime(marks.out))}
          <button type="button" onClick={() => askBetween(marks.in ?? 0, marks.out ?? 0)}>
            {words.askBetween}
          </button>
        </p>
      )}
      {result !== undefined && (
        <Timeline
          key={hit.exhibitId}
          ledger={result.ledger}
          hits={here}
          selectedId={hit.id}
          seconds={now}
          marks={marks}
          onSeek={toSeconds}
        />
      )}
      <Course hit={hit} onSeek={clip.seek} />
      {exhibit !== undefined && <ReadOut exhibit={exhibit} moment={clip.moment} />}
      <p className="sub">{hitWords.clipNote}</p>
      <Problem error={clip.error} />
    </div>
  );
}

const distance = ({ mediaFromSeconds, mediaToSeconds }: Hit, seconds: number): number =>
  Math.max(0, mediaFromSeconds - seconds, seconds - mediaToSeconds);

function ClipVideo({ clip, label }: { readonly clip: ReturnType<typeof useClip>; readonly label: string }) {
  const { video, url, presented } = clip;
  useEffect(() => {
    const { current } = video;
    if (current === null) return;
    let handle = 0;
    const heard = (_now: number, { mediaTime }: VideoFrameCallbackMetadata) => {
      presented(mediaTime);
      handle = current.requestVideoFrameCallback(heard);
    };
    handle = current.requestVideoFrameCallback(heard);
    return () => current.cancelVideoFrameCallback(handle);
  }, [video, presented]);
  return (
    <video
      id="clip"
      ref={video}
      src={url}
      muted
      playsInline
      preload="auto"
      aria-label={label}
      onLoadedData={clip.begin}
      onEnded={() => clip.play(0)}
    />
  );
}
