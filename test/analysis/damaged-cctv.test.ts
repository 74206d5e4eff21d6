import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { readPacketList } from '../../gateway/analysis/packets.ts';
import { type BuildFacts, closeResult } from '../../gateway/analysis/result.ts';
import { analyseSegment, type SegmentDeps } from '../../gateway/analysis/segment.ts';
import { cutSegments } from '../../gateway/analysis/segments.ts';
import type { Ledger, SegmentResult } from '../../gateway/analysis/types.ts';
import { sha256Hex } from '../../gateway/canonical.ts';
import { probeExhibit } from '../../gateway/footage/probe.ts';
import type { Exhibit, Timeline } from '../../gateway/footage/types.ts';
import { packets, probe } from '../../gateway/media.ts';
import type { Requisition } from '../../gateway/requisition/types.ts';
import { CLASSES, COLOURS } from '../../gateway/vocabulary.ts';
import { countingFilm, ffmpeg, mediaFolder } from '../media/made-media.ts';

// What recorders really leave behind, declared damaged in the schedule: analysed as far as it goes, and what is lost is said.

const media = mediaFolder();
afterAll(media.remove);

const sha256 = sha256Hex('damaged');
const requisition = { caseId: 'case-1', schedule: { exhibits: [{ sha256 }] } } as unknown as Requisition;
const build: BuildFacts = {
  software: 'differe',
  analysisSha256: '0'.repeat(64),
  ffmpeg: '5.1',
  onnxruntime: '1',
  processor: 'test',
};
const X264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-threads', '1'];

const START_CODE = Buffer.from('000001', 'hex');
/** Of a packet of video in a transport stream. */
const PICTURE_START = Buffer.from('000001e0', 'hex');

const refusal = (file: string): Promise<unknown> =>
  probeExhibit(file, { damaged: false }, { media: { probe, packets } }).then(
    () => 'accepted',
    ({ code }: { code: string }) => code,
  );

interface Analysed {
  readonly timeline: Timeline;
  readonly ledger: Ledger;
  /** Media seconds of the frames that the detector saw. */
  readonly seen: readonly number[];
}

/** As a deposit that is declared damaged and the analysis of all its segments would have it, five frames a second. */
async function analyseDamaged(file: string): Promise<Analysed> {
  const timeline = await probeExhibit(file, { damaged: true }, { media: { probe, packets } });
  const exhibit = {
    ...{ caseId: 'case-1', sha256, timeline },
    windows: [{ fromSeconds: 0, toSeconds: timeline.durationSeconds }],
  } as unknown as Exhibit;
  const list = await readPacketList(exhibit, file);
  const seen: number[] = [];
  const deps: SegmentDeps = {
    detect: async ({ timeSeconds }) => {
      seen.push(timeSeconds);
      return [];
    },
    decodeSize: () => ({ widthPx: 8, heightPx: 8 }),
    track: () => [],
    countColours: (tracks) => tracks,
  };
  const segments: SegmentResult[] = [];
  for (const segment of cutSegments(list, undefined))
    segments.push(
      await analyseSegment(requisition, { exhibit, file, packets: list, segment, framesPerSecond: 5 }, deps),
    );
  const { result } = closeResult(
    {
      ...{ exhibit, packets: list, activity: undefined, framesPerSecond: 5, segments, build },
      models: [{ name: 'none', sha256: 'm' }],
      permitted: { classes: CLASSES, colours: COLOURS },
    },
    () => {
      throw new Error('nothing is tracked');
    },
  );
  return { timeline, ledger: result.ledger, seen };
}

const total = ({ totals, durationSeconds }: Ledger): void => {
  const { analysedSeconds, sampledSeconds, quietSeconds, undecodableSeconds, outsideSeconds } = totals;
  expect(analysedSeconds + sampledSeconds + quietSeconds + undecodableSeconds + outsideSeconds).toBeCloseTo(
    durationSeconds,
    5,
  );
};

