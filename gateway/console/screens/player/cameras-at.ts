import { type ExhibitBody, hasResult, type JobBody, type ScheduledPiece } from '../../api/types.ts';

// Which recordings show an instant, by the true time: the clock of each recorder corrected as its schedule says.

/** Files of one camera this near to each other are one recording that a recorder cut. */
const ADJOINING_SECONDS = 2;

type Timed = Pick<ExhibitBody, 'captureStart' | 'clock'>;

/** The true time of the first frame, milliseconds. */
export const zeroOf = ({ captureStart, clock }: Timed): number => Date.parse(captureStart) + clock.offsetSeconds * 1000;

/** What another camera has of an instant. */
export type CameraAt = { readonly camera: string } & (
  | { readonly state: 'recorded'; readonly exhibit: ExhibitBody; readonly atSeconds: number }
  /** Why it shows nothing: it has no recording of then, or one that nobody may look at, analysed, or deposited. */
  | { readonly state: 'nothing' | 'outside' | 'notAnalysed' | 'notDeposited' }
);

interface Known {
  readonly exhibits: readonly ExhibitBody[];
  readonly jobs: readonly JobBody[];
  readonly scheduled: readonly ScheduledPiece[];
}

/** Every camera of the case but that of `shown`, at an instant of the true time. */
export function camerasAt({ exhibits, jobs, scheduled }: Known, shown: ExhibitBody, ms: number): readonly CameraAt[] {
  const names = [...exhibits.map(({ camera }) => camera.id), ...scheduled.map(({ camera }) => camera)];
  return [...new Set(names)]
    .filter((camera) => camera !== shown.camera.id)
    .sort((a, b) => a.localeCompare(b, 'fr', { numeric: true }))
    .map((camera): CameraAt => {
      const own = exhibits.filter((each) => each.camera.id === camera && each.state === 'sealed');
      const there = own.filter((each) => isIn(each, ms));
      const analysed = there.filter(({ id }) => hasResult(jobs, id));
      const open = analysed.find((each) => isOpen(each, ms));
      if (open !== undefined) return { camera, state: 'recorded', exhibit: open, atSeconds: secondsIn(open, ms) };
      if (analysed.length > 0) return { camera, state: 'outside' };
      if (there.length > 0) return { camera, state: 'notAnalysed' };
      const isMissing = scheduled.some(
        (piece) => piece.camera === camera && !own.some((each) => each.piece === piece.piece),
      );
      return { camera, state: isMissing ? 'notDeposited' : 'nothing' };
    });
}

export interface NextFile {
  readonly exhibit: ExhibitBody;
  /** Where it takes over, media seconds. */
  readonly atSeconds: number;
  /** How long the camera recorded nothing between the two. */
  readonly gapSeconds: number;
  /** Playing goes on into it. */
  readonly isAdjoining: boolean;
}

/** The analysed recording of the same camera that goes on where this one ends. */
export function nextFile({ exhibits, jobs }: Omit<Known, 'scheduled'>, shown: ExhibitBody): NextFile | undefined {
  const end = zeroOf(shown) + (shown.durationSeconds ?? 0) * 1000;
  const [next] = exhibits
    .filter(
      ({ id, camera, state }) =>
        id !== shown.id && camera.id === shown.camera.id && state === 'sealed' && hasResult(jobs, id),
    )
    .filter((each) => zeroOf(each) > zeroOf(shown) && zeroOf(each) + (each.durationSeconds ?? 0) * 1000 > end)
    .toSorted((a, b) => zeroOf(a) - zeroOf(b));
  if (next === undefined) return undefined;
  const gapSeconds = Math.max(0, (zeroOf(next) - end) / 1000);
  return {
    exhibit: next,
    atSeconds: Math.max(0, secondsIn(next, end)),
    gapSeconds,
    isAdjoining: gapSeconds <= ADJOINING_SECONDS,
  };
}

const secondsIn = (exhibit: Timed, ms: number): number => (ms - zeroOf(exhibit)) / 1000;

function isIn(exhibit: ExhibitBody, ms: number): boolean {
  const at = secondsIn(exhibit, ms);
  return at >= 0 && at < (exhibit.durationSeconds ?? 0);
}

function isOpen(exhibit: ExhibitBody, ms: number): boolean {
  const at = secondsIn(exhibit, ms);
  return (exhibit.windows ?? []).some(({ fromSeconds, toSeconds }) => fromSeconds <= at && at <= toSeconds);
}
