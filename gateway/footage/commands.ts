import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { answering, type Command, needFile, sentencesOf, UsageError } from '../command.ts';
import { AppError, type ErrorCode } from '../errors.ts';
import { packets, probe } from '../media.ts';
import { withBytes } from './bytes.ts';
import { type MediaReader, probeExhibit } from './probe.ts';
import { sniffContainer } from './sniff.ts';
import type { Timeline } from './types.ts';

/**
 * `exhibit hash FILE...`: what an officer needs for a schedule. Prints a JSON array; duration and container time are absent where the
 * file does not say. Exit 1 when the gate would refuse one of them. Reads bytes and packets, decodes no picture and stores nothing.
 */
export const exhibitCommand: Command = (args, io) =>
  answering(args, io, 'differe exhibit hash FILE...', async () => {
    const [verb, ...files] = args;
    if (verb !== 'hash' || files.length === 0) throw new UsageError('At least one FILE is needed');
    for (const file of files) await needFile(file);
    const rows = [];
    let isRefused = false;
    for (const file of files) {
      const { code, ...facts } = await hashExhibit(file);
      if (code !== undefined) io.err(`${file}: ${sentencesOf(code)}`);
      isRefused ||= code !== undefined;
      rows.push({ file, ...facts });
    }
    io.out(JSON.stringify(rows, undefined, 2));
    return isRefused ? 1 : 0;
  });

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

/**
 * `footage inspect FILE`: the deferred gate's look at the file itself, and the probe. Exit 1 when it is refused; `format` and `codec` say
 * what was found before that.
 */
export const footageCommand: Command = (args, io) =>
  answering(args, io, 'differe footage inspect FILE', async () => {
    const [verb, file, ...rest] = args;
    if (verb !== 'inspect' || file === undefined || rest.length > 0) throw new UsageError('One FILE is needed');
    await needFile(file);
    const { timeline, code, detail, format, codec } = await look(file);
    io.out(
      JSON.stringify({
        accepted: code === undefined,
        code: code ?? null,
        format: format ?? null,
        codec: codec ?? null,
        durationSeconds: timeline?.durationSeconds ?? null,
        frames: timeline?.frameCount ?? null,
      }),
    );
    if (code === undefined) return 0;
    io.err(sentencesOf(code, detail));
    return 1;
  });

interface Look {
  readonly timeline?: Timeline;
  readonly code?: ErrorCode;
  readonly detail?: string;
  readonly format?: string;
  readonly codec?: string;
}

/** The probe's answer, or the code of its refusal with what was known by then. A gateway that cannot look (no jail) throws. */
async function look(file: string): Promise<Look> {
  const known: { format?: string; codec?: string } = {};
  const media: MediaReader = {
    async probe(input, signal) {
      const facts = await probe(input, signal);
      if (facts.codec !== undefined) known.codec = facts.codec;
      return facts;
    },
    packets,
  };
  try {
    known.format = await withBytes(file, sniffContainer);
    const timeline = await probeExhibit(file, { damaged: false }, { media });
    return { timeline, ...known };
  } catch (error) {
    if (!(error instanceof AppError) || !/^E_(DEF_|MEDIA_LIMIT|MEDIA_DECODE|MEDIA_BREAKOUT)/.test(error.code))
      throw error;
    const { code, detail } = error;
    // A decoder that the probe may not open is named in the detail, in one word.
    if (code === 'E_DEF_CODEC' && detail !== undefined && /^\w+$/.test(detail)) known.codec ??= detail;
    return { code, ...(detail === undefined ? {} : { detail }), ...known };
  }
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
