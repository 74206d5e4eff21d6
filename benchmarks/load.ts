import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { depositAtOnce } from './load/deposits.ts';
import { generate } from './load/generate.ts';
import { attack } from './load/hostile.ts';
import { recoveredAfter } from './load/phase-result.ts';
import type { Order, PhaseResult, Target } from './load/types.ts';
import { BARE, type Desk, openDesk } from './overhead/measure.ts';
import { type Goal, type Measurement, median, rounded } from './report.ts';
import { namedScenes } from './scenes/named.ts';
import { writeScene } from './scenes/write.ts';

/** Under ten minutes alone on two cores; `--short` is a trial of five or six. */
const WHOLE = { rounds: 3, seconds: 5, steadySeconds: 15, overSeconds: 10, attackSeconds: 10, files: 100 };
const SHORT = { rounds: 1, seconds: 2, steadySeconds: 4, overSeconds: 4, attackSeconds: 4, files: 12 };

const CLIENTS = 64;
const STEADY_SHARE = 0.7;
const OVERLOAD = 5;
const RECOVERY_SECONDS = 5;
const WATCHED_SECONDS = 8;
const P99_MS = 25;
/** One key may use 20,000 proofs in two minutes: what was asked before is forgotten first, or the limit would be measured. */
const PROOFS_KEPT_MS = 121_000;

/** One address and one key ask for many here: their limits a minute (E_RATE) would answer for the bound that is measured. */
const UNLIMITED = { DIFFERE_AGENT_RATE: '0', DIFFERE_ADDRESS_RATE: '0' };

/**
 * What a gateway under load does: most questions a second beside the same route without proof, decision and journal; latency at a steady
 * share of that; five times too much and what comes after it; hostile requests; a hundred deposits at once.
 */
