import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { programOf } from './programs.ts';

const GATEWAY = path.join(import.meta.dirname, '..', '..', 'gateway');
const unshare = programOf('unshare');

/** What a container with a masked /proc can start: mounts over parts of it, as Docker makes them, in a namespace of this test's own. */
async function under(masked: boolean): Promise<{ readonly decoder: string; readonly database: string }> {
  const program = `
    const { lookIntoJail } = await import(${JSON.stringify(path.join(GATEWAY, 'compliance/egress-probe.ts'))});
    const { startPostgres } = await import(${JSON.stringify(path.join(GATEWAY, 'postgres.ts'))});
    const { mkdtemp, rm } = await import('node:fs/promises');
    const told = (work) => work.then(() => 'starts', (error) => error.code + ' ' + (error.detail ?? ''));
    const decoder = await told(lookIntoJail());
    const folder = await mkdtemp('/tmp/differe-masked-');
    const database = await told(startPostgres(folder).then((server) => server.stop('immediate')));
    await rm(folder, { recursive: true, force: true });
    console.log(JSON.stringify({ decoder, database }));
  `;
  const mask = masked ? 'mount -t tmpfs -o ro tmpfs /proc/tty && ' : '';
  const { stdout } = await promisify(execFile)(unshare ?? '', [
    ...['--user', '--map-root-user', '--mount', '--propagation', 'private', 'sh', '-c'],
    `${mask}exec "$0" --disable-warning=ExperimentalWarning --input-type=module -e "$1"`,
    process.execPath,
    program,
  ]);
  return JSON.parse(stdout) as { decoder: string; database: string };
}

describe.skipIf(unshare === undefined)('a masked /proc, as containers have it', () => {
  it('SEC-11: leaves the jail of the decoder, which mounts none, and takes that of the embedded database: root is refused it', async () => {
    expect(await under(false)).toEqual({ decoder: 'starts', database: 'starts' });
    const { decoder, database } = await under(true);
    expect(decoder).toBe('starts');
    expect(database).toContain('E_DATABASE');
  });
});
