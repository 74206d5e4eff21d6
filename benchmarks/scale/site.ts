import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import type { Client } from '../../gateway/client.ts';
import { connect, type Database } from '../../gateway/database.ts';
import { createDemoInstallation, startGatewayProcess } from '../../gateway/demo/installation.ts';
import { type PostgresServer, startPostgres } from '../../gateway/postgres.ts';
import { openVault, type Vault } from '../../gateway/vault.ts';
import { newWorkerKey } from '../../gateway/worker-keys.ts';
import { deposit, openCase } from '../deposit.ts';
import { runFfmpeg } from '../ffmpeg.ts';
import { namedScenes } from '../scenes/named.ts';
import { writeScene } from '../scenes/write.ts';
import { openShare, type Share } from './shares.ts';

// A gateway that analyses nothing itself, a PostgreSQL that it does not start, and workers, each in a group of its own.

export interface Exhibit {
  readonly id: string;
  readonly file: string;
  readonly bytes: number;
}

export interface BenchSite extends AsyncDisposable {
  readonly postgres: PostgresServer;
  readonly database: Database;
  readonly vault: Vault;
  readonly vaultDir: string;
  readonly client: Client;
  readonly caseId: string;
  /** Twelve minutes each, every minute like the next; and of one minute. */
  readonly long: readonly Exhibit[];
  readonly short: readonly Exhibit[];
  readonly gateway: Share;
  readonly databaseShare: Share;
  /** Key of the machine that the bench itself plays. */
  readonly paperKey: string;
  startWorker(n: number, cores: number): Promise<BenchWorker>;
  asOwner<R extends pg.QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<R[]>;
  logSize(): Promise<number>;
}

export interface BenchWorker {
  readonly holder: string;
  readonly share: Share;
  stop(): Promise<void>;
}

export const LONG_SEGMENTS = 12;
/** The scene takes half a minute. */
const SCENES_A_SEGMENT = 2;

export async function openSite(
  folder: string,
  counts: { readonly workers: number; readonly long: number; readonly short: number },
): Promise<BenchSite> {
  const opened = new AsyncDisposableStack();
  try {
    const databaseShare = await openShare('database');
    opened.defer(() => databaseShare.remove());
    const postgres = await databaseShare.start(() => startPostgres(path.join(folder, 'postgres')));
    opened.defer(() => postgres.stop('immediate'));
    const keys = Array.from({ length: counts.workers + 1 }, newWorkerKey);
    const keyFiles = keys.map((_, n) => path.join(folder, `worker-${n}.key`));
    for (const [n, file] of keyFiles.entries()) await writeFile(file, keys[n]?.pem ?? '', { mode: 0o600 });
    await writeFile(path.join(folder, 'workers'), keys.map(({ publicText }, n) => `w${n} ${publicText}\n`).join(''));

    const installation = await createDemoInstallation(folder, []);
    const url = postgres.urlOf('differe');
    const environment = {
      DATABASE_URL: url,
      DIFFERE_WORKERS: path.join(folder, 'workers'),
      DIFFERE_SEGMENTS_HERE: '0',
      DIFFERE_CASE_SEGMENTS: '10000',
      DIFFERE_AGENT_RATE: '0',
      DIFFERE_ADDRESS_RATE: '0',
    };
    const gatewayShare = await openShare('gateway');
    opened.defer(() => gatewayShare.remove());
    const gateway = await gatewayShare.start(() => startGatewayProcess(installation, { environment }));
    opened.defer(() => gateway.stop());
    const database = connect(url);
    opened.defer(() => database.close());
    // Sixteen lanes ask at once, of a server that takes fifty sessions.
    const owner = new pg.Pool({ connectionString: url, max: 2 });
    opened.defer(() => owner.end());
    const asOwner: BenchSite['asOwner'] = async (sql, values = []) => (await owner.query(sql, [...values])).rows;
    await asOwner('CREATE ROLE machine LOGIN; GRANT differe_worker TO machine');

    const files = await writeFiles(folder, counts);
    const { client, caseId } = await openCase(gateway.url, installation, files);
    const exhibits: Exhibit[] = [];
    for (const [n, file] of files.entries())
      exhibits.push({ id: await deposit(client, file, `CLIP-${n}`), file, bytes: (await stat(file)).size });
    const vaultDir = path.join(installation.dataDir, 'vault');
    const vault = await openVault({
      dataDir: vaultDir,
      keysDir: path.join(folder, 'keys'),
      installationKey: Buffer.from(await readFile(path.join(folder, 'installation.key'), 'utf8'), 'hex'),
    });
    const stop = opened.move();
    return {
      ...{ postgres, database, vault, vaultDir, client, caseId, databaseShare, asOwner },
      gateway: gatewayShare,
      long: exhibits.slice(0, counts.long),
      short: exhibits.slice(counts.long),
      paperKey: keys[counts.workers]?.pem ?? '',
      async startWorker(n, cores) {
        const share = await openShare(`worker-${n}`, cores);
        const scratch = path.join(folder, `scratch-${n}`);
        await mkdir(scratch, { recursive: true, mode: 0o700 });
        const inherited = Object.entries(process.env).filter(([key]) => !key.startsWith('DIFFERE_'));
        const child: ChildProcess = await share.start(async () =>
          spawn(process.execPath, [path.join(import.meta.dirname, '../../gateway/cli.ts'), 'worker'], {
            env: {
              ...Object.fromEntries(inherited),
              DATABASE_URL: url.replace(/user=[^&]*/, 'user=machine'),
              DIFFERE_ENV: 'test',
              DIFFERE_DATA: installation.dataDir,
              DIFFERE_SCRATCH: scratch,
              DIFFERE_WORKER_KEY: keyFiles[n],
              DIFFERE_MODELS: '',
              DIFFERE_THREADS: '1',
            },
            stdio: ['ignore', 'pipe', 'inherit'],
          }),
        );
        const [text] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
        return {
          holder: (JSON.parse(String(text)) as { worker: string }).worker,
          share,
          async stop() {
            if (child.exitCode === null && child.signalCode === null) {
              child.kill('SIGTERM');
              await once(child, 'exit');
            }
            await share.remove();
          },
        };
      },
      async logSize() {
        const text = await (await fetch(`${gateway.metricsUrl}/metrics`)).text();
        return Number(/^differe_log_size (\d+)$/m.exec(text)?.[1]);
      },
      [Symbol.asyncDispose]: () => stop.disposeAsync(),
    };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

/** Files that differ in a comment, so in their digest. */
async function writeFiles(
  folder: string,
  counts: { readonly long: number; readonly short: number },
): Promise<readonly string[]> {
  const scene = path.join(folder, 'street.mp4');
  await writeScene(namedScenes.street, scene);
  const files: string[] = [];
  for (let n = 0; n < counts.long + counts.short; n++) {
    const times = n < counts.long ? LONG_SEGMENTS * SCENES_A_SEGMENT : SCENES_A_SEGMENT;
    const file = path.join(folder, `file-${n}.mp4`);
    const looped = ['-stream_loop', String(times - 1), '-i', scene];
    await runFfmpeg([...looped, '-c', 'copy', '-metadata', `comment=${n}`, file]);
    files.push(file);
  }
  return files;
}
