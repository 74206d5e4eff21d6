import type { JsonValue } from '../canonical.ts';
import { sha256Hex } from '../canonical.ts';
import type { Requisition } from '../requisition/types.ts';
import { classInFrench } from '../vocabulary.ts';
import { type AnalysedExhibit, type Clip, type LoadedHit, type ModelNotice, NOTICE, type Still } from './types.ts';

// The JSON files of a package as plain values. What is unknown is null: a reader must never have to tell "no" from "not said".

/** One exhibit under the name that its files bear. */
export interface NamedExhibit extends AnalysedExhibit {
  readonly name: string;
  readonly motText: string | undefined;
}

/** One hit with the pictures that were made for it. */
export interface PicturedHit {
  readonly number: string;
  /** NAME of its files. */
  readonly name: string;
  readonly loaded: LoadedHit;
  readonly exhibitName: string;
  readonly still: Pick<Still, 'arguments'>;
  readonly clip: Pick<Clip, 'arguments' | 'fromSeconds' | 'toSeconds'>;
}

const time = (ms: number | undefined): string | null => (ms === undefined ? null : new Date(ms).toISOString());

/** Plain data without undefined members: what JSON can say. */
const plain = (value: object): JsonValue => JSON.parse(JSON.stringify(value)) as JsonValue;

export function exhibitsDocument(exhibits: readonly NamedExhibit[]): JsonValue {
  return {
    format: 'differe-exhibits/1',
    exhibits: exhibits.map(({ name, exhibit, result, resultText, motText }) => {
      const shift = exhibit.clock.offsetSeconds * 1000;
      return {
        name,
        id: exhibit.id,
        piece: exhibit.piece,
        fileName: exhibit.fileName,
        sha256: exhibit.sha256,
        sizeBytes: exhibit.sizeBytes,
        sealedAt: time(exhibit.sealedAtMs),
        camera: {
          id: exhibit.camera.id,
          place: exhibit.camera.place,
          ...(exhibit.camera.position === undefined ? {} : { position: plain(exhibit.camera.position) }),
        },
        recorderTime: { start: time(exhibit.captureStartMs), end: time(exhibit.captureEndMs) },
        correctedTime: { start: time(exhibit.captureStartMs + shift), end: time(exhibit.captureEndMs + shift) },
        timeZone: exhibit.timeZone,
        clock: plain(exhibit.clock),
        clockNote: exhibit.clockNote ?? null,
        windows: plain(exhibit.windows),
        damaged: exhibit.damaged,
        media: {
          container: exhibit.timeline.container,
          codec: exhibit.timeline.codec,
          widthPx: exhibit.timeline.widthPx,
          heightPx: exhibit.timeline.heightPx,
          durationSeconds: exhibit.timeline.durationSeconds,
          frames: exhibit.timeline.frameCount,
          timesFrom: exhibit.timeline.basis,
          losses: plain(exhibit.timeline.losses),
        },
        result: { file: `${name}.result.json`, sha256: sha256Hex(resultText), tracks: result.tracks.length },
        ledger: `${name}.ledger.json`,
        mot: motText === undefined ? null : `${name}.mot.txt`,
      };
    }),
  };
}

/** HUM-02: an indication to be verified, with its confidence band, its models and what is known of their errors. */
export function hitsDocument(hits: readonly PicturedHit[], models: readonly ModelNotice[]): JsonValue {
  const questions = new Map(hits.map(({ loaded }) => [loaded.question.id, loaded.question]));
  return {
    format: 'differe-hits/1',
    notice: plain(NOTICE),
    questions: [...questions.values()].map((question) => ({
      id: question.id,
      sha256: question.sha256,
      executed: plain(question.executed),
      french: question.inFrench,
      english: question.inEnglish,
      // What was found says nothing of what was not looked at.
      notAnalysed: question.notAnalysed.map(({ fileName, state }) => ({ fileName, state })),
      ...(question.notSealed === undefined ? {} : { notSealed: plain(question.notSealed) }),
    })),
    hits: hits.map((hit) => hitEntry(hit, models)),
  };
}

