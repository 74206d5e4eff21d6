import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readConfig } from '../../gateway/config.ts';
import { createDemoInstallation, startGatewayProcess } from '../../gateway/demo/installation.ts';
import { startGateway } from '../../gateway/main.ts';
import { programOf } from './programs.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');
const SHIPPED = path.join(ROOT, 'gateway/deploy/prometheus');
const MODELS = path.join(ROOT, 'test/models');
const promtool = programOf('promtool');
const prometheus = programOf('prometheus');
const run = promisify(execFile);

const rules = await readFile(path.join(SHIPPED, 'alerts.yaml'), 'utf8');
const dashboard = JSON.parse(await readFile(path.join(ROOT, 'gateway/deploy/grafana/dashboard.json'), 'utf8')) as {
  readonly panels: readonly { readonly id: number; readonly targets: readonly { readonly expr: string }[] }[];
};
const shownExpressions = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
const alertNames = [...rules.matchAll(/^ {6}- alert: (\w+)$/gm)].map(([, name = '']) => name);
/** The one that a series of promtool's language cannot express; a real gateway below makes it fire. */
const FOR_REAL_ALONE = 'DiffereJournalUnreadable';

describe('alerts', () => {
  it('SEC-10: each has a test in promtool, but one that a real gateway makes fire', async () => {
    const tests = await readFile(path.join(import.meta.dirname, 'alerts.yaml'), 'utf8');
    const firing = [...tests.matchAll(/alertname: (\w+)\n\s+exp_alerts:\n\s+- exp_labels/g)].map(([, name]) => name);
    expect(alertNames.length).toBeGreaterThan(10);
    expect([...firing, FOR_REAL_ALONE].sort()).toEqual([...alertNames].sort());
  });

  it.skipIf(promtool === undefined)(
    'SEC-10: configuration and rules are valid, and each alert fires on what it is for and not before',
    async () => {
      await run(promtool ?? '', ['check', 'config', path.join(SHIPPED, 'prometheus.yaml')]);
      const { stdout } = await run(promtool ?? '', ['test', 'rules', path.join(import.meta.dirname, 'alerts.yaml')]);
      expect(stdout).toContain('SUCCESS');
    },
  );
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + 60_000;
  for (;;) {
    const found = await look().catch(() => undefined);
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`not seen in time: ${what}`);
    await wait(200);
  }
}

/** Prometheus with the shipped files: other targets, a scrape each second, and no patience before an alert; the expressions stay. */
async function startPrometheus(folder: string, targets: readonly string[]) {
  const config = (await readFile(path.join(SHIPPED, 'prometheus.yaml'), 'utf8'))
    .replace('["gateway:8421"]', JSON.stringify(targets))
    .replaceAll(/_interval: 15s/g, '_interval: 1s');
  await writeFile(path.join(folder, 'prometheus.yaml'), config);
  await writeFile(path.join(folder, 'alerts.yaml'), rules.replaceAll(/^ {8}for: .*\n/gm, ''));
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(
    prometheus ?? '',
    [
      `--config.file=${path.join(folder, 'prometheus.yaml')}`,
      `--storage.tsdb.path=${path.join(folder, 'tsdb')}`,
      `--web.listen-address=${address}`,
      '--log.level=error',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  onTestFinished(async () => {
    if (child.exitCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  const get = async (question: string) =>
    (await (await fetch(`http://${address}/api/v1/${question}`)).json()) as {
      readonly status: string;
      readonly error?: string;
      readonly data: {
        readonly result?: readonly unknown[];
        readonly alerts: readonly { readonly labels: Readonly<Record<string, string>>; readonly state: string }[];
      };
    };
  return {
    get,
    query: (expression: string) => get(`query?query=${encodeURIComponent(expression)}`),
    firing: async (instance: string): Promise<readonly string[]> =>
      (await get('alerts')).data.alerts
        .filter(({ labels, state }) => state === 'firing' && labels.instance === instance)
        .map(({ labels }) => labels.alertname ?? ''),
  };
}

describe.skipIf(prometheus === undefined)('a real Prometheus on real gateways', () => {
  it('SEC-10: finds every metric that alerts and dashboard name, and is told of what is wrong', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'differe-prometheus-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const fine = await startGatewayProcess(await createDemoInstallation(path.join(folder, 'fine'), [MODELS]));
    onTestFinished(() => fine.stop());
    const installation = await createDemoInstallation(path.join(folder, 'broken'), [MODELS]);
    const config = readConfig(installation.environment);
    await mkdir(path.join(config.dataDir, 'log'), { recursive: true });
    await writeFile(path.join(config.dataDir, 'log/checkpoint'), 'not a note\n');
    const broken = await startGateway(config);
    onTestFinished(() => broken.stop());
    const hostOf = ({ metricsUrl }: { readonly metricsUrl: string }): string => new URL(metricsUrl).host;
    const seen = await startPrometheus(folder, [hostOf(fine), hostOf(broken)]);

    // What an alert or a panel names exists, be it with no value yet.
    const exposition = await (await fetch(`${fine.metricsUrl}/metrics`)).text();
    const known = new Set([...exposition.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name));
    const named = `${rules.replaceAll(/^\s*(#|summary).*$/gm, '')}\n${shownExpressions.join('\n')}`.match(
      /\bdiffere_\w+/g,
    );
    expect(new Set(named?.map((name) => name.replace(/_bucket$/, ''))).size).toBeGreaterThan(15);
    for (const name of named ?? []) expect([...known], name).toContain(name.replace(/_bucket$/, ''));

    // A gateway whose journal was broken.
    await until('the broken journal', async () => {
      const now = await seen.firing(hostOf(broken));
      return ['DiffereSafeMode', FOR_REAL_ALONE].every((name) => now.includes(name)) ? now : undefined;
    });
    // The demo's gateway is in order, but that nobody cosigns its journal.
    const inOrder = await until('the gateway in order', async () => {
      const now = await seen.firing(hostOf(fine));
      return now.includes('DiffereNoWitness') ? now : undefined;
    });
    expect(inOrder).toEqual(['DiffereNoWitness']);

    // A counter is born with its first event, whose increase nobody sees: that one is scraped before the others come.
    await (await fetch(`${fine.url}/api/v1/cases`)).body?.cancel();
    await until('the first refusal', async () => {
      const { data } = await seen.query(`sum(differe_refusals_total{instance="${hostOf(fine)}"}) > 0`);
      return (data.result?.length ?? 0) > 0 ? true : undefined;
    });
    for (let n = 0; n < 20; n++)
      await Promise.all(
        Array.from({ length: 20 }, async () => (await fetch(`${fine.url}/api/v1/cases`)).body?.cancel()),
      );
    await until('refusals', async () =>
      (await seen.firing(hostOf(fine))).includes('DiffereRefusalsRising') ? true : undefined,
    );

    for (const expression of shownExpressions) {
      const { status, error } = await seen.query(expression);
      expect([status, error ?? ''], expression).toEqual(['success', '']);
    }

    await fine.stop();
    await until('its end', async () => {
      const now = await seen.firing(hostOf(fine));
      return now.includes('DiffereDown') ? now : undefined;
    });
  }, 180_000);
});
