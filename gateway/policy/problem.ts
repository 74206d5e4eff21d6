import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError, ERRORS, type ErrorCode } from '../errors.ts';
import { type Fault, faultAt, faultSentence } from '../faults.ts';

/**
 * RFC 9457 problem document: the code, its fixed sentence and an id to ask about; where the caller can mend what he sent, its places. No
 * value of the request or of the case.
 */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail: string;
  readonly correlationId: string;
  readonly errors?: readonly (Fault & { readonly detail: string })[];
}

type Language = 'fr' | 'en';

const TITLES: Readonly<Record<number, Readonly<Record<Language, string>>>> = {
  400: { fr: 'Requête mal formée', en: 'Bad request' },
  401: { fr: 'Réquisition ou preuve manquante', en: 'Requisition or proof missing' },
  403: { fr: 'Refusé', en: 'Refused' },
  404: { fr: 'Introuvable', en: 'Not found' },
  412: { fr: 'Changé entre-temps', en: 'Changed meanwhile' },
  429: { fr: 'Trop de requêtes', en: 'Too many requests' },
  409: { fr: 'Conflit', en: 'Conflict' },
  422: { fr: 'Contenu refusé', en: 'Content refused' },
  423: { fr: 'Occupé', en: 'Busy' },
  425: { fr: 'Trop tôt', en: 'Too early' },
  500: { fr: 'Erreur interne', en: 'Internal error' },
  503: { fr: 'Service indisponible', en: 'Service unavailable' },
};

/** The code that any thrown value answers with. What is not ours and not a client's fault is E_INTERNAL. */
export function codeOf(error: unknown): ErrorCode {
  if (error instanceof AppError) return error.code;
  if (typeof error !== 'object' || error === null) return 'E_INTERNAL';
  if ('validation' in error && error.validation !== undefined) return 'E_REQUEST';
  // What Node says of a body that ended before its announced length: the client went, or was cut off for being slow.
  if (error instanceof Error && error.message === 'aborted' && 'code' in error && error.code === 'ECONNRESET') {
    return 'E_REQUEST';
  }
  // Errors of the framework carry FST_ codes: malformed JSON, unsupported media type, body too large.
  if ('code' in error && typeof error.code === 'string' && error.code.startsWith('FST_') && 'statusCode' in error) {
    const status = Number(error.statusCode);
    if (status === 404) return 'E_ROUTE_ABSENT';
    if (status >= 400 && status < 500) return 'E_REQUEST';
  }
  return 'E_INTERNAL';
}

/** What a caller can mend, of any thrown value: what the framework refuses before a schema is asked is about the body. */
export function faultsIn(error: unknown): readonly Fault[] {
  if (error instanceof AppError) return error.faults;
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return [faultAt('header', '/content-type', 'mediaType', 'application/json')];
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return [faultAt('body', '', 'size')];
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return [faultAt('body', '', 'json')];
    default:
      return [];
  }
}

/** Accept-Language: English when it is preferred to French, else French. */
export function languageOf(accept: string | undefined): Language {
  if (accept === undefined) return 'fr';
  const weights = { fr: 0, en: 0 };
  for (const part of accept.slice(0, 200).split(',')) {
    const [range = '', ...parameters] = part.trim().toLowerCase().split(';');
    const language = range.split('-')[0];
    if (language !== 'fr' && language !== 'en') continue;
    const q = parameters.map((parameter) => /^\s*q=([0-9.]+)$/.exec(parameter)?.[1]).find((text) => text !== undefined);
    weights[language] = Math.max(weights[language], q === undefined ? 1 : Number(q));
  }
  return weights.en > weights.fr ? 'en' : 'fr';
}

export function problemOf(
  code: ErrorCode,
  language: Language,
  correlationId: string,
  faults: readonly Fault[] = [],
): Problem {
  const { status } = ERRORS[code];
  return {
    type: `urn:differe:error:${code}`,
    title: TITLES[status]?.[language] ?? TITLES[500]?.[language] ?? code,
    status,
    code,
    detail: ERRORS[code][language],
    correlationId,
    ...(faults.length === 0
      ? {}
      : { errors: faults.map((fault) => ({ ...fault, detail: faultSentence(fault, language) })) }),
  };
}

