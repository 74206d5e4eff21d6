import { FR_CASE } from './fr-case.ts';
import { FR_CONDITION } from './fr-condition.ts';
import { FR_CONTROL } from './fr-control.ts';
import { FR_FOOTAGE } from './fr-footage.ts';
import { FR_HELP } from './fr-help.ts';
import { FR_JOURNAL } from './fr-journal.ts';
import { FR_NAMES } from './fr-names.ts';
import { FR_PLAYER } from './fr-player.ts';
import { FR_REASON } from './fr-reason.ts';
import { FR_REVIEW } from './fr-review.ts';
import { FR_SEARCH } from './fr-search.ts';

// What the console says, French first. No component has text of its own.
export const FR = {
  ...FR_CASE,
  ...FR_SEARCH,
  ...FR_PLAYER,
  ...FR_CONDITION,
  ...FR_HELP,
  ...FR_FOOTAGE,
  ...FR_CONTROL,
  ...FR_REVIEW,
  ...FR_REASON,
  names: FR_NAMES,
  codes: FR_JOURNAL,
  app: {
    title: 'Différé',
    skip: 'Aller au contenu',
    leave: 'Quitter',
    otherLanguage: 'English',
    themeLight: 'Thème clair',
    themeDark: 'Thème sombre',
    themeSystem: 'Thème du système',
    help: 'Aide clavier',
    close: 'Fermer',
    cancel: 'Annuler',
    screens: 'Écrans',
    case: 'Dossier',
    search: 'Recherche',
    player: 'Lecteur',
    review: 'Revue',
    control: 'Contrôle',
    loading: 'Chargement…',
    colon: '\u00a0: ',
    unreachable: 'La passerelle ne répond pas. Vérifiez la connexion, puis recommencez.',
    failed: 'La page a rencontré une erreur. Rechargez-la ; rien de ce qui est enregistré n’est perdu.',
    footer:
      'Images enregistrées seulement. Aucune reconnaissance faciale, aucune empreinte de personne. Chaque consultation est inscrite au journal. Têtes et plaques des objets détectés sont masquées ; le reste de l’image ne l’est pas.',
  },
};

export type Words = typeof FR;
