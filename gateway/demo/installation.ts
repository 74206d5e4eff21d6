import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import { nowSeconds, systemClock } from '../clock.ts';
import { REVOCATION_LIST_TYP } from '../requisition/revocation-list.ts';
import { signFirstRegistry } from '../trust/registry-sign.ts';
import { signClaims } from '../trust/sign.ts';
import { usualTypesOf } from '../trust/signers.ts';
import { keepDemoAdmissions } from './admissions.ts';
import { keepDemoDossier } from './dossier.ts';
import { demoHabilitation, habilitate, presentAct } from './habilitation.ts';
import { DEMO, demoRevocationList } from './requisition.ts';

/** Everything a throw-away installation needs: keys of a test authority, of its agent, of the installation, folders, a signed dossier. */
export interface DemoInstallation {
  readonly folder: string;
  readonly dataDir: string;
  /** Public keys of the test authority. */
  readonly authoritiesFile: string;
  readonly dossierFile: string;
  /** Of the service responsible and of its data protection officer: they sign the dossier. */
  readonly controllerKey: JWK;
  readonly dpoKey: JWK;
  /** Of the person who answers for the technique of the models. */
  readonly technicalKey: JWK;
  readonly admissionsDir: string;
  readonly magistrateKey: JWK;
  readonly officerKey: JWK;
  readonly agentKey: JWK;
  readonly agentThumbprint: string;
  /** The chief of service who habilitates the demo's agent. */
  readonly chiefKey: JWK;
  /** The signed habilitation, presented at the first start. */
  readonly habilitation: string;
  /** The magistrate's first revocation list, which revokes nothing; presented with it. */
  readonly revocationList: string;
  readonly environment: Readonly<Record<string, string>>;
}

// Stripping types is announced as experimental at every start; operators need not read it.
const NODE_OPTIONS = ['--disable-warning=ExperimentalWarning'];

async function newKey(kid: string): Promise<{ readonly privateJwk: JWK; readonly publicJwk: JWK }> {
  const pair = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  return {
    privateJwk: { ...(await exportJWK(pair.privateKey)), kid, alg: 'EdDSA' },
    publicJwk: { ...(await exportJWK(pair.publicKey)), kid, alg: 'EdDSA' },
  };
}

const demoOffice = (name: string, role: string) => ({
  iss: `${name}-demo`,
  role,
  signs: usualTypesOf(role),
  env: 'test',
});

/** Makes the installation in an empty folder. `models` are folders with weights and cards. */
export async function createDemoInstallation(folder: string, models: readonly string[]): Promise<DemoInstallation> {
  await mkdir(path.join(folder, 'data'), { recursive: true, mode: 0o700 });
  const magistrate = await newKey('parquet-demo-1');
  const officer = await newKey('opj-demo-1');
  const controller = await newKey('responsable-demo-1');
  const dpo = await newKey('dpo-demo-1');
  const chief = await newKey('chef-demo-1');
  const technical = await newKey('technique-demo-1');
  const agent = await newKey('agent-demo-1');
  const registry = {
    keys: [
      { ...magistrate.publicJwk, ...demoOffice('parquet', 'procureur') },
      { ...officer.publicJwk, ...demoOffice('opj', 'opj') },
      { ...controller.publicJwk, ...demoOffice('responsable', 'responsable') },
      { ...chief.publicJwk, ...demoOffice('chef', 'chef_de_service') },
      { ...dpo.publicJwk, ...demoOffice('dpo', 'dpo') },
      { ...technical.publicJwk, ...demoOffice('technique', 'technique') },
    ],
  };
  const keyFile = path.join(folder, 'installation.key');
  const dossierFile = path.join(folder, 'dossier.json');
  const admissionsDir = path.join(folder, 'admissions');
  const authorities = path.join(folder, 'authorities.jwks.json');
  await writeFile(keyFile, randomBytes(32).toString('hex'), { mode: 0o600 });
  await writeFile(authorities, await foundedByDemo(registry, [controller.privateJwk, dpo.privateJwk]));
  const agentThumbprint = await calculateJwkThumbprint(agent.publicJwk);
  const installation = {
    folder,
    dataDir: path.join(folder, 'data'),
    authoritiesFile: authorities,
    dossierFile,
    controllerKey: controller.privateJwk,
    dpoKey: dpo.privateJwk,
    technicalKey: technical.privateJwk,
    admissionsDir,
    magistrateKey: magistrate.privateJwk,
    officerKey: officer.privateJwk,
    agentKey: agent.privateJwk,
    agentThumbprint,
    chiefKey: chief.privateJwk,
    revocationList: await signClaims(demoRevocationList(Date.now(), 1), REVOCATION_LIST_TYP, magistrate.privateJwk),
    habilitation: await habilitate(demoHabilitation(Date.now(), agentThumbprint), chief.privateJwk),
    environment: {
      DIFFERE_ENV: 'test',
      DIFFERE_INSTALLATION: DEMO.installation,
      DIFFERE_CONTROLLER: `${DEMO.controller.type}:${DEMO.controller.unit_code}`,
      DIFFERE_DATA: path.join(folder, 'data'),
      DIFFERE_KEYS: path.join(folder, 'keys'),
      DIFFERE_KEY_FILE: keyFile,
      DIFFERE_AUTHORITIES: authorities,
      DIFFERE_DOSSIER: dossierFile,
      DIFFERE_ADMISSIONS: admissionsDir,
      DIFFERE_MODELS: models.join(':'),
      DIFFERE_PORT: '0',
      DIFFERE_METRICS_PORT: '0',
    },
  };
  await keepDemoDossier(installation, installation.environment);
  await keepDemoAdmissions(installation, installation.environment);
  return installation;
}

