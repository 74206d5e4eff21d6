import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { verifyProofText } from '../audit/proof.ts';
import type { AuditLog } from '../audit/types.ts';
import { canonicalJson, type JsonValue } from '../canonical.ts';
import { AppError } from '../errors.ts';
import { publicJwkOf, readCompactJws, verifySignature } from '../trust/jws.ts';
import type { Erasure } from './types.ts';

// The certificate of an erasure: what was there, when it went and at whose order, with the place of its record in the log. It can be
// checked offline by whoever it was handed to, years after; of the case it tells digests and counts alone.

export const CERTIFICATE_TYP = 'differe-erasure-certificate+jwt';

/** The installation's signing key, as evidence/keys.ts opens it. */
export interface CertificateKey {
  readonly publicJwk: { readonly kty: 'OKP'; readonly crv: 'Ed25519'; readonly x: string; readonly kid: string };
  sign(text: string, typ: string): Promise<string>;
}

const sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });
const uuid = Type.String({ pattern: '^[0-9a-f-]{36}$' });
const strict = { additionalProperties: false };
const Certificate = Type.Object(
  {
    format: Type.Literal('differe-erasure-certificate/1'),
    installation: Type.String(),
    case: uuid,
    act: Type.Optional(uuid),
    ground: Type.Enum(['closure', 'order', 'term', 'quarantine', 'restored']),
    started_at: Type.String(),
    finished_at: Type.String(),
    erased: Type.Object(
      {
        /** SHA-256 of the wrapped case key: with it gone, every copy of what it sealed is noise. */
        key_sha256: Type.Optional(sha256),
        objects: Type.Integer({ minimum: 0 }),
        object_bytes: Type.Integer({ minimum: 0 }),
        exhibits: Type.Array(sha256),
        rows: Type.Record(Type.String(), Type.Integer({ minimum: 0 })),
      },
      strict,
    ),
    /** What can still lie on a disk, in words: nobody is told more than is true. */
    remains: Type.Object({ fr: Type.String(), en: Type.String() }, strict),
    record: Type.Object({ seq: Type.Integer({ minimum: 0 }), leaf: Type.String(), proof: Type.String() }, strict),
  },
  strict,
);
export type CertificateBody = Static<typeof Certificate>;
const schema = Compile(Certificate);

const REMAINS = {
  fr: "Des octets chiffrés sous la clé détruite peuvent subsister dans l'espace libre du disque et dans des sauvegardes pendant sept jours au plus ; ils ne peuvent plus être déchiffrés. Le journal garde les références des actes.",
  en: 'Bytes sealed under the destroyed key may remain in free space of the disk, and in back-ups for seven days at most; nothing can open them. The journal keeps references to the acts.',
};

/** The file that is handed over: the signed certificate with the keys that check it. */
export async function certify(
  erasure: Erasure & { readonly recordSeq: number; readonly finishedAtMs: number },
  deps: {
    readonly log: Pick<AuditLog, 'prove' | 'record'>;
    readonly key: CertificateKey;
    readonly installation: string;
    readonly logVkey: string;
  },
): Promise<string> {
  const record = await deps.log.record(erasure.recordSeq);
  if (record === undefined) throw new AppError('E_LOG_DOWN', { detail: 'the record of an erasure is not in the log' });
  const { inventory, actId } = erasure;
  const body: CertificateBody = {
    format: 'differe-erasure-certificate/1',
    installation: deps.installation,
    case: erasure.caseId,
    ...(actId === undefined ? {} : { act: actId }),
    ground: erasure.ground,
    started_at: new Date(erasure.startedAtMs).toISOString(),
    finished_at: new Date(erasure.finishedAtMs).toISOString(),
    erased: {
      ...(inventory.keySha256 === undefined ? {} : { key_sha256: inventory.keySha256 }),
      objects: inventory.objects,
      object_bytes: inventory.objectBytes,
      exhibits: [...inventory.exhibits],
      rows: { ...inventory.rows },
    },
    remains: REMAINS,
    record: { seq: erasure.recordSeq, leaf: canonicalJson(record), proof: await deps.log.prove(erasure.recordSeq) },
  };
  return await handOver(body, CERTIFICATE_TYP, deps);
}

