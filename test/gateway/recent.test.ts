import { describe, expect, it, vi } from 'vitest';
import { createRecent } from '../../gateway/recent.ts';

/** A look that takes as long as the test wants, at a time that the test says. */
function scene(longestMs = 1_000) {
  let nowMs = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
  const open: PromiseWithResolvers<void>[] = [];
  const recent = createRecent(() => {
    const look = Promise.withResolvers<void>();
    open.push(look);
    return look.promise;
  }, longestMs);
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  };
  const isDone = async (promise: Promise<unknown>): Promise<boolean> => {
    let done = false;
    promise.then(
      () => (done = true),
      () => (done = true),
    );
    await settle();
    return done;
  };
  const at = (ms: number): void => {
    nowMs = ms;
  };
  return { recent, open, settle, isDone, at };
}

describe('what is looked up once a second', () => {
  it('REQ-13, HAB-03: is waited for when it is too old, and looked up in good time while it is not', async () => {
    const { recent, open, settle, isDone, at } = scene();
    const first = recent.look();
    expect(await isDone(first)).toBe(false);
    open[0]?.resolve();
    expect(await isDone(first)).toBe(true);
    at(400);
    expect([await isDone(recent.look()), open.length]).toEqual([true, 1]);
    // Half of the age is over: nobody waits, and one looks.
    at(600);
    expect(await isDone(recent.look())).toBe(true);
    expect(await isDone(recent.look())).toBe(true);
    expect(open).toHaveLength(2);
    open[1]?.resolve();
    await settle();
    at(1_500);
    expect(recent.ageMs()).toBe(900);
    expect(await isDone(recent.look())).toBe(true);
    // That look fails, which nobody hears; who comes too late for the one before has to wait, and hears.
    open[2]?.reject(new Error('no database'));
    await settle();
    at(1_700);
    const waiting = recent.look();
    await settle();
    open[3]?.reject(new Error('no database'));
    await expect(waiting).rejects.toThrow('no database');
  });

  it('REQ-13: a look that began before a change does not count as one after it', async () => {
    const { recent, open, settle, isDone, at } = scene();
    const first = recent.look();
    await settle();
    at(10);
    const anew = recent.lookAnew();
    open[0]?.resolve();
    expect(await isDone(first)).toBe(true);
    expect(await isDone(anew)).toBe(false);
    const another = recent.look();
    expect(await isDone(another)).toBe(false);
    expect(open).toHaveLength(2);
    open[1]?.resolve();
    expect([await isDone(anew), await isDone(another), open.length]).toEqual([true, true, 2]);
  });
});
