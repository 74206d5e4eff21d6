import type { Language } from '../api/client.ts';

const BOTH = /^(.*) \((the file .*)\)$/s;

/** The remark on an exhibit's clock in one language: the gateway writes it in both, the English one in brackets. */
export function clockNoteIn(language: Language, note: string): string {
  const [, french = note, english = note] = BOTH.exec(note) ?? [];
  return language === 'fr' ? french : english;
}
