import pg from 'pg';

/** Of several gateways on one database, one serves the workers. */
const DESK_LOCK = 7_230_023;
/** So long after the last word of its holder the server takes the desk back, a cut cable or a frozen process notwithstanding. */
const SILENCE_MS = 15_000;

/** The desk of the workers, which one process at a time holds: by a session whose two ends each give it up when the other is silent. */
export interface DeskLock {
  /** Takes the desk, or makes sure that this process still has it; false when another one has. Called each second while it is wanted. */
  take(): Promise<boolean>;
  /** Whether the last `take` got it, and nothing has ended it since. */
  isHeld(): boolean;
  giveUp(): Promise<void>;
}

export function createDeskLock(url: string, silenceMs: number = SILENCE_MS): DeskLock {
  let held: { readonly client: pg.Client; heardAt: number } | undefined;

  async function open(): Promise<void> {
    const client = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: silenceMs,
      // A holder that hears nothing stops before the server lets another one in.
      query_timeout: silenceMs / 3,
      keepAlive: true,
    });
    const over = (): void => {
      if (held?.client === client) held = undefined;
    };
    client.on('error', over);
    client.on('end', over);
    try {
      await client.connect();
      await client.query(`SET idle_session_timeout = ${silenceMs}`);
      const { rows } = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken', [DESK_LOCK]);
      if (rows[0]?.taken === true) held = { client, heardAt: performance.now() };
    } finally {
      if (held?.client !== client) void client.end().catch(() => undefined);
    }
  }

  return {
    async take() {
      if (held === undefined) await open();
      else if (performance.now() - held.heardAt > silenceMs / 20) {
        const { client } = held;
        try {
          await client.query('SELECT 1');
          held = { client, heardAt: performance.now() };
        } catch (error) {
          held = undefined;
          void client.end().catch(() => undefined);
          throw error;
        }
      }
      return held !== undefined;
    },
    isHeld: () => held !== undefined,
    async giveUp() {
      const last = held;
      held = undefined;
      await last?.client.end().catch(() => undefined);
    },
  };
}
