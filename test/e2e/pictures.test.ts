import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../../gateway/client.ts';
import type { Activity, TracksPage } from '../../gateway/evidence/tracks.ts';
import {
  exhibitIdOf,
  exhibitOf,
  type JobBody,
  jobEnd,
  type Line,
  register,
  sceneFile,
  startLine,
  tokensFor,
} from '../support/line.ts';

// Pictures anywhere in a recording of which long parts are empty, over the wire.

interface Frame {
  readonly number: number;
  readonly timeSeconds: number;
  readonly shown: 'masked' | 'coarse';
}

describe('pictures of a recording anywhere', () => {
  let line: Line;
  let client: Client;
  let of: string;
  let caseId: string;
  let exhibitId: string;

  beforeAll(async () => {
    line = await startLine();
    const file = await sceneFile(line.folder, 'long');
    const tokens = await tokensFor(line, [await exhibitOf(file, 'LONG', line.captureStartMs, 130)]);
    ({ client, caseId } = await register(line, tokens));
    await client.upload(file, 'LONG');
    exhibitId = await exhibitIdOf(client, caseId, 'LONG');
    of = `/api/v1/cases/${caseId}/exhibits/${exhibitId}`;
  });
  afterAll(() => line?.[Symbol.asyncDispose]());

  it('PRO-02: are refused before an analysis says what to mask', async () => {
    for (const asked of ['frames/1', 'frames?fromSeconds=0&toSeconds=1', 'clip?fromSeconds=0&toSeconds=1', 'activity'])
      await expect(client.bytes(`${of}/${asked}`), asked).rejects.toMatchObject({ code: 'E_JOB_NOT_DONE' });
    const begun = await client.json<JobBody>('POST', `/api/v1/cases/${caseId}/jobs`, { exhibitId });
    expect((await jobEnd(client, caseId, begun.id)).state).toBe('done');
  }, 200_000);

  it('PRO-02: are masked where the analysis looked, and in blocks where it left the time to packets and key frames', async () => {
    const { intervals, buckets } = await client.json<Activity>('GET', `${of}/activity?bucketSeconds=10`);
    const quiet = intervals.find(
      ({ state, fromSeconds, toSeconds }) => state === 'quiet' && toSeconds - fromSeconds > 4,
    );
    const busy = buckets.find(({ tracks, coverage }) => tracks > 0 && coverage.analysedSeconds > 5);
    if (quiet === undefined || busy === undefined) throw new Error('the scene is not what it was');
    const framesAt = async (seconds: number): Promise<readonly Frame[]> =>
      (await client.json<{ frames: Frame[] }>('GET', `${of}/frames?fromSeconds=${seconds}&toSeconds=${seconds + 2}`))
        .frames;
    const coarse = (await framesAt(quiet.fromSeconds + 1)).find(({ shown }) => shown === 'coarse');
    if (coarse === undefined) throw new Error('nothing is coarse');
    const { tracks } = await client.json<TracksPage>(
      'GET',
      `${of}/tracks?fromSeconds=${busy.fromSeconds}&toSeconds=${busy.toSeconds}`,
    );
    const seen = tracks[0]?.points.find(({ observed }) => observed);
    if (seen === undefined) throw new Error('nothing was seen');
    const detail = async (number: number): Promise<number> => {
      const { data, info } = await sharp(await client.bytes(`${of}/frames/${number}`))
        .greyscale()
        .raw()
        .toBuffer({ resolveWithObject: true });
      // Steps between neighbours, but at the edges of blocks.
      let steps = 0;
      for (let y = 0; y < info.height; y++) {
        for (let x = 1; x < info.width; x++) {
          if (x % 2 === 0) continue;
          steps += Math.abs((data[y * info.width + x] ?? 0) - (data[y * info.width + x - 1] ?? 0));
        }
      }
      return steps / (info.width * info.height);
    };
    const [inBlocks, masked] = [await detail(coarse.number), await detail(seen.frame)];
    expect(inBlocks).toBeLessThan(masked / 3);
  });

  it('REQ-15, LOG-01: a ticket opens the clip that it is for, by ranges and without a proof, and nothing else; the end is the end', async () => {
    const { url } = await client.json<{ url: string }>('POST', `${of}/tickets`, {
      of: 'clip',
      fromSeconds: 1,
      toSeconds: 3,
    });
    const fetched = (address: string, range = 'bytes=0-') =>
      fetch(new URL(address, line.gateway.url), { headers: { range } });
    const whole = await fetched(url);
    expect([whole.status, whole.headers.get('content-type')]).toEqual([206, 'video/mp4']);
    const bytes = Buffer.from(await whole.arrayBuffer());
    const part = Buffer.from(await (await fetched(url, 'bytes=10-29')).arrayBuffer());
    expect(part.equals(bytes.subarray(10, 30))).toBe(true);
    for (const other of [url.replace('toSeconds=3', 'toSeconds=4'), `${of}/frames/1?${url.split('&').at(-1)}`])
      expect((await fetched(other)).status, other).toBe(401);
    const { frames = 0 } = await client.json<{ frames?: number }>('GET', of);
    expect((await client.bytes(`${of}/frames/${frames}`)).subarray(0, 2).toString('hex')).toBe('ffd8');
    await expect(client.bytes(`${of}/frames/${frames + 1}`)).rejects.toMatchObject({
      code: 'E_MEDIA_SPAN',
      status: 422,
    });
  });
});
