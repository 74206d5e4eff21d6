import { expect, it, onTestFinished } from 'vitest';
import { startQueue } from '../../gateway/queue.ts';
import { asOwner, testDatabase } from '../support/database.ts';

it('SEC-10: the queue says how long its oldest work has waited and how long a worker that holds some has been silent', async () => {
  const database = await testDatabase();
  const held = Promise.withResolvers<void>();
  const taken = Promise.withResolvers<void>();
  const queue = await startQueue(
    { databaseUrl: database.url, onError: () => undefined },
    {
      analysis: async () => {
        taken.resolve();
        await held.promise;
      },
    },
  );
  onTestFinished(async () => {
    held.resolve();
    await queue.stop();
  });
  expect(await queue.ages()).toEqual({ oldestWaitingSeconds: 0, longestSilenceSeconds: 0 });
  for (const n of [1, 2, 3]) await queue.askForAnalysis(`00000000-0000-4000-8000-00000000000${n}`);
  await taken.promise;
  // Two are planned at once at most, so one waits; as far as the table knows, since an hour. The worker may report at any moment, hence more than once.
  const until = Date.now() + 20_000;
  let ages = await queue.ages();
  while (ages.longestSilenceSeconds < 600 && Date.now() < until) {
    await asOwner(
      database,
      `UPDATE queue.job SET created_on = now() - interval '1 hour', started_on = now() - interval '20 minutes',
         heartbeat_on = now() - interval '10 minutes' WHERE name = 'analysis'`,
    );
    ages = await queue.ages();
  }
  expect(ages.oldestWaitingSeconds).toBeGreaterThanOrEqual(3_600);
  expect(ages.oldestWaitingSeconds).toBeLessThan(3_700);
  expect(ages.longestSilenceSeconds).toBeGreaterThanOrEqual(600);
  expect(ages.longestSilenceSeconds).toBeLessThan(700);
});
