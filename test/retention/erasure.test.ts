import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { caseCommand } from '../../gateway/case-commands.ts';
import { type Client, GatewayError } from '../../gateway/client.ts';
import { verifyCertificate } from '../../gateway/retention/certificate.ts';
import {
  clientOf,
  exhibitIdOf,
  exhibitOf,
  jobEnd,
  journalText,
  type Line,
  register,
  sceneFile,
  startLine,
  tokensFor,
} from '../support/line.ts';
import { closure, eraseOrder, present, signed } from './acts.ts';

// A case of the running gateway, from its first recording to its certificate.

interface Erasure {
  readonly caseId: string;
  readonly finishedAt?: string;
  readonly certificate?: string;
}

let line: Line;
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'OK',
    (error: unknown) => (error instanceof GatewayError ? error.code : String(error)),
  );

async function analysedCase(
  sub: string,
  piece: string,
): Promise<{ client: Client; caseId: string; jobId: string; tokens: Awaited<ReturnType<typeof tokensFor>> }> {
  const file = await sceneFile(line.folder, 'crossing');
  const exhibit = await exhibitOf(file, piece, line.captureStartMs, 14);
  const tokens = await tokensFor(line, [exhibit], { authorisation: { sub }, schedule: { sub } });
  const { client, caseId } = await register(line, tokens);
  await client.upload(file, piece);
  const exhibitId = await exhibitIdOf(client, caseId, piece);
  const { id } = await client.json<{ id: string }>('POST', `/api/v1/cases/${caseId}/jobs`, { exhibitId });
  expect((await jobEnd(client, caseId, id)).state).toBe('done');
  return { client, caseId, jobId: id, tokens };
}

const objectsOf = (caseId: string) =>
  readdir(path.join(line.installation.dataDir, 'vault', caseId)).catch(() => [] as string[]);
const keyOf = (caseId: string) => readFile(path.join(line.folder, 'keys', `${caseId}.key`)).catch(() => undefined);

beforeAll(async () => {
  line = await startLine();
}, 60_000);
afterAll(async () => {
  await line[Symbol.asyncDispose]();
});

