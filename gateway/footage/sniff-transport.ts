import type { ByteSource } from './bytes.ts';

const SYNC = 0x47;
const SPACINGS = [188, 192, 204] as const;
const PACKETS_SEEN = 5;

/** How an MPEG transport stream lies in its file: packets of 188 bytes, with 4 bytes of time before (192) or 16 of parity after (204). */
export interface TransportLayout {
  readonly firstSync: number;
  readonly spacingBytes: number;
}

/** Finds the sync byte 0x47 at even spacing, after at most one packet of something else; undefined when it is not there. */
export function transportLayout(head: Buffer, sizeBytes: number): TransportLayout | undefined {
  for (const spacingBytes of SPACINGS) {
    for (let firstSync = 0; firstSync < spacingBytes; firstSync++) {
      if (head[firstSync] !== SYNC) continue;
      const packets = Math.floor((Math.min(head.length, sizeBytes) - firstSync) / spacingBytes);
      if (packets < PACKETS_SEEN) continue;
      let synced = true;
      for (let packet = 1; packet < Math.min(packets, 50) && synced; packet++) {
        synced = head[firstSync + packet * spacingBytes] === SYNC;
      }
      // A text of capital Gs has the byte everywhere; two packets of one stream differ after it, and the error bit is not set.
      if (synced && looksLikePackets(head, firstSync, spacingBytes)) return { firstSync, spacingBytes };
    }
  }
  return undefined;
}

function looksLikePackets(head: Buffer, firstSync: number, spacingBytes: number): boolean {
  for (let packet = 0; packet < PACKETS_SEEN; packet++) {
    const flags = head[firstSync + packet * spacingBytes + 3] ?? 0;
    // adaptation_field_control 00 is reserved.
    if ((flags & 0x30) === 0) return false;
  }
  const first = head.subarray(firstSync, firstSync + spacingBytes);
  return !first.equals(head.subarray(firstSync + spacingBytes, firstSync + 2 * spacingBytes));
}

/** Bytes of an unfinished packet at the end of the file; 0 when the last one is whole. */
export function transportRest(layout: TransportLayout, sizeBytes: number): number {
  // At 192 the four bytes of time stand before the sync byte.
  const start = layout.spacingBytes === 192 ? layout.firstSync - 4 : layout.firstSync;
  const rest = (sizeBytes - start) % layout.spacingBytes;
  return rest < 0 ? rest + layout.spacingBytes : rest;
}

const PACKETS_READ = 5_000;

/** Whether a packet in the middle of the file does not begin as one: demuxers skip such bytes, and say nothing. Reads all of it. */
export async function isTransportBroken(
  { firstSync, spacingBytes }: TransportLayout,
  source: ByteSource,
): Promise<boolean> {
  const step = PACKETS_READ * spacingBytes;
  for (let from = firstSync; from < source.sizeBytes; from += step) {
    const bytes = await source.read(from, step);
    for (let at = 0; at < bytes.length; at += spacingBytes) if (bytes[at] !== SYNC) return true;
  }
  return false;
}
