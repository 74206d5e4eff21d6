import sharp from 'sharp';
import type { AnalysisResult } from '../analysis/types.ts';
import { AppError } from '../errors.ts';
import type { Exhibit } from '../footage/types.ts';
import type { CaseId, ExhibitId } from '../ids.ts';
import type { Requisition } from '../requisition/types.ts';
import { createCaseCache } from './case-cache.ts';
import { makeSpan } from './clip.ts';
import { type FrameFacts, factsOf, firstFrameFrom, keyFramesAround, lastFrameTo, trueSpan } from './frame-facts.ts';
import { type FrameGroup, GROUP_FRAMES, groupOf, isInWindow, makeFrames } from './frames.ts';
import type { KeyFrames } from './key-frames.ts';
import type { OpenedResults } from './opened-results.ts';
import { type StillSize, THUMB_WIDTH_PX } from './still.ts';
import type { AnalysedExhibit, FrameTable, LoadExhibit, OpenedExhibit, ReadFrames, WithSource } from './types.ts';

export interface ExhibitPicturesDeps {
  readonly loadExhibit: LoadExhibit;
  readonly results: Pick<OpenedResults, 'of'>;
  readonly withSource: WithSource;
  readonly keyFrames: KeyFrames;
  readonly readFrames: ReadFrames;
  /** Decoders at once for video, shared with the pictures of hits, and for frames: a step does not wait for a clip. */
  readonly limit: <T>(work: () => Promise<T>) => Promise<T>;
  readonly frameLimit: <T>(work: () => Promise<T>) => Promise<T>;
}

