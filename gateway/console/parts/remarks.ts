import type { Language } from '../api/client.ts';

const BOTH = /^(.*) \((.*)\)$/s;

/** A remark in one language: the gateway writes it in both, the English one in brackets. */
export function remarkIn(language: Language, remark: string): string {
  const [, french = remark, english = remark] = BOTH.exec(remark) ?? [];
  return language === 'fr' ? french : english;
}

/** A moment as the remark names it, the way all others are written; a file says it in UTC. */
const inWords = (note: string): string =>
  note.replace(/(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z/g, '$3/$2/$1 $4 UTC');

/** The remarks on an exhibit's clock in one language. */
export const clockNoteIn = (language: Language, note: string): string =>
  note
    .split(' ; ')
    .map((remark) => inWords(remarkIn(language, remark)))
    .join(' ; ');
