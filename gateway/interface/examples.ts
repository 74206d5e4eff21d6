import answers from './answers.json' with { type: 'json' };
import type { Json } from './components.ts';

// Examples of the description. Bodies are written here; answers are those that a gateway gave. test/interface/examples.test.ts sends every body
// to a gateway, holds what comes and what stands here against the schemas, and writes the answers anew with DIFFERE_TEST_EXAMPLES=write.

/** Ids that examples name. A test puts those of a real case in their place. */
export const EXAMPLE_IDS = {
  caseId: '0198a000-0000-4000-8000-0000000000c1',
  requisitionId: '0198a000-0000-4000-8000-0000000000d1',
  exhibitId: '0198a000-0000-4000-8000-0000000000e1',
  otherExhibitId: '0198a000-0000-4000-8000-0000000000e2',
  jobId: '0198a000-0000-4000-8000-0000000000a1',
  questionId: '0198a000-0000-4000-8000-0000000000b1',
  hitId: '0198a000-0000-4000-8000-0000000000f1',
  exportId: '0198a000-0000-4000-8000-0000000000f2',
} as const;
export type ExampleId = keyof typeof EXAMPLE_IDS;

/** Signed texts that only the persons of an act can make. */
export const EXAMPLE_TOKENS = {
  authorisation: 'eyJhbGciOiJFZERTQSIsInR5cCI6ImRpZmZlcmUtYXV0aG9yaXNhdGlvbitqd3QifQ.authorisation.signature',
  schedule: 'eyJhbGciOiJFZERTQSIsInR5cCI6ImRpZmZlcmUtc2NoZWR1bGUrand0In0.schedule.signature',
  act: 'eyJhbGciOiJFZERTQSIsInR5cCI6ImRpZmZlcmUtcmV2b2NhdGlvbnMrand0In0.revocations.signature',
} as const;

export interface BodyExample {
  readonly summary: string;
  readonly value: Json;
}

const { exhibitId, otherExhibitId, hitId } = EXAMPLE_IDS;
const gate = [
  { x: 0, y: 0.5 },
  { x: 1, y: 0.5 },
  { x: 1, y: 1 },
  { x: 0, y: 1 },
];

/** Bodies by operation, then by name. */
export const BODIES: Readonly<Record<string, Readonly<Record<string, BodyExample>>>> = {
  presentAct: {
    revocations: { summary: "The magistrate's list of what he took back", value: { act: EXAMPLE_TOKENS.act } },
  },
  presentRequisition: {
    requisition: {
      summary: "A magistrate's authorisation and an officer's schedule",
      value: { authorisation: EXAMPLE_TOKENS.authorisation, schedule: EXAMPLE_TOKENS.schedule },
    },
  },
  startJob: { job: { summary: 'One sealed exhibit', value: { exhibitId } } },
  askQuestion: {
    simple: {
      summary: 'Cars, the first twenty in the order of time',
      value: { version: 1, classes: ['car'], order: 'time', page: { size: 20 } },
    },
    facets: {
      summary: 'Red vehicles that pass a zone',
      value: { version: 1, classes: ['vehicle'], colours: [{ colour: 'red', minShare: 0.2 }], zone: gate },
    },
    tree: {
      summary: 'Fast or red, but at no weekend',
      value: {
        version: 1,
        classes: ['vehicle', 'person'],
        where: {
          all: [
            { any: [{ speed: { min: 50 } }, { colour: [{ colour: 'red' }] }] },
            { not: { weekday: ['saturday', 'sunday'] } },
          ],
        },
      },
    },
    aroundAHit: {
      summary: 'Persons within five minutes after a hit',
      value: {
        version: 1,
        classes: ['person'],
        where: { relativeTo: { hit: hitId, relation: 'after', withinSeconds: 300 } },
      },
    },
    acrossCameras: {
      summary: 'Cars that leave one camera while cars come on another up to four minutes later; never "the same car"',
      value: {
        version: 1,
        classes: ['car'],
        exhibits: [exhibitId, otherExhibitId],
        where: {
          acrossCameras: {
            arrival: { all: [{ class: ['car'] }, { zone: { polygon: gate, relation: 'passes' } }] },
            exhibits: [otherExhibitId],
            minSeconds: 0,
            maxSeconds: 240,
          },
        },
      },
    },
  },
  reviewHit: { confirmed: { summary: 'What was looked at is what was asked for', value: { verdict: 'confirmed' } } },
  nameQuestion: { name: { summary: 'A name', value: { name: 'Fourgonnettes après 22 h' } } },
  writeNote: {
    note: { summary: 'What a reader wants the others to know', value: { text: 'Comparer avec SCELLE-2.' } },
  },
  editNote: { note: { summary: 'Another wording', value: { text: 'Comparé avec SCELLE-2 : rien.' } } },
  setBookmark: {
    beside: {
      summary: 'A moment beside a hit',
      value: { exhibitId, hitId, atSeconds: 4.2, label: 'Portière ouverte' },
    },
    alone: { summary: 'A moment of an exhibit', value: { exhibitId, atSeconds: 12 } },
  },
  labelBookmark: { label: { summary: 'A label', value: { label: 'Portière ouverte' } } },
  revealHit: {
    reason: { summary: 'One picture without its mask, for a reason', value: { reason: 'comparison_by_eye' } },
  },
  issueExhibitTicket: {
    frame: { summary: 'An address of one masked frame, good for a minute', value: { of: 'frame', number: 53 } },
    clip: { summary: 'Of ten seconds', value: { of: 'clip', fromSeconds: 0, toSeconds: 10 } },
  },
  issueMediaTicket: { clip: { summary: 'An address of the clip, good for a minute', value: { of: 'clip' } } },
  previewExport: { hits: { summary: 'What a package of one hit would hold', value: { hits: [hitId] } } },
  startExport: { hits: { summary: 'A package of one confirmed hit', value: { hits: [hitId] } } },
};

/** The answer that stands for an operation: to its first body, where it has one. */
export const ANSWERS: Readonly<Record<string, { readonly status: number; readonly body: unknown }>> = answers;
