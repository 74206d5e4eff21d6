import { AppError } from '../errors.ts';
import type { MediaFile, MediaPacket, ProbeFacts } from '../media.ts';
import { createPacketTable, type PacketTable, timePackets } from '../packet-times.ts';
import { assertPicture, type Inspection, inspectFile } from './inspect.ts';
import { CODECS, type Codec, type Timeline } from './types.ts';

/** The two questions that the probe asks of media.ts, both answered in the jail. */
export interface MediaReader {
  probe(file: MediaFile, signal?: AbortSignal): Promise<ProbeFacts>;
  packets(
    file: MediaFile & { readonly onComplaint?: (line: string) => void },
    signal?: AbortSignal,
  ): AsyncIterable<MediaPacket>;
}

export interface ProbeDeps {
  readonly media: MediaReader;
  readonly signal?: AbortSignal;
}

/**
 * Establishes what a file is by its bytes and by one full pass over its packets; decodes no picture. With `damaged` what is missing
 * becomes `losses`; without, it is E_DEF_UNSTABLE. Throws E_DEF_CONTAINER, E_DEF_CODEC, E_DEF_PICTURE, E_DEF_SOURCE and
 * E_DEF_NOT_EXHIBIT (no end or no time can be established).
 */
export async function probeExhibit(
  file: string,
  facts: { readonly damaged: boolean },
  deps: ProbeDeps,
): Promise<Timeline> {
  const inspection = await inspectFile(file);
  if (!facts.damaged) assertWhole(inspection.faults);
  const claims = await readClaims(file, inspection, deps);
  const codec = CODECS.find((known) => known === claims.codec);
  if (codec === undefined) throw new AppError('E_DEF_CODEC', { detail: 'not on the list of codecs' });
  assertPicture(claims);
  const pass = await passPackets(file, inspection, deps);
  const losses = [...inspection.faults, ...pass.faults];
  if (pass.table.count === 0) throw new AppError('E_DEF_NOT_EXHIBIT', { detail: 'no frame in it' });
  if (!facts.damaged) assertWhole(losses);
  if (claims.widthPx === 0 || claims.heightPx === 0) throw new AppError('E_DEF_PICTURE', { detail: 'no size' });
  return timelineOf(inspection, codec, claims, pass, losses);
}

function assertWhole(faults: readonly string[]): void {
  if (faults[0] !== undefined) throw new AppError('E_DEF_UNSTABLE', { detail: faults[0] });
}

async function readClaims(file: string, inspection: Inspection, deps: ProbeDeps): Promise<ProbeFacts> {
  try {
    return await deps.media.probe({ path: file, demuxer: inspection.container }, deps.signal);
  } catch (cause) {
    // The bytes looked like this container and hold no video stream that its demuxer can find.
    if (cause instanceof AppError && cause.code === 'E_MEDIA_DECODE') throw new AppError('E_DEF_CONTAINER', { cause });
    throw cause;
  }
}

interface PacketPass {
  readonly table: PacketTable;
  /** Frames that an edit list hides. */
  readonly hidden: number;
  readonly faults: readonly string[];
}

async function passPackets(file: string, inspection: Inspection, deps: ProbeDeps): Promise<PacketPass> {
  const faults = new Set<string>();
  const packets = createPacketTable();
  let hidden = 0;
  const onComplaint = (line: string): void => {
    if (isDemuxerFault(line)) faults.add('the demuxer found damage');
  };
  try {
    const input = { path: file, demuxer: inspection.container, onComplaint };
    for await (const packet of deps.media.packets(input, deps.signal)) {
      if (packet.corrupt) faults.add('packets are damaged');
      if (packet.discard) hidden += 1;
      packets.add(packet);
    }
  } catch (cause) {
    if (!(cause instanceof AppError) || cause.code !== 'E_MEDIA_DECODE') throw cause;
    faults.add('the packet pass ended in an error');
  }
  return { table: packets.table(), hidden, faults: [...faults] };
}

// What ffprobe says about the container. The decoders that it opens to learn the picture size complain too, of streams that begin
// between two key frames, as recorders' exports do: that is no damage of the file.
const DEMUXER = /^\[(mov|matroska|avi|mpegts|mpeg|asf|h264|hevc)[\w,.]* @ /;
const DAMAGE = /truncat|prematurely|partial|past end|end of file|corrupt|invalid|error|failed|missing|not found/i;

const isDemuxerFault = (line: string): boolean =>
  (DEMUXER.test(line) && DAMAGE.test(line) && !/^\[(h264|hevc) @/.test(line)) ||
  /: (Input\/output error|End of file)$/.test(line);

/** No recording is longer than a year: such times are broken or made up, and nothing is planned by them. */
const LONGEST_SECONDS = 366 * 86_400;

function timelineOf(
  inspection: Inspection,
  codec: Codec,
  claims: ProbeFacts,
  pass: PacketPass,
  losses: readonly string[],
): Timeline {
  const { file } = timesOf(pass.table, claims);
  if (!(file.durationSeconds <= LONGEST_SECONDS))
    throw new AppError('E_DEF_NOT_EXHIBIT', { detail: 'longer than a year' });
  const { length: restarts } = file.restarts;
  // MP4 and MOV alone have an index that names each frame; headers elsewhere lie more often than not.
  const indexed = inspection.container === 'mov' ? (claims.indexedFrames ?? 0) : 0;
  const hidden = Math.max(pass.hidden, indexed - pass.table.count);
  return {
    ...file,
    container: inspection.container,
    codec,
    widthPx: claims.widthPx,
    heightPx: claims.heightPx,
    timeBase: claims.timeBase,
    nominalFps: claims.nominalFps,
    containerTimeMs: claims.containerTimeMs,
    // No reason to refuse the file, and to be read by everyone who reads its times.
    losses: [
      ...losses,
      ...(restarts === 0 ? [] : [restartNote(restarts)]),
      ...(hidden === 0 ? [] : [hiddenNote(hidden)]),
    ],
  };
}

const restartNote = (restarts: number): string =>
  `l'horloge du fichier repart ${restarts} fois : les parties sont mises bout à bout (the clock of the file restarts, times: ${restarts}; its parts are set end to end)`;

const hiddenNote = (hidden: number): string =>
  `${hidden} images de l'index ne sont pas montrées par le fichier (liste de montage, ou données absentes) et ne sont pas analysées (frames of the index that the file does not show, by an edit list or for want of data, and that are not analysed: ${hidden})`;

function timesOf(table: PacketTable, claims: ProbeFacts): ReturnType<typeof timePackets> {
  try {
    return timePackets(table, { timeBase: claims.timeBase, nominalFps: claims.nominalFps });
  } catch (cause) {
    throw new AppError('E_DEF_NOT_EXHIBIT', { cause, detail: 'no times and no rate' });
  }
}
