import type { ErrorCode } from './errors.ts';

/** What a description says of one route beside its schemas. */
export interface OperationText {
  /** Operation id: the name of the call in generated clients. */
  readonly id: string;
  /** Title in French. */
  readonly title: string;
  /** What it does, in English. */
  readonly text: string;
  /** Names of the component schemas of body and answer; without one they are called after the operation. */
  readonly takes?: string;
  readonly gives?: string;
  /** The room that answers. */
  readonly room: string;
  /** Codes beyond those of the guard, which follow from the route's action. */
  readonly refusals?: readonly ErrorCode[];
  /** Media types of an answer that is not one JSON document, by status. */
  readonly media?: Readonly<Record<string, readonly string[]>>;
  /** Media type of a body that no schema describes. */
  readonly body?: string;
  /** Names of `HEADERS` (api-headers.ts) that the request may or must carry, and that the answer carries. */
  readonly asks?: readonly string[];
  readonly answers?: readonly string[];
}

const TOKEN: readonly ErrorCode[] = ['E_REQ_SIG', 'E_REQ_SCHEMA', 'E_REQ_AUTHORITY', 'E_REQ_REPLAY', 'E_REQ_EXPIRED'];
const DEPOSIT: readonly ErrorCode[] = [
  ...(['E_REQ_SCOPE', 'E_DEF_NOT_EXHIBIT', 'E_DEF_TOO_SOON', 'E_DEF_WINDOW', 'E_DEF_SOURCE', 'E_DEF_ROLLING'] as const),
  ...(['E_DEF_HASH_MISMATCH', 'E_DEF_CONTAINER', 'E_DEF_CODEC', 'E_DEF_PICTURE', 'E_DEF_UNSTABLE'] as const),
  ...(['E_UPLOAD_DEFERRED', 'E_UPLOAD_EXISTS', 'E_UPLOAD_BUSY', 'E_UPLOAD_CHUNK', 'E_UPLOAD_OFFSET'] as const),
  ...(['E_MEDIA_LIMIT', 'E_MEDIA_DECODE'] as const),
];
const TUS = ['tus-resumable'];
const PAGED: readonly ErrorCode[] = ['E_CURSOR'];
const PICTURES: readonly ErrorCode[] = [
  ...(['E_MEDIA_SPAN', 'E_REQ_SCOPE', 'E_JOB_NOT_DONE', 'E_MEDIA_DECODE', 'E_MEDIA_LIMIT', 'E_DEF_UNSTABLE'] as const),
];
const FRAME_HEADERS = [
  ...['differe-frame', 'differe-pts', 'differe-media-seconds', 'differe-recorder-time', 'differe-true-time'],
  ...['differe-analysed', 'differe-shown'],
];
const JSON_LINES = { 200: ['application/x-ndjson'] };
const BINARY = { 200: ['application/json', 'image/jpeg', 'video/mp4', 'text/plain', 'application/octet-stream'] };
const DOCUMENT = { 200: ['application/json', 'text/html', 'application/pdf'] };

