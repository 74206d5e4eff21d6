import path from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '../clock.ts';
import { answering, type Command, type CommandIo, needFolder, UsageError } from '../command.ts';
import { type Config, readConfig } from '../config.ts';
import type { ObjectStore } from '../object-store.ts';
import { openStore } from '../vault-place.ts';
import { takeBackup } from './backup.ts';
import { restoreBackup } from './restore.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const BACKUP_USAGE = `differe backup --data DIR --keys DIR   backs the installation of the DIFFERE_ variables up, beside a gateway that works or without one
    Data (journal, sealed objects, rows) and keys go into a dated folder of two places that are kept apart; what is older than seven days there
    is removed (RET-09). The installation key and the files of the configuration are not in it.`;

/** `differe backup`: exit 0 with what was taken, 1 when it cannot be taken as it must be. */
export const backupCommand =
  (environment: Environment): Command =>
  (args, io) =>
    answering(args, io, BACKUP_USAGE, async () => {
      const { values } = parseArgs({
        args: [...args],
        options: { data: { type: 'string' }, keys: { type: 'string' } },
      });
      const config = embedded(environment);
      const to = { data: needed('--data', values.data), keys: needed('--keys', values.keys) };
      demandApart(to.data, to.keys);
      for (const place of [config.dataDir, config.keysDir])
        for (const each of [to.data, to.keys]) demandApart(each, place);
      io.out(JSON.stringify(await takeBackup(config, to, systemClock.nowMs()), undefined, 2));
      return 0;
    });

const RESTORE_USAGE = `differe restore --data DIR --keys DIR [--journal DIR]   restores a back-up into the empty folders of the DIFFERE_ variables
    DIR are dated folders that differe backup made. The journal comes first, then the keys, then the data; --journal names the newest journal that
    could be saved, and every case whose erasure stands in it stays erased.`;

/** `differe restore`: exit 0 with what was restored, 1 when the back-up is refused; then nothing was written. */
export const restoreCommand =
  (environment: Environment): Command =>
  (args, io: CommandIo) =>
    answering(args, io, RESTORE_USAGE, async () => {
      const text = { type: 'string' } as const;
      const { values } = parseArgs({ args: [...args], options: { data: text, keys: text, journal: text } });
      const from = {
        data: needed('--data', values.data),
        keys: needed('--keys', values.keys),
        journal: values.journal,
      };
      for (const folder of Object.values(from)) if (folder !== undefined) await needFolder(folder);
      const restored = await restoreBackup(embedded(environment), from, systemClock.nowMs());
      if (from.journal === undefined)
        io.err(
          'The journal is that of the back-up: what was erased after it is not known here. Give the newest one by --journal.',
        );
      io.out(JSON.stringify(restored, undefined, 2));
      return 0;
    });

/** The rows of a server that somebody else runs are backed up and restored there. */
function embedded(environment: Environment): Config & { readonly store: ObjectStore } {
  const config = readConfig(environment);
  if (config.databaseUrl !== undefined)
    throw new UsageError(
      'the database of DATABASE_URL is backed up by whoever runs it, before vault, keys and journal',
    );
  return { ...config, store: openStore(config) };
}

function needed(option: string, value: string | undefined): string {
  if (value === undefined) throw new UsageError(`${option} is needed`);
  return path.resolve(value);
}

function demandApart(one: string, other: string): void {
  const relative = [path.relative(one, other), path.relative(other, one)];
  if (relative.some((each) => each === '' || !each.startsWith('..')))
    throw new UsageError(`${one} and ${other} must lie apart`);
}
