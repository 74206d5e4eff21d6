import { randomUUID } from 'node:crypto';
import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SceneSpec } from '../../benchmarks/scenes/types.ts';
import { readPacketList } from '../../gateway/analysis/packets.ts';
import type { AnalysisResult } from '../../gateway/analysis/types.ts';
import type { WritableLog } from '../../gateway/audit/append.ts';
import { AppError } from '../../gateway/errors.ts';
import { createCaseCache } from '../../gateway/evidence/case-cache.ts';
import { createExhibitPictures, type ExhibitPictures } from '../../gateway/evidence/exhibit-pictures.ts';
import { exhibitPictureRoutes } from '../../gateway/evidence/exhibit-routes.ts';
import { createExhibitTracks } from '../../gateway/evidence/exhibit-tracks.ts';
import { GROUP_FRAMES } from '../../gateway/evidence/frames.ts';
import { readKeyFrames } from '../../gateway/evidence/key-frames.ts';
import { createOpenedResults, type OpenedResults } from '../../gateway/evidence/opened-results.ts';
import { trackRoutes } from '../../gateway/evidence/track-routes.ts';
import { type Activity, activityOf, tracksPage } from '../../gateway/evidence/tracks.ts';
import type { AnalysedExhibit, LoadExhibit } from '../../gateway/evidence/types.ts';
import type { Exhibit } from '../../gateway/footage/types.ts';
import type { CaseId, JobId } from '../../gateway/ids.ts';
import { installGuard } from '../../gateway/policy/guard.ts';
import { POLICIES } from '../../gateway/policy/policies.ts';
import type { Op } from '../../gateway/policy/types.ts';
import { createMediaTickets } from '../../gateway/requisition/media-tickets.ts';
import { type Footage, filmScene, newLog, requisitionOf, resultOf } from './fixtures.ts';

// The routes with the real guard, log and decoder; what stands behind them in the database is the end-to-end tests' matter.

const at = (timeSeconds: number, x: number, y: number) => ({ timeSeconds, x, y });
const scene: SceneSpec = {
  name: 'routes',
  widthPx: 320,
  heightPx: 180,
  framesPerSecond: 10,
  durationSeconds: 4,
  seed: 8,
  noise: 1,
  gopSeconds: 1,
  objects: [
    { id: 1, class: 'person', upper: 'red', lower: 'blue', heightPx: 60, path: [at(0, 40, 120), at(4, 240, 120)] },
  ],
};
const clock = { nowMs: () => Date.parse('2026-03-17T10:00:00Z') };
const caseId = randomUUID() as string as CaseId;
const requisition = requisitionOf(caseId);

let footage: Footage;
let result: AnalysisResult;
let log: WritableLog;
let exhibit: Exhibit;
let ops: readonly Op[];
let refusal: AppError | undefined;
let version: string;
let uses: number;
let opened: number;
let mayNotRead: boolean;
let results: OpenedResults;
let pictures: ExhibitPictures;
let app: FastifyInstance;

beforeAll(async () => {
  footage = await filmScene(caseId, scene, 'rue.mp4');
  result = resultOf(footage, 2);
  log = await newLog(clock);
});

