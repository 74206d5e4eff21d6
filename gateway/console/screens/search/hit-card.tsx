import { type MouseEvent, memo, useState } from 'react';
import { routeTo } from '../../api/routes.ts';
import type { Hit, Verdict } from '../../api/types.ts';
import { useCaseData } from '../../app/case-data.tsx';
import { useSession } from '../../app/session.tsx';
import { useName, useWords } from '../../app/settings.tsx';
import { usePicture } from '../../parts/pictures.ts';
import { clockTime, mediaTime, secondsWords } from '../../parts/time.ts';
import { useHoverPreview } from '../player/hover-preview.ts';
import { colourWords, percent } from './hit-words.ts';
import { tellingReasons, useReasonWords } from './reason-words.ts';

/** How a card is marked beside the others: by itself, or with all from the one that was marked last. */
export type Pick = 'one' | 'range';

/** One hit of the grid: what, how sure, when and how long, where, why, and what was decided. */
export const HitCard = memo(function HitCard({
  hit,
  elsewhere,
  at,
  isOpen,
  isPicked,
  isTabStop,
  onOpen,
  onPick,
}: {
  readonly hit: Hit;
  /** What was decided on the same track under another question. */
  readonly elsewhere: Verdict | undefined;
  readonly at: number;
  /** It is the one that is shown. */
  readonly isOpen: boolean;
  /** Marked, to be acted on with others; undefined where nobody acts. */
  readonly isPicked: boolean | undefined;
  readonly isTabStop: boolean;
  onOpen(at: number, id: string): void;
  onPick(at: number, pick: Pick): void;
}) {
  const { caseId } = useSession();
  const { search: words, selection, hit: hitWords, review } = useWords();
  const nameOf = useName();
  const { exhibits } = useCaseData();
  const other = hit.reasons.find(({ condition }) => condition === 'acrossCameras')?.other;
  const otherCamera = exhibits.find(({ id }) => id === other?.exhibitId)?.camera.id;
  const { url, error } = usePicture(
    routeTo('/api/v1/cases/{caseId}/hits/{hitId}/still', { caseId, hitId: hit.id }, { size: 'thumb' }),
  );
  const [isRested, setRested] = useState(false);
  const preview = useHoverPreview(hit, isRested);
  const sayReason = useReasonWords();
  const why = [...new Set(tellingReasons(hit).map(sayReason))].join(' · ');
  function press(event: MouseEvent): void {
    if (isPicked !== undefined && event.shiftKey) onPick(at, 'range');
    else if (isPicked !== undefined && (event.ctrlKey || event.metaKey)) onPick(at, 'one');
    else onOpen(at, hit.id);
  }
  return (
    <>
      <button
        type="button"
        onPointerEnter={() => setRested(true)}
        onPointerLeave={() => setRested(false)}
        onFocus={(event) => setRested(event.currentTarget.matches(':focus-visible'))}
        onBlur={() => setRested(false)}
        className={`hit verdict-${hit.verdict}${isPicked === true ? ' picked' : ''}`}
        data-at={at}
        aria-current={isOpen}
        tabIndex={isTabStop ? 0 : -1}
        onClick={press}
      >
        <span className="picture">
          {url !== undefined && <img src={url} alt={words.thumbnail(nameOf(hit.class), clockTime(hit.from))} />}
          {preview !== undefined && <img className="hit-preview" src={preview} alt="" />}
          {url === undefined && error === undefined && <span className="hit-coming">{words.thumbnailComing}</span>}
          {error !== undefined && <span className="hit-coming">{words.noThumbnail}</span>}
        </span>
        <span className="what">
          {nameOf(hit.class)} · {percent(hit.confidence)} · <span className="hidden">{hitWords.duration} </span>
          {secondsWords(hit.mediaToSeconds - hit.mediaFromSeconds)}
        </span>
        <span className="sub" title={colourWords(hit, nameOf)}>
          {colourWords(hit, nameOf)}
        </span>
        <span>
          {clockTime(hit.from)} {hitWords.uncertainty(hit.uncertaintySeconds)}
        </span>
        <span className="sub" title={`${hit.cameraId} · ${mediaTime(hit.mediaFromSeconds)}`}>
          {hit.cameraId} · {mediaTime(hit.mediaFromSeconds)}
          {otherCamera !== undefined && ` → ${otherCamera}`}
        </span>
        <span className="sub why" title={why}>
          <span className="hidden">{hitWords.why} : </span>
          {why}
        </span>
        <span className={`verdict-${hit.verdict}`}>
          {nameOf(hit.verdict)}
          {hit.disputed && ` · ${review.disputedShort}`}
          {hit.verdict === 'unreviewed' && elsewhere !== undefined && ` · ${review.elsewhereShort(nameOf(elsewhere))}`}
        </span>
      </button>
      {isPicked !== undefined && (
        <label className="pick">
          <input
            type="checkbox"
            checked={isPicked}
            tabIndex={isTabStop ? 0 : -1}
            aria-label={selection.select(nameOf(hit.class), clockTime(hit.from))}
            onChange={(event) => onPick(at, (event.nativeEvent as globalThis.MouseEvent).shiftKey ? 'range' : 'one')}
          />
        </label>
      )}
    </>
  );
});
