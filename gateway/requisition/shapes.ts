import { Type } from 'typebox';
import { CLASSES, COLOURS } from '../vocabulary.ts';
import type { CaseRow } from './store.ts';
import type { Requisition } from './types.ts';

// What the routes of this room answer: schemas, and how a requisition and a case are put into them.

const uuid = Type.String({ format: 'uuid' });
const time = Type.String({ format: 'date-time' });
const names = Type.Array(Type.String());
export const caseParams = Type.Object({ caseId: uuid });

export const requisitionBody = Type.Object({
  id: uuid,
  caseId: uuid,
  authorisation: uuid,
  procedure: Type.String(),
  framework: Type.String(),
  ops: names,
  facets: Type.Object({ classes: Type.Array(Type.Enum([...CLASSES])), colours: Type.Array(Type.Enum([...COLOURS])) }),
  period: Type.Object({ start: Type.String(), end: Type.String() }),
  notBefore: time,
  expires: time,
  agents: names,
  exhibits: Type.Array(
    Type.Object({ piece: Type.String(), sha256: Type.String(), sizeBytes: Type.Integer(), camera: Type.String() }),
  ),
});

export const caseBody = Type.Object({
  id: uuid,
  procedure: Type.String(),
  state: Type.String(),
  createdAt: time,
  firstRecordingAt: Type.Optional(time),
});

export const caseWithRequisitions = Type.Intersect([
  caseBody,
  Type.Object({ requisitions: Type.Array(Type.Object({ id: uuid, notBefore: time, expires: time })) }),
]);

export const iso = (seconds: number): string => new Date(seconds * 1000).toISOString();

/** What an agent sees of a requisition: its scope and its end. */
export const requisitionShape = (requisition: Requisition) => {
  const { authorisation, schedule } = requisition;
  return {
    id: requisition.id,
    caseId: requisition.caseId,
    authorisation: authorisation.jti,
    procedure: authorisation.sub,
    framework: authorisation.framework,
    ops: [...authorisation.ops],
    facets: { classes: [...authorisation.facets.classes], colours: [...authorisation.facets.colours] },
    period: { ...authorisation.period },
    notBefore: iso(requisition.notBefore),
    expires: iso(requisition.expires),
    agents: schedule.agents.map((agent) => agent.id),
    exhibits: schedule.exhibits.map(({ id, sha256, size, camera }) => ({
      piece: id,
      sha256,
      sizeBytes: size,
      camera: camera.id,
    })),
  };
};

export const caseShape = (row: CaseRow, procedure: string) => ({
  id: row.id,
  procedure,
  state: row.state,
  createdAt: new Date(row.createdAtMs).toISOString(),
  ...(row.firstRecordingAtMs === undefined ? {} : { firstRecordingAt: new Date(row.firstRecordingAtMs).toISOString() }),
});
