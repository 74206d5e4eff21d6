import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aheadFileOf } from '../../gateway/audit/ahead.ts';
import { verifyLog } from '../../gateway/audit/verify.ts';
import { createClient } from '../../gateway/client.ts';
import { backupCommand, restoreCommand } from '../../gateway/compliance/backup-commands.ts';
import { complianceCommand } from '../../gateway/compliance/commands.ts';
import { presentAct } from '../../gateway/demo/habilitation.ts';
import { type GatewayProcess, startGatewayProcess } from '../../gateway/demo/installation.ts';
import { DEMO, demoRevocationList } from '../../gateway/demo/requisition.ts';
import { REVOCATION_LIST_TYP } from '../../gateway/requisition/revocation-list.ts';
import { signClaims } from '../../gateway/trust/sign.ts';
import { RESTORING_FILE } from '../../gateway/vault.ts';
import {
  exhibitIdOf,
  exhibitOf,
  type JobBody,
  jobEnd,
  type Line,
  register,
  sceneFile,
  startLine,
  tokensFor,
} from '../support/line.ts';

// The drill: a back-up beside a gateway that works, an erasure after it, and everything restored elsewhere with the newest journal.

const QUESTION = { version: 1, classes: ['person'] };
const ERASED_PROCEDURE = 'PV-2026-000777';
const REVOKED_PROCEDURE = 'PV-2026-000778';

