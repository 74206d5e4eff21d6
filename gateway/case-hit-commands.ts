import { mkdir, rm } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { DOOR, type Door, enter, readDoor } from './case-door.ts';
import { exportPackage } from './client.ts';
import { type Command, type CommandIo, type ExitCode, fillNew, needNoFile, UsageError } from './command.ts';
import { isUuid } from './ids.ts';

// `differe case picture / confirm / reject / export`: what becomes of a hit.

/** The masked picture of a hit, into a file: who decides on a hit has seen it. */
export const pictureCommand: Command = async (args, io) => {
  const { hits, out, door } = await readHits(args);
  const hitId = onlyHit(hits);
  if (out === undefined) throw new UsageError('--out is needed');
  const { client, caseId } = await enter(door);
  // The file first: what the gateway has shown counts as seen (HUM-01), and must not be lost on the way.
  await fillNew(out, () => client.bytes(`/api/v1/cases/${caseId}/hits/${hitId}/still?size=full`));
  io.out(JSON.stringify({ hitId, file: out }));
  return 0;
};

/** HUM-01: a hit is confirmed by itself; several may be set aside in one call, by an act on each. */
export const confirmCommand: Command = async (args, io) => {
  const { hits, door } = await readHits(args);
  return await review('confirmed', [onlyHit(hits)], door, io);
};
export const rejectCommand: Command = async (args, io) => {
  const { hits, door } = await readHits(args);
  return await review('rejected', hits, door, io);
};

async function review(
  verdict: 'confirmed' | 'rejected',
  hits: readonly string[],
  door: Door,
  io: CommandIo,
): Promise<ExitCode> {
  const { client, caseId } = await enter(door);
  for (const hitId of hits) {
    await client.json('PUT', `/api/v1/cases/${caseId}/hits/${hitId}/verdict`, { verdict });
    io.out(JSON.stringify({ hitId, verdict }));
  }
  return 0;
}

function onlyHit([hitId, ...more]: readonly string[]): string {
  if (hitId === undefined || more.length > 0) throw new UsageError('One HIT is needed');
  return hitId;
}

/** Has the package of hits made, and puts it into a folder that is not there yet. */
export const exportCommand: Command = async (args, io) => {
  const { hits, out, door } = await readHits(args);
  if (out === undefined) throw new UsageError('--out is needed');
  await needNoFile(out);
  const { client, caseId } = await enter(door);
  await mkdir(out);
  const exportId = await exportPackage(client, caseId, hits, out).catch(async (error: unknown) => {
    // No part of a package is left under the name of a whole one.
    await rm(out, { recursive: true, force: true });
    throw error;
  });
  io.out(JSON.stringify({ exportId, package: out }));
  return 0;
};

async function readHits(args: readonly string[]) {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { ...DOOR, requisition: { type: 'string' }, out: { type: 'string' } },
  });
  if (positionals.length === 0 || !positionals.every(isUuid)) {
    throw new UsageError('HIT is needed: the id of a hit that `case ask` printed');
  }
  return { hits: positionals, out: values.out, door: await readDoor(values) };
}
