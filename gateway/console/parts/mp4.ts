// When each frame of a fragmented MP4 is shown, read from its own tables: a browser tells the time of a video, not its frames.

interface Box {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

function* boxesIn(view: DataView, start: number, end: number): Generator<Box> {
  for (let at = start; at + 8 <= end; ) {
    const size = view.getUint32(at);
    const type = String.fromCharCode(...new Uint8Array(view.buffer, view.byteOffset + at + 4, 4));
    const length = size === 1 ? Number(view.getBigUint64(at + 8)) : size === 0 ? end - at : size;
    if (length < 8 || at + length > end) return;
    yield { type, start: at + (size === 1 ? 16 : 8), end: at + length };
    at += length;
  }
}

function find(view: DataView, within: Box, ...path: readonly string[]): Box | undefined {
  let box: Box | undefined = within;
  for (const name of path) {
    if (box === undefined) return undefined;
    box = [...boxesIn(view, box.start, box.end)].find(({ type }) => type === name);
  }
  return box;
}

/** Ticks a second of the first track: `moov/trak/mdia/mdhd`. */
function timescaleOf(view: DataView, whole: Box): number | undefined {
  const header = find(view, whole, 'moov', 'trak', 'mdia', 'mdhd');
  if (header === undefined) return undefined;
  return view.getUint32(header.start + (view.getUint8(header.start) === 1 ? 20 : 12));
}

/** Start and the durations of one fragment; without B-frames the order of decoding is that of showing. */
function fragmentTimes(view: DataView, traf: Box, add: (ticks: number) => void): void {
  const header = find(view, traf, 'tfhd');
  const decode = find(view, traf, 'tfdt');
  if (header === undefined || decode === undefined) return;
  const headerFlags = view.getUint32(header.start) & 0xffffff;
  const at = header.start + 8 + (headerFlags & 1 ? 8 : 0) + (headerFlags & 2 ? 4 : 0);
  const usual = headerFlags & 8 ? view.getUint32(at) : 0;
  let ticks =
    view.getUint8(decode.start) === 1 ? Number(view.getBigUint64(decode.start + 4)) : view.getUint32(decode.start + 4);
  for (const run of [...boxesIn(view, traf.start, traf.end)].filter(({ type }) => type === 'trun')) {
    const flags = view.getUint32(run.start) & 0xffffff;
    const count = view.getUint32(run.start + 4);
    const width = [0x100, 0x200, 0x400, 0x800].reduce((sum, flag) => sum + (flags & flag ? 4 : 0), 0);
    const first = run.start + 8 + (flags & 1 ? 4 : 0) + (flags & 4 ? 4 : 0);
    for (let sample = 0; sample < count; sample++) {
      add(ticks);
      ticks += flags & 0x100 ? view.getUint32(first + sample * width) : usual;
    }
  }
}

/** Seconds of each frame from the first one, in order; empty when the file is not a fragmented MP4. */
export function frameTimesOf(bytes: ArrayBuffer): readonly number[] {
  const view = new DataView(bytes);
  const whole: Box = { type: '', start: 0, end: bytes.byteLength };
  const scale = timescaleOf(view, whole);
  if (scale === undefined || scale === 0) return [];
  const ticks: number[] = [];
  for (const { type, start, end } of boxesIn(view, 0, bytes.byteLength)) {
    const traf = type === 'moof' ? find(view, { type, start, end }, 'traf') : undefined;
    if (traf !== undefined) fragmentTimes(view, traf, (tick) => ticks.push(tick));
  }
  const first = ticks[0] ?? 0;
  return ticks.map((tick) => (tick - first) / scale);
}
