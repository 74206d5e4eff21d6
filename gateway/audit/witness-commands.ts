import { generateKeyPairSync } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { systemClock } from '../clock.ts';
import { type Command, fileText, needFolder, UsageError, writeNew } from '../command.ts';
import { isLoopback } from '../loopback.ts';
import { COSIGNATURE_V1, encodeVkey } from './note.ts';
import {
  decodeSigningKey,
  encodeRequest,
  encodeSigningKey,
  openWitness,
  parseRequest,
  type Witness,
} from './witness.ts';
import { witnessServer } from './witness-server.ts';

// What a witness runs, on a machine that is not the gateway's and in hands that are not its operator's.

export const WITNESS_USAGE = `differe audit witness-key --name NAME --out KEYFILE      (a witness's key; prints its verifier key)
differe audit witness --dir DIR --key KEYFILE [--listen HOST:PORT]      (DIR/logs.vkeys: logs it knows, one verifier key a line)
differe audit cosign FILE --dir DIR --key KEYFILE      (FILE: what audit checkpoint or audit consistency prints; offline)`;

export const WITNESS_VERBS: Readonly<Record<string, Command>> = {
  'witness-key': witnessKey,
  witness: serveWitness,
  cosign: cosignFile,
};

const text = { type: 'string' } as const;

function required(value: string | undefined, option: string): string {
  if (value === undefined) throw new UsageError(`--${option} is needed`);
  return value;
}

async function witnessKey(...[args, io]: Parameters<Command>): ReturnType<Command> {
  const { values } = parseArgs({ args: [...args], options: { name: text, out: text } });
  const [name, out] = [required(values.name, 'name'), required(values.out, 'out')];
  const { privateKey } = generateKeyPairSync('ed25519');
  let vkey: string;
  try {
    vkey = encodeVkey(name, privateKey, COSIGNATURE_V1);
  } catch (cause) {
    throw new UsageError('--name is one word of printable ASCII without plus', { cause });
  }
  await writeNew(out, `${encodeSigningKey(name, privateKey)}\n`);
  io.out(vkey);
  return 0;
}

async function openOwn(dir: string, keyFile: string): Promise<Witness> {
  await needFolder(dir);
  await fileText(`${dir}/logs.vkeys`);
  const key = decodeSigningKey((await fileText(keyFile)).replace(/\n$/, ''));
  if (!key.ok) throw new UsageError(`${keyFile}: ${key.reason}`);
  return await openWitness({ dir, ...key.value, clock: systemClock });
}

/** Runs until SIGINT or SIGTERM; prints its address when it listens. */
async function serveWitness(...[args, io]: Parameters<Command>): ReturnType<Command> {
  const { values } = parseArgs({ args: [...args], options: { dir: text, key: text, listen: text } });
  const witness = await openOwn(required(values.dir, 'dir'), required(values.key, 'key'));
  const [, host = '', port = ''] = /^(.+):(\d{1,5})$/.exec(values.listen ?? '127.0.0.1:8430') ?? [];
  if (host === '') throw new UsageError('--listen reads HOST:PORT');
  const server = witnessServer(witness);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(Number(port), host.replace(/^\[|\]$/g, ''), resolve);
  });
  if (!isLoopback(host))
    io.err('Plain HTTP: put a TLS proxy before it, the gateway asks no witness without off loopback.');
  io.out(JSON.stringify({ url: `http://${host}:${(server.address() as AddressInfo).port}` }));
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  return 0;
}

/** The protocol by file: the request is carried to the witness, the cosigned checkpoint that is printed is carried back. */
async function cosignFile(...[args, io]: Parameters<Command>): ReturnType<Command> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { dir: text, key: text },
  });
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) throw new UsageError('One FILE is needed');
  const witness = await openOwn(required(values.dir, 'dir'), required(values.key, 'key'));
  const given = await fileText(file);
  // A bare checkpoint is the request of a witness that has seen nothing yet.
  const body = given.startsWith('old ') ? given : encodeRequest({ oldSize: 0, proof: [], note: given });
  const request = parseRequest(Buffer.from(body, 'utf8'));
  const answer = await witness.addCheckpoint(Buffer.from(body, 'utf8'));
  if (answer.status !== 200 || !request.ok) {
    const hint = answer.status === 409 ? 'this witness has seen another size: ' : '';
    io.err(`Refused (${answer.status}): ${hint}${answer.body.trimEnd()}`);
    return 1;
  }
  io.out(`${request.value.note}${answer.body}`.replace(/\n$/, ''));
  return 0;
}
