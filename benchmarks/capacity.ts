import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { createDemoInstallation, startGatewayProcess } from '../gateway/demo/installation.ts';
import { runningServerUrl } from '../gateway/postgres.ts';
import { analyse, deposit, openCase } from './deposit.ts';
import { runFfmpeg } from './ffmpeg.ts';
import { type Measurement, rounded } from './report.ts';
import { namedScenes } from './scenes/named.ts';
import { writeScene } from './scenes/write.ts';

// `npm run bench -- capacity`: what an hour of recording leaves on the disk, beside its own bytes: ten minutes of a rendered street in which
// something moves all the time, deposited and analysed with what the repository ships. Time is not measured here: `service` does that.

const REPEATS = 20;
const run = promisify(execFile);

interface Sizes {
  readonly vault: number;
  readonly log: number;
  readonly database: number;
}

async function sizesOf(dataDir: string): Promise<Sizes> {
  const below = async (name: string): Promise<number> =>
    Number((await run('du', ['-sb', path.join(dataDir, name)])).stdout.split('\t')[0]);
  const client = new pg.Client({ connectionString: await runningServerUrl(path.join(dataDir, 'postgres'), 'differe') });
  await client.connect();
  try {
    const { rows } = await client.query<{ size: string }>('SELECT pg_database_size(current_database()) AS size');
    return { vault: await below('vault'), log: await below('log'), database: Number(rows[0]?.size) };
  } finally {
    await client.end();
  }
}

export async function measureCapacity(): Promise<Measurement> {
  const folder = await mkdtemp(path.join(tmpdir(), 'differe-bench-capacity-'));
  try {
    const scene = path.join(folder, 'scene.mp4');
    const list = path.join(folder, 'list.txt');
    const file = path.join(folder, 'street.mp4');
    await writeScene(namedScenes.street, scene);
    await writeFile(list, `file '${scene}'\n`.repeat(REPEATS));
    await runFfmpeg(['-f', 'concat', '-safe', '0', '-i', list, '-c', 'copy', file]);
    const hours = (namedScenes.street.durationSeconds * REPEATS) / 3_600;
    const fileBytes = (await stat(file)).size;
    const installation = await createDemoInstallation(folder, []);
    const dataDir = installation.environment.DIFFERE_DATA ?? '';
    const gateway = await startGatewayProcess(installation);
    try {
      const { client, caseId } = await openCase(gateway.url, installation, [file]);
      const before = await sizesOf(dataDir);
      const exhibitId = await deposit(client, file, 'CLIP-0');
      const deposited = await sizesOf(dataDir);
      const { state } = await analyse(client, caseId, exhibitId);
      const analysed = await sizesOf(dataDir);
      const anHour = (bytes: number): number => rounded(bytes / hours / 1e6, 2);
      const sealed = rounded((deposited.vault - before.vault) / fileBytes, 4);
      const results = anHour(analysed.vault - deposited.vault + (analysed.database - before.database));
      return {
        rounds: 1,
        goals: [
          {
            id: 'done',
            goal: 'the analysis ended with a result',
            value: Number(state === 'done'),
            met: state === 'done',
          },
          {
            id: 'sealed_over_file',
            goal: 'bytes of a sealed exhibit over those of its file <= 1.01',
            value: sealed,
            met: sealed <= 1.01,
          },
          {
            id: 'results_mb_hour',
            goal: 'megabytes that the analysis of an hour leaves <= 100',
            value: results,
            met: results <= 100,
          },
        ],
        raw: {
          hours,
          fileMegabytesAnHour: anHour(fileBytes),
          vaultMegabytesAnHour: anHour(analysed.vault - deposited.vault),
          databaseMegabytesAnHour: anHour(analysed.database - before.database),
          journalKilobytes: rounded((analysed.log - before.log) / 1e3, 1),
          before,
          deposited,
          analysed,
        },
      };
    } finally {
      await gateway.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
