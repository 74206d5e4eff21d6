import { parseArgs } from 'node:util';
import { answering, type Command, fileText, onlyFile, UsageError } from '../command.ts';
import { parseStrictJson } from '../trust/strict-json.ts';
import { typOfHanded, verifyCertificate } from './certificate.ts';
import { RECTIFICATION_TYP, verifyRectification } from './rectification-certificate.ts';

const USAGE =
  'differe erasure verify CERT [--key JWK.json] [--log-key VKEYFILE]      CERT: of an erasure, or of a rectification';

/** `differe erasure verify`: a certificate of erasure or of rectification, offline. Exit 1 when anything of it was changed. */
export const erasureCommand: Command = (args, io) =>
  answering(args, io, USAGE, async () => {
    const [name, ...rest] = args;
    if (name !== 'verify') throw new UsageError('No such sub-command');
    const text = { type: 'string' } as const;
    const { values, positionals } = parseArgs({
      args: rest,
      allowPositionals: true,
      options: { key: text, 'log-key': text },
    });
    const { key, 'log-key': logKey } = values;
    const handed = await fileText(onlyFile(positionals));
    const known = {
      ...(key === undefined ? {} : { jwk: parseStrictJson(await fileText(key)) }),
      ...(logKey === undefined ? {} : { logVkey: await fileText(logKey) }),
    };
    const verify = typOfHanded(handed) === RECTIFICATION_TYP ? verifyRectification : verifyCertificate;
    const body = await verify(handed, known);
    const { record: _record, remains, ...said } = body;
    io.out(JSON.stringify({ verified: true, ...said }));
    io.err(`${remains.fr}\n${remains.en}`);
    if (key === undefined || logKey === undefined) {
      io.err('Checked with the keys in the certificate itself: give --key and --log-key to know whose it is.');
    }
    return 0;
  });
