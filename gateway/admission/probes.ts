import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { canonicalJson, type JsonValue, sha256Hex } from '../canonical.ts';
import { AppError } from '../errors.ts';
import { type Card, isCrop } from './contract.ts';

// G7: the bounds. Pictures and bounds are ours: who stays within them has proved nothing, who does not is refused. The figures are in what
// both persons sign, and the gateway holds them against the same bounds at each start.

/** Changes with the pictures, the runs or the meaning of a figure. */
export const PROBES_VERSION = 1;

const strict = { additionalProperties: false };
const Share = Type.Number({ minimum: 0, maximum: 1 });
const Count = Type.Integer({ minimum: 0, maximum: 10_000 });

/** What the runs of one network showed. */
export const ProbeFiguresSchema = Type.Object(
  {
    ver: Type.Literal(PROBES_VERSION),
    /** The same picture gives the same values to the last bit, later on and in another session. */
    deterministic: Type.Boolean(),
    /** Persons with and without a head: how often the class that it is sure of stayed, and how far a score moved. */
    headMasked: Type.Object({ crops: Count, same: Count, largestChange: Share }, strict),
    /** Share recognised again: persons in other clothes by all that the network says; faces alone by what leaves the worker. */
    recognised: Type.Object({ persons: Share, faces: Share }, strict),
    /** Faces alone, and how many of them it is sure are a person. */
    faces: Type.Object({ pictures: Count, answered: Count }, strict),
    /** Share of the places of a picture that say something else when a face far away is another; null for what names one crop. */
    farReach: Type.Union([Share, Type.Null()]),
  },
  strict,
);
export type ProbeFigures = Static<typeof ProbeFiguresSchema>;
const schema = Compile(ProbeFiguresSchema);

const BOUNDS = {
  /** G7a and G9: crops of persons whose named class stays when the head is grey. */
  leastSame: 0.95,
  /** And how far a score of a crop classifier may move. */
  mostChange: 0.05,
  /** Of eight persons one in eight is recognised by chance. */
  mostRecognised: { persons: 0.5, faces: 0.6 },
  mostFacesAnswered: 0.1,
  /** The corner of the face is a thirtieth of the picture. */
  mostFarReach: 0.1,
} as const;

export const isProbeFigures = (value: unknown): value is ProbeFigures => schema.Check(value);

/** What of these figures is beyond the bounds, one sentence each. */
export function probeFaults(card: Card, figures: ProbeFigures): readonly string[] {
  const { deterministic, headMasked, recognised, faces, farReach } = figures;
  const faults: string[] = [];
  const bound = (holds: boolean, fault: string): void => void (holds || faults.push(fault));
  bound(headMasked.crops > 0 && faces.pictures > 0, 'no pictures were shown');
  bound(deterministic, 'the same picture, another answer');
  bound(
    headMasked.same >= BOUNDS.leastSame * headMasked.crops,
    `without its head a person is named otherwise in ${headMasked.crops - headMasked.same} of ${headMasked.crops} crops`,
  );
  // A detector sees whole frames, and a head is part of what makes a person for it: only the name has to stay.
  bound(
    !isCrop(card) || headMasked.largestChange <= BOUNDS.mostChange,
    `a score moves by ${headMasked.largestChange} with the head`,
  );
  bound(recognised.persons <= BOUNDS.mostRecognised.persons, `recognises ${recognised.persons} of the persons drawn`);
  bound(recognised.faces <= BOUNDS.mostRecognised.faces, `recognises ${recognised.faces} of the faces drawn`);
  // The detector of the test suite knows colours, and no person from a face; production takes none.
  const isTest = !isCrop(card) && card.test === true;
  bound(
    isTest || faces.answered <= BOUNDS.mostFacesAnswered * faces.pictures,
    `takes ${faces.answered} of ${faces.pictures} faces alone for persons`,
  );
  bound(isCrop(card) === (farReach === null), 'figures of a network of another role');
  bound(
    farReach === null || farReach <= BOUNDS.mostFarReach,
    `a face in the corner changes ${farReach} of the picture's places`,
  );
  return faults;
}

/** Throws E_GATE_PROBE when the figures are beyond the bounds. */
export function demandProbed(card: Card, figures: ProbeFigures): void {
  const faults = probeFaults(card, figures);
  if (faults.length > 0) throw new AppError('E_GATE_PROBE', { detail: `${card.name}: ${faults.join('; ')}` });
}

export const figuresDigest = (figures: ProbeFigures): string => sha256Hex(canonicalJson(figures as JsonValue));