/** Every route of the API, `METHOD url` as the route has it. A route without a row fails test/structure. */
export const OPERATIONS: Readonly<Record<string, OperationText>> = {
  'GET /api/v1/openapi.json': {
    id: 'readDescription',
    title: "Description de l'interface",
    text: 'This document.',
    room: 'description',
  },
  'POST /api/v1/acts': {
    id: 'presentAct',
    gives: 'PresentedAct',
    title: 'Présenter un acte signé',
    text: 'Puts a signed act on record: a revocation list, a contrary decision, an order, an extension, a closure, a habilitation. Its signature is the authority for it, so whoever carries it may present it.',
    room: 'trust',
    refusals: [...TOKEN, 'E_PRO_SILO', 'E_RET_CLOSURE', 'E_RET_CLOSED', 'E_RET_EXTENSION', 'E_REQ_ACTS'],
  },
  'GET /api/v1/habilitations/:agentId': {
    id: 'readHabilitation',
    gives: 'Habilitation',
    title: "Habilitation d'un agent à une date",
    text: 'Whether somebody was habilitated at a moment: an answer signed by the installation, for those who control it.',
    room: 'habilitation',
  },
  'POST /api/v1/requisitions': {
    id: 'presentRequisition',
    takes: 'Tokens',
    gives: 'Requisition',
    title: 'Enregistrer une réquisition',
    text: "Verifies a magistrate's authorisation and an officer's exhibit schedule, and puts them on record as one requisition. The first of a procedure opens its case.",
    room: 'requisition',
    refusals: [
      ...TOKEN,
      ...(['E_REQ_FRAMEWORK', 'E_REQ_ACTS', 'E_REQ_CONTROLLER', 'E_REQ_DEEMED', 'E_REQ_NOT_SPECIFIC'] as const),
      ...(['E_REQ_SCOPE', 'E_REQ_OP', 'E_REQ_OBJECT', 'E_REQ_QUALIFIED', 'E_REQ_REVOKED', 'E_REQ_RENEW'] as const),
      ...(['E_REQ_PROVENANCE', 'E_DEF_ROLLING', 'E_DEF_WINDOW', 'E_RET_CLOSED', 'E_HAB_CASE', 'E_HAB_NONE'] as const),
      ...(['E_HAB_REVOKED', 'E_HAB_TRAINING', 'E_HAB_JURIS'] as const),
    ],
  },
  'GET /api/v1/cases': {
    id: 'listCases',
    title: 'Procédures ouvertes à cette clé',
    text: 'The cases that the key of the proof is designated in, or that a magistrate is seized of, each with its requisitions.',
    room: 'requisition',
    refusals: PAGED,
  },
  'GET /api/v1/cases/:caseId': {
    id: 'readCase',
    gives: 'Case',
    title: "État d'une procédure",
    text: 'One case: its procedure number and where it stands.',
    room: 'requisition',
  },
  'GET /api/v1/cases/:caseId/requisitions': {
    id: 'listRequisitions',
    title: "Réquisitions d'une procédure",
    text: 'The requisitions of a case, newest first: what each allows, on which exhibits, until when.',
    room: 'requisition',
    refusals: PAGED,
  },
  'POST /api/v1/uploads': {
    id: 'createUpload',
    title: 'Commencer un dépôt (tus)',
    text: 'tus 1.0 creation: announces an exhibit of the schedule by its length and its piece number. The id at the end of Location becomes the id of the exhibit.',
    room: 'footage',
    body: 'application/offset+octet-stream',
    asks: [...TUS, 'upload-length', 'upload-metadata', 'upload-defer-length'],
    answers: ['location', 'upload-offset', ...TUS],
    refusals: DEPOSIT,
  },
  'OPTIONS /api/v1/uploads': {
    id: 'readUploadOptions',
    title: 'Ce que le dépôt sait faire (tus)',
    text: 'tus 1.0: versions, extensions and the largest size that is taken.',
    room: 'footage',
    answers: [...TUS, 'tus-version', 'tus-extension', 'tus-max-size'],
  },
  'PATCH /api/v1/uploads/:uploadId': {
    id: 'sendBytes',
    title: "Envoyer la suite d'un dépôt (tus)",
    text: 'tus 1.0: the next bytes from Upload-Offset on, durable before the new offset is answered. With the last byte the file is checked, digest and format, and sealed as an exhibit; what is not the exhibit of the schedule is destroyed.',
    room: 'footage',
    body: 'application/offset+octet-stream',
    asks: [...TUS, 'upload-offset'],
    answers: ['upload-offset', ...TUS],
    refusals: DEPOSIT,
  },
  'DELETE /api/v1/uploads/:uploadId': {
    id: 'abandonUpload',
    title: 'Abandonner un dépôt (tus)',
    text: 'tus 1.0 termination: destroys what has come of an upload that is not sealed.',
    room: 'footage',
    asks: TUS,
    answers: TUS,
    refusals: ['E_UPLOAD_BUSY', 'E_UPLOAD_EXISTS'],
  },
  'HEAD /api/v1/uploads/:uploadId': {
    id: 'readUploadOffset',
    title: 'Où en est un dépôt (tus)',
    text: 'tus 1.0: how many bytes are durable. A refusal has no body; its code stands in Differe-Code.',
    room: 'footage',
    asks: TUS,
    answers: ['upload-offset', 'upload-length', ...TUS],
  },
  'GET /api/v1/cases/:caseId/exhibits': {
    id: 'listExhibits',
    title: "Pièces d'une procédure",
    text: 'The exhibits of a case in the order of their deposit: being received, sealed, or refused with the code.',
    room: 'footage',
    refusals: PAGED,
  },
  'GET /api/v1/cases/:caseId/exhibits/:exhibitId': {
    id: 'readExhibit',
    gives: 'Exhibit',
    title: 'Une pièce',
    text: 'One exhibit: its schedule, its clock, its timeline.',
    room: 'footage',
  },
  'GET /api/v1/cases/:caseId/exhibits/:exhibitId/estimate': {
    id: 'estimateJob',
    gives: 'Estimate',
    title: "Durée prévue de l'analyse d'une pièce",
    text: 'How long an analysis of a sealed exhibit would take here, from the sizes and times of its packets; nothing is decoded. Whoever may start one may ask.',
    room: 'analysis',
    refusals: ['E_REQ_SCOPE', 'E_DEF_SOURCE', 'E_MEDIA_DECODE', 'E_MEDIA_LIMIT', 'E_JOB_FAILED'],
  },
  'GET /api/v1/cases/:caseId/exhibits/:exhibitId/frames/:number': {
    id: 'readFrame',
    title: "Image masquée d'une pièce",
    text: 'One frame of an exhibit, wherever in it, heads and plates covered; where the analysis did not look, in coarse blocks. The answer says which frame it is and when that was.',
    room: 'evidence',
    media: { 200: ['image/jpeg'] },
    answers: FRAME_HEADERS,
    refusals: PICTURES,
  },
  'GET /api/v1/cases/:caseId/exhibits/:exhibitId/frames': {
    id: 'listFrames',
    title: "Images d'un intervalle d'une pièce",
    text: 'The frames of a span by number, time stamp and both times, without their pictures: a player knows by them which frame it shows.',
    room: 'evidence',
    refusals: PICTURES,
  },
  'GET /api/v1/cases/:caseId/exhibits/:exhibitId/clip': {
    id: 'readExhibitClip',
    title: "Extrait masqué d'une pièce",
    text: 'Masked video of a span of at most a minute inside one window of the requisition, without sound, by ranges. It is encoded once and kept in memory for a few minutes.',
    room: 'evidence',
    media: { 200: ['video/mp4'], 206: ['video/mp4'] },
    refusals: PICTURES,
  },
  'GET /api/v1/cases/:caseId/exhibits/:exhibitId/tracks': {
    id: 'listTracks',
    title: "Objets suivis dans un intervalle d'une pièce",
    text: 'The tracks that are in the picture within a span, each with its class and where it was on each analysed frame of the span. What an order erased is not among them.',
    room: 'evidence',
    refusals: ['E_CURSOR', 'E_MEDIA_SPAN', 'E_REQ_SCOPE', 'E_JOB_NOT_DONE'],
  },
  'GET /api/v1/cases/:caseId/exhibits/:exhibitId/activity': {
    id: 'readActivity',
    gives: 'Activity',
    title: "Activité et couverture d'une pièce au fil du temps",
    text: 'How many objects were in the picture in each stretch of time, a minute by default, and how each part of the recording was looked at.',
    room: 'evidence',
    refusals: ['E_MEDIA_SPAN', 'E_REQ_SCOPE', 'E_JOB_NOT_DONE'],
  },
  'POST /api/v1/cases/:caseId/exhibits/:exhibitId/tickets': {
    id: 'issueExhibitTicket',
    takes: 'ExhibitTicketRequest',
    gives: 'MediaTicket',
    title: "Billet d'accès à une image ou à un extrait d'une pièce",
    text: 'An address of one frame or clip of an exhibit that works for a minute without a proof. What it opens is decided and journalled at each read.',
    room: 'evidence',
    refusals: ['E_RATE', 'E_REQ_SCOPE', 'E_JOB_NOT_DONE'],
  },
  'POST /api/v1/cases/:caseId/jobs': {
    id: 'startJob',
    gives: 'Job',
    title: "Lancer l'analyse d'une pièce",
    text: 'Queues the analysis of a sealed exhibit. While one of the exhibit runs, that one is answered.',
    room: 'analysis',
    refusals: ['E_REQ_SCOPE', 'E_PRO_QUOTA', 'E_DEF_SOURCE', 'E_JOB_FAILED'],
  },
  'GET /api/v1/cases/:caseId/jobs': {
    id: 'listJobs',
    title: "Analyses d'une procédure",
    text: 'The analyses of a case, oldest first.',
    room: 'analysis',
    refusals: PAGED,
  },
  'GET /api/v1/cases/:caseId/jobs/:jobId': {
    id: 'readJob',
    gives: 'Job',
    title: "État d'une analyse",
    text: 'How far an analysis is; nothing of what it found before it is closed.',
    room: 'analysis',
  },
  'DELETE /api/v1/cases/:caseId/jobs/:jobId': {
    id: 'cancelJob',
    gives: 'Job',
    title: 'Arrêter une analyse',
    text: 'Stops an analysis that has not ended; one that has is answered as it is.',
    room: 'analysis',
  },
  'GET /api/v1/cases/:caseId/jobs/:jobId/progress': {
    id: 'followJob',
    title: 'Suivre une analyse',
    text: 'A line of JSON (the body of `readJob`) whenever the state or the media time changes, for a minute at most; then it is asked again with a proof of its own.',
    room: 'analysis',
    media: JSON_LINES,
  },
  'GET /api/v1/cases/:caseId/jobs/:jobId/result': {
    id: 'readResult',
    title: "Résultat clos d'une analyse",
    text: 'The closed result as canonical JSON, byte by byte what the digest of the job was made of.',
    room: 'analysis',
    media: { 200: ['application/json'] },
    refusals: ['E_JOB_NOT_DONE', 'E_REQ_SCOPE'],
  },
  'GET /api/v1/cases/:caseId/jobs/:jobId/mot': {
    id: 'readMot',
    title: "Résultat d'une analyse au format MOTChallenge",
    text: 'The tracks of a closed result, one line a frame and track.',
    room: 'analysis',
    media: { 200: ['text/plain'] },
    refusals: ['E_JOB_NOT_DONE', 'E_REQ_SCOPE'],
  },
  'POST /api/v1/cases/:caseId/questions': {
    id: 'askQuestion',
    takes: 'Question',
    gives: 'Answer',
    title: 'Poser une question',
    text: 'Asks where and when something with these attributes appears in the analysed exhibits. Criteria are enumerated; every answer says what was and was not analysed.',
    room: 'search',
    refusals: ['E_QUESTION', 'E_CURSOR', 'E_FACE_QUERY_IMAGE', 'E_REQ_SCOPE', 'E_REQ_OP', 'E_PRO_BROAD', 'E_PRO_QUOTA'],
  },
  'GET /api/v1/cases/:caseId/questions': {
    id: 'listQuestions',
    title: 'Questions posées dans une procédure',
    text: 'What was asked, in words: an agent sees his own questions, who controls sees all.',
    room: 'search',
    refusals: PAGED,
  },
  'GET /api/v1/cases/:caseId/questions/:questionId': {
    id: 'readAnswer',
    gives: 'Answer',
    title: "Une page d'une réponse",
    text: 'A page of the answer to a question that was asked before; it never changes but for verdicts.',
    room: 'search',
    refusals: ['E_CURSOR', 'E_REQ_SCOPE', 'E_REQ_OP'],
  },
  'GET /api/v1/cases/:caseId/questions/:questionId/exhibits/:exhibitId/paths': {
    id: 'readPaths',
    gives: 'Paths',
    title: "Trajets d'une réponse dans une pièce",
    text: 'Where the tracks of an answer went in one exhibit: how many passed each cell of the picture. For a heat map over a picture of the camera.',
    room: 'search',
    refusals: ['E_REQ_SCOPE', 'E_REQ_OP'],
  },
  'GET /api/v1/cases/:caseId/hits/:hitId': {
    id: 'readHit',
    gives: 'Hit',
    title: 'Un résultat',
    text: "One hit: where and when, why it matched, and each reader's verdict on it.",
    room: 'search',
    refusals: ['E_REQ_SCOPE'],
  },
  'GET /api/v1/cases/:caseId/hits/:hitId/verdicts': {
    id: 'listVerdicts',
    title: 'Avis donnés sur un résultat',
    text: 'Every verdict that was ever given on a hit, by whom and when, oldest first: one that its reader replaced says until when it stood.',
    room: 'search',
    refusals: ['E_REQ_SCOPE'],
  },
  'PUT /api/v1/cases/:caseId/hits/:hitId/verdict': {
    id: 'reviewHit',
    takes: 'Review',
    gives: 'Hit',
    title: 'Valider ou écarter un résultat',
    text: 'The decision of one agent on one hit. Confirming needs that this agent was shown the picture.',
    room: 'search',
    refusals: ['E_HUM_UNVALIDATED', 'E_REQ_SCOPE'],
  },
  'GET /api/v1/cases/:caseId/hits/:hitId/still': {
    id: 'readStill',
    title: "Image masquée d'un résultat",
    text: 'One masked picture of the hit. The full size counts as having been shown the picture.',
    room: 'evidence',
    media: { 200: ['image/jpeg'] },
    refusals: ['E_REQ_SCOPE', 'E_MEDIA_DECODE', 'E_MEDIA_LIMIT', 'E_JOB_NOT_DONE'],
  },
  'GET /api/v1/cases/:caseId/hits/:hitId/clip': {
    id: 'readClip',
    title: "Extrait masqué d'un résultat",
    text: 'A masked clip of the hit, without sound.',
    room: 'evidence',
    media: { 200: ['video/mp4'], 206: ['video/mp4'] },
    refusals: ['E_REQ_SCOPE', 'E_MEDIA_DECODE', 'E_MEDIA_LIMIT', 'E_JOB_NOT_DONE'],
  },
  'POST /api/v1/cases/:caseId/hits/:hitId/reveal': {
    id: 'revealHit',
    takes: 'Reveal',
    title: "Découvrir l'objet d'un résultat validé",
    text: 'The whole picture once more with the matched object uncovered, and nobody else. Needs that a named agent has confirmed the hit; the reason is in the journal before.',
    room: 'evidence',
    media: { 200: ['image/jpeg'] },
    refusals: ['E_HUM_UNVALIDATED', 'E_REQ_SCOPE', 'E_MEDIA_DECODE', 'E_MEDIA_LIMIT', 'E_JOB_NOT_DONE'],
  },
  'POST /api/v1/cases/:caseId/hits/:hitId/tickets': {
    id: 'issueMediaTicket',
    takes: 'MediaTicketRequest',
    gives: 'MediaTicket',
    title: "Billet d'accès à une image ou à un extrait",
    text: 'An address of one picture or clip that works for a minute without a proof: for elements of a page that fetch by themselves. What it opens is decided and journalled at each read.',
    room: 'evidence',
    refusals: ['E_RATE', 'E_REQ_SCOPE', 'E_JOB_NOT_DONE'],
  },
  'POST /api/v1/cases/:caseId/exports': {
    id: 'startExport',
    gives: 'Export',
    title: 'Établir un dossier de preuves',
    text: 'Starts a signed package of validated hits; without hits, one that says what was analysed. It is built in the background.',
    room: 'evidence',
    refusals: ['E_HUM_UNVALIDATED', 'E_PRO_QUOTA', 'E_JOB_NOT_DONE', 'E_REQ_SCOPE'],
  },
  'GET /api/v1/cases/:caseId/exports': {
    id: 'listExports',
    title: "Dossiers de preuves d'une procédure",
    text: 'The packages of a case, newest first, without their files.',
    room: 'evidence',
    refusals: PAGED,
  },
  'GET /api/v1/cases/:caseId/exports/:exportId': {
    id: 'readExport',
    gives: 'Export',
    title: 'Un dossier de preuves',
    text: 'One package: its state, and when it is done its files with their digests.',
    room: 'evidence',
  },
  'GET /api/v1/cases/:caseId/exports/:exportId/files/*': {
    id: 'readExportFile',
    title: "Un fichier d'un dossier de preuves",
    text: 'The bytes of one file of a finished package.',
    room: 'evidence',
    media: BINARY,
  },
  'GET /api/v1/cases/:caseId/retention': {
    id: 'readRetention',
    gives: 'Retention',
    title: "Terme d'une procédure",
    text: 'When the case must be gone, and the orders on it.',
    room: 'retention',
  },
  'POST /api/v1/cases/:caseId/orders/:orderId/done': {
    id: 'finishOrder',
    title: 'Déclarer un ordre exécuté',
    text: "Says that a magistrate's order on the case was carried out.",
    room: 'retention',
  },
  'GET /api/v1/erasures': {
    id: 'listErasures',
    title: 'Effacements',
    text: 'The erasures of the installation, with the certificates of those that are done.',
    room: 'retention',
    refusals: PAGED,
  },
  'GET /api/v1/erasures/:actId': {
    id: 'readErasure',
    gives: 'Erasure',
    title: "Certificat d'effacement",
    text: 'What a signed act caused: the erasure and its certificate, for whoever holds the id of the act.',
    room: 'retention',
  },
  'GET /api/v1/cases/:caseId/documents/mention': {
    id: 'readMention',
    title: "Mention de l'usage au procès-verbal",
    text: 'The mention that the procedure must hold, as data, HTML or PDF.',
    room: 'compliance',
    media: DOCUMENT,
    refusals: ['E_RET_CLOSURE'],
  },
  'GET /api/v1/cases/:caseId/documents/closing-report': {
    id: 'readClosingReport',
    title: 'Rapport de clôture',
    text: 'What was done and found in a case, as data, HTML or PDF; refused while something of it is missing.',
    room: 'compliance',
    media: DOCUMENT,
    refusals: ['E_RET_CLOSURE'],
  },
  'GET /api/v1/person-requests': {
    id: 'listPersonRequests',
    title: 'Registre des demandes de personnes',
    text: 'What persons asked, by the references of the offices, until when an answer is due, and that it was given. Nothing here tells a person anything.',
    gives: 'PersonRequests',
    room: 'compliance',
  },
  'GET /api/v1/registry': {
    id: 'readRegistry',
    title: 'Registre des autorités',
    text: 'The keys of the authorities in force, and the changes that wait for a second signature. A change is presented as an act.',
    gives: 'Registry',
    room: 'trust',
  },
  'GET /api/v1/retention': {
    id: 'readRetentionReport',
    title: 'Termes de toutes les procédures',
    text: 'Where every case of the installation stands: what is due, what is overdue, what is frozen.',
    gives: 'RetentionReport',
    room: 'retention',
  },
  'GET /api/v1/statistics': {
    id: 'readStatistics',
    title: 'Statistiques de contrôle',
    text: 'What happened, counted from the journal alone, by month, framework, offence and unit; for those who control.',
    gives: 'Statistics',
    room: 'compliance',
  },
  'GET /api/v1/statistics/page': {
    id: 'readStatisticsPage',
    title: 'Statistiques de contrôle, à lire',
    text: 'The same as a document.',
    room: 'compliance',
    media: { 200: ['text/html'] },
  },
  'GET /api/v1/transparency/:period': {
    id: 'readTransparency',
    title: 'Rapport de transparence',
    text: 'The public figures of a period that is over; small numbers are kept back.',
    gives: 'Transparency',
    room: 'compliance',
    refusals: ['E_REQUEST', 'E_STA_PERIOD', 'E_LOG_DOWN'],
  },
  'GET /api/v1/transparency/:period/page': {
    id: 'readTransparencyPage',
    title: 'Rapport de transparence, à lire',
    text: 'The same as a document.',
    room: 'compliance',
    media: { 200: ['text/html'] },
    refusals: ['E_REQUEST', 'E_STA_PERIOD', 'E_LOG_DOWN'],
  },
  'GET /api/v1/cases/:caseId/journal': {
    id: 'readJournal',
    title: "Journal d'une procédure",
    text: 'The records of the log about one case, for those who control it. Reading it is an act of its own.',
    room: 'audit',
    refusals: PAGED,
  },
};
