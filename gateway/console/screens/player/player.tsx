import { type CSSProperties, useEffect, useRef, useState } from 'react';
import type { Hit } from '../../api/types.ts';
import { useBeside } from '../../app/beside.tsx';
import { useCaseData } from '../../app/case-data.tsx';
import { useInvestigation } from '../../app/investigation.tsx';
import { useKeys } from '../../app/keys.ts';
import { useResult } from '../../app/results.tsx';
import { addressOf, goTo, type Screen } from '../../app/router.ts';
import { useSession } from '../../app/session.tsx';
import { useName, useWords } from '../../app/settings.tsx';
import { Problem } from '../../parts/problem.tsx';
import { mediaTime, secondsWords } from '../../parts/time.ts';
import type { Shapes } from '../search/conditions.ts';
import { withFacet } from '../search/filters.ts';
import { BookmarkBar } from './bookmark-bar.tsx';
import { nextFile } from './cameras-at.ts';
import { Course } from './course.tsx';
import { GoTo } from './go-to.tsx';
import { OtherCameras } from './other-cameras.tsx';
import { type Layers, Overlay } from './overlay.tsx';
import { UnreadableVideo } from './pass.ts';
import { handOn } from './play-on.ts';
import { ReadOut } from './read-out.tsx';
import { Reveal } from './reveal.tsx';
import { useStillFrame } from './still-frame.tsx';
import { Timeline } from './timeline.tsx';
import { Transport } from './transport.tsx';
import { useActivity } from './use-activity.ts';
import { useClip } from './use-clip.ts';
import { useMoves } from './use-moves.ts';
import { useTracks } from './use-tracks.ts';

