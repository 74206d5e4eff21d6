import { Type } from 'typebox';
import type { ExhibitSummary } from './exhibits.ts';

/** Schema of an exhibit as clients see it. */
export const exhibitBody = Type.Object({
  id: Type.String({ format: 'uuid' }),
  state: Type.Union([Type.Literal('receiving'), Type.Literal('sealed'), Type.Literal('refused')]),
  refusalCode: Type.Optional(Type.String()),
  piece: Type.String(),
  fileName: Type.String(),
  sha256: Type.String(),
  sizeBytes: Type.Integer(),
  captureStart: Type.String(),
  captureEnd: Type.String(),
  timeZone: Type.String(),
  sealedAt: Type.Optional(Type.String()),
  camera: Type.Object({
    id: Type.String(),
    place: Type.String(),
    position: Type.Optional(
      Type.Object(
        {
          latitude: Type.Number({ minimum: -90, maximum: 90, description: 'Degrees north of the equator, WGS84.' }),
          longitude: Type.Number({ minimum: -180, maximum: 180, description: 'Degrees east of Greenwich, WGS84.' }),
          basis: Type.String({ description: 'How the officer knows it.' }),
        },
        { description: 'Where the camera stands, as the schedule has it; absent where nobody signed it.' },
      ),
    ),
  }),
  clock: Type.Object({ offsetSeconds: Type.Number(), uncertaintySeconds: Type.Number(), basis: Type.String() }),
  clockNote: Type.Optional(Type.String()),
  damaged: Type.Boolean(),
  durationSeconds: Type.Optional(Type.Number()),
  frames: Type.Optional(Type.Integer()),
  codec: Type.Optional(Type.String()),
  losses: Type.Optional(Type.Array(Type.String())),
  windows: Type.Optional(Type.Array(Type.Object({ fromSeconds: Type.Number(), toSeconds: Type.Number() }))),
});

/** An exhibit as clients see it. */
export function shape({ facts, ...exhibit }: ExhibitSummary) {
  const { established } = facts;
  return {
    id: exhibit.id,
    state: exhibit.state,
    ...(exhibit.refusalCode === undefined ? {} : { refusalCode: exhibit.refusalCode }),
    piece: facts.piece,
    fileName: facts.fileName,
    sha256: facts.sha256,
    sizeBytes: exhibit.sizeBytes,
    captureStart: new Date(exhibit.captureStartMs).toISOString(),
    captureEnd: new Date(exhibit.captureEndMs).toISOString(),
    timeZone: facts.timeZone,
    ...(exhibit.sealedAtMs === undefined ? {} : { sealedAt: new Date(exhibit.sealedAtMs).toISOString() }),
    camera: facts.camera,
    clock: facts.clock,
    damaged: facts.damaged,
    ...(established === undefined
      ? {}
      : {
          durationSeconds: established.timeline.durationSeconds,
          frames: established.timeline.frameCount,
          codec: established.timeline.codec,
          losses: [...established.timeline.losses],
          windows: [...established.windows],
          ...(established.clockNote === undefined ? {} : { clockNote: established.clockNote }),
        }),
  };
}
