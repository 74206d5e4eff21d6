import type { FastifyReply } from 'fastify';

/**
 * Sends bytes, or the one range of them that was asked for (RFC 9110 section 14): a browser plays and seeks a video by ranges. What asks for
 * several ranges, or says it wrongly, gets the whole; what lies beyond the end gets 416.
 */
export function sendRange(asked: string | undefined, reply: FastifyReply, bytes: Buffer): FastifyReply {
  reply.header('accept-ranges', 'bytes');
  const range = rangeOf(asked, bytes.length);
  if (range === undefined) return reply.send(bytes);
  if (range === 'beyond')
    return reply.code(416).header('content-range', `bytes */${bytes.length}`).send(Buffer.alloc(0));
  return reply
    .code(206)
    .header('content-range', `bytes ${range.from}-${range.to}/${bytes.length}`)
    .send(bytes.subarray(range.from, range.to + 1));
}

/** Whether all of it is sent: a browser asks for a video by a range that has no end. */
export function isWhole(asked: string | undefined, length: number): boolean {
  const range = rangeOf(asked, length);
  return range === undefined || (range !== 'beyond' && range.from === 0 && range.to === length - 1);
}

/** First and last byte; undefined for the whole. */
function rangeOf(asked: string | undefined, length: number): { from: number; to: number } | 'beyond' | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(asked ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  if (first === '') {
    const count = Math.min(length, Number(last));
    return count === 0 ? 'beyond' : { from: length - count, to: length - 1 };
  }
  const [from, to] = [Number(first), Math.min(length - 1, last === '' ? length - 1 : Number(last))];
  if (from >= length) return 'beyond';
  return to < from ? undefined : { from, to };
}
