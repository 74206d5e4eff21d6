import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { namedScenes } from '../../benchmarks/scenes/named.ts';
import { writeScene } from '../../benchmarks/scenes/write.ts';
import { tryCanaries } from '../admission/canaries.ts';
import { createClient, GatewayError, watchJob } from '../client.ts';
import { hashExhibit } from '../footage/commands.ts';
import { authorise, schedule } from '../requisition/issue.ts';
import { REVOCATION_LIST_TYP } from '../requisition/revocation-list.ts';
import { verifyCertificate } from '../retention/certificate.ts';
import { signClaims } from '../trust/sign.ts';
import { presentAct } from './habilitation.ts';
import type { DemoInstallation } from './installation.ts';
import { DEMO, demoAuthorisation, demoRevocationList, demoSchedule } from './requisition.ts';

// What a magistrate or an inspector would ask to see: a forbidden network refused, a revocation that stops a running analysis, and an erasure
// with its certificate. On a procedure of its own, so that the first one stays.

const PROCEDURE = 'PV-2026-000043';
const PIECE = 'SCELLE-CONTROLE';

export interface ControlReport {
  /** Synthetic forbidden networks, and how many of them the gate refused. */
  readonly forbiddenModels: { readonly tried: number; readonly refused: number };
  /** What became of the analysis whose requisition was revoked while it ran. */
  readonly revocation: { readonly state: string; readonly code: string | undefined; readonly reading: string };
  readonly erasure: { readonly certificate: string; readonly verified: boolean };
}

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'OK',
    (error: unknown) => {
      if (error instanceof GatewayError) return error.code;
      throw error;
    },
  );

/** Runs the three; the certificate is kept in `out`. */
export async function showControl(
  installation: DemoInstallation,
  url: string,
  out: string,
  say: (text: string) => void,
): Promise<ControlReport> {
  say('What a control would ask to see:');
  const forbiddenModels = refuseModels(say);
  const { caseId, client, revocation } = await revokeWhileRunning(installation, url, say);
  const reading = await codeOf(client.text(`/api/v1/cases/${caseId}/exhibits`));
  say(`  reading anything of it: ${reading}`);
  const erasure = await erase(installation, url, out, say);
  return { forbiddenModels, revocation: { ...revocation, reading }, erasure };
}

function refuseModels(say: (text: string) => void): ControlReport['forbiddenModels'] {
  const answers = tryCanaries();
  for (const { name, verdict } of answers) say(`  ${name}: ${verdict.code ?? 'ADMITTED'}`);
  return { tried: answers.length, refused: answers.filter(({ held }) => held).length };
}

async function revokeWhileRunning(installation: DemoInstallation, url: string, say: (text: string) => void) {
  const { agentKey, agentThumbprint, magistrateKey, officerKey, folder } = installation;
  const file = path.join(folder, 'control.mp4');
  await writeScene(namedScenes.street, file);
  const { sha256, sizeBytes, durationSeconds = 1 } = await hashExhibit(file);
  const now = Date.now();
  const authorisation = demoAuthorisation(now, { sub: PROCEDURE });
  const captureStartMs = now - 86_400_000;
  const exhibit = { piece: PIECE, sha256, sizeBytes, captureStartMs, durationSeconds };
  const listed = demoSchedule(now, authorisation, agentThumbprint, [exhibit]);
  const { caseId } = await createClient({ url, agentKey }).json<{ caseId: string }>('POST', '/api/v1/requisitions', {
    authorisation: await authorise(authorisation, magistrateKey),
    schedule: await schedule(listed, officerKey),
  });
  const client = createClient({ url, agentKey, requisitionId: listed.jti });
  await client.upload(file, PIECE);
  const { exhibits } = await client.json<{ exhibits: { id: string }[] }>('GET', `/api/v1/cases/${caseId}/exhibits`);
  const { id } = await client.json<{ id: string }>('POST', `/api/v1/cases/${caseId}/jobs`, {
    exhibitId: exhibits[0]?.id,
  });
  // A second requisition of the same procedure that stands: under it one can see how the first one's analysis ended.
  const standing = await secondRequisition(installation, url, exhibit, now);
  const at = Math.floor(Date.now() / 1000);
  const list = demoRevocationList(Date.now(), 2, [{ jti: authorisation.jti, at, reason_code: 'withdrawn' }]);
  await presentAct(url, agentKey, await signClaims(list, REVOCATION_LIST_TYP, magistrateKey));
  let job: { state: string; failureCode?: string } = { state: 'queued' };
  for await (const seen of watchJob<{ id: string; state: string; failureCode?: string }>(standing, caseId, id))
    job = seen;
  say(`  requisition revoked while its analysis ran: ${job.state} (${job.failureCode ?? '-'})`);
  return { caseId, client, revocation: { state: job.state, code: job.failureCode } };
}

async function secondRequisition(
  { agentKey, agentThumbprint, magistrateKey, officerKey }: DemoInstallation,
  url: string,
  exhibit: Parameters<typeof demoSchedule>[3][number],
  nowMs: number,
) {
  const authorisation = demoAuthorisation(nowMs, { sub: PROCEDURE });
  const listed = demoSchedule(nowMs, authorisation, agentThumbprint, [exhibit]);
  await createClient({ url, agentKey }).json('POST', '/api/v1/requisitions', {
    authorisation: await authorise(authorisation, magistrateKey),
    schedule: await schedule(listed, officerKey),
  });
  return createClient({ url, agentKey, requisitionId: listed.jti });
}

async function erase(
  { agentKey, magistrateKey }: DemoInstallation,
  url: string,
  out: string,
  say: (text: string) => void,
): Promise<ControlReport['erasure']> {
  const order = {
    ver: 1,
    env: 'test',
    iss: 'parquet-demo',
    aud: DEMO.installation,
    jti: randomUUID(),
    iat: Math.floor(Date.now() / 1000),
    sub: PROCEDURE,
    kind: 'erase',
    basis: 'end_of_authorisation',
    ordered_at: new Date().toISOString(),
    act_ref: 'ORD-DEMO-1',
    act_sha256: 'd'.repeat(64),
  };
  await presentAct(url, agentKey, await signClaims(order, 'differe-order+jwt', magistrateKey));
  const { certificate = '' } = await createClient({ url, agentKey }).json<{ certificate?: string }>(
    'GET',
    `/api/v1/erasures/${order.jti}`,
  );
  const file = path.join(out, 'erasure-certificate.json');
  await writeFile(file, certificate);
  const body = await verifyCertificate(certificate);
  const rows = Object.values(body.erased.rows).reduce((sum, count) => sum + count, 0);
  say(`  erased by order: key, ${body.erased.objects} sealed objects, ${rows} rows; certificate ${file}: verified`);
  return { certificate: file, verified: body.act === order.jti };
}
