import { useEffect, useMemo, useRef } from 'react';
import type { AnalysisResult } from '../../../analysis/types.ts';
import type { Hit } from '../../../search/types.ts';
import { useResult } from '../../app/results.tsx';
import { useSession } from '../../app/session.tsx';
import { useName, useWords } from '../../app/settings.tsx';
import { BarRows } from '../../parts/bar-rows.tsx';
import { usePicture } from '../../parts/pictures.ts';

/** What the answer looks like: where the hits of a camera went, and of what colour and kind they are. */
export function Charts({ hits }: { readonly hits: readonly Hit[] }) {
  const { search: words } = useWords();
  const nameOf = useName();
  const byExhibit = useMemo(() => Map.groupBy(hits, ({ exhibitId }) => exhibitId as string), [hits]);
  const count = (names: readonly string[]) =>
    [...Map.groupBy(names, (name) => name)]
      .map(([name, all]) => ({ name: nameOf(name), value: all.length }))
      .toSorted((a, b) => b.value - a.value);
  return (
    <details className="charts">
      <summary>{words.charts}</summary>
      <div className="columns">
        <div>
          <h4>{words.byClass}</h4>
          <BarRows rows={count(hits.map((hit) => hit.class))} />
        </div>
        <div>
          <h4>{words.byColour}</h4>
          <BarRows rows={count(hits.flatMap(mainColour))} />
        </div>
        {[...byExhibit].slice(0, 4).map(([exhibitId, own]) => (
          <Heat key={exhibitId} exhibitId={exhibitId} hits={own} />
        ))}
      </div>
    </details>
  );
}

const mainColour = ({ colours }: Hit): readonly string[] => {
  const best = colours.filter(({ part }) => part === 'whole').toSorted((a, b) => b.share - a.share)[0];
  return best === undefined ? [] : [best.colour];
};

const GRID_X = 64;

/** Where the feet and wheels of the hits of a camera were, over a picture of it: the more often, the brighter. */
function Heat({ exhibitId, hits }: { readonly exhibitId: string; readonly hits: readonly Hit[] }) {
  const { caseId } = useSession();
  const { search: words } = useWords();
  const result = useResult(exhibitId);
  const canvas = useRef<HTMLCanvasElement>(null);
  const first = hits[0];
  const { url } = usePicture(
    first === undefined ? undefined : `/api/v1/cases/${caseId}/hits/${first.id}/still?size=thumb`,
  );
  useEffect(() => {
    if (result !== undefined && canvas.current !== null) paint(canvas.current, result, hits);
  }, [result, hits]);
  if (result === undefined || first === undefined) return null;
  return (
    <figure className="heat">
      <div>
        {url !== undefined && <img src={url} alt="" />}
        <canvas ref={canvas} role="img" aria-label={words.heat(first.cameraId, hits.length)} />
      </div>
      <figcaption className="sub">{words.heat(first.cameraId, hits.length)}</figcaption>
    </figure>
  );
}

function paint(canvas: HTMLCanvasElement, result: AnalysisResult, hits: readonly Hit[]): void {
  const { widthPx, heightPx } = result.picture;
  const gridY = Math.max(1, Math.round((GRID_X * heightPx) / widthPx));
  canvas.width = GRID_X;
  canvas.height = gridY;
  const counts = new Float64Array(GRID_X * gridY);
  for (const hit of hits) {
    // A track counts once a place, however long it stood there; between two analysed frames it went straight.
    const seen = new Set<number>();
    const places = (result.tracks[hit.track]?.points ?? []).map(({ left, top, width, height }) => ({
      x: ((left + width / 2) / widthPx) * GRID_X,
      y: ((top + height) / heightPx) * gridY,
    }));
    for (const [index, to] of places.entries()) {
      const from = places[index - 1] ?? to;
      const steps = Math.max(1, Math.ceil(Math.hypot(to.x - from.x, to.y - from.y)));
      for (let step = 0; step <= steps; step++) {
        const x = Math.min(GRID_X - 1, Math.max(0, Math.floor(from.x + ((to.x - from.x) * step) / steps)));
        const y = Math.min(gridY - 1, Math.max(0, Math.floor(from.y + ((to.y - from.y) * step) / steps)));
        seen.add(y * GRID_X + x);
      }
    }
    for (const at of seen) counts[at] = (counts[at] ?? 0) + 1;
  }
  const most = Math.max(1, ...counts);
  const context = canvas.getContext('2d');
  if (context === null) return;
  const image = context.createImageData(GRID_X, gridY);
  for (const [at, count] of counts.entries()) {
    const share = Math.sqrt(count / most);
    image.data.set([255, Math.round(210 * (1 - share)), 40, count === 0 ? 0 : 90 + Math.round(150 * share)], at * 4);
  }
  context.putImageData(image, 0, 0);
}
