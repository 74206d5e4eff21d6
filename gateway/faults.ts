// What is wrong with something that a caller sent, said place by place: a JSON pointer, the rule that failed and what would have held. Places
// and expectations come from schemas and from what the caller may know anyway; nothing of a value is repeated.

/** Which part of what was sent: a part of the request, the claims of a signed act, or the requisition that the request names. */
export const FAULT_PARTS = ['body', 'query', 'path', 'header', 'act', 'requisition'] as const;
export type FaultPart = (typeof FAULT_PARTS)[number];

interface Sentence {
  readonly fr: string;
  readonly en: string;
}

/** The rules that a place can break; `{}` stands for what was expected. */
export const FAULT_RULES = {
  missing: { fr: 'ce champ manque', en: 'this member is missing' },
  unknown: { fr: 'champ inconnu ; attendus ici : {}', en: 'unknown member; known here: {}' },
  oneMember: { fr: 'attendu : un seul de ces champs : {}', en: 'expected one of these members alone: {}' },
  type: { fr: 'attendu : une valeur de type {}', en: 'expected a value of type {}' },
  oneOf: { fr: 'attendu : une valeur parmi {}', en: 'expected one of: {}' },
  format: { fr: 'attendu : la forme {}', en: 'expected the form {}' },
  minimum: { fr: 'attendu : au moins {}', en: 'expected at least {}' },
  maximum: { fr: 'attendu : au plus {}', en: 'expected at most {}' },
  exclusiveMinimum: { fr: 'attendu : plus de {}', en: 'expected more than {}' },
  exclusiveMaximum: { fr: 'attendu : moins de {}', en: 'expected less than {}' },
  minLength: { fr: 'attendu : au moins {} caractère(s)', en: 'expected at least {} character(s)' },
  maxLength: { fr: 'attendu : au plus {} caractères', en: 'expected at most {} characters' },
  minItems: { fr: 'attendu : au moins {} élément(s)', en: 'expected at least {} item(s)' },
  maxItems: { fr: 'attendu : au plus {} éléments', en: 'expected at most {} items' },
  minProperties: { fr: 'attendu : au moins {} champ(s)', en: 'expected at least {} member(s)' },
  uniqueItems: { fr: 'attendu : chaque élément une seule fois', en: 'expected each item once' },
  depth: { fr: 'attendu : au plus {} niveaux', en: 'expected at most {} levels' },
  conditions: { fr: 'attendu : au plus {} conditions en tout', en: 'expected at most {} conditions in all' },
  schema: { fr: 'cette valeur ne suit pas le schéma', en: 'this value does not follow the schema' },
  json: { fr: 'ceci ne se lit pas comme du JSON', en: 'this does not read as JSON' },
  mediaType: { fr: 'attendu : un contenu de type {}', en: 'expected content of type {}' },
  size: { fr: 'le contenu est trop grand pour cette adresse', en: 'the content is too large for this address' },
  instant: { fr: "cette date ou cette heure n'existe pas", en: 'this date or time does not exist' },
  order: { fr: 'la fin ne suit pas le début', en: 'the end is not after the beginning' },
  line: { fr: 'une ligne va d’un point à un autre', en: 'a line goes from one point to another' },
  passes: { fr: 'une étape ne peut que traverser sa zone', en: 'a step can only pass its zone' },
  lacks: { fr: 'la réquisition ne vise pas : {}', en: 'the requisition does not list: {}' },
  noList: {
    fr: 'aucune liste des retraits {} n’a été présentée : la juridiction la signe, « act present » la remet',
    en: 'no revocation list {} was presented: the court signs it, `act present` hands it over',
  },
  staleList: {
    fr: 'la liste des retraits n’est plus à jour : {} ; une suivante doit être présentée',
    en: 'the revocation list is out of date: {}; the next one has to be presented',
  },
  revokedBy: { fr: 'retirée par la liste des retraits {}', en: 'revoked by the revocation list {}' },
  ended: { fr: 'une décision enregistrée ici y a mis fin', en: 'a decision on record here ended it' },
  onRecord: {
    fr: 'déjà enregistré : « case list » montre les procédures que cette clé peut ouvrir',
    en: 'already on record: `case list` shows the cases that this key may open',
  },
  used: { fr: 'cet identifiant a déjà servi à un autre acte', en: 'this id was used for another act' },
  elsewhere: { fr: 'signé pour une autre installation', en: 'signed for another installation' },
  holder: { fr: 'cette clé n’y est pas désignée', en: 'this key is not named there' },
  corrections: {
    fr: 'attendu : chaque résultat une fois, effacé ou changé',
    en: 'expected each hit once, erased or changed',
  },
  jurisdiction: {
    fr: 'attendue des rôles {}, et d’eux seuls',
    en: 'expected of the roles {}, and of them alone',
  },
  timeZone: { fr: 'un fuseau horaire (capture.tz) n’existe pas', en: 'a time zone (capture.tz) does not exist' },
  dueDate: {
    fr: 'attendu : après la réception, et soixante jours plus tard au plus',
    en: 'expected after the reception, and sixty days later at most',
  },
  recording: { fr: 'attendu : un moment de l’enregistrement', en: 'expected a moment of the recording' },
  succession: { fr: 'attendu : après la liste déjà enregistrée', en: 'expected after the list on record' },
  past: { fr: 'attendu : un moment passé', en: 'expected a time that has passed' },
  hit: { fr: 'ce résultat est d’une autre pièce', en: 'this hit is of another exhibit' },
  across: { fr: 'une seule autre caméra à la fois', en: 'one other camera at a time' },
} as const satisfies Record<string, Sentence>;
export type FaultRule = keyof typeof FAULT_RULES;

export interface Fault {
  readonly in: FaultPart;
  /** RFC 6901; empty for the whole part. */
  readonly pointer: string;
  readonly rule: FaultRule;
  readonly expected: readonly string[];
}

/** More than these are not told. */
export const MOST_FAULTS = 10;

export const faultAt = (
  part: FaultPart,
  pointer: string,
  rule: FaultRule,
  ...expected: readonly (string | number)[]
): Fault => ({ in: part, pointer, rule, expected: expected.map(String) });

/** The sentence of a fault without its place. */
export const faultSentence = ({ rule, expected }: Pick<Fault, 'rule' | 'expected'>, language: keyof Sentence): string =>
  FAULT_RULES[rule][language].replace('{}', () => expected.join(', '));

/** Whether a member of an answer is a fault as this build knows them. */
export function isFault(value: unknown): value is Fault {
  if (typeof value !== 'object' || value === null) return false;
  const { in: part, pointer, rule, expected } = value as { readonly [name in keyof Fault]?: unknown };
  return (
    (FAULT_PARTS as readonly unknown[]).includes(part) &&
    typeof pointer === 'string' &&
    typeof rule === 'string' &&
    isFaultRule(rule) &&
    Array.isArray(expected) &&
    expected.every((one) => typeof one === 'string')
  );
}

export const isFaultRule = (text: string): text is FaultRule => Object.hasOwn(FAULT_RULES, text);

/** A pointer one member or item further down. */
export const below = (pointer: string, name: string | number): string =>
  `${pointer}/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;
