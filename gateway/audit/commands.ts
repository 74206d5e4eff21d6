import { parseArgs } from 'node:util';
import {
  answering,
  type Command,
  type CommandIo,
  type ExitCode,
  fileText,
  needFolder,
  UsageError,
} from '../command.ts';
import { AppError } from '../errors.ts';
import { type CosignedCheckpoint, decodeWitnessKey, openCosigned } from './cosignature.ts';
import { decodeVkey, type NoteVerifier } from './note.ts';
import { verifyProofText } from './proof.ts';
import { openReader, VKEY_FILE } from './reader.ts';
import type { Finding } from './types.ts';
import { verifyLog } from './verify.ts';
import { encodeRequest } from './witness.ts';
import { WITNESS_USAGE, WITNESS_VERBS } from './witness-commands.ts';
import { cosignedFileOf } from './witnesses.ts';

const USAGE = `differe audit verify DIR [--key VKEYFILE] [--checkpoint FILE] [--witness VKEYFILE [--quorum N]]
differe audit prove N --log DIR [--checkpoint COSIGNED --witness VKEYFILE]
differe audit checkpoint --log DIR
differe audit consistency OLD --log DIR
${WITNESS_USAGE}`;

const text = { type: 'string' } as const;
const OPTIONS = { key: text, checkpoint: text, witness: text, quorum: text, log: text };

/** `differe audit ...`: reads a log's folder and nothing else; works offline. A witness's own verbs stand in witness-commands.ts. */
export const auditCommand: Command = (args, io) =>
  answering(args, io, USAGE, async () => {
    const witnessVerb = WITNESS_VERBS[args[0] ?? ''];
    if (witnessVerb !== undefined) return await witnessVerb(args.slice(1), io);
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
    const [verb, first, ...more] = positionals;
    const { log, ...others } = values;
    const only = (...names: readonly string[]): boolean => Object.keys(others).every((name) => names.includes(name));
    if (more.length > 0) throw new UsageError('Too many words');
    if (verb === 'verify' && first !== undefined && log === undefined) {
      await needFolder(first);
      return await reading(io, () => verify(first, others, io));
    }
    if (log === undefined) throw new UsageError('No such call');
    await needFolder(log);
    const isNumber = /^\d{1,15}$/.test(first ?? '');
    if (verb === 'prove' && isNumber && only('checkpoint', 'witness'))
      return await reading(io, () => prove(Number(first), log, others, io));
    if (verb === 'consistency' && isNumber && only())
      return await reading(io, () => consistency(Number(first), log, io));
    if (verb === 'checkpoint' && first === undefined && only()) {
      return await reading(io, async () => {
        io.out(withoutLineEnd((await (await openReader(log)).checkpoint()).text));
        return 0;
      });
    }
    throw new UsageError('No such call');
  });

/** What could be read and is not in order is an answer; what could not be read is a failure. */
async function reading(io: CommandIo, work: () => Promise<ExitCode>): Promise<ExitCode> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'E_LOG_DOWN') throw error;
    io.err(`The log cannot be read: ${error.detail ?? error.message}`);
    return error.cause instanceof Error ? 3 : 1;
  }
}

type Known = Readonly<Partial<Record<'key' | 'checkpoint' | 'witness' | 'quorum', string>>>;

async function witnessesOf(file: string): Promise<NoteVerifier[]> {
  const lines = (await fileText(file)).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => {
    // A line of DIFFERE_WITNESSES has the address after the key.
    const key = decodeWitnessKey(line.split(' ', 1)[0] ?? '');
    if (!key.ok) throw new UsageError(`${file}: ${key.reason}`);
    return key.value;
  });
}

async function verify(dir: string, known: Known, io: CommandIo): Promise<ExitCode> {
  const { key, checkpoint, witness, quorum } = known;
  if (quorum !== undefined && (witness === undefined || !/^[1-9]\d{0,2}$/.test(quorum)))
    throw new UsageError('--quorum is a number of --witness keys');
  const pinned = checkpoint ?? (witness === undefined ? undefined : cosignedFileOf(dir));
  const verdict = await verifyLog(dir, {
    ...(key === undefined ? {} : { vkey: await fileText(key) }),
    ...(pinned === undefined ? {} : { pinned: await fileText(pinned) }),
    ...(witness === undefined ? {} : { witnesses: await witnessesOf(witness) }),
    ...(quorum === undefined ? {} : { quorum: Number(quorum) }),
  });
  if (verdict.ok) {
    io.out(JSON.stringify({ verified: true, size: verdict.size, root: verdict.root, findings: [] }));
    io.err(`Le journal est intact : ${verdict.size} actes. The log is intact: ${verdict.size} records.`);
    return 0;
  }
  io.out(JSON.stringify({ verified: false, size: null, root: null, findings: verdict.findings }));
  for (const finding of verdict.findings) io.err(lineOf(finding));
  io.err("Le journal n'est PAS intact. The log is NOT intact.");
  return 1;
}

const lineOf = ({ what, file, detail }: Finding): string => `${what} ${file}: ${detail}`;

async function prove(seq: number, dir: string, known: Known, io: CommandIo): Promise<ExitCode> {
  const reader = await openReader(dir);
  const vkey = await fileText(`${dir}/${VKEY_FILE}`);
  const witnesses = known.witness === undefined ? [] : await witnessesOf(known.witness);
  if (known.checkpoint === undefined && witnesses.length > 0)
    throw new UsageError('--witness needs the --checkpoint that they cosigned');
  const against = known.checkpoint === undefined ? undefined : cosignedOf(known.checkpoint, vkey, witnesses);
  const [proof, entry] = [await reader.prove(seq, await against), await reader.entry(seq)];
  if (proof === undefined || entry === undefined) {
    io.err(`Record ${seq} is beyond the end of the log`);
    return 1;
  }
  const checked = verifyProofText(proof, entry, vkey, witnesses);
  if (!checked.ok) {
    io.err(`Record ${seq}: ${checked.reason}`);
    return 1;
  }
  io.out(withoutLineEnd(proof));
  return 0;
}

async function cosignedOf(file: string, vkey: string, witnesses: readonly NoteVerifier[]): Promise<CosignedCheckpoint> {
  const log = decodeVkey(withoutLineEnd(vkey));
  const opened = log.ok ? openCosigned(Buffer.from(await fileText(file), 'utf8'), log.value, witnesses) : log;
  if (!opened.ok) throw new AppError('E_LOG_DOWN', { detail: `${file}: ${opened.reason}` });
  return opened.value;
}

/** What `audit cosign` takes: the body of the protocol's `add-checkpoint`, from the size that the witness saw last. */
async function consistency(old: number, dir: string, io: CommandIo): Promise<ExitCode> {
  const reader = await openReader(dir);
  const { text: note, value } = await reader.checkpoint();
  if (old > value.size) {
    io.err(`The log has ${value.size} records`);
    return 1;
  }
  const proof = await reader.proveConsistency(old, value.size);
  io.out(withoutLineEnd(encodeRequest({ oldSize: old, proof, note })));
  return 0;
}

// `out` ends the line: what is printed is the text to the byte.
const withoutLineEnd = (text: string): string => text.replace(/\n$/, '');
