import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createFrameStore } from '../../gateway/analysis/frame-memory.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const MIB = 1024 * 1024;

describe('the memory of frames', () => {
  it('is used again when it was given back, for frames of the same size', () => {
    const lend = createFrameStore();
    const first = lend();
    const frames = [first.space(100), first.space(100), first.space(200)];
    expect(new Set(frames.map(({ buffer }) => buffer)).size).toBe(3);
    first.giveBack();
    const second = lend();
    const again = [second.space(200), second.space(200)];
    expect(again[0]).toBe(frames[2]);
    expect(frames).not.toContain(again[1]);
    expect(frames.slice(0, 2)).toContain(second.space(100));
  });

  it('goes to nobody else while it is lent', () => {
    const lend = createFrameStore();
    const [one, other] = [lend(), lend()];
    const frame = one.space(100);
    expect(other.space(100)).not.toBe(frame);
    other.giveBack();
    expect(one.space(100)).not.toBe(frame);
  });

  it('is kept up to a bound', () => {
    const lend = createFrameStore();
    const first = lend();
    const frames = new Set(Array.from({ length: 5 }, () => first.space(100 * MIB)));
    first.giveBack();
    const second = lend();
    const used = Array.from({ length: 5 }, () => second.space(100 * MIB)).filter((frame) => frames.has(frame));
    expect(used).toHaveLength(3);
  });

  it('is left to the collector when nobody came for half a minute', () => {
    const lend = createFrameStore();
    const first = lend();
    const frame = first.space(100);
    first.giveBack();
    vi.advanceTimersByTime(29_000);
    const second = lend();
    expect(second.space(100)).toBe(frame);
    second.giveBack();
    vi.advanceTimersByTime(31_000);
    expect(lend().space(100)).not.toBe(frame);
  });
});