/** The text of a first registry, signed by its controller and its DPO a month ago, as the demo's dossier is. */
async function foundedByDemo(registry: { readonly keys: readonly object[] }, signers: readonly JWK[]): Promise<string> {
  let text = JSON.stringify(registry);
  for (const key of signers) {
    const office = { env: 'test', audience: DEMO.installation, nowSeconds: nowSeconds(systemClock) - MONTH_S } as const;
    text = await signFirstRegistry(text, key, office);
  }
  return text;
}

const MONTH_S = 29 * 86_400;

/** A gateway in a process of its own, as an operator would start it. */
export interface GatewayProcess {
  readonly url: string;
  readonly metricsUrl: string;
  readonly process: ChildProcess;
  /** Ends it as an operator would; resolves when the process is gone. */
  stop(): Promise<void>;
  /** SIGKILL, as a power cut would; resolves when the process is gone. */
  kill(): Promise<void>;
}

/** Folders of the installations that have them. */
const prepared = new Set<string>();

/** Presents what must be on record before a requisition: the habilitation of the demo's agent and the magistrate's revocation list; once. */
export async function presentFirstActs(
  installation: Pick<DemoInstallation, 'folder' | 'agentKey' | 'habilitation' | 'revocationList'>,
  url: string,
): Promise<void> {
  if (prepared.has(installation.folder)) return;
  for (const act of [installation.habilitation, installation.revocationList]) {
    await presentAct(url, installation.agentKey, act);
  }
  prepared.add(installation.folder);
}

/**
 * Starts `differe serve` on free loopback ports and waits for the line that says it listens. Where `environment` changes what it will be
 * able to do, its dossier is signed again before, as an operator would have it signed before an update.
 */
export async function startGatewayProcess(
  installation: DemoInstallation,
  options: { readonly environment?: Readonly<Record<string, string>>; readonly onStderr?: (line: string) => void } = {},
): Promise<GatewayProcess> {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith('DIFFERE_')));
  const environment = { ...inherited, ...installation.environment, ...options.environment };
  if (environment.DIFFERE_DOSSIER === installation.dossierFile) await keepDemoDossier(installation, environment);
  if (environment.DIFFERE_ADMISSIONS === installation.admissionsDir)
    await keepDemoAdmissions(installation, environment);
  const child = spawn(process.execPath, [...NODE_OPTIONS, path.join(import.meta.dirname, '..', 'cli.ts'), 'serve'], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const tail: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    tail.push(line);
    if (tail.length > 40) tail.shift();
    options.onStderr?.(line);
  });
  const ready = await new Promise<{ url: string; metrics: string }>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', (line) =>
      resolve(JSON.parse(line) as { url: string; metrics: string }),
    );
    void gone.then(() => reject(new Error(`the gateway did not start:\n${tail.join('\n')}`)));
  });
  await presentFirstActs(installation, ready.url);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await gone;
  };
  return {
    url: ready.url,
    metricsUrl: ready.metrics,
    process: child,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}
