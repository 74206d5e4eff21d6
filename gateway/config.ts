import { readFileSync, realpathSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { AppError } from './errors.ts';
import { isLoopback } from './loopback.ts';
import { readVaultPlace, type VaultPlace } from './vault-place.ts';

/** Services that art. 230-20 CPP names; nobody else can be configured (FBD-02). */
export const CONTROLLER_TYPES = ['police_nationale', 'gendarmerie_nationale', 'prefecture_police'] as const;
export type ControllerType = (typeof CONTROLLER_TYPES)[number];

/** Where networks run (execution providers of ONNX Runtime). Never another than the one asked for: results would not be those that are said. */
export const PROVIDERS = ['cpu', 'cuda', 'webgpu'] as const;
export type Provider = (typeof PROVIDERS)[number];

/** The settings that decide what an installation can do and who can reach it: a part of its capability. */
export interface CapableConfig {
  /** Bans and narrower values of this installation; the product's own rules alone without one. */
  readonly policiesFile: string | undefined;
  readonly databaseUrl: string | undefined;
  readonly host: string;
  readonly port: number;
  readonly metricsPort: number;
  /** Scheme, host and port that clients use, when a proxy stands before the gateway. */
  readonly origin: string | undefined;
  readonly tls: { readonly certFile: string; readonly keyFile: string } | undefined;
  /** Witnesses of the log; none without. Beside the vault's bucket the only ones that the gateway itself calls. */
  readonly witnessesFile: string | undefined;
  /** Workers of other machines that may hold segments; none without. */
  readonly workersFile: string | undefined;
  /** Bucket of the sealed objects; the data folder without. */
  readonly vault: VaultPlace | undefined;
  readonly modelFolders: readonly string[];
  readonly detector: string | undefined;
}

/** The gateway's settings, read once from the environment at start. */
export interface Config extends CapableConfig {
  readonly env: 'prod' | 'test';
  /** `aud` of every token; also the origin line of the log. */
  readonly installation: string;
  readonly controller: { readonly type: ControllerType; readonly unitCode: string };
  readonly dataDir: string;
  readonly keysDir: string;
  readonly scratchDir: string;
  readonly installationKey: Buffer;
  readonly authoritiesFile: string;
  /** Folder of signed admissions of models. */
  readonly admissionsDir: string | undefined;
  /** Without one the gateway starts in safe mode. */
  readonly dossierFile: string | undefined;
  readonly framesPerSecond: number;
  readonly threads: number;
  /** Segments that this process works on at a time. */
  readonly segmentsHere: number;
  /** Segments of one case that are worked on at a time, on all machines. */
  readonly caseSegments: number;
  readonly provider: Provider;
  /** Requests a minute that are answered; 0 is without a limit. */
  readonly requestLimits: { readonly perAddress: number; readonly perAgent: number };
}

/** Every key the gateway knows, with what it means: the README's table is checked against this, an unknown key stops the start (FACE-02). */
export const CONFIG_KEYS = {
  DIFFERE_ENV: 'prod (default) or test; prod refuses test authorities',
  DIFFERE_INSTALLATION: 'name of this installation, the `aud` of every token',
  DIFFERE_CONTROLLER: 'TYPE:UNIT of the service responsible, e.g. police_nationale:DCPJ-75',
  DIFFERE_DATA: 'data folder: vault (but see DIFFERE_VAULT), embedded database, log',
  DIFFERE_VAULT: 's3://BUCKET/PREFIX for sealed objects; default the folder DIFFERE_DATA/vault',
  DIFFERE_VAULT_ENDPOINT: 'https://HOST:PORT of the bucket; plain http on loopback alone',
  DIFFERE_VAULT_REGION: 'region that requests are signed for, default us-east-1',
  DIFFERE_VAULT_CREDENTIALS: 'file of two lines, access key and secret of the bucket, mode 0600, outside DIFFERE_DATA',
  DIFFERE_VAULT_HTTP: '"allow" for a bucket by plain http off loopback, on a network of its own; default refused',
  DIFFERE_KEYS:
    'folder of wrapped case keys and signing keys, outside DIFFERE_DATA and its back-up; under test the default is DIFFERE_DATA/keys',
  DIFFERE_KEY_FILE: 'installation key, 64 hex characters, mode 0600, outside DIFFERE_DATA',
  DIFFERE_SCRATCH:
    'folder for plaintext of running jobs, emptied at their end; default DIFFERE_DATA/scratch, a tmpfs is better',
  DIFFERE_AUTHORITIES: 'JWKS file of the authorities whose tokens are accepted, as two offices approved it',
  DIFFERE_ADMISSIONS:
    'folder of signed admissions of models (*.jws): a network without two of them in force, for the dossier in force, is not loaded',
  DIFFERE_DOSSIER:
    'compliance dossier signed by controller and DPO; without it only health, metrics, control and erasure answer',
  DIFFERE_POLICIES:
    'bundle of additional bans and narrower values, signed by controller and DPO; one that allows more stops the start',
  DIFFERE_WITNESSES: 'file of witnesses that cosign the log, VKEY URL a line; default none',
  DIFFERE_WORKERS: 'file of workers that may hold segments, NAME KEY a line (`differe worker key`); default none',
  DIFFERE_WORKER_KEY: '`differe worker` only: private key of this machine, mode 0600',
  DIFFERE_SEGMENTS_HERE:
    'segments that the gateway itself works on at a time, default DIFFERE_THREADS; 0 leaves all to workers',
  DIFFERE_CASE_SEGMENTS: 'segments of one case that are worked on at a time, on all machines, default 64',
  DIFFERE_HOST: 'address to listen on, default 127.0.0.1; off loopback TLS is required',
  DIFFERE_PORT: 'port of the API and console, default 8420',
  DIFFERE_METRICS_PORT: 'port of /metrics, /healthz, /readyz on loopback or the host, default 8421',
  DIFFERE_ORIGIN: 'public scheme://host:port when a proxy stands before the gateway',
  DIFFERE_TLS_CERT: 'PEM certificate chain',
  DIFFERE_TLS_KEY: 'PEM private key',
  DIFFERE_MODELS: 'folders with weights, separated by ":", searched by digest',
  DIFFERE_DETECTOR: 'name of the detector card to add, or none; default the present one of highest priority',
  DIFFERE_FRAMES_PER_SECOND: 'frames a second shown to the detector, default 5',
  DIFFERE_THREADS: 'detector threads, default the number of cores',
  DIFFERE_PROVIDER: 'where the detector runs: cpu (default), cuda or webgpu',
  DIFFERE_AGENT_RATE: 'requests a minute that one key may make, default 9000; 0 for no limit',
  DIFFERE_ADDRESS_RATE:
    'requests a minute from one address, default 30000; 0 for no limit, as behind a proxy that limits itself',
  DIFFERE_CHROMIUM: 'tests only: path of Chromium',
} as const;

type Environment = Readonly<Record<string, string | undefined>>;

/** The part of the settings that needs no installation. Throws E_CONFIG for an unknown key and as `readConfig` does. */
export function readCapableConfig(env: Environment): CapableConfig {
  for (const key of Object.keys(env)) {
    if (key.startsWith('DIFFERE_') && !Object.hasOwn(CONFIG_KEYS, key))
      throw bad(`${key} is not a key of this gateway`);
  }
  return {
    policiesFile: env.DIFFERE_POLICIES === undefined ? undefined : path.resolve(env.DIFFERE_POLICIES),
    databaseUrl: env.DATABASE_URL,
    host: env.DIFFERE_HOST ?? '127.0.0.1',
    port: wholeNumber(env.DIFFERE_PORT ?? '8420', 'DIFFERE_PORT', 0, 65_535),
    metricsPort: wholeNumber(env.DIFFERE_METRICS_PORT ?? '8421', 'DIFFERE_METRICS_PORT', 0, 65_535),
    origin: env.DIFFERE_ORIGIN === undefined ? undefined : new URL(env.DIFFERE_ORIGIN).origin,
    tls: readTls(env),
    workersFile: env.DIFFERE_WORKERS === undefined ? undefined : path.resolve(env.DIFFERE_WORKERS),
    witnessesFile: env.DIFFERE_WITNESSES === undefined ? undefined : path.resolve(env.DIFFERE_WITNESSES),
    vault: readVaultPlace(env),
    modelFolders: (env.DIFFERE_MODELS ?? '')
      .split(':')
      .filter((folder) => folder !== '')
      .map((folder) => path.resolve(folder)),
    detector: env.DIFFERE_DETECTOR,
  };
}

/** The settings of `differe worker`: it has no installation key, no authorities and no listener. */
export interface WorkerConfig
  extends Pick<
    Config,
    'env' | 'dataDir' | 'vault' | 'scratchDir' | 'modelFolders' | 'detector' | 'threads' | 'provider'
  > {
  readonly databaseUrl: string;
  readonly keyFile: string;
}

/** Reads what a worker needs. Throws E_CONFIG as `readConfig` does. */
export function readWorkerConfig(env: Environment): WorkerConfig {
  const { databaseUrl, modelFolders, detector, vault } = readCapableConfig(env);
  if (databaseUrl === undefined) throw bad('a worker needs DATABASE_URL');
  const dataDir = path.resolve(required(env, 'DIFFERE_DATA'));
  const keyFile = path.resolve(required(env, 'DIFFERE_WORKER_KEY'));
  const scratchDir = path.resolve(required(env, 'DIFFERE_SCRATCH'));
  demandCredentialsApart(vault, dataDir);
  for (const [key, place] of Object.entries({ DIFFERE_WORKER_KEY: keyFile, DIFFERE_SCRATCH: scratchDir })) {
    demandUnseen(key, place);
    if (isWithin(realPath(dataDir), realPath(place)))
      throw bad(`${key} must not lie in DIFFERE_DATA, which other machines share`);
  }
  return {
    env: oneOf(env.DIFFERE_ENV ?? 'prod', ['prod', 'test'] as const, 'DIFFERE_ENV'),
    ...{ databaseUrl, modelFolders, detector, vault, dataDir, keyFile, scratchDir },
    threads: readThreads(env),
    provider: oneOf(env.DIFFERE_PROVIDER ?? 'cpu', PROVIDERS, 'DIFFERE_PROVIDER'),
  };
}

/** Reads and checks the environment. Throws E_CONFIG with one sentence that names the key. */
export function readConfig(env: Environment): Config {
  const capable = readCapableConfig(env);
  const mode = oneOf(env.DIFFERE_ENV ?? 'prod', ['prod', 'test'] as const, 'DIFFERE_ENV');
  const places = readPlaces(env, mode);
  demandCredentialsApart(capable.vault, places.DIFFERE_DATA);
  if (!isLoopback(capable.host) && capable.tls === undefined)
    throw bad('off loopback DIFFERE_TLS_CERT and DIFFERE_TLS_KEY are required');
  return {
    ...capable,
    env: mode,
    installation: readInstallation(required(env, 'DIFFERE_INSTALLATION')),
    controller: readController(required(env, 'DIFFERE_CONTROLLER')),
    dataDir: places.DIFFERE_DATA,
    keysDir: places.DIFFERE_KEYS,
    scratchDir: places.DIFFERE_SCRATCH,
    installationKey: readInstallationKey(places.DIFFERE_KEY_FILE),
    authoritiesFile: path.resolve(required(env, 'DIFFERE_AUTHORITIES')),
    admissionsDir: env.DIFFERE_ADMISSIONS === undefined ? undefined : path.resolve(env.DIFFERE_ADMISSIONS),
    dossierFile: env.DIFFERE_DOSSIER === undefined ? undefined : path.resolve(env.DIFFERE_DOSSIER),
    framesPerSecond: wholeNumber(env.DIFFERE_FRAMES_PER_SECOND ?? '5', 'DIFFERE_FRAMES_PER_SECOND', 1, 60),
    threads: readThreads(env),
    segmentsHere: wholeNumber(env.DIFFERE_SEGMENTS_HERE ?? String(readThreads(env)), 'DIFFERE_SEGMENTS_HERE', 0, 256),
    caseSegments: wholeNumber(env.DIFFERE_CASE_SEGMENTS ?? '64', 'DIFFERE_CASE_SEGMENTS', 1, 100_000),
    provider: oneOf(env.DIFFERE_PROVIDER ?? 'cpu', PROVIDERS, 'DIFFERE_PROVIDER'),
    requestLimits: {
      perAddress: wholeNumber(env.DIFFERE_ADDRESS_RATE ?? '30000', 'DIFFERE_ADDRESS_RATE', 0, 10_000_000),
      perAgent: wholeNumber(env.DIFFERE_AGENT_RATE ?? '9000', 'DIFFERE_AGENT_RATE', 0, 10_000_000),
    },
  };
}

const readThreads = (env: Environment): number =>
  wholeNumber(env.DIFFERE_THREADS ?? String(availableParallelism()), 'DIFFERE_THREADS', 1, 256);

const bad = (detail: string): AppError => new AppError('E_CONFIG', { detail });

function required(env: Environment, key: keyof typeof CONFIG_KEYS): string {
  const value = env[key];
  if (value === undefined || value === '') throw bad(`${key} is not set`);
  return value;
}

/** What the jails of decoder and database show of the machine lies below these. */
const SEEN_IN_JAILS = ['/usr', '/bin', '/lib', '/lib64'];

function readPlaces(env: Environment, mode: Config['env']) {
  const dataDir = path.resolve(required(env, 'DIFFERE_DATA'));
  const keysDir = mode === 'prod' ? required(env, 'DIFFERE_KEYS') : (env.DIFFERE_KEYS ?? path.join(dataDir, 'keys'));
  const places = {
    DIFFERE_DATA: dataDir,
    DIFFERE_KEY_FILE: path.resolve(required(env, 'DIFFERE_KEY_FILE')),
    DIFFERE_KEYS: path.resolve(keysDir),
    DIFFERE_SCRATCH: path.resolve(env.DIFFERE_SCRATCH ?? path.join(dataDir, 'scratch')),
  };
  for (const [key, place] of Object.entries(places)) demandUnseen(key, place);
  const isInData = (place: string): boolean => isWithin(realPath(dataDir), realPath(place));
  if (isInData(places.DIFFERE_KEY_FILE)) throw bad('DIFFERE_KEY_FILE must not lie in DIFFERE_DATA');
  if (mode === 'prod' && isInData(places.DIFFERE_KEYS)) throw bad('DIFFERE_KEYS must not lie in DIFFERE_DATA');
  return places;
}

/** The secret of a bucket travels in no back-up of the data, and no jail sees it. */
function demandCredentialsApart(vault: VaultPlace | undefined, dataDir: string): void {
  if (vault === undefined) return;
  demandUnseen('DIFFERE_VAULT_CREDENTIALS', vault.credentialsFile);
  if (isWithin(realPath(dataDir), realPath(vault.credentialsFile)))
    throw bad('DIFFERE_VAULT_CREDENTIALS must not lie in DIFFERE_DATA');
}

function demandUnseen(key: string, place: string): void {
  const seen = SEEN_IN_JAILS.find((folder) => isWithin(realPath(folder), realPath(place)));
  if (seen !== undefined) throw bad(`${key} must not lie in ${seen}, of which decoder and database see a part`);
}

/** The place without links, as far as it exists. */
function realPath(place: string): string {
  try {
    return realpathSync(place);
  } catch {
    const parent = path.dirname(place);
    return parent === place ? place : path.join(realPath(parent), path.basename(place));
  }
}

function oneOf<T extends string>(value: string, allowed: readonly T[], key: string): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw bad(`${key} must be one of ${allowed.join(', ')}`);
  return found;
}

