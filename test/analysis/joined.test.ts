import { describe, expect, it } from 'vitest';
import { splitJoined } from '../../gateway/analysis/joined.ts';
import type { Detection } from '../../gateway/analysis/types.ts';

const person = { left: 100, top: 100, width: 30, height: 76 };
const car = { left: 70, top: 186, width: 100, height: 46 };
const both: Detection = {
  class: 'object',
  score: 0.7,
  left: 70,
  top: 100,
  width: 100,
  height: 132,
  parts: [person, car],
};

describe('pieces that were joined above each other', () => {
  it('come apart where a track is expected at one of them and none at the whole', () => {
    expect(splitJoined([both], [{ ...person, left: 106 }])).toEqual([
      { class: 'object', score: 0.7, ...person },
      { class: 'object', score: 0.7, ...car },
    ]);
  });

  it('stay one where a track is expected at the whole, or nowhere near', () => {
    expect(splitJoined([both], [{ ...both, left: 76 }, person])).toEqual([both]);
    expect(splitJoined([both], [{ ...person, left: 400 }])).toEqual([both]);
    expect(splitJoined([both], [])).toEqual([both]);
  });

  it('stay one where the one is so small that it is a part of the other', () => {
    const head = { left: 110, top: 100, width: 14, height: 16 };
    const body = { left: 100, top: 120, width: 34, height: 80 };
    const whole: Detection = { ...both, left: 100, width: 34, height: 100, parts: [head, body] };
    expect(splitJoined([whole], [head])).toEqual([whole]);
  });
});