beforeEach(async () => {
  exhibit = footage.exhibit;
  ops = ['track.single_exhibit'];
  refusal = undefined;
  version = 'job-1';
  uses = 0;
  opened = 0;
  mayNotRead = false;
  results = createOpenedResults();
  const loadExhibit: LoadExhibit = async (_requisition, id) => {
    if (id !== exhibit.id) throw new AppError('E_PRO_SILO');
    if (refusal !== undefined) throw refusal;
    const open = async (): Promise<AnalysedExhibit> => {
      opened++;
      return {
        exhibit,
        jobId: randomUUID() as JobId,
        result,
        resultText: 'x'.repeat(100),
        bystanders: [],
        rectified: new Map(),
      };
    };
    return {
      exhibit,
      version,
      open,
      demandFacets() {
        if (mayNotRead) throw new AppError('E_REQ_SCOPE');
      },
    };
  };
  pictures = createExhibitPictures({
    loadExhibit,
    results,
    async withSource(_requisition, _exhibit, work) {
      uses++;
      return work(footage.file);
    },
    keyFrames: readKeyFrames,
    readFrames: readPacketList,
    limit: (work) => work(),
    frameLimit: (work) => work(),
  });
  app = Fastify().setValidatorCompiler(TypeBoxValidatorCompiler);
  installGuard(app, {
    log,
    clock,
    policies: POLICIES,
    authenticate: async () => ({
      principal: { role: 'agent_habilite', agentId: 'OPJ-1', service: 'DCPJ-75', habilitation: 'in_force' },
      authority: {
        requisitionId: requisition.id,
        caseId,
        procedure: requisition.authorisation.sub,
        ops,
        notBefore: requisition.notBefore,
        expires: requisition.expires,
        agentDesignated: true,
        revoked: false,
      },
      requisition,
      thumbprint: 'thumb',
    }),
  });
  await app.register(exhibitPictureRoutes({ exhibitPictures: pictures, tickets: createMediaTickets(clock) }));
  await app.register(trackRoutes({ exhibitTracks: createExhibitTracks({ loadExhibit, results }) }));
});
afterEach(async () => {
  pictures.close();
  results.close();
  await app.close();
});

const urlOf = (rest: string): string => `/api/v1/cases/${caseId}/exhibits/${footage.exhibit.id}/${rest}`;
const get = (rest: string, headers = {}) => app.inject({ method: 'GET', url: urlOf(rest), headers });
const codeOf = async (rest: string): Promise<string> => (await get(rest)).json<{ code: string }>().code;
const lastRecord = async () => log.record((await log.size()) - 1);

