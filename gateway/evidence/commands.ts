import { parseArgs } from 'node:util';
import { answering, type Command, fileText, needFolder, UsageError } from '../command.ts';
import type { Finding } from './types.ts';
import { verifyPackage } from './verify.ts';

const USAGE = 'differe evidence verify PACKAGE [--key JWK.json]';

/** `differe evidence`: what a third party needs, offline and with public keys only. Findings in the JSON and, readable, on stderr. */
export const evidenceCommand: Command = (args, io) =>
  answering(args, io, USAGE, async () => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { key: { type: 'string' } },
    });
    const [verb, folder, ...more] = positionals;
    if (verb !== 'verify' || folder === undefined || more.length > 0) throw new UsageError('One PACKAGE is needed');
    await needFolder(folder);
    const trustedKey = values.key === undefined ? undefined : await readKey(values.key);
    const verification = await verifyPackage(folder, trustedKey === undefined ? {} : { trustedKey });
    io.out(JSON.stringify(verification));
    for (const finding of verification.findings) io.err(lineOf(finding));
    io.err(sentence(verification.verified, verification.key, trustedKey !== undefined));
    return verification.verified ? 0 : 1;
  });

const lineOf = ({ file, problem }: Finding): string => `${file}: ${problem}`;

function sentence(verified: boolean, key: string | undefined, trusted: boolean): string {
  if (!verified) return "Le dossier n'est PAS intact (voir « findings »). The package is NOT intact.";
  return trusted
    ? 'Le dossier est intact et signé par la clé donnée. The package is intact and signed by the given key.'
    : `Le dossier est intact. Comparez l'empreinte de la clé avec celle que publie l'installation : ${key}\n` +
        'The package is intact. Compare the thumbprint of the key with the one that the installation publishes.';
}

async function readKey(file: string): Promise<object> {
  const text = await fileText(file);
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Said below, with the file's name.
  }
  throw new UsageError(`No JWK in ${file}`);
}
