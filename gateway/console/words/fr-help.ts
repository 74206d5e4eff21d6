type Keys = readonly (readonly [key: string, what: string])[];
interface Group {
  readonly title: string;
  readonly keys: Keys;
}

const GROUPS: readonly Group[] = [
  {
    title: 'Partout',
    keys: [
      ['?', 'cette aide'],
      ['Alt 1 à 5', 'Dossier, Recherche, Lecteur, Revue, Contrôle'],
      ['Tab', 'élément suivant'],
      ['Échap', 'fermer, annuler ; fermer le résultat ouvert'],
    ],
  },
  {
    title: 'Lecteur',
    keys: [
      ['Espace', 'lire, pause'],
      [', .', 'une image en arrière, en avant'],
      ['J K L', 'navette : arrière, arrêt, avant (à nouveau : plus vite)'],
      ['← →', 'une seconde'],
      ['Maj ← →', 'dix secondes'],
      ['Page préc., suiv.', 'une minute'],
      ['A, Maj A', 'image analysée suivante, précédente'],
      ['D, Maj D', 'image clé suivante, précédente'],
      ['N, P', 'résultat suivant, précédent'],
      ['R', 'résultat suivant à examiner (parmi les sélectionnés, s’il y en a)'],
      ['G', 'lacune suivante'],
      ['H', 'aller à une heure, à une image'],
      ['Origine, Fin', 'début, fin de la séquence'],
      ['I, O', 'repères d’entrée et de sortie'],
      ['M', 'signet sur l’image affichée (ou l’en retirer)'],
      ['B T Z S E', 'cadre, trajet, zones, scores, autres objets'],
      ['C', 'image nue'],
    ],
  },
  {
    title: 'Avis',
    keys: [
      ['1', 'confirmer'],
      ['2', 'incertain'],
      ['3', 'écarter'],
      ['U', 'annuler le dernier avis (l’historique le garde)'],
      ['X', 'ajouter à l’export'],
      ['V', 'lever le masque d’un résultat confirmé'],
    ],
  },
  {
    title: 'Vignettes et dessin',
    keys: [
      ['flèches', 'vignette voisine (← → : précédente, suivante) ; sommet déplacé'],
      ['R', 'vignettes : ouvrir le suivant à examiner (parmi les sélectionnés, s’il y en a)'],
      ['← → Entrée', 'chronologie des résultats : bord déplacé (Page : de dix), question resserrée'],
      ['Ctrl Espace', 'vignette : la sélectionner, ou non (aussi Ctrl clic)'],
      ['Maj flèches', 'vignettes : sélectionner jusque-là (aussi Maj clic)'],
      ['Ctrl A, Échap', 'toutes les vignettes affichées, aucune'],
      ['Entrée', 'ouvrir ; finir la zone'],
      ['Suppr', 'retirer le sommet'],
      ['Ctrl Z', 'annuler le dernier geste'],
    ],
  },
  {
    title: 'Critères',
    keys: [
      ['Maj ← →', 'pastille : la placer avant, après'],
      ['Maj ↑ ↓', 'pastille : la sortir du groupe, la mettre dans le groupe voisin'],
      ['objet:voiture,camion', 'tapé : l’un ou l’autre ; de même couleur:, jour:'],
      ['vitesse:>50', 'tapé ; aussi <50 et 50-200 ; confiance:80 ; heure:08:00-20:00'],
      ['ET OU NON ( )', 'tapés entre les critères : des groupes'],
    ],
  },
];

export const FR_HELP = {
  help: { groups: GROUPS },
  draw: {
    title: 'Zone',
    helpOf: {
      zone: 'Cliquez pour poser les sommets, puis sur le premier pour fermer. Glissez un sommet pour le déplacer ; clic droit ou Suppr le retire ; clic droit sur un côté en ajoute un. Un objet est dans la zone quand le milieu du bas de son cadre y est.',
      line: 'Cliquez les deux extrémités, A puis B. Les flèches montrent les deux sens demandés, vers la gauche et la droite de qui va de A vers B ; un clic sur une flèche la retire ou la remet.',
      path: 'Cliquez le chemin dans son sens, point par point.',
      boxes:
        'Cliquez deux coins opposés de la plus petite taille, puis, si vous voulez une limite haute, deux coins de la plus grande.',
    },
    background: 'Image choisie, têtes et plaques masquées',
    surface: 'Surface de dessin',
    add: 'Ajouter un point',
    undo: 'Annuler le dernier geste',
    close: 'Fermer la zone',
    done: 'Utiliser ce tracé',
    cancel: 'Abandonner',
    corners: (n: number) => (n > 1 ? `${n} points` : `${n} point`),
    faults: {
      crossing: 'les bords se croisent : déplacez un point',
      flat: 'les points sont alignés : la zone ne couvre rien',
    },
    corner: (n: number, x: number, y: number) => `Point ${n}, à ${x} % de la gauche et ${y} % du haut`,
    onFrame: 'sur l’image affichée',
    noFrame:
      'Ouvrez un résultat ou cochez une seule caméra pour dessiner sur une image ; sinon la zone se dessine sur un fond vide.',
  },
};
