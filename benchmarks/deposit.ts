import { type Client, createClient, watchJob } from '../gateway/client.ts';
import type { createDemoInstallation } from '../gateway/demo/installation.ts';
import { signFor } from './requisition.ts';

/** What a bench sees of a job when it has ended. */
export interface EndedJob {
  readonly state: string;
  readonly failureCode?: string;
}

interface Opened {
  readonly client: Client;
  /** As `client`, and comes back for so long when it is told to, as a client of tus does. */
  readonly patient: (patienceMs: number) => Client;
  readonly caseId: string;
  /** As the schedule describes them, in the order of the files. */
  readonly exhibits: Awaited<ReturnType<typeof signFor>>['exhibits'];
}

/** A case whose schedule names these files CLIP-0, CLIP-1 and so on, and the investigator who works on it. */
export async function openCase(
  url: string,
  installation: Awaited<ReturnType<typeof createDemoInstallation>>,
  files: readonly string[],
): Promise<Opened> {
  const { exhibits, claims, tokens } = await signFor(files, installation, Date.now());
  const options = { url, agentKey: installation.agentKey };
  const { caseId } = await createClient(options).json<{ caseId: string }>('POST', '/api/v1/requisitions', tokens);
  const asAgent = { ...options, requisitionId: claims.jti };
  const patient = (patienceMs: number): Client => createClient({ ...asAgent, patienceMs });
  return { client: createClient(asAgent), patient, caseId, exhibits };
}

/** Uploads a file as a piece of the schedule; the exhibit's id. */
export async function deposit(client: Client, file: string, piece: string): Promise<string> {
  const url = await client.upload(file, piece);
  return url.slice(url.lastIndexOf('/') + 1);
}

/** Orders the analysis of an exhibit and waits for its end. */
export async function analyse(client: Client, caseId: string, exhibitId: string): Promise<EndedJob> {
  const job = await client.json<{ id: string }>('POST', `/api/v1/cases/${caseId}/jobs`, { exhibitId });
  let last: EndedJob = { state: 'queued' };
  for await (const now of watchJob<EndedJob>(client, caseId, job.id)) last = now;
  return last;
}
