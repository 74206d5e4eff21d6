import type { Access } from './access.ts';

const text = new TextEncoder();

const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

const encode = (value: unknown): string => base64url(text.encode(JSON.stringify(value)));

/** A DPoP proof (RFC 9449) for one request, bound to the requisition that it names, if any. */
async function proofFor(access: Access, method: string, url: string, token: string | undefined): Promise<string> {
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

/** The headers that say who asks and under which requisition. */
export async function headersFor(
  access: Access,
  method: string,
  url: string,
  token: string | undefined,
): Promise<Record<string, string>> {
  return {
    dpop: await proofFor(access, method, url, token),
    ...(token === undefined ? {} : { authorization: `DPoP ${token}` }),
  };
}
