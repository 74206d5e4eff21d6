import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { Command, CommandIo, ExitCode } from '../command.ts';
import { AppError } from '../errors.ts';
import { verifyPackage } from './verify.ts';

const USAGE = 'Usage : differe evidence verify DOSSIER [--key CLE_PUBLIQUE.json]';

/** `differe evidence`: what a third party needs, offline and with public keys only. */
export const evidenceCommand: Command = async (args, io) => {
  const [verb, ...rest] = args;
  const asked = verb === 'verify' ? readArguments(rest) : undefined;
  if (asked === undefined) return misuse(io, USAGE);
  const key = asked.keyFile === undefined ? { value: undefined } : await readKey(asked.keyFile);
  if (key === undefined) return misuse(io, `Clé illisible / unreadable key: ${asked.keyFile}`);
  try {
    const verification = await verifyPackage(asked.folder, key.value === undefined ? {} : { trustedKey: key.value });
    io.out(JSON.stringify(verification));
    io.err(sentence(verification.verified, verification.key, key.value !== undefined));
    return verification.verified ? 0 : 1;
  } catch (error) {
    if (error instanceof AppError && error.code === 'E_REQUEST')
      return misuse(io, `Pas un dossier / not a folder: ${asked.folder}`);
    throw error;
  }
};

function sentence(verified: boolean, key: string | undefined, trusted: boolean): string {
  if (!verified) return "Le dossier n'est PAS intact (voir « findings »). The package is NOT intact.";
  return trusted
    ? 'Le dossier est intact et signé par la clé donnée. The package is intact and signed by the given key.'
    : `Le dossier est intact. Comparez l'empreinte de la clé avec celle que publie l'installation : ${key}\n` +
        'The package is intact. Compare the thumbprint of the key with the one that the installation publishes.';
}

function misuse(io: CommandIo, words: string): ExitCode {
  io.err(words);
  return 2;
}

function readArguments(args: readonly string[]): { folder: string; keyFile: string | undefined } | undefined {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { key: { type: 'string' } },
    });
    const [folder, ...more] = positionals;
    return folder === undefined || more.length > 0 ? undefined : { folder, keyFile: values.key };
  } catch {
    return undefined;
  }
}

async function readKey(file: string): Promise<{ readonly value: unknown } | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'));
    return typeof value === 'object' && value !== null ? { value } : undefined;
  } catch {
    return undefined;
  }
}
