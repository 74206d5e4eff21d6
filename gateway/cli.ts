import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { JWK } from 'jose';
import { modelsCommand } from './analysis/commands.ts';
import { auditCommand } from './audit/commands.ts';
import { createClient, GatewayError } from './client.ts';
import type { Command, CommandIo, ExitCode } from './command.ts';
import { readConfig } from './config.ts';
import { AppError, ERRORS } from './errors.ts';
import { evidenceCommand } from './evidence/commands.ts';
import { exhibitCommand, footageCommand } from './footage/commands.ts';
import { startGateway } from './main.ts';
import { requisitionCommand } from './requisition/commands.ts';

// The `differe` command. Whatever touches a case is a client of the HTTP API; the rest works on files in hand.

const io: CommandIo = {
  out: (text) => void process.stdout.write(`${text}\n`),
  err: (text) => void process.stderr.write(`${text}\n`),
};

/** Runs until SIGINT or SIGTERM. Prints one line of JSON when it listens. */
const serve: Command = async () => {
  const gateway = await startGateway(readConfig(process.env));
  io.out(JSON.stringify({ url: gateway.url, metrics: gateway.metricsUrl }));
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  await gateway.stop();
  return 0;
};

/** `case list --url URL --agent KEY.json --requisition ID`: the cases that the agent's key may see. */
const caseCommand: Command = async (args) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { url: { type: 'string' }, agent: { type: 'string' }, requisition: { type: 'string' } },
  });
  if (positionals[0] !== 'list' || values.url === undefined || values.agent === undefined) {
    io.err('Usage: differe case list --url URL --agent KEY.json [--requisition ID]');
    return 2;
  }
  const agentKey = JSON.parse(await readFile(values.agent, 'utf8')) as JWK;
  const client = createClient({
    url: values.url,
    agentKey,
    ...(values.requisition === undefined ? {} : { requisitionId: values.requisition }),
  });
  io.out(JSON.stringify(await client.json('GET', '/api/v1/cases')));
  return 0;
};

const COMMANDS: Readonly<Record<string, { readonly run: Command; readonly what: string }>> = {
  serve: { run: serve, what: 'the gateway' },
  requisition: { run: requisitionCommand, what: 'keygen / authorize / schedule / inspect / verify / verify-jws' },
  exhibit: { run: exhibitCommand, what: 'hash FILE...' },
  footage: { run: footageCommand, what: 'inspect FILE' },
  models: { run: modelsCommand, what: 'list' },
  audit: { run: auditCommand, what: 'verify DIR / prove N / checkpoint' },
  evidence: { run: evidenceCommand, what: 'verify PACKAGE' },
  case: { run: caseCommand, what: 'list' },
};

async function main(args: readonly string[]): Promise<ExitCode> {
  const command = COMMANDS[args[0] ?? ''];
  if (command === undefined) {
    io.err('Usage: differe COMMAND ...');
    for (const [name, { what }] of Object.entries(COMMANDS)) io.err(`  ${name.padEnd(12)} ${what}`);
    return 2;
  }
  try {
    return await command.run(args.slice(1), io);
  } catch (error) {
    if (error instanceof AppError) {
      io.err(
        `${error.code}: ${ERRORS[error.code].fr}\n${ERRORS[error.code].en}${error.detail === undefined ? '' : ` [${error.detail}]`}`,
      );
      return error.status < 500 ? 1 : 3;
    }
    if (error instanceof GatewayError) {
      io.err(error.message);
      return error.status < 500 ? 1 : 3;
    }
    if (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')) {
      io.err(error.message);
      return 2;
    }
    io.err(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return 3;
  }
}

process.exitCode = await main(process.argv.slice(2));
