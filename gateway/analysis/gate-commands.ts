import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { JWK } from 'jose';
import {
  ADMISSION_TYP,
  type AdmissionClaims,
  cardDigest,
  demandAdmission,
  MOST_ADMITTED_SECONDS,
  namedDossier,
  readAdmissions,
} from '../admission/admissions.ts';
import { tryCanaries } from '../admission/canaries.ts';
import { parseOffer } from '../admission/card.ts';
import type { Card } from '../admission/contract.ts';
import { isCropCard, parseCropCard } from '../admission/crop-card.ts';
import { inspect, type Verdict } from '../admission/inspect.ts';
import { figuresDigest } from '../admission/probes.ts';
import { sha256Hex } from '../canonical.ts';
import { nowSeconds, systemClock } from '../clock.ts';
import {
  type CommandIo,
  type ExitCode,
  fileText,
  needFile,
  needNoFile,
  onlyFile,
  UsageError,
  writeNew,
} from '../command.ts';
import { AppError } from '../errors.ts';
import { loadRegistry } from '../trust/registry.ts';
import { signClaims } from '../trust/sign.ts';
import { demandOffice } from '../trust/signers.ts';
import { isJsonObject, parseStrictJson } from '../trust/strict-json.ts';
import { loadCropModel } from './crop-namer.ts';
import { CARD_FOLDER, loadCards } from './models.ts';
import { probeModel } from './probes.ts';
import { SHIPPED_FOLDER } from './sight.ts';

// The gate by hand: what it says of a file, of its canaries, and the signature of one of the two persons who admit a network.

/** G1 to G6, without loading or running anything. Exit 1 when the file is refused. */
export async function inspectCommand(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { card: { type: 'string' } },
  });
  const { bytes, card, fault } = await readModel(onlyFile(positionals), values.card);
  const verdict = withFault(inspect(bytes, card), fault);
  const { admitted, code, reasons } = verdict;
  const admission = admitted && card !== undefined && (await isSigned(card)) ? 'signed' : 'unsigned';
  io.out(JSON.stringify({ admitted, code: code ?? null, reasons, admission }));
  for (const reason of reasons) io.err(`${reason.code}: ${reason.detail}`);
  return admitted ? 0 : 1;
}

/** Whether both persons have signed, as far as this shell knows the installation: its registry, its name, its folder of admissions. */
async function isSigned(card: Card): Promise<boolean> {
  const { DIFFERE_ADMISSIONS, DIFFERE_AUTHORITIES, DIFFERE_INSTALLATION, DIFFERE_ENV } = process.env;
  if (DIFFERE_ADMISSIONS === undefined || DIFFERE_AUTHORITIES === undefined || DIFFERE_INSTALLATION === undefined)
    return false;
  if (card.sha256 === undefined) return false;
  const env = DIFFERE_ENV === 'test' ? 'test' : 'prod';
  const context = {
    registry: loadRegistry(await fileText(DIFFERE_AUTHORITIES), env),
    env,
    audience: DIFFERE_INSTALLATION,
    nowSeconds: nowSeconds(systemClock),
    dossier: await dossierNamed(process.env.DIFFERE_DOSSIER),
  } as const;
  const signed = demandAdmission({ ...card, sha256: card.sha256 }, await readAdmissions(DIFFERE_ADMISSIONS), context);
  return await signed.then(
    () => true,
    (error: unknown) => {
      if (error instanceof AppError) return false;
      throw error;
    },
  );
}

export function canariesCommand(io: CommandIo): ExitCode {
  const answers = tryCanaries();
  io.out(
    JSON.stringify(
      answers.map(({ name, held, verdict }) => ({
        name,
        refused: held,
        code: verdict.code ?? null,
        reasons: verdict.reasons,
      })),
      undefined,
      2,
    ),
  );
  return answers.every(({ held }) => held) ? 0 : 1;
}