// Headers that say nothing of a case and must stand on refusals too.
const HARMLESS =
  /^(strict-transport-security|content-security-policy|x-content-type-options|referrer-policy|permissions-policy|cross-origin-[a-z-]+|retry-after|tus-[a-z-]+)$/;

/**
 * The whole HTTP answer to what was no request (RFC 9110 asks for one where it can be given): headers too large or too slow, bytes that are
 * not HTTP. The connection ends with it.
 */
export function bareProblem(code: ErrorCode, correlationId: string): string {
  const problem = problemOf(code, 'fr', correlationId);
  const body = JSON.stringify(problem);
  const lines = [
    `HTTP/1.1 ${problem.status} `,
    'content-type: application/problem+json; charset=utf-8',
    'content-language: fr',
    `content-length: ${Buffer.byteLength(body)}`,
    'cache-control: no-store',
    `differe-code: ${code}`,
    'connection: close',
  ];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

const headersOf = (code: ErrorCode, language: Language): Readonly<Record<string, string>> => ({
  'content-type': 'application/problem+json; charset=utf-8',
  'content-language': language,
  'cache-control': 'no-store',
  'differe-code': code,
});

/** Answers with a problem document, and with nothing of what a handler had prepared: its headers can name files and digests. */
export function sendProblem(
  code: ErrorCode,
  request: FastifyRequest,
  reply: FastifyReply,
  faults: readonly Fault[] = [],
): FastifyReply {
  for (const name of Object.keys(reply.getHeaders())) if (!HARMLESS.test(name)) reply.removeHeader(name);
  const language = languageOf(request.headers['accept-language']);
  const problem = problemOf(code, language, String(request.id), faults);
  if (problem.status === 401) reply.header('www-authenticate', 'DPoP algs="EdDSA"');
  return reply.code(problem.status).headers(headersOf(code, language)).serializer(JSON.stringify).send(problem);
}

const PLACE_OF_ID = '<id>';

/**
 * The answer of `sendProblem` with these headers, written ahead for a refusal that costs nothing else when thousands of them are due: no error
 * is made, nothing is serialised, and the framework need not have seen the request. Not for 401, which names a scheme.
 */
export function preparedProblem(
  code: ErrorCode,
  headers: Readonly<Record<string, string>>,
): (request: IncomingMessage, response: ServerResponse, correlationId: string) => void {
  const written = (language: Language) => {
    const [before = '', after = ''] = JSON.stringify(problemOf(code, language, PLACE_OF_ID)).split(PLACE_OF_ID);
    const lines = Object.entries({ ...headers, ...headersOf(code, language) }).flat();
    return { before, after, bytes: Buffer.byteLength(before + after), lines };
  };
  const answers = { fr: written('fr'), en: written('en') };
  return (request, response, correlationId) => {
    const { before, after, bytes, lines } = answers[languageOf(request.headers['accept-language'])];
    const length = bytes + Buffer.byteLength(correlationId);
    response.writeHead(ERRORS[code].status, [...lines, 'content-length', String(length)]);
    response.end(before + correlationId + after);
  };
}

/**
 * Makes every error of the application a problem document, after `refused` has put it in the journal. For what is not a refusal the
 * operator gets the place in the code, never the message: messages can hold values of the case (LOG-08).
 */
export function installProblems(
  app: FastifyInstance,
  refused: (code: ErrorCode, request: FastifyRequest) => Promise<void>,
): void {
  app.setErrorHandler(async (error: unknown, request, reply) => {
    const code = codeOf(error);
    if (code === 'E_INTERNAL') request.log.error({ correlationId: request.id, stack: placesOf(error) }, code);
    await refused(code, request);
    const { retryAfterSeconds } = error instanceof AppError ? error : {};
    if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds);
    return sendProblem(code, request, reply, faultsIn(error));
  });
}

const placesOf = (error: unknown): readonly string[] =>
  error instanceof Error
    ? [error.name, ...(error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))]
    : [typeof error];
