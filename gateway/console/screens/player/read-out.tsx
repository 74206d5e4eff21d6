import type { ExhibitBody } from '../../api/types.ts';
import { useWords } from '../../app/settings.tsx';
import { exactTime, mediaTime } from '../../parts/time.ts';
import type { Moment } from './frame-clock.ts';

/** Always in sight: what the recorder's clock said, the true time, PTS, frame and file. */
export function ReadOut({ exhibit, moment }: { readonly exhibit: ExhibitBody; readonly moment: Moment | undefined }) {
  const { player: words } = useWords();
  const { clock } = exhibit;
  const recorderMs = moment === undefined ? undefined : Date.parse(moment.recorderTime);
  const trueMs = moment === undefined ? undefined : Date.parse(moment.trueTime);
  const facts: readonly (readonly [string, string])[] = [
    [words.original, recorderMs === undefined ? '–' : exactTime(recorderMs)],
    [
      words.corrected,
      trueMs === undefined
        ? '–'
        : `${exactTime(trueMs)} ${words.clockNote(clock.offsetSeconds, clock.uncertaintySeconds)}`,
    ],
    [words.media, moment === undefined ? '–' : mediaTime(moment.timeSeconds, 3)],
    [words.pts, moment === undefined ? '–' : `${moment.pts}`],
    [
      words.frame,
      moment === undefined ? '–' : `${moment.number}${exhibit.frames === undefined ? '' : ` / ${exhibit.frames}`}`,
    ],
    [words.file, exhibit.fileName],
  ];
  return (
    <dl className="read-out" id="read-out">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
      <div>
        <dt>{words.analysedFrame}</dt>
        <dd className={moment?.isAnalysed === true ? 'yes' : ''}>
          {moment === undefined ? '–' : moment.isAnalysed ? words.yes : words.no}
        </dd>
      </div>
    </dl>
  );
}