describe('pictures of an exhibit', () => {
  it('LOG-01: a frame says which it is and when that was, no cache may keep it, and the journal has exhibit and moment', async () => {
    const shown = await get('frames/21');
    expect([shown.statusCode, shown.headers['content-type'], shown.headers['cache-control']]).toEqual([
      ...[200, 'image/jpeg', 'no-store'],
    ]);
    expect(shown.rawPayload.subarray(0, 2).toString('hex')).toBe('ffd8');
    expect(shown.headers).toMatchObject({
      'differe-frame': '21',
      'differe-media-seconds': '2',
      'differe-recorder-time': '2026-03-14T14:02:02.000Z',
      'differe-true-time': '2026-03-14T14:01:20.000Z',
      'differe-analysed': 'true',
      'differe-shown': 'masked',
    });
    const thumb = await get('frames/21?size=thumb');
    expect(thumb.headers['differe-frame']).toBe('21');
    expect(thumb.rawPayload.length).toBeLessThan(shown.rawPayload.length);
    expect((await get('frames/21?size=huge')).statusCode).toBe(400);
    await get('frames/21');
    const moment = Date.parse('2026-03-14T14:01:20Z');
    expect(await lastRecord()).toMatchObject({
      action: 'exhibit.picture',
      objects: [{ type: 'exhibit', id: exhibit.id }],
      shown: { fromMs: moment, toMs: moment },
    });
  });

  it('stepping decodes once a group, and each step is in the journal', async () => {
    const before = await log.size();
    for (let number = 1; number <= GROUP_FRAMES; number++) expect((await get(`frames/${number}`)).statusCode).toBe(200);
    // The packets, then this group, and the next before it is asked for.
    expect([uses, opened]).toEqual([3, 1]);
    expect(await log.size()).toBe(before + GROUP_FRAMES);
    await Promise.all([get(`frames/${GROUP_FRAMES + 1}`), get(`frames/${GROUP_FRAMES + 3}`)]);
    expect(uses).toBe(3);
    // Another analysis or an order masks otherwise: nothing of before is shown.
    version = 'job-2';
    await get('frames/1');
    expect([uses, opened]).toEqual([4, 2]);
    pictures.forget(caseId);
    results.forget(caseId);
    await get('frames/1');
    expect([uses, opened]).toEqual([6, 3]);
  });

  it('the frames of a span are told by number and times', async () => {
    const { frames, keyFrames } = (await get('frames?fromSeconds=1&toSeconds=1.5')).json<{
      frames: { number: number }[];
      keyFrames: { number: number }[];
    }>();
    expect(keyFrames).toEqual([{ number: 1 }, { number: 11 }, { number: 21 }]);
    expect(frames.map(({ number }) => number)).toEqual([11, 12, 13, 14, 15, 16]);
    expect(frames[1]).toEqual({
      number: 12,
      pts: expect.any(Number),
      timeSeconds: 1.1,
      recorderTime: '2026-03-14T14:02:01.100Z',
      trueTime: '2026-03-14T14:01:19.100Z',
      isAnalysed: false,
      shown: 'masked',
    });
    expect(await lastRecord()).toMatchObject({
      action: 'exhibit.picture',
      shown: { fromMs: Date.parse('2026-03-14T14:01:19Z') },
    });
  });

  it('REQ-07: what does not exist, what is outside the windows and what is too long is refused by a code of its own', async () => {
    for (const beyond of ['frames/41', 'frames/999999999']) expect(await codeOf(beyond), beyond).toBe('E_MEDIA_SPAN');
    for (const bad of [
      'frames/0',
      'frames/x',
      'frames/1.5',
      'clip',
      'clip?fromSeconds=-1&toSeconds=2',
      'frames?fromSeconds=1',
    ])
      expect((await get(bad)).statusCode, bad).toBe(400);
    for (const span of ['fromSeconds=2&toSeconds=1', 'fromSeconds=0&toSeconds=61', 'fromSeconds=4&toSeconds=5']) {
      expect(await codeOf(`clip?${span}`), span).toBe('E_MEDIA_SPAN');
      expect(await codeOf(`frames?${span}`), span).toBe('E_MEDIA_SPAN');
    }
    exhibit = {
      ...exhibit,
      windows: [
        { fromSeconds: 0, toSeconds: 1 },
        { fromSeconds: 2, toSeconds: 3 },
      ],
    };
    version = 'windows';
    for (const outside of ['frames/15', 'clip?fromSeconds=0.5&toSeconds=2.5', 'frames?fromSeconds=1.2&toSeconds=1.6'])
      expect(await codeOf(outside), outside).toBe('E_REQ_SCOPE');
    expect((await get('frames/25')).statusCode).toBe(200);
    expect(uses).toBeLessThanOrEqual(2);
  });

  it('REQ-08: needs the operation of tracks; refusals of what stands behind come through, and nothing is decoded', async () => {
    for (const code of ['E_REQ_REVOKED', 'E_JOB_NOT_DONE', 'E_REQ_SCOPE'] as const) {
      refusal = new AppError(code);
      for (const asked of ['frames/1', 'frames?fromSeconds=0&toSeconds=1', 'clip?fromSeconds=0&toSeconds=1'])
        expect(await codeOf(asked)).toBe(code);
      const ticket = await app.inject({ method: 'POST', url: urlOf('tickets'), payload: { of: 'frame', number: 1 } });
      expect(ticket.json().code).toBe(code);
    }
    refusal = undefined;
    ops = ['index.objects'];
    expect(await codeOf('frames/1')).toBe('E_REQ_OP');
    const other = `/api/v1/cases/${caseId}/exhibits/${randomUUID()}/frames/1`;
    ops = ['track.single_exhibit'];
    expect((await app.inject({ method: 'GET', url: other })).json().code).toBe('E_PRO_SILO');
    expect(uses).toBe(0);
  });

  it('a clip of any span is encoded once and sent by ranges', async () => {
    const asked = 'clip?fromSeconds=1&toSeconds=3';
    const whole = await get(asked);
    expect([whole.statusCode, whole.headers['content-type']]).toEqual([200, 'video/mp4']);
    expect(whole.rawPayload.subarray(4, 8).toString()).toBe('ftyp');
    const used = uses;
    const parts: Buffer[] = [];
    for (let from = 0; from < whole.rawPayload.length; from += 4096) {
      const part = await get(asked, { range: `bytes=${from}-${from + 4095}` });
      expect(part.statusCode).toBe(206);
      parts.push(part.rawPayload);
    }
    expect(Buffer.concat(parts).equals(whole.rawPayload)).toBe(true);
    expect(uses).toBe(used);
    expect(await lastRecord()).toMatchObject({
      action: 'exhibit.picture',
      shown: { fromMs: Date.parse('2026-03-14T14:01:19Z'), toMs: Date.parse('2026-03-14T14:01:21Z') },
    });
  });

  it('a ticket is for one address; issuing it is in the journal', async () => {
    const issue = async (payload: object) => app.inject({ method: 'POST', url: urlOf('tickets'), payload });
    const frame = await issue({ of: 'frame', number: 7 });
    expect(frame.statusCode).toBe(201);
    expect(frame.json().url).toMatch(/\/frames\/7\?ticket=[\w-]{43}$/);
    expect(await lastRecord()).toMatchObject({
      action: 'exhibit.ticket',
      objects: [{ type: 'exhibit', id: exhibit.id }],
    });
    const clip = (await issue({ of: 'clip', fromSeconds: 1.25, toSeconds: 3 })).json<{ url: string }>();
    expect(clip.url).toMatch(/\/clip\?fromSeconds=1\.25&toSeconds=3&ticket=[\w-]{43}$/);
    expect((await app.inject({ method: 'GET', url: clip.url })).statusCode).toBe(200);
    for (const wrong of [{ of: 'frame' }, { of: 'clip', fromSeconds: 1 }, { of: 'frame', number: 1, more: 1 }])
      expect((await issue(wrong)).statusCode).toBe(400);
  });
});

