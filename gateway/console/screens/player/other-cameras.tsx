import { useEffect, useState } from 'react';
import type { Schemas } from '../../../interface/client.ts';
import { routeTo } from '../../api/routes.ts';
import type { ExhibitBody } from '../../api/types.ts';
import { useCaseData } from '../../app/case-data.tsx';
import { useInvestigation } from '../../app/investigation.tsx';
import { addressOf } from '../../app/router.ts';
import { useSession } from '../../app/session.tsx';
import { useWords } from '../../app/settings.tsx';
import { usePicture } from '../../parts/pictures.ts';
import { mediaTime } from '../../parts/time.ts';
import { type CameraAt, camerasAt } from './cameras-at.ts';
import type { Moment } from './frame-clock.ts';

/** Who steps or plays wants no picture of each frame on the way. */
const REST_MS = 400;
/** A frame follows within that even in the slowest recording that is kept. */
const FRAME_WITHIN_SECONDS = 2;

/** The other cameras of the case at the instant that is shown: a picture of each, masked, and a click goes there. Their pictures are asked for while it is open and nothing plays. */
export function OtherCameras({
  exhibit,
  moment,
  isPlaying,
}: {
  readonly exhibit: ExhibitBody;
  readonly moment: Moment | undefined;
  readonly isPlaying: boolean;
}) {
  const { cameras: words } = useWords();
  const { exhibits, jobs } = useCaseData();
  const { requisition } = useSession();
  const { showsCameras, setShowsCameras } = useInvestigation();
  if (moment === undefined) return null;
  const cameras = camerasAt({ exhibits, jobs, scheduled: requisition.exhibits }, exhibit, Date.parse(moment.trueTime));
  if (cameras.length === 0) return null;
  return (
    <details
      className="other-cameras"
      open={showsCameras}
      onToggle={(event) => setShowsCameras(event.currentTarget.open)}
    >
      <summary>
        {words.title} · {words.count(cameras.filter(({ state }) => state === 'recorded').length, cameras.length)}
      </summary>
      <ul>
        {cameras.map((each) => (
          <li key={each.camera}>
            {each.state === 'recorded' ? (
              <Recorded at={each} from={exhibit} isAsked={showsCameras && !isPlaying} />
            ) : (
              <div className="camera-at" data-state={each.state}>
                <span className="picture">{words.states[each.state]}</span>
                <strong>{each.camera}</strong>
              </div>
            )}
          </li>
        ))}
      </ul>
    </details>
  );
}

function Recorded({
  at: { camera, exhibit, atSeconds },
  from,
  isAsked,
}: {
  readonly at: Extract<CameraAt, { state: 'recorded' }>;
  readonly from: ExhibitBody;
  readonly isAsked: boolean;
}) {
  const { cameras: words, hit } = useWords();
  const frame = useFrameAt(exhibit.id, atSeconds, isAsked);
  const { caseId } = useSession();
  const { url } = usePicture(
    frame === undefined
      ? undefined
      : routeTo(
          '/api/v1/cases/{caseId}/exhibits/{exhibitId}/frames/{number}',
          { caseId, exhibitId: exhibit.id, number: `${frame}` },
          { size: 'thumb' },
        ),
  );
  const uncertainty = exhibit.clock.uncertaintySeconds + from.clock.uncertaintySeconds;
  return (
    <a className="camera-at" data-state="recorded" href={addressOf('player', exhibit.id, atSeconds)}>
      <span className="picture">{url !== undefined && <img src={url} alt={words.picture(camera)} />}</span>
      <strong>{camera}</strong>
      <span className="sub">
        {mediaTime(atSeconds)} · {hit.uncertainty(uncertainty)}
      </span>
    </a>
  );
}

/** Number of the first frame from a moment on; asked for when the moment has stayed for a while. */
function useFrameAt(exhibitId: string, atSeconds: number, isAsked: boolean): number | undefined {
  const { api, caseId } = useSession();
  const [found, setFound] = useState<{ readonly at: string; readonly number: number }>();
  const at = `${exhibitId} ${atSeconds}`;
  useEffect(() => {
    if (!isAsked) return;
    const stop = new AbortController();
    const span = { fromSeconds: atSeconds, toSeconds: atSeconds + FRAME_WITHIN_SECONDS };
    const timer = setTimeout(() => {
      api
        .get<Schemas['ListFramesAnswer']>(
          routeTo('/api/v1/cases/{caseId}/exhibits/{exhibitId}/frames', { caseId, exhibitId }, span),
          stop.signal,
        )
        .then(({ frames: [first] }) => first !== undefined && setFound({ at, number: first.number }))
        // Without a picture the camera is still there to be opened, and says why when it is.
        .catch(() => undefined);
    }, REST_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [api, caseId, exhibitId, atSeconds, at, isAsked]);
  return found?.at === at ? found.number : undefined;
}
