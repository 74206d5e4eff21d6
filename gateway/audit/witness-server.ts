import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Witness } from './witness.ts';

/** Old size, 63 hashes and a checkpoint with many signatures are far below. */
const MAX_BODY_BYTES = 65_536;

/** `POST /add-checkpoint` over HTTP; everything else is 404. Content that is not signed by a known log changes nothing. */
export function witnessServer(witness: Witness): Server {
  return createServer((request, response) => {
    const answer = async (): Promise<void> => {
      const body = await readBody(request);
      if (request.method !== 'POST' || request.url !== '/add-checkpoint') {
        response.writeHead(404).end();
        return;
      }
      if (body === undefined) {
        response.writeHead(413, { connection: 'close' }).end();
        return;
      }
      const { status, type, body: text } = await witness.addCheckpoint(body);
      response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) }).end(text);
    };
    answer().catch(() => {
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end();
    });
  });
}

async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
