import path from 'node:path';
import { parseArgs } from 'node:util';
import {
  answering,
  type Command,
  type CommandIo,
  type ExitCode,
  fileText,
  needFile,
  needFolder,
  UsageError,
} from '../command.ts';
import { EVIDENCE_KEY_FILE, openEvidenceKey } from './keys.ts';
import type { Finding } from './types.ts';
import { verifyPackage } from './verify.ts';

const USAGE = `differe evidence verify PACKAGE [--key JWK.json]
differe evidence key --keys DIR       public key of an installation’s packages, for it to publish; DIR: its DIFFERE_KEYS`;

/** `differe evidence`: what a third party needs, offline and with public keys only, and what the installation gives him for it. Findings in the JSON and, readable, on stderr. */
export const evidenceCommand: Command = (args, io) =>
  answering(args, io, USAGE, async () => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { key: { type: 'string' }, keys: { type: 'string' } },
    });
    const [verb, folder, ...more] = positionals;
    if (verb === 'key' && folder === undefined) return await publicKey(values.keys, io);
    if (verb !== 'verify' || folder === undefined || more.length > 0) throw new UsageError('One PACKAGE is needed');
    await needFolder(folder);
    const trustedKey = values.key === undefined ? undefined : await readKey(values.key);
    const verification = await verifyPackage(folder, trustedKey === undefined ? {} : { trustedKey });
    io.out(JSON.stringify(verification));
    for (const finding of verification.findings) io.err(lineOf(finding));
    io.err(sentence(verification.verified, verification.key, trustedKey !== undefined));
    return verification.verified ? 0 : 1;
  });

/** Of a key that is there: the gateway makes it at its first start. */
async function publicKey(folder: string | undefined, io: CommandIo): Promise<ExitCode> {
  if (folder === undefined) throw new UsageError('--keys is needed');
  await needFile(path.join(folder, EVIDENCE_KEY_FILE));
  io.out(JSON.stringify((await openEvidenceKey(folder)).publicJwk));
  return 0;
}

const lineOf = ({ file, problem }: Finding): string => `${file}: ${problem}`;

function sentence(verified: boolean, key: string | undefined, trusted: boolean): string {
  if (!verified) return "Le dossier n'est PAS intact (voir « findings »). The package is NOT intact.";
  return trusted
    ? 'Le dossier est intact et signé par la clé donnée. The package is intact and signed by the given key.'
    : `Le dossier est intact. Comparez l'empreinte de la clé avec celle que publie l'installation (« differe evidence key » là-bas) : ${key}\n` +
        'The package is intact. Compare the thumbprint of the key with the one that the installation publishes (`differe evidence key` there).';
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
