import { answering, type Command, type CommandIo, type ExitCode, sentencesOf, UsageError } from './command.ts';
import { readCapableConfig, readConfig } from './config.ts';
import { openEvidenceKey } from './evidence/keys.ts';
import { retentionOf } from './retention-facts.ts';

// The `differe` command. Whatever touches a case is a client of the HTTP API; the rest works on files in hand. A command is
// loaded when it is called: keys and files in hand need neither the gateway nor its networks.

const io: CommandIo = {
  out: (text) => void process.stdout.write(`${text}\n`),
  err: (text) => void process.stderr.write(`${text}\n`),
};

/**
 * Runs until SIGINT or SIGTERM. Prints one line of JSON when it listens. When the database is lost it ends with 3, for whoever supervises it
 * to start it anew: it would refuse every act from then on.
 */
const serve: Command = (args) =>
  answering(args, io, 'differe serve', async () => {
    if (args.length > 0) throw new UsageError('serve takes no words: the configuration is in DIFFERE_ variables');
    const { startGateway } = await import('./main.ts');
    const gateway = await startGateway(readConfig(process.env));
    io.out(JSON.stringify({ url: gateway.url, metrics: gateway.metricsUrl }));
    const asked = new Promise<undefined>((resolve) => {
      process.once('SIGINT', () => resolve(undefined));
      process.once('SIGTERM', () => resolve(undefined));
    });
    const lost = await Promise.race([asked, gateway.lost]);
    if (lost !== undefined) {
      io.err(sentencesOf(lost.code, lost.detail));
      // As a kill would: an orderly end would wait for the database.
      await gateway.abandon();
      process.exit(3);
    }
    await gateway.stop();
    return 0;
  });

const compliance = async (): Promise<Command> => {
  const { complianceCommand } = await import('./compliance/commands.ts');
  return complianceCommand({
    environment: process.env,
    capability: async () => (await capabilityFacts()).plannedCapability(readCapableConfig(process.env)),
    openapi: async () => (await capabilityFacts()).describedInterface(),
    openSigningKey: openEvidenceKey,
    retentionOf,
  });
};
const capabilityFacts = () => import('./capability-facts.ts');

const COMMANDS: Readonly<Record<string, { readonly load: () => Promise<Command>; readonly what: string }>> = {
  serve: { load: async () => serve, what: 'the gateway' },
  worker: {
    load: async () => (await import('./worker-command.ts')).workerCommand,
    what: 'a further worker for the same database and vault / key --out FILE',
  },
  backup: {
    load: async () => (await import('./compliance/backup-commands.ts')).backupCommand(process.env),
    what: '--data DIR --keys DIR',
  },
  restore: {
    load: async () => (await import('./compliance/backup-commands.ts')).restoreCommand(process.env),
    what: '--data DIR --keys DIR [--journal DIR]',
  },
  requisition: {
    load: async () => (await import('./requisition/commands.ts')).requisitionCommand,
    what: 'keygen / authorize / schedule / revoke / contrary / inspect / verify',
  },
  act: { load: async () => (await import('./act-commands.ts')).actCommand, what: 'sign / present FILE' },
  registry: {
    load: async () => (await import('./registry-commands.ts')).registryCommand,
    what: 'first / propose / approve / apply / status',
  },
  policies: {
    load: async () => (await import('./policy/commands.ts')).policiesCommand,
    what: 'sign FILE / check FILE',
  },
  exhibit: { load: async () => (await import('./footage/commands.ts')).exhibitCommand, what: 'hash FILE...' },
  footage: { load: async () => (await import('./footage/commands.ts')).footageCommand, what: 'inspect FILE' },
  models: {
    load: async () => (await import('./analysis/commands.ts')).modelsCommand,
    what: 'list / inspect / admit / canaries / fetch NAME / add FILE',
  },
  audit: {
    load: async () => (await import('./audit/commands.ts')).auditCommand,
    what: 'verify DIR / prove N / checkpoint / consistency OLD / witness-key / witness / cosign FILE',
  },
  evidence: {
    load: async () => (await import('./evidence/commands.ts')).evidenceCommand,
    what: 'verify PACKAGE / key --keys DIR',
  },
  erasure: { load: async () => (await import('./retention/commands.ts')).erasureCommand, what: 'verify CERT' },
  api: {
    load: async () => (await import('./interface/command.ts')).apiCommand,
    what: 'description / types [--out FILE]',
  },
  case: {
    load: async () => (await import('./case-commands.ts')).caseCommand,
    what: 'open / list / deposit / ask / picture / confirm / reject / export / close / erase',
  },
  compliance: {
    load: compliance,
    what: 'absence / matrix / dossier new, sign, status, diff / documents / statistics / self-control / retention / backups / pack / sbom',
  },
};

const USAGE = [
  'differe COMMAND ...    (differe COMMAND --help says more)',
  ...Object.entries(COMMANDS).map(([name, { what }]) => `  ${name.padEnd(12)} ${what}`),
].join('\n');

async function main([name = '', ...args]: readonly string[]): Promise<ExitCode> {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  try {
    if (command !== undefined) return await (await command.load())(args, io);
    return await answering([name], io, USAGE, async () => {
      throw new UsageError(name === '' ? 'A command is needed' : `No such command: ${name}`);
    });
  } catch (error) {
    io.err(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return 3;
  }
}

process.exitCode = await main(process.argv.slice(2));
