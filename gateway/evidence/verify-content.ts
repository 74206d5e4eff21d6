import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { canonicalJson, type JsonValue, sha256Hex } from '../canonical.ts';
import { type Finding, NOTICE } from './types.ts';

// What the documents of a package say of each other, read from their bytes alone. A signed package can still be wrong; here it is
// shown that its hits are in its results, its results are those of its exhibits, and its coverage adds up.

const text = Type.String();
const number = Type.Number();
const sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });
const box = { left: number, top: number, width: number, height: number };
const model = Type.Object({ name: text, sha256 });
const LEDGER_STATES = ['analysed', 'sampled', 'quiet', 'undecodable', 'outside'] as const;

const Result = Compile(
  Type.Object({
    format: Type.Literal('differe-result/1'),
    exhibitSha256: sha256,
    models: Type.Array(model),
    ledger: Type.Object({
      durationSeconds: number,
      intervals: Type.Array(
        Type.Object({ fromSeconds: number, toSeconds: number, state: Type.Enum([...LEDGER_STATES]) }),
      ),
      totals: Type.Object({
        analysedSeconds: number,
        sampledSeconds: number,
        quietSeconds: number,
        undecodableSeconds: number,
        outsideSeconds: number,
      }),
    }),
    tracks: Type.Array(
      Type.Object({
        class: text,
        confidence: number,
        firstSeconds: number,
        lastSeconds: number,
        points: Type.Array(Type.Object({ frame: number, pts: number, timeSeconds: number, ...box })),
      }),
    ),
  }),
);
const Exhibits = Compile(
  Type.Object({
    format: Type.Literal('differe-exhibits/1'),
    exhibits: Type.Array(
      Type.Object({
        name: text,
        sha256,
        media: Type.Object({ durationSeconds: number }),
        result: Type.Object({ file: text, sha256, tracks: number }),
        ledger: text,
        mot: Type.Union([text, Type.Null()]),
      }),
    ),
  }),
);
const Hits = Compile(
  Type.Object({
    format: Type.Literal('differe-hits/1'),
    notice: Type.Unknown(),
    questions: Type.Array(Type.Object({ id: text, sha256, executed: Type.Unknown() })),
    hits: Type.Array(
      Type.Object({
        number: text,
        notice: Type.Unknown(),
        exhibit: text,
        track: Type.Integer({ minimum: 0 }),
        class: text,
        personCategory: Type.Union([text, Type.Null()]),
        rectified: Type.Optional(Type.Object({ order: text, at: text, analysedAs: text })),
        confidence: number,
        models: Type.Array(model),
        mediaTime: Type.Object({ fromSeconds: number, toSeconds: number }),
        best: Type.Object({ frame: number, pts: number, timeSeconds: number, box: Type.Object(box) }),
        question: text,
        verdict: Type.Object({
          state: Type.Literal('confirmed'),
          agent: Type.String({ minLength: 1 }),
          decidedAt: text,
          pictureSeenAt: text,
          // Packages of before each reader's verdict was kept name one alone.
          disputed: Type.Optional(Type.Boolean()),
          readers: Type.Optional(
            Type.Array(
              Type.Object({
                agent: Type.Union([text, Type.Null()]),
                verdict: Type.Enum(['confirmed', 'rejected', 'uncertain']),
                decidedAt: Type.Union([text, Type.Null()]),
                pictureSeenAt: Type.Union([text, Type.Null()]),
              }),
            ),
          ),
        }),
        still: text,
        clip: Type.Object({ file: text, fromSeconds: number, toSeconds: number }),
      }),
    ),
  }),
);
const Rectifications = Compile(
  Type.Object({
    format: Type.Literal('differe-rectifications/1'),
    rectifications: Type.Array(
      Type.Object({
        exhibit: text,
        track: Type.Integer({ minimum: 0 }),
        order: text,
        at: text,
        erased: Type.Boolean(),
        analysedAs: Type.Optional(text),
        class: Type.Optional(text),
      }),
    ),
  }),
);
const Models = Compile(Type.Object({ format: Type.Literal('differe-models/1'), models: Type.Array(model) }));

type ResultBody = ReturnType<typeof Result.Parse>;
type HitBody = ReturnType<typeof Hits.Parse>['hits'][number];

/** Gives the parsed JSON of a file of the package; undefined when there is none or it is not JSON. */
export type ReadDocument = (file: string) => unknown;

export interface ContentSource {
  readonly files: readonly string[];
  readonly document: ReadDocument;
  readonly digest: (file: string) => string | undefined;
}

