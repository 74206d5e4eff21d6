import type { JWK } from 'jose';
import { type Client, createClient } from './client.ts';
import { fileText, UsageError } from './command.ts';
import { AppError } from './errors.ts';
import { isUuid } from './ids.ts';
import { parseOrRefuse, publicJwkOf, readCompactJws } from './trust/jws.ts';
import { isJsonObject } from './trust/strict-json.ts';

// Where a command of a case goes, as whom and under which requisition.

/** A script that deposits a folder meets a gateway that is busy: it comes back as it is told to. */
const PATIENCE_MS = 60_000;

/** Options that say where the gateway is and who asks. */
export const DOOR = {
  url: { type: 'string' },
  agent: { type: 'string' },
  access: { type: 'string' },
} as const;

interface DoorValues {
  readonly url?: string | undefined;
  readonly agent?: string | undefined;
  readonly access?: string | undefined;
  readonly requisition?: string | undefined;
}

/** Where the gateway is, who asks and under which act. */
export interface Door {
  readonly url: string;
  readonly agentKey: JWK;
  readonly requisitionId: string | undefined;
  /** The tokens that an access file holds. */
  readonly tokens: TokenPair | undefined;
}

export interface TokenPair {
  readonly authorisation: string;
  readonly schedule: string;
}

/** The client under a requisition, and the case that the gateway has it in. Throws E_HAB_CASE when there is none for this key. */
export async function enter(door: Door): Promise<{ readonly client: Client; readonly caseId: string }> {
  const { url, agentKey, requisitionId } = door;
  if (requisitionId === undefined || !isUuid(requisitionId)) {
    throw new UsageError('--requisition is needed: the id that `case open` printed');
  }
  const { cases } = await createClient({ url, agentKey }).json<{
    cases: { id: string; requisitions: { id: string }[] }[];
  }>('GET', '/api/v1/cases');
  const found = cases.find(({ requisitions }) => requisitions.some(({ id }) => id === requisitionId));
  if (found === undefined) throw new AppError('E_HAB_CASE', { detail: `no case under ${requisitionId} for this key` });
  return { client: createClient({ url, agentKey, requisitionId, patienceMs: PATIENCE_MS }), caseId: found.id };
}

/** What the options say, and for what they do not say the access file. */
export async function readDoor(values: DoorValues): Promise<Door> {
  const access = values.access === undefined ? {} : await readObject(values.access);
  const tokens = tokensIn(access);
  const url = values.url ?? access.url;
  if (url === undefined || (values.agent === undefined && access.agentKey === undefined)) {
    throw new UsageError('--url and --agent are needed, or --access');
  }
  if (typeof url !== 'string' || !/^https?:$/.test(URL.parse(url)?.protocol ?? '')) {
    throw new UsageError(`No address of a gateway: ${url}`);
  }
  const agentKey = values.agent === undefined ? access.agentKey : await readObject(values.agent);
  if (!isPrivateKey(agentKey)) throw new UsageError(`No private Ed25519 JWK in ${values.agent ?? values.access}`);
  const requisitionId = values.requisition ?? (tokens === undefined ? undefined : idOfToken(tokens.schedule));
  return { url, agentKey, requisitionId, tokens };
}

function isPrivateKey(value: unknown): value is JWK {
  try {
    publicJwkOf(value);
  } catch {
    return false;
  }
  return isJsonObject(value) && typeof value.d === 'string';
}

/** The `jti` of what was signed: the id of an act, and of the requisition that a schedule makes. */
export function idOfToken(compact: string): string | undefined {
  try {
    const claims = parseOrRefuse(readCompactJws(compact).payload);
    return isJsonObject(claims) && typeof claims.jti === 'string' ? claims.jti : undefined;
  } catch {
    return undefined;
  }
}

export async function readTokens(file: string): Promise<TokenPair> {
  const tokens = tokensIn(await readObject(file));
  if (tokens === undefined) throw new UsageError(`${file} does not hold authorisation and schedule`);
  return tokens;
}

function tokensIn({ authorisation, schedule }: Readonly<Record<string, unknown>>): TokenPair | undefined {
  return typeof authorisation === 'string' && typeof schedule === 'string' ? { authorisation, schedule } : undefined;
}

export async function readObject(file: string): Promise<Readonly<Record<string, unknown>>> {
  const text = await fileText(file);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new UsageError(`${file} is not JSON`, { cause });
  }
  if (!isJsonObject(value)) throw new UsageError(`${file} is no JSON object`);
  return value;
}
