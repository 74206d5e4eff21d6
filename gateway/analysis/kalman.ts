import type { Box } from './types.ts';

// The SORT state (centre x, centre y, area s, aspect r; velocities of x, y, s) under a constant-velocity model with white noise in
// the acceleration. Its matrices are block-diagonal, so it falls apart into three pairs (value, velocity) and one value, which is
// the same filter with a tenth of the arithmetic. Noise is in units of the box's own size: pixels mean nothing across cameras.

const X = 0;
const Y = 5;
const S = 10;
const RATIO = 15;
const RATIO_VARIANCE = 16;
const LENGTH = 17;
// Offsets in one pair: value, velocity, var(value), cov, var(velocity).
const VELOCITY = 1;
const VALUE_VARIANCE = 2;
const COVARIANCE = 3;
const VELOCITY_VARIANCE = 4;

const CENTRE_DEVIATION = 0.06;
const AREA_DEVIATION = 0.2;
const RATIO_DEVIATION = 0.15;
/** Change of velocity in one second, sizes a second. */
const MANOEUVRE = 1;
const AREA_MANOEUVRE = 0.4;

export type KalmanState = Float64Array;

/** What a filter expects at a moment. */
export interface Prediction {
  readonly box: Box;
  /** Variance of the centre's innovation, square pixels. */
  readonly varianceX: number;
  readonly varianceY: number;
}

/** A filter that stands on one box; `speedDeviation` in sizes (square root of the area) a second. */
export function startFilter(box: Box, speedDeviation: number): KalmanState {
  const state = new Float64Array(LENGTH);
  const area = box.width * box.height;
  const size = Math.sqrt(area);
  state[X] = box.left + box.width / 2;
  state[Y] = box.top + box.height / 2;
  state[S] = area;
  for (const at of [X, Y]) {
    state[at + VALUE_VARIANCE] = (CENTRE_DEVIATION * size) ** 2;
    state[at + VELOCITY_VARIANCE] = (speedDeviation * size) ** 2;
  }
  state[S + VALUE_VARIANCE] = (AREA_DEVIATION * area) ** 2;
  state[S + VELOCITY_VARIANCE] = (0.5 * area) ** 2;
  state[RATIO] = box.width / box.height;
  state[RATIO_VARIANCE] = RATIO_DEVIATION ** 2;
  return state;
}

/** The expectation `seconds` later; the state is left as it is. */
export function predict(state: KalmanState, seconds: number): Prediction {
  const size = Math.sqrt(read(state, S));
  // Growth is not extrapolated for long: an area that shrinks through zero is the classic failure of this state.
  const area = read(state, S) + read(state, S + VELOCITY) * Math.min(seconds, 0.5);
  const bounded = Math.min(2 * read(state, S), Math.max(0.5 * read(state, S), area));
  const width = Math.sqrt(bounded * read(state, RATIO));
  const height = bounded / width;
  const noise = (CENTRE_DEVIATION * size) ** 2;
  return {
    box: {
      left: read(state, X) + read(state, X + VELOCITY) * seconds - width / 2,
      top: read(state, Y) + read(state, Y + VELOCITY) * seconds - height / 2,
      width,
      height,
    },
    varianceX: varianceAfter(state, X, seconds, MANOEUVRE * size) + noise,
    varianceY: varianceAfter(state, Y, seconds, MANOEUVRE * size) + noise,
  };
}

/** Moves the state on by `seconds` and corrects it by a box that was seen then. */
export function observe(state: KalmanState, seconds: number, box: Box): void {
  const area = box.width * box.height;
  const size = Math.sqrt(area);
  const centreNoise = (CENTRE_DEVIATION * size) ** 2;
  step(state, X, seconds, MANOEUVRE * size, box.left + box.width / 2, centreNoise);
  step(state, Y, seconds, MANOEUVRE * size, box.top + box.height / 2, centreNoise);
  step(state, S, seconds, AREA_MANOEUVRE * area, area, (AREA_DEVIATION * area) ** 2);
  state[S] = Math.max(1, read(state, S));
  const variance = read(state, RATIO_VARIANCE) + 0.05 * seconds;
  const gain = variance / (variance + RATIO_DEVIATION ** 2);
  state[RATIO] = read(state, RATIO) + gain * (box.width / box.height - read(state, RATIO));
  state[RATIO_VARIANCE] = (1 - gain) * variance;
}

function varianceAfter(state: KalmanState, at: number, seconds: number, manoeuvre: number): number {
  return (
    read(state, at + VALUE_VARIANCE) +
    2 * seconds * read(state, at + COVARIANCE) +
    seconds ** 2 * read(state, at + VELOCITY_VARIANCE) +
    (manoeuvre ** 2 * seconds ** 3) / 3
  );
}

function step(state: KalmanState, at: number, dt: number, manoeuvre: number, measured: number, noise: number): void {
  const power = manoeuvre ** 2;
  const valueVariance = varianceAfter(state, at, dt, manoeuvre);
  const covariance = read(state, at + COVARIANCE) + dt * read(state, at + VELOCITY_VARIANCE) + (power * dt ** 2) / 2;
  const velocityVariance = read(state, at + VELOCITY_VARIANCE) + power * dt;
  const total = valueVariance + noise;
  const valueGain = valueVariance / total;
  const velocityGain = covariance / total;
  const predicted = read(state, at) + dt * read(state, at + VELOCITY);
  const innovation = measured - predicted;
  state[at] = predicted + valueGain * innovation;
  state[at + VELOCITY] = read(state, at + VELOCITY) + velocityGain * innovation;
  state[at + VALUE_VARIANCE] = (1 - valueGain) * valueVariance;
  state[at + COVARIANCE] = (1 - valueGain) * covariance;
  state[at + VELOCITY_VARIANCE] = velocityVariance - velocityGain * covariance;
}

const read = (state: KalmanState, index: number): number => state[index] ?? 0;
