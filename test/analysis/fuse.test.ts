import { describe, expect, it } from 'vitest';
import { fuse } from '../../gateway/analysis/fuse.ts';
import type { Detection } from '../../gateway/analysis/types.ts';
import type { ClassName } from '../../gateway/vocabulary.ts';

const box = (name: ClassName, score: number, left: number, top: number, width: number, height: number): Detection => ({
  class: name,
  score,
  left,
  top,
  width,
  height,
});

describe('one list of what a detector names and what moves', () => {
  it('keeps a moving piece that nothing names, and a named box that nothing moves under', () => {
    const person = box('person', 0.8, 0, 0, 40, 100);
    const piece = box('object', 0.6, 300, 0, 60, 60);
    expect(fuse([person], [piece])).toEqual([person, piece]);
    expect(fuse([], [piece])).toEqual([piece]);
    expect(fuse([person], [])).toEqual([person]);
  });

  it('makes one sighting of a person who is named and moves', () => {
    const person = box('person', 0.8, 0, 0, 40, 100);
    expect(fuse([person], [box('object', 0.7, 2, 4, 40, 92)])).toEqual([{ ...person, moving: true }]);
  });

  it('is surer of what the detector doubts when it moves', () => {
    const doubtful = box('person', 0.2, 0, 0, 40, 100);
    expect(fuse([doubtful], [box('object', 0.7, 0, 0, 40, 100)])).toEqual([{ ...doubtful, score: 0.4, moving: true }]);
  });

  it('takes a moving leg of a named person for a part of the person', () => {
    const person = box('person', 0.8, 0, 0, 40, 100);
    expect(fuse([person], [box('object', 0.7, 10, 70, 20, 30)])).toEqual([person]);
  });

  it('keeps a moving piece under a box that the detector hardly believes', () => {
    const doubtful = box('person', 0.2, 0, 0, 200, 200);
    const piece = box('object', 0.7, 10, 10, 30, 60);
    expect(fuse([doubtful], [piece])).toEqual([doubtful, piece]);
  });

  it('keeps a person who walks before a parked car', () => {
    const car = box('car', 0.8, 0, 0, 100, 90);
    const piece = box('object', 0.7, 30, 0, 35, 88);
    expect(fuse([car], [piece])).toEqual([car, piece]);
  });

  it('makes no certain sighting of a mere guess, nor of the second best box of one piece', () => {
    const guess = box('suitcase', 0.12, 0, 0, 40, 100);
    const piece = box('object', 0.7, 0, 0, 40, 100);
    expect(fuse([guess], [piece])).toEqual([{ ...guess, moving: true }, piece]);
    const [better, worse] = [box('person', 0.3, 0, 0, 40, 100), box('car', 0.2, 0, 0, 42, 100)];
    expect(fuse([better, worse], [piece])).toEqual([
      { ...better, score: 0.4, moving: true },
      { ...worse, moving: true },
    ]);
  });

  it('knows that a person in a wide piece moves, and keeps the piece: somebody else may be in it', () => {
    const person = box('person', 0.8, 0, 0, 40, 100);
    expect(fuse([person], [box('object', 0.6, 0, 0, 120, 100)])).toEqual([
      { ...person, moving: true },
      expect.anything(),
    ]);
  });

  it('takes two persons that move as one piece for the two whom the detector names', () => {
    const pair = [box('person', 0.8, 0, 0, 40, 100), box('person', 0.7, 45, 0, 40, 100)];
    expect(fuse(pair, [box('object', 0.6, 0, 0, 85, 100)]).map(({ class: name }) => name)).toEqual([
      'person',
      'person',
    ]);
  });
});