describe('an installation that is lost', () => {
  let line: Line;
  let restored: GatewayProcess | undefined;
  beforeAll(async () => {
    line = await startLine();
  });
  afterAll(async () => {
    await restored?.kill();
    await line[Symbol.asyncDispose]();
  });

  it('SEC-09, RET-09, REQ-13: comes back from journal, keys and data with the same answers, and without what was erased meanwhile', async () => {
    const file = await sceneFile(line.folder, 'crossing');
    const exhibit = await exhibitOf(file, 'SCELLE-1', line.captureStartMs, 30);
    const tokens = await tokensFor(line, [exhibit]);
    const { client, caseId } = await register(line, tokens);
    await client.upload(file, 'SCELLE-1');
    const exhibitId = await exhibitIdOf(client, caseId, 'SCELLE-1');
    const { id } = await client.json<JobBody>('POST', `/api/v1/cases/${caseId}/jobs`, { exhibitId });
    const { digest } = await jobEnd(client, caseId, id);
    const answered = await client.json<{ hits: { id: string }[] }>(
      'POST',
      `/api/v1/cases/${caseId}/questions`,
      QUESTION,
    );
    expect(answered.hits.length).toBeGreaterThan(0);
    const result = await client.text(`/api/v1/cases/${caseId}/jobs/${id}/result`);

    // Another case, which is erased when the back-up is made already.
    const doomed = await tokensFor(line, [exhibit], {
      authorisation: { sub: ERASED_PROCEDURE },
      schedule: { sub: ERASED_PROCEDURE },
    });
    const other = await register(line, doomed);
    await other.client.upload(file, 'SCELLE-1');

    // And a requisition that is revoked then.
    const withdrawn = await tokensFor(line, [exhibit], {
      authorisation: { sub: REVOKED_PROCEDURE },
      schedule: { sub: REVOKED_PROCEDURE },
    });
    const revoked = await register(line, withdrawn);
    await revoked.client.json('GET', `/api/v1/cases/${revoked.caseId}`);

    const environment = line.installation.environment;
    const [data, keys] = [path.join(line.folder, 'backup-data'), path.join(line.folder, 'backup-keys')];
    const heard: string[] = [];
    const io = { out: (text: string) => void heard.push(text), err: (text: string) => void heard.push(text) };
    expect(await backupCommand(environment)(['--data', data, '--keys', data], io)).toBe(2);
    expect(await backupCommand(environment)(['--data', data, '--keys', keys], io), heard.join('\n')).toBe(0);
    const taken = JSON.parse(heard.at(-1) ?? '') as { data: string; keys: string; records: number };
    expect(await readdir(taken.keys)).toContain(`${other.caseId}.key`);

    const order = {
      ...{ ver: 1, env: 'test', iss: 'parquet-demo', aud: DEMO.installation, jti: randomUUID() },
      ...{ iat: Math.floor(Date.now() / 1000), sub: ERASED_PROCEDURE, kind: 'erase', basis: 'end_of_authorisation' },
      ordered_at: new Date().toISOString(),
      act_ref: 'ORDRE-1',
      act_sha256: 'ab'.repeat(32),
    };
    const { agentKey, magistrateKey } = line.installation;
    await presentAct(line.gateway.url, agentKey, await signClaims(order, 'differe-order+jwt', magistrateKey));
    const list = demoRevocationList(Date.now(), 2, [
      { jti: withdrawn.requisitionId, at: Math.floor(Date.now() / 1000), reason_code: 'withdrawn' },
    ]);
    await presentAct(line.gateway.url, agentKey, await signClaims(list, REVOCATION_LIST_TYP, magistrateKey));
    while (existsSync(path.join(environment.DIFFERE_KEYS ?? '', `${other.caseId}.key`)))
      await new Promise((resolve) => setTimeout(resolve, 20));
    await line.gateway.kill();
    const saved = path.join(line.folder, 'saved-journal');
    const log = path.join(line.installation.dataDir, 'log');
    await cp(log, saved, { recursive: true });
    // The newest records stand there alone: the gateway was killed.
    await cp(aheadFileOf(log), aheadFileOf(saved));

    const place = path.join(line.folder, 'restored');
    const elsewhere = {
      ...environment,
      DIFFERE_DATA: path.join(place, 'data'),
      DIFFERE_KEYS: path.join(place, 'keys'),
    };
    const restore = (from: { data: string; keys: string }, journal: string) =>
      restoreCommand(elsewhere)(['--data', from.data, '--keys', from.keys, '--journal', journal], io);

    // What is not whole, or not what it was, restores nothing.
    const altered = path.join(line.folder, 'altered');
    await cp(taken.data, altered, { recursive: true });
    const [victim = ''] = await readdir(path.join(altered, 'vault', caseId));
    const bytes = await readFile(path.join(altered, 'vault', caseId, victim));
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    await writeFile(path.join(altered, 'vault', caseId, victim), bytes);
    expect(await restore({ ...taken, data: altered }, saved)).toBe(1);
    expect(heard.at(-1)).toContain('was altered');
    expect(existsSync(place)).toBe(false);

    expect(await restore(taken, saved), heard.join('\n')).toBe(0);
    const report = JSON.parse(heard.at(-1) ?? '') as { records: number; erased: string[] };
    expect(report.erased).toEqual([other.caseId]);
    expect(report.records).toBeGreaterThan(taken.records);
    expect(await readdir(elsewhere.DIFFERE_KEYS)).not.toContain(`${other.caseId}.key`);
    expect(await readdir(path.join(elsewhere.DIFFERE_DATA, 'vault'))).not.toContain(other.caseId);
    // Nothing is restored over what is there.
    expect(await restore(taken, saved)).toBe(1);

    restored = await startGatewayProcess(line.installation, { environment: elsewhere });
    const again = createClient({ url: restored.url, agentKey, requisitionId: tokens.requisitionId });
    expect(await again.text(`/api/v1/cases/${caseId}/jobs/${id}/result`)).toBe(result);
    expect(await again.json('GET', `/api/v1/cases/${caseId}/jobs/${id}`)).toMatchObject({ state: 'done', digest });
    const answer = await again.json<{ hits: { id: string }[] }>('POST', `/api/v1/cases/${caseId}/questions`, QUESTION);
    // The same places; a question gives its hits ids of their own.
    const places = (hits: readonly object[]) => hits.map((hit) => ({ ...hit, id: '' }));
    expect(places(answer.hits)).toEqual(places(answered.hits));
    const { cases } = await again.json<{ cases: { id: string }[] }>('GET', '/api/v1/cases');
    expect(cases.map((one) => one.id).toSorted()).toEqual([caseId, revoked.caseId].toSorted());
    // The list that revoked it is newer than the back-up; the journal has what it did.
    const late = createClient({ url: restored.url, agentKey, requisitionId: withdrawn.requisitionId });
    await expect(late.json('GET', `/api/v1/cases/${revoked.caseId}`)).rejects.toMatchObject({
      code: 'E_REQ_REVOKED',
    });
    await restored.stop();
    // A restore that did not come to its end: nothing is processed on what it left.
    const mark = path.join(elsewhere.DIFFERE_DATA, RESTORING_FILE);
    await writeFile(mark, '');
    restored = await startGatewayProcess(line.installation, { environment: elsewhere });
    const ready = await fetch(new URL('/readyz', restored.metricsUrl));
    expect(ready.status).toBe(503);
    expect(await ready.text()).toContain('a restore was not finished');
    await restored.stop();
    await rm(mark);
    const verdict = await verifyLog(path.join(elsewhere.DIFFERE_DATA, 'log'));
    expect(verdict).toMatchObject({ ok: true });

    // The back-ups themselves, as RET-09 asks: by the newest journal, the keys of the erased case have to go from them.
    const check = (folder: string) =>
      complianceCommand({} as Parameters<typeof complianceCommand>[0])(['backups', folder, '--log', saved], io);
    expect(await check(data)).toBe(0);
    expect(await check(keys)).toBe(1);
    expect(heard.join('\n')).toContain(`key-of-an-erased-case: ${path.basename(taken.keys)}/${other.caseId}.key`);
    // Eight days later a key of a back-up is a fault by its age alone.
    await utimes(path.join(taken.keys, `${caseId}.key`), 0, (Date.now() - 8 * 86_400_000) / 1000);
    await check(keys);
    expect(heard.join('\n')).toContain(`key-too-old: ${path.basename(taken.keys)}/${caseId}.key`);
  }, 240_000);
});
