import { fromBase64 } from '../../parts/base64.ts';
import { hexOf, sha256 } from '../../parts/digest.ts';
import type { ZipFile } from '../../parts/zip.ts';

// C2SP tlog-proof (https://c2sp.org/tlog-proof) as a browser checks it: that each record of a package stands in the log at the place it says,
// and that one of them is the export of this very list of hits. The tests hold it against `evidence/verify-proofs.ts`, which has Node's tools.

export interface ProofCheck {
  /** Records that are proven. */
  readonly records: number;
  readonly findings: readonly { readonly file: string; readonly problem: 'proof' | 'procedure' | 'unexported' }[];
}

type Bytes = Uint8Array<ArrayBuffer>;

interface LogRecord {
  readonly action: string;
  readonly seq: number;
  readonly reason: { readonly procedure: string; readonly requisition: string };
  readonly objects: readonly { readonly type: string; readonly id: string }[];
}

const HEADER = 'c2sp.org/tlog-proof@v1';
const ED25519 = 0x01;
const KEY_ID_BYTES = 4;
const HASH_BYTES = 32;
const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** `keys.json` and `requisition.json` have to be among the files. */
export async function checkProofs(files: readonly ZipFile[]): Promise<ProofCheck> {
  const findings: ProofCheck['findings'][number][] = [];
  const bytesOf = (path: string) => files.find((file) => file.path === path)?.bytes;
  let [records, isExported] = [0, false];
  try {
    const { log } = read<{ log: string }>(bytesOf('keys.json'));
    const said = read<{ procedure: string; requisition: string }>(bytesOf('requisition.json'));
    const hits = hexOf(await sha256(bytesOf('hits.json') ?? new Uint8Array()));
    for (const { path, bytes } of files) {
      const isProof = path.endsWith('.tlog-proof');
      if (isProof && bytesOf(path.replace(/\.tlog-proof$/, '.json')) === undefined)
        findings.push({ file: path, problem: 'proof' });
      if (!path.startsWith('proofs/') || !path.endsWith('.json')) continue;
      const proof = path.replace(/\.json$/, '.tlog-proof');
      const place = await placeInLog(textOf(bytesOf(proof)), bytes, log).catch(() => undefined);
      const record = read<LogRecord>(bytes);
      if (place === undefined || place !== record.seq) findings.push({ file: proof, problem: 'proof' });
      else records += 1;
      if (record.reason.procedure !== said.procedure) findings.push({ file: path, problem: 'procedure' });
      isExported ||=
        record.action === 'evidence.export' &&
        record.reason.requisition === said.requisition &&
        record.objects.some(({ type, id }) => type === 'digest' && id === hits);
    }
  } catch {
    findings.push({ file: 'proofs', problem: 'proof' });
  }
  if (!isExported) findings.push({ file: 'proofs', problem: 'unexported' });
  return { records, findings };
}

/** Where a record stands in the log whose key is given; undefined where its proof does not hold. */
async function placeInLog(proof: string, leaf: Bytes, vkey: string): Promise<number | undefined> {
  const split = proof.indexOf('\n\n');
  const [header, indexLine = '', ...lines] = proof.slice(0, split).split('\n');
  const hashes = lines.map(fromBase64);
  const index = Number(/^index (0|[1-9]\d*)$/.exec(indexLine)?.[1]);
  const checkpoint = await openCheckpoint(proof.slice(split + 2), vkey);
  if (split < 0 || header !== HEADER || checkpoint === undefined) return undefined;
  if (!(Number.isSafeInteger(index) && index < checkpoint.size)) return undefined;
  const root = await rootOver(index, checkpoint.size, await sha256(LEAF, leaf), hashes);
  return root !== undefined && hexOf(root) === hexOf(checkpoint.root) ? index : undefined;
}

/** Size and root of a log, where the note carries the signature of its key and no other line. */
async function openCheckpoint(
  note: string,
  vkey: string,
): Promise<{ readonly size: number; readonly root: Bytes } | undefined> {
  const [name = '', keyId, ...rest] = vkey.trim().split('+');
  // Base64 may hold plus signs: the key is everything after the second one.
  const typed = fromBase64(rest.join('+'));
  const at = note.lastIndexOf('\n\n');
  const [text, line] = [note.slice(0, at + 1), /^— (\S+) (\S+)\n$/.exec(note.slice(at + 2))];
  const signed = fromBase64(line?.[2] ?? '');
  if (at < 0 || line?.[1] !== name || signed === undefined || typed?.[0] !== ED25519) return undefined;
  if (hexOf(signed.slice(0, KEY_ID_BYTES)) !== keyId) return undefined;
  const key = await crypto.subtle.importKey('raw', typed.slice(1), 'Ed25519', false, ['verify']);
  const signature = signed.slice(KEY_ID_BYTES);
  if (!(await crypto.subtle.verify('Ed25519', key, signature, new TextEncoder().encode(text)))) return undefined;
  const [origin, size, rootText = '', end, ...more] = text.split('\n');
  const root = fromBase64(rootText);
  if (origin !== name || end !== '' || more.length > 0 || root?.length !== HASH_BYTES) return undefined;
  return { size: Number(size), root };
}

/** The root that a leaf and the hashes beside its way give: RFC 9162, section 2.1.3.2; undefined where they are too many or too few. */
async function rootOver(
  index: number,
  size: number,
  leaf: Bytes,
  hashes: readonly (Bytes | undefined)[],
): Promise<Bytes | undefined> {
  let [fn, sn, root] = [index, size - 1, leaf];
  const up = (): void => {
    // Division, not shifts: numbers of records go up to 2^53.
    [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
  };
  for (const hash of hashes) {
    if (sn === 0 || hash?.length !== HASH_BYTES) return undefined;
    if (fn % 2 === 1 || fn === sn) {
      root = await sha256(NODE, hash, root);
      while (fn % 2 === 0 && fn !== 0) up();
    } else root = await sha256(NODE, root, hash);
    up();
  }
  return sn === 0 ? root : undefined;
}

const textOf = (bytes: Uint8Array | undefined): string =>
  new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes ?? new Uint8Array());
const read = <T>(bytes: Uint8Array | undefined): T => JSON.parse(textOf(bytes)) as T;
