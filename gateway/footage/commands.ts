import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { Command, CommandIo } from '../command.ts';
import { AppError, type ErrorCode } from '../errors.ts';
import { packets, probe } from '../media.ts';
import { inspectFile } from './inspect.ts';
import { probeExhibit } from './probe.ts';
import type { Timeline } from './types.ts';

const media = { probe, packets };

/**
 * `exhibit hash FILE...`: what an officer needs for a schedule. Prints a JSON array; duration and container time are absent where the
 * file does not say. Reads bytes and packets, decodes no picture and stores nothing.
 */
export const exhibitCommand: Command = async (args, io) => {
  const [verb, ...files] = args;
  if (verb !== 'hash' || files.length === 0 || !(await allFiles(files, io))) {
    io.err('differe exhibit hash FILE...');
    return 2;
  }
  const rows = [];
  for (const file of files) {
    const { code, ...facts } = await hashExhibit(file);
    if (code !== undefined) io.err(`${file}: ${code}`);
    rows.push({ file, ...facts });
  }
  io.out(JSON.stringify(rows, undefined, 2));
  return 0;
};

/** What a schedule says of a file. `code`: the gate would refuse it; it has a digest all the same. */
export interface ExhibitFacts {
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly durationSeconds?: number;
  /** RFC 3339; what the container says, which may be the time of an export. */
  readonly containerTime?: string;
  readonly code?: ErrorCode;
}

/** Reads a file as an officer's own machine does before anything is signed. */
export async function hashExhibit(file: string): Promise<ExhibitFacts> {
  const { sha256, sizeBytes } = await hashFile(file);
  const { timeline, code } = await look(file);
  const writtenMs = timeline?.containerTimeMs;
  return {
    sha256,
    sizeBytes,
    ...(timeline === undefined ? {} : { durationSeconds: timeline.durationSeconds }),
    ...(writtenMs === undefined ? {} : { containerTime: new Date(writtenMs).toISOString() }),
    ...(code === undefined ? {} : { code }),
  };
}

/** `footage inspect FILE`: the deferred gate's look at the file itself, and the probe. Exit 1 when it is refused. */
export const footageCommand: Command = async (args, io) => {
  const [verb, file, ...rest] = args;
  if (verb !== 'inspect' || file === undefined || rest.length > 0 || !(await allFiles([file], io))) {
    io.err('differe footage inspect FILE');
    return 2;
  }
  const { timeline, code, format } = await look(file);
  io.out(
    JSON.stringify({
      accepted: code === undefined,
      code: code ?? null,
      format: format ?? null,
      codec: timeline?.codec ?? null,
      durationSeconds: timeline?.durationSeconds ?? null,
      frames: timeline?.frameCount ?? null,
    }),
  );
  return code === undefined ? 0 : 1;
};

interface Look {
  readonly timeline?: Timeline;
  readonly code?: ErrorCode;
  readonly format?: string;
}

/** The probe's answer, or the code of its refusal. A gateway that cannot look (no jail) throws. */
async function look(file: string): Promise<Look> {
  let format: string | undefined;
  try {
    format = (await inspectFile(file)).container;
    const timeline = await probeExhibit(file, { damaged: false }, { media });
    return { timeline, format };
  } catch (error) {
    const refused = error instanceof AppError && /^E_(DEF_|MEDIA_LIMIT|MEDIA_DECODE)/.test(error.code);
    if (!refused) throw error;
    return { code: error.code, ...(format === undefined ? {} : { format }) };
  }
}

async function allFiles(files: readonly string[], io: CommandIo): Promise<boolean> {
  for (const file of files) {
    const stats = await stat(file).catch(() => undefined);
    if (stats?.isFile() === true) continue;
    io.err(`${file}: not a file`);
    return false;
  }
  return true;
}

async function hashFile(file: string): Promise<{ sha256: string; sizeBytes: number }> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  await pipeline(createReadStream(file), async (bytes: AsyncIterable<Buffer>) => {
    for await (const part of bytes) {
      hash.update(part);
      sizeBytes += part.length;
    }
  });
  return { sha256: hash.digest('hex'), sizeBytes };
}