export async function measureLoad({ short }: { readonly short: boolean }): Promise<Measurement> {
  const plan = short ? SHORT : WHOLE;
  const folder = await mkdtemp(path.join(tmpdir(), 'differe-bench-load-'));
  const scene = path.join(folder, 'street.mp4');
  await writeScene(namedScenes.street, scene);
  try {
    const asked = await questionsUnderLoad(folder, scene, plan);
    const deposits = await depositAtOnce(folder, scene, plan.files);
    const goals: readonly Goal[] = [
      ...asked.goals,
      {
        id: 'deposits_lost',
        goal: `of ${plan.files} deposits at once, those not acknowledged or not there with their digest: 0`,
        value: plan.files - deposits.acknowledged + deposits.lost,
        met: deposits.acknowledged === plan.files && deposits.lost === 0,
      },
      {
        id: 'deposits_analysed',
        goal: `analyses done of ${plan.files}`,
        value: deposits.jobsDone,
        met: deposits.jobsDone === plan.files,
      },
      {
        id: 'deposits_unanswered',
        goal: 'questions asked meanwhile that were not answered: 0',
        value: deposits.questions - deposits.questionsAnswered,
        met: deposits.questions === deposits.questionsAnswered && deposits.questions > 0,
      },
    ];
    return { rounds: plan.rounds, goals, raw: { ...asked.raw, deposits } };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function questionsUnderLoad(folder: string, scene: string, plan: typeof WHOLE) {
  const desks: Desk[] = [];
  try {
    const proven = await openDesk(path.join(folder, 'proven'), scene, UNLIMITED);
    desks.push(proven);
    const bare = await openDesk(path.join(folder, 'bare'), scene, { ...UNLIMITED, ...BARE });
    desks.push(bare);
    const before = { proven: await proven.logSize(), bare: await bare.logSize() };
    const rounds: { readonly proven: PhaseResult; readonly bare: PhaseResult }[] = [];
    for (let round = 0; round < plan.rounds; round++) {
      const phases = [{ clients: CLIENTS, seconds: plan.seconds }];
      rounds.push({
        proven: await only({ target: targetOf(proven, true), phases }),
        bare: await only({ target: targetOf(bare, false), phases }),
      });
    }
    const written = { proven: (await proven.logSize()) - before.proven, bare: (await bare.logSize()) - before.bare };
    const good = rounds.reduce((sum, each) => sum + (each.proven.answers.OK ?? 0), 0);
    if (written.bare !== 0 || written.proven < good)
      throw new Error(`not what was to be measured: ${JSON.stringify({ written, good })}`);
    await bare.stop();
    desks.pop();

    const most = median(rounds.map((each) => each.proven.goodPerSecond));
    const mostBare = median(rounds.map((each) => each.bare.goodPerSecond));
    const target = targetOf(proven, true);
    const perSecond = STEADY_SHARE * most;
    await delay(PROOFS_KEPT_MS);
    const steady = await only({ target, phases: [{ perSecond, seconds: plan.steadySeconds }] });
    await delay(PROOFS_KEPT_MS);
    const [over, after] = await generate({
      target,
      phases: [
        { perSecond: OVERLOAD * most, seconds: plan.overSeconds },
        { perSecond, seconds: WATCHED_SECONDS },
      ],
    });
    if (over === undefined || after === undefined) throw new Error('the load generator left out a phase');
    const hostile = await attack(proven, plan.attackSeconds);
    return {
      goals: goalsOf({ most, mostBare, steady, over, after, hostile }),
      raw: { mostPerSecond: most, mostBarePerSecond: mostBare, rounds, steady, over, after, hostile },
    };
  } finally {
    for (const desk of desks) await desk.stop();
  }
}

function goalsOf(measured: {
  readonly most: number;
  readonly mostBare: number;
  readonly steady: PhaseResult;
  readonly over: PhaseResult;
  readonly after: PhaseResult;
  readonly hostile: Awaited<ReturnType<typeof attack>>;
}): readonly Goal[] {
  const { most, mostBare, steady, over, after, hostile } = measured;
  const ratio = rounded(most / mostBare);
  const goodput = rounded(over.goodPerSecond / most);
  const unanswered = steady.withoutAnswer + over.withoutAnswer + after.withoutAnswer;
  const unexplained = over.withoutRetryAfter + after.withoutRetryAfter;
  const foreign = Object.keys(over.answers).filter((code) => !['OK', 'E_BUSY', 'E_RATE'].includes(code));
  // What is soon after an overload is what was soon before it.
  const recovered = recoveredAfter(after, Math.max(P99_MS, 2 * steady.p99Ms));
  return [
    {
      id: 'throughput_ratio',
      goal: '>= 0.15: questions a second, proven, decided and logged, over those of the same route without',
      value: ratio,
      met: ratio >= 0.15,
    },
    {
      id: 'p99_ms',
      goal: `<= ${P99_MS} ms at 70 % of the most, open arrival, from the moment at which a question was asked; the generator itself was ${steady.generatorLateP99Ms} ms late (p99)`,
      value: steady.p99Ms,
      met: steady.p99Ms <= P99_MS && steady.asked === steady.answers.OK,
    },
    {
      id: 'goodput_ratio',
      goal: '>= 0.8 of the most, at five times the most',
      value: goodput,
      met: goodput >= 0.8,
    },
    { id: 'unanswered', goal: 'requests without an answer: 0', value: unanswered, met: unanswered === 0 },
    {
      id: 'overload_refusals',
      goal: 'refusals of the overload other than 429 and 503 with Retry-After: 0',
      value: unexplained + foreign.reduce((sum, code) => sum + (over.answers[code] ?? 0), 0),
      met: unexplained === 0 && foreign.length === 0,
    },
    {
      id: 'recovery_s',
      goal: `<= ${RECOVERY_SECONDS} s until every question is answered as soon as before (at most ${P99_MS} ms or twice the p99 before)`,
      value: recovered ?? WATCHED_SECONDS,
      met: recovered !== undefined && recovered <= RECOVERY_SECONDS,
    },
    {
      id: 'loop_p99_ms',
      goal: '<= 50 ms: p99 of the delay of the event loop under slow clients, huge headers, deep JSON, huge polygons',
      value: hostile.loopP99Ms,
      met: hostile.loopP99Ms <= 50,
    },
    {
      id: 'hostile_without_code',
      goal: 'hostile requests that did not end in a code: 0',
      value: hostile.withoutCode,
      met: hostile.withoutCode === 0,
    },
  ];
}

async function only(order: Order): Promise<PhaseResult> {
  const [result] = await generate(order);
  if (result === undefined) throw new Error('the load generator gave no result');
  return result;
}

const targetOf = (desk: Desk, isProven: boolean): Target => ({
  url: `${desk.gateway.url}/api/v1/cases/${desk.caseId}/questions`,
  requisitionId: desk.requisitionId,
  body: JSON.stringify(desk.question),
  ...(isProven ? { key: desk.agentKey } : {}),
});