export interface Span {
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

/** Frames of a span, and where reading can begin. */
export interface FramesOfSpan {
  readonly frames: readonly FrameFacts[];
  /** Numbers of the key frames of the span, rising, with the one before it and the one after it. */
  readonly keyFrames: readonly number[];
}

/** What was shown of an exhibit, and when that was by the true time. */
export interface Shown<T> {
  readonly picture: T;
  readonly exhibit: Exhibit;
  readonly span: { readonly fromMs: number; readonly toMs: number };
}

/** Masked pictures of an exhibit anywhere in it, near a hit or far from any (PRO-02, decision 0027). */
export interface ExhibitPictures {
  /** E_MEDIA_SPAN beyond the end, E_REQ_SCOPE outside the windows, E_MEDIA_DECODE when the frame does not decode. */
  frame(
    requisition: Requisition,
    asked: { readonly exhibitId: ExhibitId; readonly number: number; readonly size: StillSize },
  ): Promise<Shown<{ readonly jpeg: Buffer; readonly facts: FrameFacts }>>;
  /** Frames of a span, both ends included, as numbers and times without a picture: those that `clip` shows. Refuses as it does. */
  frames(requisition: Requisition, asked: Span & { readonly exhibitId: ExhibitId }): Promise<Shown<FramesOfSpan>>;
  /** Masked MP4 of a span of at most MOST_SPAN_SECONDS. E_MEDIA_SPAN for another span, E_REQ_SCOPE when no window holds all of it. */
  clip(requisition: Requisition, asked: Span & { readonly exhibitId: ExhibitId }): Promise<Shown<Buffer>>;
  /** Refuses as a picture of the exhibit would. */
  demand(requisition: Requisition, exhibitId: ExhibitId): Promise<void>;
  forget(caseId: CaseId): void;
  close(): void;
}

export const MOST_SPAN_SECONDS = 60;

const MIB = 1024 * 1024;
const LINGER_MS = 5 * 60_000;
const MOST_FRAME_BYTES = 64 * MIB;
const MOST_CLIP_BYTES = 192 * MIB;
const MOST_STEPPED = 64;
/** So near to the edge of a group the next one is begun. */
const AHEAD_FRAMES = 6;
const MOST_TABLE_BYTES = 32 * MIB;

export function createExhibitPictures(deps: ExhibitPicturesDeps): ExhibitPictures {
  const groups = createCaseCache<FrameGroup>(bytesOfGroup, { mostBytes: MOST_FRAME_BYTES, lingerMs: LINGER_MS });
  const clips = createCaseCache<Buffer>((mp4) => mp4.length, { mostBytes: MOST_CLIP_BYTES, lingerMs: LINGER_MS });
  const tables = createCaseCache<FrameTable>(({ pts }) => pts.byteLength, {
    mostBytes: MOST_TABLE_BYTES,
    lingerMs: LINGER_MS,
  });
  /** The frame that was asked for last, by exhibit. */
  const steps = new Map<ExhibitId, number>();

  const tableOf = (requisition: Requisition, exhibit: Exhibit): Promise<FrameTable> =>
    tables.use(exhibit.caseId, exhibit.id, () =>
      deps.withSource(requisition, exhibit, (sourcePath) => deps.readFrames(exhibit, sourcePath)),
    );

  function source<T>(
    requisition: Requisition,
    opened: OpenedExhibit,
    make: (source: Source) => Promise<T>,
    limit = deps.limit,
  ): Promise<T> {
    const { exhibit } = opened;
    return limit(async () => {
      const { result, bystanders } = await deps.results.of(opened);
      return deps.withSource(requisition, exhibit, async (sourcePath) =>
        make({ sourcePath, exhibit, result, bystanders, keyFrames: await deps.keyFrames(exhibit, sourcePath) }),
      );
    });
  }

  const groupFrom = (
    requisition: Requisition,
    opened: OpenedExhibit,
    table: FrameTable,
    first: number,
  ): Promise<FrameGroup> =>
    groups.use(opened.exhibit.caseId, `${opened.exhibit.id}:${opened.version}:${first}`, () =>
      source(requisition, opened, (from) => makeFrames(requisition, { ...from, table, first }), deps.frameLimit),
    );

  /** Who steps comes to the next group soon: it is decoded before it is asked for. Nothing of it is shown, so nothing of it is journalled. */
  function ahead(requisition: Requisition, opened: OpenedExhibit, table: FrameTable, number: number): void {
    const { id } = opened.exhibit;
    const step = number - (steps.get(id) ?? number);
    steps.delete(id);
    steps.set(id, number);
    const [oldest] = steps.keys();
    if (steps.size > MOST_STEPPED && oldest !== undefined) steps.delete(oldest);
    const next = groupOf(number) + step * GROUP_FRAMES;
    const toEdge = step > 0 ? next - number : number - groupOf(number) + 1;
    if (Math.abs(step) !== 1 || toEdge > AHEAD_FRAMES || next < 1 || next > table.count) return;
    groupFrom(requisition, opened, table, next).catch(() => undefined);
  }

  return {
    async frame(requisition, { exhibitId, number, size }) {
      const opened = await deps.loadExhibit(requisition, exhibitId);
      const { exhibit } = opened;
      if (number < 1 || number > exhibit.timeline.frameCount)
        throw new AppError('E_MEDIA_SPAN', { detail: `frame ${number} of ${exhibit.timeline.frameCount}` });
      const table = await tableOf(requisition, exhibit);
      const timeSeconds = table.secondsOf(table.pts[number - 1] ?? Number.NaN);
      if (!isInWindow(exhibit, timeSeconds))
        throw new AppError('E_REQ_SCOPE', { detail: 'the frame is outside every window' });
      const group = await groupFrom(requisition, opened, table, groupOf(number));
      ahead(requisition, opened, table, number);
      const whole = group.get(number);
      if (whole === undefined) throw new AppError('E_MEDIA_DECODE', { detail: 'the frame did not decode' });
      const jpeg = size === 'full' ? whole : await sharp(whole).resize(THUMB_WIDTH_PX).jpeg({ quality: 80 }).toBuffer();
      const [facts] = factsOf(await deps.results.of(opened), table, number, number);
      if (facts === undefined) throw new AppError('E_INTERNAL', { detail: 'a frame without a time' });
      return { picture: { jpeg, facts }, exhibit, span: trueSpan(exhibit, timeSeconds, timeSeconds) };
    },
    async frames(requisition, { exhibitId, fromSeconds, toSeconds }) {
      const opened = await deps.loadExhibit(requisition, exhibitId);
      const { exhibit } = opened;
      demandSpan(exhibit, { fromSeconds, toSeconds });
      const table = await tableOf(requisition, exhibit);
      const [first, last] = [firstFrameFrom(table, fromSeconds), lastFrameTo(table, toSeconds)];
      const frames = factsOf(await deps.results.of(opened), table, first, last);
      const picture = { frames, keyFrames: keyFramesAround(table, first, last) };
      return { picture, exhibit, span: trueSpan(exhibit, fromSeconds, toSeconds) };
    },
    async clip(requisition, { exhibitId, fromSeconds, toSeconds }) {
      const opened = await deps.loadExhibit(requisition, exhibitId);
      const { exhibit, version } = opened;
      demandSpan(exhibit, { fromSeconds, toSeconds });
      const cut = { fromSeconds, toSeconds: Math.min(toSeconds, exhibit.timeline.durationSeconds) };
      const key = `${exhibit.id}:${version}:${cut.fromSeconds}:${cut.toSeconds}`;
      const picture = await clips.use(exhibit.caseId, key, () =>
        source(
          requisition,
          opened,
          async (from) => (await makeSpan(requisition, { ...from, cut, track: undefined })).mp4,
        ),
      );
      return { picture, exhibit, span: trueSpan(exhibit, cut.fromSeconds, cut.toSeconds) };
    },
    async demand(requisition, exhibitId) {
      await deps.loadExhibit(requisition, exhibitId);
    },
    forget(caseId) {
      for (const cache of [groups, clips, tables]) cache.forget(caseId);
    },
    close() {
      for (const cache of [groups, clips, tables]) cache.close();
    },
  };
}

type Source = Pick<AnalysedExhibit, 'exhibit' | 'bystanders'> & {
  readonly sourcePath: string;
  readonly result: AnalysisResult;
  readonly keyFrames: readonly number[];
};

function bytesOfGroup(group: FrameGroup): number {
  let bytes = 0;
  for (const jpeg of group.values()) bytes += jpeg.length;
  return bytes;
}

/** One window must hold the whole span: between two of them nobody may look. */
function demandSpan({ windows, timeline }: Exhibit, { fromSeconds, toSeconds }: Span): void {
  const isSpan = fromSeconds >= 0 && toSeconds > fromSeconds && toSeconds - fromSeconds <= MOST_SPAN_SECONDS;
  if (!isSpan || fromSeconds >= timeline.durationSeconds)
    throw new AppError('E_MEDIA_SPAN', { detail: `${fromSeconds} s to ${toSeconds} s` });
  const end = Math.min(toSeconds, timeline.durationSeconds);
  if (!windows.some((window) => window.fromSeconds <= fromSeconds && end <= window.toSeconds))
    throw new AppError('E_REQ_SCOPE', { detail: 'no window holds the span' });
}
