import { AppError } from '../errors.ts';
import type { AuthorisationClaims, Requisition } from './types.ts';

// DEF-08. The values are the product's: no text gives any (legal-requirements 1.1, AIA recital 95: a closed data set is no limited delay).
const ADJACENT_MS = 120_000;
const PROMPT_MS = 24 * 3_600_000;
const SERIES = 3;

/** What one schedule takes of a camera, soon after it was captured. */
interface Piece {
  readonly signedAt: number;
  readonly camera: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * Refuses the schedule that would make a rolling series: a third one, signed at a time of its own, that goes on where the others ended,
 * each signed within a day of what it takes. Any number of pieces in one schedule is a closed data set. An explicit authorisation decided
 * after the series began, whose places name the camera by its id and whose period covers the series, lets it pass. `others`: the requisitions of the
 * case, because the same camera in two procedures is two questions. Throws E_DEF_ROLLING.
 */
export function checkRolling(requisition: Requisition, others: readonly Requisition[]): void {
  const own = piecesOf(requisition);
  const earlier = others.flatMap(piecesOf);
  for (const piece of own) {
    const series = seriesOf(piece, [...own, ...earlier]);
    const signings = new Set(series.map(({ signedAt }) => signedAt));
    if (signings.size >= SERIES && !isNamedBy(requisition.authorisation, series)) {
      throw new AppError('E_DEF_ROLLING', { detail: `${signings.size} schedules follow one camera` });
    }
  }
}

const piecesOf = ({ schedule: { iat, exhibits } }: Requisition): readonly Piece[] =>
  exhibits
    .map(({ camera, capture }) => ({
      signedAt: iat,
      camera: camera.id.trim().toLowerCase(),
      fromMs: Date.parse(capture.start),
      toMs: Date.parse(capture.end),
    }))
    .filter(({ signedAt, toMs }) => signedAt * 1000 < toMs + PROMPT_MS);

const touch = (a: Piece, b: Piece): boolean => a.fromMs - b.toMs < ADJACENT_MS && b.fromMs - a.toMs < ADJACENT_MS;

/** A piece and all that is adjacent to it, or to what is. */
function seriesOf(first: Piece, pieces: readonly Piece[]): readonly Piece[] {
  const rest = new Set(pieces.filter((piece) => piece !== first && piece.camera === first.camera));
  const series = [first];
  for (const known of series) {
    for (const piece of rest) {
      if (!touch(known, piece)) continue;
      rest.delete(piece);
      series.push(piece);
    }
  }
  return series;
}

function isNamedBy({ lrj_auth, places, period }: AuthorisationClaims, series: readonly Piece[]): boolean {
  const decidedMs = Date.parse(lrj_auth.decided_at);
  const before = new Set(series.map(({ signedAt }) => signedAt).filter((at) => at * 1000 <= decidedMs));
  return (
    lrj_auth.mode === 'explicit' &&
    // Whoever decided before there was a series did not decide on it.
    before.size >= SERIES - 1 &&
    places.some((place) => place.trim().toLowerCase() === series[0]?.camera) &&
    series.every(({ fromMs, toMs }) => Date.parse(period.start) <= fromMs && toMs <= Date.parse(period.end))
  );
}