function hitEntry({ number, name, loaded, exhibitName, clip }: PicturedHit, models: readonly ModelNotice[]): JsonValue {
  const { hit, exhibit, question, result, review } = loaded;
  return {
    number,
    id: hit.id,
    notice: plain(NOTICE),
    exhibit: exhibitName,
    piece: exhibit.piece,
    camera: exhibit.camera.id,
    track: hit.track,
    class: hit.class,
    classFrench: classInFrench(hit.class),
    // PRO-05: nobody is a suspect because a machine saw them.
    personCategory: hit.class === 'person' ? (hit.rectified?.personCategory ?? 'tiers') : null,
    // RGT-03: what a magistrate ordered stands beside what the analysis had said.
    ...(hit.rectified === undefined ? {} : { rectified: plain(hit.rectified) }),
    confidence: hit.confidence,
    confidenceBand: plain(confidenceBand(hit.confidence)),
    models: result.models.map(({ name, sha256 }) => ({
      name,
      sha256,
      knownErrorRate: models.find((model) => model.sha256 === sha256)?.errorRate ?? null,
    })),
    trueTime: { from: hit.from, to: hit.to, uncertaintySeconds: hit.uncertaintySeconds },
    mediaTime: { fromSeconds: hit.mediaFromSeconds, toSeconds: hit.mediaToSeconds },
    best: plain(hit.best),
    colours: plain(hit.colours),
    question: question.id,
    reasons: plain(hit.reasons),
    verdict: {
      state: hit.verdict,
      agent: review?.agentId ?? null,
      decidedAt: time(review?.reviewedAtMs),
      pictureSeenAt: time(review?.pictureSeenAtMs),
      // HUM-01: who confirmed is named above; every reader is named here, whoever disagrees among them.
      disputed: hit.disputed,
      readers: hit.readings.map(({ agentId, verdict, at, sawPictureAt }) => ({
        agent: agentId ?? null,
        verdict,
        decidedAt: at ?? null,
        pictureSeenAt: sawPictureAt ?? null,
      })),
    },
    still: `stills/${name}.jpg`,
    clip: { file: `clips/${name}.mp4`, fromSeconds: clip.fromSeconds, toSeconds: clip.toSeconds },
  };
}

/** What orders of a magistrate made of the tracks of these results (RGT-03). Results keep the label of the analysis; this one counts. */
export function rectificationsDocument(exhibits: readonly NamedExhibit[]): JsonValue {
  return {
    format: 'differe-rectifications/1',
    rectifications: exhibits.flatMap(({ name, rectified }) =>
      [...rectified].map(([track, each]) => ({
        exhibit: name,
        track,
        order: each.orderId,
        at: time(each.appliedAtMs),
        // Of what is erased nothing is told but that it is.
        ...(each.erased
          ? { erased: true }
          : {
              erased: false,
              analysedAs: each.analysedAs,
              class: each.class,
              classFrench: classInFrench(each.class),
              personCategory: each.personCategory ?? null,
            }),
      })),
    ),
  };
}

/** Bands of the detector's score, for readers who cannot know what 0.43 means. */
export function confidenceBand(confidence: number): { readonly fr: string; readonly en: string } {
  if (confidence < 0.4) return { fr: 'faible', en: 'low' };
  return confidence < 0.7 ? { fr: 'moyenne', en: 'medium' } : { fr: 'élevée', en: 'high' };
}

export function argumentsDocument(exhibits: readonly NamedExhibit[], hits: readonly PicturedHit[]): JsonValue {
  return {
    format: 'differe-arguments/1',
    analysis: exhibits.map(({ name, result }) => ({ exhibit: name, ffmpeg: plain(result.arguments) })),
    stills: hits.map(({ name, still }) => ({ file: `stills/${name}.jpg`, ffmpeg: plain(still.arguments) })),
    clips: hits.map(({ name, clip }) => ({
      file: `clips/${name}.mp4`,
      ffmpeg: plain(clip.arguments),
      filter: `clips/${name}.filter.txt`,
    })),
  };
}

export function modelsDocument(models: readonly ModelNotice[]): JsonValue {
  return {
    format: 'differe-models/1',
    models: models.map(({ name, sha256, licence, source, errorRate }) => ({
      name,
      sha256,
      licence: licence ?? null,
      source: source ?? null,
      knownErrorRate: errorRate ?? null,
    })),
  };
}

/** What ties the package to its requisition, without the facts and names that the requisition tells. */
export function requisitionDocument(requisition: Requisition): JsonValue {
  const { authorisation, schedule } = requisition;
  return {
    format: 'differe-requisition/1',
    procedure: authorisation.sub,
    framework: authorisation.framework,
    authorisation: { jti: authorisation.jti, sha256: requisition.digests.authorisation },
    schedule: { jti: schedule.jti, sha256: requisition.digests.schedule },
    requisition: requisition.id,
    notBefore: time(requisition.notBefore * 1000),
    expires: time(requisition.expires * 1000),
    ops: plain(authorisation.ops),
  };
}
