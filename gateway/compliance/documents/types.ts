/** A text in both languages; French counts. */
export interface Words {
  readonly fr: string;
  readonly en: string;
}

export interface Table {
  readonly head: readonly Words[];
  /** Of the columns, in parts of each other; equal when absent. */
  readonly widths?: readonly number[];
  readonly rows: readonly (readonly string[])[];
  /** So many of the last columns are figures, set to the right. */
  readonly figures?: number;
}

export interface Section {
  readonly title: Words;
  /** A part of the section before; absent for a section of its own. */
  readonly isPart?: boolean;
  readonly paragraphs?: readonly Words[];
  readonly table?: Table;
  /** What a person has to write: shown as a gap, never filled by the system. */
  readonly toComplete?: Words;
}

/** What a generated document says, whatever it is drawn as. */
export interface Document {
  readonly title: Words;
  readonly subtitle: Words;
  readonly installation: string;
  readonly madeAt: string;
  /** Under `env=test`: every page says so. */
  readonly isDemo: boolean;
  readonly sections: readonly Section[];
}

/** An instant as people write it, in UTC. */
export const dateWords = (iso: string): string =>
  `${new Intl.DateTimeFormat('fr-FR', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' }).format(new Date(iso))} UTC`;

export const DEMO_MARK: Words = { fr: 'DÉMONSTRATION – sans valeur', en: 'DEMONSTRATION – of no value' };
export const TO_COMPLETE: Words = {
  fr: 'À compléter par le responsable de traitement',
  en: 'To be completed by the controller',
};
