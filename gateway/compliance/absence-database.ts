import pg from 'pg';
import { deniedIn } from './absence-words.ts';

/** A column as `information_schema` has it; `type` is the name of the type, `_float8` for an array of it. */
export interface Column {
  readonly table: string;
  readonly column: string;
  readonly type: string;
}

export interface DatabaseShape {
  readonly columns: readonly Column[];
  readonly extensions: readonly string[];
}

const VECTOR_TYPES = new Set(['vector', 'halfvec', 'sparsevec', 'cube', '_float4', '_float8', '_numeric', '_cube']);
/** Free JSON could hold anything; here it holds events on their way to the log, sealed (audit/inbox.ts). */
const JSON_COLUMNS = new Set(['audit_inbox.record']);

/** Columns that could hold a vector or are called after what there must not be, and extensions beside the language of functions. */
export function columnsIn({ columns, extensions }: DatabaseShape): {
  readonly scanned: number;
  readonly findings: readonly string[];
} {
  const findings = columns.flatMap(({ table, column, type }) => {
    const name = `${table}.${column}`;
    return [
      ...(VECTOR_TYPES.has(type) ? [`${name}: type ${type}`] : []),
      ...(/^_?jsonb?$/.test(type) && !JSON_COLUMNS.has(name) ? [`${name}: free JSON`] : []),
      ...deniedIn(name, ['forbidden', 'watching', 'scoring']).map((word) => `${name}: ${word}`),
    ];
  });
  const foreign = extensions.filter((name) => name !== 'plpgsql').map((name) => `extension ${name}`);
  return { scanned: columns.length + extensions.length, findings: [...findings, ...foreign] };
}

/** The tables of a database that this code has migrated. */
export async function databaseShape(url: string): Promise<DatabaseShape> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const columns = await client.query<Column>(
      `SELECT table_name AS "table", column_name AS "column", udt_name AS type FROM information_schema.columns
       WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2`,
    );
    const extensions = await client.query<{ extname: string }>('SELECT extname FROM pg_extension ORDER BY 1');
    return { columns: columns.rows, extensions: extensions.rows.map(({ extname }) => extname) };
  } finally {
    await client.end();
  }
}
