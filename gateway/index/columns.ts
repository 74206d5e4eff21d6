import type { AnalysisResult, Track, TrackPoint } from '../analysis/types.ts';
import { AppError } from '../errors.ts';
import type { ExhibitId, JobId } from '../ids.ts';
import { CLASSES, COLOURS, classId, PARTS } from '../vocabulary.ts';
import { byteWriter, refused } from './byte-reader.ts';
import { gridOf } from './grid.ts';
import {
  ARRAYS,
  arrayLayout,
  type BlockHeader,
  COLUMNS_MAGIC,
  frameBlock,
  PATHS_MAGIC,
  readHeader,
  recordOf,
  unframeBlock,
  uuid,
} from './layout.ts';
import { decodePath, encodePath } from './paths.ts';
import { GRID, type TrackColumns } from './types.ts';

const LARGEST_UINT32 = 0xffff_ffff;
const LARGEST_UINT16 = 0xffff;

const KNOWN_CLASS_IDS = new Set(CLASSES.map((name) => classId(name)));

/** Share or score 0 to 1 in 1/255, as every column holds it. */
export const quantise = (value: number): number => Math.round(Math.min(1, Math.max(0, value)) * 255);

/**
 * One result as two blocks: columns for scanning, paths for the exact test. Tracks keep their order in the result. Throws
 * E_INTERNAL for a result that cannot be indexed (a track without points or of no class, paths beyond 4 GiB).
 */
export function encodeColumns(
  result: AnalysisResult,
  ids: { readonly exhibitId: ExhibitId; readonly jobId: JobId },
): { columns: Uint8Array; paths: Uint8Array } {
  const { widthPx, heightPx } = result.picture;
  const count = result.tracks.length;
  const arrays = emptyArrays(count);
  const pathBodies = byteWriter();
  const pathHeader = { jobId: ids.jobId, count };
  const bodyAt = frameBlock(PATHS_MAGIC, pathHeader, new Uint8Array()).length;
  for (const [n, track] of result.tracks.entries()) {
    fillRow(arrays, n, track);
    arrays.grid.set(gridOf(track.points, widthPx, heightPx), n * GRID.bytes);
    const start = pathBodies.length;
    encodePath(track.points, pathBodies);
    if (bodyAt + pathBodies.length > LARGEST_UINT32) throw unfit('paths beyond 4 GiB');
    arrays.pathOffset[n] = bodyAt + start;
    arrays.pathLength[n] = pathBodies.length - start;
  }
  const paths = frameBlock(PATHS_MAGIC, pathHeader, pathBodies.bytes());
  const layout = arrayLayout(count);
  const header: BlockHeader = {
    ...ids,
    count,
    widthPx,
    heightPx,
    durationSeconds: result.ledger.durationSeconds,
    coverage: result.ledger.totals,
    audit: result.audit,
    pathBytes: paths.length,
    arrays: layout.arrays,
  };
  const body = new Uint8Array(layout.bodyBytes);
  for (const { name } of ARRAYS) {
    const array = arrays[name];
    body.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), layout.arrays[name].offset);
  }
  return { columns: frameBlock(COLUMNS_MAGIC, header, body), paths };
}

/** Opens a column block into typed arrays of its own memory. Throws E_VAULT for a block that is not whole and consistent. */
export function decodeColumns(bytes: Uint8Array): TrackColumns {
  return decodeBlock(bytes).columns;
}

/** The columns together with what the block's header says. */
export function decodeBlock(bytes: Uint8Array): { columns: TrackColumns; header: BlockHeader } {
  const block = unframeBlock(COLUMNS_MAGIC, bytes);
  const header = readHeader(block.header, block.body.length);
  const arrays = emptyArrays(header.count);
  for (const { name } of ARRAYS) {
    const { offset, length } = header.arrays[name];
    const array = arrays[name];
    new Uint8Array(array.buffer, array.byteOffset, array.byteLength).set(block.body.subarray(offset, offset + length));
  }
  const columns: TrackColumns = { exhibitId: header.exhibitId, jobId: header.jobId, count: header.count, ...arrays };
  assertUsable(columns, header);
  return { columns, header };
}

/** Reads single paths out of a path block that belongs to the columns. Throws E_VAULT when it does not. */
export function openPaths(bytes: Uint8Array, columns: TrackColumns): (track: number) => readonly TrackPoint[] {
  const { header } = unframeBlock(PATHS_MAGIC, bytes);
  const stated = recordOf(header);
  if (uuid(stated.jobId) !== columns.jobId || stated.count !== columns.count) throw refused('paths of other columns');
  return (track) => {
    const offset = columns.pathOffset[track];
    const length = columns.pathLength[track];
    if (offset === undefined || length === undefined) throw new RangeError(`index: no track ${track}`);
    if (offset + length > bytes.length) throw refused('path lies outside its block');
    return decodePath(bytes.subarray(offset, offset + length));
  };
}

type Arrays = Omit<TrackColumns, 'exhibitId' | 'jobId' | 'count'>;

function emptyArrays(count: number): Arrays {
  return Object.fromEntries(
    ARRAYS.map(({ name, of, perTrack }) => [name, new of(count * perTrack)]),
  ) as unknown as Arrays;
}

function fillRow(arrays: Arrays, n: number, track: Track): void {
  if (track.points.length === 0) throw unfit('a track without points');
  if (!(track.firstSeconds <= track.lastSeconds)) throw unfit('a track that ends before it starts');
  arrays.classId[n] = classId(track.class);
  arrays.confidence[n] = quantise(track.confidence);
  arrays.firstMs[n] = track.firstSeconds * 1000;
  arrays.lastMs[n] = track.lastSeconds * 1000;
  arrays.widthPx[n] = Math.min(LARGEST_UINT16, Math.max(0, Math.round(track.size.widthPx)));
  arrays.heightPx[n] = Math.min(LARGEST_UINT16, Math.max(0, Math.round(track.size.heightPx)));
  arrays.speed[n] = track.speed.medianPxPerSecond;
  arrays.direction[n] = track.directionDegrees ?? Number.NaN;
  for (const { part, colour, share } of track.colours) {
    const at = (n * PARTS.length + PARTS.indexOf(part)) * COLOURS.length + COLOURS.indexOf(colour);
    arrays.colourShare[at] = quantise(share);
  }
}

// Values that a scan would stumble over: a time that is not one, a class that has no name, a path outside its block.
function assertUsable(columns: TrackColumns, header: BlockHeader): void {
  for (let n = 0; n < columns.count; n++) {
    const first = columns.firstMs[n] ?? Number.NaN;
    const last = columns.lastMs[n] ?? Number.NaN;
    if (!Number.isFinite(first) || !Number.isFinite(last) || first > last) throw refused('a track without a time');
    if (!KNOWN_CLASS_IDS.has(columns.classId[n] ?? 0)) throw refused('a track without a class');
    if ((columns.pathOffset[n] ?? 0) + (columns.pathLength[n] ?? 0) > header.pathBytes) {
      throw refused('a path outside its block');
    }
  }
}

const unfit = (detail: string): AppError =>
  new AppError('E_INTERNAL', { detail: `result cannot be indexed: ${detail}` });
