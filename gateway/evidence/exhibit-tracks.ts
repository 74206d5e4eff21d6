import { AppError } from '../errors.ts';
import type { Exhibit } from '../footage/types.ts';
import type { ExhibitId } from '../ids.ts';
import type { Requisition } from '../requisition/types.ts';
import type { OpenedResults } from './opened-results.ts';
import {
  type Activity,
  activityOf,
  MOST_TRACKS_SECONDS,
  type TracksAsked,
  type TracksPage,
  tracksPage,
} from './tracks.ts';
import type { LoadExhibit } from './types.ts';

export interface ExhibitTracksDeps {
  readonly loadExhibit: LoadExhibit;
  readonly results: Pick<OpenedResults, 'of'>;
}

/** What the newest analysis of an exhibit says over time. */
export interface ExhibitTracks {
  /** E_MEDIA_SPAN for a span that ends before it begins or is longer than MOST_TRACKS_SECONDS, E_CURSOR for a cursor of another one. */
  page(
    requisition: Requisition,
    exhibitId: ExhibitId,
    asked: TracksAsked,
  ): Promise<{ readonly exhibit: Exhibit; readonly page: TracksPage }>;
  activity(
    requisition: Requisition,
    exhibitId: ExhibitId,
    bucketSeconds: number,
  ): Promise<{ readonly exhibit: Exhibit; readonly activity: Activity }>;
}

export function createExhibitTracks({ loadExhibit, results }: ExhibitTracksDeps): ExhibitTracks {
  async function open(requisition: Requisition, exhibitId: ExhibitId) {
    const opened = await loadExhibit(requisition, exhibitId);
    const analysed = await results.of(opened);
    opened.demandFacets(analysed);
    return { ...opened, analysed };
  }
  return {
    async page(requisition, exhibitId, asked) {
      if (asked.toSeconds <= asked.fromSeconds) throw new AppError('E_MEDIA_SPAN', { detail: 'the span is empty' });
      if (asked.toSeconds - asked.fromSeconds > MOST_TRACKS_SECONDS)
        throw new AppError('E_MEDIA_SPAN', { detail: `longer than ${MOST_TRACKS_SECONDS} s` });
      const { exhibit, version, analysed } = await open(requisition, exhibitId);
      return { exhibit, page: tracksPage(analysed, version, asked) };
    },
    async activity(requisition, exhibitId, bucketSeconds) {
      const { exhibit, analysed } = await open(requisition, exhibitId);
      return { exhibit, activity: activityOf(analysed, bucketSeconds) };
    },
  };
}
