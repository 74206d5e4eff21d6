import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { AuditLog } from '../audit/types.ts';
import { canonicalJson, type JsonValue, sha256Hex } from '../canonical.ts';
import { AppError } from '../errors.ts';
import { type CertificateKey, demandRecorded, handOver, type KnownKeys, openHanded } from './certificate.ts';
import type { Correction } from './types.ts';

// RGT-03: that an order to rectify was carried out, at what time, with the place of its record in the log. Which hits, and whether they were
// changed or erased; never what was found.

export const RECTIFICATION_TYP = 'differe-rectification-certificate+jwt';

const strict = { additionalProperties: false };
const uuid = Type.String({ pattern: '^[0-9a-f-]{36}$' });
const Body = Type.Object(
  {
    format: Type.Literal('differe-rectification-certificate/1'),
    installation: Type.String(),
    case: uuid,
    act: uuid,
    finished_at: Type.String(),
    hits: Type.Array(Type.Object({ id: uuid, done: Type.Enum(['changed', 'erased']) }, strict), { minItems: 1 }),
    /** SHA-256 of the corrections as the act has them: who holds the act knows that it was all of them. */
    corrections_sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    packages_removed: Type.Integer({ minimum: 0 }),
    /** What is left, in words: nobody is told more than is true. */
    remains: Type.Object({ fr: Type.String(), en: Type.String() }, strict),
    record: Type.Object({ seq: Type.Integer({ minimum: 0 }), leaf: Type.String(), proof: Type.String() }, strict),
  },
  strict,
);
export type RectificationBody = Static<typeof Body>;
const schema = Compile(Body);

const REMAINS = {
  fr: "Le résultat scellé de l'analyse garde ce qu'elle avait dit, sous la clé de la procédure, jusqu'à l'effacement de celle-ci : aucune question, aucune image et aucun export n'y mène pour ce qui est effacé ; les notes, signets et listes d'export posés à côté sont effacés avec lui ; ailleurs la rectification est nommée à côté. Ce qui avait été remis avant n'est plus ici.",
  en: 'The sealed result of the analysis keeps what it had said, under the key of the case, until the case is erased: no question, no picture and no export leads to what is erased; the notes, bookmarks and places on export lists beside it are erased with it; elsewhere the rectification is named beside it. What was handed over before is no longer here.',
};

export const correctionsDigest = (corrections: readonly Correction[]): string =>
  sha256Hex(canonicalJson(corrections as unknown as JsonValue));

export async function certifyRectification(
  done: {
    readonly caseId: string;
    readonly actId: string;
    readonly corrections: readonly Correction[];
    readonly packagesRemoved: number;
    readonly recordSeq: number;
    readonly finishedAtMs: number;
  },
  deps: {
    readonly log: Pick<AuditLog, 'prove' | 'record'>;
    readonly key: CertificateKey;
    readonly installation: string;
    readonly logVkey: string;
  },
): Promise<string> {
  const { recordSeq: seq, corrections } = done;
  const record = await deps.log.record(seq);
  if (record === undefined) throw new AppError('E_LOG_DOWN', { detail: 'the record of a rectification is not there' });
  const body: RectificationBody = {
    format: 'differe-rectification-certificate/1',
    installation: deps.installation,
    case: done.caseId,
    act: done.actId,
    finished_at: new Date(done.finishedAtMs).toISOString(),
    hits: corrections.map(({ hit, erase }) => ({ id: hit, done: erase === true ? 'erased' : 'changed' })),
    corrections_sha256: correctionsDigest(corrections),
    packages_removed: done.packagesRemoved,
    remains: REMAINS,
    record: { seq, leaf: canonicalJson(record), proof: await deps.log.prove(seq) },
  };
  return await handOver(body, RECTIFICATION_TYP, deps);
}

/** Checks a certificate of rectification offline, as `verifyCertificate` does one of erasure. Throws E_CERTIFICATE. */
export const verifyRectification = (text: string, known: KnownKeys = {}): Promise<RectificationBody> =>
  openHanded(text, RECTIFICATION_TYP, known, (body, logVkey) => {
    if (!schema.Check(body)) throw new AppError('E_CERTIFICATE', { detail: 'another form' });
    demandRecorded(body.record, logVkey, 'order.rectified', [
      ['case', body.case],
      ['act', body.act],
      ['digest', body.corrections_sha256],
      ...body.hits.map(({ id }) => ['hit', id] as const),
    ]);
    return body;
  });
