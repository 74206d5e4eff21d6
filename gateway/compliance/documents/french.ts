import type { Op } from '../../policy/types.ts';
import { CLASSES, COLOURS, classInFrench, colourInFrench } from '../../vocabulary.ts';

// Codes of the product in the words of a document for the procedure.

const OPERATIONS: Readonly<Record<Op, string>> = {
  'index.objects': 'relever les objets présents',
  'search.class': 'rechercher par nature',
  'search.colour': 'rechercher par couleur',
  'search.size': 'rechercher par taille',
  'search.time': 'rechercher par période',
  'search.speed': 'rechercher par vitesse',
  'search.direction': 'rechercher par direction',
  'search.zone': 'rechercher par zone',
  'search.line': 'rechercher par franchissement de ligne',
  'search.sequence': "rechercher par suite d'événements",
  'search.dwell': 'rechercher par durée de présence',
  'search.stationary': 'rechercher ce qui est immobile',
  'search.path': 'rechercher par trajet',
  'search.proximity': 'rechercher par proximité',
  'search.count': 'rechercher par nombre',
  'search.cross_camera': "joindre des questions d'une caméra à l'autre, par attributs et temps de trajet",
  'track.single_exhibit': 'suivre un objet dans une seule pièce',
  'review.reveal': 'lever le masque du seul objet validé',
  'export.clip': 'exporter des extraits',
  'export.report': 'exporter un rapport',
};

export const operationInFrench = (op: string): string => OPERATIONS[op as Op] ?? op;

const FRENCH = new Map<string, string>([
  ...CLASSES.map((name) => [name, classInFrench(name)] as const),
  ...COLOURS.map((name) => [name, colourInFrench(name)] as const),
]);

/** A class or a colour of the vocabulary; what it does not have stays as it is. */
export const wordInFrench = (name: string): string => FRENCH.get(name) ?? name;

export const FRAMEWORKS: Readonly<Record<string, string>> = {
  FLAGRANCE: 'Enquête de flagrance',
  PRELIMINAIRE: 'Enquête préliminaire',
  COMMISSION_ROGATOIRE: 'Commission rogatoire',
  MORT_SUSPECTE: 'Recherche des causes de la mort (art. 74)',
  DISPARITION: 'Recherche des causes de la disparition (art. 74-1)',
};

export const AUTHORITIES: Readonly<Record<string, string>> = {
  procureur: 'Procureur de la République',
  juge_instruction: "Juge d'instruction",
  opj: 'Officier de police judiciaire',
};

export const SERVICES: Readonly<Record<string, string>> = {
  police_nationale: 'Police nationale',
  gendarmerie_nationale: 'Gendarmerie nationale',
  prefecture_police: 'Préfecture de police',
};

/** A length of time: seconds alone below a minute. */
export function durationInFrench(seconds: number): string {
  const tenths = new Intl.NumberFormat('fr-FR', { maximumFractionDigits: 1 });
  if (seconds < 60) return `${tenths.format(seconds)} s`;
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  const rest = `${String(minutes).padStart(hours > 0 ? 2 : 1, '0')} min ${tenths.format(seconds % 60)} s`;
  return hours > 0 ? `${hours} h ${rest}` : rest;
}

/** The same for a narrow column: hours, minutes, seconds. */
export function clockDuration(seconds: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const tenths = Math.round(seconds * 10);
  const rest = tenths % 600;
  const [hours, minutes] = [Math.floor(tenths / 36_000), Math.floor((tenths % 36_000) / 600)];
  return `${two(hours)}:${two(minutes)}:${two(Math.floor(rest / 10))}${rest % 10 === 0 ? '' : `,${rest % 10}`}`;
}
