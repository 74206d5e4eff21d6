import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { makeProof } from '../../gateway/requisition/dpop.ts';
import type { Desk } from '../overhead/measure.ts';
import { rounded } from '../report.ts';

const SLOW_CONNECTIONS = 100;
const DROP_EVERY_MS = 100;
/** Of the process's own measure, which holds the time between two looks: an event loop that does nothing reads as this much. */
const LOOK_EVERY_MS = 10;

export interface Hostility {
  /** p99 and most of the event loop's delay in the gateway's process, as it says itself, while all attacks ran. */
  readonly loopP99Ms: number;
  readonly loopMaxMs: number;
  readonly requests: number;
  /** Answers by code. */
  readonly answers: Readonly<Record<string, number>>;
  readonly withoutCode: number;
}

/** Slow clients, and lanes of requests that are made to hold a gateway up, all at once; each of them has to end in a code. */
export async function attack(desk: Desk, seconds: number): Promise<Hostility> {
  const codes: (string | undefined)[] = [];
  const gateway = new URL(desk.gateway.url);
  const questions = `/api/v1/cases/${desk.caseId}/questions`;
  const until = performance.now() + seconds * 1000;

  async function headOf(url: string, length: number): Promise<string> {
    const { agentKey: key, requisitionId } = desk;
    const proof = await makeProof({ key, method: 'POST', url: new URL(url, gateway).href, accessToken: requisitionId });
    return [
      `POST ${url} HTTP/1.1`,
      `host: ${gateway.host}`,
      'content-type: application/json',
      `content-length: ${length}`,
      `authorization: DPoP ${requisitionId}`,
      `dpop: ${proof}`,
      'connection: close\r\n\r\n',
    ].join('\r\n');
  }

  /** What came back on a connection of its own; `rest` follows a byte at a time. */
  async function send(bytes: string, rest = ''): Promise<void> {
    const socket = connect(Number(gateway.port), gateway.hostname).setEncoding('latin1');
    socket.on('error', () => undefined);
    let text = '';
    socket.on('data', (part: string) => {
      text += part;
    });
    socket.write(bytes);
    let at = 0;
    const drops = setInterval(() => {
      if (at < rest.length) socket.write(rest.charAt(at++));
    }, DROP_EVERY_MS);
    await new Promise<void>((resolve) => socket.once('close', () => resolve()));
    clearInterval(drops);
    codes.push(/^differe-code: (\w+)/im.exec(text)?.[1]);
  }
  const post = async (url: string, body: string): Promise<void> => send((await headOf(url, body.length)) + body);

  const slow = Array.from({ length: SLOW_CONNECTIONS }, async (_, n) =>
    n % 2 === 0
      ? send(`GET ${questions} HTTP/1.1\r\nhost: x\r\n`, `x-slow: ${'a'.repeat(10_000)}`)
      : send(await headOf(questions, 10_000), ' '.repeat(9_999)),
  );
  const depth = 1_500_000;
  const point = '{"x":0.5,"y":0.25}';
  const polygonOf = (points: number) => `{"version":1,"zone":[${`${point},`.repeat(points - 1)}${point}]}`;
  const LANES: readonly (() => Promise<void>)[] = [
    () => send(`GET /api/v1/cases HTTP/1.1\r\nhost: x\r\nx-large: ${'a'.repeat(1_000_000)}\r\n\r\n`),
    () => send(`GET /${'a'.repeat(1_000_000)} HTTP/1.1\r\nhost: x\r\n\r\n`),
    () => post('/api/v1/requisitions', `{"schedule":${'['.repeat(depth)}${']'.repeat(depth)}}`),
    () => post(questions, `${'['.repeat(60_000)}${']'.repeat(60_000)}`),
    () => post(questions, `{"version":1,"where":${'{"not":'.repeat(190)}1${'}'.repeat(190)}}`),
    () => post(questions, polygonOf(1_000_000)),
    () => post(questions, polygonOf(6_000)),
    () => post(questions, `{"version":1,"where":{"all":[${'{},'.repeat(40_000)}{}]}}`),
  ];
  await loopDelay(desk);
  await Promise.all(
    LANES.map(async (lane) => {
      while (performance.now() < until) {
        await lane();
        await delay(20);
      }
    }),
  );
  const loop = await loopDelay(desk);
  await Promise.all(slow);
  const answers: Record<string, number> = {};
  for (const code of codes) if (code !== undefined) answers[code] = (answers[code] ?? 0) + 1;
  return {
    loopP99Ms: loop.p99Ms,
    loopMaxMs: loop.maxMs,
    requests: codes.length,
    answers,
    withoutCode: codes.filter((code) => code === undefined).length,
  };
}

/** What the gateway's process says of its event loop since it was asked last. */
async function loopDelay(desk: Desk): Promise<{ readonly p99Ms: number; readonly maxMs: number }> {
  const text = await (await fetch(`${desk.gateway.metricsUrl}/metrics`)).text();
  const msOf = (name: string): number => {
    const seconds = Number(new RegExp(`^nodejs_eventloop_lag_${name}_seconds (\\S+)$`, 'm').exec(text)?.[1]);
    return rounded(Math.max(0, seconds * 1000 - LOOK_EVERY_MS), 1);
  };
  return { p99Ms: msOf('p99'), maxMs: msOf('max') };
}
