/** What is looked up at most so often, and is never older than that when it is asked for. */
export interface Recent {
  /** Resolves when the last look began less than the longest age ago. */
  look(): Promise<void>;
  /** As `look`, with a look that begins from now on: what was just changed is seen. */
  lookAnew(): Promise<void>;
  /** Milliseconds since the last look that ended well began. */
  ageMs(): number;
}

/**
 * Looks again in good time, when half of the age is over and somebody asks, so that under a steady stream nobody waits for it. A look that
 * fails is told to those who have to wait for one.
 */
export function createRecent(lookUp: () => Promise<void>, longestMs: number): Recent {
  let lookedAt = Number.NEGATIVE_INFINITY;
  let under: Promise<void> | undefined;
  let changes = 0;
  let seen = 0;

  const ageMs = (): number => performance.now() - lookedAt;
  const isDue = (): boolean => seen < changes || ageMs() >= longestMs;

  async function begin(): Promise<void> {
    const [began, before] = [performance.now(), changes];
    await lookUp();
    // A look that began before a change says nothing about it.
    [lookedAt, seen] = [began, before];
  }

  function start(): Promise<void> {
    under ??= begin().finally(() => {
      under = undefined;
    });
    return under;
  }

  async function look(): Promise<void> {
    if (!isDue()) {
      if (ageMs() > longestMs / 2) start().catch(() => undefined);
      return;
    }
    // Those who come during a look may have come after it began: when it began counts for them, too.
    await under?.catch(() => undefined);
    if (isDue()) await start();
  }

  return {
    look,
    async lookAnew() {
      changes++;
      await look();
    },
    ageMs,
  };
}
