import { type FormEvent, useEffect, useState } from 'react';
import type { PicturePoint } from '../../api/types.ts';
import { useCaseData } from '../../app/case-data.tsx';
import { useInvestigation } from '../../app/investigation.tsx';
import { useSession } from '../../app/session.tsx';
import { useName, useWords } from '../../app/settings.tsx';
import { type Background, ZoneEditor } from '../../parts/draw/zone-editor.tsx';
import { type CameraEnd, withTravel } from './across.ts';
import { cameraPicture } from './camera-picture.ts';
import { TravelTimes } from './chip-form.tsx';
import { type Filters, facetOf, type Travel } from './filters.ts';

type End = 'from' | 'to';
const ANYWHERE: CameraEnd = { cameraId: undefined, exhibits: [], zone: undefined };

/**
 * These attributes leave a zone of one camera, the same attributes enter a zone of another so much later. It becomes chips like any other;
 * the form says that it is never "the same".
 */
export function AcrossForm({
  filters,
  onChange,
  onClose,
}: {
  readonly filters: Filters;
  onChange(filters: Filters): void;
  onClose(): void;
}) {
  const { across: words } = useWords();
  const nameOf = useName();
  const { api, caseId } = useSession();
  const { hits } = useInvestigation();
  const { exhibits } = useCaseData();
  const [ends, setEnds] = useState<Readonly<Record<End, CameraEnd>>>({ from: ANYWHERE, to: ANYWHERE });
  const [travel, setTravel] = useState<Travel>({ minSeconds: 0, maxSeconds: 300 });
  const [drawing, setDrawing] = useState<{ readonly end: End; readonly background: Background }>();
  const url = drawing?.background.url;
  useEffect(
    () => () => {
      if (url !== undefined) URL.revokeObjectURL(url);
    },
    [url],
  );
  const cameras = Map.groupBy(
    exhibits.filter(({ state }) => state === 'sealed'),
    ({ camera }) => camera.id,
  );
  const attributes = [
    ...(facetOf(filters, 'classes')?.classes ?? []),
    ...(facetOf(filters, 'colours')?.colours ?? []).map(({ colour }) => colour),
  ];
  const isWhole = attributes.length > 0 || ends.to.zone !== undefined;

  const setEnd = (end: End, change: Partial<CameraEnd>): void =>
    setEnds((before) => ({ ...before, [end]: { ...before[end], ...change } }));
  function choose(end: End, cameraId: string): void {
    const own = cameras.get(cameraId) ?? [];
    setEnd(end, { cameraId: cameraId || undefined, exhibits: own.map(({ id }) => id), zone: undefined });
  }
  async function draw(end: End): Promise<void> {
    const { cameraId } = ends[end];
    const shown = cameraId === undefined ? [...cameras.values()].flat() : (cameras.get(cameraId) ?? []);
    setDrawing({ end, background: await cameraPicture(api, caseId, shown, hits) });
  }
  function drawn(end: End, zone: readonly PicturePoint[]): void {
    setEnd(end, { zone });
    setDrawing(undefined);
  }
  function add(event: FormEvent): void {
    event.preventDefault();
    onChange(withTravel(filters, ends.from, ends.to, travel, () => crypto.randomUUID()));
    onClose();
  }
  if (drawing !== undefined)
    return (
      <section aria-labelledby="across-title">
        <h3 id="across-title">{words.zoneOf[drawing.end](ends[drawing.end].cameraId)}</h3>
        <ZoneEditor
          background={drawing.background}
          tool="zone"
          start={ends[drawing.end].zone ?? []}
          onDone={(points) => drawn(drawing.end, points)}
          onCancel={() => setDrawing(undefined)}
        />
      </section>
    );
  return (
    <section className="across" aria-labelledby="across-title">
      <h3 id="across-title">{words.title}</h3>
      <p className="warn">{words.neverSame}</p>
      <form onSubmit={add}>
        <p>{attributes.length === 0 ? words.noAttributes : words.attributes(attributes.map(nameOf).join(', '))}</p>
        {(['from', 'to'] as const).map((end) => (
          <fieldset key={end}>
            <legend>{words.ends[end]}</legend>
            <div className="row">
              <label className="inline-field">
                {words.camera}
                <select
                  id={`across-${end}`}
                  value={ends[end].cameraId ?? ''}
                  onChange={(event) => choose(end, event.target.value)}
                >
                  <option value="">{end === 'from' ? words.anyCamera : words.anyOther}</option>
                  {[...cameras].map(([cameraId, own]) => (
                    <option
                      key={cameraId}
                      value={cameraId}
                      disabled={ends[end === 'from' ? 'to' : 'from'].cameraId === cameraId}
                    >
                      {cameraId} · {own[0]?.camera.place}
                    </option>
                  ))}
                </select>
              </label>
              <button type="button" data-zone={end} onClick={() => void draw(end)}>
                {words.draw[end]} <span aria-hidden="true">✎</span>
              </button>
              <span className="sub" role="status">
                {ends[end].zone === undefined ? words.noZone[end] : words.zoneDrawn(ends[end].zone.length)}
              </span>
            </div>
          </fieldset>
        ))}
        <fieldset>
          <legend>{words.delay}</legend>
          <div className="row">
            <TravelTimes travel={travel} onChange={setTravel} />
          </div>
        </fieldset>
        {ends.to.cameraId !== undefined && ends.from.cameraId !== undefined && (
          <p className="sub">{words.asksBoth(ends.from.cameraId, ends.to.cameraId)}</p>
        )}
        <div className="row">
          <button type="submit" className="primary" id="across-add" disabled={!isWhole}>
            {words.add}
          </button>
          <button type="button" onClick={onClose}>
            {words.cancel}
          </button>
        </div>
      </form>
    </section>
  );
}
