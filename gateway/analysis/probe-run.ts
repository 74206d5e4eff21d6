import type { ModelCard } from '../admission/card.ts';
import { outputNames } from '../admission/card.ts';
import { type Card, isCrop } from '../admission/contract.ts';
import type { CropCard } from '../admission/crop-card.ts';
import {
  CONDITIONS,
  drawCorner,
  drawFace,
  drawPerson,
  IDENTITIES,
  type PersonPicture,
  type ProbePicture,
} from '../admission/probe-pictures.ts';
import { PROBES_VERSION, type ProbeFigures } from '../admission/probes.ts';
import { recognisedShare, type Sighting } from '../admission/separability.ts';
import { CLASSES } from '../vocabulary.ts';
import { cutCrop } from './crop.ts';
import { DECODER } from './decoders.ts';
import { createPreprocessor } from './letterbox.ts';
import { openSession } from './onnx.ts';
import { leastScore } from './reduce.ts';

// G7, the runs themselves: each network sees drawn pictures the way it will see real ones, the crop classifier without heads. Figures
// leave this file and nothing else: no output of a network does.

/** What a network says of a picture. */
interface Answer {
  /** All that it says, a few numbers a column: what an embedding would have to hide in. */
  readonly values: readonly number[];
  /** Name and score of what it names most surely; undefined where it names nothing. */
  readonly named: string | undefined;
  readonly score: number;
  /** What can leave the worker of each place: scores that suffice for an answer, in hundredths. */
  readonly rows: readonly (readonly number[])[];
  /** Every value of every output as it came. */
  exact(): string;
}

type Look = (picture: ProbePicture | PersonPicture) => Promise<Answer>;

export async function runProbes(
  card: Card & { readonly sha256: string },
  bytes: Uint8Array<ArrayBuffer>,
): Promise<ProbeFigures> {
  const first = await openEyes(card, bytes);
  const second = await openEyes(card, bytes);
  try {
    const persons: Sighting[] = [];
    const faces: Sighting[] = [];
    let [same, largestChange, answered] = [0, 0, 0];
    let deterministic = true;
    for (let identity = 0; identity < IDENTITIES; identity++) {
      for (let condition = 0; condition < CONDITIONS; condition++) {
        const whole = await first.look(drawPerson(identity, condition));
        const masked = await first.look(drawPerson(identity, condition, true));
        persons.push({ identity, condition, values: whole.values });
        if (surely(whole) === surely(masked)) same += 1;
        largestChange = Math.max(largestChange, Math.abs(whole.score - masked.score));
        const face = await first.look(drawFace(identity, condition));
        faces.push({ identity, condition, values: leaving(face) });
        if (surely(face) === 'person') answered += 1;
      }
      // Other pictures were seen in between, and the second session has seen none.
      const again = drawPerson(identity, 0);
      deterministic &&= (await first.look(again)).exact() === (await second.look(again)).exact();
    }
    const pictures = IDENTITIES * CONDITIONS;
    return {
      ver: PROBES_VERSION,
      deterministic,
      headMasked: { crops: pictures, same, largestChange: rounded(largestChange) },
      recognised: { persons: rounded(recognisedShare(persons)), faces: rounded(recognisedShare(faces)) },
      faces: { pictures, answered },
      farReach: isCrop(card) ? null : rounded(await farReach(first.look)),
    };
  } finally {
    await first.close();
    await second.close();
  }
}

/** What an answer becomes before it leaves the worker (FACE-11): a name, and a score in hundredths. */
const leaving = ({ named, score }: Answer): readonly number[] => [
  ...CLASSES.map((name) => (name === named ? 1 : 0)),
  named === undefined ? 0 : Math.round(score * 100),
];

/** The class that it is sure of. */
const surely = ({ named, score }: Answer): string | undefined => (score >= 0.5 ? named : undefined);

const rounded = (value: number): number => Math.round(value * 1000) / 1000;

/** Share of the places of a street of which something else is said when another face stands in its corner: the most for any two faces. */
async function farReach(look: Look): Promise<number> {
  const seen: Answer[] = [];
  for (let identity = 0; identity < IDENTITIES; identity++) seen.push(await look(drawCorner(identity)));
  const [base] = seen;
  const shares = seen.slice(1).map(({ rows }) => {
    const changed = rows.filter((row, at) => row.some((value, index) => value !== base?.rows[at]?.[index]));
    return changed.length / Math.max(1, rows.length);
  });
  return Math.max(...shares);
}

async function openEyes(card: Card & { readonly sha256: string }, bytes: Uint8Array<ArrayBuffer>) {
  return isCrop(card) ? await openCropEyes(card, bytes) : await openDetectorEyes(card as ModelCard, bytes);
}

