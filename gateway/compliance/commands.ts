import { answering, type Command, type CommandIo, type ExitCode, UsageError } from '../command.ts';
import { type AbsenceCommandDeps, absenceCommand } from './absence-command.ts';
import { BACKUPS_USAGE, backupsCommand } from './backups-command.ts';
import { DOCUMENTS_USAGE, documentsCommand } from './documents/command.ts';
import { DOSSIER_USAGE, type DossierCommandDeps, dossierCommand } from './dossier-commands.ts';
import { readLockFile } from './lock-file.ts';
import { matrixCommand } from './matrix-command.ts';
import { PACK_USAGE, type PackCommandDeps, packCommand } from './pack-command.ts';
import { RETENTION_USAGE, type RetentionCommandDeps, retentionCommand } from './retention-command.ts';
import { sbomOf } from './sbom.ts';
import { STATISTICS_USAGE, selfControlCommand, statisticsCommand } from './statistics-command.ts';

/** What the commands of this room need of the whole gateway; the roof gives it. */
export type ComplianceCommandDeps = DossierCommandDeps & AbsenceCommandDeps & PackCommandDeps & RetentionCommandDeps;

const USAGE = `${DOSSIER_USAGE}
differe compliance absence [--json]   what must not be there is looked for: tree, packages, interface, database, words
differe compliance matrix [--json]   each requirement, the tests that prove it, their last result
${DOCUMENTS_USAGE}
${STATISTICS_USAGE}
${RETENTION_USAGE}
${BACKUPS_USAGE}
${PACK_USAGE}
differe compliance sbom   CycloneDX 1.6 of the lock file`;

type SubCommand = (args: readonly string[], io: CommandIo, deps: ComplianceCommandDeps) => Promise<ExitCode>;

const COMMANDS: Readonly<Record<string, SubCommand>> = {
  absence: absenceCommand,
  backups: backupsCommand,
  documents: documentsCommand,
  dossier: dossierCommand,
  matrix: matrixCommand,
  pack: packCommand,
  retention: retentionCommand,
  'self-control': selfControlCommand,
  statistics: statisticsCommand,
  sbom: async (args, io) => {
    if (args.length > 0) throw new UsageError('sbom takes no words');
    io.out(JSON.stringify(sbomOf(readLockFile()), null, 2));
    return 0;
  },
};

/** `differe compliance ...`: evidence about the installation as a whole, none of it about a case. */
export const complianceCommand =
  (deps: ComplianceCommandDeps): Command =>
  (args, io) =>
    answering(args, io, USAGE, async () => {
      const [name, ...rest] = args;
      const command = name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
      if (command === undefined) throw new UsageError('No such sub-command');
      return await command(rest, io, deps);
    });
