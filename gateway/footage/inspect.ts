import { AppError } from '../errors.ts';
import { MAX_PIXELS } from '../media.ts';
import { type ByteSource, withBytes } from './bytes.ts';
import { checkAsf } from './check-asf.ts';
import { checkAvi } from './check-avi.ts';
import { checkMatroska } from './check-matroska.ts';
import { checkMov } from './check-mov.ts';
import { checkProgram } from './check-program.ts';
import { sniffContainer } from './sniff.ts';
import { isTransportBroken, transportLayout, transportRest } from './sniff-transport.ts';
import type { Structure } from './structure.ts';
import type { Container } from './types.ts';

/** Largest side of a picture that is accepted, pixels. */
export const MAX_SIDE_PX = 16_384;

export interface Inspection {
  readonly container: Container;
  /** What the container's structure lacks; empty for a whole file. */
  readonly faults: readonly string[];
}

/**
 * Reads the file's own structure, without any decoder: which container it is and whether it is whole. Throws E_DEF_CONTAINER,
 * E_DEF_SOURCE (media outside the file), E_DEF_PICTURE (a header that claims an absurd picture) or E_DEF_UNSTABLE (never finished).
 */
export const inspectFile = (file: string): Promise<Inspection> => withBytes(file, inspectBytes);

export async function inspectBytes(source: ByteSource): Promise<Inspection> {
  const container = await sniffContainer(source);
  const { pictures, faults } = await CHECKS[container](source);
  for (const picture of pictures) assertPicture(picture);
  return { container, faults };
}

/** Throws E_DEF_PICTURE for a picture that the decoder would have to refuse. */
export function assertPicture(picture: { readonly widthPx: number; readonly heightPx: number }): void {
  const { widthPx, heightPx } = picture;
  if (widthPx > MAX_SIDE_PX || heightPx > MAX_SIDE_PX || widthPx * heightPx > MAX_PIXELS) {
    throw new AppError('E_DEF_PICTURE', { detail: `${widthPx} x ${heightPx}` });
  }
}

// Raw streams have no structure around the frames: the packet pass alone says whether they are whole.
const noStructure = (): Promise<Structure> => Promise.resolve({ pictures: [], faults: [] });

const CHECKS: Readonly<Record<Container, (source: ByteSource) => Promise<Structure>>> = {
  mov: checkMov,
  matroska: checkMatroska,
  avi: checkAvi,
  asf: checkAsf,
  mpegts: checkTransport,
  mpeg: checkProgram,
  mpegvideo: noStructure,
  h264: noStructure,
  hevc: noStructure,
};

async function checkTransport(source: ByteSource): Promise<Structure> {
  const head = await source.read(0, 65_536);
  const layout = transportLayout(head, source.sizeBytes);
  if (layout === undefined) return { pictures: [], faults: [] };
  const cut = transportRest(layout, source.sizeBytes) !== 0;
  const broken = await isTransportBroken(layout, source);
  return {
    pictures: [],
    faults: [...(cut ? ['the last packet is cut'] : []), ...(broken ? ['bytes between packets that are none'] : [])],
  };
}
