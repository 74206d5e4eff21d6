import { connect, type Socket } from 'node:net';

// The load generator's own HTTP/1.1 client. Whoever asks five times more than the gateway can answer shares two cores with it: with Node's
// client, and with undici, asking cost the machine more than refusing, so that what was measured was the generator (decision 0050). It knows what
// this bench needs of the protocol: a POST on a connection that is kept, and an answer that says its length.

export interface WireAnswer {
  readonly status: number;
  header(name: string): string | undefined;
}

export interface Wire {
  /** Undefined when the connection broke, or the answer was none that this client can read. */
  post(headers: string, body: string): Promise<WireAnswer | undefined>;
  close(): void;
}

interface Connection {
  readonly socket: Socket;
  /** What has come of the answer so far, until its headers are whole; after that their text. */
  head: string;
  /** Bytes of the body that are still to come; undefined before the headers are whole. */
  left: number | undefined;
  answered: ((answer: WireAnswer | undefined) => void) | undefined;
}

const END_OF_HEAD = '\r\n\r\n';

/** A client of one path. `connections` is how many are open at most: who asks while all are busy waits for one, first come first served. */
export function openWire(url: string, connections: number): Wire {
  const { hostname, port, host, pathname } = new URL(url);
  const idle: Connection[] = [];
  const open = new Set<Connection>();
  const waiting: ((connection: Connection) => void)[] = [];

  function openOne(): Connection {
    const socket = connect(Number(port), hostname).setNoDelay(true);
    const connection: Connection = { socket, head: '', left: undefined, answered: undefined };
    socket.on('data', (bytes) => take(connection, bytes));
    socket.on('error', () => undefined);
    socket.on('end', () => leave(connection));
    socket.on('close', () => {
      leave(connection);
      settle(connection, undefined);
      if (waiting.length > 0) waiting.shift()?.(openOne());
    });
    open.add(connection);
    return connection;
  }

  /** Nothing more is asked on it. */
  function leave(connection: Connection): void {
    open.delete(connection);
    const at = idle.indexOf(connection);
    if (at >= 0) idle.splice(at, 1);
  }

  function take(connection: Connection, bytes: Buffer): void {
    if (connection.left === undefined) {
      connection.head += bytes.toString('latin1');
      const end = connection.head.indexOf(END_OF_HEAD);
      if (end < 0) return;
      const body = connection.head.length - end - END_OF_HEAD.length;
      connection.head = connection.head.slice(0, end + 2);
      connection.left = Number(headerOf(connection.head, 'content-length') ?? Number.NaN) - body;
    } else connection.left -= bytes.length;
    // More than was announced, or nothing announced: another answer would be read for the next one's.
    if (!(connection.left >= 0)) return void connection.socket.destroy();
    if (connection.left > 0) return;
    const { head } = connection;
    settle(connection, { status: Number(head.slice(9, 12)), header: (name) => headerOf(head, name) });
    if (headerOf(head, 'connection') === 'close') return void connection.socket.destroy();
    const next = waiting.shift();
    if (next === undefined) idle.push(connection);
    else next(connection);
  }

  function settle(connection: Connection, answer: WireAnswer | undefined): void {
    connection.answered?.(answer);
    connection.answered = undefined;
  }

  return {
    async post(headers, body) {
      const { promise, resolve } = Promise.withResolvers<WireAnswer | undefined>();
      const ask = (connection: Connection): void => {
        Object.assign(connection, { head: '', left: undefined, answered: resolve });
        const length = `content-length: ${Buffer.byteLength(body)}`;
        connection.socket.write(`POST ${pathname} HTTP/1.1\r\nhost: ${host}\r\n${length}\r\n${headers}\r\n${body}`);
      };
      const free = idle.pop();
      if (free !== undefined) ask(free);
      else if (open.size < connections) ask(openOne());
      else waiting.push(ask);
      return await promise;
    },
    close() {
      waiting.length = 0;
      for (const { socket } of open) socket.destroy();
    },
  };
}

/** The value of a field of a head that ends with a line's end. */
function headerOf(head: string, name: string): string | undefined {
  return new RegExp(`\\r\\n${name}: *([^\\r]*)\\r\\n`, 'i').exec(head)?.[1];
}
