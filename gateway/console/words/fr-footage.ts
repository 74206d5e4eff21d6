const many = (n: number, one: string, several: string): string => `${n} ${n > 1 ? several : one}`;

export const FR_FOOTAGE = {
  footage: {
    title: (days: number, from: string, to: string) =>
      `Calendrier des enregistrements · ${days > 1 ? `${days} jours, du ${from} au ${to}` : from}`,
    hint: 'Trait bleu : enregistrement analysé ; gris : pas encore ; pâle : rien. Point : résultats à examiner de la question ouverte. Nombre : résultats. Heure de Paris, horloges corrigées.',
    previousMonth: 'Mois précédent',
    nextMonth: 'Mois suivant',
    day: (cameras: number, hits: number, unreviewed: number) =>
      [
        cameras === 0 ? 'aucun enregistrement' : `enregistrements de ${many(cameras, 'caméra', 'caméras')}`,
        ...(hits === 0 ? [] : [`${many(hits, 'résultat', 'résultats')}, ${unreviewed} à examiner`]),
      ].join(', '),
    dayTable: (date: string) => `Enregistrements du ${date}, par caméra et par heure`,
    hour: (minutes: number, hits: number, unreviewed: number) =>
      [
        `${minutes} min enregistrée${minutes > 1 ? 's' : ''}`,
        ...(hits === 0 ? [] : [`${many(hits, 'résultat', 'résultats')}, ${unreviewed} à examiner`]),
      ].join(', '),
    nothing: 'Aucune caméra n’a d’enregistrement sous scellé ce jour-là.',
    askDay: (date: string) => `Limiter la question au ${date}`,
    askHour: 'Limiter la question à cette caméra et à cette heure',
    gap: 'sans enregistrement',
    states: { notAnalysed: 'non analysé', outside: 'hors réquisition' },
  },
};
