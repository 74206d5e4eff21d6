import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { bareProblem } from './policy/problem.ts';

// Requests that do not arrive, arrive too slowly, or are refused while they still arrive. Each is answered with a code, and the answer has to be
// read: the kernel resets a connection that is closed with bytes of its client unread, and a reset takes the answer with it.

/** How long, and how much, is read and left after the answer to a client that still sends. */
const LINGER_MS = 5_000;
const LINGER_BYTES = 32 * 1024 * 1024;
const LOOK_EVERY_MS = 100;

const lingering = new WeakSet<Socket>();

/** Ends our half of a connection; its client's half is read and left until he ends it, or has sent enough. */
function linger(socket: Socket, lingerMs: number): void {
  if (lingering.has(socket) || socket.destroyed) return;
  lingering.add(socket);
  socket.end();
  const until = performance.now() + lingerMs;
  const most = socket.bytesRead + LINGER_BYTES;
  const look = setInterval(() => {
    if (performance.now() > until || socket.bytesRead > most) socket.destroy();
  }, LOOK_EVERY_MS).unref();
  socket.once('close', () => clearInterval(look));
}

/** Answers bytes that are no request, or headers that are too large or too slow, where there is still somebody to read it. */
export const answerNoRequest =
  (limitMs: number) =>
  (error: NodeJS.ErrnoException, socket: Socket): void => {
    // Who never sent a byte asked nothing: browsers open connections ahead, and would take a word of ours for the answer to what they ask next.
    if (error.code === 'ECONNRESET' || socket.bytesRead === 0) return void socket.destroy();
    if (!socket.writable) return;
    socket.write(bareProblem('E_REQUEST', '-'));
    linger(socket, lingerWithin(limitMs));
  };

export interface ArrivalLimit {
  /** Ends the connection of a request that has not arrived in full after the limit, also when it has been refused meanwhile. */
  watch(request: IncomingMessage, response: ServerResponse): void;
  /** A request that may take longer. */
  giveTime(request: IncomingMessage): void;
}

/** How long each request may take to arrive, one by one: Node's own limit is one for all. */
export function limitArrivals(limitMs: number): ArrivalLimit {
  const timers = new WeakMap<IncomingMessage, NodeJS.Timeout>();
  return {
    watch(request, response) {
      if (!hasBody(request)) return;
      const { socket } = request;
      const { destroySoon } = Object.getPrototypeOf(socket) as Socket;
      // What Node calls after the last answer of a connection: whoever was answered while he still sends is not cut off at once.
      socket.destroySoon = () => {
        if (request.complete) destroySoon.call(socket);
        else linger(socket, lingerWithin(limitMs));
      };
      const timer = setTimeout(() => {
        if (request.complete) return;
        if (!response.headersSent) socket.write(bareProblem('E_REQUEST', '-'));
        linger(socket, lingerWithin(limitMs));
      }, limitMs).unref();
      timers.set(request, timer);
      // A request that was answered while it came never ends where its connection does.
      const end = (): void => {
        clearTimeout(timer);
        request.removeListener('close', end);
        socket.removeListener('close', end);
      };
      request.once('close', end);
      socket.once('close', end);
    },
    giveTime: (request) => clearTimeout(timers.get(request)),
  };
}

/** Whether something follows the headers of a request. */
const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

const lingerWithin = (limitMs: number): number => Math.min(LINGER_MS, limitMs);
