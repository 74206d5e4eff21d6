import { copyFile, mkdtemp, open, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type CardOffer, isPinned, type ModelCard, parseCard } from '../admission/card.ts';
import { AppError } from '../errors.ts';
import { createDetectorPool } from './detector-pool.ts';
import { assertDigest, fileDigest, loadModel } from './models.ts';

// Brings weights into a folder of DIFFERE_MODELS. Nothing is left there unless its digest is the card's and a session of it has the
// inputs and outputs of the card.

const MOST_BYTES = 1024 ** 3;

/** The card with the digest that it shall have. Throws E_GATE_HASH when it has another one, E_MODEL_NONE when nobody names one. */
export function pinned(card: CardOffer, sha256: string | undefined): ModelCard {
  if (isPinned(card)) {
    if (sha256 !== undefined) assertDigest(card, sha256);
    return card;
  }
  if (sha256 === undefined) {
    throw new AppError('E_MODEL_NONE', { detail: `the card of ${card.name} has no digest: give one by --sha256` });
  }
  return parseCard({ ...card, sha256 }, card.name);
}

/**
 * Copies a file of weights, checks it, and places it with its card. Gives its path. A card of that name that is `known` already stays the
 * only one: E_GATE_HASH when it is of another file.
 */
export async function addModel(card: ModelCard, file: string, folder: string, known?: CardOffer): Promise<string> {
  const isKnown = known !== undefined && isPinned(known);
  if (isKnown) assertDigest(known, card.sha256);
  return place(card, folder, !isKnown, (part) => copyFile(file, part));
}

/** Gets the weights from the address of their publisher, checks and places them: with their card, when the known one has no digest. */
export function fetchModel(offer: CardOffer, sha256: string | undefined, folder: string): Promise<string> {
  const card = pinned(offer, sha256);
  const address = card.download;
  if (address === undefined) {
    throw new AppError('E_MODEL_NONE', {
      detail: `the card of ${card.name} has no address; its publisher: ${card.source}`,
    });
  }
  return place(card, folder, !isPinned(offer), (part) => download(address, part));
}

/** `NAME.onnx`, and `NAME.card.json` beside it. */
async function place(
  card: ModelCard,
  folder: string,
  withCard: boolean,
  bring: (part: string) => Promise<void>,
): Promise<string> {
  // Beside its place, so that the last step is a rename on one disk.
  const draft = await mkdtemp(path.join(folder, `.${card.name}-`));
  try {
    const part = path.join(draft, 'weights.onnx');
    await bring(part);
    assertDigest(card, await fileDigest(part));
    const pool = await createDetectorPool({ ...(await loadModel({ card, folder, weightsPath: part })), threads: 1 });
    await pool.close();
    const weights = path.join(folder, `${card.name}.onnx`);
    await rename(part, weights);
    if (withCard) {
      const text = JSON.stringify({ ...card, file: path.basename(weights) }, undefined, 2);
      await writeFile(path.join(draft, 'card.json'), `${text}\n`);
      await rename(path.join(draft, 'card.json'), path.join(folder, `${card.name}.card.json`));
    }
    return weights;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function download(address: string, to: string): Promise<void> {
  const response = await fetch(address).catch((cause: unknown) => {
    throw new AppError('E_MODEL_NONE', { cause, detail: `${new URL(address).host} cannot be reached` });
  });
  if (!response.ok || response.body === null) {
    throw new AppError('E_MODEL_NONE', { detail: `${new URL(address).host} answered ${response.status}` });
  }
  const file = await open(to, 'wx');
  try {
    let bytes = 0;
    for await (const chunk of response.body) {
      bytes += chunk.length;
      if (bytes > MOST_BYTES) throw new AppError('E_MODEL_NONE', { detail: `more than ${MOST_BYTES} bytes` });
      await file.write(chunk);
    }
    await file.sync();
  } finally {
    await file.close();
  }
}