/** Everything that can be held against each other without a key. */
export function checkContent(source: ContentSource): Finding[] {
  const findings: Finding[] = [];
  const exhibits = source.document('exhibits.json');
  const hits = source.document('hits.json');
  const models = source.document('models.json');
  if (!Exhibits.Check(exhibits)) return [{ file: 'exhibits.json', problem: 'not a list of exhibits' }];
  if (!Hits.Check(hits)) return [{ file: 'hits.json', problem: 'not a list of confirmed hits' }];
  if (!Models.Check(models)) return [{ file: 'models.json', problem: 'not a list of models' }];

  const results = new Map<string, ResultBody>();
  const expected = new Set<string>();
  for (const exhibit of exhibits.exhibits) {
    for (const file of [exhibit.result.file, exhibit.ledger, exhibit.mot]) if (file !== null) expected.add(file);
    const { file } = exhibit.result;
    const result = source.document(file);
    if (!Result.Check(result)) {
      findings.push({ file, problem: 'not an analysis result' });
      continue;
    }
    results.set(exhibit.name, result);
    findings.push(
      ...differences(file, [
        ['digest in exhibits.json', exhibit.result.sha256, source.digest(file)],
        ['exhibit digest', exhibit.sha256, result.exhibitSha256],
        ['number of tracks', exhibit.result.tracks, result.tracks.length],
        ['ledger', canonical(result.ledger), canonical(source.document(exhibit.ledger))],
      ]),
      ...checkLedger(exhibit.ledger, result.ledger),
    );
    for (const used of result.models) {
      const known = models.models.some((card) => card.sha256 === used.sha256);
      if (!known)
        findings.push({ file: 'models.json', problem: 'a model of a result is missing', expected: used.sha256 });
    }
  }
  for (const file of source.files.filter((name) => /\.(result|ledger)\.json$|\.mot\.txt$/.test(name))) {
    if (!expected.has(file)) findings.push({ file, problem: 'belongs to no exhibit' });
  }
  if (canonical(hits.notice) !== canonical(NOTICE))
    findings.push({ file: 'hits.json', problem: 'the notice is missing' });
  for (const question of hits.questions) {
    findings.push(
      ...differences('hits.json', [['question hash', question.sha256, sha256Hex(canonical(question.executed))]]),
    );
  }
  const asked = new Set(hits.questions.map(({ id }) => id));
  for (const hit of hits.hits) {
    findings.push(...checkHit(hit, results.get(hit.exhibit), asked, source.files), ...checkReaders(hit));
  }
  findings.push(...checkRectifications(source, hits.hits, results));
  return findings;
}

function checkHit(
  hit: HitBody,
  result: ResultBody | undefined,
  asked: ReadonlySet<string>,
  files: readonly string[],
): Finding[] {
  const file = 'hits.json';
  const name = `hit ${hit.number}`;
  if (result === undefined) return [{ file, problem: `${name}: no result of its exhibit`, expected: hit.exhibit }];
  const track = result.tracks[hit.track];
  if (track === undefined) return [{ file, problem: `${name}: no such track`, expected: String(hit.track) }];
  const { frame, pts, timeSeconds, box: place } = hit.best;
  const point = track.points.find((candidate) => candidate.pts === pts && candidate.frame === frame);
  const findings = differences(file, [
    // An order may have changed the label: then the result has what the hit says it had been analysed as (checkRectifications).
    [`${name}: class`, track.class, hit.rectified?.analysedAs ?? hit.class],
    [`${name}: box`, point === undefined ? 'no such frame' : canonical(boxOf(point)), canonical(boxOf(place))],
    [`${name}: time`, point?.timeSeconds, timeSeconds],
    [`${name}: models`, canonical(result.models.map(nameAndDigest)), canonical(hit.models.map(nameAndDigest))],
    [`${name}: notice`, canonical(NOTICE), canonical(hit.notice)],
  ]);
  const near = (label: string, expected: number, found: number, tolerance: number): void => {
    if (Math.abs(expected - found) > tolerance) {
      findings.push({ file, problem: `${name}: ${label}`, expected: String(expected), found: String(found) });
    }
  };
  // The index keeps scores in 1/255 and times in milliseconds.
  near('confidence', track.confidence, hit.confidence, 1 / 255);
  near('first time', track.firstSeconds, hit.mediaTime.fromSeconds, 0.001);
  near('last time', track.lastSeconds, hit.mediaTime.toSeconds, 0.001);
  if (hit.class === 'person' && hit.personCategory === null) {
    findings.push({ file, problem: `${name}: no category of person` });
  }
  if (hit.clip.fromSeconds > timeSeconds || hit.clip.toSeconds < timeSeconds) {
    findings.push({ file, problem: `${name}: the clip does not show it`, expected: String(timeSeconds) });
  }
  if (!asked.has(hit.question))
    findings.push({ file, problem: `${name}: its question is missing`, expected: hit.question });
  for (const picture of [hit.still, hit.clip.file]) {
    if (!files.includes(picture)) findings.push({ file: picture, problem: `missing for ${name}` });
  }
  return findings;
}

