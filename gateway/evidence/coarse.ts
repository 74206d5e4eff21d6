import sharp from 'sharp';
import type { Ledger, Track } from '../analysis/types.ts';
import type { ClipCut } from './clip-time.ts';
import type { PictureSize } from './mask.ts';
import type { RgbPicture } from './pixels.ts';

// PRO-02, decision 0027: masks know where persons are from the analysis. What it did not look at may hold somebody whom no track covers, so it
// is shown in blocks of one colour each, too few of them for a face.

/** So many blocks stand side by side. A head that is a sixth of the picture wide has five. */
const BLOCKS_ACROSS = 32;
const LEAST_BLOCK_PX = 16;

/** Side of a block, whole and even. */
export const blockPx = ({ widthPx }: Pick<PictureSize, 'widthPx'>): number =>
  Math.max(LEAST_BLOCK_PX, 2 * Math.ceil(widthPx / BLOCKS_ACROSS / 2));

/** Whether the analysis looked at that time throughout. */
const isLookedAt = ({ intervals }: Pick<Ledger, 'intervals'>, timeSeconds: number): boolean =>
  intervals.some(
    ({ state, fromSeconds, toSeconds }) =>
      state === 'analysed' && fromSeconds <= timeSeconds && timeSeconds < toSeconds,
  );

/** Whether masks alone will do for a frame: it lies in time that was looked at, or was itself, since something was seen on it. */
export const isSharp = (
  ledger: Pick<Ledger, 'intervals'>,
  tracks: readonly Pick<Track, 'points'>[],
  frame: { readonly number: number; readonly timeSeconds: number },
): boolean =>
  isLookedAt(ledger, frame.timeSeconds) ||
  tracks.some(({ points }) => points.some(({ frame: number, observed }) => observed && number === frame.number));

/** The parts of a cut that the analysis did not look at, in order. Where no interval speaks of a time, nobody looked. */
export function coarseSpans({ intervals }: Pick<Ledger, 'intervals'>, cut: ClipCut): readonly ClipCut[] {
  const spans: ClipCut[] = [];
  let at = cut.fromSeconds;
  const looked = intervals
    .filter(({ state }) => state === 'analysed')
    .toSorted((a, b) => a.fromSeconds - b.fromSeconds);
  for (const { fromSeconds, toSeconds } of looked) {
    if (toSeconds <= at || fromSeconds >= cut.toSeconds) continue;
    if (fromSeconds > at) spans.push({ fromSeconds: at, toSeconds: fromSeconds });
    at = toSeconds;
  }
  // A cut holds the frame on its end: where something else begins there, that frame is no longer of the analysed time. The last frame of a
  // recording may lie on the end of its last interval.
  const goesOn = intervals.some(
    ({ state, fromSeconds }) => state !== 'analysed' && fromSeconds === at && at === cut.toSeconds,
  );
  if (at < cut.toSeconds || goesOn) spans.push({ fromSeconds: at, toSeconds: cut.toSeconds });
  return spans;
}

/** The whole picture in blocks. */
export async function coarsened(picture: RgbPicture): Promise<RgbPicture> {
  const { widthPx, heightPx, rgb } = picture;
  const block = blockPx(picture);
  const small = { width: Math.ceil(widthPx / block), height: Math.ceil(heightPx / block) };
  const raw = { width: widthPx, height: heightPx, channels: 3 as const };
  const means = await sharp(rgb, { raw })
    .resize({ ...small, fit: 'fill', kernel: 'linear' })
    .raw()
    .toBuffer();
  const rough = new Uint8Array(rgb.length);
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      const from = (Math.floor(y / block) * small.width + Math.floor(x / block)) * 3;
      rough.set(means.subarray(from, from + 3), (y * widthPx + x) * 3);
    }
  }
  return { widthPx, heightPx, rgb: rough };
}
