import { deniedIn } from './absence-words.ts';

/** Packages of faces, of nearest neighbours, of computer vision with both inside, and of sending things out, by name or by its beginning. */
const DENIED: readonly RegExp[] = [
  /^face-?api/,
  /^@vladmandic\//,
  /^(insightface|deepface|facenet|clmtrackr|tracking|headtrackr|jeelizfacefilter)/,
  /^@tensorflow-models\/(face|blazeface|pose|hand|body)/,
  /^@mediapipe\//,
  /^(faiss|hnsw|annoy|nmslib|usearch|scann|vectordb|vectra|voy-search|chromadb|weaviate|pgvector|sqlite-vec)/,
  /^@(zilliz|qdrant|pinecone-database|lancedb|upstash|turbopuffer|xenova|huggingface)\//,
  /^(opencv|opencv4nodejs|@u4\/opencv|@techstark\/opencv|mirada)/,
  /^@(aws-sdk|azure|google-cloud)\//,
  /^(nodemailer|web-push|mqtt|amqplib|kafkajs|socket\.io|twilio|node-telegram)/,
  /^(tesseract|node-alpr|openalpr)/,
];

/** The client of the vault's bucket (decision 0038) with what it brings; no other of its family. One file imports it. */
const BUCKET_CLIENT: ReadonlySet<string> = new Set(
  [
    ...['checksums', 'client-s3', 'core', 'middleware-sdk-s3', 'nested-clients', 'signature-v4-multi-region'],
    ...['token-providers', 'types', 'xml-builder'],
    ...['env', 'http', 'ini', 'login', 'node', 'process', 'sso', 'web-identity'].map(
      (way) => `credential-provider-${way}`,
    ),
  ].map((name) => `@aws-sdk/${name}`),
);

/** Packages that must not be installed, by the names of the lock file. */
export function packagesIn(names: readonly string[]): {
  readonly scanned: number;
  readonly findings: readonly string[];
} {
  const findings = names.filter(
    (name) =>
      (DENIED.some((pattern) => pattern.test(name)) && !BUCKET_CLIENT.has(name)) ||
      deniedIn(name, ['forbidden', 'dataSets']).length > 0,
  );
  return { scanned: names.length, findings };
}