function wholeNumber(text: string, key: string, least: number, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most)
    throw bad(`${key} must be a whole number from ${least} to ${most}`);
  return value;
}

// It names the log's key too, and that name stands in signed notes.
function readInstallation(name: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name))
    throw bad('DIFFERE_INSTALLATION must be one word of letters, digits, ".", "_", "-"');
  return name;
}

function readController(text: string): Config['controller'] {
  const [type, unitCode, ...rest] = text.split(':');
  if (type === undefined || unitCode === undefined || unitCode === '' || rest.length > 0) {
    throw bad('DIFFERE_CONTROLLER must read TYPE:UNIT');
  }
  return { type: oneOf(type, CONTROLLER_TYPES, 'DIFFERE_CONTROLLER'), unitCode };
}

function readTls(env: Environment): Config['tls'] {
  const certFile = env.DIFFERE_TLS_CERT;
  const keyFile = env.DIFFERE_TLS_KEY;
  if (certFile === undefined && keyFile === undefined) return undefined;
  if (certFile === undefined || keyFile === undefined) throw bad('DIFFERE_TLS_CERT and DIFFERE_TLS_KEY go together');
  return { certFile, keyFile };
}

function readInstallationKey(file: string): Buffer {
  let text: string;
  try {
    if ((statSync(file).mode & 0o077) !== 0)
      throw bad('DIFFERE_KEY_FILE must be readable by its owner alone (mode 0600)');
    text = readFileSync(file, 'utf8').trim();
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('E_CONFIG', { cause, detail: 'DIFFERE_KEY_FILE cannot be read' });
  }
  if (!/^[0-9a-f]{64}$/.test(text)) throw bad('DIFFERE_KEY_FILE must hold 64 hex characters');
  return Buffer.from(text, 'hex');
}

/** Whether `file` lies in `folder` or below. */
function isWithin(folder: string, file: string): boolean {
  const relative = path.relative(folder, file);
  return relative === '' || !(relative.startsWith('..') || path.isAbsolute(relative));
}
