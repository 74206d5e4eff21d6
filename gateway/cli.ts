import { actCommand } from './act-commands.ts';
import { modelsCommand } from './analysis/commands.ts';
import { auditCommand } from './audit/commands.ts';
import { describedInterface, plannedCapability } from './capability-facts.ts';
import { caseCommand } from './case-commands.ts';
import { answering, type Command, type CommandIo, type ExitCode, UsageError } from './command.ts';
import { complianceCommand } from './compliance/commands.ts';
import { readCapableConfig, readConfig } from './config.ts';
import { evidenceCommand } from './evidence/commands.ts';
import { openEvidenceKey } from './evidence/keys.ts';
import { exhibitCommand, footageCommand } from './footage/commands.ts';
import { apiCommand } from './interface/command.ts';
import { startGateway } from './main.ts';
import { policiesCommand } from './policy/commands.ts';
import { registryCommand } from './registry-commands.ts';
import { requisitionCommand } from './requisition/commands.ts';
import { erasureCommand } from './retention/commands.ts';
import { retentionOf } from './retention-facts.ts';

// The `differe` command. Whatever touches a case is a client of the HTTP API; the rest works on files in hand.

const io: CommandIo = {
  out: (text) => void process.stdout.write(`${text}\n`),
  err: (text) => void process.stderr.write(`${text}\n`),
};

/** Runs until SIGINT or SIGTERM. Prints one line of JSON when it listens. */
const serve: Command = (args) =>
  answering(args, io, 'differe serve', async () => {
    if (args.length > 0) throw new UsageError('serve takes no words: the configuration is in DIFFERE_ variables');
    const gateway = await startGateway(readConfig(process.env));
    io.out(JSON.stringify({ url: gateway.url, metrics: gateway.metricsUrl }));
    await new Promise<void>((resolve) => {
      process.once('SIGINT', () => resolve());
      process.once('SIGTERM', () => resolve());
    });
    await gateway.stop();
    return 0;
  });

const compliance = complianceCommand({
  environment: process.env,
  capability: () => plannedCapability(readCapableConfig(process.env)),
  openapi: describedInterface,
  openSigningKey: openEvidenceKey,
  retentionOf,
});

const COMMANDS: Readonly<Record<string, { readonly run: Command; readonly what: string }>> = {
  serve: { run: serve, what: 'the gateway' },
  requisition: {
    run: requisitionCommand,
    what: 'keygen / authorize / schedule / revoke / contrary / inspect / verify',
  },
  act: { run: actCommand, what: 'sign / present FILE' },
  registry: { run: registryCommand, what: 'first / propose / approve / apply / status' },
  policies: { run: policiesCommand, what: 'sign FILE / check FILE' },
  exhibit: { run: exhibitCommand, what: 'hash FILE...' },
  footage: { run: footageCommand, what: 'inspect FILE' },
  models: { run: modelsCommand, what: 'list / inspect / admit / canaries / fetch NAME / add FILE' },
  audit: {
    run: auditCommand,
    what: 'verify DIR / prove N / checkpoint / consistency OLD / witness-key / witness / cosign FILE',
  },
  evidence: { run: evidenceCommand, what: 'verify PACKAGE' },
  erasure: { run: erasureCommand, what: 'verify CERT' },
  api: { run: apiCommand, what: 'description / types [--out FILE]' },
  case: { run: caseCommand, what: 'open / list / deposit / ask / close / erase' },
  compliance: {
    run: compliance,
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
    if (command !== undefined) return await command.run(args, io);
    return await answering([name], io, USAGE, async () => {
      throw new UsageError(name === '' ? 'A command is needed' : `No such command: ${name}`);
    });
  } catch (error) {
    io.err(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return 3;
  }
}

process.exitCode = await main(process.argv.slice(2));
