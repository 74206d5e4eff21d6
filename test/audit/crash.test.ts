import { describe, expect, it } from 'vitest';
import { systemClock } from '../../gateway/clock.ts';
import { freshFolder, freshKey, optionsFor } from './support.ts';
import { appendUntilKilled } from './until-killed.ts';

// Plain kills, which the kernel survives, are made in e2e/kill.test.ts.
const CUTS = 8;
/** A cut that follows the checkpoint's own fsync at once can lose nothing even where fsync does nothing for folders. */
const MOST_CUTS = 12;

const freshOptions = async () => optionsFor(await freshFolder(), { signingKey: freshKey(), clock: systemClock });

describe('a process that appends and dies', () => {
  it(`LOG-05, SEC-10: after a power cut that takes back what no fsync covered, ${CUTS} times, every acknowledged record is there once`, async () => {
    const options = await freshOptions();
    const all = new Map<number, string>();
    for (let cut = 1; cut <= CUTS; cut++) {
      const after = await appendUntilKilled(options, all, { sync: 'all' });
      expect(after.acknowledged.size).toBeGreaterThan(0);
      expect(after, `after cut ${cut}`).toMatchObject({ lost: 0, verifies: true });
      for (const [seq, id] of after.acknowledged) all.set(seq, id);
    }
  });

  it.each(['none', 'files'] as const)('the same cuts lose records where fsync does its work for: %s', async (sync) => {
    let lost = 0;
    for (let cut = 1; cut <= MOST_CUTS && lost === 0; cut++)
      lost += (await appendUntilKilled(await freshOptions(), new Map(), { sync })).lost;
    expect(lost).toBeGreaterThan(0);
  });
});
