import { expect, it } from 'vitest';
import { AppError } from '../../gateway/errors.ts';
import { createTogether } from '../../gateway/together.ts';

/** Work that waits for the test and is written down. */
function watched(
  mostAtOnce: number,
  fail: (items: readonly string[]) => Error | undefined = () => undefined,
  patienceMs?: number,
) {
  const turns: (readonly string[])[] = [];
  const ends: (() => void)[] = [];
  const ask = createTogether(
    { mostAtOnce, ...(patienceMs === undefined ? {} : { patienceMs }) },
    async (items: readonly string[]) => {
      turns.push(items);
      await new Promise<void>((resolve) => ends.push(resolve));
      const error = fail(items);
      if (error !== undefined) throw error;
      return items.map((item) => item.toUpperCase());
    },
  );
  const end = async (): Promise<void> => {
    await expect.poll(() => ends.length).toBeGreaterThan(0);
    ends.shift()?.();
  };
  return { ask, turns, end, ends };
}

it('takes what comes during a turn into the next one, in its order and up to a bound', async () => {
  const { ask, turns, end } = watched(3);
  const answers = ['a', 'b', 'c', 'd', 'e'].map((item) => ask('one', item));
  for (let n = 0; n < 3; n++) await end();
  expect(await Promise.all(answers)).toStrictEqual(['A', 'B', 'C', 'D', 'E']);
  expect(turns).toStrictEqual([['a'], ['b', 'c', 'd'], ['e']]);
});

it('lets nothing of one key wait for another', async () => {
  const { ask, turns, end } = watched(3);
  const answers = [ask('one', 'a'), ask('other', 'b')];
  expect(turns).toStrictEqual([['a'], ['b']]);
  await end();
  await end();
  expect(await Promise.all(answers)).toStrictEqual(['A', 'B']);
});

it('tries each alone where all together fail, so that one that is wrong harms no other', async () => {
  const { ask, turns, end } = watched(3, (items) => (items.includes('wrong') ? new RangeError('wrong') : undefined));
  const outcomes = Promise.allSettled(['a', 'b', 'wrong', 'c'].map((item) => ask('one', item)));
  for (let n = 0; n < 5; n++) await end();
  expect((await outcomes).map(({ status }) => status)).toStrictEqual([
    'fulfilled',
    'fulfilled',
    'rejected',
    'fulfilled',
  ]);
  expect(turns.slice(1)).toStrictEqual([['b', 'wrong', 'c'], ['b'], ['wrong'], ['c']]);
});

it('says a failure with a code, which is everybody’s, to all of a turn at once', async () => {
  const { ask, turns, end } = watched(3, (items) => (items.includes('a') ? undefined : new AppError('E_DATABASE')));
  const outcomes = Promise.allSettled(['a', 'b', 'c'].map((item) => ask('one', item)));
  await end();
  await end();
  expect((await outcomes).map(({ status }) => status)).toStrictEqual(['fulfilled', 'rejected', 'rejected']);
  expect(turns).toHaveLength(2);
});

it('goes on beside a turn that takes too long', async () => {
  const { ask, turns, ends } = watched(3, () => undefined, 20);
  const hangs = ask('one', 'a');
  const answers = [ask('one', 'b'), ask('one', 'c')];
  await expect.poll(() => turns).toStrictEqual([['a'], ['b', 'c']]);
  ends[1]?.();
  expect(await Promise.all(answers)).toStrictEqual(['B', 'C']);
  ends[0]?.();
  expect(await hangs).toBe('A');
});
