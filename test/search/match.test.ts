import { describe, expect, it } from 'vitest';
import type { Track, TrackPoint } from '../../gateway/analysis/types.ts';
import type { OpenExhibit } from '../../gateway/index/types.ts';
import { pathContact } from '../../gateway/search/conditions/zone.ts';
import { describeMatch, matchTracks } from '../../gateway/search/match.ts';
import { LEAVES } from '../../gateway/search/normal-values.ts';
import type { ExecutedQuestion, PicturePoint } from '../../gateway/search/types.ts';
import { COLOURS, PARTS } from '../../gateway/vocabulary.ts';
import { CAPTURE_START_MS, openInMemory, point, seeded, track } from './fixtures.ts';

const everything: ExecutedQuestion = {
  version: 1,
  classes: LEAVES,
  colours: [],
  time: null,
  exhibits: null,
  zone: null,
  minConfidence: 0,
  where: null,
  order: 'time',
};
const asked = (changes: Partial<ExecutedQuestion>): ExecutedQuestion => ({ ...everything, ...changes });
const instant = (seconds: number): string => new Date(CAPTURE_START_MS + seconds * 1000).toISOString();

const W = 1280;
const H = 720;

// ---- The oracle: the same meaning, written as plainly as it can be, over the tracks as analysis left them.

interface Place {
  x: number;
  y: number;
}

/** Even-odd by a ray straight down; match.ts casts its ray sideways. */
function insideByColumn(zone: readonly PicturePoint[], place: Place): boolean {
  let crossings = 0;
  for (let n = 0; n < zone.length; n++) {
    const a = zone[n] as Place;
    const b = zone[(n + 1) % zone.length] as Place;
    if (Math.min(a.x, b.x) <= place.x && place.x < Math.max(a.x, b.x)) {
      const y = a.y + ((b.y - a.y) * (place.x - a.x)) / (b.x - a.x);
      if (y > place.y) crossings++;
    }
  }
  return crossings % 2 === 1;
}

const footOf = (at: TrackPoint): Place => ({ x: (at.left + at.width / 2) / W, y: (at.top + at.height) / H });

/** Cuts the way at every place where it meets the line of an edge, and asks of each piece's middle whether it is inside. */
function wayTouches(zone: readonly PicturePoint[], a: Place, b: Place): boolean {
  const cuts = [0, 1];
  for (let n = 0; n < zone.length; n++) {
    const p = zone[n] as Place;
    const q = zone[(n + 1) % zone.length] as Place;
    const side = (at: Place): number => (q.x - p.x) * (at.y - p.y) - (q.y - p.y) * (at.x - p.x);
    const t = side(a) / (side(a) - side(b));
    if (t > 0 && t < 1) cuts.push(t);
  }
  cuts.sort((one, other) => one - other);
  const at = (t: number): Place => ({ x: a.x + t * (b.x - a.x), y: a.y + t * (b.y - a.y) });
  if (insideByColumn(zone, a) || insideByColumn(zone, b)) return true;
  return cuts.slice(1).some((cut, n) => insideByColumn(zone, at(((cuts[n] ?? 0) + cut) / 2)));
}

function oracle(question: ExecutedQuestion, exhibit: OpenExhibit, candidate: Track): boolean {
  if (!question.classes.includes(candidate.class)) return false;
  if (candidate.confidence < question.minConfidence) return false;
  const colourFits = (wanted: ExecutedQuestion['colours'][number]): boolean =>
    candidate.colours.some(
      (has) =>
        has.colour === wanted.colour && has.part === wanted.part && has.share > 0 && has.share >= wanted.minShare,
    );
  if (question.colours.length > 0 && !question.colours.some(colourFits)) return false;
  const uncertainty = exhibit.uncertaintyMs / 1000;
  const from =
    question.time === null ? -Infinity : (Date.parse(question.time.from) - exhibit.startMs) / 1000 - uncertainty;
  const to = question.time === null ? Infinity : (Date.parse(question.time.to) - exhibit.startMs) / 1000 + uncertainty;
  if (candidate.lastSeconds < from || candidate.firstSeconds > to) return false;
  if (question.zone === null) return true;
  for (let n = 0; n < candidate.points.length; n++) {
    const b = candidate.points[n] as TrackPoint;
    const a = candidate.points[Math.max(0, n - 1)] as TrackPoint;
    const length = b.timeSeconds - a.timeSeconds;
    const enter = length === 0 ? 0 : Math.max(0, (from - a.timeSeconds) / length);
    const leave = length === 0 ? 1 : Math.min(1, (to - a.timeSeconds) / length);
    if (enter > leave || (length === 0 && (a.timeSeconds < from || a.timeSeconds > to))) continue;
    const at = (t: number): Place => ({
      x: footOf(a).x + t * (footOf(b).x - footOf(a).x),
      y: footOf(a).y + t * (footOf(b).y - footOf(a).y),
    });
    if (wayTouches(question.zone, at(enter), at(leave))) return true;
  }
  return false;
}

