/** A header of the API as its description has it. */
export interface HeaderText {
  /** As it is written in documents. */
  readonly name: string;
  readonly text: string;
  readonly schema: object;
}

const text = { type: 'string' };
const seconds = { type: 'number', minimum: 0 };
const bytes = { type: 'integer', minimum: 0 };

/** Headers of requests and of answers, by their name in lower case. */
export const HEADERS: Readonly<Record<string, HeaderText>> = {
  'idempotency-key': {
    name: 'Idempotency-Key',
    text: 'A new name for each intention, at most 128 characters. The same key with the same body within 24 h gives the same answer and makes nothing twice.',
    schema: { type: 'string', minLength: 1, maxLength: 130 },
  },
  'if-none-match': {
    name: 'If-None-Match',
    text: 'ETag that the client holds: 304 when it still holds.',
    schema: text,
  },
  'if-match': {
    name: 'If-Match',
    text: 'ETag of what the client read: 412 when somebody changed it meanwhile.',
    schema: text,
  },
  etag: { name: 'ETag', text: 'Changes whenever the answer does.', schema: text },
  'retry-after': { name: 'Retry-After', text: 'Seconds to wait.', schema: { type: 'integer', minimum: 1 } },
  location: { name: 'Location', text: 'Path of the upload, relative to the host.', schema: text },
  'differe-code': { name: 'Differe-Code', text: 'The code of the refusal.', schema: text },
  'differe-frame': {
    name: 'Differe-Frame',
    text: 'Number of the frame, from 1.',
    schema: { type: 'integer', minimum: 1 },
  },
  'differe-pts': { name: 'Differe-Pts', text: 'Presentation time stamp, ticks.', schema: { type: 'number' } },
  'differe-media-seconds': { name: 'Differe-Media-Seconds', text: 'Moment in the file, seconds.', schema: seconds },
  'differe-recorder-time': {
    name: 'Differe-Recorder-Time',
    text: 'What the clock of the recorder said.',
    schema: text,
  },
  'differe-true-time': {
    name: 'Differe-True-Time',
    text: 'The same corrected by the offset of the clock.',
    schema: text,
  },
  'differe-analysed': {
    name: 'Differe-Analysed',
    text: 'Whether something was seen on this very frame.',
    schema: { enum: ['true', 'false'] },
  },
  'differe-shown': {
    name: 'Differe-Shown',
    text: '`masked`: heads and plates are covered; `coarse`: the analysis did not look there, so all of it is in blocks.',
    schema: { enum: ['masked', 'coarse'] },
  },
  'tus-resumable': { name: 'Tus-Resumable', text: 'Version of the tus protocol.', schema: { const: '1.0.0' } },
  'tus-version': { name: 'Tus-Version', text: 'Versions that are spoken.', schema: text },
  'tus-extension': { name: 'Tus-Extension', text: 'Extensions that are spoken, separated by commas.', schema: text },
  'tus-max-size': { name: 'Tus-Max-Size', text: 'Largest file, bytes.', schema: bytes },
  'upload-length': { name: 'Upload-Length', text: 'Size of the whole file, bytes.', schema: bytes },
  'upload-offset': { name: 'Upload-Offset', text: 'How many bytes are durable, bytes.', schema: bytes },
  'upload-defer-length': {
    name: 'Upload-Defer-Length',
    text: 'Refused: a file without a length is a stream.',
    schema: { const: '1' },
  },
  'upload-metadata': {
    name: 'Upload-Metadata',
    text: 'tus metadata, values in base64: `filename` and `piece`, the piece number in the schedule.',
    schema: { type: 'string', maxLength: 2048 },
  },
};

/** Request headers that an upload cannot do without. */
export const REQUIRED_OF: Readonly<Record<string, readonly string[]>> = {
  createUpload: ['tus-resumable', 'upload-length', 'upload-metadata'],
  sendBytes: ['tus-resumable', 'upload-offset'],
  abandonUpload: ['tus-resumable'],
  readUploadOffset: ['tus-resumable'],
};