describe('the end of a case', () => {
  it('RET-01, RET-07, CTL-01: an order erases key, objects and rows, and gives a certificate that anybody can check', async () => {
    const { client, caseId, tokens } = await analysedCase('PV-2026-000101', 'SCELLE-101');
    await client.json('POST', `/api/v1/cases/${caseId}/questions`, {
      version: 1,
      classes: ['car'],
    });
    expect((await objectsOf(caseId)).length).toBeGreaterThan(3);
    const key = await keyOf(caseId);
    expect(key).toBeDefined();

    const act = await eraseOrder(line, 'PV-2026-000101');
    const actId = await present(line, act);
    expect(await objectsOf(caseId)).toEqual([]);
    expect(await keyOf(caseId)).toBeUndefined();

    const erasure = await clientOf(line).json<Erasure>('GET', `/api/v1/erasures/${actId}`);
    expect(erasure.finishedAt).toBeDefined();
    const body = await verifyCertificate(erasure.certificate ?? '');
    expect(body).toMatchObject({ case: caseId, act: actId, ground: 'order' });
    expect(body.erased.objects).toBeGreaterThan(3);
    expect(body.erased.rows).toMatchObject({
      cases: 1,
      exhibits: 1,
      jobs: 1,
      requisitions: 1,
      questions: 1,
      case_acts: 1,
    });
    expect(body.erased.exhibits).toHaveLength(1);

    // As for a case that never was.
    expect(await codeOf(client.json('GET', `/api/v1/cases/${caseId}/exhibits`))).toBe('E_REQ_MISSING');
    expect(
      await codeOf(
        clientOf(line).json('POST', '/api/v1/requisitions', {
          authorisation: tokens.authorisation,
          schedule: tokens.schedule,
        }),
      ),
    ).toBe('E_RET_CLOSED');
    const journal = await journalText(line);
    expect(journal).toContain('"action":"case.erase"');
    expect(journal).toContain('"action":"case.erased"');
  }, 120_000);

  it('RET-07: any change of a certificate is seen, and it is of no other log or key', async () => {
    const { caseId } = await analysedCase('PV-2026-000102', 'SCELLE-102');
    const actId = await present(line, await eraseOrder(line, 'PV-2026-000102'));
    const { certificate = '' } = await clientOf(line).json<Erasure>('GET', `/api/v1/erasures/${actId}`);
    expect((await verifyCertificate(certificate)).case).toBe(caseId);
    for (let at = 0; at < certificate.length; at += 97) {
      const changed = certificate.slice(0, at) + (certificate[at] === 'A' ? 'B' : 'A') + certificate.slice(at + 1);
      await expect(verifyCertificate(changed), `byte ${at}`).rejects.toMatchObject({ code: 'E_CERTIFICATE' });
    }
    await expect(verifyCertificate(certificate, { logVkey: 'other+00000000+AAAA' })).rejects.toMatchObject({
      code: 'E_CERTIFICATE',
    });
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43) };
    await expect(verifyCertificate(certificate, { jwk })).rejects.toMatchObject({ code: 'E_CERTIFICATE' });
  }, 120_000);

  it('RET-01, CTL-03: a closed case is read and no longer worked on, until it is erased', async () => {
    const { client, caseId, jobId } = await analysedCase('PV-2026-000103', 'SCELLE-103');
    await present(line, await closure(line, {}, 'PV-2026-000103'));
    const retention = await client.json<{ state: string; eraseDue: string }>(
      'GET',
      `/api/v1/cases/${caseId}/retention`,
    );
    expect(retention.state).toBe('closed');
    const hours = (Date.parse(retention.eraseDue) - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(23.9);
    expect(hours).toBeLessThanOrEqual(24);
    expect(await codeOf(client.json('GET', `/api/v1/cases/${caseId}/jobs/${jobId}`))).toBe('OK');
    expect(
      await codeOf(client.json('POST', `/api/v1/cases/${caseId}/questions`, { version: 1, classes: ['car'] })),
    ).toBe('E_RET_CLOSED');
    const actId = await present(line, await closure(line, { erase: 'at_once' }, 'PV-2026-000103'));
    const { certificate = '' } = await clientOf(line).json<Erasure>('GET', `/api/v1/erasures/${actId}`);
    expect((await verifyCertificate(certificate)).ground).toBe('closure');
  }, 120_000);

  it('CTL-01: an order to rectify stays open until somebody says that it is done', async () => {
    const { client, caseId } = await analysedCase('PV-2026-000104', 'SCELLE-104');
    const ordered_at = new Date().toISOString();
    const order = await signed(
      line,
      'differe-order+jwt',
      { kind: 'rectify', basis: 'private_request', ordered_at },
      'PV-2026-000104',
    );
    const orderId = await present(line, order);
    const before = await client.json<{ orders: { id: string; doneAt?: string }[] }>(
      'GET',
      `/api/v1/cases/${caseId}/retention`,
    );
    expect(before.orders).toMatchObject([{ id: orderId }]);
    expect(before.orders[0]?.doneAt).toBeUndefined();
    await client.json('POST', `/api/v1/cases/${caseId}/orders/${orderId}/done`);
    const after = await client.json<{ orders: { doneAt?: string }[] }>('GET', `/api/v1/cases/${caseId}/retention`);
    expect(after.orders[0]?.doneAt).toBeDefined();
  }, 120_000);

  it('RET-07: the command keeps the certificate in the file that it names, and says of a case that ended that it did', async () => {
    const sub = 'PV-2026-000106';
    await analysedCase(sub, 'SCELLE-106');
    const put = async (name: string, content: string): Promise<string> => {
      await writeFile(path.join(line.folder, name), content);
      return path.join(line.folder, name);
    };
    const [act, other, agent] = await Promise.all([
      closure(line, { erase: 'at_once' }, sub).then((jws) => put('closure.jws', jws)),
      closure(line, { erase: 'at_once' }, sub).then((jws) => put('other.jws', jws)),
      put('agent.json', JSON.stringify(line.installation.agentKey)),
    ]);
    const close = async (...words: readonly string[]) => {
      const said = { out: '', err: '' };
      const exit = await caseCommand(['close', '--url', line.gateway.url, '--agent', agent, ...words], {
        out: (text) => {
          said.out += text;
        },
        err: (text) => {
          said.err += `${text}\n`;
        },
      });
      return { exit, ...said };
    };
    const out = path.join(line.folder, 'certificate.json');
    const first = await close('--out', out, act);
    expect([first.exit, first.err, JSON.parse(first.out)]).toEqual([
      0,
      '',
      { act: expect.any(String), state: 'erased', file: out },
    ]);
    const certificate = await readFile(out, 'utf8');
    await expect(verifyCertificate(certificate)).resolves.toMatchObject({ ground: 'closure' });
    // Again: the same act gives its certificate, another one is told that the case is closed.
    const again = await close(act);
    expect([again.exit, JSON.parse(again.out)]).toMatchObject([
      0,
      { state: 'erased', certificate: JSON.parse(certificate) },
    ]);
    expect(again.err).toMatch(/^E_RET_CLOSED: La procédure est close.*\nThe case is closed/);
    expect(await close(other)).toMatchObject({ exit: 1, out: '', err: again.err });
    expect(await close('--out', out, act)).toMatchObject({ exit: 2, err: expect.stringContaining('not overwritten') });
  }, 120_000);

  it('RET-06: nothing of an erased case is left in the folder for plaintext', async () => {
    expect(await readdir(path.join(line.installation.dataDir, 'scratch'))).toEqual([]);
  });

  it('RET-07: only a magistrate ends a case, and only one that is here', async () => {
    const order = { kind: 'erase', basis: 'own_motion', ordered_at: new Date().toISOString() };
    expect(
      await codeOf(signed(line, 'differe-order+jwt', order, 'PV-2026-999999').then((act) => present(line, act))),
    ).toBe('E_PRO_SILO');
    const folder = await mkdtemp(path.join(tmpdir(), 'differe-cert-'));
    await writeFile(path.join(folder, 'cert.json'), '{}');
    await expect(verifyCertificate('{}')).rejects.toMatchObject({ code: 'E_CERTIFICATE' });
  });
});