describe('footage that its recorder damaged', () => {
  it('DEF-07: media data that a full disk cut short are analysed to where they end', async () => {
    const film = media.file('front.mp4');
    ffmpeg(...countingFilm(12), ...X264, '-g', '25', '-movflags', '+faststart', film);
    const whole = readFileSync(film);
    const cut = media.file('cut.mp4');
    writeFileSync(cut, whole.subarray(0, Math.floor(whole.length * 0.6)));
    expect(await refusal(cut)).toBe('E_DEF_UNSTABLE');
    const { timeline, ledger, seen } = await analyseDamaged(cut);
    expect(timeline.losses.length).toBeGreaterThan(0);
    expect(timeline.durationSeconds).toBeGreaterThan(4);
    expect(timeline.durationSeconds).toBeLessThan(12);
    expect(Math.max(...seen)).toBeGreaterThan(timeline.durationSeconds - 1);
    total(ledger);
  });

  it('DEF-07: a stretch of broken sectors in the middle is lost, said so, and what follows is analysed', async () => {
    const film = media.file('sectors.ts');
    ffmpeg('-f', 'lavfi', '-i', 'testsrc2=s=320x240:r=25:d=12', ...X264, '-g', '25', '-f', 'mpegts', film);
    const bytes = readFileSync(film);
    const from = Math.floor(bytes.length / 2 / 188) * 188;
    bytes.fill(0xff, from, Math.floor((bytes.length * 3) / 4 / 188) * 188);
    writeFileSync(film, bytes);
    expect(await refusal(film)).toBe('E_DEF_UNSTABLE');
    const { timeline, ledger, seen } = await analyseDamaged(film);
    expect(timeline.losses.length).toBeGreaterThan(0);
    expect(ledger.totals.undecodableSeconds).toBeGreaterThan(1.5);
    expect(ledger.totals.undecodableSeconds).toBeLessThan(6);
    expect(Math.max(...seen)).toBeGreaterThan(11);
    total(ledger);
  });

  it('DEF-07: a recording without a key frame until its second second loses that, and says it', async () => {
    const film = media.file('whole.h264');
    ffmpeg(...countingFilm(8), ...X264, '-g', '50', '-bf', '0', '-f', 'h264', film);
    const bytes = readFileSync(film);
    // The parameter sets stay, the first key frame goes: start codes, and the type of what follows them.
    const units: number[] = [];
    for (let at = bytes.indexOf(START_CODE); at >= 0; at = bytes.indexOf(START_CODE, at + 3)) units.push(at);
    const typeAt = (at: number): number => (bytes[at + 3] ?? 0) & 0x1f;
    const kept = units.flatMap((at, n) =>
      typeAt(at) === 5 && n < 10 ? [] : [bytes.subarray(at, units[n + 1] ?? bytes.length)],
    );
    const headless = media.file('headless.h264');
    writeFileSync(headless, Buffer.concat(kept));
    const { ledger, seen } = await analyseDamaged(headless);
    expect(ledger.totals.undecodableSeconds).toBeGreaterThan(1);
    expect(ledger.intervals).toContainEqual(
      expect.objectContaining({ state: 'undecodable', reason: 'E_MEDIA_DECODE' }),
    );
    expect(seen.length).toBeLessThan(40);
    total(ledger);
  });

  it('DEF-07: timestamps that contradict each other at every turn are not believed: frames are counted', async () => {
    const film = media.file('times.ts');
    ffmpeg(...countingFilm(12), ...X264, '-g', '25', '-f', 'mpegts', film);
    const bytes = readFileSync(film);
    let frames = 0;
    for (let at = bytes.indexOf(PICTURE_START); at >= 0; at = bytes.indexOf(PICTURE_START, at + 4)) {
      // 33 bits in five bytes (ISO 13818-1, 2.4.3.6): here the middle ones, some minutes back and forth.
      bytes.writeUInt16BE((((frames * 7919) % 2 ** 10) << 1) | 1, at + 10);
      frames += 1;
    }
    writeFileSync(film, bytes);
    const { timeline, ledger, seen } = await analyseDamaged(film);
    expect(timeline).toMatchObject({ basis: 'frame-index', addressing: 'number', frameCount: frames });
    expect(seen).toHaveLength(60);
    total(ledger);
  });

  /** Two films of six seconds in one file, as by a recorder whose clock was set between them. */
  const setBetween = (jumpSeconds: number): string => {
    const part = (offset: number): Buffer => {
      const file = media.file('part.ts');
      ffmpeg(...countingFilm(6), ...X264, '-g', '25', '-output_ts_offset', String(offset), '-f', 'mpegts', file);
      return readFileSync(file);
    };
    const film = media.file('jump.ts');
    writeFileSync(film, Buffer.concat([part(7200), part(7206 + jumpSeconds)]));
    return film;
  };

  it('DEF-07: a clock that jumps an hour back, at the end of summer time, restarts, and that is said', async () => {
    const { timeline, ledger, seen } = await analyseDamaged(setBetween(-3600));
    expect(timeline).toMatchObject({ frameCount: 300, durationSeconds: 12, addressing: 'number' });
    expect(timeline.losses).toEqual([expect.stringContaining('the clock of the file restarts')]);
    expect(ledger.totals.analysedSeconds).toBe(12);
    expect(seen).toHaveLength(60);
  });

  it('DEF-07: a clock that jumps an hour ahead, at the beginning of summer time, leaves an hour that nobody saw', async () => {
    const { timeline, ledger, seen } = await analyseDamaged(setBetween(3600));
    expect(timeline).toMatchObject({ frameCount: 300, addressing: 'pts' });
    expect(timeline.durationSeconds).toBeCloseTo(3612, 0);
    expect(ledger.totals.undecodableSeconds).toBeGreaterThan(3599);
    expect(ledger.intervals).toContainEqual(expect.objectContaining({ state: 'undecodable', reason: 'no-frames' }));
    expect(ledger.totals.analysedSeconds).toBeCloseTo(12, 0);
    expect(seen).toHaveLength(60);
    total(ledger);
  });
});
