/** Words of what this product must not have, in English and French; compared word by word, so that a surface is no face. */
const FORBIDDEN = new Set(
  [
    ['face', 'faces', 'facial', 'faciale', 'visage', 'visages', 'iris', 'gait', 'demarche'],
    ['biometric', 'biometrics', 'biometry', 'biometrique', 'biometriques', 'biometrie'],
    ['embedding', 'embeddings', 'similar', 'similarity', 'similarities', 'lookalike', 'ressemblance'],
    ['reid', 'reidentification', 'gallery', 'galleries', 'watchlist', 'watchlists'],
    ['arcface', 'facenet', 'insightface', 'retinaface', 'scrfd', 'osnet', 'deepface', 'mobilefacenet', 'blazeface'],
    ['gender', 'genre', 'ethnicity', 'ethnie', 'emotion', 'emotions', 'religion', 'attractiveness'],
  ].flat(),
);

/** Words of a standing watch on what is filmed (DEF-09), of interfaces alone: elsewhere they are ordinary words. */
const WATCHING = new Set(['webhook', 'webhooks', 'subscribe', 'subscription', 'subscriptions', 'websocket', 'notify']);

/** Words of a judgement on persons (FBD-04); a detection's `confidence` is one on the detection. */
const SCORING = new Set(
  [
    [
      'score',
      'scores',
      'scoring',
      'risk',
      'risks',
      'risque',
      'profile',
      'profiling',
      'profilage',
      'prediction',
      'predict',
    ],
    ['suspicion', 'suspicious', 'dangerousness', 'rating', 'ranking', 'reputation', 'likelihood'],
  ].flat(),
);

/** Data sets of faces and of persons to be told apart (FACE-17). */
const DATA_SETS = new Set(
  [
    'lfw',
    'celeba',
    'vggface',
    'vggface2',
    'casia',
    'megaface',
    'ms1m',
    'msceleb',
    'glint360k',
    'widerface',
    'utkface',
  ].concat(['fairface', 'affectnet', 'fer2013', 'market1501', 'dukemtmc', 'msmt17', 'cuhk03', 'pa100k']),
);

export const WORD_LISTS = { forbidden: FORBIDDEN, watching: WATCHING, scoring: SCORING, dataSets: DATA_SETS } as const;
export type WordList = keyof typeof WORD_LISTS;

/** Words of an identifier, a path or a sentence: parts of camelCase and of kebab-case, lower case, without accents. */
export const wordsOf = (text: string): readonly string[] =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');

/** The words of a text that stand in one of the lists. */
export const deniedIn = (text: string, lists: readonly WordList[]): readonly string[] =>
  wordsOf(text).filter((word) => lists.some((list) => WORD_LISTS[list].has(word)));