/** HUM-01: who confirmed is one of the readers, as he stands there; disagreement among them is said. */
function checkReaders({ number: named, verdict }: HitBody): Finding[] {
  const { readers, disputed } = verdict;
  if (readers === undefined) return [];
  const confirmed = readers.find(
    (reader) =>
      reader.agent === verdict.agent &&
      reader.verdict === 'confirmed' &&
      reader.decidedAt === verdict.decidedAt &&
      reader.pictureSeenAt === verdict.pictureSeenAt,
  );
  const differ = new Set(readers.map((reader) => reader.verdict)).size > 1;
  return differences('hits.json', [
    [`hit ${named}: who confirmed`, verdict.agent, confirmed?.agent ?? 'no reader'],
    [`hit ${named}: disagreement`, String(differ), String(disputed)],
  ]);
}

/** RGT-03: each rectified hit stands in rectifications.json with the same label and order, no hit is of an erased track, and each label is the result's. */
function checkRectifications(
  source: ContentSource,
  hits: readonly HitBody[],
  results: ReadonlyMap<string, ResultBody>,
): Finding[] {
  const file = 'rectifications.json';
  const isThere = source.files.includes(file);
  const document = source.document(file);
  if (isThere && !Rectifications.Check(document)) return [{ file, problem: 'not a list of rectifications' }];
  const listed = Rectifications.Check(document) ? document.rectifications : [];
  const findings = listed.flatMap(({ exhibit, track, analysedAs, erased }) =>
    erased
      ? []
      : differences(file, [
          [`${exhibit} ${track}: analysed as`, results.get(exhibit)?.tracks[track]?.class, analysedAs],
        ]),
  );
  for (const hit of hits) {
    const found = listed.find(({ exhibit, track }) => exhibit === hit.exhibit && track === hit.track);
    findings.push(
      ...differences(file, [
        [`hit ${hit.number}: order`, found?.order, hit.rectified?.order],
        [`hit ${hit.number}: label`, found?.class ?? hit.class, hit.class],
        [`hit ${hit.number}: erased`, 'no', found?.erased === true ? 'yes' : 'no'],
      ]),
    );
  }
  return findings;
}

/** Intervals follow each other without gap from 0 to the duration, and each total is the sum of its intervals. */
function checkLedger(file: string, ledger: ResultBody['ledger']): Finding[] {
  const findings: Finding[] = [];
  const sums = new Map<string, number>();
  let at = 0;
  const demand = (problem: string, expected: number, found: number): void => {
    if (Math.abs(expected - found) > 1e-3)
      findings.push({ file, problem, expected: String(expected), found: String(found) });
  };
  for (const { fromSeconds, toSeconds, state } of ledger.intervals) {
    demand('intervals do not join', at, fromSeconds);
    if (toSeconds < fromSeconds) demand('an interval runs backwards', fromSeconds, toSeconds);
    sums.set(state, (sums.get(state) ?? 0) + toSeconds - fromSeconds);
    at = toSeconds;
  }
  demand('intervals do not end with the exhibit', ledger.durationSeconds, at);
  for (const state of LEDGER_STATES) demand(`sum of ${state}`, sums.get(state) ?? 0, ledger.totals[`${state}Seconds`]);
  return findings;
}

type Value = string | number | undefined;

const differences = (file: string, pairs: readonly (readonly [string, Value, Value])[]): Finding[] =>
  pairs
    .filter(([, expected, found]) => expected !== found)
    .map(([problem, expected, found]) => ({ file, problem, expected: String(expected), found: String(found) }));

const boxOf = ({ left, top, width, height }: { left: number; top: number; width: number; height: number }) => ({
  ...{ left, top, width, height },
});
const nameAndDigest = ({ name, sha256: digest }: { name: string; sha256: string }) => ({ name, sha256: digest });

const canonical = (value: unknown): string => (value === undefined ? 'missing' : canonicalJson(value as JsonValue));
