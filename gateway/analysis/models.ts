import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { type CardOffer, isPinned, type ModelCard, parseOffer } from '../admission/card.ts';
import { isCropCard } from '../admission/crop-card.ts';
import { demandAdmitted } from '../admission/inspect.ts';
import { sha256Hex } from '../canonical.ts';
import { AppError } from '../errors.ts';

/** The cards that come with the product. */
export const CARD_FOLDER = fileURLToPath(new URL('../../models', import.meta.url));

/** A card that was read and checked, and the folder it lies in. */
export interface PlacedCard {
  readonly card: CardOffer;
  readonly folder: string;
}

/** A card and where its weights lie; `weightsPath` is undefined when no file of that digest was found. */
export interface FoundModel extends PlacedCard {
  readonly weightsPath: string | undefined;
}

/** A card and the very bytes whose digest was compared: what a session is made of. */
export interface LoadedModel {
  readonly card: ModelCard;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Folders that may hold cards and weights. */
export interface ModelFolders {
  readonly cardFolders: readonly string[];
  /** The folders of DIFFERE_MODELS. */
  readonly weightFolders: readonly string[];
}

/** Reads the detectors' `card.json` and `*.card.json` of each folder and of its direct subfolders, ordered by path. Throws as `parseCard`. */
export async function loadCards(folders: readonly string[]): Promise<readonly PlacedCard[]> {
  const files = (await Promise.all(folders.map((folder) => filesBelow(folder, 1)))).flat();
  const cards: PlacedCard[] = [];
  for (const file of files.filter((name) => /(^|\/|\.)card\.json$/.test(name))) {
    const value = await readJson(file);
    // Not a detector: crop-namer.ts reads it, from the product's own folder alone.
    if (isCropCard(value)) continue;
    cards.push({ card: parseOffer(value, path.basename(path.dirname(file))), folder: path.dirname(file) });
  }
  // An offer gives way to the card of the very file that was fetched for it.
  const pinnedNames = new Set(cards.filter(({ card }) => isPinned(card)).map(({ card }) => card.name));
  const kept = cards.filter(({ card }) => isPinned(card) || !pinnedNames.has(card.name));
  const twice = kept.find(({ card }, index) => kept.findIndex((other) => other.card.name === card.name) !== index);
  if (twice !== undefined) throw new AppError('E_GATE_LABEL', { detail: `two cards are called ${twice.card.name}` });
  return kept;
}

/**
 * Every card with the place of its weights: the file it names, or else the first `.onnx` of its digest in its own folder or in
 * the weight folders (two levels deep). Throws E_GATE_HASH when the file that a card names has another digest.
 */
export async function findModels({ cardFolders, weightFolders }: ModelFolders): Promise<readonly FoundModel[]> {
  const cards = await loadCards(cardFolders);
  const searched = [...new Set([...weightFolders, ...cards.map(({ folder }) => folder)])];
  const files = new Set((await Promise.all(searched.map((folder) => filesBelow(folder, 2)))).flat());
  const byDigest = new Map<string, string>();
  for (const file of files) {
    if (!file.endsWith('.onnx')) continue;
    const digest = await fileDigest(file);
    if (!byDigest.has(digest)) byDigest.set(digest, file);
  }
  const models: FoundModel[] = [];
  for (const { card, folder } of cards) {
    if (!isPinned(card)) {
      models.push({ card, folder, weightsPath: undefined });
      continue;
    }
    if (card.file === undefined) {
      models.push({ card, folder, weightsPath: byDigest.get(card.sha256) });
      continue;
    }
    const weightsPath = path.join(folder, card.file);
    if (files.has(weightsPath)) assertDigest(card, await fileDigest(weightsPath));
    models.push({ card, folder, weightsPath: files.has(weightsPath) ? weightsPath : byDigest.get(card.sha256) });
  }
  return models;
}

/**
 * The detector to use: the one called `name`, or the present one of highest priority; a test detector only when it is named or
 * nothing else is present. Throws E_MODEL_NONE.
 */
export function chooseDetector(models: readonly FoundModel[], name?: string): FoundModel {
  const present = models.filter(({ card, weightsPath }) => card.role === 'detector' && weightsPath !== undefined);
  const wanted = name === undefined ? present : present.filter(({ card }) => card.name === name);
  const [best] = wanted.toSorted(
    (a, b) =>
      Number(a.card.test ?? false) - Number(b.card.test ?? false) ||
      b.card.priority - a.card.priority ||
      (a.card.name < b.card.name ? -1 : 1),
  );
  if (best === undefined) {
    throw new AppError(
      'E_MODEL_NONE',
      name === undefined ? {} : { detail: `no weights for a detector called ${name}` },
    );
  }
  return best;
}

/** Reads the weights once: the gate judges these very bytes, and a session is made of them. Throws E_GATE_*, E_MODEL_NONE. */
export async function loadModel({ card, weightsPath }: FoundModel): Promise<LoadedModel> {
  if (weightsPath === undefined || !isPinned(card))
    throw new AppError('E_MODEL_NONE', { detail: `no weights of ${card.name}` });
  const bytes = new Uint8Array(await readFile(weightsPath));
  assertDigest(card, sha256Hex(bytes));
  demandAdmitted(card, bytes);
  return { card, bytes };
}

/** Throws E_GATE_HASH unless the digest is the card's. */
export function assertDigest(card: Pick<ModelCard, 'name' | 'sha256'>, digest: string): void {
  if (digest !== card.sha256) {
    throw new AppError('E_GATE_HASH', {
      subject: digest,
      detail: `${card.name}: card says ${card.sha256}, the bytes are ${digest}`,
    });
  }
}

async function filesBelow(folder: string, levels: number): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new AppError('E_CONFIG', { cause, detail: `model folder cannot be read: ${path.basename(folder)}` });
  });
  const found: string[] = [];
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const full = path.join(folder, entry.name);
    if (entry.isFile()) found.push(full);
    else if (entry.isDirectory() && levels > 0) found.push(...(await filesBelow(full, levels - 1)));
  }
  return found;
}

/** SHA-256 of a file, lower-case hex. */
export async function fileDigest(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw new AppError('E_GATE_LABEL', { cause, detail: `${path.basename(file)} is not JSON` });
  }
}
