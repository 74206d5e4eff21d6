import type { LeafKind } from '../../search/conditions/types.ts';

/** What a reason speaks of, each figure written as the language writes it; empty where the reason has none. */
export interface Told {
  /** The figure that decided, in the unit of its condition. */
  readonly value: string;
  /** The same as a share. */
  readonly percent: string;
  /** The same as a bearing: `la droite`. */
  readonly bearing: string;
  /** Media time at which it was seen to hold. */
  readonly at: string;
  readonly to: string;
  /** Of the other track: its camera, and its true time. */
  readonly camera: string;
  readonly when: string;
}

const CONDITIONS: Readonly<Record<LeafKind, (told: Told) => string>> = {
  class: () => 'classe demandée',
  colour: ({ percent }) => `couleur demandée sur ${percent} de la partie visée`,
  confidence: ({ percent }) => `confiance ${percent}, au seuil demandé`,
  size: ({ value }) => `hauteur ${value} px, dans la taille demandée`,
  zone: ({ at }) => (at === '' ? 'évite la zone tracée' : `dans la zone tracée à ${at}`),
  line: ({ at }) => `franchit la ligne tracée à ${at}`,
  sequence: ({ at, to }) => `passe par les lieux tracés dans l’ordre, de ${at} à ${to}`,
  path: ({ at, to }) => `suit le trajet tracé, de ${at} à ${to}`,
  speed: ({ value }) => `vitesse médiane ${value} px/s`,
  direction: ({ bearing, value }) => `se déplace vers ${bearing} (${value}°)`,
  dwell: ({ value, at }) => `reste ${value} s dans la zone tracée, dès ${at}`,
  stationary: ({ value, at }) => `immobile ${value} s, dès ${at}`,
  near: ({ camera, when, at }) => `proche d’un autre objet à ${at} (${camera}, vu dès ${when})`,
  crowd: ({ value }) => `jusqu’à ${value} objets à la fois dans l’image`,
  span: () => 'à l’image pendant la période demandée',
  timeOfDay: () => 'à l’image aux heures demandées',
  weekday: () => 'à l’image un des jours demandés',
  relativeTo: () => 'à l’image dans le délai demandé autour de l’indice désigné',
  acrossCameras: ({ value, camera, when }) =>
    `mêmes attributs ${value} s plus tard sur ${camera} (${when}), sans dire qu’il s’agit du même`,
};

export const FR_REASON = {
  reason: {
    conditions: CONDITIONS,
    class: (name: string, percent: string) => `objet classé « ${name} », confiance ${percent}`,
    colour: (name: string, part: string, percent: string) => `${name} sur ${percent} ${part}`,
    parts: { whole: 'de l’objet', upper: 'du haut', lower: 'du bas' },
    time: (from: string, to: string, doubt: string) => `à l’image de ${from} à ${to} (${doubt})`,
    zone: (at: string) => `passe dans la zone tracée à ${at}`,
    confidence: (percent: string) => `confiance ${percent}, au seuil demandé`,
    exhibit: 'dans un scellé demandé',
  },
};
