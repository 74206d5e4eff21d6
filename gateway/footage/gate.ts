import { AppError } from '../errors.ts';
import type { Requisition, ScheduledExhibit } from '../requisition/types.ts';

/** DEF-03: seconds from the signed end of capture to the first analysis. Compiled in: policy may only raise it. */
export const DEFERRAL_FLOOR_SECONDS = 3600;

/** The floor in force. Throws E_CONFIG when a policy asks for less than the compiled one. */
export function deferralFloor(policySeconds: number | undefined): number {
  if (policySeconds === undefined) return DEFERRAL_FLOOR_SECONDS;
  if (!Number.isFinite(policySeconds) || policySeconds < DEFERRAL_FLOOR_SECONDS) {
    throw new AppError('E_CONFIG', { detail: `the deferral floor cannot be below ${DEFERRAL_FLOOR_SECONDS} s` });
  }
  return policySeconds;
}

/** Dates of an exhibit as its signed schedule declares them, milliseconds since the epoch. */
export interface Declared {
  readonly captureStartMs: number;
  readonly captureEndMs: number;
  readonly acquiredAtMs: number;
}

export interface Admission {
  readonly requisition: Requisition;
  readonly scheduled: ScheduledExhibit;
  readonly nowSeconds: number;
  readonly floorSeconds: number;
}

/** Clocks of two offices differ a little. */
const SIGNING_TOLERANCE_SECONDS = 60;

/**
 * The deferred gate on what is declared: DEF-01 (a finite exhibit with a piece number), DEF-02 (its digest stands in the schedule),
 * DEF-04 (dates in order) and DEF-03 (old enough). Pure. Throws E_DEF_NOT_EXHIBIT, E_DEF_WINDOW or E_DEF_TOO_SOON.
 */
export function admit({ requisition, scheduled, nowSeconds, floorSeconds }: Admission): Declared {
  if (scheduled.id.trim() === '') throw new AppError('E_DEF_NOT_EXHIBIT', { detail: 'no piece number' });
  if (!Number.isSafeInteger(scheduled.size) || scheduled.size <= 0 || !/^[0-9a-f]{64}$/.test(scheduled.sha256)) {
    throw new AppError('E_DEF_NOT_EXHIBIT', { detail: 'no size or no digest' });
  }
  const declared = declaredDates(scheduled);
  // `iat` is cut to whole seconds: an act of that same second is not later than it.
  const signedMs = requisition.schedule.iat * 1000;
  const inOrder =
    declared.captureStartMs < declared.captureEndMs &&
    declared.captureEndMs <= declared.acquiredAtMs &&
    declared.acquiredAtMs <= signedMs + 999;
  if (!inOrder) throw new AppError('E_DEF_WINDOW', { detail: 'capture, acquisition and signature are out of order' });
  if (requisition.schedule.iat > nowSeconds + SIGNING_TOLERANCE_SECONDS) {
    throw new AppError('E_DEF_WINDOW', { detail: 'signed in the future' });
  }
  if (nowSeconds * 1000 < declared.captureEndMs + floorSeconds * 1000) throw new AppError('E_DEF_TOO_SOON');
  return declared;
}

export function declaredDates(scheduled: ScheduledExhibit): Declared {
  return {
    captureStartMs: instant(scheduled.capture.start),
    captureEndMs: instant(scheduled.capture.end),
    acquiredAtMs: instant(scheduled.acquisition.acquired_at),
  };
}

// RFC 3339 with its offset: a time without one would be read in the time zone of the server.
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

function instant(text: string): number {
  const ms = RFC_3339.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) throw new AppError('E_DEF_WINDOW', { detail: 'a date is missing or not RFC 3339' });
  return ms;
}

/** Media times differ from wall times by so much without a word: recorders start a file a little early or late. */
const UNREMARKABLE_MS = 60_000;

/**
 * DEF-04: what the file itself says about time against what was signed. A container time later than the signature is E_DEF_WINDOW;
 * any other contradiction is returned as a note, which is shown with every answer. Undefined when nothing contradicts.
 */
export function clockNote(
  requisition: Requisition,
  scheduled: ScheduledExhibit,
  file: { readonly containerTimeMs: number | undefined; readonly durationSeconds: number },
): string | undefined {
  const { captureStartMs, captureEndMs } = declaredDates(scheduled);
  const notes: string[] = [];
  if (file.containerTimeMs !== undefined) {
    if (file.containerTimeMs > (requisition.schedule.iat + SIGNING_TOLERANCE_SECONDS) * 1000) {
      throw new AppError('E_DEF_WINDOW', { detail: 'the file was written after the schedule was signed' });
    }
    const inside =
      file.containerTimeMs >= captureStartMs - UNREMARKABLE_MS &&
      file.containerTimeMs <= captureEndMs + UNREMARKABLE_MS;
    const written = new Date(file.containerTimeMs).toISOString();
    if (!inside) {
      notes.push(
        `le fichier porte la date ${written}, hors de la captation déclarée (the file is dated ${written}, outside the declared capture)`,
      );
    }
  }
  const declaredSeconds = (captureEndMs - captureStartMs) / 1000;
  if (Math.abs(file.durationSeconds - declaredSeconds) * 1000 > UNREMARKABLE_MS) {
    const [lasts, declared] = [Math.round(file.durationSeconds), Math.round(declaredSeconds)];
    const rest = declared - lasts;
    const [unseen, unseenInEnglish] =
      rest < 0 ? ['', ''] : [` : ${rest} s n'ont aucune image`, `: ${rest} s have no picture`];
    notes.push(
      `le fichier dure ${lasts} s, la captation déclarée ${declared} s${unseen} (the file lasts ${lasts} s, the declared capture ${declared} s${unseenInEnglish})`,
    );
  }
  return notes.length === 0 ? undefined : notes.join(' ; ');
}

/**
 * REQ-07: the parts that may be analysed, in media seconds from the first frame: the use windows of the schedule within the file, or
 * the whole file. The first frame stands at the start of the declared capture.
 */
export function windowsOf(
  scheduled: ScheduledExhibit,
  durationSeconds: number,
): readonly { readonly fromSeconds: number; readonly toSeconds: number }[] {
  if (scheduled.use_window === undefined) return [{ fromSeconds: 0, toSeconds: durationSeconds }];
  const { captureStartMs } = declaredDates(scheduled);
  return scheduled.use_window.flatMap((window) => {
    const fromSeconds = Math.max(0, (instant(window.start) - captureStartMs) / 1000);
    const toSeconds = Math.min(durationSeconds, (instant(window.end) - captureStartMs) / 1000);
    return fromSeconds < toSeconds ? [{ fromSeconds, toSeconds }] : [];
  });
}
