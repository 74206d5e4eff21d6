const H264_KNOWN = new Set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 19, 20]);

/** Raw H.264 or HEVC: decided by the types of the NAL units behind the start codes; undefined when they are neither's. */
export function annexBContainer(head: Buffer): 'h264' | 'hevc' | undefined {
  const first = head.findIndex((byte) => byte !== 0);
  if (first < 2 || first > 16 || head[first] !== 1) return undefined;
  const units = [...nalUnits(head)];
  const h264 = units.map(([first]) => ({ type: first & 0x1f, forbidden: (first & 0x80) !== 0 }));
  const hevc = units.map(([first, second]) => ({
    type: (first >> 1) & 0x3f,
    // Forbidden bit 0, layer 0, temporal id at least 1: what a single-layer stream has in every header.
    forbidden: (first & 0x81) !== 0 || (second & 0xf8) !== 0 || (second & 0x07) === 0,
  }));
  const hevcTypes = new Set(hevc.map((unit) => unit.type));
  const isHevc = hevc.every((unit) => !unit.forbidden) && [32, 33, 34].every((type) => hevcTypes.has(type));
  if (isHevc && hevc.some((unit) => unit.type < 32)) return 'hevc';
  const h264Types = new Set(h264.map((unit) => unit.type));
  const isH264 =
    h264.every((unit) => !unit.forbidden && H264_KNOWN.has(unit.type)) && h264Types.has(7) && h264Types.has(8);
  return isH264 && (h264Types.has(1) || h264Types.has(5)) ? 'h264' : undefined;
}

/** The two header bytes of each NAL unit in the head of the file. */
function* nalUnits(head: Buffer): Generator<readonly [number, number]> {
  const code = Buffer.from([0, 0, 1]);
  for (let at = head.indexOf(code); at >= 0 && at + 4 < head.length; at = head.indexOf(code, at + 3)) {
    yield [head[at + 3] ?? 0, head[at + 4] ?? 0];
  }
}
