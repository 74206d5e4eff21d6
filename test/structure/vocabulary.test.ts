import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  CLASSES,
  COLOURS,
  classId,
  classNameOf,
  FORBIDDEN_LABELS,
  KNOWN_LABELS,
  leavesOf,
} from '../../gateway/vocabulary.ts';

interface VocabularyFile {
  readonly searchable: readonly {
    readonly id: number;
    readonly name: string;
    readonly fr: string;
    readonly parent: string | null;
    readonly leaf: boolean;
  }[];
  readonly known: readonly string[];
  readonly forbidden: readonly string[];
  readonly colours: readonly { readonly name: string; readonly fr: string }[];
}

// Read from the disk and not through vocabulary.ts, which is what is being checked.
const file = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../models/vocabulary.json'), 'utf8'),
) as VocabularyFile;
const searchable = file.searchable.map((entry) => entry.name);

describe('the closed vocabulary', () => {
  it('FACE-08: the classes and colours that the compiler knows are those of vocabulary.json', () => {
    expect([...CLASSES]).toEqual(searchable);
    expect([...COLOURS]).toEqual(file.colours.map((colour) => colour.name));
    expect(KNOWN_LABELS).toEqual(file.known);
    expect(FORBIDDEN_LABELS).toEqual(file.forbidden);
  });

  it('FACE-08: no forbidden label can be searched or known, in English or in French', () => {
    const forbidden = new Set(file.forbidden.map((label) => label.toLowerCase()));
    expect(forbidden.size).toBeGreaterThan(10);
    const words = [...searchable, ...file.searchable.map((entry) => entry.fr), ...file.known];
    for (const word of words.flatMap((label) => [label, ...label.split(/[\s-]/)])) {
      // "hair drier" is a thing; the word alone would not be.
      if (word === 'hair') continue;
      expect(forbidden.has(word.toLowerCase()), word).toBe(false);
    }
  });

  it('gives each class one number and each parent its leaves', () => {
    expect(new Set(file.searchable.map((entry) => entry.id)).size).toBe(file.searchable.length);
    for (const name of CLASSES) expect(classNameOf(classId(name))).toBe(name);
    for (const entry of file.searchable) {
      const children = file.searchable.filter((each) => each.parent === entry.name);
      expect(children.length === 0).toBe(entry.leaf);
      if (entry.parent !== null) expect(searchable).toContain(entry.parent);
    }
    expect(leavesOf('vehicle')).toEqual(['car', 'bus', 'truck', 'van']);
    expect(leavesOf('person')).toEqual(['person']);
  });

  it('keeps searchable, known and forbidden labels apart', () => {
    const all = [...searchable, ...file.known, ...file.forbidden];
    expect(new Set(all).size).toBe(all.length);
  });
});
