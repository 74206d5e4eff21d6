import type { Section, Words } from './types.ts';

export const words = (fr: string, en: string): Words => ({ fr, en });

/** A heading that stands for its parts. */
export const chapter = (fr: string, en: string): Section => ({ title: words(fr, en) });

/** One heading of the plan: what the system says of itself, and what is left to people. */
export const part = (
  fr: string,
  en: string,
  content: {
    readonly say?: Words;
    readonly rows?: readonly (readonly [string, string])[];
    readonly gap?: Words;
  },
): Section => ({
  title: words(fr, en),
  isPart: true,
  ...(content.say === undefined ? {} : { paragraphs: [content.say] }),
  ...(content.rows === undefined
    ? {}
    : { table: { head: [words('Élément', 'Item'), words('Valeur', 'Value')], widths: [3, 7], rows: content.rows } }),
  ...(content.gap === undefined ? {} : { toComplete: content.gap }),
});
