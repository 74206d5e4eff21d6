import createClient, { type Client } from 'openapi-fetch';
import type { components, paths } from './types.ts';

// The API as a typed client, for browsers and Node alike: nothing here but the platform's fetch and WebCrypto.

export type ApiClient = Client<paths>;
export type Schemas = components['schemas'];
export type Problem = Schemas['Problem'];

/** The key of whoever asks. The private half may be one that cannot be read (not extractable). */
export interface ProofPair {
  readonly privateKey: Parameters<typeof crypto.subtle.sign>[1];
  readonly publicJwk: { readonly kty: 'OKP'; readonly crv: 'Ed25519'; readonly x: string };
}

export interface ApiAccess {
  /** Scheme, host and port of the gateway. */
  readonly url: string;
  readonly pair: ProofPair;
  /** Id of the requisition on record; absent to present one, and for magistrates. */
  readonly requisitionId?: string | undefined;
  /** Language of refusals; the server prefers French. */
  readonly language?: (() => string) | undefined;
  readonly nowSeconds?: () => number;
  /** The platform's, unless a test brings another. */
  readonly fetch?: (request: Request) => Promise<Response>;
}

const utf8 = new TextEncoder();

function base64url(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

const encoded = (value: unknown): string => base64url(utf8.encode(JSON.stringify(value)));

/** The headers that prove one request (RFC 9449): good for this method and URL, once, for a minute. */
export async function proofHeaders(access: ApiAccess, method: string, url: string): Promise<Record<string, string>> {
  const { pair, requisitionId } = access;
  const ath =
    requisitionId === undefined
      ? undefined
      : base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', utf8.encode(requisitionId))));
  const { kty, crv, x } = pair.publicJwk;
  const head = encoded({ typ: 'dpop+jwt', alg: 'EdDSA', jwk: { kty, crv, x } });
  const claims = encoded({
    jti: crypto.randomUUID(),
    htm: method,
    htu: url.split(/[?#]/)[0],
    iat: access.nowSeconds?.() ?? Math.floor(Date.now() / 1000),
    ...(ath === undefined ? {} : { ath }),
  });
  const signature = await crypto.subtle.sign('Ed25519', pair.privateKey, utf8.encode(`${head}.${claims}`));
  return {
    dpop: `${head}.${claims}.${base64url(new Uint8Array(signature))}`,
    ...(requisitionId === undefined ? {} : { authorization: `DPoP ${requisitionId}` }),
    ...(access.language === undefined ? {} : { 'accept-language': access.language() }),
  };
}

/** A client of every route, typed by the description; each request carries its proof, and no cookie. */
export function createApiClient(access: ApiAccess): ApiClient {
  const client = createClient<paths>({
    baseUrl: access.url,
    credentials: 'omit',
    ...(access.fetch === undefined ? {} : { fetch: access.fetch }),
  });
  client.use({
    async onRequest({ request }) {
      const headers = await proofHeaders(access, request.method, request.url);
      for (const [name, value] of Object.entries(headers)) request.headers.set(name, value);
      return request;
    },
  });
  return client;
}
