// Who signs in: the agent's key as a CryptoKey that no script can read, and the requisition that he acts under. The key is kept in
// IndexedDB, so that a reload needs no second sign-in; the two tokens are not kept anywhere in the browser.

export interface Access {
  readonly key: CryptoKey;
  readonly publicJwk: PublicJwk;
  /** Undefined for who controls: the gateway takes the newest requisition of the case that he names. */
  readonly requisitionId: string | undefined;
}

export interface PublicJwk {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly x: string;
}

/** The tokens of an access file, for the one call that puts them on record. */
export interface Tokens {
  readonly authorisation: string;
  readonly schedule: string;
}

export interface SignIn {
  readonly access: Access;
  readonly tokens: Tokens | undefined;
}

/** The claims of a compact JWS, unverified: the gateway verifies, the page only reads its id. */
function claimsOf(token: string): Record<string, unknown> {
  const part = token.split('.')[1] ?? '';
  const bytes = Uint8Array.from(atob(part.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
}

/**
 * Reads an access file `{ agentKey, authorisation, schedule }`, or `{ agentKey }` of who controls. The private key becomes
 * non-extractable here and is forgotten in any other form. Throws for anything else.
 */
export async function readAccess(json: string): Promise<SignIn> {
  const file = JSON.parse(json) as { agentKey: JsonWebKey; authorisation?: string; schedule?: string };
  const { x } = file.agentKey;
  if (typeof x !== 'string') throw new TypeError('no key');
  const jwk = { ...file.agentKey, key_ops: ['sign'] };
  const key = await crypto.subtle.importKey('jwk', jwk, { name: 'Ed25519' }, false, ['sign']);
  const { authorisation, schedule } = file;
  const tokens = authorisation === undefined || schedule === undefined ? undefined : { authorisation, schedule };
  const requisitionId = tokens === undefined ? undefined : String(claimsOf(tokens.schedule).jti);
  return { access: { key, publicJwk: { kty: 'OKP', crv: 'Ed25519', x }, requisitionId }, tokens };
}

const DATABASE = 'differe';
const STORE = 'access';
const CURRENT = 'current';

function database(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
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
  withStore('readwrite', (store) => store.put(access, CURRENT));
export const keptAccess = (): Promise<Access | undefined> =>
  withStore<Access | undefined>('readonly', (store) => store.get(CURRENT));
export const forgetAccess = (): Promise<undefined> => withStore('readwrite', (store) => store.delete(CURRENT));
