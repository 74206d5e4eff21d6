import { describe, expect, it } from 'vitest';
import { classOf, isNamed } from '../../gateway/analysis/class-of.ts';

describe('the class of a track', () => {
  it('is what a detector saw, summed by group before it is told apart', () => {
    expect(classOf({ votes: { car: 4, truck: 3, person: 5 } })).toBe('car');
    expect(classOf({ votes: { person: 5, car: 1 } })).toBe('person');
  });

  it('is what the crops agree on when no detector saw it', () => {
    expect(classOf({ votes: { object: 9 }, names: { person: 3.4, object: 1.1, car: 0.5 } })).toBe('person');
    expect(classOf({ votes: { object: 9 }, names: { bicycle: 1.4, motorcycle: 1.9, object: 1.7 } })).toBe('motorcycle');
  });

  it('stays an object when the crops do not agree, or nobody looked', () => {
    expect(classOf({ votes: { object: 9 }, names: { person: 2, car: 1.9, object: 1.1 } })).toBe('object');
    expect(classOf({ votes: { object: 9 } })).toBe('object');
    expect(isNamed({ votes: { object: 9 } })).toBe(false);
  });

  it('does not lose a name that a detector gave because much of the track merely moved', () => {
    expect(classOf({ votes: { object: 40, person: 2 } })).toBe('person');
    expect(isNamed({ votes: { object: 40, person: 2 } })).toBe(true);
  });

  it('does not depend on the order of the evidence', () => {
    expect(classOf({ votes: { car: 2, person: 2 } })).toBe(classOf({ votes: { person: 2, car: 2 } }));
  });
});
