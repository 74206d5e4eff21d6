import { useState } from 'react';
import type { Hit, Verdict } from '../../../search/types.ts';
import { useInvestigation } from '../../app/investigation.tsx';
import { useSession } from '../../app/session.tsx';
import { useName, useWords } from '../../app/settings.tsx';
import { usePicture } from '../../parts/pictures.ts';
import { Problem } from '../../parts/problem.tsx';
import { clockSpan, mediaTime } from '../../parts/time.ts';
import { colourWords, percent } from './hit-words.ts';

/** The chosen hit: its picture, its clip, what is known of it, and the verdict. */
export function HitPanel({ hit }: { readonly hit: Hit }) {
  const { caseId, role } = useSession();
  const { hit: words } = useWords();
  const nameOf = useName();
  const { review } = useInvestigation();
  const [isPlaying, setPlaying] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const base = `/api/v1/cases/${caseId}/hits/${hit.id}`;
  const still = usePicture(`${base}/still?size=full`);
  const clip = usePicture(isPlaying ? `${base}/clip` : undefined);
  const decide = (verdict: Verdict) => {
    setFailure(undefined);
    void review(hit.id, verdict).catch(setFailure);
  };
  const facts: readonly (readonly [string, string])[] = [
    [words.exhibit, hit.fileName],
    [words.camera, hit.cameraId],
    [words.seen, `${clockSpan(hit.from, hit.to)} (Europe/Paris, ${words.uncertainty(hit.uncertaintySeconds)})`],
    [words.media, `${mediaTime(hit.mediaFromSeconds)} – ${mediaTime(hit.mediaToSeconds)}`],
    [words.frame, `${hit.best.frame} · ${mediaTime(hit.best.timeSeconds, 3)}`],
    [words.confidence, percent(hit.confidence)],
    [words.colours, colourWords(hit, nameOf)],
  ];
  return (
    <section className="hit-panel" aria-labelledby="hit-title" id="viewer">
      <h3 id="hit-title">
        {nameOf(hit.class)} · {clockSpan(hit.from, hit.to)}
      </h3>
      <div className="hit-panel-body">
        <div className="stage">
          {clip.url === undefined ? (
            still.url !== undefined && <img id="still" src={still.url} alt={words.still} />
          ) : (
            <video id="clip" src={clip.url} controls autoPlay muted />
          )}
        </div>
        <dl>
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </div>
      <div className="row">
        <button type="button" id="play" onClick={() => setPlaying(true)}>
          {words.clip}
        </button>
        {role === 'agent' && (
          <>
            <button type="button" className="primary" data-verdict="confirmed" onClick={() => decide('confirmed')}>
              {words.confirm}
            </button>
            <button type="button" data-verdict="uncertain" onClick={() => decide('uncertain')}>
              {words.uncertain}
            </button>
            <button type="button" data-verdict="rejected" onClick={() => decide('rejected')}>
              {words.reject}
            </button>
          </>
        )}
        <span id="verdict-state" role="status" className={`verdict-${hit.verdict}`}>
          {nameOf(hit.verdict)}
        </span>
      </div>
      <Problem error={still.error ?? clip.error ?? failure} />
    </section>
  );
}
