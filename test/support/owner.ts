import pg from 'pg';
import type { Database } from '../../gateway/database.ts';

/** Runs SQL as the owner of everything, past the walls: for arranging and for looking. */
export async function asOwner(database: Database, sql: string, values: unknown[] = []): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return await client.query(sql, values);
  } finally {
    await client.end();
  }
}
