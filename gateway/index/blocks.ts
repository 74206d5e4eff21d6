import type { TrackPoint } from '../analysis/types.ts';
import type { CaseId } from '../ids.ts';
import type { Vault } from '../vault.ts';
import { bitsOf } from './bits.ts';
import { refused } from './byte-reader.ts';
import { decodeBlock, openPaths } from './columns.ts';
import { openFeet } from './feet.ts';
import type { BlockHeader } from './layout.ts';
import { rectifiedColumns } from './rectified.ts';
import type { ClosedJob } from './store.ts';
import type { Feet, Rectification, TrackBits, TrackColumns } from './types.ts';

const READ_AT_ONCE = 8;

/** What an analysis left, opened for search. */
export interface OpenBlock {
  readonly header: BlockHeader;
  readonly columns: TrackColumns;
  readonly bits: TrackBits;
  readonly path: (track: number) => readonly TrackPoint[];
  readonly feet: Feet;
  readonly bytes: number;
}

/** Unseals and decodes the columns and paths of an analysis, without what orders rectified. E_VAULT where they were altered. */
export async function loadBlock(
  vault: Vault,
  caseId: CaseId,
  job: ClosedJob,
  rectifications: readonly Rectification[],
): Promise<OpenBlock> {
  const { columns, header } = decodeBlock(await vault.get(caseId, job.columnsObject));
  if (columns.jobId !== job.jobId || columns.exhibitId !== job.exhibitId) throw refused('columns of another job');
  const paths = await vault.get(caseId, job.pathsObject);
  if (paths.length !== header.pathBytes) throw refused('paths of other columns');
  const feet = openFeet(paths, columns, header);
  const path = openPaths(paths, columns);
  const counted = rectifiedColumns(columns, path, rectifications);
  // Rows of bits are held twice: by exhibit, and in the stack of the case.
  const bits = bitsOf(counted);
  const own = [feet.start, feet.x, feet.y, bits.rows, bits.rows].reduce((sum, { byteLength }) => sum + byteLength, 0);
  const bytes = paths.length + own + Object.values(header.arrays).reduce((sum, array) => sum + array.length, 0);
  return { header, columns: counted, bits, path, feet, bytes };
}

/** Opens blocks side by side: one is worked on while others are read. The first that fails ends it, with its error. */
export async function atOnce(
  jobs: readonly ClosedJob[],
  blockOf: (job: ClosedJob) => Promise<OpenBlock>,
): Promise<void> {
  const waiting = jobs.values();
  let hasFailed = false;
  const lane = async (): Promise<void> => {
    for (const job of waiting) {
      if (hasFailed) return;
      await blockOf(job).catch((error: unknown) => {
        hasFailed = true;
        throw error;
      });
    }
  };
  await Promise.all(Array.from({ length: READ_AT_ONCE }, lane));
}
