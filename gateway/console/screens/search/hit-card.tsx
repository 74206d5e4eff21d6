import { memo, useState } from 'react';
import type { Hit } from '../../../search/types.ts';
import { routeTo } from '../../api/routes.ts';
import { useCaseData } from '../../app/case-data.tsx';
import { useSession } from '../../app/session.tsx';
import { useName, useWords } from '../../app/settings.tsx';
import { usePicture } from '../../parts/pictures.ts';
import { clockTime, mediaTime } from '../../parts/time.ts';
import { useHoverPreview } from '../player/hover-preview.ts';
import { colourWords, percent } from './hit-words.ts';

/** One hit of the grid: what, how sure, when, where, and what was decided. */
export const HitCard = memo(function HitCard({
  hit,
  at,
  isSelected,
  isTabStop,
  onOpen,
}: {
  readonly hit: Hit;
  readonly at: number;
  readonly isSelected: boolean;
  readonly isTabStop: boolean;
  onOpen(at: number, id: string): void;
}) {
  const { caseId } = useSession();
  const { search: words, hit: hitWords, review } = useWords();
  const nameOf = useName();
  const { exhibits } = useCaseData();
  const arrival = hit.reasons.find((reason) => reason.facet === 'condition' && reason.condition === 'acrossCameras');
  const other = arrival?.facet === 'condition' ? arrival.other : undefined;
  const otherCamera = exhibits.find(({ id }) => id === other?.exhibitId)?.camera.id;
  const { url, error } = usePicture(
    routeTo('/api/v1/cases/{caseId}/hits/{hitId}/still', { caseId, hitId: hit.id }, { size: 'thumb' }),
  );
  const [isRested, setRested] = useState(false);
  const preview = useHoverPreview(hit, isRested);
  return (
    <button
      type="button"
      onPointerEnter={() => setRested(true)}
      onPointerLeave={() => setRested(false)}
      onFocus={(event) => setRested(event.currentTarget.matches(':focus-visible'))}
      onBlur={() => setRested(false)}
      className={`hit verdict-${hit.verdict}`}
      data-at={at}
      aria-current={isSelected}
      tabIndex={isTabStop ? 0 : -1}
      onClick={() => onOpen(at, hit.id)}
    >
      <span className="picture">
        {url !== undefined && <img src={url} alt={words.thumbnail(nameOf(hit.class), clockTime(hit.from))} />}
        {preview !== undefined && <img className="hit-preview" src={preview} alt="" />}
        {url === undefined && error === undefined && <span className="hit-coming">{words.thumbnailComing}</span>}
        {error !== undefined && <span className="sub">{words.noThumbnail}</span>}
      </span>
      <span className="what">
        {nameOf(hit.class)} · {percent(hit.confidence)}
      </span>
      <span className="sub">{colourWords(hit, nameOf)}</span>
      <span>
        {clockTime(hit.from)} {hitWords.uncertainty(hit.uncertaintySeconds)}
      </span>
      <span className="sub">
        {hit.cameraId} · {mediaTime(hit.mediaFromSeconds)}
        {otherCamera !== undefined && ` → ${otherCamera}`}
      </span>
      <span className={`verdict-${hit.verdict}`}>
        {nameOf(hit.verdict)}
        {hit.disputed && ` · ${review.disputedShort}`}
      </span>
    </button>
  );
});
