import { COVERAGE_STATES, type Coverage, type RecallAudit } from '../analysis/types.ts';
import { type ExhibitId, isUuid, type JobId } from '../ids.ts';
import { COLOURS, PARTS } from '../vocabulary.ts';
import { refused } from './byte-reader.ts';
import { GRID } from './types.ts';

// A block: magic (8 bytes), version and header length (32-bit little-endian), header (JSON), zero bytes up to a multiple of 8, body.
// Typed arrays are little-endian, as every processor that the product runs on is.

export const COLUMNS_MAGIC = 'DIFFCOLS';
export const PATHS_MAGIC = 'DIFFPATH';
const VERSION = 1;
const PREAMBLE_BYTES = 16;
const ALIGNMENT = 8;
const MAX_HEADER_BYTES = 65_536;

/** The arrays of a column block in the order of the body: element size and elements a track. */
export const ARRAYS = [
  { name: 'firstMs', of: Float64Array, perTrack: 1 },
  { name: 'lastMs', of: Float64Array, perTrack: 1 },
  { name: 'speed', of: Float32Array, perTrack: 1 },
  { name: 'direction', of: Float32Array, perTrack: 1 },
  { name: 'pathOffset', of: Uint32Array, perTrack: 1 },
  { name: 'pathLength', of: Uint32Array, perTrack: 1 },
  { name: 'widthPx', of: Uint16Array, perTrack: 1 },
  { name: 'heightPx', of: Uint16Array, perTrack: 1 },
  { name: 'classId', of: Uint8Array, perTrack: 1 },
  { name: 'confidence', of: Uint8Array, perTrack: 1 },
  { name: 'colourShare', of: Uint8Array, perTrack: PARTS.length * COLOURS.length },
  { name: 'grid', of: Uint8Array, perTrack: GRID.bytes },
] as const;
export type ArrayName = (typeof ARRAYS)[number]['name'];

/** What a block says of itself: whose it is, and what a question needs to know beside the columns. */
export interface BlockHeader {
  readonly exhibitId: ExhibitId;
  readonly jobId: JobId;
  readonly count: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly durationSeconds: number;
  readonly coverage: Coverage;
  /** Absent from blocks that were sealed before quiet parts were left out: those were looked at throughout. */
  readonly audit?: RecallAudit;
  /** Length of the whole path block that belongs to these columns. */
  readonly pathBytes: number;
  /** First byte in the body and length in bytes, an array. */
  readonly arrays: { readonly [N in ArrayName]: { readonly offset: number; readonly length: number } };
}

const align = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

/** Where each array stands in the body: a function of the number of tracks alone. */
export function arrayLayout(count: number): { arrays: BlockHeader['arrays']; bodyBytes: number } {
  let at = 0;
  const entries = ARRAYS.map(({ name, of, perTrack }) => {
    const offset = at;
    const length = count * perTrack * of.BYTES_PER_ELEMENT;
    at = align(at + length);
    return [name, { offset, length }] as const;
  });
  return { arrays: Object.fromEntries(entries) as BlockHeader['arrays'], bodyBytes: at };
}

/** Joins magic, header and body. */
export function frameBlock(magic: string, header: object, body: Uint8Array): Uint8Array {
  const text = Buffer.from(JSON.stringify(header), 'utf8');
  const bodyAt = align(PREAMBLE_BYTES + text.length);
  const block = new Uint8Array(bodyAt + body.length);
  block.set(Buffer.from(magic, 'latin1'));
  const view = new DataView(block.buffer);
  view.setUint32(8, VERSION, true);
  view.setUint32(12, text.length, true);
  block.set(text, PREAMBLE_BYTES);
  block.set(body, bodyAt);
  return block;
}

/** Splits a block into its header, not yet believed, and its body. Throws E_VAULT for what is not such a block. */
export function unframeBlock(magic: string, block: Uint8Array): { header: unknown; bodyAt: number; body: Uint8Array } {
  if (block.length < PREAMBLE_BYTES) throw refused('block is cut short');
  if (Buffer.from(block.subarray(0, 8)).toString('latin1') !== magic) throw refused('not an index block');
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  if (view.getUint32(8, true) !== VERSION) throw refused('index block of another version');
  const headerBytes = view.getUint32(12, true);
  const bodyAt = align(PREAMBLE_BYTES + headerBytes);
  if (headerBytes > MAX_HEADER_BYTES || bodyAt > block.length) throw refused('header does not fit');
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(
      block.subarray(PREAMBLE_BYTES, PREAMBLE_BYTES + headerBytes),
    );
    return { header: JSON.parse(text), bodyAt, body: block.subarray(bodyAt) };
  } catch (cause) {
    throw Object.assign(refused('header is not JSON'), { cause });
  }
}

/** Believes a column header only when every number in it is the one that its count of tracks demands. */
export function readHeader(value: unknown, bodyBytes: number): BlockHeader {
  const header = recordOf(value);
  const count = whole(header.count);
  const layout = arrayLayout(count);
  if (layout.bodyBytes !== bodyBytes) throw refused('columns do not fill the block');
  const arrays = recordOf(header.arrays);
  for (const { name } of ARRAYS) {
    const stated = recordOf(arrays[name]);
    const expected = layout.arrays[name];
    if (stated.offset !== expected.offset || stated.length !== expected.length)
      throw refused(`array ${name} is misplaced`);
  }
  const coverage = recordOf(header.coverage);
  const seconds = (state: string): number => finite(coverage[`${state}Seconds`]);
  for (const state of COVERAGE_STATES) seconds(state);
  return {
    exhibitId: uuid(header.exhibitId) as ExhibitId,
    jobId: uuid(header.jobId) as JobId,
    count,
    widthPx: whole(header.widthPx),
    heightPx: whole(header.heightPx),
    durationSeconds: finite(header.durationSeconds),
    coverage: {
      analysedSeconds: seconds('analysed'),
      sampledSeconds: seconds('sampled'),
      quietSeconds: seconds('quiet'),
      undecodableSeconds: seconds('undecodable'),
      outsideSeconds: seconds('outside'),
    },
    ...(header.audit === undefined ? {} : { audit: readAudit(recordOf(header.audit)) }),
    pathBytes: whole(header.pathBytes),
    arrays: layout.arrays,
  };
}

function readAudit(audit: Readonly<Record<string, unknown>>): RecallAudit {
  return {
    samples: whole(audit.samples),
    missed: whole(audit.missed),
    objectSeconds: finite(audit.objectSeconds),
    quietSeconds: finite(audit.quietSeconds),
    ...(audit.recallBound === undefined ? {} : { recallBound: finite(audit.recallBound) }),
  };
}

export function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refused('header is not an object');
  return value as Readonly<Record<string, unknown>>;
}

export function whole(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw refused('header holds no whole number');
  return value;
}

function finite(value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw refused('header holds no number');
  return value;
}

export function uuid(value: unknown): string {
  if (typeof value !== 'string' || !isUuid(value)) throw refused('header holds no identifier');
  return value;
}
