import type { ModelCard } from '../admission/card.ts';
import { type Card, isCrop } from '../admission/contract.ts';
import { AppError } from '../errors.ts';
import { cutCrop } from './crop.ts';
import { createDetectorPool } from './detector-pool.ts';
import type { Detection, RgbFrame } from './types.ts';

// G7: what a network does with pictures that nobody is on. Bounds of our own on pictures of our own: passing is no proof, failing is one.

export interface ProbeReport {
  readonly model: string;
  readonly sha256: string;
  /** The same picture gives the same answer; undefined for a crop classifier, whose golden answers a test compares. */
  readonly deterministic: boolean | undefined;
  /** Answers on drawn faces that fill the picture; undefined for a network that never sees a face. */
  readonly answersOnFaces: number | undefined;
  /** No pixel of a standing person's head reaches the network; undefined for a detector, which sees whole frames and names classes alone. */
  readonly blindToHeads: boolean | undefined;
}

const PICTURES = 8;

/** Runs the probes on a network that the gate admitted. Throws E_GATE_PROBE when it does not pass. */
export async function probeModel(
  card: Card & { readonly sha256: string },
  bytes: Uint8Array<ArrayBuffer>,
): Promise<ProbeReport> {
  const report = isCrop(card)
    ? { deterministic: undefined, answersOnFaces: undefined, blindToHeads: headsAreHidden(card.input) }
    : { ...(await probeDetector(card as ModelCard, bytes)), blindToHeads: undefined };
  const { deterministic, blindToHeads } = report;
  if (deterministic === false)
    throw new AppError('E_GATE_PROBE', { detail: `${card.name}: the same picture, another answer` });
  if (blindToHeads === false) throw new AppError('E_GATE_PROBE', { detail: `${card.name}: it would see heads` });
  return { model: card.name, sha256: card.sha256, ...report };
}

async function probeDetector(card: ModelCard, bytes: Uint8Array<ArrayBuffer>) {
  const pool = await createDetectorPool({ card, bytes, threads: 1 });
  try {
    let answersOnFaces = 0;
    let deterministic = true;
    for (let index = 0; index < PICTURES; index++) {
      const frame = drawnFace(index);
      const [once, twice] = [await pool.detect(frame), await pool.detect(frame)];
      deterministic &&= told(once) === told(twice);
      answersOnFaces += once.filter(({ score }) => score >= 0.5).length;
    }
    return { deterministic, answersOnFaces };
  } finally {
    await pool.close();
  }
}

const told = (detections: readonly Detection[]): string => JSON.stringify(detections);

/** Two pictures that differ where the head of a standing person is give the very same crop. */
function headsAreHidden(input: Parameters<typeof cutCrop>[2]): boolean {
  const box = { left: 100, top: 40, width: 40, height: 120 };
  const values = [0, 255].map((grey) => {
    const frame = drawnFace(1);
    const rgb = Uint8Array.from(frame.rgb);
    // The head is the upper eighth of a standing person, as wide as a third of the height is.
    for (let y = 44; y < 55; y++)
      for (let x = 112; x < 128; x++) rgb.fill(grey, (y * frame.widthPx + x) * 3, (y * frame.widthPx + x) * 3 + 3);
    const target = new Float32Array(3 * input.width * input.height);
    cutCrop({ ...frame, rgb }, box, input, target);
    return target;
  });
  return values[0]?.every((value, index) => value === values[1]?.[index]) === true;
}

/** An oval with two eyes and a mouth on a plain ground, of another tone and size each time. */
function drawnFace(index: number): RgbFrame {
  const [widthPx, heightPx] = [640, 480];
  const rgb = new Uint8Array(widthPx * heightPx * 3);
  const tone = 90 + 18 * index;
  const [radiusX, radiusY] = [90 + 10 * index, 120 + 12 * index];
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      const [dx, dy] = [(x - 320) / radiusX, (y - 240) / radiusY];
      const eye = Math.hypot(Math.abs(dx) - 0.4, dy + 0.25) < 0.12;
      const mouth = Math.abs(dx) < 0.35 && Math.abs(dy - 0.5) < 0.06;
      const level = eye || mouth ? 30 : Math.hypot(dx, dy) < 1 ? tone : 200 - 12 * index;
      rgb.fill(level, (y * widthPx + x) * 3, (y * widthPx + x) * 3 + 3);
    }
  }
  return { ref: { number: 1, pts: 0 }, timeSeconds: 0, widthPx, heightPx, scaleX: 1, scaleY: 1, rgb };
}
