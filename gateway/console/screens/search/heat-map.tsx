import { useEffect, useRef } from 'react';
import type { Schemas } from '../../../interface/client.ts';
import { routeTo } from '../../api/routes.ts';
import type { Hit } from '../../api/types.ts';
import { useCaseData } from '../../app/case-data.tsx';
import { useFetched } from '../../app/fetched.ts';
import { useSession } from '../../app/session.tsx';
import { useWords } from '../../app/settings.tsx';
import { usePicture } from '../../parts/pictures.ts';
import { Problem } from '../../parts/problem.tsx';
import { picturesOf } from './camera-picture.ts';
import { type Region, regionsOf } from './heat.ts';

type Paths = Schemas['Paths'];

/** Where the feet and wheels of an answer passed in one recording, over a masked picture of it: the more often, the brighter. */
export function HeatMap({
  questionId,
  exhibitId,
  hit,
}: {
  readonly questionId: string;
  readonly exhibitId: string;
  /** One of them that has arrived: its frame lies underneath, else one of the middle of the recording. */
  readonly hit: Hit | undefined;
}) {
  const { caseId } = useSession();
  const { heat: words } = useWords();
  const canvas = useRef<HTMLCanvasElement>(null);
  const { value: paths, error } = useFetched<Paths>(
    routeTo('/api/v1/cases/{caseId}/questions/{questionId}/exhibits/{exhibitId}/paths', {
      caseId,
      questionId,
      exhibitId,
    }),
  );
  const { exhibits } = useCaseData();
  const own = exhibits.filter(({ id }) => id === exhibitId);
  const { url } = usePicture(picturesOf(caseId, own, hit === undefined ? [] : [hit])[0]);
  useEffect(() => {
    if (paths !== undefined && canvas.current !== null) paint(canvas.current, paths);
  }, [paths]);
  if (paths === undefined) return error === undefined ? null : <Problem error={error} />;
  const most = Math.max(0, ...paths.cells.map(({ tracks }) => tracks));
  const title = words.title(paths.cameraId, paths.tracks);
  return (
    <figure className="heat">
      <div style={{ aspectRatio: `${paths.columns} / ${paths.rows}` }}>
        {url !== undefined && <img src={url} alt="" />}
        <canvas ref={canvas} role="img" aria-label={title} />
      </div>
      <figcaption>
        <strong>{paths.cameraId}</strong> · {paths.fileName}
        <span className="sub">
          {' '}
          {words.count(paths.tracks)}
          {paths.drawn < paths.tracks && ` · ${words.drawn(paths.drawn)}`}
        </span>
        <span className="heat-scale sub">
          {words.few} <span className="heat-ramp" aria-hidden="true" /> {words.many(most)}
        </span>
        <details>
          <summary>{words.table}</summary>
          <Regions paths={paths} title={title} />
        </details>
      </figcaption>
    </figure>
  );
}

/** The same for who does not see the picture: nine parts of it, and how many tracks passed the busiest place of each. */
function Regions({ paths, title }: { readonly paths: Paths; readonly title: string }) {
  const { heat: words } = useWords();
  const regions = regionsOf(paths);
  return (
    <table>
      <caption className="sub">{words.caption(title)}</caption>
      <thead>
        <tr>
          <td />
          {words.columns.map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {words.rows.map((name, row) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            {regions
              .filter((region: Region) => region.row === row)
              .map(({ column, most }) => (
                <td key={column} className="number">
                  {most}
                </td>
              ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function paint(canvas: HTMLCanvasElement, { columns, rows, cells }: Paths): void {
  canvas.width = columns;
  canvas.height = rows;
  const context = canvas.getContext('2d');
  if (context === null) return;
  const most = Math.max(1, ...cells.map(({ tracks }) => tracks));
  const image = context.createImageData(columns, rows);
  for (const { column, row, tracks } of cells) {
    // By the root, or one busy place would leave the rest dark.
    const share = Math.sqrt(tracks / most);
    image.data.set(
      [255, Math.round(60 + 180 * share), Math.round(30 + 30 * share), Math.round(70 + 165 * share)],
      (row * columns + column) * 4,
    );
  }
  context.putImageData(image, 0, 0);
}