/** A recording on the stage, opened on a hit of it or from its beginning, frame by frame and anywhere, with everything that says which frame it is. */
export function Player({
  exhibitId,
  hit,
  at,
  screen,
  shapes,
}: {
  readonly exhibitId: string;
  readonly hit?: Hit | undefined;
  /** Media seconds to open on; without it, where the hit is best seen. */
  readonly at?: number | undefined;
  readonly screen: Screen;
  /** What the question drew. */
  readonly shapes: Shapes;
}) {
  const { player: words, hit: hitWords } = useWords();
  const nameOf = useName();
  const { exhibits, jobs } = useCaseData();
  const { role } = useSession();
  const { filters, setFilters } = useInvestigation();
  const { bookmarks } = useBeside();
  const exhibit = exhibits.find(({ id }) => id === exhibitId);
  const result = useResult(exhibitId);
  const activity = useActivity(exhibit);
  const [layers, setLayers] = useState<Layers>({ boxes: true, path: true, zones: true, scores: false, others: false });
  const next = exhibit === undefined ? undefined : nextFile({ exhibits, jobs }, exhibit);
  const clip = useClip(exhibitId, exhibit, hit, at, (rate) => {
    if (screen !== 'player' || next?.isAdjoining !== true) return;
    handOn(next.exhibit.id, rate);
    location.hash = addressOf('player', next.exhibit.id, next.atSeconds);
  });
  const [first, last] = [clip.frames[0], clip.frames.at(-1)];
  const held =
    first === undefined || last === undefined
      ? undefined
      : { fromSeconds: first.timeSeconds, toSeconds: last.timeSeconds };
  // Without a hit there is nothing else to frame.
  const showsOthers = layers.others || (hit === undefined && layers.boxes);
  const tracks = useTracks(exhibitId, showsOthers ? held : undefined);
  const still = useStillFrame(exhibitId, clip.rate === 0 && !clip.isLoading ? clip.moment?.number : undefined);
  const [marks, setMarks] = useState<{ in: number | undefined; out: number | undefined }>({
    in: undefined,
    out: undefined,
  });
  const subject = hit?.id ?? exhibitId;
  useEffect(() => {
    if (subject !== '') setMarks({ in: undefined, out: undefined });
  }, [subject]);
  const now = clip.moment?.timeSeconds;
  const moves = useMoves({ clip, exhibit, hit, screen, activity: activity.value });
  const { seek, toSeconds, jump } = moves;

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
  const toggle = (name: keyof Layers) => setLayers((before) => ({ ...before, [name]: !before[name] }));
  const clean = (): void => {
    const isAny = Object.values(layers).some(Boolean);
    setLayers({ boxes: !isAny, path: !isAny, zones: !isAny, scores: false, others: false });
  };
  useKeys({
    ' ': () => clip.play(clip.isPlaying ? 0 : 1),
    k: () => clip.play(0),
    l: () => moves.shuttle(1),
    j: () => moves.shuttle(-1),
    ',': () => clip.step(-1),
    '.': () => clip.step(1),
    arrowleft: () => jump(-1),
    arrowright: () => jump(1),
    'shift+arrowleft': () => jump(-10),
    'shift+arrowright': () => jump(10),
    pageup: () => jump(-60),
    pagedown: () => jump(60),
    home: () => clip.show(0),
    end: () => clip.show(clip.frames.length - 1),
    i: () => setMarks((before) => ({ ...before, in: now })),
    o: () => setMarks((before) => ({ ...before, out: now })),
    n: () => moves.toHit(1),
    p: () => moves.toHit(-1),
    ...(role === 'agent' && { r: moves.toReview }),
    g: moves.toGap,
    d: () => moves.toKeyFrame(1),
    'shift+d': () => moves.toKeyFrame(-1),
    a: () => moves.toAnalysed(1),
    'shift+a': () => moves.toAnalysed(-1),
    b: () => toggle('boxes'),
    t: () => toggle('path'),
    z: () => toggle('zones'),
    s: () => toggle('scores'),
    e: () => toggle('others'),
    c: clean,
  });

  return (
    <div className="player">
      <div className="stage">
        {/* No track of captions: recordings have no sound here. */}
        <div className="picture-frame" style={formOf(result?.picture)}>
          {clip.url === undefined ? (
            <p className="sub">{clip.error === undefined ? words.loadingClip : words.noClip}</p>
          ) : (
            <ClipVideo clip={clip} label={words.video} />
          )}
          {still.url !== undefined && <img id="frame" className="still-frame" src={still.url} alt={words.still} />}
          {result !== undefined && clip.url !== undefined && (
            <Overlay
              result={result}
              track={hit === undefined ? undefined : result.tracks[hit.track]}
              trackNumber={hit?.track}
              tracks={tracks}
              moment={clip.moment}
              layers={{ ...layers, others: showsOthers }}
              shapes={shapes}
              label={hit === undefined ? '' : nameOf(hit.class)}
            />
          )}
        </div>
        <p className="stage-note" role="status">
          {moves.stuck !== undefined
            ? words.nowhere[moves.stuck]
            : clip.isLoading && clip.url !== undefined
              ? words.loadingStretch
              : clip.moment?.shown === 'coarse'
                ? words.coarse
                : ''}
        </p>
      </div>
      {exhibit !== undefined && <ReadOut exhibit={exhibit} moment={clip.moment} />}
      <Transport
        clip={clip}
        layers={layers}
        onToggle={toggle}
        onClean={clean}
        onStep={clip.step}
        onJump={jump}
        onHit={moves.toHit}
        onAnalysed={moves.toAnalysed}
        onKeyFrame={moves.toKeyFrame}
        onGap={moves.toGap}
      />
      {marks.in !== undefined && marks.out !== undefined && (
        <p className="row">
          {words.marks(mediaTime(marks.in), mediaTime(marks.out))}
          <button type="button" onClick={() => askBetween(marks.in ?? 0, marks.out ?? 0)}>
            {words.askBetween}
          </button>
        </p>
      )}
      {activity.value !== undefined && (
        <Timeline
          key={exhibitId}
          activity={activity.value}
          hits={moves.here}
          selectedId={hit?.id}
          seconds={now}
          marks={marks}
          bookmarks={bookmarks.filter((each) => each.exhibitId === exhibitId)}
          onSeek={toSeconds}
          onHit={({ id }) => goTo(screen, id)}
        />
      )}
      {next !== undefined && (
        <p className="next-file">
          <a href={addressOf('player', next.exhibit.id, next.atSeconds)}>{words.nextFile(next.exhibit.fileName)}</a>{' '}
          <span className="sub">{next.isAdjoining ? words.adjoining : words.later(secondsWords(next.gapSeconds))}</span>
        </p>
      )}
      {exhibit !== undefined && <OtherCameras exhibit={exhibit} moment={clip.moment} isPlaying={clip.isPlaying} />}
      <BookmarkBar
        key={`bookmarks ${exhibitId}`}
        exhibitId={exhibitId}
        hit={hit}
        moment={clip.moment}
        onSeek={toSeconds}
      />
      <div className="player-places">
        {hit !== undefined && <Course hit={hit} onSeek={toSeconds} />}
        {exhibit !== undefined && <GoTo exhibit={exhibit} onGo={seek} />}
        {hit !== undefined && <Reveal hit={hit} />}
      </div>
      {hit !== undefined && <p className="sub">{hitWords.clipNote}</p>}
      <Problem
        error={clip.error instanceof UnreadableVideo ? words.unreadable : (clip.error ?? still.error ?? activity.error)}
      />
      {clip.error !== undefined && (
        <button type="button" id="retry-clip" onClick={clip.retry}>
          {words.retry}
        </button>
      )}
    </div>
  );
}

/** The stage has the form of the picture before there is one, so that nothing below it jumps. */
const formOf = (picture: { readonly widthPx: number; readonly heightPx: number } | undefined): CSSProperties =>
  picture === undefined ? {} : ({ '--ratio': picture.widthPx / picture.heightPx } as CSSProperties);

function ClipVideo({ clip, label }: { readonly clip: ReturnType<typeof useClip>; readonly label: string }) {
  const { video, url } = clip;
  const latest = useRef(clip);
  latest.current = clip;
  useEffect(() => {
    const { current } = video;
    if (current === null) return;
    let handle = 0;
    const heard = (_now: number, { mediaTime }: VideoFrameCallbackMetadata) => {
      latest.current.presented(mediaTime);
      handle = current.requestVideoFrameCallback(heard);
    };
    handle = current.requestVideoFrameCallback(heard);
    return () => current.cancelVideoFrameCallback(handle);
  }, [video]);
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
      onEnded={clip.ended}
      onError={clip.failed}
    />
  );
}
