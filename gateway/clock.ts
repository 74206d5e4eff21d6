/** The one source of wall-clock time, so that tests can set it and so that no room calls Date.now() by itself. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  nowMs(): number;
}

export const systemClock: Clock = { nowMs: () => Date.now() };

export const nowSeconds = (clock: Clock): number => Math.floor(clock.nowMs() / 1000);

/** Wall-clock times are written in the time of the courts; where there is room, with the offset from UTC that held at that moment. */
export const CASE_TIME_ZONE = 'Europe/Paris';
