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
import { verifyProofText } from './proof.ts';
import { openReader, VKEY_FILE } from './reader.ts';
import type { Finding } from './types.ts';
import { verifyLog } from './verify.ts';

const USAGE = `differe audit verify DIR [--key VKEYFILE] [--checkpoint FILE]
differe audit prove N --log DIR
differe audit checkpoint --log DIR`;

/** `differe audit ...`: reads a log's folder and nothing else; works offline. */
export const auditCommand: Command = (args, io) =>
  answering(args, io, USAGE, async () => {
    const text = { type: 'string' } as const;
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { key: text, checkpoint: text, log: text },
    });
    const [verb, first, ...more] = positionals;
    const { key, checkpoint, log } = values;
    const others = key === undefined && checkpoint === undefined;
    if (more.length > 0) throw new UsageError('Too many words');
    if (verb === 'verify' && first !== undefined && log === undefined) {
      await needFolder(first);
      return await reading(io, () => verify(first, key, checkpoint, io));
    }
    if (verb === 'prove' && /^\d{1,15}$/.test(first ?? '') && log !== undefined && others) {
      await needFolder(log);
      return await reading(io, () => prove(Number(first), log, io));
    }
    if (verb === 'checkpoint' && first === undefined && log !== undefined && others) {
      await needFolder(log);
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

async function verify(
  dir: string,
  keyFile: string | undefined,
  checkpointFile: string | undefined,
  io: CommandIo,
): Promise<ExitCode> {
  const verdict = await verifyLog(dir, {
    ...(keyFile === undefined ? {} : { vkey: await fileText(keyFile) }),
    ...(checkpointFile === undefined ? {} : { pinned: await fileText(checkpointFile) }),
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

async function prove(seq: number, dir: string, io: CommandIo): Promise<ExitCode> {
  const reader = await openReader(dir);
  const [text, entry] = [await reader.prove(seq), await reader.entry(seq)];
  if (text === undefined || entry === undefined) {
    io.err(`Record ${seq} is beyond the end of the log`);
    return 1;
  }
  const checked = verifyProofText(text, entry, await fileText(`${dir}/${VKEY_FILE}`));
  if (!checked.ok) {
    io.err(`Record ${seq}: ${checked.reason}`);
    return 1;
  }
  io.out(withoutLineEnd(text));
  return 0;
}

// `out` ends the line: what is printed is the text to the byte.
const withoutLineEnd = (text: string): string => text.replace(/\n$/, '');
