// Made from the description of the API by `differe api types`; not to be edited.

export interface paths {
  '/api/v1/acts': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    /** Présenter un acte signé */
    post: operations['presentAct'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/registry': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** Registre des autorités */
    get: operations['readRegistry'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/compliance/dossier': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** État du dossier de conformité */
    get: operations['readDossierState'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/habilitations/{agentId}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** Habilitation d'un agent à une date */
    get: operations['readHabilitation'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/requisitions': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    /** Enregistrer une réquisition */
    post: operations['presentRequisition'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/cases': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** Procédures ouvertes à cette clé */
    get: operations['listCases'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/cases/{caseId}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** État d'une procédure */
    get: operations['readCase'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/cases/{caseId}/requisitions': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** Réquisitions d'une procédure */
    get: operations['listRequisitions'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/uploads': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    /** Commencer un dépôt (tus) */
    post: operations['createUpload'];
    delete?: never;
    /** Ce que le dépôt sait faire (tus) */
    options: operations['readUploadOptions'];
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/uploads/{uploadId}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post?: never;
    /** Abandonner un dépôt (tus) */
    delete: operations['abandonUpload'];
    options?: never;
    /** Où en est un dépôt (tus) */
    head: operations['readUploadOffset'];
    /** Envoyer la suite d'un dépôt (tus) */
    patch: operations['sendBytes'];
    trace?: never;
  };
  '/api/v1/cases/{caseId}/exhibits': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** Pièces d'une procédure */
    get: operations['listExhibits'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/cases/{caseId}/exhibits/{exhibitId}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** Une pièce */
    get: operations['readExhibit'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/cases/{caseId}/exhibits/{exhibitId}/verification': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** Vérification d’une pièce */
    get: operations['verifyExhibit'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/cases/{caseId}/jobs': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** Analyses d'une procédure */
    get: operations['listJobs'];
    put?: never;
    /** Lancer l'analyse d'une pièce */
    post: operations['startJob'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/cases/{caseId}/exhibits/{exhibitId}/estimate': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** Durée prévue de l'analyse d'une pièce */
    get: operations['estimateJob'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/cases/{caseId}/jobs/{jobId}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** État d'une analyse */
    get: operations['readJob'];
    put?: never;
    post?: never;
    /** Arrêter une analyse */
    delete: operations['cancelJob'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/cases/{caseId}/jobs/{jobId}/progress': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** Suivre une analyse */
    get: operations['followJob'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/cases/{caseId}/jobs/{jobId}/result': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** Résultat clos d'une analyse */
    get: operations['readResult'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/cases/{caseId}/jobs/{jobId}/mot': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** Résultat d'une analyse au format MOTChallenge */
    get: operations['readMot'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/cases/{caseId}/questions': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** Questions posées dans une procédure */
    get: operations['listQuestions'];
    put?: never;
    /** Poser une question */
    post: operations['askQuestion'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/cases/{caseId}/questions/{questionId}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** Une page d'une réponse */
    get: operations['readAnswer'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/cases/{caseId}/questions/{questionId}/exhibits/{exhibitId}/paths': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** Trajets d'une réponse dans une pièce */
    get: operations['readPaths'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/cases/{caseId}/hits/{hitId}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** Un résultat */
    get: operations['readHit'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/cases/{caseId}/hits/{hitId}/verdicts': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** Avis donnés sur un résultat */
    get: operations['listVerdicts'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/cases/{caseId}/hits/{hitId}/verdict': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    /** Valider ou écarter un résultat */
    put: operations['reviewHit'];
    post?: never;
    /** Retirer son avis */
    delete: operations['withdrawVerdict'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/cases/{caseId}/questions/{questionId}/coverage': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** Ce qui a été analysé, pièce par pièce */
    get: operations['readCoverage'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/cases/{caseId}/questions/{questionId}/elsewhere': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** Avis donnés sur les mêmes objets sous d'autres questions */
    get: operations['listElsewhere'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/cases/{caseId}/questions/{questionId}/name': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    /** Nommer une question posée */
    put: operations['nameQuestion'];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/cases/{caseId}/hits/{hitId}/notes': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** Notes d'un résultat */
    get: operations['listNotesOfHit'];
    put?: never;
    /** Écrire une note sur un résultat */
    post: operations['writeNote'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/cases/{caseId}/notes': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** Notes d'une procédure */
    get: operations['listNotes'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/cases/{caseId}/notes/{noteId}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** Une note */
    get: operations['readNote'];
    /** Modifier sa note */
    put: operations['editNote'];
    post?: never;
    /** Retirer sa note */
    delete: operations['withdrawNote'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/cases/{caseId}/notes/{noteId}/wordings': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** Versions d'une note */
    get: operations['listWordings'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/cases/{caseId}/bookmarks': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** Signets d'une procédure */
    get: operations['listBookmarks'];
    put?: never;
    /** Poser un signet */
    post: operations['setBookmark'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/cases/{caseId}/bookmarks/{bookmarkId}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** Un signet */
    get: operations['readBookmark'];
    /** Nommer son signet */
    put: operations['labelBookmark'];
    post?: never;
    /** Retirer son signet */
    delete: operations['removeBookmark'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/cases/{caseId}/export-list': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** Liste d'export d'un agent */
    get: operations['readExportList'];
    put?: never;
    post?: never;
    /** Vider sa liste d'export */
    delete: operations['clearExportList'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/cases/{caseId}/export-list/{hitId}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    /** Ajouter un résultat à sa liste d'export */
    put: operations['listHit'];
    post?: never;
    /** Retirer un résultat de sa liste d'export */
    delete: operations['unlistHit'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/cases/{caseId}/hits/{hitId}/still': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** Image masquée d'un résultat */
    get: operations['readStill'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/cases/{caseId}/hits/{hitId}/clip': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** Extrait masqué d'un résultat */
    get: operations['readClip'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/cases/{caseId}/hits/{hitId}/reveal': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    /** Découvrir l'objet d'un résultat validé */
    post: operations['revealHit'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/cases/{caseId}/hits/{hitId}/tickets': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    /** Billet d'accès à une image ou à un extrait */
    post: operations['issueMediaTicket'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/cases/{caseId}/exports': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** Dossiers de preuves d'une procédure */
    get: operations['listExports'];
    put?: never;
    /** Établir un dossier de preuves */
    post: operations['startExport'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/cases/{caseId}/exports/preview': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    /** Aperçu d’un dossier de preuves */
    post: operations['previewExport'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/cases/{caseId}/exports/{exportId}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** Un dossier de preuves */
    get: operations['readExport'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/cases/{caseId}/exports/{exportId}/files/{path}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** Un fichier d'un dossier de preuves */
    get: operations['readExportFile'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/cases/{caseId}/exhibits/{exhibitId}/frames/{number}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** Image masquée d'une pièce */
    get: operations['readFrame'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/cases/{caseId}/exhibits/{exhibitId}/frames': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** Images d'un intervalle d'une pièce */
    get: operations['listFrames'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/cases/{caseId}/exhibits/{exhibitId}/clip': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** Extrait masqué d'une pièce */
    get: operations['readExhibitClip'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/cases/{caseId}/exhibits/{exhibitId}/tickets': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    /** Billet d'accès à une image ou à un extrait d'une pièce */
    post: operations['issueExhibitTicket'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/cases/{caseId}/exhibits/{exhibitId}/tracks': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** Objets suivis dans un intervalle d'une pièce */
    get: operations['listTracks'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/cases/{caseId}/exhibits/{exhibitId}/activity': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** Activité et couverture d'une pièce au fil du temps */
    get: operations['readActivity'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/cases/{caseId}/retention': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** Terme d'une procédure */
    get: operations['readRetention'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/retention': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** Termes de toutes les procédures */
    get: operations['readRetentionReport'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/cases/{caseId}/orders/{orderId}/done': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    /** Déclarer un ordre exécuté */
    post: operations['finishOrder'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/erasures': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** Effacements */
    get: operations['listErasures'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/erasures/{actId}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** Certificat d'effacement */
    get: operations['readErasure'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/person-requests': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** Registre des demandes de personnes */
    get: operations['listPersonRequests'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/cases/{caseId}/documents/mention': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** Mention de l'usage au procès-verbal */
    get: operations['readMention'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/cases/{caseId}/documents/closing-report': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** Rapport de clôture */
    get: operations['readClosingReport'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/statistics': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** Statistiques de contrôle */
    get: operations['readStatistics'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/statistics/page': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** Statistiques de contrôle, à lire */
    get: operations['readStatisticsPage'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/transparency/{period}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** Rapport de transparence */
    get: operations['readTransparency'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/transparency/{period}/page': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** Rapport de transparence, à lire */
    get: operations['readTransparencyPage'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/cases/{caseId}/journal': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** Journal d'une procédure */
    get: operations['readJournal'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/openapi.json': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    /** Description de l'interface */
    get: operations['readDescription'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}

export interface components {
  schemas: {
    Activity: {
      /** Length of the recording, seconds. */
      durationSeconds: number;
      /** Length of a stretch, seconds. */
      bucketSeconds: number;
      buckets: {
        /** Beginning in media time, seconds. */
        fromSeconds: number;
        /** End in media time, seconds. */
        toSeconds: number;
        /** Number of objects in the picture at some moment of it. */
        tracks: number;
        byClass: {
          class: 'person' | 'vehicle' | 'car' | 'bus' | 'truck' | 'van' | 'two-wheeler' | 'bicycle' | 'motorcycle' | 'suitcase' | 'object';
          /** Number of objects of the class. */
          tracks: number;
        }[];
        coverage: {
          /** Analysed, seconds of media time. */
          analysedSeconds: number;
          /** Looked at in random samples, seconds of media time. */
          sampledSeconds: number;
          /** Quiet, seconds of media time. */
          quietSeconds: number;
          /** Not decodable, seconds of media time. */
          undecodableSeconds: number;
          /** Outside the requisition, seconds of media time. */
          outsideSeconds: number;
        };
      }[];
      intervals: {
        /** Beginning in media time, seconds. */
        fromSeconds: number;
        /** End in media time, seconds. */
        toSeconds: number;
        /** Where it stands. */
        state: 'analysed' | 'sampled' | 'quiet' | 'undecodable' | 'outside';
        /** Frames a second that were looked at. */
        framesPerSecond?: number;
        reason?: string;
      }[];
    };
    Answer: {
      /** Id of the question. */
      questionId: string;
      /** SHA-256 of the question as it was executed, hex. */
      questionSha256: string;
      executed: {
        /** Version of the question language. */
        version: 1;
        classes: ('person' | 'vehicle' | 'car' | 'bus' | 'truck' | 'van' | 'two-wheeler' | 'bicycle' | 'motorcycle' | 'suitcase' | 'object')[];
        colours: {
          colour: 'black' | 'white' | 'grey' | 'red' | 'orange' | 'yellow' | 'green' | 'blue' | 'purple' | 'pink' | 'brown';
          part: 'whole' | 'upper' | 'lower';
          /** Least share of the area, 0 to 1. */
          minShare: number;
        }[];
        time: {
          /** Beginning, RFC 3339; of the journal the sequence number to start from. */
          from: string;
          /** End, RFC 3339. */
          to: string;
        } | null;
        exhibits: string[] | null;
        zone: {
          /** From the left edge, as a fraction of the width. */
          x: number;
          /** From the upper edge, as a fraction of the height. */
          y: number;
        }[] | null;
        /** Least confidence of a detection, 0 to 1. */
        minConfidence: number;
        /** The tree of conditions with every default written out; null where none was asked. */
        where: unknown;
        order: 'time' | 'confidence';
      };
      inFrench: string;
      inEnglish: string;
      broad: boolean;
      /** Number of hits on all pages. */
      total: number;
      /** Of all hits, not of the page. */
      counts: {
        byClass: {
          class: 'person' | 'vehicle' | 'car' | 'bus' | 'truck' | 'van' | 'two-wheeler' | 'bicycle' | 'motorcycle' | 'suitcase' | 'object';
          /** How many hits. */
          hits: number;
        }[];
        byCamera: {
          /** Name of the camera in the schedule. */
          cameraId: string;
          /** How many hits. */
          hits: number;
        }[];
        byExhibit: {
          /** Id of the exhibit. */
          exhibitId: string;
          /** How many hits. */
          hits: number;
        }[];
        byColour: {
          colour: 'black' | 'white' | 'grey' | 'red' | 'orange' | 'yellow' | 'green' | 'blue' | 'purple' | 'pink' | 'brown';
          /** How many hits. */
          hits: number;
        }[];
        byHour: {
          /** Beginning, RFC 3339; of the journal the sequence number to start from. */
          from: string;
          /** How many hits. */
          hits: number;
        }[];
      };
      nearMisses: {
        /** Id of the exhibit. */
        exhibitId: string;
        /** Name of the camera in the schedule. */
        cameraId: string;
        /** Number of the track in the result of the exhibit. */
        track: number;
        class: 'person' | 'vehicle' | 'car' | 'bus' | 'truck' | 'van' | 'two-wheeler' | 'bicycle' | 'motorcycle' | 'suitcase' | 'object';
        /** Beginning, RFC 3339; of the journal the sequence number to start from. */
        from: string;
        /** End, RFC 3339. */
        to: string;
        /** The condition that kept it out. */
        missed: 'confidence' | 'colour' | 'time' | 'size' | 'speed';
        /** What the track has, in the unit of the condition; seconds for time. */
        value: number;
        /** What was asked, in the same unit; 0 for time. */
        asked: number;
      }[];
      hits: components['schemas']['Hit'][];
      /** Where the next page begins; absent on the last one. */
      nextCursor?: string;
      coverage: {
        /** Of all exhibits that were searched. */
        sums: {
          /** How many exhibits were searched. */
          exhibits: number;
          /** SHA-256 of their ids, one a line: the journal names them by it where the answer does not name each. */
          exhibitsSha256: string;
          /** Length of the recording, seconds. */
          durationSeconds: number;
          coverage: {
            /** Analysed, seconds of media time. */
            analysedSeconds: number;
            /** Looked at in random samples, seconds of media time. */
            sampledSeconds: number;
            /** Quiet, seconds of media time. */
            quietSeconds: number;
            /** Not decodable, seconds of media time. */
            undecodableSeconds: number;
            /** Outside the requisition, seconds of media time. */
            outsideSeconds: number;
          };
          audit?: {
            /** Number of random moments that were looked at. */
            samples: number;
            /** Number of those that held something new. */
            missed: number;
            /** Time that objects were in the picture, seconds. */
            objectSeconds: number;
            /** Quiet, seconds of media time. */
            quietSeconds: number;
            /** Lower bound (95 %) of the share that was found, 0 to 1; absent where it cannot be said. */
            recallBound?: number;
          };
          /** How many of them have a note on their clock. */
          clockNotes: number;
        };
        /** Each exhibit that was searched, where they are 200 at most; of more there is none, and `readCoverage` names each. */
        exhibits: {
          /** Id of the exhibit. */
          exhibitId: string;
          /** Name that the file had where it came from. */
          fileName: string;
          /** Length of the recording, seconds. */
          durationSeconds: number;
          coverage: {
            /** Analysed, seconds of media time. */
            analysedSeconds: number;
            /** Looked at in random samples, seconds of media time. */
            sampledSeconds: number;
            /** Quiet, seconds of media time. */
            quietSeconds: number;
            /** Not decodable, seconds of media time. */
            undecodableSeconds: number;
            /** Outside the requisition, seconds of media time. */
            outsideSeconds: number;
          };
          audit?: {
            /** Number of random moments that were looked at. */
            samples: number;
            /** Number of those that held something new. */
            missed: number;
            /** Time that objects were in the picture, seconds. */
            objectSeconds: number;
            /** Quiet, seconds of media time. */
            quietSeconds: number;
            /** Lower bound (95 %) of the share that was found, 0 to 1; absent where it cannot be said. */
            recallBound?: number;
          };
          clockNote?: string;
        }[];
        notAnalysed: {
          /** Id of the exhibit. */
          exhibitId: string;
          /** Name that the file had where it came from. */
          fileName: string;
          /** Where it stands. */
          state: string;
        }[];
        /** Recordings that the schedule lists, of the cameras asked about, without a sealed exhibit: not deposited, refused, or still coming in. Absent of questions from before this was kept. */
        notSealed?: {
          /** Piece number in the schedule. */
          piece: string;
          /** Name of the camera in the schedule. */
          cameraId: string;
        }[];
      };
      notice: string;
    };
    AnswerCoverage: {
      exhibits: {
        /** Id of the exhibit. */
        exhibitId: string;
        /** Name that the file had where it came from. */
        fileName: string;
        /** Length of the recording, seconds. */
        durationSeconds: number;
        coverage: {
          /** Analysed, seconds of media time. */
          analysedSeconds: number;
          /** Looked at in random samples, seconds of media time. */
          sampledSeconds: number;
          /** Quiet, seconds of media time. */
          quietSeconds: number;
          /** Not decodable, seconds of media time. */
          undecodableSeconds: number;
          /** Outside the requisition, seconds of media time. */
          outsideSeconds: number;
        };
        audit?: {
          /** Number of random moments that were looked at. */
          samples: number;
          /** Number of those that held something new. */
          missed: number;
          /** Time that objects were in the picture, seconds. */
          objectSeconds: number;
          /** Quiet, seconds of media time. */
          quietSeconds: number;
          /** Lower bound (95 %) of the share that was found, 0 to 1; absent where it cannot be said. */
          recallBound?: number;
        };
        clockNote?: string;
      }[];
      notAnalysed: {
        /** Id of the exhibit. */
        exhibitId: string;
        /** Name that the file had where it came from. */
        fileName: string;
        /** Where it stands. */
        state: string;
      }[];
      /** Recordings that the schedule lists, of the cameras asked about, without a sealed exhibit: not deposited, refused, or still coming in. Absent of questions from before this was kept. */
      notSealed?: {
        /** Piece number in the schedule. */
        piece: string;
        /** Name of the camera in the schedule. */
        cameraId: string;
      }[];
    };
    Bookmark: {
      /** Id. */
      id: string;
      /** Id of the exhibit. */
      exhibitId: string;
      /** Name that the file had where it came from. */
      fileName: string;
      /** Name of the camera in the schedule. */
      cameraId: string;
      /** Moment of the exhibit, media seconds. */
      atSeconds: number;
      /** True time of that moment, RFC 3339. */
      at: string;
      /** By how much the time of day may be wrong, seconds. */
      uncertaintySeconds: number;
      hit?: components['schemas']['Hit'];
      /** What the agent wrote beside it. */
      label?: string;
      /** Id of the agent who set it. */
      author: string;
      /** Whether who asks set it. */
      isOwn: boolean;
      /** When it was set, RFC 3339. */
      madeAt: string;
    };
    BookmarkLabel: {
      /** Free text. It is sealed, and the journal has a keyed digest of it alone. */
      label?: string;
    };
    Case: {
      /** Id. */
      id: string;
      /** Procedure number. */
      procedure: string;
      /** Where it stands. */
      state: string;
      /** When it was made, RFC 3339. */
      createdAt: string;
      /** When the first recording of the case was sealed, RFC 3339. */
      firstRecordingAt?: string;
    };
    Condition: {
      all: components['schemas']['Condition'][];
    } | {
      any: components['schemas']['Condition'][];
    } | {
      not: components['schemas']['Condition'];
    } | {
      class: ('person' | 'vehicle' | 'car' | 'bus' | 'truck' | 'van' | 'two-wheeler' | 'bicycle' | 'motorcycle' | 'suitcase' | 'object')[];
    } | {
      colour: {
        colour: 'black' | 'white' | 'grey' | 'red' | 'orange' | 'yellow' | 'green' | 'blue' | 'purple' | 'pink' | 'brown';
        part?: 'whole' | 'upper' | 'lower';
        /** Least share of the area, 0 to 1. */
        minShare?: number;
      }[];
    } | {
      /** How sure the detection is, 0 to 1. */
      confidence: {
        /** At least, 0 to 1. */
        min: number;
      };
    } | {
      /** How much is asked for: hits a page, or the size of a picture. */
      size: {
        widthPx?: {
          /** At least, pixels of the original. */
          min?: number;
          /** At most, pixels of the original. */
          max?: number;
        };
        heightPx?: {
          /** At least, pixels of the original. */
          min?: number;
          /** At most, pixels of the original. */
          max?: number;
        };
      };
    } | {
      zone: {
        /** Polygon in fractions of the picture, origin top left. Edges may cross: inside is then by the even-odd rule, so a part that is enclosed twice is outside. The edge itself is inside. */
        polygon: {
          /** From the left edge, as a fraction of the width. */
          x: number;
          /** From the upper edge, as a fraction of the height. */
          y: number;
        }[];
        relation?: 'passes' | 'inside' | 'enters' | 'leaves' | 'avoids';
      };
    } | {
      line: {
        a: {
          /** From the left edge, as a fraction of the width. */
          x: number;
          /** From the upper edge, as a fraction of the height. */
          y: number;
        };
        b: {
          /** From the left edge, as a fraction of the width. */
          x: number;
          /** From the upper edge, as a fraction of the height. */
          y: number;
        };
        direction?: 'both' | 'to_left' | 'to_right';
      };
    } | {
      sequence: {
        steps: ({
          zone: {
            /** Polygon in fractions of the picture, origin top left. Edges may cross: inside is then by the even-odd rule, so a part that is enclosed twice is outside. The edge itself is inside. */
            polygon: {
              /** From the left edge, as a fraction of the width. */
              x: number;
              /** From the upper edge, as a fraction of the height. */
              y: number;
            }[];
            relation?: 'passes' | 'inside' | 'enters' | 'leaves' | 'avoids';
          };
        } | {
          line: {
            a: {
              /** From the left edge, as a fraction of the width. */
              x: number;
              /** From the upper edge, as a fraction of the height. */
              y: number;
            };
            b: {
              /** From the left edge, as a fraction of the width. */
              x: number;
              /** From the upper edge, as a fraction of the height. */
              y: number;
            };
            direction?: 'both' | 'to_left' | 'to_right';
          };
        })[];
        /** From the end of the first step to the last one, at most, seconds. */
        withinSeconds: number;
      };
    } | {
      /** Path of the file in the package. */
      path: {
        points: {
          /** From the left edge, as a fraction of the width. */
          x: number;
          /** From the upper edge, as a fraction of the height. */
          y: number;
        }[];
        /** How far the way may be from the drawn path, as a share of the width of the picture. */
        tolerance: number;
      };
    } | {
      speed: {
        /** At least, pixels of the original a second. */
        min?: number;
        /** At most, pixels of the original a second. */
        max?: number;
      };
    } | {
      direction: {
        /** Beginning, degrees clockwise, 0 is up. */
        fromDegrees: number;
        /** End, degrees clockwise. */
        toDegrees: number;
      };
    } | {
      dwell: {
        /** Polygon in fractions of the picture, origin top left. Edges may cross: inside is then by the even-odd rule, so a part that is enclosed twice is outside. The edge itself is inside. */
        polygon: {
          /** From the left edge, as a fraction of the width. */
          x: number;
          /** From the upper edge, as a fraction of the height. */
          y: number;
        }[];
        /** Stays at least, seconds. */
        minSeconds: number;
      };
    } | {
      stationary: {
        /** Stands still at least, seconds. */
        minSeconds: number;
        /** What counts as one place, as a share of the width of the picture. */
        radius?: number;
      };
    } | {
      near: {
        class?: ('person' | 'vehicle' | 'car' | 'bus' | 'truck' | 'van' | 'two-wheeler' | 'bicycle' | 'motorcycle' | 'suitcase' | 'object')[];
        /** At most, as a share of the width of the picture. */
        distance: number;
      };
    } | {
      crowd: {
        /** Tracks in the picture at once, this one included. */
        atLeast: number;
        class?: ('person' | 'vehicle' | 'car' | 'bus' | 'truck' | 'van' | 'two-wheeler' | 'bicycle' | 'motorcycle' | 'suitcase' | 'object')[];
      };
    } | {
      span: {
        /** RFC 3339 with offset */
        from: string;
        /** RFC 3339 with offset */
        to: string;
      };
    } | {
      timeOfDay: {
        /** HH:MM in the zone of the case */
        from: string;
        /** HH:MM in the zone of the case */
        to: string;
      };
    } | {
      weekday: ('monday' | 'tuesday' | 'wednesday' | 'thursday' | 'friday' | 'saturday' | 'sunday')[];
    } | {
      relativeTo: {
        hit: string;
        relation: 'before' | 'after' | 'around';
        /** Away from the hit at most, seconds. */
        withinSeconds: number;
      };
    } | {
      acrossCameras: {
        arrival: components['schemas']['Condition'];
        exhibits?: string[];
        /** Later at least, seconds. */
        minSeconds: number;
        /** Later at most, seconds. */
        maxSeconds: number;
      };
    };
    Counts: {
      /** Number of requisitions. */
      requisitions: number;
      /** Number of revocations. */
      revocations: number;
      /** Number of uses, as `useDefinition` says. */
      uses: number;
      /** Number of analyses. */
      jobs: number;
      /** Number of analyses without a result. */
      jobsWithoutResult: number;
      /** Number of analyses that a revocation stopped. */
      revokedJobs: number;
      /** Video of analyses with a result, hours. */
      hours: number;
      /** Number of questions. */
      questions: number;
      /** Number of broad questions. */
      broadQuestions: number;
      /** Number of packages. */
      exports: number;
      /** Number of refusals. */
      refusals: number;
      /** Number of requests for what this tool must not do. */
      forbiddenAttempts: number;
      /** Number of closures. */
      closures: number;
      /** Number of erasures. */
      erasures: number;
    };
    DossierState: {
      software: {
        /** Name of the software that runs. */
        name: string;
        /** Its version. */
        version: string;
      };
      /** Whether content is processed; false in safe mode. */
      processes: boolean;
      /** Why nothing is processed, the first to repair first; empty when it is. */
      causes: {
        /** Step of the self-test that failed. */
        step: string;
        /** Code of the table of refusals. */
        code: string;
        /** For the operator. */
        detail: string;
      }[];
      /** Whether the dossier is complete, signed by both and in time. */
      holds: boolean;
      refusal?: {
        /** Code of the table of refusals. */
        code: string;
        /** What is missing, for the operator. */
        detail: string;
      };
      /** What will have to be done, for the operator. */
      warnings: string[];
      /** Why no new analysis may start although the dossier holds. */
      noNewJob?: string;
      /** Whose signatures were verified; empty where the dossier does not hold. */
      signers: {
        /** Role that the registry gives the key. */
        role: string;
        /** Office of the key. */
        office: string;
        /** Id of the key. */
        kid: string;
        /** When it was signed. RFC 3339. */
        signedAt: string;
      }[];
      dossier?: {
        /** Id that authorisations name. */
        id: string;
        /** Version of the dossier. */
        version: number;
        /** Name on its cover. */
        title: string;
        /** Of the dossier, as the journal names it. SHA-256, hex. */
        sha256: string;
        software: {
          /** Software that it covers. */
          name: string;
          /** First version that it covers. */
          from: string;
          /** First version that it does not cover any more. */
          below: string;
        };
        controller: {
          /** Kind of the service responsible. */
          type: string;
          /** Its unit. */
          unitCode: string;
        };
        /** Sites of the installation. */
        sites: string[];
        engagement: {
          /** Reference of the undertaking of conformity (RU-018). */
          reference: string;
          /** Who signed it. */
          signatory: string;
          /** When it was sent to the CNIL. RFC 3339. */
          sentAt: string;
          /** Of the proof that it was sent. SHA-256, hex. */
          proofSha256: string;
        };
        techfile: {
          /** Reference of the technical file. */
          reference: string;
          /** Of it. SHA-256, hex. */
          sha256: string;
        };
        aipd: {
          /** Reference of the impact assessment (AIPD). */
          reference: string;
          /** Its version. */
          version: string;
          /** When it was approved. RFC 3339. */
          approvedAt: string;
          /** Before when it must be reviewed. RFC 3339. */
          reviewAt: string;
          /** Reference of the opinion of the DPO. */
          dpoOpinion: string;
          /** Of it. SHA-256, hex. */
          sha256: string;
        };
        aia?: {
          /** Self-assessment under the AI Act. */
          reference: string;
          /** Of it. SHA-256, hex. */
          sha256: string;
        };
        /** How long the journal is kept, years. */
        journalRetentionYears: number;
        /** Of the capability that was approved. SHA-256, hex. */
        capabilitySha256: string;
        /** Of the set of networks that was approved. SHA-256, hex. */
        modelSetSha256: string;
      };
      capability: {
        /** Of what this build can do. SHA-256, hex. */
        sha256: string;
        /** Whether the dossier covers all of it; absent without a dossier. */
        covered?: boolean;
        /** What it can do and the dossier does not name: nothing is processed until it does. */
        wider: string[];
        /** What the dossier names and it cannot do. */
        narrower: string[];
        /** Operations. */
        operations: string[];
        /** Classes of objects. */
        classes: string[];
        models: {
          /** Name of a network. */
          name: string;
          /** Of its file. SHA-256, hex. */
          sha256: string;
          /** What it says. */
          labels: string[];
        }[];
        /** Number of routes. */
        routes: number;
        /** Number of software packages. */
        packages: number;
      };
    };
    Erasure: {
      /** Id of the case. */
      caseId: string;
      ground: string;
      /** When it began, RFC 3339. */
      startedAt: string;
      /** When it ended, RFC 3339; absent before. */
      finishedAt?: string;
      /** The certificate as it is handed over; absent while it is not done. */
      certificate?: string;
    };
    Estimate: {
      /** Id of the exhibit. */
      exhibitId: string;
      /** What an analysis would take where nothing else runs, seconds of real time, to ten. */
      estimatedSeconds: number;
      /** Length of the recording by its packets, seconds. */
      mediaSeconds: number;
      /** Sizes and times of packets; nothing was decoded. */
      basis: 'packets';
      /** Whether a full detector would look at it. */
      hasDetector: boolean;
    };
    Exhibit: {
      /** Id. */
      id: string;
      /** Where it stands. */
      state: 'receiving' | 'sealed' | 'refused';
      /** Why it was refused: a code of the table. */
      refusalCode?: string;
      /** Piece number in the schedule. */
      piece: string;
      /** Name that the file had where it came from. */
      fileName: string;
      /** SHA-256, hex. */
      sha256: string;
      /** Size, bytes. */
      sizeBytes: number;
      /** Beginning of the recording by the schedule, RFC 3339. */
      captureStart: string;
      /** End of the recording by the schedule, RFC 3339. */
      captureEnd: string;
      /** IANA name of the time zone of the camera. */
      timeZone: string;
      /** When it was sealed, RFC 3339; absent before. */
      sealedAt?: string;
      camera: {
        /** Id. */
        id: string;
        place: string;
        /** Where the camera stands, as the schedule has it; absent where nobody signed it. */
        position?: {
          /** Degrees north of the equator, WGS84. */
          latitude: number;
          /** Degrees east of Greenwich, WGS84. */
          longitude: number;
          /** How the officer knows it. */
          basis: string;
        };
      };
      clock: {
        /** Seconds to add to the time of the recorder for the true time. */
        offsetSeconds: number;
        /** By how much the time of day may be wrong, seconds. */
        uncertaintySeconds: number;
        /** What it rests on. */
        basis: string;
      };
      clockNote?: string;
      damaged: boolean;
      /** Length of the recording, seconds. */
      durationSeconds?: number;
      /** Number of frames. */
      frames?: number;
      codec?: string;
      losses?: string[];
      windows?: {
        /** Beginning in media time, seconds. */
        fromSeconds: number;
        /** End in media time, seconds. */
        toSeconds: number;
      }[];
    };
    ExhibitTicketRequest: {
      of: 'frame';
      /** Number of the frame, from 1 in the order of showing. */
      number: number;
    } | {
      of: 'clip';
      /** Beginning in media time, seconds. */
      fromSeconds: number;
      /** End in media time, seconds; at most 60 after the beginning. */
      toSeconds: number;
    };
    ExhibitVerification: {
      /** Id of the exhibit. */
      exhibitId: string;
      /** `verified`: the sealed bytes are those of the signed schedule, and the journal proves their sealing; `partly`: the bytes are, but the journal shows no such record; `not_signed`: the schedule does not list the exhibit, and nothing was read; `altered`: the bytes are not those that were sealed. */
      verdict: 'verified' | 'partly' | 'not_signed' | 'altered';
      /** The digest that was sealed, SHA-256 (hex). */
      scheduledSha256: string;
      /** SHA-256 (hex) computed now from the sealed bytes; absent where they were not read or cannot be opened. */
      foundSha256?: string;
      /** Record of the journal that has the sealing, its place in the log proved. */
      record?: number;
      /** When it was checked, RFC 3339. */
      checkedAt: string;
    };
    Export: {
      /** Id. */
      id: string;
      /** Where it stands. */
      state: 'building' | 'done' | 'failed';
      /** Why it failed: a code of the table. */
      failureCode?: string;
      /** When it was made, RFC 3339. */
      createdAt: string;
      /** When it ended, RFC 3339; absent before. */
      finishedAt?: string;
      files?: {
        /** Path of the file in the package. */
        path: string;
        /** SHA-256, hex. */
        sha256: string;
        /** Size, bytes. */
        sizeBytes: number;
      }[];
    };
    ExportPreview: {
      /** Whether the package would be made. */
      isPossible: boolean;
      /** Codes for which the package as a whole would be refused. */
      refusals: string[];
      hits: {
        /** Id. */
        id: string;
        /** Piece number in the schedule. */
        piece?: string;
        verdict?: 'unreviewed' | 'confirmed' | 'rejected' | 'uncertain';
        /** Its readers do not agree. */
        disputed?: boolean;
        readers?: {
          /** Absent where the record does not say who. */
          agentId?: string;
          verdict: 'confirmed' | 'rejected' | 'uncertain';
        }[];
        /** Code for which this hit would have the package refused. */
        refusal?: string;
      }[];
      /** Packages that were made under the authorisation. */
      made: number;
      /** How many may be made under it. */
      most: number;
      /** Exhibits whose results and coverage would go in. */
      exhibits: number;
      files: {
        /** Path of the file in the package. */
        path: string;
        /** Bytes; absent where they are known only when the file is made. */
        sizeBytes?: number;
      }[];
    };
    FinishOrderAnswer: {
      /** Id. */
      id: string;
    };
    Habilitation: {
      answer: {
        installation: string;
        /** Id of the agent as the register has it. */
        agentId: string;
        /** Moment that is asked about or spoken of, RFC 3339; of a reason the place in the picture. */
        at: string;
        /** When this was answered, RFC 3339. */
        answeredAt: string;
        standing: string;
        /** A signed act: its compact JWS when it is presented, what it says when it is shown. */
        act?: {
          /** Id. */
          id: string;
          reference: string;
          authority: string;
          role: string;
          service: string;
          /** When it was granted, RFC 3339. */
          grantedAt: string;
          /** Until when it holds, RFC 3339. */
          until: string;
        };
        /** When it was withdrawn, RFC 3339. */
        withdrawnAt?: string;
      };
      /** The same as canonical JSON, signed by the installation (compact JWS). */
      signed: string;
    };
    Hit: {
      /** Id. */
      id: string;
      /** Id of the exhibit. */
      exhibitId: string;
      /** Number of the track in the result of the exhibit. */
      track: number;
      class: 'person' | 'vehicle' | 'car' | 'bus' | 'truck' | 'van' | 'two-wheeler' | 'bicycle' | 'motorcycle' | 'suitcase' | 'object';
      /** How sure the detection is, 0 to 1. */
      confidence: number;
      /** Name that the file had where it came from. */
      fileName: string;
      /** Name of the camera in the schedule. */
      cameraId: string;
      /** Beginning, RFC 3339; of the journal the sequence number to start from. */
      from: string;
      /** End, RFC 3339. */
      to: string;
      /** By how much the time of day may be wrong, seconds. */
      uncertaintySeconds: number;
      /** Beginning in the file, seconds. */
      mediaFromSeconds: number;
      /** End in the file, seconds. */
      mediaToSeconds: number;
      colours: {
        part: 'whole' | 'upper' | 'lower';
        colour: 'black' | 'white' | 'grey' | 'red' | 'orange' | 'yellow' | 'green' | 'blue' | 'purple' | 'pink' | 'brown';
        /** Share of the area, 0 to 1. */
        share: number;
      }[];
      best: {
        /** Number of the frame in the file. */
        frame: number;
        /** Presentation time stamp, in the time base of the stream. */
        pts: number;
        /** Moment in the file, seconds. */
        timeSeconds: number;
        box: {
          /** Left edge, pixels. */
          left: number;
          /** Upper edge, pixels. */
          top: number;
          /** Width, pixels. */
          width: number;
          /** Height, pixels. */
          height: number;
        };
      };
      reasons: {
        facet: 'class' | 'colour' | 'time' | 'zone' | 'confidence' | 'exhibit' | 'condition';
        /** Which leaf of `where` the track fulfils. */
        condition?: 'class' | 'colour' | 'confidence' | 'size' | 'zone' | 'line' | 'sequence' | 'path' | 'speed' | 'direction' | 'dwell' | 'stationary' | 'near' | 'crowd' | 'span' | 'timeOfDay' | 'weekday' | 'relativeTo' | 'acrossCameras';
        /** Media seconds. */
        atSeconds?: number;
        /** End in media time, seconds. */
        toSeconds?: number;
        /** The figure that decided, in the unit of the condition. */
        value?: number;
        other?: {
          /** Id of the exhibit. */
          exhibitId: string;
          /** Number of the track in the result of the exhibit. */
          track: number;
          /** Beginning, RFC 3339; of the journal the sequence number to start from. */
          from: string;
        };
        class?: 'person' | 'vehicle' | 'car' | 'bus' | 'truck' | 'van' | 'two-wheeler' | 'bicycle' | 'motorcycle' | 'suitcase' | 'object';
        /** How sure the detection is, 0 to 1. */
        confidence?: number;
        colour?: 'black' | 'white' | 'grey' | 'red' | 'orange' | 'yellow' | 'green' | 'blue' | 'purple' | 'pink' | 'brown';
        part?: 'whole' | 'upper' | 'lower';
        /** Share of the area, 0 to 1. */
        share?: number;
        /** Beginning, RFC 3339; of the journal the sequence number to start from. */
        from?: string;
        /** End, RFC 3339. */
        to?: string;
        /** By how much the time of day may be wrong, seconds. */
        uncertaintySeconds?: number;
        /** When the zone was entered, seconds of media time. */
        enteredSeconds?: number;
        /** Moment that is asked about or spoken of, RFC 3339; of a reason the place in the picture. */
        at?: {
          /** From the left edge, as a fraction of the width. */
          x: number;
          /** From the upper edge, as a fraction of the height. */
          y: number;
        };
      }[];
      verdict: 'unreviewed' | 'confirmed' | 'rejected' | 'uncertain';
      /** Its readers do not agree. */
      disputed: boolean;
      /** Each reader's verdict, oldest first. */
      readings: {
        /** Absent where the record does not say who. */
        agentId?: string;
        verdict: 'confirmed' | 'rejected' | 'uncertain';
        /** Moment that is asked about or spoken of, RFC 3339; of a reason the place in the picture. */
        at?: string;
        /** When this reader was first shown the whole picture; absent where he was not. */
        sawPictureAt?: string;
      }[];
      rectified?: {
        order: string;
        /** Moment that is asked about or spoken of, RFC 3339; of a reason the place in the picture. */
        at: string;
        analysedAs: 'person' | 'vehicle' | 'car' | 'bus' | 'truck' | 'van' | 'two-wheeler' | 'bicycle' | 'motorcycle' | 'suitcase' | 'object';
        personCategory?: 'suspect' | 'victime' | 'temoin' | 'tiers';
      };
    };
    HitsToExport: {
      hits: string[];
    };
    InternalProblem: components['schemas']['Problem'] & {
      /** Code of the closed table of refusals. */
      code: 'E_JOB_FAILED' | 'E_LOG_CONTENT' | 'E_INTERNAL';
    };
    Job: {
      /** Id. */
      id: string;
      /** Id of the exhibit. */
      exhibitId: string;
      /** Where it stands. */
      state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled';
      /** Why it failed: a code of the table. */
      failureCode?: string;
      /** Number of segments; said at the end. */
      segments?: number;
      /** Number of segments done; said at the end. */
      segmentsDone?: number;
      /** Media time that is analysed, seconds, in steps. */
      secondsDone: number;
      /** Media time up to which all is analysed, seconds, in steps: where the analysis is looking. */
      reachedSeconds: number;
      /** What is left of the analysis, seconds of real time, to ten. */
      remainingSeconds?: number;
      /** When it began, RFC 3339. */
      startedAt?: string;
      /** When it ended, RFC 3339; absent before. */
      finishedAt?: string;
      /** SHA-256 of the closed result, hex. */
      digest?: string;
      /** Number of frames that were decoded. */
      decodedFrames?: number;
      /** Number of calls of the detector. */
      detectorCalls?: number;
    };
    ListBookmarksAnswer: {
      bookmarks: components['schemas']['Bookmark'][];
      /** Where the next page begins; absent on the last one. */
      nextCursor?: string;
    };
    ListCasesAnswer: {
      cases: (components['schemas']['Case'] & {
        requisitions: {
          /** Id. */
          id: string;
          /** From when it holds, RFC 3339. */
          notBefore: string;
          /** Until when it holds, RFC 3339. */
          expires: string;
        }[];
      })[];
      /** Asks for the next page; absent on the last one. */
      nextCursor?: string;
    };
    ListElsewhereAnswer: {
      verdicts: {
        /** The hit of this question. */
        hitId: string;
        /** What its readers made of the same track there. */
        verdict: 'confirmed' | 'rejected' | 'uncertain';
        /** The other question, where it was asked under the same requisition. */
        questionId?: string;
      }[];
    };
    ListErasuresAnswer: {
      erasures: components['schemas']['Erasure'][];
      /** Asks for the next page; absent on the last one. */
      nextCursor?: string;
    };
    ListExhibitsAnswer: {
      exhibits: components['schemas']['Exhibit'][];
      /** Asks for the next page; absent on the last one. */
      nextCursor?: string;
    };
    ListExportsAnswer: {
      exports: {
        /** Id. */
        id: string;
        /** Id of the requisition. */
        requisitionId: string;
        /** Where it stands. */
        state: 'building' | 'done' | 'failed';
        /** When it was made, RFC 3339. */
        createdAt: string;
      }[];
      /** Asks for the next page; absent on the last one. */
      nextCursor?: string;
    };
    ListFramesAnswer: {
      /** Number of frames. */
      frames: {
        /** Number of the frame, from 1 in the order of showing. */
        number: number;
        /** Presentation time stamp, in the time base of the stream. */
        pts: number;
        /** Moment in the file, seconds. */
        timeSeconds: number;
        /** What the clock of the recorder said, RFC 3339. */
        recorderTime: string;
        /** The same corrected by the offset of the clock, RFC 3339. */
        trueTime: string;
        /** Whether something was seen on this very frame: a box on it is evidence. */
        isAnalysed: boolean;
        /** `masked`: heads and plates are covered; `coarse`: the analysis did not look there, so all of it is in blocks. */
        shown: 'masked' | 'coarse';
      }[];
      /** The key frames of the span, rising, with the one before it and the one after it. */
      keyFrames: {
        /** Number of the frame, from 1 in the order of showing. */
        number: number;
      }[];
    };
    ListJobsAnswer: {
      jobs: components['schemas']['Job'][];
      /** Asks for the next page; absent on the last one. */
      nextCursor?: string;
    };
    ListNotesAnswer: {
      notes: {
        /** Id. */
        id: string;
        /** Id of the hit. */
        hitId: string;
        /** Id of the agent who wrote it. */
        author: string;
        /** Whether who asks wrote it. */
        isOwn: boolean;
        /** What it says; absent of a note that was withdrawn. */
        text?: string;
        /** When it was written first, RFC 3339. */
        writtenAt: string;
        /** When it got this wording; absent where it is the first. */
        editedAt?: string;
        /** When it was withdrawn, RFC 3339. */
        withdrawnAt?: string;
        hit: components['schemas']['Hit'];
      }[];
      /** Where the next page begins; absent on the last one. */
      nextCursor?: string;
    };
    ListNotesOfHitAnswer: {
      notes: components['schemas']['Note'][];
    };
    ListQuestionsAnswer: {
      questions: {
        /** Id. */
        id: string;
        /** Id of the requisition. */
        requisitionId: string;
        /** When it was asked, RFC 3339. */
        askedAt: string;
        words: {
          fr: string;
          en: string;
        };
        broad: boolean;
        /** What an agent called it. */
        name?: string;
        /** Id of the agent who named it. */
        namedBy?: string;
      }[];
      /** Asks for the next page; absent on the last one. */
      nextCursor?: string;
    };
    ListRequisitionsAnswer: {
      requisitions: components['schemas']['Requisition'][];
      /** Who asks, as the schedule names him; absent of who controls. */
      agentId?: string;
      /** Asks for the next page; absent on the last one. */
      nextCursor?: string;
    };
    ListTracksAnswer: {
      tracks: {
        /** Number of the track in the result of the exhibit. */
        track: number;
        class: 'person' | 'vehicle' | 'car' | 'bus' | 'truck' | 'van' | 'two-wheeler' | 'bicycle' | 'motorcycle' | 'suitcase' | 'object';
        /** How sure the detection is, 0 to 1. */
        confidence: number;
        /** First seen, seconds of media time. */
        firstSeconds: number;
        /** Last seen, seconds of media time. */
        lastSeconds: number;
        points: {
          /** Number of the frame in the file. */
          frame: number;
          /** Presentation time stamp, in the time base of the stream. */
          pts: number;
          /** Moment in the file, seconds. */
          timeSeconds: number;
          /** Left edge, pixels. */
          left: number;
          /** Upper edge, pixels. */
          top: number;
          /** Width, pixels. */
          width: number;
          /** Height, pixels. */
          height: number;
          /** How sure the sighting is, 0 to 1. */
          confidence: number;
          /** False where the tracker bridged a gap. */
          observed: boolean;
        }[];
      }[];
      /** Where the next page begins; absent on the last one. */
      nextCursor?: string;
    };
    ListVerdictsAnswer: {
      verdicts: {
        /** Absent where the record does not say who. */
        agentId?: string;
        verdict: 'confirmed' | 'rejected' | 'uncertain';
        /** Moment that is asked about or spoken of, RFC 3339; of a reason the place in the picture. */
        at?: string;
        /** When this reader was first shown the whole picture; absent where he was not. */
        sawPictureAt?: string;
        /** When the same reader decided otherwise; absent while it stands. */
        replacedAt?: string;
        /** When the same reader took it back without another; absent while it stands. */
        takenBackAt?: string;
      }[];
    };
    ListWordingsAnswer: {
      wordings: {
        /** What the note said. */
        text: string;
        /** When it got this wording, RFC 3339. */
        writtenAt: string;
      }[];
    };
    MediaTicket: {
      url: string;
      expiresAt: string;
    };
    MediaTicketRequest: {
      of: 'still' | 'thumbnail' | 'clip';
    };
    NewBookmark: {
      /** Id of the exhibit. */
      exhibitId: string;
      /** Moment of the exhibit, media seconds. */
      atSeconds: number;
      /** Id of the hit. */
      hitId?: string;
      /** Free text. It is sealed, and the journal has a keyed digest of it alone. */
      label?: string;
    };
    NewQuestionName: {
      /** Free text, which is sealed; absent to take the name away. */
      name?: string;
    };
    Note: {
      /** Id. */
      id: string;
      /** Id of the hit. */
      hitId: string;
      /** Id of the agent who wrote it. */
      author: string;
      /** Whether who asks wrote it. */
      isOwn: boolean;
      /** What it says; absent of a note that was withdrawn. */
      text?: string;
      /** When it was written first, RFC 3339. */
      writtenAt: string;
      /** When it got this wording; absent where it is the first. */
      editedAt?: string;
      /** When it was withdrawn, RFC 3339. */
      withdrawnAt?: string;
    };
    NoteText: {
      /** Free text. It is sealed, and the journal has a keyed digest of it alone. */
      text: string;
    };
    Paths: {
      /** Id of the exhibit. */
      exhibitId: string;
      /** Name of the camera in the schedule. */
      cameraId: string;
      /** Name that the file had where it came from. */
      fileName: string;
      /** Tracks of the exhibit that answer. */
      tracks: number;
      /** Tracks whose way was looked at: all, or an even choice of them where there are very many. */
      drawn: number;
      /** Cells across the picture. */
      columns: number;
      /** Cells down the picture. */
      rows: number;
      /** Row by row; cells that no track passed are left out. */
      cells: {
        /** From the left, 0 first. */
        column: number;
        /** From the top, 0 first. */
        row: number;
        /** Tracks whose feet or wheels passed here, each once. */
        tracks: number;
      }[];
    };
    PersonRequests: {
      requests: {
        /** Id. */
        id: string;
        channel: string;
        subject: string;
        ref: string;
        receivedAt: string;
        /** When it must be done, RFC 3339. */
        dueAt: string;
        isOverdue: boolean;
        answer?: {
          /** Moment that is asked about or spoken of, RFC 3339; of a reason the place in the picture. */
          at: string;
          what: string;
          /** A signed act: its compact JWS when it is presented, what it says when it is shown. */
          act: string;
        };
      }[];
    };
    PresentActRequest: {
      /** A signed act: its compact JWS when it is presented, what it says when it is shown. */
      act: string;
    };
    PresentedAct: {
      /** Id. */
      id: string;
      /** Type of the token. */
      typ: string;
      /** When it came on record, RFC 3339. */
      presentedAt: string;
    };
    /** RFC 9457 problem document: a code, its fixed sentence, and the places of what was sent that can be mended; no value of the request or of the case. */
    Problem: {
      /** urn:differe:error: and the code. */
      type: string;
      /** Of the status, in French or English. */
      title: string;
      /** HTTP status. */
      status: number;
      /** Code of the closed table of refusals. */
      code: string;
      /** The one sentence of the code, French unless English is preferred. */
      detail: string;
      /** Id of this answer, to ask the operator about. */
      correlationId: string;
      /** What is wrong, place by place, where whoever sent it can mend it. */
      errors?: {
        /** Part of the request, claims of the signed act, or the requisition that the request names. */
        in: 'body' | 'query' | 'path' | 'header' | 'act' | 'requisition';
        /** JSON pointer (RFC 6901) into that part; empty for all of it. */
        pointer: string;
        /** Rule that does not hold there. */
        rule: 'missing' | 'unknown' | 'oneMember' | 'type' | 'oneOf' | 'format' | 'minimum' | 'maximum' | 'exclusiveMinimum' | 'exclusiveMaximum' | 'minLength' | 'maxLength' | 'minItems' | 'maxItems' | 'minProperties' | 'uniqueItems' | 'depth' | 'conditions' | 'schema' | 'json' | 'mediaType' | 'size' | 'instant' | 'order' | 'line' | 'passes' | 'lacks' | 'noList' | 'staleList' | 'revokedBy' | 'ended' | 'onRecord' | 'used' | 'elsewhere' | 'holder' | 'corrections' | 'jurisdiction' | 'timeZone' | 'dueDate' | 'recording' | 'succession' | 'past' | 'hit' | 'across';
        /** What would have held; may be empty. */
        expected: string[];
        /** The same as a sentence, in the language of the answer. */
        detail: string;
      }[];
    };
    PublicCounts: {
      /** Number of requisitions. */
      requisitions?: number;
      /** Number of revocations. */
      revocations?: number;
      /** Number of uses, as `useDefinition` says. */
      uses?: number;
      /** Number of analyses. */
      jobs?: number;
      /** Number of analyses without a result. */
      jobsWithoutResult?: number;
      /** Number of analyses that a revocation stopped. */
      revokedJobs?: number;
      /** Video of analyses with a result, hours. */
      hours?: number;
      /** Number of questions. */
      questions?: number;
      /** Number of broad questions. */
      broadQuestions?: number;
      /** Number of packages. */
      exports?: number;
      /** Number of refusals. */
      refusals?: number;
      /** Number of requests for what this tool must not do. */
      forbiddenAttempts?: number;
      /** Number of closures. */
      closures?: number;
      /** Number of erasures. */
      erasures?: number;
      keptBack: string[];
    };
    Question: {
      /** Version of the question language. */
      version: 1;
      classes?: ('person' | 'vehicle' | 'car' | 'bus' | 'truck' | 'van' | 'two-wheeler' | 'bicycle' | 'motorcycle' | 'suitcase' | 'object')[];
      colours?: {
        colour: 'black' | 'white' | 'grey' | 'red' | 'orange' | 'yellow' | 'green' | 'blue' | 'purple' | 'pink' | 'brown';
        part?: 'whole' | 'upper' | 'lower';
        /** Least share of the area, 0 to 1. */
        minShare?: number;
      }[];
      time?: {
        /** RFC 3339 with offset */
        from: string;
        /** RFC 3339 with offset */
        to: string;
      };
      exhibits?: string[];
      /** Polygon in fractions of the picture, origin top left. Edges may cross: inside is then by the even-odd rule, so a part that is enclosed twice is outside. The edge itself is inside. */
      zone?: {
        /** From the left edge, as a fraction of the width. */
        x: number;
        /** From the upper edge, as a fraction of the height. */
        y: number;
      }[];
      where?: components['schemas']['Condition'];
      /** Least confidence of a detection, 0 to 1. */
      minConfidence?: number;
      order?: 'time' | 'confidence';
      page?: {
        /** How much is asked for: hits a page, or the size of a picture. */
        size?: number;
        /** `nextCursor` of the page before; nothing for the first page. */
        cursor?: string;
      };
    };
    QuestionName: {
      /** The name; absent where it has none. */
      name?: string;
      /** Id of the agent who gave it. */
      namedBy?: string;
    };
    ReadExportListAnswer: {
      hits: components['schemas']['Hit'][];
    };
    ReadJournalAnswer: {
      records: {
        [name: string]: unknown;
      }[];
      /** Sequence number of the next page; absent at the end. */
      next?: number;
    };
    Registry: {
      /** SHA-256 of the closed result, hex. */
      digest?: string;
      keys: {
        kid: string;
        /** From the left edge, as a fraction of the width. */
        x: string;
        iss: string;
        role: string;
        signs: string[];
        env: string;
        /** From when the key holds, seconds since the epoch. */
        nbf?: number;
        /** Until when the key holds, seconds since the epoch. */
        exp?: number;
      }[];
      pending: {
        before: string;
        after: string;
        add: {
          kid: string;
          /** From the left edge, as a fraction of the width. */
          x: string;
          iss: string;
          role: string;
          signs: string[];
          env: string;
          /** From when the key holds, seconds since the epoch. */
          nbf?: number;
          /** Until when the key holds, seconds since the epoch. */
          exp?: number;
        }[];
        /** End, RFC 3339. */
        end: {
          kid: string;
          /** Until when the key holds, seconds since the epoch. */
          exp: number;
        }[];
        remove: string[];
        approvals: {
          /** A signed act: its compact JWS when it is presented, what it says when it is shown. */
          act: string;
          kid: string;
          iss: string;
          role: string;
        }[];
      }[];
    };
    Requisition: {
      /** Id. */
      id: string;
      /** Id of the case. */
      caseId: string;
      /** The authorisation: its compact JWS when it is presented, its id (jti) when it is shown. */
      authorisation: string;
      /** Procedure number. */
      procedure: string;
      /** Legal framework of the investigation. */
      framework: string;
      ops: string[];
      facets: {
        classes: ('person' | 'vehicle' | 'car' | 'bus' | 'truck' | 'van' | 'two-wheeler' | 'bicycle' | 'motorcycle' | 'suitcase' | 'object')[];
        colours: ('black' | 'white' | 'grey' | 'red' | 'orange' | 'yellow' | 'green' | 'blue' | 'purple' | 'pink' | 'brown')[];
      };
      /** What is reported: `YYYY`, or `YYYY-Tn` for a quarter; or the span of the recordings, RFC 3339. */
      period: {
        /** Beginning, RFC 3339. */
        start: string;
        /** End, RFC 3339. */
        end: string;
      };
      /** From when it holds, RFC 3339. */
      notBefore: string;
      /** Until when it holds, RFC 3339. */
      expires: string;
      agents: string[];
      exhibits: {
        /** Piece number in the schedule. */
        piece: string;
        /** SHA-256, hex. */
        sha256: string;
        /** Size, bytes. */
        sizeBytes: number;
        camera: string;
      }[];
    };
    Retention: {
      /** Where it stands. */
      state: string;
      /** When the first recording of the case was sealed, RFC 3339. */
      firstRecordingAt?: string;
      /** When the case must be gone, RFC 3339. */
      eraseDue?: string;
      /** When it has to be asked again whether the search is still needed, RFC 3339. */
      reviewDue?: string;
      orders: {
        /** Id. */
        id: string;
        kind: string;
        /** When it must be done, RFC 3339. */
        dueAt: string;
        /** When it was done, RFC 3339; absent before. */
        doneAt?: string;
        byTool: boolean;
        /** The certificate as it is handed over; absent while it is not done. */
        certificate?: string;
      }[];
    };
    RetentionReport: {
      /** Moment that is asked about or spoken of, RFC 3339; of a reason the place in the picture. */
      at: string;
      cases: {
        /** Id. */
        id: string;
        /** Where it stands. */
        state: string;
        openedAt: string;
        /** When the first recording of the case was sealed, RFC 3339. */
        firstRecordingAt?: string;
        closedAt?: string;
        /** When the case must be gone, RFC 3339. */
        eraseDue: string;
        isExtended: boolean;
        isOverdue: boolean;
        quarantines: {
          requisition: string;
          /** When the case must be gone, RFC 3339. */
          eraseDue: string;
          isOverdue: boolean;
        }[];
      }[];
      orders: {
        /** Id. */
        id: string;
        /** Id of the case. */
        caseId: string;
        /** When it must be done, RFC 3339. */
        dueAt: string;
        isOverdue: boolean;
      }[];
      unfinished: {
        /** Id of the case. */
        caseId: string;
        /** When it began, RFC 3339. */
        startedAt: string;
      }[];
      /** Number of cases that were erased. */
      erased: number;
      oldestRecordingAt?: string;
      /** Number of cases that are frozen. */
      frozen: number;
      /** Number of cases whose term was extended. */
      extended: number;
      overdue: {
        /** Number of purges. */
        purges: number;
        /** Number of orders. */
        orders: number;
        /** Number of quarantines. */
        quarantines: number;
      };
    };
    Reveal: {
      reason: 'recognition_by_witness' | 'comparison_by_eye' | 'reading_by_eye' | 'order_of_magistrate';
    };
    Review: {
      verdict: 'confirmed' | 'rejected' | 'uncertain';
    };
    StartJobRequest: {
      /** Id of the exhibit. */
      exhibitId: string;
    };
    Statistics: {
      useDefinition: {
        fr: string;
        en: string;
      };
      log: {
        /** How much is asked for: hits a page, or the size of a picture. */
        size: number;
        root: string;
      };
      /** Beginning, RFC 3339; of the journal the sequence number to start from. */
      from: string;
      /** End, RFC 3339. */
      to: string;
      journalFrom?: string;
      /** Sequence number of the first record in the log. */
      firstSeq?: number;
      totals: components['schemas']['Counts'];
      rows: {
        month: string;
        service: string;
        unit: string;
        /** Legal framework of the investigation. */
        framework: string;
        natinfFamily: string;
        counts: components['schemas']['Counts'];
      }[];
      tables: {
        month: {
          name: string;
          counts: components['schemas']['Counts'];
        }[];
        service: {
          name: string;
          counts: components['schemas']['Counts'];
        }[];
        unit: {
          name: string;
          counts: components['schemas']['Counts'];
        }[];
        /** Legal framework of the investigation. */
        framework: {
          name: string;
          counts: components['schemas']['Counts'];
        }[];
        natinfFamily: {
          name: string;
          counts: components['schemas']['Counts'];
        }[];
      };
      refusalsByCode: {
        name: string;
        /** How many there are. */
        count: number;
      }[];
      outcomes: {
        name: string;
        /** How many there are. */
        count: number;
      }[];
      models: {
        /** SHA-256, hex. */
        sha256: string;
        /** Sequence number of the first record in the log. */
        firstSeq: number;
        /** Sequence number of the last record in the log. */
        lastSeq: number;
        wasAdmitted: boolean;
      }[];
      noOtherModelRan?: boolean;
    };
    StoppedProblem: components['schemas']['Problem'] & {
      /** Code of the closed table of refusals. */
      code: 'E_GATE_HASH' | 'E_GATE_LABEL' | 'E_GATE_CONTRACT' | 'E_GATE_ADMISSION' | 'E_GATE_CANARY' | 'E_MODEL_NONE' | 'E_MODEL_PROVIDER' | 'E_CPL_INCOMPLETE' | 'E_CPL_CAPABILITY_DRIFT' | 'E_LOG_DOWN' | 'E_CLOCK' | 'E_KEY_REGISTRY' | 'E_POL_LOOSENED' | 'E_CONFIG' | 'E_FOLDER' | 'E_PORT' | 'E_VAULT' | 'E_VAULT_STORE' | 'E_DATABASE' | 'E_MEDIA_JAIL' | 'E_MEDIA_KILLED' | 'E_CONSOLE_ABSENT' | 'E_BUSY';
    };
    Tokens: {
      /** The authorisation: its compact JWS when it is presented, its id (jti) when it is shown. */
      authorisation: string;
      /** The exhibit schedule as compact JWS. */
      schedule: string;
    };
    TooManyRequests: components['schemas']['Problem'] & {
      /** Code of the closed table of refusals. */
      code: 'E_RATE';
    };
    Transparency: {
      useDefinition: {
        fr: string;
        en: string;
      };
      log: {
        /** How much is asked for: hits a page, or the size of a picture. */
        size: number;
        root: string;
      };
      /** What is reported: `YYYY`, or `YYYY-Tn` for a quarter; or the span of the recordings, RFC 3339. */
      period: string;
      /** Beginning, RFC 3339; of the journal the sequence number to start from. */
      from: string;
      /** End, RFC 3339. */
      to: string;
      totals: components['schemas']['PublicCounts'];
      quarters: {
        name: string;
        counts: components['schemas']['PublicCounts'];
      }[];
      months: {
        name: string;
        counts: components['schemas']['PublicCounts'];
      }[];
      tables: {
        service: {
          name: string;
          counts: components['schemas']['PublicCounts'];
        }[];
        unit: {
          name: string;
          counts: components['schemas']['PublicCounts'];
        }[];
        /** Legal framework of the investigation. */
        framework: {
          name: string;
          counts: components['schemas']['PublicCounts'];
        }[];
        natinfFamily: {
          name: string;
          counts: components['schemas']['PublicCounts'];
        }[];
      };
      refusalsByCode: {
        name: string;
        /** How many there are. */
        count?: number;
      }[];
      outcomes: {
        name: string;
        /** How many there are. */
        count?: number;
      }[];
      models: {
        /** SHA-256, hex. */
        sha256: string;
        /** Sequence number of the first record in the log. */
        firstSeq: number;
        /** Sequence number of the last record in the log. */
        lastSeq: number;
        wasAdmitted: boolean;
      }[];
      noOtherModelRan?: boolean;
    };
  };
}

export interface operations {
  /** Puts a signed act on record: a revocation list, a contrary decision, an order, an extension, a closure, a habilitation. Its signature is the authority for it, so whoever carries it may present it. */
  presentAct: {
    parameters: { query?: never; header?: { 'Idempotency-Key'?: string }; path?: never; cookie?: never };
    requestBody: { content: { 'application/json': components['schemas']['PresentActRequest'] } };
    responses: {
      201: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['PresentedAct'] } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST' | 'E_IDEMPOTENCY_KEY';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_SCHEMA' | 'E_REQ_ACTS' | 'E_REQ_AUTHORITY' | 'E_REQ_EXPIRED' | 'E_REQ_REPLAY' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_RET_EXTENSION' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      409: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_RET_CLOSED' | 'E_IDEMPOTENCY_BUSY';
      } } };
      422: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_RET_CLOSURE' | 'E_IDEMPOTENCY_REUSED';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** The keys of the authorities in force, and the changes that wait for a second signature. A change is presented as an act. */
  readRegistry: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['Registry'] } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_EXPIRED' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      409: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_RET_CLOSED';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** The undertaking (RU-018), the impact assessment (AIPD) and the approved capability as they stand now: versions, dates, digests, who signed, whether they cover what this build can do, and why nothing is processed where nothing is. Answers in safe mode too; for those who control. */
  readDossierState: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['DossierState'] } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_EXPIRED' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      409: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_RET_CLOSED';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** Whether somebody was habilitated at a moment: an answer signed by the installation, for those who control it. */
  readHabilitation: {
    parameters: { query?: { at?: string }; header?: never; path: { agentId: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['Habilitation'] } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_EXPIRED' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      409: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_RET_CLOSED';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** Verifies a magistrate's authorisation and an officer's exhibit schedule, and puts them on record as one requisition. The first of a procedure opens its case. */
  presentRequisition: {
    parameters: { query?: never; header?: { 'Idempotency-Key'?: string }; path?: never; cookie?: never };
    requestBody: { content: { 'application/json': components['schemas']['Tokens'] } };
    responses: {
      201: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['Requisition'] } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST' | 'E_IDEMPOTENCY_KEY';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_SCHEMA' | 'E_REQ_FRAMEWORK' | 'E_REQ_ACTS' | 'E_REQ_AUTHORITY' | 'E_REQ_CONTROLLER' | 'E_REQ_DEEMED' | 'E_REQ_NOT_SPECIFIC' | 'E_REQ_SCOPE' | 'E_REQ_OP' | 'E_REQ_OBJECT' | 'E_REQ_EXPIRED' | 'E_REQ_REPLAY' | 'E_REQ_QUALIFIED' | 'E_REQ_REVOKED' | 'E_REQ_RENEW' | 'E_REQ_PROVENANCE' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      409: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_RET_CLOSED' | 'E_IDEMPOTENCY_BUSY';
      } } };
      422: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_DEF_WINDOW' | 'E_DEF_ROLLING' | 'E_IDEMPOTENCY_REUSED';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** The cases that the key of the proof is designated in, or that a magistrate is seized of, each with its requisitions. */
  listCases: {
    parameters: { query?: { limit?: number; cursor?: string }; header?: { 'If-None-Match'?: string }; path?: never; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['ListCasesAnswer'] } };
      304: { headers: { [name: string]: unknown }; content?: never };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_EXPIRED' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      409: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_RET_CLOSED';
      } } };
      422: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_CURSOR';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** One case: its procedure number and where it stands. */
  readCase: {
    parameters: { query?: never; header?: { 'If-None-Match'?: string }; path: { caseId: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['Case'] } };
      304: { headers: { [name: string]: unknown }; content?: never };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** The requisitions of a case, newest first: what each allows, on which exhibits, until when. */
  listRequisitions: {
    parameters: { query?: { limit?: number; cursor?: string }; header?: never; path: { caseId: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['ListRequisitionsAnswer'] } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      422: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_CURSOR';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** tus 1.0 creation: announces an exhibit of the schedule by its length and its piece number. The id at the end of Location becomes the id of the exhibit. */
  createUpload: {
    parameters: { query?: never; header: { 'Tus-Resumable': '1.0.0'; 'Upload-Length': number; 'Upload-Metadata': string; 'Upload-Defer-Length'?: '1'; 'Idempotency-Key'?: string }; path?: never; cookie?: never };
    requestBody?: { content: { 'application/offset+octet-stream': Blob } };
    responses: {
      201: { headers: { [name: string]: unknown }; content?: never };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_UPLOAD_CHUNK' | 'E_REQUEST' | 'E_IDEMPOTENCY_KEY';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_SCOPE' | 'E_REQ_OP' | 'E_REQ_EXPIRED' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      409: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_DEF_HASH_MISMATCH' | 'E_UPLOAD_OFFSET' | 'E_UPLOAD_EXISTS' | 'E_RET_CLOSED' | 'E_IDEMPOTENCY_BUSY';
      } } };
      422: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_DEF_NOT_EXHIBIT' | 'E_DEF_WINDOW' | 'E_DEF_SOURCE' | 'E_DEF_CONTAINER' | 'E_DEF_CODEC' | 'E_DEF_PICTURE' | 'E_DEF_UNSTABLE' | 'E_DEF_ROLLING' | 'E_UPLOAD_DEFERRED' | 'E_MEDIA_LIMIT' | 'E_MEDIA_BREAKOUT' | 'E_MEDIA_DECODE' | 'E_IDEMPOTENCY_REUSED';
      } } };
      423: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_UPLOAD_BUSY';
      } } };
      425: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_DEF_TOO_SOON';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** tus 1.0: versions, extensions and the largest size that is taken. */
  readUploadOptions: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody?: never;
    responses: {
      204: { headers: { [name: string]: unknown }; content?: never };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** tus 1.0 termination: destroys what has come of an upload that is not sealed. */
  abandonUpload: {
    parameters: { query?: never; header: { 'Tus-Resumable': '1.0.0' }; path: { uploadId: string }; cookie?: never };
    requestBody?: never;
    responses: {
      204: { headers: { [name: string]: unknown }; content?: never };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_OP' | 'E_REQ_EXPIRED' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      409: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_UPLOAD_EXISTS' | 'E_RET_CLOSED';
      } } };
      423: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_UPLOAD_BUSY';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** tus 1.0: how many bytes are durable. A refusal has no body; its code stands in Differe-Code. */
  readUploadOffset: {
    parameters: { query?: never; header: { 'Tus-Resumable': '1.0.0' }; path: { uploadId: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content?: never };
      400: { headers: { [name: string]: unknown }; content?: never };
      401: { headers: { [name: string]: unknown }; content?: never };
      403: { headers: { [name: string]: unknown }; content?: never };
      404: { headers: { [name: string]: unknown }; content?: never };
      429: { headers: { [name: string]: unknown }; content?: never };
      500: { headers: { [name: string]: unknown }; content?: never };
      503: { headers: { [name: string]: unknown }; content?: never };
    };
  };
  /** tus 1.0: the next bytes from Upload-Offset on, durable before the new offset is answered. With the last byte the file is checked, digest and format, and sealed as an exhibit; what is not the exhibit of the schedule is destroyed. */
  sendBytes: {
    parameters: { query?: never; header: { 'Tus-Resumable': '1.0.0'; 'Upload-Offset': number }; path: { uploadId: string }; cookie?: never };
    requestBody: { content: { 'application/offset+octet-stream': Blob } };
    responses: {
      204: { headers: { [name: string]: unknown }; content?: never };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_UPLOAD_CHUNK' | 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_SCOPE' | 'E_REQ_OP' | 'E_REQ_EXPIRED' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      409: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_DEF_HASH_MISMATCH' | 'E_UPLOAD_OFFSET' | 'E_UPLOAD_EXISTS' | 'E_RET_CLOSED';
      } } };
      422: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_DEF_NOT_EXHIBIT' | 'E_DEF_WINDOW' | 'E_DEF_SOURCE' | 'E_DEF_CONTAINER' | 'E_DEF_CODEC' | 'E_DEF_PICTURE' | 'E_DEF_UNSTABLE' | 'E_DEF_ROLLING' | 'E_UPLOAD_DEFERRED' | 'E_MEDIA_LIMIT' | 'E_MEDIA_BREAKOUT' | 'E_MEDIA_DECODE';
      } } };
      423: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_UPLOAD_BUSY';
      } } };
      425: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_DEF_TOO_SOON';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** The exhibits of a case in the order of their deposit: being received, sealed, or refused with the code. */
  listExhibits: {
    parameters: { query?: { limit?: number; cursor?: string }; header?: never; path: { caseId: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['ListExhibitsAnswer'] } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      422: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_CURSOR';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** One exhibit: its schedule, its clock, its timeline. */
  readExhibit: {
    parameters: { query?: never; header?: never; path: { caseId: string; exhibitId: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['Exhibit'] } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** Reads a sealed exhibit anew and says whether its bytes are still those that the signed schedule lists, and whether the journal has their sealing. It takes as long as the file is read; nothing of it is shown. */
  verifyExhibit: {
    parameters: { query?: never; header?: never; path: { caseId: string; exhibitId: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['ExhibitVerification'] } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_OP' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** The analyses of a case, oldest first. */
  listJobs: {
    parameters: { query?: { limit?: number; cursor?: string }; header?: never; path: { caseId: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['ListJobsAnswer'] } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      422: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_CURSOR';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** Queues the analysis of a sealed exhibit. While one of the exhibit runs, that one is answered. */
  startJob: {
    parameters: { query?: never; header?: { 'Idempotency-Key'?: string }; path: { caseId: string }; cookie?: never };
    requestBody: { content: { 'application/json': components['schemas']['StartJobRequest'] } };
    responses: {
      202: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['Job'] } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST' | 'E_IDEMPOTENCY_KEY';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_SCOPE' | 'E_REQ_OP' | 'E_REQ_EXPIRED' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_PRO_QUOTA' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      409: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_RET_CLOSED' | 'E_IDEMPOTENCY_BUSY';
      } } };
      422: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_DEF_SOURCE' | 'E_IDEMPOTENCY_REUSED';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** How long an analysis of a sealed exhibit would take here, from the sizes and times of its packets; nothing is decoded. Whoever may start one may ask. */
  estimateJob: {
    parameters: { query?: never; header?: never; path: { caseId: string; exhibitId: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['Estimate'] } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_SCOPE' | 'E_REQ_OP' | 'E_REQ_EXPIRED' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      409: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_RET_CLOSED';
      } } };
      422: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_DEF_SOURCE' | 'E_MEDIA_LIMIT' | 'E_MEDIA_BREAKOUT' | 'E_MEDIA_DECODE';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** How far an analysis is; nothing of what it found before it is closed. */
  readJob: {
    parameters: { query?: never; header?: never; path: { caseId: string; jobId: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['Job'] } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** Stops an analysis that has not ended; one that has is answered as it is. */
  cancelJob: {
    parameters: { query?: never; header?: never; path: { caseId: string; jobId: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['Job'] } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_EXPIRED' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      409: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_RET_CLOSED';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** A line of JSON (the body of `readJob`) whenever the state or the media time changes, for a minute at most; then it is asked again with a proof of its own. */
  followJob: {
    parameters: { query?: never; header?: never; path: { caseId: string; jobId: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/x-ndjson': string } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** The closed result as canonical JSON, byte by byte what the digest of the job was made of. */
  readResult: {
    parameters: { query?: never; header?: { 'If-None-Match'?: string }; path: { caseId: string; jobId: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': unknown } };
      304: { headers: { [name: string]: unknown }; content?: never };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_SCOPE' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      409: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_JOB_NOT_DONE';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** The tracks of a closed result, one line a frame and track. */
  readMot: {
    parameters: { query?: never; header?: { 'If-None-Match'?: string }; path: { caseId: string; jobId: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'text/plain': string } };
      304: { headers: { [name: string]: unknown }; content?: never };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_SCOPE' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      409: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_JOB_NOT_DONE';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** What was asked, in words: an agent sees his own questions, who controls sees all. */
  listQuestions: {
    parameters: { query?: { limit?: number; cursor?: string }; header?: never; path: { caseId: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['ListQuestionsAnswer'] } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      422: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_CURSOR';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** Asks where and when something with these attributes appears in the analysed exhibits. Criteria are enumerated; every answer says what was and was not analysed. */
  askQuestion: {
    parameters: { query?: never; header?: { 'Idempotency-Key'?: string }; path: { caseId: string }; cookie?: never };
    requestBody: { content: { 'application/json': components['schemas']['Question'] } };
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['Answer'] } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST' | 'E_IDEMPOTENCY_KEY';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_SCOPE' | 'E_REQ_OP' | 'E_REQ_EXPIRED' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_FACE_QUERY_IMAGE' | 'E_PRO_QUOTA' | 'E_PRO_BROAD' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      409: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_RET_CLOSED' | 'E_IDEMPOTENCY_BUSY';
      } } };
      422: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_QUESTION' | 'E_CURSOR' | 'E_IDEMPOTENCY_REUSED';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** A page of the answer to a question that was asked before; it never changes but for verdicts. */
  readAnswer: {
    parameters: { query?: { cursor?: string }; header?: { 'If-None-Match'?: string }; path: { caseId: string; questionId: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['Answer'] } };
      304: { headers: { [name: string]: unknown }; content?: never };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_SCOPE' | 'E_REQ_OP' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      422: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_CURSOR';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** Where the tracks of an answer went in one exhibit: how many passed each cell of the picture. For a heat map over a picture of the camera. */
  readPaths: {
    parameters: { query?: never; header?: { 'If-None-Match'?: string }; path: { caseId: string; questionId: string; exhibitId: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['Paths'] } };
      304: { headers: { [name: string]: unknown }; content?: never };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_SCOPE' | 'E_REQ_OP' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** One hit: where and when, why it matched, and each reader's verdict on it. */
  readHit: {
    parameters: { query?: never; header?: { 'If-None-Match'?: string }; path: { caseId: string; hitId: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['Hit'] } };
      304: { headers: { [name: string]: unknown }; content?: never };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_SCOPE' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** Every verdict that was ever given on a hit, by whom and when, oldest first: one that its reader replaced or took back says until when it stood. */
  listVerdicts: {
    parameters: { query?: never; header?: { 'If-None-Match'?: string }; path: { caseId: string; hitId: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['ListVerdictsAnswer'] } };
      304: { headers: { [name: string]: unknown }; content?: never };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_SCOPE' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** The decision of one agent on one hit. Confirming needs that this agent was shown the picture. */
  reviewHit: {
    parameters: { query?: never; header?: { 'If-Match'?: string }; path: { caseId: string; hitId: string }; cookie?: never };
    requestBody: { content: { 'application/json': components['schemas']['Review'] } };
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['Hit'] } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_SCOPE' | 'E_REQ_EXPIRED' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_FACE_QUERY_IMAGE' | 'E_HUM_UNVALIDATED' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      409: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_RET_CLOSED';
      } } };
      412: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_CHANGED';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** Takes back what one agent decided on one hit: none of his verdicts stands on it then, and the one that he gave stays in its history. */
  withdrawVerdict: {
    parameters: { query?: never; header?: never; path: { caseId: string; hitId: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['Hit'] } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_SCOPE' | 'E_REQ_EXPIRED' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      409: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_RET_CLOSED';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** What was looked at for an answer in each exhibit, however many they are: an answer about more than 200 says the sums alone. */
  readCoverage: {
    parameters: { query?: never; header?: { 'If-None-Match'?: string }; path: { caseId: string; questionId: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['AnswerCoverage'] } };
      304: { headers: { [name: string]: unknown }; content?: never };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_SCOPE' | 'E_REQ_OP' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** What readers decided on the tracks of an answer under other questions of the case, of each hit shown so far the strongest: a verdict belongs to the question that found the hit. */
  listElsewhere: {
    parameters: { query?: never; header?: { 'If-None-Match'?: string }; path: { caseId: string; questionId: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['ListElsewhereAnswer'] } };
      304: { headers: { [name: string]: unknown }; content?: never };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_SCOPE' | 'E_REQ_OP' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** Gives a question of the requisition a name, in place of the one that it has; without a name, none. The name is sealed. */
  nameQuestion: {
    parameters: { query?: never; header?: never; path: { caseId: string; questionId: string }; cookie?: never };
    requestBody: { content: { 'application/json': components['schemas']['NewQuestionName'] } };
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['QuestionName'] } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_EXPIRED' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      409: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_RET_CLOSED';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** The notes on a hit, oldest first; one that was withdrawn stands there without its text. */
  listNotesOfHit: {
    parameters: { query?: never; header?: { 'If-None-Match'?: string }; path: { caseId: string; hitId: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['ListNotesOfHitAnswer'] } };
      304: { headers: { [name: string]: unknown }; content?: never };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_SCOPE' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** Writes a note on a hit, for whoever reads the hit. The text is sealed under the case key and goes with the case; the journal has a keyed digest of it alone. */
  writeNote: {
    parameters: { query?: never; header?: { 'Idempotency-Key'?: string }; path: { caseId: string; hitId: string }; cookie?: never };
    requestBody: { content: { 'application/json': components['schemas']['NoteText'] } };
    responses: {
      201: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['Note'] } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST' | 'E_IDEMPOTENCY_KEY';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_SCOPE' | 'E_REQ_EXPIRED' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      409: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_RET_CLOSED' | 'E_IDEMPOTENCY_BUSY';
      } } };
      422: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_IDEMPOTENCY_REUSED';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** The notes of a case that stand, newest first, each with its hit: of hits that the requisition reaches. */
  listNotes: {
    parameters: { query?: { cursor?: string }; header?: never; path: { caseId: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['ListNotesAnswer'] } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      422: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_CURSOR';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** One note on a hit. */
  readNote: {
    parameters: { query?: never; header?: { 'If-None-Match'?: string }; path: { caseId: string; noteId: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['Note'] } };
      304: { headers: { [name: string]: unknown }; content?: never };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_SCOPE' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** Gives a note of the same author another wording; the earlier ones are kept until the erasure of the case. */
  editNote: {
    parameters: { query?: never; header?: { 'If-Match'?: string }; path: { caseId: string; noteId: string }; cookie?: never };
    requestBody: { content: { 'application/json': components['schemas']['NoteText'] } };
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['Note'] } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_SCOPE' | 'E_REQ_EXPIRED' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS' | 'E_NOT_AUTHOR';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      409: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_RET_CLOSED';
      } } };
      412: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_CHANGED';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** Takes a note of the same author back: nobody but he and who controls reads what it said. */
  withdrawNote: {
    parameters: { query?: never; header?: never; path: { caseId: string; noteId: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['Note'] } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_SCOPE' | 'E_REQ_EXPIRED' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS' | 'E_NOT_AUTHOR';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      409: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_RET_CLOSED';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** Every wording of a note, oldest first, also of one that was withdrawn: for its author and for who controls. */
  listWordings: {
    parameters: { query?: never; header?: never; path: { caseId: string; noteId: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['ListWordingsAnswer'] } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_SCOPE' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS' | 'E_NOT_AUTHOR';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** The bookmarks of a case, newest first: of exhibits, and beside hits, that the requisition reaches. */
  listBookmarks: {
    parameters: { query?: { cursor?: string }; header?: never; path: { caseId: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['ListBookmarksAnswer'] } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      422: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_CURSOR';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** Marks a moment of an analysed exhibit, beside a hit or alone, with a label or without. The label is sealed. */
  setBookmark: {
    parameters: { query?: never; header?: { 'Idempotency-Key'?: string }; path: { caseId: string }; cookie?: never };
    requestBody: { content: { 'application/json': components['schemas']['NewBookmark'] } };
    responses: {
      201: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['Bookmark'] } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST' | 'E_IDEMPOTENCY_KEY';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_SCOPE' | 'E_REQ_EXPIRED' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      409: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_RET_CLOSED' | 'E_IDEMPOTENCY_BUSY';
      } } };
      422: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_IDEMPOTENCY_REUSED';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** One bookmark. */
  readBookmark: {
    parameters: { query?: never; header?: { 'If-None-Match'?: string }; path: { caseId: string; bookmarkId: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['Bookmark'] } };
      304: { headers: { [name: string]: unknown }; content?: never };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** Gives a bookmark of the same author another label; without one, none. */
  labelBookmark: {
    parameters: { query?: never; header?: { 'If-Match'?: string }; path: { caseId: string; bookmarkId: string }; cookie?: never };
    requestBody: { content: { 'application/json': components['schemas']['BookmarkLabel'] } };
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['Bookmark'] } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_EXPIRED' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS' | 'E_NOT_AUTHOR';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      409: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_RET_CLOSED';
      } } };
      412: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_CHANGED';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** Takes a bookmark of the same author away. */
  removeBookmark: {
    parameters: { query?: never; header?: never; path: { caseId: string; bookmarkId: string }; cookie?: never };
    requestBody?: never;
    responses: {
      204: { headers: { [name: string]: unknown }; content?: never };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_EXPIRED' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS' | 'E_NOT_AUTHOR';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      409: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_RET_CLOSED';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** The hits that who asks means to hand over, in the order in which they were put there. Nobody else has a part in it. */
  readExportList: {
    parameters: { query?: never; header?: never; path: { caseId: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['ReadExportListAnswer'] } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** Takes every hit off the list of who asks. */
  clearExportList: {
    parameters: { query?: never; header?: never; path: { caseId: string }; cookie?: never };
    requestBody?: never;
    responses: {
      204: { headers: { [name: string]: unknown }; content?: never };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_OP' | 'E_REQ_EXPIRED' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      409: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_RET_CLOSED';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** Puts a hit on the list of who asks. It decides nothing: what a package may hold is asked again when it is made. */
  listHit: {
    parameters: { query?: never; header?: never; path: { caseId: string; hitId: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['Hit'] } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_SCOPE' | 'E_REQ_OP' | 'E_REQ_EXPIRED' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      409: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_RET_CLOSED' | 'E_EXPORT_LIST_FULL';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** Takes a hit off the list of who asks; one that is not there is left. */
  unlistHit: {
    parameters: { query?: never; header?: never; path: { caseId: string; hitId: string }; cookie?: never };
    requestBody?: never;
    responses: {
      204: { headers: { [name: string]: unknown }; content?: never };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_OP' | 'E_REQ_EXPIRED' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      409: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_RET_CLOSED';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** One masked picture of the hit. The full size counts as having been shown the picture. */
  readStill: {
    parameters: { query?: { size?: 'thumb' | 'full'; ticket?: string }; header?: never; path: { caseId: string; hitId: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'image/jpeg': Blob } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_SCOPE' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      409: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_JOB_NOT_DONE';
      } } };
      422: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_MEDIA_LIMIT' | 'E_MEDIA_BREAKOUT' | 'E_MEDIA_DECODE';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** A masked clip of the hit, without sound. */
  readClip: {
    parameters: { query?: { ticket?: string }; header?: never; path: { caseId: string; hitId: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'video/mp4': Blob } };
      206: { headers: { [name: string]: unknown }; content: { 'video/mp4': Blob } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_SCOPE' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      409: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_JOB_NOT_DONE';
      } } };
      422: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_MEDIA_LIMIT' | 'E_MEDIA_BREAKOUT' | 'E_MEDIA_DECODE';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** The whole picture once more with the matched object uncovered, and nobody else. Needs that who asks saw the picture and confirmed the hit himself; the reason is in the journal before. */
  revealHit: {
    parameters: { query?: never; header?: never; path: { caseId: string; hitId: string }; cookie?: never };
    requestBody: { content: { 'application/json': components['schemas']['Reveal'] } };
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'image/jpeg': Blob } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_SCOPE' | 'E_REQ_OP' | 'E_REQ_EXPIRED' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HUM_OWN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      409: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_JOB_NOT_DONE' | 'E_RET_CLOSED';
      } } };
      422: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_MEDIA_LIMIT' | 'E_MEDIA_BREAKOUT' | 'E_MEDIA_DECODE';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** An address of one picture or clip that works for a minute without a proof: for elements of a page that fetch by themselves. What it opens is decided and journalled at each read. */
  issueMediaTicket: {
    parameters: { query?: never; header?: never; path: { caseId: string; hitId: string }; cookie?: never };
    requestBody: { content: { 'application/json': components['schemas']['MediaTicketRequest'] } };
    responses: {
      201: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['MediaTicket'] } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_SCOPE' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      409: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_JOB_NOT_DONE';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** The packages of a case, newest first, without their files. */
  listExports: {
    parameters: { query?: { limit?: number; cursor?: string }; header?: never; path: { caseId: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['ListExportsAnswer'] } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      422: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_CURSOR';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** Starts a signed package of validated hits; without hits, one that says what was analysed. It is built in the background. */
  startExport: {
    parameters: { query?: never; header?: { 'Idempotency-Key'?: string }; path: { caseId: string }; cookie?: never };
    requestBody: { content: { 'application/json': components['schemas']['HitsToExport'] } };
    responses: {
      202: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['Export'] } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST' | 'E_IDEMPOTENCY_KEY';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_SCOPE' | 'E_REQ_OP' | 'E_REQ_EXPIRED' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_PRO_QUOTA' | 'E_HUM_UNVALIDATED' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      409: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_JOB_NOT_DONE' | 'E_RET_CLOSED' | 'E_IDEMPOTENCY_BUSY';
      } } };
      422: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_IDEMPOTENCY_REUSED';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** What a package of these hits would hold if it were asked for now: its files with their sizes where they are known, the readers of each hit, and what would be refused and why. Nothing is made, counted or decoded. */
  previewExport: {
    parameters: { query?: never; header?: never; path: { caseId: string }; cookie?: never };
    requestBody: { content: { 'application/json': components['schemas']['HitsToExport'] } };
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['ExportPreview'] } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_OP' | 'E_REQ_EXPIRED' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      409: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_RET_CLOSED';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** One package: its state, and when it is done its files with their digests. */
  readExport: {
    parameters: { query?: never; header?: never; path: { caseId: string; exportId: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['Export'] } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_OP' | 'E_REQ_EXPIRED' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      409: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_RET_CLOSED';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** The bytes of one file of a finished package. */
  readExportFile: {
    parameters: { query?: never; header?: never; path: { caseId: string; exportId: string; path: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': unknown; 'image/jpeg': Blob; 'video/mp4': Blob; 'text/plain': string; 'application/octet-stream': Blob } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_OP' | 'E_REQ_EXPIRED' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      409: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_RET_CLOSED';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** One frame of an exhibit, wherever in it, heads and plates covered; where the analysis did not look, in coarse blocks. The answer says which frame it is and when that was. */
  readFrame: {
    parameters: { query?: { size?: 'thumb' | 'full'; ticket?: string }; header?: never; path: { caseId: string; exhibitId: string; number: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'image/jpeg': Blob } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_SCOPE' | 'E_REQ_OP' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      409: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_JOB_NOT_DONE';
      } } };
      422: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_DEF_UNSTABLE' | 'E_MEDIA_LIMIT' | 'E_MEDIA_BREAKOUT' | 'E_MEDIA_DECODE' | 'E_MEDIA_SPAN';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** The frames of a span by number, time stamp and both times, without their pictures, and which are key frames: a player knows by them which frame it shows. */
  listFrames: {
    parameters: { query: { fromSeconds: number; toSeconds: number }; header?: never; path: { caseId: string; exhibitId: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['ListFramesAnswer'] } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_SCOPE' | 'E_REQ_OP' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      409: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_JOB_NOT_DONE';
      } } };
      422: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_DEF_UNSTABLE' | 'E_MEDIA_LIMIT' | 'E_MEDIA_BREAKOUT' | 'E_MEDIA_DECODE' | 'E_MEDIA_SPAN';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** Masked video of a span of at most a minute inside one window of the requisition, without sound, by ranges. It is encoded once and kept in memory for a few minutes. */
  readExhibitClip: {
    parameters: { query: { fromSeconds: number; toSeconds: number; ticket?: string }; header?: never; path: { caseId: string; exhibitId: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'video/mp4': Blob } };
      206: { headers: { [name: string]: unknown }; content: { 'video/mp4': Blob } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_SCOPE' | 'E_REQ_OP' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      409: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_JOB_NOT_DONE';
      } } };
      422: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_DEF_UNSTABLE' | 'E_MEDIA_LIMIT' | 'E_MEDIA_BREAKOUT' | 'E_MEDIA_DECODE' | 'E_MEDIA_SPAN';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** An address of one frame or clip of an exhibit that works for a minute without a proof. What it opens is decided and journalled at each read. */
  issueExhibitTicket: {
    parameters: { query?: never; header?: never; path: { caseId: string; exhibitId: string }; cookie?: never };
    requestBody: { content: { 'application/json': components['schemas']['ExhibitTicketRequest'] } };
    responses: {
      201: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['MediaTicket'] } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_SCOPE' | 'E_REQ_OP' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      409: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_JOB_NOT_DONE';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** The tracks that are in the picture within a span, each with its class and where it was on each analysed frame of the span, of an hour at most. What an order erased is not among them. */
  listTracks: {
    parameters: { query: { fromSeconds: number; toSeconds: number; limit?: number; cursor?: string }; header?: never; path: { caseId: string; exhibitId: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['ListTracksAnswer'] } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_SCOPE' | 'E_REQ_OP' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      409: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_JOB_NOT_DONE';
      } } };
      422: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_CURSOR' | 'E_MEDIA_SPAN';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** How many objects were in the picture in each stretch of time, a minute by default, and how each part of the recording was looked at. */
  readActivity: {
    parameters: { query?: { bucketSeconds?: number }; header?: never; path: { caseId: string; exhibitId: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['Activity'] } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_SCOPE' | 'E_REQ_OP' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      409: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_JOB_NOT_DONE';
      } } };
      422: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_MEDIA_SPAN';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** When the case must be gone, and the orders on it. */
  readRetention: {
    parameters: { query?: never; header?: never; path: { caseId: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['Retention'] } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** Where every case of the installation stands: what is due, what is overdue, what is frozen. */
  readRetentionReport: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['RetentionReport'] } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_EXPIRED' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      409: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_RET_CLOSED';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** Says that a magistrate's order on the case was carried out. */
  finishOrder: {
    parameters: { query?: never; header?: never; path: { caseId: string; orderId: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['FinishOrderAnswer'] } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_EXPIRED' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      409: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_RET_CLOSED';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** The erasures of the installation, with the certificates of those that are done. */
  listErasures: {
    parameters: { query?: { limit?: number; cursor?: string }; header?: never; path?: never; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['ListErasuresAnswer'] } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_EXPIRED' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      409: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_RET_CLOSED';
      } } };
      422: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_CURSOR';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** What a signed act caused: the erasure and its certificate, for whoever holds the id of the act. */
  readErasure: {
    parameters: { query?: never; header?: never; path: { actId: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['Erasure'] } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_EXPIRED' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      409: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_RET_CLOSED';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** What persons asked, by the references of the offices, until when an answer is due, and that it was given. Nothing here tells a person anything. */
  listPersonRequests: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['PersonRequests'] } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_EXPIRED' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      409: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_RET_CLOSED';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** The mention that the procedure must hold, as data, HTML or PDF. */
  readMention: {
    parameters: { query?: { format?: 'json' | 'html' | 'pdf' }; header?: never; path: { caseId: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': unknown; 'text/html': string; 'application/pdf': Blob } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      422: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_RET_CLOSURE';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** What was done and found in a case, as data, HTML or PDF; refused while something of it is missing. */
  readClosingReport: {
    parameters: { query?: { format?: 'json' | 'html' | 'pdf' }; header?: never; path: { caseId: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': unknown; 'text/html': string; 'application/pdf': Blob } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      422: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_RET_CLOSURE';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** What happened, counted from the journal alone, by month, framework, offence and unit; for those who control. */
  readStatistics: {
    parameters: { query?: { from?: string; to?: string }; header?: never; path?: never; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['Statistics'] } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_EXPIRED' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      409: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_RET_CLOSED';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** The same as a document. */
  readStatisticsPage: {
    parameters: { query?: { from?: string; to?: string }; header?: never; path?: never; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'text/html': string } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_EXPIRED' | 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      409: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_RET_CLOSED';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** The public figures of a period that is over; small numbers are kept back. */
  readTransparency: {
    parameters: { query?: never; header?: never; path: { period: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['Transparency'] } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      422: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_STA_PERIOD';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_LOG_DOWN';
      } } };
    };
  };
  /** The same as a document. */
  readTransparencyPage: {
    parameters: { query?: never; header?: never; path: { period: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'text/html': string } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      422: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_STA_PERIOD';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_LOG_DOWN';
      } } };
    };
  };
  /** The records of the log about one case, for those who control it. Reading it is an act of its own. */
  readJournal: {
    parameters: { query?: { from?: number; limit?: number }; header?: never; path: { caseId: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['ReadJournalAnswer'] } };
      400: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQUEST';
      } } };
      401: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_MISSING' | 'E_REQ_SIG' | 'E_REQ_PROOF';
      } } };
      403: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_REQ_REVOKED' | 'E_RET_FROZEN' | 'E_HAB_ROLE' | 'E_HAB_CASE' | 'E_HAB_NONE' | 'E_HAB_REVOKED' | 'E_HAB_TRAINING' | 'E_HAB_JURIS';
      } } };
      404: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_PRO_SILO';
      } } };
      422: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['Problem'] & {
        /** Code of the closed table of refusals. */
        code: 'E_CURSOR';
      } } };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
      503: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['StoppedProblem'] } };
    };
  };
  /** This document. */
  readDescription: {
    parameters: { query?: never; header?: { 'If-None-Match'?: string }; path?: never; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': unknown } };
      304: { headers: { [name: string]: unknown }; content?: never };
      429: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['TooManyRequests'] } };
      500: { headers: { [name: string]: unknown }; content: { 'application/problem+json': components['schemas']['InternalProblem'] } };
    };
  };
}
