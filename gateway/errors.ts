// Every refusal and failure of the product: a closed table of code, HTTP status and one fixed sentence in French and English.
// A response carries the sentence, and where the caller can mend it the places of what he sent (faults.ts); never a value of the request or
// of the case. The detail is for the operator.

import type { Fault } from './faults.ts';

interface ErrorEntry {
  readonly status: number;
  readonly fr: string;
  readonly en: string;
}

export const ERRORS = {
  // Requisition (legal-requirements 1.2)
  E_REQ_MISSING: {
    status: 401,
    fr: "Aucune réquisition n'est présentée : enregistrez l'autorisation et l'état des scellés, puis présentez-les avec chaque requête.",
    en: 'No requisition was presented: register the authorisation and the exhibit schedule, then present them with every request.',
  },
  E_REQ_SIG: {
    status: 401,
    fr: "La signature du jeton n'est pas valable : seul un JWS EdDSA signé par une clé du registre est accepté.",
    en: 'The token signature is not valid: only an EdDSA JWS signed by a key of the registry is accepted.',
  },
  E_REQ_PROOF: {
    status: 401,
    fr: "La preuve de possession (DPoP) manque, est périmée ou n'est pas faite par la clé désignée dans la réquisition.",
    en: 'The proof of possession (DPoP) is missing, stale or not made with the key named in the requisition.',
  },
  E_REQ_SCHEMA: {
    status: 403,
    fr: 'Le jeton contient une donnée inconnue ou mal formée : chaque champ doit figurer au schéma.',
    en: 'The token holds an unknown or malformed claim: every field must be in the schema.',
  },
  E_REQ_FRAMEWORK: {
    status: 403,
    fr: "Le cadre d'enquête n'est pas un de ceux qui permettent un logiciel de rapprochement judiciaire (art. 230-20 CPP).",
    en: 'The legal framework is not one that allows judicial matching software (art. 230-20 CPP).',
  },
  E_REQ_ACTS: {
    status: 403,
    fr: "La réquisition doit porter deux actes distincts : le titre d'acquisition de chaque scellé et l'autorisation du magistrat.",
    en: 'The requisition must hold two distinct acts: the acquisition title of each exhibit and the authorisation of the magistrate.',
  },
  E_REQ_AUTHORITY: {
    status: 403,
    fr: "L'autorité signataire n'est pas compétente pour ce cadre d'enquête.",
    en: 'The signing authority is not competent for this legal framework.',
  },
  E_REQ_CONTROLLER: {
    status: 403,
    fr: "Le service responsable désigné par l'autorisation n'est pas celui de cette installation (DIFFERE_CONTROLLER).",
    en: 'The service that the authorisation names as responsible is not that of this installation (DIFFERE_CONTROLLER).',
  },
  E_REQ_DEEMED: {
    status: 403,
    fr: "L'autorisation réputée acquise ne vaut qu'en flagrance, avec avis au procureur.",
    en: 'A deemed authorisation holds only in flagrance, with notice to the prosecutor.',
  },
  E_REQ_NOT_SPECIFIC: {
    status: 403,
    fr: 'La réquisition doit viser une seule procédure : des instructions générales ne suffisent pas.',
    en: 'The requisition must name one procedure: general instructions are not enough.',
  },
  E_REQ_SCOPE: {
    status: 403,
    fr: "La demande sort du périmètre de la réquisition (pièce, période ou critère qu'elle ne vise pas).",
    en: 'The request is outside the scope of the requisition (an exhibit, period or criterion it does not name).',
  },
  E_REQ_OP: {
    status: 403,
    fr: "L'opération demandée ne figure pas dans la réquisition.",
    en: 'The requested operation is not listed in the requisition.',
  },
  E_REQ_OBJECT: {
    status: 403,
    fr: "L'objet de la réquisition est incomplet : infraction, faits et nécessité doivent être exposés.",
    en: 'The object of the requisition is incomplete: offence, facts and necessity must be stated.',
  },
  E_REQ_EXPIRED: {
    status: 403,
    fr: "La réquisition n'est pas en cours de validité : un nouvel acte est nécessaire.",
    en: 'The requisition is not within its validity: a new act is needed.',
  },
  E_REQ_REPLAY: {
    status: 403,
    fr: "Ce jeton a déjà été enregistré, vise une autre installation ou n'appartient pas à cet agent.",
    en: 'This token was registered before, names another installation or does not belong to this agent.',
  },
  E_REQ_QUALIFIED: {
    status: 403,
    fr: 'Une personne qualifiée ne peut opérer sans acte et référence de serment.',
    en: 'A qualified person cannot operate without an act and an oath reference.',
  },
  E_REQ_REVOKED: {
    status: 403,
    fr: "La réquisition a été retirée, une décision contraire a été prise, ou la liste des retraits n'est plus à jour : rien ne peut être fait ni lu.",
    en: 'The requisition was revoked, a contrary decision was taken, or the revocation list is out of date: nothing can be done or read.',
  },
  E_REQ_RENEW: {
    status: 403,
    fr: "Le renouvellement étend le périmètre sans nouvel acte, ou ne prolonge pas la réquisition qu'il désigne.",
    en: 'The renewal widens the scope without a fresh act, or does not prolong the requisition it names.',
  },
  E_REQ_PROVENANCE: {
    status: 403,
    fr: "L'enregistrement a été acquis plus de trente jours après la captation sans référence de conservation (art. L. 252-5 CSI).",
    en: 'The recording was acquired more than thirty days after capture without a preservation reference (art. L. 252-5 CSI).',
  },

  // Deferred-only (1.1)
  E_DEF_NOT_EXHIBIT: {
    status: 422,
    fr: "Le fichier n'est pas une pièce complète et finie portant un numéro de procédure.",
    en: 'The file is not a complete, finite exhibit with a procedure piece number.',
  },
  E_DEF_HASH_MISMATCH: {
    status: 409,
    fr: "L'empreinte SHA-256 reçue n'est pas celle de l'état des scellés : les octets ont été détruits.",
    en: 'The received SHA-256 is not the one in the exhibit schedule: the bytes were destroyed.',
  },
  E_DEF_TOO_SOON: {
    status: 425,
    fr: "L'enregistrement est trop récent : l'analyse n'est possible qu'en différé.",
    en: 'The recording is too recent: analysis is possible only in deferred time.',
  },
  E_DEF_WINDOW: {
    status: 422,
    fr: 'Les dates de captation, de saisie et de signature se contredisent.',
    en: 'The dates of capture, acquisition and signature contradict each other.',
  },
  E_DEF_SOURCE: {
    status: 422,
    fr: 'Seule une pièce déjà déposée peut être analysée : aucune adresse, aucun flux, aucun périphérique.',
    en: 'Only a deposited exhibit can be analysed: no address, no stream, no device.',
  },
  E_DEF_CONTAINER: {
    status: 422,
    fr: "Le fichier n'est pas un enregistrement vidéo d'un format accepté.",
    en: 'The file is not a video recording in an accepted format.',
  },
  E_DEF_CODEC: {
    status: 422,
    fr: "Le codage vidéo du fichier n'est pas accepté.",
    en: 'The video codec of the file is not accepted.',
  },
  E_DEF_PICTURE: {
    status: 422,
    fr: "Les dimensions de l'image annoncées par le fichier dépassent ce qui peut être décodé.",
    en: 'The picture dimensions that the file claims are beyond what can be decoded.',
  },
  E_DEF_UNSTABLE: {
    status: 422,
    fr: "Le fichier est incomplet ou a changé : déclarez-le endommagé dans l'état des scellés s'il l'est.",
    en: 'The file is incomplete or has changed: declare it damaged in the exhibit schedule if it is.',
  },
  E_DEF_ROLLING: {
    status: 422,
    fr: "Ces états de scellés suivent une caméra au fil de l'eau : une nouvelle autorisation doit nommer la caméra et toute la période.",
    en: 'These schedules follow a camera as it records: a new authorisation must name the camera and the whole period.',
  },

  // Upload
  E_UPLOAD_DEFERRED: {
    status: 422,
    fr: 'Un dépôt sans longueur annoncée est un flux : annoncez la taille du fichier.',
    en: 'An upload without a declared length is a stream: declare the size of the file.',
  },
  E_UPLOAD_CHUNK: {
    status: 400,
    fr: 'Envoyez au moins 64 Kio par requête (ou la fin du fichier).',
    en: 'Send at least 64 KiB per request (or the end of the file).',
  },
  E_UPLOAD_BUSY: {
    status: 423,
    fr: 'Une autre requête écrit déjà ce dépôt : réessayez dans un instant.',
    en: 'Another request is writing this upload: try again in a moment.',
  },
  E_UPLOAD_OFFSET: {
    status: 409,
    fr: "La position annoncée n'est pas celle du dépôt : demandez-la par HEAD et reprenez là.",
    en: 'The declared offset is not that of the upload: ask for it by HEAD and resume there.',
  },
  E_UPLOAD_EXISTS: {
    status: 409,
    fr: "Cette pièce est déjà scellée : elle ne se dépose qu'une fois.",
    en: 'This exhibit is already sealed: an exhibit is deposited once.',
  },

  // Jobs and search
  E_JOB_NOT_DONE: {
    status: 409,
    fr: "L'analyse n'est pas terminée : aucun résultat partiel n'est lisible.",
    en: 'The analysis is not finished: no partial result can be read.',
  },
  E_JOB_FAILED: {
    status: 500,
    fr: "L'analyse a échoué : la pièce reste scellée, relancez l'analyse.",
    en: 'The analysis failed: the exhibit stays sealed, start the analysis again.',
  },
  E_JOB_CANCELLED: {
    status: 409,
    fr: "L'analyse a été arrêtée par un agent.",
    en: 'The analysis was stopped by an agent.',
  },
  E_RET_CLOSED: {
    status: 409,
    fr: "La procédure est close : ses données sont en cours d'effacement ou effacées.",
    en: 'The case is closed: its data is being erased or is erased.',
  },
  E_RET_FROZEN: {
    status: 403,
    fr: "Un effacement est en retard : le dossier est gelé jusqu'à son exécution.",
    en: 'An erasure is overdue: the case is frozen until it is done.',
  },
  E_RET_CLOSURE: {
    status: 422,
    fr: "La clôture demande un rapport complet et le résultat de l'exploitation.",
    en: 'Closing needs a complete report and the outcome of the analysis.',
  },
  E_RET_EXTENSION: {
    status: 403,
    fr: 'La conservation ne peut être prolongée que pour une infraction des articles 706-73 à 706-74 et par décision signée du magistrat saisi.',
    en: 'Retention can be extended only for an offence under articles 706-73 to 706-74 and by a signed decision of the magistrate seized.',
  },
  E_CERTIFICATE: {
    status: 422,
    fr: "Le certificat d'effacement n'est pas celui qui a été délivré.",
    en: 'The certificate of erasure is not the one that was handed out.',
  },
  E_QUESTION: {
    status: 422,
    fr: "La question n'est pas formée selon le schéma : critères énumérés seulement.",
    en: 'The question does not follow the schema: enumerated criteria only.',
  },
  E_CURSOR: {
    status: 422,
    fr: 'Le curseur de page ne correspond pas à cette question ou à cette liste.',
    en: 'The page cursor does not belong to this question or list.',
  },

  // Persons and proportion
  E_FACE_QUERY_IMAGE: {
    status: 403,
    fr: "Aucune recherche par l'image n'existe : les critères sont énumérés.",
    en: 'No query by image exists: criteria are enumerated.',
  },
  E_PRO_SILO: {
    status: 404,
    fr: "Cet objet n'existe pas dans cette procédure.",
    en: 'This object does not exist in this case.',
  },
  E_PRO_QUOTA: {
    status: 403,
    fr: 'Le quota fixé par la réquisition est atteint : un nouvel acte est nécessaire.',
    en: 'The quota set by the requisition is reached: a new act is needed.',
  },
  E_PRO_BROAD: {
    status: 403,
    fr: 'La question est trop large pour cette installation : ajoutez un critère, un lieu ou une période.',
    en: 'The question is too broad for this installation: add a criterion, a place or a period.',
  },
  E_HUM_OWN: {
    status: 403,
    fr: "Le masque ne se lève que pour l'agent qui a lui-même vu l'image et confirmé le résultat : donnez d'abord votre avis.",
    en: 'The mask is taken away only for the agent who saw the picture and confirmed the hit himself: give your verdict first.',
  },
  E_HUM_UNVALIDATED: {
    status: 403,
    fr: "Un résultat n'est confirmé, et ne s'exporte, que par un agent qui en a vu l'image : affichez-la d'abord.",
    en: 'A hit is confirmed, and leaves the house, only by an agent who saw its picture: open that first.',
  },
  E_HAB_ROLE: {
    status: 403,
    fr: "Le rôle de l'utilisateur ne permet pas cet acte.",
    en: 'The role of the user does not allow this act.',
  },
  E_HAB_CASE: {
    status: 403,
    fr: "L'agent n'est pas désigné dans cette réquisition.",
    en: 'The agent is not designated in this requisition.',
  },
  E_HAB_NONE: {
    status: 403,
    fr: "Aucune habilitation en cours de validité n'est enregistrée pour cet agent.",
    en: 'No habilitation in force is on record for this agent.',
  },
  E_HAB_REVOKED: {
    status: 403,
    fr: "L'habilitation de cet agent a pris fin ou a été retirée.",
    en: 'The habilitation of this agent has ended or was withdrawn.',
  },
  E_HAB_TRAINING: {
    status: 403,
    fr: "L'agent n'a pas la formation que l'habilitation exige (outil, droit, biais).",
    en: 'The agent lacks the training that the habilitation requires (tool, law, bias).',
  },
  E_HAB_JURIS: {
    status: 403,
    fr: "Ce magistrat n'est pas compétent pour cette procédure.",
    en: 'This magistrate has no jurisdiction over this procedure.',
  },
  E_HAB_AUTH: {
    status: 401,
    fr: "L'accès demande la preuve d'une clé individuelle enregistrée.",
    en: 'Access needs the proof of an individual key on record.',
  },

  // Models (3.3)
  E_GATE_HASH: {
    status: 503,
    fr: "L'empreinte du modèle n'est pas celle de sa fiche : le modèle n'est pas chargé.",
    en: 'The digest of the model is not the one on its card: the model is not loaded.',
  },
  E_GATE_LABEL: {
    status: 503,
    fr: "Le modèle n'a pas de fiche, ou ses étiquettes sortent du vocabulaire fermé.",
    en: 'The model has no card, or its labels are outside the closed vocabulary.',
  },
  E_GATE_CONTRACT: {
    status: 503,
    fr: "Les entrées ou sorties du modèle ne sont pas celles d'un contrat admis.",
    en: 'The inputs or outputs of the model are not those of an admitted contract.',
  },
  E_GATE_PARSE: {
    status: 422,
    fr: "Le fichier n'est pas un réseau ONNX dans les limites acceptées.",
    en: 'The file is not an ONNX network within the accepted bounds.',
  },
  E_GATE_OP: {
    status: 422,
    fr: "Le réseau contient un opérateur, un domaine ou une donnée externe qui n'est pas sur la liste.",
    en: 'The network holds an operator, a domain or external data that is not on the list.',
  },
  E_GATE_EMBEDDING: {
    status: 422,
    fr: "Le réseau a la forme d'un extracteur d'empreinte : il produit un vecteur que rien ne relie au vocabulaire.",
    en: 'The network has the shape of an embedder: it yields a vector that no vocabulary explains.',
  },
  E_GATE_LANDMARK: {
    status: 422,
    fr: "Le réseau a la forme d'un détecteur de visages, de points ou de pose.",
    en: 'The network has the shape of a detector of faces, landmarks or pose.',
  },
  E_GATE_TEMPORAL: {
    status: 422,
    fr: "Le réseau prend une suite d'images ou de poses : démarche et comportement sont exclus.",
    en: 'The network takes a sequence of frames or poses: gait and behaviour are excluded.',
  },
  E_GATE_OCR: {
    status: 422,
    fr: "Le réseau a la forme d'un lecteur de texte ou de plaques.",
    en: 'The network has the shape of a reader of text or plates.',
  },
  E_GATE_FINGERPRINT: {
    status: 422,
    fr: "Les poids sont ceux d'un réseau interdit connu.",
    en: 'The weights are those of a known forbidden network.',
  },
  E_GATE_PROBE: {
    status: 422,
    fr: 'Le réseau ne passe pas les épreuves de comportement.',
    en: 'The network does not pass the behavioural probes.',
  },
  E_GATE_ADMISSION: {
    status: 503,
    fr: "Le réseau n'a pas d'admission signée par deux personnes et en cours de validité.",
    en: 'The network has no admission signed by two persons and in force.',
  },
  E_GATE_CANARY: {
    status: 503,
    fr: "Le contrôle des modèles laisserait passer un réseau interdit : rien n'est chargé.",
    en: 'The admission gate would let a forbidden network pass: nothing is loaded.',
  },
  E_MODEL_NONE: {
    status: 503,
    fr: "Le modèle demandé n'est pas présent : indiquez le dossier de ses poids par DIFFERE_MODELS.",
    en: 'The model asked for is not present: name the folder of its weights in DIFFERE_MODELS.',
  },
  E_MODEL_PROVIDER: {
    status: 503,
    fr: "Ce que DIFFERE_PROVIDER demande n'est pas disponible sur cette machine : il faut ses bibliothèques et sa carte, ou cpu.",
    en: 'What DIFFERE_PROVIDER asks for is not to be had on this machine: it takes its libraries and its card, or cpu.',
  },

  // Prior commitments (1.5)
  E_CPL_INCOMPLETE: {
    status: 503,
    fr: "Le dossier de conformité manque ou est incomplet : seuls l'état, les mesures, le contrôle et l'effacement répondent.",
    en: 'The compliance dossier is missing or incomplete: only health, metrics, control and erasure answer.',
  },
  E_CTL_REVIEW: {
    status: 403,
    fr: "L'autocontrôle d'un mois est en retard de plus de soixante jours : aucune nouvelle analyse avant que la hiérarchie n'en signe la revue.",
    en: 'The self-control of a month is overdue by more than sixty days: no new analysis until the hierarchy signs its review.',
  },
  E_CTL_SAMPLE: {
    status: 422,
    fr: "La revue signée ne porte pas sur l'échantillon tiré pour ce mois, ou ce mois n'est pas achevé.",
    en: 'The signed review is not about the sample that was drawn for this month, or the month is not over.',
  },
  E_RGT_REQUEST: {
    status: 409,
    fr: "Cette réponse ne correspond à aucune demande en attente de cette voie : vérifiez l'identifiant de la demande, sa voie et les dates.",
    en: 'This answer is to no request that waits by this way: check the id of the request, its channel and the dates.',
  },
  E_STA_PERIOD: {
    status: 422,
    fr: "Un rapport public porte sur une année, un trimestre ou un mois civils entiers, d'une année achevée et que le journal couvre.",
    en: 'A public report is of a whole calendar year, quarter or month, of a year that is over and that the journal covers.',
  },
  E_CPL_CAPABILITY_DRIFT: {
    status: 503,
    fr: "L'installation peut plus que ce que couvre le dossier de conformité : un nouveau dossier signé est nécessaire.",
    en: 'The installation can do more than the compliance dossier covers: a newly signed dossier is needed.',
  },

  // Platform
  E_LOG_DOWN: {
    status: 503,
    fr: "Le journal ne peut pas être écrit : aucun acte sur un contenu n'est possible.",
    en: 'The journal cannot be written: no act on content is possible.',
  },
  E_LOG_CONTENT: {
    status: 500,
    fr: "Une donnée de contenu allait entrer au journal : l'acte est refusé.",
    en: 'Content was about to enter the journal: the act is refused.',
  },
  E_CLOCK: {
    status: 503,
    fr: "L'horloge de l'installation est en retard sur le journal : corrigez-la.",
    en: 'The clock of the installation is behind the journal: correct it.',
  },
  E_KEY_OFFICE: {
    status: 403,
    fr: "Cette clé n'est pas celle d'un office qui peut signer cela : prenez la clé d'un des offices nommés ci-dessous.",
    en: 'This key is not of an office that may sign this: take the key of one of the offices named below.',
  },
  E_KEY_REGISTRY: {
    status: 503,
    fr: 'Le registre des clés des autorités est absent ou ne convient pas à cet environnement.',
    en: 'The registry of authority keys is absent or does not fit this environment.',
  },
  E_POL_LOOSENED: {
    status: 503,
    fr: "Une règle de l'installation desserre un plancher ou une interdiction du produit.",
    en: 'A rule of the installation loosens a floor or a ban of the product.',
  },
  E_CONFIG: {
    status: 503,
    fr: 'La configuration est incomplète ou contradictoire.',
    en: 'The configuration is incomplete or contradicts itself.',
  },
  E_FOLDER: {
    status: 503,
    fr: "Un dossier de l'installation ne peut pas être créé ou écrit par cet utilisateur : donnez-lui ce droit, ou nommez un autre dossier.",
    en: 'A folder of the installation cannot be made or written by this user: give him that right, or name another folder.',
  },
  E_PORT: {
    status: 503,
    fr: "Le port est déjà pris ou ne peut pas l'être à cette adresse : arrêtez ce qui y écoute, ou nommez un autre port ou une autre adresse (DIFFERE_HOST).",
    en: 'The port is taken, or cannot be at this address: end what listens there, or name another port or address (DIFFERE_HOST).',
  },
  E_VAULT: {
    status: 503,
    fr: 'Le coffre ne rend pas les octets scellés : clé absente ou données altérées.',
    en: 'The vault does not give back the sealed bytes: key missing or data altered.',
  },
  E_VAULT_EXISTS: {
    status: 409,
    fr: "Un objet scellé de cet identifiant existe déjà : rien n'a été écrit par-dessus.",
    en: 'A sealed object of this id exists already: nothing was written over it.',
  },
  E_VAULT_STORE: {
    status: 503,
    fr: "Le dépôt des octets scellés n'a pas fait ce qui était demandé : rien d'incomplet n'y est visible, et la demande peut être renouvelée.",
    en: 'The store of sealed bytes did not do what was asked: nothing incomplete shows there, and it can be asked again.',
  },
  E_BACKUP: {
    status: 409,
    fr: "La sauvegarde n'est pas restaurée : incomplète, altérée, trop ancienne ou d'une autre installation, ou les dossiers ne sont pas vides.",
    en: 'The back-up is not restored: incomplete, altered, too old or of another installation, or the folders are not empty.',
  },
  E_DATABASE: {
    status: 503,
    fr: "La base de données n'est pas joignable.",
    en: 'The database cannot be reached.',
  },
  E_MEDIA_JAIL: {
    status: 503,
    fr: "Le décodeur ne peut pas être enfermé (bubblewrap) : rien n'est décodé. Autorisez les espaces de noms d'utilisateur : dans un conteneur par gateway/deploy/seccomp.json, sur la machine par user.max_user_namespaces et, s'il existe, kernel.unprivileged_userns_clone=1.",
    en: 'The decoder cannot be jailed (bubblewrap): nothing is decoded. Allow user namespaces: in a container by gateway/deploy/seccomp.json, on the machine by user.max_user_namespaces and, where it exists, kernel.unprivileged_userns_clone=1.',
  },
  E_MEDIA_KILLED: {
    status: 503,
    fr: "La machine a arrêté le décodeur (mémoire épuisée, par exemple) : rien n'est reproché au fichier, recommencez.",
    en: 'The machine ended the decoder (out of memory, for instance): the file is not at fault, try again.',
  },
  E_MEDIA_LIMIT: {
    status: 422,
    fr: 'Le décodage a dépassé les limites de temps ou de mémoire.',
    en: 'Decoding went over its limits of time or memory.',
  },
  E_MEDIA_BREAKOUT: {
    status: 422,
    fr: "Le décodeur a demandé au système ce qu'aucun décodeur ne demande et a été arrêté : le fichier est à tenir pour une attaque.",
    en: 'The decoder asked the system for what no decoder asks for and was stopped: hold the file for an attack.',
  },
  E_MEDIA_DECODE: {
    status: 422,
    fr: "Le fichier n'a pas pu être décodé.",
    en: 'The file could not be decoded.',
  },
  E_MEDIA_SPAN: {
    status: 422,
    fr: "La pièce n'a pas cette image ou cet intervalle : donnez un numéro d'image qui existe, ou un intervalle qui commence avant la fin, d'une minute au plus pour des images et d'une heure pour des suivis.",
    en: 'The exhibit has no such frame or span: give the number of a frame that exists, or a span that begins before the end, of a minute at most for pictures and an hour for tracks.',
  },
  E_EXPORT_LIST_FULL: {
    status: 409,
    fr: "La liste d'export contient déjà les 200 résultats qu'un paquet peut tenir : exportez-la ou retirez-en.",
    en: 'The export list holds the 200 hits that a package can hold: export it, or take some off.',
  },
  E_CONSOLE_ABSENT: {
    status: 503,
    fr: "Les pages de la console n'ont pas été construites : lancez la mise en place (npm run demo, npm test), ou node gateway/build-console.mjs.",
    en: 'The pages of the console were not built: run the set-up (npm run demo, npm test), or node gateway/build-console.mjs.',
  },
  E_ROUTE_ABSENT: { status: 404, fr: "Cette adresse n'existe pas.", en: 'This address does not exist.' },
  E_REQUEST: {
    status: 400,
    fr: 'La requête est mal formée.',
    en: 'The request is malformed.',
  },
  E_RATE: {
    status: 429,
    fr: 'Trop de requêtes : attendez le nombre de secondes indiqué par Retry-After.',
    en: 'Too many requests: wait for the number of seconds in Retry-After.',
  },
  E_BUSY: {
    status: 503,
    fr: 'Le service a plus de demandes qu’il ne peut en traiter : réessayez après le nombre de secondes indiqué par Retry-After.',
    en: 'The service has more requests than it can work on: try again after the number of seconds in Retry-After.',
  },
  E_IDEMPOTENCY_KEY: {
    status: 400,
    fr: "La clé d'idempotence doit compter de 1 à 128 caractères visibles.",
    en: 'The idempotency key must have 1 to 128 visible characters.',
  },
  E_IDEMPOTENCY_REUSED: {
    status: 422,
    fr: "Cette clé d'idempotence a déjà servi pour une autre demande : prenez-en une nouvelle.",
    en: 'This idempotency key was used for another request: take a new one.',
  },
  E_IDEMPOTENCY_BUSY: {
    status: 409,
    fr: "La première demande de cette clé d'idempotence est encore en cours : réessayez dans un instant.",
    en: 'The first request of this idempotency key is still running: try again in a moment.',
  },
  E_NOT_AUTHOR: {
    status: 403,
    fr: 'Ceci a été écrit par un autre agent : seul son auteur le modifie, le retire ou en lit les versions antérieures.',
    en: 'Another agent wrote this: only its author changes it, withdraws it or reads its earlier wordings.',
  },
  E_CHANGED: {
    status: 412,
    fr: "L'objet a changé depuis que vous l'avez lu : relisez-le, puis décidez.",
    en: 'The object has changed since you read it: read it again, then decide.',
  },
  E_INTERNAL: {
    status: 500,
    fr: "Une erreur interne est survenue ; l'acte n'a pas eu lieu.",
    en: 'An internal error occurred; the act did not take place.',
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERRORS;

export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERRORS, text);
}

/** A refusal or failure with a code of the table. `detail` is for the journal and the operator, never for the response. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly detail: string | undefined;
  /** What is wrong with what the caller sent, place by place: stands in the response. */
  readonly faults: readonly Fault[];
  /** SHA-256 of what was refused, where it was a file: what the journal names (FACE-16). */
  readonly subject: string | undefined;
  /** Of what is too much now (429, 503): when it may be tried again. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: ErrorCode,
    options: {
      detail?: string;
      faults?: readonly Fault[];
      cause?: unknown;
      subject?: string;
      retryAfterSeconds?: number;
    } = {},
  ) {
    super(`${code}: ${ERRORS[code].en}${options.detail === undefined ? '' : ` (${options.detail})`}`, {
      cause: options.cause,
    });
    this.name = 'AppError';
    this.code = code;
    this.detail = options.detail;
    this.faults = options.faults ?? [];
    this.subject = options.subject;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  get status(): number {
    return ERRORS[this.code].status;
  }
}