async function openCropEyes(
  card: CropCard,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<{ look: Look; close(): Promise<void> }> {
  const { input } = card;
  const values = new Float32Array(3 * input.width * input.height);
  const session = await openSession(
    { ...card, bytes },
    { name: input.name, values, shape: [1, 3, input.height, input.width] },
  );
  return {
    async look(picture) {
      const { widthPx, heightPx, rgb } = picture;
      const frame = { ref: { number: 1, pts: 0 }, timeSeconds: 0, widthPx, heightPx, scaleX: 1, scaleY: 1, rgb };
      const box = 'box' in picture ? picture.box : { left: 0, top: 0, width: widthPx, height: heightPx };
      cutCrop(frame, box, input, values);
      const logits = (await session.run([card.output]))[card.output] ?? new Float32Array(0);
      const most = Math.max(...logits);
      const powers = Array.from(logits, (value) => Math.exp((value - most) / card.temperature));
      const sum = powers.reduce((all, value) => all + value, 0);
      const best = logits.indexOf(most);
      return {
        values: [...logits],
        named: card.map[card.labels[best] ?? ''],
        score: (powers[best] ?? 0) / sum,
        rows: [],
        exact: () => [...logits].join(),
      };
    },
    close: () => session.release(),
  };
}

async function openDetectorEyes(
  card: ModelCard,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<{ look: Look; close(): Promise<void> }> {
  const { input } = card;
  const preprocessor = createPreprocessor(input);
  const session = await openSession(
    { ...card, bytes },
    { name: input.name, values: preprocessor.target, shape: [1, 3, input.height, input.width] },
  );
  const decoder = DECODER[card.decoder];
  const least = leastScore(card);
  const roles = Object.keys(decoder.shapes(card));
  const names = roles.flatMap((role) => outputNames(card, role));
  const columns = new Map(
    session.outputMetadata.flatMap((each) => {
      const last = each.isTensor ? each.shape.at(-1) : undefined;
      return typeof last === 'number' ? [[each.name, last] as const] : [];
    }),
  );
  return {
    async look(picture) {
      preprocessor.fill(picture.rgb, picture);
      const outputs = await session.run(names);
      const byRole = Object.fromEntries(
        roles.map((role) => [role, outputNames(card, role).map((name) => outputs[name] ?? new Float32Array(0))]),
      );
      const best = decoder
        .decode(byRole, card, least)
        .filter(({ label }) => Object.hasOwn(card.map, card.labels[label] ?? ''))
        .toSorted((a, b) => b.score - a.score)[0];
      const lists = names.map((name) => rowsOf(outputs[name] ?? new Float32Array(0), columns.get(name) ?? 1));
      const scored = names
        .filter((_, index) => roles.length === 1 || roleOf(card, names[index] ?? '') === 'scores')
        .flatMap((name) => lists[names.indexOf(name)] ?? []);
      return {
        values: lists.flatMap(columnsOf),
        named: best === undefined ? undefined : card.map[card.labels[best.label] ?? ''],
        score: best?.score ?? 0,
        rows: scored.map((row) => scoresOf(card, row).map((value) => (value < least ? 0 : Math.round(value * 100)))),
        exact: () =>
          names.map((name) => Buffer.from(Float32Array.from(outputs[name] ?? []).buffer).toString('base64')).join(),
      };
    },
    close: () => session.release(),
  };
}

/** The scores of a row: those of YOLOX count as often as there is an object at all. */
const scoresOf = ({ decoder }: ModelCard, row: readonly number[]): readonly number[] =>
  decoder === 'yolox' ? row.slice(5).map((value) => value * (row[4] ?? 0)) : row;

const roleOf = (card: ModelCard, name: string): string | undefined =>
  Object.keys(card.outputs).find((role) => outputNames(card, role).includes(name));

function rowsOf(values: Float32Array, columns: number): number[][] {
  return Array.from({ length: values.length / columns }, (_, row) => [
    ...values.subarray(row * columns, (row + 1) * columns),
  ]);
}

/** Mean and largest value of each column of a list: what is in every row of it shows in the mean. */
function columnsOf(rows: readonly (readonly number[])[]): readonly number[] {
  const width = rows[0]?.length ?? 0;
  return Array.from({ length: width }, (_, at) => {
    let [sum, most] = [0, Number.NEGATIVE_INFINITY];
    for (const row of rows) {
      const value = row[at] ?? 0;
      sum += value;
      most = Math.max(most, value);
    }
    return [sum / rows.length, most];
  }).flat();
}
