import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { Command, CommandIo, ExitCode } from '../command.ts';
import { AppError } from '../errors.ts';
import { verifyProofText } from './proof.ts';
import { openReader, VKEY_FILE } from './reader.ts';
import { verifyLog } from './verify.ts';

const USAGE = `differe audit verify DIR [--key VKEYFILE] [--checkpoint FILE]
differe audit prove N --log DIR
differe audit checkpoint --log DIR
`;

/** `differe audit ...`: reads a log's folder and nothing else; works offline. */
export const auditCommand: Command = async (args, io) => {
  const called = parse(args);
  const [verb, first, ...more] = called?.positionals ?? [];
  const { key, checkpoint, log } = called?.values ?? {};
  try {
    if (verb === 'verify' && first !== undefined && more.length === 0 && log === undefined) {
      return await verify(first, key, checkpoint, io);
    }
    const others = key === undefined && checkpoint === undefined;
    if (verb === 'prove' && /^\d{1,15}$/.test(first ?? '') && more.length === 0 && log !== undefined && others) {
      return await prove(Number(first), log, io);
    }
    if (verb === 'checkpoint' && first === undefined && log !== undefined && others) {
      io.out((await (await openReader(log)).checkpoint()).text);
      return 0;
    }
  } catch (error) {
    io.err(`${error instanceof Error ? error.message : error}\n`);
    // What could be read and is not in order is an answer; what could not be read is a failure.
    return error instanceof AppError && !(error.cause instanceof Error) ? 1 : 3;
  }
  io.err(USAGE);
  return 2;
};

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    const options = { key: text, checkpoint: text, log: text };
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch {
    return undefined;
  }
}

async function verify(
  dir: string,
  keyFile: string | undefined,
  checkpointFile: string | undefined,
  io: CommandIo,
): Promise<ExitCode> {
  const verdict = await verifyLog(dir, {
    ...(keyFile === undefined ? {} : { vkey: await readFile(keyFile, 'utf8') }),
    ...(checkpointFile === undefined ? {} : { pinned: await readFile(checkpointFile, 'utf8') }),
  });
  if (verdict.ok) {
    io.out(`${JSON.stringify({ verified: true, size: verdict.size, root: verdict.root })}\n`);
    return 0;
  }
  for (const finding of verdict.findings) io.err(`${JSON.stringify(finding)}\n`);
  io.out(`${JSON.stringify({ verified: false, size: null, root: null })}\n`);
  return 1;
}

async function prove(seq: number, dir: string, io: CommandIo): Promise<ExitCode> {
  const reader = await openReader(dir);
  const [text, entry] = [await reader.prove(seq), await reader.entry(seq)];
  if (text === undefined || entry === undefined) {
    io.err(`record ${seq} is beyond the end of the log\n`);
    return 1;
  }
  const checked = verifyProofText(text, entry, await readFile(`${dir}/${VKEY_FILE}`, 'utf8'));
  if (!checked.ok) {
    io.err(`record ${seq}: ${checked.reason}\n`);
    return 1;
  }
  io.out(text);
  return 0;
}
