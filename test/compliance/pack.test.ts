import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describedInterface, plannedCapability } from '../../gateway/capability-facts.ts';
import { complianceCommand } from '../../gateway/compliance/commands.ts';
import { filesOf } from '../../gateway/compliance/pack.ts';
import { readCapableConfig } from '../../gateway/config.ts';
import { openEvidenceKey } from '../../gateway/evidence/keys.ts';
import { retentionOf } from '../../gateway/retention-facts.ts';
import {
  exhibitIdOf,
  exhibitOf,
  jobEnd,
  type Line,
  register,
  sceneFile,
  startLine,
  tokensFor,
} from '../support/line.ts';

let line: Line;
let folder: string;
beforeAll(async () => {
  line = await startLine();
  folder = await mkdtemp(path.join(tmpdir(), 'differe-pack-'));
}, 60_000);
afterAll(async () => {
  await line[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function run(...args: readonly string[]) {
  const said = { out: '' };
  const { environment } = line.installation;
  const exit = await complianceCommand({
    environment,
    capability: () => plannedCapability(readCapableConfig(environment)),
    openapi: describedInterface,
    openSigningKey: openEvidenceKey,
    retentionOf,
  })(args, {
    out: (text) => {
      said.out += text;
    },
    err: () => undefined,
  });
  return { exit, out: said.out };
}

describe('the pack for an inspection', () => {
  it('CTL-04: is built by one command from a working installation, holds no content, and any changed byte is seen offline', async () => {
    const file = await sceneFile(line.folder, 'crossing');
    const exhibit = await exhibitOf(file, 'PIECE-CANARY-77', line.captureStartMs, 14);
    const facts = 'Des faits canary-facts qui ne doivent pas sortir de la procédure, même dans un dossier de contrôle.';
    const { client, caseId } = await register(line, await tokensFor(line, [exhibit], { schedule: { facts } }));
    await client.upload(file, exhibit.piece);
    const exhibitId = await exhibitIdOf(client, caseId, exhibit.piece);
    const { id } = await client.json<{ id: string }>('POST', `/api/v1/cases/${caseId}/jobs`, { exhibitId });
    await jobEnd(client, caseId, id);

    const out = path.join(folder, 'pack');
    const made = await run('pack', '--out', out);
    expect(made.exit).toBe(0);
    const files = await filesOf(out);
    for (const name of [
      'dossier.json',
      'statistics.json',
      'statistics.html',
      'retention.json',
      'matrix.json',
      'absence.json',
      'sbom.json',
      'authorities.jwks.json',
      'log/checkpoint',
    ]) {
      expect(files).toContain(name);
    }
    for (const name of files) {
      const bytes = await readFile(path.join(out, name));
      for (const canary of ['PIECE-CANARY-77', 'canary-facts', 'crossing.mp4'])
        expect(bytes.includes(canary), `${name} ${canary}`).toBe(false);
    }
    expect(JSON.parse(await readFile(path.join(out, 'statistics.json'), 'utf8'))).toMatchObject({
      totals: { requisitions: 1, uses: 1, jobs: 1, jobsWithoutResult: 0 },
      tables: { service: [{ name: 'DEMO-75', counts: { uses: 1 } }], natinfFamily: [{ name: '71' }] },
      noOtherModelRan: true,
    });
    expect(await run('pack', 'verify', out)).toMatchObject({ exit: 0 });
    expect(JSON.parse(await readFile(path.join(out, 'retention.json'), 'utf8'))).toMatchObject({
      cases: [{ id: caseId, state: 'open', isOverdue: false }],
      overdue: { purges: 0, orders: 0, quarantines: 0 },
      journal: { years: 3, isOverdue: false, witnesses: 0 },
    });
    // Beside the gateway that runs.
    const told = await run('retention');
    expect(told.exit).toBe(0);
    expect(told.out).toContain(caseId);
    expect(told.out).not.toMatch(/PV-2026|PIECE-CANARY/);
    const { warnings } = (await (await fetch(`${line.gateway.metricsUrl}/readyz`)).json()) as { warnings: string[] };
    expect(warnings.join()).toContain('journal: no witness cosigns it');
    expect(await (await fetch(`${line.gateway.metricsUrl}/metrics`)).text()).toContain(
      'differe_overdue{what="purge"} 0',
    );

    for (const name of [
      ...files.filter((_, index) => index % 5 === 0),
      'manifest.json',
      'manifest.jws',
      'signing-key.jwk.json',
    ]) {
      const target = path.join(out, name);
      const bytes = await readFile(target);
      const changed = Buffer.from(bytes);
      changed[Math.floor(bytes.length / 2)] = (changed[Math.floor(bytes.length / 2)] ?? 0) ^ 1;
      await writeFile(target, changed);
      expect((await run('pack', 'verify', out)).exit, name).toBe(1);
      await writeFile(target, bytes);
    }
    // And with a database of its own for the moment, when the gateway is down.
    await line.gateway.stop();
    const alone = await run('retention');
    expect([alone.exit, alone.out.includes(caseId)]).toEqual([0, true]);
    await writeFile(path.join(out, 'more.txt'), 'x');
    expect((await run('pack', 'verify', out)).exit).toBe(1);
    await rm(path.join(out, 'more.txt'));
    expect((await run('pack', 'verify', out)).exit).toBe(0);
    expect((await readdir(out)).length).toBeGreaterThan(8);
  }, 120_000);
});
