import type { Language } from '../api/client.ts';

const BOTH = /^(.*) \((the file .*)\)$/s;

/** A moment as the remark names it, the way all others are written; a file says it in UTC. */
const inWords = (note: string): string =>
  note.replace(/(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z/g, '$3/$2/$1 $4 UTC');

/** The remark on an exhibit's clock in one language: the gateway writes it in both, the English one in brackets. */
export function clockNoteIn(language: Language, note: string): string {
  const remarks = note.split(' ; ').map((remark) => {
    const [, french = remark, english = remark] = BOTH.exec(remark) ?? [];
    return inWords(language === 'fr' ? french : english);
  });
  return remarks.join(' ; ');
}
