import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { JWK } from 'jose';
import type { JsonValue } from '../canonical.ts';
import { nowSeconds, systemClock } from '../clock.ts';
import { type CommandIo, type ExitCode, fileText, UsageError } from '../command.ts';
import { isUuid } from '../ids.ts';
import { parseOrRefuse, readCompactJws } from '../trust/jws.ts';
import { signClaims } from '../trust/sign.ts';
import { writeDurably } from '../vault.ts';
import { CONTRARY_DECISION_TYP, parseContraryDecision } from './contrary-decision.ts';
import { give, readKey } from './issue-commands.ts';
import {
  parseRevocationList,
  REVOCATION_LIST_TYP,
  REVOCATION_REASONS,
  type RevocationListClaims,
} from './revocation-list.ts';

// What ends a requisition before its time, signed on the authority's own machine. `differe act present` hands it over.

const DAY_SECONDS = 86_400;
const text = { type: 'string' } as const;

const officeOf = (key: JWK & { readonly [member: string]: unknown }, aud: string, iat: number) => ({
  ver: 1,
  env: key.env,
  iss: key.iss,
  aud,
  jti: randomUUID(),
  iat,
});

/**
 * Signs the next revocation list: what the previous one revoked, and the tokens of `--jti`. Without `--jti` it says that nothing more was
 * revoked, which a requisition needs to hear every `max_age_s` seconds; the first list comes before the first requisition.
 */
export async function revokeCommand(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ key: text, list: text, aud: text, reason: text, previous: text, days: text, out: text },
      jti: { type: 'string', multiple: true },
    },
  });
  if (values.key === undefined) throw new UsageError('--key is needed');
  const key = await readKey(values.key);
  const before = values.previous === undefined ? undefined : await previousList(values.previous);
  const [list, aud] = [values.list ?? before?.list_id, values.aud ?? before?.aud];
  if (list === undefined || aud === undefined) throw new UsageError('--list and --aud are needed, or --previous');
  if (before !== undefined && before.list_id !== list) throw new UsageError('--previous is another list');
  const reason = REVOCATION_REASONS.find((code) => code === (values.reason ?? 'withdrawn'));
  if (reason === undefined) throw new UsageError(`--reason is one of ${REVOCATION_REASONS.join(', ')}`);
  const days = Number(values.days ?? '1');
  if (!(days > 0)) throw new UsageError('--days is a number');
  const at = nowSeconds(systemClock);
  const known = before?.revoked ?? [];
  const added = [...new Set(values.jti ?? [])].filter((jti) => !known.some((each) => each.jti === jti));
  const stranger = added.find((jti) => !isUuid(jti));
  if (stranger !== undefined) throw new UsageError(`--jti ${stranger} is no id of a token`);
  const claims = {
    ...officeOf(key, aud, at),
    list_id: list,
    sequence: (before?.sequence ?? 0) + 1,
    this_update: at,
    next_update: at + Math.round(days * DAY_SECONDS),
    revoked: [...known, ...added.map((jti) => ({ jti, at, reason_code: reason }))],
  };
  parseRevocationList(claims as unknown as JsonValue);
  const signed = await signClaims(claims, REVOCATION_LIST_TYP, key);
  const { out, previous } = values;
  // It replaces the list that it goes on from; in the place of any other, sequence and revocations of that one would be lost.
  if (out !== undefined && previous !== undefined && path.resolve(out) === path.resolve(previous)) {
    await writeDurably(out, `${signed}\n`);
    return 0;
  }
  return await give(signed, out, io, `with --previous ${out} it is followed by the next list`);
}

/** Signs the prosecutor's decision against an authorisation, named by its file. */
export async function contraryCommand(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ key: text, authorisation: text, 'act-ref': text, 'act-sha256': text, 'decided-at': text, out: text },
    },
  });
  const { key: keyFile, authorisation: file, 'act-ref': act_ref, 'act-sha256': act_sha256 } = values;
  if (keyFile === undefined || file === undefined || act_ref === undefined || act_sha256 === undefined) {
    throw new UsageError('--key, --authorisation, --act-ref and --act-sha256 are needed');
  }
  const key = await readKey(keyFile);
  const { sub, aud, jti } = await claimsOf<{ sub: string; aud: string; jti: string }>(file);
  const at = nowSeconds(systemClock);
  const decidedMs = Date.parse(values['decided-at'] ?? new Date(at * 1000).toISOString());
  if (Number.isNaN(decidedMs)) throw new UsageError('--decided-at is not a time');
  const decision = { sub, auth: jti, decided_at: new Date(decidedMs).toISOString(), act_ref, act_sha256 };
  const claims = { ...officeOf(key, aud, at), ...decision };
  parseContraryDecision(claims as unknown as JsonValue);
  return await give(await signClaims(claims, CONTRARY_DECISION_TYP, key), values.out, io);
}

async function previousList(file: string): Promise<RevocationListClaims> {
  return parseRevocationList(await claimsOf(file));
}

/** What a signed file says. Nothing is verified: the gateway does that with whatever is made of it. */
async function claimsOf<T extends JsonValue>(file: string): Promise<T> {
  return parseOrRefuse(readCompactJws((await fileText(file)).trim()).payload) as T;
}