describe('tracks and activity of an exhibit', () => {
  it('LOG-01: tracks come with their places in the span as objects with names, and the journal has exhibit and span', async () => {
    const { tracks } = (await get('tracks?fromSeconds=1&toSeconds=2')).json<{ tracks: Record<string, unknown>[] }>();
    expect(tracks).toHaveLength(1);
    expect(tracks[0]).toMatchObject({ track: 0, class: 'person', confidence: 0.9, firstSeconds: 0, lastSeconds: 3.8 });
    const points = tracks[0]?.points as { frame: number; timeSeconds: number; left: number; observed: boolean }[];
    expect(points.map(({ frame }) => frame)).toEqual([11, 13, 15, 17, 19, 21]);
    expect(points[0]).toEqual({
      ...{ frame: 11, pts: expect.any(Number), timeSeconds: 1, confidence: 0.9, observed: true },
      ...{ left: expect.any(Number), top: expect.any(Number), width: expect.any(Number), height: expect.any(Number) },
    });
    expect(await lastRecord()).toMatchObject({
      action: 'track.read',
      objects: [{ type: 'exhibit', id: exhibit.id }],
      shown: { fromMs: Date.parse('2026-03-14T14:01:19Z'), toMs: Date.parse('2026-03-14T14:01:20Z') },
    });
  });

  it('activity counts by stretch and says how each was looked at', async () => {
    const activity = (await get('activity?bucketSeconds=2.5')).json<Activity>();
    expect(activity.buckets.map(({ tracks, byClass }) => [tracks, byClass])).toEqual([
      [1, [{ class: 'person', tracks: 1 }]],
      [1, [{ class: 'person', tracks: 1 }]],
    ]);
    expect(activity.buckets[1]?.coverage.analysedSeconds).toBe(1.5);
    expect((await get('activity')).json<Activity>().buckets).toHaveLength(1);
    expect(await codeOf('tracks?fromSeconds=2&toSeconds=2')).toBe('E_MEDIA_SPAN');
    expect(await codeOf('tracks?fromSeconds=0&toSeconds=3601')).toBe('E_MEDIA_SPAN');
  });

  it('REQ-08: what names classes that the requisition does not is not read, while its pictures, which mask everyone, are shown', async () => {
    mayNotRead = true;
    expect([await codeOf('activity'), await codeOf('tracks?fromSeconds=0&toSeconds=1')]).toEqual([
      'E_REQ_SCOPE',
      'E_REQ_SCOPE',
    ]);
    expect((await get('frames/1')).statusCode).toBe(200);
    mayNotRead = false;
    ops = [];
    expect(await codeOf('activity')).toBe('E_REQ_OP');
  });

  it('pages hold no track twice, leave out what an order erased, and a cursor is for its own span', () => {
    const [track] = result.tracks;
    if (track === undefined) throw new Error('no track');
    const erased = new Map([[2, { erased: true }]]) as never;
    const many: AnalysedExhibit = {
      exhibit,
      jobId: randomUUID() as JobId,
      result: { ...result, tracks: Array.from({ length: 7 }, () => track) },
      resultText: '',
      bystanders: [],
      rectified: erased,
    };
    const span = { fromSeconds: 0, toSeconds: 1, limit: 2 };
    const seen: number[] = [];
    let cursor: string | undefined;
    do {
      const page = tracksPage(many, 'v1', { ...span, cursor });
      seen.push(...page.tracks.map((each) => each.track));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(seen).toEqual([0, 1, 3, 4, 5, 6]);
    const { nextCursor } = tracksPage(many, 'v1', span);
    expect(() => tracksPage(many, 'v2', { ...span, cursor: nextCursor })).toThrow('E_CURSOR');
    expect(() => tracksPage(many, 'v1', { ...span, toSeconds: 2, cursor: nextCursor })).toThrow('E_CURSOR');
    expect(activityOf(many, 60).buckets[0]?.tracks).toBe(6);
    expect(() => activityOf(many, 0.001)).toThrow('E_MEDIA_SPAN');
  });
});

describe('what is kept of a case in memory', () => {
  const id = (name: string) => name as CaseId;

  it('is bounded: the least lately used goes first, and what alone is too large is not kept', async () => {
    const cache = createCaseCache<Buffer>((bytes) => bytes.length, { mostBytes: 100, lingerMs: 60_000 });
    const made: string[] = [];
    const use = (key: string, bytes = 40) =>
      cache.use(id('c'), key, async () => {
        made.push(key);
        return Buffer.alloc(bytes);
      });
    await use('a');
    await use('b');
    await use('a');
    await use('c');
    await use('a');
    await use('b');
    expect(made).toEqual(['a', 'b', 'c', 'b']);
    await use('large', 101);
    await use('large', 101);
    expect(made.slice(4)).toEqual(['large', 'large']);
    cache.close();
  });

  it('RET-08: is gone with its case, also when it was being made; a failure is not kept', async () => {
    const cache = createCaseCache<Buffer>((bytes) => bytes.length, { mostBytes: 100, lingerMs: 60_000 });
    let made = 0;
    const slow = Promise.withResolvers<Buffer>();
    const first = cache.use(id('c'), 'a', () => slow.promise);
    cache.forget(id('c'));
    slow.resolve(Buffer.alloc(1));
    await first;
    const again = async () => {
      made++;
      return Buffer.alloc(1);
    };
    await cache.use(id('c'), 'a', again);
    await cache.use(id('other'), 'a', again);
    cache.forget(id('other'));
    await cache.use(id('c'), 'a', again);
    expect(made).toBe(2);
    await expect(cache.use(id('c'), 'bad', () => Promise.reject(new AppError('E_VAULT')))).rejects.toThrow('E_VAULT');
    expect((await cache.use(id('c'), 'bad', again)).length).toBe(1);
    cache.close();
  });
});
