import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { verifyProofText } from '../audit/proof.ts';
import type { Finding, Manifest } from './types.ts';

const text = Type.String();
const sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });
const token = Type.Object({ jti: text, sha256 });

const RequisitionBody = Compile(
  Type.Object({
    format: Type.Literal('differe-requisition/1'),
    procedure: text,
    authorisation: token,
    schedule: token,
    requisition: text,
  }),
);
const RecordBody = Compile(
  Type.Object({
    action: text,
    seq: Type.Integer(),
    reason: Type.Object({ procedure: text, requisition: text }),
    objects: Type.Array(Type.Object({ type: text, id: text })),
  }),
);

export interface ProofSource {
  readonly files: readonly string[];
  readonly document: (file: string) => unknown;
  readonly bytes: (file: string) => Buffer | undefined;
  readonly digest: (file: string) => string | undefined;
  readonly manifest: Manifest;
  /** Verifier key of the log, as keys.json has it. */
  readonly logVkey: string;
}

/**
 * Each record of `proofs/` is in the log at the place it says, belongs to the procedure of the package, and one of them is the
 * export of exactly this list of hits.
 */
export function checkProofs(source: ProofSource): Finding[] {
  const requisition = source.document('requisition.json');
  if (!RequisitionBody.Check(requisition)) return [{ file: 'requisition.json', problem: 'not a requisition' }];
  const findings: Finding[] = [];
  const differ = (file: string, problem: string, expected: string, found: string): void => {
    if (expected !== found) findings.push({ file, problem, expected, found });
  };
  const { authorisation, schedule } = source.manifest.requisition;
  differ('requisition.json', 'digest of the authorisation', authorisation, requisition.authorisation.sha256);
  differ('requisition.json', 'digest of the schedule', schedule, requisition.schedule.sha256);

  let exported = false;
  for (const file of source.files.filter((name) => name.startsWith('proofs/') && name.endsWith('.json'))) {
    const record = source.document(file);
    const leaf = source.bytes(file);
    const proofFile = file.replace(/\.json$/, '.tlog-proof');
    const proof = source.bytes(proofFile);
    if (!RecordBody.Check(record) || leaf === undefined) {
      findings.push({ file, problem: 'not a record of the log' });
      continue;
    }
    if (proof === undefined) {
      findings.push({ file: proofFile, problem: 'missing' });
      continue;
    }
    const checked = verifyProofText(proof, leaf, source.logVkey);
    if (checked.ok) differ(proofFile, 'place in the log', String(record.seq), String(checked.value.index));
    else findings.push({ file: proofFile, problem: checked.reason });
    differ(file, 'procedure', requisition.procedure, record.reason.procedure);
    exported ||=
      record.action === 'evidence.export' &&
      record.reason.requisition === requisition.requisition &&
      record.objects.some(({ type, id }) => type === 'digest' && id === source.digest('hits.json'));
  }
  for (const file of source.files.filter((name) => name.endsWith('.tlog-proof'))) {
    if (!source.files.includes(file.replace(/\.tlog-proof$/, '.json'))) {
      findings.push({ file, problem: 'a proof without its record' });
    }
  }
  if (!exported) findings.push({ file: 'proofs', problem: 'no record of the export of hits.json' });
  return findings;
}
