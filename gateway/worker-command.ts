import { parseArgs } from 'node:util';
import { answering, type Command, UsageError, writeNew } from './command.ts';
import { readWorkerConfig } from './config.ts';
import { startWorker } from './worker.ts';
import { newWorkerKey } from './worker-keys.ts';

const USAGE = [
  'differe worker                  works on segments of the gateway whose database and vault it is given, until SIGTERM',
  'differe worker key --out FILE   makes the key of this machine and prints what its line in DIFFERE_WORKERS has after the name',
].join('\n');

/** A further worker, or its key. Prints one line of JSON when it works. */
export const workerCommand: Command = (args, io) =>
  answering(args, io, USAGE, async () => {
    if (args[0] === 'key') {
      const { values } = parseArgs({ args: [...args.slice(1)], options: { out: { type: 'string' } } });
      if (values.out === undefined) throw new UsageError('--out FILE is missing');
      const { pem, publicText } = newWorkerKey();
      await writeNew(values.out, pem);
      io.out(publicText);
      return 0;
    }
    if (args.length > 0) throw new UsageError('worker takes no words: the configuration is in DIFFERE_ variables');
    const running = await startWorker(readWorkerConfig(process.env));
    io.out(JSON.stringify({ worker: running.holder }));
    await new Promise<void>((resolve) => {
      process.once('SIGINT', () => resolve());
      process.once('SIGTERM', () => resolve());
    });
    await running.stop();
    return 0;
  });
