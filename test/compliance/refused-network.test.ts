import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readDossierFile } from '../../gateway/compliance/dossier.ts';
import { papersOf } from '../../gateway/compliance/dossier-sign.ts';
import { statisticsCommand } from '../../gateway/compliance/statistics-command.ts';
import { readConfig } from '../../gateway/config.ts';
import { demoDossier } from '../../gateway/demo/dossier.ts';
import { createDemoInstallation, type DemoInstallation } from '../../gateway/demo/installation.ts';
import { type Gateway, startGateway } from '../../gateway/main.ts';
import { networkFile, root } from '../admission/networks.ts';
import { exhibitIdOf, exhibitOf, journalText, type Line, register, sceneFile, tokensFor } from '../support/line.ts';

// A gateway in this process that is given a network which the gate refuses, and one whose admission ends while it runs.

async function installed(prepare: (folder: string) => Promise<string>): Promise<DemoInstallation> {
  const folder = await mkdtemp(path.join(tmpdir(), 'differe-refused-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return await createDemoInstallation(folder, [await prepare(folder)]);
}

async function started(installation: DemoInstallation): Promise<Gateway> {
  const gateway = await startGateway(readConfig(installation.environment));
  onTestFinished(() => gateway.stop());
  return gateway;
}

const missing = async (gateway: Gateway): Promise<string> =>
  ((await (await fetch(`${gateway.metricsUrl}/readyz`)).json()) as { missing: string[] }).missing.join('\n');

async function attemptsCounted(installation: DemoInstallation): Promise<number> {
  const out: string[] = [];
  const io = { out: (text: string) => out.push(text), err: () => undefined };
  expect(await statisticsCommand(['--log', path.join(installation.dataDir, 'log')], io)).toBe(0);
  return (JSON.parse(out.join('')) as { totals: { forbiddenAttempts: number } }).totals.forbiddenAttempts;
}

const records = async (installation: DemoInstallation): Promise<readonly string[]> => {
  const journal = await journalText({ installation } as Line);
  return journal.split('{"action"').filter((record) => record.startsWith(':"model.refused"'));
};

it('FACE-16, STA-01: a network that is refused at the start stands in the journal by its digest, and is counted as an attempt', async () => {
  const bytes = networkFile('refused-models/mobilefacenet.onnx');
  const digest = createHash('sha256').update(bytes).digest('hex');
  const installation = await installed(async (folder) => {
    const models = path.join(folder, 'brought');
    await mkdir(models);
    await writeFile(path.join(models, 'harmless.onnx'), bytes);
    const lawful = JSON.parse(await readFile(path.join(root, 'models/yolox-nano/card.json'), 'utf8'));
    const { file: _, ...lie } = { ...lawful, name: 'harmless', sha256: digest, priority: 999 };
    await writeFile(path.join(models, 'harmless.card.json'), JSON.stringify(lie));
    return models;
  });
  const gateway = await started(installation);
  expect(await missing(gateway)).toMatch(/models: E_GATE_/);
  const [record, ...more] = await records(installation);
  expect(more).toEqual([]);
  expect(record).toContain('"effect":"forbid"');
  expect(record).toMatch(/"code":"E_GATE_[A-Z]+"/);
  expect(record).toContain(digest);
  expect(record).toContain('"type":"model"');
  const metrics = await (await fetch(`${gateway.metricsUrl}/metrics`)).text();
  expect(metrics).toMatch(/^differe_refusals_total\{code="E_GATE_[A-Z]+"\} 1$/m);
  expect(await attemptsCounted(installation)).toBe(1);
});

it('FACE-12, FACE-16: G8: the next version of the dossier needs the networks admitted anew: while it runs, and at its next start', async () => {
  const installation = await installed(async () => path.join(root, 'test/models'));
  const gateway = await started(installation);
  expect(await missing(gateway)).toBe('');
  const line = { installation, gateway: gateway as unknown as Line['gateway'] } as Line;
  const file = await sceneFile(installation.folder, 'crossing');
  const exhibit = await exhibitOf(file, 'A', Date.now() - 2 * 86_400_000, 30);
  const { client, caseId } = await register(line, await tokensFor(line, [exhibit]));
  await client.upload(file, 'A');
  const { dossier } = readDossierFile(await readFile(installation.dossierFile, 'utf8'));
  const papers = { ...papersOf(dossier), version: dossier.version + 1 };
  await writeFile(installation.dossierFile, await demoDossier(papers, dossier.capability, installation, Date.now()));
  const job = client.json('POST', `/api/v1/cases/${caseId}/jobs`, {
    exhibitId: await exhibitIdOf(client, caseId, 'A'),
  });
  await expect(job).rejects.toMatchObject({ code: 'E_GATE_ADMISSION', status: 503 });
  expect(await missing(gateway)).toContain('models: E_GATE_ADMISSION');
  expect(await records(installation)).toHaveLength(1);
  await gateway.stop();
  expect(await missing(await started(installation))).toContain('models: E_GATE_ADMISSION');
  expect(await records(installation)).toHaveLength(2);
});
