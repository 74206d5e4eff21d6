import path from 'node:path';
import { systemClock } from './clock.ts';
import type { Config } from './config.ts';
import { connect, type Database, openDatabase } from './database.ts';
import { runningServerUrl } from './postgres.ts';
import { retentionReport } from './retention/report.ts';
import type { RetentionReport } from './retention/types.ts';

/** The retention report of a configuration, for a command: beside a gateway that runs, or with a server of its own for the moment. */
export async function retentionOf(config: Pick<Config, 'databaseUrl' | 'dataDir'>): Promise<RetentionReport> {
  const database = await reach(config);
  try {
    return await retentionReport(database, systemClock.nowMs());
  } finally {
    await database.close();
  }
}

async function reach({ databaseUrl, dataDir }: Pick<Config, 'databaseUrl' | 'dataDir'>): Promise<Database> {
  if (databaseUrl !== undefined) return connect(databaseUrl);
  const folder = path.join(dataDir, 'postgres');
  const running = await runningServerUrl(folder, 'differe');
  return running === undefined ? await openDatabase({ dataDir: folder }) : connect(running);
}