// ---- Random tracks and questions. Shares and scores are whole 1/255, so that the columns hold them exactly.

type Random = () => number;
const pick = <T>(random: Random, items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
const step = (random: Random): number => Math.floor(random() * 256) / 255;
const rounded = (value: number): number => Math.round(value * 100) / 100 + 0;

function randomTrack(random: Random): Track {
  const start = random() * 500;
  const count = 1 + Math.floor(random() * 12);
  const points: TrackPoint[] = [];
  let left = random() * 1300 - 60;
  let top = random() * 760 - 60;
  for (let n = 0; n < count; n++) {
    const timeSeconds = Math.round((start + n * 0.2) * 1000 + n * random() * 3000) / 1000;
    const last = points.at(-1)?.timeSeconds ?? -1;
    points.push(
      point({
        frame: 1 + n * 5,
        pts: n * 2560,
        timeSeconds: Math.max(timeSeconds, last),
        left: rounded(left),
        top: rounded(top),
        width: rounded(10 + random() * 80),
        height: rounded(10 + random() * 80),
        score: rounded(random()),
        observed: random() < 0.8,
      }),
    );
    // Now and then a jump over many cells of the grid.
    const reach = random() < 0.2 ? 900 : 60;
    left += (random() - 0.5) * reach;
    top += (random() - 0.5) * reach;
  }
  const colours = PARTS.flatMap((part) =>
    COLOURS.filter(() => random() < 0.3).map((colour) => ({ part, colour, share: step(random) })),
  );
  return track({ class: pick(random, LEAVES), confidence: step(random), colours, points });
}

function randomZone(random: Random): PicturePoint[] {
  const size = random() < 0.5 ? 0.12 : 1;
  const corner = { x: random() * (1 - size), y: random() * (1 - size) };
  return Array.from({ length: 3 + Math.floor(random() * 6) }, () => ({
    x: corner.x + random() * size,
    y: corner.y + random() * size,
  }));
}

function randomQuestion(random: Random): ExecutedQuestion {
  const from = random() * 600 - 50;
  return asked({
    classes: random() < 0.4 ? LEAVES : LEAVES.filter(() => random() < 0.5),
    colours:
      random() < 0.6
        ? []
        : [0, 1].map(() => ({
            colour: pick(random, COLOURS),
            part: pick(random, PARTS),
            minShare: random() < 0.2 ? 0 : step(random),
          })),
    time: random() < 0.5 ? null : { from: instant(from), to: instant(from + random() * 200) },
    zone: random() < 0.35 ? null : randomZone(random),
    minConfidence: random() < 0.6 ? 0 : step(random) * 0.7,
  });
}

describe('matching', () => {
  it('finds exactly the tracks that a plain reading of the question finds, over 600 random questions', () => {
    const random = seeded(20_260_302);
    let hits = 0;
    let zoneHits = 0;
    for (let round = 0; round < 12; round++) {
      const tracks = Array.from({ length: 60 }, () => randomTrack(random));
      const exhibit = openInMemory(tracks, { uncertaintyMs: round % 2 === 0 ? 0 : 2500 });
      for (let n = 0; n < 50; n++) {
        const question = randomQuestion(random);
        const expected = tracks.flatMap((candidate, index) => (oracle(question, exhibit, candidate) ? [index] : []));
        expect(matchTracks(question, exhibit), JSON.stringify(question)).toStrictEqual(expected);
        hits += expected.length;
        if (question.zone !== null) zoneHits += expected.length;
      }
    }
    // The comparison means something: many questions have answers, and many do not take everything.
    expect(hits).toBeGreaterThan(500);
    expect(zoneHits).toBeGreaterThan(200);
  });

  // Without the grid: every path of a question about a zone alone is opened.
  const byPaths = ({ zone }: ExecutedQuestion, exhibit: OpenExhibit): number[] =>
    Array.from({ length: exhibit.columns.count }, (_, n) => n).filter(
      (n) => zone !== null && pathContact(zone, exhibit.path(n), exhibit, undefined) !== undefined,
    );

  it('loses no hit by the coarse grid, and opens few paths because of it', () => {
    const random = seeded(7);
    const tracks = Array.from({ length: 200 }, () => randomTrack(random));
    const exhibit = openInMemory(tracks);
    let opened = 0;
    const counting = {
      ...exhibit,
      path: (n: number) => {
        opened += 1;
        return exhibit.path(n);
      },
    };
    const questions = Array.from({ length: 120 }, () => asked({ zone: randomZone(random) }));
    for (const question of questions) {
      expect(matchTracks(question, counting)).toStrictEqual(byPaths(question, exhibit));
    }
    expect(opened).toBeLessThan(0.6 * questions.length * tracks.length);
  });

  it('loses no hit by the coarse grid where zones and paths lie on the lines between its cells', () => {
    const random = seeded(11);
    const line = (parts: number): number => Math.floor(random() * (parts + 1)) / parts;
    const snapped = (): Track =>
      track({
        points: [0, 1, 2].map((n) =>
          point({ timeSeconds: n, left: line(32) * W - 20, width: 40, top: line(18) * H - 40, height: 40 }),
        ),
      });
    const exhibit = openInMemory(Array.from({ length: 150 }, snapped));
    let hits = 0;
    for (let n = 0; n < 200; n++) {
      const question = asked({ zone: Array.from({ length: 4 }, () => ({ x: line(16), y: line(9) })) });
      const found = matchTracks(question, exhibit);
      expect(found, JSON.stringify(question.zone)).toStrictEqual(byPaths(question, exhibit));
      hits += found.length;
    }
    expect(hits).toBeGreaterThan(1000);
  });

  it('takes a foot on the lower edge of the picture as inside a zone that ends there', () => {
    const whole = [
      { x: 0, y: 0.5 },
      { x: 1, y: 0.5 },
      { x: 1, y: 1 },
      { x: 0, y: 1 },
    ];
    const exhibit = openInMemory([track({ points: [point({ top: H - 30, height: 30 })] })]);
    expect(matchTracks(asked({ zone: whole }), exhibit)).toStrictEqual([0]);
  });

  it('finds a track that crosses a zone between two of its points', () => {
    const crossing = track({
      points: [point({ left: 0, top: 300 }), point({ left: 1200, top: 300, timeSeconds: 2 })],
    });
    const zone = [
      { x: 0.49, y: 0 },
      { x: 0.51, y: 0 },
      { x: 0.51, y: 1 },
      { x: 0.49, y: 1 },
    ];
    const exhibit = openInMemory([crossing]);
    expect(matchTracks(asked({ zone }), exhibit)).toStrictEqual([0]);
    const [reason] = describeMatch(asked({ zone }), exhibit, 0, []).reasons.filter(({ facet }) => facet === 'zone');
    expect(reason).toMatchObject({ at: { x: expect.closeTo(0.49, 6) }, enteredSeconds: expect.closeTo(1.0115, 3) });
  });

  it('takes the inside of a zone whose edges cross by the even-odd rule', () => {
    // A five-pointed star: its middle is enclosed twice, so it is outside.
    const star = [0, 2, 4, 1, 3].map((n) => ({
      x: 0.5 + 0.4 * Math.sin((2 * Math.PI * n) / 5),
      y: 0.5 - 0.4 * Math.cos((2 * Math.PI * n) / 5),
    }));
    const standing = (x: number, y: number): Track =>
      track({ points: [point({ left: x * W - 10, top: y * H - 20, width: 20, height: 20 })] });
    const exhibit = openInMemory([standing(0.5, 0.5), standing(0.5, 0.2)]);
    expect(matchTracks(asked({ zone: star }), exhibit)).toStrictEqual([1]);
  });

  it('asks for zone and time at once: having been in the zone an hour before is no answer', () => {
    const left = [
      { x: 0, y: 0 },
      { x: 0.5, y: 0 },
      { x: 0.5, y: 1 },
      { x: 0, y: 1 },
    ];
    const moving = track({
      points: [point({ left: 0 }), point({ left: 1200, timeSeconds: 100 }), point({ left: 1200, timeSeconds: 200 })],
    });
    const exhibit = openInMemory([moving], { uncertaintyMs: 0 });
    const during = (from: number, to: number) => asked({ zone: left, time: { from: instant(from), to: instant(to) } });
    expect(matchTracks(during(0, 20), exhibit)).toStrictEqual([0]);
    expect(matchTracks(during(40, 60), exhibit)).toStrictEqual([0]);
    expect(matchTracks(during(60, 200), exhibit)).toStrictEqual([]);
    expect(matchTracks(during(60, 200), { ...exhibit, uncertaintyMs: 20_000 })).toStrictEqual([0]);
  });

  it("widens the time by the exhibit's clock uncertainty on both sides, and says so in the reason", () => {
    const exhibit = openInMemory([track({ points: [point({ timeSeconds: 10 }), point({ timeSeconds: 12 })] })], {
      uncertaintyMs: 3000,
    });
    const between = (from: number, to: number) => asked({ time: { from: instant(from), to: instant(to) } });
    expect(matchTracks(between(15, 20), exhibit)).toStrictEqual([0]);
    expect(matchTracks(between(15.001, 20), exhibit)).toStrictEqual([]);
    expect(matchTracks(between(0, 7), exhibit)).toStrictEqual([0]);
    expect(matchTracks(between(0, 6.999), exhibit)).toStrictEqual([]);
    expect(describeMatch(between(15, 20), exhibit, 0, []).reasons).toContainEqual({
      facet: 'time',
      from: '2026-03-02T14:00:10.000+01:00',
      to: '2026-03-02T14:00:12.000+01:00',
      uncertaintySeconds: 3,
    });
  });

  it('gives one reason a facet, and every colour that matched', () => {
    const both = track({
      class: 'person',
      colours: [
        { part: 'upper', colour: 'red', share: 0.6 },
        { part: 'lower', colour: 'blue', share: 0.8 },
      ],
    });
    const exhibit = openInMemory([both]);
    const question = asked({
      classes: ['person'],
      colours: [
        { colour: 'red', part: 'upper', minShare: 0.2 },
        { colour: 'blue', part: 'lower', minShare: 0.2 },
        { colour: 'green', part: 'whole', minShare: 0.2 },
      ],
      minConfidence: 0.5,
      exhibits: [exhibit.exhibitId],
    });
    expect(describeMatch(question, exhibit, 0, COLOURS).reasons).toStrictEqual([
      { facet: 'class', class: 'person', confidence: 0.8 },
      { facet: 'colour', colour: 'red', part: 'upper', share: 0.6 },
      { facet: 'colour', colour: 'blue', part: 'lower', share: 0.8 },
      { facet: 'confidence', confidence: 0.8 },
      { facet: 'exhibit' },
    ]);
  });

  it('does not show a colour that the requisition does not permit', () => {
    const exhibit = openInMemory([track()]);
    expect(describeMatch(everything, exhibit, 0, ['red']).colours).toStrictEqual([
      { part: 'whole', colour: 'red', share: 0.6 },
    ]);
    expect(describeMatch(everything, exhibit, 0, ['blue']).colours).toStrictEqual([]);
  });

  it('shows the observed point that is seen best, and whole, within the zone and the time asked for', () => {
    const path = [
      point({ frame: 1, timeSeconds: 0, left: 0, score: 0.99 }),
      point({ frame: 2, timeSeconds: 1, left: 700, score: 0.6 }),
      point({ frame: 3, timeSeconds: 2, left: 800, score: 0.95, observed: false }),
      point({ frame: 4, timeSeconds: 3, left: 900, score: 0.7 }),
      point({ frame: 5, timeSeconds: 4, left: 900, score: 0.9 }),
    ];
    const exhibit = openInMemory([track({ points: path })], { uncertaintyMs: 0 });
    const right = [
      { x: 0.5, y: 0 },
      { x: 1, y: 0 },
      { x: 1, y: 1 },
      { x: 0.5, y: 1 },
    ];
    const bestOf = (changes: Partial<ExecutedQuestion>) => describeMatch(asked(changes), exhibit, 0, []).best.frame;
    // The side of the picture cuts the box of frame 1.
    expect(bestOf({})).toBe(5);
    const larger = openInMemory([
      track({ points: path.map((each) => (each.frame === 2 ? { ...each, width: 200, height: 200 } : each)) }),
    ]);
    expect(describeMatch(asked({}), larger, 0, []).best.frame).toBe(2);
    expect(bestOf({ zone: right })).toBe(5);
    expect(bestOf({ zone: right, time: { from: instant(0.5), to: instant(3.5) } })).toBe(4);
    // Nothing was observed inside this sliver: the nearest observed point stands for it.
    const sliver = right.map(({ x, y }) => ({ x: x === 1 ? 0.36 : 0.35, y }));
    expect(bestOf({ zone: sliver })).toBe(2);
  });

  it('takes a share of 0 for any trace of the colour, not for its absence', () => {
    const exhibit = openInMemory([track(), track({ colours: [] })]);
    const question = asked({ colours: [{ colour: 'red', part: 'whole', minShare: 0 }] });
    expect(matchTracks(question, exhibit)).toStrictEqual([0]);
  });
});
