// Calls of the HTTP API from the page. The agent's key lives in IndexedDB as a non-extractable CryptoKey; every request carries a
// DPoP proof (RFC 9449) made with it. No cookie.

export interface Access {
  readonly key: CryptoKey;
  readonly publicJwk: { readonly kty: 'OKP'; readonly crv: 'Ed25519'; readonly x: string };
  readonly authorisation: string;
  readonly schedule: string;
  readonly requisitionId: string;
}

export class Refusal extends Error {
  readonly code: string;

  constructor(code: string, detail: string) {
    super(detail);
    this.code = code;
  }
}

const text = new TextEncoder();

const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

const encode = (value: unknown): string => base64url(text.encode(JSON.stringify(value)));

/** The claims of a compact JWS, unverified: the gateway verifies, the page only shows. */
export function claimsOf(token: string): Record<string, unknown> {
  const part = token.split('.')[1] ?? '';
  const bytes = Uint8Array.from(atob(part.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
}

/** Reads an access file; the private key becomes non-extractable here and is forgotten in any other form. */
export async function readAccess(json: string): Promise<Access> {
  const file = JSON.parse(json) as { agentKey: JsonWebKey & { x: string }; authorisation: string; schedule: string };
  const key = await crypto.subtle.importKey(
    'jwk',
    { ...file.agentKey, key_ops: ['sign'] },
    { name: 'Ed25519' },
    false,
    ['sign'],
  );
  const { jti } = claimsOf(file.schedule) as { jti: string };
  return {
    key,
    publicJwk: { kty: 'OKP', crv: 'Ed25519', x: file.agentKey.x },
    authorisation: file.authorisation,
    schedule: file.schedule,
    requisitionId: jti,
  };
}

async function proof(access: Access, method: string, url: string, token: string | undefined): Promise<string> {
  const hash =
    token === undefined
      ? undefined
      : base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', text.encode(token))));
  const head = encode({ typ: 'dpop+jwt', alg: 'EdDSA', jwk: access.publicJwk });
  const body = encode({
    jti: crypto.randomUUID(),
    htm: method,
    htu: url.split(/[?#]/)[0],
    iat: Math.floor(Date.now() / 1000),
    ...(hash === undefined ? {} : { ath: hash }),
  });
  const signature = await crypto.subtle.sign('Ed25519', access.key, text.encode(`${head}.${body}`));
  return `${head}.${body}.${base64url(new Uint8Array(signature))}`;
}

async function send(
  access: Access,
  language: string,
  method: string,
  route: string,
  body: unknown,
  token: string | undefined,
): Promise<Response> {
  const url = new URL(route, location.origin).href;
  const response = await fetch(url, {
    method,
    credentials: 'omit',
    headers: {
      dpop: await proof(access, method, url, token),
      'accept-language': language,
      ...(token === undefined ? {} : { authorization: `DPoP ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (response.ok) return response;
  const problem = (await response.json().catch(() => ({}))) as { code?: string; detail?: string };
  throw new Refusal(problem.code ?? 'E_INTERNAL', problem.detail ?? response.statusText);
}

/** An API bound to one access and a language. */
export function createApi(access: Access, language: () => string) {
  const call = (method: string, route: string, body?: unknown) =>
    send(access, language(), method, route, body, access.requisitionId);
  return {
    get: async <T>(route: string): Promise<T> => (await (await call('GET', route)).json()) as T,
    send: async <T>(method: 'POST' | 'PUT', route: string, body: unknown): Promise<T> =>
      (await (await call(method, route, body)).json()) as T,
    blob: async (route: string): Promise<Blob> => (await call('GET', route)).blob(),
    /** Puts the requisition on record. */
    async register(): Promise<void> {
      const tokens = { authorisation: access.authorisation, schedule: access.schedule };
      await send(access, language(), 'POST', '/api/v1/requisitions', tokens, undefined);
    },
  };
}

export type Api = ReturnType<typeof createApi>;

const STORE = 'access';

function database(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open('differe', 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function withStore<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const db = await database();
  return new Promise((resolve, reject) => {
    const request = work(db.transaction(STORE, mode).objectStore(STORE));
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

export const keepAccess = (access: Access): Promise<IDBValidKey> =>
  withStore('readwrite', (store) => store.put(access, 'current'));
export const keptAccess = (): Promise<Access | undefined> =>
  withStore<Access | undefined>('readonly', (store) => store.get('current'));
export const forgetAccess = (): Promise<undefined> => withStore('readwrite', (store) => store.delete('current'));
