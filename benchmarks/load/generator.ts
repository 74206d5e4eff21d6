import { setTimeout as delay } from 'node:timers/promises';
import { makeProof } from '../../gateway/requisition/dpop.ts';
import { due, resultOf, type Taken } from './phase-result.ts';
import type { Order, Phase, PhaseResult, Target } from './types.ts';
import { openWire, type Wire } from './wire.ts';

// The load generator: a process of its own, so that what it costs is not the gateway's and its clock does not stand still with it. Questions
// of an open phase are asked at the moments of a Poisson process, whether or not earlier ones were answered: a gateway that stalls cannot hide
// the questions that it kept from being asked. Latency counts from the moment at which one was asked; how much later that was than it
// should have been is the generator's own delay, told beside it.

const LAST_ANSWER_MS = 10_000;
const CONNECTIONS = 900;
const PROOFS_AT_ONCE = 64;

/** Same numbers in each run. */
let state = 42;
function random(): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return (state + 1) / 2 ** 32;
}

/** Proofs that are signed before the clock runs; who needs more signs when he asks. */
async function signed({ key, url, requisitionId }: Target, count: number): Promise<() => Promise<string | undefined>> {
  if (key === undefined) return async () => undefined;
  const sign = () => makeProof({ key, method: 'POST', url, accessToken: requisitionId });
  const proofs: string[] = [];
  while (proofs.length < count)
    proofs.push(...(await Promise.all(Array.from({ length: Math.min(PROOFS_AT_ONCE, count - proofs.length) }, sign))));
  return async () => proofs.pop() ?? (await sign());
}

/** Asks one question, and resolves when something has come of it. */
type Ask = (proof: string | undefined, taken: Taken) => Promise<void>;

function askOf({ requisitionId, body }: Target, wire: Wire): Ask {
  const headers = `content-type: application/json\r\nauthorization: DPoP ${requisitionId}\r\n`;
  return async (proof, taken) => {
    taken.askedMs = performance.now();
    const answer = await wire.post(proof === undefined ? headers : `${headers}dpop: ${proof}\r\n`, body);
    if (answer === undefined) return;
    taken.answeredMs = performance.now();
    taken.code = answer.status === 200 ? 'OK' : (answer.header('differe-code') ?? String(answer.status));
    taken.saysWhen = answer.header('retry-after') !== undefined || ![429, 503].includes(answer.status);
  };
}

/** Each client asks when it has its answer. */
async function closed(ask: Ask, clients: number, endMs: number, proofOf: () => Promise<string | undefined>) {
  const all: Taken[] = [];
  const client = async (): Promise<void> => {
    while (performance.now() < endMs) {
      const proof = await proofOf();
      const taken = due(performance.now());
      all.push(taken);
      await ask(proof, taken);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return all;
}

/** Asks at each of the moments, without waiting for answers. */
async function open(ask: Ask, moments: readonly number[], proofOf: () => Promise<string | undefined>) {
  const answers: Promise<void>[] = [];
  const all = moments.map(due);
  for (const taken of all) {
    const waitMs = taken.dueMs - performance.now();
    if (waitMs > 0) await delay(waitMs);
    answers.push(proofOf().then((proof) => ask(proof, taken)));
  }
  await Promise.race([Promise.all(answers), delay(LAST_ANSWER_MS)]);
  return all;
}

async function run({ target, phases }: Order, wire: Wire): Promise<readonly PhaseResult[]> {
  const count = phases.reduce((sum, each) => sum + ('clients' in each ? 1000 : each.perSecond) * each.seconds, 0);
  const proofOf = await signed(target, Math.ceil(count * 1.1));
  const ask = askOf(target, wire);
  let startMs = performance.now() + 100;
  const startOf = new Map<Phase, number>();
  for (const phase of phases) {
    startOf.set(phase, startMs);
    startMs += phase.seconds * 1000;
  }
  const taken = phases.map(async (phase) => {
    const start = startOf.get(phase) ?? 0;
    if ('clients' in phase) {
      await delay(start - performance.now());
      return closed(ask, phase.clients, start + phase.seconds * 1000, proofOf);
    }
    const moments: number[] = [];
    for (let at = start; at < start + phase.seconds * 1000; at += (-Math.log(random()) * 1000) / phase.perSecond)
      moments.push(at);
    return open(ask, moments, proofOf);
  });
  return (await Promise.all(taken)).map((each, n) => {
    const phase = phases[n] as Phase;
    return resultOf(each, startOf.get(phase) ?? 0, phase.seconds);
  });
}

process.on('message', (order: Order) => {
  const wire = openWire(order.target.url, CONNECTIONS);
  void run(order, wire).then((results) => {
    process.send?.(results);
    process.disconnect();
    wire.close();
  });
});