/** The file of a certificate: what was signed, with the keys that check it. */
export async function handOver(
  body: JsonValue,
  typ: string,
  deps: { readonly key: CertificateKey; readonly logVkey: string },
): Promise<string> {
  const jws = await deps.key.sign(canonicalJson(body), typ);
  const { kty, crv, x, kid } = deps.key.publicJwk;
  return `${canonicalJson({ certificate: jws, key: { kty, crv, x, kid }, log_vkey: deps.logVkey.trim() })}\n`;
}

const Handed = Compile(
  Type.Object(
    {
      certificate: Type.String(),
      key: Type.Object(
        { kty: Type.Literal('OKP'), crv: Type.Literal('Ed25519'), x: Type.String(), kid: Type.String() },
        strict,
      ),
      log_vkey: Type.String(),
    },
    strict,
  ),
);

/** Keys that the reader of a certificate got by another way; without them the file vouches for itself alone. */
export interface KnownKeys {
  readonly jwk?: JsonValue;
  readonly logVkey?: string;
}

/**
 * Checks a certificate of erasure offline: its signature, that it is exactly what was signed, and that its record stands in the log and
 * speaks of this case and this key. Throws E_CERTIFICATE.
 */
export const verifyCertificate = (text: string, known: KnownKeys = {}): Promise<CertificateBody> =>
  openHanded(text, CERTIFICATE_TYP, known, (body, logVkey) => {
    if (!schema.Check(body)) throw refuse('another form');
    demandRecord(body, logVkey);
    return body;
  });

const refuse = (detail: string, cause?: unknown): AppError => new AppError('E_CERTIFICATE', { detail, cause });

/** The type that a certificate says it is of, nothing of it verified; undefined for what is none. */
export function typOfHanded(text: string): string | undefined {
  const handed = parse(text);
  if (!Handed.Check(handed)) return undefined;
  try {
    const { typ } = readCompactJws(handed.certificate).header;
    return typeof typ === 'string' ? typ : undefined;
  } catch {
    return undefined;
  }
}

/** Opens a certificate: as it was handed out, signed by its key, of this type; `read` holds its body against the log. Throws E_CERTIFICATE. */
export async function openHanded<T>(
  text: string,
  typ: string,
  known: KnownKeys,
  read: (body: JsonValue | undefined, logVkey: string) => T,
): Promise<T> {
  const handed = parse(text);
  if (!Handed.Check(handed) || `${canonicalJson(handed)}\n` !== text)
    throw refuse('not a certificate as it was handed out');
  const { certificate, key, log_vkey: logVkey } = handed;
  try {
    if (known.jwk !== undefined && publicJwkOf(known.jwk).x !== key.x) throw refuse('signed by another key');
    if (known.logVkey !== undefined && known.logVkey.trim() !== logVkey) throw refuse('of another log');
    const opened = readCompactJws(certificate);
    const { header, payload } = opened;
    if (header.typ !== typ || header.kid !== key.kid) throw refuse('not such a certificate of this key');
    verifySignature(opened, { kty: key.kty, crv: key.crv, x: key.x });
    return read(parse(payload.toString('utf8')), logVkey);
  } catch (cause) {
    throw cause instanceof AppError && cause.code === 'E_CERTIFICATE' ? cause : refuse('signature', cause);
  }
}

const demandRecord = (body: CertificateBody, logVkey: string): void =>
  demandRecorded(body.record, logVkey, 'case.erased', [
    ['case', body.case],
    ['act', body.act],
    ['digest', body.erased.key_sha256],
  ]);

/** That a record stands in the log, is of this act and names these things. Throws E_CERTIFICATE. */
export function demandRecorded(
  { leaf, proof, seq }: CertificateBody['record'],
  logVkey: string,
  action: string,
  named: readonly (readonly [type: string, id: string | undefined])[],
): void {
  const proven = verifyProofText(proof, Buffer.from(leaf, 'utf8'), logVkey);
  if (!proven.ok) throw refuse(proven.reason);
  const record = parse(leaf) as { action?: string; seq?: number; objects?: { type: string; id: string }[] } | undefined;
  const names = ([type, id]: readonly [string, string | undefined]): boolean =>
    id === undefined || record?.objects?.some((object) => object.type === type && object.id === id) === true;
  if (record?.action !== action || record.seq !== seq || !named.every(names))
    throw refuse('the record is about something else');
}

function parse(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}