/** Inspects, probes, and signs for one person. Two signatures of two persons admit a network (G8). */
export async function admitCommand(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { card: text, key: text, aud: text, days: text, out: text, dossier: text },
  });
  if (values.key === undefined || values.aud === undefined) throw new UsageError('--key and --aud are needed');
  const dossier = await dossierNamed(values.dossier ?? process.env.DIFFERE_DOSSIER);
  if (dossier === undefined)
    throw new UsageError('--dossier FILE, or DIFFERE_DOSSIER: an admission is for one dossier');
  const days = Number(values.days ?? 365);
  if (!Number.isInteger(days) || days < 1 || days * 86_400 > MOST_ADMITTED_SECONDS)
    throw new UsageError('--days is 1 to 366');
  const key = readKey(await fileText(values.key));
  // Before the probes, which take their time.
  if (values.out !== undefined) await needNoFile(values.out);
  demandOffice(key.jwk as Readonly<Record<string, unknown>>, ADMISSION_TYP);
  const { bytes, card, fault } = await readModel(onlyFile(positionals), values.card);
  const { admitted, code, reasons } = withFault(inspect(bytes, card), fault);
  if (!admitted || card?.sha256 === undefined) {
    throw new AppError(code ?? 'E_GATE_LABEL', { detail: reasons.map(({ detail }) => detail).join('; ') });
  }
  const probes = await probeModel({ ...card, sha256: card.sha256 }, bytes);
  const iat = nowSeconds(systemClock);
  const claims: AdmissionClaims = {
    ver: 2,
    env: key.env,
    iss: key.iss,
    aud: values.aud,
    jti: randomUUID(),
    iat,
    exp: iat + days * 86_400,
    model: { name: card.name, sha256: card.sha256 },
    card_sha256: cardDigest(card),
    dossier,
    probes,
    probes_sha256: figuresDigest(probes),
  };
  const compact = await signClaims(claims, ADMISSION_TYP, key.jwk);
  if (values.out === undefined) io.out(compact);
  else await writeNew(values.out, `${compact}\n`, { mode: 0o644 });
  io.err(JSON.stringify(probes));
  return 0;
}

/** Id and version of a dossier file, as far as an admission names them; whether it holds is for its own room. */
async function dossierNamed(file: string | undefined): Promise<AdmissionClaims['dossier'] | undefined> {
  if (file === undefined) return undefined;
  return namedDossier(await fileText(file));
}

interface ReadModel {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly card: Card | undefined;
  /** The given card is no card. */
  readonly fault: AppError | undefined;
}

/** The file, and its card: the given one, or the one of the product whose digest it has. */
async function readModel(file: string, cardFile: string | undefined): Promise<ReadModel> {
  await needFile(file);
  const bytes = new Uint8Array(await readFile(file));
  if (cardFile === undefined) return { bytes, card: await knownCard(sha256Hex(bytes)), fault: undefined };
  const text = await fileText(cardFile);
  try {
    return { bytes, card: parseCard(text, path.basename(cardFile)), fault: undefined };
  } catch (error) {
    if (error instanceof AppError) return { bytes, card: undefined, fault: error };
    throw error;
  }
}

function parseCard(text: string, where: string): Card {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new AppError('E_GATE_LABEL', { cause, detail: `${where} is not JSON` });
  }
  return isCropCard(value) ? parseCropCard(value, where) : parseOffer(value, where);
}

async function knownCard(sha256: string): Promise<Card | undefined> {
  const folders = [CARD_FOLDER, ...(process.env.DIFFERE_MODELS ?? '').split(':').filter((folder) => folder !== '')];
  const detectors = (await loadCards(folders)).map(({ card }) => card);
  const shipped = await loadCropModel(SHIPPED_FOLDER).catch((error: unknown) => {
    if (error instanceof AppError) return undefined;
    throw error;
  });
  const cards: readonly (Card | undefined)[] = [...detectors, shipped?.card];
  return cards.find((card) => card?.sha256 === sha256);
}

/** A card that is none is a reason beside those of the file. */
function withFault(verdict: Verdict, fault: AppError | undefined): Verdict {
  if (fault === undefined) return verdict;
  const others = verdict.reasons.filter(({ code }) => code !== 'E_GATE_LABEL');
  const reasons = [...others, { code: fault.code, detail: fault.detail ?? fault.message }];
  return { admitted: false, code: verdict.code === 'E_GATE_LABEL' ? fault.code : verdict.code, reasons };
}

function readKey(text: string): { readonly jwk: JWK; readonly iss: string; readonly env: 'prod' | 'test' } {
  const key = parseStrictJson(text);
  if (!isJsonObject(key) || typeof key.iss !== 'string' || (key.env !== 'prod' && key.env !== 'test')) {
    throw new UsageError('--key is a private key as `requisition keygen --role ... --iss ... --env ...` makes it');
  }
  return { jwk: key as unknown as JWK, iss: key.iss, env: key.env };
}
