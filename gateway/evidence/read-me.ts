/** Name of the file that tells a reader what a package is. */
export const READ_ME_FILE = 'LISEZMOI.txt';

/** What a package is, how to verify it and what it does not prove: for a reader who has neither the product nor its maker at hand. */
export const readMe = (facts: {
  readonly installation: string;
  readonly kid: string;
}): string => `DOSSIER DE PREUVES - Différé

Ce dossier a été constitué par l'installation « ${facts.installation} » dans le cadre d'une réquisition judiciaire dont
requisition.json donne le numéro de procédure et les empreintes.

Ce qu'il contient
  exhibits.json        chaque pièce : empreinte SHA-256 de l'enregistrement d'origine, heure de l'enregistreur et heure corrigée
  NOM.result.json      résultat reproductible de l'analyse ; son empreinte SHA-256 est « result.sha256 » de exhibits.json
  NOM.ledger.json      ce qui a été analysé, échantillonné ou non, seconde par seconde : « rien trouvé » ne se lit pas sans lui
  NOM.mot.txt          (s'il existe) positions image par image, format MOTChallenge
  hits.json            les résultats retenus, la question posée et ce qu'elle n'a pas pu atteindre (« notAnalysed », « notSealed » :
                       visé par la réquisition, et non déposé ou refusé), les raisons, l'avis de chaque lecteur : un résultat est remis
                       dès qu'un lecteur au moins l'a confirmé ; « disputed » dit que les lecteurs ne sont pas d'accord
  stills/, clips/      images et séquences ; têtes et plaques masquées d'après la position des objets détectés. Leur nom dit la
                       procédure, la caméra, la date et l'heure corrigées de Paris, et le numéro du résultat dans hits.json
  arguments.json, clips/*.filter.txt   commandes exactes données à ffmpeg
  models.json          modèles utilisés et leurs empreintes
  proofs/              inscriptions du journal de l'installation et preuve de leur présence (C2SP tlog-proof)
  keys.json            clés publiques ; manifest.jws   manifeste signé : empreinte de chaque fichier

Comment le vérifier, hors ligne
  1. differe evidence verify CE_DOSSIER --key CLE_PUBLIQUE.json
     La clé publique de l'installation se demande à l'installation, par une autre voie que ce dossier. Son empreinte (RFC 7638) :
     ${facts.kid}
  2. Sans le logiciel : manifest.jws est un JWS compact (EdDSA) ; sa charge utile liste le SHA-256 de chaque fichier (sha256sum).

Ce qu'il ne prouve pas
  - Un résultat est un indice à vérifier, n'établit pas une identité, et ne fonde aucune décision à lui seul.
  - Une absence de résultat ne vaut que pour ce que le relevé de couverture dit analysé.
  - Les masques couvrent les objets que l'analyse a détectés ; une personne non détectée n'est pas masquée.
  - L'heure dépend de l'horloge de l'enregistreur et de la correction déclarée.
  - La signature prouve que le dossier n'a pas changé depuis l'export, non l'authenticité de l'enregistrement d'origine.

EVIDENCE PACKAGE - Différé

This package was made by the installation "${facts.installation}" under a judicial requisition; requisition.json gives its procedure
number and digests.

What it holds
  exhibits.json        each exhibit: SHA-256 of the original recording, recorder time and corrected time
  NAME.result.json     reproducible result of the analysis; its SHA-256 is "result.sha256" in exhibits.json
  NAME.ledger.json     what was analysed, sampled or not, second by second: "nothing found" means nothing without it
  NAME.mot.txt         (when present) places picture by picture, MOTChallenge format
  hits.json            the hits kept, the question asked and what it could not reach ("notAnalysed", "notSealed": listed in the
                       requisition, and not deposited or refused), the reasons, each reader's verdict: a hit is handed over as soon as at
                       least one reader confirmed it; "disputed" says that its readers do not agree
  stills/, clips/      pictures and clips; heads and plates are covered by the geometry of the detected objects. Their names say
                       procedure, camera, corrected date and time of Paris, and the number of the hit in hits.json
  arguments.json, clips/*.filter.txt   the exact commands given to ffmpeg
  models.json          models in use and their digests
  proofs/              records of the installation's journal and proof of their inclusion (C2SP tlog-proof)
  keys.json            public keys; manifest.jws   signed manifest: the digest of every file

How to verify it, offline
  1. differe evidence verify THIS_FOLDER --key PUBLIC_KEY.json
     Ask the installation for its public key by another way than this package. Its thumbprint (RFC 7638):
     ${facts.kid}
  2. Without the program: manifest.jws is a compact JWS (EdDSA); its payload lists the SHA-256 of every file (sha256sum).

What it does not prove
  - A hit is a lead to be verified, does not establish an identity, and founds no decision by itself.
  - The absence of a hit holds only for what the coverage ledger says was analysed. Where it says quiet, packets, key frames and random
    samples alone were looked at; "audit" in each result says what they found and bounds what may have been missed.
  - Masks cover the objects that the analysis detected; a person who was not detected is not masked.
  - Times depend on the recorder's clock and on the declared correction.
  - The signature proves that the package has not changed since the export, not that the original recording is authentic.
`;
